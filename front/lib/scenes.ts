/** The wall's scenes: the map, the most acute, who owes answers, what was promised, what was solved. They change by themselves,
 * stop while somebody touches the wall, and can be switched off: `[data-rotate]` remembers it.
 */

import { find, findAll, make, need, words, zone } from "./dom";
import { still } from "./wallmap";

export interface Worst { place: string; ru: string; en: string; acuity: number | null; band: string; count: number; expected: number; topic: string | null; forced: string | null }
interface Boards {
  overdue?: { title: string; overdue: number; open: number; since: string }[];
  promises: { overdue: number; undecided: number; broken: { what: string; body: string; days: number; project: string }[] };
  solved: { at: string; ru: string; en: string; place_ru: string; place_en: string }[];
}

const SECONDS: Record<string, number> = { map: 45, worst: 20, overdue: 20, promises: 20, solved: 20 };
const QUIET = 90_000;
const LINES = 8;
const KEPT = "otklik.wall.rotate";
const language = document.documentElement.lang.startsWith("en") ? "en" : "ru";
const say = words(document);
const share = (part: number, whole: number): string => `${Math.round(Math.min(1, part / Math.max(1, whole)) * 100)}%`;
export const clock = (at: string | number): string => new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", ...zone });

export class Scenes {
  private readonly tabs = findAll<HTMLButtonElement>("[data-scene-tab]");
  private readonly rotate = need<HTMLButtonElement>("[data-rotate]");
  private now = "map";
  private since = Date.now();
  private quiet = 0;
  private worstList: Worst[] = [];
  private topic: (code: string | null) => string = () => "";

  constructor(
    private readonly boards: string,
    private readonly chosen: (place: string) => void,
    private readonly home: () => void,
  ) {
    for (const tab of this.tabs) tab.addEventListener("click", () => this.show(tab.dataset.sceneTab!));
    const kept = localStorage.getItem(KEPT);
    this.turn(kept ? kept === "on" : this.rotate.dataset.rotate === "on" && !still());
    this.rotate.addEventListener("click", () => {
      this.turn(!this.on);
      localStorage.setItem(KEPT, this.on ? "on" : "off");
    });
    for (const kind of ["pointerdown", "pointermove", "wheel", "keydown"])
      addEventListener(kind, () => (this.quiet = Date.now() + QUIET), { passive: true });
    setInterval(() => this.tick(), 1000);
    void this.ask(); // so that no screen is empty when its turn comes
    setInterval(() => void this.ask(), 60_000);
  }

  private get on(): boolean {
    return this.rotate.getAttribute("aria-pressed") === "true";
  }

  private turn(on: boolean): void {
    this.rotate.setAttribute("aria-pressed", String(on));
    this.since = Date.now();
  }

  private tick(): void {
    if (!this.on || Date.now() < this.quiet || find("dialog[open]")) return void (this.since = Date.now());
    if (Date.now() - this.since < SECONDS[this.now]! * 1000) return;
    const names = this.tabs.filter((tab) => !tab.hidden).map((tab) => tab.dataset.sceneTab!);
    this.show(names[(names.indexOf(this.now) + 1) % names.length]!);
    if (this.now === "map") this.home();
  }

  /** The news is on the map: something has just turned red. */
  alarm(): void {
    if (this.on && Date.now() > this.quiet && !find("dialog[open]")) this.show("map");
  }

  private show(scene: string): void {
    this.now = scene;
    this.since = Date.now();
    for (const tab of this.tabs) tab.setAttribute("aria-pressed", String(tab.dataset.sceneTab === scene));
    for (const board of findAll("[data-scene]")) board.hidden = board.dataset.scene !== scene;
    need("[data-legend]").hidden = scene !== "map";
    if (scene !== "map" && scene !== "worst") void this.ask();
  }

