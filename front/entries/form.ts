/** The send form, made easier: draft, suggestions, twins, thumbnails, smaller photos, progress.
 *
 * `<form data-send data-suggest>` works without any of it; see site/send.html for the markup.
 * With `data-queue` a message is written down in the phone before it is sent.
 */

import "../lib/combobox";
import { find, findAll, later, make, need, words, zone } from "../lib/dom";
import { DRAFT, PHOTOS, shelf, WAITS, WHO } from "../lib/shelf";
import type { Waiting } from "../lib/waiting";

const KEPT = ["text", "topic", "place_kind", "lat", "lon", "address", "contact_kind", "email", "phone", "idempotency_key"];

type Fill = (fields: [string, string][], cleaned: File[], fresh?: File[]) => void;
type Say = ReturnType<typeof words>;

interface Said { ru: string; en: string }

interface Suggestion {
  territory: { title: string } | null;
  facts: { fact: string; title: Said; category_title: Said; reasons: Said[]; advice: string }[];
  known: { title: string; about: string; url: string; waiting: number }[];
  twins: { title: string; text: string; url: string; distance: number }[];
}

const form = find<HTMLFormElement>("[data-send]");
if (form) start(form);

function start(form: HTMLFormElement): void {
  form.dataset.ready = "";
  if (find("[data-puzzle][data-challenge]", form)) void import("../lib/puzzle").then(({ solveAndSend }) => solveAndSend(form));
  const say = words(form);
  const state = need("[data-state]", form);
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement | RadioNodeList | null;
  restore(form, state, say);
  const key = need<HTMLInputElement>('[name="idempotency_key"]', form);
  key.value ||= crypto.randomUUID(); // a form that the phone kept has none: each writing takes its own
  segments(form);
  const files = new Map<File, string>(); // each with the address where it is already, if it is
  const picker = need<HTMLInputElement>('input[name="photos"]', form);
  let added: Promise<void> = Promise.resolve();
  const add = (chosen: File[], drafted = false): Promise<void> => {
    added = added.catch(() => undefined).then(() => prepare(chosen, drafted)); // one after another; sending waits
    return added;
  };
  const prepare = async (chosen: File[], drafted: boolean): Promise<void> => {
    const { clean, keepDraft } = await import("../lib/photos");
    const side = Number(form.dataset.photoSide);
    const limit = Number(form.dataset.files);
    const cleaned = drafted ? chosen : await Promise.all(chosen.map((file) => clean(file, side)));
    for (const file of cleaned) if (files.size < limit) files.set(file, "");
    if (cleaned.length && files.size === limit) state.textContent = say("many", { files: limit });
    if (form.dataset.queue !== undefined) {
      if (files.size) shelf.setItem(PHOTOS, "1");
      await keepDraft([...files.keys()]).catch(() => undefined); // no room for it: it is sent all the same
    }
    show(); // after it is kept: a photo that was seen outlives the page
  };
  if (picker.files?.length && !shelf.getItem(PHOTOS)) void add([...picker.files]); // chosen before we came
  picker.addEventListener("change", () => void add([...(picker.files ?? [])].filter((file) => !files.has(file))));
  const camera = find("[data-camera]", form);
  if (camera && matchMedia("(pointer: coarse)").matches) {
    camera.hidden = false;
    const shot = need<HTMLInputElement>("input", camera);
    shot.addEventListener("change", () => {
      const taken = [...(shot.files ?? [])];
      shot.value = ""; // the next one may have the same name
      void add(taken);
    });
  }
  const show = (): void => {
    const transfer = new DataTransfer();
    for (const file of files.keys()) transfer.items.add(file);
    picker.files = transfer.files;
    const list = need("[data-photos]", form);
    list.replaceChildren(
      ...[...files.keys()].map((file) => {
        const remove = make("button", { type: "button", class: "photo__remove", "aria-label": say("remove", { name: file.name }) }, "×");
        remove.addEventListener("click", () => {
          files.delete(file);
          void add([]);
          picker.focus();
        });
        const picture = file.type.startsWith("image/")
          ? thumbnail(file)
          : make("span", { class: "photo__name" }, file.name);
        return make("li", { class: "photo" }, picture, remove);
      }),
    );
  };
  const fill: Fill = (fields, photos, fresh = []) => {
    if (fields.length > 1) for (const box of findAll<HTMLInputElement>("[type=checkbox]", form)) box.checked = false;
    for (const [name, value] of fields) put(form, name, value);
    form.dispatchEvent(new Event("change"));
    void add(photos, true).then(() => (fresh.length ? add(fresh) : undefined));
  };
  form.addEventListener("otklik:blank", () => {
    asked = ""; // what the last words seemed to be about is not about the next
    need("[data-guess]", form).replaceChildren();
    need("[data-nowhere]", form).textContent = "";
    key.value = crypto.randomUUID();
    show();
    form.dispatchEvent(new Event("change"));
  });
  form.addEventListener("otklik:draft", () => {
    keep();
    void add([]);
  });
  if (form.dataset.queue !== undefined) void resume(form, fill);
  const keep = () => {
    const kept = Object.fromEntries(KEPT.map((name) => [name, (field(name) as HTMLInputElement | null)?.value ?? ""]));
    shelf.setItem(DRAFT, JSON.stringify(kept));
  };
  const save = later(400, () => {
    keep();
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", ...zone });
    state.textContent = say("saved", { time });
  });
  const suggest = later(600, () => void guess(form, say));
  form.addEventListener("input", (event) => {
    save();
    const name = (event.target as HTMLInputElement).name;
    if (["text", "lat", "address"].includes(name)) suggest();
  });
  form.addEventListener("change", (event) => event.target !== form && save());
  for (const input of findAll<HTMLInputElement>("[data-empty]", form)) {
    input.addEventListener("blur", () => judge(input, false));
    input.addEventListener("input", () => input.hasAttribute("aria-invalid") && judge(input, false));
  }
  form.addEventListener("submit", (event) => {
    save.stop(); // what sending says must not be covered by «saved» a moment later
    keep();
    if (event.defaultPrevented || (event.submitter as HTMLButtonElement | null)?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (form.dataset.sent || !reachable(form)) return;
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    const go = () => (form.dataset.queue === undefined ? send(form, say, state) : void sendKept(form, files, say, state));
    void added.then(go, go); // a photo chosen a moment ago goes too
  });
}

/** Says at the field what is wrong with a contact, before anything is uploaded; true if nothing is. */
function judge(input: HTMLInputElement, sending: boolean): boolean {
  const { empty, wrong } = input.dataset;
  const said = input.value.trim() ? (input.validity.patternMismatch ? wrong : "") : sending ? empty : "";
  need(`#${input.name}_error`).replaceChildren(...(said ? [make("p", { class: "field__error", role: "alert" }, said)] : []));
  if (said) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  return !said;
}

function reachable(form: HTMLFormElement): boolean {
  const way = (form.elements.namedItem("contact_kind") as RadioNodeList).value;
  const input = find<HTMLInputElement>(`[data-for-contact="${way}"] [data-empty]`, form);
  if (!input || judge(input, true)) return true;
  input.focus();
  return false;
}

/** A thumbnail; of what is no picture in truth, its name. */
function thumbnail(file: File): HTMLElement {
  const made = make("img", { src: URL.createObjectURL(file), alt: file.name });
  made.addEventListener("error", () => made.replaceWith(make("span", { class: "photo__name" }, file.name)));
  return made;
}

/** Takes up what was refused, or the photos of a draft. */
async function resume(form: HTMLFormElement, fill: Fill): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const key = asked.get("waiting");
  if (asked.has("shared")) {
    const { takeShared, draft } = await import("../lib/photos");
    const shared = await takeShared();
    history.replaceState(null, "", form.action);
    const written = need<HTMLTextAreaElement>('[name="text"]', form).value;
    const text = [written, shared?.text].filter(Boolean).join("\n");
    const drafted = shelf.getItem(PHOTOS) ? await draft() : [];
    fill([["text", text]], drafted, shared?.photos ?? []);
    form.dispatchEvent(new Event("otklik:draft"));
  } else if (key) {
    const { drop, one } = await import("../lib/waiting");
    const message = await one(key);
    if (message?.state !== "refused") return;
    fill(message.fields, message.photos.map(({ name, blob }) => new File([blob], name, { type: blob.type })));
    form.dispatchEvent(new Event("otklik:draft"));
    history.replaceState(null, "", form.action);
    await drop(key);
  } else if (shelf.getItem(PHOTOS) && !find(".mistakes")) {
    const { draft } = await import("../lib/photos");
    fill([], await draft());
  }
}

