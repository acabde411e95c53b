"""The engine on an event loop: what is awaited, what goes on when nobody waits any more, and what the loop does meanwhile."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import multiprocessing
import threading
import time
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

import paywright
from paywright import AsyncPaywright, Event, Paywright
from paywright.testing import ManualClock

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(main, timeout=60))


def opener(path: Path) -> partial[Paywright]:
    return partial(Paywright.open, path, gateways=[paywright.Mock()], mode="test")


async def paid(pay: AsyncPaywright, amount: str = "1.00") -> paywright.CallbackResult:
    order = await pay.create_order(currency="CNY", amount=amount)
    payment = await pay.create_payment(order.id, method="card")
    [delivery] = await pay.mock_callbacks(payment.id, "success")
    return await pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)


def test_every_method_is_awaitable_with_the_same_signature() -> None:
    """Protects: a reader of the engine's reference knows the async class too; no method was forgotten."""
    engine = {name for name in dir(Paywright) if not name.startswith("_")}
    assert engine - {"close"} <= set(dir(AsyncPaywright))
    for name in engine - {"close", "warnings", "deliver_events", "open", "from_env"}:
        ours = inspect.signature(getattr(AsyncPaywright, name))
        theirs = inspect.signature(getattr(Paywright, name))
        assert list(ours.parameters) == list(theirs.parameters), name
        for kind in zip(ours.parameters.values(), theirs.parameters.values()):
            assert kind[0].name == "self" or kind[0].kind == kind[1].kind, name
        assert inspect.iscoroutinefunction(getattr(AsyncPaywright, name)), name


def test_the_whole_story(pay: Paywright) -> None:
    """Protects: the same answers and the same errors as the engine's own."""

    async def main() -> None:
        ours = AsyncPaywright(pay)
        result = await paid(ours, "12.50")
        assert result.payment is not None and result.payment == pay.payment(result.payment.id)
        refund = await ours.refund(result.payment.id, amount="2.50", reason="a broken cup")
        assert str(refund.amount) == "2.50"
        with pytest.raises(paywright.InvalidInput) as error:
            await ours.refund(result.payment.id, amount=1.5)  # type: ignore[arg-type]
        assert error.value.code == "amount_type"
        assert (await ours.verify()).ok
        assert await ours.warnings() == pay.warnings

    run(main())


def test_the_loop_goes_on_while_32_settle(tmp_path: Path, record_property: Any) -> None:
    """Protects: no call runs on the loop. A heartbeat beats all the time; how late it ever was is reported, not judged."""

    async def main() -> tuple[int, float, float]:
        async with AsyncPaywright(opener(tmp_path / "shop.db")) as pay:
            deliveries = []
            for _ in range(32):
                order = await pay.create_order(currency="CNY", amount="1")
                payment = await pay.create_payment(order.id, method="card")
                deliveries += await pay.mock_callbacks(payment.id, "success")
            beats, latest, threads = 0, 0.0, set[str]()

            async def heart() -> None:
                nonlocal beats, latest
                while True:
                    before = time.perf_counter()
                    await asyncio.sleep(0.001)
                    latest = max(latest, time.perf_counter() - before - 0.001)
                    beats += 1

            def settle(engine: Paywright, delivery: paywright.Delivery) -> str:
                threads.add(threading.current_thread().name)
                return engine.handle_callback("mock", headers=delivery.headers, body=delivery.body).outcome

            beating = asyncio.create_task(heart())
            await asyncio.sleep(0.1)
            idle, beats, latest = latest, 0, 0.0
            outcomes = await asyncio.gather(*(pay.call(settle, delivery) for delivery in deliveries))
            beating.cancel()
            assert set(outcomes) == {"applied"}
            assert beats > 0 and all(name.startswith("paywright") for name in threads)
            return beats, latest, idle

    beats, latest, idle = run(main())
    record_property("loop_late_ms", round(latest * 1000, 2))
    print(f"while 32 settled: {beats} heartbeats, late by at most {latest * 1000:.2f} ms ({idle * 1000:.2f} ms when idle)")


def test_the_loop_is_free_while_a_call_waits(pay: Paywright) -> None:
    """Protects: a call that takes long holds up nothing: only the loop itself can end the wait here."""

    async def main() -> None:
        ours, gate = AsyncPaywright(pay, workers=1), threading.Event()
        waiting = asyncio.create_task(ours.call(lambda _: gate.wait(30)))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        gate.set()
        assert await waiting

    run(main())


def test_a_bounded_number_of_threads_of_its_own(pay: Paywright) -> None:
    """Protects: a host's own executor is not used up, and a crowd of calls makes no crowd of threads."""

    async def main() -> None:
        ours, seen, most, now = AsyncPaywright(pay, workers=3), set[str](), 0, 0
        lock = threading.Lock()

        def work(_: Paywright) -> None:
            nonlocal most, now
            with lock:
                now += 1
                most = max(most, now)
                seen.add(threading.current_thread().name)
            time.sleep(0.002)
            with lock:
                now -= 1

        await asyncio.gather(*(ours.call(work) for _ in range(50)))
        assert most <= 3 and len(seen) <= 3
        assert getattr(asyncio.get_running_loop(), "_default_executor", None) is None

    run(main())
    with pytest.raises(paywright.InvalidInput, match="workers"):
        AsyncPaywright(pay, workers=0)


