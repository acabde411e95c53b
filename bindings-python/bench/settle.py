"""How many payments a Python host settles per second: one thread, then 32, on a file. Build with `--release` first.

A settle is one genuine callback: verified, booked, journalled and on disk. Orders, payments and callbacks are made
beforehand and not measured.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from paywright import Delivery, Mock, Paywright

SETTLES = 2_000
ROUNDS = 5
THREADS = (1, 32)


def prepared(pay: Paywright, number: int) -> Delivery:
    order = pay.create_order(currency="CNY", amount="100.00", reference=f"bench-{number}")
    payment = pay.create_payment(order.id, method="card")
    return pay.mock_callbacks(payment.id, "success")[0]


def settle(pay: Paywright, delivery: Delivery) -> None:
    result = pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    assert result.outcome == "applied"


def rate(folder: Path, threads: int) -> float:
    with Paywright.open(folder / "bench.db", gateways=[Mock()], mode="test") as pay:
        with ThreadPoolExecutor(32) as pool:
            deliveries = list(pool.map(lambda number: prepared(pay, number), range(SETTLES)))
        with ThreadPoolExecutor(threads) as pool:
            begin = time.perf_counter()
            for _ in pool.map(lambda delivery: settle(pay, delivery), deliveries):
                pass
            return SETTLES / (time.perf_counter() - begin)


def main() -> None:
    for threads in THREADS:
        rates = []
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                rates.append(rate(Path(folder), threads))
        print(f"settles per second, {threads:2} threads: {statistics.median(rates):,.0f}")


if __name__ == "__main__":
    main()
