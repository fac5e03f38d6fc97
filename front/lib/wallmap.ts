/** The map of acuity: municipalities softly filled, a glow under what is hot, hexagons with figures above.
 *
 * Three sizes of hexagons by zoom and, over the whole region, one larger still: it has the colour and
 * the figure of the most acute hexagon within it, so that nothing acute is averaged away. Colour is
 * never alone: a figure stands on every hexagon from «внимание» on, «!» on the red, too few is hatched.
 */

import { cellToBoundary, cellToLatLng, cellToParent } from "h3-js";
import type { GeoJSONSource, LngLatBoundsLike, Map as MapLibre } from "maplibre-gl";
import { Marker } from "maplibre-gl";
import { make } from "./dom";
import { BOLD, createMap } from "./map";

/** place, acuity, band, count, expected, open, overdue, forced, topic */
export type Row = [string, number | null, string, number, number, number, number, string | null, string | null];

export const BANDS = ["calm", "sparse", "attention", "tense", "acute"];
export const COLOURS: Record<string, string> = { calm: "#3c6e63", attention: "#d3a436", tense: "#f0781e", acute: "#ee1637", sparse: "#8a9a9c" };
const LARGE = "5";
const DATA = ["heat", "heat-sparse", "areas", "areas-sparse"];
/** On a desk; a wall twice as wide is one step of zoom closer for the same look. */
const STEPS: [number, string][] = [[7.3, LARGE], [8.7, "6"], [10.1, "7"], [Infinity, "8"]];

export class HeatMap {
  private map: MapLibre | undefined;
  private readonly shapes = new Map<string, GeoJSON.Geometry>();
  private scale = 1;
  private home: LngLatBoundsLike = [0, 0, 1, 1];
  private reds: Set<string> | undefined;
  private touched = false;

  constructor(
    readonly element: HTMLElement,
    private readonly chosen: (place: string) => void,
  ) {}

