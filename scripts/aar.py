"""The package for Android: an AAR with the library for devices, once for each kind of processor. Run as a program, `aar.py`
builds the four libraries with the NDK that ANDROID_NDK_HOME names; `aar.py try` assembles the same package around a library
for Linux, which stands in for each, and looks at it. It needs no Gradle, and publishes nothing."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import jvm
import mobile
import toolchain
from toolchain import BUILD, ROOT

PLACE = BUILD / "aar"
FOLDER = ROOT / "bindings-kotlin" / "android"
CLASSES = BUILD / "kotlin-device"
LIBRARY = "libpaywright_ffi.so"
# The first Android with java.time, as in the manifest.
API = 26
# What Android calls a kind of processor; what Rust and the NDK's compiler call it.
ABIS = {
    "arm64-v8a": ("aarch64-linux-android", "aarch64-linux-android"),
    "armeabi-v7a": ("armv7-linux-androideabi", "armv7a-linux-androideabi"),
    "x86_64": ("x86_64-linux-android", "x86_64-linux-android"),
    "x86": ("i686-linux-android", "i686-linux-android"),
}
# Android loads libraries whose segments begin at multiples of the page's size, and pages have 16 KiB on newer devices.
PAGE = 16 * 1024
ALIGNED = ["--crate-type", "cdylib", "--", "-C", f"link-arg=-Wl,-z,max-page-size={PAGE}"]
# What must be inside, and nothing else.
LAYOUT = ["AndroidManifest.xml", "R.txt", "classes.jar", "proguard.txt", "META-INF/LICENSE", "META-INF/LICENSE-APACHE",
          "META-INF/LICENSE-MIT", *(f"jni/{abi}/{LIBRARY}" for abi in ABIS)]
POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>paywright</groupId>
  <artifactId>paywright-android</artifactId>
  <version>{version}</version>
  <packaging>aar</packaging>
  <dependencies>
    <dependency>
      <groupId>org.jetbrains.kotlin</groupId><artifactId>kotlin-stdlib</artifactId><version>{kotlin}</version>
    </dependency>
    <dependency>
      <groupId>net.java.dev.jna</groupId><artifactId>jna</artifactId><version>{jna}</version><type>aar</type>
    </dependency>
    <dependency>
      <groupId>org.jetbrains.kotlinx</groupId><artifactId>kotlinx-coroutines-android</artifactId><version>{coroutines}</version>
    </dependency>
  </dependencies>
</project>
"""


def ndk_compilers() -> Path:
    """The folder of the NDK's compilers; ends the program with a sentence where there are none."""
    if not (home := os.environ.get("ANDROID_NDK_HOME")):
        raise SystemExit("aar: ANDROID_NDK_HOME names no NDK; install one (https://developer.android.com/ndk) and name its folder")
    found = sorted(Path(home).glob("toolchains/llvm/prebuilt/*/bin"))
    if not found:
        raise SystemExit(f"aar: there are no compilers in {home}/toolchains/llvm/prebuilt")
    listed = ["rustup", "target", "list", "--installed"]
    installed = subprocess.run(listed, capture_output=True, text=True, check=False).stdout.split()
    if missing := [target for target, _ in ABIS.values() if target not in installed]:
        raise SystemExit(f"aar: Rust cannot build for Android yet; run `rustup target add {' '.join(missing)}`")
    return found[0]


def for_android(compilers: Path, abi: str) -> Path:
    """The library for devices for a kind of processor, with the symbols from which uniffi reads what it writes."""
    target, named = ABIS[abi]
    compiler = str(compilers / f"{named}{API}-clang")
    under = target.replace("-", "_")
    environment = {**mobile.shipped(), f"CARGO_TARGET_{under.upper()}_LINKER": compiler, f"CC_{under}": compiler,
                   f"AR_{under}": str(compilers / "llvm-ar"), "CARGO_PROFILE_DEVICE_STRIP": "none"}
    command = ["cargo", "rustc", "-q", "-p", "paywright-swift", "--profile", "device", "--target", target, *ALIGNED]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return toolchain.target() / target / "device" / LIBRARY


def stand_in() -> Path:
    """The library for devices for this Linux, linked in the same way."""
    subprocess.run(["cargo", "rustc", "-q", "-p", "paywright-swift", *ALIGNED], cwd=ROOT, check=True)
    library = Path(shutil.copy2(toolchain.target() / "debug" / LIBRARY, PLACE))
    # The next build for tests must not take this file for its own.
    (toolchain.target() / "debug" / "deps" / LIBRARY).unlink(missing_ok=True)
    (mobile.MOBILE / "last.txt").unlink(missing_ok=True)
    return library


def stripped(library: Path, strip: str, abi: str) -> Path:
    """A library without its symbols, as it is shipped."""
    shipped = PLACE / abi / LIBRARY
    shipped.parent.mkdir(exist_ok=True)
    subprocess.run([strip, "--strip-unneeded", "-o", shipped, library], check=True)
    return shipped


