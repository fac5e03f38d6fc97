"""The verbs of widgets: keep one, write down its pages, look at a page, take a message."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from otklik.flow.channels.widgets import rules
from otklik.flow.channels.widgets.events import (
    WidgetChecked,
    WidgetFact,
    WidgetKept,
    WidgetPlaced,
    WidgetUsed,
)
from otklik.flow.channels.widgets.models import Widget, WidgetPage, WidgetReport
from otklik.flow.channels.widgets.queries import bodies_with_widgets
from otklik.flow.intake.commands import receive
from otklik.flow.intake.models import Report
from otklik.ground.kit import http
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from otklik.flow.intake.commands import Receipt
    from otklik.flow.intake.rules import NewReport
    from otklik.ground.accounts.models import Official, Person

WORDS = {"title": 120, "slogan": 120, "text": 300, "button": 40}
CHOICES = {"kind": Widget.Kind, "theme": Widget.Theme, "language": Widget.Language}
MOST_PAGES = 50
LONGEST_PAGE = 4 * 2**20
"""Bytes of a page that are looked through: sites paste much into theirs."""


@command
def keep_widget(
    widget_id: int | None, said: Mapping[str, Any], *, by: Official, now: datetime
) -> Widget:
    """Make a widget, or change one; Refused with words for each field that cannot be kept."""
    bodies = {each.code: each for each in bodies_with_widgets(by)}
    if widget_id is None:
        widget = Widget(region=region(), token=secrets.token_urlsafe(15), made_at=now)
    else:
        widget = Widget.objects.select_for_update(no_key=True).get(
            pk=widget_id, organisation__in=bodies.values()
        )
    errors: dict[str, str] = {}
    body = bodies.get(said["organisation"])
    if body is None:
        errors["organisation"] = _("Выберите организацию")
    else:
        widget.organisation = body
    _set_words(widget, said, errors)
    widget.origins = _origins(said["origins"], errors)
    widget.source = "".join(c for c in said["source"].lower() if c.isascii() and c.isalnum())[:40]
    widget.active = said["active"] == "on"
    widget.legacy = _legacy(widget, said["legacy"].strip(), errors)
    if errors:
        raise rules.Refused(errors)
    widget.save()
    known = topics().by_code
    widget.topics.set([known[code] for code in said["topics"] if code in known])
    _tell(widget, WidgetKept, by.ref, now)
    return widget


def _set_words(widget: Widget, said: Mapping[str, Any], errors: dict[str, str]) -> None:
    for name, longest in WORDS.items():
        value = " ".join(said[name].split())
        setattr(widget, name, value)
        if len(value) > longest:
            errors[name] = _("Не больше {limit} знаков").format(limit=longest)
    if not widget.title:
        errors["title"] = _("Назовите виджет, чтобы узнать его в списке")
    for name, choices in CHOICES.items():
        if said[name] in choices.values:
            setattr(widget, name, said[name])
        else:
            errors[name] = _("Выберите из списка")


def _origins(text: str, errors: dict[str, str]) -> str:
    found = []
    for line in text.split():
        origin = rules.origin_of(line)
        if origin is None:
            errors["origins"] = _("Не адрес сайта: {line}. Напишите так: https://gorod.ru").format(
                line=line[:60]
            )
            return text
        found.append(origin)
    return "\n".join(dict.fromkeys(found))


def _legacy(widget: Widget, text: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:  # noqa: PLR2004
        errors["legacy"] = _("Это число из вызова Widget(…, число)")
        return None
    taken = Widget.objects.filter(region=region(), legacy=int(text)).exclude(pk=widget.pk)
    if taken.exists():
        errors["legacy"] = _("Этот номер занят другим виджетом")
    return int(text)


@command
def place_widget(widget_id: int, text: str, *, by: Official, now: datetime) -> Widget:
    """Write down the pages, one a line, on which a widget stands; those not named are forgotten."""
    widget = Widget.objects.select_for_update(no_key=True).get(
        pk=widget_id, organisation__in=bodies_with_widgets(by)
    )
    urls = list(dict.fromkeys(text.split()))
    if len(urls) > MOST_PAGES:
        raise rules.Refused({"pages": _("Не больше {most} страниц").format(most=MOST_PAGES)})
    valid = URLValidator(schemes=["http", "https"])
    for url in urls:
        try:
            valid(url)
        except ValidationError:
            raise rules.Refused(
                {"pages": _("Не адрес страницы: {line}").format(line=url[:80])}
            ) from None
    widget.pages.exclude(url__in=urls).delete()
    for url in urls:
        WidgetPage.objects.get_or_create(widget=widget, url=url, defaults={"region": region()})
    _tell(widget, WidgetPlaced, by.ref, now, pages=len(urls))
    return widget


def check_page(page_id: int, *, ours: str, now: datetime) -> WidgetPage | None:
    """Visit a page and note what is wrong with its widget; None if it is no more."""
    page = WidgetPage.objects.select_related("widget").filter(pk=page_id).first()
    if page is None:
        return None
    return _note(page.pk, _faults(page, ours), now=now)


def _faults(page: WidgetPage, ours: str) -> list[str]:
    try:
        reply = http.get(page.url, longest=LONGEST_PAGE)
    except http.HTTPError:
        return ["unreachable"]
    if not reply.ok:
        return ["moved" if reply.moved else "unreachable"]
    text = reply.content.decode(errors="replace")
    seen = rules.Seen(page.url, text, reply.header("content-security-policy"))
    widget = page.widget
    return rules.faults_of(seen, token=widget.token, ours=ours, origins=widget.allowed)


@command
def _note(page_id: int, faults: list[str], *, now: datetime) -> WidgetPage:
    page = WidgetPage.objects.select_for_update(of=("self",)).select_related("widget").get(
        pk=page_id
    )  # fmt: skip
    page.faults, page.checked_at = faults, now
    page.save(update_fields=["faults", "checked_at"])
    _tell(page.widget, WidgetChecked, "system", now, page=page.pk, faults=len(faults))
    return page


@command
def receive_by_widget(
    widget: Widget, new: NewReport, *, site: str, files: Sequence[UploadedFile[Any]] = (),
    author: Person | None = None, now: datetime,
) -> Receipt:  # fmt: skip
    """Receive a message and note the widget and the site it came through; once, however often."""
    receipt = receive(new, files=files, author=author, now=now)
    report = Report.objects.get(pk=receipt.report_id)
    _noted, fresh = WidgetReport.objects.get_or_create(
        report=report,
        defaults={
            "region": region(),
            "widget": widget,
            "site": (rules.origin_of(site) or "")[:200],
        },
    )
    if fresh:
        record(
            WidgetUsed(
                region=report.region_id, subject=f"report:{report.number}", actor="system", at=now,
                widget=widget.pk, report=report.pk,
            )
        )  # fmt: skip
    return receipt


def _tell(widget: Widget, fact: type[WidgetFact], by: str, at: datetime, **more: int) -> None:
    record(
        fact(
            region=widget.region_id, subject=f"widget:{widget.pk}", actor=by, at=at,
            widget=widget.pk, **more,
        )
    )  # fmt: skip
