"""A regime is a line of a directory: what may stand in it is checked as it is typed."""

from __future__ import annotations

from otklik.flow.regimes.queries import KIND
from otklik.flow.regimes.rules import problem_of
from otklik.ground.topics.admin import LINE_CHECKS

LINE_CHECKS[KIND] = problem_of
