"""Followers of the journal: projections, exactly once, and reactions, at least once."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TypedDict

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

Handle = Callable[[Sequence[Entry]], None]
HandleOne = Callable[[Entry], None]
Kinds = Collection[str | type[Fact]]

BATCH = reading.BATCH
POLL, POLL_IDLE = 0.05, 0.25  # seconds between looks: while facts come, and at rest
LOOK_ANYWAY = 1.0  # seconds after which a follower looks though nobody woke it
RETRY_FIRST, RETRY_LAST = 1.0, 60.0  # seconds between attempts at a fact that fails
LEASE = timedelta(seconds=15)  # a reactor whose process died is taken over after this
# Troubles of the database in a row before the fact itself is suspected: a lost connection is
# hardly its fault and counts 1, an error on a good connection (a timeout, a deadlock) counts 10.
PATIENCE, LOST, REFUSED = 50, 1, 10
OUTAGE = (OperationalError, InterfaceError)
TROUBLE = (DatabaseError, InterfaceError)


@dataclass(frozen=True)
class Follower:
    """A reader with a place of its own in the journal."""

    name: str
    kinds: frozenset[str] | None
    handle: Handle | None = None
    react: HandleOne | None = None
    reset: Callable[[], None] | None = None

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
        cursor = rows.filter(name=one.name).annotate(last=reading.last()).first()
        if cursor is None:
            return None
        _advance(one, cursor, cursor.last, limit)
    return cursor.position


def _advance(one: Follower, cursor: Cursor, last: int, limit: int) -> int:
    """Handle the next entries under the cursor's lock; return how many there were of all kinds."""
    assert one.handle
    wanted, seen = reading.stretch(cursor.position, last, limit, one.kinds)
    if wanted:
        one.handle(wanted)
    passed = seen - cursor.position
    if passed:
        cursor.position = seen
        cursor.stopped_reason = ""
        cursor.save(update_fields=["position", "stopped_reason", "updated_at"])
    return passed


def react(one: Follower, holder: str, limit: int = BATCH) -> int | None:
    """Let a reactor act on the next entries, one by one, moving the cursor after each."""
    assert one.react
    mine = Cursor.objects.filter(Q(held_by=holder) | Q(held_until__lte=Now()), name=one.name)
    if not mine.update(held_by=holder, held_until=Now() + LEASE):
        return None
    cursor = Cursor.objects.annotate(last=reading.last()).get(name=one.name)
    wanted, seen = reading.stretch(cursor.position, cursor.last, limit, one.kinds)
    position = cursor.position
    for entry in wanted:
        one.react(entry)
        position = entry.position or 0
        if not _passed(one, holder, position):
            return None
    if seen > position:
        _passed(one, holder, seen)
    return seen


