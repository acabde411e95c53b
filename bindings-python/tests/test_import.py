"""`import paywright`: what it may touch, and what it must not load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import paywright

PACKAGE = str(Path(paywright.__file__).parents[1])

# Events of the interpreter's own audit, from just before the import to just after. What the import system reads to load
# a module is its source or its compiled file, so an `open` counts unless it is a read of exactly such a file.
WATCHED = """
import json, os, sys
def descriptors():
    try:
        return sorted(os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if int(n) > 2)[:-1]
    except OSError:
        return []
def threads():
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
seen, watching = [], False
def hook(event, args):
    if watching:
        seen.append((event, [str(part) for part in args]))
before = descriptors(), set(sys.modules)
sys.addaudithook(hook)
watching = True
import paywright
watching = False
files = {part for module in list(sys.modules.values()) if getattr(module, "__spec__", None)
         for part in (module.__spec__.origin, module.__spec__.cached) if part}
print(json.dumps({
    "events": [event for event in seen if not (event[0] == "open" and event[1][0] in files and event[1][1] in ("r", "rb"))],
    "left open": [one for one in descriptors() if one not in before[0]],
    "threads": threads(),
    "modules": sorted(set(sys.modules) - before[1]),
}))
"""
LOADING = ("import", "exec", "compile", "marshal.loads", "os.listdir", "os.scandir", "code.__new__", "sys._getframe",
           "object.__getattr__", "object.__setattr__", "object.__delattr__", "builtins.id")


def imported() -> dict[str, Any]:
    """What a fresh interpreter without compiled files of its own reports of the import."""
    code = f"import sys; sys.path.insert(0, {PACKAGE!r})\n{WATCHED}"
    done = subprocess.run([sys.executable, "-I", "-B", "-c", code], capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_importing_opens_no_file_and_no_socket() -> None:
    """Protects: an import that touches the disk or the network slows every process and surprises its sandbox."""
    report = imported()
    assert [event for event in report["events"] if event[0] not in LOADING] == []
    assert report["left open"] == []
    assert report["threads"] == 1


def test_importing_loads_little() -> None:
    """Protects: a process that uses no framework pays for none, nor for the slow modules of the standard library."""
    loaded = {name.split(".")[0] for name in imported()["modules"]}
    frameworks = {"django", "fastapi", "starlette", "flask", "sqlalchemy", "pydantic", "pytest", "rest_framework"}
    slow = {"typing", "dataclasses", "inspect", "enum", "re", "logging", "asyncio", "ssl", "socket", "decimal", "json"}
    assert loaded & (frameworks | slow) == set()
    assert "paywright" in loaded


def test_the_watch_sees_what_it_is_for() -> None:
    """Protects: the test above from watching nothing."""
    code = WATCHED.replace("import paywright\n", f"open({__file__!r}).close(); import socket; socket.socket().close()\n")
    done = subprocess.run([sys.executable, "-I", "-B", "-c", code], capture_output=True, text=True, check=True)
    seen = {event[0] for event in json.loads(done.stdout)["events"]}
    assert {"open", "socket.__new__"} <= seen


def test_later_names_are_there() -> None:
    """Protects: a name that is loaded when it is named must look as if it had always been there."""
    names = ["Gateway", "signatures", "Mode", "PaymentState", "AmountLike", "PaywrightError", "Mock", "Paywright"]
    assert set(names) <= set(dir(paywright))
    code = f"import paywright; assert all(hasattr(paywright, name) for name in {names}); assert not hasattr(paywright, 'no')"
    subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {PACKAGE!r}); {code}"], check=True)
