"""What the tests of signed answers share: throwaway keys, and a reader that has only the public ones."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from paywright import ConfigError, PaywrightError, signatures

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
SHARED = "whsec_dGhyb3dhd2F5LXNlY3JldC1vZi0zMi1ieXRlcw=="


def pair(byte: int) -> tuple[str, str]:
    """A throwaway private key and its public one."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32)
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    return "whsk_" + base64.b64encode(bytes([byte]) * 32).decode(), "whpk_" + public


OLD, OLD_PUBLIC = pair(7)
NEW, NEW_PUBLIC = pair(8)

WRONG: list[tuple[Any, str, str]] = [
    (OLD_PUBLIC, "key_type", "a public key"),
    (SHARED, "key_type", "a shared secret"),
    (SHARED.removeprefix("whsec_"), "key_type", "a private key (whsk_…) is needed"),
    ([OLD, NEW_PUBLIC], "key_type", "a public key"),
    ("", "secret_empty", "empty"),
    ("whsk_", "secret_empty", "empty"),
    ("whsk_throwaway", "config_invalid", "base64"),
    ("whsk_dGhyb3dhd2F5", "config_invalid", "32 bytes"),
    (OLD + "\n", "config_invalid", "base64"),
    ([], "config_missing", "whsk_"),
    ([OLD] * 6, "config_invalid", "at most 5"),
    (7, "config_invalid", "int"),
    ([None], "config_invalid", "NoneType"),
]
"""Settings that are refused, with the code and a part of the sentence."""


def refused(error: ConfigError, setting: str, given: Any, code: str, why: str) -> None:
    """The refusal names the setting and the reason, and says no key back."""
    assert (error.code, error.details["setting"]) == (code, setting)
    assert setting in error.message and why in error.message
    for key in given if isinstance(given, list) else [given]:
        if isinstance(key, str) and len(key) > 10:
            assert key[5:].strip() not in f"{error} {error.details} {error.message_zh}"


def proved(headers: Any, body: bytes, payment_id: str, *publics: str, now: int | None = None) -> None:
    """By our own function and by another's Ed25519: each public key alone proves these very bytes, and no other bytes."""
    now = int(time.time()) if now is None else now
    found = {name: headers[name] for name in HEADERS}
    assert found["webhook-id"] == payment_id and abs(int(found["webhook-timestamp"]) - now) <= 10
    items = found["webhook-signature"].split(" ")
    assert len(items) == len(publics) and all(item.startswith("v1a,") for item in items)
    content = f"{payment_id}.{found['webhook-timestamp']}.".encode() + body
    for public, item in zip(publics, items, strict=True):
        assert signatures.standard_webhooks_verify(body, found, [public], now).ok
        with pytest.raises(PaywrightError) as changed:
            signatures.standard_webhooks_verify(body + b" ", found, [public], now)
        assert changed.value.code == "auth_mismatch"
        theirs = Ed25519PrivateKey.from_private_bytes(bytes([7 if public == OLD_PUBLIC else 8]) * 32).public_key()
        theirs.verify(base64.b64decode(item.removeprefix("v1a,"), validate=True), content)


def unsigned(headers: Any) -> bool:
    return not any(name in headers for name in HEADERS)
