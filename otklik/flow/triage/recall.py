"""Vectors of texts, made once and kept: of the seed in the repository, of corrections in DATA.

Eight bits a number; keyed by the text's hash, so an edited phrase is simply computed anew.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.flow.triage.embeddings import Embedder, Vectors

FULL = 127.0


def shipped(name: str) -> Path:
    """Return the file of the seed's vectors."""
    return Path(settings.ROOT) / "data" / "embeddings" / f"{name}.npz"


def own(name: str) -> Path:
    """Return the file of this installation's vectors: of edited topics and of corrections."""
    return Path(settings.DATA) / "classifier" / f"vectors-{name}.npz"


def key(text: str) -> int:
    """Return by what a text is found among kept vectors."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _kept(file: Path) -> dict[int, Vectors]:
    return _read(file, file.stat().st_mtime_ns) if file.exists() else {}


@lru_cache(maxsize=2)
def _read(file: Path, _changed: int) -> dict[int, Vectors]:
    with np.load(file, allow_pickle=False) as kept:
        vectors = kept["vectors"].astype(np.float32) / FULL
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return dict(zip(kept["keys"].tolist(), vectors, strict=True))


def vectors(embedder: Embedder, texts: Sequence[str], most: int | None = None) -> Vectors:
    """Return a row for each text: kept ones from the files, others computed.

    At most `most` are computed, for one who waits; the rest stay empty and say nothing.
    """
    if embedder.dimension == 0:
        return embedder.embed(texts)
    kept = _kept(shipped(embedder.name)) | _kept(own(embedder.name))
    unknown = list(dict.fromkeys(text for text in texts if key(text) not in kept))[:most]
    fresh = dict(zip(unknown, embedder.embed(unknown), strict=True))
    nothing = np.zeros(embedder.dimension, dtype=np.float32)
    rows = [fresh[t] if t in fresh else kept.get(key(t), nothing) for t in texts]
    return np.stack(rows) if rows else np.zeros((0, embedder.dimension), dtype=np.float32)


def keep(name: str, texts: Sequence[str], found: Vectors, file: Path | None = None) -> Path:
    """Write the vectors of these texts, and of no others, to a file: the one that ships."""
    file = file or shipped(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    largest = np.abs(found).max(axis=1, keepdims=True)
    np.savez_compressed(
        file,
        keys=np.array([key(text) for text in texts], dtype=np.uint64),
        vectors=np.round(found / largest * FULL).astype(np.int8),
    )
    return file


def keep_own(name: str, texts: Sequence[str], found: Vectors) -> None:
    """Remember what the shipped file does not hold; what is no longer learnt is forgotten."""
    known = _kept(shipped(name))
    fresh = {t: place for place, t in enumerate(texts) if key(t) not in known}
    if fresh:
        keep(name, list(fresh), found[list(fresh.values())], own(name))
