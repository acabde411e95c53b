"""The membership's fixtures: the application around the plug-in's engine, and a provider that posts to its route."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from membership_fastapi.app import create_app
from membership_fastapi.database import Database

import paywright
from paywright.testing import ManualClock, MockGateway

with warnings.catch_warnings():
    # The test client names what it would rather be built on.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

pytest_plugins = ["paywright._pytest"]
ADDRESS = "http://testserver"


class Browser:
    """Somebody with a window: cookies, forms with their hidden fields, redirects within the site."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get(self, path: str) -> Any:
        return self.client.get(path.removeprefix(ADDRESS))

    def post(self, path: str, **fields: str) -> Any:
        token = re.search('name="form" value="([^"]+)"', self.get("/").text)
        assert token
        body = {"form": token[1], **fields}
        return self.client.post(path, data=body, follow_redirects=False)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(str(tmp_path / "membership.db"))
    yield database
    database.engine.dispose()


@pytest.fixture
def pay(clock: ManualClock, database: Database) -> Iterator[paywright.Paywright]:
    """The plug-in's engine, in the example's database."""
    settings: Any = {"gateways": [paywright.Mock()], "mode": "development", "clock": clock, "seed": 1}
    with paywright.Paywright.open(database.store, **settings) as engine:
        yield engine


@pytest.fixture
def application(pay: paywright.Paywright, database: Database) -> Any:
    return create_app(pay, database, ADDRESS)


@pytest.fixture
def ann(application: Any) -> Iterator[Browser]:
    with TestClient(application, base_url=ADDRESS) as client:
        browser = Browser(client)
        browser.post("/sign-in", name="ann")
        yield browser


@pytest.fixture
def mock_gateway(ann: Browser, mock_gateway: MockGateway) -> MockGateway:
    """The plug-in's provider, whose callbacks go to the application's address."""

    def post(delivery: paywright.Delivery) -> int:
        path = "/api/v1/payments/callback/mock/"
        return int(ann.client.post(path, content=delivery.body, headers=delivery.headers).status_code)

    mock_gateway.deliver_to(post)
    return mock_gateway
