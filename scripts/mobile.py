"""The native library for Swift and Kotlin, what uniffi writes for both, and the toolchains that their tests need. Run
as a program: `swift-toolchain` sets Swift up in the checkout, `swift` and `kotlin` run tests, `kotlin-docs` renders the
comments, `absent` looks for what a device must not have, `size` measures."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import jvm
import kotlin_texts
import privacy
import toolchain
from toolchain import BUILD, ROOT

# The generator that is to be had ready-made; the crate pins the version of uniffi that it understands.
UNIFFI_BINDGEN = "uniffi-bindgen==0.31.0"
JAVA = 17
MOBILE = BUILD / "mobile"
SWIFT_ROOT = BUILD / "swift"
SWIFT_PACKAGES = "swiftlang,libc6-dev,libstdc++-14-dev,ca-certificates,git"
# What the toolchain takes on disk while it is set up.
SWIFT_BYTES = 4 * 1024**3
# What a device library may weigh for one kind of processor.
SIZE_MAX = 4_000_000
WEIGHTS_SHOWN = 15
KINDS = {"server": ["server"], "device": []}


def library_name() -> str:
    return {"darwin": "libpaywright_ffi.dylib", "win32": "paywright_ffi.dll"}.get(sys.platform, "libpaywright_ffi.so")


def uniffi_bindgen() -> Path:
    place = BUILD / "uniffi"
    program = place / ("Scripts" if sys.platform == "win32" else "bin") / "uniffi-bindgen"
    stamp = place / "version.txt"
    if not stamp.exists() or stamp.read_text() != UNIFFI_BINDGEN:
        venv.create(place, with_pip=True, clear=True)
        python = program.with_name("python")
        subprocess.run([python, "-m", "pip", "install", "-q", UNIFFI_BINDGEN], check=True)
        stamp.write_text(UNIFFI_BINDGEN)
    return program


def build(kind: str) -> Path:
    """Builds the library of a kind as tests use it; answers with its folder."""
    MOBILE.mkdir(parents=True, exist_ok=True)
    last = MOBILE / "last.txt"
    if not last.exists() or last.read_text() != kind:
        # Both kinds have one name, and cargo takes the other kind's file for this one's.
        (toolchain.target() / "debug" / "deps" / library_name()).unlink(missing_ok=True)
        last.unlink(missing_ok=True)
    features = ",".join(["testing", *KINDS[kind]])
    subprocess.run(["cargo", "build", "-q", "-p", "paywright-swift", "--features", features], cwd=ROOT, check=True)
    last.write_text(kind)
    place = MOBILE / kind
    place.mkdir(exist_ok=True)
    shutil.copy2(toolchain.target() / "debug" / library_name(), place)
    return place


def written(place: Path, language: str) -> Path:
    """Writes a language's code for the library in a folder, beside it."""
    generated = place / language
    shutil.rmtree(generated, ignore_errors=True)
    command = [str(uniffi_bindgen()), "generate", "--library", str(place / library_name()), "--language", language,
               "--no-format", "--out-dir", str(generated)]
    subprocess.run(command, cwd=ROOT, check=True)
    if language == "kotlin":
        code = generated / "paywright" / "paywright.kt"
        code.write_text(kotlin_texts.rewritten(code.read_text()))
    return place


def why_no_kotlin() -> str:
    """Why the Kotlin package cannot be built and tested here, or nothing."""
    if not shutil.which("java") or not shutil.which("mvn"):
        return "a JDK or Maven was not found (Debian: apt-get install default-jdk-headless maven)"
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return "" if found and int(found[1]) >= JAVA else f"Java {JAVA} or newer was not found"


def kotlin_command() -> list[str]:
    """Tests of the Kotlin package on the JVM, with the library for servers; then its jar, which `jar.py` tries."""
    jvm.with_library(written(build("server"), "kotlin"))
    return jvm.maven("package")


def kotlin_docs_command() -> list[str]:
    """The reference for Kotlin in `.build/kotlin-docs`; whatever is public and says nothing fails it."""
    written(build("server"), "kotlin")
    return jvm.maven("org.jetbrains.dokka:dokka-maven-plugin:dokka")


def why_no_swift() -> str:
    """Why the Swift package cannot be built and tested here, or nothing."""
    if shutil.which("swift") or (SWIFT_ROOT / ".ready").exists():
        return ""
    return "no Swift here; `make swift-toolchain` sets Debian's up in the checkout"


