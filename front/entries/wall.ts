/** The wall: a live map of acuity. Connects by itself, never goes blank, says since when it is cut off. */

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { cellToBoundary, cellToLatLng } from "h3-js";
import { find, findAll, make, need, words } from "../lib/dom";
import { createMap } from "../lib/map";

type Row = [string, number | null, string, number, number, number, number, string | null, string | null];
interface Titles { ru: string; en: string }
interface Worst { place: string; ru: string; en: string; acuity: number | null; band: string; count: number; expected: number; topic: string | null }
interface Latest { at: string; ru: string; en: string; place_ru: string; place_en: string }
interface Frame {
  as_of: number; at: string; levels: Record<string, { rows: Row[]; gone: string[] }>;
  tiles?: Record<string, number | null>; worst?: Worst[]; latest?: Latest[]; topics?: Record<string, Titles>;
}

const COLOURS: Record<string, string> = { calm: "#39504a", attention: "#b98a2e", tense: "#f0781e", acute: "#d3102f", sparse: "#5b6a6a" };
const language = document.documentElement.lang.startsWith("en") ? "en" : "ru";
const say = words(document);
const SILENCE = 50_000; // the stream says «alive» every 20 s
const FEW = 10;

class Wall {
  private readonly levels = new Map<string, Map<string, Row>>();
  private topics: Record<string, Titles> = {};
  private map: MapLibre | undefined;
  private readonly shapes = new Map<string, GeoJSON.Geometry>();
  private readonly filters = need<HTMLFormElement>("[data-filters]");
  private last = "";
  private waiting = 0;
  private heard = Date.now();
  private source: EventSource | undefined;
  private opened = "";

  constructor(private readonly element: HTMLElement) {}

  async start(): Promise<void> {
    this.listen();
    this.clock();
    this.marking();
    setInterval(() => {
      if (Date.now() - this.heard > SILENCE) this.again();
    }, 5000);
    this.filters.addEventListener("change", () => void this.ask());
    const [{ map }, answer] = await Promise.all([createMap(this.element, { theme: "dark" }), fetch(this.element.dataset.shapes!)]);
    const shapes = (await answer.json()) as GeoJSON.FeatureCollection;
    for (const { properties, geometry } of shapes.features) this.shapes.set((properties as { code: string }).code, geometry);
    this.map = map;
    this.layers(map);
    map.on("click", (event) => {
      const layers = ["heat", "heat-sparse", "land", "land-sparse"];
      const place = map.queryRenderedFeatures(event.point, { layers })[0]?.properties as { place: string } | undefined;
      if (place) void this.why(place.place);
    });
    for (const id of ["heat", "heat-sparse", "land", "land-sparse"]) {
      map.on("mouseenter", id, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", id, () => (map.getCanvas().style.cursor = ""));
    }
    map.on("zoomend", () => (this.filtered() ? void this.ask() : this.draw()));
    this.draw();
    this.element.dataset.ready = "1";
  }

  /** Municipalities beneath, a glow around what is acute, hexagons above; too little data is hatched. */
  private layers(map: MapLibre): void {
    const ratio = Math.ceil(window.devicePixelRatio);
    map.addImage("hatch", hatch(ratio), { pixelRatio: ratio });
    const before = map.getStyle().layers.find((layer) => layer.type === "symbol")?.id;
    for (const id of ["land", "glow", "heat"]) map.addSource(id, { type: "geojson", data: collection([]) });
    for (const id of ["land", "heat"]) {
      map.addLayer({ id, type: "fill", source: id, filter: ["!=", ["get", "band"], "sparse"], paint: { "fill-color": ["get", "colour"], "fill-opacity": ["get", "shade"] } }, before);
      map.addLayer({ id: `${id}-sparse`, type: "fill", source: id, filter: ["==", ["get", "band"], "sparse"], paint: { "fill-pattern": "hatch", "fill-opacity": ["get", "shade"] } }, before);
      map.addLayer({ id: `${id}-edges`, type: "line", source: id, paint: { "line-color": ["get", "colour"], "line-width": ["case", ["==", ["get", "band"], "acute"], 2.5, 0.8], "line-opacity": 0.9 } }, before);
    }
    map.addLayer({ id: "glow", type: "circle", source: "glow", paint: {
      "circle-color": ["get", "colour"], "circle-blur": 1, "circle-opacity": ["get", "shade"],
      "circle-radius": ["interpolate", ["exponential", 2], ["zoom"], 5, ["*", 0.4, ["get", "size"]], 8, ["*", 1.4, ["get", "size"]]],
    } }, "heat");
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
    if (frame.tiles) this.tiles(frame.tiles);
    if (frame.worst) this.worst(frame.worst);
    if (frame.latest) this.latest(frame.latest);
    if (this.filtered()) {
      clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => void this.ask(), 1000);
    } else this.draw();
    this.element.dataset.asOf = String(frame.as_of);
  }

