/** The send form, made easier: draft, suggestions, twins, thumbnails, smaller photos, progress.
 *
 * `<form data-send data-suggest>` works without any of it; see site/send.html for the markup.
 */

import "../lib/combobox";
import { find, findAll, later, make, need, words, zone } from "../lib/dom";
import { shelf, DRAFT } from "../lib/shelf";

const KEPT = ["text", "topic", "place_kind", "lat", "lon", "address", "contact_kind", "email", "phone", "idempotency_key"];
const SIDE = 1920;

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
  const say = words(form);
  const state = need("[data-state]", form);
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement | RadioNodeList | null;
  restore(form, state, say);
  const key = need<HTMLInputElement>('[name="idempotency_key"]', form);
  key.value ||= crypto.randomUUID(); // a form that the phone kept has none: each writing takes its own
  segments(form);
  let files: File[] = [];
  const picker = need<HTMLInputElement>('input[name="photos"]', form);
  picker.addEventListener("change", async () => {
    const limit = Number(form.dataset.files);
    const added = await Promise.all([...(picker.files ?? [])].map(smaller));
    files = [...files, ...added].slice(0, limit);
    if (files.length === limit) state.textContent = say("many", { files: limit });
    show();
  });
  function show(): void {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    picker.files = transfer.files;
    const list = need("[data-photos]", form!);
    list.replaceChildren(
      ...files.map((file, place) => {
        const remove = make("button", { type: "button", class: "photo__remove", "aria-label": say("remove", { name: file.name }) }, "×");
        remove.addEventListener("click", () => {
          files = files.filter((_, other) => other !== place);
          show();
          picker.focus();
        });
        const picture = file.type.startsWith("image/")
          ? thumbnail(file)
          : make("span", { class: "photo__name" }, file.name);
        return make("li", { class: "photo" }, picture, remove);
      }),
    );
  }
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
  form.addEventListener("change", () => save());
  form.addEventListener("submit", (event) => {
    save.stop(); // what sending says must not be covered by «saved» a moment later
    keep();
    if (event.defaultPrevented || (event.submitter as HTMLButtonElement | null)?.hasAttribute("formaction")) return;
    event.preventDefault();
    send(form, say, state);
  });
}

/** A thumbnail; of what is no picture in truth, its name. */
function thumbnail(file: File): HTMLElement {
  const made = make("img", { src: URL.createObjectURL(file), alt: file.name });
  made.addEventListener("error", () => made.replaceWith(make("span", { class: "photo__name" }, file.name)));
  return made;
}

/** Sends by XHR for the progress bar; the answer is a page: the receipt, or this form with its mistakes. */
function send(form: HTMLFormElement, say: ReturnType<typeof words>, state: HTMLElement): void {
  const bar = need<HTMLProgressElement>("[data-progress]", form);
  const request = new XMLHttpRequest();
  const again = () => {
    bar.hidden = true;
    delete form.dataset.sent;
    for (const button of findAll("[aria-busy]", form)) button.removeAttribute("aria-busy");
  };
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest"); // the files stay here: no need to hold them there
  request.upload.addEventListener("progress", (event) => {
    bar.hidden = false;
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("load", () => {
    if (request.responseURL && !request.responseURL.endsWith("/send/")) {
      shelf.removeItem(DRAFT);
      location.assign(request.responseURL);
      return;
    }
    again();
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    if (!answer.querySelector("[data-send]")) {
      state.textContent = say("failed"); // a proxy's page, or an error of ours: neither receipt nor mistakes
      return;
    }
    for (const place of findAll("[data-error]")) place.replaceChildren(...(answer.getElementById(place.id)?.childNodes ?? []));
    const mistakes = answer.querySelector("[data-mistakes]");
    if (mistakes) need("[data-mistakes]").replaceChildren(...mistakes.childNodes);
    for (const name of ["csrfmiddlewaretoken", "mark", "twins_seen", "idempotency_key"]) {
      const fresh = answer.querySelector<HTMLInputElement>(`[data-send] input[name="${name}"]`);
      if (fresh) need<HTMLInputElement>(`input[name="${name}"]`, form).value = fresh.value;
    }
    const twins = answer.getElementById("twins")?.parentElement;
    find("#twins", form)?.parentElement?.remove();
    if (twins) form.prepend(twins);
    (find(".mistakes") ?? twins ?? form).scrollIntoView({ block: "start" });
    find(".mistakes")?.focus();
  });
  request.addEventListener("error", () => {
    again();
    state.textContent = say("offline");
  });
  request.send(new FormData(form));
}

function restore(form: HTMLFormElement, state: HTMLElement, say: ReturnType<typeof words>): void {
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

async function guess(form: HTMLFormElement, say: ReturnType<typeof words>): Promise<void> {
  const value = (name: string) => (form.elements.namedItem(name) as HTMLInputElement).value;
  const text = value("text").trim();
  const kind = (form.elements.namedItem("place_kind") as RadioNodeList).value;
  const body: Record<string, unknown> = { text: text.slice(0, 10_000), address: kind === "address" ? value("address") : "" };
  if (kind === "pin" && value("lat")) Object.assign(body, { lat: Number(value("lat")), lon: Number(value("lon")) });
  const question = JSON.stringify(body);
  if (text.length < 8 || question === asked) return;
  asked = question;
  const place = need("[data-guess]", form);
  try {
    const answer = await fetch(form.dataset.suggest!, { method: "POST", headers: { "Content-Type": "application/json" }, body: question });
    if (!answer.ok || question !== asked) return;
    const found = (await answer.json()) as Suggestion;
    place.replaceChildren(...told(form, found, say));
    const lost = Boolean(body.address) && !found.territory;
    need("[data-nowhere]", form).textContent = lost ? say("nowhere") : "";
  } catch {
    // no network: the server will find the topic by itself
  }
}

function told(form: HTMLFormElement, found: Suggestion, say: ReturnType<typeof words>): Node[] {
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

/** A photo at most 1,920 pixels wide, without EXIF; what cannot be read is sent as it is. */
async function smaller(file: File): Promise<File> {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = make("canvas", { width: String(Math.round(picture.width * scale)), height: String(Math.round(picture.height * scale)) });
    canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}
