"""The console script `paywright`: the same command line as the program of that name."""

import sys

from . import _native


def main() -> int:
    """Runs the command line of this process and answers with its exit code."""
    code: int = getattr(_native, "_run")(["paywright", *sys.argv[1:]])
    return code
