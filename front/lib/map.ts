/** One map for all faces: `createMap(element, options)`.
 *
 * The element is `<div class="map" data-label="Карта области" data-pmtiles="/map/region.pmtiles">`.
 * `data-pmtiles` may be empty or absent: then the offline base is drawn. `data-bounds="w,s,e,n"` frames
 * another area than the region. Needs no glyph files, no sprite and no blob: a strict CSP is enough.
 */

import { Map as MapLibre, addProtocol, setWorkerUrl, type LngLatBoundsLike, type PaddingOptions, type StyleSpecification } from "maplibre-gl";
import { loadBase, type Base } from "./base";
import { english, make } from "./dom";
import { baseStyle, streetStyle, type Theme } from "./style";

export { BOLD, DATA_BELOW, PLAIN, type Theme } from "./style";
export { whereabouts, type Base } from "./base";

export interface MapOptions {
  theme?: Theme;
  bounds?: [number, number, number, number];
  interactive?: boolean;
  /** Two fingers or Ctrl to move: for a map inside a page that scrolls. */
  cooperative?: boolean;
  zoomButtons?: boolean;
  center?: [number, number];
  zoom?: number;
  padding?: number | PaddingOptions;
  /** How much larger than on a desk names and lines are: a wall is read from metres away. */
  scale?: number;
}

export interface OtklikMap {
  map: MapLibre;
  base: Base;
}

const CREDITS = "Natural Earth · GeoNames · GSHHG · ";
const STREETS = "Protomaps · ";
let streetsReady = false;

export async function createMap(element: HTMLElement, options: MapOptions = {}): Promise<OtklikMap> {
  setWorkerUrl(new URL(ASSETS.worker, import.meta.url).href);
  const theme = options.theme ?? (document.documentElement.dataset.theme === "dark" ? "dark" : "light");
  const [base] = await Promise.all([loadBase(), document.fonts.load("600 16px Golos", "Вя")]);
  const streets = await hasStreets(element.dataset.pmtiles ?? "");
  const style = streets ? await streetStyle(base, theme, streets, options.scale) : baseStyle(base, theme, options.scale);
  const map = build(element, style, base, options, streets !== "");
  credit(element, streets !== "");
  if (options.interactive !== false && options.zoomButtons !== false) zoomButtons(element, map);
  await new Promise<void>((done) => map.once("load", () => done()));
  return { map, base };
}

function build(element: HTMLElement, style: StyleSpecification, base: Base, options: MapOptions, streets: boolean): MapLibre {
  const given = element.dataset.bounds?.split(",").map(Number) as [number, number, number, number] | undefined;
  const bounds = options.bounds ?? (given?.length === 4 && given.every(Number.isFinite) ? given : base.bounds);
  const [west, south, east, north] = base.bounds;
  const place: { center: [number, number]; zoom: number } | { bounds: LngLatBoundsLike } = options.center
    ? { center: options.center, zoom: options.zoom ?? 13 }
    : { bounds };
  const map = new MapLibre({
    container: element,
    style,
    ...place,
    fitBoundsOptions: { padding: options.padding ?? 16 },
    interactive: options.interactive !== false,
    cooperativeGestures: options.cooperative ?? false,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxBounds: [west - 6, south - 3, east + 6, north + 3],
    maxZoom: streets ? 18 : 15,
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
    locale: locale(element.dataset.label),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}

function locale(label: string | undefined): Record<string, string> {
  return english()
    ? { "Map.Title": label ?? "Map" }
    : {
        "Map.Title": label ?? "Карта",
        "Popup.Close": "Закрыть",
        "CooperativeGesturesHandler.WindowsHelpText": "Чтобы приблизить, держите Ctrl и крутите колесо",
        "CooperativeGesturesHandler.MacHelpText": "Чтобы приблизить, держите ⌘ и крутите колесо",
        "CooperativeGesturesHandler.MobileHelpText": "Двигайте карту двумя пальцами",
      };
}

/** Returns the address of the operator's map file if it answers, else an empty string: the base stays. */
async function hasStreets(address: string): Promise<string> {
  if (!address) return "";
  const { PMTiles, Protocol } = await import("pmtiles");
  const url = new URL(address, document.baseURI).href;
  try {
    const file = new PMTiles(url);
    await file.getHeader();
    if (!streetsReady) {
      const protocol = new Protocol();
      protocol.add(file);
      addProtocol("pmtiles", protocol.tile);
      streetsReady = true;
    }
    return url;
  } catch (reason) {
    console.warn("The map file of streets does not answer", reason);
    return "";
  }
}

function credit(element: HTMLElement, streets: boolean): void {
  const link = make("a", { href: "https://www.openstreetmap.org/copyright", rel: "noopener" }, "© OpenStreetMap");
  element.append(make("p", { class: "map__credit" }, streets ? STREETS : CREDITS, link));
}

function zoomButtons(element: HTMLElement, map: MapLibre): void {
  const box = make("div", { class: "map__zoom" });
  const sign = (name: string, path: string, step: number) => {
    const button = make("button", { type: "button", "aria-label": name, title: name });
    button.append(drawing(path));
    button.addEventListener("click", () => map.zoomTo(map.getZoom() + step));
    box.append(button);
    return button;
  };
  const closer = sign(english() ? "Zoom in" : "Приблизить", "M12 5v14M5 12h14", 1);
  const farther = sign(english() ? "Zoom out" : "Отдалить", "M5 12h14", -1);
  map.on("zoomend", () => {
    closer.disabled = map.getZoom() >= map.getMaxZoom();
    farther.disabled = map.getZoom() <= map.getMinZoom() + 0.01;
  });
  element.append(box);
}

const SVG = "http://www.w3.org/2000/svg";

export function drawing(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
