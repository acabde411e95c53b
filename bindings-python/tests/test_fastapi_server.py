"""The whole application: opened, served over a socket, beside due work and events, and closed."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from asgi import run
from fastapi import FastAPI

import paywright
from paywright import AsyncPaywright, Event, Paywright
from paywright.fastapi import lifespan
from paywright.testing import ManualClock

HERE = Path(__file__).resolve().parents[1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """uvicorn in a process of its own, on a socket that was bound before, so that no other process can have its port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environment = {
            **os.environ,
            "PYTHONPATH": f"{HERE / 'python'}{os.pathsep}{HERE / 'tests'}",
            "SHOP_ADDRESS": address,
            "SHOP_DATABASE": str(tmp_path / "shop.db"),
        }
        command = [sys.executable, "-m", "uvicorn", "fastapi_server:app", "--fd", str(listening.fileno()), "--log-level", "warning"]
        with subprocess.Popen(
            command, env=environment, pass_fds=[listening.fileno()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                yield address, process
            finally:
                process.kill()


def test_a_purchase_over_a_socket(server: tuple[str, "subprocess.Popen[str]"], tmp_path: Path) -> None:
    """Protects: order, payment, checkout page, callback and status through a real server; it stops when it is told to."""
    address, process = server
    with httpx.Client(base_url=address, timeout=60) as client:
        mine = {"authorization": "Bearer ALICE"}
        order = client.post("/orders", params={"customer": "ALICE", "amount": "12.50"}).json()["order_id"]
        body = b'{"order_id": "%s", "amount": 12.50}' % order.encode()
        made = client.post(
            "/api/v1/payments/create", content=body, headers={**mine, "content-type": "application/json"}
        ).json()
        page = urlsplit(made["payment_url"])
        assert "12.50" in client.get(f"{page.path}?{page.query}").text
        form = {"token": parse_qs(page.query)["token"][0], "outcome": "pay"}
        back = client.post(page.path, data=form)
        assert back.headers["location"] == f"{address}/done?payment={made['payment_id']}"
        status = client.get(f"/api/v1/payments/{made['payment_id']}/status", headers=mine).json()
        assert status["status"] == "success"
        refused = client.post("/orders", params={"customer": "ALICE", "amount": "1.005"})
        assert (refused.status_code, refused.json()["code"]) == (400, "amount_scale")
        unfit = client.post("/orders")
        assert (unfit.status_code, unfit.json()["code"]) == (400, "argument_missing")

        def pieces() -> Iterator[bytes]:
            for _ in range(40):
                yield b"x" * 65536

        try:
            huge = client.post("/api/v1/payments/callback/mock/", content=pieces())
            assert huge.status_code == 413
        except httpx.TransportError:
            pass  # the server answered and hung up before everything was sent
        end = time.monotonic() + 30
        while "order.paid" not in (told := client.get("/told").json()) and time.monotonic() < end:
            time.sleep(0.05)
        assert "order.paid" in told
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM) and "Traceback" not in output, output
    assert [path.name for path in tmp_path.iterdir()] == ["shop.db"]
    with Paywright.open(tmp_path / "shop.db", gateways=[paywright.Mock()]) as books:
        assert books.verify().ok and books.order(order).state == "paid"


def test_due_work_and_events_beside_the_application(tmp_path: Path, clock: ManualClock) -> None:
    """Protects: an unpaid payment expires without anybody calling, events are told, and all of it ends with the application."""
    seen: list[str] = []
    opener = partial(Paywright.open, tmp_path / "s.db", gateways=[paywright.Mock()], mode="test", clock=clock)
    pay = AsyncPaywright(opener)

    def tell(event: Event) -> None:
        seen.append(event.event)

    async def main() -> None:
        before = asyncio.all_tasks()
        for _ in range(2):
            async with lifespan(pay, due_every_s=0.01, on_event=tell, events_every_s=0.01)(FastAPI()):
                order = await pay.create_order(currency="CNY", amount="1")
                payment = await pay.create_payment(order.id, method="card")
                clock.advance(31 * 60)
                while (await pay.payment(payment.id)).state != "expired" or seen.count("payment.expired") == 0:
                    await asyncio.sleep(0.01)
                seen.clear()
            with pytest.raises(paywright.StorageError):
                await pay.health()
        assert asyncio.all_tasks() == before

    run(main())


def test_trouble_beside_the_application_does_not_end_it(pay: Paywright, caplog: pytest.LogCaptureFixture) -> None:
    """Protects: a handler that fails is logged and asked again with the same event; the application goes on."""
    tries: list[str] = []

    async def tell(event: Event) -> None:
        tries.append(event.event)
        if len(tries) < 3:
            raise RuntimeError("the mail server is down")

    async def main() -> None:
        async with lifespan(AsyncPaywright(pay), due_every_s=None, on_event=tell, events_every_s=0.01)(FastAPI()):
            pay.create_order(currency="CNY", amount="1")
            while len(tries) < 3:
                await asyncio.sleep(0.01)

    with caplog.at_level(logging.ERROR, logger="paywright"):
        run(main())
    assert tries == ["order.created"] * 3 and "events failed" in caplog.text


def test_an_engine_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    """Protects: a wrong configuration is told when the server starts, not by the first payer."""
    pay = AsyncPaywright(partial(Paywright.open, tmp_path / "s.db", mode="live"))

    async def main() -> None:
        async with lifespan(pay)(FastAPI()):
            raise AssertionError("it started")

    with pytest.raises(paywright.ConfigError):
        run(main())
