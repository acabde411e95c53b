"""The example's own table, and the engine's in the same database: what is bought and its payment are one commit."""

from __future__ import annotations

from paywright.sqlalchemy import SqlAlchemyStore
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Membership(Base):
    """What a member chose: a plan, and the order that it is paid by. Whether it is paid, the order says."""

    __tablename__ = "memberships"
    order_id: Mapped[str] = mapped_column(primary_key=True)
    member: Mapped[str] = mapped_column(index=True)
    plan: Mapped[str]


class Database:
    """Where both are."""

    def __init__(self, path: str) -> None:
        self.engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        self.store = SqlAlchemyStore(self.engine)
        Base.metadata.create_all(self.engine)
        if not inspect(self.engine).has_table("paywright_schema"):
            self.store.create_tables()

    def plan_of(self, order_id: str) -> str | None:
        """The plan that an order pays for; None for orders that were not made on the pages."""
        with Session(self.engine) as session:
            return session.scalar(select(Membership.plan).where(Membership.order_id == order_id))
