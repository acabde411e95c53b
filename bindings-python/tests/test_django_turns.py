"""Whose turn it is to write to a database that several connections share: who waits for it, in which order, and who not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

import paywright
from paywright import Paywright

import host_databases

host_databases.prepare()

from django.db import connections, transaction  # noqa: E402

from paywright.django import DjangoStore  # noqa: E402

SHARED = [vendor for vendor in host_databases.VENDORS if vendor != "sqlite"]
pytestmark = pytest.mark.skipif(not SHARED, reason="no database server here")
# Longer than anything takes that waits for nobody.
SECONDS = 20.0


class Observed(DjangoStore):
    """Keeps what is said to the database, and lets a test do something before it is said."""

    def __init__(self, using: str) -> None:
        super().__init__(using)
        self.said: list[str] = []
        self.before: Callable[[str], None] = lambda statement: None

    def _raw(self, connection: Any) -> Any:
        return ObservedConnection(super()._raw(connection), self)


class ObservedConnection:
    def __init__(self, raw: Any, store: Observed) -> None:
        self._raw, self._store = raw, store

    def cursor(self) -> Any:
        return ObservedCursor(self._raw.cursor(), self._store)


class ObservedCursor:
    def __init__(self, cursor: Any, store: Observed) -> None:
        self._cursor, self._store = cursor, store

    def execute(self, statement: str, *values: Any) -> Any:
        self._store.before(statement)
        self._store.said.append(statement)
        return self._cursor.execute(statement, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


@pytest.fixture(params=SHARED)
def alias(request: pytest.FixtureRequest) -> Iterator[str]:
    alias = host_databases.fresh(str(request.param))
    yield alias
    connections[alias].close()


@pytest.fixture
def store(alias: str) -> Observed:
    return Observed(alias)


@pytest.fixture
def pay(store: Observed) -> Paywright:
    return Paywright.open(store, gateways=[paywright.Mock()], mode="test")


def told(pay: Paywright, payment_id: str) -> Callable[[], paywright.CallbackResult]:
    """The message of a success, to be delivered as often as one likes."""
    [delivery] = pay.mock_callbacks(payment_id, "success")
    return lambda: pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)


@contextmanager
def callers(alias: str, number: int) -> Iterator[Callable[..., Future[Any]]]:
    """Threads that close their connections when they have done what they were given."""
    def closing(work: Callable[..., Any], *given: Any) -> Any:
        try:
            return work(*given)
        finally:
            connections[alias].close()

    with ThreadPoolExecutor(number) as pool:
        yield lambda work, *given: pool.submit(closing, work, *given)


def waiting(alias: str) -> int:
    """How many connections wait for a lock of PostgreSQL's."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < end, "it is never so"
        time.sleep(0.01)


def test_a_redelivery_waits_for_nobody(alias: str, pay: Paywright) -> None:
    """Protects: gateways that tell again what is known. They are answered the same as ever, whoever is writing."""
    order = pay.create_order(currency="CNY", amount="10.00")
    payment = pay.create_payment(order.id, method="card")
    deliver = told(pay, payment.id)
    first, second = deliver(), deliver()
    assert (first.outcome, first.duplicate) == ("applied", False)
    with callers(alias, 1) as call, transaction.atomic(using=alias):
        pay.create_order(currency="CNY", amount="20.00")
        redelivered = call(deliver).result(SECONDS)
    assert (redelivered.outcome, redelivered.duplicate) == ("already", True)
    assert redelivered.to_dict() == second.to_dict()
    assert redelivered.order is not None and first.order is not None
    assert redelivered.order.to_dict() == first.order.to_dict()
    assert 'outcome="already"} 2' in pay.metrics()
    assert pay.verify().ok