  async start(zoomed: () => void): Promise<void> {
    this.scale = Math.max(1, this.element.clientWidth / 1250);
    const [{ map, base }, answer] = await Promise.all([
      createMap(this.element, { theme: "dark", scale: this.scale * 1.15, padding: this.padding() }),
      fetch(this.element.dataset.shapes!),
    ]);
    const shapes = (await answer.json()) as GeoJSON.FeatureCollection;
    for (const { properties, geometry } of shapes.features) this.shapes.set((properties as { code: string }).code, geometry);
    this.map = map;
    this.home = base.bounds;
    this.layers(map);
    map.on("click", (event) => {
      const place = map.queryRenderedFeatures(event.point, { layers: DATA })[0]?.properties as { place: string } | undefined;
      if (place) this.chosen(place.place);
    });
    for (const id of DATA) {
      map.on("mouseenter", id, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", id, () => (map.getCanvas().style.cursor = ""));
    }
    map.on("zoomend", zoomed);
    map.on("movestart", (event) => {
      if ((event as { originalEvent?: Event }).originalEvent) this.touched = true;
    });
    map.on("resize", () => {
      if (!this.touched) map.fitBounds(this.home, { padding: this.padding(), animate: false });
    });
  }

  /** Shows the whole region again. */
  whole(): void {
    this.touched = false;
    this.map?.fitBounds(this.home, { padding: this.padding(), duration: still() ? 0 : 900 });
  }

  private padding() {
    const em = this.element.clientWidth / 75;
    const bottom = this.element.clientWidth > 700 ? 5 * em : em;
    return { top: em, left: em, right: 1.5 * em, bottom };
  }

  /** What to ask the server for at this zoom. */
  get level(): string {
    return this.step === LARGE ? "6" : this.step;
  }

  private get step(): string {
    const zoom = (this.map?.getZoom() ?? 6) - Math.log2(this.scale);
    return STEPS.find(([below]) => zoom < below)![1];
  }

  draw(cells: Row[], land: Row[], alone: boolean): void {
    const map = this.map;
    if (!map) return;
    const shown = alone ? [] : this.step === LARGE ? enlarged(cells) : cells.map((row): Shown => [row[0], row]);
    const put = (id: string, features: GeoJSON.Feature[]) => (map.getSource(id) as GeoJSONSource).setData(collection(features));
    put("areas", land.flatMap((row) => feature(row, this.shapes.get(row[0]), alone ? 1 : 0.62)));
    put("heat", shown.flatMap(([cell, row]) => feature(row, ring(cell), 1)));
    put("spots", shown.map(([cell, row]) => spot(cell, row)));
    map.setLayoutProperty("area-figures", "visibility", alone ? "visible" : "none");
    this.alarm(shown.filter(([, row]) => row[2] === "acute").map(([cell]) => cell));
  }

  /** Rings around what has just turned red, for half a minute. */
  private alarm(reds: string[]): void {
    const before = this.reds;
    this.reds = new Set([...(before ?? []), ...reds]);
    if (!before || !this.map || this.step !== LARGE) return;
    for (const cell of reds.filter((each) => !before.has(each)).slice(0, 6)) {
      const [lat, lon] = cellToLatLng(cell);
      const marker = new Marker({ element: make("i", { class: "wall__alarm", "aria-hidden": "true" }) }).setLngLat([lon, lat]).addTo(this.map);
      setTimeout(() => marker.remove(), 30_000);
    }
  }

  private layers(map: MapLibre): void {
    const { scale } = this;
    const ratio = Math.ceil(window.devicePixelRatio * scale);
    map.addImage("hatch", hatch(ratio), { pixelRatio: ratio / scale });
    const names = map.getStyle().layers.filter((layer) => layer.type === "symbol").map((layer) => layer.id);
    const before = names[0];
    for (const id of ["areas", "spots", "heat"]) map.addSource(id, { type: "geojson", data: collection([]), tolerance: 0.2 });
    for (const id of ["areas", "heat"]) {
      const beneath = id === "areas" ? "mask" : before;
      map.addLayer({ id, type: "fill", source: id, filter: ["!=", ["get", "band"], "sparse"], paint: { "fill-color": ["get", "colour"], "fill-opacity": ["get", "shade"] } }, beneath);
      map.addLayer({ id: `${id}-sparse`, type: "fill", source: id, filter: ["==", ["get", "band"], "sparse"], paint: { "fill-pattern": "hatch", "fill-opacity": ["get", "shade"] } }, beneath);
      map.addLayer({ id: `${id}-edges`, type: "line", source: id, paint: {
        "line-color": id === "areas" ? ["get", "colour"] : ["match", ["get", "band"], "acute", "#ffd7dc", "sparse", "#8a9a9c", "#0b1214"],
        "line-width": ["*", scale, ["match", ["get", "band"], "acute", id === "areas" ? 2 : 2.2, 0.9]],
        "line-opacity": ["match", ["get", "band"], "sparse", 0.55, 0.9],
      } }, beneath);
    }
    // far glow and near glow: red is what one sees first
    for (const [id, size, shade] of [["glow-far", 3.4, 0.55], ["glow", 1.5, 0.9]] as const)
      map.addLayer({ id, type: "circle", source: "spots", filter: ["in", ["get", "band"], ["literal", ["tense", "acute"]]], paint: {
        "circle-color": ["get", "colour"], "circle-blur": 1, "circle-pitch-alignment": "map",
        "circle-opacity": ["*", shade, ["match", ["get", "band"], "acute", 1, 0.35]],
        "circle-radius": ["*", size * scale, ["match", ["get", "band"], "acute", 36, 24]],
      } }, "heat");
    const figure = { "text-font": BOLD, "text-allow-overlap": true, "text-ignore-placement": false, "symbol-sort-key": ["-", ["coalesce", ["get", "acuity"], 0]] as never };
    const ink = { "text-color": ["match", ["get", "band"], "acute", "#ffffff", "#140d00"] as never };
    map.addLayer({ id: "figures", type: "symbol", source: "spots", filter: ["in", ["get", "band"], ["literal", ["attention", "tense", "acute"]]],
      layout: { ...figure, "text-field": ["get", "figure"], "text-size": ["*", 13.5 * scale, ["match", ["get", "band"], "acute", 1.15, 1]] as never }, paint: ink });
    map.addLayer({ id: "area-figures", type: "symbol", source: "areas", filter: ["in", ["get", "band"], ["literal", ["attention", "tense", "acute"]]],
      layout: { ...figure, visibility: "none", "text-field": ["get", "figure"], "text-size": 20 * scale },
      paint: { "text-color": "#ffffff", "text-halo-color": "#0b1113", "text-halo-width": 2 * scale } });
    // names of towns make room for the figures instead of lying on them
    for (const id of names.filter((name) => name.startsWith("towns-") && name !== "towns-outside")) {
      map.setLayoutProperty(id, "text-variable-anchor", ["bottom", "top", "left", "right"]);
      map.setLayoutProperty(id, "text-radial-offset", 1.25);
      map.setLayoutProperty(id, "text-justify", "auto");
      map.setPaintProperty(id, "text-halo-width", 2.4 * scale);
      if (id === "towns-1") map.setLayoutProperty(id, "text-allow-overlap", true); // the two cities are always named
    }
  }
}

type Shown = [cell: string, row: Row];

/** Larger hexagons for the whole region: each is its most acute part. */
function enlarged(rows: Row[]): Shown[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const parent = cellToParent(row[0], Number(LARGE));
    const known = found.get(parent);
    if (!known || weight(row) > weight(known)) found.set(parent, row);
  }
  return [...found];
}

const weight = ([, acuity, band, count]: Row): number => BANDS.indexOf(band) * 1000 + (acuity ?? 0) + Math.min(count, 999) / 1000;

export const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

const SHADES: Record<string, number> = { calm: 0.5, attention: 0.72, tense: 0.85, acute: 0.95, sparse: 0.5 };
const SOFT: Record<string, number> = { calm: 0.3, attention: 0.3, tense: 0.42, acute: 0.62, sparse: 0.3 };

function feature(row: Row, geometry: GeoJSON.Geometry | undefined, most: number): GeoJSON.Feature[] {
  if (!geometry) return [];
  const shade = most < 1 ? SOFT[row[2]]! : SHADES[row[2]]!;
  return [{ type: "Feature", geometry, properties: { ...told(row), shade } }];
}

function spot(cell: string, row: Row): GeoJSON.Feature {
  const [lat, lon] = cellToLatLng(cell);
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: told(row) };
}

function told([place, acuity, band]: Row): Record<string, unknown> {
  const figure = acuity === null ? "!" : band === "acute" ? `${acuity}!` : String(acuity);
  return { place, band, acuity, figure, colour: COLOURS[band] ?? COLOURS.calm };
}

/** «Too little data»: slanting lines, so that it is no shade of any colour. */
function hatch(ratio: number): ImageData {
  const size = 8 * ratio;
  const image = new ImageData(size, size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if ((x + y) % size < 1.5 * ratio) image.data.set([150, 170, 172, 200], (y * size + x) * 4);
  return image;
}

const rings = new Map<string, GeoJSON.Polygon>();

function ring(index: string): GeoJSON.Polygon {
  let known = rings.get(index);
  if (!known) rings.set(index, (known = { type: "Polygon", coordinates: [cellToBoundary(index, true)] }));
  return known;
}
