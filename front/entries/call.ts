/** The hotline's card by keyboard: help while the operator types, keys for the ends of a talk, the ringing call. */

import "../lib/combobox";
import { find, findAll, later, need } from "../lib/dom";

const POLL = 2000;
const page = need("[data-call]");
const form = need<HTMLFormElement>("form.call__card", page);
const named = <T extends HTMLElement = HTMLInputElement>(name: string): T => form.elements.namedItem(name) as unknown as T;

/** Fields through which Enter goes on, in the order of the talk. */
const WAY = ["#id_phone", "#id_name", "#id_text", 'input[name="topic"]:checked', "#id_address"];

let asking = 0;

async function help(changed: string): Promise<void> {
  const mine = ++asking;
  const body = new FormData(form);
  body.set("changed", changed);
  try {
    const answer = await fetch(page.dataset.help!, { method: "POST", body });
    if (!answer.ok) return;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const late = mine !== asking; // what was typed since has been asked about: only the caller is news
    for (const part of findAll("[data-part]", told)) if (!late || part.dataset.part === "earlier") show(part, changed);
    const caller = find("[data-caller]", told)?.dataset.caller;
    if (caller && !named("name").value) named("name").value = caller;
  } catch {
    // no network: the card is saved all the same
  }
}

/** Puts a fresh part in its place, unless the operator stands in it or has chosen there. */
function show(part: HTMLElement, changed: string): void {
  const old = need(`[data-part="${part.dataset.part}"]`, page);
  if (part.dataset.part === "facts" && (changed !== "text" || chosen())) return;
  if (old.innerHTML === part.innerHTML) return;
  const inside = old.contains(document.activeElement);
  old.innerHTML = part.innerHTML;
  if (inside) find('input[name="topic"]:checked', old)?.focus();
}

const chosen = (): string =>
  (find<HTMLInputElement>('input[name="topic"]:checked', form)?.value ?? "") || named<HTMLSelectElement>("other").value;
const soon = later(250, (changed: string) => void help(changed));
const soonPhone = later(250, () => void help("phone"));

form.addEventListener("input", (event) => {
  const name = (event.target as HTMLInputElement).name;
  if (name === "phone") soonPhone();
  else if (["text", "address", "topic", "other"].includes(name)) soon(name);
});

function pick(digit: string): boolean {
  const fact = find<HTMLInputElement>(`[data-fact="${digit}"]`, form);
  if (!fact) return false;
  fact.checked = true;
  void help("topic");
  need("#id_address", form).focus();
  return true;
}

function press(selector: string): boolean {
  const button = find<HTMLButtonElement>(selector, page);
  if (!button || button.hidden) return false;
  button.click();
  return true;
}

function promise(): boolean {
  const back = need<HTMLDetailsElement>(".call__back", form);
  back.open = true;
  need("#id_why", back).focus();
  return true;
}

const KEYS: Record<string, () => boolean> = {
  F2: () => press("[data-join]"),
  F3: () => press("[data-support]"),
  F4: promise,
  F7: () => press("[data-ring]:not([hidden]) [data-ring-open]"),
  F8: () => press('[data-key="F8"]'),
  F9: () => press('[data-key="F9"]'),
};

function onward(from: Element): boolean {
  const place = WAY.findIndex((selector) => from.matches(selector));
  if (place < 0 || from.matches("textarea")) return false;
  const next = WAY.slice(place + 1).find((selector) => find(selector, form));
  if (next) find(next, form)!.focus();
  return true; // the last one stays: a call is saved by its own key, never by chance
}

document.addEventListener("keydown", (event) => {
  const from = event.target as Element;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const done =
    (KEYS[event.key] && !event.altKey && !event.ctrlKey && KEYS[event.key]!()) ||
    (event.key === "Enter" && event.ctrlKey && press('[data-key="F8"]')) ||
    (digit && (event.altKey || from.matches('input[name="topic"]')) && !event.ctrlKey && pick(digit)) ||
    (event.key === "Enter" && !event.ctrlKey && from.matches("input") && onward(from));
  if (done) event.preventDefault();
});

let shownCall = named("call").value;

async function poll(): Promise<void> {
  try {
    const answer = await fetch(page.dataset.ringing!);
    if (answer.status === 200) ring((await answer.json()) as { call: number; phone: string });
    else if (answer.status === 204) need("[data-ring]", page).hidden = true;
  } catch {
    // the next poll may reach the server
  }
  window.setTimeout(() => void poll(), POLL);
}

/** A clean card takes the caller at once; a card in use shows who waits. */
function ring({ call, phone }: { call: number; phone: string }): void {
  const key = String(call);
  if (key === shownCall) return;
  const clean = ["phone", "text", "address", "why"].every((name) => !named(name).value);
  if (clean && !named("call").value) {
    shownCall = named("call").value = key;
    named("phone").value = phone;
    need("[data-close]", form).hidden = false;
    need("[data-ring]", page).hidden = true;
    void help("phone");
    need("#id_text", form).focus();
    return;
  }
  need("[data-ring-phone]", page).textContent = phone;
  need<HTMLAnchorElement>("[data-ring-open]", page).href = `?call=${key}`;
  need("[data-ring]", page).hidden = false;
}

void poll();
