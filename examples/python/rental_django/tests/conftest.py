"""The rental's fixtures: the engine of its own settings on the test's clock, customers, and a provider that posts to its route."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fresh_database
import pytest

import paywright
from paywright.testing import ManualClock, MockGateway

pytest_plugins = ["paywright._pytest"]
fresh_database.set_up(Path(__file__).parents[1], "rental.settings")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_database.migrated(tmp_path_factory.mktemp("rental"), "seed_cars")


@pytest.fixture
def pay(template: Path, tmp_path: Path, clock: ManualClock) -> Iterator[paywright.Paywright]:
    """The rental's own engine in place of the plug-in's."""
    with fresh_database.copied(template, tmp_path, CLOCK=clock) as engine:
        yield engine


@pytest.fixture
def mock_gateway(pay: paywright.Paywright, mock_gateway: MockGateway) -> MockGateway:
    """The plug-in's provider, whose callbacks go to the rental's address."""
    from django.test import Client

    def post(delivery: paywright.Delivery) -> int:
        headers = {name: value for name, value in delivery.headers.items() if name != "Content-Type"}
        answer = Client().post("/pay/callback/mock/", delivery.body, content_type="application/json", headers=headers)
        return answer.status_code

    mock_gateway.deliver_to(post)
    return mock_gateway


def visitor(name: str, **given: Any) -> Any:
    """A browser in which somebody is signed in."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(User.objects.create_user(name, **given))
    return client


@pytest.fixture
def ann(pay: paywright.Paywright) -> Any:
    return visitor("ann")


@pytest.fixture
def counter(pay: paywright.Paywright) -> Any:
    return visitor("counter", is_staff=True)
