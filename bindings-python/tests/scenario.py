"""Plays scenario files through the typed API. It compares; the engine decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paywright
from paywright.testing import ManualClock

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "tests" / "scenarios"
SURFACE = json.loads((ROOT / "tests" / "surface.json").read_text())
METHODS = {method["name"]: method for method in SURFACE["methods"]}
INPUTS = {i["name"]: {f["name"]: f["type"] for f in i["fields"]} for i in SURFACE["inputs"]}
RECORDS = {record["name"]: [f["name"] for f in record["fields"]] for record in SURFACE["records"]}
GATEWAYS: dict[str, Callable[..., Any]] = {
    gateway["name"].lower(): getattr(paywright, gateway["name"]) for gateway in SURFACE["gateways"]
}


def configured(config: Mapping[str, Mapping[str, Any]]) -> Any:
    """The configuration of a gateway: one member, its name, with the fields."""
    [(name, given)] = config.items()
    return GATEWAYS[name.replace("_", "")](**given)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def amount(text: str) -> Decimal | str:
    """A Decimal, as a host would pass it; what is no decimal stays text, for the core to refuse."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if str(number) == text else text


READ: dict[str, Callable[[Any], Any]] = {
    "Amount": amount,
    "Time": instant,
    "Gateway": configured,
    "Bytes": lambda body: body.encode() if isinstance(body, str) else body,
}


def read(kind: str, value: Any) -> Any:
    """A value of a file as a host would pass it: a type of the table, the fields of an input one by one."""
    outer, _, inner = kind.rstrip(">").partition("<")
    if inner:
        return [read(inner, item) for item in value] if outer == "List" else read(inner, value)
    if fields := INPUTS.get(kind):
        return {name: read(fields[name], item) for name, item in value.items()}
    return READ.get(kind, lambda plain: plain)(value)


def plain(value: Any) -> Any:
    """A result as the scenario files write it, read attribute by attribute."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        parts = "milliseconds" if value.microsecond else "seconds"
        return value.astimezone(timezone.utc).isoformat(timespec=parts).replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return [plain(item) for item in value]
    fields = RECORDS.get(type(value).__name__)
    return value if fields is None else {name: plain(getattr(value, name)) for name in fields}


def part(value: Any, path: str) -> Any:
    """What stands at `name.0.name`; after `?`, the parameter of the address that stands there."""
    path, _, parameter = path.partition("?")
    for name in filter(None, path.split(".")):
        value = value[int(name)] if isinstance(value, list) else value[name]
    if not parameter:
        return value
    pairs = [pair.partition("=") for pair in urlsplit(value).query.split("&")]
    return next(given for name, _, given in pairs if name == parameter)


def compare(path: str, expected: Any, found: Any) -> None:
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            assert name in found, f"{path}.{name}: there is no such member"
            compare(f"{path}.{name}", value, found[name])
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, value in enumerate(expected):
            compare(f"{path}.{index}", value, found[index])
    else:
        same = type(expected) is type(found) and expected == found
        assert same, f"{path}: expected {expected!r}, got {found!r}"


class Story:
    """A scenario under way."""

    def __init__(self, file: Mapping[str, Any], database: Any = "sqlite::memory:") -> None:
        self.clock = ManualClock(instant(file.get("clock", "2026-01-01T00:00:00Z")))
        self.saved: dict[str, Any] = {}
        configs = file.get("gateways", [{"mock": {}}])
        self.pay = paywright.Paywright.open(
            database,
            gateways=[configured(config) for config in configs],
            mode=file.get("mode", "test"),
            flows=file.get("flows", []),
            webhooks=file.get("webhooks", []),
            clock=self.clock,
            seed=file.get("seed", 1),
        )

    def filled(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("$"):
            return self.saved[value[1:]]
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, dict):
            return {name: self.filled(item) for name, item in value.items()}
        return value

    def call(self, name: str, given: Mapping[str, Any]) -> Any:
        method = METHODS[name]
        kinds = {a["name"]: a["type"] for g in ("place", "named", "left_out") for a in method[g]}
        values = {n: read(kinds[n], v) for n, v in self.filled(given).items()}
        by_place = [values.pop(argument["name"]) for argument in method["place"]]
        return plain(getattr(self.pay, name)(*by_place, **values))

    def step(self, step: Mapping[str, Any]) -> None:
        if "advance" in step:
            self.clock.advance(step["advance"])
        elif "set_clock" in step:
            self.clock.set(instant(step["set_clock"]))
        elif "refused" in step:
            self.refused(step)
        else:
            result = self.call(step["call"], step.get("with", {}))
            compare("expect", self.filled(step.get("expect", result)), result)
            for name, path in step.get("save", {}).items():
                self.saved[name] = part(result, path)

    def refused(self, step: Mapping[str, Any]) -> None:
        try:
            result = self.call(step["call"], step.get("with", {}))
        except paywright.PaywrightError as error:
            told = {"details": error.details, "reply": plain(error.reply)}
            assert error.code == step["refused"], error
            for name in step.keys() & told.keys():
                compare(name, self.filled(step[name]), told[name])
        else:
            raise AssertionError(f"expected the refusal {step['refused']}, got {result}")

    def play(self, file: Mapping[str, Any]) -> None:
        for number, step in enumerate(file["steps"], 1):
            try:
                self.step(step)
            except (AssertionError, paywright.PaywrightError) as error:
                raise AssertionError(f"step {number} ({step.get('call')}): {error}") from error
        if file.get("verify", True):
            assert self.pay.verify().violations == []
