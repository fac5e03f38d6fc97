"""Statistics and ratings: every number opens the list that it counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from otklik.faces import access, show
from otklik.faces.desk import figures
from otklik.flow.cases.queries import visible_numbers
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import directory, label, topics
from otklik.readers.statistics import queries, rules
from otklik.readers.statistics.rules import BY_CODE, GROUPS, MEASURES

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.readers.statistics.queries import Filters
    from otklik.readers.statistics.rules import Value

DAYS = 30
PAGE = 100
IN_A_CUT = ("received", "answered", "confirmed", "on_time", "to_answer", "result_stars",
            "overdue_now")  # fmt: skip
WAYS = (
    ("territory", "По муниципалитетам"), ("organisation", "По организациям"),
    ("category", "По темам"), ("topic", "По вопросам"), ("channel", "По каналам"),
    ("week", "По неделям"),
)  # fmt: skip
RATED = {
    "bodies": ("on_time", "to_answer", "confirmed_share", "result_stars", "low_share",
               "reopened_share", "returned", "overdue_now"),
    "municipalities": ("on_time", "to_answer", "to_solution", "confirmed_share", "result_stars",
                       "low_share", "reopened_share", "overdue_now"),
}  # fmt: skip


def _lists() -> dict[str, Any]:
    tree = topics()
    return {
        "categories": tree.categories,
        "topic_groups": show.topic_groups(tree, "ru"),
        "territories": sorted(territories().values(), key=lambda each: each.short_ru),
        "organisations": sorted(organisations().values(), key=lambda each: each.short_ru),
        "channels": directory("channels").values(),
        "ways": WAYS,
    }


def _today(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _asked(request: HttpRequest, now: datetime) -> Filters:
    tomorrow = _today(now) + timedelta(days=1)
    return figures.filters_of(request.GET, tomorrow - timedelta(days=DAYS), tomorrow)


@never_cache
@login_required
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Show every measure of a period beside the period before it, and a cut."""
    official = access.official_or_404(request, queries.SEE)
    now = timezone.now()
    filters = _asked(request, now)
    before = filters.before()
    values = queries.values(official, MEASURES, filters, now)
    earlier = queries.values(official, [m for m in MEASURES if m.moment], before, now)
    groups = [
        (title, [_line(code, values, earlier, filters, now) for code in codes])
        for title, _, codes in GROUPS
    ]
    by = request.GET.get("by", "")
    by = by if by in dict(WAYS) else "territory"
    weeks = queries.weekly(official, filters, now)
    told = figures.query_of(filters)
    context = {
        "groups": groups,
        "filters": filters,
        "told": told,
        "query": urlencode(told),
        "by": by,
        "by_title": dict(WAYS)[by],
        "cut_measures": [BY_CODE[code] for code in _measures_of(by)],
        "cut": _cut(official, filters, by, now),
        "chart": figures.bars([(figures.title_of("week", w), n) for w, n in weeks.items()]),
        "weeks": _weeks(official, filters, now),
        "channels_chart": _channels(official, filters, now),
        **_lists(),
    }
    return render(request, "desk/statistics.html", context)


def _line(
    code: str, values: dict[str, Value], earlier: dict[str, Value], filters: Filters, now: datetime
) -> dict[str, Any]:
    measure = BY_CODE[code]
    line: dict[str, Any] = {
        "measure": measure, "now": figures.figure(measure, values[code], filters, now)
    }  # fmt: skip
    if code in earlier:
        line["before"] = figures.figure(measure, earlier[code], filters.before(), now)
        line["change"] = figures.changed(measure, values[code], earlier[code])
    return line


def _measures_of(by: str) -> list[str]:
    return [code for code in IN_A_CUT if by != "week" or BY_CODE[code].moment]


def _cut(official: Official, filters: Filters, by: str, now: datetime) -> list[dict[str, Any]]:
    codes = _measures_of(by)
    table = queries.table(official, [BY_CODE[code] for code in codes], filters, by, now)
    lines = [
        {
            "title": figures.title_of(by, key),
            "key": key,
            "count": line["received"].whole,
            "figures": [
                (BY_CODE[code], figures.figure(BY_CODE[code], line[code], narrow, now))
                for narrow in [figures.narrowed(filters, by, key)]
                for code in codes
            ],
        }
        for key, line in table.items()
    ]
    if by == "week":
        return sorted(lines, key=lambda line: str(line["key"]))
    return sorted(lines, key=lambda line: (-line["count"], line["title"]))


