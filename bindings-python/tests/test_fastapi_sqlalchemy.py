"""A host's rows and a payment in one transaction, in a FastAPI application with SQLAlchemy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgi import Described, run
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import paywright
from paywright import AsyncPaywright, Paywright
from paywright.fastapi import install_error_handlers

store_of = pytest.importorskip("paywright.sqlalchemy").SqlAlchemyStore


class Base(DeclarativeBase):
    pass


class Booking(Base):
    __tablename__ = "bookings"
    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[str]


class Taken(paywright.Conflict):
    """A refusal of the host's own, in the middle of its transaction."""


class Shop:
    """An application that books rooms, in the three ways in which such an application may be written."""

    def __init__(self, path: Path) -> None:
        self.database = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        Base.metadata.create_all(self.database)
        self.store = store_of(self.database)
        self.store.create_tables()
        self.engine = Paywright.open(self.store, gateways=[paywright.Mock()], mode="test")
        self.pay = AsyncPaywright(self.engine)
        self.app = FastAPI()
        install_error_handlers(self.app)
        self.app.post("/in-one-call")(self.in_one_call)
        self.app.post("/awaited")(self.awaited)
        self._add_plain()

    def _sessions(self) -> Iterator[Session]:
        with Session(self.database) as session:
            yield session

    def _book(self, pay: Paywright, room: str, fail: bool) -> str:
        with Session(self.database) as session, session.begin(), self.store.joined(session):
            order = pay.create_order(currency="CNY", amount="80", customer="ALICE")
            session.add(Booking(room=room, order_id=order.id))
            session.flush()  # the host's own constraints speak here, in the host's own words
            payment = pay.create_payment(order.id, method="card")
            # Only the intent is written: nothing was sent to the gateway, and nothing is if this is rolled back.
            assert (payment.state, payment.action.kind) == ("init", "none")
            if fail:
                raise Taken("the room is taken", code="room_taken", http_status=409)
        return payment.id

    async def in_one_call(self, room: str, fail: bool = False) -> str | None:
        """Everything on one worker: the shortest way from an async route."""
        payment_id = await self.pay.call(self._book, room, fail)
        return (await self.pay.payment(payment_id)).action.url

    def _add_plain(self) -> None:
        """A route that is no coroutine, which the framework runs on a thread; the session is a dependency."""

        @self.app.post("/plain")
        def plain(room: str, fail: bool = False, session: Session = Depends(self._sessions)) -> str | None:
            with session.begin(), self.store.joined(session):
                order = self.engine.create_order(currency="CNY", amount="80", customer="ALICE")
                session.add(Booking(room=room, order_id=order.id))
                session.flush()  # the host's own constraints speak here, in the host's own words
                payment = self.engine.create_payment(order.id, method="card")
                if fail:
                    raise Taken("the room is taken", code="room_taken", http_status=409)
            return self.engine.payment(payment.id).action.url

    async def awaited(self, room: str, fail: bool = False) -> str | None:
        """A session around awaited calls, one at a time: the context carries it to the worker."""
        with Session(self.database) as session:
            with session.begin(), self.store.joined(session):
                order = await self.pay.create_order(currency="CNY", amount="80", customer="ALICE")
                session.add(Booking(room=room, order_id=order.id))
                session.flush()  # the host's own constraints speak here, in the host's own words
                payment = await self.pay.create_payment(order.id, method="card")
                if fail:
                    raise Taken("the room is taken", code="room_taken", http_status=409)
        return (await self.pay.payment(payment.id)).action.url

    def counted(self) -> tuple[int, int, int]:
        with Session(self.database) as session:
            rows = len(session.scalars(select(Booking)).all())
        return rows, self.engine.orders().total, self.engine.payments().total


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "host.db")
    yield made
    made.engine.close()
    made.database.dispose()


class Client(Described):
    """A client of an application whose refusals are its own to describe."""

    def _hold(self, request: Any, answer: Any) -> None:
        """Nothing is promised."""


def served(shop: Shop, story: Callable[[Client], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with Client(shop.app) as client:
            await story(client)

    run(main())


@pytest.mark.parametrize("path", ["/in-one-call", "/plain", "/awaited"])
def test_booking_and_payment_together_or_not_at_all(shop: Shop, path: str) -> None:
    """Protects: a host's refusal or a constraint in the middle leaves neither row; a commit leaves both, and then sends."""

    async def story(client: Client) -> None:
        refused = await client.post(path, params={"room": "7", "fail": True})
        assert (refused.status_code, refused.json()["code"]) == (409, "room_taken")
        assert shop.counted() == (0, 0, 0)
        booked = await client.post(path, params={"room": "7"})
        assert booked.status_code == 200 and booked.json().startswith("http")
        assert shop.counted() == (1, 1, 1)
        with pytest.raises(Exception, match="UNIQUE"):
            await client.post(path, params={"room": "7"})
        assert shop.counted() == (1, 1, 1)

    served(shop, story)
    assert shop.engine.verify().ok


def test_many_bookings_at_once(shop: Shop) -> None:
    """Protects: sessions of requests that run at the same time are never mixed."""
    async def story(client: Client) -> None:
        answers = await asyncio.gather(
            *(client.post("/in-one-call", params={"room": str(n), "fail": n % 3 == 0}) for n in range(24))
        )
        assert sorted({answer.status_code for answer in answers}) == [200, 409]

    served(shop, story)
    assert shop.counted() == (16, 16, 16)
    with Session(shop.database) as session:
        ids = {row.order_id for row in session.scalars(select(Booking))}
    assert ids == {order.id for order in shop.engine.orders(size=100).items}
