"""How fast are the map's five questions, beside the same questions in SQL; how fast is a rebuild?

    python bench/heatmap.py questions --rows 1000000 10000000
    python bench/heatmap.py rebuild --facts 1000000

Without a word, both; `--quick` makes them small. Every measure is one line of JSON. It makes its
own PostgreSQL in a temporary directory and leaves nothing behind. Both sides answer in turn, over
the same rows: SQL counts what it is asked, we give the whole answer of `/api/heatmap` (what is
usual, acuity, colours, JSON). Read ratios, not figures.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

TOPICS, POOL = 60, 200_000
STATES = {
    "assigned": 0.06, "in_progress": 0.06, "answered": 0.3, "closed": 0.28,
    "resolved_confirmed": 0.28, "rejected": 0.02,
}  # fmt: skip
AIM_MS, AIM_KB = 50, 100


def say(**measure: object) -> None:
    sys.stdout.write(json.dumps(measure, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def prepare(folder: Path) -> None:
    """Make a region without messages: its own database, migrated and loaded."""
    from config import embedded  # noqa: PLC0415

    os.environ |= {
        "OTKLIK_DATA": str(folder), "SECRET_KEY": "bench", "OTKLIK_OWNER": "1",
        "FIELD_KEYS": "bench:" + "A" * 43 + "=",
        "DJANGO_SETTINGS_MODULE": "config.settings", "TRIAGE_EMBEDDINGS": "none",
        "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    os.environ["DATABASE_URL"] = embedded.start(folder / "postgres")
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with Path(os.devnull).open("w") as nowhere:
        call_command("ground", "load", stdout=nowhere)


def execute(query: str, values: Any = None) -> list[tuple[Any, ...]]:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []


# ---------------------------------------------------------------- the rows


def words() -> dict[str, list[str]]:
    """Number the codes of a region as the follower would."""
    from django.conf import settings  # noqa: PLC0415

    from otklik.ground.territories.queries import territories  # noqa: PLC0415
    from otklik.ground.topics.queries import topics  # noqa: PLC0415
    from otklik.readers.heatmap.models import HeatWord  # noqa: PLC0415

    kinds = {
        "topic": [topic.code for topic in topics().facts if not topic.closed][:TOPICS],
        "territory": list(territories()),
        "status": list(STATES),
        "channel": ["site", "app", "phone", "vk", "telegram", "email"],
    }
    HeatWord.objects.bulk_create(
        HeatWord(region_id=settings.REGION, kind=kind, number=n, code=code)
        for kind, codes in kinds.items()
        for n, code in enumerate(codes, 1)
    )
    return kinds


def pool(places: list[str]) -> None:
    """Draw where people write from: around settlements, as often as people live there."""
    import h3  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from otklik.ground.territories.models import Settlement  # noqa: PLC0415
    from otklik.ground.territories.queries import territories  # noqa: PLC0415
    from otklik.readers.heatmap.rules import parents  # noqa: PLC0415

    by_id = {t.pk: t.code for t in territories().values()}
    homes = [s for s in Settlement.objects.all() if s.territory_id in by_id]
    people = np.array([max(50, s.population) for s in homes], dtype=float)
    dice = np.random.default_rng(7)
    chosen = dice.choice(len(homes), POOL, p=people / people.sum())
    lat = np.array([s.lat for s in homes])[chosen]
    lon = np.array([s.lon for s in homes])[chosen]
    spread = 0.004 + 0.02 * np.sqrt(people[chosen] / people.max())
    lat, lon = lat + dice.normal(0, spread), lon + dice.normal(0, 2 * spread)
    cells = [
        h3.str_to_int(h3.latlng_to_cell(*p, 9))
        for p in zip(lat.tolist(), lon.tolist(), strict=True)
    ]
    finest = np.array(cells, dtype=np.int64)
    coarse = [parents(finest, level).tolist() for level in (6, 7, 8)]
    number = [places.index(by_id[homes[n].territory_id]) + 1 for n in chosen]
    execute("CREATE TABLE bench_pool (id int, territory int, r6 bigint, r7 bigint, r8 bigint,"
            " r9 bigint)")  # fmt: skip
    with connection.cursor() as cursor, cursor.copy("COPY bench_pool FROM STDIN") as copy:
        for line in zip(range(POOL), number, *coarse, cells, strict=True):
            copy.write_row(line)
    execute("ANALYZE bench_pool")


FILL = """
INSERT INTO heatmap_heatrow (
    report, region_id, number, received_at, answered_at, closed_at, due, rated_at, topic, territory,
    channel, status, result, severity, urgent, life_support, public, supports, ratings, low, stars,
    disputes, r6, r7, r8, r9, position
) SELECT
    n, %(region)s, n %% 100000000, at, CASE WHEN done THEN at + wait / 2 END,
    CASE WHEN done THEN at + wait END, at + interval '8 days',
    CASE WHEN rated THEN at + wait + interval '1 day' END,
    1 + (%(topics)s * power(random(), 1.6))::int %% %(topics)s, pool.territory,
    1 + (n %% 6), state, 0, 1 + (random() * 4)::int, random() < 0.02, random() < 0.05, true,
    CASE WHEN random() < 0.1 THEN (random() * 5)::int ELSE 0 END,
    rated::int, (rated AND random() < 0.2)::int, CASE WHEN rated THEN 4 ELSE 0 END, 0,
    pool.r6, pool.r7, pool.r8, pool.r9, 0
