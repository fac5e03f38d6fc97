"""How fast do news of one problem reach 10,000 who wait for it, and at what cost in queries?

    python bench/notices.py [--people 10000]

One line of JSON a measure: the follower that queues a letter to each in the transaction that moves
its cursor; the letters themselves, tried one by one as the job does, into a mail server that takes
everything at once; and beside both their bare insert and update as one statement. Queries are
counted on the connection. It makes its own PostgreSQL in a temporary directory and leaves
nothing behind.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def prepare(folder: Path) -> None:
    """Make a region with the demo's accounts, whose letters go nowhere at once."""
    from config import embedded  # noqa: PLC0415

    os.environ |= {
        "OTKLIK_DATA": str(folder), "SECRET_KEY": "bench", "STAFF_MFA": "0",
        "FIELD_KEYS": "bench:" + "A" * 43 + "=", "OTKLIK_OWNER": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings", "TRIAGE_EMBEDDINGS": "none",
        "LOG_LEVEL": "ERROR", "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }  # fmt: skip
    os.environ["DATABASE_URL"] = embedded.start(folder / "postgres")
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from otklik.demo import accounts  # noqa: PLC0415
    from otklik.ground.territories.queries import region  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with Path(os.devnull).open("w") as nowhere:
        call_command("ground", "load", stdout=nowhere)
    accounts.settle(region())


class Counter:
    """Counts statements, and the batches of `executemany` as one."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def measured(what: str, people: int) -> Iterator[None]:
    """Print how many a second and how many queries it took for all and for each."""
    from django.db import connection  # noqa: PLC0415

    counter, begun = Counter(), time.perf_counter()
    with connection.execute_wrapper(counter):
        yield
    took = time.perf_counter() - begun
    print(
        json.dumps(
            {"bench": "notices", "what": what, "people": people, "seconds": round(took, 2),
             "a_second": round(people / took), "queries": counter.count,
             "queries_each": round(counter.count / people, 3)}
        ),
        flush=True,
    )  # fmt: skip


def waiting(people: int) -> Any:
    """Make a problem for which so many wait by letter."""
    from django.utils import timezone  # noqa: PLC0415

    from otklik.demo import accounts  # noqa: PLC0415
    from otklik.flow.problems.commands import Draft, open_problem  # noqa: PLC0415
    from otklik.flow.problems.models import Joining  # noqa: PLC0415
    from otklik.ground.territories.queries import territories  # noqa: PLC0415
    from otklik.ground.topics.queries import topics  # noqa: PLC0415

    now, moderator = timezone.now(), accounts.official(accounts.MODERATOR)
    draft = Draft(
        title="Порыв на Мира", topic=topics().by_code["roads-pothole"],
        territory=territories()["vologda-city"], kind="outage",
    )  # fmt: skip
    problem = open_problem(draft, numbers=[], by=moderator, now=now)
    Joining.objects.bulk_create(
        (
            Joining(region=problem.region, problem=problem, key=f"mail:{place}", channel="site",
                    email=f"person{place}@example.ru", token=f"token-{place}", at=now)
            for place in range(people)
        ),
        batch_size=2000,
    )  # fmt: skip
    return problem, moderator


def run(people: int) -> None:
    """Tell them of news, and let the letters go."""
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from otklik.flow.problems.commands import tell_waiting  # noqa: PLC0415
    from otklik.journal.following import catch_up  # noqa: PLC0415
    from otklik.readers.notifications.commands import deliver  # noqa: PLC0415
    from otklik.readers.notifications.models import Delivery  # noqa: PLC0415

    problem, moderator = waiting(people)
    catch_up(["notifications"])
    now = timezone.now()
    tell_waiting(problem.pk, text="Копают, труба найдена", expected_at=None, by=moderator, now=now)
    with measured("queue", people):
        catch_up(["notifications"])
    keys = list(Delivery.objects.filter(state="queued").values_list("pk", flat=True))
    assert len(keys) == people, len(keys)
    with measured("send", people):
        for key in keys:
            deliver(key, now=timezone.now())
    assert not Delivery.objects.filter(state="queued").exists()
    with measured("bare insert", people), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare AS SELECT * FROM notifications_delivery WHERE entry > 0")
    with measured("bare update", people), connection.cursor() as cursor:
        cursor.execute("UPDATE bare SET state = 'delivered', tries = tries + 1")


def main() -> None:
    """Set a region up, measure, take it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="notices-bench-"))
    try:
        prepare(folder)
        run(asked.people)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
