"""Two connections vote at the same instant, many times: one vote each, by the constraint alone."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections

from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import queries
from otklik.participation.ballots.models import Ballot, OpenBallot, RegisterEntry, Vote
from otklik.participation.ballots.tests.helpers import CHOICES, Voter, citizen, running
from tests.cast import make_world

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 6
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
    for secrecy in LEVELS:
        for method, choices in CHOICES.items():
            _pressed_twice_counts_once(running(secrecy, method), choices)
        _two_changes_are_two_revisions(running(secrecy, "approval"))
    vote = running("detached")
    people = [Voter(citizen()) for _ in range(8)]
    answers = at_once(*(partial(each.cast, vote, ["v1"]) for each in people))
    assert not [each for each in answers if isinstance(each, Exception)]
    assert counted(vote) == len(people)


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
    table, name = RegisterEntry._meta.db_table, "one_person_one_ballot"
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