function put(form: HTMLFormElement, name: string, value: string): void {
  const control = form.elements.namedItem(name) as HTMLInputElement | RadioNodeList | null;
  if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = Boolean(value);
  else if (control && name !== "photos") control.value = value;
}

/** Sends by XHR for the progress bar; the answer is a page: the receipt, or this form with its mistakes. */
function send(form: HTMLFormElement, say: Say, state: HTMLElement): void {
  const bar = need<HTMLProgressElement>("[data-progress]", form);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest"); // the files stay here: no need to hold them there
  request.upload.addEventListener("progress", (event) => {
    bar.hidden = false;
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("load", () => {
    if (isReceipt(request.responseURL)) return take(request.responseURL);
    ready(form);
    if (!mistaken(form, request.responseText)) state.textContent = say("failed");
  });
  request.addEventListener("error", () => {
    ready(form);
    state.textContent = say("offline");
  });
  request.send(new FormData(form));
}

/** Writes the message down in the phone, then sends: whatever breaks or is killed, it goes on by itself. */
async function sendKept(form: HTMLFormElement, files: Map<File, string>, say: Say, state: HTMLElement): Promise<void> {
  const { alone, bodyOf, drop, keep, listen, one, uploadAll, wakeLater } = await import("../lib/waiting");
  const message = written(form, files);
  const token = find<HTMLInputElement>('[name="csrfmiddlewaretoken"]', form)?.value;
  if (!token && !/[\p{L}\p{N}]/u.test(message.title)) {
    ready(form);
    state.textContent = say("empty");
    return need("#id_text", form).focus();
  }
  await keep(message);
  shelf.setItem(WAITS, "1");
  forget();
  state.textContent = say("sending");
  const bar = need<HTMLProgressElement>("[data-progress]", form);
  const answer = await alone(async () => {
    await wakeLater(); // if this page is killed, the worker goes on
    if (!token) return null;
    try {
      await uploadAll(message, (done, total) => {
        bar.hidden = false;
        bar.value = total ? (100 * done) / total : 100;
      });
      for (const { blob, address } of message.photos) files.set(blob as File, address!);
      const body = bodyOf(message);
      body.set("csrfmiddlewaretoken", token);
      const headers = { "X-Requested-With": "XMLHttpRequest" };
      const came = await fetch(form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(120_000) });
      const page = await came.text();
      if (came.status >= 500) return null; // it is being restarted, or broken: later
      await drop(message.key); // accepted, or the person's to mend
      return { url: came.url, page };
    } catch (failure) {
      console.warn("It waits", failure);
      return null;
    }
  });
  if (answer && isReceipt(answer.url)) return take(answer.url);
  ready(form);
  if (!answer) {
    state.textContent = say("kept");
    listen(async () => {
      const waits = (await one(message.key))?.state === "waits";
      if (!waits && state.textContent === say("kept")) state.textContent = ""; // what is above the form tells its number
    });
    form.reset();
    files.clear();
    form.dispatchEvent(new Event("otklik:blank"));
    const { watch } = await import("../lib/watch");
    return watch();
  }
  form.dispatchEvent(new Event("otklik:draft")); // not sent: a draft again
  if (mistaken(form, answer.page)) return;
  if (elsewhere(form, answer.url)) return location.assign(answer.url); // they ask to sign in first
  state.textContent = say("failed");
}

/** What is written in the form, as the phone keeps it until it is sent. */
function written(form: HTMLFormElement, files: Map<File, string>): Waiting {
  const value = (name: string) => (form.elements.namedItem(name) as HTMLInputElement).value;
  const fields = [...new FormData(form)].filter((each): each is [string, string] => typeof each[1] === "string");
  return {
    key: value("idempotency_key"),
    who: document.documentElement.dataset.who ?? shelf.getItem(WHO) ?? "",
    at: Date.now(),
    title: value("text").trim().slice(0, 80),
    fields: fields.filter(([name]) => name !== "csrfmiddlewaretoken"),
    photos: [...files].map(([file, address]) => ({ name: file.name, blob: file, ...(address && { address }) })),
    state: "waits",
  };
}

const isReceipt = (address: string): boolean => /\/sent\//.test(new URL(address, location.href).pathname);
const elsewhere = (form: HTMLFormElement, address: string): boolean =>
  new URL(address).pathname !== new URL(form.action).pathname;

function take(address: string): void {
  forget();
  location.assign(address);
}

function ready(form: HTMLFormElement): void {
  need("[data-progress]", form).hidden = true;
  delete form.dataset.sent;
  for (const button of findAll("[aria-busy]", form)) button.removeAttribute("aria-busy");
}

/** Shows the mistakes, the neighbours' messages and the fresh tokens of the answer; false if it is no form of ours. */
function mistaken(form: HTMLFormElement, page: string): boolean {
  const answer = new DOMParser().parseFromString(page, "text/html");
  if (!answer.querySelector("[data-send]")) return false; // a proxy's page, or an error of ours
  for (const place of findAll("[data-error]")) place.replaceChildren(...(answer.getElementById(place.id)?.childNodes ?? []));
  const mistakes = answer.querySelector("[data-mistakes]");
  if (mistakes) need("[data-mistakes]").replaceChildren(...mistakes.childNodes);
  for (const name of ["csrfmiddlewaretoken", "mark", "twins_seen", "idempotency_key"]) {
    const fresh = answer.querySelector<HTMLInputElement>(`[data-send] input[name="${name}"]`);
    if (fresh) need<HTMLInputElement>(`input[name="${name}"]`, form).value = fresh.value;
  }
  const puzzle = answer.querySelector<HTMLElement>("[data-puzzle][data-challenge]");
  if (puzzle) {
    need("[data-puzzle]", form).replaceWith(document.importNode(puzzle, true));
    void import("../lib/puzzle").then(({ solveAndSend }) => solveAndSend(form));
  }
  const twins = answer.getElementById("twins")?.parentElement;
  find("#twins", form)?.parentElement?.remove();
  if (twins) form.prepend(twins);
  (find(".mistakes") ?? twins ?? form).scrollIntoView({ block: "start" });
  find(".mistakes")?.focus();
  return true;
}

/** The draft has become a message. */
function forget(): void {
  shelf.removeItem(DRAFT);
  if (!shelf.getItem(PHOTOS)) return;
  shelf.removeItem(PHOTOS);
  void import("../lib/photos").then(({ keepDraft }) => keepDraft([]));
}

function restore(form: HTMLFormElement, state: HTMLElement, say: Say): void {
  const text = need<HTMLTextAreaElement>('[name="text"]', form);
  const stored = shelf.getItem(DRAFT);
  if (!stored || text.value || find(".mistakes")) return;
  const kept = JSON.parse(stored) as Record<string, string>;
  if (!kept.text) return;
  for (const name of KEPT) {
    const control = form.elements.namedItem(name) as HTMLInputElement | RadioNodeList | null;
    if (control && kept[name]) control.value = kept[name];
  }
  state.textContent = say("restored");
}

/** Shows only the fields of the chosen way to tell the place and to be answered. */
function segments(form: HTMLFormElement): void {
  const follow = (): void => {
    for (const kind of ["place", "contact"]) {
      const chosen = (form.elements.namedItem(`${kind}_kind`) as RadioNodeList).value;
      for (const part of findAll(`[data-for-${kind}]`, form))
        part.hidden = part.getAttribute(`data-for-${kind}`) !== chosen;
      if (kind === "place" && chosen === "pin")
        void import("../lib/picker").then(({ mountPicker }) => mountPicker(need("[data-pin]", form)));
    }
  };
  form.addEventListener("change", follow);
  follow();
}

let asked = "";

async function guess(form: HTMLFormElement, say: Say): Promise<void> {
  const value = (name: string) => (form.elements.namedItem(name) as HTMLInputElement).value;
  const text = value("text").trim();
  const kind = (form.elements.namedItem("place_kind") as RadioNodeList).value;
  const body: Record<string, unknown> = { text: text.slice(0, 10_000), address: kind === "address" ? value("address") : "" };
  if (kind === "pin" && value("lat")) Object.assign(body, { lat: Number(value("lat")), lon: Number(value("lon")) });
  const question = JSON.stringify(body);
  if (text.length < 8 || question === asked) return;
  asked = question;
  const place = need("[data-guess]", form);
  if (!place.childElementCount) place.replaceChildren(make("p", { class: "muted small", "data-seeking": "" }, say("seeking")));
  try {
    const answer = await fetch(form.dataset.suggest!, { method: "POST", headers: { "Content-Type": "application/json" }, body: question });
    if (!answer.ok || question !== asked) return;
    const found = (await answer.json()) as Suggestion;
    place.replaceChildren(...told(form, found, say));
    const lost = Boolean(body.address) && !found.territory;
    need("[data-nowhere]", form).textContent = lost ? say("nowhere") : "";
  } catch {
    // no network: the server will find the topic by itself
  } finally {
    if (question === asked) find("[data-seeking]", place)?.remove();
  }
}

function told(form: HTMLFormElement, found: Suggestion, say: Say): Node[] {
  const language = document.documentElement.lang.startsWith("en") ? "en" : "ru";
  const first = found.facts[0];
  if (!first) return [];
  const list = need<HTMLSelectElement>('select[name="topic"]', form);
  const change = make("button", { type: "button", class: "button button--plain button--small" }, say("change"));
  change.addEventListener("click", () => {
    list.closest("details")!.open = true;
    list.focus();
  });
  const choices = found.facts.map((each) => {
    const why = [each.category_title[language], each.reasons[0]?.[language] ?? ""].filter(Boolean).join(" · ");
    const choice = make("button", { type: "button", class: "guess__fact", value: each.fact }, make("span", { class: "guess__what" }, each.title[language]), make("small", {}, why));
    choice.addEventListener("click", () => {
      list.value = list.value === each.fact ? "" : each.fact;
      list.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return choice;
  });
  const follow = (): void => choices.forEach((choice) => choice.setAttribute("aria-pressed", String(choice.value === list.value)));
  list.onchange = follow;
  follow();
  const heading = make("div", { class: "cluster cluster--between" }, make("span", { class: "small" }, say("guess")), change);
  const shown: Node[] = [make("div", { class: "guess" }, heading, ...choices)];
  if (first.advice) shown.push(make("div", { class: "notice", "data-tone": "wait" }, make("div", { class: "notice__body" }, first.advice)));
  if (found.known.length) {
    need<HTMLInputElement>('input[name="twins_seen"]', form).value = "1";
    shown.push(make("p", { class: "small" }, say("known")));
    for (const known of found.known) {
      const join = make("button", { class: "button button--quiet button--small", formaction: `${known.url}join/`, formnovalidate: "" }, say("too"));
      const about = make("div", { class: "twin__about" }, make("a", { href: known.url }, known.title), make("p", { class: "small" }, known.about));
      shown.push(make("div", { class: "twin" }, about, join));
    }
  }
  if (found.twins.length) {
    need<HTMLInputElement>('input[name="twins_seen"]', form).value = "1";
    shown.push(make("p", { class: "small" }, say("twins")));
    for (const twin of found.twins) {
      const join = make("button", { class: "button button--quiet button--small", formaction: `${twin.url}support/`, formnovalidate: "" }, say("too"));
      const about = make("div", { class: "twin__about" }, make("a", { href: twin.url }, twin.title), make("p", { class: "small" }, twin.text));
      shown.push(make("div", { class: "twin" }, about, join));
    }
  }
  return shown;
}
