"""What a fact is, and the register of all kinds."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from string import Formatter
from types import UnionType
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

Decoder = Callable[[Any], Any]

#: Every kind of fact by its name.  `JournalConfig.ready` fills it from each app's `events.py`.
register: dict[str, type[Fact]] = {}

LANGUAGES = ("ru", "en")
COMMON = frozenset({"subject", "actor", "region", "at"})
FORBIDDEN = frozenset({"name", "phone", "email", "text", "address"})
KIND = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened, for ever.

    A subclass says its `kind` ("subject.past_participle"), whether it is `public`, its `sentences`
    in every language, and in its docstring what it means for people.  Its fields hold ids, codes,
    cells and times: never a name, a text or a contact.  Erasing a person then touches tables only.
    A new field needs a default, since old entries do not have it; a field is never changed.

    `subject` is what it happened to ("report:48213097"), `actor` who did it ("person:7",
    "official:12", "system", "anonymous"), `at` when it happened.
    A class with `abstract = True` in its own body is only a common base and is not registered.
    """

    kind: ClassVar[str]
    public: ClassVar[bool]
    sentences: ClassVar[Mapping[str, str]]
    abstract: ClassVar[bool] = True

    subject: str
    actor: str
    region: str
    at: datetime

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _refuse_personal(cls)
        if not cls.__dict__.get("abstract", False):
            _check(cls)
            register[cls.kind] = cls

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"{type(self).__name__}.at needs a time zone")

    def sentence(self, language: str = "ru") -> str:
        """Say it to a human."""
        template = self.sentences.get(language) or self.sentences["ru"]
        return template.format(**{field.name: getattr(self, field.name) for field in fields(self)})

    def to_data(self) -> dict[str, Any]:
        """Return the fields of the subclass, ready for JSON."""
        return {
            field.name: _encode(getattr(self, field.name))
            for field in fields(self)
            if field.name not in COMMON
        }

    @classmethod
    def from_data(
        cls, data: Mapping[str, Any], *, subject: str, actor: str, region: str, at: datetime
    ) -> Self:
        """Make the fact again.  Fields unknown here are ignored: newer code wrote them."""
        ways: dict[str, Decoder] = decoders(cls)  # type: ignore[arg-type]
        known = {name: decode(data[name]) for name, decode in ways.items() if name in data}
        return cls(subject=subject, actor=actor, region=region, at=at, **known)


def load(
    kind: str, data: Mapping[str, Any], *, subject: str, actor: str, region: str, at: datetime
) -> Fact:
    """Make the fact that an entry holds."""
    known = register.get(kind)
    if known is None:
        return UnknownFact(
            subject=subject, actor=actor, region=region, at=at, unknown_kind=kind, data=data
        )
    return known.from_data(data, subject=subject, actor=actor, region=region, at=at)


def _refuse_personal(cls: type[Fact]) -> None:
    for field, annotation in inspect.get_annotations(cls).items():
        if "ClassVar" in str(annotation):
            continue
        words = {
            word.removesuffix(ending)
            for word in field.lower().split("_")
            for ending in ("", "s", "es")
        }
        if found := words & FORBIDDEN:
            raise TypeError(f"{cls.__name__}.{field}: a fact holds no {', '.join(sorted(found))}")


def _check(cls: type[Fact]) -> None:
    name = cls.__name__
    kind: object = getattr(cls, "kind", None)
    if not isinstance(kind, str) or not KIND.fullmatch(kind):
        raise TypeError(f"{name}.kind is {kind!r}, not 'subject.past_participle'")
    other = register.get(kind)
    if other and (other.__module__, other.__name__) != (cls.__module__, name):
        raise TypeError(f"{name} and {other.__name__} are both {kind!r}")
    if not (cls.__dict__.get("__doc__") or "").strip():
        raise TypeError(f"{name} has no docstring: say what it means for people")
    if not isinstance(getattr(cls, "public", None), bool):
        raise TypeError(f"{name}.public is not decided")
    _check_sentences(cls)


def _check_sentences(cls: type[Fact]) -> None:
    sentences = getattr(cls, "sentences", {})
    if missing := [language for language in LANGUAGES if not sentences.get(language)]:
        raise TypeError(f"{cls.__name__}.sentences lacks {', '.join(missing)}")
    known = {name for base in cls.__mro__ for name in inspect.get_annotations(base)}
    used = {
        re.split(r"[.\[]", field)[0]
        for template in sentences.values()
        for _, field, _, _ in Formatter().parse(template)
        if field is not None
    }
    if unknown := used - known:
        raise TypeError(f"{cls.__name__}.sentences speak of {', '.join(sorted(unknown))}")


def _encode(value: object) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_encode(item) for item in value]
    raise TypeError(f"a fact cannot hold a {type(value).__name__}")


@cache
def decoders(cls: type[Fact]) -> dict[str, Decoder]:
    """Return, for every field of the payload, what turns its JSON into its value."""
    hints = get_type_hints(cls)
    return {
        field.name: _decoder(hints[field.name]) for field in fields(cls) if field.name not in COMMON
    }


SIMPLE: dict[object, Decoder] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    float: float,  # JSON has one kind of number: 1e300 comes back as an int
}
CONTAINERS: dict[object, Decoder] = {
    list: list,
    Sequence: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
}


def _decoder(hint: Any) -> Decoder:
    origin, inner = get_origin(hint), [one for one in get_args(hint) if one is not Ellipsis]
    if origin in (Union, UnionType):
        return _optional([one for one in inner if one is not type(None)])
    if origin in CONTAINERS:
        contain, decode = CONTAINERS[origin], _decoder(inner[0])
        return lambda value: contain(decode(item) for item in value)
    return SIMPLE.get(hint, _itself)


def _optional(inner: list[Any]) -> Decoder:
    if len(inner) != 1:
        return _itself
    decode = _decoder(inner[0])
    return lambda value: None if value is None else decode(value)


def _itself(value: object) -> object:
    return value


@dataclass(frozen=True, kw_only=True)
class UnknownFact(Fact):
    """A fact of a kind that this version of the code does not know."""

    public: ClassVar[bool] = False
    abstract: ClassVar[bool] = True

    unknown_kind: str
    data: Mapping[str, Any]

    def sentence(self, language: str = "ru") -> str:  # noqa: ARG002  (the same in every language)
        """Show the kind itself: nothing more is known."""
        return self.unknown_kind
