"""Webhooks as a receiver sees them that knows nothing of ours: the official library verifies every message."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import standardwebhooks

import paywright
from paywright import Paywright
from paywright.types import WebhookFields

NEW = "whsec_dGhyb3dhd2F5LW5ldy1zZWNyZXQtb25l"
OLD = "whsec_dGhyb3dhd2F5LW9sZC1zZWNyZXQtdHdv"
OTHER = "whsec_dGhyb3dhd2F5LW5vdC1vdXJzLWF0LWFsbA=="


class Receiver(HTTPServer):
    """Keeps what it gets; answers with the statuses given, in the end with 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((dict(self.headers.items()), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def opened(*webhooks: paywright.Webhook | WebhookFields) -> Paywright:
    # The official library looks at the machine's clock, so the engine does too.
    return Paywright.open("sqlite::memory:", gateways=[paywright.Mock()], mode="test", webhooks=webhooks)


def believed(secret: str, headers: dict[str, str], body: bytes) -> Any:
    return standardwebhooks.Webhook(secret).verify(body, headers)


def test_the_official_library_believes_us(receiver: Receiver) -> None:
    # Protects: receivers need no code of ours; with two secrets, each of them verifies, and nothing else does.
    hook = paywright.Webhook(url=receiver.url, secrets=[NEW, OLD], events=["order.created"], name="crm")
    with opened(hook) as pay:
        order = pay.create_order(currency="CNY", amount="1")
        pay.create_payment(order.id, method="card")
        report = pay.run_due()
        assert (report.webhooks, report.webhooks_failed, report.failures) == (1, 0, [])
        [(headers, body)] = receiver.got
        for secret in (NEW, OLD):
            assert believed(secret, headers, body) == json.loads(body)
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            believed(OTHER, headers, body)
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            believed(NEW, headers, body.replace(b"order.created", b"order.settled"))
        message = json.loads(body)
        assert message["type"] == "order.created"
        assert message["data"]["order_id"] == order.id
        [status] = pay.webhooks()
        assert (status.name, status.waiting, status.given_up, status.configured) == ("crm", 0, 0, True)


def test_a_message_that_failed_is_seen_and_sent_again(receiver: Receiver) -> None:
    # Protects: the same id after a failure, and a hand to send it again at once; a mapping configures as well.
    receiver.answers = [500]
    with opened({"url": receiver.url, "secrets": [NEW], "name": "crm"}) as pay:
        pay.create_order(currency="CNY", amount="1")
        assert pay.run_due().webhooks_failed == 1
        [message] = pay.webhook_messages().items
        assert (message.webhook, message.attempts, message.last_status) == ("crm", 1, 500)
        assert pay.replay_webhook("crm", message_id=message.id, actor="alice").waiting == 1
        assert pay.run_due().webhooks == 1
        first, second = receiver.got
        assert first[0]["webhook-id"] == second[0]["webhook-id"] == message.id
        assert believed(NEW, *second) == believed(NEW, *first)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"url": "http://hooks.example/"}, "config_invalid"),
        ({"url": "https://user:word@hooks.example/"}, "config_invalid"),
        ({"secrets": []}, "config_missing"),
        ({"secrets": [" "]}, "secret_empty"),
        ({"secrets": ["secret"]}, "key_type"),
        ({"events": ["order.eaten"]}, "config_invalid"),
        ({"name": "a b"}, "id_format"),
    ],
)
def test_a_wrong_webhook_is_refused(wrong: dict[str, Any], code: str) -> None:
    # Protects: what could never be delivered, or would go where it must not, is found when the engine is opened.
    given: Any = {"url": "https://hooks.example/", "secrets": [NEW], **wrong}
    with pytest.raises(paywright.PaywrightError) as error:
        opened(given)
    assert error.value.code == code


def test_two_webhooks_need_two_names() -> None:
    # Protects: a place in the journal belongs to one endpoint.
    given: WebhookFields = {"url": "https://hooks.example/", "secrets": [NEW]}
    with pytest.raises(paywright.ConfigError, match="stands twice"):
        opened(given, given)


def test_secrets_are_not_shown() -> None:
    # Protects: a configuration can be printed.
    hook = paywright.Webhook(url="https://hooks.example/", secrets=[NEW])
    assert "[redacted]" in repr(hook) and NEW[6:] not in repr(hook)
