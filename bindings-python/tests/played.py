"""Providers that are played on this machine, for pages of documentation: Stripe and WeChat Pay, just as much of them as the
pages ask for. They know one throwaway account each and no payer; who needs more than a first answer asks elsewhere.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import paywright

ROOT = Path(__file__).resolve().parents[2]
KEYS = ROOT / "tests" / "vectors" / "keys"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012026010100000000000000"


def key(name: str) -> str:
    return (KEYS / f"throwaway_{name}.pem").read_text()


def public(vectors: str, whose: str) -> str:
    """A provider's public key that stands in a file of vectors."""
    keys = json.loads((ROOT / "tests" / "vectors" / f"{vectors}.json").read_text())["keys"]
    return str(keys[whose]["public_spki_pem"])


def filled(page: str) -> str:
    """A page with throwaway keys where it says what belongs there."""
    for place, value in {
        "…serial…": "0" * 39 + "1",
        "…wechat private key…": key("wechat_merchant_private_pkcs8"),
        "…alipay private key…": key("alipay_app_private_pkcs8"),
        "…wechat public key…": public("wechatpay", "public_key_mode"),
        "…alipay public key…": public("alipay", "platform"),
    }.items():
        page = page.replace(f'"{place}"', repr(value))
    return page


def opened(gateway: Any) -> str:
    """The kind of a gateway, after an engine took it in the mode that its credentials are for."""
    for mode in ("test", "live"):
        try:
            paywright.Paywright.open("sqlite::memory:", gateways=[gateway], mode=mode).close()
        except paywright.ConfigError as error:
            if "credentials are" not in str(error):
                raise
        else:
            return type(gateway).__name__
    raise AssertionError(f"{type(gateway).__name__} can be opened in no mode")


class Provider(BaseHTTPRequestHandler):
    """Both providers: their paths do not meet."""

    server: Book

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def answer(self, body: bytes) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/v3/"):
            status, said = self.server.wechat(path, body)
        else:
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            status, said = self.server.stripe(path, form)
        text = json.dumps(said, separators=(",", ":")).encode()
        self.send_response(status)
        for name, value in {**signed(text), "Request-Id": "req_throwaway", "content-type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """A page shows what its own code prints."""


class Book(ThreadingHTTPServer):
    """What the providers remember."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Provider)
        self.intents: dict[str, dict[str, Any]] = {}

    def stripe(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/v1/account":
            return 200, {"id": "acct_throwaway", "object": "account", "charges_enabled": True}
        if path == "/v1/payment_intents":
            name = f"pi_throwaway{len(self.intents) + 1:04}"
            self.intents[name] = {
                "id": name, "object": "payment_intent", "livemode": False, "status": "requires_payment_method",
                "amount": int(form["amount"]), "amount_received": 0, "amount_capturable": 0,
                "currency": form["currency"], "client_secret": f"{name}_secret_throwaway",
                "metadata": {"payment_id": form.get("metadata[payment_id]", "")},
            }
            return 200, self.intents[name]
        if (intent := self.intents.get(path.rsplit("/", 1)[-1])) is not None:
            return 200, intent
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}

    def wechat(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if path == "/v3/pay/transactions/native":
            return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={json.loads(body)['out_trade_no'][-8:]}"}
        return 404, {"code": "ORDER_NOT_EXIST", "message": "no such order"}


def signed(body: bytes) -> dict[str, str]:
    """The headers under which WeChat Pay signs an answer, in public-key mode."""
    private = serialization.load_pem_private_key(key("wechat_public_key_mode_private_pkcs8").encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    signature = private.sign(f"{timestamp}\n{nonce}\n".encode() + body + b"\n", padding.PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": PUBLIC_KEY_ID,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
    }


@contextlib.contextmanager
def providers() -> Iterator[str]:
    """Serves while a page runs; answers with the address."""
    with Book() as book:
        threading.Thread(target=book.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{book.server_port}"
        finally:
            book.shutdown()


def environment(exports: str, address: str) -> None:
    """Sets what a page tells its reader to export; an account that it configures is the played one."""
    for line in exports.splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        if not name or name.startswith("#"):
            continue
        os.environ[name] = value.strip("'\"").replace("\\n", "\n")
        account = name.partition("_")[0]
        if account in ("STRIPE", "WECHATPAY"):
            os.environ[f"{account}_BASE_URL"] = address
