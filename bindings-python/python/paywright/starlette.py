"""Starlette: callbacks, a payment's status, a customer's history, and in development the mock gateway's page.

    app.mount("/payments", payments(pay, customer_of=customer_of))

Nothing is decided here; where `customer_of` names nobody, nothing is shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router

from . import _web
from ._status import prepared
from .aio import AsyncPaywright
from .errors import PaywrightError

if TYPE_CHECKING:
    from .types import KeyLike

CustomerOf = Callable[[Request], Awaitable[str | None]]
"""Which customer a request comes from, as the application's own session or token says; None is nobody."""


async def nobody(_: Request) -> str | None:
    """The customer of a request in an application that does not say."""
    return None


def payments(
    pay: AsyncPaywright,
    *,
    customer_of: CustomerOf = nobody,
    status_keys: KeyLike | Iterable[KeyLike] | None = None,
) -> Router:
    """An application to mount: `callback/{gateway}/`, `history`, `{payment_id}/status` and `mock-checkout`.

    `status_keys` is a private key `whsk_…`, or several while one is rolled: answers about a payment's status are signed.
    """
    keys = prepared(status_keys)

    async def customer(request: Request) -> str:
        found = await customer_of(request)
        if found is None:
            raise _web.forbidden("nobody is signed in, or the application configured no `customer_of`", "未登录或应用未配置 customer_of")
        return found

    async def callback(request: Request) -> Response:
        body = await read_body(request, _web.CALLBACK_BYTES_MAX)
        return respond(await pay.answer(_web.callback, request.path_params["gateway"], request.headers.raw, body))

    async def status(request: Request) -> Response:
        payment_id: str = request.path_params["payment_id"]
        return respond(await pay.call(_web.own_status, await customer(request), payment_id, keys))

    async def history(request: Request) -> Response:
        return respond(await pay.call(_web.own_history, await customer(request), dict(request.query_params)))

    async def checkout(request: Request) -> Response:
        if request.method == "POST":
            return respond(await pay.call(_web.mock_choice, await read_body(request, _web.FORM_BYTES_MAX)))
        query = request.query_params
        return respond(await pay.call(_web.mock_checkout, query.get("token", ""), query.get("language")))

    return Router(
        [
            Route("/callback/{gateway}/", guarded(callback), methods=["POST"]),
            Route("/callback/{gateway}", guarded(callback), methods=["POST"]),
            Route("/history", guarded(history)),
            Route("/mock-checkout", guarded(checkout), methods=["GET", "POST"]),
            Route("/{payment_id}/status", guarded(status)),
        ]
    )


def respond(answer: _web.Answer) -> Response:
    """An answer in Starlette's words."""
    return Response(answer.body, answer.status, dict(answer.headers))


async def read_body(request: Request, limit: int) -> bytes:
    """The raw body, of which no more than `limit` bytes are ever held. Errors: `too_large` (413)."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and (len(announced) > 12 or int(announced) > limit):
        raise _web.too_large("the body", limit)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise _web.too_large("the body", limit)
    return bytes(body)


def guarded(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint; what the engine or the adapter refuses is answered with its code."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except PaywrightError as error:
            return respond(_web.problem(error))
        except ClientDisconnect:
            return Response(status_code=400)

    return answered
