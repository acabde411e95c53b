"""The JSON of payments for Django REST framework, with the names that shops know. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from .._native import Event, Order, Payment
from .engine import get_paywright

if TYPE_CHECKING:
    _Serializer = serializers.Serializer[Any]
    _Field = serializers.Field[Any, Any, Any, Any]
else:
    _Serializer, _Field = serializers.Serializer, serializers.Field

DEFAULT_METHOD = "wechat"


class OrderIdField(_Field):
    """An order as the project names it: its own number or text (the order's `reference`), or `ord_…`."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": "A number or a text is needed."}

    def to_internal_value(self, data: Any) -> str:
        """The text of it."""
        if isinstance(data, bool) or not isinstance(data, (int, str)) or not str(data).strip() or len(str(data)) > 200:
            self.fail("invalid")
        return str(data).strip()

    def to_representation(self, value: Any) -> Any:
        """A number where it is one."""
        return order_number(value)


class AmountField(_Field):
    """An exact amount as text, such as "100.00". A JSON number with a fraction is refused: it is none exactly."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": 'An amount as text is needed, such as "100.00".'}

    def to_internal_value(self, data: Any) -> str:
        """The text; the engine reads it with the currency's own digits."""
        if isinstance(data, bool) or not isinstance(data, (int, str)) or len(str(data)) > 40:
            self.fail("invalid")
        return str(data)

    def to_representation(self, value: Any) -> str:
        """With all digits."""
        return str(value)


class PaymentCreateSerializer(_Serializer):
    """`{"order_id": 123, "method": "wechat", "amount": "100.00"}`; only `order_id` is needed."""

    order_id: OrderIdField = OrderIdField()
    method: serializers.CharField = serializers.CharField(max_length=40, default=DEFAULT_METHOD)
    amount: AmountField = AmountField(required=False)


class RefundCreateSerializer(_Serializer):
    """`{"amount": "30.00", "reason": "…"}`; all that is left, unless an amount is said."""

    amount: AmountField = AmountField(required=False)
    reason: serializers.CharField = serializers.CharField(max_length=500, required=False)


class LogSerializer(_Serializer):
    """An entry of a payment's log."""

    t: serializers.CharField = serializers.CharField()
    event: serializers.CharField = serializers.CharField()
    operator: serializers.CharField = serializers.CharField()
    detail: serializers.CharField = serializers.CharField()


class ActionSerializer(_Serializer):
    """What the payer does next; `kind` says which of the others counts."""

    kind: serializers.CharField = serializers.CharField()
    url: serializers.CharField = serializers.CharField(allow_null=True)
    qr_text: serializers.CharField = serializers.CharField(allow_null=True)
    client_secret: serializers.CharField = serializers.CharField(allow_null=True)
    parameters: serializers.DictField = serializers.DictField(child=serializers.CharField())


class PaymentSerializer(_Serializer):
    """A payment with the names of a shop's own table, and with its action so that a page can show a QR code."""

    id: serializers.CharField = serializers.CharField()
    order: serializers.SerializerMethodField = serializers.SerializerMethodField()
    amount: AmountField = AmountField()
    currency: serializers.CharField = serializers.CharField()
    method: serializers.CharField = serializers.CharField()
    status: serializers.CharField = serializers.CharField(source="state")
    action: ActionSerializer = ActionSerializer()
    created_at: serializers.DateTimeField = serializers.DateTimeField()
    updated_at: serializers.DateTimeField = serializers.DateTimeField()
    paid_at: serializers.DateTimeField = serializers.DateTimeField(allow_null=True)
    expires_at: serializers.DateTimeField = serializers.DateTimeField()
    logs: serializers.SerializerMethodField = serializers.SerializerMethodField()

    def get_order(self, payment: Payment) -> int | str:
        """The project's own number of the order."""
        given = self.context.get("orders", {}).get(payment.order_id)
        return order_number(given if given is not None else order_name(get_paywright().order(payment.order_id)))

    def get_logs(self, payment: Payment) -> list[dict[str, str]]:
        """What happened to it, oldest first."""
        return payment_logs(get_paywright().logs(payment.id), payment.method)


class PaymentRowSerializer(_Serializer):
    """A payment in a list."""

    payment_id: serializers.CharField = serializers.CharField(source="id")
    order_id: serializers.CharField = serializers.CharField()
    amount: AmountField = AmountField()
    currency: serializers.CharField = serializers.CharField()
    method: serializers.CharField = serializers.CharField()
    status: serializers.CharField = serializers.CharField(source="state")
    created_at: serializers.DateTimeField = serializers.DateTimeField()
    paid_at: serializers.DateTimeField = serializers.DateTimeField(allow_null=True)


class PaymentStatusSerializer(_Serializer):
    """How a payment stands: for a page that asks again and again. `state` is `status`, as every adapter spells it."""

    payment_id: serializers.CharField = serializers.CharField(source="id")
    status: serializers.CharField = serializers.CharField(source="state")
    state: serializers.CharField = serializers.CharField()
    amount: AmountField = AmountField()
    currency: serializers.CharField = serializers.CharField()
    paid_at: serializers.DateTimeField = serializers.DateTimeField(allow_null=True)


class RefundSerializer(_Serializer):
    """Money going back."""

    id: serializers.CharField = serializers.CharField()
    payment_id: serializers.CharField = serializers.CharField(allow_null=True)
    amount: AmountField = AmountField()
    currency: serializers.CharField = serializers.CharField()
    status: serializers.CharField = serializers.CharField(source="state")
    reason: serializers.CharField = serializers.CharField()
    created_at: serializers.DateTimeField = serializers.DateTimeField()


def payment_logs(events: Iterable[Event], method: str) -> list[dict[str, str]]:
    """The journal's slice of a payment as `{t, event, operator, detail}`. Its first row reads as the two entries that
    such logs begin with."""
    logs: list[dict[str, str]] = []
    for event in events:
        if event.event == "payment.created":
            logs.append(_log(event, "start", f"start payment {method}"))
        facts = " ".join(f"{name}={value}" for name, value in event.detail.items())
        logs.append(_log(event, event.event.replace(".", "_"), facts))
    return logs


def _log(event: Event, name: str, detail: str) -> dict[str, str]:
    return {"t": _time(event.at), "event": name, "operator": event.actor, "detail": detail}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def order_number(name: Any) -> int | str:
    """A project that counts its orders gets its number back as a number."""
    text = str(name)
    plain = text.isascii() and text.isdigit() and len(text) <= 15 and (text == "0" or not text.startswith("0"))
    return int(text) if plain else text


def order_name(order: Order) -> str:
    """The project's own id of an order, or ours where it gave none."""
    return order.reference or order.id
