"""The life of a vote, and that nothing kept joins a voter with a secret ballot."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from otklik.ground.accounts.rules import Refused
from otklik.journal.reading import about
from otklik.journal.roles import ONLY_ADDED
from otklik.participation.ballots import chain, commands, queries, timers
from otklik.participation.ballots.commands import steps
from otklik.participation.ballots.models import (
    Ballot,
    BoardEntry,
    Checkpoint,
    RegisterEntry,
    Vote,
    VoteOption,
)
from otklik.participation.ballots.tests.helpers import (
    CHOICES,
    DAY,
    END,
    Voter,
    citizen,
    drafted,
    finished,
    running,
)
from otklik.participation.projects.rules import Circle
from tests.cast import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = ("open", "detached", "blind")
SECRET = ("detached", "blind")
pytestmark = pytest.mark.usefixtures("world")


def delete(rows: Any) -> None:
    rows._raw_delete("default")


def refused(verb: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as found:
        verb()
    return found.value.code


@pytest.mark.parametrize("secrecy", LEVELS)
def test_a_choice_may_be_changed_until_the_end_and_the_last_counts(secrecy: str) -> None:
    vote = running(secrecy, "approval")
    voter, other = Voter(citizen()), Voter(citizen())
    for choices in (["v1"], ["v1", "v2"], ["v3"]):
        voter.cast(vote, choices)
    other.cast(vote, ["v1"])
    ended = finished(vote)
    result = ended.result
    assert ended.people == {"age": {"": 2}, "sex": {"": 2}}, "two people are too few to be told"
    assert result["votes"] == {"v1": 1, "v2": 0, "v3": 1}
    assert (result["ballots"], result["issued"]) == (2, 2)


@pytest.mark.parametrize("secrecy", LEVELS)
def test_the_same_sent_again_is_answered_with_the_same_receipt(secrecy: str) -> None:
    vote = running(secrecy)
    voter = Voter(citizen())
    first = voter.cast(vote, ["v1"])
    if secrecy == "blind":
        voter.rev -= 1
        said = voter.blind_ballot(vote, ["v1"])
        assert refused(lambda: commands.cast_blind(vote.pk, said=said, now=NOW + DAY)) == "rev"
        return
    again = voter.cast(vote, ["v1"])
    assert again.record == first.record
    assert chain.signed_by(vote.manifest["receipt_key"], again.record, again.signature)


def test_a_code_changes_a_detached_ballot_without_a_name() -> None:
    vote, voter = running("detached"), Voter(citizen())
    voter.cast(vote, ["v1"])

    def change(code: str) -> Any:
        return commands.cast_detached(
            vote.pk, voter=None, code=code, choices=["v2"], now=NOW + 2 * DAY
        )

    assert refused(lambda: change(chain.code_of(bytes(16)))) == "no_ballot"
    assert refused(lambda: change("ABC")) == "code"
    change(voter.code)
    assert refused(lambda: Voter(voter.person).cast(vote, ["v1"])) == "voted"
    assert finished(vote).result["votes"]["v2"] == 1


def test_a_token_is_signed_once_and_the_same_again() -> None:
    vote, voter = running("blind"), Voter(citizen())
    asked = bytes(383) + b"\x05"

    def issue(hidden: bytes, person: Any = voter.person) -> bytes:
        return commands.issue_token(vote.pk, voter=person, blinded=hidden, now=NOW + DAY)

    assert issue(asked) == issue(asked)
    assert refused(lambda: issue(bytes(383) + b"\x06")) == "issued"
    assert RegisterEntry.objects.filter(vote=vote).count() == 1
    other = citizen()
    assert refused(lambda: issue(b"\xff" * 384, other)) == "malformed"
    assert not RegisterEntry.objects.filter(voter=other).exists()


def test_a_blind_ballot_of_another_vote_or_hand_is_refused() -> None:
    vote, other = running("blind"), running("blind")
    voter = Voter(citizen())
    voter.fetch_token(vote)
    good = voter.blind_ballot(vote, ["v1"])

    def cast(where: Vote, said: dict[str, Any]) -> Any:
        return commands.cast_blind(where.pk, said=said, now=NOW + DAY)

    assert refused(lambda: cast(other, good)) == "token"
    assert refused(lambda: cast(vote, {**good, "choices": ["v2"]})) == "signature"
    assert refused(lambda: cast(vote, {**good, "token": "ab" * 32})) == "token"
    assert refused(lambda: cast(vote, voter.blind_ballot(vote, ["v9"]))) == "unknown"
    for name in good:
        assert refused(partial(cast, vote, {**good, name: 1.5})) in {
            "malformed", "signature",
        }, name  # fmt: skip
    assert cast(vote, good).choices == ["v1"]


@pytest.mark.parametrize("secrecy", LEVELS)
def test_nobody_votes_before_the_beginning_or_after_the_end(secrecy: str) -> None:
    vote, voter = drafted(secrecy), Voter(citizen())
    announced = commands.announce_vote(vote.pk, by=vote.made_by, now=NOW)
    early = lambda: voter.cast(announced, ["v1"])  # noqa: E731
    if secrecy != "blind":
        assert refused(early) == "not_open"
    commands.open_vote(vote.pk, now=NOW)
    assert Vote.objects.get(pk=vote.pk).status == "announced"
    opened = commands.open_vote(vote.pk, now=NOW + DAY)
    assert refused(lambda: voter.cast(opened, ["v1"], END)) == "not_open"
    assert commands.close_vote(vote.pk, now=NOW + 2 * DAY).status == "open"
    assert refused(lambda: commands.publish_vote(vote.pk, now=END)) == "not_closed"


@pytest.mark.parametrize("secrecy", LEVELS)
def test_who_is_outside_the_circle_gets_no_ballot(secrecy: str) -> None:
    vote = running(secrecy, circle=Circle(18, frozenset({"vologda-city"})))
    young, far = citizen(born=date(2010, 1, 1)), citizen("cherepovets-city")
    assert refused(lambda: Voter(young).cast(vote, ["v1"])) == "age"
    assert refused(lambda: Voter(far).cast(vote, ["v1"])) == "territory"
    assert queries.issued(vote) == 0


def test_the_clock_opens_closes_and_publishes_and_may_run_twice() -> None:
    vote = drafted("detached")
    commands.announce_vote(vote.pk, by=vote.made_by, now=NOW)
    timers.run(NOW)
    assert Vote.objects.get(pk=vote.pk).status == "announced"
    timers.run(NOW + DAY)
    Voter(citizen()).cast(Vote.objects.get(pk=vote.pk), ["v1"])
    assert timers.run(END) >= 2
    assert timers.run(END) == 0
    assert [each.kind for each in about(vote.ref)] == [
        "vote.drafted", "vote.announced", "vote.opened", "ballot.cast", "vote.closed",
        "vote.published",
    ]  # fmt: skip


def test_what_is_not_ready_is_not_announced() -> None:
    for draft, said in (
        (drafted(options=(commands.Option("Один"),)), "два варианта"),
        (drafted(opens_at=NOW), "впереди"),
        (drafted(circle=Circle(0, frozenset({"nowhere"}))), "Территории"),
    ):
        with pytest.raises(Refused) as found:
            commands.announce_vote(draft.pk, by=draft.made_by, now=NOW)
        assert said in found.value.ru
        assert Vote.objects.get(pk=draft.pk).manifest == {}


def test_a_draft_may_be_dropped_an_announced_vote_never() -> None:
    vote = drafted()
    commands.drop_draft(vote.pk, by=vote.made_by, now=NOW)
    assert not Vote.objects.filter(pk=vote.pk).exists()
    assert [entry.kind for entry in about(vote.ref)] == ["vote.drafted", "vote.dropped"]
    vote = running()
    assert refused(lambda: commands.drop_draft(vote.pk, by=vote.made_by, now=NOW)) == "announced"


def test_announced_terms_and_a_result_stand_for_ever() -> None:
    vote = running()
    rows, options = Vote.objects.filter(pk=vote.pk), VoteOption.objects.filter(vote=vote)
    for change in (
        lambda: rows.update(secrecy="detached"), lambda: rows.update(question="Другое?"),
        lambda: rows.update(quorum=5), lambda: rows.update(manifest={}),
        lambda: options.update(label="Другое"), lambda: delete(options),
        lambda: VoteOption.objects.create(region=vote.region, vote=vote, key="v9", label="Ещё"),
        lambda: delete(rows),
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            change()
    early = pytest.raises(IntegrityError, match="vote_has_no_result_before_its_end")
    with early, transaction.atomic():
        rows.update(result={"votes": {}})
    Voter(citizen()).cast(vote, ["v1"])
    finished(vote)
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        rows.update(result={"votes": {}})


def test_the_board_is_only_added_to() -> None:
    vote = running("detached")
    Voter(citizen()).cast(vote, ["v1"])
    finished(vote)
    for table in (BoardEntry, Checkpoint):
        found = table.objects.filter(vote=vote)
        for change in (lambda: found.update(vote=vote), lambda: delete(found)):  # noqa: B023
            with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
                change()
    with connection.cursor() as cursor:
        for name in ONLY_ADDED:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege('otklik_app', %s, %s)", [name, right])
                assert cursor.fetchone() == (False,), (name, right)


@pytest.mark.parametrize("secrecy", LEVELS)
def test_commits_wait_for_one_another_and_no_result_shows_before_the_end(secrecy: str) -> None:
    vote = running(secrecy)
    people = [Voter(citizen()) for _ in range(21)]
    for number, voter in enumerate(people, start=1):
        voter.cast(vote, ["v1"])
        assert len(queries.board(vote)) == (20 if number >= 20 else 0)
    shown = queries.board(vote)
    assert [each["commit"] for each in shown] == sorted(each["commit"] for each in shown)
    assert [each["record"]["issued"] for each in queries.checkpoints(vote)] == [20]
    assert Vote.objects.get(pk=vote.pk).result == {}
    assert set(shown[0]) == {"seq", "commit", "head"}
    finished(vote)
    assert len(queries.board(vote)) == 21


# --- Secrecy, on a dump --------------------------------------------------------------------------


def dumped(table: str, vote: Vote) -> list[dict[str, str]]:
    """Return a table as `pg_dump` writes it: text, in the order in which rows lie."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid::text AS place, xmin::text AS by, *"  # noqa: S608
            f" FROM {table} WHERE vote_id = %s ORDER BY {table}.ctid",
            [vote.pk],
        )
        names = [each[0] for each in cursor.description or ()]
        return [dict(zip(names, map(str, row), strict=True)) for row in cursor.fetchall()]


