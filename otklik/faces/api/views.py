"""Our own JSON interface: suggestions for the form, the heat map, addresses."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI, Query, Schema, Status
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from otklik.faces import access, show, tasks
from otklik.flow.cases.queries import visible_numbers
from otklik.flow.cases.rules import STATUSES
from otklik.flow.problems.queries import known_near
from otklik.flow.triage import queries as triage
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import find_address, territories
from otklik.ground.topics.queries import directory, topics
from otklik.readers.heatmap import queries as heat
from otklik.readers.heatmap.rules import GROUPS
from otklik.readers.live.queries import listener, sees_all

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Official

api = NinjaAPI(
    title="Отклик", version="1", urls_namespace="api", docs_url=None,
    description="Suggestions for a message, and the heat map.",
)  # fmt: skip
TEXT = 10_000
WRONG = (
    ("missing", gettext_lazy("не указано")),
    ("string_too_long", gettext_lazy("не длиннее %(max_length)s знаков")),
    ("string", gettext_lazy("нужна строка")),
    ("float", gettext_lazy("нужно число")),
    ("int", gettext_lazy("нужно целое число")),
    ("finite", gettext_lazy("нужно число")),
    ("greater_than_equal", gettext_lazy("не меньше %(ge)s")),
    ("less_than_equal", gettext_lazy("не больше %(le)s")),
    ("datetime", gettext_lazy("нужны дата и время")),
    ("date", gettext_lazy("нужны дата и время")),
    ("list", gettext_lazy("нужен список")),
    ("model", gettext_lazy("нужен объект")),
    ("dict", gettext_lazy("нужен объект")),
)
"""What may be wrong with an argument, by the beginning of its kind."""


class Problem(Schema):
    """What was wrong with the question."""

    detail: str


class SuggestIn(Schema):
    """A text being written, and perhaps a point."""

    text: str = Field(max_length=TEXT)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    address: str = Field("", max_length=300)


class Reason(Schema):
    """Why, in people's words."""

    ru: str
    en: str


class FactOut(Schema):
    """A fact that the text may be about."""

    fact: str
    title: Reason
    category: str
    category_title: Reason
    score: float
    reasons: list[Reason]
    advice: str


class TerritoryOut(Schema):
    """A municipality."""

    code: str
    title: str


class BodyOut(Schema):
    """A body that may be responsible."""

    code: str
    title: str
    owner: str


class TwinOut(Schema):
    """A public case that may be about the same trouble."""

    number: str
    title: str
    text: str
    status: str
    distance: int
    likeness: float
    supports: int
    url: str


class KnownOut(Schema):
    """A problem that officials know of: joining it beats writing again."""

    id: int
    title: str
    about: str
    kind: str
    expected_at: datetime | None
    waiting: int
    url: str


class SuggestOut(Schema):
    """All that is concluded from the text and the place."""

    facts: list[FactOut]
    certain: bool
    territory: TerritoryOut | None
    bodies: list[BodyOut]
    twins: list[TwinOut]
    known: list[KnownOut]


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Say which argument is wrong, and how."""
    said = "; ".join(f"{each['loc'][-1]}: {_wrong(each)}" for each in error.errors)
    return api.create_response(request, {"detail": said}, status=422)


def _wrong(found: dict[str, Any]) -> str:
    """Return what is wrong with an argument in the reader's language."""
    kind, bounds = str(found["type"]), found.get("ctx") or {}
    for beginning, said in WRONG:
        if kind.startswith(beginning):
            return str(said) % bounds
    return _("неверное значение")


