"""What a store over a host's own connection does in Python: begin, end, and say what a driver's error means.

It never runs a statement of the engine's; those go from the core straight to the cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ._native import _schema_steps

__all__ = ["HostStore", "Unit", "drop_statements", "schema_statements"]

# How a transaction of the engine's own begins, for a unit of work and for a look.
BEGIN = {
    "sqlite": ("BEGIN IMMEDIATE", "BEGIN"),
    "postgresql": ("BEGIN ISOLATION LEVEL READ COMMITTED", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
    "mysql": ("START TRANSACTION", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"),
    "mariadb": ("START TRANSACTION", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"),
}
# Which state the next transaction shows, where the words above cannot say it.
ISOLATION = {
    "mysql": ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
    "mariadb": ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
}
SAVEPOINT = "paywright_work"
ABORTED = "an earlier error spoiled the transaction around the call; nothing can be done before it is rolled back"
DUPLICATE = "a unique constraint refused the row"


class Unit:
    """One unit of work: its cursor, and whether it is a part of the host's transaction."""

    __slots__ = ("connection", "cursor", "joined", "marked")

    def __init__(self, connection: Any, cursor: Any, joined: bool, marked: bool) -> None:
        self.connection: Any = connection
        self.cursor: Any = cursor
        self.joined: bool = joined
        # A savepoint was set, to go back to.
        self.marked: bool = marked


class CommitFailed(Exception):
    """The commit itself raised; what it raised is the cause."""


class Spoiled(Exception):
    """The host's transaction can only be rolled back."""


class HostRaised(Exception):
    """Code of the host that ran within our call raised; the caller gets `own` as it is."""

    def __init__(self, own: Exception) -> None:
        super().__init__()
        self.own: Exception = own


class HostStore:
    """A store over a connection of the host's own, for `Paywright.open`; see `DjangoStore` and `SqlAlchemyStore`."""

    dialect: str
    placeholder: str
    prefix: str = "paywright_"
    remedy: str = "make the tables"

    def begin(self, write: bool) -> Unit:
        """Begins a unit of work, or a look, on the connection of the calling thread."""
        raise NotImplementedError

    def end(self, unit: Unit, keep: bool) -> None:
        """Ends what was begun: keeps it or takes it back. The host's own transaction stays open."""
        raise NotImplementedError

    def in_transaction(self) -> bool:
        """Whether the host has a transaction of its own open on this thread."""
        raise NotImplementedError

    def on_commit(self, work: Callable[[], object]) -> None:
        """Calls `work` after the host's transaction is durable; at once where there is none."""
        raise NotImplementedError

    def run_statements(self, statements: Sequence[str]) -> None:
        """Runs statements that make tables, each by itself."""
        raise NotImplementedError

    def failure(self, error: BaseException) -> tuple[str, str]:
        """The code of the error table for what a driver raised, and why, without any value."""
        if isinstance(error, CommitFailed):
            cause = error.__cause__
            code, why = classified(cause) if cause is not None else ("storage_unknown", "")
            # A clear no is known; everything else may have happened.
            return (code, why) if code in ("storage_busy", "storage_full", "internal") else ("storage_unknown", why)
        if isinstance(error, Spoiled):
            return "storage_failed", str(error)
        if isinstance(error, HostRaised):
            return "host_failed", type(error.own).__name__
        if not isinstance(error, Exception):
            # A worker that is stopped, an interrupt: not the database's, and nobody may swallow it.
            return "host_failed", type(error).__name__
        return classified(error)

    def _begin_own(self, cursor: Any, write: bool) -> None:
        """Begins a transaction on a connection that has none."""
        which = 0 if write else 1
        if self.dialect in ISOLATION:
            cursor.execute(ISOLATION[self.dialect][which])
        cursor.execute(BEGIN[self.dialect][which])

    def _end_own(self, cursor: Any, keep: bool) -> None:
        if not keep:
            cursor.execute("ROLLBACK")
            return
        try:
            cursor.execute("COMMIT")
        except BaseException as error:
            try:
                cursor.execute("ROLLBACK")
            except Exception:
                pass  # Lost, or over already: the first error says why.
            raise CommitFailed from error

    def _mark(self, cursor: Any) -> None:
        cursor.execute(f"SAVEPOINT {SAVEPOINT}")

    def _unmark(self, cursor: Any, keep: bool) -> None:
        if not keep:
            cursor.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")
        cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")


def classified(error: BaseException) -> tuple[str, str]:
    """What an exception of sqlite3, psycopg or a MySQL driver means."""
    kind = type(error).__name__
    driver = type(error).__module__.partition(".")[0]
    number = error.args[0] if error.args else None
    if isinstance(number, int) and driver in ("pymysql", "MySQLdb"):
        return _mysql(number), DUPLICATE if number == 1062 else f"{kind} {number}"
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if state == "25P02":
        return "storage_failed", ABORTED
    if isinstance(state, str):
        return _postgresql(state), f"{kind} {state}"
    if driver == "sqlite3":
        return _sqlite(str(error)), f"{kind}: {str(error)[:100]}"
    if kind in ("OperationalError", "InterfaceError"):
        return "storage_failed", kind
    return "internal", kind


def _postgresql(state: str) -> str:
    if state in ("40001", "40P01", "55P03", "57014"):
        return "storage_busy"
    if state in ("42P01", "3F000"):
        return "schema_missing"
    if state[:2] == "53":
        return "storage_full" if state == "53100" else "storage_busy"
    if state in ("XX001", "XX002"):
        return "storage_corrupt"
    if state[:2] in ("08", "57", "58", "25"):
        return "storage_failed"
    return "internal"


# A server that is full, going, read-only or not there any more.
MYSQL_LOST = frozenset(
    (0, 1040, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1290, 1836, 2002, 2003, 2006, 2013, 2014, 2055, 4031)
)


def _mysql(number: int) -> str:
    if number in (1205, 1213, 1020, 3572):
        return "storage_busy"
    if number in (1146, 1049):
        return "schema_missing"
    if number in (1021, 1114):
        return "storage_full"
    if number in MYSQL_LOST:
        return "storage_failed"
    return "internal"


def _sqlite(text: str) -> str:
    known = {
        "database is locked": "storage_busy",
        "database table is locked": "storage_busy",
        "database or disk is full": "storage_full",
        "database disk image is malformed": "storage_corrupt",
        "file is not a database": "storage_corrupt",
        "no such table": "schema_missing",
        "disk I/O error": "storage_failed",
        "attempt to write a readonly database": "storage_failed",
        "unable to open database file": "storage_failed",
        "Cannot operate on a closed database": "storage_failed",
    }
    return next((code for words, code in known.items() if text.startswith(words)), "internal")


class _Words:
    """What rendering the tables needs to know of a database."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.placeholder = "?"
        self.prefix = HostStore.prefix


def schema_statements(dialect: str, first: int = 1, last: int | None = None) -> list[str]:
    """The statements that make the tables, from step `first` to step `last`, in the words of a database."""
    steps = _schema_steps(_Words(dialect))
    return [s for number, made, _ in steps if number >= first and (last is None or number <= last) for s in made]


def drop_statements(dialect: str, first: int = 1, last: int | None = None) -> list[str]:
    """The statements that take away again what those steps made, with everything in it."""
    steps = _schema_steps(_Words(dialect))
    return [
        s for number, _, undone in reversed(steps)
        if number >= first and (last is None or number <= last) for s in undone
    ]
