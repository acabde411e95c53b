"""`path("payments/", include("paywright.django.urls"))`: the routes that every project with payments needs.

None of them is protected by a login; each view says itself who is answered. See `views`.
"""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "paywright"

urlpatterns = [
    path("callback/<str:gateway>/", views.callback, name="callback"),
    # A gateway follows no redirect that would add the slash, so the address without it works too.
    path("callback/<str:gateway>", views.callback),
    path("payments/<str:payment_id>/status", views.status, name="status"),
    path("history", views.history, name="history"),
    path("return/<str:gateway>/", views.returned, name="return"),
    path("mock/checkout/", views.mock_checkout, name="mock_checkout"),
]
