from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from otklik.flow.channels.chats import rules
from otklik.flow.channels.chats.rules import Draft, Heard, advance, missing

PEER = "7"
WHOLE = Draft(text="Яма", place="unknown", settled=True)


def heard(**said: object) -> Heard:
    return Heard(PEER, **said)  # type: ignore[arg-type]


def test_what_is_missing_is_asked_in_turn() -> None:
    draft = Draft()
    for said, lacks in (
        (heard(files=("1",)), "text"),
        (heard(text="Яма у дома"), "place"),
        (heard(point=(59.2, 39.9)), "topic"),
    ):
        draft = advance(draft, said).draft
        assert missing(draft) == lacks
    offered = replace(draft, offered=("roads-pothole",))
    assert advance(offered, heard(press="topic:roads-pothole")).draft.topic == "roads-pothole"
    forged = advance(offered, heard(press="topic:corruption")).draft
    assert (forged.topic, forged.settled) == ("", True)


def test_words_answer_what_was_asked() -> None:
    asked = Draft(text="Яма", asked="place")
    assert advance(asked, heard(text=" Мира,  12 ")).draft.address == "Мира, 12"
    assert advance(asked, heard(text="Не знаю.")).draft.place == "unknown"
    more = advance(replace(WHOLE, asked="check"), heard(text="Третий день"))
    assert more.draft.text == "Яма\nТретий день"


def test_nothing_unfinished_is_sent() -> None:
    assert advance(WHOLE, heard(press="send")).deed == "send"
    for lacking in (replace(WHOLE, text=""), replace(WHOLE, place=""), Draft()):
        assert advance(lacking, heard(press="send")).deed == "stale"


def test_an_album_is_answered_once() -> None:
    first = advance(Draft(), heard(text="Яма", files=("1",), album="a"))
    assert (first.deed, advance(first.draft, heard(files=("2",), album="a")).deed) == ("", "silent")


def test_a_rating_is_read_and_odd_ones_are_not() -> None:
    assert rules.stars(("48213097", "5")) == ("48213097", 5, 0)
    assert rules.stars(("48213097", "3", "1")) == ("48213097", 3, 1)
    for odd in (("1",), ("1", "6"), ("1", ""), ("1", "5", "0"), ("1", "5", "5", "5")):
        assert rules.stars(odd) is None


@given(st.text(max_size=60), st.text(max_size=80), st.booleans())
def test_no_words_and_no_press_break_a_dialogue(text: str, press: str, begun: bool) -> None:
    draft = WHOLE if begun else Draft()
    step = advance(draft, heard(text=text, press=press))
    assert Draft.from_data(step.draft.to_data()) == step.draft
    assert missing(step.draft) in {"", "text", "place", "topic"}


@given(st.text(max_size=900), st.integers(20, 600))
def test_short_is_short(text: str, longest: int) -> None:
    assert len(rules.short(text, longest)) <= longest


def test_short_ends_with_a_sentence_where_it_can() -> None:
    said = "Яму заделали. Работы вёл подрядчик. Гарантия пять лет и ещё немного слов"
    assert rules.short(said, 40) == "Яму заделали. Работы вёл подрядчик."
    assert rules.short(said, 20) == "Яму заделали."