def test_what_is_new_takes_its_turn(alias: str, pay: Paywright, store: Observed) -> None:
    """Protects: one writer at a time. A message that was not told before waits; its twin waits for it and writes nothing."""
    order = pay.create_order(currency="CNY", amount="10.00")
    deliver = told(pay, pay.create_payment(order.id, method="card").id)
    with callers(alias, 2) as call:
        with transaction.atomic(using=alias):
            held = pay.create_order(currency="CNY", amount="20.00")
            store.said.clear()
            both = [call(deliver), call(deliver)]
            time.sleep(0.3)
            assert not any(one.done() for one in both)
        outcomes = sorted(one.result(SECONDS).outcome for one in both)
    assert outcomes == ["already", "applied"]
    if store.dialect == "postgresql":
        written = [statement for statement in store.said if statement.startswith("INSERT INTO paywright_journal")]
        assert len(written) == 2, "the payment's row and the order's"
    made = [event.order_id for event in pay.events()]
    assert made.index(held.id) < made.index(order.id, 2), "the feed is in the order of commits"


def test_an_order_that_changes_meanwhile(pay: Paywright, store: Observed) -> None:
    """Protects: an answer that was true at one moment. Lines that are added between two looks are not mixed in."""
    order = pay.create_order(currency="CNY", amount="10.00")
    payment = pay.create_payment(order.id, method="card", amount="4.00", partial=True)
    deliver = told(pay, payment.id)
    deliver()

    def add_a_line(statement: str) -> None:
        if "_lines l" in statement:
            store.before = lambda _: None
            added = threading.Thread(target=add_and_close)
            added.start()
            added.join(SECONDS)

    def add_and_close() -> None:
        pay.add_lines(order.id, lines=[{"description": "Gift box", "unit_amount": "1.00"}])
        connections[store.using].close()

    store.before = add_a_line
    found = deliver()
    assert (found.outcome, found.duplicate) == ("already", True)
    assert found.order is not None
    assert (str(found.order.total), [line.description for line in found.order.lines][1:]) == ("11.00", ["Gift box"])


def test_a_callback_says_no_more_than_it_must(pay: Paywright, store: Observed) -> None:
    """Protects: round trips, which are what a settlement costs; a redelivery writes nothing and waits for nobody."""
    order = pay.create_order(currency="CNY", amount="10.00")
    deliver = told(pay, pay.create_payment(order.id, method="card").id)
    begun = [["BEGIN"], ["SET", "START"]][store.dialect != "postgresql"]
    taken = "UPDATE" if store.dialect == "postgresql" else "SELECT"
    settled = ["SELECT", taken, "SELECT", "INSERT", "UPDATE", "INSERT", "INSERT", "UPDATE", "SELECT", "COMMIT"]
    for expected in (settled, ["SELECT", "SELECT", "SELECT", "COMMIT"]):
        store.said.clear()
        deliver()
        assert [statement.split()[0] for statement in store.said] == [*begun, *expected]


# MySQL and MariaDB have a queue of their own.
@pytest.mark.parametrize("alias", [name for name in SHARED if name == "postgresql"], indirect=True)
def test_turns_are_taken_in_the_order_of_asking(alias: str, pay: Paywright) -> None:
    """Protects: the slowest answers. Whoever came first is not overtaken by those who write one thing after the other."""
    rounds, writers = 3, 6

    def write(number: int) -> None:
        for turn in range(rounds):
            pay.create_order(currency="CNY", amount="10.00", reference=f"{turn}-{number}")

    with callers(alias, writers) as call:
        asking: list[Future[Any]] = []
        with transaction.atomic(using=alias):
            pay.create_order(currency="CNY", amount="10.00", reference="held")
            for number in range(writers):
                asking.append(call(write, number))
                until(lambda: waiting(alias) == len(asking))
        for one in asking:
            one.result(SECONDS)
    references = {order.id: order.reference for order in pay.orders(size=100).items}
    turns = [references[event.order_id] for event in pay.events() if event.order_id]
    assert turns[: 1 + writers] == ["held", *(f"0-{number}" for number in range(writers))]
    assert len(turns) == 1 + writers * rounds
