"""How many callbacks a Django project settles per second through `DjangoStore`, beside a service written by hand with
Django's ORM (`handwritten/`). Build with `--release` first.

Both take turns within one run, each on a SQLite file of its own with the same pragmas: write-ahead log, every commit
synced. Orders, payments and callbacks are made beforehand and not measured.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connections

SETTLES = 150
ROUNDS = 9
SECRET = b"throwaway-callback-secret"
DURABLE = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"


def database(path: Path) -> dict[str, object]:
    options = {"init_command": DURABLE, "transaction_mode": "IMMEDIATE"}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}


def configure(folder: Path) -> None:
    settings.configure(
        DATABASES={"default": database(folder / "handwritten.db"), "engine": database(folder / "engine.db")},
        INSTALLED_APPS=["handwritten"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from handwritten import models

    with connections["default"].schema_editor() as editor:
        for model in (models.Order, models.Payment, models.Transfer, models.Entry):
            editor.create_model(model)


class ByHand:
    """The service written by hand; with `books` it writes as many rows as the engine."""

    def __init__(self, books: bool) -> None:
        self.books = books

    def prepare(self, turn: str) -> list[bytes]:
        from handwritten.models import Order, Payment
        from handwritten.service import signature

        bodies = []
        for number in range(SETTLES):
            name = f"{turn}-{number}"
            order = Order.objects.create(number=f"O{name}", total=Decimal("100.00"), currency="CNY")
            Payment.objects.create(
                number=f"P{name}", order=order, amount=Decimal("100.00"), currency="CNY", method="card"
            )
            fields = {"id": f"E{name}", "payment": f"P{name}", "transaction": f"T{name}", "status": "success"}
            fields |= {"amount": "100.00", "currency": "CNY", "timestamp": "1795000000", "nonce": f"N{name}"}
            bodies.append(json.dumps(fields | {"sign": signature(fields, SECRET)}).encode())
        return bodies

    def settle(self, body: bytes) -> None:
        from handwritten.service import handle_callback

        assert handle_callback(body, SECRET, self.books) == {"code": "SUCCESS"}


class Engine:
    """The engine, its tables in Django's database."""

    def __init__(self) -> None:
        from paywright import Mock, Paywright
        from paywright._host_store import schema_statements
        from paywright.django import DjangoStore

        store = DjangoStore("engine")
        store.run_statements(schema_statements(store.dialect))
        self.pay = Paywright.open(store, gateways=[Mock()], mode="test")

    def prepare(self, turn: str) -> list[tuple[dict[str, str], bytes]]:
        found = []
        for number in range(SETTLES):
            order = self.pay.create_order(currency="CNY", amount="100.00", reference=f"{turn}-{number}")
            payment = self.pay.create_payment(order.id, method="card")
            delivery = self.pay.mock_callbacks(payment.id, "success")[0]
            found.append((delivery.headers, delivery.body))
        return found

    def settle(self, delivery: tuple[dict[str, str], bytes]) -> None:
        headers, body = delivery
        assert self.pay.handle_callback("mock", headers=headers, body=body).outcome == "applied"


def rate(settle: Callable[[object], None], prepared: list[object]) -> float:
    begin = time.perf_counter()
    for one in prepared:
        settle(one)
    return len(prepared) / (time.perf_counter() - begin)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        configure(Path(folder))
        contenders: dict[str, Any] = {
            "DjangoStore": Engine(),
            "by hand, the same rows": ByHand(books=True),
            "by hand, no ledger, no journal": ByHand(books=False),
        }
        rounds: list[dict[str, float]] = []
        for turn in range(ROUNDS):
            prepared = {name: one.prepare(f"{index}-{turn}") for index, (name, one) in enumerate(contenders.items())}
            rounds.append({name: rate(one.settle, prepared[name]) for name, one in contenders.items()})
        connections.close_all()
    rounds = rounds[1:]  # The first one warmed everything up.
    print(f"\ncallbacks settled per second in Django {django.__version__} on SQLite, synced: medians of rounds in turn\n")
    for name in contenders:
        settled = statistics.median(one[name] for one in rounds)
        beside = statistics.median(one["DjangoStore"] / one[name] for one in rounds)
        print(f"{name:<31} {settled:>7,.0f}   DjangoStore does {beside:.2f} × as many")


if __name__ == "__main__":
    main()
