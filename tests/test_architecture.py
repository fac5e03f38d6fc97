"""What import-linter cannot say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django import app

from otklik.journal import following
from otklik.journal.facts import register

ROOT = Path(__file__).resolve().parent.parent
WRITERS = {"commands.py", "follower.py", "jobs.py", "clockwork.py", "loading.py", "merging.py",
           "following.py", "keys.py", "accounts.py", "seeding.py", "hotline.py", "timers.py",
           "models.py"}  # fmt: skip
WRITES = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
OURS = ("otklik.ground", "otklik.flow", "otklik.participation", "otklik.readers")


def test_only_verbs_write() -> None:
    for path in (ROOT / "otklik").rglob("*.py"):
        if (
            path.name in WRITERS
            or path.parent.name == "commands"
            or {"tests", "migrations", "management"} & set(path.parts)
        ):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in WRITES:
                pytest.fail(f"{path.relative_to(ROOT)}:{node.lineno} writes: {node.attr}")


def test_every_table_of_ours_carries_its_region() -> None:
    for model in apps.get_models():
        if not model.__module__.startswith(OURS) or model.__name__.startswith("Historical"):
            continue
        names = {field.name for field in model._meta.get_fields()}
        assert model.__name__ == "Region" or "region" in names, model


def test_every_fact_says_itself_in_both_languages() -> None:
    assert len(register) > 20
    for kind, fact in register.items():
        assert fact.__doc__, kind
        assert set(fact.sentences) >= {"ru", "en"}, kind


def test_triage_and_the_map_follow_the_journal() -> None:
    following.discover()
    assert {"triage", "heatmap"} <= set(following.followers)


def test_the_worker_knows_every_job() -> None:
    known = {task.func.__module__ for task in app.tasks.values() if hasattr(task, "func")}
    files = {path.relative_to(ROOT) for path in (ROOT / "otklik").rglob("jobs.py")}
    assert known >= {".".join(path.with_suffix("").parts) for path in files}


def test_every_variable_is_in_the_example() -> None:
    example = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "config/settings.py").read_text()))
    assert read <= example, read - example


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def _paths(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found = []
    for each in patterns:
        path = prefix + str(each.pattern)
        found += _paths(each.url_patterns, path) if isinstance(each, URLResolver) else [path]
    return found


def test_the_desk_does_not_exist_for_citizens(client: object) -> None:
    desk = [path for path in _paths(get_resolver().url_patterns) if path.startswith("desk/")]
    assert len(desk) >= 8
