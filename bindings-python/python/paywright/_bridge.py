"""Calls of the blocking engine from event loops: a few threads of their own do the work, the loop only waits for it.

It never blocks a loop, never leaves a call half done, and decides nothing about payments.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from ._codes import refusal
from ._native import Event, Paywright

WORKERS = 8
"""How many calls run at once unless said, and as many callbacks. What waits for a gateway keeps its thread."""

_LOG = logging.getLogger("paywright")
_P = ParamSpec("_P")
_T = TypeVar("_T")
_Self = TypeVar("_Self", bound="Bridge")


class _Page(Protocol[_T]):
    """A page of any list."""

    @property
    def total(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def items(self) -> list[_T]: ...


class Bridge:
    """An engine and the threads that call it; it belongs to no loop, so one can be made before any runs.

    `pay` is an engine, or what opens one, such as `Paywright.from_env`: it is then called by the first call that needs
    the engine, again in a forked child, and again when `async with` begins anew after `aclose`.

    A call that was made is carried out, whole, also when whoever awaits it is cancelled: then nobody hears the answer,
    a failure is logged, and what was done stands in the journal. Context variables are carried over.
    """

    def __init__(self, pay: Paywright | Callable[[], Paywright], *, workers: int = WORKERS) -> None:
        if workers < 1:
            raise refusal("argument_range", field="workers", given=str(workers), rule="at least 1")
        self._given = None if callable(pay) else pay
        self._opener = pay if callable(pay) else None
        self._workers = workers
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        """The state of a process that has called nothing yet."""
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._callbacks: ThreadPoolExecutor | None = None
        self._engine = self._given

    @classmethod
    async def _begun(cls: type[_Self], opener: Callable[[], Paywright], workers: int) -> _Self:
        """One whose engine is open; closed, it stays closed."""
        begun = await cls(opener, workers=workers).__aenter__()
        begun._given, begun._opener = begun._engine, None
        return begun

    async def call(
        self, function: Callable[Concatenate[Paywright, _P], _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Runs `function(engine, …)` away from the loop: several calls of the engine in one go, for instance."""
        self._after_fork()
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="paywright")
        return await self._run(self._pool, function, *args, **kwargs)

    async def answer(
        self, function: Callable[Concatenate[Paywright, _P], _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """As `call`, for callbacks: a gateway that waits for our answer does not stand behind calls that wait for one."""
        self._after_fork()
        if self._callbacks is None:
            self._callbacks = ThreadPoolExecutor(self._workers, thread_name_prefix="paywright-callback")
        return await self._run(self._callbacks, function, *args, **kwargs)

    async def _run(
        self,
        pool: ThreadPoolExecutor,
        function: Callable[Concatenate[Paywright, _P], _T],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        def work() -> _T:
            return function(self._opened(), *args, **kwargs)

        return await _heard(pool.submit(contextvars.copy_context().run, work))

    def _after_fork(self) -> None:
        """A child has none of its parent's threads."""
        if self._process != os.getpid():
            self._begin()

    def _opened(self) -> Paywright:
        """The engine, opened if need be. Only ever called by a worker."""
        with self._lock:
            if self._engine is None:
                if self._closed or self._opener is None:
                    raise refusal("store_closed")
                self._engine = self._opener()
            return self._engine

    async def warnings(self) -> list[str]:
        """What an operator should know since the engine was opened."""
        return await self.call(lambda engine: engine.warnings)

    async def deliver_events(
        self, consumer: str, handler: Callable[[Event], object], *, limit: int | None = None
    ) -> int:
        """Hands the events that a named consumer has not dealt with to `handler`, one by one.

        An async handler runs on the loop, any other beside it. When it raises, the event comes again next time and the
        exception goes on. Answers with how many were dealt with; at most 100 unless said.
        """
        if not _is_async(handler):
            return await self.call(Paywright.deliver_events, consumer, handler, limit=limit)
        events = await self.call(Paywright.next_events, consumer, limit=limit)
        for event in events:
            told = handler(event)
            if isinstance(told, Awaitable):
                await told
            await self.call(Paywright.acknowledge_events, consumer, event.sequence)
        return len(events)

    async def follow_events(self, consumer: str, *, interval_s: float = 1.0) -> AsyncIterator[Event]:
        """The events that a named consumer has not dealt with, and then new ones as they come, without end.

        An event counts as dealt with when the next one is asked for: whoever leaves the loop meets it again.
        """
        while True:
            events = await self.call(Paywright.next_events, consumer)
            for event in events:
                yield event
                await self.call(Paywright.acknowledge_events, consumer, event.sequence)
            if not events:
                await asyncio.sleep(interval_s)

    async def _every(self, page_of: Callable[..., Awaitable[_Page[_T]]]) -> AsyncIterator[_T]:
        """Every item of every page."""
        number = 1
        while True:
            page = await page_of(page=number)
            for item in page.items:
                yield item
            if number * page.size >= page.total:
                return
            number += 1

    async def aclose(self) -> None:
        """Waits for the calls under way and gives the database back; later calls fail with `store_closed`."""
        self._closed = True
        pools, self._pool, self._callbacks = (self._pool, self._callbacks), None, None
        closed: Future[None] = Future()

        def close() -> None:
            try:
                for pool in pools:
                    if pool is not None:
                        pool.shutdown(wait=True)
                if self._engine is not None:
                    self._engine.close()
            except BaseException as error:
                closed.set_exception(error)
            else:
                closed.set_result(None)

        threading.Thread(target=close, name="paywright-close").start()
        await _heard(closed)

    async def __aenter__(self: _Self) -> _Self:
        if self._closed and self._opener is not None:
            self._closed = False
            self._begin()
        await self.call(lambda _: None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


def _is_async(handler: Callable[[Event], object]) -> bool:
    """Whether a call of the handler gives something to await; also for objects that are called."""
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(getattr(handler, "__call__", None))


async def _heard(work: Future[_T]) -> _T:
    """What a worker answers. Cancelling whoever waits here does not touch the work."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[_T] = loop.create_future()

    def finished(work: Future[_T]) -> None:
        try:
            loop.call_soon_threadsafe(_tell, waiting, work)
        except RuntimeError:
            # The loop is gone, and with it whoever waited.
            _unheard(work)

    work.add_done_callback(finished)
    return await waiting


def _tell(waiting: asyncio.Future[_T], work: Future[_T]) -> None:
    """Hands an outcome to whoever waits for it, on the loop's own thread."""
    error = work.exception()
    if waiting.done():
        _unheard(work)
    elif isinstance(error, StopIteration):
        # No future takes this one: it would end the coroutine that waits.
        waiting.set_exception(RuntimeError("a function that was called raised StopIteration"))
    elif error is not None:
        waiting.set_exception(error)
    else:
        waiting.set_result(work.result())


def _unheard(work: Future[_T]) -> None:
    """A failure that nobody is left to hear is at least on record."""
    if error := work.exception():
        _LOG.error("a call failed after whoever awaited it was cancelled: %s", error, exc_info=error)
