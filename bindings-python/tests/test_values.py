"""Values across the border: what Python may pass, and what it gets."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from paywright import NewLine, Paywright, PaywrightError, StorageError
from paywright.testing import ManualClock


def refusal(call: Any, *given: Any, **named: Any) -> PaywrightError:
    with pytest.raises(PaywrightError) as caught:
        call(*given, **named)
    return caught.value


@pytest.mark.parametrize("amount", [100.0, float("nan"), True, Fraction(1, 3), b"1", [1], 1j])
def test_what_is_no_exact_amount_is_refused(pay: Paywright, amount: Any) -> None:
    # Protects: a float never becomes money (H1).
    error = refusal(pay.create_order, currency="CNY", amount=amount)
    assert error.code == "amount_type"
    assert error.details == {"field": "amount", "given": type(amount).__name__}


def test_the_stub_refuses_floats(pay: Paywright) -> None:
    # Protects: a type checker tells before the program runs.
    with pytest.raises(PaywrightError):
        pay.create_order(currency="CNY", amount=100.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "amount",
    ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999999", "1E-999999999", "0E-999999999"],
)
def test_decimals_that_are_no_numbers_are_refused(pay: Paywright, amount: str) -> None:
    # Protects: neither a special value nor one of a thousand million zeros gets in or takes memory.
    assert refusal(pay.create_order, currency="CNY", amount=Decimal(amount)).code == "amount_format"


def test_whole_numbers_without_text_are_refused(pay: Paywright) -> None:
    # Protects: Python gives no text to such a number; that is not a crash.
    assert refusal(pay.create_order, currency="CNY", amount=10**5000).code == "amount_format"


@pytest.mark.parametrize(
    ("amount", "currency", "total"),
    [
        (Decimal("0.1"), "CNY", "0.10"),
        (Decimal("1E+2"), "CNY", "100.00"),
        (Decimal("0.07") + Decimal("0.01"), "CNY", "0.08"),
        (100, "JPY", "100"),
        ("1.234", "KWD", "1.234"),
        ("90071992547409.93", "CNY", "90071992547409.93"),
    ],
)
def test_amounts_are_exact(pay: Paywright, amount: Any, currency: str, total: str) -> None:
    # Protects: what goes in comes out, to the last digit and with the digits of its currency.
    found = pay.create_order(currency=currency, amount=amount).total
    assert type(found) is Decimal
    assert str(found) == total


def test_lines_are_objects_or_mappings(pay: Paywright) -> None:
    # Protects: both ways to write a line mean the same.
    made = NewLine(description="tea", unit_amount="4.50", quantity=2)
    order = pay.create_order(
        currency="CNY",
        lines=[made, {"description": "tea", "unit_amount": Decimal("4.50"), "quantity": 2}],
    )
    assert order.lines[0] == order.lines[1]
    assert order.total == Decimal("18.00")
    assert order.lines[0].kind == "item"


def test_lines_have_no_other_fields() -> None:
    # Protects: a misspelt field is told, not dropped.
    with pytest.raises(TypeError, match="NewLine has no 'price'"):
        NewLine(description="tea", price="1")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing argument: 'NewLine.unit_amount'"):
        NewLine(description="tea")  # type: ignore[call-arg]


def test_times_have_a_zone(pay: Paywright, clock: ManualClock) -> None:
    # Protects: nobody has to guess which clock on which wall was meant.
    naive = datetime(2026, 1, 2)
    error = refusal(pay.create_order, currency="CNY", amount="1", payable_until=naive)
    assert (error.code, error.details["field"]) == ("text_format", "payable_until")
    shanghai = timezone(timedelta(hours=8))
    until = datetime(2026, 1, 2, 8, tzinfo=shanghai)
    order = pay.create_order(currency="CNY", amount="1", payable_until=until)
    assert order.payable_until == until
    assert order.payable_until.utcoffset() == timedelta(0)
    assert order.created_at == clock.now


def test_whole_numbers_are_whole(pay: Paywright) -> None:
    # Protects: a truth value or a float is no number of a page, and a number beyond 64 bits no crash.
    for given in (True, 1.0, "1"):
        with pytest.raises(TypeError, match="page must be int"):
            pay.orders(page=given)  # type: ignore[arg-type]
    assert refusal(pay.orders, page=2**64).code == "argument_range"


def test_texts_are_texts(pay: Paywright) -> None:
    # Protects: half a surrogate pair, which no database holds, and other types are told by name.
    assert refusal(pay.order, "ord_\ud800").code == "text_format"
    with pytest.raises(TypeError, match="order_id must be str, not int"):
        pay.order(1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="payments must be a list, not str"):
        pay.mock_script(payments="success")


def test_words_are_from_their_set(pay: Paywright) -> None:
    # Protects: an unknown word is refused and the known ones are named.
    error = refusal(pay.payments, state="payed")
    assert error.code == "value_unknown"
    assert "succeeded" in error.details["known"]


def test_records_read_as_python(pay: Paywright) -> None:
    # Protects: a record can be compared, printed, turned into plain values, and not be changed.
    order = pay.create_order(currency="CNY", amount="1.50", metadata={"shop": "7"})
    assert order == pay.order(order.id)
    assert f"id='{order.id}'" in repr(order)
    assert order.to_dict()["lines"][0]["amount"] == Decimal("1.50")
    assert '"total":"1.50"' in order.to_json()
    with pytest.raises(AttributeError):
        order.total = Decimal(0)  # type: ignore[misc]


def test_a_path_that_is_no_text_is_told(tmp_path: Any) -> None:
    # Protects: a database is never opened under another name than the one given.
    error = refusal(Paywright.open, str(tmp_path / "a\udcff.db"))
    assert error.code == "text_format"
    assert not isinstance(error, StorageError)
