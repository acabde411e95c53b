"""Runs the Python tests with every supported Python here and with the oldest and newest frameworks; keeps the table.

    make versions                       all of them; writes docs/python/versions.md
    make versions ONLY=3.12             one Python; the other rows stay as they were last run

Each Python has an environment of its own with what requirements-test.txt asks for; a framework in another version stands
before it on the path.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import databases
import toolchain

BINDINGS = toolchain.ROOT / "bindings-python"
PAGE = toolchain.ROOT / "docs" / "python" / "versions.md"
PLACE = toolchain.BUILD / "versions"
LONG_TERM = "django>=5.2,<5.3"
NOT_NEEDED = ("mypy", "pyright", "playwright", "django-stubs", "djangorestframework-stubs")
SHOWN = ("django", "djangorestframework", "fastapi", "sqlalchemy", "pydantic", "flask")
SERVERS = {"PostgreSQL": databases.VARIABLES["postgresql"], "MariaDB": databases.VARIABLES["mariadb"]}
# What meets Python and the frameworks; the rest goes through the compiled module, which is one for all.
TESTS = ("test_aio.py", "test_django_admin.py", "test_django_rest.py", "test_django_store.py", "test_django_views.py",
         "test_errors.py", "test_fastapi_openapi.py", "test_fastapi_routes.py", "test_flask.py", "test_host.py",
         "test_package_import.py", "test_sqlalchemy_store.py", "test_starlette.py", "test_values.py")


@dataclass
class Row:
    """One environment and what the tests said in it."""

    python: str
    versions: dict[str, str]
    databases: str
    passed: int
    failed: int
    skipped: int

    def line(self) -> str:
        cells = [self.python, *(self.versions.get(name, "–") for name in SHOWN), self.databases]
        return f"| {' | '.join(cells)} | {self.passed} | {self.failed} | {self.skipped} |"


def requirements() -> list[str]:
    lines = (BINDINGS / "requirements-test.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    return [line for line in wanted if re.split(r"[^A-Za-z0-9-]", line)[0] not in NOT_NEEDED]


def environment(version: str, python: Path) -> Path:
    """An environment for a Python, brought up to date where what it should hold has changed."""
    folder = PLACE / version
    there, stamp, wanted = folder / "bin" / "python", folder / "wanted.txt", "\n".join(requirements())
    if not there.exists():
        subprocess.run([python, "-m", "venv", folder], check=True)
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([there, "-m", "pip", "install", "-q", *wanted.splitlines()], check=True)
        stamp.write_text(wanted)
    return there


def standing_before(version: str, python: Path, pin: str) -> Path:
    """A folder with one framework in another version, and what it needs."""
    folder = PLACE / f"{version}-{re.sub(r'[^a-z0-9.]+', '', pin)}"
    if not folder.exists():
        subprocess.run([python, "-m", "pip", "install", "-q", "--target", folder, pin], check=True)
    return folder


def installed(python: Path, given: dict[str, str]) -> dict[str, str]:
    code = ("from importlib.metadata import distributions\n"
            "for one in distributions(): print(one.metadata['Name'].lower(), one.version)")
    said = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, env=given).stdout
    # What stands first on the path is what is imported.
    return dict(line.split(" ", 1) for line in reversed(said.splitlines()))


def tested(python: Path, given: dict[str, str], more: list[str]) -> tuple[int, int, int]:
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{name}" for name in TESTS), *more]
    done = subprocess.run(command, cwd=BINDINGS, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print("\n".join(done.stdout.splitlines()[-12:]), flush=True)
    last = next((line for line in reversed(done.stdout.splitlines()) if re.search(r"\d+ (passed|failed|error)", line)), "")
    number = {word.rstrip("s"): int(count) for count, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", last)}
    failed = number.get("failed", 0) + number.get("error", 0)
    return number.get("passed", 0), failed or int(done.returncode != 0), number.get("skipped", 0)


def run(version: str, python: Path, pin: str | None, given: dict[str, str], more: list[str]) -> Row:
    print(f"=== Python {version} {pin or ''}", flush=True)
    there = environment(version, python)
    if pin is not None:
        before = standing_before(version, there, pin)
        given = {**given, "PYTHONPATH": os.pathsep.join([str(before), given["PYTHONPATH"]])}
    full = subprocess.run([there, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    names = ["SQLite", *(name for name, variable in SERVERS.items() if variable in given)]
    return Row(full, installed(there, given), ", ".join(names), *tested(there, given, more))


def both(version: str, python: Path, given: dict[str, str], more: list[str]) -> list[Row]:
    """The rows of one Python: with the newest frameworks, and with Django's long-term release if that is another one."""
    rows = [run(version, python, None, given, more)]
    if not rows[0].versions["django"].startswith("5.2"):
        rows.append(run(version, python, LONG_TERM, given, more))
    return rows


def minor(line: str) -> int:
    """The Python of a row of the table: 12 of 3.12."""
    return int(line.split(".")[1])


def others(lines: list[str]) -> list[str]:
    """The table's rows of the Pythons that were not tried now."""
    tried = {minor(line) for line in lines}
    there = PAGE.read_text().splitlines() if PAGE.exists() else []
    return [line for line in there if line.startswith("| 3.") and minor(line) not in tried]


def page(lines: list[str]) -> str:
    head = ["Python", *(name for name in SHOWN), "databases", "passed", "failed", "skipped"]
    names = ", ".join(f"`{name}`" for name in TESTS)
    return "\n".join([
        "# Versions",
        "",
        "With which versions the Python package was tested. `make versions` makes this table: it runs tests with",
        "every Python from 3.10 that it finds, each with the newest frameworks that this Python can have, and once more",
        "with Django's long-term release where that is not the newest.",
        "",
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *sorted(lines, key=minor),
        "",
        f"These tests of `bindings-python/tests`: {names}. What they leave out goes through the compiled module, which is",
        "one and the same for every Python. Tests of a store run on each of the databases. Skipped tests say why when they run",
        "(`pytest -rs`).",
        "",
    ])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", help="one version of Python, such as 3.12")
    parser.add_argument("--as-built", action="store_true", help="take the compiled module that is there")
    options, more = parser.parse_known_args()
    toolchain.check()
    given = toolchain.environment() if options.as_built else toolchain.build_python_module()
    rows: list[Row] = []
    with databases.servers() as addresses:
        for (major, number), python in toolchain.interpreters().items():
            version = f"{major}.{number}"
            if options.only in (None, version):
                rows += both(version, python, {**given, **addresses}, more)
    lines = [row.line() for row in rows]
    written = page(lines if options.only is None else lines + others(lines))
    print(written)
    # Not what was tried with options of pytest, which may leave tests out.
    if not more:
        PAGE.write_text(written)
    return 1 if not rows or any(row.failed or not row.passed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
