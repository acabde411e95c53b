"""An old payments table taken over where it stands: in the host's own database, through Django and through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import host_databases
import paywright
from paywright import Paywright
from paywright.types import ImportRowFields
from test_sqlalchemy_store import made

host_databases.prepare()

from django.db import connections, transaction  # noqa: E402

from paywright._host_store import schema_statements  # noqa: E402
from paywright.django import DjangoStore  # noqa: E402
from paywright.sqlalchemy import SqlAlchemyStore  # noqa: E402

TABLE = """CREATE TABLE old_payment (id INTEGER PRIMARY KEY, order_no VARCHAR(40) NOT NULL, amount DECIMAL(10, 2) NOT NULL,
transaction_type VARCHAR(10) NOT NULL, status VARCHAR(20) NOT NULL, number VARCHAR(64), taken INTEGER NOT NULL DEFAULT 0)"""
ROWS = """INSERT INTO old_payment (id, order_no, amount, transaction_type, status, number) VALUES
(1, 'R-1', 300.00, 'CHARGE', 'PAID', 'T-1'), (2, 'R-1', 100.00, 'REFUND', 'REFUNDED', 'T-2'),
(3, 'R-2', 80.50, 'CHARGE', 'FAILED', NULL), (4, 'R-2', 80.50, 'CHARGE', 'PAID', 'T-4'),
(5, 'R-3', 45.00, 'CHARGE', 'PENDING', NULL), (6, 'R-4', 12.90, 'CHARGE', 'CHARGEBACK', 'T-6')"""
JUNE = datetime(2025, 6, 1, 8, tzinfo=timezone.utc)
Statements = Callable[[str], list[Any]]


@dataclass
class Host:
    """A database of the host's, the engine in it, and how the host runs a statement in a transaction of its own."""

    pay: Paywright
    transaction: Callable[[], AbstractContextManager[Statements]]

    def rows(self) -> Iterator[ImportRowFields]:
        with self.transaction() as run:
            for number, order, amount, kind, status, moved in run(
                "SELECT id, order_no, amount, transaction_type, status, number FROM old_payment ORDER BY id"
            ):
                # SQLite has no exact numbers; what the host reads back is what it wrote, to the cent.
                exact = amount if isinstance(amount, Decimal) else f"{amount:.2f}"
                yield {
                    "id": str(number), "reference": order, "amount": exact, "transaction_type": kind,
                    "status": status, "transaction_id": moved, "created_at": JUNE,
                }

    def take(self, **more: Any) -> paywright.ImportReport:
        return self.pay.import_payments(list(self.rows()), currency="CNY", ttl_minutes=30, **more)

    def taken(self) -> int:
        with self.transaction() as run:
            return int(run("SELECT count(*) FROM old_payment WHERE taken = 1")[0][0])


def through_django(vendor: str, _: Path, ended: ExitStack) -> Host:
    alias = host_databases.clear(vendor)
    store = DjangoStore(alias)
    store.run_statements([*schema_statements(store.dialect), TABLE, ROWS])
    ended.callback(connections[alias].close)

    @contextmanager
    def own() -> Iterator[Statements]:
        def run(statement: str) -> list[Any]:
            with connections[alias].cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []

        with transaction.atomic(using=alias):
            yield run

    return Host(Paywright.open(store, gateways=[paywright.Mock()], mode="test"), own)


def through_sqlalchemy(vendor: str, place: Path, ended: ExitStack) -> Host:
    engine = made(vendor, place)
    store = SqlAlchemyStore(engine)
    store.run_statements([*schema_statements(store.dialect), TABLE, ROWS])
    ended.callback(engine.dispose)

    @contextmanager
    def own() -> Iterator[Statements]:
        with Session(engine) as session, session.begin(), store.joined(session):
            def run(statement: str) -> list[Any]:
                result: Any = session.execute(text(statement))
                return list(result) if result.returns_rows else []

            yield run

    return Host(Paywright.open(store, gateways=[paywright.Mock()], mode="test"), own)


@pytest.fixture(params=[through_django, through_sqlalchemy])
def through(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=host_databases.VENDORS)
def host(request: pytest.FixtureRequest, through: Any, tmp_path: Path) -> Iterator[Host]:
    with ExitStack() as ended:
        host: Host = through(request.param, tmp_path, ended)
        with host.pay:
            yield host


def counted(report: paywright.ImportReport) -> tuple[int, ...]:
    return report.orders, report.payments, report.refunds, report.skipped


def test_an_old_table_is_taken_over_where_it_stands(host: Host) -> None:
    """Protects: every row of a home-grown table, tried and then written, in each database; afterwards refunds work."""
    tried = host.take(dry_run=True)
    assert (counted(tried), tried.dry_run) == ((3, 4, 1, 0), True)
    assert [(problem.id, problem.code) for problem in tried.problems] == [("6", "value_unknown")]
    assert host.pay.orders().total == 0 and host.pay.events() == []

    done = host.take()
    assert (counted(done), done.sums) == (counted(tried), tried.sums)
    [money] = done.sums
    assert (money.currency, money.collected, money.refunded) == ("CNY", Decimal("380.50"), Decimal("100.00"))
    assert counted(host.take()) == (0, 0, 0, 5)
    order = host.pay.order_by_reference("R-1")
    assert (order.paid, order.refunded, order.created_at) == (Decimal("300.00"), Decimal("100.00"), JUNE)
    [payment] = host.pay.payments(order_id=order.id).items
    assert (payment.transaction_id, payment.state) == ("T-1", "succeeded")
    assert host.pay.refund(payment.id, reason="returned").amount == Decimal("200.00")
    assert {event.actor for event in host.pay.events() if event.event == "payment.created"} == {"import"}
    assert host.pay.verify().ok


def test_an_import_belongs_to_the_hosts_transaction(host: Host) -> None:
    """Protects: the mark on the old rows and what they became are one commit, or neither is there."""
    rows = list(host.rows())
    for fails in (True, False):
        with ExitStack() as expected:
            if fails:
                expected.enter_context(pytest.raises(ZeroDivisionError))
            with host.transaction() as run:
                report = host.pay.import_payments(rows, currency="CNY", ttl_minutes=30)
                run("UPDATE old_payment SET taken = 1 WHERE id < 6")
                if fails:
                    raise ZeroDivisionError
        assert counted(report) == (3, 4, 1, 0)
        assert (host.pay.payments().total, host.taken()) == ((0, 0) if fails else (4, 5))
    assert host.pay.verify().ok
