"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile("otklik", deadline=None)  # machines are noisy: no test is timed
settings.load_profile("otklik")

BROWSER = "tests/browser/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    """Give each worker whole files, and one worker all that a browser does: one server for all."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415  (only where it is installed)

    class Files(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))

    return Files(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:  # noqa: ARG001
    """Load the region once for each database; tests roll back to it."""
    from django.db import connection  # noqa: PLC0415  (Django is ready only now)

    from tests import kept  # noqa: PLC0415
    from tests.cast import make_world  # noqa: PLC0415

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # tests with real commits empty the tables after
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_whole")
        make_world()
        kept.keep()


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
