"""The demo's reception: who receives and when, who asked, two appeals written to the governor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.demo import accounts
from otklik.flow.intake.commands import receive
from otklik.flow.intake.rules import NewReport
from otklik.flow.reception import commands
from otklik.flow.reception.models import Receiver, Slot
from otklik.flow.triage.commands import decide
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from datetime import datetime

DAY = timedelta(days=1)
PLACE = "Вологда, улица Герцена, 2, кабинет 105"
RECEIVERS = (
    ("Громов Андрей Викторович", "Губернатор области", "Любые вопросы", 3, 10),
    (
        "Соколов Пётр Ильич",
        "Первый заместитель губернатора",
        "Дороги, жильё, стройка, тепло",
        1,
        14,
    ),
    ("Лебедева Ольга Сергеевна", "Заместитель губернатора", "Больницы, школы, пособия", 2, 14),
)
"""Name, position, questions, weekday counted from Monday as 0, first hour. All made up."""
WEEKS, A_DAY, MINUTES = 3, 4, 20
ASKED = (
    (1, "Тихомирова Елена Юрьевна", "+79005550151", "Дорога к деревне Марфино",
     "Весной и осенью скорая не проезжает. Ответы из района есть, дороги нет.", "четверг", 70),
    (2, "Кудрявцев Олег Павлович", "+79005550152", "Кабинет врача в посёлке",
     "Фельдшер уволился, до больницы сорок километров. Хотим понять, когда будет новый.", "", 20),
    (0, "Зайцева Марина Олеговна", "+79005550153", "Обманутые дольщики, дом на Окружном",
     "Нас сорок семей, дом стоит третий год. Придут двое.", "любой день", 8),
)  # fmt: skip
"""To whom, name, phone, theme, words, when it suits, hours ago."""
APPEALS = (
    ("На улице Ленинградской во дворе дома 71 огромная яма, просим губернатора вмешаться", 19),
    ("Прошу губернатора разобраться: на улице Гончарной яма после ремонта теплотрассы", 4),
)


def hold(now: datetime) -> None:
    """Open the reception's days and let people ask; nothing twice."""
    if Receiver.objects.filter(region=region()).exists():
        return
    people = [_receiver(place, line, now) for place, line in enumerate(RECEIVERS)]
    for place, name, phone, theme, text, days, hours in ASKED:
        commands.ask_reception(
            people[place], name=name, phone=phone, theme=theme, text=text, days=days,
            now=now - timedelta(hours=hours),
        )  # fmt: skip
    _received(people[1], now)
    for place, (text, ago) in enumerate(APPEALS):
        when = now - ago * DAY
        new = NewReport(
            text=text, channel="governor", idempotency_key=f"demo-governor-{place}",
            topic="roads-pothole", place="pin", lat=59.2205 + place / 500, lon=39.8915,
            contact="phone", phone="+79005550154",
        )  # fmt: skip
        decide(receive(new, now=when).report_id, now=when)


def _receiver(order: int, line: tuple[str, str, str, int, int], now: datetime) -> Receiver:
    name, position, questions, weekday, hour = line
    receiver = Receiver.objects.create(
        region=region(), name=name, position=position, questions=questions, place=PLACE, order=order
    )
    first = now + (1 + (weekday - now.weekday() - 1) % 7) * DAY
    begins = first.replace(hour=hour, minute=0, second=0, microsecond=0)
    for week in range(WEEKS):
        for place in range(A_DAY):
            starts = begins + 7 * week * DAY + place * timedelta(minutes=MINUTES)
            _slot(receiver, starts)
    return receiver


def _slot(receiver: Receiver, starts: datetime) -> Slot:
    return Slot.objects.create(
        region=region(), receiver=receiver, starts_at=starts, minutes=MINUTES
    )


def _received(receiver: Receiver, now: datetime) -> None:
    """One who was received yesterday, another who comes to the next free time."""
    by = accounts.official(accounts.RECEPTIONIST)
    past = _slot(receiver, (now - DAY).replace(hour=14, minute=0, second=0, microsecond=0))
    ahead = Slot.objects.filter(receiver=receiver, starts_at__gt=now).order_by("starts_at")[0]
    for name, phone, theme, text, slot in (
        ("Морозов Илья Ильич", "+79005550155", "Тепло в общежитии на Горке",
         "В комнатах пятнадцать градусов второй месяц.", past),
        ("Белова Нина Петровна", "+79005550156", "Сельская школа в Новленском",
         "Хотят закрыть старшие классы, детей возить за тридцать километров.", ahead),
    ):  # fmt: skip
        asked = now - 6 * DAY
        booking = commands.ask_reception(
            receiver, name=name, phone=phone, theme=theme, text=text, now=asked
        )
        commands.confirm_reception(booking.pk, slot.pk, by=by, now=asked + DAY)
        if slot is past:
            commands.note_reception(
                booking.pk, came=True, by=by, now=now,
                outcome="Общежитие осмотрят до пятницы, о результате позвонит мэрия",
            )  # fmt: skip
