"""The databases that stores over a host's own connection are tried on: SQLite always, others where there are any."""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import connections
from django_host import prepared

ENGINES = {"sqlite": "sqlite3", "postgresql": "postgresql", "mariadb": "mysql"}
ADDRESSES = {
    "postgresql": os.environ.get("PAYWRIGHT_TEST_POSTGRES_URL", ""),
    "mariadb": os.environ.get("PAYWRIGHT_TEST_MARIADB_URL", ""),
}
"""Where the servers are, such as `postgresql://user:password@127.0.0.1:5432/name`; every table there may be dropped."""
VENDORS = ["sqlite", *(vendor for vendor, address in ADDRESSES.items() if address)]
MISSING = [vendor for vendor, address in ADDRESSES.items() if not address]

_ready: set[str] = set()
_place = tempfile.TemporaryDirectory(prefix="paywright-stores-")


def prepare() -> None:
    """Has Django know one database of each kind, beside those that other tests have configured."""
    if "mariadb" in VENDORS:
        pymysql: Any = import_module("pymysql")
        pymysql.install_as_MySQLdb()
    # One process knows one Django project: that of the tests of `paywright.django`.
    prepared()
    for vendor in VENDORS:
        connections.databases.setdefault(f"store_{vendor}", _database(vendor))


def _database(vendor: str) -> dict[str, Any]:
    found: dict[str, Any] = {"ENGINE": f"django.db.backends.{ENGINES[vendor]}"}
    if vendor == "sqlite":
        # One process, many connections: a file. Nobody needs it after a crash.
        found["NAME"] = str(Path(_place.name) / "host.db")
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
        found["OPTIONS"] = {"timeout": 30, "init_command": pragmas}
    else:
        parts = urlsplit(ADDRESSES[vendor])
        found.update(NAME=parts.path.lstrip("/"), USER=parts.username, PASSWORD=unquote(parts.password or ""))
        found.update(HOST=parts.hostname, PORT=str(parts.port))
    complete: dict[str, Any] = connections.configure_settings({"default": {}, "it": found})["it"]
    return complete


def clear(vendor: str) -> str:
    """Empties a database of every table; answers with its alias."""
    alias = f"store_{vendor}"
    _ready.discard(vendor)
    connection = connections[alias]
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
            return alias
        off, on = {
            "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
            "mariadb": ("SET foreign_key_checks = 0", "SET foreign_key_checks = 1"),
        }[vendor]
        cursor.execute(off)
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
        cursor.execute(on)
    return alias


def fresh(vendor: str) -> str:
    """A database with the engine's tables and one of the host's, all empty; answers with its alias."""
    from paywright._host_store import schema_statements

    alias = f"store_{vendor}"
    if vendor not in _ready:
        clear(vendor)
        with connections[alias].cursor() as cursor:
            for statement in schema_statements(vendor):
                cursor.execute(statement)
            cursor.execute("CREATE TABLE booking (id INTEGER PRIMARY KEY, order_id VARCHAR(40))")
        _ready.add(vendor)
        return alias
    with connections[alias].cursor() as cursor:
        for statement in _emptying(vendor):
            cursor.execute(statement)
    return alias


def _emptying(vendor: str) -> list[str]:
    """Takes every row away, as only a test may: no trigger sees it."""
    connection = connections[f"store_{vendor}"]
    tables = [name for name in connection.introspection.table_names() if name != "paywright_schema"]
    with connection.cursor() as cursor:
        filled = []
        for table in tables:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
            filled += [table] if cursor.fetchone()[0] else []
    if not filled:
        return []
    if vendor == "postgresql":
        return [f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE"]
    if vendor == "mariadb":
        truncated = [f"TRUNCATE {table}" for table in filled]
        return ["SET foreign_key_checks = 0", *truncated, "SET foreign_key_checks = 1"]
    triggers = ["journal_rows_stay", "journal_rows_remain", "transfers_stay", "transfers_remain"]
    kept = [statement for statement in _made("sqlite") if statement.startswith("CREATE TRIGGER")]
    dropped = [f"DROP TRIGGER paywright_{name}" for name in triggers]
    deleted = [f"DELETE FROM {table}" for table in filled]
    return ["PRAGMA foreign_keys = OFF", *dropped, *deleted, *kept, "PRAGMA foreign_keys = ON"]


def _made(vendor: str) -> list[str]:
    from paywright._host_store import schema_statements

    return schema_statements(vendor)
