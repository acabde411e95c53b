"""The routes of payments: asked for, followed, listed, paid back, and told of by gateways.

Who may do what is said by the application's `authorise`; without it everything but callbacks is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.requests import ClientDisconnect

from .. import _web
from .._codes import refusal
from .._native import Event, Payment
from .._status import StatusKeys, prepared
from ..aio import AsyncPaywright
from ..starlette import read_body, respond
from . import _shapes as shapes
from ._callers import Caller, Customers, OrderFinder, nobody
from ._guard import GuardedRoute, SignedRoute
from ._openapi import CREATING, LISTING, READING, REFUNDING, SIGNED_ANSWER, refusals

if TYPE_CHECKING:
    from ..types import KeyLike

_LOG = logging.getLogger("paywright")


def router(
    pay: AsyncPaywright,
    *,
    authorise: Callable[..., Any] = nobody,
    prefix: str = "/api/v1/payments",
    order: OrderFinder | None = None,
    flow: str | None = None,
    return_url: str | None = None,
    cancel_url: str | None = None,
    tags: list[str] | None = None,
    status_keys: KeyLike | Iterable[KeyLike] | None = None,
) -> APIRouter:
    """Routes to include in an application: `app.include_router(router(pay, authorise=…))`.

    `authorise` is a dependency that answers with a `Caller`, or raises. `order` finds or creates the order that a request
    names; unless said, that is one that exists, by its id or its reference in `flow`. Payers come back to `return_url`.
    The address for a gateway's callbacks is `{prefix}/callback/{gateway}/`; it needs no authorisation, for it is signed.
    `status_keys` is a private key `whsk_…`, or several while one is rolled: answers about a payment's status are signed.
    """
    keys = prepared(status_keys)
    if authorise is nobody:
        _LOG.warning("the payment routes at %s have no `authorise`: everything but callbacks is refused", prefix)
    routes = APIRouter(prefix=prefix, route_class=GuardedRoute, tags=list(tags or ["payments"]))
    customers = Customers(pay, order, flow, return_url, cancel_url)
    _add_callback(routes, pay)
    _add_mock_checkout(routes, pay)
    _add_creation(routes, customers, authorise)
    _add_refunds(routes, customers, authorise)
    _add_reading(routes, customers, authorise, keys)
    return routes


def _add_callback(routes: APIRouter, pay: AsyncPaywright) -> None:
    async def callback(gateway: str, request: Request) -> Response:
        try:
            body = await read_body(request, _web.CALLBACK_BYTES_MAX)
        except ClientDisconnect:
            return Response(status_code=400)
        return respond(await pay.answer(_web.callback, gateway, request.headers.raw, body))

    content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    described: dict[int | str, dict[str, Any]] = {
        200: {"description": "Exactly what the gateway expects of a message that was taken", "content": content},
        "4XX": {"description": "Exactly what the gateway expects of a message that was refused", "content": content},
        "5XX": {"description": "The gateway will deliver the message again", "content": content},
    }
    for path in ("/callback/{gateway}/", "/callback/{gateway}"):
        routes.add_api_route(
            path,
            callback,
            methods=["POST"],
            operation_id="payments_callback",
            summary="A gateway tells something; its signature is over the raw body",
            response_class=Response,
            responses=described,
            include_in_schema=path.endswith("/"),
            openapi_extra={"requestBody": {"required": True, "content": content}},
        )


def _add_mock_checkout(routes: APIRouter, pay: AsyncPaywright) -> None:
    """The mock gateway's own page. Outside of mode `development` it is not there."""

    @routes.get("/mock-checkout", include_in_schema=False)
    async def page(token: str = "", language: str | None = None) -> Response:
        return respond(await pay.call(_web.mock_checkout, token, language))

    @routes.post("/mock-checkout", include_in_schema=False)
    async def choice(request: Request) -> Response:
        body = await read_body(request, _web.FORM_BYTES_MAX)
        return respond(await pay.call(_web.mock_choice, body))


_KEY = Header(default=None, alias="Idempotency-Key", max_length=255, description="The same key again has the same answer.")


