"""What the rental does: book, start a payment, hand a car over, take it back. All sums and states of money are Paywright's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import paywright
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from paywright.django import get_paywright

from .models import Booking, Car, temporary_id

CURRENCY = "USD"
ONE_WAY_FEE = Decimal("75.00")


def book(customer: User, car: Car, days: int, one_way: bool) -> Booking:
    """A temporary booking and its order: both or neither. Nobody pays it within a day: due work cancels the order."""
    lines = [
        paywright.NewLine(description=f"Car Rental: {car}", unit_amount=car.daily_price, quantity=days),
        paywright.NewLine(description="Deposit", unit_amount=car.deposit, kind="deposit"),
    ]
    if one_way:
        lines.append(paywright.NewLine(description="One-way return", unit_amount=ONE_WAY_FEE, kind="fee"))
    name = temporary_id()
    with transaction.atomic():
        order = get_paywright().create_order(
            currency=CURRENCY,
            lines=lines,
            reference=name,
            customer=str(customer.pk),
            flow="rental",
            ends_at=timezone.now() + timedelta(days=days),
        )
        return Booking.objects.create(
            temp_id=name, customer=customer, car=car, days=days, one_way=one_way, order_id=order.id
        )


def start_payment(booking: Booking, experience: str, return_url: str, billing: dict[str, Any] | None = None) -> paywright.Payment:
    """The payment and the booking that names it, in one commit; the gateway is asked after it.

    The same call again gives the same payment, as long as it is open.
    """
    pay = get_paywright()
    with transaction.atomic():
        locked = Booking.objects.select_for_update().get(pk=booking.pk)
        payment = pay.create_payment(
            locked.order_id,
            method="card",
            experience="hosted" if experience == "hosted" else "embedded",
            return_url=return_url,
            description=f"Car Rental: {locked.car}",
        )
        locked.payment_id = payment.id
        locked.status = Booking.Status.AWAITING_PAYMENT
        locked.billing = billing or locked.billing
        locked.save(update_fields=["payment_id", "status", "billing"])
    return pay.payment(payment.id)


def hand_over(booking: Booking, actor: str) -> None:
    """The customer drives away: only with a booking that is paid."""
    pay = get_paywright()
    with transaction.atomic():
        if pay.order(booking.order_id).settlement != "settled":
            raise NotPaid(f"booking {booking.temp_id} is not paid")
        pay.transition_order(booking.order_id, "start", actor=actor)
        Booking.objects.filter(pk=booking.pk).update(status=Booking.Status.ONGOING)
        Car.objects.filter(pk=booking.car_id).update(status=Car.Status.RENTED)


def take_back(booking: Booking, actor: str, withhold: Decimal, reason: str) -> None:
    """The car is back: the order is completed and the deposit goes back, less what is withheld.

    Money moves here, and a gateway is never asked inside a transaction of ours. So the order comes first; should this process end
    in between, the signal `order_completed` brings the rest.
    """
    kept = withhold or None
    get_paywright().transition_order(
        booking.order_id, "complete", actor=actor, withhold=kept, withhold_reason=reason if kept else None
    )
    returned(booking)


def returned(booking: Booking) -> None:
    """A car is free again if no other rental of it is going on. Doing it twice changes nothing."""
    with transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(status=Booking.Status.COMPLETED)
        if not Booking.objects.filter(car=booking.car_id, status=Booking.Status.ONGOING).exists():
            Car.objects.filter(pk=booking.car_id).update(status=Car.Status.AVAILABLE)


class NotPaid(Exception):
    """The car stays here until the booking is paid."""
