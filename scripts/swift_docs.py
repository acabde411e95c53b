"""The reference of the Swift package, by Swift's own docc from what the compiler knows of it: pages for a browser in
`.build/swift-docs`, which any web server can show. `check` makes them, too, and fails for every public name without a sentence. It
writes no sentence of its own: they stand in the surface table and in the sources."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import mobile
from toolchain import BUILD, ROOT

PLACE = BUILD / "swift-docs"
SYMBOLS = PLACE / "symbols"
PAGES = PLACE / "Paywright.doccarchive"
# What uniffi has to make public so that one file of generated code can use another; no application does.
OF_UNIFFI = re.compile(r"^(FfiConverter|uniffi|NoHandle|Uniffi)")


def quietly(command: str) -> None:
    done = subprocess.run(mobile.in_swift(command), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def here(place: Path) -> str:
    return str(place.relative_to(ROOT))


def symbols() -> Path:
    """What the compiler knows of the package's public names, from the package as `scripts/mobile.py` assembles it."""
    package = mobile.swift_package(mobile.written(mobile.build("device"), "swift"))
    shutil.rmtree(PLACE, ignore_errors=True)
    SYMBOLS.mkdir(parents=True)
    built = f"$(swift build --show-bin-path --package-path {here(package)})"
    triple = "$(swiftc -print-target-info | sed -n 's/.*\"unversionedTriple\" *: *\"\\(.*\\)\".*/\\1/p')"
    module_map = f"{here(package)}/Sources/PaywrightFFI/module.modulemap"
    quietly(f"swift build --package-path {here(package)} --target Paywright")
    quietly(f"swift symbolgraph-extract -module-name Paywright -minimum-access-level public -skip-synthesized-members "
            f"-target {triple} -I {built}/Modules -Xcc -fmodule-map-file={module_map} -output-dir {here(SYMBOLS)}")
    return SYMBOLS


def undocumented(folder: Path) -> tuple[int, list[str]]:
    """How many public names there are, and those that nothing explains."""
    found = [symbol for graph in sorted(folder.glob("Paywright*.symbols.json"))
             for symbol in json.loads(graph.read_text())["symbols"]
             if not any(OF_UNIFFI.match(part) for part in symbol["pathComponents"])]
    said = {".".join(symbol["pathComponents"]) for symbol in found if symbol.get("docComment", {}).get("lines")}
    silent = [f"{symbol['kind']['displayName']} {name}" for symbol in found
              if (name := ".".join(symbol["pathComponents"])) not in said and not explained(symbol, said)]
    return len(found), silent


def explained(symbol: dict[str, Any], said: set[str]) -> bool:
    """A word of a choice is explained with its choice, and the initialiser of plain data by the data's own parts."""
    *parents, name = symbol["pathComponents"]
    parent = ".".join(parents)
    if symbol["kind"]["identifier"] == "swift.enum.case":
        return parent in said
    labels = re.findall(r"(\w+):", name) if symbol["kind"]["identifier"] == "swift.init" else []
    return bool(labels) and all(f"{parent}.{label}" in said for label in labels)


def pages(folder: Path) -> int:
    """Has docc make the pages; answers with how many there are."""
    quietly(
        f"docc convert --additional-symbol-graph-dir {here(folder)} --fallback-display-name Paywright "
        f"--fallback-bundle-identifier dev.paywright.Paywright --fallback-bundle-version 1 --output-path {here(PAGES)}"
    )
    return sum(1 for _ in (PAGES / "data").rglob("*.json"))


def main() -> int:
    if sys.argv[1:] not in ([], ["check"]):
        raise SystemExit(__doc__)
    if why_not := mobile.why_no_swift():
        raise SystemExit(why_not)
    folder = symbols()
    count, silent = undocumented(folder)
    made = pages(folder)
    print("\n".join(f"without documentation: {name}" for name in silent))
    if sys.argv[1:]:
        print(f"{count} public names, {len(silent)} without documentation; {made} pages")
        return int(bool(silent) or made < count / 10)
    print(f"{made} pages of {count} names: python3 -m http.server -d {here(PAGES)}, then /documentation/paywright")
    return 0


if __name__ == "__main__":
    sys.exit(main())
