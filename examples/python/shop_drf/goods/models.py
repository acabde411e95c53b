"""What the shop itself keeps: products and orders. How an order stands is asked of Paywright and kept nowhere else."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Product(models.Model):
    """A tea."""

    name = models.CharField(max_length=60, unique=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """A customer's order; its number is the reference under which Paywright knows it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    quantity = models.PositiveSmallIntegerField(default=1)
    total_amount = models.DecimalField(max_digits=10, decimal_places=2)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.product} × {self.quantity}"
