"""Fills an empty rental with cars, and with a person at the counter when a password is given."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

from cars.models import Car
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

CARS = [
    ("Fiat", "Panda", "HC 101", 4, "#e07a5f", "39.00", "150.00"),
    ("Toyota", "Corolla", "HC 204", 5, "#3d5a80", "54.50", "200.00"),
    ("Volvo", "V60", "HC 318", 5, "#81b29a", "82.00", "300.00"),
    ("Ford", "Transit", "HC 407", 9, "#8d6a9f", "119.90", "500.00"),
]


class Command(BaseCommand):
    help = "Adds the example's cars, and the user `counter` if COUNTER_PASSWORD is set. Running it twice changes nothing."

    def handle(self, *_: Any, **__: Any) -> None:
        for make, model, plate, seats, colour, price, deposit in CARS:
            given = {"make": make, "model": model, "seats": seats, "colour": colour}
            prices = {"daily_price": Decimal(price), "deposit": Decimal(deposit)}
            Car.objects.get_or_create(plate=plate, defaults={**given, **prices})
        password = os.environ.get("COUNTER_PASSWORD")
        if password and not User.objects.filter(username="counter").exists():
            User.objects.create_superuser("counter", password=password)
        self.stdout.write(f"{Car.objects.count()} cars")
