"""How a case of the demo lives until now: moderated, answered, rated, disputed, as people do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.demo import pictures
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Case
from otklik.flow.cases.rules import Refused
from otklik.flow.rating.commands import rate_answer
from otklik.ground.topics.known import with_known

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from datetime import datetime

    from otklik.ground.accounts.models import Official

ANSWERS = (
    "Выехали на место {day}, работы сделала бригада подрядчика. Проверим ещё раз через неделю.",
    "Сделано {day} силами городской службы. Если повторится, напишите нам номер этого сообщения.",
    "Осмотрели {day} вместе с управляющей компанией, замечания устранены, акт подписан.",
    "Работы включены в план, бригада приедет до конца месяца, за сроком следит заместитель главы.",
    "По закону это решает другой орган: объяснили, куда обратиться и какие нужны документы.",
)
RESULTS = ("solved", "solved", "solved", "planned", "explained")
INTERIM = "Осмотрели {day}: нужны материалы, их заказали. Вернёмся к дому и проверим ещё раз."
REJECTED = "Опишите одним-двумя предложениями, что случилось и где, и отправьте ещё раз."
ASKED = "Уточните, пожалуйста: какой это дом и подъезд, и повторяется ли это каждый день?"
REPLIED = "Второй подъезд, повторяется каждый день с прошлой недели."
EXTENDED = "Нужен проезд техники, ждём открытия улицы после ремонта сетей."
RETURNED = "Участок не в нашей границе, просим уточнить владельца."
UNREAD = timedelta(hours=20)
"""An answer written so lately still waits for its approver, unless it is urgent."""


@dataclass(frozen=True)
class Staff:
    """Who answers, approves and judges in the demo."""

    executor: Official
    approver: Official
    judge: Official
    moderator: Official


@dataclass(frozen=True)
class Life:
    """One case's chances: shares of what may happen, and who does it."""

    random: random.Random
    shares: Mapping[str, float]
    staff: Staff
    now: datetime

    def happens(self, what: str) -> bool:
        """Tell whether something of the demo's behaviour happens this time."""
        return self.random.random() < self.shares[what]

    def after(self, moment: datetime, least: float, most: float) -> datetime:
        """Return a moment so many hours later."""
        return moment + timedelta(hours=self.random.uniform(least, most))


def live(life: Life, number: str, moment: datetime) -> None:
    """Let a case live from its first moment until the present."""
    case = with_known(Case.objects.get(number=number))
    case = _moderate(life, case, moment)
    if case.status != "assigned" or case.due is None:
        return
    for n in range(life.random.choices((0, 1, 3), (85, 12, 3))[0]):
        later = life.after(moment, 1, 30)
        if later < life.now:
            key = f"demo:{number}:{n}"
            cases.support_case(number, key=key, channel="app", now=later)
    if life.happens("withdrawn"):
        if (later := life.after(moment, 1, 20)) < life.now:
            cases.withdraw_case(number, by="anonymous", now=later)
        return
    answered = _answered_at(life, case, moment)
    forgotten = life.happens("forgotten_urgent" if case.urgent else "forgotten")
    if answered < life.now and not forgotten:
        with suppress(Refused):
            _work(life, case, answered)
            _judge(life, number, answered)


def _moderate(life: Life, case: Case, moment: datetime) -> Case:
    """Let a moderator look at what triage was unsure of."""
    looked = moment + timedelta(minutes=life.random.uniform(3, 40))
    if case.status != "submitted" or case.topic is None or looked >= life.now:
        return case
    by = life.staff.moderator
    if life.happens("rejected"):
        return cases.reject_case(case.number, reason="no_problem", note=REJECTED, by=by, now=looked)
    if life.happens("asked"):
        case = cases.ask_author(case.number, text=ASKED, by=by, now=looked)
        replied = life.after(looked, 1, 60)
        if replied >= life.now or not life.happens("replied"):
            return case
        cases.clarify_case(case.number, text=REPLIED, by="anonymous", now=replied)
        looked = replied + timedelta(minutes=20)
    if looked < life.now:
        case = cases.register_case(case.number, by=by, now=looked)
    return case


