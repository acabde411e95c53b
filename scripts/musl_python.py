"""A Python for musl, built from Debian's sources, so that the wheel for musl is run and not only linked.

    python3 scripts/musl_python.py     builds it where it is not yet, and says where it is

No package registry has such a Python ready-made. This one has what pip and our package need, and neither SSL nor SQLite.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import toolchain

TRIPLET = f"{platform.machine()}-linux-musl"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# The build asks its compiler where headers are. GCC names those of glibc, which musl's must never be mixed with.
COMPILER = f"""#!/bin/sh
case "$1" in -print-multiarch|--print-multiarch) echo {TRIPLET}; exit;; esac
exec musl-gcc "$@"
"""


def is_musl(python: Path) -> bool:
    """Whether a Python was built for musl."""
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_config_var('SOABI'))"]
    return "musl" in subprocess.run(ask, capture_output=True, text=True, check=True).stdout


def musl_python() -> tuple[Path | None, str]:
    """The interpreter, built where it is not yet: into the user's cache. Where it cannot be had, nothing and the reason."""
    if named := os.environ.get("PAYWRIGHT_MUSL_PYTHON"):
        return Path(named), ""
    place = toolchain.cache() / "musl-python"
    program = place / "bin" / "python3"
    if program.exists():
        return program, ""
    if not shutil.which("apt-get") or platform.freedesktop_os_release().get("ID") != "debian":
        return None, "it is built from Debian's sources, and this is another system; PAYWRIGHT_MUSL_PYTHON may name one"
    if not shutil.which("musl-gcc") and (why_not := toolchain.debian("musl-tools")):
        return None, f"musl-tools: {why_not}"
    with tempfile.TemporaryDirectory(prefix="paywright-musl-") as folder:
        try:
            build(Path(folder), place)
        except subprocess.CalledProcessError as error:
            said = (str(error.stderr or error.stdout or "").strip().splitlines() or ["no reason given"])[-1]
            return None, f"`{' '.join(map(str, error.cmd))}` failed: {said}"
    # A link made last says that the rest is whole.
    program.symlink_to(next(path for path in program.parent.glob("python3.*") if re.search(r"3\.\d+$", path.name)).name)
    return program, ""


def build(folder: Path, place: Path) -> None:
    compiler, libraries = folder / "cc", folder / "libraries"
    compiler.write_text(COMPILER)
    compiler.chmod(0o755)
    zlib, python = sources(folder)
    quietly(["./configure", "--static", f"--prefix={libraries}"], zlib, {"CC": str(compiler), "CFLAGS": "-O2 -fPIC"})
    quietly(["make", "-s", "install"], zlib)
    shutil.rmtree(place, ignore_errors=True)
    quietly(["./configure", "-q", f"--prefix={place}", f"CC={compiler}", "CFLAGS=-O1", f"ZLIB_CFLAGS=-I{libraries}/include",
             f"ZLIB_LIBS=-L{libraries}/lib -lz", "--with-ensurepip=no", "--disable-test-modules"], python)
    quietly(["make", "-s", f"-j{os.environ.get('CARGO_BUILD_JOBS') or os.cpu_count()}"], python)
    # Not `install`: its manual pages and programs are nobody's here.
    quietly(["make", "-s", "altbininstall", "libinstall", "sharedinstall"], python)


def sources(folder: Path) -> list[Path]:
    """zlib and Debian's own version of Python, unpacked. What apt knows of this machine stays as it is."""
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    (folder / "sources.list").write_text(f"deb-src [signed-by={KEYRING}] http://deb.debian.org/debian {codename} main\n")
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    apt = ["apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={folder / 'sources.list'}", "-o", "Dir::Etc::sourceparts=/dev/null",
           "-o", f"Dir::State::lists={folder / 'lists'}", "-o", f"Dir::Cache={folder / 'cache'}"]
    shown = subprocess.run(["apt-cache", "show", "python3"], capture_output=True, text=True, check=True).stdout
    python = "python" + ".".join(shown.partition("\nVersion: ")[2].split(".")[:2])
    quietly([*apt, "update"], folder)
    quietly([*apt, "source", "--download-only", "--only-source", "zlib", python], folder)
    unpacked: list[Path] = []
    for name in ("zlib", python):
        [archive] = folder.glob(f"{name}_*.orig.tar.*[!c]")
        (folder / name).mkdir()
        quietly(["tar", "-xf", str(archive), "-C", str(folder / name)], folder)
        unpacked += (folder / name).iterdir()
    return unpacked


def quietly(command: list[str], where: Path, more: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=where, env={**os.environ, **(more or {})}, capture_output=True, text=True, check=True)


if __name__ == "__main__":
    found, reason = musl_python()
    print(found or f"No Python for musl: {reason}")
    sys.exit(0 if found else 1)
