"""The Django project that `test_django_asgi` serves with uvicorn: payments' routes, and a seat of the project's own.

`ASGI_DATABASE` is an entry of `DATABASES` as JSON, `ASGI_ADDRESS` where the site is served.
"""

from __future__ import annotations

import json
import os
from importlib import import_module
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connection, transaction
from django.dispatch import receiver
from django.http import HttpRequest, JsonResponse
from django.urls import include, path


def customer(request: HttpRequest) -> str | None:
    return request.headers.get("x-customer")


if not settings.configured:
    database = json.loads(os.environ["ASGI_DATABASE"])
    if database["ENGINE"].endswith("mysql"):
        pymysql: Any = import_module("pymysql")
        pymysql.install_as_MySQLdb()
    settings.configure(
        SECRET_KEY="throwaway-key-of-the-tests",
        DATABASES={"default": database},
        INSTALLED_APPS=["paywright.django"],
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        ROOT_URLCONF="asgi_site",
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        PAYWRIGHT={
            "MODE": "test",
            "GATEWAYS": ["mock"],
            "FROM_ENV": False,
            "BASE_URL": os.environ["ASGI_ADDRESS"],
            "CUSTOMER": customer,
            "MOCK_CHECKOUT": True,
        },
    )
    django.setup()

from paywright.django import get_paywright  # noqa: E402
from paywright.django.signals import order_paid  # noqa: E402



def reserve(number: int, customer: str | None, *, fail: bool = False) -> dict[str, str]:
    """A seat with its order and its payment, all or nothing."""
    pay = get_paywright()
    with transaction.atomic(), connection.cursor() as cursor:
        order = pay.create_order(currency="CNY", amount="100.00", customer=customer)
        payment = pay.create_payment(order.id, method="card")
        cursor.execute("INSERT INTO seat (number, order_id, paid) VALUES (%s, %s, 0)", [number, order.id])
        if fail:
            raise ZeroDivisionError
    return {"payment": payment.id, "url": pay.payment(payment.id).action.url or ""}


def book(request: HttpRequest, number: int) -> JsonResponse:
    """As most projects do it: Django runs the view in a thread."""
    try:
        return JsonResponse(reserve(number, customer(request), fail="fail" in request.GET))
    except ZeroDivisionError:
        return JsonResponse({"failed": "as asked"}, status=409)


async def book_async(request: HttpRequest, number: int) -> JsonResponse:
    """A view of the event loop leaves its database to a thread."""
    return JsonResponse(await sync_to_async(reserve)(number, customer(request)))


async def book_wrongly(request: HttpRequest, number: int) -> JsonResponse:
    """A view that forgets to."""
    try:
        order = get_paywright().create_order(currency="CNY", amount="100.00", reference=f"seat-{number}")
        return JsonResponse({"order": order.id})
    except SynchronousOnlyOperation as error:
        return JsonResponse({"refused": str(error)}, status=500)


@receiver(order_paid)
def mark(order_id: str, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE seat SET paid = paid + 1 WHERE order_id = %s", [order_id])


urlpatterns = [
    path("pay/", include("paywright.django.urls")),
    path("book/<int:number>", book),
    path("book-async/<int:number>", book_async),
    path("book-wrongly/<int:number>", book_wrongly),
]
application = get_asgi_application()
