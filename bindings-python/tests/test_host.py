"""What a Python process may do to an engine: threads, forks, hooks that raise, secrets in logs."""

from __future__ import annotations

import copy
import io
import json
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

import paywright
from paywright import Event, Paywright, PaywrightError, _native

SECRET = "throwaway-secret-that-must-never-be-shown"


def opened(path: Path, **settings: Any) -> Paywright:
    return Paywright.open(path, gateways=[paywright.Mock()], mode="test", **settings)


def paid_by_callback(pay: Paywright, amount: str = "1.00") -> paywright.CallbackResult:
    order = pay.create_order(currency="CNY", amount=amount)
    payment = pay.create_payment(order.id, method="card")
    [delivery] = pay.mock_callbacks(payment.id, "success")
    return pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)


def run(script: str, *arguments: str) -> str:
    """Runs a program of its own and answers with what it prints; a hang is a failure."""
    program = [sys.executable, "-c", textwrap.dedent(script), *arguments]
    where = str(Path(paywright.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": where}
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_context_manager_closes(tmp_path: Path) -> None:
    # Protects: after the block the database belongs to nobody, and a later call says so.
    with opened(tmp_path / "shop.db") as pay:
        pay.create_order(currency="CNY", amount="1")
    with pytest.raises(paywright.StorageError) as error:
        pay.health()
    assert error.value.code == "store_closed"
    assert list(tmp_path.iterdir()) == [tmp_path / "shop.db"]


def test_importing_opens_nothing() -> None:
    # Protects: an import has no effect: no socket, no file for writing, no descriptor left.
    printed = run("""
        import os, sys
        seen = []
        def look(event, given):
            written = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
            if event.startswith("socket") or written:
                seen.append((event, given))
        sys.dont_write_bytecode = True
        before = len(os.listdir("/proc/self/fd"))
        sys.addaudithook(look)
        import paywright
        print(seen, len(os.listdir("/proc/self/fd")) - before)
    """)
    assert printed == "[] 0"


def test_many_threads(tmp_path: Path) -> None:
    # Protects: one engine serves all threads of a host, and no call is lost or done twice.
    with opened(tmp_path / "shop.db") as pay, ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda _: paid_by_callback(pay), range(320)))
        assert all(result.outcome == "applied" for result in results)
        assert pay.payments(state="succeeded").total == 320
        assert pay.verify().ok