  private value(name: string): string {
    return (this.filters.elements.namedItem(name) as HTMLSelectElement).value;
  }

  private filtered(): boolean {
    return ["topic", "days", "channel", "status"].some((name) => this.value(name) !== "");
  }

  private level(): string {
    if (this.value("layer") === "territory") return "territory";
    const zoom = this.map?.getZoom() ?? 6;
    return zoom < 8 ? "6" : zoom < 10 ? "7" : "8";
  }

  private query(): URLSearchParams {
    const query = new URLSearchParams();
    for (const name of ["topic", "channel", "status"]) if (this.value(name)) query.set(name, this.value(name));
    const days = Number(this.value("days"));
    if (days) query.set("from", new Date(Date.now() - days * 86_400_000).toISOString());
    if (this.element.dataset.token) query.set("token", this.element.dataset.token);
    return query;
  }

  /** Asks for what the stream does not carry: the map under filters. */
  private async ask(): Promise<void> {
    if (!this.filtered()) return this.draw();
    const level = this.level();
    try {
      const [cells, land] = await Promise.all([this.fetched(level), this.fetched("territory")]);
      this.draw(cells, land);
    } catch (reason) {
      console.warn("The map under filters did not answer", reason);
    }
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
    const level = this.level();
    const known = (name: string) => [...(this.levels.get(name)?.values() ?? [])];
    const shown = rows ?? known(level);
    const beneath = land ?? known("territory");
    const alone = level === "territory";
    const put = (id: string, features: GeoJSON.Feature[]) =>
      (this.map?.getSource(id) as GeoJSONSource | undefined)?.setData(collection(features));
    put("land", beneath.flatMap((row) => feature(row, this.shapes.get(row[0]), alone ? 0.85 : 0.28)));
    put("heat", alone ? [] : shown.flatMap((row) => feature(row, cell(row[0]), 0.9)));
    put("glow", alone || level !== "6" ? [] : shown.flatMap(glow));
    this.element.dataset.red = String(shown.filter((row) => row[2] === "acute").length);
    this.element.dataset.count = String(shown.reduce((total, row) => total + row[3], 0));
  }

  private tiles(tiles: Record<string, number | null>): void {
    for (const tile of findAll("[data-tile]")) {
      const value = tiles[tile.dataset.tile!];
      if (value !== undefined) tile.textContent = value === null ? "—" : value.toLocaleString(language);
    }
    const [today, usual] = [tiles.today ?? 0, tiles.usual_today ?? 0];
    const change = find('[data-tile="change"]');
    if (!change) return;
    const share = Math.round(Math.abs(today / usual - 1) * 100);
    // a share of a handful says nothing: at night one message more is «+100 %»
    if (usual >= FEW) change.textContent = `${today >= usual ? "▲" : "▼"} ${share} %`;
    else change.textContent = tiles.usual_today == null ? "" : say("usual", { usual: Math.round(usual) });
    change.dataset.worse = String(usual >= FEW && today > usual * 1.1);
  }

  private worst(list: Worst[]): void {
    need("[data-worst]").replaceChildren(
      ...list.map((each) => {
        const topic = each.topic ? (this.topics[each.topic]?.[language] ?? "") : "";
        const button = make("button", { type: "button", "data-band": each.band }, make("span", { class: "hex", "aria-hidden": "true" }),
          make("span", {}, make("strong", {}, each[language]), make("br"), make("small", {}, `${topic} · ${each.count}`)), make("b", {}, String(each.acuity ?? "—")));
        button.addEventListener("click", () => void this.why(each.place));
        return make("li", {}, button);
      }),
    );
  }

  private latest(list: Latest[]): void {
    const time = (at: string) => new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    need("[data-latest]").replaceChildren(
      ...list.slice(0, 6).map((each) => make("li", {}, each[language], " ", make("small", {}, `· ${language === "en" ? each.place_en : each.place_ru} · ${time(each.at)}`))),
    );
  }

