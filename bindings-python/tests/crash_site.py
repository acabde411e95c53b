"""The Django project that `test_django_crash` serves with gunicorn and kills: a booking and its payment in one commit.

`CRASH_DATABASE` is its SQLite file. It keeps nothing in memory that a killed worker could take along.
"""

from __future__ import annotations

import os
from functools import cache

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

if not settings.configured:
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
    options = {"timeout": 30, "init_command": pragmas, "transaction_mode": "IMMEDIATE"}
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ["CRASH_DATABASE"],
                "OPTIONS": options,
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=["paywright.django"],
        ROOT_URLCONF="crash_site",
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
    )
    django.setup()

from paywright import Mock, Paywright  # noqa: E402
from paywright.django import DjangoStore  # noqa: E402

BOOKING = "CREATE TABLE booking (number TEXT PRIMARY KEY, order_id TEXT, payment_id TEXT, paid INTEGER NOT NULL)"


@cache
def engine() -> Paywright:
    """The worker's own engine, opened after the fork."""
    return Paywright.open(DjangoStore(), gateways=[Mock()], mode="test")


def make_tables() -> None:
    """The host's table and the engine's, in an empty database."""
    from paywright._host_store import schema_statements

    store = DjangoStore()
    store.run_statements([*schema_statements(store.dialect), BOOKING])


def book(_: HttpRequest, number: str) -> JsonResponse:
    """A booking with its order and its payment, all or nothing; a kill may come between any two of them."""
    pay = engine()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO booking (number, paid) VALUES (%s, 0)", [number])
        order = pay.create_order(currency="CNY", amount="100.00", reference=f"booking-{number}")
        payment = pay.create_payment(order.id, method="card")
        cursor.execute(
            "UPDATE booking SET order_id = %s, payment_id = %s WHERE number = %s", [order.id, payment.id, number]
        )
    return JsonResponse({"payment": payment.id})


def settle(_: HttpRequest, number: str) -> JsonResponse:
    """The payer's success: the payment and the booking's mark, all or nothing."""
    pay = engine()
    with connection.cursor() as cursor:
        cursor.execute("SELECT payment_id FROM booking WHERE number = %s", [number])
        payment_id = cursor.fetchone()[0]
    delivery = pay.mock_callbacks(payment_id, "success")[0]
    with transaction.atomic(), connection.cursor() as cursor:
        result = pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
        cursor.execute("UPDATE booking SET paid = 1 WHERE number = %s", [number])
    return JsonResponse({"outcome": result.outcome})


urlpatterns = [path("book/<number>", book), path("settle/<number>", settle)]
application = get_wsgi_application()
