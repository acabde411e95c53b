"""Runs the Python tests with every supported Python here and with the oldest and newest frameworks; keeps the table.

    make versions                       all of them; writes docs/python/versions.md
    make versions ONLY=3.12             one Python; writes nothing

Each row is an environment of its own with what requirements-test.txt asks for. Left out everywhere: type checkers, which
have a version of their own, and browsers.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import toolchain

BINDINGS = toolchain.ROOT / "bindings-python"
PAGE = toolchain.ROOT / "docs" / "python" / "versions.md"
PLACE = toolchain.BUILD / "versions"
LONG_TERM = "django>=5.2,<5.3"
NOT_NEEDED = ("mypy", "pyright", "playwright", "django-stubs", "djangorestframework-stubs")
SHOWN = ("django", "djangorestframework", "fastapi", "sqlalchemy", "pydantic", "flask")
TESTS_LEFT_OUT = ("test_stub.py", "test_versions_page.py")


@dataclass
class Row:
    """One environment and what the tests said in it."""

    python: str
    versions: dict[str, str]
    passed: int
    failed: int
    skipped: int

    def line(self) -> str:
        cells = [self.python, *(self.versions.get(name, "–") for name in SHOWN)]
        return f"| {' | '.join(cells)} | {self.passed} | {self.failed} | {self.skipped} |"


def requirements(pins: list[str]) -> list[str]:
    lines = (BINDINGS / "requirements-test.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    name = re.compile(r"[A-Za-z0-9-]+")
    pinned = {name.match(pin)[0] for pin in pins if name.match(pin)}  # type: ignore[index]
    return [line for line in wanted if name.match(line)[0] not in {*NOT_NEEDED, *pinned}] + pins  # type: ignore[index]


def environment(version: str, python: Path, pins: list[str]) -> Path:
    """An environment for a row, made anew where what it should hold has changed."""
    folder = PLACE / "-".join([version, *(re.sub(r"[^a-z0-9.]+", "", pin) for pin in pins)])
    there, stamp, wanted = folder / "bin" / "python", folder / "wanted.txt", "\n".join(requirements(pins))
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([there, "-m", "pip", "install", "-q", *wanted.splitlines()], check=True)
        stamp.write_text(wanted)
    return there


def installed(python: Path) -> dict[str, str]:
    code = ("from importlib.metadata import distributions\n"
            "for one in distributions(): print(one.metadata['Name'].lower(), one.version)")
    said = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in said.splitlines())


def tested(python: Path, given: dict[str, str], more: list[str]) -> tuple[int, int, int]:
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", *more]
    command += [f"--ignore=tests/{name}" for name in TESTS_LEFT_OUT]
    command += [f"--ignore={path.relative_to(BINDINGS)}" for path in (BINDINGS / "tests").glob("test_*browser*.py")]
    done = subprocess.run(command, cwd=BINDINGS, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print("\n".join(done.stdout.splitlines()[-12:]), flush=True)
    last = next((line for line in reversed(done.stdout.splitlines()) if re.search(r"\d+ (passed|failed|error)", line)), "")
    number = {word.rstrip("s"): int(count) for count, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", last)}
    failed = number.get("failed", 0) + number.get("error", 0)
    return number.get("passed", 0), failed or int(done.returncode != 0), number.get("skipped", 0)


def run(version: str, python: Path, pins: list[str], given: dict[str, str], more: list[str]) -> Row:
    print(f"=== Python {version} {' '.join(pins)}", flush=True)
    there = environment(version, python, pins)
    full = subprocess.run([there, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    return Row(full, installed(there), *tested(there, given, more))


def page(rows: list[Row]) -> str:
    head = ["Python", *(name for name in SHOWN), "passed", "failed", "skipped"]
    left_out = "What is left out everywhere are type checkers and browsers; skipped tests say why when they run (`pytest -rs`)."
    return "\n".join([
        "# Versions",
        "",
        "Which versions the tests of the Python package were run with. `make versions` makes this table: it runs them with",
        "every Python from 3.10 that it finds, each with the newest frameworks that this Python can have, and once more",
        "with Django's long-term release where that is not the newest.",
        "",
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(row.line() for row in rows),
        "",
        left_out,
        "",
    ])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", help="one version of Python, such as 3.12")
    parser.add_argument("--as-built", action="store_true", help="take the compiled module that is there")
    options, more = parser.parse_known_args()
    toolchain.check()
    given = toolchain.environment() if options.as_built else toolchain.build_python_module()
    rows = []
    for (major, minor), python in toolchain.interpreters().items():
        version = f"{major}.{minor}"
        if options.only in (None, version):
            rows.append(run(version, python, [], given, more))
            if not rows[-1].versions["django"].startswith("5.2"):
                rows.append(run(version, python, [LONG_TERM], given, more))
    print(page(rows))
    if options.only is None and not more:
        PAGE.write_text(page(rows))
    return 1 if not rows or any(row.failed or not row.passed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
