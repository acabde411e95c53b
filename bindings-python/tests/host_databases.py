"""The databases that stores over a host's own connection are tried on: SQLite always, others where the environment has them."""

from __future__ import annotations

import os
import tempfile
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

_place = tempfile.TemporaryDirectory(prefix="paywright-stores-")


def prepare() -> None:
    """Has Django know one database of each kind, beside those that other tests have configured."""
    if "mariadb" in VENDORS:
        import pymysql

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
    return connections.configure_settings({"default": {}, "it": found})["it"]


def clear(vendor: str) -> str:
    """Empties a database of every table; answers with its alias."""
    alias = f"store_{vendor}"
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


def empty(vendor: str) -> None:
    """Takes every row out of the engine's tables, as only a test may, and begins their keys anew."""
    from paywright._host_store import drop_statements, schema_statements
    from paywright.django import DjangoStore

    store = DjangoStore(f"store_{vendor}")
    store.run_statements([*drop_statements(vendor), *schema_statements(vendor)])
