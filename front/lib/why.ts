/** «Почему такой цвет»: the index and its parts as bars, what is usual, what people write of, the cases behind. */

import { find, make, need, words, zone } from "./dom";
import { badge, figure } from "./scenes";

interface Titles { ru: string; en: string }
interface Mark extends Titles { reason: string; note: string; until: string | null }
interface Found {
  title: Titles; acuity: number | null; band: string; observed: number; expected: number; sentence: Titles; marks: Mark[]; hidden: boolean;
  parts: (Titles & { value: number; weight: number; points: number; explain: Titles })[];
  topics: (Titles & { code: string; count: number })[];
  instructions?: { status: string; overdue: boolean; sentence: string; organisation: string; url: string }[];
  cases: (Titles & { spoken: string; overdue: boolean; urgent: boolean; open: boolean; age_hours: number; people: number })[];
}

const language = document.documentElement.lang.startsWith("en") ? "en" : "ru";
const say = words(document);
const SHOWN = 15;

export class Why {
  private readonly dialog = need<HTMLDialogElement>("[data-why]");
  private readonly form = find<HTMLFormElement>("[data-mark]");
  private opened = "";

  constructor(private readonly query: () => URLSearchParams) {
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.mark(this.form!, (event as SubmitEvent).submitter as HTMLButtonElement | null);
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close(); // beside the panel
    });
  }

  async show(place: string): Promise<void> {
    const query = this.query();
    query.set("cell", place);
    const answer = await fetch(`/api/heatmap/why?${query}`);
    if (!answer.ok) return;
    const found = (await answer.json()) as Found;
    if (this.opened !== place) this.form?.reset();
    this.opened = place;
    this.fill(found);
    if (!this.dialog.open) this.dialog.showModal();
  }

  private fill(found: Found): void {
    const put = (name: string, ...children: (Node | string)[]) => need(`[data-why-${name}]`).replaceChildren(...children);
    need("#why_title").textContent = found.title[language];
    const head = need("[data-why-index]");
    head.dataset.band = found.band;
    head.replaceChildren(badge(found), make("span", {}, make("strong", {}, say(`band_${found.band}`)), make("small", {}, found.acuity === null ? "" : say("index", { index: found.acuity }))));
    put("sentence", found.sentence[language]);
    put("marks", ...found.marks.map((mark) =>
      make("p", { class: "notice", "data-tone": "acute" }, make("span", { class: "notice__body" }, make("strong", {}, say("forced", { reason: mark[language] })),
        ...[mark.note, mark.until ? until(mark.until) : ""].filter(Boolean).map((text) => make("span", {}, text))))));
    put("tasks", ...(found.instructions ?? []).map((task) =>
      make("p", { class: "wall__task", "data-tone": task.overdue ? "acute" : task.status === "confirmed" ? "good" : "wait" }, make("a", { href: task.url }, task.sentence), make("small", {}, task.organisation))));
    find("[data-why-instruct]")?.setAttribute("href", this.instruct());
    find("[data-why-project]")?.setAttribute("href", `/desk/projects/new/?${new URLSearchParams({ cell: this.opened })}`);
    const most = Math.max(found.observed, found.expected, 1);
    put("load", ...(found.parts.length ? [line(say("now"), found.observed / most, this.behind(found.observed), "", "now"), line(say("usually"), found.expected / most, figure(found.expected), "", "usually")] : []));
    put("parts", ...found.parts.map((part) => line(part[language], part.value, say("points", { points: Math.round(part.points), most: Math.round(100 * part.weight) }), part.explain[language], "part")));
    put("topics", ...found.topics.map((topic) => make("li", {}, make("span", {}, topic[language]), make("b", {}, String(topic.count)))));
    const rows = found.cases.slice(0, SHOWN).map((each) =>
      make("li", {}, make("a", { href: `/desk/c/${each.spoken}/`, class: "number" }, each.spoken), make("span", {}, each[language]), make("small", {}, age(each.age_hours), each.people > 1 ? ` · +${each.people - 1}` : ""),
        each.overdue ? make("span", { class: "chip", "data-tone": "acute" }, say(each.urgent ? "urgent_overdue" : "overdue")) : make("span", { class: "chip", "data-tone": each.open ? "wait" : "good" }, say(each.open ? "open" : "closed"))));
    put("cases", ...(rows.length ? rows : [make("li", { class: "wall__none" }, say("none"))]));
    const all = this.behind(found.observed, say("behind", { count: figure(found.observed) }));
    if (typeof all !== "string") need("[data-why-cases]").append(make("li", { class: "wall__none" }, all));
    if (this.form) {
      (this.form.elements.namedItem("place") as HTMLInputElement).value = this.opened;
      need<HTMLButtonElement>('[value="unmark"]', this.form).hidden = !found.marks.some((mark) => mark.reason === "manual" && mark.until);
    }
  }

  /** The figure as a link to the messages that it counts, for those who may see them. */
  private behind(count: number, said = figure(count)): HTMLElement | string {
    if (!this.dialog.dataset.behind || !count) return said;
    const asked = new URLSearchParams(location.search); // the page's own filters
    asked.set("place", this.opened);
    return make("a", { href: `${this.dialog.dataset.behind}?${asked}`, "data-why-behind": "" }, said);
  }

  /** Where an instruction about this place and topic is given. */
  private instruct(): string {
    const given = new URLSearchParams({ cell: this.opened, topic: this.query().get("topic") ?? "" });
    return `/desk/instructions/new/?${given}`;
  }

  /** The duty officer's word: keeps a place red, or lifts the mark; the stream brings the colour. */
  private async mark(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
    const body = new FormData(form);
    body.set("verb", button?.value ?? "mark");
    body.set("as", "json");
    const said = need("#mark_said", form);
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      said.textContent = ((await answer.json()) as { detail: string }).detail;
      if (answer.ok) {
        form.reset();
        await this.show(this.opened);
      }
    } catch {
      said.textContent = say("lost"); // what was typed stays
    }
  }
}

const until = (at: string): string =>
  say("until", { time: new Date(at).toLocaleString(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...zone }) });

const age = (hours: number): string => (hours < 48 ? say("hours", { hours: Math.round(hours) }) : say("days", { days: Math.round(hours / 24) }));

function line(title: string, value: number, said: string | HTMLElement, about: string, kind: string): HTMLElement {
  const parts = [make("span", {}, title), make("progress", { max: "1", value: String(value), "aria-label": title }), make("b", {}, said)];
  if (about) parts.push(make("small", {}, about));
  return make("div", { class: "wall__part", "data-kind": kind }, ...parts);
}
