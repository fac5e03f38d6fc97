"""Photos for tests: drawn, so that each is another, with or without a camera's notes."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from datetime import datetime


def scene(seed: int, size: tuple[int, int] = (960, 720)) -> Image.Image:
    """Draw a street of a kind: sky, road, many things, noise."""
    source = random.Random(seed)
    wide, tall = size
    picture = Image.new("RGB", size, (source.randint(110, 190),) * 3)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, wide, int(tall * source.uniform(0.3, 0.5))), fill=(150, 180, 220))
    for _ in range(25):
        x, y = source.randint(0, wide), source.randint(0, tall)
        box = (x, y, x + source.randint(30, wide // 4), y + source.randint(20, tall // 4))
        colour = tuple(source.randint(0, 255) for _ in range(3))
        (pen.ellipse if source.random() < 0.5 else pen.rectangle)(box, fill=colour)
    noise = np.random.default_rng(seed).normal(0, 8, (tall, wide, 1))
    blurred = np.asarray(picture.filter(ImageFilter.GaussianBlur(2)))
    return Image.fromarray(np.clip(blurred + noise, 0, 255).astype("uint8"))


def jpeg(
    picture: Image.Image,
    *,
    quality: int = 85,
    taken_at: datetime | None = None,
    point: tuple[float, float] | None = None,
    program: str = "",
) -> bytes:
    """Encode a picture, with what a camera would write."""
    exif = Image.Exif()
    if taken_at is not None:
        inside = exif.get_ifd(ExifTags.IFD.Exif)
        inside[ExifTags.Base.DateTimeOriginal] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
        inside[ExifTags.Base.OffsetTimeOriginal] = "+00:00"
        exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Proba", "K-1"
    if program:
        exif[ExifTags.Base.Software] = program
    if point is not None:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
        gps[ExifTags.GPS.GPSLatitude] = _sexagesimal(point[0])
        gps[ExifTags.GPS.GPSLongitude] = _sexagesimal(point[1])
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, exif=exif)
    return stream.getvalue()


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = (degrees % 1) * 60
    return float(int(degrees)), float(int(minutes)), round((minutes % 1) * 60, 3)


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    """Return a file as a form sends it."""
    return SimpleUploadedFile(name, content, "image/jpeg")