def classes(library: Path) -> bytes:
    """The Kotlin for a library for devices, compiled: by hand and by uniffi, as one jar."""
    place = mobile.MOBILE / "android"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy2(library, place / mobile.library_name())
    mobile.written(place, "kotlin")
    shutil.rmtree(CLASSES, ignore_errors=True)
    subprocess.run(jvm.maven("compile", "-q", f"-Dnative.directory={place}", f"-Dbuilt.directory={CLASSES}"),
                   cwd=ROOT, check=True)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as jar:
        for file in sorted((CLASSES / "classes").rglob("*")):
            if file.suffix in (".class", ".kotlin_module"):
                jar.write(file, file.relative_to(CLASSES / "classes"))
    return made.getvalue()


def assembled(libraries: Mapping[str, Path], compiled: bytes) -> Path:
    """The AAR and its description for Maven, around a library for each kind of processor."""
    version = jvm.of_pom("version")
    aar = PLACE / f"paywright-android-{version}.aar"
    with zipfile.ZipFile(aar, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("AndroidManifest.xml", "proguard.txt"):
            made.write(FOLDER / name, name)
        # The package has no resources; Android's tools want the list all the same.
        made.writestr("R.txt", "")
        made.writestr("classes.jar", compiled)
        for abi, library in libraries.items():
            made.write(library, f"jni/{abi}/{LIBRARY}")
        for name in ("LICENSE", "LICENSE-APACHE", "LICENSE-MIT"):
            made.write(ROOT / name, f"META-INF/{name}")
    aar.with_suffix(".pom").write_text(POM.format(
        version=version, kotlin=jvm.of_pom("properties/kotlin.version"), jna=jvm.version_of("jna"),
        coroutines=jvm.version_of("kotlinx-coroutines-core-jvm")))
    return aar


def alignments(library: Path) -> list[int]:
    """Where the segments of a library that are loaded may begin: at multiples of these."""
    said = subprocess.run(["readelf", "-lW", str(library)], check=True, capture_output=True, text=True).stdout
    return [int(found, 16) for found in re.findall(r"^\s*LOAD\s.*\s(0x[0-9a-f]+)$", said, re.MULTILINE)]


def findings(aar: Path) -> dict[str, bool]:
    """What an AAR must be, and whether this one is it."""
    looked = PLACE / "looked"
    shutil.rmtree(looked, ignore_errors=True)
    with zipfile.ZipFile(aar) as opened:
        names = opened.namelist()
        opened.extractall(looked)
    with zipfile.ZipFile(looked / "classes.jar") as jar:
        compiled = jar.namelist()
    rules = (looked / "proguard.txt").read_text()
    found = {
        "the layout is Android's": sorted(names) == sorted(LAYOUT),
        "the classes are there": {"paywright/Paywright.class", "paywright/BackgroundKt.class"} <= set(compiled),
        "no class of a gateway that needs a merchant's secret": not [name for name in compiled if re.search("Stripe|WeChat|PayPal", name)],
        "no class of a test": not [name for name in compiled if "Test" in name],
        "the shrinker leaves JNA alone": "-keep class com.sun.jna.** { *; }" in rules,
        "what the rules name is there": all(f"{name}.class" in compiled for name in
                                            ("paywright/UniffiLib", "paywright/IntegrityCheckingUniffiLib")),
    }
    for abi in ABIS:
        of = alignments(looked / "jni" / abi / LIBRARY)
        found[f"{abi}: {len(of)} segments begin at multiples of {PAGE}"] = bool(of) and all(one % PAGE == 0 for one in of)
    return found


def main() -> int:
    if sys.argv[1:] not in ([], ["try"]):
        raise SystemExit(__doc__)
    if why_not := mobile.why_no_kotlin():
        raise SystemExit(f"aar: {why_not}")
    PLACE.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:]:
        libraries, strip = dict.fromkeys(ABIS, stand_in()), "strip"
    else:
        compilers = ndk_compilers()
        libraries, strip = {abi: for_android(compilers, abi) for abi in ABIS}, str(compilers / "llvm-strip")
    # Kotlin is the same for all of them; uniffi reads it from any.
    compiled = classes(next(iter(libraries.values())))
    aar = assembled({abi: stripped(library, strip, abi) for abi, library in libraries.items()}, compiled)
    found = findings(aar)
    for what, right in found.items():
        print(f"{'ok   ' if right else 'WRONG'} {what}")
    print(f"{aar.relative_to(ROOT)}: {aar.stat().st_size / 1e6:.1f} MB" + (" around a library for Linux" if sys.argv[1:] else ""))
    print(f"{sum(found.values())} passed, {len(found) - sum(found.values())} failed")
    return int(not all(found.values()))


if __name__ == "__main__":
    sys.exit(main())
