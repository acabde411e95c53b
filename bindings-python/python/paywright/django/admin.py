"""The admin: orders, payments, refunds, journal, ledger and the queue of exceptions. It shows; the engine decides."""

from __future__ import annotations

from typing import Any, get_args

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..display import format_amount
from ..errors import PaywrightError
from ..types import ExceptionKind, PaymentState, RefundState
from .acts import CANCEL, CANCEL_ORDER, CAPTURE, CONFIRM, CONFIRM_REFUND, REFUND, RESOLVE, Act
from .engine import get_paywright
from .models import JournalEntry, Order, Payment, PaymentException, Refund, Transfer
from .reading_admin import ReadingAdmin

RELATED_ROWS_MAX = 200


def _money(name: str, title: str = "") -> Any:
    """A column that shows an amount with its currency and sorts by it."""

    @admin.display(description=title or name.replace("_", " "), ordering=f"{name}_minor")
    def column(self: Any, row: Any) -> str:
        amount = getattr(row, name)
        return "–" if amount is None else format_amount(amount, row.currency)

    return column


def _words(field: str, known: tuple[str, ...]) -> type[SimpleListFilter]:
    """A filter by known words: no query is made to find out which there are."""

    class Words(SimpleListFilter):
        title = field
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(word, word.replace("_", " ")) for word in known]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            return queryset.filter(**{field: self.value()}) if self.value() in known else queryset

    return Words


def _table(title: str, rows: Any, heads: list[str], cells: Any) -> dict[str, Any]:
    return {"title": title, "heads": heads, "rows": [cells(row) for row in rows[:RELATED_ROWS_MAX]]}


def _linked(row: Any) -> SafeString:
    """Its id, leading to its own page."""
    options = row._meta
    place = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', place, row.pk)


def _journal(rows: Any) -> dict[str, Any]:
    def cells(row: Any) -> list[Any]:
        facts = " ".join(f"{name}={value}" for name, value in row.detail.items())
        return [row.sequence, row.at, row.event, row.actor, facts]

    return _table("Journal", rows.order_by("sequence"), ["#", "at", "event", "actor", "detail"], cells)


def _ledger(rows: Any) -> dict[str, Any]:
    def cells(row: Any) -> list[Any]:
        return [row.sequence, row.kind, row.debit, row.credit, format_amount(row.amount, row.currency)]

    return _table("Ledger", rows.order_by("sequence"), ["#", "kind", "debit", "credit", "amount"], cells)


@admin.register(Order)
class OrderAdmin(ReadingAdmin):
    """Orders."""

    acts = (CANCEL_ORDER,)
    ids = {"ord_": "pk", "pay_": "payments__pk"}
    list_display = ("id", "reference", "customer", "flow", "state", "total_shown", "paid_shown", "refunded_shown", "created_at")
    list_filter = ("flow", "state", "currency")
    search_fields = ("reference", "customer")
    shown = (
        *("id", "reference", "customer", "flow", "state", "total_shown", "paid_shown", "refunded_shown", "deposit_shown"),
        *("metadata", "extends", "payable_until", "starts_at", "ends_at", "created_at", "updated_at", "version"),
    )
    total_shown, paid_shown = _money("total"), _money("paid")
    refunded_shown, deposit_shown = _money("refunded"), _money("deposit_total", "deposit")

    def possible(self, row: Any, act: Act) -> bool:
        """What its flow allows."""
        try:
            return "cancel" in get_paywright().order(row.pk).possible
        except PaywrightError:
            return False

    def related(self, row: Any) -> list[dict[str, Any]]:
        """Its payments, its refunds, its journal, its ledger."""

        def paid(payment: Any) -> list[Any]:
            return [_linked(payment), payment.gateway, payment.method, payment.state, format_amount(payment.amount, row.currency)]

        def back(refund: Any) -> list[Any]:
            return [_linked(refund), refund.state, format_amount(refund.amount, refund.currency), refund.reason]

        payments = row.payments.select_related("order")
        return [
            _table("Payments", payments, ["id", "gateway", "method", "state", "amount"], paid),
            _table("Refunds", row.refunds.all(), ["id", "state", "amount", "reason"], back),
            _journal(row.journal.all()),
            _ledger(row.transfers.all()),
        ]


