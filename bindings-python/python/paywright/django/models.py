"""The engine's tables for a project's own queries: `Payment.objects.filter(state="succeeded")`.

They are for reading. Only the engine writes them, so saving and deleting are refused. Primary keys are the public ids;
amounts are whole minor units under `…_minor`, and exact decimals under the name without it.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from .fields import FlagField, MomentField, PublicIdField
from .rows import Link, Row, Text, Whole, amount_of, link, minor, text, whole
from .rows import ReadOnlyError as ReadOnlyError


class Order(Row):
    """What is owed."""

    id: PublicIdField = PublicIdField(primary_key=True, prefix="ord_", db_column="public_id")
    key: Whole = whole(unique=True, db_column="id")
    flow: Text = text()
    state: Text = text()
    currency: Text = text()
    reference: Text = text(null=True)
    customer: Text = text(null=True)
    total_minor: Whole = minor("total")
    deposit_total_minor: Whole = minor("deposit_total")
    paid_minor: Whole = minor("paid")
    refunded_minor: Whole = minor("refunded")
    refund_pending_minor: Whole = minor("refund_pending")
    metadata_json: Text = text(null=True, db_column="metadata")
    extends: Link = link("self", null=True, related_name="extended_by")
    payable_until: MomentField = MomentField()
    starts_at: MomentField = MomentField(null=True)
    ends_at: MomentField = MomentField(null=True)
    created_at: MomentField = MomentField()
    updated_at: MomentField = MomentField()
    version: Whole = whole()

    total: Any = amount_of("total", "The sum of all lines.")
    deposit_total: Any = amount_of("deposit_total", "The deposit in it.")
    paid: Any = amount_of("paid", "Collected, ever.")
    refunded: Any = amount_of("refunded", "Paid back, ever.")
    refund_pending: Any = amount_of("refund_pending", "What refunds under way have reserved.")

    @property
    def metadata(self) -> dict[str, str]:
        """The project's own notes."""
        found: dict[str, str] = json.loads(self.metadata_json) if self.metadata_json else {}
        return found

    class Meta:
        managed = False
        db_table = "paywright_orders"
        ordering: list[str] = ["-key"]
        default_permissions: tuple[str, ...] = ("view",)
        permissions: list[tuple[str, str]] = [("cancel_order", "Can cancel an order")]
        verbose_name = "order"


class Payment(Row):
    """One attempt to collect."""

    id: PublicIdField = PublicIdField(primary_key=True, prefix="pay_", db_column="public_id")
    key: Whole = whole(unique=True, db_column="id")
    order: Link = link("Order", related_name="payments")
    gateway: Text = text()
    method: Text = text()
    reference: Text = text(null=True)
    state: Text = text()
    amount_minor: Whole = minor("amount")
    captured_minor: Whole = minor("captured")
    refunded_minor: Whole = minor("refunded")
    refund_pending_minor: Whole = minor("refund_pending")
    transaction_id: Text = text(null=True)
    late: FlagField = FlagField()
    manual: FlagField = FlagField()
    manual_capture: FlagField = FlagField()
    failure_code: Text = text(null=True)
    failure_message: Text = text(null=True)
    description: Text = text()
    expires_at: MomentField = MomentField()
    paid_at: MomentField = MomentField(null=True)
    created_at: MomentField = MomentField()
    updated_at: MomentField = MomentField()
    version: Whole = whole()

    amount: Any = amount_of("amount", "What it shall collect.")
    captured: Any = amount_of("captured", "What it did collect.")
    refunded: Any = amount_of("refunded", "What went back.")
    refund_pending: Any = amount_of("refund_pending", "What refunds under way have reserved.")

    @property
    def currency(self) -> str:
        """The order's; `select_related("order")` where many are shown."""
        return str(self.order.currency)

    class Meta:
        managed = False
        db_table = "paywright_payments"
        ordering: list[str] = ["-key"]
        default_permissions: tuple[str, ...] = ("view",)
        permissions: list[tuple[str, str]] = [
            ("refund_payment", "Can refund a payment"),
            ("capture_payment", "Can capture a payment"),
            ("cancel_payment", "Can cancel a payment"),
            ("confirm_payment", "Can confirm a payment on evidence"),
        ]
        verbose_name = "payment"


