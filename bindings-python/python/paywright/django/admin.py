"""The admin: orders, payments, refunds, journal, ledger and the queue of exceptions. It shows; the engine decides."""

from __future__ import annotations

from typing import Any, ClassVar, get_args

from django.contrib import admin
from django.utils.safestring import SafeString

from ..display import format_amount
from ..errors import PaywrightError
from ..types import ExceptionKind, PaymentState, RefundState
from .acts import CANCEL, CANCEL_ORDER, CAPTURE, CONFIRM, CONFIRM_REFUND, REFUND, RESOLVE, Act
from .admin_columns import OpenFirst, journal, ledger, linked, money_column, order_column, table, words_filter
from .engine import get_paywright
from .models import JournalEntry, Order, Payment, PaymentException, Refund, Transfer
from .reading_admin import ReadingAdmin


@admin.register(Order)
class OrderAdmin(ReadingAdmin):
    """Orders."""

    acts: Any = (CANCEL_ORDER,)
    ids: Any = {"ord_": "pk", "pay_": "payments__pk"}
    list_display: Any = (
        "id",
        "reference",
        "customer",
        "flow",
        "state",
        "total_shown",
        "paid_shown",
        "refunded_shown",
        "created_at",
    )
    list_filter: ClassVar[Any] = ("flow", "state", "currency")
    search_fields: ClassVar[Any] = ("reference", "customer")
    shown: Any = (
        *(
            "id",
            "reference",
            "customer",
            "flow",
            "state",
            "total_shown",
            "paid_shown",
            "refunded_shown",
            "deposit_shown",
        ),
        *("metadata", "extends", "payable_until", "starts_at", "ends_at", "created_at", "updated_at", "version"),
    )
    total_shown: Any = money_column("total")
    paid_shown: Any = money_column("paid")
    refunded_shown: Any = money_column("refunded")
    deposit_shown: Any = money_column("deposit_total", "deposit")

    def possible(self, row: Any, act: Act) -> bool:
        """What its flow allows."""
        try:
            return "cancel" in get_paywright().order(row.pk).possible
        except PaywrightError:
            return False

    def related(self, row: Any) -> list[dict[str, Any]]:
        """Its payments, its refunds, its journal, its ledger."""

        def paid(payment: Any) -> list[Any]:
            return [
                linked(payment),
                payment.gateway,
                payment.method,
                payment.state,
                format_amount(payment.amount, row.currency),
            ]

        def back(refund: Any) -> list[Any]:
            return [linked(refund), refund.state, format_amount(refund.amount, refund.currency), refund.reason]

        payments = row.payments.select_related("order")
        return [
            table("Payments", payments, ["id", "gateway", "method", "state", "amount"], paid),
            table("Refunds", row.refunds.all(), ["id", "state", "amount", "reason"], back),
            journal(row.journal.all()),
            ledger(row.transfers.all()),
        ]


@admin.register(Payment)
class PaymentAdmin(ReadingAdmin):
    """Payments, with refund, capture, cancel and confirm."""

    acts: Any = (REFUND, CAPTURE, CANCEL, CONFIRM)
    ids: Any = {"pay_": "pk", "ord_": "order__pk", "ref_": "refunds__pk"}
    list_display: Any = (
        "id",
        "amount_shown",
        "state",
        "order_shown",
        "method",
        "gateway",
        "refunded_shown",
        "created_at",
    )
    list_filter: ClassVar[Any] = (words_filter("state", get_args(PaymentState)), "gateway", "method", "late", "manual")
    list_select_related: ClassVar[Any] = ("order",)
    search_fields: ClassVar[Any] = ("=reference", "=transaction_id", "=order__reference", "=order__customer")
    shown: Any = (
        *(
            "id",
            "order",
            "gateway",
            "method",
            "state",
            "amount_shown",
            "captured_shown",
            "refunded_shown",
            "pending_shown",
        ),
        *("description", "reference", "transaction_id", "failure_code", "failure_message", "late", "manual"),
        *("manual_capture", "expires_at", "paid_at", "created_at", "updated_at", "version"),
    )
    order_shown: Any = order_column
    amount_shown: Any = money_column("amount")
    captured_shown: Any = money_column("captured")
    refunded_shown: Any = money_column("refunded")
    pending_shown: Any = money_column("refund_pending", "refund pending")

    def possible(self, row: Any, act: Act) -> bool:
        """What its state allows."""
        if act is CONFIRM:
            return row.state in ("init", "processing")
        try:
            return act.name in get_paywright().payment(row.pk).possible
        except PaywrightError:
            return False

    def related(self, row: Any) -> list[dict[str, Any]]:
        """Its refunds, its journal, its ledger."""

        def back(refund: Any) -> list[Any]:
            return [linked(refund), refund.state, format_amount(refund.amount, refund.currency), refund.reason]

        refunds = table("Refunds", row.refunds.all(), ["id", "state", "amount", "reason"], back)
        return [refunds, journal(row.journal.all()), ledger(row.transfers.all())]


