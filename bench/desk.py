"""How long does the desk's queue take with 100,000 cases of one body, beside its bare SQL?

    python bench/desk.py [--cases 100000] [--times 15]

Each view of the queue is opened through Django's test client, as a coordinator of the body would:
session, powers, counts of the tabs, rows, page. The bare side is the very SQL of that page, sent
again over the same connection without Django. Both run by turns. Every measure is one line of JSON.
It makes its own PostgreSQL in a temporary directory and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BODY = "adm-vologda-city"
AIM_MS, AIM_QUERIES = 150, 20
VIEWS = {
    "open": "/desk/",
    "all open": "/desk/?status=open",
    "overdue": "/desk/?status=overdue",
    "closed": "/desk/?status=final",
    "filter: topic": "/desk/?status=open&topic=roads",
    "filter: place": "/desk/?status=open&territory=vologda-city",
    "filter: channel": "/desk/?status=open&channel=phone",
    "filter: urgent": "/desk/?status=open&urgent=1",
    "filter: words": "/desk/?q=яма",
    "filter: a word of every message": "/desk/?q=просим",
    "filter: rare words": "/desk/?q=водосток",
    "filter: mine": "/desk/?mine=1",
    "sort: new": "/desk/?status=open&order=new",
    "sort: severity": "/desk/?status=open&order=severity",
    "far page": "/desk/?status=open&page=100",
}
FILL = """
WITH reports AS (
    INSERT INTO intake_report (region_id, number, channel, idempotency_key, text, language,
        topic_hint_id, place_kind, lat, lon, address, territory_id, contact_kind, email, phone,
        wants_public, extra, received_at, address_prints, email_print, phone_print)
    SELECT %(region)s, lpad(n::text, 8, '0'), (ARRAY['site','app','phone','vk'])[1 + n %% 4],
        'bench' || n,
        CASE WHEN n %% 500 = 0 THEN 'Сломан водосток, льёт на тротуар. ' ELSE '' END
        || 'На улице Мира у дома ' || n || (ARRAY[' большая яма, вторую неделю бьём колёса',
            ' не вывозят мусор, баки полные', ' не горит фонарь, вечером темно',
            ' холодные батареи, в квартире 14 градусов', ' не чистят снег, не пройти с коляской'
            ])[1 + n %% 5] || ', просим '
        || repeat('заделать как можно скорее ', 1 + n %% 8),
        'ru', NULL, 'pin', 59.22 + random() / 20, 39.89 + random() / 20,
        '', %(territory)s, 'none', '', '', true, '{}',
        %(now)s - random() * interval '700 days', '{}', '', ''
    FROM generate_series(1, %(cases)s) n
    RETURNING id, number, received_at, lat, lon, region_id
), told AS (
    SELECT *, substr(number, 1, 8)::int AS n, (ARRAY['assigned','in_progress','approval','rework',
        'answered','closed','resolved_confirmed','interim'])[1 + (random() * 7)::int] AS state
    FROM reports
)
INSERT INTO cases_case (region_id, report_id, number, regime, status, result, topic_id,
    territory_id, organisation_id, executor_id, policy_id, severity, urgent, public,
    closed_contour, lat, lon, received_at, registered_at, stage, stage_due, due, hops, extensions,
    supports, reopenings, answered_at, closed_at, updated_at)
SELECT region_id, id, number, 'message', state, '', (%(topics)s::bigint[])[1 + n %% %(count)s],
    %(territory)s, %(body)s, CASE WHEN n %% 9 = 0 THEN %(executor)s END, %(policy)s, 1 + n %% 5,
    n %% 50 = 0, true, false, lat, lon, received_at, received_at, 'execution',
    received_at + interval '9 days', received_at + interval '10 days', 1, 0, 0, 0, NULL,
    NULL, received_at
FROM told
"""


def say(**measure: object) -> None:
    sys.stdout.write(json.dumps(measure, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def prepare(folder: Path) -> None:
    """Make a region with the demo's accounts and no message."""
    from config import embedded  # noqa: PLC0415

    os.environ |= {
        "OTKLIK_DATA": str(folder), "SECRET_KEY": "bench", "STAFF_MFA": "0",
        "FIELD_KEYS": "bench:" + "A" * 43 + "=", "OTKLIK_OWNER": "1",
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


def fill(cases: int) -> None:
    """Put so many cases on one body: as life would, half of them still open."""
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from otklik.demo import accounts  # noqa: PLC0415
    from otklik.ground.organisations.queries import organisations  # noqa: PLC0415
    from otklik.ground.territories.queries import region, territories  # noqa: PLC0415
    from otklik.ground.topics.queries import policies, topics  # noqa: PLC0415

    accounts.settle(region())
    chosen = [topic.pk for topic in topics().facts if not topic.closed][:40]
    execute(FILL, {
        "region": settings.REGION, "cases": cases, "now": timezone.now(),
        "territory": territories()["vologda-city"].pk, "topics": chosen, "count": len(chosen),
        "body": organisations()[BODY].pk, "policy": policies()["FT-10d"].pk,
        "executor": accounts.official(accounts.EXECUTOR).pk,
    })  # fmt: skip
    execute("VACUUM ANALYZE intake_report")
    execute("VACUUM ANALYZE cases_case")


def timed(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def measure(cases: int, times: int) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from otklik.demo import accounts  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    client.force_login(accounts.official(accounts.EXECUTOR).person)
    for name, address in VIEWS.items():

        def ours(asked: str = address) -> None:
            answer = client.get(asked)
            assert answer.status_code == 200, (asked, answer.status_code)

        ours()
        with CaptureQueriesContext(connection) as caught:
            ours()
        queries = [each["sql"] for each in caught.captured_queries]

        def bare(asked: tuple[str, ...] = tuple(queries)) -> None:
            for query in asked:
                if query.lstrip().upper().startswith(("SELECT", "WITH", "(")):
                    execute(query)

        turns = [(timed(ours), timed(bare)) for _ in range(times)]
        mine, sql = (statistics.median(column) for column in zip(*turns, strict=True))
        say(
            measure="queue", view=name, cases=cases, queries=len(queries), ours_ms=round(mine, 1),
            sql_ms=round(sql, 1), ratio=round(mine / sql, 2),
            aim_met=mine <= AIM_MS and len(queries) <= AIM_QUERIES,
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="a hundredth of it, to try")
    options = parser.parse_args()
    if options.quick:
        options.cases, options.times = options.cases // 100, 3
    folder = Path(tempfile.mkdtemp(prefix="queue-bench-"))
    try:
        prepare(folder)
        fill(options.cases)
        measure(options.cases, options.times)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
