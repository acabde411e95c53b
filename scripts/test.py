"""`make test`: every suite in turn, its output as it comes, and one summary line over all of them.

A suite is a command and a way to count. Suites that are one check (a formatter, a type checker) count as one test.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import databases
import mobile
import toolchain
from toolchain import BUILD, ROOT

Environment = Mapping[str, str]


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Counts) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def as_one(_: str, code: int) -> Counts:
    return Counts(passed=int(code == 0), failed=int(code != 0))


def cargo_tests(output: str, code: int) -> Counts:
    found = re.findall(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored", output)
    counts = Counts(*(sum(int(row[i]) for row in found) for i in range(3)))
    if code and not counts.failed:
        counts.failed = 1
    return counts


def pytest_tests(output: str, code: int) -> Counts:
    last = next((line for line in reversed(output.splitlines()) if re.search(r"\d+ (passed|failed|error)", line)), "")
    number = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", last)}
    failed = number.get("failed", 0) + number.get("error", 0) + number.get("errors", 0)
    return Counts(number.get("passed", 0), failed or int(code != 0), number.get("skipped", 0))


def plain_line(output: str, code: int) -> Counts:
    found = re.findall(r"^(\d+) passed, (\d+) failed$", output, re.MULTILINE)
    counts = Counts(sum(int(row[0]) for row in found), sum(int(row[1]) for row in found))
    if code and not counts.failed:
        counts.failed = 1
    return counts


@dataclass
class Suite:
    name: str
    command: list[str]
    count: Callable[[str, int], Counts] = as_one
    environment: Environment = field(default_factory=lambda: os.environ)
    directory: Path = ROOT


def run(suite: Suite) -> Counts:
    print(f"\n=== {suite.name}: {' '.join(suite.command)}", flush=True)
    began = time.monotonic()
    lines = []
    with subprocess.Popen(
        suite.command,
        cwd=suite.directory,
        env=dict(suite.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    counts = suite.count("".join(lines), process.returncode)
    print(f"=== {suite.name}: {counts.passed} passed, {counts.failed} failed, {time.monotonic() - began:.0f} s")
    return counts


def environment_with(requirements: Path) -> Path:
    """A virtual environment in the checkout with what a requirements file asks for; answers with its Python."""
    place = ROOT / ".venv"
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    stamp = place / "requirements.txt"
    wanted = requirements.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True)
        stamp.write_text(wanted)
    return python


def with_peers(python: Path) -> Path:
    """Adds the libraries that ours is compared with, each if it can be had; answers with the same Python."""
    asked = (ROOT / "bindings-python" / "requirements-peers.txt").read_text().splitlines()
    wanted = [line for line in asked if line and not line.startswith("#")]
    stamp = python.parents[1] / "peers.txt"
    if not stamp.exists() or stamp.read_text() != "\n".join(wanted):
        missing = [one for one in wanted
                   if subprocess.run([python, "-m", "pip", "install", "-q", one], check=False).returncode]
        print(f"not installed, so left out: {', '.join(missing)}" if missing else "all peers are installed")
        if not missing:
            stamp.write_text("\n".join(wanted))
    return python


def python_suites(python: Path, environment: Environment) -> list[Suite]:
    bindings = ROOT / "bindings-python"
    scripts = python.parent
    return [
        Suite("python", [str(python), "-m", "pytest", "-q", "tests"], pytest_tests, environment, bindings),
        Suite("mypy", [str(python), "-m", "mypy", "--strict", "python/paywright", "tests", "../examples/python/shop",
                       "../examples/python/membership_fastapi", "../examples/python/fresh_database.py"],
              as_one, environment, bindings),
        Suite("pyright", [str(python), str(ROOT / "scripts" / "typed.py"), str(scripts / "pyright")],
              as_one, environment, bindings),
        Suite("demo", [str(python), "-m", "shop", "--once"], as_one, environment),
        *example_types(python, environment),
        *example_suites(python, environment),
    ]


# Examples with tests of their own. Each runs in a process of its own: a process has one Django project.
EXAMPLES = ["rental_django", "shop_drf", "membership_fastapi"]


def example_suites(python: Path, environment: Environment) -> list[Suite]:
    command = [str(python), "-m", "pytest", "-q", "-W", "error", "tests"]
    place = ROOT / "examples" / "python"
    return [Suite(f"example {name}", command, pytest_tests, environment, place / name) for name in EXAMPLES]


def example_types(python: Path, environment: Environment) -> list[Suite]:
    """The types of the two Django projects, each with Django's plug-in and the project's settings."""
    suites = []
    for name, packages in {"rental_django": ["cars", "rental"], "shop_drf": ["goods", "tea"]}.items():
        place = ROOT / "examples" / "python" / name
        found = {**environment, "PYTHONPATH": os.pathsep.join([str(place), environment["PYTHONPATH"]])}
        suites.append(Suite(f"mypy {name}", [str(python), "-m", "mypy", *packages], as_one, found, place))
    return suites


def with_browser(environment: Environment) -> Environment:
    """Names the browser for the tests of pages; where there is none they say so and are skipped."""
    program, why_not = toolchain.chromium()
    if program is None:
        print(f"Pages are not looked at: {why_not}")
        return environment
    return {**environment, "PAYWRIGHT_CHROMIUM": str(program)}


def node_tests(output: str, code: int) -> Counts:
    found = re.search(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", output, re.MULTILINE)
    counts = Counts(*(int(count) for count in found.groups())) if found else Counts()
    if code and not counts.failed:
        counts.failed = 1
    return counts


def node_suites() -> list[Suite]:
    package = toolchain.NODE_PACKAGE
    tests = sorted(str(path.relative_to(package)) for path in (package / "test").glob("*.test.mjs"))
    environment = {**os.environ, "PAYWRIGHT_TESTING": "1"}
    node = ["node", "--test", "--test-reporter=./test/reporter.mjs", *tests]
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return [
        Suite("npm ci", install, as_one, directory=package),
        Suite("node", node, node_tests, environment, package),
        Suite("tsc", ["npm", "run", "--silent", "types"], as_one, directory=package),
    ]


def newest_node() -> list[Suite]:
    """The tests of the Node package with the newest Node that npm has, in a folder of its own."""
    place = BUILD / "newest-node"
    place.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(place), "node@latest"]
    first = str(place / "node_modules" / "node" / "bin")
    packages, tests, _ = node_suites()
    tests.environment = {**tests.environment, "PATH": os.pathsep.join([first, os.environ.get("PATH", "")])}
    asked = Suite("newest node", [str(Path(first) / "node"), "--version"])
    return [packages, Suite("npm install node", install), asked, tests]


def node_packaged() -> list[Suite]:
    """`npm install` from source in an empty project, and the smallest programs that use it."""
    place = BUILD / "installed-node"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / "package.json").write_text('{"private": true}\n')
    environment = {**os.environ, "CARGO_TARGET_DIR": str(toolchain.target())}
    smoke = ("import { Paywright } from 'paywright'; const pay = await Paywright.open('sqlite::memory:');"
             "console.log(await pay.health()); await pay.close();")
    install = ["npm", "install", "--no-audit", "--no-fund", str(toolchain.NODE_PACKAGE)]
    return [
        Suite("npm install", install, as_one, environment, place),
        Suite("installed Node package", ["node", "--input-type=module", "-e", smoke], as_one, directory=place),
        Suite("npx paywright", ["npx", "--no-install", "paywright", "--version"], as_one, directory=place),
    ]


def packaged(python: Path) -> list[Suite]:
    """`pip install` from source in an empty environment, and the smallest program that uses it."""
    place = BUILD / "installed"
    venv.create(place, with_pip=True, clear=True)
    binaries = place / ("Scripts" if sys.platform == "win32" else "bin")
    environment = {**os.environ, "CARGO_TARGET_DIR": str(toolchain.target()), "PYTHONPATH": ""}
    smoke = "import paywright; print(paywright.Paywright.open('sqlite::memory:').health())"
    return [
        Suite("pip install", [str(binaries / "python"), "-m", "pip", "install", "-q", "./bindings-python"],
              as_one, environment),
        Suite("installed package", [str(binaries / "python"), "-c", smoke], as_one, environment, place),
        Suite("installed command", [str(binaries / "paywright"), "demo"], as_one, environment, place),
    ]


def maven_tests(output: str, code: int) -> Counts:
    last = re.findall(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)$", output, re.MULTILINE)
    run, failures, errors, left_out = (int(count) for count in last[-1]) if last else (0, 0, 0, 0)
    failed = failures + errors
    return Counts(run - failed - left_out, failed or int(code != 0), left_out)


def swift_tests(output: str, code: int) -> Counts:
    found = re.findall(r"Executed (\d+) tests?, with (\d+) failures?", output)
    run, failed = (int(count) for count in found[-1]) if found else (0, 0)
    stories = re.search(r"^(\d+) stories played", output, re.MULTILINE)
    # One test plays all stories; each is a test in every other language.
    played = int(stories[1]) - 1 if stories and not failed else 0
    return Counts(max(run - failed, 0) + played, failed or int(code != 0))


def mobile_suites() -> Iterator[Suite | str]:
    """Kotlin on the JVM with the library for servers, Swift with that for devices; or why not, a line for each. What a
    suite needs is built when its turn comes, each library once."""
    why_not = mobile.why_no_kotlin()
    if why_not:
        yield f"kotlin: {why_not}"
    else:
        yield Suite("kotlin", mobile.kotlin_command(), maven_tests)
        # The jar that the tests ended with, in a project that knows it by its name.
        yield Suite("jar", [sys.executable, str(ROOT / "scripts" / "jar.py"), "try"])
        yield Suite("payment screen", [sys.executable, str(ROOT / "scripts" / "jar.py"), "screen"])
        if sys.platform == "linux":
            yield Suite("aar", [sys.executable, str(ROOT / "scripts" / "aar.py"), "try"], plain_line)
        else:
            yield "aar: a library for Linux stands in for Android's, and this is no Linux"
    yield Suite("device library", [sys.executable, str(ROOT / "scripts" / "mobile.py"), "absent"], plain_line)
    if why_not := mobile.why_no_swift():
        yield f"swift: {why_not}"
        return
    yield Suite("swift", mobile.swift_command(), swift_tests)
    for name, script, count in (("swift for Apple", "xcframework.py", plain_line), ("swift reference", "swift_docs.py", as_one)):
        yield Suite(name, [sys.executable, str(ROOT / "scripts" / script), "check"], count)


def rust_lint() -> list[Suite]:
    return [
        Suite("format", ["cargo", "fmt", "--all", "--check"]),
        Suite("clippy", ["cargo", "clippy", "-q", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        # Hosts with a store and a transport of their own leave SQLite and the network out.
        Suite("clippy, no features", ["cargo", "clippy", "-q", "-p", "paywright", "--no-default-features",
                                      "--", "-D", "warnings"]),
        # The core as phones get it, which no other crate asks for.
        Suite("clippy for devices", ["cargo", "clippy", "-q", "-p", "paywright-swift", "--", "-D", "warnings"]),
        Suite("documentation", ["cargo", "doc", "-q", "-p", "paywright", "--no-deps"], as_one,
              {**os.environ, "RUSTDOCFLAGS": "-D warnings"}),
    ]


def rust_tests() -> list[Suite]:
    # Databases of tests go to memory where there is a place for it: they are thousands.
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    environment = {**os.environ, **({"TMPDIR": str(memory)} if usable else {})}
    vectors = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "vectors").glob("*.json"))
    return [
        Suite("rust", ["cargo", "test", "-q", "--workspace", "--exclude", "paywright-python",
                       "--exclude", "paywright-node", "--exclude", "paywright-swift", "--",
                       "--skip", STRIPE_MOCK_TEST], cargo_tests, environment),
        Suite("vectors", ["make", "-s", "vectors", f"FILES={' '.join(vectors)}"], plain_line),
    ]


STRIPE_MOCK_TEST = "stripe_mock_takes_every_request"


def stripe_mock() -> Suite | str:
    """What only Stripe's own mock server can judge, or the reason why it cannot be asked here."""
    program, why_not = toolchain.stripe_mock()
    if program is None:
        return why_not
    command = ["cargo", "test", "-q", "-p", "paywright-tests", "--test", "all", "--", "--ignored", STRIPE_MOCK_TEST]
    return Suite("stripe-mock", command, cargo_tests, {**os.environ, "PAYWRIGHT_STRIPE_MOCK": str(program)})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["lint", "rust", "python", "node", "mobile", "package", "bench-python",
                                              "bench-node", "npm", "newest-node", "crash-django"])
    only = parser.parse_args().only
    toolchain.check()
    BUILD.mkdir(exist_ok=True)
    total = Counts()

    def all_of(suites: list[Suite]) -> None:
        for suite in suites:
            counts = run(suite)
            total.add(counts)
            if counts.failed:
                failed.append(suite.name)

    failed: list[str] = []
    skipped: list[str] = []
    if only in (None, "lint"):
        all_of(rust_lint())
    if only in (None, "rust"):
        all_of(rust_tests())
        asked = stripe_mock()
        if isinstance(asked, Suite):
            all_of([asked])
        else:
            total.add(Counts(skipped=1))
            skipped.append(f"stripe-mock: {asked}")
    if only in (None, "python", "lint"):
        python = with_peers(environment_with(ROOT / "bindings-python" / "requirements-test.txt"))
        suites = python_suites(python, with_browser(toolchain.build_python_module()))
        if only == "lint":
            all_of([s for s in suites if s.name.split()[0] in ("mypy", "pyright")])
        else:
            with databases.servers() as addresses:
                for suite in suites:
                    suite.environment = {**suite.environment, **addresses}
                all_of(suites)
    if only in (None, "node"):
        if why_not := toolchain.why_no_node():
            total.add(Counts(skipped=1))
            skipped.append(f"node: {why_not}")
        else:
            toolchain.build_node_module()
            all_of(node_suites())
    if only in (None, "mobile"):
        for suite in mobile_suites():
            if isinstance(suite, Suite):
                all_of([suite])
            else:
                total.add(Counts(skipped=1))
                skipped.append(suite)
    if only in (None, "package"):
        all_of(packaged(Path(sys.executable)))
        if not toolchain.why_no_node():
            all_of(node_packaged())
            toolchain.build_node_module()
    if only == "bench-python":
        python = with_peers(environment_with(ROOT / "bindings-python" / "requirements-test.txt"))
        environment = toolchain.build_python_module(release=True)
        benches = {"settles from Python": "settle.py", "callbacks verified from Python": "verify.py",
                   "callbacks settled in Django": "django_peer.py", "cost of importing": "import_cost.py"}
        all_of([Suite(name, [str(python), f"bindings-python/bench/{bench}"], as_one, environment)
                for name, bench in benches.items()])
        toolchain.build_python_module()
    if only == "crash-django":
        python = environment_with(ROOT / "bindings-python" / "requirements-test.txt")
        command = [str(python), "-m", "pytest", "-q", "tests/test_django_crash.py"]
        all_of([Suite("kills under Django", command, pytest_tests, toolchain.build_python_module(),
                      ROOT / "bindings-python")])
    if only == "newest-node":
        toolchain.build_node_module()
        all_of(newest_node())
    if only in ("bench-node", "npm"):
        if why_not := toolchain.why_no_node():
            raise SystemExit(why_not)
        toolchain.build_node_module("--published" if only == "npm" else "--release")
        package = toolchain.NODE_PACKAGE
        if only == "npm":
            all_of([*node_suites()[:1],
                    Suite("npm packages", ["node", "scripts/try_packages.js"], as_one, directory=package)])
        else:
            benches = {"settles from Node": "settle.mjs", "callbacks verified from Node": "verify.mjs"}
            all_of(node_suites()[:1] + [Suite(name, ["node", f"bench/{bench}"], as_one, directory=package)
                                        for name, bench in benches.items()])
            toolchain.build_node_module()

    for reason in skipped:
        print(f"\nSkipped: {reason}")
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    print(f"\n{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