@api.exception_handler(HttpError)
def unread(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Say that the body could not be read."""
    said = _("Запрос не прочитался")
    return api.create_response(request, {"detail": said}, status=error.status_code)


@api.exception_handler(Http404)
def missing(request: HttpRequest, _error: Http404) -> HttpResponse:
    """Say that there is no such address."""
    return api.create_response(request, {"detail": _("Такого адреса нет")}, status=404)


@api.post(
    "/suggest", response={200: SuggestOut, 400: Problem, 422: Problem},
    summary="Topic, place, body, twins",
)  # fmt: skip
def suggest(request: HttpRequest, given: SuggestIn) -> Any:  # noqa: ARG001
    """Suggest up to three facts, the territory, up to three bodies and twins nearby."""
    if (given.lat is None) != (given.lon is None):
        return Status(422, {"detail": _("lat и lon указывают вместе")})
    pinned = given.lat is not None and given.lon is not None
    found = triage.suggest(
        given.text, given.lat if pinned else None, given.lon if pinned else None, given.address
    )
    return {
        "facts": [
            {
                "fact": each.topic.code,
                "title": _both(each.topic),
                "category": each.topic.category.code if each.topic.category else "",
                "category_title": _both(each.topic.category or each.topic),
                "score": each.score,
                "reasons": each.reasons,
                "advice": each.topic.advice_ru,
            }
            for each in found.facts
        ],
        "certain": found.certain,
        "territory": {"code": found.territory.code, "title": found.territory.short_ru}
        if found.territory
        else None,
        "bodies": [
            {"code": b.organisation.code, "title": b.organisation.short_ru, "owner": b.owner}
            for b in found.bodies
        ],
        "twins": [_twin(each) for each in found.twins],
        "known": [_known(each) for each in known_near(found, timezone.now())],
    }


def _known(found: Any) -> dict[str, Any]:
    return {
        "id": found.pk, "title": found.title, "about": found.about, "kind": found.kind,
        "expected_at": found.expected_at, "waiting": found.cases + found.joined,
        "url": f"/problems/{found.pk}/",
    }  # fmt: skip


def _both(topic: Any) -> dict[str, str]:
    return {"ru": topic.title_ru, "en": topic.title_en or topic.title_ru}


def _twin(found: Any) -> dict[str, Any]:
    card = show.twin(found, "ru")
    return {
        "number": card["spoken"], "title": card["topic"], "text": card["text"],
        "status": card["status_label"], "distance": card["distance"],
        "likeness": found.likeness, "supports": card["supports"], "url": f"/m/{card['spoken']}/",
    }  # fmt: skip


class PlaceOut(Schema):
    """A place that an address may mean."""

    title: str
    lat: float
    lon: float
    territory: str
    score: float


@api.get("/addresses", response={200: list[PlaceOut], 422: Problem}, summary="Find an address")
def addresses(request: HttpRequest, q: str = Query(..., max_length=300)) -> Any:  # noqa: ARG001
    """Return up to eight places that a typed address may mean."""
    return [vars(place) for place in find_address(q)]


class HeatIn(Schema):
    """How the map is narrowed."""

    topic: list[str] = Field(default_factory=list)
    territory: list[str] = Field(default_factory=list)
    channel: list[str] = Field(default_factory=list)
    status: str = ""
    since: datetime | None = Field(None, alias="from")
    until: datetime | None = Field(None, alias="to")
    token: str = ""

    def filters(self) -> heat.HeatFilters:
        """Return the filters with aware times."""
        return heat.HeatFilters(
            topics=tuple(each for each in self.topic if each),
            territories=tuple(each for each in self.territory if each),
            channels=tuple(each for each in self.channel if each),
            statuses=(self.status,) if self.status else (),
            since=_aware(self.since),
            until=_aware(self.until),
        )


def _aware(moment: datetime | None) -> datetime | None:
    return timezone.make_aware(moment) if moment and moment.tzinfo is None else moment


class CellOut(Schema):
    """A place with its acuity."""

    cell: str
    acuity: int | None
    band: str
    count: int
    expected: float
    open: int
    overdue: int
    forced: str | None
    topic: str | None
    per_1000: float | None


class HeatOut(Schema):
    """The map as of one position of the journal."""

    as_of: int
    at: str
    since: str = Field(alias="from")
    until: str = Field(alias="to")
    resolution: str
    public: bool
    total: int
    placed: int
    hidden: int
    cells: list[CellOut]
    topics: dict[str, Reason]
    places: dict[str, Reason]


def _asker(request: HttpRequest, token: str) -> Official | None:
    """Return the official who asks: a wall by its token, else who is signed in."""
    return (listener(token) if token else None) or access.official(request)


@api.get(
    "/heatmap", response={200: HeatOut, 400: Problem, 422: Problem}, by_alias=True,
    summary="The heat map",
)  # fmt: skip
def heatmap(request: HttpRequest, given: Query[HeatIn], resolution: str = "6") -> Any:
    """Return every place of a resolution (6–9 or territory) with its acuity."""
    public = not sees_all(_asker(request, given.token))
    allowed_levels = heat.LEVELS[:-1] if public else heat.LEVELS
    if resolution not in allowed_levels:
        levels = ", ".join(allowed_levels)
        return Status(400, {"detail": _("resolution: одно из %(levels)s") % {"levels": levels}})
    filters = given.filters()
    if unknown := _unknown(filters):
        return Status(400, {"detail": _("такого нет: %(what)s") % {"what": unknown}})
    if filters.since and filters.until and filters.until < filters.since:
        return Status(400, {"detail": _("to раньше from")})
    return heat.snapshot(filters, resolution, now=timezone.localtime(), public=public)


def _unknown(filters: heat.HeatFilters) -> str:
    """Return the first filter that names nothing of the region, or nothing."""
    known = (
        ("topic", filters.topics, topics().by_code),
        ("territory", filters.territories, territories()),
        ("channel", filters.channels, directory("channels")),
        ("status", filters.statuses, (*GROUPS, *STATUSES)),
    )
    asked = ((name, code) for name, codes, found in known for code in codes if code not in found)
    return next((f"{name}: {code}" for name, code in asked), "")


@api.get(
    "/heatmap/why", response={200: dict[str, Any], 404: Problem, 422: Problem},
    summary="Why a place has its colour",
)  # fmt: skip
def why(request: HttpRequest, given: Query[HeatIn], cell: str) -> Any:
    """Return the parts of a place's index, observed and expected, and the cases behind."""
    official = _asker(request, given.token)
    shown = None
    if official is not None and powers_of(official).anywhere("see_monitor"):
        shown = partial(visible_numbers, official)
    now = timezone.localtime()
    try:
        found = heat.why(cell, given.filters(), now=now, public=not sees_all(official), shown=shown)
    except heat.UnknownPlaceError:
        return Status(404, {"detail": _("Такого места нет")})
    if official is not None and shown is not None:
        found = found | {
            "instructions": tasks.at_places(official, [cell], now).get(cell, []),
            "may_instruct": tasks.may_instruct(official),
        }
    return found
