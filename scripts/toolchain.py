"""What building needs, found or asked for in a sentence; and the two things that more than one script builds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
PACKAGE = ROOT / "bindings-python" / "python"
NODE_PACKAGE = ROOT / "bindings-node"
RUST = (1, 89)
PYTHON = (3, 10)
GO = (1, 22)
NODE = (20, 0)
# Stripe's own mock server; its tests are skipped where it cannot be had.
STRIPE_MOCK = ("github.com/stripe/stripe-mock", "v0.197.0")


def check() -> None:
    """Ends the script with one sentence for each thing that is missing."""
    wanted = []
    if sys.version_info < PYTHON:
        wanted.append(f"Python {PYTHON[0]}.{PYTHON[1]} or newer is needed; this is {sys.version.split()[0]}.")
    if not shutil.which("cargo"):
        wanted.append("Rust is needed and `cargo` was not found: install it from https://rustup.rs.")
    elif (found := rust_version()) < RUST:
        wanted.append(
            f"Rust {RUST[0]}.{RUST[1]} or newer is needed; this is {found[0]}.{found[1]}: run `rustup update`."
        )
    if not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
        wanted.append("A C compiler is needed for SQLite: install gcc or clang (Debian: apt-get install gcc libc6-dev).")
    if wanted:
        raise SystemExit("\n".join(wanted))


def rust_version() -> tuple[int, int]:
    text = subprocess.run(["cargo", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def go_version() -> tuple[int, int]:
    if not shutil.which("go"):
        return (0, 0)
    text = subprocess.run(["go", "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def stripe_mock() -> tuple[Path | None, str]:
    """The program, installed where it is not yet: in the user's cache, never beside their own programs. Where it cannot
    be had, nothing and the reason."""
    module, version = STRIPE_MOCK
    place = cache() / f"stripe-mock-{version}"
    program = place / ("stripe-mock.exe" if sys.platform == "win32" else "stripe-mock")
    if program.exists():
        return program, ""
    if go_version() < GO:
        return None, f"Go {GO[0]}.{GO[1]} or newer was not found; see https://go.dev/dl"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return None, f"{place} cannot be made: {error.strerror}"
    environment = {**os.environ, "GOBIN": str(place)}
    command = ["go", "install", f"{module}@{version}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return None, f"`{' '.join(command)}` failed: {last}"
    return program, ""


def cache() -> Path:
    """What was fetched or built once for every checkout: in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paywright"


def node_version() -> tuple[int, int]:
    if not shutil.which("node"):
        return (0, 0)
    text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"v(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def why_no_node() -> str:
    """Why the Node package cannot be built and tested here, or nothing."""
    if node_version() < NODE:
        return f"Node {NODE[0]} or newer was not found; see https://nodejs.org"
    return "" if shutil.which("npm") else "npm was not found"


def build_node_module(*kind: str) -> None:
    """Builds the Node package's library in place, with the script that `npm install` runs: for tests unless said."""
    script = ["node", "scripts/build.js", *(kind or ["--testing"])]
    subprocess.run(script, cwd=NODE_PACKAGE, check=True)


def interpreters() -> dict[tuple[int, int], Path]:
    """The Pythons here that we support, by version: those on the path, and pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [Path(sys.executable), *sorted(pyenv.glob("3.*/bin/python"))]
    candidates += [Path(there) for minor in range(PYTHON[1], 30) if (there := shutil.which(f"python3.{minor}"))]
    found: dict[tuple[int, int], Path] = {}
    for python in candidates:
        ask = [python, "-c", "import sys, venv; print(*sys.version_info[:2])"]
        said = subprocess.run(ask, capture_output=True, text=True, check=False)
        version = tuple(int(part) for part in said.stdout.split()) if said.returncode == 0 else (0, 0)
        if len(version) == 2 and version >= PYTHON:
            found.setdefault((version[0], version[1]), python)
    return dict(sorted(found.items()))


def chromium() -> tuple[Path | None, str]:
    """The browser that clicks through the examples' pages: the system's own, or Debian's where this may install it, with
    a font for the Chinese pages. Where it cannot be had, nothing and the reason."""
    if named := os.environ.get("PAYWRIGHT_CHROMIUM"):
        return (Path(named), "") if Path(named).exists() else (None, f"PAYWRIGHT_CHROMIUM names {named}, which is not there")
    if found := _on_path("chromium", "chromium-browser", "google-chrome"):
        return found, ""
    if not (why_not := debian("chromium", "fonts-wqy-microhei")) and (found := _on_path("chromium")):
        return found, ""
    return None, why_not or "Chromium was installed and not found"


def debian(*packages: str) -> str:
    """Installs packages of Debian where this is Debian and we may; answers with the reason why not, or nothing.

    No service of theirs is started: tests start their own.
    """
    install = ["apt-get", "-qq", "-y", "-o", "DPkg::Lock::Timeout=120", "install", "--no-install-recommends", *packages]
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return f"not found here; on Debian: apt-get install {' '.join(packages)}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.CompletedProcess[str](install, 1)
    for command in (["apt-get", "-qq", "update"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"`{' '.join(install)}` failed: {last}" if done.returncode else ""


def _on_path(*names: str) -> Path | None:
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def target() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def build_python_module(release: bool = False) -> dict[str, str]:
    """Builds the Python package in place; answers with the environment in which it can be imported."""
    # What is not measured is tested, and one test makes the engine panic.
    kind = ["--release"] if release else ["--features", "testing"]
    command = ["cargo", "build", "-q", "-p", "paywright-python", *kind]
    subprocess.run(command, cwd=ROOT, check=True)
    profile = "release" if release else "debug"
    names = {"darwin": "lib_native.dylib", "win32": "_native.dll"}
    built = target() / profile / names.get(sys.platform, "lib_native.so")
    suffix = ".pyd" if sys.platform == "win32" else ".abi3.so"
    place = PACKAGE / "paywright" / f"_native{suffix}"
    # A new file, not the old one overwritten: a process that still has the old one mapped goes on unharmed.
    place.unlink(missing_ok=True)
    shutil.copy2(built, place)
    return environment()


def environment() -> dict[str, str]:
    """The environment in which the package can be imported as it lies here."""
    paths = [str(PACKAGE), str(ROOT / "examples" / "python"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
