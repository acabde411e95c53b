"""The pages of the rental. They show what is and start what the customer wants; no page believes a browser about money."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import paywright
from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from paywright.django import get_paywright
from paywright.django.signals import deliver_soon

from . import forms, services
from .models import Booking, Car
from .words import catalogue, language_of

View = Callable[..., HttpResponse]


def word(request: HttpRequest, key: str) -> str:
    return catalogue(language_of(request))[key]


def own_booking(view: View) -> View:
    """Only the owner sees a booking; anybody else is sent to their own."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, **given: Any) -> HttpResponse:
        booking = get_object_or_404(Booking.objects.select_related("car", "customer"), **given)
        if booking.customer_id != request.user.pk:
            messages.error(request, word(request, "not_yours"))
            return redirect("my_bookings")
        return view(request, booking)

    return login_required(guarded)


def payable(view: View) -> View:
    """Only what takes payments and has something due; anything else goes to the booking's own page."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, booking: Booking) -> HttpResponse:
        order = get_paywright().order(booking.order_id)
        if not order.can_pay:
            settled = order.settlement == "settled"
            messages.info(request, word(request, "already_paid" if settled else "not_payable"))
            return redirect("booking", pk=booking.pk)
        return view(request, booking)

    return own_booking(guarded)


def front(request: HttpRequest) -> HttpResponse:
    return render(request, "cars/front.html", {"cars": Car.objects.order_by("daily_price")})


def sign_in(request: HttpRequest) -> HttpResponse:
    """A stand-in for the real thing: whoever says a name that is nobody's of the staff is that customer."""
    form = forms.SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, _ = User.objects.get_or_create(username=form.cleaned_data["name"])
        if not user.is_staff:
            login(request, user)
            onward = request.POST.get("next", "")
            safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
            return redirect(onward if safe else "front")
    return render(request, "cars/sign_in.html", {"next": request.GET.get("next", "")})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("front")


@login_required
@require_POST
def book(request: HttpRequest, pk: int) -> HttpResponse:
    car = get_object_or_404(Car, pk=pk, status=Car.Status.AVAILABLE)
    form = forms.Book(request.POST)
    if not form.is_valid():
        return redirect("front")
    assert isinstance(request.user, User)
    booking = services.book(request.user, car, form.cleaned_data["days"], form.cleaned_data["one_way"])
    return redirect("payment", temp_id=booking.temp_id)


@login_required
def my_bookings(request: HttpRequest) -> HttpResponse:
    bookings = Booking.objects.filter(customer=request.user.pk).select_related("car")
    return render(request, "cars/my_bookings.html", {"bookings": bookings})


@own_booking
def booking(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Everything about one booking: what is due, what was paid, what went back."""
    pay = get_paywright()
    return render(
        request,
        "cars/booking.html",
        {
            "booking": booking,
            "order": pay.order(booking.order_id),
            "payments": pay.payments(order_id=booking.order_id, size=5).items,
            "refunds": pay.refunds(order_id=booking.order_id, size=5).items,
            "notifications": booking.notifications.all()[:10],
        },
    )


@payable
def payment(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The payment page: what it costs, who pays, and how."""
    pay = get_paywright()
    attempts = pay.payments(order_id=booking.order_id, size=1).items
    shown = {"booking": booking, "order": pay.order(booking.order_id), "last": attempts[0] if attempts else None}
    return render(request, "cars/payment.html", shown)


@payable
@require_POST
def process_payment(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The ordinary form."""
    form = forms.Billing(request.POST)
    billing = form.cleaned_data if form.is_valid() else {}
    return onward(request, booking, request.POST.get("experience", "embedded"), billing)


@payable
def stripe_checkout(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Straight to the provider's page. Opening it twice leads to the same payment."""
    return onward(request, booking, "hosted")


def onward(request: HttpRequest, booking: Booking, experience: str, billing: dict[str, Any] | None = None) -> HttpResponse:
    """Starts the payment and goes where the payer goes next."""
    try:
        started = services.start_payment(booking, experience, returning(request, booking), billing)
    except paywright.PaywrightError as error:
        zh = language_of(request) == "zh"
        messages.error(request, error.message_zh if zh else error.message)
        return redirect("payment", temp_id=booking.temp_id)
    match started.action.kind:
        case "redirect" if started.action.url:
            return redirect(started.action.url)
        case "client_secret":
            shown = {"booking": booking, "payment": started, "return_url": returning(request, booking)}
            return render(request, "cars/card.html", shown)
        case _:
            return redirect("stripe_success", temp_id=booking.temp_id)


def returning(request: HttpRequest, booking: Booking) -> str:
    return request.build_absolute_uri(reverse("stripe_success", kwargs={"temp_id": booking.temp_id}))


@own_booking
def stripe_success(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The payer came back. That proves nothing: the gateway is asked; opening this again changes nothing."""
    pay = get_paywright()
    if not booking.payment_id:
        return redirect("payment", temp_id=booking.temp_id)
    current = pay.payment(booking.payment_id)
    if current.state in ("init", "processing"):
        current = pay.handle_return(current.gateway, params={"payment": current.id})
    response: HttpResponse
    if current.state == "succeeded":
        response = redirect("payment_success", pk=booking.pk)
    elif current.state in ("failed", "cancelled", "expired"):
        response = redirect("payment", temp_id=booking.temp_id)
    else:
        response = render(request, "cars/waiting.html", {"booking": booking, "payment": current})
    deliver_soon(response)
    return response


@own_booking
def payment_success(request: HttpRequest, booking: Booking) -> HttpResponse:
    order = get_paywright().order(booking.order_id)
    if order.settlement != "settled":
        return redirect("booking", pk=booking.pk)
    return render(request, "cars/payment_success.html", {"booking": booking, "order": order})


@login_required
@require_POST
def create_payment_intent(request: HttpRequest) -> JsonResponse:
    """The same as the form, for a page that stays where it is."""
    try:
        given = json.loads(request.body)
        found = Booking.objects.filter(temp_id=str(given["temp_booking_id"]), customer=request.user.pk).first()
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"code": "malformed", "message": "a JSON object with temp_booking_id is needed"}, status=400)
    if not found:
        return JsonResponse({"code": "order_not_found", "message": "there is no such booking"}, status=404)
    try:
        started = services.start_payment(found, "embedded", returning(request, found))
    except paywright.PaywrightError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=error.http_status)
    return JsonResponse({"payment_id": started.id, "state": started.state, "action": started.action.to_dict()})


@staff_member_required
def counter(request: HttpRequest) -> HttpResponse:
    """Cars go out and come back."""
    busy = [Booking.Status.CONFIRMED, Booking.Status.ONGOING]
    shown = Booking.objects.filter(status__in=busy).select_related("car", "customer")
    return render(request, "cars/counter.html", {"bookings": shown})


@staff_member_required
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        services.hand_over(get_object_or_404(Booking, pk=pk), str(request.user))
    except services.NotPaid:
        messages.error(request, word(request, "not_paid"))
    return redirect("counter")


@staff_member_required
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    form = forms.TakeBack(request.POST)
    if form.is_valid():
        withhold, reason = form.cleaned_data["withhold"] or Decimal(0), form.cleaned_data["reason"]
        try:
            services.take_back(get_object_or_404(Booking, pk=pk), str(request.user), withhold, reason)
        except paywright.PaywrightError as error:
            messages.error(request, error.message)
    response: HttpResponse = redirect("counter")
    deliver_soon(response)
    return response
