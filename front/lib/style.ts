/** How the base map looks, light and dark; data layers go under the layer "mask". */

import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { Base } from "./base";

export type Theme = "light" | "dark";

interface Paint {
  land: string;
  outside: string;
  veil: number;
  water: string;
  waterText: string;
  border: string;
  neighbour: string;
  region: string;
  text: string;
  faint: string;
  halo: string;
}

const PAINTS: Record<Theme, Paint> = {
  light: {
    land: "#f6f5f0",
    outside: "#dddbd4",
    veil: 0.72,
    water: "#a9cfdc",
    waterText: "#336b80",
    border: "#b9b5a9",
    neighbour: "#a8a499",
    region: "#0b5f6b",
    text: "#1c2424",
    faint: "#5d6463",
    halo: "#f9f8f5",
  },
  dark: {
    land: "#12191c",
    outside: "#0a0f11",
    veil: 0.78,
    water: "#22343d",
    waterText: "#8fb4c4",
    border: "#38464b",
    neighbour: "#38464b",
    region: "#5ec6d0",
    text: "#f5f9f9",
    faint: "#a9b5b7",
    halo: "#0b1113",
  },
};

export const PLAIN = ["Golos"];
export const BOLD = ["Golos Bold", "Golos"]; // the first name gives the weight, the second the letters

/** Where data layers belong: above land and water, under the veil, borders and names. */
export const DATA_BELOW = "mask";

const byZoom = (...stops: number[]): ExpressionSpecification =>
  ["interpolate", ["linear"], ["zoom"], ...stops] as ExpressionSpecification;

/** Sizes by zoom, all of them so many times larger. */
const grown = (scale: number, ...stops: number[]): ExpressionSpecification =>
  byZoom(...stops.map((stop, place) => (place % 2 ? stop * scale : stop)));

export function baseStyle(base: Base, theme: Theme, scale = 1): StyleSpecification {
  const paint = PAINTS[theme];
  const geojson = (data: GeoJSON.GeoJSON): SourceSpecification => ({ type: "geojson", data, tolerance: 0.2 });
  return {
    version: 8,
    sources: {
      territories: geojson(base.territories),
      region: geojson(base.region),
      mask: geojson(base.mask),
      lakes: geojson(base.lakes),
      rivers: geojson(base.rivers),
      neighbours: geojson(base.neighbours),
      towns: geojson(base.towns),
    },
    layers: [
      { id: "land", type: "background", paint: { "background-color": paint.land } },
      ...waters(paint),
      ...frame(paint, scale),
      ...names(paint, scale),
    ],
  };
}

function waters(paint: Paint): LayerSpecification[] {
  return [
    { id: "lakes", type: "fill", source: "lakes", paint: { "fill-color": paint.water } },
    {
      id: "rivers",
      type: "line",
      source: "rivers",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": paint.water,
        "line-width": byZoom(5, 0.8, 8, 2, 12, 4),
      },
    },
  ];
}

/** The veil over what is not ours, and the borders; above data, under names. */
function frame(paint: Paint, scale: number): LayerSpecification[] {
  return [
    { id: "mask", type: "fill", source: "mask", paint: { "fill-color": paint.outside, "fill-opacity": paint.veil } },
    {
      id: "neighbours",
      type: "line",
      source: "neighbours",
      paint: { "line-color": paint.neighbour, "line-width": 1, "line-dasharray": [4, 3] },
    },
    {
      id: "territories",
      type: "line",
      source: "territories",
      paint: { "line-color": paint.border, "line-width": grown(scale, 5, 0.5, 8, 1, 12, 2) },
    },
    {
      id: "region",
      type: "line",
      source: "region",
      layout: { "line-join": "round" },
      paint: { "line-color": paint.region, "line-width": grown(scale, 5, 1.25, 9, 2.5) },
    },
  ];
}

