"""The process's engine, made from `settings.PAYWRIGHT` when it is first asked for. It decides nothing about payments."""

from __future__ import annotations

import os
import threading
from typing import Any

from .._native import Paywright


class _Held:
    """The engine of one process, and the lock under which it is made."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.engine: Paywright | None = None


_held = _Held()
# Engines of the parent process: not used, and never dropped here, for their connections are the parent's to close.
_inherited: list[Any] = []


def get_paywright() -> Paywright:
    """The engine that all threads of this process share. The first call opens it; a forked child opens its own.

    Raises `ConfigError` where the settings are wrong, and whatever opening the database raises.
    """
    held = _held
    if held.engine is None:
        with held.lock:
            if held.engine is None:
                held.engine = _opened()
    return held.engine


def reset_paywright() -> None:
    """Closes the engine and forgets it; the next call of `get_paywright` reads the settings anew. For tests."""
    from . import conf

    with _held.lock:
        conf.current.cache_clear()
        engine, _held.engine = _held.engine, None
    if engine is not None:
        engine.close()


def forget_when_changed(*, setting: str, **_: object) -> None:
    """A receiver of `setting_changed`: a test overrides settings, so the engine is another."""
    if setting in ("PAYWRIGHT", "DATABASES", "ROOT_URLCONF"):
        reset_paywright()


def _opened() -> Paywright:
    from . import conf

    found = conf.current()
    database: Any = found.database
    if found.alias is not None:
        from .store import DjangoStore

        database = DjangoStore(using=found.alias)
    return Paywright.open(database, gateways=found.gateways, mode=found.mode, **found.options)


def _after_fork() -> None:
    global _held
    # The lock may have been held by another thread of the parent, which does not exist here.
    _inherited.append(_held)
    _held = _Held()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