def _passed(one: Follower, holder: str, position: int) -> bool:
    """Move a reactor's cursor and prolong its lease; False when another has taken over."""
    mine = Cursor.objects.filter(name=one.name, held_by=holder, position__lt=position)
    moved = mine.update(
        position=position,
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


def begin_at_head(name: str) -> None:
    """Let a reactor begin with what comes from now on: the history before has had its reactions."""
    (one,) = chosen([name])
    last = _number_all()
    Cursor.objects.filter(name=one.name, position__lt=last).update(position=last)


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
    last, total = _number_all(), 0
    with transaction.atomic(durable=True):
        cursor = Cursor.objects.select_for_update(no_key=True).get(name=name)
        one.reset()
        cursor.position = 0
        cursor.save(update_fields=["position", "updated_at"])
        while passed := _advance(one, cursor, last, BATCH):
            total += passed
    return total


def lag() -> dict[str, Lag]:
    """Return how far each follower is behind the head.  Looks, and so numbers."""
    discover()
    cursors = Cursor.objects.in_bulk()
    head = reading.head()  # after the cursors: nobody is ahead of it
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
    It survives a restart of PostgreSQL.
    """
    bell = Bell(stop)
    threads = [
        threading.Thread(target=Runner(one, bell).run, name=f"follower {one.name}", daemon=True)
        for one in _patiently_chosen(stop, names)
    ]
    for thread in threads:
        thread.start()
    try:
        _look(bell)
    finally:
        stop.set()
        bell.ring(bell.head)
        for thread in threads:
            thread.join(10)
        connection.close()


def _patiently_chosen(stop: threading.Event, names: Collection[str] | None) -> list[Follower]:
    while not stop.is_set():
        try:
            return chosen(names)
        except TROUBLE:
            logger.warning("followers wait for the database", exc_info=True)
            connection.close()
            stop.wait(LOOK_ANYWAY)
    return []


def _look(bell: Bell) -> None:
    pause = 0.0
    while not bell.stop.wait(pause):
        try:
            head = reading.head()
        except TROUBLE:
            logger.warning("the journal cannot be looked at", exc_info=True)
            connection.close()
            pause = LOOK_ANYWAY
            continue
        came = head - bell.head
        if came:
            bell.ring(head)
            pause = 0.0 if came >= BATCH else POLL
        else:
            pause = min(max(pause * 2, POLL), POLL_IDLE)


class Runner:
    """One follower in its thread: step after step, and patience with every kind of trouble."""

    def __init__(self, one: Follower, bell: Bell) -> None:
        self.one, self.bell, self.stop = one, bell, bell.stop
        self.holder = uuid.uuid4().hex
        self.position = -1
        self.singly = 0  # after a failure so many entries go one by one, to find the one that fails
        self.failures = 0
        self.troubles = 0

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.turn()
                self.bell.wait_beyond(self.position)
        finally:
            self.release()

    def turn(self) -> None:
        """Make one step, whatever it brings."""
        try:
            position = self.step()
        except OUTAGE as error:
            self.endure(error)
        except Exception as error:  # noqa: BLE001  (a follower is anybody's code)
            self.stumble(error)
        else:
            self.troubles = 0
            if position is None:
                self.stop.wait(POLL_IDLE)
            elif position != self.position:
                self.position, self.failures = position, 0
                self.singly = max(self.singly - 1, 0)

    def step(self) -> int | None:
        limit = 1 if self.singly else BATCH
        if self.one.handle:
            return follow(self.one, limit)
        return react(self.one, self.holder, limit)

    def endure(self, error: Exception) -> None:
        """Wait for the database; suspect the fact only if the database is well and yet it fails."""
        logger.warning("follower %s: %s", self.one.name, error)
        self.troubles += REFUSED if connection.is_usable() else LOST
        connection.close()
        if self.troubles >= PATIENCE and _database_answers():
            self.stumble(error)
        else:
            self.stop.wait(LOOK_ANYWAY)

    def stumble(self, error: Exception) -> None:
        """Come up to the fact that fails, stop before it, shout, and try it ever more seldom."""
        if self.one.handle and not self.singly:
            self.singly = BATCH
            return
        self.failures += 1
        try:
            entry = stuck(self.one)
            reason = type(error).__name__  # not its words: they may hold what the journal may not
            reason += f" at {entry.position} ({entry.kind})" if entry else ""
            logger.error("follower %s stopped: %s", self.one.name, reason, exc_info=error)
            Cursor.objects.filter(name=self.one.name).update(stopped_reason=reason)
            self.rest(min(RETRY_FIRST * 2 ** (self.failures - 1), RETRY_LAST))
        except TROUBLE:
            connection.close()
            self.stop.wait(LOOK_ANYWAY)

    def rest(self, seconds: float) -> None:
        """Wait for the next attempt, or until somebody has skipped the fact."""
        until = time.monotonic() + seconds
        stopped = Cursor.objects.filter(name=self.one.name).exclude(stopped_reason="")
        while (left := until - time.monotonic()) > 0 and stopped.exists():
            if self.stop.wait(min(left, LOOK_ANYWAY)):
                return

    def release(self) -> None:
        """Leave a reactor to another process at once."""
        try:
            held = Cursor.objects.filter(name=self.one.name, held_by=self.holder)
            held.update(held_by="", held_until=Now())
        except TROUBLE:
            logger.warning("follower %s could not be released", self.one.name, exc_info=True)
        connection.close()


def stuck(one: Follower) -> Entry | None:
    """Return the entry that this follower handles next: when it stopped, the one it stopped on."""
    cursor = Cursor.objects.annotate(last=reading.last()).filter(name=one.name).first()
    position, last = (cursor.position, cursor.last) if cursor else (0, 0)
    while position < last:
        wanted, position = reading.stretch(position, last, 1, one.kinds)
        if wanted:
            return wanted[0]
    return None


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except TROUBLE:
        connection.close()
        return False
    return True
