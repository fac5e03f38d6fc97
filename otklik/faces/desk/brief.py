"""The brief for the Monday meeting: one set of numbers for the page, the paper and the sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from otklik.faces import tasks
from otklik.faces.desk import figures
from otklik.faces.desk.figures import Figure, changed, figure, narrowed, title_of
from otklik.flow.instructions import queries as instructions
from otklik.readers.heatmap import queries as heat
from otklik.readers.heatmap.rules import BANDS, REASONS
from otklik.readers.statistics import queries, rules
from otklik.readers.statistics.rules import BY_CODE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.ground.accounts.models import Official
    from otklik.readers.statistics.queries import Filters
    from otklik.readers.statistics.rules import Value

Cell = str | Figure
MAIN = ("received", "answered", "said_solved", "confirmed", "on_time", "to_answer",
        "answer_stars", "result_stars", "low_share", "disputed", "reopened",
        "rejected")  # fmt: skip
OVERDUE = ("overdue_now", "overdue_week", "overdue_month")
SOLVED = ("said_solved", "confirmed_share", "proof_share", "disputed", "upheld_share")
JUDGED = ("on_time", "confirmed_share", "result_stars")
TOP, EDGE, ACUTE = 5, 3, 10
HOT = {"acute": 0, "tense": 1}


@dataclass(frozen=True)
class Section:
    """One table of the brief."""

    code: str
    title: str
    head: list[str]
    rows: list[list[Cell]]
    note: str = ""


@dataclass(frozen=True)
class Brief:
    """The whole brief; `made` is the moment that "now" means in it."""

    since: datetime
    last: datetime
    made: datetime
    sections: list[Section] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title on all three."""
        since, last = timezone.localtime(self.since), timezone.localtime(self.last)
        return f"Справка к совещанию за {since:%d.%m.%Y} – {last:%d.%m.%Y}"


