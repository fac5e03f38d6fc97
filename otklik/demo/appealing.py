"""Appeals under 59-ФЗ of the demo region, one in each state that a journal shows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.demo import accounts
from otklik.demo.seeding import everybody
from otklik.flow.appeals import commands as appeals
from otklik.flow.cases import commands as cases
from otklik.flow.cases.queries import case_of_report
from otklik.flow.intake.rules import NewReport
from otklik.flow.regimes.commands import NewApplicant
from otklik.flow.regimes.rules import APPEAL
from otklik.flow.triage.commands import decide
from otklik.ground.organisations.queries import organisations

if TYPE_CHECKING:
    from datetime import datetime

CITY, OUTSIDE = "adm-vologda-city", "fed-road-agency"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRITTEN = (
    ("answered", 19, "roads-pothole", "Вологда, улица Мира, 12",
     "Прошу отремонтировать проезд вдоль дома: весной в ямах стоит вода, скорая объезжает двор.",
     ("Соколова", "Анна", "Ивановна")),
    ("split", 9, "roads-pothole", "Вологда, улица Ленина, 4",
     "Почему после ремонта труб не вернули асфальт и когда заработает фонарь у подъезда?",
     ("Белова", "Нина", "Павловна")),
    ("redirected", 6, "roads-pothole", "Вологда, улица Гагарина, 30",
     "На трассе М-8 у поворота на Лосту колея глубже ладони, машины выносит. Прошу заделать её.",
     ("Громов", "Пётр", "Алексеевич")),
    ("registered", 3, "roads-pothole", "Вологда, Советский проспект, 20",
     "Прошу назвать срок ремонта тротуара: плитка лежит в сетках с лета, ходим по проезжей части.",
     ("Лебедева", "Ольга", "Викторовна")),
    ("new", 1, "roads-pothole", "Вологда, улица Чернышевского, 55",
     "Прошу включить в план ремонта дорогу к детскому саду и ответить письменно.",
     ("Орлов", "Михаил", "Сергеевич")),
)  # fmt: skip
QUESTIONS = (
    ("Когда вернут асфальт после ремонта труб", CITY),
    ("Когда заработает фонарь у подъезда", CITY),
)
ANSWER = (
    "Проезд вдоль дома отремонтирован: ямы засыпали щебнем и закрыли асфальтом. Работы сделал"
    " подрядчик города. Летом весь проезд войдёт в план ремонта дворов."
)


def write_appeals(now: datetime) -> int:
    """Write them and let each reach its state through the commands; return how many."""
    return sum(_write(number, now) for number in range(len(WRITTEN)))


def _write(place: int, now: datetime) -> bool:
    state, days, topic, address, text, (last, first, patronymic) = WRITTEN[place]
    at = now - days * DAY
    new = NewReport(
        text=text, channel="site", idempotency_key=f"demo-appeal:{place}", topic=topic,
        place="address", address=address, contact="email", email=f"appeal{place}@example.ru",
        extra={"regime": APPEAL},
    )  # fmt: skip
    who = NewApplicant(last_name=last, first_name=first, patronymic=patronymic)
    receipt = appeals.receive_appeal(new, who, now=at)
    if not receipt.fresh:
        return False
    decide(receipt.report_id, now=at + timedelta(seconds=2))
    case = case_of_report(receipt.number)
    if case is not None and state != "new":
        registrar = accounts.official(accounts.REGISTRAR)
        appeals.register_appeal(
            case.number, organisation=organisations()[CITY], by=registrar, now=at + 20 * HOUR
        )
        _lead(case.number, state, at + DAY)
    return True


def _lead(number: str, state: str, at: datetime) -> None:
    registrar, staff = accounts.official(accounts.REGISTRAR), everybody()
    if state == "redirected":
        appeals.redirect_appeal(
            number, organisation=organisations()[OUTSIDE], by=registrar, now=at + DAY,
            note="Трасса М-8 — федеральная: её содержит Упрдор «Холмогоры».",
        )  # fmt: skip
    elif state == "split":
        made = appeals.split_questions(
            number,
            [appeals.NewQuestion(text, organisations()[body]) for text, body in QUESTIONS],
            by=registrar, now=at + 2 * HOUR,
        )  # fmt: skip
        appeals.answer_question(
            made[0].pk, text="Асфальт вернут до 10 декабря, гарантию держит подрядчик.",
            outcome="supported", by=accounts.official(accounts.EXECUTOR), now=at + 3 * DAY,
        )  # fmt: skip
    elif state == "answered":
        cases.start_case(number, by=staff, now=at + DAY)
        cases.submit_answer(number, text=ANSWER, result="explained", by=staff, now=at + 9 * DAY)
        appeals.sign_answer(
            number, confirmed=True, reason="Проверено на месте",
            by=accounts.official(accounts.APPROVER), now=at + 10 * DAY,
        )  # fmt: skip
