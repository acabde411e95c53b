"""The engine's tables in Django's own database: inside `transaction.atomic()` they are committed with the host's rows
or not at all. It never commits or rolls back a transaction of the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from .._host_store import HostRaised, HostStore, Spoiled, Unit

__all__ = ["DjangoStore"]

SPOILED = "an error spoiled the transaction.atomic() block around the call; nothing can be done before it is left"


class DjangoStore(HostStore):
    """`Paywright.open(DjangoStore())`: units of work run on the calling thread's connection of `DATABASES[using]`.

    In an open `atomic()` block a unit of work is a savepoint, and what has to be sent to a gateway is sent after the
    commit; elsewhere each unit of work is a transaction of its own.
    """

    remedy: str = "run manage.py migrate"

    def __init__(self, using: str = "default") -> None:
        self.using: str = using
        connection = connections[using]
        self.dialect: str = dialect_of(connection)
        self.placeholder: str = "?" if self.dialect == "sqlite" else "%s"
        self._sqlite = self.dialect == "sqlite"
        # Reading inside a block must not spoil it where an error does so.
        self._marks_reads = self.dialect == "postgresql"

    def begin(self, write: bool) -> Unit:
        """Begins a unit of work, or a look, on the calling thread's connection."""
        connection = connections[self.using]
        if not connection.in_atomic_block:
            self._raw(connection)
        if connection.in_atomic_block or not connection.get_autocommit():
            if connection.needs_rollback:
                raise Spoiled(SPOILED)
            # Also where `atomic()` has not said BEGIN yet: the connection itself knows.
            cursor = self._raw(connection).cursor()
            if self._sqlite and not connection.connection.in_transaction:
                cursor.execute("BEGIN")
            marked = write or self._marks_reads
            if marked:
                self._mark(cursor)
            return Unit(connection, cursor, True, marked)
        try:
            cursor = self._raw(connection).cursor()
            self._begin_own(cursor, write)
        except Exception:
            if connection.connection is None or connection.is_usable():
                raise
            # The server hung up while nobody looked; nothing has begun yet.
            self._forget(connection)
            cursor = self._raw(connection).cursor()
            self._begin_own(cursor, write)
        return Unit(connection, cursor, False, False)

    def end(self, unit: Unit, keep: bool) -> None:
        """Keeps what was done since `begin`, or takes it back."""
        connection = unit.connection
        try:
            if not unit.joined:
                self._end_own(unit.cursor, keep)
            elif unit.marked:
                self._unmark(unit.cursor, keep)
        except BaseException:
            if unit.joined:
                # The savepoint is gone, so that nobody knows what a commit would keep.
                connection.needs_rollback = True
            else:
                connection.errors_occurred = True
                if not connection.is_usable():
                    self._forget(connection)
            raise
        finally:
            with suppress(Exception):
                unit.cursor.close()

    def in_transaction(self) -> bool:
        """Whether an `atomic()` block is open, those of `TestCase` aside, or autocommit is off."""
        connection = connections[self.using]
        if not connection.in_atomic_block:
            return connection.connection is not None and not connection.get_autocommit()
        return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)

    def on_commit(self, work: Callable[[], object]) -> None:
        """Calls `work` after the outermost block is committed, and never after a rollback."""
        if not self.in_transaction():
            work()
            return
        transaction.on_commit(work, using=self.using, robust=True)

    def run_statements(self, statements: Sequence[str]) -> None:
        """Runs statements that make tables, each by itself."""
        with connections[self.using].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _forget(self, connection: BaseDatabaseWrapper) -> None:
        """Has Django connect anew, also where the driver refuses to close what is lost."""
        with suppress(Exception):
            connection.close()
        connection.connection = None

    def _raw(self, connection: BaseDatabaseWrapper) -> Any:
        """The driver's own connection: Django's cursors would log and wrap each statement."""
        if connection.connection is None:
            try:
                connection.ensure_connection()
            except (OperationalError, InterfaceError):
                raise  # There is no way to the database.
            except Exception as error:
                # A receiver of `connection_created`, or a view of an event loop, which Django refuses.
                raise HostRaised(error) from error
        return connection.connection


def dialect_of(connection: BaseDatabaseWrapper) -> str:
    """The name of the database's family. Raises `NotImplementedError` for others."""
    vendor: str = connection.vendor
    if vendor == "mysql":
        return "mariadb" if getattr(connection, "mysql_is_mariadb", False) else "mysql"
    if vendor not in ("sqlite", "postgresql"):
        raise NotImplementedError(f"Paywright knows SQLite, PostgreSQL, MySQL and MariaDB, not {vendor}")
    return vendor
