"""Who asks for what: callers as the application's authorisation names them, and the engine as one of them may see it.

What is not a caller's own is answered like what does not exist. Nothing here knows how an application authorises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .. import _web
from .._codes import refusal
from .._native import Order, Payment
from ..aio import AsyncPaywright
from ..errors import NotFound

Permission: TypeAlias = Literal["create", "read", "refund"]
"""What a caller may do. A payer does not refund: that is asked for by the application, or by its staff."""
OrderFinder: TypeAlias = Callable[[AsyncPaywright, str, "Caller"], Awaitable[Order]]
"""What finds, or creates, the order that a request names."""


@dataclass(frozen=True)
class Caller:
    """Who asks, as the application's own authorisation found out."""

    customer: str | None = None
    """Whose orders and payments are this caller's own: what `create_order` was given as `customer`."""
    permissions: frozenset[Permission] = frozenset({"create", "read"})
    """What the caller may do with them."""
    everybody: bool = False
    """Staff: with those of every customer."""
    actor: str | None = None
    """The name that the journal keeps; the customer's unless said."""

    def owns(self, customer: str | None) -> bool:
        """Whether something of that customer is the caller's to deal with. What is nobody's is for staff."""
        return self.everybody or (customer is not None and customer == self.customer)

    def may(self, permission: Permission) -> None:
        """Errors: `forbidden_action`."""
        if permission not in self.permissions:
            raise _web.forbidden(f"the permission “{permission}” is needed", f"需要“{permission}”权限")

    def key(self, key: str | None) -> str | None:
        """An idempotency key that is the caller's own: no two customers share one."""
        if key is None:
            return None
        return hashlib.sha256(f"{self.everybody}\n{self.actor}\n{self.customer}\n{key}".encode()).hexdigest()


async def nobody() -> Caller:
    """The authorisation of a router that was given none."""
    raise _web.forbidden("the application configured no authorisation (authorise=…)", "应用未配置授权（authorise=…）")


async def find_order(pay: AsyncPaywright, order_id: str, flow: str | None) -> Order:
    """An order by its id, or by the application's own number of it."""
    if order_id.startswith("ord_"):
        return await pay.order(order_id)
    return await pay.order_by_reference(order_id, flow=flow)


@dataclass(frozen=True)
class Customers:
    """The engine as one caller may see it: what is not the caller's own is not there."""

    pay: AsyncPaywright
    finder: OrderFinder | None
    flow: str | None
    return_url: str | None
    cancel_url: str | None

    async def order(self, caller: Caller, order_id: str) -> Order:
        missing = refusal("order_not_found", order=order_id)
        try:
            found = await self._found(caller, order_id)
        except NotFound as error:
            raise (missing if error.code == "order_not_found" else error) from None
        if not caller.owns(found.customer):
            raise missing
        return found

    async def _found(self, caller: Caller, order_id: str) -> Order:
        if self.finder is not None:
            return await self.finder(self.pay, order_id, caller)
        return await find_order(self.pay, order_id, self.flow)

    async def payment(self, caller: Caller, payment_id: str) -> Payment:
        missing = refusal("payment_not_found", payment=payment_id)
        try:
            found = await self.pay.payment(payment_id)
        except NotFound:
            raise missing from None
        if not caller.owns(found.customer):
            raise missing
        return found

    async def create(
        self,
        caller: Caller,
        order_id: str,
        *,
        amount: Any,
        method: str | None,
        currency: str | None = None,
        user_id: str | None = None,
        key: str | None,
    ) -> Payment:
        caller.may("create")
        order = await self.order(caller, order_id)
        if user_id is not None and user_id != order.customer:
            raise refusal("order_not_found", order=order_id)
        return await self.pay.create_payment(
            order.id,
            method=method,
            amount=amount,
            currency=currency,
            return_url=self.return_url,
            cancel_url=self.cancel_url,
            idempotency_key=caller.key(key),
        )
