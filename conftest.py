"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TOGETHER = ("tests/durability/", "tests/browser/")
"""One worker does all of each: one region for all that are killed, one server for all pages."""
LONG = (*TOGETHER, "tests/access/test_matrix.py")
"""They go first, so that no worker waits for another at the end."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    """Give each worker whole files, or all of what goes together; in the order of `_rank`."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # noqa: PLC0415

    class Files(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            whole = [each for each in TOGETHER if nodeid.startswith(each)]
            return whole[0] if whole else str(super()._split_scope(nodeid))

    config.option.loadscopereorder = False
    return Files(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first: the sort is stable, the rest stays as it was found."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    found = [place for place, each in enumerate(LONG) if item.nodeid.startswith(each)]
    return found[0] if found else len(LONG)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:  # noqa: ARG001
    """Copy each worker's database from the one that is ready."""
    from django.db import connection  # noqa: PLC0415

    from tests.environment import READY  # noqa: PLC0415

    connection.settings_dict["TEST"]["TEMPLATE"] = READY


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:  # noqa: ARG001
    """Load the region once for each database; tests roll back to it."""
    from django.db import connection  # noqa: PLC0415  (Django is ready only now)

    from tests import environment, kept  # noqa: PLC0415
    from tests.cast import make_world  # noqa: PLC0415

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # tests with real commits empty the tables after
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_whole")
        make_world()
        kept.keep()
    environment.remember_copy()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fill again what a test with real commits has emptied, or every later test would load it."""
    yield
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction") and not marker.kwargs.get("available_apps"):
        from pytest_django.plugin import blocking_manager_key  # noqa: PLC0415

        from tests.cast import make_world  # noqa: PLC0415

        with item.config.stash[blocking_manager_key].unblock():
            make_world()


@pytest.fixture
def world(db: None) -> None:  # noqa: ARG001
    """Give the region of the tests, with its cast, also after a test that emptied the tables."""
    from tests.cast import make_world  # noqa: PLC0415

    make_world()
