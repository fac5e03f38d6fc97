"""Files: judged by content and never by name; kept private; shown only as copies without EXIF."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filetype
import pillow_heif
from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from otklik.flow.intake.rules import Box, Limits, Problem, Refused, megabytes
from otklik.ground.kit import antivirus
from otklik.ground.kit.antivirus import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.core.files.uploadedfile import UploadedFile

    Upload = UploadedFile[Any]

pillow_heif.register_heif_opener()

IMAGES = {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"}
VIDEOS = {"video/mp4", "video/quicktime", "video/webm", "video/3gpp"}
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PLAIN = {"application/pdf", "application/msword", "application/vnd.ms-excel", "application/rtf"}
EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic",
    "image/heif": "heif", "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm",
    "video/3gpp": "3gp", "application/pdf": "pdf", "application/msword": "doc",
    "application/vnd.ms-excel": "xls", "application/rtf": "rtf",
    OFFICE["word/"]: "docx", OFFICE["xl/"]: "xlsx",
}  # fmt: skip
PUBLIC_SIDE, THUMBNAIL_SIDE = 1920, 480
CELLS = 3
"""A covered part keeps so many mean colours each way: no plate or face is made of nine colours."""
ACCEPT = ".jpg,.jpeg,.png,.webp,.heic,.heif,.mp4,.mov,.pdf,.doc,.docx,.xls,.xlsx,.rtf"
TELLING_HEAD = 8192
ENTRIES = 5000


@dataclass(frozen=True)
class Examined:
    """A file that may be kept."""

    name: str
    mime: str
    size: int
    sha256: str
    content: bytes
    width: int = 0
    height: int = 0

    @property
    def is_image(self) -> bool:
        """Tell whether a picture can be shown of it."""
        return self.mime in IMAGES


def examine(upload: Upload, limits: Limits) -> Examined:
    """Look into a file and say what it is; Refused with the reason if it may not be kept."""
    name = Path(str(upload.name or "файл").replace("\\", "/")).name[-120:]
    size = int(upload.size or 0)
    if size == 0:
        raise _refused(name, "empty", "пустой", "is empty")
    if size > max(limits.file_mb, limits.video_mb) * 2**20:
        raise too_large(name, size, limits.file_mb)
    upload.seek(0)
    content = upload.read()
    mime = _mime(content)
    if mime in VIDEOS:
        if size > limits.video_mb * 2**20:
            raise too_large(name, size, limits.video_mb)
    elif size > limits.file_mb * 2**20:
        raise too_large(name, size, limits.file_mb)
    if mime == "application/zip":
        mime = _office(name, content, limits)
    _scan(name, content, mime)
    if mime not in EXTENSIONS:
        raise _refused(
            name, "kind",
            "такие файлы не принимаем. Можно фото, видео MP4, PDF, Word и Excel",
            "is of a kind we do not take. Photos, MP4 video, PDF, Word and Excel are fine",
        )  # fmt: skip
    width, height = _picture(name, content, limits) if mime in IMAGES else (0, 0)
    digest = hashlib.sha256(content).hexdigest()
    return Examined(name, mime, size, digest, content, width, height)


def _scan(name: str, content: bytes, mime: str) -> None:
    """Let the scanner judge. Without its answer pictures are taken: they are shown as copies."""
    verdict = antivirus.scan(content)
    if verdict == Verdict.FOUND:
        raise _refused(
            name, "virus", "в файле нашли вирус. Пришлите другой файл или снимок",
            "holds a virus. Send another file or a photo",
        )  # fmt: skip
    if verdict == Verdict.UNKNOWN and mime not in IMAGES:
        raise _refused(
            name, "unscanned",
            "проверка файлов сейчас не работает. Пришлите снимком или добавьте файл позже",
            "cannot be checked now. Send a photo of it or add the file later",
        )  # fmt: skip


def _mime(content: bytes) -> str:
    if content[:5] == b"{\\rtf":
        return "application/rtf"
    kind = filetype.guess(content[:TELLING_HEAD])
    if kind is None:
        return ""
    mime = str(kind.mime)
    if mime in OFFICE.values():
        return "application/zip"  # look inside before believing
    if mime == "application/x-ole-storage":
        return "application/msword"
    return mime


def _office(name: str, content: bytes, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise _refused(name, "damaged", "файл повреждён", "is damaged") from None
    if (
        sum(entry.file_size for entry in entries) > limits.unpacked_mb * 2**20
        or len(entries) > ENTRIES
    ):
        raise _refused(
            name, "bomb",
            "внутри слишком много данных. Сохраните документ заново или пришлите PDF",
            "unpacks to too much data. Save the document again or send a PDF",
        )  # fmt: skip
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names and not any("vbaProject" in each for each in names):
        for folder, mime in OFFICE.items():
            if any(each.startswith(folder) for each in names):
                return mime
    return "application/zip"


def _picture(name: str, content: bytes, limits: Limits) -> tuple[int, int]:
    """Return a picture's size by its head, before anything of it is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content))
            width, height = picture.size
            small = width * height <= limits.megapixels * 1_000_000
            if small:
                picture.verify()
    except Image.DecompressionBombError:
        small, width, height = False, 0, 0
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _refused(
            name, "damaged", "снимок не открывается", "cannot be opened as a picture"
        ) from None
    if not small:
        raise _refused(
            name, "megapixels",
            f"снимок больше {limits.megapixels} мегапикселей. Уменьшите его",
            f"has more than {limits.megapixels} megapixels. Make it smaller",
        )  # fmt: skip
    return width, height


