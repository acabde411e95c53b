"""What the rental itself keeps: cars, bookings, notifications. Nothing here knows sums that were paid; Paywright does."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models


def temporary_id() -> str:
    """The public name of a booking: not to be guessed, and good after any restart."""
    return secrets.token_hex(8)


class Car(models.Model):
    """A car that can be rented."""

    class Status(models.TextChoices):
        AVAILABLE = "available"
        RENTED = "rented"

    make = models.CharField(max_length=40)
    model = models.CharField(max_length=40)
    plate = models.CharField(max_length=12, unique=True)
    seats = models.PositiveSmallIntegerField(default=5)
    colour = models.CharField(max_length=7, default="#3d5a80")
    daily_price = models.DecimalField(max_digits=8, decimal_places=2)
    deposit = models.DecimalField(max_digits=8, decimal_places=2)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.AVAILABLE)

    def __str__(self) -> str:
        return f"{self.make} {self.model}"


class Booking(models.Model):
    """A customer wants a car. It begins as temporary and is confirmed by its money, never by a browser."""

    class Status(models.TextChoices):
        TEMPORARY = "temporary"
        AWAITING_PAYMENT = "awaiting_payment"
        CONFIRMED = "confirmed"
        ONGOING = "ongoing"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    temp_id = models.CharField(max_length=16, unique=True, default=temporary_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings")
    car = models.ForeignKey(Car, on_delete=models.PROTECT, related_name="bookings")
    days = models.PositiveSmallIntegerField()
    one_way = models.BooleanField(default=False)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.TEMPORARY)
    order_id = models.CharField(max_length=40, unique=True)
    payment_id = models.CharField(max_length=40, blank=True)
    billing = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.car}, {self.days} d ({self.temp_id})"


class Notification(models.Model):
    """Something that a customer is told. A row for each event of the journal, however often it is announced."""

    class Kind(models.TextChoices):
        PAYMENT_SUCCESS = "PAYMENT_SUCCESS"
        PAYMENT_FAILED = "PAYMENT_FAILED"
        REFUND_SUCCESS = "REFUND_SUCCESS"
        BOOKING_CANCELLED = "BOOKING_CANCELLED"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    detail = models.CharField(max_length=200, blank=True)
    event = models.PositiveBigIntegerField(unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-event"]
        indexes = [models.Index(fields=["user", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} for {self.booking_id}"
