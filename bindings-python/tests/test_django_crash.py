"""gunicorn's workers are killed while they book: afterwards no booking is without its payment, and the reverse.

`PAYWRIGHT_DJANGO_CUTS` says how many kills there are (`make crash-django CUTS=200`).
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CUTS = int(os.environ.get("PAYWRIGHT_DJANGO_CUTS", "10"))
WORKERS, CLIENTS = 4, 6
TESTS = Path(__file__).parent
SEED = random.randrange(2**32)


class Site:
    """gunicorn with the project, started anew whenever all of it was killed."""

    def __init__(self, database: Path) -> None:
        self.environment = {
            **os.environ,
            "CRASH_DATABASE": str(database),
            "PYTHONPATH": os.pathsep.join([str(TESTS), *(part for part in sys.path if part)]),
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.log = database.with_name("gunicorn.log")
        self.start()

    def start(self) -> None:
        options = ["-w", str(WORKERS), "-b", f"127.0.0.1:{self.port}", "--preload", "--timeout", "120"]
        command = [sys.executable, "-m", "gunicorn", *options, "crash_site:application"]
        with self.log.open("ab") as out:
            self.master = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out)
        until = time.monotonic() + 120
        while len(self.workers()) < WORKERS:
            assert self.master.poll() is None and time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def workers(self) -> list[int]:
        """The children of the process that was started here, and nobody else."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        return [int(child) for child in children.read_text().split()]

    def cut(self, everything: bool) -> int:
        """Kills a worker, or all of them and who starts them; says how many processes that were."""
        workers = self.workers()
        if not everything:
            return killed(random.sample(workers, min(1, len(workers))))
        self.master.kill()
        self.master.wait()
        count = killed(workers)
        self.start()
        return count + 1

    def stop(self) -> None:
        self.master.terminate()
        self.master.wait(60)


def killed(processes: list[int]) -> int:
    count = 0
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
            count += 1
        except ProcessLookupError:
            pass  # it went by itself a moment ago.
    return count


def asked(port: int, path: str) -> dict[str, str] | None:
    """What the site answered, or nothing where it died over it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body[:2000])
        found: dict[str, str] = json.loads(body)
        return found
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


@contextmanager
def shoppers(port: int) -> Iterator[list[BaseException]]:
    """Clients that book and pay as fast as they can, for as long as the block runs; what they complained of."""
    over, numbers, complaints = threading.Event(), itertools.count(), list[BaseException]()

    def shop() -> None:
        try:
            while not over.is_set():
                number = next(numbers)
                if asked(port, f"/book/{number}") is None:
                    time.sleep(0.02)
                elif number % 2:
                    asked(port, f"/settle/{number}")
        except BaseException as error:
            complaints.append(error)

    threads = [threading.Thread(target=shop) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield complaints
    finally:
        over.set()
        for thread in threads:
            thread.join()


def prepared(environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", "import crash_site; crash_site.make_tables()"], env=environment, check=True)


def judged(environment: dict[str, str]) -> dict[str, int]:
    """Opens what is left, has what is due done, and audits the books."""
    program = (
        "import crash_site, json; pay = crash_site.engine(); pay.run_due(); report = pay.verify(); "
        "assert report.ok, report.violations; print(json.dumps({'orders': report.orders, 'payments': report.payments}))"
    )
    out = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    found: dict[str, int] = json.loads(out.stdout)
    return found


def test_no_booking_without_its_payment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects: S3 across host and engine: whatever dies and when, rows that belong together exist together."""
    database = tmp_path / "site.db"
    dice = random.Random(SEED)
    environment = {**os.environ, "CRASH_DATABASE": str(database)}
    environment["PYTHONPATH"] = os.pathsep.join([str(TESTS), *(part for part in sys.path if part)])
    prepared(environment)
    site = Site(database)
    try:
        with shoppers(site.port) as complaints:
            count = 0
            for cut in range(CUTS):
                time.sleep(dice.uniform(0.1, 0.6))
                count += site.cut(everything=cut % 10 == 9)
            time.sleep(0.5)
        assert complaints == [], site.log.read_text()[-4000:]
    finally:
        site.stop()
    assert count >= CUTS
    report = judged(environment)
    with sqlite3.connect(database) as books:

        def one(sql: str) -> int:
            return int(books.execute(sql).fetchone()[0])

        bookings, paid = one("SELECT count(*) FROM booking"), one("SELECT count(*) FROM booking WHERE paid = 1")
        joined = (
            "FROM booking JOIN paywright_orders o ON o.reference = 'booking-' || booking.number "
            "JOIN paywright_payments p ON p.order_id = o.id"
        )
        assert one(f"SELECT count(*) {joined}") == bookings == report["orders"] == report["payments"]
        assert one("SELECT count(*) FROM booking WHERE order_id IS NULL OR payment_id IS NULL") == 0
        settled = f"SELECT count(*) {joined} WHERE p.state = 'succeeded'"
        assert one(settled) == one(f"{settled} AND booking.paid = 1") == paid
    assert bookings > 0
    books.close()
    with capsys.disabled():
        print(f"\n{count} processes killed in {CUTS} cuts (seed {SEED}): {bookings} bookings, {paid} of them paid")