HOLDS_THE_DATABASE = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
other.execute("COMMIT")
"""


def test_the_interpreter_is_free_while_the_core_waits(tmp_path: Path) -> None:
    # Protects: a call that waits for the database stops no other thread. Here only this thread can end the
    # wait, by a word to the process that holds the database: without a free interpreter the call would fail
    # as busy. (It is another process because two copies of SQLite in one process do not see each other's locks.)
    path = tmp_path / "shop.db"
    with opened(path, busy_timeout_ms=30_000) as pay, ThreadPoolExecutor(1) as pool:
        command = [sys.executable, "-c", HOLDS_THE_DATABASE, str(path)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            waiting = pool.submit(pay.create_order, currency="CNY", amount="1")
            time.sleep(0.2)
            assert not waiting.done()
            holder.communicate("go\n", timeout=60)
        assert waiting.result(timeout=60).total == 1


def test_a_forked_child_is_told(tmp_path: Path) -> None:
    # Protects: a child never writes through the connections of its parent, and both end in peace, even when
    # the parent was in the middle of calls on other threads.
    printed = run(
        """
        import os, sys, threading
        import paywright
        pay = paywright.Paywright.open(sys.argv[1], gateways=[paywright.Mock()], mode="test")
        going = True
        def busy():
            while going:
                pay.create_order(currency="CNY", amount="1")
        threads = [threading.Thread(target=busy) for _ in range(4)]
        for thread in threads:
            thread.start()
        calls = [
            lambda: pay.create_order(currency="CNY", amount="1"), pay.health, pay.metrics, pay.run_due,
            lambda: pay.diagram("payment"), lambda: pay.deliver_events("me", print), pay.close,
        ]
        for _ in range(20):
            child = os.fork()
            if child == 0:
                for call in calls:
                    try:
                        call()
                    except paywright.StorageError as error:
                        assert error.code == "after_fork", error
                    else:
                        os._exit(3)
                sys.exit(0)
            assert os.waitpid(child, 0)[1] == 0
        going = False
        for thread in threads:
            thread.join()
        print(pay.create_order(currency="CNY", amount="1").state, pay.verify().ok)
        """,
        str(tmp_path / "shop.db"),
    )
    assert printed == "pending True"


def test_a_forked_child_may_open_its_own(tmp_path: Path) -> None:
    # Protects: the way out that the error names works.
    printed = run(
        """
        import os, sys
        import paywright
        first = paywright.Paywright.open(sys.argv[1], gateways=[paywright.Mock()], mode="test")
        order = first.create_order(currency="CNY", amount="1")
        child = os.fork()
        if child == 0:
            with paywright.Paywright.open(sys.argv[1], gateways=[paywright.Mock()], mode="test") as own:
                own.cancel_order(order.id)
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        print(first.order(order.id).state, first.verify().ok)
        """,
        str(tmp_path / "shop.db"),
    )
    assert printed == "cancelled True"


@pytest.mark.parametrize("body", ["{}", {"id": 1}, None, 1, ["{}"], io.BytesIO(b"{}")])
def test_a_parsed_body_is_refused(pay: Paywright, body: Any) -> None:
    # Protects: only what arrived can be verified; anything else is told to the programmer (H27).
    with pytest.raises(paywright.InvalidInput, match="raw body needed") as error:
        pay.handle_callback("mock", headers={}, body=body)
    assert error.value.code == "body_type"
    assert error.value.details == {"given": type(body).__name__}


def delivery(pay: Paywright) -> paywright.Delivery:
    order = pay.create_order(currency="CNY", amount="1")
    payment = pay.create_payment(order.id, method="card")
    return pay.mock_callbacks(payment.id, "success")[0]


def test_a_body_written_again_is_refused(pay: Paywright) -> None:
    # Protects: a framework that parses and writes the body again is found at once (H27).
    made = delivery(pay)
    again = json.dumps(json.loads(made.body), indent=1).encode()
    with pytest.raises(paywright.SignatureInvalid, match="raw body needed") as error:
        pay.handle_callback("mock", headers=made.headers, body=again)
    assert error.value.code == "auth_mismatch"


def message_of(headers: dict[str, str]) -> Message:
    """What the standard library's server hands to a handler."""
    message = Message()
    for name, value in headers.items():
        message[name] = value
    return message


def environment(headers: dict[str, str]) -> dict[str, object]:
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(), "SERVER_NAME": "x", **named}