function names(paint: Paint, scale: number): LayerSpecification[] {
  const halo = { "text-halo-color": paint.halo, "text-halo-width": 1.4 * scale };
  const town = (id: string, rank: number, least: number, size: DataDrivenPropertyValueSpecification<number>): LayerSpecification => ({
    id,
    type: "symbol",
    source: "towns",
    minzoom: least,
    filter: ["all", ["!", ["has", "kind"]], ["==", ["get", "rank"], rank]],
    layout: {
      "text-field": ["get", "name"],
      "text-font": rank === 1 ? BOLD : PLAIN,
      "text-size": size,
      "text-max-width": 8,
      "text-padding": 3,
    },
    paint: { "text-color": paint.text, ...halo },
  });
  return [
    {
      id: "river-names",
      type: "symbol",
      source: "rivers",
      minzoom: 7,
      filter: ["has", "name"],
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 400,
        "text-field": ["get", "name"],
        "text-font": PLAIN,
        "text-size": 12 * scale,
        "text-letter-spacing": 0.08,
        "text-offset": [0, -0.7],
      },
      paint: { "text-color": paint.waterText, ...halo },
    },
    {
      id: "water-names",
      type: "symbol",
      source: "towns",
      minzoom: 5.5,
      filter: ["all", ["==", ["get", "kind"], "water"], ["<=", ["get", "rank"], ["step", ["zoom"], 1, 6.5, 2]]],
      layout: { "text-field": ["get", "name"], "text-font": PLAIN, "text-size": 12 * scale, "text-max-width": 6 },
      paint: { "text-color": paint.waterText, ...halo },
    },
    {
      id: "towns-outside",
      type: "symbol",
      source: "towns",
      minzoom: 5,
      filter: ["all", ["==", ["get", "kind"], "outside"], ["<=", ["get", "rank"], ["step", ["zoom"], 2, 6, 3]]],
      layout: { "text-field": ["get", "name"], "text-font": PLAIN, "text-size": 12 * scale },
      paint: { "text-color": paint.faint, ...halo },
    },
    town("towns-4", 4, 9.5, 13 * scale),
    town("towns-3", 3, 8, grown(scale, 8, 12, 11, 15)),
    town("towns-2", 2, 5.2, grown(scale, 5, 11.5, 8, 15, 12, 19)),
    town("towns-1", 1, 0, grown(scale, 4, 13, 8, 20, 12, 26)),
  ];
}

/** The style over an OpenStreetMap extract (Protomaps' layer names): streets and houses under our borders. */
export async function streetStyle(base: Base, theme: Theme, url: string, scale = 1): Promise<StyleSpecification> {
  const { layers, namedFlavor } = await import("@protomaps/basemaps");
  const paint = PAINTS[theme];
  const own = baseStyle(base, theme);
  const theirs = (layers("osm", namedFlavor(theme), { lang: "ru" }) as LayerSpecification[])
    .filter((layer) => layer.id !== "pois" && !(layer.type === "symbol" && layer.layout?.["icon-image"] && !layer.layout["text-field"]))
    .map(plain);
  return {
    ...own,
    sources: { ...own.sources, osm: { type: "vector", url: `pmtiles://${url}` } },
    layers: [
      ...theirs.filter((layer) => layer.type !== "symbol"),
      ...frame(paint, scale).filter((layer) => layer.id !== "neighbours"),
      ...theirs.filter((layer) => layer.type === "symbol"),
    ],
  };
}

/** Makes a layer need neither a sprite nor glyph files: names in the page's own font. */
function plain(layer: LayerSpecification): LayerSpecification {
  if (layer.type !== "symbol") return layer;
  const layout: Record<string, unknown> = { ...layer.layout, "text-font": PLAIN };
  for (const key of Object.keys(layout)) if (key.startsWith("icon-")) delete layout[key];
  if (layer.id !== "address_label" && !layer.id.startsWith("roads_shields"))
    layout["text-field"] = ["coalesce", ["get", "name:ru"], ["get", "name"]];
  return { ...layer, layout } as LayerSpecification;
}
