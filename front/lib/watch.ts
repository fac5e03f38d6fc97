/** Shows what waits for the network and what came of it, and sends it as soon as that may work.
 *
 *   <div data-waits hidden> … <template data-words> waits, sending, sent, refused, mend, other, guest, now, close </template> </div>
 *   <section data-waiting-list hidden><ul data-waiting-rows></ul></section>   the same one by one
 */

import { find, findAll, make, words, zone } from "./dom";
import { shelf, WAITS } from "./shelf";
import { all, alone, drop, flush, keep, left, listen, wakeLater, type Waiting } from "./waiting";

const FIRST = 3_000;
const LONGEST = 60_000;
let pause = FIRST;
let timer = 0;
let going = false;
let watching = false;
let progress: number | undefined;

export function watch(): void {
  if (!watching) {
    watching = true;
    listen((told) => {
      progress = told;
      void show();
    });
    addEventListener("online", () => soon());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
  }
  void show();
  soon();
}

/** Tries now, and ever more seldom while it does not work. */
function soon(): void {
  pause = FIRST;
  void attempt();
}

async function attempt(): Promise<void> {
  clearTimeout(timer);
  if (going) return;
  going = true;
  try {
    if ((await left()).length) await wakeLater();
    await flush();
  } finally {
    going = false;
    progress = undefined;
  }
  const waits = (await left()).filter(({ problems }) => !problems); // another's sign-in: time changes nothing
  if (waits.length) timer = window.setTimeout(() => void attempt(), pause);
  pause = Math.min(2 * pause, LONGEST);
  await show();
}

async function show(): Promise<void> {
  const box = find("[data-waits]");
  if (!box) return;
  const messages = await all();
  if (messages.length) shelf.setItem(WAITS, "1");
  else shelf.removeItem(WAITS);
  const say = words(box);
  const rows = messages.map((each) => row(each, say));
  box.hidden = !rows.length;
  find("[data-waits-rows]", box)!.replaceChildren(...rows);
  for (const list of findAll("[data-waiting-list]")) {
    const waits = messages.filter(({ state }) => state === "waits");
    list.hidden = !waits.length;
    find("[data-waiting-rows]", list)!.replaceChildren(...waits.map(({ title, photos, at }) => about(title, photos.length, at, say)));
  }
}

function about(title: string, photos: number, at: number, say: ReturnType<typeof words>): HTMLElement {
  const time = new Date(at).toLocaleString(document.documentElement.lang, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", ...zone });
  return make("li", {}, title, make("br"), make("span", { class: "muted small" }, [time, photos ? say("photos", { photos }) : ""].filter(Boolean).join(" · ")));
}

function row(message: Waiting, say: ReturnType<typeof words>): HTMLElement {
  const { key, state, problems } = message;
  const press = (word: string, work: () => void) => {
    const button = make("button", { type: "button", class: "button button--quiet button--small" }, say(word));
    button.addEventListener("click", work);
    return button;
  };
  const line = make("div", { class: "waits__row", "data-waits-state": state });
  if (state === "sent") {
    const link = make("a", { href: message.page!, "data-waits-number": "" }, say("sent", { number: message.number! }));
    link.addEventListener("click", () => void drop(key));
    line.append(link, press("close", () => void drop(key)));
  } else if (state === "refused") {
    line.append(make("span", {}, say("refused", { why: (problems ?? []).join(". ") })));
    line.append(make("a", { class: "button button--small", href: `/send/?waiting=${encodeURIComponent(key)}` }, say("mend")));
  } else if (problems) {
    line.append(make("span", {}, say("other")), press("guest", () => void asGuest(key)));
  } else {
    line.append(make("span", {}, say(progress === undefined ? "waits" : "sending", { title: message.title })));
    if (progress === undefined) line.append(press("now", () => soon()));
    else line.append(make("progress", { max: "1", value: String(progress), "aria-label": say("sending", { title: message.title }) }));
  }
  return line;
}

async function asGuest(key: string): Promise<void> {
  const known = (await all()).find((each) => each.key === key);
  if (!known) return;
  const { problems: _, ...rest } = known;
  await alone(() => keep({ ...rest, who: "" }));
  soon();
}

/** Before signing out: what waits goes now, or is dropped if the person says so; true to go on. */
export async function leave(): Promise<boolean> {
  const box = find("[data-waits]");
  await Promise.race([flush(), new Promise((done) => setTimeout(done, 10_000))]);
  const stays = (await all()).filter(({ state }) => state !== "sent");
  if (stays.length && box && !confirm(words(box)("leave", { count: stays.length }))) return false;
  for (const { key } of await all()) await drop(key);
  shelf.removeItem(WAITS);
  return true;
}
