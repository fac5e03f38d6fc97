# ruff: noqa: INP001, PLR2004  (a script with the sizes of one map in it)
"""Make base.topo.json, the offline base map, out of boundaries and waters.

    python data/map/prepare.py data/vologda/territories.geojson rivers-lakes.geojson [base.pmtiles]

The last file (a Natural Earth base map as PMTiles) gives the neighbours' borders; for it
`pip install pmtiles mapbox-vector-tile` first. SOURCE.md beside tells where each file comes from.
"""

from __future__ import annotations

import gzip
import itertools
import json
import math
import sys
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import LineString, Polygon, box, shape
from shapely.ops import linemerge, polygonize, unary_union

HERE = Path(__file__).resolve().parent
STEP = (0.0002, 0.0001)  # the grid of coordinates: about ten metres
BORDER, SHORE, RIVER = 0.0006, 0.0006, 0.0008  # tolerances of simplification, degrees
MARGIN = 0.45
ZOOM = 8  # of the tiles that the neighbours are read from
# Rivers have no names in the source: a river is known by a place it passes.
RIVERS = {
    "Сухона": (42.76, 59.97),
    "Шексна": (38.45, 59.63),
    "Суда": (36.29, 59.68),
    "Молога": (36.43, 58.84),
    "Ковжа": (37.12, 60.42),
    "Луза": (47.25, 60.62),
    "Унжа": (44.25, 58.9),
    "Вычегда": (47.3, 61.33),
}


