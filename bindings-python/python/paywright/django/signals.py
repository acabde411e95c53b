"""The journal as Django signals, at least once: a receiver that raises hears of the same event again.

Every signal is sent with `sender=paywright.Event` and these keyword arguments: `event` (the journal row), `order_id`,
`payment_id`, `refund_id`, `exception_id` (text or None) and `detail` (a dict of texts). It never changes a payment.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from typing import Any

from django.db import close_old_connections, transaction
from django.dispatch import Signal
from django.http import HttpResponseBase

from .._native import Event
from .engine import get_paywright

CONSUMER = "django"
"""Under which name the journal keeps how far the signals are."""

journal_event: Signal = Signal()
"""Every event, also those that have no signal of their own."""

order_created: Signal = Signal()
order_updated: Signal = Signal()
order_paid: Signal = Signal()
order_settled: Signal = Signal()
order_completed: Signal = Signal()
order_cancelled: Signal = Signal()
payment_created: Signal = Signal()
payment_processing: Signal = Signal()
payment_authorized: Signal = Signal()
payment_succeeded: Signal = Signal()
payment_failed: Signal = Signal()
payment_cancelled: Signal = Signal()
payment_expired: Signal = Signal()
payment_asked: Signal = Signal()
refund_created: Signal = Signal()
refund_succeeded: Signal = Signal()
refund_failed: Signal = Signal()
refund_cancelled: Signal = Signal()
deposit_returned: Signal = Signal()
deposit_withheld: Signal = Signal()
dispute_opened: Signal = Signal()
dispute_won: Signal = Signal()
dispute_lost: Signal = Signal()
exception_opened: Signal = Signal()
exception_resolved: Signal = Signal()
callback_rejected: Signal = Signal()

_BY_EVENT: Mapping[str, Signal] = {
    name.replace("_", ".", 1): signal
    for name, signal in list(globals().items())
    if isinstance(signal, Signal) and signal is not journal_event
}

_log = logging.getLogger("paywright.django")


def signal_of(event: str) -> Signal | None:
    """The signal of an event, such as `payment.succeeded`; None where only `journal_event` tells it."""
    return _BY_EVENT.get(event)


def deliver_events(limit: int = 100) -> int:
    """Sends what the signals were not told yet, and answers with how many events that were.

    What a receiver raises goes on to the caller; the event, and those behind it, come again next time.
    """
    return get_paywright().deliver_events(CONSUMER, _send, limit=limit)


def _send(event: Event) -> None:
    given: dict[str, Any] = {
        "event": event,
        "order_id": event.order_id,
        "payment_id": event.payment_id,
        "refund_id": event.refund_id,
        "exception_id": event.exception_id,
        "detail": event.detail,
    }
    for signal in (signal_of(event.event), journal_event):
        if signal is not None:
            signal.send(sender=Event, **given)


class _Turn:
    """Lets one thread of the process deliver at a time; who comes meanwhile asks that one to look once more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.again = False

    def run(self) -> None:
        self.again = True
        while self.again and self.lock.acquire(blocking=False):
            try:
                self.again = False
                while deliver_events() > 0:
                    pass
            except Exception:
                # The view's answer must not depend on a receiver. The event comes again.
                _log.exception("a receiver of a payment signal raised; it will hear of the event again")
            finally:
                self.lock.release()


_turn = _Turn()


def _after_fork() -> None:
    global _turn
    _turn = _Turn()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _deliver() -> None:
    _turn.run()


def deliver_soon(response: HttpResponseBase) -> None:
    """Delivers as `PAYWRIGHT["DELIVER"]` says: when the transaction ends, after the answer was sent, or not here."""
    from . import conf

    found = conf.current()
    if found.deliver == "on_commit":
        transaction.on_commit(_deliver, using=found.alias)
    elif found.deliver == "after_response":
        _after(response)


def _after(response: HttpResponseBase) -> None:
    close = response.close

    def closed() -> None:
        try:
            _deliver()
            close_old_connections()
        finally:
            close()

    response.close = closed  # type: ignore[method-assign]
