"""Followers of the journal: projections, exactly once, and reactions, at least once."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TypedDict, TypeVar

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.module_loading import autodiscover_modules

from otklik.journal import reading
from otklik.journal.facts import Fact
from otklik.journal.models import Cursor, Entry

logger = logging.getLogger(__name__)

R = TypeVar("R")
Handle = Callable[[Sequence[Entry]], None]
HandleOne = Callable[[Entry], None]
Kinds = Collection[str | type[Fact]]

BATCH = reading.BATCH
POLL, POLL_IDLE = 0.05, 0.25  # seconds between looks: while facts come, and at rest
LOOK_ANYWAY = 1.0  # seconds after which a follower looks though nobody woke it
RETRY_FIRST, RETRY_LAST = 1.0, 60.0  # seconds between attempts at a fact that fails
LEASE = timedelta(seconds=15)  # a reactor whose process died is taken over after this
PATIENCE = 5  # troubles of the database in a row before the fact itself is suspected
OUTAGE = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Follower:
    """A reader with a place of its own in the journal."""

    name: str
    kinds: frozenset[str] | None
    handle: Handle | None = None
    react: HandleOne | None = None
    reset: Callable[[], None] | None = None

    def wants(self, entry: Entry) -> bool:
        return self.kinds is None or entry.kind in self.kinds

    @property
    def code(self) -> tuple[str, str]:
        """Where its function is written: a module imported twice is still the same follower."""
        function = self.handle or self.react
        return (function.__module__, function.__qualname__) if function else ("", "")


class Lag(TypedDict):
    """How far behind a follower is; `stopped` says on what, or is empty."""

    position: int
    lag: int
    stopped: str


#: Every follower by its name.  `discover` fills it from each app's `follower.py`.
followers: dict[str, Follower] = {}


def follower(
    name: str, *, kinds: Kinds | None = None, reset: Callable[[], None] | None = None
) -> Callable[[Handle], Handle]:
    """Register a projection: `handle(entries)` runs in the transaction that moves its cursor.

    What it writes in this database is therefore written exactly once.  It gets up to 500 entries
    of its kinds, in order.  `reset` empties its tables, so that it can be rebuilt.
    """

    def decorate(handle: Handle) -> Handle:
        _register(Follower(name, _kinds(kinds), handle=handle, reset=reset))
        return handle

    return decorate


def reactor(name: str, *, kinds: Kinds | None = None) -> Callable[[HandleOne], HandleOne]:
    """Register a reaction: `react(entry)` runs outside transactions, so it may run commands.

    One entry at a time, in one process at a time, at least once: after a crash it gets the same
    entry again, so its command must first look whether it has been done.
    """

    def decorate(react: HandleOne) -> HandleOne:
        _register(Follower(name, _kinds(kinds), react=react))
        return react

    return decorate


def _kinds(kinds: Kinds | None) -> frozenset[str] | None:
    if kinds is None:
        return None
    return frozenset(kind if isinstance(kind, str) else kind.kind for kind in kinds)


def _register(new: Follower) -> None:
    known = followers.get(new.name)
    if known and known.code != new.code:
        raise ValueError(f"two followers are called {new.name!r}: {known.code} and {new.code}")
    followers[new.name] = new


@cache
def discover() -> None:
    """Import `follower.py` of every app.  Late: web processes need none of them."""
    autodiscover_modules("follower")


def chosen(names: Collection[str] | None = None) -> list[Follower]:
    """Return the followers of these names, or all, each with its cursor in the database."""
    discover()
    found = [followers[name] for name in (sorted(followers) if names is None else names)]
    known = set(Cursor.objects.values_list("name", flat=True))
    missing = [Cursor(name=one.name) for one in found if one.name not in known]
    if missing:
        Cursor.objects.bulk_create(missing, ignore_conflicts=True)
    return found


# One step: the next entries, once.  `None` means that another process does it now.


def follow(one: Follower, limit: int = BATCH) -> int | None:
    """Show a projection the next entries and move its cursor, in one transaction."""
    assert one.handle
    with transaction.atomic(durable=True):
        rows = Cursor.objects.select_for_update(skip_locked=True, no_key=True)
        cursor = rows.filter(name=one.name).first()
        if cursor is None:
            return None
        _advance(one, cursor, limit)
    return cursor.position


def _advance(one: Follower, cursor: Cursor, limit: int) -> int:
    """Handle the next entries under the cursor's lock; return how many there were."""
    assert one.handle
    entries = reading.after(cursor.position, limit)
    wanted = [entry for entry in entries if one.wants(entry)]
    if wanted:
        one.handle(wanted)
    if entries:
        cursor.position = entries[-1].position or 0
        cursor.stopped_reason = ""
        cursor.save(update_fields=["position", "stopped_reason", "updated_at"])
    return len(entries)