@admin.register(Payment)
class PaymentAdmin(ReadingAdmin):
    """Payments, with refund, capture, cancel and confirm."""

    acts = (REFUND, CAPTURE, CANCEL, CONFIRM)
    ids = {"pay_": "pk", "ord_": "order__pk", "ref_": "refunds__pk"}
    list_display = ("id", "order", "gateway", "method", "state", "amount_shown", "refunded_shown", "created_at", "paid_at")
    list_filter = (_words("state", get_args(PaymentState)), "gateway", "method", "late", "manual")
    list_select_related = ("order",)
    search_fields = ("=reference", "=transaction_id", "=order__reference", "=order__customer")
    shown = (
        *("id", "order", "gateway", "method", "state", "amount_shown", "captured_shown", "refunded_shown", "pending_shown"),
        *("description", "reference", "transaction_id", "failure_code", "failure_message", "late", "manual"),
        *("manual_capture", "expires_at", "paid_at", "created_at", "updated_at", "version"),
    )
    amount_shown, captured_shown, refunded_shown = _money("amount"), _money("captured"), _money("refunded")
    pending_shown = _money("refund_pending", "refund pending")

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
            return [_linked(refund), refund.state, format_amount(refund.amount, refund.currency), refund.reason]

        refunds = _table("Refunds", row.refunds.all(), ["id", "state", "amount", "reason"], back)
        return [refunds, _journal(row.journal.all()), _ledger(row.transfers.all())]


@admin.register(Refund)
class RefundAdmin(ReadingAdmin):
    """Refunds, with confirm."""

    acts = (CONFIRM_REFUND,)
    ids = {"ref_": "pk", "pay_": "payment__pk", "ord_": "order__pk"}
    list_display = ("id", "payment", "order", "state", "amount_shown", "source", "reason", "created_at")
    list_filter = (_words("state", get_args(RefundState)), "gateway", "source")
    list_select_related = ("payment", "order")
    search_fields = ("=transaction_id", "=order__reference")
    shown = (
        *("id", "payment", "order", "exception", "gateway", "source", "state", "amount_shown", "reason"),
        *("transaction_id", "failure_code", "failure_message", "created_at", "updated_at", "version"),
    )
    amount_shown = _money("amount")

    def possible(self, row: Any, act: Act) -> bool:
        """Only what is still under way."""
        return bool(row.state == "pending")


class _OpenFirst(SimpleListFilter):
    """The open ones, unless others are asked for."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "open"), ("resolved", "resolved"), ("all", "all")]

    def choices(self, changelist: Any) -> Any:
        for value, title in self.lookup_choices:
            yield {
                "selected": (self.value() or "open") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "resolved")


@admin.register(PaymentException)
class PaymentExceptionAdmin(ReadingAdmin):
    """What waits for a person, with resolve."""

    acts = (RESOLVE,)
    ids = {"exc_": "pk", "pay_": "payment__pk", "ord_": "order__pk"}
    list_display = ("id", "kind", "amount_shown", "explanation", "suggestion", "gateway", "created_at", "resolution")
    list_filter = (_OpenFirst, _words("kind", get_args(ExceptionKind)), "gateway")
    search_fields = ("=transaction_id",)
    shown = (
        *("id", "kind", "gateway", "order", "payment", "refund", "amount_shown", "transaction_id", "explanation"),
        *("suggestion", "body", "resolution", "actor", "reason", "created_at", "resolved_at"),
    )
    amount_shown = _money("amount")

    def possible(self, row: Any, act: Act) -> bool:
        """Only what is open."""
        return bool(row.resolved_at is None)

    def related(self, row: Any) -> list[dict[str, Any]]:
        """Its journal."""
        return [_journal(row.journal.all())]


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadingAdmin):
    """The journal."""

    ids = {"ord_": "order__pk", "pay_": "payment__pk", "ref_": "refund__pk", "exc_": "exception__pk"}
    list_display = ("sequence", "at", "event", "actor", "order", "payment", "refund", "facts")
    list_filter = ("event",)
    list_select_related = ("order", "payment", "refund")
    search_fields = ("=actor", "=source")
    shown = ("sequence", "at", "event", "actor", "source", "order", "payment", "refund", "exception", "facts")

    @admin.display(description="detail")
    def facts(self, row: Any) -> str | SafeString:
        """What there is to know besides."""
        return " ".join(f"{name}={value}" for name, value in row.detail.items())


@admin.register(Transfer)
class TransferAdmin(ReadingAdmin):
    """The ledger."""

    ids = {"ord_": "order__pk", "pay_": "payment__pk", "ref_": "refund__pk", "exc_": "exception__pk"}
    list_display = ("sequence", "kind", "debit", "credit", "amount_shown", "gateway", "order", "payment", "refund")
    list_filter = ("kind", "gateway", "currency")
    list_select_related = ("order", "payment", "refund")
    search_fields = ("=kind",)
    shown = (
        *("sequence", "entry", "kind", "debit", "credit", "amount_shown", "gateway"),
        *("order", "payment", "refund", "exception"),
    )
    amount_shown = _money("amount")
