"""The words of subscribers' letters: templates of `letter_texts`, what is new put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from otklik.flow.channels.base import Outcome
from otklik.flow.channels.email import outbound as email
from otklik.flow.channels.email.outbound import Letter
from otklik.flow.channels.ways import clockwork
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import label
from otklik.readers.notifications.watches import queries
from otklik.readers.notifications.wording import letter_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from otklik.flow.cases.models import Case
    from otklik.flow.problems.models import Problem
    from otklik.readers.notifications.watches.models import NewsWatch
    from otklik.readers.notifications.watches.queries import News


def _named(thing: Any, language: str) -> str:
    if thing is None:
        return ""
    return (language == "en" and thing.title_en) or str(thing.title_ru)


def title(watch: NewsWatch, language: str) -> str:
    """Return what a subscription is about: «Вологда · Дороги»."""
    if watch.case:
        return f"№ {watch.case.spoken}"
    with override(language):
        place = _named(watch.territory, language)
        if watch.area.get("ring"):
            place = _("область, нарисованная на карте")
        elif watch.area:
            place = _("%(metres)s м от: %(address)s") % {
                "metres": watch.area["radius"], "address": watch.area["address"],
            }  # fmt: skip
        about = _named(watch.topic, language) or _("все темы")
        return f"{place or _named(region(), language)} · {about}"


def letter(news: Sequence[News]) -> Letter:
    """Return one letter for one address with all that is new for its subscriptions."""
    watch = news[0].watch
    language = watch.language
    with override(language):
        said = "\n\n".join(_section(each, language) for each in news)
    count = sum(len(each.cases) + len(each.problems) + each.more for each in news)
    off = f"{settings.SITE_URL}{queries.off_path(watch.email_print)}"
    return letter_of("watch_news", {"news": said, "count": str(count), "off": off},
                     language, decline=off)  # fmt: skip


def _section(news: News, language: str) -> str:
    lines = [title(news.watch, language).upper()]
    lines += [_works(each, language) for each in news.problems]
    lines += [_case(each, language) for each in news.cases]
    if news.more:
        lines.append(_("И ещё: %(count)s. Все — %(link)s") % {
            "count": news.more, "link": f"{settings.SITE_URL}/messages/",
        })  # fmt: skip
    lines.append(_("Не присылать об этом: %(link)s") % {
        "link": f"{settings.SITE_URL}/watch/{news.watch.token}/",
    })  # fmt: skip
    return "\n\n".join(lines)


def _works(problem: Problem, language: str) -> str:
    kind = problem.get_kind_display().capitalize()
    day = date_format(localtime(problem.starts_at), "j E, H:i")
    promised = ""
    if problem.expected_at:
        moment = date_format(localtime(problem.expected_at), "j E, H:i")
        promised = " — " + _("обещают к %(day)s") % {"day": moment}
    place = _named(problem.territory, language)
    where = f"{place}, " if place else ""
    return (
        f"! {kind}: {problem.title}\n{where}{_('с')} {day}{promised}\n"
        f"{settings.SITE_URL}/problems/{problem.pk}/"
    )


def _case(case: Case, language: str) -> str:
    stands = label("statuses", case.status, language, citizen=True)
    return f"• {_named(case.topic, language)} — {stands}\n{settings.SITE_URL}/m/{case.spoken}/"


def send_invitation(watch: NewsWatch, *, now: datetime) -> None:
    """Ask the owner of an address; a way that is down makes the job try again."""
    link = f"{settings.SITE_URL}/watch/{watch.token}/"
    values = {"title": title(watch, watch.language), "confirm": link}
    sent = email.send(letter_of("watch_confirm", values, watch.language), watch.email)
    clockwork.note("email", sent, now)
    if sent.outcome == Outcome.RETRY:
        raise OSError(sent.note)
