"""The libraries that providers publish or that most people use: they verify what we sign, and we what they sign.

They are in `requirements-peers.txt`; a test is left out only where its library could not be installed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from paywright import signatures

NOW = 1_795_000_000
BODIES = 1_000
LETTERS = list("abcXYZ019 \t\n\r.,;:=&%+#?/\\\"'<>{}[]|é形象店ÅÃ€😀\u200b\u2028\ufeff")


def peer(name: str, package: str) -> Any:
    return pytest.importorskip(name, reason=f"{package} could not be installed")


def texts(seed: int) -> Iterator[str]:
    """Random texts, the same in every run: reserved characters, other scripts, things that are no JSON at all."""
    dice = random.Random(seed)
    for _ in range(BODIES):
        yield "{" + "".join(dice.choices(LETTERS, k=dice.randrange(200))) + "}"


def test_stripe() -> None:
    # Protects: 1,000 bodies signed by us verify with Stripe's library, and the other way round, with the same header.
    stripe = peer("stripe", "stripe")
    secret = "whsec_throwaway_secret_of_this_test"
    for text in texts(1):
        ours = signatures.stripe_sign(text.encode(), secret, NOW)
        assert stripe.WebhookSignature.verify_header(text, ours, secret, None)
        theirs = stripe.WebhookSignature._compute_signature(f"{NOW}.{text}", secret)
        assert ours == f"t={NOW},v1={theirs}"
        assert signatures.stripe_verify(text.encode(), f"t={NOW},v1={theirs}", [secret], NOW).ok


def test_stripe_event() -> None:
    # Protects: Stripe's library makes an event of what we sign now, its age checked.
    stripe = peer("stripe", "stripe")
    secret, now = "whsec_throwaway_secret_of_this_test", int(datetime.now(timezone.utc).timestamp())
    body = b'{"id":"evt_1","object":"event","type":"charge.succeeded","data":{"object":{"id":"ch_1"}}}'
    event = stripe.Webhook.construct_event(body, signatures.stripe_sign(body, secret, now), secret)
    assert event.id == "evt_1"


def test_standard_webhooks() -> None:
    # Protects: 1,000 bodies in both directions with the official library; it has a clock of its own, so ours is set by it.
    library = peer("standardwebhooks.webhooks", "standardwebhooks")
    secret = "whsec_dGhyb3dhd2F5LW9sZC1zZWNyZXQtMDAwMQ=="
    webhook = library.Webhook(secret)
    when = datetime.now(timezone.utc).replace(microsecond=0)
    now = int(when.timestamp())
    for index, text in enumerate(texts(2)):
        name = f"msg_{index}"
        ours = signatures.standard_webhooks_sign(name, now, text.encode(), secret)
        theirs = webhook.sign(name, when, text)
        assert ours == theirs
        headers = {"webhook-id": name, "webhook-timestamp": str(now), "webhook-signature": theirs}
        assert signatures.standard_webhooks_verify(text.encode(), headers, [secret], now).ok
    json_body = '{"type":"payment.succeeded","data":{"text":"形象店"}}'
    headers["webhook-signature"] = signatures.standard_webhooks_sign(
        headers["webhook-id"], now, json_body.encode(), secret
    )
    assert webhook.verify(json_body, headers)["type"] == "payment.succeeded"
