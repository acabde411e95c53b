"""Which functions that Apple asks a reason for are used by what is shipped: those that the built library names, those that
SQLite names only on Apple's platforms, and those of Foundation in the Swift sources. It judges no reason: the package's
`PrivacyInfo.xcprivacy` gives them, and a test of the Swift package compares its categories with what is found here."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

from toolchain import ROOT

FILE = "required_reasons.json"

# Apple's list ("required reason API"), by category. In C as functions, in Swift as members.
LISTED = {
    "NSPrivacyAccessedAPICategoryFileTimestamp": [
        "stat", "fstat", "lstat", "fstatat", "getattrlist", "getattrlistbulk", "fgetattrlist", "getattrlistat",
        "creationDate", "modificationDate", "fileModificationDate", "contentModificationDateKey", "creationDateKey",
    ],
    "NSPrivacyAccessedAPICategoryDiskSpace": [
        "statfs", "statvfs", "fstatfs", "fstatvfs", "volumeAvailableCapacityKey",
        "volumeAvailableCapacityForImportantUsageKey", "volumeAvailableCapacityForOpportunisticUsageKey",
        "volumeTotalCapacityKey", "systemFreeSize", "systemSize",
    ],
    "NSPrivacyAccessedAPICategorySystemBootTime": ["mach_absolute_time", "systemUptime"],
    "NSPrivacyAccessedAPICategoryActiveKeyboards": ["activeInputModes"],
    "NSPrivacyAccessedAPICategoryUserDefaults": ["UserDefaults", "NSUserDefaults", "AppStorage"],
}
CATEGORY = {name: category for category, names in LISTED.items() for name in names}
# What Linux calls otherwise.
ELSEWHERE = {"statx": "stat"}


def of_library(library: Path) -> set[str]:
    """Listed functions that a library wants from the system."""
    dynamic = ["-D"] if library.suffix == ".so" else []
    listed = subprocess.run(["nm", "-u", *dynamic, str(library)], check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1].split("@")[0].removeprefix("_").removesuffix("64") for line in listed.splitlines() if line}
    return {ELSEWHERE.get(name, name) for name in names} & CATEGORY.keys()


def sqlite_source() -> Path:
    """The SQLite that is built into the library."""
    command = ["cargo", "metadata", "--format-version=1", "--locked"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = next(one for one in json.loads(said)["packages"] if one["name"] == "libsqlite3-sys")
    return Path(found["manifest_path"]).parent / "sqlite3" / "sqlite3.c"


def of_sqlite() -> set[str]:
    """Listed functions in SQLite as Apple's compilers see it. The preprocessor needs no header of theirs for that: which
    lines count is decided by SQLite's own."""
    source = sqlite_source()
    with tempfile.TemporaryDirectory() as place:
        for header in set(re.findall(r"#\s*include <([^>]+)>", source.read_text(errors="replace"))):
            (Path(place) / header).parent.mkdir(parents=True, exist_ok=True)
            (Path(place) / header).touch()
        command = ["cc", "-E", "-P", "-undef", "-nostdinc", f"-I{place}", "-D__APPLE__", "-DSQLITE_CORE",
                   "-DSQLITE_THREADSAFE=1", str(source)]
        seen = subprocess.run(command, check=True, capture_output=True, text=True, errors="replace").stdout
    called = set(re.findall(r"\b(\w+)\s*\(", seen)) | set(re.findall(r"\(sqlite3_syscall_ptr\)\s*(\w+)", seen))
    return called & CATEGORY.keys()


def of_swift() -> set[str]:
    """Listed members in the sources of the Swift package."""
    texts = [path.read_text() for path in (ROOT / "bindings-swift" / "Sources").rglob("*.swift")]
    return {word for text in texts for word in re.findall(r"\w+", text)} & CATEGORY.keys()


def write(library: Path, place: Path) -> None:
    """What was found, by category, for the test."""
    found = of_library(library) | of_sqlite() | of_swift()
    categories = {category: sorted(found & set(names)) for category, names in LISTED.items() if found & set(names)}
    place.write_text(json.dumps(categories, indent=1) + "\n")
