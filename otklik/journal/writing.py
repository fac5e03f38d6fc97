"""How facts get into the journal: a command changes rows and records what happened, or neither."""

from __future__ import annotations

import json
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from otklik.journal.facts import Fact

P = ParamSpec("P")
R = TypeVar("R")

_pending: ContextVar[list[Fact]] = ContextVar("facts of the running command")


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction that ends with its facts.

    The outermost command owns the transaction; a plain `atomic()` around it raises.
    A command inside it is a savepoint: when it fails, its changes and its facts are forgotten,
    and the outer one may go on.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _pending.get(None)
        if outer is not None:
            return _inside(outer, function, *args, **kwargs)
        facts: list[Fact] = []
        token = _pending.set(facts)
        try:
            with transaction.atomic(durable=True):
                result = function(*args, **kwargs)
                _append(facts)
                return result
        finally:
            _pending.reset(token)

    return run


def _inside(outer: list[Fact], function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    before = len(outer)
    try:
        with transaction.atomic():
            return function(*args, **kwargs)
    except BaseException:
        del outer[before:]
        raise


def record(fact: Fact) -> None:
    """Say that something happened.  Only inside a command: outside, LookupError."""
    try:
        facts = _pending.get()
    except LookupError:
        raise LookupError(f"{fact.kind} recorded outside a command") from None
    facts.append(fact)


def inside_command() -> bool:
    """Tell whether a command is running: its transaction is not ours to linger in."""
    return _pending.get(None) is not None


def _append(facts: Sequence[Fact]) -> None:
    # The last statement of the transaction, after all row locks: a command that waited for another
    # takes its ids after that one's commit, so ids follow cause and effect.  See decision 0002.
    if facts:
        with connection.cursor() as cursor:
            cursor.execute(*append_sql(facts))


def append_sql(facts: Sequence[Fact], *, only_if: str = "") -> tuple[str, list[str | datetime]]:
    """Return the statement that appends facts, and its parameters.

    For the one hot path that writes its row and its fact in a single statement, without a command:

        fact, values = append_sql([ReportReceived(…)], only_if="report")
        cursor.execute(
            f"WITH report AS (INSERT INTO … ON CONFLICT DO NOTHING RETURNING id),"
            f" fact AS ({fact}) SELECT id FROM report",
            [*row, *values],
        )

    In autocommit one statement is one transaction, so row and fact stand or fall together.
    `only_if` names a part of the statement that must have returned a row, here: the report is new.
    Only for a subject that nobody else can have seen yet; any other fact belongs in a command.
    """
    row = "(%s, %s, %s, %s, %s::jsonb, %s::timestamptz)"
    values = ", ".join([row] * len(facts))
    source = f"VALUES {values}"
    if only_if:
        name = connection.ops.quote_name(only_if)
        source = f"SELECT * FROM (VALUES {values}) AS fact WHERE EXISTS (SELECT FROM {name})"  # noqa: S608
    parameters: list[str | datetime] = []
    for fact in facts:
        data = json.dumps(fact.to_data(), ensure_ascii=False, allow_nan=False)
        parameters += [fact.region, fact.kind, fact.subject, fact.actor, data, fact.at]
    into = "journal_entry (region, kind, subject, actor, data, at)"
    return f"INSERT INTO {into} {source}", parameters
