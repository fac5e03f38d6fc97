"""The region, its municipalities, settlements and streets: their files and their tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from otklik.ground.territories import rules
from otklik.ground.territories.merging import TODAY, Export, Kind, Told
from otklik.ground.territories.models import Region, Settlement, Street, Territory
from otklik.ground.territories.region_files import Column, csv_text, iso, pack, yaml_text

if TYPE_CHECKING:
    from otklik.ground.territories.region_files import Folder, Item, Row

REGION_FILE, HEAT_FILE = "region.yaml", "heat.yaml"
TERRITORY_FILE = "territories.geojson"
SETTLEMENT_FILE, STREET_FILE = "settlements.csv", "streets.csv"

REGION_COLUMNS = (
    Column("code", always=True),
    Column("title_ru", "title.ru", always=True),
    Column("title_en", "title.en"),
    Column("genitive_ru", "genitive.ru"),
    Column("time_zone", default="Europe/Moscow", always=True),
    Column("okato"),
    Column("population", default=0),
    Column("center", default=None, always=True),
    Column("bounds", default=None, always=True),
    Column("phones", "contacts", default=[]),
)

TERRITORY_COLUMNS = (
    Column("code", always=True),
    Column("title_ru", "title", always=True),
    Column("short_ru", "short", always=True),
    Column("title_en"),
    Column("kind", always=True),
    Column("center"),
    Column("center_point", default=None),
    Column("population", default=0),
    Column("okato"),
    Column("oktmo"),
    Column("parent", default=None),
    Column("valid_from", default=None, read=iso),
    Column("valid_to", default=None, read=iso),
    Column("successor", default=None),
)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _whole(text: str) -> int | str:
    return int(text) if text.isdigit() else (text or 0)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


SETTLEMENT_COLUMNS = (
    Column("name", always=True),
    Column("kind", always=True),
    Column("territory", default=None, always=True),
    Column("lat", read=_number, always=True),
    Column("lon", read=_number, always=True),
    Column("population", default=0, read=_whole),
    Column("aliases", default=[], read=_parts, show=";".join),
)
STREET_COLUMNS = (
    Column("city", always=True),
    Column("name", "street", always=True),
    Column("lat", read=_number, always=True),
    Column("lon", read=_number, always=True),
    Column("territory", default=None, always=True),
)

REGIONS = Kind(
    "regions", "регион", Region, ("code",),
    ("code", "title_ru", "title_en", "genitive_ru", "time_zone", "okato", "population",
     "center_lat", "center_lon", "bounds", "phones", "settings"),
)  # fmt: skip
TERRITORIES = Kind(
    "territories", "территории", Territory, ("code",),
    ("code", "title_ru", "title_en", "short_ru", "kind", "center", "center_lat", "center_lon",
     "population", "okato", "oktmo", "parent", "polygon", "valid_from", "valid_to", "successor"),
    closing={"valid_to": TODAY},
)  # fmt: skip
SETTLEMENTS = Kind(
    "settlements", "населённые пункты", Settlement, ("territory", "name"),
    ("territory", "name", "kind", "lat", "lon", "population", "aliases"), removed=True,
)  # fmt: skip
STREETS = Kind(
    "streets", "улицы", Street, ("settlement", "name"), ("settlement", "name", "lat", "lon"),
    removed=True,
)  # fmt: skip
KINDS = (REGIONS, TERRITORIES, SETTLEMENTS, STREETS)


def read(folder: Folder) -> dict[str, list[Row]]:
    """Return what the files say of the region and its places."""
    settlements = _settlements(folder)
    return {
        REGIONS.name: _region(folder),
        TERRITORIES.name: _territories(folder),
        SETTLEMENTS.name: settlements,
        STREETS.name: _streets(folder),
    }


def heads(folder: Folder) -> list[Row]:
    """Return what the files say of themselves."""
    region = folder.yaml(REGION_FILE)
    own = [name for name in region if name != "version"]
    headed = [
        folder.head(REGION_FILE, region, *own),
        folder.head(HEAT_FILE, {}),
        folder.head(TERRITORY_FILE, folder.json(TERRITORY_FILE), "type", "features"),
    ]
    for name in (SETTLEMENT_FILE, STREET_FILE):
        columns = list(next(iter(folder.csv(name)), {}))
        headed.append(folder.head(name, {"columns": columns}))
    present = folder.names()
    return [head for head in headed if head.file in present]


def write(export: Export) -> dict[str, str]:
    """Return the files of the region and its places."""
    return {
        **_region_text(export),
        TERRITORY_FILE: _territory_text(export),
        SETTLEMENT_FILE: _table_text(export, SETTLEMENTS, SETTLEMENT_FILE, SETTLEMENT_COLUMNS),
        STREET_FILE: _table_text(export, STREETS, STREET_FILE, STREET_COLUMNS),
    }


def _region(folder: Folder) -> list[Row]:
    found = folder.yaml(REGION_FILE)
    if not found:
        folder.wrong(REGION_FILE, "", "файла нет или он пуст")
        return []
    item = {name: value for name, value in found.items() if name != "version"}
    row = folder.row(REGION_FILE, str(item.get("code", "")), item, REGION_COLUMNS)
    if row is None:
        return []
    heat = {name: value for name, value in folder.yaml(HEAT_FILE).items() if name != "version"}
    point, bounds = row.data.pop("center"), row.data["bounds"]
    if not _numbers(point, 2):
        folder.wrong(REGION_FILE, "center", "нужны широта и долгота: [60.05, 40.94]")
    elif not _numbers(bounds, 4):
        folder.wrong(REGION_FILE, "bounds", "нужны запад, юг, восток, север")
    else:
        row.data["center_lat"], row.data["center_lon"] = point
        row.data["settings"] = {**row.rest, **({"heat": heat} if heat else {})}
        row.rest = {}
        return [row]
    return []


def _numbers(value: object, size: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == size
        and all(isinstance(number, int | float) for number in value)
    )


def _region_text(export: Export) -> dict[str, str]:
    (told,) = export.rows(REGIONS)
    data, settings = told.data, told.data["settings"]
    data["center"] = [data["center_lat"], data["center_lon"]]
    rest = {name: value for name, value in settings.items() if name != "heat"}
    heat_head = export.head(HEAT_FILE)
    return {
        REGION_FILE: yaml_text(export.head(REGION_FILE), pack(data, rest, REGION_COLUMNS)),
        HEAT_FILE: yaml_text(heat_head, settings.get("heat", {})),
    }


def _territories(folder: Folder) -> list[Row]:
    features = folder.items(TERRITORY_FILE, folder.json(TERRITORY_FILE).get("features"))
    found: list[Row | None] = []
    for feature in features:
        item = dict(feature.get("properties") or {})
        former = item.pop("predecessor", None) or []
        found.append(_territory(folder, item, feature.get("geometry")))
        for before in former if isinstance(former, list) else [former]:
            found.append(_territory(folder, {"successor": item.get("code"), **before}, None))
    rows = folder.unique(found)
    _check_territories(folder, rows)
    return rows


def _territory(folder: Folder, item: Item, border: Any) -> Row | None:
    row = folder.row(TERRITORY_FILE, str(item.get("code", "")), item, TERRITORY_COLUMNS)
    if row is None:
        return None
    point = row.data.pop("center_point") or [None, None]
    if point != [None, None] and not _numbers(point, 2):
        folder.wrong(TERRITORY_FILE, row.key, "center_point: нужны долгота и широта")
        return None
    row.data["center_lon"], row.data["center_lat"] = point
    row.data["polygon"] = border
    return row


def _check_territories(folder: Folder, rows: list[Row]) -> None:
    for row in rows:
        problems = [rules.span_problem(row.data["valid_from"], row.data["valid_to"])]
        if row.data["polygon"]:
            problems.append(rules.border_problem(row.data["polygon"]))
        elif not row.data["valid_to"]:
            problems.append("у действующей территории нет границы")
        for problem in filter(None, problems):
            folder.wrong(row.file, row.key, problem)
    for name in ("parent", "successor"):
        round_trip = rules.loop({row.key: row.data[name] for row in rows})
        if round_trip:
            folder.wrong(TERRITORY_FILE, round_trip[0], f"{name}: круг {' → '.join(round_trip)}")


def _territory_text(export: Export) -> str:
    told = export.rows(TERRITORIES)
    former: dict[str, list[Item]] = {}
    for row in told:
        if _nested(row):
            former.setdefault(row.data["successor"], []).append(_properties(row))
    features = [_feature(row, former.get(row.key, [])) for row in told if not _nested(row)]
    head = {"type": "FeatureCollection", **export.head(TERRITORY_FILE).get("head", {})}
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{opening}, "features": [\n' + ",\n".join(features) + "\n]}\n"


def _nested(row: Told) -> bool:
    return bool(row.data["successor"]) and not row.data["polygon"]


def _properties(row: Told) -> Item:
    data = dict(row.data)
    if data["center_lat"] is not None:
        data["center_point"] = [data["center_lon"], data["center_lat"]]
    return pack(data, row.rest, TERRITORY_COLUMNS)


def _feature(row: Told, former: list[Item]) -> str:
    properties = _properties(row)
    if former:
        properties["predecessor"] = former[0] if len(former) == 1 else former
    said = json.dumps(properties, ensure_ascii=False)
    border = json.dumps(row.data["polygon"], separators=(",", ":"))
    return f'{{"type": "Feature", "properties": {said}, "geometry": {border}}}'


def _settlements(folder: Folder) -> list[Row]:
    return folder.unique(
        [
            folder.row(
                SETTLEMENT_FILE, f"{item.get('territory')}/{item.get('name')}", item,
                SETTLEMENT_COLUMNS,
            )
            for item in folder.csv(SETTLEMENT_FILE)
        ]
    )  # fmt: skip


def _streets(folder: Folder) -> list[Row]:
    found = []
    for item in folder.csv(STREET_FILE):
        settlement = f"{item.get('territory')}/{item.get('city')}"
        row = folder.row(STREET_FILE, f"{settlement}/{item.get('street')}", item, STREET_COLUMNS)
        if row is not None:
            row.data["settlement"] = settlement
        found.append(row)
    return folder.unique(found)


def _table_text(export: Export, kind: Kind, file: str, columns: tuple[Column, ...]) -> str:
    items = []
    for told in export.rows(kind):
        data = dict(told.data)
        if kind is STREETS:
            data["territory"], data["city"] = data["settlement"].split("/", 1)
        items.append(pack(data, told.rest, columns))
    known = [column.steps[0] for column in columns]
    names = export.head(file).get("head", {}).get("columns") or known
    return csv_text(names, items)
