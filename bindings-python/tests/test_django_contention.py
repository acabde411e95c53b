"""Many processes with many threads, one PostgreSQL database, the same callbacks: each takes effect once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import paywright
from paywright import Paywright

import host_databases

host_databases.prepare()

from django.db import connections  # noqa: E402

from paywright.django import DjangoStore  # noqa: E402

PROCESSES, THREADS, PAYMENTS = 8, 4, 24
TESTS = Path(__file__).parent


def opened(alias: str) -> Paywright:
    return Paywright.open(DjangoStore(alias), gateways=[paywright.Mock()], mode="test")


def prepared(pay: Paywright) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for number in range(PAYMENTS):
        order = pay.create_order(currency="CNY", amount="100.00", reference=f"contended-{number}")
        payment = pay.create_payment(order.id, method="card")
        delivery = pay.mock_callbacks(payment.id, "success")[0]
        found.append({"payment": payment.id, "headers": dict(delivery.headers), "body": delivery.body.decode()})
    return found


def contend(alias: str, path: Path) -> list[tuple[str, float]]:
    """All processes begin together; what each of them prints at the end."""
    command = [sys.executable, str(TESTS / "contender.py"), alias, str(THREADS), str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe)
        for _ in range(PROCESSES)
    ]
    try:
        for one in running:
            assert one.stdin and one.stdout and one.stderr
            if one.stdout.readline().strip() != "ready":
                pytest.fail(one.stderr.read())
        for one in running:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        found: list[tuple[str, float]] = []
        for one in running:
            out, error = one.communicate(timeout=240)
            assert one.returncode == 0, error
            found.extend((outcome, took) for outcome, took in json.loads(out))
        return found
    finally:
        for one in running:
            if one.poll() is None:
                one.kill()
                one.wait()


def test_the_same_callbacks_from_many_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects: H68, one effect of a callback whoever else delivers it at that moment; and nobody waits for ever."""
    if "postgresql" not in host_databases.VENDORS:
        pytest.skip("no PostgreSQL here")
    alias = host_databases.fresh("postgresql")
    path = tmp_path / "callbacks.json"
    with opened(alias) as pay:
        deliveries = prepared(pay)
        path.write_text(json.dumps(deliveries))
        found = contend(alias, path)
        outcomes = Counter(outcome for outcome, _ in found)
        assert outcomes == {"applied": PAYMENTS, "already": PAYMENTS * (PROCESSES * THREADS - 1)}
        for one in deliveries:
            payment = pay.payment(str(one["payment"]))
            assert (payment.state, str(payment.captured)) == ("succeeded", "100.00")
        report = pay.verify()
        assert report.ok and report.transfers == PAYMENTS, report.violations
    connections[alias].close()
    times = sorted(took for _, took in found)
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    with capsys.disabled():
        print(f"\n{len(times)} deliveries by {PROCESSES} × {THREADS}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, "
              f"longest {times[-1]:.0f} ms")
