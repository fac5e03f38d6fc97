"""The demo's discussions: one that ended, two that run; what is said is made up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import localtime

from otklik.demo import accounts
from otklik.ground.accounts.models import Attested, Person
from otklik.ground.territories.queries import region
from otklik.participation.discussions import commands, rules
from otklik.participation.discussions.models import Comment, Discussion
from otklik.participation.projects.queries import who
from otklik.participation.projects.rules import Circle, age_on

if TYPE_CHECKING:
    from datetime import datetime

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVENING, GROWN, CITY = 20, 18, "vologda-city"


@dataclass(frozen=True)
class Told:
    """A discussion of the demo: its document, its days, what is said where and answered."""

    title: str
    about: str
    window: tuple[int, int]
    moderation: str
    document: str
    said: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    hearing: rules.HearingTold | None = None


PARK = """# Дорожки и свет

Главную аллею расширяем с двух до трёх с половиной метров: хватит места коляскам, велосипедам и
тем, кто идёт навстречу.

Светильники ставим через каждые двадцать метров, тёплым светом, не выше четырёх метров, чтобы не
светить в окна соседних домов.

@ 59.2052, 39.8729 Вход со стороны улицы Горького

# Площадки

У школы делаем площадку для детей до семи лет с мягким покрытием. Старую песочницу разбираем.

Площадку для собак переносим от пруда к гаражам и обносим сеткой в полтора метра.

@ 59.2038, 39.8761 Место для площадки собак

# Деревья

Под снос идут двенадцать больных тополей. Взамен высаживаем тридцать лип и пятнадцать клёнов, уход
за ними три года — в договоре с подрядчиком.
"""
PARK_SAID = (
    ("p1-1", "for", "Давно пора. Сейчас с двумя колясками на аллее не разойтись.",
     ("И зимой её чистят на одну лопату, шире будет — трактор пройдёт.",)),
    ("p1-1", "against", "Три с половиной метра — это уже дорога. Поедут самокаты, будет опасно.",
     ("Поставьте знак «шагом» у входа, в соседнем парке помогло.",
      "Согласен, скорость надо ограничить.")),
    ("p1-2", "for", "Тёплый свет — отлично. Проверьте угол у пруда, там сейчас совсем темно.", ()),
    ("t1", "neutral", "У этого входа после дождя лужа на всю ширину. Сделайте слив, иначе новая"
     " дорожка тоже утонет.", ("Пишу об этой луже третий год.",)),
    ("p2-1", "for", "Нужен навес: в июле на площадке нет тени совсем.", ()),
    ("p2-1", "against", "Песочницу оставьте, малыши в ней сидят до темноты. Замените песок.",
     ("Песок без ограды — это кошки. Лучше с крышкой.",)),
    ("p2-2", "against", "У гаражей собаки будут лаять под окнами дома 14. Найдите другое место.",
     ("От гаражей до дома сто метров и ряд деревьев.",)),
    ("t2", "for", "Место хорошее: сухо и никому не мешает. Добавьте урну и скамейку.", ()),
    ("p3-1", "neutral", "Покажите, какие тополя больные: на карте или краской на стволах.",
     ("Да, в прошлый раз спилили и здоровые.",)),
    ("p3-1", "for", "Липы вместо пуха — спасибо.", ()),
    ("", "for", "Проект хороший, главное — чтобы сделали до осени, а не как со сквером.", ()),
    ("", "neutral", "Сколько это стоит и кто подрядчик? Этого в документе нет.", ()),
)  # fmt: skip
ROUTE = """# Что меняется

Автобус № 14 пойдёт через новый мост. Дорога от вокзала до областной больницы станет короче на
двенадцать минут.

Остановка «Улица Щетинина» переносится на двести метров ближе к поликлинике.

@ 59.2204, 39.9012 Новое место остановки «Улица Щетинина»

# Расписание

По будням — через двенадцать минут с шести до десяти утра и с четырёх до семи вечера, в остальное
время — через двадцать. Последний рейс в 23:10.
"""
ROUTE_SAID = (
    ("p1-1", "for", "Езжу в больницу каждую неделю с мамой. Двенадцать минут — это много.", ()),
    ("p1-2", "against", "Пожилым от рынка станет дальше. Оставьте обе остановки.",
     ("Двести метров с сумками — правда далеко.",)),
    ("p2-1", "neutral", "Проверьте вечер воскресенья: после шести сейчас ждём по сорок минут.", ()),
    ("", "for", "Пустите хотя бы два рейса с низким полом: с коляской сейчас не войти.", ()),
)  # fmt: skip
QUARTER = """# Что построят

