"""Does something once, or every few seconds until it is told to stop. It never stops in the middle of a turn."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

from django.db import close_old_connections


def every(seconds: float, turn: Callable[[], object]) -> None:
    """Runs `turn`, waits, and again, until SIGTERM or SIGINT; the turn under way is finished."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not stopped.is_set():
            close_old_connections()
            turn()
            stopped.wait(seconds)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
