"""The engine's tables for a project's own queries: `Payment.objects.filter(state="succeeded")`.

They are for reading. Only the engine writes them, so saving and deleting are refused. Primary keys are the public ids;
amounts are whole minor units under `…_minor`, and exact decimals under the name without it.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from .fields import FlagField, MomentField, PublicIdField
from .rows import ReadOnlyError as ReadOnlyError
from .rows import Row, amount_of, link, minor, text, whole


class Order(Row):
    """What is owed."""

    id = PublicIdField(primary_key=True, prefix="ord_", db_column="public_id")
    key = whole(unique=True, db_column="id")
    flow = text()
    state = text()
    currency = text()
    reference = text(null=True)
    customer = text(null=True)
    total_minor = minor("total")
    deposit_total_minor = minor("deposit_total")
    paid_minor = minor("paid")
    refunded_minor = minor("refunded")
    refund_pending_minor = minor("refund_pending")
    metadata_json = text(null=True, db_column="metadata")
    extends = link("self", null=True, related_name="extended_by")
    payable_until = MomentField()
    starts_at = MomentField(null=True)
    ends_at = MomentField(null=True)
    created_at = MomentField()
    updated_at = MomentField()
    version = whole()

    total = amount_of("total", "The sum of all lines.")
    deposit_total = amount_of("deposit_total", "The deposit in it.")
    paid = amount_of("paid", "Collected, ever.")
    refunded = amount_of("refunded", "Paid back, ever.")
    refund_pending = amount_of("refund_pending", "What refunds under way have reserved.")

    @property
    def metadata(self) -> dict[str, str]:
        """The project's own notes."""
        found: dict[str, str] = json.loads(self.metadata_json) if self.metadata_json else {}
        return found

    class Meta:
        managed = False
        db_table = "paywright_orders"
        ordering = ["-key"]
        default_permissions = ("view",)
        permissions = [("cancel_order", "Can cancel an order")]
        verbose_name = "order"


class Payment(Row):
    """One attempt to collect."""

    id = PublicIdField(primary_key=True, prefix="pay_", db_column="public_id")
    key = whole(unique=True, db_column="id")
    order = link("Order", related_name="payments")
    gateway = text()
    method = text()
    reference = text(null=True)
    state = text()
    amount_minor = minor("amount")
    captured_minor = minor("captured")
    refunded_minor = minor("refunded")
    refund_pending_minor = minor("refund_pending")
    transaction_id = text(null=True)
    late = FlagField()
    manual = FlagField()
    manual_capture = FlagField()
    failure_code = text(null=True)
    failure_message = text(null=True)
    description = text()
    expires_at = MomentField()
    paid_at = MomentField(null=True)
    created_at = MomentField()
    updated_at = MomentField()
    version = whole()

    amount = amount_of("amount", "What it shall collect.")
    captured = amount_of("captured", "What it did collect.")
    refunded = amount_of("refunded", "What went back.")
    refund_pending = amount_of("refund_pending", "What refunds under way have reserved.")

    @property
    def currency(self) -> str:
        """The order's; `select_related("order")` where many are shown."""
        return str(self.order.currency)

    class Meta:
        managed = False
        db_table = "paywright_payments"
        ordering = ["-key"]
        default_permissions = ("view",)
        permissions = [
            ("refund_payment", "Can refund a payment"),
            ("capture_payment", "Can capture a payment"),
            ("cancel_payment", "Can cancel a payment"),
            ("confirm_payment", "Can confirm a payment on evidence"),
        ]
        verbose_name = "payment"


class PaymentException(Row):
    """Money or a message that could not be applied and waits for a person."""

    id = PublicIdField(primary_key=True, prefix="exc_", db_column="public_id")
    key = whole(unique=True, db_column="id")
    kind = text()
    gateway = text()
    order = link("Order", null=True, related_name="exceptions")
    payment = link("Payment", null=True, related_name="exceptions")
    refund = link("Refund", null=True, related_name="exceptions")
    amount_minor = minor("amount", null=True)
    currency = text(null=True)
    transaction_id = text(null=True)
    explanation = text()
    body = text(null=True)
    suggestion = text()
    resolution = text(null=True)
    actor = text(null=True)
    reason = text(null=True)
    created_at = MomentField()
    resolved_at = MomentField(null=True)

    amount = amount_of("amount", "Money in suspense.")

    class Meta:
        managed = False
        db_table = "paywright_exceptions"
        ordering = ["key"]
        default_permissions = ("view",)
        permissions = [("resolve_paymentexception", "Can resolve an exception")]
        verbose_name = "exception"


class Refund(Row):
    """Money going back."""

    id = PublicIdField(primary_key=True, prefix="ref_", db_column="public_id")
    key = whole(unique=True, db_column="id")
    payment = link("Payment", null=True, related_name="refunds")
    order = link("Order", null=True, related_name="refunds")
    exception = link("PaymentException", null=True, related_name="refunds")
    gateway = text()
    source = text()
    state = text()
    currency = text()
    amount_minor = minor("amount")
    reason = text()
    transaction_id = text(null=True)
    failure_code = text(null=True)
    failure_message = text(null=True)
    created_at = MomentField()
    updated_at = MomentField()
    version = whole()

    amount = amount_of("amount", "How much.")

    class Meta:
        managed = False
        db_table = "paywright_refunds"
        ordering = ["-key"]
        default_permissions = ("view",)
        permissions = [("confirm_refund", "Can confirm a refund on evidence")]
        verbose_name = "refund"


class JournalEntry(Row):
    """What happened: one row for every change, never changed itself."""

    sequence = whole(primary_key=True, db_column="id")
    at = MomentField()
    event = text()
    actor = text()
    source = text(null=True)
    order = link("Order", null=True, related_name="journal")
    payment = link("Payment", null=True, related_name="journal")
    refund = link("Refund", null=True, related_name="journal")
    exception = link("PaymentException", null=True, related_name="journal")
    detail_json = text(db_column="detail")

    @property
    def detail(self) -> dict[str, str]:
        """What there is to know besides."""
        found: dict[str, str] = json.loads(self.detail_json)
        return found

    class Meta:
        managed = False
        db_table = "paywright_journal"
        ordering = ["-sequence"]
        default_permissions = ("view",)
        verbose_name = "journal entry"
        verbose_name_plural = "journal"


class Transfer(Row):
    """A row of the ledger: a debit account, a credit account, a positive amount."""

    sequence = whole(primary_key=True, db_column="id")
    entry: models.ForeignKey[Any, Any] = models.ForeignKey(
        JournalEntry, models.DO_NOTHING, db_column="entry", db_constraint=False, related_name="transfers"
    )
    kind = text()
    debit = text()
    credit = text()
    amount_minor = minor("amount")
    currency = text()
    gateway = text()
    order = link("Order", null=True, related_name="transfers")
    payment = link("Payment", null=True, related_name="transfers")
    refund = link("Refund", null=True, related_name="transfers")
    exception = link("PaymentException", null=True, related_name="transfers")

    amount = amount_of("amount", "How much.")

    class Meta:
        managed = False
        db_table = "paywright_transfers"
        ordering = ["-sequence"]
        default_permissions = ("view",)
        verbose_name = "transfer"
        verbose_name_plural = "ledger"
