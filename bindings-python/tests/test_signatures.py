"""What Python adds to the functions of `paywright.signatures`: types, places and names, bytes that are lent."""

from __future__ import annotations

from typing import Any

import pytest

import paywright
from paywright import signatures

BODY = b'{"id":"evt_1"}'
SECRET = "whsec_throwaway0123456789"
NOW = 1_795_000_000


def test_functions_are_where_they_are_looked_for() -> None:
    # Protects: the module is reached as an attribute, and exports the functions of the table and nothing else.
    assert paywright.signatures is signatures
    assert all(callable(getattr(signatures, name)) for name in signatures.__all__)


def test_arguments_go_by_place_and_by_name() -> None:
    # Protects: both ways of calling, the default tolerance among them.
    header = signatures.stripe_sign(body=BODY, secret=SECRET, timestamp=NOW)
    assert header == signatures.stripe_sign(BODY, SECRET, NOW)
    assert signatures.stripe_verify(BODY, header, [SECRET], NOW + 400, 500).ok
    assert signatures.stripe_verify(
        body=BODY, header=header, secrets=(SECRET,), now=NOW + 300, tolerance_s=None
    ).ok
    with pytest.raises(paywright.SignatureInvalid) as refused:
        signatures.stripe_verify(BODY, header, [SECRET], NOW + 301)
    assert refused.value.code == "auth_stale"


@pytest.mark.parametrize("parsed", [BODY.decode(), {"id": "evt_1"}, None, 1])
def test_a_parsed_body_is_no_body(parsed: Any) -> None:
    # Protects: X8, only raw bytes can be verified, and the error says what to hand over.
    header = signatures.stripe_sign(BODY, SECRET, NOW)
    with pytest.raises(paywright.InvalidInput, match="raw body needed") as refused:
        signatures.stripe_verify(parsed, header, [SECRET], NOW)
    assert refused.value.code == "body_type"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_are_a_body(kind: Any) -> None:
    # Protects: bodies as frameworks hand them over.
    header = signatures.stripe_sign(kind(BODY), SECRET, NOW)
    assert signatures.stripe_verify(kind(BODY), header, [SECRET], NOW).ok
    big = b'"' + b"x" * 100_000 + b'"'
    header = signatures.stripe_sign(kind(big), SECRET, NOW)
    assert signatures.stripe_verify(kind(big), header, [SECRET], NOW).ok


@pytest.mark.parametrize("wrong", [SECRET, {"id": SECRET}, [1], [None], 5, b"whsec"])
def test_secrets_are_a_list_of_texts(wrong: Any) -> None:
    # Protects: one text is not taken for a list of letters, and a wrong type never verifies.
    with pytest.raises(TypeError):
        signatures.stripe_verify(BODY, "t=1,v1=0", wrong, NOW)


def test_secrets_may_be_bytes() -> None:
    # Protects: text and its bytes are one secret; nothing and blanks are none.
    header = signatures.stripe_sign(BODY, SECRET.encode(), NOW)
    assert signatures.stripe_verify(BODY, header, [b"other", SECRET], NOW).ok
    for empty in ("", "  ", b""):
        with pytest.raises(paywright.ConfigError) as refused:
            signatures.stripe_verify(BODY, header, [empty], NOW)
        assert refused.value.code == "secret_empty"
    with pytest.raises(paywright.SignatureInvalid) as none:
        signatures.stripe_verify(BODY, header, [], NOW)
    assert none.value.code == "auth_not_configured"


@pytest.mark.parametrize("now", [1.5, "1795000000", True, None])
def test_time_is_whole_seconds(now: Any) -> None:
    # Protects: a float or a text is no time.
    with pytest.raises(TypeError):
        signatures.stripe_verify(BODY, "t=1,v1=0", [SECRET], now)


def test_headers_of_any_framework() -> None:
    # Protects: mappings in any case, pairs, bytes as ASGI has them, and a WSGI environment are the same headers.
    secret = "whsec_dGhyb3dhd2F5LW9sZC1zZWNyZXQtMDAwMQ=="
    signed = signatures.standard_webhooks_sign("msg_1", NOW, BODY, secret)
    pairs = [("Webhook-Id", "msg_1"), ("WEBHOOK-TIMESTAMP", str(NOW)), ("webhook-signature", signed)]
    wsgi = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in pairs}
    for headers in (
        dict(pairs),
        pairs,
        [(name.encode(), value.encode()) for name, value in pairs],
        {**wsgi, "REQUEST_METHOD": "POST"},
    ):
        assert signatures.standard_webhooks_verify(BODY, headers, [secret], NOW).ok
    with pytest.raises(paywright.PaywrightError) as doubled:
        signatures.standard_webhooks_verify(BODY, [*pairs, pairs[0]], [secret], NOW)
    assert doubled.value.code == "duplicate_field"


def test_no_error_shows_a_secret() -> None:
    # Protects: H26, whatever is wrong, the secret is not in the words about it.
    canary = "whsec_canaryCANARYcanary!"
    for call in (
        lambda: signatures.stripe_verify(BODY, "t=1,v1=0", [canary], NOW),
        lambda: signatures.standard_webhooks_sign("msg_1", NOW, BODY, canary),
        lambda: signatures.standard_webhooks_verify(BODY, {}, [canary], NOW),
        lambda: signatures.hmac_callback_verify(BODY, [canary], NOW),
    ):
        with pytest.raises(paywright.PaywrightError) as refused:
            call()
        shown = f"{refused.value!r} {refused.value} {vars(refused.value)}"
        assert "canary" not in shown.lower()
