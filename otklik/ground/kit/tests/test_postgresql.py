from __future__ import annotations

import threading

import pytest
from django.db import connection


@pytest.mark.django_db(transaction=True)
def test_a_restart_of_the_database_costs_a_waiting_pool_one_try() -> None:
    many = 8
    together = threading.Barrier(many)

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            together.wait(30)
        connection.close()

    threads = [threading.Thread(target=hold) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone() is not None
    answers: list[int] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 7")
            answers.extend(cursor.fetchone() or ())
        connection.close()

    asker = threading.Thread(target=ask)
    asker.start()
    asker.join(30)
    assert answers == [7]
    pool = connection.pool  # type: ignore[attr-defined]
    assert pool.get_stats().get("connections_lost", 0) == 1, "the first dead one empties the rest"
