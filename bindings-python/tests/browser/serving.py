"""Starts an example's server on a free port of this machine, as its own process, and stops that process only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples" / "python"
PACKAGE = ROOT / "bindings-python" / "python"
START_S = 40
STOP_S = 10


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """What a process needs to find the package and the examples."""
    places = os.pathsep.join([str(PACKAGE), str(EXAMPLES)])
    return {**os.environ, "PYTHONPATH": places, "PYTHONWARNINGS": "error", **more}


def run(arguments: Sequence[str], directory: Path, given: Mapping[str, str]) -> str:
    """One command of an example, to its end; answers with what it printed."""
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=directory, env=dict(given), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    # Who follows our pages is not warned by our own checks.
    assert "paywright.W" not in done.stderr, done.stderr
    return done.stdout


@contextmanager
def asked(
    script: str, arguments: Sequence[str], directory: Path, given: Mapping[str, str]
) -> Iterator[Callable[[], str]]:
    """A process beside the server that runs `script` once, and answers each call with what its `answer()` gives."""
    loop = f"import sys\n{script}\nfor _ in sys.stdin:\n    print(answer(), flush=True)\n"
    command = [sys.executable, "-c", loop, *arguments]
    with subprocess.Popen(
        command, cwd=directory, env=dict(given), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        asking, answers = process.stdin, process.stdout

        def ask() -> str:
            print(file=asking, flush=True)
            return answers.readline()

        yield ask
        asking.close()


@contextmanager
def served(arguments: Sequence[str], directory: Path, given: Mapping[str, str], log: Path, port: int) -> Iterator[str]:
    """Runs a server for the length of a `with` block; gives its address. What it prints goes to `log`."""
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as output:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, cwd=directory, env=dict(given), stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(process, address, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}:\n{log.read_text()}")
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except urllib.error.HTTPError as answered:
            answered.close()
        except OSError:
            time.sleep(0.1)
            continue
        return
    raise AssertionError(f"the server did not answer within {START_S} s:\n{log.read_text()}")
