"""The libraries that providers publish or that most people use: they verify what we sign, and we what they sign.

They are in `requirements-peers.txt`; a test is left out only where its library could not be installed.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest

import paywright
from paywright import signatures

NOW = 1_795_000_000
BODIES = 1_000
KEYS = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "keys"
PLATFORM_KEY_ID = "PUB_KEY_ID_0119000000012026010100000001"
PLATFORM_SERIAL = "7A11342C931BC066E5D0792736A31520A8C929EC"
LETTERS = list("abcXYZ019 \t\n\r.,;:=&%+#?/\\\"'<>{}[]|é形象店ÅÃ€😀\u200b\u2028\ufeff")


def peer(name: str, package: str) -> Any:
    return pytest.importorskip(name, reason=f"{package} could not be installed")


def key_file(name: str) -> str:
    return (KEYS / f"throwaway_{name}.pem").read_text()


def public_key(private: str) -> str:
    """The public half of a private key, PEM."""
    serialization = peer("cryptography.hazmat.primitives.serialization", "cryptography")
    public = serialization.load_pem_private_key(private.encode(), None).public_key()
    pem: bytes = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


def nonces(seed: int, length: int) -> Iterator[str]:
    dice = random.Random(seed)
    while True:
        yield "".join(dice.choices(string.ascii_letters + string.digits, k=length))


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


def test_wechatpay_requests() -> None:
    # Protects: 1,000 requests get the very header that wechatpayv3 builds, and its check takes the signature in ours.
    utils = peer("wechatpayv3.utils", "wechatpayv3")
    private, mchid, serial = key_file("wechat_merchant_private_pkcs8"), "1900000001", "5157F09EFDC096DE15EBE81A47057A72"
    key = utils.load_private_key(private)
    for index, (text, nonce) in enumerate(zip(texts(3), nonces(3, 32))):
        method = ("POST", "GET", "PUT", "PATCH", "DELETE")[index % 5]
        body = "" if method == "GET" else text
        path = f"/v3/pay/transactions/out-trade-no/{quote(text[:20], safe='')}?mchid={mchid}&note={quote(text)}"
        theirs = utils.build_authorization(path, method, mchid, serial, key, body, nonce)
        parts = dict(re.findall(r'(\w+)="([^"]*)"', theirs))
        now = int(parts["timestamp"])
        ours = signatures.wechatpay_authorization(method, path, body.encode(), mchid, serial, private, now, nonce)
        assert ours == theirs
        # Their check is made for answers: the lines before the nonce stand in one argument of it.
        later = signatures.wechatpay_authorization(method, path, body.encode(), mchid, serial, private, NOW, nonce)
        signature = dict(re.findall(r'(\w+)="([^"]*)"', later))["signature"]
        head = f"{method}\n{path}\n{NOW}"
        assert utils.rsa_verify(head, nonce, body, signature, key.public_key())
        assert not utils.rsa_verify(head + "0", nonce, body, signature, key.public_key())


def test_wechatpay_notices() -> None:
    # Protects: 1,000 bodies signed with wechatpayv3 verify with a platform certificate and with a public key, and
    # stop doing so with one byte more.
    utils = peer("wechatpayv3.utils", "wechatpayv3")
    public_mode = key_file("wechat_public_key_mode_private_pkcs8")
    known = {PLATFORM_KEY_ID: public_key(public_mode), PLATFORM_SERIAL: key_file("wechat_platform_a_cert")}
    signers = [
        (PLATFORM_KEY_ID, utils.load_private_key(public_mode)),
        (PLATFORM_SERIAL, utils.load_private_key(key_file("wechat_platform_a_private_pkcs8"))),
    ]
    for index, (text, nonce) in enumerate(zip(texts(4), nonces(4, 32))):
        serial, key = signers[index % 2]
        headers = {
            "Wechatpay-Timestamp": str(NOW),
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature": utils.rsa_sign(key, f"{NOW}\n{nonce}\n{text}\n"),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }
        assert signatures.wechatpay_verify(text.encode(), headers, known, NOW).ok
        with pytest.raises(paywright.SignatureInvalid):
            signatures.wechatpay_verify(text.encode() + b" ", headers, known, NOW)


def test_wechatpay_encryption() -> None:
    # Protects: 1,000 encrypted notices, checked and opened by wechatpayv3 and by us, hold the same text.
    core = peer("wechatpayv3.core", "wechatpayv3")
    utils = peer("wechatpayv3.utils", "wechatpayv3")
    aead = peer("cryptography.hazmat.primitives.ciphers.aead", "cryptography")
    api_key = "throwaway-apiv3-key-for-tests-01"
    platform = key_file("wechat_public_key_mode_private_pkcs8")
    public, private = public_key(platform), utils.load_private_key(platform)
    merchant = key_file("wechat_merchant_private_pkcs8")
    theirs = core.Core("1900000001", "51", merchant, api_key, public_key=public, public_key_id=PLATFORM_KEY_ID)
    associated = ["", "transaction", "refund", *texts(5)]
    for text, nonce, data in zip(texts(6), nonces(6, 12), associated):
        sealed = aead.AESGCM(api_key.encode()).encrypt(nonce.encode(), text.encode(), data.encode())
        resource = {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": data,
            "ciphertext": base64.b64encode(sealed).decode(),
        }
        body = json.dumps({"id": nonce, "resource_type": "encrypt-resource", "resource": resource}, ensure_ascii=False)
        headers = {
            "Wechatpay-Timestamp": str(NOW),
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": PLATFORM_KEY_ID,
            "Wechatpay-Signature": utils.rsa_sign(private, f"{NOW}\n{nonce}\n{body}\n"),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }
        assert signatures.wechatpay_verify(body.encode(), headers, {PLATFORM_KEY_ID: public}, NOW).ok
        assert signatures.wechatpay_decrypt(resource, api_key) == text.encode()
        assert theirs.decrypt_callback(headers, body) == text
    with pytest.raises(paywright.PaywrightError) as refused:
        signatures.wechatpay_decrypt({**resource, "associated_data": data + " "}, api_key)
    assert refused.value.code == "auth_decrypt"


def alipay(private: str) -> Any:
    """A client of theirs that signs with a key and takes what the same key has signed."""
    return peer("alipay", "python-alipay-sdk").AliPay("2021000000000001", None, private, public_key(private))


def parameters(seed: int) -> Iterator[dict[str, str]]:
    """Parameters of Alipay, none of them empty."""
    dice = random.Random(seed)
    values = list(texts(seed))
    names = ["app_id", "biz_content", "notify_url", "total_amount", "a", "A", "a1", "a_", "zz", "body", "subject"]
    for text in values:
        chosen = {name: dice.choice(values) for name in dice.sample(names, k=dice.randrange(len(names)))}
        yield {**chosen, "out_trade_no": text, "charset": "utf-8"}


def test_alipay_requests() -> None:
    # Protects: 1,000 sets of parameters get the same signature as from python-alipay-sdk, which also accepts ours.
    private = key_file("alipay_app_private_pkcs8")
    theirs = alipay(private)
    for fields in parameters(7):
        signed = {**fields, "sign_type": "RSA2"}
        sent = dict(parse_qsl(theirs.sign_data(dict(signed)), strict_parsing=True))
        assert sent == {**signed, "sign": signatures.alipay_sign(signed, private)}
        # In its check, as in notices, the way of signing is not signed.
        ours = signatures.alipay_sign(fields, private)
        assert theirs.verify({**fields, "sign_type": "RSA2"}, ours)
        assert not theirs.verify({**fields, "out_trade_no": fields["out_trade_no"] + " "}, ours)


def test_alipay_notices() -> None:
    # Protects: 1,000 notices signed with python-alipay-sdk verify, empty parameters among them, and come out unchanged.
    private = key_file("alipay_platform_private_pkcs8")
    theirs, public = alipay(private), public_key(private)
    for fields in parameters(8):
        fields["passback_params"] = ""
        body = f"{theirs.sign_data(dict(fields))}&sign_type=RSA2"
        assert signatures.alipay_verify_notify(body.encode(), public) == fields
        forged = urlencode({**dict(parse_qsl(body)), "passback_params": "1"})
        with pytest.raises(paywright.SignatureInvalid):
            signatures.alipay_verify_notify(forged.encode(), public)


def test_alipay_answers() -> None:
    # Protects: 1,000 answers signed with python-alipay-sdk verify, and the piece that was signed comes out as written.
    private = key_file("alipay_platform_private_pkcs8")
    theirs, public = alipay(private), public_key(private)
    method, member = "alipay.trade.query", "alipay_trade_query_response"
    for index, text in enumerate(texts(9)):
        # Their reader counts the braces inside of texts too, so every other answer has none there and is for both.
        is_for_both = index % 2 == 0
        said = re.sub("[{}]", "", text) if is_for_both else text
        answer = {"code": "10000", "msg": "Success", "subject": said, "nested": {"list": [index]}}
        written = json.dumps(answer, ensure_ascii=index % 3 == 0)
        whole = f'{{"{member}":{written},"sign":"{theirs._sign(written)}"}}'
        assert signatures.alipay_verify_response(whole, method, public) == written
        if is_for_both:
            assert theirs._verify_and_return_sync_response(whole, member) == answer
        with pytest.raises(paywright.SignatureInvalid):
            signatures.alipay_verify_response(whole.replace("Success", "success", 1), method, public)
