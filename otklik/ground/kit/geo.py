"""Points, boxes and H3 cells. Cells travel as signed 64-bit integers, as databases keep them."""

from __future__ import annotations

import math

import h3

EARTH_M = 6_371_008.8


def cell(lat: float, lon: float, resolution: int) -> int:
    """Return the H3 cell of a point."""
    return int(h3.str_to_int(h3.latlng_to_cell(lat, lon, resolution)))


def parent(index: int, resolution: int) -> int:
    """Return the coarser cell that holds a cell."""
    return int(h3.str_to_int(h3.cell_to_parent(h3.int_to_str(index), resolution)))


def name(index: int) -> str:
    """Return a cell's name as H3's own tools write it."""
    return str(h3.int_to_str(index))


def index(cell_name: str) -> int:
    """Return a cell by its name; ValueError if there is none."""
    if not h3.is_valid_cell(cell_name):
        raise ValueError(cell_name)
    return int(h3.str_to_int(cell_name))


def boundary(index: int) -> list[list[float]]:
    """Return a cell's ring as [lon, lat] pairs, closed."""
    ring = [
        [round(lon, 6), round(lat, 6)] for lat, lon in h3.cell_to_boundary(h3.int_to_str(index))
    ]
    return [*ring, ring[0]]


def center(index: int) -> tuple[float, float]:
    """Return a cell's centre as (lat, lon)."""
    lat, lon = h3.cell_to_latlng(h3.int_to_str(index))
    return float(lat), float(lon)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance between two (lat, lon) points by the haversine formula."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, chord)))


def box(lat: float, lon: float, radius: float) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a square of `radius` metres around a point."""
    d_lat = math.degrees(radius / EARTH_M)
    d_lon = d_lat / max(0.01, math.cos(math.radians(lat)))
    return lon - d_lon, lat - d_lat, lon + d_lon, lat + d_lat
