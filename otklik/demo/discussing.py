"""The demo's discussions: one that ended, two that run; what is said is made up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import localtime

from otklik.demo import accounts
from otklik.ground.accounts.models import Person
from otklik.participation.discussions import commands, rules
from otklik.participation.discussions.models import Comment, Discussion
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from datetime import datetime

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVENING = 20


@dataclass(frozen=True)
class Told:
    """A discussion of the demo: its document, its days, what is said where and answered."""

    title: str
    about: str
    window: tuple[int, int]
    moderation: str
    document: str
    said: tuple[tuple[str, str, str, tuple[str, ...]], ...]


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
TOLD = (
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
    for told in TOLD:
        made = _announced(told, now)
        writers, at = iter(draw.sample(people, len(people))), localtime(made.phase.opens_at)
        for part, stance, text, replies in told.said:
            one = _write(made, commands.Said(text, stance, part), next(writers), at)
            for step, reply in enumerate(replies, 1):
                _write(made, commands.Said(reply, to=one.pk), next(writers), at + step * HOUR)
            at += HOUR if at.hour < EVENING else 13 * HOUR
    _moderated(now)


def _announced(told: Told, now: datetime) -> Discussion:
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    opens, closes = (morning + days * DAY for days in told.window)
    by = accounts.official(accounts.VOTES)
    made = commands.draft_discussion(
        commands.Draft(told.title, opens, closes, told.about, told.moderation, Circle(min_age=14)),
        by=by, now=opens - DAY,
    )  # fmt: skip
    commands.write_document(made.pk, told.document, by=by, now=opens - DAY)
    return commands.announce_discussion(made.pk, by=by, now=opens - DAY)


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
