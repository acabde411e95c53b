"""Fills an empty shop with teas, and makes a customer with a token for the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from goods.models import Product
from rest_framework.authtoken.models import Token

TEAS = [("Oolong, 100 g", "100.00"), ("Jasmine pearls, 50 g", "45.50"), ("Pu-erh cake", "268.00")]


class Command(BaseCommand):
    help = "Adds the example's teas and the customer `ann`, whose token it prints. Running it twice changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, price in TEAS:
            Product.objects.get_or_create(name=name, defaults={"price": Decimal(price)})
        ann, _created = User.objects.get_or_create(username="ann")
        token, _created = Token.objects.get_or_create(user=ann)
        self.stdout.write(f"{Product.objects.count()} teas; Authorization: Bearer {token.key}")