  /** The duty officer's word: keeps a place red, or lifts the mark; the stream brings the colour. */
  private marking(): void {
    const form = find<HTMLFormElement>("[data-mark]");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.mark(form, (event as SubmitEvent).submitter as HTMLButtonElement | null);
    });
  }

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
        await this.why(this.opened);
      }
    } catch {
      said.textContent = say("lost"); // what was typed stays
    }
  }

  private async why(place: string): Promise<void> {
    const query = this.query();
    query.set("cell", place);
    const answer = await fetch(`/api/heatmap/why?${query}`);
    if (!answer.ok) return;
    const found = await answer.json();
    const dialog = need<HTMLDialogElement>("[data-why]");
    if (this.opened !== place) find<HTMLFormElement>("[data-mark]")?.reset();
    this.opened = place;
    need("#why_title").textContent = found.title[language];
    need("[data-why-index]").textContent = found.acuity === null ? "—" : `${found.acuity} / 100`;
    need("[data-why-sentence]").textContent = found.sentence[language];
    const marks = found.marks as (Titles & { reason: string; note: string; until: string | null })[];
    const until = (at: string) => say("until", { time: new Date(at).toLocaleString(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }) });
    need("[data-why-marks]").replaceChildren(
      ...marks.map((mark) => make("p", {}, make("span", { class: "chip", "data-tone": "acute" }, mark[language]), " ", [mark.note, mark.until ? until(mark.until) : ""].filter(Boolean).join(" · "))),
    );
    const form = find<HTMLFormElement>("[data-mark]");
    if (form) {
      (form.elements.namedItem("place") as HTMLInputElement).value = place;
      need<HTMLButtonElement>('[value="unmark"]', form).hidden = !marks.some((mark) => mark.reason === "manual" && mark.until);
    }
    need("[data-why-parts]").replaceChildren(
      ...found.parts.map((part: Titles & { value: number; points: number; explain: Titles }) =>
        make("div", { class: "wall__part" }, make("span", {}, part[language]),
          make("progress", { max: "1", value: String(part.value), "aria-label": part[language] }), make("b", {}, String(Math.round(part.points))), make("small", {}, part.explain[language])),
      ),
    );
    const cases = found.cases as (Titles & { spoken: string; overdue: boolean; status: string })[];
    need("[data-why-cases]").replaceChildren(
      ...(cases.length
        ? cases.slice(0, 12).map((each) => make("li", {}, make("a", { href: `/desk/c/${each.spoken}/` }, each.spoken), ` ${each[language]}`, each.overdue ? ` · ${say("overdue")}` : ""))
        : [make("li", {}, say("none"))]),
    );
    if (!dialog.open) dialog.showModal();
  }

  private state(on: boolean): void {
    const place = need("[data-live]");
    if (on) this.heard = Date.now();
    place.dataset.state = on ? "on" : "off";
    const time = this.last ? new Date(this.last).toLocaleTimeString(language) : "—";
    place.textContent = on ? place.dataset.on! : place.dataset.off!.replace("{time}", time);
  }

  private clock(): void {
    const place = need("[data-clock]");
    const tick = () => (place.textContent = new Date().toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" }));
    tick();
    setInterval(tick, 5000);
  }
}

function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

function feature([place, acuity, band, count]: Row, geometry: GeoJSON.Geometry | undefined, most: number): GeoJSON.Feature[] {
  if (!geometry) return [];
  const shade = most * (band === "sparse" || band === "acute" ? 1 : 0.5 + (acuity ?? 0) / 200);
  return [{ type: "Feature", geometry, properties: { place, band, count, colour: COLOURS[band] ?? "#39504a", shade } }];
}

function glow([place, , band, count]: Row): GeoJSON.Feature[] {
  if (band === "sparse" || band === "calm") return [];
  const [lat, lon] = cellToLatLng(place);
  const size = 26 + 14 * Math.log10(1 + count);
  return [{ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { colour: COLOURS[band], size, shade: band === "acute" ? 0.7 : 0.4 } }];
}

/** «Too little data»: slanting lines, so that it is no shade of any colour. */
function hatch(ratio: number): ImageData {
  const size = 8 * ratio;
  const image = new ImageData(size, size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if ((x + y) % size < 1.6 * ratio) image.data.set([150, 170, 172, 190], (y * size + x) * 4);
  return image;
}

const rings = new Map<string, GeoJSON.Polygon>();

function cell(index: string): GeoJSON.Polygon {
  let known = rings.get(index);
  if (!known) rings.set(index, (known = { type: "Polygon", coordinates: [cellToBoundary(index, true)] }));
  return known;
}

const element = find("[data-wall]");
if (element) void new Wall(element).start();
