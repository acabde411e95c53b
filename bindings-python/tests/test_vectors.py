"""The vector files through `paywright.signatures`: what Rust is judged by, Python is judged by, too."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paywright import PaywrightError, signatures

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors"
Case = dict[str, Any]


def file(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    return read


def cases(name: str, *lists: str) -> pytest.MarkDecorator:
    """One test for each case of these lists."""
    found = [(one, case) for one in lists for case in file(name)[one]]
    ids = [f"{name}:{one}:{case.get('id', index)}" for index, (one, case) in enumerate(found)]
    return pytest.mark.parametrize("case", [case for _, case in found], ids=ids)


def body(case: Case) -> bytes:
    if "body_b64" in case:
        return base64.b64decode(case["body_b64"])
    text: str = case["body"]
    return text.encode()


def refusal(call: Callable[[], object]) -> str | None:
    """The code of a refusal; never a defect of ours."""
    try:
        call()
    except PaywrightError as error:
        assert error.code != "internal"
        return error.code
    return None


def judged(case: Case, call: Callable[[], object]) -> str | None:
    """Compares with `verified`. Where a file admits both answers, ours is the stricter one."""
    expect = case["expect"]
    code = refusal(call)
    verified = expect["verified"] and not expect.get("either", False)
    assert (code is None) == verified, code
    return code


@cases("stripe_webhooks", "cases")
def test_stripe(case: Case) -> None:
    # Protects: Stripe's webhooks, through the binding.
    secrets, now, tolerance = [case["secret"]], case["now"], case["tolerance"]
    judged(case, lambda: signatures.stripe_verify(body(case), case["header"], secrets, now, tolerance))


@cases("standard_webhooks", "cases", "v1a")
def test_standard_webhooks(case: Case) -> None:
    # Protects: messages of Standard Webhooks with shared secrets and with key pairs, through the binding.
    secrets = [case["public_key"] if "public_key" in case else case["secret"]]
    judged(
        case,
        lambda: signatures.standard_webhooks_verify(
            body(case), case["headers"], secrets, case["now"]
        ),
    )


@cases("standard_webhooks", "known_answers")
def test_standard_webhooks_published_answers(case: Case) -> None:
    # Protects: the answers that the specification and its libraries print, checked and made again.
    key, time = case.get("secret") or case["public_key"], case["timestamp"]
    headers = {
        "webhook-id": case["id"],
        "webhook-timestamp": str(time),
        "webhook-signature": case["signature"],
    }
    assert signatures.standard_webhooks_verify(body(case), headers, [key], time).ok
    if "secret" in case:
        signed = signatures.standard_webhooks_sign(case["id"], time, body(case), key)
        assert signed == case["signature"]


@cases("hmac_callback", "cases")
def test_hmac_callback(case: Case) -> None:
    # Protects: the generic callback in both schemes, with the reason of each refusal; and the digest and nonce by which
    # a replay is recognised.
    config, now, expect = case["config"], case["now"], case["expect"]
    # Which secret is valid when is the engine's to know; the functions are given those that are valid.
    valid = [
        key
        for key in config["keys"]
        if key.get("not_before", now) <= now <= key.get("not_after", now)
    ]
    secrets: list[str | bytes] = [
        base64.b64decode(key["secret_b64"]) if "secret_b64" in key else key["secret"] for key in valid
    ]
    seen: dict[str, Any] = {}

    def call() -> None:
        result = signatures.hmac_callback_verify(
            body(case),
            secrets,
            now,
            headers=case.get("headers"),
            scheme=config["scheme"],
            signature_header=config.get("signature_from"),
            key_ids=[key["id"] for key in valid],
            require_fresh=config.get("require_fresh"),
            tolerance_s=config.get("tolerance_s"),
        )
        seen.update(digest=result.digest, nonce=result.nonce)

    if expect.get("either"):
        refusal(call)
        return
    code = judged(case, call)
    if not expect["verified"]:
        assert code == expect.get("reason", code)
    elif "digest" in expect:
        assert seen["digest"] == expect["digest"]
