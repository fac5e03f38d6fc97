"""Drawn photos for the demo: nobody's yard, and no two alike."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    import random

SIZE = (960, 720)
HORIZON = 400


def taken(rnd: random.Random, *, mended: bool = False) -> SimpleUploadedFile:
    """Draw a street with a hole in it, or the same kind of street without one."""
    light = rnd.randrange(150, 235)
    picture = Image.new("RGB", SIZE, (light - 40, light - 15, light))
    draw = ImageDraw.Draw(picture)
    left = -rnd.randrange(80)
    while left < SIZE[0]:
        wide, high = rnd.randrange(120, 260), rnd.randrange(140, 340)
        wall = tuple(rnd.randrange(110, 200) for _ in range(3))
        draw.rectangle((left, HORIZON - high, left + wide, HORIZON), fill=wall)
        for x in range(left + 18, left + wide - 30, 44):
            for y in range(HORIZON - high + 20, HORIZON - 40, 56):
                glass = (250, 230, 150) if rnd.random() < 0.3 else (70, 85, 105)  # noqa: PLR2004
                draw.rectangle((x, y, x + 22, y + 30), fill=glass)
        left += wide + rnd.randrange(10, 60)
    road = rnd.randrange(85, 125)
    draw.rectangle((0, HORIZON, *SIZE), fill=(road, road, road + 4))
    for x in range(0, SIZE[0], 160):
        draw.rectangle((x, 540, x + 80, 550), fill=(215, 215, 205))
    x, y = rnd.randrange(120, 640), rnd.randrange(460, 620)
    wide = rnd.randrange(120, 260)
    shade = road + 22 if mended else 38  # a fresh patch, or the hole
    draw.ellipse((x, y, x + wide, y + wide // 3), fill=(shade, shade, shade))
    stream = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1)).save(stream, "JPEG", quality=80)
    return SimpleUploadedFile("photo.jpg", stream.getvalue(), "image/jpeg")