Между улицами Гагарина и Северной — четыре дома до девяти этажей и детский сад на сто двадцать
мест. Первые этажи отдаём под магазины и аптеку.

Стоянка на двести машин — в границах участка, проезд к саду отдельный.

@ 59.2301, 39.8602 Въезд в квартал с улицы Гагарина

# Зелень

Сквер в середине квартала сохраняем целиком, девять тысяч квадратных метров. Под застройку идёт
пустырь и гаражи.
"""
QUARTER_SAID = (
    ("p1-1", "for", "Сад нужен: сейчас очередь на два года, возим детей через весь город.", ()),
    ("p1-1", "against", "Девять этажей закроют солнце домам на Северной. Хватит пяти.",
     ("Поддерживаю: у нас первый этаж, и так темно.",)),
    ("p1-2", "neutral", "Двести мест на четыре дома — мало. Покажите расчёт.", ()),
    ("t1", "against", "На этом въезде уже стоят в пробке по утрам. Нужен второй.", ()),
    ("p2-1", "for", "За сквер спасибо. Запишите, что его не застроят и потом.", ()),
)  # fmt: skip
HALL = (
    ("Никонова Алевтина Юрьевна", "1957-03-11"), ("Шаров Глеб Андреевич", "1983-09-02"),
    ("Рябинин Павел Ильич", "1971-12-24"), ("Белова Нина Сергеевна", "1964-06-30"),
)  # fmt: skip
HALL_SAID = (
    (2, "against", "p1-1", "speech", "Покажите тень девяти этажей в марте: на схеме только июнь."),
    (1, "for", "p2-1", "speech", "Сквер мы сажали сами. Спасибо, что не тронули; дайте ему имя."),
    (4, "neutral", "", "post", "Прошу указать в плане место для раздельного сбора мусора."),
)  # fmt: skip
CONCLUSION = (
    "Поступило девять предложений и замечаний. Учтены: высота домов вдоль Северной улицы "
    "снижена до шести этажей; въезд с улицы Гагарина дополнен вторым, с Северной; сквер "
    "внесён в перечень озеленённых территорий.\n"
    "Не учтено: увеличение стоянки — расчёт по нормативу приложен к проекту и показан на "
    "странице.\n"
    "Проект рекомендовано утвердить с названными изменениями."
)
TOLD = (
    Told("Проект планировки квартала у улицы Гагарина", "Где встанут дома, сад и проезды.",
         (-40, -20), rules.POST, QUARTER, QUARTER_SAID,
         rules.HearingTold(
             "town", "Постановление главы города № 112 от 15.09.2026 (учебное)",
             "Выставочный зал администрации, улица Каменный мост, 4, по будням с 10 до 17",
             "Клара Зимина, заместитель главы города")),
    Told("Правила парковки во дворах", "Что разрешить и что запретить у подъездов.", (-34, -12),
         rules.POST, "# Правила\n\nПроезд вдоль дома оставляем свободным на три с половиной метра:"
         " столько нужно пожарной машине.\n\nСтоянка на газоне запрещена круглый год.\n",
         (("p1-1", "for", "Скорая не могла подъехать десять минут. Поддерживаю.", ()),
          ("p1-2", "for", "Газон перед домом превратили в грязь. Наказывайте.", ()),
          ("p1-2", "against", "Сначала сделайте места, потом запрещайте: во дворе их вдвое меньше,"
           " чем машин.", ("Места есть за домом, но туда никто не ходит.",)))),
    Told("Парк Мира: проект благоустройства", "Проект готов наполовину: скажите, что поправить,"
         " пока его не отдали строителям.", (-9, 21), rules.POST, PARK, PARK_SAID),
    Told("Новый маршрут автобуса № 14", "Прежде чем менять маршрут, спрашиваем тех, кто ездит.",
         (-4, 10), rules.PRE, ROUTE, ROUTE_SAID),
)  # fmt: skip
RUDE = "Кто это придумал, тот никогда в автобусе не ездил, бездельники!"


def discuss(now: datetime) -> None:
    """Let the demo's voters write; nothing twice."""
    if Discussion.objects.exists():
        return
    draw = random.Random(62)
    people = list(Person.objects.filter(email__startswith="voter").order_by("pk"))
    grown = [each for each in people if who(each).territory == CITY and _grown(each, now)]
    for number, person in enumerate(grown, 1):
        _attest(person, number, now)
    for told in TOLD:
        made = _announced(told, now)
        circle = grown if told.hearing else people
        writers, at = iter(draw.sample(circle, len(circle))), localtime(made.phase.opens_at)
        for part, stance, text, replies in told.said:
            one = _write(made, commands.Said(text, stance, part), next(writers), at)
            for step, reply in enumerate(replies, 1):
                _write(made, commands.Said(reply, to=one.pk), next(writers), at + step * HOUR)
            at += HOUR if at.hour < EVENING else 13 * HOUR
    _moderated(now)
    _in_the_hall()
    held = Discussion.objects.get(hearing__isnull=False)
    commands.conclude(
        held.pk, number="17-з", text=CONCLUSION, signer="Клара Зимина, заместитель главы города",
        signed_on=localtime(held.phase.closes_at + 3 * DAY).date(),
        by=accounts.official(accounts.VOTES), now=now - 16 * DAY,
    )  # fmt: skip


