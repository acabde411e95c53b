"""The stories that every language tells, in Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenario import METHODS, SCENARIOS, Story

FILES = sorted(SCENARIOS.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    # Protects: Python sees the same engine as every other language.
    file = json.loads(path.read_text())
    Story(file).play(file)


def test_every_method_has_a_story() -> None:
    # Protects: a public method that no scenario calls is a method that nobody tests in every language.
    steps = [step for path in FILES for step in json.loads(path.read_text())["steps"]]
    called = {step["call"] for step in steps if "call" in step}
    assert METHODS.keys() - called == set()
