"""Runs the code on a page of documentation, as a reader would: block after block, in one empty folder.

It judges nothing but what the blocks themselves do and print; a block that raises or prints something else ends the run.

    python block                 run, all of a page in one namespace
    any block file=PATH          written to that file; append=PATH: added to it
    sh block                     run by the shell; `background`: left running until the page ends
    sh environment               exports, for everything after it
    sh exempt                    not run: what it does has been done (the test lists these)
    text output                  what the block before it printed; a … stands for anything
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import played

FENCE = re.compile(r"^```([a-z]+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Block:
    """A fenced block: its language, the words behind it, its text and the line on which it begins."""

    language: str
    words: list[str]
    text: str
    line: int

    def option(self, name: str) -> str | None:
        return next((word.partition("=")[2] for word in self.words if word.startswith(f"{name}=")), None)


def blocks(page: str) -> Iterator[Block]:
    for found in FENCE.finditer(page):
        line = page.count("\n", 0, found.start()) + 2
        yield Block(found[1], found[2].split(), found[3], line)


class Page:
    """A page being run. Everything it starts ends with it."""

    def __init__(self, path: Path, providers: str, left_out: list[str]) -> None:
        self.path = path
        self.providers = providers
        self.left_out = left_out
        module = sys.modules["__main__"] = ModuleType("__main__")
        self.names: dict[str, Any] = module.__dict__
        self.printed = ""
        self.gateways: list[str] = []
        self.background: list[subprocess.Popen[bytes]] = []

    def run(self) -> None:
        text = played.filled(self.path.read_text(encoding="utf-8"))
        for known in ("8000", "8001"):
            text = re.sub(rf"(127\.0\.0\.1(?::| --port )){known}", rf"\g<1>{free_port()}", text)
        try:
            for block in blocks(text):
                if block.language not in self.left_out:
                    self.one(block)
        finally:
            for process in self.background:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(20)

    def one(self, block: Block) -> None:
        if (name := block.option("file") or block.option("append")) is not None:
            place = Path(name)
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("a" if block.option("append") else "w", encoding="utf-8") as file:
                file.write(block.text)
        elif block.language == "python":
            self.python(block)
        elif block.language == "sh" and "environment" in block.words:
            played.environment(block.text, self.providers)
        elif block.language == "sh" and "exempt" not in block.words:
            self.shell(block)
        elif block.language == "text" and "output" in block.words:
            self.compare(block)

    def python(self, block: Block) -> None:
        # Lines of an error are those of the page.
        code = compile("\n" * (block.line - 1) + block.text, str(self.path), "exec", dont_inherit=True)
        self.names.pop("gateway", None)
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(code, self.names)
        finally:
            self.told(out.getvalue())
        if "gateway" in self.names:
            self.gateways.append(played.opened(self.names["gateway"]))

    def shell(self, block: Block) -> None:
        command = ["sh", "-eu", "-c", block.text]
        if "background" in block.words:
            self.background.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True))
            if port := re.search(r"127\.0\.0\.1(?::| --port )(\d+)", block.text):
                wait_for(int(port[1]), self.background[-1])
            return
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=120)
        self.told(done.stdout)
        if done.returncode:
            raise SystemExit(f"{self.path}:{block.line}: the shell ended with {done.returncode}")

    def told(self, printed: str) -> None:
        self.printed = printed
        print(printed, end="")

    def compare(self, block: Block) -> None:
        pattern = r".*?".join(re.escape(part) for part in block.text.strip().split("…"))
        if not re.fullmatch(pattern, self.printed.strip(), re.DOTALL):
            raise SystemExit(f"{self.path}:{block.line}: the page shows\n{block.text}\nbut this was printed\n{self.printed}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


def main() -> None:
    sys.path.insert(0, os.getcwd())
    with played.providers() as address:
        page = Page(Path(sys.argv[1]), address, sys.argv[2:])
        page.run()
    print(json.dumps({"gateways": page.gateways}))


if __name__ == "__main__":
    main()
