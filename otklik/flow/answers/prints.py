"""What can be told of a photo without looking at it: its perceptual hash, its camera's notes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagehash
import pillow_heif
from django.conf import settings
from PIL import ExifTags, Image, ImageOps, ImageStat

if TYPE_CHECKING:
    from datetime import tzinfo

pillow_heif.register_heif_opener()

SIDE = 16
EDGE = 0.04
PLAIN = 3.0
WORK = 512
"""The hash looks at 64 pixels a side: a photo is made small first, whatever its size."""


@dataclass(frozen=True)
class Camera:
    """What a camera wrote: the moment, the place, its name; empty where it wrote nothing.

    `program` is what wrote the file last: a camera's own, or an editor of photos.
    """

    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    name: str = ""
    program: str = ""


@dataclass(frozen=True)
class Prints:
    """The hashes of a photo, whole, without edges and mirrored, as texts of 256 bits."""

    whole: str
    inner: str
    mirrored: str


def look(original: str, zone: tzinfo) -> tuple[Prints | None, Camera]:
    """Return the prints and the camera's notes of a private original; OSError if unreadable.

    A picture of nothing has no prints: it would be like any other of the kind.
    """
    with Image.open(Path(settings.MEDIA_ROOT) / original) as opened:
        camera = camera_of(opened, zone)
        opened.draft("RGB", (WORK, WORK))
        opened.thumbnail((WORK, WORK))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    plain = max(ImageStat.Stat(picture.convert("L")).stddev) < PLAIN
    return None if plain else prints_of(picture), camera


def prints_of(picture: Image.Image) -> Prints:
    """Return a picture's prints."""
    wide, tall = picture.size
    edge = (wide * EDGE, tall * EDGE, wide * (1 - EDGE), tall * (1 - EDGE))
    return Prints(
        _bits(picture),
        _bits(picture.crop(tuple(round(side) for side in edge))),  # type: ignore[arg-type]
        _bits(ImageOps.mirror(picture)),
    )


def _bits(picture: Image.Image) -> str:
    found = imagehash.phash(picture, hash_size=SIDE).hash.flatten()
    return "".join("1" if bit else "0" for bit in found)


def camera_of(picture: Image.Image, zone: tzinfo) -> Camera:
    """Return what the camera wrote; nonsense counts as nothing."""
    exif = picture.getexif()
    inside = exif.get_ifd(ExifTags.IFD.Exif)
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    lat = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    lon = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    both = lat is not None and lon is not None and (lat, lon) != (0.0, 0.0)
    names = (exif.get(ExifTags.Base.Make), exif.get(ExifTags.Base.Model))
    name = " ".join(str(each).strip(" \0") for each in names if each)
    return Camera(
        _moment(exif, inside, zone),
        lat if both else None,
        lon if both else None,
        _printable(name),
        _printable(exif.get(ExifTags.Base.Software) or picture.info.get("Software") or ""),
    )


def _printable(text: object) -> str:
    return "".join(filter(str.isprintable, str(text).strip(" \0")))[:80]


def _moment(exif: Any, inside: Any, zone: tzinfo) -> datetime | None:
    said = inside.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    offset = inside.get(ExifTags.Base.OffsetTimeOriginal)
    text = str(said or "").strip(" \0")
    with suppress(ValueError):
        if offset:
            return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z")
    with suppress(ValueError):
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
    return None


def _degrees(gps: Any, value: int, reference: int, negative: str, most: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in gps[value])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    found = -found if str(gps.get(reference, "")).upper().startswith(negative) else found
    return round(found, 6) if -most <= found <= most else None
