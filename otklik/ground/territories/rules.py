"""Which territory holds a point, and what an address names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from shapely import STRtree, from_geojson
from shapely.errors import ShapelyError
from shapely.geometry import Point

from otklik.ground.kit.text import normalise, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KIND_WORDS = frozenset(
    [
        "г",
        "город",
        "с",
        "село",
        "д",
        "деревня",
        "п",
        "поселок",
        "пгт",
        "ул",
        "улица",
        "пр",
        "проспект",
        "пр-кт",
        "пер",
        "переулок",
        "д",
        "дом",
        "мкр",
        "микрорайон",
        "область",
        "обл",
        "вологодская",
        "россия",
        "район",
        "округ",
        "наб",
        "набережная",
        "пл",
        "площадь",
        "ш",
        "шоссе",
    ]
)
_TOWNS = frozenset(["г", "город", "с", "село", "д", "дер", "деревня", "п", "пос", "поселок", "пгт",
                    "рп", "р.п", "ст", "станция", "х", "хутор", "им"])  # fmt: skip
_STREETS = frozenset(["ул", "улица", "пр", "пр-кт", "пр-т", "проспект", "пер", "переулок", "б-р",
                      "бульвар", "наб", "набережная", "пл", "площадь", "ш", "шоссе", "мкр", "тер",
                      "снт", "дом", "кв", "корп", "стр", "ком", "проезд", "туп"])  # fmt: skip
_HOUSE = re.compile(
    r"(?:\bд(?:ом)?\.?\s*)?\b(\d{1,4}(?:\s?[а-яa-z])?(?:/\d+)?(?:\s?к\.?\s?\d+)?)\s*$"
)


_KEYS = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё")


def _cyrillic(query: str) -> str:
    """Read what was typed on a Russian keyboard left in Latin: «djkjulf» is «вологда»."""
    letters = [sign for sign in query if sign.isalpha()]
    latin = bool(letters) and all("a" <= sign.lower() <= "z" for sign in letters)
    return query.lower().translate(_KEYS) if latin else query


class Areas:
    """The polygons of a region's territories, ready to be asked."""

    def __init__(self, polygons: Sequence[tuple[int, str]]) -> None:
        """Take (territory id, GeoJSON geometry) pairs."""
        self._ids = [key for key, _ in polygons]
        self._shapes = [from_geojson(geometry) for _, geometry in polygons]
        self._tree = STRtree(self._shapes)

    def at(self, lat: float, lon: float) -> int | None:
        """Return the id of the territory that holds the point; None outside the region.

        Where a city lies in a hole of its district the smaller polygon wins.
        """
        found = self._tree.query(Point(lon, lat), predicate="intersects")
        if not len(found):
            return None
        return self._ids[min(found, key=lambda place: self._shapes[place].area)]


@dataclass(frozen=True)
class Named:
    """A settlement or a street that an address may mean."""

    title: str
    settlement: str
    street: str
    lat: float
    lon: float
    territory: str
    weight: int = 0
    aliases: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Place:
    """An address understood: what to show, where it is, whose land it is."""

    title: str
    lat: float
    lon: float
    territory: str
    score: float


def find(query: str, known: Sequence[Named], limit: int = 8) -> list[Place]:
    """Return the places that an address text may mean, the likeliest first.

    A house number is kept in the title but does not move the point: the table knows streets.
    """
    text = normalise(_cyrillic(query)).replace(",", " ")
    house_match = _HOUSE.search(text)
    house = house_match.group(1) if house_match else ""
    meant = [word for word in words(text) if word not in _KIND_WORDS and not word[0].isdigit()]
    if not meant:
        return []
    scored = [(_score(meant, place), place) for place in known]
    best = sorted(
        (pair for pair in scored if pair[0] >= 60),  # noqa: PLR2004  (per cent of likeness)
        key=lambda pair: (-pair[0], -pair[1].weight, len(pair[1].title)),
    )[:limit]
    return [
        Place(
            f"{place.title}, {house}" if house and place.street else place.title,
            place.lat, place.lon, place.territory, score / 100,
        )
        for score, place in best
    ]  # fmt: skip


