"""The engine's tables for a project's own queries: `Payment.objects.filter(state="succeeded")`.

They are for reading. Only the engine writes them, so saving and deleting are refused. Primary keys are the public ids;
amounts are whole minor units under `…_minor`, and exact decimals under the name without it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from django.db import models

from .. import _native
from . import conf
from .fields import FlagField, MomentField, PublicIdField

if TYPE_CHECKING:
    _QuerySet = models.QuerySet[Any]
else:
    _QuerySet = models.QuerySet


class ReadOnlyError(TypeError):
    """A row of the engine was to be written by somebody else."""


def _refuse(what: str) -> NoReturn:
    raise ReadOnlyError(f"{what}: Paywright's tables are for reading. Changes go through paywright.django.get_paywright().")


class ReadOnlyQuerySet(_QuerySet):
    """Looks, and changes nothing."""

    def create(self, *args: Any, **given: Any) -> Any:
        """Refused."""
        _refuse("create")

    def update(self, *args: Any, **given: Any) -> int:
        """Refused."""
        _refuse("update")

    def delete(self) -> Any:
        """Refused."""
        _refuse("delete")

    def bulk_create(self, *args: Any, **given: Any) -> Any:
        """Refused."""
        _refuse("bulk_create")

    def bulk_update(self, *args: Any, **given: Any) -> int:
        """Refused."""
        _refuse("bulk_update")

    def _raw_delete(self, using: Any) -> int:
        _refuse("delete")


_Manager: Any = models.Manager.from_queryset(ReadOnlyQuerySet)


class ReadOnlyManager(_Manager):  # type: ignore[misc]
    """Looks into the database that `PAYWRIGHT["DATABASE"]` names, unless `using` says otherwise."""

    def get_queryset(self) -> Any:
        """All rows."""
        found = super().get_queryset()
        alias = conf.current().alias if self._db is None else None
        return found.using(alias) if alias else found


class _Row(models.Model):
    """A row of the engine's."""

    objects: ClassVar[Any] = ReadOnlyManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **given: Any) -> None:
        """Refused."""
        _refuse("save")

    def delete(self, *args: Any, **given: Any) -> Any:
        """Refused."""
        _refuse("delete")

    def __str__(self) -> str:
        return str(self.pk)


def _decimal(minor: int | None, currency: str | None) -> Decimal | None:
    if minor is None or currency is None:
        return None
    found: Decimal = getattr(_native, "_amount_of_minor")(minor, currency)
    return found


def _amount(column: str, what: str) -> Any:
    """A property that shows a column of minor units in the row's currency."""

    def read(row: Any) -> Decimal | None:
        return _decimal(getattr(row, f"{column}_minor"), row.currency)

    read.__doc__ = what
    return property(read)


def _text(**given: Any) -> models.TextField[Any, Any]:
    return models.TextField(**given)


def _whole(**given: Any) -> models.BigIntegerField[Any, Any]:
    return models.BigIntegerField(**given)


def _minor(column: str, **given: Any) -> models.BigIntegerField[Any, Any]:
    return _whole(db_column=column, **given)


def _link(to: str, **given: Any) -> models.ForeignKey[Any, Any]:
    """A reference by the integer key, inside the tables."""
    return models.ForeignKey(to, models.DO_NOTHING, to_field="key", db_constraint=False, **given)


class Order(_Row):
    """What is owed."""

    id = PublicIdField(primary_key=True, prefix="ord_", db_column="public_id")
    key = _whole(unique=True, db_column="id")
    flow = _text()
    state = _text()
    currency = _text()
    reference = _text(null=True)
    customer = _text(null=True)
    total_minor = _minor("total")
    deposit_total_minor = _minor("deposit_total")
    paid_minor = _minor("paid")
    refunded_minor = _minor("refunded")
    refund_pending_minor = _minor("refund_pending")
    metadata_json = _text(null=True, db_column="metadata")
    extends = _link("self", null=True, related_name="extended_by")
    payable_until = MomentField()
    starts_at = MomentField(null=True)
    ends_at = MomentField(null=True)
    created_at = MomentField()
    updated_at = MomentField()
    version = _whole()

    total = _amount("total", "The sum of all lines.")
    deposit_total = _amount("deposit_total", "The deposit in it.")
    paid = _amount("paid", "Collected, ever.")
    refunded = _amount("refunded", "Paid back, ever.")
    refund_pending = _amount("refund_pending", "What refunds under way have reserved.")

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


