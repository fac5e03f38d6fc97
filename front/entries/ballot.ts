/** The blind ballot's page: get the right, fill the ballot in, send it without cookies. */

import { begin, fill, unhide, type Choices, type Held } from "../lib/ballot";
import { find, findAll, need, words } from "../lib/dom";

const box = need("[data-blind]");
const { vote, key, token, cast, csrf } = box.dataset as Record<string, string>;
const say = words(box);
const store = `ballot:${vote}`;
const form = need<HTMLFormElement>("[data-ballot]", box);
const get = need<HTMLButtonElement>("[data-get]", box);
const told = need("[data-told]", box);

const kept = (): Held | null => JSON.parse(localStorage.getItem(store) ?? "null") as Held | null;
const keep = (held: Held): void => localStorage.setItem(store, JSON.stringify(held));

function show(text: string, bad = false): void {
  told.textContent = text;
  told.classList.toggle("mistakes", bad);
  told.hidden = !text;
  if (text) told.focus();
}

async function post(address: string, body: unknown, more: RequestInit): Promise<Record<string, string>> {
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(body), ...more });
  const said = (await answer.json()) as Record<string, string>;
  if (!answer.ok) throw new Error(said.error || say("failed"));
  return said;
}

async function getBallot(): Promise<void> {
  const held = kept() ?? (await begin(vote!, key!));
  keep(held); // before asking: asked again, the server answers the same question alone
  const said = await post(token!, { blinded: held.blinded }, { headers: { "X-CSRFToken": csrf! } });
  keep({ ...held, signature: await unhide(held, key!, said.signature!) });
  ready();
  show(say("issued"));
}

function ready(): void {
  const held = kept();
  get.hidden = Boolean(held?.signature);
  form.hidden = !held?.signature;
  need("button", form).textContent = held?.rev ? say("change") : say("cast");
}

function chosen(): Choices {
  const scores = findAll<HTMLSelectElement>("[name^=score_]", form);
  if (scores.length) return Object.fromEntries(scores.map((each) => [each.name.slice(6), Number(each.value)]));
  const ranks = findAll<HTMLSelectElement>("[name^=rank_]", form).filter((each) => each.value);
  if (find("[name^=rank_]", form)) {
    if (new Set(ranks.map((each) => each.value)).size < ranks.length) throw new Error(say("same"));
    return ranks.sort((one, other) => Number(one.value) - Number(other.value)).map((each) => each.name.slice(5));
  }
  return findAll<HTMLInputElement>("[name=choice]:checked", form).map((each) => each.value).sort();
}

async function send(): Promise<void> {
  const held = kept()!;
  const ballot = await fill(held, vote!, chosen());
  const said = await post(cast!, ballot, { credentials: "omit", referrerPolicy: "no-referrer" });
  keep({ ...held, rev: held.rev + 1 });
  const text = JSON.stringify(said, null, 1);
  need("[data-code]", box).textContent = held.code.replace(/(.{5})(?=.)/g, "$1-");
  need<HTMLAnchorElement>("[data-receipt]", box).href = `data:application/json,${encodeURIComponent(text)}`;
  need("[data-done]", box).hidden = false;
  ready();
  show(say("taken"));
}

async function attempt(button: HTMLButtonElement, work: () => Promise<void>): Promise<void> {
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (failure) {
    show(failure instanceof Error && failure.message ? failure.message : say("failed"), true);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

box.hidden = false;
get.addEventListener("click", () => void attempt(get, getBallot));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void attempt(need<HTMLButtonElement>("button", form), send);
});
ready();
