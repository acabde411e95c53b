"""A gateway of the host: through the engine, and through the kit that every such gateway must pass."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from parcel import Parcel

import paywright
from paywright import Paywright
from paywright import gateways as g
from paywright.testing import GatewayFailed, ManualClock, check_gateway

API_KEY = "throwaway-parcel-api-key"
SECRET = "throwaway-parcel-callback-secret"


def parcel() -> Parcel:
    return Parcel(API_KEY, SECRET)


def posted(payment: g.Payment, moment: g.Moment, **more: Any) -> tuple[Mapping[str, str], bytes]:
    said = {"event": "evt-1", "id": payment.id, "status": "paid", "amount": payment.amount.minor}
    said |= {"currency": payment.amount.currency, "transaction": "txn-1"} | more
    return signed(json.dumps(said).encode(), int(moment.now.timestamp()))


def signed(body: bytes, at: int) -> tuple[Mapping[str, str], bytes]:
    signature = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Parcel-Signature": signature, "Parcel-Time": str(at)}, body


def test_the_example_passes() -> None:
    # Protects: the example is a gateway as it should be.
    check_gateway(parcel(), callback=posted, secrets=[API_KEY, SECRET])


class Careless(Parcel):
    """One thing wrong at a time."""


class Unsigned(Careless):
    def receive(self, headers: g.Headers, body: bytes, moment: g.Moment) -> g.Notice | g.Errand:
        said = json.loads(body)
        return g.Notice(said["event"], g.Subject("payment", said["id"]), self._fact(said))


class SkipsWithoutSignature(Careless):
    def receive(self, headers: g.Headers, body: bytes, moment: g.Moment) -> g.Notice | g.Errand:
        if headers.one("Parcel-Signature") is None:
            return Unsigned.receive(self, headers, body, moment)  # type: ignore[arg-type]
        return super().receive(headers, body, moment)


class NeverStale(Careless):
    def receive(self, headers: g.Headers, body: bytes, moment: g.Moment) -> g.Notice | g.Errand:
        sent = int(headers.one("Parcel-Time") or "0")
        return super().receive(headers, body, replace(moment, now=datetime.fromtimestamp(sent, timezone.utc)))


class Elsewhere(Careless):
    def call(self, operation: g.Operation, payment: g.Payment, moment: g.Moment) -> g.Request | g.Answer | g.Errand:
        call = super().call(operation, payment, moment)
        return replace(call, url="http://evil.example/") if isinstance(call, g.Request) else call


class NewKeys(Careless):
    def call(self, operation: g.Operation, payment: g.Payment, moment: g.Moment) -> g.Request | g.Answer | g.Errand:
        call = super().call(operation, payment, moment)
        return replace(call, headers={**call.headers, "Idempotency-Key": moment.nonce}) if isinstance(call, g.Request) else call


class Dice(Careless):
    rolled = 0

    def call(self, operation: g.Operation, payment: g.Payment, moment: g.Moment) -> g.Request | g.Answer | g.Errand:
        self.rolled += 1
        call = super().call(operation, payment, moment)
        return replace(call, headers={**call.headers, "X-Try": str(self.rolled)}) if isinstance(call, g.Request) else call


class Hopeful(Careless):
    def read(self, operation: g.Operation, payment: g.Payment, response: g.Response, moment: g.Moment) -> g.Answer:
        try:
            return super().read(operation, payment, response, moment)
        except Exception:
            return g.PaymentFact("fail")


class Floating(Careless):
    def _fact(self, said: Any) -> g.PaymentFact:
        claim = g.Claim(said["amount"] / 100, said["currency"])
        return g.PaymentFact("succeed", claim, said["transaction"])


class Hundredfold(Careless):
    def _fact(self, said: Any) -> g.PaymentFact:
        return g.PaymentFact("succeed", g.Claim(str(said["amount"]), said["currency"]), said["transaction"])


class Talkative(Careless):
    def __repr__(self) -> str:
        return f"Parcel({self._api_key})"


class Crashes(Careless):
    def receive(self, headers: g.Headers, body: bytes, moment: g.Moment) -> g.Notice | g.Errand:
        headers.lines[0]
        return super().receive(headers, body, moment)


class Nameless(Careless):
    facts = replace(Parcel.facts, name="a/b", methods=[], freshness_s=86400)


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (Unsigned, "an unsigned callback is believed"),
        (Unsigned, "receive: a tampered callback is believed"),
        (SkipsWithoutSignature, "a callback without Parcel-Signature is believed"),
        (NeverStale, "a stale callback is believed"),
        (NeverStale, "a callback from the future is believed"),
        (Elsewhere, "pay: it sends to evil.example, which is not among its hosts"),
        (Elsewhere, "pay: http:// is no protection"),
        (NewKeys, "refund: the idempotency key changes with the try"),
        (Dice, "pay: not the same request at the same moment"),
        (Hopeful, "read pay: b'garbage' is answered with PaymentFact instead of an error"),
        (Floating, "receive: an amount that is no int and no text"),
        (Floating, "receive: a float"),
        (Hundredfold, "receive: the amount is not the payment's"),
        (Talkative, "secrecy: a credential is printed"),
        (Crashes, "receive: an unsigned callback raises IndexError instead of a Refusal"),
        (Nameless, "facts: the name 'a/b' does not fit an address"),
        (Nameless, "facts: callbacks of 86400 s are no protection against replays"),
    ],
)
def test_the_kit_names_what_is_wrong(broken: Callable[[str, str], Parcel], named: str) -> None:
    # Protects: the kit itself; each carelessness is found, and called by its name.
    with pytest.raises(GatewayFailed) as failed:
        check_gateway(broken(API_KEY, SECRET), callback=posted, secrets=[API_KEY, SECRET])
    assert any(named in failure for failure in failed.value.failures), failed.value.failures
    assert API_KEY not in str(failed.value) and SECRET not in str(failed.value)


class Provider(BaseHTTPRequestHandler):
    """Parcel Pay on this machine: answers what the test says, and remembers what it was asked."""

    answers: ClassVar[list[tuple[int, bytes]]] = []
    asked: ClassVar[list[tuple[str, str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((f"{self.command} {self.path}", self.headers.get("Idempotency-Key", ""), body))
        status, answer = self.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def date_time_string(self, timestamp: float | None = None) -> str:
        return "Thu, 01 Jan 2026 00:00:07 GMT"

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def here() -> Iterator[str]:
    Provider.answers.clear()
    Provider.asked.clear()
    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Local(Parcel):
    """Parcel Pay at an address of this machine."""

    def __init__(self, here: str) -> None:
        super().__init__(API_KEY, SECRET)
        self.here = here
        self.facts = replace(Parcel.facts, hosts=[here])

    def _request(self, method: Any, path: str, key: str = "", body: Any = None) -> g.Request:
        request = super()._request(method, path, key, body)
        return replace(request, url=f"http://{self.here}{path}")

    def probe(self, moment: g.Moment) -> g.Request | None:
        return self._request("GET", "/account")

    def diagnose(self, response: g.Response, moment: g.Moment) -> Sequence[g.Checked]:
        return [g.Checked("account", response.body == b'"shop"', "the account", "compare the number")]


def opened(gateway: g.Gateway, clock: ManualClock) -> Paywright:
    gateways: list[g.Gateway | paywright.Mock] = [gateway, paywright.Mock()]
    return Paywright.open("sqlite::memory:", gateways=gateways, mode="test", clock=clock, seed=1)


def waiting(pay: Paywright) -> paywright.Payment:
    Provider.answers.append((200, b'{"status": "open", "url": "https://parcel.example/checkout"}'))
    order = pay.create_order(currency="EUR", amount="10.50")
    return pay.create_payment(order.id, method="parcel")


def told(pay: Paywright, payment: paywright.Payment, clock: ManualClock, **more: Any) -> paywright.CallbackResult:
    said = {"event": "evt-1", "id": payment.id, "status": "paid", "amount": 1050, "currency": "EUR", "transaction": "txn-1"}
    headers, body = signed(json.dumps({**said, **more}).encode(), int(clock.now.timestamp()))
    return pay.handle_callback("parcel", headers=headers, body=body)


def test_a_payment_through_a_host_s_own_gateway(here: str, clock: ManualClock) -> None:
    # Protects: the whole way; asked, paid by callback once, refunded, examined, with the engine's rules in force.
    with opened(Local(here), clock) as pay:
        payment = waiting(pay)
        assert (payment.gateway, payment.action.url) == ("parcel", "https://parcel.example/checkout")
        asked = json.loads(Provider.asked[0][2])
        assert (Provider.asked[0][:2], asked["amount"]) == (("POST /payments", payment.id), 1050)
        assert told(pay, payment, clock).outcome == "applied"
        assert told(pay, payment, clock).duplicate
        Provider.answers.append((200, b'{"status": "done"}'))
        assert pay.refund(payment.id, amount="5.00").state == "succeeded"
        assert pay.payment(payment.id).refunded == Decimal("5.00")
        Provider.answers.append((200, b'"shop"'))
        assert pay.examine("parcel").ok
        Provider.answers.append((200, b'"other"'))
        assert [f.part for f in pay.examine("parcel").findings if not f.ok] == ["account"]
        assert pay.verify().ok


def test_what_it_says_is_compared(here: str, clock: ManualClock) -> None:
    # Protects: a host's gateway is believed no further than any other; a wrong amount waits for a person.
    with opened(Local(here), clock) as pay:
        payment = waiting(pay)
        assert told(pay, payment, clock, amount=1).outcome == "held"
        assert told(pay, payment, clock, event="evt-2", status="perhaps").outcome == "ignored"
        headers, body = signed(b"{}", int(clock.now.timestamp()))
        with pytest.raises(paywright.SignatureInvalid) as refused:
            pay.handle_callback("parcel", headers={**headers, "Parcel-Time": "1"}, body=body)
        assert refused.value.code == "auth_mismatch"
        assert refused.value.reply is not None and refused.value.reply.status == 403


FLOAT = b'{"status": "paid", "amount": 10.5, "currency": "EUR", "transaction": "txn-1"}'


@pytest.mark.parametrize("body", [b"", b"garbage", b'{"status": "no such word"}', FLOAT])
def test_what_cannot_be_read_is_unknown(here: str, clock: ManualClock, body: bytes) -> None:
    # Protects: an exception in read, or a float in an amount, never fails a payment: the outcome is unknown and asked for.
    with opened(Local(here), clock) as pay:
        order = pay.create_order(currency="EUR", amount="10.50")
        Provider.answers.append((200, body))
        assert pay.create_payment(order.id, method="parcel").state == "processing"


class Raising(Local):
    def receive(self, headers: g.Headers, body: bytes, moment: g.Moment) -> g.Notice | g.Errand:
        raise RuntimeError(f"the secret is {SECRET}")

    def call(self, operation: g.Operation, payment: g.Payment, moment: g.Moment) -> g.Request | g.Answer | g.Errand:
        if operation.verb == "query":
            raise g.Refusal("gateway_cannot", operation="query")
        return super().call(operation, payment, moment)


def test_exceptions_become_errors(here: str, clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    # Protects: a defect of the host's class is an error of the table without its words, and is told to the host's log.
    with opened(Raising(here), clock) as pay:
        payment = waiting(pay)
        with caplog.at_level(logging.ERROR, "paywright"), pytest.raises(paywright.InternalError) as failed:
            told(pay, payment, clock)
        assert failed.value.reply is not None and failed.value.reply.status == 503
        assert "RuntimeError in receive" in str(failed.value) and SECRET not in str(failed.value)
        assert caplog.records[0].getMessage() == "the gateway parcel raised in receive"
        with pytest.raises(paywright.InvalidInput) as cannot:
            pay.sync_payment(payment.id)
        assert (cannot.value.code, cannot.value.details["operation"]) == ("gateway_cannot", "query")
        assert SECRET not in repr(pay.events())


def test_many_threads(here: str, clock: ManualClock) -> None:
    # Protects: the interpreter lock is taken and given back; threads that settle at once neither wait for ever nor lose one.
    with opened(Local(here), clock) as pay:
        payments = [waiting(pay) for _ in range(24)]

        def settle(number: int) -> str:
            return told(pay, payments[number], clock, event=f"evt-{number}", transaction=f"txn-{number}").outcome

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(settle, range(24))) == ["applied"] * 24
        assert pay.verify().ok


class Misshapen(Parcel):
    facts: Any = {"name": "parcel"}


def test_what_is_no_gateway_is_told(clock: ManualClock) -> None:
    # Protects: wrong types are told when the engine is opened, by name.
    with pytest.raises(TypeError, match="paywright.gateways.Facts is expected, not dict"):
        opened(Misshapen(API_KEY, SECRET), clock)
    with pytest.raises(TypeError, match="gateways must be made of these classes"):
        Paywright.open("sqlite::memory:", gateways=["parcel"])  # type: ignore[list-item]
    with opened(parcel(), clock) as pay, pytest.raises(paywright.ConfigError) as refused:
        pay.rotate_credentials(paywright.Signed(description={
            "name": "parcel", "methods": ["a"], "scheme": "header", "keys": [{"id": "k", "secret": "throwaway-secret-of-16"}],
        }))
    assert refused.value.details["why"] == "it was not made of a configuration"


def test_the_environment_configures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Protects: `from_env` reads every gateway's variables, beside the gateways of the host.
    for name, value in {
        "PAYWRIGHT_DATABASE_URL": "sqlite::memory:", "PAYWRIGHT_MODE": "test", "BANK_ACCOUNT_NAME": "Example Shop Ltd",
        "BANK_ACCOUNT_NUMBER": "GB33 BUKB 2020 1555 5555 55", "BANK_NAME": "Example Bank", "BANK_CURRENCIES": "EUR",
        "STRIPE_WEBHOOK_SECRET_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    with Paywright.from_env(gateways=[parcel()]) as pay:
        assert sorted(pay.health().gateways) == ["bank", "parcel"]
        slip = "STRIPE_WEBHOOK_SECRET_FILE is not read; is STRIPE_WEBHOOK_SECRETS_FILE meant?"
        assert slip in pay.warnings
    monkeypatch.delenv("BANK_NAME")
    with pytest.raises(paywright.ConfigError) as missing:
        Paywright.from_env()
    assert missing.value.details["setting"] == "BANK_NAME"
