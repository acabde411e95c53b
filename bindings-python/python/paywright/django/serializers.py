"""The JSON of payments for Django REST framework, with the names that shops know. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from .._native import Event, Order, Payment
from .engine import get_paywright

DEFAULT_METHOD = "wechat"


class OrderIdField(serializers.Field):  # type: ignore[type-arg]
    """An order as the project names it: its own number or text (the order's `reference`), or `ord_…`."""

    default_error_messages = {"invalid": "A number or a text is needed."}

    def to_internal_value(self, data: Any) -> str:
        """The text of it."""
        if isinstance(data, bool) or not isinstance(data, (int, str)) or not str(data).strip() or len(str(data)) > 200:
            self.fail("invalid")
        return str(data).strip()

    def to_representation(self, value: Any) -> Any:
        """A number where it is one."""
        return order_number(value)


class AmountField(serializers.Field):  # type: ignore[type-arg]
    """An exact amount as text, such as "100.00". A JSON number with a fraction is refused: it is none exactly."""

    default_error_messages = {"invalid": 'An amount as text is needed, such as "100.00".'}

    def to_internal_value(self, data: Any) -> str:
        """The text; the engine reads it with the currency's own digits."""
        if isinstance(data, bool) or not isinstance(data, (int, str)) or len(str(data)) > 40:
            self.fail("invalid")
        return str(data)

    def to_representation(self, value: Any) -> str:
        """With all digits."""
        return str(value)


class PaymentCreateSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`{"order_id": 123, "method": "wechat", "amount": "100.00"}`; only `order_id` is needed."""

    order_id = OrderIdField()
    method = serializers.CharField(max_length=40, default=DEFAULT_METHOD)
    amount = AmountField(required=False)


class RefundCreateSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`{"amount": "30.00", "reason": "…"}`; all that is left, unless an amount is said."""

    amount = AmountField(required=False)
    reason = serializers.CharField(max_length=500, required=False)


class LogSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """An entry of a payment's log."""

    t = serializers.CharField()
    event = serializers.CharField()
    operator = serializers.CharField()
    detail = serializers.CharField()


class ActionSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What the payer does next; `kind` says which of the others counts."""

    kind = serializers.CharField()
    url = serializers.CharField(allow_null=True)
    qr_text = serializers.CharField(allow_null=True)
    client_secret = serializers.CharField(allow_null=True)
    parameters = serializers.DictField(child=serializers.CharField())


class PaymentSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A payment with the names of a shop's own table, and with its action so that a page can show a QR code."""

    id = serializers.CharField()
    order = serializers.SerializerMethodField()
    amount = AmountField()
    currency = serializers.CharField()
    method = serializers.CharField()
    status = serializers.CharField(source="state")
    action = ActionSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    logs = serializers.SerializerMethodField()

    def get_order(self, payment: Payment) -> int | str:
        """The project's own number of the order."""
        given = self.context.get("orders", {}).get(payment.order_id)
        return order_number(given if given is not None else order_name(get_paywright().order(payment.order_id)))

    def get_logs(self, payment: Payment) -> list[dict[str, str]]:
        """What happened to it, oldest first."""
        return payment_logs(get_paywright().logs(payment.id), payment.method)


class PaymentRowSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A payment in a list."""

    payment_id = serializers.CharField(source="id")
    order_id = serializers.CharField()
    amount = AmountField()
    currency = serializers.CharField()
    method = serializers.CharField()
    status = serializers.CharField(source="state")
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)


class PaymentStatusSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """How a payment stands: for a page that asks again and again."""

    payment_id = serializers.CharField(source="id")
    status = serializers.CharField(source="state")
    amount = AmountField()
    currency = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)


class RefundSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Money going back."""

    id = serializers.CharField()
    payment_id = serializers.CharField(allow_null=True)
    amount = AmountField()
    currency = serializers.CharField()
    status = serializers.CharField(source="state")
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


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