def _add_creation(routes: APIRouter, customers: Customers, authorise: Callable[..., Any]) -> None:
    described = refusals(*CREATING, body=True)
    reused = {200: {"description": "The order already had this payment"}}

    @routes.post(
        "/create",
        operation_id="payments_create",
        summary="Begin a payment for an order",
        status_code=201,
        response_model=shapes.PaymentCreated,
        responses={200: {**reused[200], "model": shapes.PaymentCreated}, **described},
    )
    async def create(
        given: shapes.CreatePayment,
        response: Response,
        caller: Caller = Depends(authorise),
        idempotency_key: str | None = _KEY,
    ) -> dict[str, Any]:
        payment = await customers.create(
            caller,
            given.order_id,
            amount=given.amount,
            method=given.payment_method,
            currency=given.currency,
            user_id=given.user_id,
            key=idempotency_key,
        )
        response.status_code = 200 if payment.reused else 201
        return _created(payment)

    async def record(
        given: shapes.NewPayment,
        response: Response,
        caller: Caller = Depends(authorise),
        idempotency_key: str | None = _KEY,
    ) -> dict[str, Any]:
        payment = await customers.create(
            caller, given.order_id, amount=given.amount, method=given.method, key=idempotency_key
        )
        response.status_code = 200 if payment.reused else 201
        return _record(payment, await customers.pay.logs(payment.id))

    for path in ("/", ""):
        routes.add_api_route(
            path,
            record,
            methods=["POST"],
            operation_id="payments_create_record",
            summary="Begin a payment for an order; the answer is its record with its log",
            status_code=201,
            response_model=shapes.PaymentRecord,
            responses={200: {**reused[200], "model": shapes.PaymentRecord}, **refusals(*CREATING, body=True)},
            include_in_schema=path == "/",
        )


def _add_refunds(routes: APIRouter, customers: Customers, authorise: Callable[..., Any]) -> None:
    @routes.post(
        "/{payment_id}/refund",
        operation_id="payments_refund",
        summary="Pay money back: all that is left, or what the body says",
        status_code=201,
        response_model=shapes.RefundCreated,
        responses=refusals(*REFUNDING, body=True),
    )
    async def refund(
        payment_id: str,
        given: shapes.RefundPayment,
        caller: Caller = Depends(authorise),
        idempotency_key: str | None = _KEY,
    ) -> dict[str, Any]:
        caller.may("refund")
        payment = await customers.payment(caller, payment_id)
        made = await customers.pay.refund(
            payment.id,
            amount=given.amount,
            currency=given.currency,
            reason=given.reason,
            actor=caller.actor or caller.customer,
            idempotency_key=caller.key(idempotency_key),
        )
        return {
            "refund_id": made.id,
            "payment_id": payment.id,
            "status": _web.refund_word(made.state),
            "state": made.state,
            "amount": made.amount,
            "currency": made.currency,
            "created_at": made.created_at,
        }


def _add_reading(
    routes: APIRouter, customers: Customers, authorise: Callable[..., Any], keys: StatusKeys | None
) -> None:
    @routes.get(
        "/history",
        operation_id="payments_history",
        summary="A customer's payments, newest first",
        response_model=shapes.History,
        responses=refusals(*LISTING),
    )
    async def history(
        caller: Caller = Depends(authorise),
        user_id: str | None = Query(default=None, min_length=1, max_length=64, description="The caller's own unless said."),
        page: int | None = Query(default=None, ge=1, le=1_000_000),
        size: int | None = Query(default=None, ge=1, le=100),
    ) -> dict[str, Any]:
        caller.may("read")
        customer = caller.customer if user_id is None else user_id
        if customer is None:
            raise refusal("argument_missing", field="user_id", rule="staff say whose history")
        if not caller.owns(customer):
            raise _web.forbidden("it is another customer's history", "这是其他客户的记录")
        return await customers.pay.call(_web.history_of, customer, page, size)

    async def status(payment_id: str, caller: Caller = Depends(authorise)) -> dict[str, Any]:
        caller.may("read")
        return _web.status_of(await customers.payment(caller, payment_id))

    routes.add_api_route(
        "/{payment_id}/status",
        status,
        methods=["GET"],
        operation_id="payments_status",
        summary="Where a payment stands",
        response_model=shapes.PaymentStatus,
        responses={**refusals(*READING), **({} if keys is None else SIGNED_ANSWER)},
        route_class_override=None if keys is None else SignedRoute.by(keys),
    )

    async def record(payment_id: str, caller: Caller = Depends(authorise)) -> dict[str, Any]:
        caller.may("read")
        payment = await customers.payment(caller, payment_id)
        return _record(payment, await customers.pay.logs(payment.id))

    for path in ("/{payment_id}/", "/{payment_id}"):
        routes.add_api_route(
            path,
            record,
            methods=["GET"],
            operation_id="payments_record",
            summary="A payment's record with its log",
            response_model=shapes.PaymentRecord,
            responses=refusals(*READING),
            include_in_schema=path.endswith("/"),
        )


def _created(payment: Payment) -> dict[str, Any]:
    return {
        **_web.status_of(payment),
        "payment_url": payment.action.url,
        "action": payment.action,
        "expires_at": payment.expires_at,
        "reused": payment.reused,
    }


def _record(payment: Payment, events: list[Event]) -> dict[str, Any]:
    return {**_web.record_of(payment, events), "action": payment.action}