def react(one: Follower, holder: str, limit: int = BATCH) -> int | None:
    """Let a reactor act on the next entries, one by one, moving the cursor after each."""
    assert one.react
    mine = Cursor.objects.filter(Q(held_by=holder) | Q(held_until__lte=Now()), name=one.name)
    if not mine.update(held_by=holder, held_until=Now() + LEASE):
        return None
    position = Cursor.objects.values_list("position", flat=True).get(name=one.name)
    entries = reading.after(position, limit)
    for entry in entries:
        if one.wants(entry):
            one.react(entry)
            if not _passed(one, holder, entry):
                return None
    if entries and not one.wants(entries[-1]):
        _passed(one, holder, entries[-1])
    return (entries[-1].position or 0) if entries else position


def _passed(one: Follower, holder: str, entry: Entry) -> bool:
    """Move a reactor's cursor and prolong its lease; False when another has taken over."""
    mine = Cursor.objects.filter(name=one.name, held_by=holder, position__lt=entry.position)
    moved = mine.update(
        position=entry.position,
        stopped_reason="",
        updated_at=Now(),
        held_until=Now() + LEASE,
    )
    return bool(moved)


# All at once: for tests, for rebuilding, for commands of an administrator.


def catch_up(names: Collection[str] | None = None) -> None:
    """Number all that waits and run these followers, or all, until none has anything to do.

    What a reactor's command records is followed too.  An error of a follower comes out.
    """
    everyone = chosen(names)
    holder = uuid.uuid4().hex
    moved = True
    while moved:
        moved = False
        last = _number_all()
        for one in everyone:
            while Cursor.objects.get(name=one.name).position < last:
                step = follow(one) if one.handle else react(one, holder)
                if step is None:
                    raise RuntimeError(f"{one.name} is being run by another process")
                moved = True
    Cursor.objects.filter(held_by=holder).update(held_by="", held_until=Now())


def _number_all() -> int:
    last, before = reading.head(), -1
    while last != before:
        last, before = reading.head(), last
    return last


def rebuild(name: str) -> int:
    """Empty a projection and read the whole journal into it again, in one transaction.

    Others see the old tables until it is done.  Returns how many entries were read.
    """
    (one,) = chosen([name])
    if one.handle is None or one.reset is None:
        raise ValueError(f"{name} cannot be rebuilt: it has no reset")
    _number_all()
    total = 0
    with transaction.atomic(durable=True):
        cursor = Cursor.objects.select_for_update(no_key=True).get(name=name)
        one.reset()
        cursor.position = 0
        cursor.save(update_fields=["position", "updated_at"])
        while passed := _advance(one, cursor, BATCH):
            total += passed
    return total


def lag() -> dict[str, Lag]:
    """Return how far each follower is behind the head.  Looks, and so numbers."""
    discover()
    head = reading.head()
    cursors = Cursor.objects.in_bulk()
    found: dict[str, Lag] = {}
    for name in sorted(followers):
        cursor = cursors.get(name)
        position = cursor.position if cursor else 0
        found[name] = {
            "position": position,
            "lag": head - position,
            "stopped": cursor.stopped_reason if cursor else "",
        }
    return found


