/** The wall: a live map of acuity. Connects by itself, never goes blank, says since when it is cut off. */

import { find, findAll, later, make, need, words, zone } from "../lib/dom";
import { badge, clock, figure, reason, Scenes, type Worst } from "../lib/scenes";
import { HeatMap, type Row } from "../lib/wallmap";
import { Why } from "../lib/why";

interface Titles { ru: string; en: string }
interface Latest { at: string; ru: string; en: string; place_ru: string; place_en: string }
type Tiles = Record<string, number | null>;
interface Panel { tiles?: Tiles; worst?: Worst[]; latest?: Latest[]; topics?: Record<string, Titles> }
interface Frame extends Panel { as_of: number; at: string; levels: Record<string, { rows: Row[]; gone: string[] }> }

const language = document.documentElement.lang.startsWith("en") ? "en" : "ru";
const say = words(document);
const SILENCE = 50_000; // the stream says «alive» every 20 s
const FEW = 10;

const NOTICED = 8000;
const FILTERS = ["topic", "territory", "days", "from", "to", "channel", "status"];

class Wall {
  private readonly levels = new Map<string, Map<string, Row>>();
  private topics: Record<string, Titles> = {};
  private whole: Panel = {}; // what stands beside the map of everything
  private readonly filters = need<HTMLFormElement>("[data-filters]");
  private readonly why = new Why(() => this.query());
  private readonly map: HeatMap;
  private readonly scenes: Scenes;
  private last = "";
  private heard = Date.now();
  private source: EventSource | undefined;
  private reds: number | undefined;
  private readonly soon = later(1000, () => void this.ask());
  private readonly cover = need("[data-cover]");
  private asking = 0;

  constructor(private readonly element: HTMLElement) {
    const open = (place: string) => void this.why.show(place);
    this.map = new HeatMap(element, open);
    this.cover.hidden = false;
    this.scenes = new Scenes(element.dataset.boards!, open, () => this.map.whole());
  }

  async start(): Promise<void> {
    this.listen();
    this.clock();
    setInterval(() => {
      if (Date.now() - this.heard > SILENCE) this.again();
    }, 5000);
    this.filters.addEventListener("submit", (event) => event.preventDefault());
    this.filters.addEventListener("change", (event) => {
      this.oneTime((event.target as HTMLInputElement).name);
      void this.ask();
    });
    this.filters.addEventListener("reset", (event) => {
      event.preventDefault(); // what the address asked for is no «everything»
      for (const each of FILTERS) this.field(each).value = "";
      void this.ask();
    });
    this.asked();
    await this.map.start(() => (this.filtered() ? void this.ask() : this.draw()));
    if (this.filtered()) void this.ask();
    else this.draw();
    this.element.dataset.ready = "1";
    if (!this.asking) this.told("");
  }

  /** Opens the stream anew: nothing was heard for so long that the line must be dead. */
  private again(): void {
    this.source?.close();
    this.state(false);
    this.heard = Date.now();
    this.listen();
  }

  /** The stream: the browser itself reconnects with Last-Event-ID; after a refusal a new one is opened. */
  private listen(): void {
    const token = this.element.dataset.token ? `?token=${encodeURIComponent(this.element.dataset.token)}` : "";
    const source = (this.source = new EventSource(`/live/heatmap${token}`));
    source.addEventListener("alive", () => this.state(true));
    source.addEventListener("snapshot", (event) => this.take(JSON.parse(event.data as string) as Frame, true));
    source.addEventListener("frame", (event) => this.take(JSON.parse(event.data as string) as Frame, false));
    source.addEventListener("open", () => this.state(true));
    source.addEventListener("error", () => {
      this.state(false);
      if (source.readyState === EventSource.CLOSED && source === this.source)
        setTimeout(() => source === this.source && this.listen(), 3000 + Math.random() * 4000);
    });
  }

  private take(frame: Frame, whole: boolean): void {
    for (const [level, { rows, gone }] of Object.entries(frame.levels)) {
      const known = whole ? new Map<string, Row>() : (this.levels.get(level) ?? new Map<string, Row>());
      for (const row of rows) known.set(row[0], row);
      for (const place of gone) known.delete(place);
      this.levels.set(level, known);
    }
    this.topics = { ...this.topics, ...frame.topics };
    this.last = frame.at;
    this.state(true);
    for (const part of ["tiles", "worst", "latest"] as const) if (frame[part]) this.whole = { ...this.whole, [part]: frame[part] };
    if (frame.tiles) this.tiles(frame.tiles, need(".wall__stage")); // the other screens are of the whole region
    if (this.filtered()) this.soon();
    else {
      this.beside(frame);
      this.draw();
    }
    this.element.dataset.asOf = String(frame.as_of);
  }

  private field(name: string): HTMLSelectElement | HTMLInputElement {
    return this.filters.elements.namedItem(name) as HTMLSelectElement | HTMLInputElement;
  }

  private readonly value = (name: string): string => this.field(name).value;

  private filtered(): boolean {
    return FILTERS.some((name) => this.value(name) !== "");
  }

