"""`make demo`: builds what is needed into the checkout and opens the tea shop."""

from __future__ import annotations

import subprocess
import sys

import toolchain


def main() -> int:
    toolchain.check()
    print("Building (the first time takes a minute or two) …", flush=True)
    environment = toolchain.build_python_module()
    command = [sys.executable, "-m", "shop", *sys.argv[1:]]
    try:
        return subprocess.run(command, cwd=toolchain.ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
