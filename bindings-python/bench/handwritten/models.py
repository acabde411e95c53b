"""The tables of the hand-written service: what most shops have, and the two that books and audit need beside them."""

# The types of fields are known to a plug-in of the type checker that the benches do without.
# mypy: disable-error-code="var-annotated"

from __future__ import annotations

from django.db import models


class Order(models.Model):
    number = models.CharField(max_length=32, unique=True)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, default="pending", db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "handwritten"


class Payment(models.Model):
    number = models.CharField(max_length=32, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=16)
    status = models.CharField(max_length=16, default="pending", db_index=True)
    transaction_id = models.CharField(max_length=64, null=True, unique=True)
    paid_at = models.DateTimeField(null=True)
    logs = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "handwritten"


class Transfer(models.Model):
    """A movement in the ledger: what one account gives, the other has."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT)
    debit = models.CharField(max_length=32)
    credit = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "handwritten"


class Entry(models.Model):
    """A line of the journal: who changed what, and which message said so."""

    kind = models.CharField(max_length=32)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT)
    message = models.CharField(max_length=64, unique=True)
    actor = models.CharField(max_length=32)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "handwritten"