def test_a_callback_does_not_wait_behind_calls_that_wait(pay: Paywright) -> None:
    """Protects: while every thread waits for a slow gateway, a gateway that waits for us is answered."""

    async def main() -> None:
        ours, gate = AsyncPaywright(pay, workers=2), threading.Event()
        order = await ours.create_order(currency="CNY", amount="1")
        payment = await ours.create_payment(order.id, method="card")
        [delivery] = await ours.mock_callbacks(payment.id, "success")
        waiting = [asyncio.create_task(ours.call(lambda _: gate.wait(30))) for _ in range(4)]
        await asyncio.sleep(0.01)
        result = await ours.handle_callback("mock", headers=delivery.headers, body=delivery.body)
        assert result.outcome == "applied" and not any(task.done() for task in waiting)
        gate.set()
        assert all(await asyncio.gather(*waiting))

    run(main())


def test_cancelling_leaves_nothing_half_done(pay: Paywright) -> None:
    """Protects: whoever gives up waiting does not stop the work, whether it runs or still waits for a thread."""

    async def main() -> None:
        ours, gate = AsyncPaywright(pay, workers=1), threading.Event()
        order = await ours.create_order(currency="CNY", amount="1", reference="R1")

        def slow(engine: Paywright) -> None:
            gate.wait(30)
            engine.create_payment(order.id, method="card")

        running = asyncio.create_task(ours.call(slow))
        queued = asyncio.create_task(ours.create_order(currency="CNY", amount="2", reference="R2"))
        await asyncio.sleep(0.01)
        for task in (running, queued):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        gate.set()
        assert (await ours.order_by_reference("R2")).total == 2
        assert (await ours.payments(order_id=order.id)).total == 1
        assert (await ours.verify()).ok

    run(main())


def test_a_failure_that_nobody_hears_is_logged(pay: Paywright, caplog: pytest.LogCaptureFixture) -> None:
    """Protects: trouble after a cancellation is not lost without a trace."""

    async def main() -> None:
        ours, gate = AsyncPaywright(pay, workers=1), threading.Event()

        def slow(engine: Paywright) -> None:
            gate.wait(30)
            engine.payment("pay_01ARZ3NDEKTSV4RRFFQ69G5FAV")

        task = asyncio.create_task(ours.call(slow))
        await asyncio.sleep(0.01)
        task.cancel()
        gate.set()
        await ours.health()
        await asyncio.sleep(0.01)

    with caplog.at_level(logging.ERROR, logger="paywright"):
        run(main())
    assert "after whoever awaited it was cancelled" in caplog.text


def test_a_loop_that_ends_early(pay: Paywright) -> None:
    """Protects: a loop that is gone when the work is done harms neither the work nor the process."""
    gate, ours = threading.Event(), AsyncPaywright(pay, workers=1)

    def slow(engine: Paywright) -> None:
        gate.wait(30)
        engine.create_order(currency="CNY", amount="1", reference="LATE")

    async def main() -> None:
        asyncio.create_task(ours.call(slow))
        await asyncio.sleep(0.01)

    run(main())
    gate.set()

    async def after() -> paywright.Order:
        return await ours.order_by_reference("LATE")

    assert run(after()).total == 1


def test_context_variables_are_carried_over(pay: Paywright) -> None:
    """Protects: a gateway or handler of the host finds the request's context, as it would without the threads."""
    who = contextvars.ContextVar("who", default="nobody")

    async def main() -> None:
        ours = AsyncPaywright(pay)
        who.set("alice")
        assert await ours.call(lambda _: who.get()) == "alice"

    run(main())


def test_stop_iteration_reaches_the_caller(pay: Paywright) -> None:
    """Protects: no exception of a called function leaves its caller waiting for ever."""

    async def main() -> None:
        def stop(_: Paywright) -> None:
            raise StopIteration

        with pytest.raises(RuntimeError, match="StopIteration"):
            await AsyncPaywright(pay).call(stop)

    run(main())


def test_opening_and_closing(tmp_path: Path) -> None:
    """Protects: `aclose` waits for what was begun; afterwards a call says so; a lifespan may begin again."""

    async def main() -> None:
        pay = await AsyncPaywright.open(tmp_path / "a.db", gateways=[paywright.Mock()], mode="test")
        begun = [asyncio.create_task(pay.create_order(currency="CNY", amount="1")) for _ in range(8)]
        await asyncio.sleep(0)
        await pay.aclose()
        await pay.aclose()
        assert len(await asyncio.gather(*begun)) == 8
        for again in (pay, await reopened(pay)):
            with pytest.raises(paywright.StorageError) as error:
                await again.health()
            assert error.value.code == "store_closed"

        lazy = AsyncPaywright(opener(tmp_path / "b.db"))
        assert not (tmp_path / "b.db").exists()
        for _ in range(2):
            async with lazy as opened:
                assert (await opened.health()).ok
            with pytest.raises(paywright.StorageError):
                await lazy.health()
        never = AsyncPaywright(opener(tmp_path / "c.db"))
        await never.aclose()
        with pytest.raises(paywright.StorageError):
            await never.health()
        assert not (tmp_path / "c.db").exists()

    async def reopened(pay: AsyncPaywright) -> AsyncPaywright:
        async with pay:
            return pay

    run(main())


