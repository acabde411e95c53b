"""The smallest story through an installed package: an order, its payment, a part of it back, balanced books.

It is run by the interpreter that has the package, in an empty folder, and imports nothing of this repository.
"""

from __future__ import annotations

import sys
import sysconfig
from decimal import Decimal
from pathlib import Path

import paywright


def main() -> int:
    with paywright.Paywright.open("sqlite::memory:", gateways=[paywright.Mock()], mode="test") as pay:
        order = pay.create_order(currency="CNY", amount="100.00", reference="ORD123456")
        payment = pay.create_payment(order.id, method="wechat")
        for callback in pay.mock_callbacks(payment.id, "success"):
            result = pay.handle_callback("mock", headers=callback.headers, body=callback.body)
            assert (result.outcome, result.reply.status) == ("applied", 200), result
        assert pay.order(order.id).state == "paid"
        assert pay.refund(payment.id, amount="30.00").state == "succeeded"
        assert pay.payment(payment.id).refunded == Decimal("30.00")
        report = pay.verify()
        assert report.ok, report.violations
    place = Path(paywright.__file__).parent
    assert (place / "py.typed").exists() and "site-packages" in str(place), place
    python = f"Python {sys.version.split()[0]} ({sysconfig.get_config_var('SOABI')})"
    print(f"paid, refunded in part, books balanced: {python}, {place.name} of {place.parent.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
