"""The library for devices as an XCFramework, and the Swift package that uses it: built for iOS, its simulator and macOS,
zipped, with its checksum. That needs macOS with Xcode. `check` looks elsewhere at what can be looked at there: the names
of the targets, of the module and of the package's parts. `plan` prints the commands. It publishes nothing."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mobile
import toolchain
from toolchain import BUILD, ROOT

MODULE = "PaywrightFFI"
LIBRARY = "libpaywright_ffi.a"
PLACE = BUILD / "xcframework"
FRAMEWORK = PLACE / f"{MODULE}.xcframework"
HEADERS = PLACE / "headers"
PACKAGE = PLACE / "package"
# Where the zip will be downloaded from; without it the package finds the framework in its own folder.
ADDRESS = os.environ.get("PAYWRIGHT_XCFRAMEWORK_URL")
# A library for each platform; where one has two kinds of processors, both in one file.
PLATFORMS = {
    "ios": ["aarch64-apple-ios"],
    "ios-simulator": ["aarch64-apple-ios-sim", "x86_64-apple-ios"],
    "macos": ["aarch64-apple-darwin", "x86_64-apple-darwin"],
}
TARGETS = [target for targets in PLATFORMS.values() for target in targets]
# The oldest systems, as `bindings-swift/Package.swift` names them.
OLDEST = {"IPHONEOS_DEPLOYMENT_TARGET": "15.0", "MACOSX_DEPLOYMENT_TARGET": "12.0"}
# The linker knows the library from the framework, so unlike the one for Linux this names none.
MODULE_MAP = f"""module {MODULE} {{
    header "{MODULE}.h"
    export *
}}
"""
NEEDED = ["cargo", "rustup", "lipo", "xcodebuild", "ditto", "swift"]

MANIFEST = """// swift-tools-version:5.9
import PackageDescription

