"""Requests between services that are signed: who asked, for what, when, and for the first time.

A signature is that of Standard Webhooks (`paywright.signatures`) over number, time and content, where the content is three
lines (client, method, path with query) and then the raw body: a bare body could be sent again to another address. No
cryptography of its own stands here, and nothing is believed before it is verified.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ._codes import refusal
from ._native import Paywright, standard_webhooks_sign, standard_webhooks_verify

CLIENT = "paywright-client"
NONCE = "paywright-nonce"
TIMESTAMP = "paywright-timestamp"
SIGNATURE = "paywright-signature"

# An unknown client is refused by the same work and with the same words as a wrong signature.
_NOBODY = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()

Lines = Iterable[tuple[str, str]]
Clients = Mapping[str, Sequence[str]]


class Signer(NamedTuple):
    """Who signed a request."""

    client: str
    nonce: str
    timestamp: int


def sign_request(
    method: str,
    target: str,
    body: bytes = b"",
    *,
    client: str,
    secret: str,
    timestamp: int | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers that make a request a signed one.

    `target` is path and query as they go over the wire, `secret` a `whsec_…`. Time and number are now and fresh unless said.
    """
    nonce = secrets.token_hex(16) if nonce is None else nonce
    timestamp = int(time.time()) if timestamp is None else timestamp
    content = _content(client, method, target, body)
    signature = standard_webhooks_sign(nonce, timestamp, content, secret)
    return {CLIENT: client, NONCE: nonce, TIMESTAMP: str(timestamp), SIGNATURE: signature}


def prove_request(
    clients: Clients, method: str, target: str, headers: Lines, body: bytes
) -> Signer:
    """Proves who signed a request; whether it is of our time and new is asked of the engine, by `claim`.

    Errors: `auth_missing`, `duplicate_field`, `auth_malformed`, `canonical`, `auth_mismatch`, `too_large`.
    """
    client, nonce, timestamp, signature = _four(headers)
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise refusal("auth_malformed", why=f"{TIMESTAMP} is not a time in whole seconds")
    standard_webhooks_verify(
        _content(client, method, target, body),
        {"webhook-id": nonce, "webhook-timestamp": timestamp, "webhook-signature": signature},
        clients.get(client, (_NOBODY,)),
        # The age is judged once, by the engine's clock, when the number is claimed.
        int(timestamp),
    )
    return Signer(client, nonce, int(timestamp))


def claim(pay: Paywright, signer: Signer, scope: str, tolerance_s: int | None) -> None:
    """Takes a request's number, once. Errors: `auth_stale`, `replay`, `id_format`."""
    pay.claim_nonce(f"{scope}:{signer.client}", signer.nonce, signer.timestamp, tolerance_s=tolerance_s)


def _four(headers: Lines) -> tuple[str, str, str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        if name not in (CLIENT, NONCE, TIMESTAMP, SIGNATURE):
            continue
        if name in found:
            raise refusal("duplicate_field", field=name)
        found[name] = value
    for name in (CLIENT, NONCE, TIMESTAMP, SIGNATURE):
        if not found.get(name):
            raise refusal("auth_missing", field=name)
    return found[CLIENT], found[NONCE], found[TIMESTAMP], found[SIGNATURE]


def _content(client: str, method: str, target: str, body: bytes) -> bytes:
    """What is signed. Each of the three lines is free of line ends, so no two requests have the same content."""
    lines = (client, method.upper(), target)
    if not all(line and line.isprintable() and line.isascii() for line in lines):
        raise refusal("canonical", why="client, method and path are printable ASCII text")
    return "\n".join(lines).encode() + b"\n" + body