def _refused(name: str, code: str, ru: str, en: str) -> Refused:
    return Refused([Problem("photos", code, f"«{name}»: {ru}", f"“{name}” {en}")])


def too_large(name: str, size: int, limit: int) -> Refused:
    """Say that a file is larger than `limit` megabytes."""
    return _refused(
        name, "too_large",
        f"файл {megabytes(size)} МБ, а можно до {limit} МБ",
        f"is {megabytes(size)} MB, up to {limit} MB is allowed",
    )  # fmt: skip


def keep(file: Examined) -> str:
    """Write a file to disk for good and return its path below the files' folder.

    Named by content, so that the same file twice is one; on disk before the database says so.
    """
    path = Path("original") / file.sha256[:2] / f"{file.sha256}.{EXTENSIONS[file.mime]}"
    write(path, file.content)
    return str(path)


def write(path: Path, content: bytes) -> None:
    """Write durably: a crash leaves the whole file or none."""
    target = Path(settings.MEDIA_ROOT) / path
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def stored(path: str) -> Path:
    """Return where a kept file lies."""
    return Path(settings.MEDIA_ROOT) / path


def copies(original: str, token: str, boxes: Sequence[Box] = (), mark: str = "") -> tuple[str, str]:
    """Make the public copy and the thumbnail of a picture; return their paths.

    Turned upright, its boxes covered, shrunk, encoded anew: nothing of EXIF, nothing hidden after
    the picture or under a box. `mark` tells copies with other boxes apart.
    """
    picture = _covered(original, boxes)
    name = f"{token}{mark and '-'}{mark}"
    paths = []
    for folder, side in (("public", PUBLIC_SIDE), ("thumbnail", THUMBNAIL_SIDE)):
        path = Path(folder) / token[:2] / f"{name}.jpg"
        write(path, _jpeg(picture, side))
        paths.append(str(path))
    return paths[0], paths[1]


def looks(original: str, boxes: Sequence[Box] = (), side: int = PUBLIC_SIDE) -> bytes:
    """Return how a picture looks with some of it covered, kept nowhere."""
    return _jpeg(_covered(original, boxes), side)


def _jpeg(picture: Image.Image, side: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((side, side))
    stream = io.BytesIO()
    copy.save(stream, "JPEG", quality=82, optimize=True, progressive=True)
    return stream.getvalue()


def _covered(original: str, boxes: Sequence[Box]) -> Image.Image:
    with Image.open(stored(original)) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    for box in boxes:
        frame = box.pixels(*picture.size)
        part = picture.crop(frame)
        few = part.resize((min(CELLS, part.width), min(CELLS, part.height)), Image.Resampling.BOX)
        picture.paste(few.resize(part.size, Image.Resampling.NEAREST), frame)
    return picture


def examine_all(uploads: Iterable[Upload], limits: Limits) -> tuple[list[Examined], list[Problem]]:
    """Look into all files; return those that may be kept and what is wrong with the others."""
    kept: list[Examined] = []
    problems: list[Problem] = []
    for upload in uploads:
        try:
            kept.append(examine(upload, limits))
        except Refused as refusal:
            problems += refusal.problems
    return kept, problems
