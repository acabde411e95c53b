"""The engine's tables in a database that SQLAlchemy is connected to: what the engine does in a session's transaction is
committed with the host's rows or not at all. It never commits or rolls back a transaction of the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from ._host_store import HostRaised, HostStore, Spoiled, Unit, drop_statements, schema_statements

__all__ = ["SqlAlchemyStore", "downgrade", "migration_statements", "upgrade"]

SPOILED = "the session's transaction is spoiled by an error or over; nothing can be done before it is rolled back"
PENDING = "paywright_after_commit"
DURABLE = "paywright_durable"
# Stands where a session would, while there must be none.
APART = object()


class SqlAlchemyStore(HostStore):
    """`Paywright.open(SqlAlchemyStore(engine))`: each unit of work is a transaction of its own on a pooled connection;
    inside `with store.joined(session):` it is a savepoint in that session's transaction instead, and what has to be
    sent to a gateway is sent after the session's commit.

    Made from a `Session`, it works in that session's transaction always; from a `scoped_session`, in the one of the
    current scope, where it has begun a transaction. Synchronous engines only.
    """

    remedy: str = "run the statements of paywright.sqlalchemy.upgrade, or store.create_tables()"

    def __init__(self, source: Engine | sessionmaker[Any] | scoped_session[Any] | Session) -> None:
        self._session: Callable[[], Session | None] = lambda: None
        if isinstance(source, Session):
            self._session = lambda: source
        elif isinstance(source, scoped_session):
            self._session = lambda: _begun(source)
        self._engine = _engine_of(source)
        name = self._engine.dialect.name
        if name == "mysql":
            name = "mariadb" if self._is_mariadb() else "mysql"
        if name not in ("sqlite", "postgresql", "mysql", "mariadb"):
            raise NotImplementedError(f"Paywright knows SQLite, PostgreSQL, MySQL and MariaDB, not {name}")
        self.dialect: str = name
        self.placeholder: str = "?" if name == "sqlite" else "%s"
        self._current: ContextVar[object] = ContextVar("paywright_session", default=None)

    @contextmanager
    def joined(self, session: Session) -> Iterator[None]:
        """Has the calls of this block, on this thread, work in the transaction of `session`."""
        token = self._current.set(session)
        try:
            yield
        finally:
            self._current.reset(token)

    def begin(self, write: bool) -> Unit:
        """Begins a unit of work, or a look: in the session's transaction where there is one."""
        session = self._found()
        if session is None:
            return self._begin_alone(write)
        if not session.is_active:
            raise Spoiled(SPOILED)
        # What the host has written so far is seen by constraints, and written before what follows from it.
        try:
            session.flush()
        except Exception as error:
            raise HostRaised(error) from error
        raw: Any = session.connection().connection.dbapi_connection
        cursor = raw.cursor()
        if self.dialect == "sqlite" and not raw.in_transaction:
            # The driver would begin with the first change, and a savepoint before it would be a transaction of its own.
            cursor.execute("BEGIN")
        marked = write or self.dialect == "postgresql"
        if marked:
            self._mark(cursor)
        return Unit(session, cursor, True, marked)

    def _begin_alone(self, write: bool) -> Unit:
        for attempt in (1, 2):
            pooled = self._engine.raw_connection()
            cursor = pooled.cursor()
            try:
                if self.dialect == "postgresql":
                    # `BEGIN` of the driver's own would come before ours.
                    pooled.dbapi_connection.autocommit = True  # type: ignore[union-attr]
                self._begin_own(cursor, write)
                return Unit(pooled, cursor, False, False)
            except Exception as error:
                raised: Any = error
                lost = self._engine.dialect.is_disconnect(raised, pooled.dbapi_connection, cursor)
                self._give_back(pooled, spoiled=True)
                # The server hung up while nobody looked; nothing has begun yet.
                if attempt == 2 or not lost:
                    raise
        raise AssertionError

    def end(self, unit: Unit, keep: bool) -> None:
        """Keeps what was done since `begin`, or takes it back."""
        if unit.joined:
            try:
                if unit.marked:
                    self._unmark(unit.cursor, keep)
            except BaseException:
                # The savepoint is gone, so that nobody knows what a commit would keep.
                unit.connection.invalidate()
                raise
            finally:
                unit.cursor.close()
            return
        try:
            self._end_own(unit.cursor, keep)
        except BaseException:
            self._give_back(unit.connection, spoiled=True)
            raise
        unit.cursor.close()
        self._give_back(unit.connection, spoiled=False)

    def _give_back(self, pooled: Any, spoiled: bool) -> None:
        if spoiled:
            pooled.invalidate()
            return
        if self.dialect == "postgresql":
            pooled.dbapi_connection.autocommit = False
        pooled.close()

    def in_transaction(self) -> bool:
        """Whether the calls work in a session's transaction."""
        return self._found() is not None

    def on_commit(self, work: Callable[[], object]) -> None:
        """Calls `work` after the session's outermost transaction is durable, and never after a rollback."""
        session = self._found()
        if session is None:
            work()
            return
        pending: list[Callable[[], object]] | None = session.info.get(PENDING)
        if pending is None:
            session.info[PENDING] = pending = []
            _listen(session, self)
        pending.append(work)

    def create_tables(self) -> None:
        """Makes the tables, for projects without migrations. Tables that are there already are an error."""
        self.run_statements(schema_statements(self.dialect))

    def run_statements(self, statements: Sequence[str]) -> None:
        """Runs statements that make tables, each by itself, in a transaction of their own."""
        with self._engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Has the calls of this block work outside every session."""
        token = self._current.set(APART)
        try:
            yield
        finally:
            self._current.reset(token)

    def _found(self) -> Session | None:
        current = self._current.get()
        if current is APART:
            return None
        return current if isinstance(current, Session) else self._session()

    def _is_mariadb(self) -> bool:
        # Known once the first connection was made.
        with self._engine.connect() as connection:
            return bool(getattr(connection.dialect, "is_mariadb", False))


def _begun(source: scoped_session[Any]) -> Session | None:
    """The current scope's session, where it exists and has begun something."""
    if not source.registry.has():
        return None
    session: Session = source.registry()
    return session if session.in_transaction() else None


