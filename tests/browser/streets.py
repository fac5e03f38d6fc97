"""A map file of one tile, as PMTiles version 3 and vector tiles are written down, byte by byte."""

from __future__ import annotations

import gzip
import json
import math
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EXTENT = 4096
HEADER = 127
ZOOM = 5
WHOLE = ((0, 0), (EXTENT, 0), (EXTENT, EXTENT), (0, EXTENT))


def varint(number: int) -> bytes:
    """Return a number seven bits at a time, the lowest first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, value: int | bytes) -> bytes:
    """Return one field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def layer(name: str, ring: tuple[tuple[int, int], ...] = WHOLE) -> bytes:
    """Return a layer of a tile that holds one polygon of `kind` water."""
    moves, at = [], (0, 0)
    for x, y in ring:
        moves.append([(step << 1) ^ (step >> 31) for step in (x - at[0], y - at[1])])
        at = (x, y)
    first, *others = moves
    geometry = [1 << 3 | 1, *first, len(others) << 3 | 2, *(n for each in others for n in each), 15]
    shape = b"".join(map(varint, geometry))
    tags = varint(0) + varint(0)
    return b"".join(
        (
            field(15, 2), field(1, name.encode()),
            field(2, field(2, tags) + field(3, 3) + field(4, shape)),
            field(3, b"kind"), field(4, field(1, b"water")), field(5, EXTENT),
        )
    )  # fmt: skip


def place_of(x: int, y: int, zoom: int) -> int:
    """Return the number of a tile: those of lower zooms first, then along the Hilbert curve."""
    size = 1 << zoom
    found = (size * size - 1) // 3
    half = size // 2
    while half:
        right, down = int(x & half > 0), int(y & half > 0)
        found += half * half * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = size - 1 - x, size - 1 - y
            x, y = y, x
        half //= 2
    return found


def write(path: Path, lat: float, lon: float) -> None:
    """Write a file whose one tile, around a point, is water from edge to edge."""
    size = 1 << ZOOM
    x = int((lon + 180) / 360 * size)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size)
    tile = gzip.compress(field(3, layer("water")))
    directory = gzip.compress(
        b"".join(map(varint, (1, place_of(x, y, ZOOM), 1, len(tile), 1)))
    )  # one entry: its number, run, length, offset + 1
    notes = gzip.compress(json.dumps({"vector_layers": [{"id": "water", "fields": {}}]}).encode())
    at = HEADER + len(directory)
    header = b"PMTiles\x03" + struct.pack(
        "<11Q6B4iB2i",
        HEADER, len(directory), at, len(notes), 0, 0, at + len(notes), len(tile), 1, 1, 1,
        1, 2, 2, 1, ZOOM, ZOOM,  # clustered; gzip twice; vector tiles; zooms
        *(int(each * 1e7) for each in (-180, -85, 180, 85)), ZOOM, int(lon * 1e7), int(lat * 1e7),
    )  # fmt: skip
    assert len(header) == HEADER
    path.write_bytes(header + directory + notes + tile)
