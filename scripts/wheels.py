"""Builds what is published of the Python package, and tries each in an empty environment.

    make wheels                    a wheel for glibc 2.17 and newer, one for musl, a source distribution
    make wheels ONLY=manylinux     one of them: manylinux, musllinux or sdist

On macOS and Windows there is one wheel, called native, in place of the first two. A wheel is installed and run with no
compiler and no cargo on the path. What cannot be built or run here is said, with the reason; only what fails ends the
command with an error.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import musl_python
import toolchain

DIST = toolchain.ROOT / "bindings-python" / "dist"
PLACE = toolchain.BUILD / "wheels"
WHEEL_BYTES_MAX = 5_000_000
MACHINE = platform.machine()
# The oldest C library that a wheel runs with, by kind: the Rust target, and what its file name says.
TARGETS = {
    "manylinux": (f"{MACHINE}-unknown-linux-gnu", "manylinux_2_17"),
    "musllinux": (f"{MACHINE}-unknown-linux-musl", "musllinux_1_2"),
}
# What a source distribution needs beside the package: the other members of the workspace, and the exact dependencies.
SOURCES = {"Cargo.lock", "Cargo.toml", "bindings-python/Cargo.toml", "cli/Cargo.toml", "core/Cargo.toml", "pyproject.toml"}
KINDS = [*TARGETS] if sys.platform == "linux" else ["native"]
SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"

failures: list[str] = []
left_out: list[str] = []


def environment_in(folder: Path, python: Path = Path(sys.executable)) -> Path:
    """An empty virtual environment; answers with its Python."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", folder], check=True)
    return folder / SCRIPTS / "python"


def tools() -> tuple[Path, bool]:
    """The folder with maturin, and whether zig is there: the compiler that knows every old C library."""
    folder = PLACE / "tools"
    python = folder / SCRIPTS / "python"
    if not (folder / "pyvenv.cfg").exists():
        venv.create(folder, with_pip=True, clear=True)
    install = [python, "-m", "pip", "install", "-q"]
    subprocess.run([*install, "maturin>=1.16,<2"], check=True)
    return python.parent, KINDS != ["native"] and subprocess.run([*install, "ziglang"], check=False).returncode == 0


def why_no_target(target: str) -> str:
    """Why Rust cannot compile for it, or nothing; what is missing is fetched where there is a rustup."""
    command = ["rustc", "--print", "target-libdir", "--target", target]
    if shutil.which("rustup"):
        command = ["rustup", "target", "add", target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    is_there = done.returncode == 0 and (command[0] == "rustup" or Path(done.stdout.strip()).is_dir())
    if is_there:
        return ""
    # What follows its first error is where in rustup it happened.
    errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
    return f"`{' '.join(command)}`: {(errors or ['its standard library is not there'])[0]}"


def maturin(folder: Path, *arguments: str) -> Path | None:
    """Runs it; answers with the one file that it made."""
    out = PLACE / "out"
    shutil.rmtree(out, ignore_errors=True)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "CARGO_TARGET_DIR": str(toolchain.target())}
    command = [folder / "maturin", *arguments, "-o", out]
    if subprocess.run(command, cwd=DIST.parent, env=environment, check=False).returncode:
        return None
    [made] = out.iterdir()
    DIST.mkdir(exist_ok=True)
    return Path(shutil.move(made, DIST / made.name))


def build_wheel(kind: str, folder: Path, zig: bool) -> Path | None:
    if kind == "native":
        return maturin(folder, "build", "--profile", "wheel")
    target, tag = TARGETS[kind]
    if why_not := why_no_target(target):
        left_out.append(f"{kind}: {why_not}")
        return None
    if zig:
        return maturin(folder, "build", "--profile", "wheel", "--zig", "--target", target, "--compatibility", tag)
    if kind == "musllinux":
        left_out.append("musllinux: ziglang could not be installed, and nothing else here links for musl")
        return None
    left_out.append(f"{tag}: ziglang could not be installed, so the wheel wants the C library of this machine")
    return maturin(folder, "build", "--profile", "wheel")


def package_files() -> set[str]:
    """Every file of the package that belongs into a wheel."""
    listed = subprocess.run(["git", "ls-files", "paywright"], cwd=toolchain.PACKAGE, capture_output=True, text=True)
    if not listed.returncode:
        return set(listed.stdout.split())
    found = (path.relative_to(toolchain.PACKAGE) for path in (toolchain.PACKAGE / "paywright").rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts and path.suffix != ".so"}