def _engine_of(source: Engine | sessionmaker[Any] | scoped_session[Any] | Session) -> Engine:
    if isinstance(source, Engine):
        return source
    session = source if isinstance(source, Session) else source()
    bind = session.get_bind()
    if not isinstance(source, Session):
        session.close()
    engine: Engine = bind if isinstance(bind, Engine) else bind.engine
    return engine


def _listen(session: Session, store: SqlAlchemyStore) -> None:
    """Does what waits once the session's outermost transaction is durable, and drops it after a rollback."""

    def after_commit(_: Session) -> None:
        # Also called for savepoints, whose transaction goes on.
        if not session.in_nested_transaction():
            session.info[DURABLE] = True

    def after_end(_: Session, transaction: Any) -> None:
        if transaction.parent is not None:
            return
        durable: bool = session.info.pop(DURABLE, False)
        pending: list[Callable[[], object]] = session.info[PENDING]
        session.info[PENDING] = []
        if durable:
            # The session has nothing open any more: each unit of work is a transaction of its own.
            with store._apart():
                for work in pending:
                    work()

    # They stay as long as the session does: a listener cannot be taken away by itself.
    event.listen(session, "after_commit", after_commit)
    event.listen(session, "after_transaction_end", after_end)


def migration_statements(dialect: str, first: int = 1, last: int | None = None) -> list[str]:
    """The statements that make the tables, from step `first` to step `last`.

    A dialect is `sqlite`, `postgresql`, `mysql` or `mariadb`.
    """
    return schema_statements(dialect, first, last)


def upgrade(op: Any, first: int = 1, last: int | None = None) -> None:
    """For an Alembic migration: makes the tables. `first` and `last` name steps, where a project has some already."""
    _run(op, schema_statements(_dialect(op), first, last))


def downgrade(op: Any, first: int = 1, last: int | None = None) -> None:
    """For an Alembic migration: drops the tables with everything in them."""
    _run(op, drop_statements(_dialect(op), first, last))


def _dialect(op: Any) -> str:
    dialect = op.get_bind().dialect
    return "mariadb" if getattr(dialect, "is_mariadb", False) else str(dialect.name)


def _run(op: Any, statements: list[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