def swift_package(place: Path) -> Path:
    """The package with what was generated and the library inside, beside the sources, which stay as they are."""
    package = MOBILE / "swift-package"
    for part in ["Sources", "Tests", "Examples"]:
        shutil.rmtree(package / part, ignore_errors=True)
    shutil.copytree(ROOT / "bindings-swift", package, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("src", "Cargo.toml", "uniffi.toml"))
    shutil.copytree(ROOT / "examples" / "swift", package / "Examples")
    # The part of the payment screen that needs no SwiftUI.
    shutil.copy2(ROOT / "examples" / "swift" / "screen" / "PaymentModel.swift", package / "Tests" / "PaywrightTests")
    shutil.copy2(place / "swift" / "Paywright.swift", package / "Sources" / "Paywright" / "Generated.swift")
    shutil.copy2(place / "swift" / "PaywrightFFI.h", package / "Sources" / "PaywrightFFI")
    (package / "lib").mkdir(exist_ok=True)
    shutil.copy2(place / library_name(), package / "lib")
    privacy.write(place / library_name(), package / "lib" / privacy.FILE)
    return package


def in_swift(command: str) -> list[str]:
    """A command of the shell in the root of the checkout, with Swift at hand: the Swift that is here, or that in the
    checkout's own Debian."""
    if shutil.which("swift"):
        return ["env", f"PAYWRIGHT_ROOT={ROOT}", "sh", "-euc", f"cd '{ROOT}'; {command}"]
    # A mount namespace of its own: nothing stays mounted, whatever happens. Swift finds its libraries through /proc.
    inside = 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; '
    inside += 'mkdir -p "$0/checkout"; mount --bind "$1" "$0/checkout"; '
    inside += 'exec chroot "$0" /usr/bin/env -i PATH=/usr/bin:/bin:/usr/libexec/swift/bin HOME=/root LANG=C.UTF-8 '
    inside += 'PAYWRIGHT_ROOT=/checkout sh -euc "cd /checkout; $2"'
    return ["unshare", "-m", "--propagation", "private", "bash", "-euc", inside, str(SWIFT_ROOT), str(ROOT), command]


def swift_command() -> list[str]:
    """Tests of the Swift package, with the library for devices."""
    package = swift_package(written(build("device"), "swift"))
    # Swift 6.0's library for observation names a function that nothing on Linux has, and nothing calls.
    linker = "-Xlinker --allow-shlib-undefined " if sys.platform == "linux" else ""
    return in_swift(f"PAYWRIGHT_EXAMPLES=1 swift test {linker}--package-path {package.relative_to(ROOT)}")


def set_swift_up() -> str:
    """Puts Debian 13 with its Swift into the checkout; answers with why it could not, or nothing."""
    if not why_no_swift():
        return ""
    sources = Path("/etc/apt/sources.list.d/debian.sources")
    if not sources.exists() or os.geteuid() != 0:
        return "only root on Debian can set it up; elsewhere see https://www.swift.org/install"
    if shutil.disk_usage(ROOT).free < SWIFT_BYTES:
        return f"{SWIFT_BYTES // 1024**3} GB of disk are needed"
    if not shutil.which("mmdebstrap"):
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "mmdebstrap"]
        for command in (["apt-get", "update", "-qq"], install):
            if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
                return f"`{' '.join(command)}` failed"
    mirror = re.search(r"^URIs:\s*(\S+)", sources.read_text(), re.MULTILINE)
    if not mirror:
        return f"{sources} names no mirror"
    shutil.rmtree(SWIFT_ROOT, ignore_errors=True)
    SWIFT_ROOT.parent.mkdir(exist_ok=True)
    command = ["mmdebstrap", "-q", "--mode=root", "--variant=apt", f"--include={SWIFT_PACKAGES}",
               '--aptopt=Acquire::Languages "none"', "--dpkgopt=path-exclude=/usr/share/doc/*",
               "--keyring=/usr/share/keyrings", "trixie", str(SWIFT_ROOT), f"deb {mirror[1]} trixie main"]
    if subprocess.run(command, check=False).returncode:
        shutil.rmtree(SWIFT_ROOT, ignore_errors=True)
        return "mmdebstrap failed"
    (SWIFT_ROOT / ".ready").touch()
    return ""