@admin.register(Refund)
class RefundAdmin(ReadingAdmin):
    """Refunds, with confirm."""

    acts: Any = (CONFIRM_REFUND,)
    ids: Any = {"ref_": "pk", "pay_": "payment__pk", "ord_": "order__pk"}
    list_display: Any = ("id", "amount_shown", "state", "order_shown", "source", "reason", "created_at")
    list_filter: ClassVar[Any] = (words_filter("state", get_args(RefundState)), "gateway", "source")
    list_select_related: ClassVar[Any] = ("payment", "order")
    search_fields: ClassVar[Any] = ("=transaction_id", "=order__reference")
    shown: Any = (
        *("id", "payment", "order", "exception", "gateway", "source", "state", "amount_shown", "reason"),
        *("transaction_id", "failure_code", "failure_message", "created_at", "updated_at", "version"),
    )
    order_shown: Any = order_column
    amount_shown: Any = money_column("amount")

    def possible(self, row: Any, act: Act) -> bool:
        """Only what is still under way."""
        return bool(row.state == "pending")


@admin.register(PaymentException)
class PaymentExceptionAdmin(ReadingAdmin):
    """What waits for a person, with resolve."""

    acts: Any = (RESOLVE,)
    ids: Any = {"exc_": "pk", "pay_": "payment__pk", "ord_": "order__pk"}
    list_display: Any = (
        "id",
        "kind",
        "amount_shown",
        "explanation",
        "suggestion",
        "gateway",
        "created_at",
        "resolution",
    )
    list_filter: ClassVar[Any] = (OpenFirst, words_filter("kind", get_args(ExceptionKind)), "gateway")
    search_fields: ClassVar[Any] = ("=transaction_id",)
    shown: Any = (
        *("id", "kind", "gateway", "order", "payment", "refund", "amount_shown", "transaction_id", "explanation"),
        *("suggestion", "body", "resolution", "actor", "reason", "created_at", "resolved_at"),
    )
    amount_shown: Any = money_column("amount")

    def possible(self, row: Any, act: Act) -> bool:
        """Only what is open."""
        return bool(row.resolved_at is None)

    def related(self, row: Any) -> list[dict[str, Any]]:
        """Its journal."""
        return [journal(row.journal.all())]


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadingAdmin):
    """The journal."""

    ids: Any = {"ord_": "order__pk", "pay_": "payment__pk", "ref_": "refund__pk", "exc_": "exception__pk"}
    list_display: Any = ("sequence", "at", "event", "actor", "order", "payment", "refund", "facts")
    list_filter: ClassVar[Any] = ("event",)
    list_select_related: ClassVar[Any] = ("order", "payment", "refund")
    search_fields: ClassVar[Any] = ("=actor", "=source")
    shown: Any = ("sequence", "at", "event", "actor", "source", "order", "payment", "refund", "exception", "facts")

    @admin.display(description="detail")
    def facts(self, row: Any) -> str | SafeString:
        """What there is to know besides."""
        return " ".join(f"{name}={value}" for name, value in row.detail.items())


@admin.register(Transfer)
class TransferAdmin(ReadingAdmin):
    """The ledger."""

    ids: Any = {"ord_": "order__pk", "pay_": "payment__pk", "ref_": "refund__pk", "exc_": "exception__pk"}
    list_display: Any = ("sequence", "kind", "debit", "credit", "amount_shown", "gateway", "order", "payment", "refund")
    list_filter: ClassVar[Any] = ("kind", "gateway", "currency")
    list_select_related: ClassVar[Any] = ("order", "payment", "refund")
    search_fields: ClassVar[Any] = ("=kind",)
    shown: Any = (
        *("sequence", "entry", "kind", "debit", "credit", "amount_shown", "gateway"),
        *("order", "payment", "refund", "exception"),
    )
    amount_shown: Any = money_column("amount")
