"""The engine's tables in a database that SQLAlchemy is connected to: with the session's rows, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, scoped_session, sessionmaker

import host_databases
import paywright
from paywright import Paywright, PaywrightError, _native
from paywright.sqlalchemy import SqlAlchemyStore, downgrade, migration_statements, upgrade
from scenario import SCENARIOS, Story

FILES = sorted(SCENARIOS.glob("*.json"))


class Base(DeclarativeBase):
    pass


class Booking(Base):
    """A row of the host's, pending in its session until something has it written."""

    __tablename__ = "booking"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order_id: Mapped[str]


@pytest.fixture(params=host_databases.VENDORS)
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def made(vendor: str, place: Path) -> Engine:
    """An engine on an empty database."""
    if vendor == "sqlite":
        engine = create_engine(f"sqlite:///{place / 'host.db'}", connect_args={"timeout": 30})
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
        return engine
    host_databases.prepare()
    host_databases.clear(vendor)
    driver = {"postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"}[vendor]
    _, _, rest = host_databases.ADDRESSES[vendor].partition("://")
    return create_engine(f"{driver}://{rest}", pool_size=30)


@pytest.fixture
def engine(vendor: str, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with the engine's tables and one of the host's."""
    engine = made(vendor, tmp_path)
    SqlAlchemyStore(engine).create_tables()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE booking (id INTEGER PRIMARY KEY, order_id VARCHAR(40))"))
    yield engine
    engine.dispose()


def opened(store: SqlAlchemyStore, **settings: Any) -> Paywright:
    return Paywright.open(store, gateways=[paywright.Mock()], mode="test", **settings)


def book(session: Session, order_id: str) -> None:
    session.execute(text("INSERT INTO booking (id, order_id) VALUES (1, :order)"), {"order": order_id})


def bookings(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(text("SELECT order_id FROM booking"))]


def refused(code: str, call: Any, *given: Any, **named: Any) -> PaywrightError:
    with pytest.raises(PaywrightError) as error:
        call(*given, **named)
    assert error.value.code == code, error.value
    return error.value


def test_the_store_keeps_the_contract(vendor: str, tmp_path: Path) -> None:
    """Protects: every promise that the engine builds on, kept through SQLAlchemy's pool."""
    engines: list[Engine] = []

    def make() -> SqlAlchemyStore:
        place = tmp_path / str(len(engines))
        place.mkdir()
        for engine in engines:
            engine.dispose()
        engines.append(made(vendor, place))
        return SqlAlchemyStore(engines[-1])

    getattr(_native, "_check_store")(make)
    engines[-1].dispose()


def test_the_stories(tmp_path: Path) -> None:
    """Protects: the same engine behind SQLAlchemy as everywhere else, in every story."""
    for path in FILES:
        place = tmp_path / path.stem
        place.mkdir()
        engine = made("sqlite", place)
        store = SqlAlchemyStore(engine)
        store.create_tables()
        Story(json.loads(path.read_text()), store).play(json.loads(path.read_text()))
        engine.dispose()


@pytest.mark.parametrize("kind", ["joined", "session", "scoped"])
def test_host_and_payment_are_committed_together(engine: Engine, kind: str) -> None:
    """Protects: a booking and its payment exist both or not at all, however the session is handed over."""
    scoped = scoped_session(sessionmaker(engine))
    session = scoped() if kind == "scoped" else Session(engine)
    store = SqlAlchemyStore({"joined": engine, "session": session, "scoped": scoped}[kind])  # type: ignore[arg-type]
    pay = opened(store)
    session.commit()

    def reserve() -> tuple[str, str]:
        session.begin()
        order = pay.create_order(currency="CNY", amount="10.00")
        book(session, order.id)
        payment = pay.create_payment(order.id, method="card")
        assert (payment.state, payment.action.kind) == ("init", "none")
        return order.id, payment.id

    def joined() -> tuple[str, str]:
        if kind != "joined":
            return reserve()
        with store.joined(session):
            return reserve()

    lost, _ = joined()
    session.rollback()
    assert bookings(engine) == []
    plain = opened(SqlAlchemyStore(engine))
    refused("order_not_found", plain.order, lost)
    kept, payment_id = joined()
    session.commit()
    assert bookings(engine) == [kept]
    assert plain.payment(payment_id).action.kind == "redirect"
    assert plain.orders().total == 1 and plain.verify().ok
    session.close()


def test_nothing_is_sent_inside_a_transaction(engine: Engine) -> None:
    """Protects: no gateway is asked while the session's transaction is open, and the refusal says what to do."""
    store = SqlAlchemyStore(engine)
    pay = opened(store)
    order = pay.create_order(currency="CNY", amount="10.00")
    payment = pay.create_payment(order.id, method="card")
    with Session(engine) as session, store.joined(session):
        assert "after the commit" in str(refused("in_transaction", pay.sync_payment, payment.id))
        refused("in_transaction", pay.run_due)
        session.rollback()
    assert pay.sync_payment(payment.id).state == "init"


def test_savepoints_nest(engine: Engine) -> None:
    """Protects: what the host takes back to its own savepoint is gone, the rest is committed, and only the rest is sent."""
    store = SqlAlchemyStore(engine)
    pay = opened(store)
    with Session(engine) as session, store.joined(session):
        kept = pay.create_order(currency="CNY", amount="10.00")
        inner = session.begin_nested()
        lost = pay.create_order(currency="CNY", amount="20.00")
        pay.create_payment(lost.id, method="card")
        inner.rollback()
        with session.begin_nested():
            payment = pay.create_payment(kept.id, method="card")
        assert pay.payment(payment.id).action.kind == "none"
        session.commit()
    refused("order_not_found", pay.order, lost.id)
    assert pay.payment(payment.id).action.kind == "redirect"


def test_a_flush_that_fails_is_the_hosts_own(engine: Engine) -> None:
    """Protects: a pending object that breaks a constraint raises what it always raises, also where our call has it written."""
    store = SqlAlchemyStore(engine)
    pay = opened(store)
    order = pay.create_order(currency="CNY", amount="10.00")
    with Session(engine) as session, session.begin():
        session.add(Booking(id=1, order_id=order.id))
    with Session(engine) as session, store.joined(session):
        session.add(Booking(id=1, order_id=order.id))
        with pytest.raises(IntegrityError) as raised:
            pay.create_payment(order.id, method="card")
        assert "booking" in str(raised.value.statement) and raised.value.orig is not None
        # As after a flush of the host's own: the transaction is over, and says so.
        refused("storage_failed", pay.order, order.id)
        session.rollback()
        assert pay.create_payment(order.id, method="card").state == "init"
        session.commit()
    with Session(engine) as session, session.begin(), store.joined(session):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(Booking(id=1, order_id=order.id))
            pay.order(order.id)
        # What was marked before it is still there to be kept.
        pay.create_order(currency="CNY", amount="20.00")
    assert (pay.orders().total, pay.payments().total) == (2, 1)
    assert pay.verify().ok


def test_a_hook_of_the_host_raises_for_the_host(engine: Engine) -> None:
    """Protects: what a host's own rule about its objects raises is neither renamed nor taken for a defect of ours."""
    store = SqlAlchemyStore(engine)
    pay = opened(store)

    class Refused(Exception):
        pass

    def refuse(*_: object) -> None:
        raise Refused

    with Session(engine) as session, store.joined(session):
        event.listen(session, "before_flush", refuse)
        session.add(Booking(id=1, order_id="none"))
        with pytest.raises(Refused):
            pay.create_order(currency="CNY", amount="10.00")
    assert pay.orders().total == 0
    # An error that comes later is not taken for that one.
    assert refused("order_not_found", pay.order, "ord_00000000000000000000000001").__cause__ is None


def test_who_interrupts_is_not_swallowed(engine: Engine) -> None:
    """Protects: a worker that is told to stop while a statement runs stops, and leaves nothing half done."""
    with Session(engine) as session:
        store = SqlAlchemyStore(session)
        pay = opened(store)

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        event.listen(session, "before_flush", stop)
        session.add(Booking(id=1, order_id="none"))
        with pytest.raises(KeyboardInterrupt):
            pay.create_order(currency="CNY", amount="10.00")
        event.remove(session, "before_flush", stop)
        session.rollback()
        assert pay.orders().total == 0


def test_tables_are_asked_for(vendor: str, tmp_path: Path) -> None:
    """Protects: a database without the tables is named as that; Alembic's statements make them and take them back."""
    engine = made(vendor, tmp_path)
    store = SqlAlchemyStore(engine)
    assert "create_tables" in str(refused("schema_missing", opened, store))

    class Op:
        def __init__(self, bind: Any) -> None:
            self.get_bind = lambda: bind

    with engine.begin() as connection:
        upgrade(Op(connection))
    opened(store)
    with engine.begin() as connection:
        downgrade(Op(connection))
    refused("schema_missing", opened, store)
    assert migration_statements(store.dialect)
    engine.dispose()
