from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otklik.flow.answers import likeness, rules, wording
from otklik.flow.cases.rules import Refused

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAIN = "Яму заделали 25 ноября на ул. Мира у д. 12. Работала бригада города. Весной обновим улицу."
OFFICIALESE = (
    "В соответствии с обращением осуществлены мероприятия по ликвидации дефектов"
    " асфальтобетонного покрытия. В целях недопущения повторения взято на контроль."
)
PHRASES = {"в целях": "чтобы", "в соответствии с": "по", "осуществлён": "сделали"}


def test_the_parts_become_one_text_a_question_a_paragraph() -> None:
    text = rules.compose(
        rules.Parts("Заделали яму", "25 ноября", "бригада «Дорсервиса»", "Весной обновим улицу.")
    )
    assert text == (
        "Заделали яму.\nКогда: 25 ноября.\nКто сделал: бригада «Дорсервиса»\n"
        "Что дальше: Весной обновим улицу."
    )


def test_a_result_asks_for_its_questions_and_names_those_left_open() -> None:
    with pytest.raises(Refused) as refused:
        rules.check_parts(rules.Parts(done="Заделали яму на Мира"), ("done", "when", "who"))
    assert refused.value.ru == "Ответьте на вопросы: «когда», «кем»"
    rules.check_parts(rules.Parts(done="Проверили, яма не на нашей дороге"), ("done",))


def test_a_blank_left_in_a_template_is_no_answer() -> None:
    with pytest.raises(Refused, match="blanks") as refused:
        rules.check_parts(rules.Parts("Заделали яму", "{done_on}", "{who}"), ("done",))
    assert "{done_on}, {who}" in refused.value.ru


def test_a_when_without_a_day_leaves_the_question_open() -> None:
    vague = rules.Parts("Заделаем", "в кратчайший срок", "Дорсервис", "Ждите")
    assert [each.code for each in rules.open_questions(vague)] == ["no_when"]
    assert not rules.open_questions(rules.Parts("Заделали", "вчера вечером", "мы", "Ждите"))


def test_a_template_fills_what_is_empty_and_spares_what_is_typed() -> None:
    template = {"done": "Заделали: {place}", "when": "{done_on}", "who": "{who}", "next": ""}
    typed = {"done": "Своё", "when": "", "who": "", "next": ""}
    assert rules.filled_in(typed, template)["done"] == "Своё"
    assert rules.filled_in(typed, template)["when"] == "{done_on}"
    full = {"done": "Своё", "when": "24 ноября", "who": "мы", "next": ""}
    assert rules.filled_in(full, template)["done"] == "Своё\nЗаделали: {place}"


def test_plain_words_read_easier_than_officialese_and_short_forms_end_no_sentence() -> None:
    plain = wording.read(PLAIN, PHRASES, 20)
    heavy = wording.read(OFFICIALESE, PHRASES, 8)
    assert len(wording.sentences(PLAIN)) == 3
    assert plain.ease > 40
    assert heavy.ease < 20
    assert [plainer for _, plainer in heavy.officialese] == ["по", "сделали", "чтобы"]
    assert heavy.long_sentences
    assert rules.of_reading(heavy, rules.LIMITS)
    assert not rules.of_reading(plain, rules.LIMITS)


def test_flesch_for_russian_is_as_published() -> None:
    reading = wording.read("Мама мыла раму. Кот спал.", {}, 20)
    words, sentences, syllables = 5, 2, 8
    expected = 206.835 - 1.52 * words / sentences - 65.14 * syllables / words
    assert reading.ease == pytest.approx(min(100, expected), abs=0.1)


def test_a_template_sent_as_it_is_shows_and_own_words_do_not() -> None:
    template = "Заделали яму и уплотнили асфальт. Покрытие на гарантии, если провалится, напишите"
    known = likeness.shingles(template)
    assert likeness.template_share(template, known) == 1.0
    own = "Бригада Петрова вырубила край, три часа сушила основание и закатала новую карту"
    assert likeness.template_share(f"{own}. {template}", known) < 0.6


def test_texts_alike_meet_in_a_band_and_strangers_do_not() -> None:
    text = " ".join(f"слово{n} дело{n * 7 % 13} место{n * 3 % 11}" for n in range(20))
    changed = text.replace("слово3", "другое").replace("слово9", "иное")
    stranger = " ".join(f"снег{n} лёд{n * 5 % 17} крыша{n}" for n in range(20))
    runs, near, far = (likeness.shingles(each) for each in (text, changed, stranger))
    assert likeness.alike(runs, near) > 0.7
    assert set(likeness.bands(runs)) & set(likeness.bands(near))
    assert not set(likeness.bands(runs)) & set(likeness.bands(far))


def test_a_print_changed_in_31_bits_always_shares_a_probe() -> None:
    bits = "01" * 128
    spread = "".join(
        ("1" if bit == "0" else "0") if place % 8 == 0 and place < 31 * 8 else bit
        for place, bit in enumerate(bits)
    )
    assert likeness.distance(bits, spread) == 31
    assert set(likeness.probes(bits)) & set(likeness.segments(spread))


def test_a_camera_far_away_or_too_early_is_doubted() -> None:
    asked = {"place": (59.22, 39.89), "received_at": NOW, "limits": rules.LIMITS}
    away = rules.of_photo(taken_at=None, point=(59.22, 40.6), **asked)  # type: ignore[arg-type]
    assert rules.say(away[0].code, away[0].detail) == "Снято за 40 км от места"
    early = rules.of_photo(taken_at=NOW - timedelta(days=3), point=None, **asked)  # type: ignore[arg-type]
    assert early[0].code == "photo_early"
    assert not rules.of_photo(taken_at=NOW, point=(59.2201, 39.8901), **asked)  # type: ignore[arg-type]


def test_an_honest_photo_from_the_same_spot_is_forgiven_an_old_proof_is_not() -> None:
    assert not rules.same_photo(34, "message", rules.LIMITS)
    assert rules.same_photo(12, "message", rules.LIMITS)
    assert rules.same_photo(34, "proof", rules.LIMITS)


def test_warnings_need_a_tick_and_a_reason() -> None:
    with pytest.raises(Refused, match="cautions"):
        rules.check_overruling(["copied"], "", confirmed=True)
    with pytest.raises(Refused, match="cautions"):
        rules.check_overruling(["copied"], "Сверила лично", confirmed=False)
    rules.check_overruling(["copied"], "Сверила лично", confirmed=True)
    rules.check_overruling([], "", confirmed=False)


def test_a_sample_is_drawn_again_alike_and_doubted_ones_come_first() -> None:
    numbers = [str(n) for n in range(100)]
    drawn = rules.sample(numbers, "7:2026-48", 10, {"42"})
    assert drawn == rules.sample(reversed(numbers), "7:2026-48", 10, {"42"})
    assert drawn[0] == "42"
    assert drawn != rules.sample(numbers, "8:2026-48", 10, {"42"})
