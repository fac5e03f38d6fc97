from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from otklik.ground.kit.text import (
    HIDDEN,
    looks_personal,
    mask,
    mask_address,
    mask_email,
    mask_name,
    mask_phone,
    stem,
)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Звоните +7 921 123-45-67 после шести", "123"),
        ("Мой номер 8(921)1234567", "1234567"),
        ("Пишите на anna.sokolova@example.ru", "anna"),
        ("Меня зовут Соколова Анна Петровна", "Соколова"),
        ("Соседка Анна Соколова упала", "Соколова"),
        ("Говорил Ивану Смирнову, он не помог", "Смирнов"),
        ("Мастер Иванов И. П. не пришёл", "Иванов"),
        ("Живу в кв. 45", "45"),
        ("Карта 2202 2020 1234 5678", "1234"),
        ("тел. 72-15-30, дома вечером", "72-15-30"),
    ],
)
def test_what_is_personal_in_a_text_is_hidden(text: str, gone: str) -> None:
    assert gone not in mask(text)
    assert HIDDEN in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "Яма на улице Ивана Смирнова, дом 5",
        "Площадь Николая Рубцова в снегу",
        "Третий день нет воды в доме 14 по Ленинградской",
        "Автобус 28 не пришёл в 7:45",
        "Возле памятника Сергею Орлову темно",
    ],
)
def test_streets_houses_and_times_stay(text: str) -> None:
    assert mask(text) == text


def test_contacts_keep_only_their_ends() -> None:
    assert mask_phone("+79211234512") == "+7 ••• ••-12"
    assert mask_phone("8 (921) 123-45-12") == "+7 ••• ••-12"
    assert (mask_phone(""), mask_phone("12")) == ("", "•••")
    assert mask_email("anna@example.ru") == "a•••@•••"
    assert mask_email("") == ""
    assert mask_name("Анна", "Петровна", "Соколова") == "А. П. С."
    assert mask_name("", "", "") == ""


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("Вологда, улица Мира, дом 12, кв 5", "Вологда, улица Мира"),
        ("Вологда, улица Мира, 12", "Вологда, улица Мира"),
        ("улица Мира 12а-3", "улица Мира"),
        ("ул. 8 Марта, д. 4", "ул. 8 Марта"),
        ("проспект Победы 33 кв 4", "проспект Победы"),
        ("Ленина, 12, подъезд 3", "Ленина"),
        ("Вологда, улица Мира", "Вологда, улица Мира"),
        ("", ""),
    ],
)
def test_an_address_is_shown_to_the_street(address: str, kept: str) -> None:
    assert mask_address(address) == kept


def test_a_search_for_a_phone_is_known_as_such() -> None:
    assert looks_personal("921 12-34")
    assert looks_personal("anna@")
    assert not looks_personal("яма на Мира 12")


def test_threads_do_not_spoil_each_other_s_stems() -> None:
    parts = product("вгдзклмнпрст", ("одоканал", "ызывающ", "аливан"), ("ами", "ого", "ия", "ыми"))
    said = ["".join(each) for each in parts] * 20
    alone = [stem.__wrapped__(word) for word in said]
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(stem.__wrapped__, said))
    finally:
        sys.setswitchinterval(often)
    assert together == alone
