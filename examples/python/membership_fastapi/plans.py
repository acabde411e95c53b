"""What can be bought, and how a purchase, a renewal and an upgrade become orders. Sums and states of money are Paywright's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import paywright

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
class Membership:
    """The first order of a member, whose end every renewal and upgrade moves, and the plan that was paid last."""

    order: paywright.Order
    plan: str

    @property
    def active(self) -> bool:
        return self.order.state == "active"


async def of(pay: paywright.AsyncPaywright, member: str) -> Membership | None:
    """The member's membership, or None if nothing was ever paid."""
    orders = (await pay.orders(customer=member, flow=FLOW, size=50)).items
    paid = [order for order in orders if order.state in ("active", "lapsed")]
    first = next((order for order in paid if order.extends is None), None)
    if first is None:
        return None
    newest = next(order for order in paid if order.id == first.id or order.extends == first.id)
    return Membership(first, newest.metadata.get("plan", ""))


async def order(pay: paywright.AsyncPaywright, member: str, plan: Plan, now: datetime | None = None) -> paywright.Order:
    """A purchase, or, for who is a member already, a renewal or an upgrade: an order that extends the first one."""
    now = now or datetime.now(timezone.utc)
    held = await of(pay, member)
    begins = max(now, held.order.ends_at) if held and held.order.ends_at else now
    return await pay.create_order(
        currency=CURRENCY,
        lines=[paywright.NewLine(description=f"Membership: {plan.key}, {plan.days} days", unit_amount=plan.price)],
        customer=member,
        flow=FLOW,
        ends_at=begins + timedelta(days=plan.days),
        extends=held.order.id if held else None,
        metadata={"plan": plan.key},
    )
