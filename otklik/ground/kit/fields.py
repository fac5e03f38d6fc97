"""Columns that hold personal data: sealed at rest, found only by their prints.

A print follows its value when a row is saved or made in bulk; `QuerySet.update` of a sealed column
must give its print too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldError
from django.db import models
from django.db.models import Lookup

from otklik.ground.kit.sealing import PRINTS, seal, unseal, word_prints

if TYPE_CHECKING:
    from django.db.models.fields import Field

    Base = models.Field[Any, Any]
else:
    Base = object


class _Refusing(Lookup):
    """Any comparison by value: each sealing differs, so nothing would be found."""

    def __init__(self, lhs: Any, rhs: Any) -> None:  # noqa: ARG002
        where = lhs.output_field.where
        raise FieldError(f"{where} is sealed: look it up by its print")


class _Stale(Lookup):
    """Is there a value, and sealed by another key than the one asked about?"""

    lookup_name = "stale"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Compare the mark at the beginning, never the value."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"({left} <> '' AND {left} NOT LIKE %s)", [*parameters, *parameters, self.rhs]


class _Sealed(Base):
    """What sealed columns share: text in the database, no comparing by value."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        """Store as text: a seal is longer than what it holds."""
        return "text"

    @property
    def where(self) -> str:
        """The column to which a seal is bound."""
        return f"{self.model._meta.db_table}.{self.column}"  # noqa: SLF001  (as Django documents it)

    def get_lookup(self, lookup_name: str) -> Any:
        """Let a value be asked whether it is there and whether its key is stale, no more."""
        if lookup_name == "stale":
            return _Stale
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else _Refusing

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """Open what was stored."""
        return None if value is None else unseal(value, self.where)

    def get_prep_value(self, value: Any) -> Any:
        """Seal what is to be stored."""
        return None if value is None else seal(str(value), self.where)


class SealedCharField(_Sealed, models.CharField):
    """A line of personal data; `max_length` bounds what is typed."""


class SealedEmailField(_Sealed, models.EmailField):
    """An e-mail address by which a person is told."""


class SealedTextField(_Sealed, models.TextField):
    """Words that are personal data as a whole."""


class SealedJSONField(_Sealed, models.Field):
    """A dictionary of strings about a person."""

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """Open and read what was stored."""
        return json.loads(unseal(value, self.where)) if value else {}

    def get_prep_value(self, value: Any) -> Any:
        """Write and seal what is to be stored."""
        return seal(json.dumps(value, ensure_ascii=False), self.where) if value else ""

    def to_python(self, value: Any) -> Any:
        """Take a dictionary as it is."""
        return value


class _Following:
    """A column worked out from another of the same row as it is saved."""

    of: str

    def _source(self, row: models.Model) -> str:
        return str(getattr(row, self.of) or "")


class PrintField(_Following, models.CharField):
    """The print of a phone or an e-mail address that another column seals."""

    def __init__(self, *args: Any, of: str, kind: str, **kwargs: Any) -> None:
        self.of, self.kind = of, kind
        kwargs |= {"max_length": 16, "blank": True, "default": "", "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Tell migrations what this follows."""
        name, path, args, kwargs = super().deconstruct()
        for each in ("max_length", "blank", "default", "editable"):
            kwargs.pop(each, None)
        return name, path, args, {**kwargs, "of": self.of, "kind": self.kind}

    def pre_save(self, row: models.Model, add: bool) -> str:  # noqa: ARG002  (Django's own)
        """Work the print out."""
        value = PRINTS[self.kind](self._source(row))
        setattr(row, self.attname, value)
        return value


class WordPrintsField(_Following, ArrayField):
    """The prints of the words that another column seals."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        base = kwargs.pop("base_field", None) or models.CharField(max_length=16)
        kwargs |= {"blank": True, "default": list, "editable": False}
        super().__init__(base, *args, **kwargs)

    def deconstruct(self) -> Any:
        """Tell migrations what this follows."""
        name, _, args, kwargs = super().deconstruct()
        for each in ("base_field", "blank", "default", "editable"):
            kwargs.pop(each, None)
        return name, "otklik.ground.kit.fields.WordPrintsField", args, {**kwargs, "of": self.of}

    def pre_save(self, row: models.Model, add: bool) -> list[str]:  # noqa: ARG002
        """Work the prints out."""
        value = word_prints(self._source(row))
        setattr(row, self.attname, value)
        return value


def sealed_of(model: type[models.Model]) -> list[Field[Any, Any]]:
    """Return a table's sealed columns."""
    return [each for each in model._meta.concrete_fields if isinstance(each, _Sealed)]  # noqa: SLF001


def prints_of(model: type[models.Model]) -> list[Field[Any, Any]]:
    """Return a table's columns of prints."""
    return [each for each in model._meta.concrete_fields if isinstance(each, _Following)]  # noqa: SLF001
