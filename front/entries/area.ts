/** An area drawn on a map by its corners: a press, or the button, puts one; without the map the form
 * offers a municipality or an address as before. */

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { find, findAll, need, words } from "../lib/dom";

type Corner = [number, number];
const LEAST = 3;
const MOST = 60;

const root = find("[data-area]");
if (root) begin(root);

function begin(root: HTMLElement): void {
  const choice = need<HTMLElement>("[data-drawn]");
  choice.hidden = false;
  let mounted = false;
  const show = () => {
    const place = find<HTMLInputElement>('input[name="place"]:checked')?.value;
    for (const part of findAll("[data-for]")) part.hidden = part.dataset.for !== place;
    if (place === "area" && !mounted) {
      mounted = true;
      void mount(root);
    }
  };
  for (const each of findAll('input[name="place"]')) each.addEventListener("change", show);
  show();
}

async function mount(root: HTMLElement): Promise<void> {
  const frame = need("[data-area-map]", root);
  const field = need<HTMLInputElement>('input[name="shape"]', root);
  const said = need("[data-area-said]", root);
  const say = words(root);
  let map: MapLibre;
  try {
    const { createMap } = await import("../lib/map");
    ({ map } = await createMap(frame, { padding: 8 }));
  } catch (reason) {
    console.warn(reason);
    need("[data-area-cover]", frame).textContent = say("failed");
    return;
  }
  find("[data-area-cover]", frame)?.remove();
  const corners: Corner[] = read(field.value);
  const color = getComputedStyle(document.documentElement).getPropertyValue("--brand").trim() || "#0b5cad";
  map.addSource("area", { type: "geojson", data: drawn(corners) });
  map.addLayer({ id: "area-fill", type: "fill", source: "area", filter: ["==", "$type", "Polygon"], paint: { "fill-color": color, "fill-opacity": 0.18 } });
  map.addLayer({ id: "area-line", type: "line", source: "area", filter: ["!=", "$type", "Point"], paint: { "line-color": color, "line-width": 2.5 } });
  map.addLayer({ id: "area-corner", type: "circle", source: "area", filter: ["==", "$type", "Point"], paint: { "circle-color": color, "circle-radius": 5, "circle-stroke-width": 2, "circle-stroke-color": "#fff" } });
  const tell = () => {
    field.value = corners.length ? JSON.stringify(corners) : "";
    map.getSource<GeoJSONSource>("area")?.setData(drawn(corners));
    said.textContent = say(corners.length === 0 ? "none" : corners.length < LEAST ? "some" : "done", { n: corners.length });
  };
  const put = ({ lng, lat }: { lng: number; lat: number }) => {
    if (corners.length < MOST) corners.push([Number(lng.toFixed(6)), Number(lat.toFixed(6))]);
    tell();
  };
  map.on("click", (event) => put(event.lngLat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    put(map.getCenter());
  });
  need("[data-area-put]", root).addEventListener("click", () => put(map.getCenter()));
  need("[data-area-back]", root).addEventListener("click", () => {
    corners.pop();
    tell();
  });
  tell();
}

function read(text: string): Corner[] {
  try {
    const told: unknown = JSON.parse(text || "[]");
    return Array.isArray(told) ? (told as Corner[]) : [];
  } catch {
    return [];
  }
}

function drawn(corners: Corner[]): GeoJSON.FeatureCollection {
  const of = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry });
  const features = corners.map((each) => of({ type: "Point", coordinates: each }));
  if (corners.length >= LEAST) features.push(of({ type: "Polygon", coordinates: [[...corners, corners[0]!]] }));
  else if (corners.length > 1) features.push(of({ type: "LineString", coordinates: corners }));
  return { type: "FeatureCollection", features };
}
