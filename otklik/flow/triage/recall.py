"""Vectors of the seed's texts, made once and kept in the repository: a start takes no minute.

Eight bits a number; keyed by the text itself, so an edited phrase is simply computed anew.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.flow.triage.embeddings import Embedder, Vectors

FULL = 127.0


def _file(name: str) -> Path:
    return Path(settings.ROOT) / "data" / "embeddings" / f"{name}.npz"


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


@cache
def _kept(name: str) -> dict[int, Vectors]:
    file = _file(name)
    if not file.exists():
        return {}
    with np.load(file, allow_pickle=False) as kept:
        vectors = kept["vectors"].astype(np.float32) / FULL
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return dict(zip(kept["keys"].tolist(), vectors, strict=True))


def vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Return a row for each text: kept ones from the file, others computed."""
    if embedder.dimension == 0:
        return embedder.embed(texts)
    kept = _kept(embedder.name)
    unknown = [text for text in texts if _key(text) not in kept]
    fresh = dict(zip(unknown, embedder.embed(unknown), strict=True))
    return np.stack([fresh[text] if text in fresh else kept[_key(text)] for text in texts])


def keep(embedder: Embedder, texts: Sequence[str]) -> Path:
    """Write the vectors of these texts to the file that ships."""
    file = _file(embedder.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    found = embedder.embed(texts)
    largest = np.abs(found).max(axis=1, keepdims=True)
    np.savez_compressed(
        file,
        keys=np.array([_key(text) for text in texts], dtype=np.uint64),
        vectors=np.round(found / largest * FULL).astype(np.int8),
    )
    _kept.cache_clear()
    return file
