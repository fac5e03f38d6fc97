"""Atom feeds and calendars of an area and a topic: the lists of the site for other programs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.http import HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET
from icalendar import Calendar, Event

from otklik.faces import show
from otklik.flow.cases import queries
from otklik.flow.cases.queue import GROUPS
from otklik.flow.problems.queries import public_problems
from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.flow.problems.models import Problem

MOST = 100
LONG_AGO = timedelta(days=30)


def narrowed(found: QuerySet[Case], asked: Mapping[str, str]) -> QuerySet[Case]:
    """Return those of the cases that the list's filters leave."""
    if topic := asked.get("topic", ""):
        found = found.filter(topic__category__code=topic)
    if territory := asked.get("territory", ""):
        found = found.filter(territory__code=territory)
    status, counts = asked.get("status", ""), queries.home_counts(timezone.now())
    if status in counts:
        found = found.filter(counts[status])
    elif status in GROUPS:
        found = found.filter(status__in=GROUPS[status])
    return found


def _language() -> str:
    return "en" if get_language() == "en" else "ru"


def _named(asked: Mapping[str, str], what: str) -> str:
    """Return what a feed is called: the list's name, the topic, the place."""
    topic = topics().by_code.get(asked.get("topic", ""))
    place = territories().get(asked.get("territory", ""))
    parts = (what, show.title(topic, _language()), show.name(place, _language()))
    return " · ".join(filter(None, parts)) + f" · {show.title(region(), _language())}"


class Messages(Feed):
    """What changed last among public messages, by the filters of the list."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *_args: Any, **_more: Any) -> dict[str, str]:
        """Take the filters."""
        return request.GET.dict()

    def title(self, asked: dict[str, str]) -> str:
        """Name the feed."""
        return _named(asked, _("Сообщения жителей"))

    def link(self) -> str:
        """Lead to the list."""
        return "/messages/"

    def items(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """Return what changed last."""
        found = narrowed(queries.public_cases(), asked).order_by("-updated_at", "-pk")[:MOST]
        return [show.card(case, _language()) | {"changed": case.updated_at} for case in found]

    def item_title(self, item: dict[str, Any]) -> str:
        """Say what it is about and how it stands."""
        return ": ".join(filter(None, (item["topic"], item["status_label"])))

    def item_description(self, item: dict[str, Any]) -> str:
        """Give the beginning of the masked words."""
        return str(item["text"])

    def item_link(self, item: dict[str, Any]) -> str:
        """Lead to the message."""
        return f"/m/{item['spoken']}/"

    def item_pubdate(self, item: dict[str, Any]) -> datetime:
        """Say when it came."""
        return item["received_at"]  # type: ignore[no-any-return]

    def item_updateddate(self, item: dict[str, Any]) -> datetime:
        """Say when it changed."""
        return item["changed"]  # type: ignore[no-any-return]

    def item_categories(self, item: dict[str, Any]) -> list[str]:
        """Name the topic's category and the place."""
        return [each for each in (item["category"], item["territory"]) if each]


messages = require_GET(cache_control(public=True, max_age=60)(Messages()))


@require_GET
@cache_control(public=True, max_age=300)
def calendar(request: HttpRequest) -> HttpResponse:
    """Give outages, planned works and the days promised in interim answers as a calendar."""
    asked, host = request.GET.dict(), request.get_host()
    base, now = request.build_absolute_uri("/").rstrip("/"), timezone.now()
    made = Calendar()
    made.add("prodid", "-//Otklik//RU")
    made.add("version", "2.0")
    made.add("x-wr-calname", _named(asked, _("Отключения, работы и обещанные дни")))
    for problem in _works(asked, now):
        made.add_component(_work(problem, base, host))
    promised = narrowed(queries.public_cases(), asked).filter(
        status="interim", control_at__gte=now - LONG_AGO
    )
    for case in promised.order_by("control_at")[:MOST]:
        made.add_component(_promise(case, base, host))
    return HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")


def _works(asked: Mapping[str, Any], now: datetime) -> QuerySet[Problem]:
    found = public_problems().filter(kind__in=("outage", "planned"), starts_at__gte=now - LONG_AGO)
    if topic := asked.get("topic", ""):
        found = found.filter(topic__category__code=topic)
    if territory := asked.get("territory", ""):
        found = found.filter(territory__code=territory)
    return found[:MOST]


def _work(problem: Problem, base: str, host: str) -> Event:
    event = Event()
    event.add("uid", f"problem-{problem.pk}@{host}")
    event.add("dtstamp", problem.opened_at)
    event.add("summary", f"{capfirst(problem.get_kind_display())}: {problem.title}")
    event.add("description", problem.about)
    event.add("location", show.name(problem.territory, _language()))
    event.add("dtstart", problem.starts_at)
    ends = problem.closed_at or problem.expected_at
    if ends and ends > problem.starts_at:
        event.add("dtend", ends)
    event.add("url", f"{base}/problems/{problem.pk}/")
    return event


def _promise(case: Case, base: str, host: str) -> Event:
    event = Event()
    event.add("uid", f"case-{case.number}@{host}")
    event.add("dtstamp", case.updated_at)
    day = timezone.localtime(case.control_at).date()
    event.add("summary", _("Обещано: %(what)s") % {"what": show.title(case.topic, _language())})
    event.add("location", show.name(case.territory, _language()))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("url", f"{base}/m/{case.spoken}/")
    return event
