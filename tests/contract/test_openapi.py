"""Schemathesis asks our own interface all that its description allows, and much it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from otklik.demo import accounts
from otklik.demo.accounts import DEMO_KEY
from tests.cast import elena, opened_case, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.contract]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip


@pytest.fixture
def described(world: None) -> Iterator[Any]:
    """Give the description as it is served, asked in this process and this transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    opened_case()
    application = get_wsgi_application()
    yield lambda address: schemathesis.openapi.from_wsgi(address, application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def everybody(world: None) -> list[dict[str, str]]:
    """Return the headers of nobody, a citizen, a moderator and a leader, signed in.

    In this process nothing unpacks an answer before it is checked.
    """
    whole = {"Accept-Encoding": "identity"}
    people = accounts.person(accounts.CITIZEN), elena(), accounts.official(accounts.LEADER)
    signed = [signed_in(each).cookies["sessionid"].value for each in people]
    return [whole, *({"Cookie": f"sessionid={session}", **whole} for session in signed)]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_question_breaks_it_or_is_answered_outside_its_schema(
    described: Any, everybody: list[dict[str, str]], mode: GenerationMode
) -> None:
    asked = set()
    for found in described("/api/openapi.json").get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=20, deadline=None, derandomize=True, database=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        def ask(case: Any) -> None:
            for headers in everybody:
                case.call_and_validate(checks=CHECKS, headers=headers)

        ask()
        asked.add(operation.label)
    assert {"POST /api/suggest", "GET /api/heatmap", "GET /api/heatmap/why"} <= asked


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_georeport_is_as_it_is_described_with_a_key_and_without(
    described: Any, mode: GenerationMode
) -> None:
    asked = set()
    for found in described("/open311/v2/openapi.json").get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=12, deadline=None, derandomize=True, database=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        def ask(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})
            if isinstance(case.body, dict):
                case.body["api_key"] = DEMO_KEY
                case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        ask()
        asked.add(operation.label)
    assert len(asked) == 9
