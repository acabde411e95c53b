"""A Django project under ASGI: uvicorn in a process of its own, the routes of `paywright.django.urls`, a crowd of callbacks."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import host_databases
import paywright
from paywright import Paywright

host_databases.prepare()

from django.db import connections  # noqa: E402

from paywright._host_store import schema_statements  # noqa: E402
from paywright.django import DjangoStore  # noqa: E402

TESTS = Path(__file__).parent
CROWD = 16
SEAT = "CREATE TABLE seat (number INTEGER PRIMARY KEY, order_id VARCHAR(40) NOT NULL, paid INTEGER NOT NULL)"


@dataclass
class Site:
    """The site as visitors see it, and its books as whoever has the database does."""

    client: httpx.Client
    pay: Paywright
    alias: str
    process: "subprocess.Popen[str]"

    def booked(self, way: str, number: int) -> dict[str, str]:
        answer = self.client.get(f"/{way}/{number}", headers={"x-customer": "ALICE"})
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    def tell(self, delivery: paywright.Delivery) -> tuple[int, str]:
        answer = self.client.post("/pay/callback/mock/", content=delivery.body, headers=dict(delivery.headers))
        return answer.status_code, answer.text

    def success(self, payment_id: str) -> paywright.Delivery:
        [delivery] = self.pay.mock_callbacks(payment_id, "success")
        return delivery

    def seats(self) -> dict[int, int]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute("SELECT number, paid FROM seat ORDER BY number")
            return dict(cursor.fetchall())

    def status(self, payment_id: str, who: str = "ALICE") -> httpx.Response:
        return self.client.get(f"/pay/payments/{payment_id}/status", headers={"x-customer": who})


@pytest.fixture(params=host_databases.VENDORS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The project on an empty database, behind a socket that was bound before, so that no other process has its port."""
    alias = host_databases.clear(request.param)
    store = DjangoStore(alias)
    store.run_statements([*schema_statements(store.dialect), SEAT])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "python"), str(TESTS)]),
            "ASGI_ADDRESS": address,
            "ASGI_DATABASE": json.dumps(_entry(alias)),
        }
        command = [sys.executable, "-m", "uvicorn", "asgi_site:application", "--fd", str(listening.fileno()), "--log-level", "warning"]
        pipe = subprocess.PIPE
        with (
            Paywright.open(store, gateways=[paywright.Mock()], mode="test") as pay,
            httpx.Client(base_url=address, timeout=60) as client,
            subprocess.Popen(
                command, env=environment, pass_fds=[listening.fileno()], stdout=pipe, stderr=subprocess.STDOUT, text=True
            ) as process,
        ):
            try:
                yield Site(client, pay, alias, process)
            finally:
                process.kill()
                connections[alias].close()


def _entry(alias: str) -> dict[str, Any]:
    """What the site's own `DATABASES` says of the same database."""
    wanted = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    return {name: value for name, value in connections[alias].settings_dict.items() if name in wanted}


def ended(site: Site) -> str:
    """Has the server stop, and answers with all that it printed."""
    site.process.send_signal(signal.SIGTERM)
    output, _ = site.process.communicate(timeout=60)
    assert site.process.returncode in (0, -signal.SIGTERM)
    return output


def test_a_purchase_under_asgi(site: Site) -> None:
    """Protects: seat, order and payment in one commit, the checkout page, callback, status and history behind an event loop."""
    made = site.booked("book", 1)
    assert site.status(made["payment"]).json()["status"] == "init"
    assert site.status(made["payment"], who="BOB").status_code == 404
    page = site.client.get(made["url"])
    assert page.status_code == 200 and "100.00" in page.text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    paid = site.client.post(made["url"], data={**hidden, "outcome": "pay"})
    assert paid.status_code == 200 and "100.00" in paid.text
    assert site.status(made["payment"]).json()["status"] == "succeeded"
    assert site.client.get("/book/2?fail").status_code == 409
    assert (site.seats(), site.pay.orders().total) == ({1: 1}, 1)

    made = site.booked("book-async", 3)
    assert site.tell(site.success(made["payment"])) == (200, '{"code":"SUCCESS"}')
    history = site.client.get("/pay/history", headers={"x-customer": "ALICE"}).json()
    assert (history["total"], len(history["payments"])) == (2, 2)
    wrong = site.client.get("/book-wrongly/4")
    assert "sync_to_async" in wrong.json()["refused"]
    assert (site.seats(), site.pay.orders().total) == ({1: 1, 3: 1}, 2)
    assert site.pay.verify().ok
    assert "Traceback" not in (output := ended(site)), output


def test_a_crowd_of_callbacks_under_asgi(site: Site) -> None:
    """Protects: the same callback sixteen times at once takes effect once, and sixteen different ones each do."""
    same = site.booked("book", 0)["payment"]
    others = [site.booked("book", number)["payment"] for number in range(1, CROWD + 1)]
    deliveries = [site.success(same)] * CROWD + [site.success(payment) for payment in others]
    with ThreadPoolExecutor(2 * CROWD) as crowd:
        answers = Counter(crowd.map(site.tell, deliveries))
    assert answers == {(200, '{"code":"SUCCESS"}'): 2 * CROWD}
    for payment in [same, *others]:
        events = [event.event for event in site.pay.logs(payment)]
        assert (site.pay.payment(payment).state, events.count("payment.succeeded")) == ("succeeded", 1)
    assert site.pay.verify().ok
    assert "Traceback" not in (output := ended(site)), output
    assert site.seats() == dict.fromkeys(range(CROWD + 1), 1)


def test_forged_and_huge_callbacks_under_asgi(site: Site) -> None:
    """Protects: what is not signed changes nothing, and what is too large is refused without being kept."""
    made = site.booked("book", 1)
    delivery = site.success(made["payment"])
    forged = site.client.post("/pay/callback/mock", content=delivery.body + b" ", headers=dict(delivery.headers))
    assert forged.status_code == 403
    pieces = (b"x" * 65536 for _ in range(17))
    assert site.client.post("/pay/callback/mock", content=pieces).status_code == 413
    assert site.status(made["payment"]).json()["status"] == "init"
    assert "Traceback" not in (output := ended(site)), output