def _score(meant: list[str], place: Named) -> float:
    settlements = [normalise(name) for name in (place.settlement, *place.aliases)]
    names = [(word, True) for name in settlements for word in words(name)]
    names += [(word, False) for word in words(place.street) if word not in _KIND_WORDS]
    total, street_hit = 0.0, False
    for word in meant:
        likeness, is_settlement = max(
            ((_likeness(word, name), settlement) for name, settlement in names),
            default=(0.0, True),
        )
        total += likeness
        street_hit |= likeness > 75 and not is_settlement  # noqa: PLR2004
    if place.street and not street_hit:
        return 0.0
    share = len(meant) if place.street else max(len(meant), 1)
    return total / share


def _likeness(typed: str, name: str) -> float:
    if len(typed) >= 3 and name.startswith(typed):  # noqa: PLR2004  (typing goes on)
        return 95.0
    stem = min(len(typed), len(name))
    if stem >= 4 and typed[: stem - 1] == name[: stem - 1]:  # noqa: PLR2004  (Вологде, Вологда)
        return 90.0
    ratio = fuzz.ratio(typed, name)
    return ratio if ratio >= 80 else 0.0  # noqa: PLR2004  (a typo or two)


_DISTRICT = r"(?:р-н|район|округ|муниципальн\w*|мун|м\.? ?о)\b"


def beyond_region(address: str, title: str) -> str | None:
    """Return an address without the region that it names; None if it does not name this one.

    «Вологодская обл.», «обл Вологодская» and the full title are the same.
    """
    first, *rest = normalise(title).split()
    name, kind = first[:-2], (rest or [first])[0][:3]
    either = rf"\b(?:{name}\w*[ .]+{kind}\w*|{kind}\w*[ .]+{name}\w*)"
    text = normalise(address)
    return re.sub(either, " ", text, count=1) if re.search(either, text) else None


def names_district(address: str, title: str) -> bool:
    """Tell whether an address names a district or an okrug by its adjective."""
    first, *kind = normalise(title).split()
    if not kind:
        return False
    name = rf"{re.escape(first[:-2])}\w*"
    return bool(re.search(rf"\b(?:{name} +{_DISTRICT}|{_DISTRICT}[ .]+{name})", normalise(address)))


def settlements_in(address: str) -> list[str]:
    """Return what may be the name of a town or a village in an address, in order.

    A part that begins with a street, a house or a number is none.
    """
    return [name for part in normalise(address).split(",") if (name := _town(part))]


def _town(text: str) -> str:
    first, *rest = text.split() or [""]
    if first.strip(".") in _STREETS or not first or first[0].isdigit():
        return ""
    kind = first.strip(".")
    if kind in _TOWNS:
        return " ".join(rest)
    mark, dot, name = first.partition(".")  # «г.Вологда»
    return " ".join([name, *rest]) if dot and mark in _TOWNS else text.strip()


def border_problem(geometry: object) -> str:
    """Tell what is wrong with a border given as GeoJSON; empty if nothing is."""
    try:
        shape = from_geojson(json.dumps(geometry))
    except (ShapelyError, TypeError, ValueError):
        return "граница не читается как GeoJSON"
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return f"граница должна быть Polygon или MultiPolygon, а не {shape.geom_type}"
    return "" if shape.is_valid and not shape.is_empty else "граница пуста или пересекает себя"


def span_problem(valid_from: str | None, valid_to: str | None) -> str:
    """Tell what is wrong with a span of validity given as ISO dates."""
    if valid_from and valid_to and valid_to < valid_from:
        return f"перестаёт действовать {valid_to}, раньше чем начинает {valid_from}"
    return ""


def loop(above: Mapping[str, str | None]) -> list[str]:
    """Return codes that lead round to themselves through what stands above; empty if none do."""
    safe: set[str] = set()
    for start in above:
        way: list[str] = []
        step: str | None = start
        while step and step not in safe:
            if step in way:
                return [*way[way.index(step) :], step]
            way.append(step)
            step = above.get(step)
        safe.update(way)
    return []
