"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the region once for each database; tests roll back to it."""
    from tests.cast import make_world  # noqa: PLC0415  (Django is ready only now)

    with django_db_blocker.unblock():
        make_world()
    yield


@pytest.fixture
def world(db: None) -> None:  # noqa: ARG001
    """Give the region of the tests, with its cast, also after a test that emptied the tables."""
    from tests.cast import make_world  # noqa: PLC0415

    make_world()