  /** Big lines of the most acute, in step with the panel beside. */
  worst(list: Worst[], topic: (code: string | null) => string): void {
    this.worstList = list;
    this.topic = topic;
    need("[data-board-worst]").replaceChildren(
      ...this.worstList.slice(0, LINES).map((each) => {
        const button = make("button", { type: "button", class: "wall__line", "data-band": each.band },
          badge(each), make("span", { class: "wall__what" }, make("strong", {}, each[language]), make("small", {}, reason(each) || this.topic(each.topic))),
          bar(share(each.acuity ?? 0, 100)), make("span", { class: "wall__sum" }, make("b", {}, String(each.count)), make("small", {}, say("usual", { usual: figure(each.expected) }))));
        button.addEventListener("click", () => this.chosen(each.place));
        return make("li", {}, button);
      }),
    );
  }

  /** What bodies promised after votes and surveys and did not keep; its screen is there when something presses. */
  private promised({ overdue, undecided, broken }: Boards["promises"]): void {
    const tab = this.tabs.find((each) => each.dataset.sceneTab === "promises");
    if (tab) tab.hidden = !overdue && !undecided;
    need("[data-promises]").textContent = say("promises", { late: overdue, undecided });
    const most = Math.max(1, ...broken.map((each) => each.days));
    need("[data-board-promises]").replaceChildren(
      ...(broken.length ? broken.slice(0, LINES).map((each) =>
        make("li", { class: "wall__line", "data-band": "late" },
          make("span", { class: "wall__what" }, make("strong", {}, each.what), make("small", {}, `${each.body} · ${each.project}`)),
          bar(share(each.days, most)), make("span", { class: "wall__sum" }, make("b", {}, String(each.days)), make("small", {}, say("late_days"))))) : [make("li", {}, say("kept"))]),
    );
  }

  private async ask(): Promise<void> {
    try {
      const answer = await fetch(this.boards);
      if (!answer.ok) return;
      const { overdue = [], solved, promises } = (await answer.json()) as Boards;
      this.promised(promises);
      const most = Math.max(1, ...overdue.map((each) => each.overdue));
      find("[data-board-overdue]")?.replaceChildren(
        ...(overdue.length ? overdue.slice(0, LINES).map((each) =>
          make("li", { class: "wall__line", "data-band": "late" },
            make("span", { class: "wall__what" }, make("strong", {}, each.title), make("small", {}, say("since", { day: new Date(each.since).toLocaleDateString(language, { day: "numeric", month: "long", ...zone }) }))),
            bar(share(each.overdue, most)), make("span", { class: "wall__sum" }, make("b", {}, String(each.overdue)), make("small", {}, say("of", { open: each.open }))))) : [make("li", {}, say("nobody"))]),
      );
      need("[data-board-solved]").replaceChildren(
        ...(solved.length ? solved.slice(0, LINES).map((each) =>
          make("li", { class: "wall__line" }, make("time", {}, clock(each.at)),
            make("span", { class: "wall__what" }, make("strong", {}, each[language]), make("small", {}, each[`place_${language}`])))) : [make("li", {}, say("early"))]),
      );
    } catch (reason) {
      console.warn("The boards did not answer", reason); // what was shown stays
    }
  }
}

/** Why a place is red whatever its figure; nothing if its figure alone tells. */
export const reason = (each: Worst): string => (each.forced ? say(`reason_${each.forced}`) : "");

export const figure = (value: number): string => value.toLocaleString(language, { maximumFractionDigits: value < 10 ? 1 : 0 });

/** The hexagon of the map with the same figure in it. */
export function badge(each: { acuity: number | null; band: string }): HTMLElement {
  const sign = each.band === "acute" ? "!" : "";
  return make("span", { class: "hex hex--figure" }, each.acuity === null ? sign || "·" : `${each.acuity}${sign}`);
}

function bar(width: string): HTMLElement {
  const line = make("i", {});
  line.style.inlineSize = width;
  return make("span", { class: "wall__bar", "aria-hidden": "true" }, line);
}
