from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection, connections
from django.db.models.functions import Now

from otklik.journal import following, reading
from otklik.journal.commands import NotStoppedError, skip_entry
from otklik.journal.following import Follower, catch_up, follower, lag, reactor, rebuild
from otklik.journal.models import Cursor, Entry
from otklik.journal.tests.happenings import NOW, ONLY_JOURNAL, Happened, Noted, common, happened
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

pytestmark = pytest.mark.django_db


@command
def do(*wanted: int, subject: str = "thing:1") -> None:
    for step in wanted:
        record(happened(step, subject))


@command
def note() -> None:
    record(Noted(**common()))


def write_down(name: str, entries: Sequence[Entry]) -> None:
    with connection.cursor() as cursor:
        for entry in entries:
            cursor.execute(
                "INSERT INTO journal_test_seen (name, position) VALUES (%s, %s)",
                [name, entry.position],
            )


def forget(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_test_seen WHERE name = %s", [name])


def watch(name: str, **options: Any) -> None:
    """Register a projection that writes down what it sees."""

    @follower(name, **options)
    def handle(entries: Sequence[Entry]) -> None:
        write_down(name, entries)


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.02)


@contextmanager
def running(times: int = 1) -> Iterator[None]:
    """Run all followers, as so many processes would."""
    stop = threading.Event()
    workers = [threading.Thread(target=following.run_followers, args=(stop,)) for _ in range(times)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        stop.set()
        for worker in workers:
            worker.join(20)
    assert not any(worker.is_alive() for worker in workers)


@command
def change(name: str, *, fail: bool = False) -> None:
    """See the last step of a subject and make the next: cause and effect."""
    row = Cursor.objects.select_for_update().get(name=name)
    row.position += 1
    row.save()
    record(happened(row.position, name))
    if fail:
        raise ValueError(name)


class Writer(threading.Thread):
    """Runs commands; a fifth are made of others, some of which fail and are passed over."""

    def __init__(self, seed: int, subjects: list[str]) -> None:
        super().__init__()
        self.chance, self.subjects, self.verbs = random.Random(seed), subjects, 0

    def run(self) -> None:
        for _ in range(15):
            names = sorted(self.chance.sample(self.subjects, 2))
            if self.chance.random() < 0.2:
                self.verbs += self.change_both(names)
            else:
                change(names[0])
                self.verbs += 1
            connection.close()  # back to the pool

    @command
    def change_both(self, names: list[str]) -> int:
        done = 0
        for name in names:
            with suppress(ValueError):
                change(name, fail=self.chance.random() < 0.3)
                done += 1
        return done


class TestOnce:
    """Step by step, without threads."""

    @pytest.fixture(autouse=True)
    def _quiet(self, registry: dict[str, Follower], seen_table: None) -> None:
        """Nobody else follows."""

    def test_a_projection_sees_each_entry_of_its_kinds_once(
        self, seen: Callable[[str], list[int]]
    ) -> None:
        watch("all")
        watch("notes", kinds={Noted})
        before = reading.head()
        do(1, 2)
        note()
        catch_up()
        catch_up()
        assert seen("all")[-3:] == [before + 1, before + 2, before + 3]
        assert seen("notes") == [before + 3]
        assert Cursor.objects.get(name="notes").position == before + 3

    def test_it_gets_batches(self) -> None:
        sizes: list[int] = []

        @follower("batches", kinds={"test.happened"})
        def handle(entries: Sequence[Entry]) -> None:
            sizes.append(len(entries))

        do(*range(501))
        catch_up()
        assert sum(sizes) == 501
        assert max(sizes) <= 500

    def test_what_failed_is_not_half_written(self, seen: Callable[[str], list[int]]) -> None:
        broken = [True]

        @follower("half", kinds={Happened})
        def handle(entries: Sequence[Entry]) -> None:
            write_down("half", entries)
            if broken:
                raise ValueError

        do(1, 2)
        with pytest.raises(ValueError):  # noqa: PT011  (its own)
            catch_up()
        assert seen("half") == []
        broken.clear()
        catch_up()
        assert len(seen("half")) == 2

    def test_a_reaction_may_run_commands_that_are_followed_too(self) -> None:
        @reactor("notice", kinds={Happened})
        def react(entry: Entry) -> None:
            note()

        noted: list[int] = []

        @follower("noted", kinds={Noted})
        def handle(entries: Sequence[Entry]) -> None:
            noted.append(len(entries))

        do(1, 2)
        catch_up()
        assert reading.count({"test.noted"}) == 2
        assert sum(noted) == 2
        assert lag()["notice"]["lag"] == 0

    def test_a_reaction_comes_again_after_a_crash(self) -> None:
        tries: list[int] = []

        @reactor("crash", kinds={Happened})
        def react(entry: Entry) -> None:
            tries.append(entry.data["step"])
            if tries == [1, 2]:
                raise ValueError

        do(1, 2, 3)
        with pytest.raises(ValueError):  # noqa: PT011  (its own)
            catch_up()
        Cursor.objects.update(held_until=Now() - timedelta(seconds=1))
        catch_up()
        assert tries == [1, 2, 2, 3]

    def test_a_reactor_runs_in_one_process_at_a_time(self, registry: dict[str, Follower]) -> None:
        @reactor("alone", kinds={Happened})
        def react(entry: Entry) -> None:
            note()

        following.chosen()
        alone = registry["alone"]
        assert following.react(alone, "first") is not None
        assert following.react(alone, "second") is None
        do(1)
        with pytest.raises(RuntimeError, match="another process"):
            catch_up()
        Cursor.objects.update(held_until=Now() - timedelta(seconds=1))
        assert following.react(alone, "second") is not None

    def test_a_reactor_may_begin_with_what_comes_from_now_on(self) -> None:
        done: list[int] = []

        @reactor("late", kinds={Happened})
        def react(entry: Entry) -> None:
            done.append(entry.data["step"])

        do(1, 2)
        following.begin_at_head("late")
        assert lag()["late"]["lag"] == 0
        do(3)
        catch_up()
        assert done == [3]

    def test_few_of_many_kinds_are_found_beyond_the_window(
        self, monkeypatch: pytest.MonkeyPatch, seen: Callable[[str], list[int]]
    ) -> None:
        monkeypatch.setattr(reading, "WINDOW", 2)
        noted: list[int | None] = []

        @reactor("few", kinds={Noted})
        def react(entry: Entry) -> None:
            noted.append(entry.position)

        watch("some", kinds={Noted})
        do(*range(7))
        note()
        do(*range(3))
        catch_up()
        (position,) = noted
        assert seen("some") == [position]
        assert {name: each["lag"] for name, each in lag().items()} == {"few": 0, "some": 0}

    def test_a_reactor_that_was_taken_over_stops_in_time(
        self, registry: dict[str, Follower]
    ) -> None:
        done: list[int] = []

        @reactor("slow", kinds={Happened})
        def react(entry: Entry) -> None:
            done.append(entry.data["step"])
            Cursor.objects.filter(name="slow").update(held_by="somebody else")

        following.chosen()
        do(1, 2)
        reading.head()
        assert following.react(registry["slow"], "me") is None
        assert done == [1]

    def test_rebuilding_gives_the_same(self, seen: Callable[[str], list[int]]) -> None:
        watch("map", kinds={Happened}, reset=lambda: forget("map"))
        do(1, 2)
        note()
        catch_up()
        once = seen("map")
        do(3)
        assert rebuild("map") >= 4
        assert seen("map") == [*once, reading.head()]
        catch_up()
        assert seen("map") == [*once, reading.head()]

    def test_a_rebuild_that_fails_changes_nothing(self, seen: Callable[[str], list[int]]) -> None:
        broken: list[int] = []

        @follower("brittle", kinds={Happened}, reset=lambda: forget("brittle"))
        def handle(entries: Sequence[Entry]) -> None:
            if broken:
                raise ValueError
            write_down("brittle", entries)

        do(1)
        catch_up()
        once = seen("brittle")
        broken.append(1)
        with pytest.raises(ValueError):  # noqa: PT011  (its own)
            rebuild("brittle")
        assert seen("brittle") == once
        assert lag()["brittle"]["lag"] == 0

    def test_only_what_can_be_emptied_is_rebuilt(self) -> None:
        watch("endless")
        with pytest.raises(ValueError, match="no reset"):
            rebuild("endless")

    def test_lag_is_counted_and_a_look_at_it_numbers(self) -> None:
        watch("late")
        before = reading.head()
        do(1, 2)
        assert lag()["late"] == {"position": 0, "lag": before + 2, "stopped": ""}
        catch_up()
        assert lag()["late"] == {"position": before + 2, "lag": 0, "stopped": ""}

    def test_two_followers_of_one_name_are_refused(self) -> None:
        watch("twin")
        watch("twin")
        with pytest.raises(ValueError, match="two followers are called 'twin'"):
            follower("twin")(print)

    def test_nothing_to_skip_unless_it_stopped(self) -> None:
        watch("well")
        do(1)
        with pytest.raises(NotStoppedError):
            skip_entry("well", by="official:1", now=NOW)
        following.chosen()
        catch_up()
        Cursor.objects.update(stopped_reason="stale")
        with pytest.raises(NotStoppedError):
            skip_entry("well", by="official:1", now=NOW)


@pytest.mark.django_db(transaction=True, available_apps=ONLY_JOURNAL)
@pytest.mark.usefixtures("empty_journal", "impatient")
class TestForEver:
    """In threads, with real commits."""

    @pytest.fixture(autouse=True)
    def _quiet(self, registry: dict[str, Follower], seen_table: None) -> None:
        """Nobody else follows."""

    def test_sixteen_writers_lose_and_double_nothing(
        self, seen: Callable[[str], list[int]]
    ) -> None:
        watch("one")
        watch("two", kinds={Happened})
        subjects = [f"thing:{n}" for n in range(6)]
        for name in subjects:
            Cursor.objects.create(name=name)
        with running(times=2):
            writers = [Writer(seed, subjects) for seed in range(16)]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join(60)
            total = reading.count()
            until(lambda: all(state["position"] == total for state in lag().values()))
        assert total == sum(writer.verbs for writer in writers)
        assert seen("one") == seen("two") == list(range(1, total + 1))
        for name in subjects:
            story = [
                entry.data["step"]
                for entry in Entry.objects.filter(subject=name).order_by("position")
            ]
            assert story == list(range(1, Cursor.objects.get(name=name).position + 1))

    def test_a_failing_fact_stops_its_follower_alone_and_before_it(
        self, seen: Callable[[str], list[int]], caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = {3}

        @follower("frail")
        def handle(entries: Sequence[Entry]) -> None:
            write_down("frail", entries)
            if any(entry.data.get("step") in broken for entry in entries):
                raise ValueError("a secret word")

        watch("sound")
        do(*range(1, 6))
        with running():
            until(lambda: len(seen("sound")) == 5)
            until(lambda: bool(lag()["frail"]["stopped"]))
            assert lag()["frail"] == {
                "position": 2,
                "lag": 3,
                "stopped": "ValueError at 3 (test.happened)",
            }
            assert seen("frail") == [1, 2]
            assert "follower frail stopped" in caplog.text
            broken.clear()
            until(lambda: len(seen("frail")) == 5)
            until(lambda: lag()["frail"]["stopped"] == "")
        assert seen("frail") == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("kind", ["projection", "reactor"])
    def test_a_human_may_skip_exactly_that_fact(self, kind: str) -> None:
        done: list[int] = []

        def act(entry: Entry) -> None:
            if entry.data["step"] == 2:
                raise ValueError
            done.append(entry.data["step"])

        if kind == "reactor":
            reactor("frail", kinds={Happened})(act)
        else:

            @follower("frail", kinds={Happened})
            def handle(entries: Sequence[Entry]) -> None:
                before = len(done)
                try:
                    for entry in entries:
                        act(entry)
                except ValueError:
                    del done[before:]
                    raise

        note()
        do(1)
        note()
        do(2, 3)
        with running():
            until(lambda: bool(lag()["frail"]["stopped"]))
            assert done == [1]
            assert skip_entry("frail", by="official:1", now=NOW).data == {"step": 2}
            until(lambda: done == [1, 3])
        (skipped,) = reading.about("follower:frail")
        assert skipped.kind == "journal.entry_skipped"
        assert skipped.actor == "official:1"
        assert skipped.data == {"follower": "frail", "position": 4, "skipped_kind": "test.happened"}

    def test_it_survives_a_restart_of_the_database(self, seen: Callable[[str], list[int]]) -> None:
        watch("patient")

        @reactor("steady", kinds={Happened})
        def react(entry: Entry) -> None:
            """Only keep up."""

        with running():
            for step in range(4):
                do(step)
                until(lambda wanted=step + 1: len(seen("patient")) == wanted)  # type: ignore[misc]
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
            until(lambda: all(state["lag"] == 0 for state in lag().values()))
        assert seen("patient") == [1, 2, 3, 4]
        assert not any(state["stopped"] for state in lag().values())
        connection.close()
        connections["default"].close_pool()  # type: ignore[attr-defined]  # it keeps dead ones

    def test_trouble_of_the_database_is_endured_but_not_for_ever(self) -> None:
        tries: list[int] = []

        @follower("refused")
        def handle(entries: Sequence[Entry]) -> None:
            tries.append(len(entries))
            raise OperationalError("canceling statement due to statement timeout")

        do(1)
        with running():
            until(lambda: bool(lag()["refused"]["stopped"]))
        assert len(tries) >= following.PATIENCE / following.REFUSED

    def test_it_waits_for_a_database_that_is_away_at_the_start(
        self, seen: Callable[[str], list[int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch("late")
        real, away = following.chosen, [1, 2]

        def chosen(names: Any = None) -> list[Follower]:
            if away:
                away.pop()
                raise OperationalError
            return real(names)

        monkeypatch.setattr(following, "chosen", chosen)
        do(1)
        with running():
            until(lambda: seen("late") == [1])
