"""What the rental does when Paywright tells that money moved. Signals come at least once, so everything here can be repeated."""

from __future__ import annotations

from typing import Any

import paywright
from django.dispatch import receiver
from paywright.django import get_paywright
from paywright.django.signals import order_cancelled, order_completed, payment_failed, payment_succeeded, refund_succeeded

from . import services
from .models import Booking, Notification


def _booking(event: paywright.Event) -> Booking | None:
    return Booking.objects.filter(order_id=event.order_id).first() if event.order_id else None


def _notify(booking: Booking, kind: str, event: paywright.Event, detail: str = "") -> None:
    given = {"user": booking.customer, "booking": booking, "kind": kind, "detail": detail}
    Notification.objects.get_or_create(event=event.sequence, defaults=given)


def _amount(event: paywright.Event) -> str:
    return f"{event.detail.get('amount', '')} {event.detail.get('currency', '')}".strip()


@receiver(payment_succeeded)
def confirm(sender: object, event: paywright.Event, **_: Any) -> None:
    """A booking is confirmed once everything that it costs is paid."""
    if booking := _booking(event):
        order = get_paywright().order(booking.order_id)
        waiting = [Booking.Status.TEMPORARY, Booking.Status.AWAITING_PAYMENT]
        if order.settlement == "settled":
            Booking.objects.filter(pk=booking.pk, status__in=waiting).update(status=Booking.Status.CONFIRMED)
        _notify(booking, Notification.Kind.PAYMENT_SUCCESS, event, _amount(event))


@receiver(payment_failed)
def keep_waiting(sender: object, event: paywright.Event, **_: Any) -> None:
    """A payment that failed leaves the booking waiting for another one; what is due does not change."""
    if booking := _booking(event):
        Booking.objects.filter(pk=booking.pk, status=Booking.Status.TEMPORARY).update(
            status=Booking.Status.AWAITING_PAYMENT
        )
        _notify(booking, Notification.Kind.PAYMENT_FAILED, event, event.detail.get("code", ""))


@receiver(refund_succeeded)
def tell_refund(sender: object, event: paywright.Event, **_: Any) -> None:
    """Money went back: the deposit, or what the counter refunded."""
    if booking := _booking(event):
        _notify(booking, Notification.Kind.REFUND_SUCCESS, event, _amount(event))


@receiver(order_cancelled)
def give_up(sender: object, event: paywright.Event, **_: Any) -> None:
    """Nobody paid in time, or somebody cancelled."""
    if booking := _booking(event):
        Booking.objects.filter(pk=booking.pk).update(status=Booking.Status.CANCELLED)
        _notify(booking, Notification.Kind.BOOKING_CANCELLED, event)


@receiver(order_completed)
def take_back(sender: object, event: paywright.Event, **_: Any) -> None:
    """The rental is over, also if the counter's own request ended halfway."""
    if booking := _booking(event):
        services.returned(booking)
