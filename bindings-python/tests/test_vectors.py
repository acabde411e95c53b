"""The vector files through `paywright.signatures`: what Rust is judged by, Python is judged by, too."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


def platform_keys(names: list[str]) -> dict[str, str]:
    """What a merchant has configured: certificates by their numbers, public keys by their ids."""
    keys = [file("wechatpay")["keys"][name] for name in names]
    return {key["serial"]: key.get("certificate_pem", key["public_spki_pem"]) for key in keys}


@cases("wechatpay", "verify", "notify_event")
def test_wechatpay(case: Case) -> None:
    # Protects: notices and answers of WeChat Pay, through the binding. Both oddities that we take are taken: a message that
    # is exactly 300 seconds old, and a serial number in another spelling.
    keys, expect = platform_keys(case["trust_store"]), case["expect"]
    code = refusal(lambda: signatures.wechatpay_verify(body(case), case["headers"], keys, case["now"]))
    if "either" not in expect:
        assert (code is None) == expect["verified"], code


@cases("wechatpay", "resource")
def test_wechatpay_resource(case: Case) -> None:
    # Protects: encrypted parts, as they stand in a parsed notice and as JSON text.
    key, expect = case["apiv3_key"], case["expect"]
    for resource in (case["resource"], json.dumps(case["resource"])):
        if expect["ok"]:
            assert signatures.wechatpay_decrypt(resource, key) == expect["plaintext"].encode()
        else:
            code = refusal(lambda given=resource: signatures.wechatpay_decrypt(given, key))  # type: ignore[misc]
            assert code in expect["reasons"]


@cases("wechatpay", "request")
def test_wechatpay_request(case: Case) -> None:
    # Protects: the signature of every request, byte for byte.
    vectors, url = file("wechatpay"), urlsplit(case["url"])
    config, key = vectors["config"], vectors["keys"]["merchant"]["private_pkcs8_pem"]
    header = signatures.wechatpay_authorization(
        case["method"],
        url.path + (f"?{url.query}" if url.query else ""),
        body(case),
        config["mchid"],
        config["merchant_serial"],
        key,
        int(case["timestamp"]),
        case["nonce_str"],
    )
    assert f'signature="{case["expect"]["signature"]}"' in header
    assert header.startswith("WECHATPAY2-SHA256-RSA2048 ")


@cases("alipay", "notify_verify", "notify_event")
def test_alipay_notify(case: Case) -> None:
    # Protects: notices of Alipay, through the binding; any of the configured keys may have signed.
    expect, names = case["expect"], case.get("alipay_keys", ["platform"])
    keys = [file("alipay")["keys"][name]["public_spki_pem"] for name in names]
    codes = [refusal(lambda: signatures.alipay_verify_notify(body(case), key)) for key in keys]
    if "either" not in expect:
        assert (None in codes) == expect["verified"], codes


@cases("alipay", "response_verify")
def test_alipay_response(case: Case) -> None:
    # Protects: answers of Alipay, and that what is given out is what was signed.
    expect = case["expect"]
    keys = [file("alipay")["keys"][name]["public_spki_pem"] for name in case["alipay_keys"]]
    found: list[str] = []

    def call(key: str) -> None:
        text = body(case).decode()
        found.append(signatures.alipay_verify_response(text, case["method"], key))

    codes = [refusal(lambda: call(key)) for key in keys]
    if "either" not in expect:
        assert (None in codes) == expect["verified"], codes
        if expect["verified"]:
            assert found == [expect["signed_content"]]


@cases("alipay", "request")
def test_alipay_request(case: Case) -> None:
    # Protects: the signature of every request, byte for byte, with a key in each of its wrappings.
    keys = file("alipay")["keys"]["app"]
    for wrapping in ("private_pkcs8_pem", "private_pkcs1_pem", "private_pkcs8_bare", "private_pkcs1_bare"):
        assert signatures.alipay_sign(dict(case["params"]), keys[wrapping]) == case["expect"]["sign"]


@cases("paypal_webhooks", "cases")
def test_paypal(case: Case) -> None:
    # Protects: webhooks of PayPal, through the binding, with the certificates that the file trusts.
    vectors = file("paypal_webhooks")
    now = int(datetime.fromisoformat(case["now"].replace("Z", "+00:00")).timestamp())
    code = refusal(
        lambda: signatures.paypal_verify(
            body(case),
            case["headers"],
            case["webhook_id"],
            vectors["certs"][case["cert"]],
            vectors["trust_roots"],
            case["environment"],
            now,
        )
    )
    assert (code is None) == case["expect"]["verified"], code