def _answered_at(life: Life, case: Case, moment: datetime) -> datetime:
    assert case.due is not None
    term, late = (case.due - moment).total_seconds(), 0.97 if case.urgent else 1.1
    answered = moment + timedelta(seconds=term * life.random.betavariate(2, 2.2) * late)
    if case.urgent:  # no emergency waits while the demo stands open for days
        answered = min(answered, max(case.updated_at, life.now - timedelta(minutes=1)))
    return answered


def _work(life: Life, case: Case, answered: datetime) -> None:
    """Take in hand, perhaps after it was called not ours, and answer; perhaps in two steps."""
    staff, number = life.staff, case.number

    def part(share: float) -> datetime:
        return case.updated_at + (answered - case.updated_at) * share

    if not case.urgent and case.organisation is not None and life.happens("returned"):
        moments, body = (part(0.1), part(0.2)), case.organisation
        cases.return_case(
            number, reason="other_owner", note=RETURNED, by=staff.executor, now=moments[0]
        )
        cases.assign_case(number, organisation=body, by=staff.moderator, now=moments[1])
        case = with_known(Case.objects.get(number=number))
    begun = part(0.4)
    cases.start_case(number, by=staff.executor, now=begun)
    if case.due and begun < case.due and life.happens("extended"):
        with suppress(Refused):  # not every policy lets a term be moved
            until = case.due + timedelta(days=5)
            cases.extend_case(number, until=until, reason=EXTENDED, by=staff.executor, now=begun)
    if not case.urgent and life.happens("interim"):
        promised = part(0.8)
        _answer(life, case, part(0.6), interim_until=promised)
        cases.wake_case(number, now=promised)
    _answer(life, case, answered)


def _answer(life: Life, case: Case, at: datetime, *, interim_until: datetime | None = None) -> None:
    choice = life.random.randrange(len(ANSWERS))
    text, result, proofs = ANSWERS[choice], RESULTS[choice], []
    if interim_until:
        text, result = INTERIM, "planned"
    elif result == "solved" and case.topic and case.topic.proof:
        if life.happens("photographed"):
            proofs = [pictures.taken(life.random, mended=True)]
        else:
            result = "explained"  # no photo was taken of what never was
    written = at - timedelta(minutes=life.random.uniform(1, 9))
    cases.submit_answer(
        case.number, text=text.format(day=f"{at:%d.%m}"), result=result,
        interim=interim_until is not None, control_at=interim_until, proofs=proofs,
        by=life.staff.executor, now=written,
    )  # fmt: skip
    if case.urgent or at < life.now - UNREAD:
        cases.approve_answer(case.number, by=life.staff.approver, now=at)


def _judge(life: Life, number: str, answered: datetime) -> None:
    """Rate some answers; judge a dispute within a day; an upheld one is answered again."""
    rated = life.after(answered, 2, 90)
    if rated >= life.now or not life.happens("rated") or not _rate(life, number, rated):
        return
    judged = life.after(rated, 3, 22)
    if judged >= life.now:
        return
    upheld = life.happens("upheld")
    reason = "Проверили на месте: автор прав" if upheld else "Работы приняты, акт приложен к делу"
    cases.judge_dispute(number, upheld=upheld, reason=reason, by=life.staff.judge, now=judged)
    again = life.after(judged, 10, 40)
    if upheld and again < life.now - UNREAD:
        case = with_known(Case.objects.get(number=number))
        cases.start_case(number, by=life.staff.executor, now=judged + (again - judged) / 2)
        _answer(life, case, again)
        confirmed = min(again + timedelta(hours=5), life.now)
        rate_answer(number, answer_score=4, result_score=4, now=confirmed)


def _rate(life: Life, number: str, at: datetime) -> bool:
    """Rate as people do; return whether it became a dispute."""
    score = life.random.choices((1, 2, 3, 4, 5), (10, 9, 14, 27, 40))[0]
    result = max(1, min(5, score + life.random.choice((-1, 0, 0))))
    rate_answer(
        number, answer_score=score, result_score=result,
        comment="Ничего не сделано" if result == 1 else "", dispute=result == 1, now=at,
    )  # fmt: skip
    return result == 1
