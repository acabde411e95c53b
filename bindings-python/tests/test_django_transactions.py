"""What each call does inside an open transaction of Django's: deferred to the commit, or refused with what to do."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import host_databases
import paywright
from paywright import Paywright, PaywrightError

host_databases.prepare()

from django.core.exceptions import SynchronousOnlyOperation  # noqa: E402
from django.db import IntegrityError, connections, transaction  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402

from paywright.django import DjangoStore  # noqa: E402


@pytest.fixture(params=host_databases.VENDORS)
def alias(request: pytest.FixtureRequest) -> Iterator[str]:
    alias = host_databases.fresh(str(request.param))
    yield alias
    connections[alias].close()


@pytest.fixture
def pay(alias: str) -> Paywright:
    return Paywright.open(DjangoStore(alias), gateways=[paywright.Mock()], mode="test")


def paid(pay: Paywright, amount: str = "10.00") -> paywright.Payment:
    order = pay.create_order(currency="CNY", amount=amount)
    payment = pay.create_payment(order.id, method="card")
    [delivery] = pay.mock_callbacks(payment.id, "success")
    result = pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    assert result.outcome == "applied"
    return pay.payment(payment.id)


def test_a_refund_is_reserved_and_sent_after_the_commit(alias: str, pay: Paywright) -> None:
    """Protects: a refund asked for beside the host's rows leaves once both are durable."""
    payment = paid(pay)
    with transaction.atomic(using=alias):
        refund = pay.refund(payment.id, reason="broken")
        assert (refund.state, pay.payment(payment.id).refund_pending) == ("pending", payment.amount)
        assert 'operation="refund"' not in pay.metrics()
    assert 'operation="refund"' in pay.metrics()
    assert pay.verify().ok


def test_a_refund_that_is_rolled_back_is_never_sent(alias: str, pay: Paywright) -> None:
    """Protects: nothing is reserved and nothing leaves where the host changes its mind."""
    payment = paid(pay)
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
        refund = pay.refund(payment.id, reason="broken")
        raise ZeroDivisionError
    with pytest.raises(PaywrightError) as error:
        pay.find_refund(refund.id)
    assert error.value.code == "refund_not_found"
    assert pay.payment(payment.id).refund_pending == 0
    assert 'operation="refund"' not in pay.metrics()