class Payment(_Row):
    """One attempt to collect."""

    id = PublicIdField(primary_key=True, prefix="pay_", db_column="public_id")
    key = _whole(unique=True, db_column="id")
    order = _link("Order", related_name="payments")
    gateway = _text()
    method = _text()
    reference = _text(null=True)
    state = _text()
    amount_minor = _minor("amount")
    captured_minor = _minor("captured")
    refunded_minor = _minor("refunded")
    refund_pending_minor = _minor("refund_pending")
    transaction_id = _text(null=True)
    late = FlagField()
    manual = FlagField()
    manual_capture = FlagField()
    failure_code = _text(null=True)
    failure_message = _text(null=True)
    description = _text()
    expires_at = MomentField()
    paid_at = MomentField(null=True)
    created_at = MomentField()
    updated_at = MomentField()
    version = _whole()

    amount = _amount("amount", "What it shall collect.")
    captured = _amount("captured", "What it did collect.")
    refunded = _amount("refunded", "What went back.")
    refund_pending = _amount("refund_pending", "What refunds under way have reserved.")

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


class PaymentException(_Row):
    """Money or a message that could not be applied and waits for a person."""

    id = PublicIdField(primary_key=True, prefix="exc_", db_column="public_id")
    key = _whole(unique=True, db_column="id")
    kind = _text()
    gateway = _text()
    order = _link("Order", null=True, related_name="exceptions")
    payment = _link("Payment", null=True, related_name="exceptions")
    refund = _link("Refund", null=True, related_name="exceptions")
    amount_minor = _minor("amount", null=True)
    currency = _text(null=True)
    transaction_id = _text(null=True)
    explanation = _text()
    body = _text(null=True)
    suggestion = _text()
    resolution = _text(null=True)
    actor = _text(null=True)
    reason = _text(null=True)
    created_at = MomentField()
    resolved_at = MomentField(null=True)

    amount = _amount("amount", "Money in suspense.")

    class Meta:
        managed = False
        db_table = "paywright_exceptions"
        ordering = ["key"]
        default_permissions = ("view",)
        permissions = [("resolve_paymentexception", "Can resolve an exception")]
        verbose_name = "exception"


class Refund(_Row):
    """Money going back."""

    id = PublicIdField(primary_key=True, prefix="ref_", db_column="public_id")
    key = _whole(unique=True, db_column="id")
    payment = _link("Payment", null=True, related_name="refunds")
    order = _link("Order", null=True, related_name="refunds")
    exception = _link("PaymentException", null=True, related_name="refunds")
    gateway = _text()
    source = _text()
    state = _text()
    currency = _text()
    amount_minor = _minor("amount")
    reason = _text()
    transaction_id = _text(null=True)
    failure_code = _text(null=True)
    failure_message = _text(null=True)
    created_at = MomentField()
    updated_at = MomentField()
    version = _whole()

    amount = _amount("amount", "How much.")

    class Meta:
        managed = False
        db_table = "paywright_refunds"
        ordering = ["-key"]
        default_permissions = ("view",)
        permissions = [("confirm_refund", "Can confirm a refund on evidence")]
        verbose_name = "refund"


class JournalEntry(_Row):
    """What happened: one row for every change, never changed itself."""

    sequence = _whole(primary_key=True, db_column="id")
    at = MomentField()
    event = _text()
    actor = _text()
    source = _text(null=True)
    order = _link("Order", null=True, related_name="journal")
    payment = _link("Payment", null=True, related_name="journal")
    refund = _link("Refund", null=True, related_name="journal")
    exception = _link("PaymentException", null=True, related_name="journal")
    detail_json = _text(db_column="detail")

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


class Transfer(_Row):
    """A row of the ledger: a debit account, a credit account, a positive amount."""

    sequence = _whole(primary_key=True, db_column="id")
    entry: models.ForeignKey[Any, Any] = models.ForeignKey(
        JournalEntry, models.DO_NOTHING, db_column="entry", db_constraint=False, related_name="transfers"
    )
    kind = _text()
    debit = _text()
    credit = _text()
    amount_minor = _minor("amount")
    currency = _text()
    gateway = _text()
    order = _link("Order", null=True, related_name="transfers")
    payment = _link("Payment", null=True, related_name="transfers")
    refund = _link("Refund", null=True, related_name="transfers")
    exception = _link("PaymentException", null=True, related_name="transfers")

    amount = _amount("amount", "How much.")

    class Meta:
        managed = False
        db_table = "paywright_transfers"
        ordering = ["-sequence"]
        default_permissions = ("view",)
        verbose_name = "transfer"
        verbose_name_plural = "ledger"