# What stands in a library that has the gateways which need a merchant's secret: addresses, headers and our own modules.
OF_MERCHANTS = ["api.stripe.com", "stripe-signature", "sk_live_", "api.mch.weixin.qq.com", "wechatpay2-sha256-rsa2048",
                "openapi.alipay.com", "alipay.trade.", "api-m.paypal.com", "paypal-transmission-sig", "6stripe",
                "9wechatpay", "6alipay", "6paypal"]


def absent() -> int:
    """The library for devices holds no word and no symbol of a gateway that needs a merchant's secret. Each word is
    looked for in the library for servers, too: one that is not there would prove nothing."""
    failed = 0
    found = {kind: (build(kind) / library_name()).read_bytes().lower() for kind in KINDS}
    for word in OF_MERCHANTS:
        said = {kind: word.encode() in text for kind, text in found.items()}
        if said != {"device": False, "server": True}:
            print(f"{word}: {said}")
            failed += 1
    print(f"{len(OF_MERCHANTS) - failed} passed, {failed} failed")
    return int(failed > 0)


def weights(library: Path) -> dict[str, int]:
    """Bytes of code and data by crate; what is not Rust is SQLite and a little of ring."""
    listed = subprocess.run(["nm", "-C", "-S", "--size-sort", str(library)], check=True, capture_output=True, text=True)
    weights: dict[str, int] = {}
    for line in listed.stdout.splitlines():
        _, bytes_, _, name = line.split(" ", 3)
        crate = re.match(r"[<&(\[]*(?:dyn |mut )?(\w+)::", name)
        of = crate[1] if crate else "ring, in C" if name.startswith("ring_core") else "SQLite and others in C"
        weights[of] = weights.get(of, 0) + int(bytes_, 16)
    return dict(sorted(weights.items(), key=lambda item: -item[1]))


# Parts of SQLite that nothing here uses. The flags count for a build as it is shipped only: cargo would build SQLite anew
# whenever they change.
SQLITE_WITHOUT = ["ENABLE_FTS3", "ENABLE_FTS3_PARENTHESIS", "ENABLE_FTS5", "ENABLE_RTREE", "ENABLE_STAT4", "ENABLE_DBSTAT_VTAB",
                  "ENABLE_LOAD_EXTENSION", "SOUNDEX"]
SQLITE_OMITTED = ["LOAD_EXTENSION", "DEPRECATED", "SHARED_CACHE", "PROGRESS_CALLBACK", "TCL_VARIABLE"]


def shipped() -> dict[str, str]:
    """The environment in which a library for devices is built as it is shipped."""
    flags = [f"-USQLITE_{name}" for name in SQLITE_WITHOUT] + [f"-DSQLITE_OMIT_{name}" for name in SQLITE_OMITTED]
    return {**os.environ, "LIBSQLITE3_FLAGS": " ".join(flags)}


def size() -> int:
    """How large the library for devices is, built and stripped as it is shipped, and what weighs most in it."""
    environment = {**shipped(), "CARGO_PROFILE_DEVICE_STRIP": "none"}
    command = ["cargo", "build", "-q", "--profile", "device", "-p", "paywright-swift"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    library = toolchain.target() / "device" / library_name()
    stripped = MOBILE / f"stripped-{library_name()}"
    subprocess.run(["strip", "-o", str(stripped), str(library)], check=True)
    bytes_ = stripped.stat().st_size
    print(f"{bytes_ / 1e6:.2f} MB, stripped; at most {SIZE_MAX / 1e6:.0f} MB")
    for crate, weight in list(weights(library).items())[:WEIGHTS_SHOWN]:
        print(f"{weight / 1e3:8.0f} kB  {crate}")
    return int(bytes_ > SIZE_MAX)


def main() -> int:
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what == "swift-toolchain":
        why_not = set_swift_up()
        print(f"Swift was not set up: {why_not}" if why_not else "Swift is there.")
        return int(bool(why_not))
    if what in ("absent", "size"):
        return {"absent": absent, "size": size}[what]()
    tests = {"swift": (why_no_swift, swift_command), "kotlin": (why_no_kotlin, kotlin_command),
             "kotlin-docs": (why_no_kotlin, kotlin_docs_command)}
    if what not in tests:
        raise SystemExit(__doc__)
    reason, command = tests[what]
    if why_not := reason():
        raise SystemExit(f"{what}: {why_not}")
    return subprocess.run(command(), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
