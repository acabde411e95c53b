"""What the tests share: an engine whose clock and ids are given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

import paywright
from paywright.testing import ManualClock

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def pay(clock: ManualClock) -> Iterator[paywright.Paywright]:
    engine = paywright.Paywright.open(
        "sqlite::memory:", gateways=[paywright.Mock()], mode="test", clock=clock, seed=1
    )
    with engine:
        yield engine