CALLS: dict[str, Callable[[Paywright, str], Any]] = {
    "sync_payment": lambda pay, payment: pay.sync_payment(payment),
    "cancel_payment": lambda pay, payment: pay.cancel_payment(payment),
    "run_due": lambda pay, payment: pay.run_due(),
    "begin": lambda pay, payment: pay.begin(payment, operation="query"),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_that_need_the_answer_are_refused(alias: str, pay: Paywright, name: str) -> None:
    """Protects: no gateway is asked while locks are held; the sentence says where to call, and nothing changes."""
    order = pay.create_order(currency="CNY", amount="10.00")
    payment = pay.create_payment(order.id, method="card")
    entries = pay.verify().entries
    with transaction.atomic(using=alias):
        with pytest.raises(PaywrightError) as error:
            CALLS[name](pay, payment.id)
        assert error.value.code == "in_transaction"
        assert "after the commit" in str(error.value)
    assert pay.verify().entries == entries
    CALLS[name](pay, payment.id)


def test_a_hold_is_captured_outside(alias: str, pay: Paywright) -> None:
    """Protects: money that is held is collected by a call of its own, not inside the host's transaction."""
    order = pay.create_order(currency="CNY", amount="10.00")
    payment = pay.create_payment(order.id, method="card", capture="manual")
    [delivery] = pay.mock_callbacks(payment.id, "authorize")
    pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    with transaction.atomic(using=alias), pytest.raises(PaywrightError) as error:
        pay.capture_payment(payment.id)
    assert error.value.code == "in_transaction"
    assert pay.capture_payment(payment.id).state == "succeeded"


def test_a_callback_settles_with_the_hosts_rows(alias: str, pay: Paywright) -> None:
    """Protects: a view may settle a callback and change its own rows in one transaction, and roll both back."""
    order = pay.create_order(currency="CNY", amount="10.00")
    payment = pay.create_payment(order.id, method="card")
    [delivery] = pay.mock_callbacks(payment.id, "success")
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
        pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
        raise ZeroDivisionError
    assert pay.payment(payment.id).state == "init"
    with transaction.atomic(using=alias):
        result = pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    assert (result.outcome, result.duplicate, pay.payment(payment.id).state) == ("applied", False, "succeeded")


def test_a_spoiled_block_is_said_to_be_one(alias: str, pay: Paywright) -> None:
    """Protects: after an error of the host's own the call fails by its code, with the reason, and nothing is half done."""
    with transaction.atomic(using=alias):
        transaction.set_rollback(True, using=alias)
        with pytest.raises(PaywrightError) as error:
            pay.create_order(currency="CNY", amount="10.00")
        assert error.value.code == "storage_failed"
        assert error.value.__cause__ is not None
    assert pay.orders().total == 0


def test_an_error_that_was_caught_too_late_is_named(alias: str, pay: Paywright) -> None:
    """Protects: a row of the host's that broke a constraint raises Django's own error, and where PostgreSQL then takes no
    statement any more, ours says why."""
    with connections[alias].cursor() as cursor:
        cursor.execute("INSERT INTO booking (id, order_id) VALUES (1, 'a')")
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        with pytest.raises(IntegrityError):
            cursor.execute("INSERT INTO booking (id, order_id) VALUES (1, 'b')")
        if connections[alias].vendor == "postgresql":
            with pytest.raises(PaywrightError) as error:
                pay.create_order(currency="CNY", amount="10.00")
            assert error.value.code == "storage_failed" and "rolled back" in str(error.value)
        else:
            pay.create_order(currency="CNY", amount="10.00")
    assert pay.orders().total == (0 if connections[alias].vendor == "postgresql" else 1)


def test_a_receiver_of_the_host_raises_for_the_host(alias: str, pay: Paywright) -> None:
    """Protects: what a project does with a new connection raises its own error, also where our call made the connection."""

    def prepare_connection(connection: Any, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO booking (id, order_id) VALUES (1, 'a')")

    prepare_connection(connections[alias])
    connections[alias].close()
    connection_created.connect(prepare_connection)
    try:
        with pytest.raises(IntegrityError):
            pay.create_order(currency="CNY", amount="10.00")
    finally:
        connection_created.disconnect(prepare_connection)
        connections[alias].close()
    assert pay.create_order(currency="CNY", amount="10.00").state == "pending"


def test_a_view_of_an_event_loop_is_told_by_django(alias: str, pay: Paywright) -> None:
    """Protects: a call from an event loop says what Django says there, which names the way out."""
    connections[alias].close()

    async def view() -> None:
        pay.create_order(currency="CNY", amount="10.00")

    with pytest.raises(SynchronousOnlyOperation, match="sync_to_async"):
        asyncio.run(view())


def test_the_books_stay_as_they_are(alias: str, pay: Paywright) -> None:
    """Protects: the database itself refuses to change or delete what the journal and the ledger say."""
    paid(pay)
    for statement in (
        "UPDATE paywright_journal SET actor = 'nobody'",
        "DELETE FROM paywright_journal",
        "UPDATE paywright_transfers SET amount = 1",
        "DELETE FROM paywright_transfers",
    ):
        with pytest.raises(Exception, match="never (changed|deleted)"), connections[alias].cursor() as cursor:
            cursor.execute(statement)
    assert pay.verify().ok


def hang_up(alias: str) -> None:
    """Has the server end this thread's connection, as it does at a restart."""
    asked, killing = {
        "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend(%s)"),
        "mysql": ("SELECT CONNECTION_ID()", "KILL %s"),
    }[connections[alias].vendor]
    with connections[alias].cursor() as cursor:
        cursor.execute(asked)
        number = cursor.fetchone()[0]
    other = connections[alias].copy()
    with other.cursor() as cursor:
        cursor.execute(killing, [number])
    other.close()


# A file does not hang up.
@pytest.mark.parametrize("alias", [name for name in host_databases.VENDORS if name != "sqlite"], indirect=True)
def test_a_lost_connection_is_made_again(alias: str, pay: Paywright) -> None:
    """Protects: a server that hung up between two calls is connected to again, as Django does between requests."""
    pay.create_order(currency="CNY", amount="10.00")
    hang_up(alias)
    pay.create_order(currency="CNY", amount="10.00")
    assert pay.orders().total == 2
    with pytest.raises(PaywrightError) as error, transaction.atomic(using=alias):
        hang_up(alias)
        pay.create_order(currency="CNY", amount="10.00")
    assert error.value.code.startswith("storage_")
    assert pay.orders().total == 2


WORKER = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import host_databases, paywright
host_databases.prepare()
from django.db import connections
from paywright.django import DjangoStore
alias, deliveries = sys.argv[1], json.loads(sys.stdin.read())
if alias == "store_sqlite":
    connections.databases[alias]["NAME"] = sys.argv[2]
pay = paywright.Paywright.open(DjangoStore(alias), gateways=[paywright.Mock()], mode="test")
def deliver(given):
    try:
        return pay.handle_callback("mock", headers=given["headers"], body=given["body"].encode()).outcome
    finally:
        connections[alias].close()
with ThreadPoolExecutor(4) as pool:
    print(json.dumps(list(pool.map(deliver, deliveries))))
"""


def test_many_processes_settle_once(alias: str, pay: Paywright) -> None:
    """Protects: processes and threads that are told the same at once do it once, and none of them waits for ever."""
    deliveries = []
    for _ in range(8):
        order = pay.create_order(currency="CNY", amount="10.00")
        payment = pay.create_payment(order.id, method="card")
        [delivery] = pay.mock_callbacks(payment.id, "success")
        deliveries.append({"headers": dict(delivery.headers), "body": bytes(delivery.body).decode()})
    command = [sys.executable, "-c", WORKER, alias, str(connections[alias].settings_dict["NAME"])]
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(Path(paywright.__file__).parents[1])}
    workers = [
        subprocess.Popen(
            command, cwd=here, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(deliveries))
        worker.stdin.close()
    outcomes: list[str] = []
    for worker in workers:
        assert worker.stdout is not None
        with worker.stdout:
            outcomes += json.loads(worker.stdout.read())
        assert worker.wait(120) == 0
    assert sorted(outcomes) == ["already"] * 16 + ["applied"] * 8
    assert pay.payments(state="succeeded").total == 8
    assert pay.verify().ok
