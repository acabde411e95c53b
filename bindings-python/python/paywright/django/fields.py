"""Columns as a project reads them: ids as `pay_…`, times as aware datetimes. They are for reading; nothing is written."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
    _BooleanField = models.BooleanField[Any, Any]
else:
    _Field, _BooleanField = models.Field, models.BooleanField

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = {letter: value for value, letter in enumerate(_ALPHABET)}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def public_id(prefix: str, stored: bytes) -> str:
    """Sixteen stored bytes as the id that the engine shows: the prefix and a ULID of 26 characters."""
    number = int.from_bytes(stored, "big")
    return prefix + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -5, -5))


def stored_id(prefix: str, text: str) -> bytes:
    """The sixteen bytes behind an id. Raises `ValueError` for what is none."""
    letters = text.removeprefix(prefix)
    if not text.startswith(prefix) or len(letters) != 26 or letters[0] > "7":
        raise ValueError(f"an id starts with {prefix}, and 26 letters and digits follow")
    number = 0
    for letter in letters:
        if letter not in _DIGITS:
            raise ValueError(f"an id starts with {prefix}, and 26 letters and digits follow")
        number = number << 5 | _DIGITS[letter]
    return number.to_bytes(16, "big")


class PublicIdField(_Field):
    """A public id, stored as sixteen bytes."""

    description = "A public id"
    empty_values = [None, ""]

    def __init__(self, *args: Any, prefix: str = "", **given: Any) -> None:
        self.prefix = prefix
        super().__init__(*args, **given)

    def deconstruct(self) -> Any:
        """For migrations."""
        name, path, args, given = super().deconstruct()
        return name, path, args, {**given, "prefix": self.prefix}

    def get_internal_type(self) -> str:
        """As its column is."""
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        """As text."""
        return None if value is None else public_id(self.prefix, bytes(value))

    def to_python(self, value: Any) -> str | None:
        """Text that is an id. Raises `ValidationError`."""
        if value is None:
            return None
        try:
            stored_id(self.prefix, str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error
        return str(value)

    def get_prep_value(self, value: Any) -> bytes | None:
        """The bytes to look for. Raises `ValueError` for what is no id."""
        value = super().get_prep_value(value)
        return None if value is None else stored_id(self.prefix, str(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As the driver takes bytes."""
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(value)

    def value_to_string(self, obj: models.Model) -> str:
        """For serializers."""
        return str(self.value_from_object(obj))


class MomentField(_Field):
    """A time, stored as milliseconds since 1970."""

    description = "A time"

    def get_internal_type(self) -> str:
        """As its column is."""
        return "BigIntegerField"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> datetime | None:
        """As an aware datetime."""
        return None if value is None else _EPOCH + timedelta(milliseconds=value)

    def to_python(self, value: Any) -> Any:
        """A datetime stays one."""
        return value

    def get_prep_value(self, value: Any) -> int | None:
        """The milliseconds to compare with; a time without zone is refused, for nobody knows which it is."""
        value = super().get_prep_value(value)
        if value is None or isinstance(value, int):
            return value
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{value!r} is no aware datetime")
        return (value - _EPOCH) // timedelta(milliseconds=1)


class FlagField(_BooleanField):
    """Yes or no, stored as a whole number in every database."""

    def get_internal_type(self) -> str:
        """As its column is."""
        return "IntegerField"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> bool | None:
        """As a bool."""
        return None if value is None else bool(value)

    def get_prep_value(self, value: Any) -> int | None:
        """As a number."""
        value = super().get_prep_value(value)
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As it is: the column holds numbers, also where the database has booleans."""
        return value if prepared else self.get_prep_value(value)