class PaymentException(Row):
    """Money or a message that could not be applied and waits for a person."""

    id: PublicIdField = PublicIdField(primary_key=True, prefix="exc_", db_column="public_id")
    key: Whole = whole(unique=True, db_column="id")
    kind: Text = text()
    gateway: Text = text()
    order: Link = link("Order", null=True, related_name="exceptions")
    payment: Link = link("Payment", null=True, related_name="exceptions")
    refund: Link = link("Refund", null=True, related_name="exceptions")
    amount_minor: Whole = minor("amount", null=True)
    currency: Text = text(null=True)
    transaction_id: Text = text(null=True)
    explanation: Text = text()
    body: Text = text(null=True)
    suggestion: Text = text()
    resolution: Text = text(null=True)
    actor: Text = text(null=True)
    reason: Text = text(null=True)
    created_at: MomentField = MomentField()
    resolved_at: MomentField = MomentField(null=True)

    amount: Any = amount_of("amount", "Money in suspense.")

    class Meta:
        managed = False
        db_table = "paywright_exceptions"
        ordering: list[str] = ["key"]
        default_permissions: tuple[str, ...] = ("view",)
        permissions: list[tuple[str, str]] = [("resolve_paymentexception", "Can resolve an exception")]
        verbose_name = "exception"


class Refund(Row):
    """Money going back."""

    id: PublicIdField = PublicIdField(primary_key=True, prefix="ref_", db_column="public_id")
    key: Whole = whole(unique=True, db_column="id")
    payment: Link = link("Payment", null=True, related_name="refunds")
    order: Link = link("Order", null=True, related_name="refunds")
    exception: Link = link("PaymentException", null=True, related_name="refunds")
    gateway: Text = text()
    source: Text = text()
    state: Text = text()
    currency: Text = text()
    amount_minor: Whole = minor("amount")
    reason: Text = text()
    transaction_id: Text = text(null=True)
    failure_code: Text = text(null=True)
    failure_message: Text = text(null=True)
    created_at: MomentField = MomentField()
    updated_at: MomentField = MomentField()
    version: Whole = whole()

    amount: Any = amount_of("amount", "How much.")

    class Meta:
        managed = False
        db_table = "paywright_refunds"
        ordering: list[str] = ["-key"]
        default_permissions: tuple[str, ...] = ("view",)
        permissions: list[tuple[str, str]] = [("confirm_refund", "Can confirm a refund on evidence")]
        verbose_name = "refund"


class JournalEntry(Row):
    """What happened: one row for every change, never changed itself."""

    sequence: Whole = whole(primary_key=True, db_column="id")
    at: MomentField = MomentField()
    event: Text = text()
    actor: Text = text()
    source: Text = text(null=True)
    order: Link = link("Order", null=True, related_name="journal")
    payment: Link = link("Payment", null=True, related_name="journal")
    refund: Link = link("Refund", null=True, related_name="journal")
    exception: Link = link("PaymentException", null=True, related_name="journal")
    detail_json: Text = text(db_column="detail")

    @property
    def detail(self) -> dict[str, str]:
        """What there is to know besides."""
        found: dict[str, str] = json.loads(self.detail_json)
        return found

    class Meta:
        managed = False
        db_table = "paywright_journal"
        ordering: list[str] = ["-sequence"]
        default_permissions: tuple[str, ...] = ("view",)
        verbose_name = "journal entry"
        verbose_name_plural = "journal"


class Transfer(Row):
    """A row of the ledger: a debit account, a credit account, a positive amount."""

    sequence: Whole = whole(primary_key=True, db_column="id")
    entry: Link = models.ForeignKey(
        JournalEntry, models.DO_NOTHING, db_column="entry", db_constraint=False, related_name="transfers"
    )
    kind: Text = text()
    debit: Text = text()
    credit: Text = text()
    amount_minor: Whole = minor("amount")
    currency: Text = text()
    gateway: Text = text()
    order: Link = link("Order", null=True, related_name="transfers")
    payment: Link = link("Payment", null=True, related_name="transfers")
    refund: Link = link("Refund", null=True, related_name="transfers")
    exception: Link = link("PaymentException", null=True, related_name="transfers")

    amount: Any = amount_of("amount", "How much.")

    class Meta:
        managed = False
        db_table = "paywright_transfers"
        ordering: list[str] = ["-sequence"]
        default_permissions: tuple[str, ...] = ("view",)
        verbose_name = "transfer"
        verbose_name_plural = "ledger"
