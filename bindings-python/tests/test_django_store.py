"""The engine's tables in Django's own database: together with the host's rows, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import paywright
from paywright import Paywright, PaywrightError, _native

import host_databases

host_databases.prepare()

from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402

from paywright._host_store import Unit, schema_statements  # noqa: E402
from paywright.django import DjangoStore  # noqa: E402
from scenario import SCENARIOS, Story  # noqa: E402

FILES = sorted(SCENARIOS.glob("*.json"))


@pytest.fixture(params=host_databases.VENDORS)
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def alias(vendor: str) -> Iterator[str]:
    """An empty database with the engine's tables and one of the host's."""
    alias = host_databases.fresh(vendor)
    yield alias
    connections[alias].close()


class ShortLived(DjangoStore):
    """Threads that Python did not start, as the contract's, lose their connection after each call: it is closed."""

    def end(self, unit: Unit, keep: bool) -> None:
        try:
            super().end(unit, keep)
        finally:
            if threading.current_thread() is not threading.main_thread():
                unit.connection.close()


def opened(alias: str, **settings: Any) -> Paywright:
    return Paywright.open(DjangoStore(alias), gateways=[paywright.Mock()], mode="test", **settings)


def book(alias: str, number: int, order_id: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("INSERT INTO booking (id, order_id) VALUES (%s, %s)", [number, order_id])


def bookings(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT order_id FROM booking ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def refused(code: str, call: Any, *given: Any, **named: Any) -> PaywrightError:
    with pytest.raises(PaywrightError) as error:
        call(*given, **named)
    assert error.value.code == code, error.value
    return error.value


# MariaDB connects too slowly for a connection per call; it is held to the contract through SQLAlchemy's pool.
@pytest.mark.parametrize("vendor", [vendor for vendor in host_databases.VENDORS if vendor != "mariadb"])
def test_the_store_keeps_the_contract(vendor: str) -> None:
    """Protects: every promise that the engine builds on, kept through Django's own connections."""

    def make() -> DjangoStore:
        return ShortLived(host_databases.clear(vendor))

    getattr(_native, "_check_store")(make)
    connections[f"store_{vendor}"].close()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path, alias: str) -> None:
    """Protects: the same engine in every database; each story reads as in the default store."""
    file = json.loads(path.read_text())
    Story(file, DjangoStore(alias)).play(file)


def test_host_and_payment_are_committed_together(alias: str) -> None:
    """Protects: a booking and its payment exist both or not at all."""
    pay = opened(alias)
    with transaction.atomic(using=alias):
        order = pay.create_order(currency="CNY", amount="10.00")
        book(alias, 1, order.id)
        payment = pay.create_payment(order.id, method="card")
        assert (payment.state, payment.action.kind) == ("init", "none")
        assert pay.payment(payment.id).action.kind == "none"
    assert bookings(alias) == [order.id]
    assert pay.payment(payment.id).action.kind == "redirect"
    assert pay.verify().ok


def test_a_rollback_leaves_nothing(alias: str) -> None:
    """Protects: after a rollback of the host nothing is there and nothing was sent."""
    pay = opened(alias)
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
        order = pay.create_order(currency="CNY", amount="10.00")
        book(alias, 1, order.id)
        payment = pay.create_payment(order.id, method="card")
        raise ZeroDivisionError
    assert bookings(alias) == []
    refused("order_not_found", pay.order, order.id)
    refused("payment_not_found", pay.payment, payment.id)
    assert "paywright_gateway_calls_total" not in pay.metrics() or 'operation="pay"' not in pay.metrics()
    assert pay.verify().entries == 0


def test_a_refusal_spoils_no_transaction(alias: str) -> None:
    """Protects: a refusal of the engine takes back its own unit of work only; the host goes on and commits."""
    pay = opened(alias)
    with transaction.atomic(using=alias):
        order = pay.create_order(currency="CNY", amount="10.00", reference="one")
        refused("reference_taken", pay.create_order, currency="CNY", amount="1.00", reference="one")
        book(alias, 1, order.id)
    assert bookings(alias) == [order.id]
    assert pay.orders().total == 1


def test_an_inner_block_can_be_given_up(alias: str) -> None:
    """Protects: savepoints of the host and of the engine nest."""
    pay = opened(alias)
    with transaction.atomic(using=alias):
        kept = pay.create_order(currency="CNY", amount="10.00")
        with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
            lost = pay.create_order(currency="CNY", amount="20.00")
            pay.create_payment(lost.id, method="card")
            raise ZeroDivisionError
        payment = pay.create_payment(kept.id, method="card")
    refused("order_not_found", pay.order, lost.id)
    assert pay.payment(payment.id).action.kind == "redirect"


def test_the_tables_are_looked_for(vendor: str) -> None:
    """Protects: a project without its migrations is told which command it needs, the driver's own words behind it."""
    error = refused("schema_missing", opened, host_databases.clear(vendor))
    assert "manage.py migrate" in str(error)
    assert error.__cause__ is not None
    connections[f"store_{vendor}"].close()


def test_the_migrations_make_the_tables(vendor: str) -> None:
    """Protects: `manage.py migrate` makes what the engine needs, in every database, and can take it back."""
    alias = host_databases.clear(vendor)
    call_command("migrate", "paywright", database=alias, verbosity=0)
    assert opened(alias).health().ok
    call_command("migrate", "paywright", "zero", database=alias, verbosity=0)
    names = connections[alias].introspection.table_names()
    assert not [name for name in names if name.startswith("paywright_")]
    connections[alias].close()
