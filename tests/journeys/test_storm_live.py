"""The storm in a region that is served: its messages are decided about by the worker, once."""

from __future__ import annotations

import pytest

from otklik.demo.jobs import run_storm
from otklik.flow.cases.models import Case
from otklik.flow.intake.models import Report
from otklik.journal.following import catch_up
from tests.cast import make_world


@pytest.mark.django_db(transaction=True)
def test_the_storm_leaves_deciding_to_the_worker() -> None:
    make_world()
    run_storm(count=3, minutes=0)
    assert (Report.objects.count(), Case.objects.count()) == (3, 0)
    catch_up()
    assert Case.objects.count() == 3
