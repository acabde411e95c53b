"""JSON as it arrives from outside, read without guessing: numbers exact, no member twice, nothing that is not JSON.

It makes no float: a fraction becomes the decimal that was written.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import NoReturn

from ._codes import refusal

DIGITS_MAX = 40
"""More digits than any amount or number here has."""


def read_json(body: bytes) -> object:
    """The value that a body holds. Errors: `malformed`, `duplicate_field`, `amount_format` (a number with an exponent)."""
    try:
        return json.loads(
            body.decode(),
            parse_float=_fraction,
            parse_int=_whole,
            parse_constant=_no_number,
            object_pairs_hook=_members,
        )
    except (ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)[:100]
        raise refusal("malformed", format="JSON", why=why) from None


def _fraction(text: str) -> Decimal:
    if "e" in text or "E" in text or len(text) > DIGITS_MAX:
        raise refusal("amount_format", given=text[:DIGITS_MAX])
    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > DIGITS_MAX:
        raise refusal("amount_format", given=text[:DIGITS_MAX])
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise refusal("malformed", format="JSON", why=f"{text} is no number")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise refusal("duplicate_field", field=twice[:DIGITS_MAX])
    return members