FROM (
    SELECT n, (random() * (%(pool)s - 1))::int AS home, random() * interval '20 days' AS wait,
        date_trunc('second', %(now)s - (n::float8 / %(rows)s) * interval '730 days') AS at,
        dice.state, dice.state BETWEEN 3 AND 6 AS done,
        dice.state BETWEEN 3 AND 5 AND random() < 0.3 AS rated
    FROM generate_series(1, %(rows)s) n CROSS JOIN LATERAL (
        SELECT CASE WHEN r < .06 AND n < %(rows)s / 6 THEN 1 WHEN r < .12 AND n < %(rows)s / 6
            THEN 2 WHEN r < .42 THEN 3 WHEN r < .70 THEN 4 WHEN r < .98 THEN 5 ELSE 6 END AS state
        FROM (SELECT random() AS r WHERE n > 0) AS thrown
    ) dice
) AS drawn JOIN bench_pool pool ON pool.id = drawn.home
"""


def fill(rows: int, now: datetime) -> float:
    """Write so many rows, two years of them, as the follower would leave them."""
    from django.conf import settings  # noqa: PLC0415

    began = time.monotonic()
    execute("TRUNCATE heatmap_heatrow")
    names = execute(
        "SELECT indexname FROM pg_indexes WHERE tablename = 'heatmap_heatrow'"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    for (name,) in names:
        execute(f'DROP INDEX "{name}"')
    execute("ALTER TABLE heatmap_heatrow DROP CONSTRAINT IF EXISTS heatmap_heatrow_number_key")
    execute("SELECT setseed(0.5)")
    execute(FILL, {"rows": rows, "now": now, "region": settings.REGION, "topics": TOPICS,
                   "pool": POOL})  # fmt: skip
    execute("CREATE INDEX bench_time ON heatmap_heatrow (received_at)")
    execute("CREATE INDEX bench_open ON heatmap_heatrow (due) WHERE closed_at IS NULL")
    execute("VACUUM ANALYZE heatmap_heatrow")
    return time.monotonic() - began


# ---------------------------------------------------------------- the questions


@dataclass(frozen=True)
class Question:
    """A question as the map takes it, and as SQL."""

    name: str
    level: str
    days: int
    topics: int = 0
    status: str = ""
    territory: str = ""


QUESTIONS = (
    Question("all two years, resolution 6", "6", 730),
    Question("90 days, five topics, open, resolution 7", "7", 90, topics=5, status="open"),
    Question("a city, 30 days, one topic, resolution 9", "9", 30, 1, territory="vologda-city"),
    Question(
        "two years, overdue, one municipality, resolution 8", "8", 730, status="overdue",
        territory="cherepovets-city",
    ),
    Question("two years, five topics, resolution 7", "7", 730, topics=5),
)  # fmt: skip


def in_sql(question: Question, kinds: dict[str, list[str]], now: datetime) -> tuple[str, list[Any]]:
    """Say a question in SQL: what is counted by place, without what is usual there."""
    where, values = ["received_at >= %s", "received_at <= %s", "status <> 6"], [
        now - timedelta(days=question.days), now,
    ]  # fmt: skip
    if question.topics:
        where.append("topic = ANY(%s)")
        values.append(list(range(1, question.topics + 1)))
    if question.territory:
        where.append("territory = %s")
        values.append(kinds["territory"].index(question.territory) + 1)
    if question.status:
        where.append("closed_at IS NULL")
    if question.status == "overdue":
        where.append("due < %s")
        values.append(now)
    query = (
        f"SELECT r{question.level}, count(*), avg(severity), count(*) FILTER (WHERE closed_at IS"
        " NULL), count(*) FILTER (WHERE closed_at IS NULL AND due < %s), sum(ratings), sum(low),"
        f" sum(supports) FROM heatmap_heatrow WHERE {' AND '.join(where)} GROUP BY 1"
    )
    return query, [now, *values]


def timed(run: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Return the median of some runs in milliseconds, and the last answer."""
    took, answer = [], None
    for _ in range(times):
        began = time.perf_counter()
        answer = run()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), answer


