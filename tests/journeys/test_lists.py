"""Lists of what the region asks, narrowed through pages by the place and the theme of a project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.participation.ballots.tests.helpers import running as vote
from otklik.participation.projects.models import Project
from tests.cast import bound, signed_in
from tests.journeys.test_discussions import running as discussion
from tests.journeys.test_petitions import running as petition
from tests.journeys.test_projects import running as survey
from tests.journeys.test_statements import running as conversation

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("world")


def page(path: str) -> str:
    answer = signed_in(None).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def chosen(path: str) -> list[str]:
    """Return what a list's form shows as chosen: each select's value, empty for everything."""
    selects = re.findall(r'<select class="input" id="(\w+)".*?</select>', page(path), re.DOTALL)
    assert selects == ["territory", "topic"]
    return re.findall(r'<option value="([^"]+)" selected', page(path))


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("/votes/", vote),
        ("/surveys/", lambda: survey(bound("vote_organiser", organisation="cur"))),
        ("/discussions/", discussion),
        ("/statements/", conversation),
        ("/petitions/", petition),
        ("/projects/", vote),
    ],
)
def test_what_is_asked_is_found_by_place_and_theme(path: str, made: Callable[[], Any]) -> None:
    themes = {each.code: each for each in topics().categories}
    slugs = []
    for place, theme in (("vologda-city", "yards"), ("cherepovets-city", "transport")):
        one = made()
        project = one.phase.project
        Project.objects.filter(pk=project.pk).update(
            territory=territories()[place], topic=themes[theme]
        )
        slugs.append((project if path == "/projects/" else one).slug)
    links = {f'href="{path}{slug}/"' for slug in slugs}

    def shown(query: str) -> set[str]:
        text = page(path + query)
        return {each for each in links if each in text}

    own = {f'href="{path}{slugs[0]}/"'}
    assert shown("") == links
    for query in ("?territory=vologda-city", "?topic=yards", "?territory=vologda-city&topic=yards"):
        assert shown(query) == own, query
    assert shown("?territory=vologda-city&topic=transport") == set()
    assert shown("?territory=nowhere&topic=nothing&page=x") == links, "the unknown narrows nothing"
    assert chosen(f"{path}?territory=vologda-city&topic=yards") == ["vologda-city", "yards"]
