"""The tea shop's fixtures: the engine of its own settings, on the test's clock, and a client with a token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fresh_database
import pytest

import paywright
from paywright.testing import ManualClock

pytest_plugins = ["paywright._pytest"]
fresh_database.set_up(Path(__file__).parents[1], "tea.settings")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_database.migrated(tmp_path_factory.mktemp("tea"), "seed_teas")


@pytest.fixture
def pay(template: Path, tmp_path: Path, clock: ManualClock) -> Iterator[paywright.Paywright]:
    """The shop's own engine in place of the plug-in's."""
    with fresh_database.copied(template, tmp_path, CLOCK=clock) as engine:
        yield engine


@pytest.fixture
def client(pay: paywright.Paywright) -> Any:
    """The customer `ann` with her token."""
    from rest_framework.authtoken.models import Token
    from rest_framework.test import APIClient

    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {Token.objects.get(user__username='ann').key}")
    return caller
