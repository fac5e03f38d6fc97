"""Texts as they come: slips of the pen, capitals, Latin letters, one word, ten thousand letters."""

from __future__ import annotations

import numpy as np
import pytest

from otklik.flow.triage.model import Example, Model, untrained
from otklik.flow.triage.scripts import readings
from otklik.flow.triage.words import GIST, gist

EXAMPLES = [
    Example("pothole", "Яма на дороге", "title"),
    Example("pothole", "Выбоина в асфальте, машины объезжают"),
    Example("pothole", "Pothole on the road", "english"),
    Example("dump", "Свалка мусора", "title"),
    Example("dump", "Свалка в лесу, мусор вывозят и бросают"),
    Example("dump", "Illegal dump", "english"),
    Example("heat", "Нет отопления", "title"),
    Example("heat", "Батареи холодные, в квартире холодно"),
    Example("lift", "Не работает лифт", "title"),
]


@pytest.fixture
def model() -> Model:
    return untrained(EXAMPLES, np.zeros((len(EXAMPLES), 0), np.float32), "")


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("яма на дороге", "pothole"),
        ("ЯМА НА ДОРОГЕ!!!", "pothole"),
        ("выбоена в асвальте", "pothole"),
        ("отполения нет", "heat"),
        ("свлака мусроа", "dump"),
        ("yama na doroge u shkoly", "pothole"),
        ("svalka musora", "dump"),
        ("zvf yf ljhjut", "pothole"),
        ("Cdfkrf vecjhf", "dump"),
        ("illegal dump behind the school", "dump"),
        ("cвaлкa мycoрa", "dump"),  # half of its letters are Latin
        ("лифт", "lift"),
        ("🚗🚗 ЯМА 🕳️ НА ДОРОГЕ 😡", "pothole"),
        ("я\u0301ма на доро\u0301ге", "pothole"),
        ("Не работает ёлка и лифт", "lift"),
    ],
)
def test_it_reads_what_people_type(model: Model, text: str, fact: str) -> None:
    assert model.guess(text)[0].fact == fact


@pytest.mark.parametrize("text", ["", "   ", "…", "12345", "😡😡😡", "на по за", "\u200b"])
def test_it_says_nothing_about_nothing(model: Model, text: str) -> None:
    assert model.guess(text) == []


def test_unknown_words_give_no_certainty(model: Model) -> None:
    assert all(guess.score < 0.8 for guess in model.guess("Кракозябры абвгдейка"))


@pytest.mark.parametrize("filler", ["Пишу вам уже давно. ", "слово за слово ", "а" * 50 + " "])
def test_ten_thousand_letters_are_read_to_the_end(model: Model, filler: str) -> None:
    text = (filler * 1000)[:9900] + " Свалка мусора. " + filler
    assert model.guess(text)[0].fact == "dump"


def test_the_gist_of_a_long_text_is_short_and_tells_most(model: Model) -> None:
    text = "Здравствуйте, уважаемые! " * 30 + "Свалка мусора. " + "С уважением, жители. " * 30
    found = gist(text, model.lexicon.weights)
    assert "Свалка" in found
    assert len(found) <= GIST


def test_reasons_are_the_writer_s_own_words_and_the_nearest_text(model: Model) -> None:
    guess = model.guess("Там выбаина, асфальт плохой")[0]
    assert set(guess.words) == {"выбаина", "асфальт"}
    assert guess.nearest == "Выбоина в асфальте, машины объезжают"


def test_latin_letters_have_three_readings_and_others_one() -> None:
    assert readings("yama u shkoly") == ["yama u shkoly", "яма у школы", "нфьф г ырлщдн"]
    assert readings("y doma") == ["y doma", "у дома", "н вщьф"]
    assert readings("Яма") == ["Яма"]
    assert readings("wi-fi не работает") == ["wi-fi не работает"]
