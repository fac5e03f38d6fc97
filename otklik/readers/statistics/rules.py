"""Every measure, defined once: the number and the list behind it come from the same tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from otklik.flow.cases.rules import UNANSWERED

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REGISTER = 3 * DAY
"""A message is looked at within this time, as the law asks of an appeal."""
LAST_HOUR = HOUR
FEW = 10
"""With fewer cases than this a share tells little: such a place has no rank."""

Unit = Literal["cases", "share", "days", "stars", "times"]
Column = Literal["organisation", "answered_by", "returned_by"]
Relation = Literal["in", "set", "is", "gt", "lte", "gte", "before_now"]


@dataclass(frozen=True)
class Test:
    """One condition on a row: a column, a relation, and a value or another column.

    `lte`, `gte` compare with `other` moved by `span`; `before_now` with now moved by `span`.
    """

    column: str
    relation: Relation
    value: Any = None
    other: str = ""
    span: timedelta = timedelta(0)


@dataclass(frozen=True)
class Measure:
    """A number with its definition.

    `moment` is the column that puts a case within the period; empty for what is so now.
    `whole` says which cases are looked at, `part` which of them are counted (for a share).
    `value` is the column or the pair of moments of which the median, the 9th decile or the mean
    is taken. `body` is the column that names the body responsible.
    `better` tells which way is good: 1 more, -1 less, 0 neither.
    """

    code: str
    ru: str
    en: str
    words: str
    unit: Unit
    moment: str = ""
    whole: tuple[Test, ...] = ()
    part: tuple[Test, ...] = ()
    value: tuple[str, ...] = ()
    decile: float = 0.0
    body: Column = "organisation"
    better: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """Which lists stand behind it."""
        return ("part", "whole") if self.unit == "share" else ("whole",)


def is_set(column: str) -> Test:
    """The moment has come."""
    return Test(column, "set", value=True)


def among(column: str, *values: str) -> Test:
    """The column holds one of these."""
    return Test(column, "in", value=tuple(sorted(values)))


def some(column: str) -> Test:
    """The count is above zero."""
    return Test(column, "gt", value=0)


OPEN = (among("status", *UNANSWERED),)
OVERDUE = (*OPEN, Test("due_now", "before_now"))
SOLVED = among("result", "solved")
OWED = among("status", *UNANSWERED, "answered", "closed", "resolved_confirmed")
"""What was rejected, withdrawn, merged or sent outside owes no answer of ours."""

STAGES = (
    ("moderation", "Разобрано в срок этапа", "Moderated within the stage's term",
     "Из сообщений, чей разбор закончен в период, — разобранные в срок этого этапа"),
    ("coordination", "Назначено в срок этапа", "Assigned within the stage's term",
     "Из обращений, впервые переданных исполнителю в период, — переданные в срок этапа"),
    ("execution", "Исполнено в срок этапа", "Executed within the stage's term",
     "Из обращений, чей ответ впервые готов в период, — готовые в срок этапа исполнения"),
    ("approval", "Согласовано в срок этапа", "Approved within the stage's term",
     "Из ответов, чьё первое согласование закончено в период, — согласованные в срок этапа"),
    ("verification", "Спор разобран в срок этапа", "Dispute judged within the stage's term",
     "Из споров, впервые разобранных в период, — разобранные в срок этапа проверки"),
)  # fmt: skip
"""The first time of each stage counts: a stage that is done twice was late or not the first."""

MEASURES: tuple[Measure, ...] = (
    # How much.
    Measure("received", "Поступило", "Received", "Сообщения, полученные за период, со всех каналов",
            "cases", "received_at"),
    Measure("registered", "Принято к работе", "Taken to work",
            "Сообщения, зарегистрированные за период", "cases", "registered_at"),
    Measure("answered", "Дан ответ", "Answered",
            "Обращения, по которым в период дан первый окончательный ответ", "cases", "final_at",
            body="answered_by"),
    Measure("said_solved", "Ответ «решено»", "Answered as solved",
            "Ответ дан в период и говорит, что решено; возобновлённые не считаются", "cases",
            "answered_at", (SOLVED,), body="answered_by"),
    Measure("confirmed", "Решение подтверждено", "Confirmed as solved",
            "В период автор или независимый контролёр подтвердил, что решено", "cases",
            "confirmed_at", body="answered_by", better=1),
    Measure("rejected", "Отклонено модератором", "Rejected", "Сообщения, отклонённые в период",
            "cases", "rejected_at"),
    Measure("disputed", "Оспорено", "Disputed", "Автор впервые оспорил ответ в период", "cases",
            "disputed_at", body="answered_by", better=-1),
    Measure("reopened", "Возобновлено", "Reopened",
            "В период спор впервые решён в пользу автора", "cases", "reopened_at",
            body="answered_by", better=-1),
    Measure("open_now", "В работе сейчас", "Open now", "Ждут окончательного ответа сейчас",
            "cases", whole=OPEN),
    Measure("overdue_now", "Просрочено сейчас", "Overdue now",
            "Ждут ответа сейчас, а срок прошёл", "cases", whole=OVERDUE, better=-1),
    Measure("overdue_week", "Просрочено больше недели", "Overdue by a week or more",
            "Ждут ответа сейчас, срок прошёл больше семи дней назад", "cases",
            whole=(*OPEN, Test("due_now", "before_now", span=-7 * DAY)), better=-1),
    Measure("overdue_month", "Просрочено больше месяца", "Overdue by a month or more",
            "Ждут ответа сейчас, срок прошёл больше тридцати дней назад", "cases",
            whole=(*OPEN, Test("due_now", "before_now", span=-30 * DAY)), better=-1),
    Measure("fell_back", "Ускоренный срок не выдержан", "Fast term not kept",
            "Обращения, чей ускоренный срок прошёл в период без ответа: дальше идёт обычный срок",
            "cases", "fell_back_at", better=-1),
    # How fast.
    Measure("register_in_time", "Принято за 3 дня", "Taken to work within 3 days",
            "Из принятых к работе в период — принятые не позже трёх суток после получения",
            "share", "registered_at",
            part=(Test("registered_at", "lte", other="received_at", span=REGISTER),), better=1),
    Measure("on_time_first", "В первый срок", "Within the first term",
            "Из обращений, чей первый срок (без продлений) истёк в период, — те, по которым"
            " окончательный ответ дан не позже него. Просроченные без ответа тоже в счёте",
            "share", "first_due", (is_set("registered_at"), OWED),
            (Test("final_at", "lte", other="first_due"),), better=1),
    Measure("on_time", "В срок с учётом продлений", "Within the extended term",
            "Из обращений, чей срок (с продлениями и промежуточными ответами) истёк в период, — те,"
            " по которым окончательный ответ дан не позже него", "share", "due",
            (is_set("registered_at"), OWED), (Test("final_at", "lte", other="due"),), better=1),
    Measure("last_hour", "Ответ в последний час срока", "Answered in the last hour",
            "Из ответов периода — данные за час до срока и ближе: признак формального ответа",
            "share", "final_at", (is_set("due"),),
            (Test("final_at", "lte", other="due"),
             Test("final_at", "gte", other="due", span=-LAST_HOUR)),
            body="answered_by", better=-1),
    *(
        Measure(
            f"{stage}_in_time", ru, en, words, "share", f"{stage}_at", (is_set(f"{stage}_due"),),
            (Test(f"{stage}_at", "lte", other=f"{stage}_due"),), better=1,
        )
        for stage, ru, en, words in STAGES
    ),
    Measure("extended", "Продлено", "Extended", "Из ответов периода — те, чей срок продлевали",
            "share", "final_at", part=(some("extensions"),), body="answered_by", better=-1),
    Measure("to_action", "До первого действия, медиана", "To first human action, median",
            "Сутки от получения до первого действия сотрудника, по действиям периода", "days",
            "acted_at", value=("acted_at", "received_at"), decile=0.5, better=-1),
    Measure("to_action_p90", "До первого действия, 90-й процентиль",
            "To first human action, 90th percentile",
            "Дольше этого первого действия ждал каждый десятый", "days", "acted_at",
            value=("acted_at", "received_at"), decile=0.9, better=-1),
    Measure("to_answer", "До ответа, медиана", "To answer, median",
            "Сутки от получения до первого окончательного ответа, по ответам периода", "days",
            "final_at", value=("final_at", "received_at"), decile=0.5, body="answered_by",
            better=-1),
    Measure("to_answer_p90", "До ответа, 90-й процентиль", "To answer, 90th percentile",
            "Дольше этого окончательного ответа ждал каждый десятый", "days", "final_at",
            value=("final_at", "received_at"), decile=0.9, body="answered_by", better=-1),
    Measure("to_solution", "До решения, медиана", "To real solution, median",
            "Сутки от получения до подтверждённого решения, по подтверждениям периода", "days",
            "confirmed_at", value=("confirmed_at", "received_at"), decile=0.5,
            body="answered_by", better=-1),
    Measure("to_solution_p90", "До решения, 90-й процентиль", "To real solution, 90th percentile",
            "Дольше этого подтверждённого решения ждал каждый десятый", "days", "confirmed_at",
            value=("confirmed_at", "received_at"), decile=0.9, body="answered_by", better=-1),
    # Whose it is.
    Measure("returned", "Возвращено «не наше»", "Returned as not competent",
            "Из принятых к работе в период — возвращённые хотя бы раз", "share", "registered_at",
            part=(some("returns"),), better=-1),
    Measure("hops", "Передач на обращение", "Hops a case",
            "Среднее число передач среди принятых к работе в период", "times", "registered_at",
            (some("hops"),), value=("hops",), better=-1),
    Measure("rejected_share", "Доля отклонённых", "Share rejected",
            "Из полученных в период — отклонённые модератором", "share", "received_at",
            part=(is_set("rejected_at"),)),
    Measure("overturned_share", "Отказы отменены", "Rejections overturned",
            "Из отклонённых в период — потом всё же принятые к работе", "share", "rejected_at",
            part=(is_set("overturned_at"),), better=-1),
    # How well.
    Measure("repeat_share", "Повторные", "Repeated by the author",
            "Из полученных в период сообщений с известным автором (вход или телефон) — те, чей"
            " автор незадолго до того (repeat_days области) писал о той же теме в том же"
            " муниципалитете", "share", "received_at",
            (is_set("repeats"),), (some("repeats"),), better=-1),
    Measure("solved_share", "Ответ «решено»", "Answered as solved",
            "Из обращений с действующим ответом, данным в период, — с результатом «решено»",
            "share", "answered_at", part=(SOLVED,), body="answered_by", better=1),
    Measure("explained_share", "Ответ «разъяснено»", "Answered as explained",
            "Из обращений с действующим ответом, данным в период, — с результатом «разъяснено»",
            "share", "answered_at", part=(among("result", "explained"),), body="answered_by"),
    Measure("confirmed_share", "Подтверждено из ответов «решено»",
            "Confirmed of those answered as solved",
            "Из ответов «решено», данных в период, — подтверждённые автором или контролёром",
            "share", "answered_at", (SOLVED,), (is_set("confirmed_at"),), body="answered_by",
            better=1),
    Measure("proof_share", "Со снимком сделанного", "With a photo of what was done",
            "Из ответов «решено», данных в период, — с приложенным снимком", "share",
            "answered_at", (SOLVED,), (some("proofs"),), body="answered_by", better=1),
    Measure("answer_stars", "Оценка ответа", "Stars for the answer",
            "Средняя последняя оценка ответа автором, по оценкам периода", "stars", "rated_at",
            value=("answer_score",), body="answered_by", better=1),
    Measure("result_stars", "Оценка результата", "Stars for the result",
            "Средняя последняя оценка результата автором, по оценкам периода", "stars", "rated_at",
            value=("result_score",), body="answered_by", better=1),
    Measure("rated_share", "Оценили", "Rated",
            "Из ответов периода — оценённые автором", "share", "final_at",
            part=(is_set("rated_at"),), body="answered_by"),
    Measure("low_share", "Оценки 1–2", "Rated 1–2",
            "Из оценок периода — с 1 или 2 за ответ или за результат", "share", "rated_at",
            part=(Test("low", "is", value=True),), body="answered_by", better=-1),
    Measure("disputed_share", "Оспорено из ответов", "Disputed of the answered",
            "Из ответов периода — оспоренные автором", "share", "final_at",
            part=(some("disputes"),), body="answered_by", better=-1),
    Measure("upheld_share", "Споры в пользу автора", "Disputes upheld",
            "Из оспоренных в период — возобновлённые: подтверждённые отписки", "share",
            "disputed_at", part=(some("reopenings"),), body="answered_by", better=-1),
    Measure("reopened_share", "Возобновлено из ответов", "Reopened of the answered",
            "Из ответов периода — возобновлённые", "share", "final_at",
            part=(some("reopenings"),), body="answered_by", better=-1),
)  # fmt: skip
BY_CODE: dict[str, Measure] = {measure.code: measure for measure in MEASURES}
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Сколько", "How much",
     ("received", "registered", "answered", "said_solved", "confirmed", "rejected", "disputed",
      "reopened", "open_now", "overdue_now", "overdue_week", "overdue_month",
      "fell_back")),
    ("Как быстро", "How fast",
     ("register_in_time", "on_time_first", "on_time", "last_hour",
      *(f"{stage}_in_time" for stage, *_ in STAGES), "extended", "to_action",
      "to_action_p90", "to_answer", "to_answer_p90", "to_solution", "to_solution_p90")),
    ("Чьё это", "Whose it is", ("returned", "hops", "rejected_share", "overturned_share")),
    ("Насколько хорошо", "How well",
     ("repeat_share", "solved_share", "explained_share", "confirmed_share", "proof_share",
      "answer_stars", "result_stars", "rated_share", "low_share", "disputed_share", "upheld_share",
      "reopened_share")),
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """What a measure came to: `number` is what is shown, `part` of `whole` are the cases behind."""

    number: float | int | None
    whole: int
    part: int | None = None

    @property
    def few(self) -> bool:
        """Tell whether there are too few cases to compare."""
        return self.whole < FEW


def value(measure: Measure, whole: int, part: int | None, taken: float | None) -> Value:
    """Return a measure's value from what was counted; None where there is nothing to divide."""
    if measure.unit == "cases":
        return Value(whole, whole)
    if measure.unit == "share":
        share = round(100 * (part or 0) / whole, 1) if whole else None
        return Value(share, whole, part or 0)
    return Value(None if taken is None else round(taken, 1), whole)


def change(measure: Measure, now: Value, before: Value) -> float | None:
    """Return by how much it changed: per cent for counts, points or units for the rest."""
    if now.number is None or before.number is None:
        return None
    if measure.unit == "cases":
        return (
            round(100 * (now.number - before.number) / before.number, 1) if before.number else None
        )
    return round(now.number - before.number, 1)


def rank(measure: Measure, values: dict[str, Value]) -> dict[str, int]:
    """Return places from the best on; equals share a place, those with few cases have none."""
    judged = {
        code: each.number
        for code, each in values.items()
        if each.number is not None and (measure.unit == "cases" or not each.few)
    }
    sign = -1 if measure.better > 0 else 1
    ordered = sorted(sign * number for number in judged.values())
    return {code: 1 + ordered.index(sign * number) for code, number in judged.items()}
