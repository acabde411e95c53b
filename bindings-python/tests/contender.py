"""One of several processes that deliver the same callbacks to one database at once; see `test_django_contention`.

Its arguments: the alias of the database, how many threads, and a file of callbacks. Its threads connect, as a worker's
have before a callback comes; then it begins when a line comes in, and prints what became of each delivery and how many
milliseconds that took.
"""

from __future__ import annotations

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import host_databases

host_databases.prepare()

from django.db import connections  # noqa: E402

from paywright import Mock, Paywright  # noqa: E402
from paywright.django import DjangoStore  # noqa: E402

Delivery = dict[str, Any]
Taken = tuple[str, float]


def deliver_all(pay: Paywright, alias: str, deliveries: list[Delivery], begin_together: Barrier) -> list[Taken]:
    """Every callback once, in an order of this thread's own."""
    found: list[Taken] = []
    order = random.Random()
    try:
        connections[alias].ensure_connection()
        begin_together.wait()
        for one in order.sample(deliveries, len(deliveries)):
            begin = time.perf_counter()
            result = pay.handle_callback("mock", headers=one["headers"], body=one["body"].encode())
            found.append((result.outcome, (time.perf_counter() - begin) * 1000))
    finally:
        connections[alias].close()
    return found


def wait_for_the_word() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


def main() -> None:
    alias, threads, path = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    deliveries: list[Delivery] = json.loads(path.read_text())
    pay = Paywright.open(DjangoStore(alias), gateways=[Mock()], mode="test")
    begin_together = Barrier(threads, action=wait_for_the_word)
    with ThreadPoolExecutor(threads) as pool:
        turns = [pool.submit(deliver_all, pay, alias, deliveries, begin_together) for _ in range(threads)]
        found = [one for turn in turns for one in turn.result()]
    pay.close()
    connections.close_all()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
