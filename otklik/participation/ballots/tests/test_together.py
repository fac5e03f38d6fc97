"""Two connections vote at the same instant, many times: one vote each, by the constraint alone."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from otklik.ground.accounts.models import Person
from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import queries
from otklik.participation.ballots.models import Ballot, OpenBallot, RegisterEntry, Vote
from otklik.participation.ballots.tests.helpers import CHOICES, Voter, citizen, running
from tests.cast import make_world

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES, INSTANTS = 3, 1_000
TABLE, ONE = RegisterEntry._meta.db_table, "one_person_one_ballot"
ENTER = (
    f"INSERT INTO {TABLE} (id, region_id, vote_id, voter_id, stratum, nonce, leaf, issued_on,"  # noqa: S608
    " blinded_hash, blind_signature, waiting)"
    " SELECT gen_random_uuid(), region_id, id, %s, '', '', '', current_date, '', '', true"
    " FROM ballots_vote WHERE id = %s"
)
LEVELS = ("open", "detached", "blind")


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each in a thread and connection of its own."""
    barrier = threading.Barrier(len(verbs))
    answers: list[Any] = [None] * len(verbs)

    def run(place: int) -> None:
        barrier.wait()
        try:
            answers[place] = verbs[place]()
        except Exception as failure:  # noqa: BLE001  (it is the answer)
            answers[place] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(verbs))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def counted(vote: Vote) -> int:
    """Return how many tokens would count."""
    return len({each["token"] for each in queries.ballots(vote)})


def pressed_twice(vote: Vote, choices: list[Any]) -> list[Any]:
    """Let one person vote from two browsers at once, with different choices."""
    person = citizen()
    browsers = [Voter(person), Voter(person)]
    return at_once(
        *(
            partial(browser.cast, vote, choice)
            for browser, choice in zip(browsers, choices, strict=True)
        )
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_person_pressing_twice_has_one_vote_at_every_level_by_every_method() -> None:
    make_world()  # costs the most here: one test for all
    votes = []
    for secrecy in LEVELS:
        for method, choices in CHOICES.items():
            votes.append(running(secrecy, method))
            _pressed_twice_counts_once(votes[-1], choices)
        _two_changes_are_two_revisions(running(secrecy, "approval"))
    vote = running("detached")
    people = [Voter(citizen()) for _ in range(8)]
    answers = at_once(*(partial(each.cast, vote, ["v1"]) for each in people))
    assert not [each for each in answers if isinstance(each, Exception)]
    assert counted(vote) == len(people)
    _a_thousand_instants(votes)


def _a_thousand_instants(votes: list[Vote]) -> None:
    """Let two connections that stay open write one person into a register at the same instant.

    Whole ballots are cast above; this is the line of the register that decides, a thousand times
    for every method and level.
    """
    people = Person.objects.bulk_create(
        Person(email=f"instant{number}@example.ru", region_id=votes[0].region_id)
        for number in range(INSTANTS)
    )
    rounds = [(vote.pk, person.pk) for vote in votes for person in people]
    before = RegisterEntry.objects.count()
    barrier = threading.Barrier(2)
    written: list[list[bool]] = [[], []]

    def write(place: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO off")
                for pair in rounds:
                    barrier.wait(timeout=60)
                    written[place].append(_enter(cursor, *pair))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(place,)) for place in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [one != other for one, other in zip(*written, strict=True)] == [True] * len(rounds)
    assert len(rounds) == INSTANTS * len(LEVELS) * len(CHOICES)
    assert RegisterEntry.objects.count() - before == len(rounds)
    _shown_to_fail_without_the_constraint(votes[0], people[0])


def _enter(cursor: Any, vote: int, person: int) -> bool:
    try:
        cursor.execute(ENTER, [person, vote])
    except IntegrityError:
        return False
    return True


def _shown_to_fail_without_the_constraint(vote: Vote, person: Person) -> None:
    """Drop it inside a transaction that is rolled back: the same line is written again."""
    entries = RegisterEntry.objects.filter(vote=vote, voter=person)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {ONE}")
        assert _enter(cursor, vote.pk, person.pk)
        assert entries.count() == 2
        transaction.set_rollback(True)
    assert entries.count() == 1
    with connection.cursor() as cursor:
        assert not _enter(cursor, vote.pk, person.pk)


def _pressed_twice_counts_once(vote: Vote, choices: list[Any]) -> None:
    for time in range(1, TIMES + 1):
        answers = pressed_twice(vote, choices)
        refused = [each for each in answers if isinstance(each, Exception)]
        assert all(isinstance(each, Refused) for each in refused), refused
        # An open ballot is replaced by the later press, a secret one is refused.
        assert len(refused) == (0 if vote.secrecy == "open" else 1)
        assert RegisterEntry.objects.filter(vote=vote).count() == time
        assert counted(vote) == time, (vote.secrecy, vote.method)


def _two_changes_are_two_revisions(vote: Vote) -> None:
    voter = Voter(citizen())
    voter.cast(vote, ["v1"])
    for first, second in ((["v2"], ["v3"]), (["v1", "v2"], ["v1", "v3"])):
        again = [Voter(**vars(voter)), Voter(**vars(voter))]
        answers = at_once(partial(again[0].cast, vote, first), partial(again[1].cast, vote, second))
        voter.rev += 1
        assert sum(isinstance(each, Refused) for each in answers) == (vote.secrecy == "blind")
    assert counted(vote) == 1
    box: Any = OpenBallot if vote.secrecy == "open" else Ballot
    revs = sorted(box.objects.filter(vote=vote).values_list("rev", flat=True))
    assert revs == list(range(1, len(revs) + 1))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_both_presses_would_count() -> None:
    make_world()
    table, name = TABLE, ONE
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        for secrecy in LEVELS:
            vote = running(secrecy)
            pressed_twice(vote, CHOICES["single"])
            assert counted(vote) == 2, secrecy
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (vote_id, voter_id)")
