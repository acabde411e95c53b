"""Where the JVM finds the native library, and how Maven is asked. It builds nothing by itself."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

from toolchain import ROOT

POM = ROOT / "bindings-kotlin" / "pom.xml"
SPACE = {"": "http://maven.apache.org/POM/4.0.0"}
# The folders of a class path in which JNA looks, one for each system and processor.
LIBRARIES = {
    "linux-x86-64": "libpaywright_ffi.so", "linux-aarch64": "libpaywright_ffi.so",
    "darwin-x86-64": "libpaywright_ffi.dylib", "darwin-aarch64": "libpaywright_ffi.dylib",
    "win32-x86-64": "paywright_ffi.dll", "win32-aarch64": "paywright_ffi.dll",
}
PROCESSORS = {"x86_64": "x86-64", "amd64": "x86-64", "arm64": "aarch64", "aarch64": "aarch64"}


def prefix() -> str:
    """What JNA calls this machine."""
    return f"{sys.platform}-{PROCESSORS.get(platform.machine().lower(), platform.machine())}"


def with_library(place: Path) -> Path:
    """Puts the library of a folder where JNA finds it on the class path. Without its symbols and the lines of the source,
    which are most of a library for tests."""
    resources = place / "resources"
    shutil.rmtree(resources, ignore_errors=True)
    inside = resources / prefix()
    inside.mkdir(parents=True)
    library = Path(shutil.copy2(place / LIBRARIES[prefix()], inside))
    if strip := shutil.which("strip"):
        subprocess.run([strip, "-x" if sys.platform == "darwin" else "--strip-unneeded", library], check=True)
    return place


def maven(goal: str, *more: str) -> list[str]:
    return ["mvn", "-B", "-ntp", "-Dstyle.color=never", "-f", str(POM.relative_to(ROOT)), *more, goal]


def of_pom(place: str) -> str:
    """What the description of the package says at a place."""
    found = xml.parse(POM).getroot().findtext(place, namespaces=SPACE)
    if not found:
        raise SystemExit(f"{POM} has no {place}")
    return found


def version_of(dependency: str) -> str:
    """The version of something that the package depends on."""
    return of_pom(f"dependencies/dependency[artifactId='{dependency}']/version")
