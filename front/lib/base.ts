/** The offline base map: one TopoJSON file with borders and waters, and the names of places. */

import type { Feature, FeatureCollection, LineString, MultiPolygon, Polygon, Position } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import towns from "../../data/map/towns.geojson";

export interface Base {
  territories: FeatureCollection<MultiPolygon, { code: string; short: string }>;
  region: FeatureCollection<MultiPolygon>;
  mask: Feature<Polygon>;
  lakes: FeatureCollection<Polygon>;
  rivers: FeatureCollection<LineString, { size: number; name?: string }>;
  neighbours: FeatureCollection<LineString>;
  towns: typeof towns;
  bounds: [number, number, number, number];
}

let loading: Promise<Base> | undefined;

/** Fetches the base once a page. */
export function loadBase(): Promise<Base> {
  loading ??= fetchBase().catch((reason: unknown) => {
    loading = undefined;
    throw reason;
  });
  return loading;
}

async function fetchBase(): Promise<Base> {
  const answer = await fetch(new URL(ASSETS.base, import.meta.url));
  if (!answer.ok) throw new Error(`The base map answered ${answer.status}`);
  return unpack((await answer.json()) as Topology);
}

export function unpack(topology: Topology): Base {
  const layer = (name: string): FeatureCollection =>
    feature(topology, topology.objects[name] as GeometryCollection) as FeatureCollection;
  const region = layer("region") as Base["region"];
  const shells = region.features.flatMap((each) => each.geometry.coordinates.map((part) => part[0]!));
  return {
    territories: layer("territories") as Base["territories"],
    region,
    mask: {
      type: "Feature",
      properties: {},
      geometry: { type: "Polygon", coordinates: [[[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]], ...shells] },
    },
    lakes: layer("lakes") as Base["lakes"],
    rivers: layer("rivers") as Base["rivers"],
    neighbours: topology.objects.neighbours
      ? (layer("neighbours") as Base["neighbours"])
      : { type: "FeatureCollection", features: [] },
    towns,
    bounds: boundsOf(shells),
  };
}

function boundsOf(rings: Position[][]): [number, number, number, number] {
  const points = rings.flat();
  const lons = points.map((point) => point[0]!);
  const lats = points.map((point) => point[1]!);
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return [least(lons), least(lats), most(lons), most(lats)];
}

export interface Whereabouts {
  territory: string;
  town: string;
  km: number;
}

/** Tells in which municipality a point lies and what town is near; null outside the region. */
export function whereabouts(base: Base, lon: number, lat: number): Whereabouts | null {
  const home = base.territories.features.find((each) => inside(each.geometry, lon, lat));
  if (!home) return null;
  let town = "";
  let km = Infinity;
  for (const each of base.towns.features) {
    if (each.properties?.kind) continue;
    const [x, y] = each.geometry.coordinates as [number, number];
    const away = Math.hypot((x - lon) * 111.3 * Math.cos((lat * Math.PI) / 180), (y - lat) * 111.3);
    if (away < km) [town, km] = [String(each.properties!.name), away];
  }
  return { territory: home.properties.short, town, km };
}

function inside(shape: MultiPolygon, lon: number, lat: number): boolean {
  return shape.coordinates.some((part) => part.reduce((odd, ring) => odd !== crosses(ring, lon, lat), false));
}

function crosses(ring: Position[], lon: number, lat: number): boolean {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i] as [number, number];
    const [bx, by] = ring[j] as [number, number];
    if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}
