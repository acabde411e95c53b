"""Rows of an old payments table from Python: mappings and objects, generators, exact amounts, what is refused."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from paywright import ImportRow, InvalidInput, Paywright
from paywright.types import ImportRowFields

JUNE = datetime(2025, 6, 1, 8, tzinfo=timezone.utc)


def table(rows: int) -> Iterator[ImportRowFields]:
    for number in range(rows):
        yield {
            "id": str(number),
            "reference": f"O-{number}",
            "amount": Decimal("12.34"),
            "status": "PAID",
            "created_at": JUNE,
        }


def test_rows_of_any_kind_are_taken(pay: Paywright) -> None:
    # Protects: what a host has at hand goes in: mappings, objects of ours, a generator; amounts as Decimal, int or text.
    rows: list[ImportRow | ImportRowFields] = [
        *table(1),
        ImportRow(id="a", reference="A", amount=100, status="success", transaction_id="T-1"),
        {"id": "b", "reference": "A", "amount": "0.01", "status": "REFUNDED", "transaction_type": "REFUND"},
    ]
    report = pay.import_payments(rows, currency="CNY")
    assert (report.orders, report.payments, report.refunds, report.problems) == (2, 2, 1, [])
    (money,) = report.sums
    assert (money.currency, money.collected, money.refunded) == ("CNY", Decimal("112.34"), Decimal("0.01"))
    assert pay.order_by_reference("O-0").created_at == JUNE
    assert pay.verify().ok
    refund = pay.import_payments((row for row in rows), currency="CNY", dry_run=True)
    assert (refund.skipped, refund.dry_run) == (3, True)


def test_an_imported_payment_lives_on(pay: Paywright) -> None:
    # Protects: what was taken over is a payment like any other, and nobody who follows the journal mistakes it for news.
    pay.import_payments(table(1), currency="CNY", actor="migration")
    (payment,) = pay.payments().items
    assert (payment.state, payment.possible) == ("succeeded", ["refund"])
    assert {event.actor for event in pay.events()} == {"migration"}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"amount": 12.34}, InvalidInput),
        ({"amount": None}, InvalidInput),
        ({"created_at": datetime(2025, 6, 1)}, InvalidInput),
        ({"id": 7}, TypeError),
        ({"sum": "1"}, TypeError),
    ],
)
def test_what_is_no_row_is_refused(pay: Paywright, wrong: dict[str, Any], error: type[Exception]) -> None:
    # Protects: M1, a float or a time without a zone is a mistake of the code that reads the old table, told before any row.
    (row,) = table(1)
    with pytest.raises(error):
        pay.import_payments([*table(3), {**row, **wrong}], currency="CNY")  # type: ignore[list-item]
    assert pay.orders().total == 0


def test_ten_thousand_rows(pay: Paywright) -> None:
    # Protects: a table of years goes over in one call.
    report = pay.import_payments(table(10_000), currency="CNY")
    assert (report.rows, report.orders, report.payments) == (10_000, 10_000, 10_000)
    assert report.sums[0].collected == Decimal("123400.00")
    gc.collect()
    assert pay.balances()[0].balance == Decimal("123400.00")
