"""The process's engine, made from `settings.PAYWRIGHT` when it is first asked for. It decides nothing."""

from __future__ import annotations

import os
import threading
from typing import Any

from django.apps import apps

from .._native import Paywright
from . import conf


class _Held:
    """The engine of one process, and the lock under which it is made."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.engine: Paywright | None = None
        self.alias: str | None = None


_held = _Held()
# Engines and connections of the parent process: not used, and never dropped here, for they are the parent's to close.
_inherited: list[Any] = []


def get_paywright() -> Paywright:
    """The engine that all threads of this process share. The first call opens it; a forked child opens its own.

    Raises `ConfigError` where the settings are wrong, and whatever opening the database raises.
    """
    held = _held
    if held.engine is not None:
        return held.engine
    found = conf.current()
    if found.alias is not None:
        # Opening looks at the tables and may wait for a transaction of another thread, which may be on its way here:
        # no lock is held meanwhile. Of two engines that were made at once, one is forgotten unused.
        made = _opened(found)
        with held.lock:
            held.engine = held.engine or made
            held.alias = found.alias
        return held.engine
    with held.lock:
        if held.engine is None:
            held.engine = _opened(found)
    return held.engine


def reset_paywright() -> None:
    """Closes the engine and forgets it; the next call of `get_paywright` reads the settings anew. For tests."""
    with _held.lock:
        conf.current.cache_clear()
        engine, _held.engine = _held.engine, None
    if engine is not None:
        engine.close()


def forget_when_changed(*, setting: str, **_: object) -> None:
    """A receiver of `setting_changed`: a test overrides settings, so the engine is another."""
    if setting in ("PAYWRIGHT", "DATABASES", "ROOT_URLCONF"):
        reset_paywright()


def _opened(found: conf.Conf) -> Paywright:
    database: Any = found.database
    if found.alias is not None:
        if not apps.is_installed("paywright.django"):
            raise conf.missing("INSTALLED_APPS", 'add "paywright.django", whose migrations make the tables')
        from .store import DjangoStore

        database = DjangoStore(using=found.alias)
    return Paywright.open(database, gateways=found.gateways, mode=found.mode, **found.options)


def _after_fork() -> None:
    global _held
    # The lock may have been held by another thread of the parent, which does not exist here.
    _inherited.append(_held)
    if _held.engine is not None:
        _leave_connection(_held.alias)
    _held = _Held()


def _leave_connection(alias: str | None) -> None:
    """The connection that opening the engine made is the parent's: two processes on one socket mix answers up.
    It is neither used nor closed here; Django opens another when it is asked."""
    from django.db import connections

    connection = connections[alias] if alias is not None else None
    if connection is not None and connection.connection is not None and not connection.in_atomic_block:
        _inherited.append(connection.connection)
        connection.connection = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
