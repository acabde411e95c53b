"""What can be bought, and how purchase, renewal and upgrade become orders. Sums and states of money are Paywright's.

These are plain functions: the routes have them run away from the event loop, by `AsyncPaywright.call`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import paywright
from sqlalchemy.orm import Session

from .database import Database, Membership
from .words import CATALOGUES

FLOW = "membership"
CURRENCY = "CNY"


@dataclass(frozen=True)
class Plan:
    """A membership of so many days."""

    key: str
    price: Decimal
    days: int


PLANS = {
    "silver": Plan("silver", Decimal("30.00"), 30),
    "gold": Plan("gold", Decimal("68.00"), 30),
    "gold_year": Plan("gold_year", Decimal("680.00"), 365),
}


@dataclass(frozen=True)
class Held:
    """A membership: the first order of a member, whose end every renewal and upgrade moves, and the plan that was paid last."""

    order: paywright.Order
    plan: str

    @property
    def active(self) -> bool:
        return self.order.state == "active"


def of(pay: paywright.Paywright, database: Database, member: str) -> Held | None:
    """The member's membership, or None if nothing was ever paid."""
    orders = pay.orders(customer=member, flow=FLOW, size=50).items
    paid = [order for order in orders if order.state in ("active", "lapsed")]
    first = next((order for order in paid if order.extends is None), None)
    if first is None:
        return None
    newest = next(order for order in paid if order.id == first.id or order.extends == first.id)
    return Held(first, database.plan_of(newest.id) or "")


def buy(
    pay: paywright.Paywright, database: Database, member: str, plan: Plan, method: str, address: str
) -> paywright.Payment:
    """A purchase, or, for who is a member already, a renewal or an upgrade: an order that extends the first one.

    The row of ours, the order and its payment are committed together, and only then the gateway is asked.
    """
    now = datetime.now(timezone.utc)
    held = of(pay, database, member)
    begins = max(now, held.order.ends_at) if held and held.order.ends_at else now
    text = f"{CATALOGUES['en'][plan.key]}, {plan.days} days"
    with Session(database.engine) as session, session.begin(), database.store.joined(session):
        order = pay.create_order(
            currency=CURRENCY,
            lines=[paywright.NewLine(description=text, unit_amount=plan.price)],
            customer=member,
            flow=FLOW,
            ends_at=begins + timedelta(days=plan.days),
            extends=held.order.id if held else None,
        )
        session.add(Membership(order_id=order.id, member=member, plan=plan.key))
        back = f"{address}/orders/{order.id}"
        payment = pay.create_payment(order.id, method=method, description=text, return_url=back)
    return pay.payment(payment.id)
