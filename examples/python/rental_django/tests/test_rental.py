"""The rental keeps bookings and money together: what notes 000 and 002 ask of its pages, without a browser."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from conftest import visitor

import paywright
from paywright.testing import ManualClock, MockGateway


def book(client: Any, days: int = 3, **more: str) -> Any:
    """A Corolla: 54.50 a day and a deposit of 200."""
    from cars.models import Booking, Car

    car = Car.objects.get(model="Corolla")
    answer = client.post(f"/cars/{car.pk}/book/", {"days": days, **more})
    booking = Booking.objects.get(temp_id=answer.headers["location"].rstrip("/").rsplit("/", 1)[1])
    assert answer.headers["location"] == f"/bookings/payment/{booking.temp_id}/"
    return booking


def start(client: Any, booking: Any, **form: str) -> Any:
    return client.post(f"/bookings/process-payment/{booking.temp_id}/", {"experience": "embedded", **form})


def again(booking: Any) -> Any:
    booking.refresh_from_db()
    return booking


def paid(client: Any, gateway: MockGateway) -> Any:
    booking = book(client)
    start(client, booking)
    gateway.pay(again(booking).payment_id)
    return again(booking)


def test_a_temporary_booking_survives_a_restart(ann: Any, pay: paywright.Paywright) -> None:
    """Protects: 000-14, the temporary booking and its order are rows, found by the same name after a restart."""
    from paywright.django import get_paywright, reset_paywright

    booking = book(ann, one_way="on")
    reset_paywright()
    order = get_paywright().order_by_reference(booking.temp_id, flow="rental")
    assert (order.id, booking.status, str(order.due)) == (booking.order_id, "temporary", "438.50")
    assert [line.kind for line in order.lines] == ["item", "deposit", "fee"]
    assert order.lines[0].description == "Car Rental: Toyota Corolla"
    assert b"438.50" in ann.get(f"/bookings/payment/{booking.temp_id}/").content


def test_booking_and_order_or_neither(ann: Any, pay: paywright.Paywright, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects: 000-22, when the booking's row fails the order is not there either."""
    from cars.models import Booking

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Booking.objects, "create", broken)
    with pytest.raises(RuntimeError):
        book(ann)
    assert pay.orders().total == 0 and Booking.objects.count() == 0


