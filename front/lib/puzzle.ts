/** Solves the puzzle that a guest's form is given in a storm (ALTCHA's protocol: which number makes the
 * salt hash to the challenge) and sends the form again. Without a secure context or a script the form
 * says how long to wait instead. */

import { find, need } from "./dom";

const AT_ONCE = 500;

export async function solveAndSend(form: HTMLFormElement): Promise<void> {
  const place = find("[data-puzzle][data-challenge]", form);
  if (!place || !globalThis.crypto?.subtle) return;
  const { challenge, salt, signature, most, doing } = place.dataset;
  find("[data-mistakes] li")?.replaceChildren(doing!);
  const number = await solve(challenge!, salt!, Number(most));
  if (number === null) return;
  const payload = { algorithm: "SHA-256", challenge, number, salt, signature };
  need<HTMLInputElement>('input[name="proof"]', place).value = btoa(JSON.stringify(payload));
  delete place.dataset.challenge; // once: a second refusal is the person's to read
  form.requestSubmit();
}

async function solve(challenge: string, salt: string, most: number): Promise<number | null> {
  const encoder = new TextEncoder();
  const wanted = Uint8Array.from(challenge.match(/../g)!, (pair) => parseInt(pair, 16));
  for (let start = 0; start <= most; start += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, async (_, step) => {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(salt + (start + step))));
      return hash.every((byte, place) => byte === wanted[place]);
    });
    const found = (await Promise.all(tries)).indexOf(true);
    if (found >= 0) return start + found;
  }
  return null;
}
