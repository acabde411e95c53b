"""The package for the JVM: one jar with the native library inside, and its sources. Run as a program, `jar.py` builds it as
it is shipped, with this machine's library and those that stand in the folder LIBRARIES; `jar.py try` takes the one that the
tests just built. Both install it in a Maven repository of their own and have a project outside the checkout pay with it.
`jar.py screen` compiles the payment screen of the examples against it. It publishes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import mobile
import toolchain
from jvm import LIBRARIES, POM, maven, of_pom, prefix, with_library
from toolchain import BUILD, ROOT

KOTLIN = BUILD / "kotlin"
PUBLISHED = BUILD / "kotlin-published"
PLACE = BUILD / "jar"
LICENSES = ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]
# A library that was built for tests is none for a package: it can be told to panic.
FOR_TESTS = b"injected by a test"
SAID = "the order is paid and the books are right"
CONSUMER = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>shop</groupId>
  <artifactId>shop</artifactId>
  <version>1</version>
  <properties><kotlin.compiler.daemon>false</kotlin.compiler.daemon></properties>
  <dependencies>
    <dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>
  </dependencies>
  <build>
    <sourceDirectory>src</sourceDirectory>
    <plugins>
      <plugin>
        <groupId>org.jetbrains.kotlin</groupId><artifactId>kotlin-maven-plugin</artifactId><version>{kotlin}</version>
        <executions><execution><goals><goal>compile</goal></goals></execution></executions>
      </plugin>
      <plugin>
        <groupId>org.codehaus.mojo</groupId><artifactId>exec-maven-plugin</artifactId><version>3.5.1</version>
        <configuration><mainClass>checkout.CheckoutKt</mainClass></configuration>
      </plugin>
    </plugins>
  </build>
</project>
"""


def sources_beside(jar: Path, place: Path) -> Path:
    """The sources for an editor to show: those by hand, and what uniffi wrote for the library of a folder."""
    sources = jar.with_name(f"{jar.stem}-sources.jar")
    with zipfile.ZipFile(sources, "w", zipfile.ZIP_DEFLATED) as made:
        for folder in (POM.parent / "src" / "main" / "kotlin", place / "kotlin"):
            for file in sorted(folder.rglob("*.kt")):
                made.write(file, file.relative_to(folder))
        for name in LICENSES:
            made.write(ROOT / name, f"META-INF/{name}")
    return sources


def published() -> Path:
    """Builds the jar as it is shipped; answers with the folder of its library."""
    # uniffi reads what it writes from the symbols, which are taken out afterwards.
    subprocess.run(["cargo", "build", "-q", "--profile", "wheel", "-p", "paywright-swift", "--features", "server"],
                   cwd=ROOT, env={**os.environ, "CARGO_PROFILE_WHEEL_STRIP": "none"}, check=True)
    place = mobile.MOBILE / "published"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy2(toolchain.target() / "wheel" / mobile.library_name(), place)
    with_library(mobile.written(place, "kotlin"))
    if others := os.environ.get("LIBRARIES"):
        for name, file in LIBRARIES.items():
            if (there := Path(others) / name / file).exists():
                (place / "resources" / name).mkdir(exist_ok=True)
                shutil.copy2(there, place / "resources" / name)
    subprocess.run(maven("package", "-q", "-Dmaven.test.skip=true", f"-Dnative.directory={place}",
                           f"-Dbuilt.directory={PUBLISHED}"), cwd=ROOT, check=True)
    return place


def why_wrong(jar: Path, sources: Path, shipped: bool) -> str:
    """What a jar lacks that it must have, or has that it must not have; or nothing."""
    with zipfile.ZipFile(jar) as opened:
        names = set(opened.namelist())
        libraries = {f"{folder}/{file}" for folder, file in LIBRARIES.items()} & names
        for_tests = [name for name in libraries if FOR_TESTS in opened.read(name)]
    with zipfile.ZipFile(sources) as opened:
        sourced = set(opened.namelist())
    wanted = {f"{prefix()}/{LIBRARIES[prefix()]}", "paywright/Paywright.class", *(f"META-INF/{name}" for name in LICENSES)}
    if missing := (wanted - names) | ({"paywright/paywright.kt", "paywright/Values.kt"} - sourced):
        return f"lacks {', '.join(sorted(missing))}"
    if shipped and for_tests:
        return f"holds a library for tests: {', '.join(for_tests)}"
    return ""


def installed(jar: Path, sources: Path) -> Path:
    """A Maven repository of our own with the package in it, beside what Maven has fetched already."""
    repository = PLACE / "repository"
    shutil.rmtree(PLACE, ignore_errors=True)
    version = repository / of_pom("groupId") / of_pom("artifactId") / of_pom("version")
    version.mkdir(parents=True)
    for file in (jar, sources):
        shutil.copy2(file, version)
    shutil.copy2(POM, version / f"{jar.stem}.pom")
    fetched = Path.home() / ".m2" / "repository"
    for group in fetched.iterdir() if fetched.is_dir() else ():
        if group.is_dir() and group.name != of_pom("groupId"):
            (repository / group.name).symlink_to(group)
    return repository


def paid_with(repository: Path) -> str:
    """A project outside the checkout that knows the package by its name alone; answers with what it says."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "src").mkdir()
        (project / "pom.xml").write_text(CONSUMER.format(
            group=of_pom("groupId"), name=of_pom("artifactId"), version=of_pom("version"),
            kotlin=of_pom("properties/kotlin.version")))
        shutil.copy2(ROOT / "examples" / "kotlin" / "checkout" / "Checkout.kt", project / "src")
        run = ["mvn", "-B", "-ntp", "-q", "-Dstyle.color=never", f"-Dmaven.repo.local={repository}", "compile", "exec:java"]
        said = subprocess.run(run, cwd=project, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return said.stdout


def screen(repository: Path) -> int:
    """Compiles the payment screen with Compose."""
    command = ["mvn", "-B", "-ntp", "-q", "-Dstyle.color=never", f"-Dmaven.repo.local={repository}",
               "-f", "examples/kotlin/screen/pom.xml", "clean", "compile"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> int:
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    shipped = not what
    if sys.argv[1:] not in ([], ["try"], ["screen"]):
        raise SystemExit(__doc__)
    if why_not := mobile.why_no_kotlin():
        raise SystemExit(f"jar: {why_not}")
    place, built = (published(), PUBLISHED) if shipped else (mobile.MOBILE / "server", KOTLIN)
    jar = built / f"{of_pom('artifactId')}-{of_pom('version')}.jar"
    if not jar.exists():
        raise SystemExit(f"{jar.relative_to(ROOT)} is not there; `make mobile` builds it")
    sources = sources_beside(jar, place)
    if what == "screen":
        return screen(installed(jar, sources))
    if wrong := why_wrong(jar, sources, shipped):
        print(f"{jar} {wrong}")
        return 1
    said = paid_with(installed(jar, sources))
    print(said, end="")
    print(f"{jar.relative_to(ROOT)}: {jar.stat().st_size / 1e6:.1f} MB")
    return int(SAID not in said)


if __name__ == "__main__":
    sys.exit(main())
