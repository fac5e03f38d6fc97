"""The queue's search: Russian words in any form, over an index and not a look through all texts."""

from __future__ import annotations

import pytest
from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db import connection

from otklik.flow.intake.models import Report, stems
from tests.cast import elena, opened_case, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def found(words: str, number: str) -> bool:
    page = signed_in(elena()).get("/desk/", {"q": words, "status": ""})
    return f"/desk/c/{number}/" in page.content.decode()


def test_words_are_found_in_any_form() -> None:
    case = opened_case(text="На площади сломан водосток, льёт на чёрные ступени")
    for words in ("водосток", "сломанный водосток", "водостоки ступенях", "ЧЕРНЫЕ", "водост"):
        assert found(words, case.spoken), words
    for words in ("водосток качели", "сток", "крыльцо"):
        assert not found(words, case.spoken), words


def test_marks_that_are_no_words_find_nothing_and_break_nothing() -> None:
    case = opened_case(text="Сломаны качели во дворе")
    assert found("качели & !(двор | ':*'", case.spoken)
    assert not found("':* & !", case.spoken)


def test_the_question_is_the_one_that_the_index_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    asked = SearchVectorExact(stems("text"), SearchQuery("водосток", config="russian"))
    assert "report_by_words" in Report.objects.filter(asked).explain()
