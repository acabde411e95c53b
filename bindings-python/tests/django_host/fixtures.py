"""Fixtures of the tests of `paywright.django`; imported by those files only, so that no other test meets Django."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import fresh_database, prepared

SETTINGS: dict[str, Any] = {
    "DATABASE": "sqlite::memory:",
    "MODE": "test",
    "GATEWAYS": ["mock"],
    "FROM_ENV": False,
    "MOCK_CHECKOUT": True,
}


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Any]:
    """Changes settings for one test: `settings(PAYWRIGHT={…})`; an engine in memory unless said."""
    prepared()
    from django.test.utils import override_settings
    from django.utils import translation

    from paywright.django import reset_paywright

    fresh_database(tmp_path)
    changes: list[Any] = []

    def change(**values: Any) -> None:
        changed = override_settings(**values)
        changed.enable()
        changes.append(changed)

    change(PAYWRIGHT=dict(SETTINGS))
    yield change
    for changed in reversed(changes):
        changed.disable()
    reset_paywright()
    translation.deactivate_all()
    from django.db import connections

    connections.close_all()


@pytest.fixture
def pay(settings: Any) -> Any:
    """The project's engine."""
    from paywright.django import get_paywright

    return get_paywright()


@pytest.fixture
def client(settings: Any) -> Any:
    """A browser that must send form tokens."""
    from django.test import Client

    return Client(enforce_csrf_checks=True)
