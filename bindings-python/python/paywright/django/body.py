"""The raw body of a callback, read with a limit of our own. It never parses, and never reads more than may be used."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.request import RawPostDataException

BODY_BYTES_MAX = 1024 * 1024
"""As much as the engine takes; no gateway's callback comes near it."""


class TooLarge(Exception):
    """The body is larger than any callback; it was not read."""


def raw_body(request: HttpRequest) -> bytes:
    """The body as it arrived. `DATA_UPLOAD_MAX_MEMORY_SIZE` plays no part: it may be smaller than a callback or off.

    Raises `TooLarge`, and `RuntimeError` where a middleware has consumed the stream before us.
    """
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > BODY_BYTES_MAX:
        raise TooLarge
    # A middleware may have read it before us; Django then keeps it.
    kept = getattr(request, "_body", None)
    if kept is None:
        if getattr(request, "_read_started", False):
            raise RuntimeError(
                "the body of a callback was consumed before its view, likely by a middleware that reads request.POST "
                "or request.read(): its signature can no longer be verified"
            ) from RawPostDataException()
        kept = request.read(BODY_BYTES_MAX + 1)
    if len(kept) > BODY_BYTES_MAX:
        raise TooLarge
    return bytes(kept)