def test_booking_and_payment_or_neither(ann: Any, pay: paywright.Paywright, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects: 000-24, a payment whose booking could not be written does not exist, and no gateway heard of it."""
    from cars.models import Booking

    booking = book(ann)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Booking, "save", broken)
    with pytest.raises(RuntimeError):
        start(ann, booking)
    assert pay.payments().total == 0 and again(booking).payment_id == ""
    monkeypatch.undo()
    assert start(ann, booking).status_code == 302
    assert pay.payments().items[0].id == again(booking).payment_id


def test_the_form_leads_to_the_provider(ann: Any, pay: paywright.Paywright) -> None:
    """Protects: 000-41, 000-42 and 000-46, form and hosted page lead to one payment; the billing details are kept."""
    booking = book(ann)
    form = {"card_holder_name": "Ann Example", "billing_address": "1 Quay", "billing_city": "Hamburg"}
    first = start(ann, booking, **form, billing_zip="20457", billing_country="DE")
    hosted = ann.get(f"/bookings/stripe-checkout/{booking.temp_id}/")
    assert (first.status_code, hosted.status_code) == (302, 302)
    assert first.headers["location"] == hosted.headers["location"] == pay.payments().items[0].action.url
    assert (again(booking).status, booking.billing["billing_city"]) == ("awaiting_payment", "Hamburg")


def test_a_payment_confirms_the_booking(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 000-43, 000-44 and 002-02, the callback confirms, and whoever comes back sees it, however often."""
    booking = paid(ann, mock_gateway)
    assert booking.status == "confirmed"
    assert [(one.kind, one.detail) for one in booking.notifications.all()] == [("PAYMENT_SUCCESS", "363.50 USD")]
    for _ in range(2):
        back = ann.get(f"/bookings/stripe-success/{booking.temp_id}/")
        assert back.headers["location"] == f"/bookings/payment-success/{booking.pk}/"
    assert ann.get(f"/bookings/payment-success/{booking.pk}/").status_code == 200
    assert ann.get(f"/bookings/payment/{booking.temp_id}/").headers["location"] == f"/bookings/{booking.pk}/"
    assert pay.verify().ok


def test_a_payment_at_once_skips_the_provider(ann: Any, mock_gateway: MockGateway) -> None:
    """Protects: 000-46, where the gateway collects at once the form leads to the success page."""
    booking = book(ann)
    mock_gateway.script("success")
    back = ann.get(start(ann, booking).headers["location"])
    assert back.headers["location"] == f"/bookings/payment-success/{booking.pk}/"
    assert again(booking).status == "confirmed"


def test_a_callback_twice_notifies_once(ann: Any, mock_gateway: MockGateway) -> None:
    """Protects: 002-27, repeated messages and repeated signals leave one notification."""
    from paywright.django.signals import deliver_events

    booking = book(ann)
    start(ann, booking)
    assert mock_gateway.pay(again(booking).payment_id, callback="duplicate").answers == [200, 200]
    deliver_events()
    assert booking.notifications.count() == 1


def test_a_declined_payment(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 000-23, 002-03, 002-24 and 002-26, nothing is lost: the customer is told and tries again."""
    booking = book(ann)
    start(ann, booking)
    first = again(booking).payment_id
    visit = mock_gateway.decline(first)
    assert visit.return_url
    back = ann.get(visit.return_url.replace("http://127.0.0.1:8000", ""), follow=True)
    assert b"The card was declined." in back.content
    assert (again(booking).status, booking.notifications.get().kind) == ("awaiting_payment", "PAYMENT_FAILED")
    assert str(pay.order(booking.order_id).due) == "363.50"
    start(ann, booking)
    assert again(booking).payment_id != first
    mock_gateway.pay(booking.payment_id)
    assert again(booking).status == "confirmed"


def test_a_lost_callback(ann: Any, mock_gateway: MockGateway) -> None:
    """Protects: 000-08 and 000-28, the payer's return is a question to the gateway, and its answer counts."""
    booking = book(ann)
    start(ann, booking)
    visit = mock_gateway.pay(again(booking).payment_id, callback="drop")
    assert again(booking).status == "awaiting_payment"
    assert visit.return_url
    ann.get(visit.return_url.replace("http://127.0.0.1:8000", ""))
    assert again(booking).status == "confirmed"


def test_the_return_page_believes_nobody(ann: Any) -> None:
    """Protects: 000-08, an address that claims success changes nothing."""
    booking = book(ann)
    start(ann, booking)
    page = ann.get(f"/bookings/stripe-success/{booking.temp_id}/?status=succeeded&redirect_status=succeeded")
    assert b"waiting for your payment" in page.content
    assert again(booking).status == "awaiting_payment"


def test_only_the_owner(ann: Any) -> None:
    """Protects: 002-11, others are sent to their own bookings, strangers to the sign-in, on every page of a booking."""
    from django.test import Client

    booking = book(ann)
    eve = visitor("eve")
    for path in (f"payment/{booking.temp_id}", f"stripe-success/{booking.temp_id}", f"{booking.pk}"):
        assert eve.get(f"/bookings/{path}/").headers["location"] == "/bookings/"
        assert Client().get(f"/bookings/{path}/").headers["location"].startswith("/sign-in/")
    assert start(eve, booking).headers["location"] == "/bookings/"
    assert again(booking).payment_id == ""


def test_the_interface_for_scripts(ann: Any) -> None:
    """Protects: 000-45, a script gets the payment's action; what is not there is a refusal in JSON."""
    booking = book(ann)

    def ask(text: str) -> Any:
        return ann.post("/api/create-payment-intent", text, content_type="application/json")

    said = ask(json.dumps({"temp_booking_id": booking.temp_id})).json()
    assert (said["payment_id"], said["action"]["kind"]) == (again(booking).payment_id, "redirect")
    assert [ask(text).status_code for text in ("[]", "{}", "x", '{"temp_booking_id": "nobody"}')] == [400, 400, 400, 404]


def test_the_deposit_goes_back_once(ann: Any, counter: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 002-10, 002-20 to 002-22, the car goes out and comes back, the deposit less what is kept."""
    booking = paid(ann, mock_gateway)
    counter.post(f"/counter/{booking.pk}/hand-over/")
    assert (again(booking).status, booking.car.status) == ("ongoing", "rented")
    for _ in range(2):
        counter.post(f"/counter/{booking.pk}/take-back/", {"withhold": "20.00", "reason": "a scratch"})
    order = pay.order(booking.order_id)
    assert (order.state, str(order.refunded), order.deposit_held) == ("completed", "180.00", Decimal(0))
    assert again(booking).status == "completed"
    booking.car.refresh_from_db()
    assert booking.car.status == "available"
    kinds = [one.kind for one in booking.notifications.all()]
    assert kinds == ["REFUND_SUCCESS", "PAYMENT_SUCCESS"]
    assert pay.verify().ok and sum(balance.balance for balance in pay.balances()) == 0


def test_an_unpaid_car_stays(ann: Any, counter: Any, pay: paywright.Paywright) -> None:
    """Protects: nobody drives away with a booking that is not paid, and only the counter hands over."""
    booking = book(ann)
    counter.post(f"/counter/{booking.pk}/hand-over/")
    ann.post(f"/counter/{booking.pk}/hand-over/")
    assert (pay.order(booking.order_id).state, again(booking).status) == ("pending", "temporary")


def test_nobody_pays_for_a_day(ann: Any, pay: paywright.Paywright, clock: ManualClock) -> None:
    """Protects: a temporary booking that nobody pays is given up by due work, and the customer is told."""
    from django.core.management import call_command

    booking = book(ann)
    clock.advance(24 * 3600 + 1)
    call_command("paywright_run_due", verbosity=0)
    call_command("paywright_events", verbosity=0)
    assert (again(booking).status, booking.notifications.get().kind) == ("cancelled", "BOOKING_CANCELLED")


def test_chinese_pages(ann: Any) -> None:
    """Protects: 000-37, pages and the provider's refusals are there in Chinese too."""
    booking = book(ann)
    page = ann.get(f"/bookings/payment/{booking.temp_id}/", headers={"accept-language": "zh-cn"}).content.decode()
    assert 'lang="zh-CN"' in page and "前往支付页面" in page
