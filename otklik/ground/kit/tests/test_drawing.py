"""A model drawn alone is the model that Django draws with all its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from otklik.ground.kit import drawing

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.models import Model


def test_models_drawn_alone_are_those_drawn_all_at_once() -> None:
    loader = MigrationLoader(None)
    graph = loader.graph
    state = ProjectState(real_apps=loader.unmigrated_apps)
    _ = state.apps  # from here on every operation draws
    with drawing.alone():
        for key in graph._generate_plan(graph.leaf_nodes(), at_end=True):
            for operation in graph.nodes[key].operations:
                operation.state_forwards(key[0], state)
    at_once = loader.project_state()
    assert _seen(state.apps) == _seen(at_once.apps)


def _seen(apps: Apps) -> dict[str, object]:
    return {model._meta.label: _of(model) for model in apps.get_models(include_auto_created=True)}


def _of(model: type[Model]) -> object:
    fields = [(field.name, *field.deconstruct()[1:]) for field in model._meta.local_fields]
    there = [
        (field.name, field.remote_field.model._meta.label, field.related_model._meta.label)
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and field.remote_field and field.related_model
    ]
    return [repr(each) for each in fields], sorted(map(str, there))