def last_week(now: datetime) -> tuple[datetime, datetime]:
    """Return the last whole week, from Monday to the next Monday."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(days=7), monday


def brief(official: Official, filters: Filters, now: datetime) -> Brief:
    """Count all of it for one official, within their powers."""
    assert filters.since is not None
    assert filters.until is not None
    return Brief(
        filters.since, filters.until - timedelta(days=1), now,
        [
            _main(official, filters, now),
            _parts(official, filters, now, "channel", "sources", "Откуда писали"),
            _parts(official, filters, now, "topic", "topics", f"Главные темы: первые {TOP}", TOP),
            _parts(official, filters, now, "territory", "places", "Муниципалитеты"),
            _acute(official, filters, now),
            _bodies(official, filters, now, OVERDUE, "overdue", "Просрочено по организациям",
                    "На момент справки: ждут ответа, а срок прошёл"),
            _bodies(official, filters, now, SOLVED, "solved", "Сказали «решено» и подтвердили",
                    "Ответ «решено» — слова организации; подтверждает автор или контролёр"),
            *(_edges(official, filters, now, code) for code in JUDGED),
            _instructions(official, filters, now),
        ],
    )  # fmt: skip


def _main(official: Official, filters: Filters, now: datetime) -> Section:
    measures = [BY_CODE[code] for code in MAIN]
    values = queries.values(official, measures, filters, now)
    before = queries.values(official, measures, filters.before(), now)
    rows: list[list[Cell]] = [
        [m.ru, figure(m, values[m.code], filters, now),
         figure(m, before[m.code], filters.before(), now),
         changed(m, values[m.code], before[m.code])]
        for m in measures
    ]  # fmt: skip
    return Section("main", "Главное", ["", "За период", "Период до того", "Изменение"], rows)


def _parts(
    official: Official, filters: Filters, now: datetime, by: str, code: str, title: str,
    limit: int | None = None,
) -> Section:  # fmt: skip
    """How many messages came to each part, and how that changed."""
    measure, earlier = BY_CODE["received"], filters.before()
    counts = queries.table(official, [measure], filters, by, now)
    before = queries.table(official, [measure], earlier, by, now)
    nothing = rules.value(measure, 0, None, None)
    total = sum(line["received"].whole for line in counts.values())

    def came(table: dict[str, dict[str, Value]], key: str) -> Value:
        return table[key]["received"] if key in table else nothing

    keys = sorted({*counts, *before}, key=lambda key: (-came(counts, key).whole, key))
    rows: list[list[Cell]] = [
        [title_of(by, key), figure(measure, came(counts, key), narrowed(filters, by, key), now),
         _share(came(counts, key).whole, total),
         figure(measure, came(before, key), narrowed(earlier, by, key), now),
         changed(measure, came(counts, key), came(before, key))]
        for key in keys[:limit]
    ]  # fmt: skip
    return Section(code, title, ["", "Сообщений", "Доля", "Период до того", "Изменение"], rows)


def _share(count: int, total: int) -> Figure:
    share = round(100 * count / total, 1) if total else None
    return Figure(f"{figures.number(share)} %" if total else "—", share)


def _acute(official: Official, filters: Filters, now: datetime) -> Section:
    """Where the map is red or nearly so now, and what was told to do about it."""
    found = heat.snapshot(
        heat.HeatFilters(), "territory", now=timezone.localtime(now), public=False
    )
    cells = [cell for cell in found["cells"] if cell["band"] in HOT]
    cells.sort(key=lambda cell: (HOT[cell["band"]], -(cell["acuity"] or 0)))
    measures = [BY_CODE["open_now"], BY_CODE["overdue_now"]]
    counts = queries.table(official, measures, filters, "territory", now)
    nothing = {m.code: rules.value(m, 0, None, None) for m in measures}
    given = tasks.at_places(official, [cell["cell"] for cell in cells], now)
    rows: list[list[Cell]] = [
        [title_of("territory", cell["cell"]), Figure(str(cell["acuity"] or "—"), cell["acuity"]),
         BANDS[cell["band"]]["ru"], REASONS[cell["forced"]]["ru"] if cell["forced"] else "",
         *(figure(m, counts.get(cell["cell"], nothing)[m.code],
                  narrowed(filters, "territory", cell["cell"]), now) for m in measures),
         "; ".join(one["sentence"] for one in given.get(cell["cell"], []))]
        for cell in cells[:ACUTE]
    ]  # fmt: skip
    return Section(
        "acute", "Острые места", ["", "Острота из 100", "Полоса", "Почему", "Открыто",
                                  "Просрочено", "Поручения"], rows,
        "По карте на момент справки, за последние семь дней",
    )  # fmt: skip


def _bodies(
    official: Official, filters: Filters, now: datetime, codes: Sequence[str], code: str,
    title: str, note: str,
) -> Section:  # fmt: skip
    measures = [BY_CODE[each] for each in codes]
    table = queries.table(official, measures, filters, "organisation", now)
    first = codes[0]
    keys = sorted(
        (key for key, line in table.items() if line[first].whole),
        key=lambda key: (-table[key][first].whole, key),
    )
    rows: list[list[Cell]] = [
        [title_of("organisation", key),
         *(figure(m, table[key][m.code], narrowed(filters, "organisation", key), now)
           for m in measures)]
        for key in keys
    ]  # fmt: skip
    total = queries.values(official, measures, filters, now)
    rows.append(["Всего", *(figure(m, total[m.code], filters, now) for m in measures)])
    return Section(code, title, ["", *(m.ru for m in measures)], rows, note)


def _edges(official: Official, filters: Filters, now: datetime, code: str) -> Section:
    """The best and the worst bodies by one measure."""
    measure = BY_CODE[code]
    table = queries.table(official, [measure], filters, "organisation", now)
    ranks = rules.rank(measure, {key: line[code] for key, line in table.items()})
    ranks.pop(queries.UNKNOWN, None)
    ordered = sorted(ranks, key=lambda key: (ranks[key], key))
    chosen = ordered if len(ordered) <= 2 * EDGE else ordered[:EDGE] + ordered[-EDGE:]
    rows: list[list[Cell]] = [
        [str(ranks[key]), title_of("organisation", key),
         figure(measure, table[key][code], narrowed(filters, "organisation", key), now)]
        for key in chosen
    ]  # fmt: skip
    return Section(
        f"edges_{code}", f"Лучшие и худшие: {measure.ru[0].lower()}{measure.ru[1:]}",
        ["Место", "", measure.ru], rows,
        f"{measure.words}. Место есть, если за числом не меньше {rules.FEW} обращений",
    )  # fmt: skip


def _instructions(official: Official, filters: Filters, now: datetime) -> Section:
    assert filters.since is not None
    assert filters.until is not None
    counted = instructions.counted(official, filters.since, filters.until, now)
    told = figures.query_of(filters)
    titles = {"given": "Дано за период", "confirmed": "Исполнено за период",
              "open": "В работе сейчас", "overdue": "Просрочено сейчас"}  # fmt: skip
    rows: list[list[Cell]] = []
    for name, title in titles.items():
        query = urlencode({"count": name, "since": told["since"], "until": told["until"],
                           "at": now.isoformat()})  # fmt: skip
        address = f"{reverse('desk:instructions')}?{query}"
        count = counted[name]
        rows.append([title, Figure(str(count), count, None, count, "", address, counted=True)])
    return Section("instructions", "Поручения", ["", "Поручений"], rows)
