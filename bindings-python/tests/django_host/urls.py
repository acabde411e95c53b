"""The addresses of the project of the tests."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from paywright.django import get_paywright
from paywright.django.rest import PaymentViewSet

router = DefaultRouter()
router.register("payments", PaymentViewSet, basename="payment")


def order(request: HttpRequest, order_id: str) -> HttpResponse:
    """A view of a host that lets a PaywrightError through."""
    return HttpResponse(get_paywright().order(order_id).state)


def shown(request: HttpRequest, payment_id: str) -> HttpResponse:
    """A page of a host with everything that the template tags show."""
    text = (
        "{% load paywright %}{{ payment|money }} {{ payment|payment_label }} {{ payment|payment_message }} "
        "{% payment_action payment nonce='n-1' %}"
    )
    payment = get_paywright().payment(payment_id)
    return HttpResponse(engines["django"].from_string(text).render({"payment": payment}, request))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("paywright/", include("paywright.django.urls")),
    path("api/", include(router.urls)),
    path("orders/<str:order_id>/", order, name="order"),
    path("shown/<str:payment_id>/", shown, name="shown"),
]