def _weeks(official: Official, filters: Filters, now: datetime) -> list[tuple[str, Any]]:
    """Return the numbers of the chart of weeks, each with the list behind it."""
    measure = BY_CODE["received"]
    table = queries.table(official, [measure], filters, "week", now)
    return [
        (
            figures.title_of("week", week),
            figures.figure(measure, line["received"], figures.narrowed(filters, "week", week), now),
        )
        for week, line in sorted(table.items(), key=lambda pair: str(pair[0]))
    ]


def _channels(official: Official, filters: Filters, now: datetime) -> list[dict[str, Any]]:
    measure = BY_CODE["received"]
    table = queries.table(official, [measure], filters, "channel", now)
    total = sum(line["received"].whole for line in table.values()) or 1
    lines = [
        {
            "title": figures.title_of("channel", key),
            "share": figures.number(100 * line["received"].whole / total),
            "wide": round(100 * line["received"].whole / total, 1),
            "figure": figures.figure(
                measure, line["received"], figures.narrowed(filters, "channel", key), now
            ),
        }
        for key, line in table.items()
    ]
    return sorted(lines, key=lambda line: -line["wide"])


@never_cache
@login_required
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """List the cases that a number counts; as many as the number said."""
    official = access.official_or_404(request, queries.SEE)
    measure = BY_CODE.get(request.GET.get("measure", ""))
    part = request.GET.get("part", "whole")
    if measure is None or part not in measure.parts:
        raise Http404
    now = figures.moment_of(request.GET, timezone.now())
    filters = figures.filters_of(request.GET, None, None)
    rows = queries.cases_behind(official, measure, part, filters, now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "measure": measure,
        "part": part,
        "page": page,
        "query": query.urlencode(),
        "filters": filters,
        "said": _said(filters),
        "last": filters.until - timedelta(days=1) if filters.until else None,
        "opens": visible_numbers(official, [row.number for row in page]),
        "lines": [_row(row) for row in page],
    }
    return render(request, "desk/statistics_list.html", context)


def _row(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "topic": figures.title_of("topic", row.topic or queries.UNKNOWN),
        "territory": figures.title_of("territory", row.territory or queries.UNKNOWN),
        "organisation": figures.title_of("organisation", row.organisation or queries.UNKNOWN),
        "status": label("statuses", row.status),
        "result": label("results", row.result) if row.result else "",
    }


def _said(filters: Filters) -> list[str]:
    """Say the filters in words."""
    told = figures.query_of(filters)
    ways = {"territory": "territory", "topic": "topic", "channel": "channel",
            "organisation": "organisation", "body": "organisation"}  # fmt: skip
    return [figures.title_of(ways[name], told[name]) for name in ways if name in told]


@never_cache
@login_required
@require_GET
def ratings(request: HttpRequest) -> HttpResponse:
    """Rank bodies or municipalities by a measure, each with the cases behind."""
    official = access.official_or_404(request, queries.SEE)
    now = timezone.now()
    filters = _asked(request, now)
    kind = request.GET.get("kind", "")
    kind = kind if kind in RATED else "bodies"
    measures = [BY_CODE[code] for code in RATED[kind]]
    order = request.GET.get("order", "")
    chosen = BY_CODE[order if order in RATED[kind] else measures[0].code]
    by = "organisation" if kind == "bodies" else "territory"
    table = queries.table(official, measures, filters, by, now)
    table.pop(queries.UNKNOWN, None)
    ranks = rules.rank(chosen, {key: line[chosen.code] for key, line in table.items()})
    lines = [
        {
            "title": figures.title_of(by, key),
            "rank": ranks.get(key),
            "figures": [
                (m, figures.figure(m, line[m.code], figures.narrowed(filters, by, key), now))
                for m in measures
            ],
        }
        for key, line in table.items()
    ]
    last = len(lines) + 1  # a list that is being sorted is empty
    lines.sort(key=lambda line: (line["rank"] or last, line["title"]))
    told = figures.query_of(filters)
    context = {
        "kind": kind, "measures": measures, "chosen": chosen, "lines": lines, "told": told,
        "query": urlencode(told), "few": rules.FEW, **_lists(),
    }  # fmt: skip
    return render(request, "desk/ratings.html", context)
