"""The one tail of a process: a thread that looks at the journal and draws what changed.

It has its own connection to the database, whatever the number of listeners, and outlives restarts
of PostgreSQL. While somebody listens it looks ten times a second; a look that finds nothing costs
a millisecond. Facts that come close together are folded into one frame.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from otklik.readers.heatmap.memory import memory
from otklik.readers.live.stream import difference, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from otklik.readers.live.stream import Change, Picture
    from otklik.readers.live.topics import Topic

    Deliver = Callable[["Topic", "Picture", "Change | None"], None]

logger = logging.getLogger(__name__)

POLL, POLL_ALONE = 0.1, 1.0
"""Seconds between looks: while somebody listens, and while nobody does."""
FOLD, FOLD_OTHERS = 0.25, 1.0
"""Seconds between frames at least: of everybody's map, and of a map under filters."""
LOOK_ANYWAY = 15.0
"""Time alone changes the map: what is overdue, what is no longer of these seven days."""
TROUBLE = 1.0


class Tail:
    """Draws every topic that somebody listens to; `deliver` is called in the tail's own thread."""

    def __init__(self, deliver: Deliver) -> None:
        """Begin idle."""
        self._deliver = deliver
        self._topics: frozenset[Topic] = frozenset()
        self._drawn: dict[Topic, tuple[Picture, float]] = {}
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, topics: frozenset[Topic]) -> None:
        """Say which topics are listened to; a new one is drawn at once."""
        self._topics = topics
        self._wake.set()

    def start(self) -> None:
        """Start the thread unless it runs. Nothing is awaited between the test and the start."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="live tail", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = 2.0) -> None:
        """Let the thread end."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception:
                logger.exception("the live map could not be looked at; trying again")
                connection.close()
                self._stop.wait(TROUBLE)
            close_old_connections()
            self._wake.wait(POLL if self._topics else POLL_ALONE)
            self._wake.clear()
        connection.close()

    def look(self) -> None:
        """Read the journal, and draw what is due to be drawn."""
        region_memory = memory(settings.REGION)
        region_memory.saves = True
        region_memory.refresh()
        position = region_memory.current(LOOK_ANYWAY).position
        for topic in self._topics:
            if self._due(topic, position):
                self._draw(topic)
        for topic in set(self._drawn) - self._topics:
            del self._drawn[topic]

    def _due(self, topic: Topic, position: int) -> bool:
        if topic not in self._drawn:
            return True
        last, at = self._drawn[topic]
        passed = time.monotonic() - at
        if last.position == position:
            return passed >= LOOK_ANYWAY
        return passed >= (FOLD if topic.everybodys else FOLD_OTHERS)

    def _draw(self, topic: Topic) -> None:
        new = picture(topic, timezone.localtime())
        old = self._drawn[topic][0] if topic in self._drawn else None
        self._drawn[topic] = (new, time.monotonic())
        change = difference(old, new) if old and old.timeline == new.timeline else None
        self._deliver(topic, new, change)
