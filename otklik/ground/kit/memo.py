"""Remember slow-changing things for a few seconds in each process."""

from __future__ import annotations

import random
import threading
import time
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")
_everything: list[Callable[[], None]] = []
SOONEST = 0.5
"""What was read together is not read anew together: each lives this share of its time, or more."""


def remembered(seconds: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep a function's answers for so long; an administrator's edit shows after that at most.

    What is older goes when something new comes: arguments that never return do not pile up.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        kept: dict[object, tuple[float, R]] = {}
        lock = threading.Lock()

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            key = (args, tuple(sorted(kwargs.items())))
            now = time.monotonic()
            found = kept.get(key)
            if found and found[0] > now:
                return found[1]
            with lock:
                found = kept.get(key)
                if found and found[0] > now:
                    return found[1]
                value = function(*args, **kwargs)
                now = time.monotonic()
                for old in [each for each, (until, _) in kept.items() if until <= now]:
                    kept.pop(old, None)
                kept[key] = (now + seconds * random.uniform(SOONEST, 1), value)
            return value

        _everything.append(kept.clear)
        return run

    return decorate


def forget() -> None:
    """Drop all that is remembered in this process: after a load, between tests."""
    for clear in _everything:
        clear()
