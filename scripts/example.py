"""`make example NAME=…`: builds what is needed into the checkout and opens one of the examples in `examples/python`."""

from __future__ import annotations

import subprocess
import sys

import toolchain
from test import EXAMPLES, environment_with


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in EXAMPLES:
        raise SystemExit(f"name one of {', '.join(EXAMPLES)}: make example NAME={EXAMPLES[0]}")
    toolchain.check()
    print("Building (the first time takes a minute or two) …", flush=True)
    python = environment_with(toolchain.ROOT / "bindings-python" / "requirements-test.txt")
    environment = toolchain.build_python_module()
    print("http://127.0.0.1:8000  (stop it with Ctrl-C)", flush=True)
    command = [str(python), "-m", sys.argv[1]]
    try:
        return subprocess.run(command, cwd=toolchain.ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