def questions(sizes: list[int], times: int) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from otklik.ground.kit.memo import forget  # noqa: PLC0415
    from otklik.readers.heatmap import counting, queries  # noqa: PLC0415
    from otklik.readers.heatmap.memory import memory  # noqa: PLC0415

    kinds = words()
    pool(kinds["territory"])
    now = timezone.localtime().replace(microsecond=0)
    execute("ALTER TABLE heatmap_heatrow SET UNLOGGED")
    for rows in sizes:
        filled = fill(rows, now)
        forget()
        before, began = resident(), time.monotonic()
        memory(settings.REGION).current()
        say(
            measure="load", rows=rows, seconds=round(time.monotonic() - began, 1),
            bytes_a_row=round((resident() - before) / rows), filling_seconds=round(filled),
        )  # fmt: skip
        for question in QUESTIONS:
            filters = queries.HeatFilters(
                topics=tuple(kinds["topic"][: question.topics]),
                territories=(question.territory,) if question.territory else (),
                statuses=(question.status,) if question.status else (),
                since=now - timedelta(days=question.days),
            )

            def ours(asked: queries.HeatFilters = filters, level: str = question.level) -> bytes:
                return queries.snapshot_json(asked, level, now=now, public=False)

            query, values = in_sql(question, kinds, now)
            counting.forget_past()
            first, answer = timed(ours, 1)
            turns = [
                (timed(ours, 1)[0], *timed(lambda q=query, v=values: execute(q, v), 1))
                for _ in range(times)
            ]
            mine = statistics.median(turn[0] for turn in turns)
            sql = statistics.median(turn[1] for turn in turns)
            cells, counted = json.loads(answer)["cells"], turns[0][2]
            whole = sum(cell["count"] for cell in cells)
            assert whole == sum(line[1] for line in counted), (question, whole)
            say(
                measure="question", question=question.name, rows=rows, ours_ms=round(mine, 1),
                first_ms=round(first, 1), postgresql_ms=round(sql, 1),
                ratio=round(mine / sql, 2), places=len(cells), counted=whole,
                compressed_kb=round(len(gzip.compress(answer, 6)) / 1000, 1),
                aim_met=mine < AIM_MS and len(gzip.compress(answer, 6)) < AIM_KB * 1000,
            )  # fmt: skip