def lived(secrecy: str, count: int) -> tuple[Vote, list[Voter]]:
    """Let people vote one after another, choices at random, in tables that hold no gaps yet."""
    with connection.cursor() as cursor:  # rolled back with the test
        cursor.execute("TRUNCATE ballots_ballot, ballots_registerentry CASCADE")
    vote, people = running(secrecy), [Voter(citizen()) for _ in range(count)]
    draw = random.Random(7)
    for voter in people:
        voter.cast(vote, draw.choice(CHOICES["single"]))
    return vote, people


@pytest.mark.parametrize("secrecy", SECRET)
def test_a_dump_holds_no_key_time_or_address_that_joins_voter_and_ballot(secrecy: str) -> None:
    vote, people = lived(secrecy, 6)
    register = dumped("ballots_registerentry", vote)
    ballots = dumped("ballots_ballot", vote)
    shared = {"vote_id", "region_id", "waiting", "by", "place"}

    def values(rows: list[dict[str, str]]) -> set[str]:
        found = (pair for row in rows for pair in row.items())
        return {value for name, value in found if name not in shared and len(value) > 3}

    assert not values(register) & values(ballots)
    for model in (Ballot, RegisterEntry):
        kinds = {field.get_internal_type() for field in model._meta.get_fields()}
        assert not kinds & {"DateTimeField", "TimeField", "GenericIPAddressField"}, model
    assert {type(field.remote_field.model).__name__ and field.remote_field.model.__name__
            for field in Ballot._meta.get_fields() if field.remote_field} == {
        "Region", "Vote",
    }  # fmt: skip
    tokens = {row["token"] for row in ballots} | {row["commit"] for row in ballots}
    codes = {voter.code for voter in people} | {voter.secret.hex() for voter in people}
    facts = json.dumps([(each.subject, each.actor, each.data) for each in about(vote.ref)])
    assert not [each for each in tokens | codes if each in facts]
    told = [each for each in about(vote.ref) if each.kind.startswith("ballot.")]
    assert {each.actor for each in told} == {"anonymous"}
    assert not [field for each in told for field in each.data if field not in {"vote", "secrecy"}]