  /** A period that ends now and days that are named exclude each other; the last choice counts. */
  private oneTime(changed: string): void {
    if (changed === "days") this.field("from").value = this.field("to").value = "";
    if (changed === "from" || changed === "to") this.field("days").value = "";
    const [since, until] = [this.value("from"), this.value("to")];
    if (since && until && until < since) [this.field("from").value, this.field("to").value] = [until, since];
  }

  private query(): URLSearchParams {
    const query = new URLSearchParams();
    for (const name of ["topic", "territory", "channel", "status"]) if (this.value(name)) query.set(name, this.value(name));
    const days = Number(this.value("days"));
    if (days) query.set("from", new Date(Date.now() - days * 86_400_000).toISOString());
    // without a zone: the days are the region's, whatever the monitor's clock is set to
    if (this.value("from")) query.set("from", `${this.value("from")}T00:00:00`);
    if (this.value("to")) query.set("to", `${this.value("to")}T23:59:59`);
    if (this.element.dataset.token) query.set("token", this.element.dataset.token);
    return query;
  }

  /** Asks for what the stream does not carry: the map under filters. */
  private async ask(): Promise<void> {
    this.asked();
    const question = ++this.asking; // an answer to an earlier one that comes late is not drawn
    if (!this.filtered()) {
      this.told("");
      this.beside(this.whole);
      return this.draw();
    }
    this.told(say("asking"));
    try {
      const [cells, land, panel] = await Promise.all([this.fetched(this.map.level), this.fetched("territory"), this.fetchedPanel()]);
      if (question !== this.asking) return;
      this.beside(panel);
      this.draw(cells, land);
      this.told("");
    } catch (reason) {
      console.warn("The map under filters did not answer", reason);
      if (question === this.asking) this.told(say("unanswered"));
    }
  }

  /** Says over the map what it waits for; nothing when it shows what is asked. */
  private told(text: string): void {
    this.cover.textContent = text;
    this.cover.hidden = !text;
  }

  /** Says on the button what is asked, so that a filtered map is never taken for the whole. */
  private asked(): void {
    const chosen = FILTERS.map((name) => this.field(name)).filter((each) => each.value);
    const words = chosen.map((each) =>
      each instanceof HTMLSelectElement ? each.selectedOptions[0]!.textContent!.trim() : say(each.name, { day: each.value.split("-").reverse().slice(0, 2).join(".") }));
    const button = need("[data-asked]");
    button.textContent = words.length ? words.join(" · ") : say("everything");
    need("[data-asked-by]").toggleAttribute("data-narrow", words.length > 0);
    const same = this.chosen();
    for (const each of findAll("[data-of]")) each.textContent = words.length ? words.join(" · ") : each.dataset.of!;
    for (const each of findAll("[data-of-everything]")) each.hidden = !words.length; // what does not follow says so
    for (const link of findAll<HTMLAnchorElement>("a[data-tile]")) this.list(link);
    need<HTMLAnchorElement>("[data-as-table]").search = String(same); // the equal table, asked the same
    history.replaceState(null, "", `${location.pathname}${words.length ? `?${same}` : ""}`); // to be passed on or reloaded
  }

  private chosen(): URLSearchParams {
    return new URLSearchParams(FILTERS.filter((name) => this.value(name)).map((name) => [name, this.value(name)]));
  }

  /** A figure under filters opens the list of the same; there is no list of «counted today and now answered». */
  private list(link: HTMLAnchorElement): void {
    const query = new URLSearchParams((link.dataset.list ??= link.search));
    for (const name of ["topic", "territory", "channel"]) if (this.value(name)) query.set(name, this.value(name));
    if (this.value("status")) link.removeAttribute("href");
    else link.href = `/desk/?${query}`;
  }

  private async fetchedPanel(): Promise<Panel> {
    const query = this.chosen();
    if (this.element.dataset.token) query.set("token", this.element.dataset.token);
    const answer = await fetch(`${this.element.dataset.side!}?${query}`);
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as Panel;
  }

  /** What stands beside the map: figures, the most acute places, the newest messages. */
  private beside(panel: Panel): void {
    this.topics = { ...this.topics, ...panel.topics };
    if (panel.tiles) this.tiles(panel.tiles, need(".wall__side"));
    if (panel.worst) this.worst(panel.worst);
    if (panel.latest) this.latest(panel.latest);
  }