def resident() -> int:
    """Return the memory of this process in bytes."""
    import psutil  # noqa: PLC0415

    return int(psutil.Process().memory_info().rss)


# ---------------------------------------------------------------- the rebuild

FACTS = """
INSERT INTO journal_entry (position, region, kind, subject, actor, data, at)
SELECT (n - 1) * 4 + step, %(region)s,
    (ARRAY['report.received', 'case.opened', 'case.assigned', 'case.answered'])[step],
    CASE step WHEN 1 THEN 'report:' ELSE 'case:' END || lpad(n::text, 8, '0'), 'system',
    CASE step WHEN 1 THEN jsonb_build_object('report', n, 'channel', 'site', 'place', 'pin',
            'territory', %(territory)s, 'cell', %(cell)s::bigint)
        ELSE jsonb_build_object('report', n, 'topic', %(topic)s, 'territory', %(territory)s,
            'status', (ARRAY['', 'submitted', 'assigned', 'answered'])[step],
            'due', '2026-11-30T12:00:00+00:00') || CASE step WHEN 2 THEN jsonb_build_object(
            'severity', 3, 'urgent', false, 'life_support', false, 'shown', true)
            WHEN 4 THEN jsonb_build_object('result', 'explained', 'answer', n) ELSE '{}' END
    END, %(now)s - n * interval '3 seconds'
FROM generate_series(1, %(reports)s) n CROSS JOIN generate_series(1, 4) step
"""


def rebuild(facts: int) -> None:
    """Build the map anew from the journal, beside reading the journal and doing nothing."""
    import h3  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from otklik.ground.topics.queries import topics  # noqa: PLC0415
    from otklik.journal import following, reading  # noqa: PLC0415

    execute("DROP INDEX IF EXISTS bench_time, bench_open")
    execute("TRUNCATE heatmap_heatrow, heatmap_heatword")
    execute("DROP TABLE IF EXISTS bench_pool")
    execute("ALTER TABLE heatmap_heatrow SET LOGGED")
    execute("CREATE UNIQUE INDEX IF NOT EXISTS bench_number ON heatmap_heatrow (number)")
    execute("CREATE INDEX IF NOT EXISTS bench_position ON heatmap_heatrow (position)")
    execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_born_unnumbered")
    execute(FACTS, {
        "reports": facts // 4, "region": settings.REGION, "now": timezone.now(),
        "territory": "vologda-city", "topic": topics().facts[0].code,
        "cell": h3.str_to_int(h3.latlng_to_cell(59.22, 39.89, 9)),
    })  # fmt: skip
    execute("ALTER TABLE journal_entry ENABLE TRIGGER journal_entry_born_unnumbered")
    execute("VACUUM ANALYZE journal_entry")
    began, position = time.monotonic(), 0
    while entries := reading.after(position, following.BATCH):
        position = entries[-1].position or 0
    only_read = position / (time.monotonic() - began)
    following.discover()
    began = time.monotonic()
    done = following.rebuild("heatmap")
    built = done / (time.monotonic() - began)
    (kept,) = execute("SELECT count(*) FROM heatmap_heatrow")[0]
    assert kept == facts // 4, kept
    say(
        measure="rebuild", facts=done, rows=kept, facts_a_second=round(built),
        only_reading_facts_a_second=round(only_read), ratio=round(only_read / built, 2),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="?", choices=["questions", "rebuild"])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a hundredth of it, to try")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.facts = [100_000], 10_000
    folder = Path(tempfile.mkdtemp(prefix="heatmap-bench-"))
    try:
        prepare(folder)
        if options.what != "rebuild":
            questions(options.rows, options.times)
        if options.what != "questions":
            rebuild(options.facts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