@pytest.mark.parametrize("secrecy", SECRET)
def test_no_other_table_holds_a_token_or_commit_beside_a_person(secrecy: str) -> None:
    vote, people = lived(secrecy, 3)
    ballots = list(Ballot.objects.filter(vote=vote))
    needles = [each.token for each in ballots] + [str(each.pk) for each in ballots]
    for model in apps.get_models():
        if model in {Ballot, BoardEntry} or not model._meta.managed:
            continue
        rows = json.dumps(dumped_text(model._meta.db_table))
        assert not [each for each in needles if each in rows], model
    assert len(people) == len({each.token for each in ballots})


def dumped_text(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT t::text FROM "{table}" AS t')  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("secrecy", SECRET)
@pytest.mark.parametrize("count", [7, 19])
def test_waiting_rows_lie_in_the_order_of_random_ids_and_not_of_time(
    secrecy: str, count: int
) -> None:
    vote, _people = lived(secrecy, count)
    for table in ("ballots_ballot", "ballots_registerentry"):
        rows = dumped(table, vote)
        assert len(rows) == count
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows), table


@pytest.mark.parametrize("secrecy", SECRET)
def test_after_the_end_the_order_of_all_rows_is_that_of_random_ids(secrecy: str) -> None:
    vote, people = lived(secrecy, 43)
    finished(vote)
    for table in ("ballots_ballot", "ballots_registerentry"):
        rows = dumped(table, vote)
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows), table
        assert len({row["by"] for row in rows}) == 1
    order = [row["voter_id"] for row in dumped("ballots_registerentry", vote)]
    assert order != [str(voter.person.pk) for voter in people]


def test_rows_written_as_they_come_would_betray_the_order(monkeypatch: Any) -> None:
    monkeypatch.setattr(steps, "stir", lambda *_args, **_more: None)
    vote, people = lived("detached", 19)
    order = [row["voter_id"] for row in dumped("ballots_registerentry", vote)]
    assert order == [str(voter.person.pk) for voter in people]
    tokens = [row["token"] for row in dumped("ballots_ballot", vote)]
    assert tokens == [chain.detached_token(each.secret, vote.manifest_hash) for each in people]


def test_the_register_knows_the_day_alone() -> None:
    vote = running("detached")
    at = datetime(2026, 11, 26, 10, 11, 12, tzinfo=UTC)
    Voter(citizen()).cast(vote, ["v1"], at)
    entry = RegisterEntry.objects.get(vote=vote)
    assert entry.issued_on == date(2026, 11, 26)
    assert "10:11" not in json.dumps(dumped_text("ballots_registerentry"))