  private async fetched(level: string): Promise<Row[]> {
    const query = this.query();
    query.set("resolution", level);
    const answer = await fetch(`/api/heatmap?${query}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = (await answer.json()) as { cells: Record<string, never>[]; topics: Record<string, Titles> };
    this.topics = { ...this.topics, ...found.topics };
    const fields = ["cell", "acuity", "band", "count", "expected", "open", "overdue", "forced", "topic"];
    return found.cells.map((cell) => fields.map((field) => cell[field]) as unknown as Row);
  }

  private draw(rows?: Row[], land?: Row[]): void {
    const known = (name: string) => [...(this.levels.get(name)?.values() ?? [])];
    const shown = rows ?? known(this.map.level);
    const beneath = land ?? known("territory");
    this.map.draw(shown, beneath, this.value("layer") === "territory");
    const reds = known("territory").filter((row) => row[2] === "acute").length;
    if (this.reds !== undefined && reds > this.reds) this.scenes.alarm();
    this.reds = this.levels.size ? reds : undefined;
    this.element.dataset.red = String(shown.filter((row) => row[2] === "acute").length);
    this.element.dataset.count = String(shown.reduce((total, row) => total + row[3], 0));
  }

  private tiles(tiles: Tiles, within: HTMLElement): void {
    for (const tile of findAll("[data-tile]", within)) {
      const value = tiles[tile.dataset.tile!];
      if (value !== undefined) tile.textContent = value === null ? "—" : value.toLocaleString(language);
    }
    const usual = tiles.usual_today ?? null;
    const change = (name: string, text: string, bad: number, against = ""): void => {
      for (const place of findAll(`[data-change="${name}"]`, within)) {
        place.replaceChildren(...(text ? [text, " ", make("small", {}, against)] : []));
        place.dataset.mood = bad > 0 ? "worse" : bad < 0 ? "better" : "same";
      }
    };
    // a share of a handful says nothing: at night one message more is «+100 %»
    if (usual !== null && usual < FEW) change("today", say("usual", { usual: Math.round(usual) }), 0);
    else change("today", percent(tiles.today, usual), worse(tiles.today, usual, 0.1), say("against_usual"));
    change("overdue", difference(tiles.overdue, tiles.overdue_before), worse(tiles.overdue, tiles.overdue_before), say("against_day"));
    change("first_answer", difference(tiles.first_answer_hours, tiles.first_answer_before), worse(tiles.first_answer_hours, tiles.first_answer_before), say("against_week"));
    change("rating", difference(tiles.rating, tiles.rating_before), -worse(tiles.rating, tiles.rating_before), say("against_month"));
  }

  private readonly topic = (code: string | null): string => (code ? (this.topics[code]?.[language] ?? "") : "");

  private worst(list: Worst[]): void {
    this.scenes.worst(list, this.topic);
    need("[data-worst]").replaceChildren(
      ...(list.length ? [] : [make("li", { class: "wall__none" }, say("quiet"))]),
      ...list.map((each) => {
        const more = Math.round(each.count - each.expected);
        const button = make("button", { type: "button", "data-band": each.band }, badge(each),
          make("span", { class: "wall__what" }, make("strong", {}, each[language]), make("small", {}, `${say("all", { count: figure(each.count) })} · ${reason(each) || this.topic(each.topic)}`)),
          make("b", { "data-mood": more > 0 ? "worse" : more < 0 ? "better" : "same", title: say("usual", { usual: figure(each.expected) }) }, more > 0 ? `+${more}` : String(more).replace("-", "−")));
        button.addEventListener("click", () => void this.why.show(each.place));
        return make("li", {}, button);
      }),
    );
  }

  private latest(list: Latest[]): void {
    need("[data-now]").hidden = !list.length;
    need("[data-latest]").replaceChildren(
      ...list.slice(0, 6).map((each) => make("li", {}, make("time", {}, when(each.at)), make("span", {}, each[language], " ", make("small", {}, each[`place_${language}`])))),
    );
  }

  private state(on: boolean): void {
    const place = need("[data-live]");
    if (on) this.heard = Date.now();
    place.dataset.state = on ? "on" : "off";
    const time = this.last ? new Date(this.last).toLocaleTimeString(language, zone) : "—";
    place.textContent = on ? place.dataset.on! : place.dataset.off!.replace("{time}", time);
    need("[data-stamp]").textContent = on && this.last ? say("stamp", { time }) : "";
  }

  private clock(): void {
    const tick = () => {
      need("[data-clock]").textContent = clock(Date.now());
      need("[data-day]").textContent = new Date().toLocaleDateString(language, { day: "numeric", month: "long", weekday: "short", ...zone });
    };
    tick();
    setInterval(tick, 5000);
  }
}

/** A message of today by its hour, an older one by its day. */
function when(at: string): string {
  const day = (moment: Date): string => moment.toLocaleDateString(language, { day: "2-digit", month: "2-digit", ...zone });
  const that = day(new Date(at));
  return that === day(new Date()) ? clock(at) : that;
}

type Value = number | null | undefined;

/** 1 if the first is clearly more, −1 if clearly less, else 0. */
function worse(now: Value, before: Value, within = 0): number {
  if (now == null || before == null || Math.abs(now - before) <= Math.abs(before) * within) return 0;
  return Math.sign(now - before);
}

function percent(now: Value, before: Value): string {
  if (now == null || !before) return "";
  const share = Math.round((now / before - 1) * 100);
  return `${share < 0 ? "▼" : "▲"} ${Math.abs(share)} %`;
}

function difference(now: Value, before: Value): string {
  if (now == null || before == null) return "";
  const more = Math.round((now - before) * 10) / 10;
  return more ? `${more < 0 ? "▼" : "▲"} ${Math.abs(more).toLocaleString(language)}` : "=";
}

const element = find("[data-wall]");
if (element) {
  void new Wall(element).start();
  setTimeout(() => find(".page--notices")?.remove(), NOTICED); // a monitor has nobody to close it
}
