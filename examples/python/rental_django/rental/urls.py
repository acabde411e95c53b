"""Addresses: the rental's own as its note lists them, Paywright's under /pay/, Django's admin."""

from django.contrib import admin
from django.urls import include, path

from cars import views

urlpatterns = [
    path("", views.front, name="front"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("cars/<int:pk>/book/", views.book, name="book"),
    path("bookings/", views.my_bookings, name="my_bookings"),
    path("bookings/<int:pk>/", views.booking, name="booking"),
    path("bookings/payment/<slug:temp_id>/", views.payment, name="payment"),
    path("bookings/process-payment/<slug:temp_id>/", views.process_payment, name="process_payment"),
    path("bookings/stripe-checkout/<slug:temp_id>/", views.stripe_checkout, name="stripe_checkout"),
    path("bookings/stripe-success/<slug:temp_id>/", views.stripe_success, name="stripe_success"),
    path("bookings/payment-success/<int:pk>/", views.payment_success, name="payment_success"),
    path("api/create-payment-intent", views.create_payment_intent, name="create_payment_intent"),
    path("counter/", views.counter, name="counter"),
    path("counter/<int:pk>/hand-over/", views.hand_over, name="hand_over"),
    path("counter/<int:pk>/take-back/", views.take_back, name="take_back"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("pay/", include("paywright.django.urls")),
    path("admin/", admin.site.urls),
]
