"""Whether everything that the Python package exports has a known type, as pyright judges it.

The adapters for frameworks are left to mypy: pyright counts what derives from a framework without types of its own as
unknown, whatever stubs are installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ADAPTERS = tuple(f"paywright.{name}." for name in ("django", "fastapi", "flask", "sqlalchemy", "starlette"))


def symbols(pyright: Path) -> list[dict[str, Any]]:
    command = [pyright, "--verifytypes", "paywright", "--ignoreexternal", "--outputjson"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(said.stdout)["typeCompleteness"]["symbols"]
    except (ValueError, KeyError):
        raise SystemExit(said.stdout + said.stderr) from None
    return found


def main() -> int:
    exported = [s for s in symbols(Path(sys.argv[1])) if s["isExported"] and not s["name"].startswith(ADAPTERS)]
    unknown = [s for s in exported if not s["isTypeKnown"] or s["isTypeAmbiguous"]]
    for symbol in unknown:
        reasons = "; ".join(said["message"] for said in symbol["diagnostics"])
        print(f"{symbol['name']}: {reasons or 'its type is not known'}")
    print(f"{len(exported) - len(unknown)} of {len(exported)} exported names have a known type")
    return 1 if unknown or not exported else 0


if __name__ == "__main__":
    sys.exit(main())