def test_from_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects: the environment configures the async engine like the other, and a failure to open is told."""
    monkeypatch.delenv("PAYWRIGHT_DATABASE_URL", raising=False)

    async def main() -> None:
        with pytest.raises(paywright.ConfigError):
            await AsyncPaywright.from_env()
        monkeypatch.setenv("PAYWRIGHT_DATABASE_URL", str(tmp_path / "shop.db"))
        async with await AsyncPaywright.from_env(gateways=[paywright.Mock()], mode="test", workers=2) as pay:
            assert (await pay.health()).ok

    run(main())


def _in_child(pay: AsyncPaywright, found: Any) -> None:
    async def main() -> str:
        try:
            return (await pay.create_order(currency="CNY", amount="1")).state
        except paywright.StorageError as error:
            return error.code

    found.put(run(main()))


# Python warns of just what is done here, and from 3.15 on raises the warning where warnings are errors.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(("lazy", "expected"), [(True, "pending"), (False, "after_fork")])
def test_after_a_fork(tmp_path: Path, lazy: bool, expected: str) -> None:
    """Protects: a server that loads the application and forks then; no child waits for threads that it does not have."""
    make = opener(tmp_path / "shop.db")
    pay = AsyncPaywright(make if lazy else make())
    run(pay.health())
    process = multiprocessing.get_context("fork")
    found = process.Queue()
    child = process.Process(target=_in_child, args=(pay, found))
    child.start()
    assert found.get(timeout=60) == expected
    child.join(timeout=60)
    run(pay.aclose())


def test_events_are_followed(pay: Paywright, clock: ManualClock) -> None:
    """Protects: at least once: an event that was handed out and not dealt with comes again, and none is skipped."""

    async def main() -> None:
        ours, seen = AsyncPaywright(pay), list[Event]()
        await paid(ours)
        everything = await ours.events()
        events = ours.follow_events("mails", interval_s=0.01)
        async for event in events:
            if event.event == "payment.succeeded":
                break
            seen.append(event)
        await events.aclose()  # type: ignore[attr-defined]
        async for event in ours.follow_events("mails", interval_s=0.01):
            seen.append(event)
            if event == everything[-1]:
                asyncio.get_running_loop().call_soon(asyncio.ensure_future, ours.create_order(currency="CNY", amount="3"))
            if len(seen) == len(everything) + 1:
                break
        assert [event.sequence for event in seen[:-1]] == [event.sequence for event in everything]
        assert seen[-1].event == "order.created"

    run(main())


def test_events_are_delivered(pay: Paywright) -> None:
    """Protects: a handler of either kind; what it raises goes on, and its event comes again."""

    async def main() -> None:
        ours, seen = AsyncPaywright(pay), list[str]()
        await paid(ours)
        all_of_them = [event.event for event in await ours.events()]

        async def fails(event: Event) -> None:
            seen.append(event.event)
            if event.event == "payment.succeeded":
                raise RuntimeError("the mail server is down")

        for _ in range(2):
            with pytest.raises(RuntimeError, match="mail server"):
                await ours.deliver_events("mails", fails)
        assert seen.count("payment.succeeded") == 2 and seen.count("order.created") == 1
        rest: list[str] = []
        await ours.deliver_events("mails", lambda event: rest.append(event.event))
        assert seen[:-2] + rest == all_of_them

    run(main())


def test_lists_are_read_to_their_end(pay: Paywright) -> None:
    """Protects: every page is read once, in order, with the filters of the method."""

    async def main() -> None:
        ours = AsyncPaywright(pay)
        made = [(await ours.create_order(currency="CNY", amount="1", customer=f"C{n % 2}")).id for n in range(7)]
        assert [order.id async for order in ours.all_orders(size=3)] == made[::-1]
        assert [order.id async for order in ours.all_orders(customer="C1", size=1)] == made[5::-2]
        assert [order async for order in ours.all_orders(customer="nobody")] == []

    run(main())


def test_asking_for_the_class_costs_only_who_asks() -> None:
    """Protects: `import paywright` loads no event loop; a misspelt name is still an error."""
    import subprocess
    import sys

    script = "import sys, paywright; before = 'asyncio' in sys.modules; paywright.AsyncPaywright; print(before, 'asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "False True\n"
    with pytest.raises(AttributeError, match="AsyncPay"):
        getattr(paywright, "AsyncPay")
