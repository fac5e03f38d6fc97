"""Twins: pairs of messages as people write them, with what a moderator would say of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from otklik.flow.triage.duplicates import OFFERED, Trouble, likeness, reach

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LAT, LON = 59.22, 39.89
METRE = 1 / 111_195


class Pair(NamedTuple):
    """Two texts, how far and how long apart, and whether they are of one trouble."""

    first: str
    second: str
    metres: float
    days: int
    twins: bool
    facts: tuple[str, str] = ("roads-pothole", "roads-pothole")
    parts: tuple[str, str] = ("roads-surface", "roads-surface")
    wide: bool = False


HEAT = ("heat-none", "heat-none")
HEATING = ("heating", "heating")
POWER = ("power-outage", "power-outage")
WASTE = ("waste-not-collected", "waste-not-collected")
CONTAINERS = ("containers", "containers")
LIFT = ("house-lift", "house-lift")
HOUSE = ("house-common", "house-common")

PAIRS = [
    # one trouble
    Pair("Яма у дома 12 на улице Мира", "огромная яма, Мира 12, пробил колесо", 15, 1, True),
    Pair("Яма на дороге у школы", "Возле школы яма в асфальте, машины объезжают", 90, 3, True),
    Pair("ЯМА НА ПЕРЕКРЁСТКЕ МИРА И ЛЕНИНА", "яма на перекрестке Ленина и Мира", 30, 12, True),
    Pair("Провалился асфальт у остановки «Рынок»", "На остановке провал асфальта", 40, 5, True),
    Pair("Яма во всю полосу", "Тут одни ухабы", 10, 2, True),
    Pair("Не вывозят мусор с площадки", "Мусор не вывозят третью неделю, крысы", 60, 4, True,
         WASTE, CONTAINERS),
    Pair("Контейнеры переполнены, ветер носит пакеты", "Переполнены контейнеры у дома 5", 25, 1,
         True, WASTE, CONTAINERS),
    Pair("Нет отопления, в квартире 14 градусов", "Батареи холодные, замерзаем, отопления нет",
         700, 1, True, HEAT, HEATING, wide=True),
    Pair("Во всём микрорайоне нет отопления", "Отопления нет со вчера", 900, 0, True,
         HEAT, HEATING, wide=True),
    Pair("Отключили свет", "Нет света с самого утра, когда включат свет?", 500, 0, True,
         POWER, HEATING, wide=True),
    Pair("Света нет, дом 3", "Нет света в доме 15, весь квартал тёмный", 600, 0, True,
         POWER, HEATING, wide=True),
    Pair("Лифт не работает неделю, дом 7", "В доме 7 сломан лифт, живу на 9 этаже", 5, 6, True,
         LIFT, HOUSE),
    Pair("Застряла в лифте, дом 3", "Лифт постоянно застревает, дом 3", 8, 2, True, LIFT, HOUSE),
    Pair("Не горит фонарь у подъезда", "Темно у подъезда, фонарь не горит", 20, 9, True,
         ("lighting-lamp", "lighting-street-dark"), ("lighting", "lighting")),
    # not one trouble
    Pair("Яма у дома 12 на улице Мира", "Яма у дома 40 на улице Мира", 280, 1, False),
    Pair("Яма на дороге", "Яма на дороге", 400, 1, False),
    Pair("Яма у школы", "Яма у школы", 20, 45, False),
    Pair("Лифт не работает, дом 7", "Не работает лифт, дом 9", 90, 1, False, LIFT, HOUSE),
    Pair("Яма у подъезда", "Не вывозят мусор", 10, 1, False,
         ("roads-pothole", "waste-not-collected"), ("roads-surface", "containers")),
    Pair("Мусор не вывозят, гараж 5", "Переполнены контейнеры на рынке", 250, 2, False,
         WASTE, CONTAINERS),
    Pair("Нет отопления", "Нет отопления", 1200, 8, False, HEAT, HEATING, wide=True),
    Pair("Батареи еле тёплые в детской", "Нет отопления в доме 30", 1300, 2, False,
         HEAT, HEATING, wide=True),
    Pair("Отключили свет в деревне Нефёдово", "Нет света в посёлке Молочное", 2500, 0, False,
         POWER, HEATING, wide=True),
    Pair("Не горит фонарь у подъезда", "Всю ночь светит прожектор со стройки в окна", 100, 1,
         False, ("lighting-lamp", "lighting-too-bright"), ("lighting", "lighting")),
    Pair("Яма на выезде со двора, дом 2", "Провал асфальта на кольце, дом 18", 150, 20, False),
]  # fmt: skip


def both(pair: Pair) -> tuple[Trouble, Trouble]:
    radius, days = reach(life_support=pair.wide)
    first = Trouble(pair.facts[0], pair.parts[0], LAT, LON, AT, pair.first, radius, days)
    second = Trouble(
        pair.facts[1], pair.parts[1], LAT + pair.metres * METRE, LON,
        AT - timedelta(days=pair.days), pair.second, radius, days,
    )  # fmt: skip
    return first, second


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.first} | {pair.second}"[:80])
def test_a_moderator_and_the_rule_agree(pair: Pair) -> None:
    found = likeness(*both(pair))
    assert (found is not None and found.score >= OFFERED) == pair.twins


@pytest.mark.parametrize("pair", PAIRS)
def test_it_does_not_matter_which_comes_first(pair: Pair) -> None:
    first, second = both(pair)
    assert likeness(first, second) == likeness(second, first)


def test_nearer_and_worded_more_alike_means_likelier() -> None:
    first, second = both(PAIRS[0])
    found = likeness(first, second)
    further = likeness(first, replace(second, lat=LAT + 200 * METRE))
    same = likeness(first, replace(second, text=first.text))
    assert found is not None
    assert further is not None
    assert same is not None
    assert further.score < found.score < same.score
    assert found.distance_m == pytest.approx(15, abs=0.5)
