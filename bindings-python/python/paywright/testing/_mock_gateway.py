"""The payer and the provider in one hand: what the mock gateway's checkout and callbacks do, said in one line of a test.

It never changes a payment itself: everything that it causes goes through signed callbacks and the engine's own questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

from .._native import Delivery, Payment, Paywright

Post: TypeAlias = Callable[[Delivery], Any]
"""What carries a callback to the application, such as a test client's `post`; its answer is kept in `Visit.answers`."""
Fate: TypeAlias = Literal["deliver", "drop", "duplicate", "delay"]
"""What becomes of the callbacks: delivered once, lost, delivered twice, or kept until `deliver`."""


@dataclass(frozen=True)
class Visit:
    """What a visit to the checkout page led to."""

    return_url: str | None
    """Where the payer's browser goes back to."""
    answers: list[Any] = field(default_factory=list)
    """What the application answered to each callback."""


class MockGateway:
    """The mock gateway as the payer and the network see it.

    A payment is named by itself or by its id. Callbacks go to `engine.handle_callback` unless `deliver_to` says
    where: a test of a web application has them posted to its route.
    """

    def __init__(self, engine: Paywright, post: Post | None = None) -> None:
        self._engine = engine
        self._post = post or self._handle
        self._delayed: list[Delivery] = []

    def deliver_to(self, post: Post) -> None:
        """From now on callbacks are carried by `post`."""
        self._post = post

    def script(self, *words: str) -> None:
        """What happens to the next payments that are created, one word each, such as `decline:card_declined`."""
        self._engine.mock_script(payments=words)

    def script_refunds(self, *words: str) -> None:
        """What happens to the next refunds, one word each, such as `pending` or `fail:account_closed`."""
        self._engine.mock_script(refunds=words)

    def pay(self, payment: Payment | str, callback: Fate = "deliver") -> Visit:
        """The payer pays at the checkout page."""
        return self._choose(payment, "pay", callback)

    def decline(self, payment: Payment | str, callback: Fate = "deliver") -> Visit:
        """The payer tries, and the bank says no."""
        return self._choose(payment, "decline", callback)

    def cancel(self, payment: Payment | str, callback: Fate = "deliver") -> Visit:
        """The payer gives up at the checkout page."""
        return self._choose(payment, "cancel", callback)

    def process(self, payment: Payment | str, callback: Fate = "deliver") -> Visit:
        """The payer is done, and the outcome takes a while."""
        return self._choose(payment, "process", callback)

    def expire(self, payment: Payment | str, callback: Fate = "deliver") -> list[Any]:
        """The provider says that the time to pay is over."""
        return self.send(payment, "expire", callback=callback)

    def send(
        self, payment: Payment | str, kind: str, *, refund_id: str | None = None, callback: Fate = "deliver"
    ) -> list[Any]:
        """A callback of any kind that `mock_callbacks` knows, such as `wrong_amount`, `forged` or `refund_succeeded`."""
        return self._carry(self._engine.mock_callbacks(_id(payment), kind, refund_id=refund_id), callback)

    @property
    def delayed(self) -> int:
        """How many callbacks are under way."""
        return len(self._delayed)

    def deliver(self) -> list[Any]:
        """Delayed callbacks arrive, in their order; answers with what the application said to each."""
        arriving, self._delayed = self._delayed, []
        return [self._post(delivery) for delivery in arriving]

    def _choose(self, payment: Payment | str, outcome: str, callback: Fate) -> Visit:
        choice = self._engine.mock_choose(self._token(_id(payment)), outcome)
        return Visit(choice.return_url, self._carry(choice.deliveries, callback))

    def _token(self, payment_id: str) -> str:
        payment = self._engine.payment(payment_id)
        query = parse_qs(urlsplit(payment.action.url or payment.action.qr_text or "").query)
        if "token" not in query:
            raise AssertionError(
                f"{payment_id} is {payment.state} and waits for no payer at the mock checkout: "
                f"its next action is {payment.action.kind!r}"
            )
        return query["token"][0]

    def _carry(self, deliveries: list[Delivery], fate: Fate) -> list[Any]:
        match fate:
            case "deliver":
                return [self._post(delivery) for delivery in deliveries]
            case "duplicate":
                return [self._post(delivery) for delivery in deliveries for _ in range(2)]
            case "delay":
                self._delayed.extend(deliveries)
            case "drop":
                pass
            case other:
                raise ValueError(f"a callback is delivered, dropped, duplicated or delayed, not {other!r}")
        return []

    def _handle(self, delivery: Delivery) -> Any:
        return self._engine.handle_callback("mock", headers=delivery.headers, body=delivery.body)


def _id(payment: Payment | str) -> str:
    return payment if isinstance(payment, str) else payment.id