// Written by `scripts/xcframework.py`: the package for Apple's platforms, with the library for devices.
let package = Package(
    name: "Paywright",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Paywright", targets: ["Paywright"])],
    targets: [
        .binaryTarget(name: "%s", %s),
        .target(
            name: "Paywright",
            dependencies: ["%s"],
            resources: [.copy("PrivacyInfo.xcprivacy")]
        ),
    ]
)
"""


def manifest(checksum: str = "", address: str | None = None) -> str:
    """`Package.swift`: with the framework at an address, or beside it."""
    where = f'url: "{address}", checksum: "{checksum}"' if address else f'path: "{FRAMEWORK.name}"'
    return MANIFEST % (MODULE, where, MODULE)


def built(target: str) -> Path:
    """The folder of what cargo builds for a target."""
    return toolchain.target() / target / "device"


def merged(name: str) -> Path:
    """The library of a platform."""
    return PLACE / name / LIBRARY


def compiling() -> Iterator[list[str]]:
    """The commands that make a library for each platform."""
    yield ["rustup", "target", "add", *TARGETS]
    for target in TARGETS:
        yield ["cargo", "build", "--profile", "device", "--locked", "-p", "paywright-swift", "--target", target]
    for name, targets in PLATFORMS.items():
        libraries = [str(built(target) / LIBRARY) for target in targets]
        yield ["lipo", "-create", *libraries, "-output", str(merged(name))]


def assembling() -> Iterator[list[str]]:
    """The commands that put them into one framework."""
    parts = [["-library", str(merged(name)), "-headers", str(HEADERS)] for name in PLATFORMS]
    flat = [word for part in parts for word in part]
    yield ["xcodebuild", "-create-xcframework", *flat, "-output", str(FRAMEWORK)]
    yield ["ditto", "-c", "-k", "--sequesterRsrc", "--keepParent", str(FRAMEWORK), f"{FRAMEWORK}.zip"]


def checksum_command() -> list[str]:
    return ["swift", "package", "compute-checksum", f"{FRAMEWORK}.zip"]


def run(command: list[str]) -> None:
    print(" ".join(command), flush=True)
    subprocess.run(command, cwd=ROOT, env={**mobile.shipped(), **OLDEST}, check=True)


def make() -> int:
    """All of it; answers with an exit code."""
    missing = [name for name in NEEDED if not shutil.which(name)]
    if sys.platform != "darwin" or missing:
        print(f"An XCFramework needs macOS with Xcode and Rust{': not found: ' + ', '.join(missing) if missing else ''}.")
        return 1
    shutil.rmtree(PLACE, ignore_errors=True)
    for name in PLATFORMS:
        merged(name).parent.mkdir(parents=True)
    for command in compiling():
        run(command)
    this = "aarch64-apple-darwin" if platform.machine() == "arm64" else "x86_64-apple-darwin"
    generated = mobile.written(built(this), "swift") / "swift"
    # In a folder of the module's name: several frameworks may end in one folder of headers.
    headers = HEADERS / MODULE
    headers.mkdir(parents=True)
    shutil.copy2(generated / f"{MODULE}.h", headers)
    (headers / "module.modulemap").write_text(MODULE_MAP)
    for command in assembling():
        run(command)
    said = subprocess.run(checksum_command(), cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    shutil.copytree(ROOT / "bindings-swift" / "Sources" / "Paywright", PACKAGE / "Sources" / "Paywright")
    shutil.copy2(generated / "Paywright.swift", PACKAGE / "Sources" / "Paywright" / "Generated.swift")
    (PACKAGE / "Package.swift").write_text(manifest(said, ADDRESS))
    if not ADDRESS:
        shutil.copytree(FRAMEWORK, PACKAGE / FRAMEWORK.name, symlinks=True)
    print(f"{FRAMEWORK}.zip\nchecksum {said}\n{PACKAGE}")
    return 0


def differs(what: str, expected: object, found: object) -> str:
    return "" if expected == found else f"{what}: expected {expected}, found {found}"


def looked_at() -> Iterator[str]:
    """A check each; what is wrong, or nothing."""
    said = subprocess.run(["rustc", "--print", "target-list"], check=True, capture_output=True, text=True).stdout
    yield differs("targets that Rust does not know", set(), set(TARGETS) - set(said.split()))
    profiles = re.findall(r"^\[profile\.(\w+)\]", (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    yield "" if "device" in profiles else "there is no profile `device`"
    bindings = ROOT / "bindings-swift"
    crate = (bindings / "Cargo.toml").read_text()
    of_library = re.search(r'^\[lib\]\nname = "(.*)"', crate, re.MULTILINE)
    yield differs("the library's name", LIBRARY, f"lib{of_library[1] if of_library else ''}.a")
    yield "" if '"staticlib"' in crate else "the crate makes no static library"
    settings = (bindings / "uniffi.toml").read_text()
    yield differs("uniffi's module", [MODULE], re.findall(r'^ffi_module_name = "(.*)"', settings, re.MULTILINE))
    generated = mobile.written(mobile.build("device"), "swift") / "swift"
    imported = re.findall(r"canImport\((\w+)\)\s*import (\w+)", (generated / "Paywright.swift").read_text())
    yield differs("what the Swift code imports", True, (MODULE, MODULE) in imported)
    there = (bindings / "Sources" / MODULE / "module.modulemap").read_text()
    for text in (there, MODULE_MAP):
        named = re.findall(r'^module (\w+)|header "(.*)"', text, re.MULTILINE)
        yield differs("a module map", [(MODULE, ""), ("", f"{MODULE}.h")], named)
    yield "" if (generated / f"{MODULE}.h").exists() else f"uniffi writes no {MODULE}.h"
    usual = (bindings / "Package.swift").read_text()
    oldest = {f"{key}.{version}" for key, version in (("iOS", "15.0"), ("macOS", "12.0"))}
    yield differs("the oldest systems", oldest, {f"{key}.{value}" for key, value in systems(usual).items()})
    yield differs("the oldest systems of the framework", set(systems(usual).values()), set(OLDEST.values()))
    yield screen()
    for address in (None, "https://packages.example/PaywrightFFI.xcframework.zip"):
        yield from parsed(manifest("0" * 64, address), address)


def systems(text: str) -> dict[str, str]:
    """The oldest systems in a manifest."""
    return {name: f"{version}.0" for name, version in re.findall(r"\.(iOS|macOS)\(\.v(\d+)\)", text)}


def screen() -> str:
    """The syntax of the SwiftUI example. What it shows is compiled and tried by the tests of the package."""
    command = mobile.in_swift("swiftc -parse examples/swift/screen/*.swift")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def parsed(text: str, address: str | None) -> Iterator[str]:
    """What Swift's own package manager reads in a manifest."""
    place = PLACE / "check"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / "Package.swift").write_text(text)
    command = mobile.in_swift(f"swift package dump-package --package-path {place.relative_to(ROOT)}")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"the manifest cannot be read: {done.stderr[-500:]}"
        return
    read = json.loads(done.stdout)
    targets = {target["name"]: target for target in read["targets"]}
    yield differs("targets", {MODULE: "binary", "Paywright": "regular"}, {n: t["type"] for n, t in targets.items()})
    yield differs("the address", address, targets[MODULE].get("url"))
    yield differs("the folder", None if address else FRAMEWORK.name, targets[MODULE].get("path"))
    yield differs("dependencies", [{"byName": [MODULE, None]}], targets["Paywright"]["dependencies"])
    yield differs("resources", ["PrivacyInfo.xcprivacy"], [r["path"] for r in targets["Paywright"]["resources"]])
    there = {one["platformName"]: one["version"] for one in read["platforms"]}
    yield differs("the oldest systems", {"ios": "15.0", "macos": "12.0"}, there)
    unsafe = [one for target in read["targets"] for one in target["settings"]]
    yield differs("settings, which no package that is depended on may have", [], unsafe)


def check() -> int:
    if why_not := mobile.why_no_swift():
        raise SystemExit(why_not)
    wrong = [(number, what) for number, what in enumerate(looked_at(), 1)]
    failed = [what for _, what in wrong if what]
    print("\n".join([*failed, f"{len(wrong) - len(failed)} passed, {len(failed)} failed"]))
    return int(bool(failed))


def main() -> int:
    match sys.argv[1:]:
        case []:
            return make()
        case ["check"]:
            return check()
        case ["plan"]:
            print("\n".join(" ".join(command) for command in [*compiling(), *assembling(), checksum_command()]))
            return 0
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
