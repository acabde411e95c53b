"""The shop's one page. Its script talks to the API like any other client."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from .models import Product


@ensure_csrf_cookie
def front(request: HttpRequest) -> HttpResponse:
    """Teas, and what becomes of the order. Everybody who comes is a customer of their own."""
    if not request.user.is_authenticated:
        guest = User.objects.create_user(f"guest-{User.objects.count() + 1}")
        login(request, guest)
    return render(request, "goods/front.html", {"products": Product.objects.order_by("price")})
