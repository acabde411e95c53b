"""Addresses: the API of the notes, one page, and in development the pretend wallet."""

from django.contrib import admin
from django.urls import include, path
from paywright.django.views import callback
from rest_framework.routers import DefaultRouter

from goods import api, phone, views

router = DefaultRouter()
router.include_root_view = False
router.register("orders", api.OrderViewSet, basename="order")
router.register("payments", api.PaymentViewSet, basename="payment")

urlpatterns = [
    path("", views.front, name="front"),
    # Before the API's own: a callback is raw bytes with a signature, and knows no token.
    path("api/payments/callback/<str:gateway>/", callback, name="callback"),
    path("api/", include(router.urls)),
    path("phone/<slug:wallet>/<str:payment_id>/", phone.phone, name="phone"),
    path("pay/", include("paywright.django.urls")),
    path("admin/", admin.site.urls),
]
