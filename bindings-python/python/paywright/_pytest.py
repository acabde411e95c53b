"""Fixtures for pytest: an engine in memory, its clock and the other end of its mock gateway.

Pytest finds it by itself once the package is installed. An application whose engine is opened elsewhere overrides `pay`
in its own `conftest.py`; `mock_gateway` then plays the provider of that engine. It never opens a file or a socket.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from ._native import Mock, Paywright
from .testing import ManualClock, MockGateway

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
"""What `clock` shows when a test begins."""


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until the test moves it: `clock.advance(1800)`."""
    return ManualClock(START)


@pytest.fixture
def pay(clock: ManualClock) -> Iterator[Paywright]:
    """An empty engine in memory with the mock gateway; its times and ids are the same in every run."""
    engine = Paywright.open("sqlite::memory:", gateways=[Mock()], mode="development", clock=clock, seed=1)
    with engine:
        yield engine


@pytest.fixture
def mock_gateway(pay: Paywright) -> MockGateway:
    """The payer and the provider: `mock_gateway.pay(payment)`, `.decline`, `.cancel`, `.expire`, `.deliver`."""
    return MockGateway(pay)