FRAMEWORKS: list[Callable[[dict[str, str]], Any]] = [
    lambda headers: headers,
    lambda headers: list(headers.items()),
    lambda headers: [(name.upper(), value) for name, value in headers.items()],
    lambda headers: [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    lambda headers: {name: [value] for name, value in headers.items()},
    lambda headers: message_of(headers),
    environment,
]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("buffer", [bytes, bytearray, memoryview])
def test_headers_and_bodies_of_any_framework(
    pay: Paywright, framework: Callable[[dict[str, str]], Any], buffer: Any
) -> None:
    # Protects: Django, Flask, ASGI and plain WSGI hand over what they have.
    made = delivery(pay)
    headers, body = framework(made.headers), buffer(made.body)
    assert pay.verify_callback("mock", headers=headers, body=body).says == "succeed"
    assert pay.handle_callback("mock", headers=headers, body=body).outcome == "applied"


def test_a_handler_that_raises(pay: Paywright) -> None:
    # Protects: the money stays booked, the event comes again, and the host sees its own exception (H86).
    result = paid_by_callback(pay)
    raised = RuntimeError("the mail server is down")
    seen: list[str] = []

    def handler(event: Event) -> None:
        seen.append(event.event)
        if event.event == "payment.succeeded":
            raise raised

    for _ in range(2):
        with pytest.raises(RuntimeError) as error:
            pay.deliver_events("mails", handler)
        assert error.value is raised
        assert seen[-1] == "payment.succeeded"
    assert seen.count("payment.succeeded") == 2
    assert seen.count("order.created") == 1
    assert result.payment is not None
    assert pay.payment(result.payment.id).state == "succeeded"
    rest = pay.next_events("mails")
    assert pay.deliver_events("mails", lambda event: None) == len(rest) > 0
    assert pay.next_events("mails") == []


def test_a_handler_may_call_the_engine(pay: Paywright) -> None:
    # Protects: no lock of ours is held while a handler runs, on any thread.
    order = pay.create_order(currency="CNY", amount="1")
    found: list[str] = []

    def handler(event: Event) -> None:
        thread = threading.Thread(target=lambda: found.append(pay.order(order.id).state))
        thread.start()
        thread.join(timeout=30)

    assert pay.deliver_events("me", handler) == 1
    assert found == ["pending"]


GATEWAYS = [
    paywright.Mock(secrets=[SECRET]),
    paywright.Signed(description={"name": "shop", "secret": SECRET}),
]


@pytest.mark.parametrize("gateway", GATEWAYS, ids=lambda gateway: type(gateway).__name__)
def test_configurations_show_no_secret(gateway: Any) -> None:
    # Protects: a log, a traceback or a cache never holds a secret of a configuration (H91).
    assert "[redacted]" in repr(gateway)
    for text in (repr(gateway), str(gateway), f"{gateway}", repr([gateway]), str(dir(gateway))):
        assert SECRET not in text
    for journey in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            journey(gateway)
    with pytest.raises(TypeError):
        json.dumps(gateway)
    with pytest.raises(TypeError):
        vars(gateway)


def test_errors_of_a_configuration_show_no_secret() -> None:
    # Protects: what is wrong with a configuration is told without quoting it (H91).
    for gateway in (
        paywright.Mock(secrets=["", SECRET]),
        paywright.Signed(description={"name": "shop", "secret": SECRET}),
        paywright.Signed(description=SECRET),
    ):
        with pytest.raises(PaywrightError) as error:
            Paywright.open("sqlite::memory:", gateways=[gateway], mode="test")
        assert SECRET not in repr((error.value, vars(error.value)))


def test_only_gateways_are_gateways() -> None:
    # Protects: a mistake in a configuration is found when it is read.
    several: list[Any] = ["mock", {"mock": {}}, paywright.Mock]
    for wrong in several:
        with pytest.raises(TypeError, match="Mock, Bank, Stripe"):
            Paywright.open("sqlite::memory:", gateways=[wrong])


def test_a_panic_is_an_error(pay: Paywright) -> None:
    # Protects: a defect of ours is an exception; nothing is half done and the next call works (H100).
    # `_panic_once` exists only in a library that was built with the feature `testing`.
    before = pay.verify()
    getattr(_native, "_panic_once")()
    with pytest.raises(paywright.InternalError) as error:
        pay.create_order(currency="CNY", amount="1")
    assert error.value.code == "internal"
    assert error.value.http_status == 500
    assert pay.verify() == before
    assert paid_by_callback(pay).outcome == "applied"


def test_settings_are_checked() -> None:
    # Protects: a misspelt or impossible setting is told, never ignored.
    with pytest.raises(TypeError, match="open has no 'gateway'"):
        Paywright.open("sqlite::memory:", gateway=[])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="strict_permissions must be bool"):
        Paywright.open("sqlite::memory:", strict_permissions=1)  # type: ignore[arg-type]
    with pytest.raises(PaywrightError) as error:
        Paywright.open("sqlite::memory:", busy_timeout_ms=-1)
    assert error.value.code == "argument_range"


def test_from_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Protects: a host may leave database and mode to its environment, and a lack is named.
    monkeypatch.delenv("PAYWRIGHT_DATABASE_URL", raising=False)
    with pytest.raises(paywright.ConfigError, match="PAYWRIGHT_DATABASE_URL") as error:
        Paywright.from_env()
    assert error.value.code == "config_missing"
    monkeypatch.setenv("PAYWRIGHT_DATABASE_URL", str(tmp_path / "shop.db"))
    monkeypatch.setenv("PAYWRIGHT_MODE", "test")
    with Paywright.from_env(gateways=[paywright.Mock()]) as pay:
        assert pay.health().mode == "test"
    assert (tmp_path / "shop.db").exists()
