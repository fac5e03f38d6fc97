"""What officials of the demo region have declared: works ahead and a fault being mended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.demo import accounts
from otklik.flow.problems.commands import Draft, open_problem, tell_waiting
from otklik.ground.territories.queries import locate, territories
from otklik.ground.topics.queries import fact

if TYPE_CHECKING:
    from datetime import datetime

DECLARED = (
    ("planned", "water-none", "Череповец, улица Металлургов, 10",
     "Отключат холодную воду на улице Металлургов",
     "Меняют задвижку на сетях. Наберите воду заранее; подвоз у дома 10.", 30, 12),
    ("outage", "power-outage", "Сокол, Советская улица, 50", "Нет света в центре Сокола",
     "Повреждён кабель, бригада на месте.", -2, 5),
)  # fmt: skip


def declare(now: datetime) -> int:
    """Declare them through the commands; return how many the region's data allow."""
    duty = accounts.official(accounts.MODERATOR)
    done = 0
    for kind, code, address, title, about, starts, hours in DECLARED:
        topic, place = fact(code), locate(address)
        if topic is None or place is None:
            continue
        begins = (now + timedelta(hours=starts)).replace(minute=0, second=0, microsecond=0)
        draft = Draft(
            title=title, topic=topic, kind=kind, about=about, lat=place.lat, lon=place.lon,
            territory=territories().get(place.territory), radius_m=1500, starts_at=begins,
            expected_at=begins + timedelta(hours=hours), collects=True,
        )  # fmt: skip
        problem = open_problem(draft, by=duty, now=min(now, begins))
        if kind == "outage":
            text = "Место повреждения нашли, копаем. Свет вернём до вечера."
            tell_waiting(problem.pk, text=text, by=duty, now=now)
        done += 1
    return done
