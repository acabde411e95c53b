"""Throwaway servers for tests: PostgreSQL and MariaDB on free loopback ports, in a directory that is gone afterwards.

It touches no server that was there before. `python3 scripts/databases.py [command…]` runs a command (or prints the
variables and waits) with both in its environment.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import toolchain

PASSWORD = "throwaway"
VARIABLES = {"postgresql": "PAYWRIGHT_TEST_POSTGRES_URL", "mariadb": "PAYWRIGHT_TEST_MARIADB_URL"}
PACKAGES = {"postgresql": "postgresql", "mariadb": "mariadb-server"}
SECONDS = 60


def program(name: str) -> str | None:
    """A server's program, also where Debian keeps it off the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, places), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def owner(kind: str) -> str:
    """Whose process the server is: it refuses to be root's."""
    if os.geteuid() != 0:
        return getpass.getuser()
    return {"postgresql": "postgres", "mariadb": "mysql"}[kind]


def as_owner(kind: str, command: list[str]) -> list[str]:
    return ["runuser", "-u", owner(kind), "--", *command] if os.geteuid() == 0 else command


def ended_well(command: list[str], log: Path) -> bool:
    with log.open("ab") as out:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False).returncode == 0


def answers(command: list[str]) -> bool:
    """Whether the server answers within a while."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0:
            return True
        time.sleep(0.2)
    return False


@contextmanager
def postgresql(place: Path) -> Iterator[str]:
    """A PostgreSQL server; its address, or nothing where it cannot be had."""
    initdb, server, psql = program("initdb"), program("postgres"), program("psql")
    if not (initdb and server and psql):
        yield ""
        return
    (place / "password").write_text(PASSWORD)
    (place / "password").chmod(0o644)
    data, port, log = place / "data", free_port(), place / "log"
    log.touch()
    made = [initdb, "-D", str(data), "-U", "paywright", "-A", "scram-sha-256", f"--pwfile={place / 'password'}"]
    if not ended_well(as_owner("postgresql", [*made, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]), log):
        yield ""
        return
    settings = ["fsync=off", f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={place}"]
    command = [server, "-D", str(data), *(part for setting in settings for part in ("-c", setting))]
    address = f"postgresql://paywright:{PASSWORD}@127.0.0.1:{port}/postgres"
    # At once, whoever may still be connected.
    stop = as_owner("postgresql", [str(Path(server).parent / "pg_ctl"), "stop", "-m", "fast", "-D", str(data)])
    with running(as_owner("postgresql", command), log, stop):
        yield address if answers([psql, address, "-c", "SELECT 1"]) else ""


@contextmanager
def mariadb(place: Path) -> Iterator[str]:
    """A MariaDB server; its address, or nothing where it cannot be had."""
    install_db, server, client = program("mariadb-install-db"), program("mariadbd"), program("mariadb")
    if not (install_db and server and client):
        yield ""
        return
    data, port, log, door = place / "data", free_port(), place / "log", place / "sock"
    log.touch()
    made = [install_db, "--no-defaults", f"--datadir={data}"]
    made += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    if not ended_well(as_owner("mariadb", made), log):
        yield ""
        return
    command = [
        server, "--no-defaults", f"--datadir={data}", f"--socket={door}", f"--port={port}", "--bind-address=127.0.0.1",
        f"--pid-file={place / 'pid'}", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin",
    ]
    as_root = [client, "--no-defaults", "-uroot", f"--socket={door}"]
    with running(as_owner("mariadb", command), log):
        sql = (
            "CREATE DATABASE paywright CHARACTER SET utf8mb4;"
            f"CREATE USER 'paywright'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';"
            "GRANT ALL ON *.* TO 'paywright'@'127.0.0.1';"
        )
        ready = answers([*as_root, "-e", "SELECT 1"]) and ended_well([*as_root, "-e", sql], log)
        yield f"mysql://paywright:{PASSWORD}@127.0.0.1:{port}/paywright" if ready else ""


@contextmanager
def running(command: list[str], log: Path, stop: list[str] | None = None) -> Iterator[None]:
    """A server as long as the block runs; it is stopped by its own process or directory, never by a name."""
    with log.open("ab") as out:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    try:
        yield
    finally:
        if stop is None or not ended_well(stop, log):
            # Through `runuser`, which hands the signal on to the server that it started.
            server.terminate()
        try:
            server.wait(SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Environment variables with the addresses of the servers that could be had; those given from outside are kept."""
    found: dict[str, str] = {}
    with ExitStack() as stack:
        for kind, start in (("postgresql", postgresql), ("mariadb", mariadb)):
            variable = VARIABLES[kind]
            if os.environ.get(variable):
                found[variable] = os.environ[variable]
                continue
            missing = not program({"postgresql": "postgres", "mariadb": "mariadbd"}[kind])
            why_not = toolchain.debian(PACKAGES[kind]) if missing else "the server did not start"
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"paywright-{kind}-")))
            try:
                if os.geteuid() == 0:
                    shutil.chown(place, owner(kind))
                address = stack.enter_context(start(place))
            except (OSError, LookupError):
                address = ""
            if address:
                found[variable] = address
            else:
                print(f"Skipped: the tests on {kind}: {why_not or 'the server did not start'}", flush=True)
        yield found


def main(command: list[str]) -> int:
    with servers() as found:
        if command:
            return subprocess.run(command, env={**os.environ, **found}, check=False).returncode
        for name, address in found.items():
            print(f"export {name}={address}", flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