class Topology:
    """Arcs on a grid, each border once, and the objects made of them."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self.origin = bounds[:2]
        self.arcs: list[list[list[int]]] = []
        self.ends: dict[tuple[tuple[int, int], ...], int] = {}
        self.objects: dict[str, Any] = {}

    def grid(self, point: tuple[float, ...]) -> tuple[int, int]:
        return (
            round((point[0] - self.origin[0]) / STEP[0]),
            round((point[1] - self.origin[1]) / STEP[1]),
        )

    def arc(self, line: Any) -> int:
        """Add a line once; ~n is the n-th arc walked backwards, as TopoJSON has it."""
        points: list[tuple[int, int]] = []
        for point in map(self.grid, line.coords):
            if not points or point != points[-1]:
                points.append(point)
        key = tuple(points)
        if key in self.ends:
            return self.ends[key]
        if key[::-1] in self.ends:
            return ~self.ends[key[::-1]]
        self.ends[key] = len(self.arcs)
        steps = itertools.pairwise(points)
        self.arcs.append([[*points[0]], *([b[0] - a[0], b[1] - a[1]] for a, b in steps)])
        return self.ends[key]

    def put(self, name: str, geometries: list[dict[str, Any]]) -> None:
        self.objects[name] = {"type": "GeometryCollection", "geometries": geometries}

    def dump(self) -> str:
        text = {
            "type": "Topology",
            "transform": {"scale": list(STEP), "translate": list(self.origin)},
            "objects": self.objects,
            "arcs": self.arcs,
        }
        return json.dumps(text, ensure_ascii=False, separators=(",", ":")) + "\n"


def borders(topology: Topology, features: list[dict[str, Any]]) -> Any:
    """Put the municipalities and the region, all made of the same arcs; return the region."""
    whole = shapely.coverage_simplify([shape(f["geometry"]) for f in features], BORDER)
    lines = linemerge(unary_union([piece.boundary for piece in whole]))
    region = unary_union(list(whole))
    topology.put(
        "territories",
        [
            polygon(topology, piece, lines, {k: f["properties"][k] for k in ("code", "short")})
            for piece, f in zip(whole, features, strict=True)
        ],
    )
    topology.put("region", [polygon(topology, region, lines, {})])
    return region


def polygon(topology: Topology, piece: Any, lines: Any, about: dict[str, str]) -> dict[str, Any]:
    parts = [
        [ring(topology, edge, lines) for edge in (part.exterior, *part.interiors)]
        for part in (piece.geoms if piece.geom_type == "MultiPolygon" else [piece])
    ]
    return {"type": "MultiPolygon", "arcs": parts, "properties": about}


def ring(topology: Topology, edge: Any, lines: Any) -> list[int]:
    """Cut a ring into arcs at the ends of the shared lines and return them in walking order."""
    points = list(edge.coords)[:-1]
    cuts = {line.coords[i] for line in lines.geoms for i in (0, -1)}
    at = [i for i, point in enumerate(points) if point in cuts] or [0]
    found = []
    for start, stop in zip(at, [*at[1:], at[0] + len(points)], strict=True):
        walk = [points[i % len(points)] for i in range(start, stop + 1)]
        found.append(topology.arc(LineString(walk)))
    return found


def waters(topology: Topology, features: list[dict[str, Any]], frame: Any) -> None:
    """Close shore lines to lakes without their islands, and put the rivers by their size."""
    shores: dict[int, list[Any]] = {2: [], 3: []}
    streams: dict[int, list[Any]] = {}
    for feature in features:
        kind, level = feature["properties"]["kind"], feature["properties"]["level"]
        line = shapely.set_precision(shape(feature["geometry"]), 0.00001)
        (shores if kind == "shore" else streams).setdefault(level, []).append(line)
    north = max(line.bounds[3] for line in shores[2])
    edge = LineString([(frame.bounds[0] - 2, north), (frame.bounds[2] + 2, north)])
    lakes = unary_union(list(polygonize(unary_union([*shores[2], edge]))))
    islands = unary_union(list(polygonize(unary_union(shores[3]))))
    wet = lakes.difference(islands).intersection(frame).simplify(SHORE)
    topology.put("lakes", [lake(topology, part) for part in wet.geoms if part.area > 0.0004])
    rivers = []
    for level, lines in sorted(streams.items()):
        merged = linemerge(unary_union(lines).intersection(frame).difference(wet))
        for line in getattr(merged, "geoms", [merged]):
            if line.length < 0.05:
                continue
            rivers.append(
                {
                    "type": "LineString",
                    "arcs": [topology.arc(line.simplify(RIVER))],
                    "properties": {"size": 1 if level <= 2 else 2, **named(line)},
                }
            )
    topology.put("rivers", rivers)


def lake(topology: Topology, part: Any) -> dict[str, Any]:
    edges = [part.exterior, *(edge for edge in part.interiors if Polygon(edge).area > 2e-5)]
    return {"type": "Polygon", "arcs": [[topology.arc(edge)] for edge in edges]}


def named(line: Any) -> dict[str, str]:
    near = (name for name, place in RIVERS.items() if line.distance(shapely.Point(place)) < 0.05)
    return {"name": name} if (name := next(near, None)) else {}


def neighbours(topology: Topology, path: Path, frame: Any, region: Any) -> None:
    """Put the borders of the regions around, up to where ours is drawn exactly."""
    import mapbox_vector_tile  # noqa: PLC0415  (not needed without the third file)
    from pmtiles.reader import MmapSource, Reader  # noqa: PLC0415

    lines: list[Any] = []
    west, south, east, north = frame.bounds
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        for x in range(column(west), column(east) + 1):
            for y in range(row(north), row(south) + 1):
                tile = reader.get(ZOOM, x, y)
                layers = mapbox_vector_tile.decode(gzip.decompress(tile)) if tile else {}
                if layer := layers.get("boundaries"):
                    lines += [
                        degrees(feature, layer["extent"], x, y) for feature in layer["features"]
                    ]
    merged = linemerge(shapely.set_precision(unary_union(lines), 0.001))
    outside = linemerge(merged.intersection(frame).difference(region.buffer(0.06)))
    topology.put(
        "neighbours",
        [
            {"type": "LineString", "arcs": [topology.arc(line.simplify(0.004))]}
            for line in outside.geoms
            if line.length > 0.1
        ],
    )


def column(lon: float) -> int:
    return int((lon + 180) / 360 * 2**ZOOM)


def row(lat: float) -> int:
    return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**ZOOM)


def degrees(feature: dict[str, Any], extent: int, x: int, y: int) -> Any:
    """Return a tile's line, without its rim, in degrees."""

    def place(point: Any) -> tuple[float, float]:
        up = math.pi * (1 - 2 * (y + 1 - point[1] / extent) / 2**ZOOM)
        lon = (x + point[0] / extent) / 2**ZOOM * 360 - 180
        return lon, math.degrees(math.atan(math.sinh(up)))

    line = shape(feature["geometry"]).intersection(box(0, 0, extent, extent))
    return shapely.transform(line, lambda points: [place(point) for point in points])


def towns() -> str:
    """Turn the hand-checked table into GeoJSON, the largest first."""
    rows = [line.split(",") for line in (HERE / "towns.csv").read_text("utf-8").splitlines()[1:]]
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "rank": int(rank), **({"kind": kind} if kind else {})},
            "geometry": {"type": "Point", "coordinates": [float(lon), float(lat)]},
        }
        for name, rank, lat, lon, kind in sorted(rows, key=lambda row: (row[4], int(row[1])))
    ]
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def main(territories: str, hydro: str, around: str = "") -> None:
    features = json.loads(Path(territories).read_text("utf-8"))["features"]
    bounds = unary_union([shape(f["geometry"]) for f in features]).bounds
    west, south, east, north = bounds
    frame = box(west - 2 * MARGIN, south - MARGIN, east + 2 * MARGIN, north + MARGIN)
    topology = Topology(frame.bounds)
    region = borders(topology, features)
    waters(topology, json.loads(Path(hydro).read_text("utf-8"))["features"], frame)
    if around:
        neighbours(topology, Path(around), frame, region)
    (HERE / "base.topo.json").write_text(topology.dump(), "utf-8")
    (HERE / "towns.geojson").write_text(towns(), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
