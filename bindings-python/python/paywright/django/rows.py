"""What all models of the engine's tables have in common: they are read, and refuse to be written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias

from django.db import models

from .. import _native
from . import conf

if TYPE_CHECKING:
    _QuerySet = models.QuerySet[Any]
    Text: TypeAlias = models.TextField[Any, Any]
    Whole: TypeAlias = models.BigIntegerField[Any, Any]
    Link: TypeAlias = models.ForeignKey[Any, Any]
else:
    _QuerySet = models.QuerySet
    Text, Whole, Link = models.TextField, models.BigIntegerField, models.ForeignKey


class ReadOnlyError(TypeError):
    """A row of the engine was to be written by somebody else."""


def _refuse(what: str) -> NoReturn:
    raise ReadOnlyError(
        f"{what}: Paywright's tables are for reading. Changes go through paywright.django.get_paywright()."
    )


class ReadOnlyQuerySet(_QuerySet):
    """Looks, and changes nothing."""

    def create(self, *args: Any, **given: Any) -> Any:
        """Refused."""
        _refuse("create")

    def update(self, *args: Any, **given: Any) -> int:
        """Refused."""
        _refuse("update")

    def delete(self) -> Any:
        """Refused."""
        _refuse("delete")

    def bulk_create(self, *args: Any, **given: Any) -> Any:
        """Refused."""
        _refuse("bulk_create")

    def bulk_update(self, *args: Any, **given: Any) -> int:
        """Refused."""
        _refuse("bulk_update")

    def _raw_delete(self, using: Any) -> int:
        _refuse("delete")


if TYPE_CHECKING:
    _Manager = models.Manager[Any]
else:
    _Manager = models.Manager.from_queryset(ReadOnlyQuerySet)


class ReadOnlyManager(_Manager):
    """Looks into the database that `PAYWRIGHT["DATABASE"]` names, unless `using` says otherwise."""

    def get_queryset(self) -> Any:
        """All rows."""
        found = super().get_queryset()
        alias = conf.current().alias if self._db is None else None
        return found.using(alias) if alias else found


class Row(models.Model):
    """A row of the engine's."""

    objects: ClassVar[Any] = ReadOnlyManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **given: Any) -> None:
        """Refused."""
        _refuse("save")

    def delete(self, *args: Any, **given: Any) -> Any:
        """Refused."""
        _refuse("delete")

    def __str__(self) -> str:
        return str(self.pk)


def decimal_of(minor: int | None, currency: str | None) -> Decimal | None:
    """Minor units of a currency as an exact amount."""
    if minor is None or currency is None:
        return None
    found: Decimal = getattr(_native, "_amount_of_minor")(minor, currency)
    return found


def amount_of(column: str, what: str) -> Any:
    """A property that shows a column of minor units in the row's currency."""

    def read(row: Any) -> Decimal | None:
        return decimal_of(getattr(row, f"{column}_minor"), row.currency)

    read.__doc__ = what
    return property(read)


def text(**given: Any) -> Text:
    """A text."""
    return models.TextField(**given)


def whole(**given: Any) -> Whole:
    """A whole number."""
    return models.BigIntegerField(**given)


def minor(column: str, **given: Any) -> Whole:
    """A column of minor units."""
    return whole(db_column=column, **given)


def link(to: str, **given: Any) -> Link:
    """A reference by the integer key, inside the tables."""
    return models.ForeignKey(to, models.DO_NOTHING, to_field="key", db_constraint=False, **given)
