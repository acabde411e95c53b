"""An engine that lives as long as its application: opened with it, doing due work beside it, closed after it.

It never ends a piece of work halfway, and stops when the application stops.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from .._native import Event
from ..aio import AsyncPaywright
from ..errors import PaywrightError

_LOG = logging.getLogger("paywright")

Lifespan = Callable[[object], AbstractAsyncContextManager[None]]


def lifespan(
    pay: AsyncPaywright,
    *,
    due_every_s: float | None = 10.0,
    on_event: Callable[[Event], object] | None = None,
    events_every_s: float = 1.0,
    consumer: str = "application",
) -> Lifespan:
    """For `FastAPI(lifespan=lifespan(pay))` and Starlette alike: opens the engine, closes it at the end.

    In between due work runs every `due_every_s` seconds (None: somebody else does it), and `on_event`, async or not, is
    told of every event at least once: one whose handler raises comes again. Of several processes let one have `on_event`.
    """

    @asynccontextmanager
    async def running(_: object) -> AsyncIterator[None]:
        async with pay:
            stop = asyncio.Event()
            tasks = []
            if due_every_s is not None:
                tasks.append(_repeat("due work", lambda: _due(pay), due_every_s, stop))
            if on_event is not None:
                tell = on_event
                tasks.append(_repeat("events", lambda: pay.deliver_events(consumer, tell), events_every_s, stop))
            started = [asyncio.create_task(task) for task in tasks]
            try:
                yield
            finally:
                stop.set()
                await asyncio.gather(*started)

    return running


async def _due(pay: AsyncPaywright) -> None:
    report = await pay.run_due()
    for failure in report.failures:
        _LOG.warning("due work: %s", failure)


async def _repeat(what: str, work: Callable[[], Awaitable[object]], every_s: float, stop: asyncio.Event) -> None:
    """Works now and at intervals until told to stop. A failure is logged and does not end it."""
    while not stop.is_set():
        try:
            await work()
        except PaywrightError as error:
            _LOG.error("%s: %s: %s", what, error.code, error.message)
        except Exception:
            _LOG.exception("%s failed", what)
        try:
            await asyncio.wait_for(stop.wait(), every_s)
        except asyncio.TimeoutError:
            continue
