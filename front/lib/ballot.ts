/**
 * A blind ballot: what the server must not see is made here.
 *
 * The code (128 random bits) gives the ballot's Ed25519 key by HKDF; prefix, salt and blinding are
 * fresh random values, as RFC 9474 asks, and are kept in this browser until the token is unhidden.
 */

import { RSABSSA } from "@cloudflare/blindrsa-ts";
import { getPublicKeyAsync, signAsync } from "@noble/ed25519";

export type Choices = string[] | Record<string, number>;
export interface Held {
  code: string;
  prepared: string;
  blinded: string;
  inverse: string;
  signature?: string;
  rev: number;
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MARK = "votetoken1";
const PREFIX = 32;
const suite = RSABSSA.SHA384.PSS.Randomized();
const utf8 = new TextEncoder();

export const hex = (bytes: Uint8Array): string => [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
export const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: text.length / 2 }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
const base64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data));

/** RFC 8785 for texts, whole numbers, lists and objects. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`).join(",")}}`;
}

export function newCode(): string {
  let number = BigInt(`0x${hex(crypto.getRandomValues(new Uint8Array(16)))}`);
  let letters = "";
  for (let place = 0; place < 26; place++) {
    letters = ALPHABET[Number(number & 31n)] + letters;
    number >>= 5n;
  }
  return letters;
}

async function seed(code: string, vote: string): Promise<Uint8Array> {
  let number = 0n;
  for (const letter of code) number = (number << 5n) | BigInt(ALPHABET.indexOf(letter));
  const secret = bytes(number.toString(16).padStart(32, "0"));
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: bytes(vote), info: utf8.encode("otklik ballot key") };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

const signer = (tokenKey: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("spki", bytes(tokenKey), { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);

/** Makes a ballot's key and hides it for the server's signature. */
export async function begin(vote: string, tokenKey: string): Promise<Held> {
  const code = newCode();
  const token = await getPublicKeyAsync(await seed(code, vote));
  const message = new Uint8Array([...utf8.encode(MARK), ...bytes(vote), ...token]);
  const prepared = suite.prepare(message);
  const { blindedMsg, inv } = await suite.blind(await signer(tokenKey), prepared);
  return { code, prepared: hex(prepared), blinded: hex(blindedMsg), inverse: hex(inv), rev: 0 };
}

/** Unhides the signature; throws when it is not good. */
export async function unhide(held: Held, tokenKey: string, signature: string): Promise<string> {
  const key = await signer(tokenKey);
  return hex(await suite.finalize(key, bytes(held.prepared), bytes(signature), bytes(held.inverse)));
}

/** Fills a ballot in and signs it with its own key. */
export async function fill(held: Held, vote: string, choices: Choices): Promise<Record<string, unknown>> {
  const secret = await seed(held.code, vote);
  const token = hex(await getPublicKeyAsync(secret));
  const nonce = hex(crypto.getRandomValues(new Uint8Array(32)));
  const rev = held.rev + 1;
  const core = canonical({ kind: "ballot", vote, token, rev, choices, nonce });
  const signature = base64(await signAsync(utf8.encode(core), secret));
  const prefix = held.prepared.slice(0, 2 * PREFIX);
  return { token, rev, choices, nonce, prefix, token_signature: held.signature, signature };
}
