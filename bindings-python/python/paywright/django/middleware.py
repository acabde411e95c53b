"""A PaywrightError that a view lets through becomes an answer: JSON for programs, a page for people.

It handles no other exception, and of troubles on our own side it tells nobody more than that there are some.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from ..errors import PaywrightError
from .pages import page
from .wording import message

_log = logging.getLogger("paywright.django")


def error_body(error: PaywrightError) -> dict[str, object]:
    """The JSON of an error: its code, a sentence in the active language, whether trying again may help, and its facts
    where they are the caller's business."""
    body: dict[str, object] = {"code": error.code, "detail": message(error), "retryable": error.retryable}
    if error.http_status < 500:
        body.update({name: value for name, value in error.details.items() if name not in body})
    return body


def log_error(error: PaywrightError) -> None:
    """Tells a refusal as a warning and a trouble of ours, or of a gateway, as an error. Nothing in it is secret."""
    level = logging.ERROR if error.http_status >= 500 else logging.WARNING
    _log.log(level, "%s: %s", error.code, error.message)


class PaywrightErrorMiddleware:
    """`MIDDLEWARE = [..., "paywright.django.middleware.PaywrightErrorMiddleware"]`, best as the last one."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a view that raised; None leaves other exceptions to Django."""
        if not isinstance(exception, PaywrightError):
            return None
        log_error(exception)
        if wants_json(request):
            return JsonResponse(error_body(exception), status=exception.http_status)
        return page(request, "paywright/error.html", {"error": exception}, status=exception.http_status)


def wants_json(request: HttpRequest) -> bool:
    """Whether whoever asks is a program: it sent JSON, or it accepts JSON and names no HTML."""
    if request.content_type == "application/json":
        return True
    accept = request.headers.get("accept", "").lower()
    return "json" in accept and "text/html" not in accept