def _announced(told: Told, now: datetime) -> Discussion:
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    opens, closes = (morning + days * DAY for days in told.window)
    by = accounts.official(accounts.VOTES)
    circle = Circle(GROWN, frozenset({CITY}), proven=True) if told.hearing else Circle(min_age=14)
    said = opens - (22 if told.hearing else 1) * DAY
    draft = commands.Draft(
        told.title, opens, closes, told.about, told.moderation, circle, hearing=told.hearing
    )
    made = commands.draft_discussion(draft, by=by, now=said)
    commands.write_document(made.pk, told.document, by=by, now=said)
    return commands.announce_discussion(made.pk, by=by, now=said)


def _attest(person: Person, number: int, now: datetime) -> None:
    """Let a verified account say where a made-up person is registered: a hearing asks for it."""
    born = who(person).born_on
    if Attested.objects.filter(person=person).exists():
        return
    Attested.objects.create(
        person=person, region=region(), provider="demo", level="confirmed", at=now,
        birth_date=born.isoformat() if born else "",
        registration=f"Вологодская обл., г. Вологда, ул. Северная, д. {number}",
    )  # fmt: skip


def _in_the_hall() -> None:
    """Write down who came to the hall of the hearing and what two of them said."""
    held, by = Discussion.objects.get(hearing__isnull=False), accounts.official(accounts.VOTES)
    at = held.phase.closes_at - 3 * DAY
    for number, (name, born) in enumerate(HALL, 1):
        guest = rules.Guest(
            name, f"Вологда, улица Гагарина, дом {number}", CITY, date.fromisoformat(born),
            rules.BY_LETTER if number == len(HALL) else rules.IN_PERSON,
        )  # fmt: skip
        commands.register_in_hall(held.pk, guest, by=by, now=at)
    for number, stance, part, source, text in HALL_SAID:
        commands.enter_remark(
            held.pk, number, commands.Said(text, stance, part), source=source, by=by, now=at
        )


def _grown(person: Person, now: datetime) -> bool:
    born = who(person).born_on
    return born is not None and age_on(born, (now - 60 * DAY).date()) >= GROWN


def _write(made: Discussion, said: commands.Said, person: Person, now: datetime) -> Comment:
    """Write, and let a moderator show it where that comes first."""
    one = commands.write(made.pk, said, person=person, now=now)
    if one.state == rules.PENDING:
        by = accounts.official(accounts.MODERATOR)
        commands.moderate(one.pk, rules.SHOW, by=by, now=now + HOUR / 2)
        one.refresh_from_db()
    return one


def _moderated(now: datetime) -> None:
    """Leave work for moderators: one comment waits, one is hidden, its author appeals."""
    run = list(Discussion.objects.filter(phase__closes_at__gt=now).order_by("pk"))
    people = list(Person.objects.filter(email__startswith="voter").order_by("-pk")[:3])
    waits = commands.Said("Остановку у рынка не убирайте, добавьте лавку.", "against", "p1-2")
    commands.write(run[1].pk, waits, person=people[0], now=now - 3 * HOUR)
    for found, person in ((run[0], people[1]), (run[1], people[2])):
        one = commands.write(
            found.pk, commands.Said(RUDE, "against"), person=person, now=now - 2 * HOUR
        )
        commands.moderate(one.pk, rules.HIDE, reason="insult",
                          by=accounts.official(accounts.VOTES), now=now - HOUR)  # fmt: skip
    told = "Я никого не назвал и не обругал: прошу вернуть."
    commands.appeal(one.pk, text=told, person=people[2], now=now - HOUR / 2)
