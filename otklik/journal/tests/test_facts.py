from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otklik.journal import facts
from otklik.journal.facts import Fact, UnknownFact, load, register
from otklik.journal.tests.happenings import NOW, Happened, common, happened

BOTH = {"ru": "Было", "en": "It was"}


@dataclass(frozen=True, kw_only=True)
class Everything(Fact):
    """A fact with a field of every type that a fact may have."""

    kind: ClassVar[str] = "test.tried"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = BOTH

    number: int
    share: float
    flag: bool
    code: str
    moment: datetime
    day: date
    perhaps: datetime | None
    either: int | str
    cells: tuple[int, ...]
    codes: list[str]
    kinds: frozenset[str]
    later: int = 7


del register["test.tried"]

moments = st.datetimes(timezones=st.just(UTC))
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
numbers = st.integers(-(2**63), 2**63 - 1)
everything = st.builds(
    Everything,
    subject=words,
    actor=words,
    region=words,
    at=moments,
    number=numbers,
    share=st.floats(allow_nan=False, allow_infinity=False),
    flag=st.booleans(),
    code=words,
    moment=moments,
    day=st.dates(),
    perhaps=st.none() | moments,
    either=numbers | words,
    cells=st.lists(numbers).map(tuple),
    codes=st.lists(words),
    kinds=st.frozensets(words),
)


@settings(max_examples=50, deadline=None)
@given(everything)
def test_a_fact_survives_json(fact: Everything) -> None:
    data = json.loads(json.dumps(fact.to_data(), allow_nan=False))
    again = Everything.from_data(
        data, subject=fact.subject, actor=fact.actor, region=fact.region, at=fact.at
    )
    assert again == fact
    assert type(again.share) is float


def test_its_payload_is_its_own_fields() -> None:
    assert happened(3).to_data() == {"step": 3}


def test_it_ignores_fields_of_newer_code_and_fills_those_of_older() -> None:
    assert Happened.from_data({"step": 3, "mood": "new"}, **common()) == happened(3)
    assert Happened.from_data({}, **common()) == happened(0)


def test_it_loads_by_kind() -> None:
    assert load("test.happened", {"step": 3}, **common()) == happened(3)


def test_an_unknown_kind_is_still_a_fact() -> None:
    fact = load("future.invented", {"size": 9}, **common())
    assert isinstance(fact, UnknownFact)
    assert fact.sentence("en") == "future.invented"
    assert fact.public is False
    assert fact.data == {"size": 9}


def test_it_speaks_both_languages() -> None:
    assert happened(3).sentence("ru") == "Было 3"
    assert happened(3).sentence("en") == "It was 3"
    assert happened(3).sentence("fr") == "Было 3"


def test_its_moment_has_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Happened(subject="a:1", actor="system", region="test", at=NOW.replace(tzinfo=None))


def test_it_refuses_to_hold_objects() -> None:
    with pytest.raises(TypeError, match="cannot hold a dict"):
        facts._encode({"a": 1})


def test_it_refuses_a_second_class_of_one_kind() -> None:
    with pytest.raises(TypeError, match=r"Again and Happened are both 'test\.happened'"):

        class Again(Fact):
            """Another."""

            kind: ClassVar[str] = "test.happened"
            public: ClassVar[bool] = True
            sentences: ClassVar[dict[str, str]] = BOTH


def test_it_accepts_the_same_class_again() -> None:
    def define() -> None:
        @dataclass(frozen=True, slots=True)  # slots make the class a second time
        class Repeated(Fact):
            """A class whose module was imported twice."""

            kind: ClassVar[str] = "test.repeated"
            public: ClassVar[bool] = True
            sentences: ClassVar[dict[str, str]] = BOTH

    define()
    define()
    del register["test.repeated"]


@pytest.mark.parametrize(
    "field", ["name", "phone", "email", "text", "address", "full_name", "old_texts", "addresses"]
)
def test_it_refuses_fields_for_persons(field: str) -> None:
    with pytest.raises(TypeError, match="a fact holds no"):
        type("Personal", (Fact,), {"__annotations__": {field: "str"}, "abstract": True})


def test_it_accepts_fields_that_only_sound_so() -> None:
    type("Context", (Fact,), {"__annotations__": {"context": "str"}, "abstract": True})


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"kind": "Happened"}, "not 'subject.past_participle'"),
        ({"kind": None}, "not 'subject.past_participle'"),
        ({"__doc__": " "}, "has no docstring"),
        ({"public": None}, "public is not decided"),
        ({"sentences": {"ru": "Было"}}, "lacks en"),
        ({"sentences": {"ru": "Было {step}", "en": "It was"}}, "speak of step"),
    ],
)
def test_it_refuses_a_class_that_says_too_little(wrong: dict[str, object], complaint: str) -> None:
    body = {"__doc__": "It.", "kind": "test.wrong", "public": True, "sentences": BOTH, **wrong}
    with pytest.raises(TypeError, match=complaint):
        type("Wrong", (Fact,), body)
    assert "test.wrong" not in register


def test_every_fact_of_every_app_can_be_read_again() -> None:
    for kind, fact_class in register.items():
        decoders = facts.decoders(fact_class)  # type: ignore[arg-type]
        assert set(decoders) == {field.name for field in fields(fact_class)} - facts.COMMON, kind
