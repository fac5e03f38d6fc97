"""What every test may ask for."""

from __future__ import annotations

import pytest


@pytest.fixture
def world(db: None) -> None:  # noqa: ARG001
    """Give the region of the tests, with its cast."""
    from tests.cast import make_world  # noqa: PLC0415  (Django is ready only now)

    make_world()
