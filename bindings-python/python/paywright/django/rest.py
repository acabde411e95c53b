"""For Django REST framework: serializers, a view set and an exception handler with the field names that shops know.

It carries between requests and the engine; whether an order may be paid, the engine says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from .._native import Order, Payment, Refund
from ..errors import InvalidInput, NotFound, PaywrightError
from .access import customer_of, is_staff, payment_or_404
from .engine import get_paywright
from .middleware import error_body, log_error
from .proof import signed
from .serializers import (
    ActionSerializer,
    AmountField,
    LogSerializer,
    OrderIdField,
    PaymentCreateSerializer,
    PaymentRowSerializer,
    PaymentSerializer,
    PaymentStatusSerializer,
    RefundCreateSerializer,
    RefundSerializer,
    order_name,
    payment_logs,
)
from .signals import deliver_soon
from .transactions import outside_transactions

PUBLIC_ID = re.compile(r"ord_[0-9A-Z]{26}")


class PaymentViewSet(viewsets.ViewSet):
    """`router.register("payments", PaymentViewSet, basename="payment")`.

    create 201, or 200 with the payment that is active already; retrieve; list (the asker's own); `{id}/status/`;
    `{id}/refund/` (needs the permission `paywright.refund_payment`). Somebody else's order or payment is a 404.
    """

    permission_classes: Iterable[type[BasePermission]] = (IsAuthenticated,)  # type: ignore[assignment]
    lookup_value_regex = "[^/]+"
    flow: str | None = None
    """The flow of the orders that a reference names; `retail` unless said."""

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        """Outside ATOMIC_REQUESTS: what the engine wrote stays, and gateways are called in no transaction."""
        view: Any = super().as_view(actions, **initkwargs)
        return outside_transactions(view)

    def order_of(self, request: Request, order_id: str) -> Order:
        """The order that a request names, if it is the asker's; otherwise it is not found."""
        pay = get_paywright()
        try:
            named = PUBLIC_ID.fullmatch(order_id)
            order = pay.order(order_id) if named else pay.order_by_reference(order_id, flow=self.flow)
        except (NotFound, InvalidInput) as error:
            raise OrderNotFound(order_id) from error
        if not self.may_pay(request, order):
            raise OrderNotFound(order_id)
        return order

    def may_pay(self, request: Request, order: Order) -> bool:
        """Whether an order is for whoever asks; a project may say it otherwise."""
        return is_staff(request._request) or (
            order.customer is not None and order.customer == customer_of(request._request)
        )

    def create(self, request: Request) -> Response:
        """Creates a payment of an order."""
        asked = PaymentCreateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given: Mapping[str, Any] = asked.validated_data
        order = self.order_of(request, given["order_id"])
        payment = self.pay(request, order, method=given["method"], amount=given.get("amount"))
        body = PaymentSerializer(payment, context={"orders": {order.id: order_name(order)}}).data
        if not payment.reused:
            return self.told(Response(body, status=status.HTTP_201_CREATED))
        known = {"detail": "An active payment record already exists", **body}
        return self.told(Response(known, status=status.HTTP_200_OK))

    def pay(self, request: Request, order: Order, *, method: str, amount: str | None) -> Payment:
        """The call of the engine; a project may add a return address or an experience here."""
        return get_paywright().create_payment(order.id, method=method, amount=amount)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One payment with its log."""
        return Response(PaymentSerializer(payment_or_404(request._request, pk)).data)

    def list(self, request: Request) -> Response:
        """The asker's own payments, newest first: `{total, page, size, payments}`."""
        customer = customer_of(request._request)
        if customer is None:
            return Response({"total": 0, "page": 1, "size": 0, "payments": []})
        page, size = _whole(request, "page"), _whole(request, "size")
        found = get_paywright().payments(customer=customer, page=page, size=size)
        rows = PaymentRowSerializer(found.items, many=True).data
        return Response({"total": found.total, "page": found.page, "size": found.size, "payments": rows})

    @action(detail=True, methods=["get"], url_path="status")
    def payment_status(self, request: Request, pk: str) -> Response:
        """How it stands. Signed where there are `STATUS_KEYS`."""
        payment = payment_or_404(request._request, pk)
        return signed(Response(PaymentStatusSerializer(payment).data), payment)

    @action(detail=True, methods=["post"])
    def refund(self, request: Request, pk: str) -> Response:
        """Pays back: all that is left, or an amount."""
        payment = payment_or_404(request._request, pk)
        user: Any = request.user
        if not user.has_perm("paywright.refund_payment"):
            self.permission_denied(request)
        asked = RefundCreateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        refund: Refund = get_paywright().refund(
            payment.id,
            actor=str(user.get_username()),
            idempotency_key=request.headers.get("idempotency-key"),
            **asked.validated_data,
        )
        return self.told(Response(RefundSerializer(refund).data, status=status.HTTP_201_CREATED))

    def told(self, response: Response) -> Response:
        """Has the signals told, as the settings say."""
        deliver_soon(response)
        return response


class OrderNotFound(NotFound):
    """The order is unknown, or somebody else's."""

    def __init__(self, order: str) -> None:
        super().__init__(
            f"Order {order[:100]} not found.",
            code="order_not_found",
            message_zh=f"订单 {order[:100]} 不存在。",
            http_status=404,
            details={"order": order[:100]},
        )


def _whole(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise serializers.ValidationError({name: ["A whole number is needed."]})
    return int(text)


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """`REST_FRAMEWORK = {"EXCEPTION_HANDLER": "paywright.django.rest.exception_handler"}`: a PaywrightError as
    `{code, detail, …}` with its status; everything else as REST framework has it."""
    if not isinstance(exception, PaywrightError):
        return rest_exception_handler(exception, context)
    log_error(exception)
    return Response({**error_body(exception), **_noted(exception)}, status=exception.http_status)


def _noted(error: PaywrightError) -> dict[str, Any]:
    """What shops' pages read beside the code: a list where the sentence has one."""
    if error.code == "method_unsupported":
        return {"supported_methods": [name.strip() for name in error.details.get("supported", "").split(",")]}
    return {}


__all__ = [
    "ActionSerializer",
    "AmountField",
    "LogSerializer",
    "OrderIdField",
    "OrderNotFound",
    "PaymentCreateSerializer",
    "PaymentRowSerializer",
    "PaymentSerializer",
    "PaymentStatusSerializer",
    "PaymentViewSet",
    "RefundCreateSerializer",
    "RefundSerializer",
    "exception_handler",
    "payment_logs",
]