def check_contents(made: Path) -> None:
    """Compares with the package's own files: templates, translations and the like are forgotten easily."""
    files = contents(made)
    wheel = made.suffix == ".whl"
    wanted = package_files() if wheel else {*(f"python/{name}" for name in package_files()), *SOURCES}
    missing = sorted(wanted - files.keys())
    rubbish = sorted(name for name in files if "__pycache__" in name or name.startswith(("/", "..")))
    if missing or rubbish:
        failures.append(f"{made.name}: lacks {missing}, has {rubbish}")
    for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
        packed = [content for name, content in files.items() if Path(name).name == licence]
        if not packed or set(packed) != {(toolchain.ROOT / licence).read_bytes()}:
            failures.append(f"{made.name}: {licence} is not the one of this repository")
    size = made.stat().st_size
    print(f"{made.name}: {size / 1e6:.2f} MB, {len(files)} files", flush=True)
    if wheel and size > WHEEL_BYTES_MAX:
        failures.append(f"{made.name}: {size / 1e6:.2f} MB; at most {WHEEL_BYTES_MAX / 1e6:.0f} are wanted")


def contents(made: Path) -> dict[str, bytes]:
    """The files of a wheel, or those of a source distribution without the folder that they lie in."""
    if made.suffix == ".whl":
        with zipfile.ZipFile(made) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    found: dict[str, bytes] = {}
    with tarfile.open(made) as packed:
        for member in packed:
            if (opened := packed.extractfile(member)) is not None:
                found[member.name.removeprefix(f"{made.name.removesuffix('.tar.gz')}/")] = opened.read()
    return found


def smoke(made: Path, python: Path, path: str, *options: str) -> None:
    """Installs it into an empty environment and runs the smallest story, with nothing else on the path."""
    there = environment_in(PLACE / "empty", python)
    environment = {**os.environ, "PATH": os.pathsep.join(filter(None, [str(there.parent), path]))}
    environment = {name: value for name, value in environment.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment["CARGO_TARGET_DIR"] = str(toolchain.target())
    folder = PLACE / "nowhere"
    folder.mkdir(exist_ok=True)
    for command in (
        [there, "-m", "pip", "install", "-q", "--no-deps", *options, made],
        [there, toolchain.ROOT / "scripts" / "wheel_smoke.py"],
        [there.parent / "paywright", "demo"],
    ):
        quiet = subprocess.DEVNULL if command[-1] == "demo" else None
        if subprocess.run(command, cwd=folder, env=environment, stdout=quiet, check=False).returncode:
            failures.append(f"{made.name}: {' '.join(str(word) for word in command)}")
            return


def try_wheel(kind: str, made: Path) -> None:
    check_contents(made)
    if kind == "musllinux" and b"GLIBC_" in zipfile.ZipFile(made).read("paywright/_native.abi3.so"):
        failures.append(f"{made.name}: it wants glibc")
    wants_musl = kind == "musllinux"
    pythons = [python for python in toolchain.interpreters().values() if musl_python.is_musl(python) == wants_musl]
    why_not = "no Python here is built for its C library"
    if wants_musl and not pythons:
        built, why_not = musl_python.musl_python()
        pythons = [built] if built else []
    if not pythons:
        left_out.append(f"{made.name}: linked and not run: {why_not}")
    for python in pythons:
        smoke(made, python, "", "--no-index")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", choices=[*KINDS, "sdist"])
    only = parser.parse_args().only
    toolchain.check()
    PLACE.mkdir(parents=True, exist_ok=True)
    folder, zig = tools()
    for kind in KINDS:
        if only in (None, kind) and (made := build_wheel(kind, folder, zig)) is not None:
            try_wheel(kind, made)
        elif only in (None, kind) and not any(kind in reason for reason in left_out):
            failures.append(f"{kind}: it was not built")
    if only in (None, "sdist"):
        made = maturin(folder, "sdist")
        if made is None:
            failures.append("sdist: it was not built")
        else:
            check_contents(made)
            smoke(made, Path(sys.executable), os.environ["PATH"])
    for reason in left_out:
        print(f"Left out: {reason}")
    for failure in failures:
        print(f"Failed: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
