"""The stub against the compiled module; the other type checks of the package are commands of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]


def test_the_stub_says_what_the_module_does() -> None:
    # Protects: the stub is rendered, the module compiled, both from one table; this compares what came out.
    package = str(HERE / "python")
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "paywright", "--allowlist", "tests/stubtest_allowlist.txt"],
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": package, "MYPYPATH": package},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