# For ever: what `work` runs.


@dataclass
class Bell:
    """The head of the journal in this process: one thread looks, the followers wait for it."""

    stop: threading.Event
    head: int = 0
    rung: threading.Condition = field(default_factory=threading.Condition)

    def ring(self, head: int) -> None:
        with self.rung:
            self.head = head
            self.rung.notify_all()

    def wait_beyond(self, position: int) -> None:
        """Wait for an entry after this position, for a stop, or for long enough."""
        with self.rung:
            self.rung.wait_for(lambda: self.head > position or self.stop.is_set(), LOOK_ANYWAY)


def run_followers(stop: threading.Event, names: Collection[str] | None = None) -> None:
    """Run followers, each in a thread with its own connection, until told to stop.

    This thread looks for new facts, and so numbers them, and wakes the others.
    """
    everyone = _until_done(stop, lambda: chosen(names)) or []
    bell = Bell(stop)
    threads = [
        threading.Thread(target=Runner(one, bell).run, name=f"follower {one.name}", daemon=True)
        for one in everyone
    ]
    for thread in threads:
        thread.start()
    try:
        _look(bell)
    finally:
        bell.ring(bell.head)
        for thread in threads:
            thread.join(10)
        connection.close()


def _until_done(stop: threading.Event, work: Callable[[], R]) -> R | None:
    """Do something with the database, trying again while it is away; None if told to stop."""
    pause = RETRY_FIRST
    while not stop.is_set():
        try:
            return work()
        except DatabaseError:
            logger.exception("the database is away; trying again in %.0f s", pause)
            connection.close()
            stop.wait(pause)
            pause = min(pause * 2, RETRY_LAST)
    return None


def _look(bell: Bell) -> None:
    """Number what was committed and ring, often while facts come and seldom at rest."""
    while not bell.stop.is_set():
        head = _until_done(bell.stop, reading.head)
        if head is None:
            return
        moved = head != bell.head
        if moved:
            bell.ring(head)
        bell.stop.wait(POLL if moved else POLL_IDLE if bell.head else POLL)


class Runner:
    """One follower in a thread of its own; a fact that fails stops it, loudly, and is retried."""

    def __init__(self, one: Follower, bell: Bell) -> None:
        """Take whom to run and what wakes them."""
        self.one, self.bell = one, bell
        self.holder = uuid.uuid4().hex
        self.position = 0
        self.pause = RETRY_FIRST
        self.troubles = 0

    def run(self) -> None:
        """Run until told to stop."""
        try:
            while not self.bell.stop.is_set():
                self.bell.wait_beyond(self.position)
                self._step()
        finally:
            self._release()
            connection.close()

    def _step(self) -> None:
        try:
            moved = follow(self.one) if self.one.handle else react(self.one, self.holder)
        except OUTAGE as error:
            self.troubles += 1
            connection.close()
            if self.troubles > PATIENCE:
                self._stopped(error)
            self.bell.stop.wait(RETRY_FIRST)
        except Exception as error:  # noqa: BLE001  (whatever fails stops this follower alone)
            self._stopped(error)
            self.bell.stop.wait(self.pause)
            self.pause = min(self.pause * 2, RETRY_LAST)
        else:
            self.troubles, self.pause = 0, RETRY_FIRST
            if moved is None:  # another process runs it
                self.bell.stop.wait(LOOK_ANYWAY)
            else:
                self.position = moved

    def _stopped(self, error: Exception) -> None:
        logger.error("follower %s stopped after %s", self.one.name, self.position, exc_info=error)
        reason = repr(error)[:500]
        try:
            Cursor.objects.filter(name=self.one.name).update(stopped_reason=reason)
        except DatabaseError:
            connection.close()

    def _release(self) -> None:
        if self.one.react:
            try:
                held = Cursor.objects.filter(held_by=self.holder)
                held.update(held_by="", held_until=Now())
            except DatabaseError:
                logger.info("%s keeps its lease until it ends", self.one.name)
