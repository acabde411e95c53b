"""What every gateway of a host must pass. It asks and compares; it sends nothing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from . import gateways as g

Callback: TypeAlias = Callable[[g.Payment, g.Moment], tuple[Mapping[str, str], bytes]]
"""Makes the genuine callback that says that this payment succeeded, as the provider would post it at this moment."""

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
NONCES = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")
GARBAGE = (b"", b"garbage", b"{", b"[]", b"null", b"0", b"{}", b"\xff\xfe", b'{"status": "no such word"}', b"<html></html>")
KEY_HEADER = re.compile(r"idempot|request-id", re.IGNORECASE)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class GatewayFailed(AssertionError):
    """Names everything that a gateway does and must not, or must and does not."""

    def __init__(self, failures: Sequence[str]) -> None:
        super().__init__("\n".join(failures))
        self.failures: list[str] = list(failures)


def check_gateway(
    gateway: g.Gateway,
    *,
    callback: Callback | None,
    secrets: Iterable[str] = (),
    currency: str = "EUR",
) -> None:
    """Puts a gateway through its paces; raises `GatewayFailed`, naming each failure.

    `callback` makes a genuine callback; None for a gateway without callbacks. `secrets` are its credentials: none of them
    may ever be printed. `currency` is one that it collects.
    """
    kit = _Kit(gateway, callback, list(secrets), currency)
    for check in (kit.facts, kit.requests, kit.responses, kit.callbacks, kit.secrecy):
        try:
            check()
        except Exception as error:  # A gateway may raise anything: that is a failure too, not the end of the others.
            kit.fail(f"{check.__name__}: it raised {error!r}")
    if kit.failures:
        raise GatewayFailed(kit.failures)


@dataclass
class _Kit:
    gateway: g.Gateway
    callback: Callback | None
    credentials: list[str]
    currency: str

    def __post_init__(self) -> None:
        self.failures: list[str] = []
        self.printed: list[str] = []
        self.early = g.Moment(NOW, NONCES[0])
        self.late = g.Moment(NOW + timedelta(seconds=7), NONCES[1])
        methods = list(self.gateway.facts.methods) or ["none"]
        self.payment = g.Payment(
            id="pay_01J00000000000000000000001",
            reference="pay_01J00000000000000000000001",
            amount=g.Money(1050, "10.50", self.currency),
            method=methods[0],
            manual_capture=False,
            description="order",
            return_url="https://shop.example/back",
            cancel_url=None,
            expires_at=NOW + timedelta(minutes=30),
            created_at=NOW,
            transaction_id=None,
            experience=None,
            payer_id=None,
            payer_address=None,
        )
        self.paid = replace(self.payment, transaction_id="txn-1")
        self.refund = g.Refund("ref_01J00000000000000000000001", g.Money(500, "5.00", self.currency), "returned")

    def fail(self, failure: str) -> None:
        if failure not in self.failures:
            self.failures.append(failure)

    def check(self, fine: bool, failure: str) -> None:
        if not fine:
            self.fail(failure)

    def operations(self) -> Iterator[tuple[g.Operation, g.Payment]]:
        facts = self.gateway.facts
        yield g.Operation("pay"), self.payment
        yield g.Operation("cancel"), self.payment
        if facts.queries:
            yield g.Operation("query"), self.payment
        if facts.separate_capture:
            yield g.Operation("capture", amount=self.payment.amount), self.paid
        if facts.refunds and not facts.manual_confirmation:
            yield g.Operation("refund", refund=self.refund), self.paid
            if facts.queries:
                yield g.Operation("query_refund", refund=self.refund), self.paid

    def called(self, operation: g.Operation, payment: g.Payment, moment: g.Moment) -> Any:
        """What the gateway makes of an operation; None where it cannot."""
        try:
            call = self.gateway.call(operation, payment, moment)
        except g.Refusal as refusal:
            self.printed.append(f"{refusal!r} {refusal.details}")
            return None
        self.printed.append(repr(call))
        self.no_floats(call, f"call {operation.verb}")
        return call

    def facts(self) -> None:
        facts = self.gateway.facts
        self.check(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", facts.name) is not None, f"facts: the name {facts.name!r} does not fit an address")
        self.check(bool(facts.product), "facts: it names no product")
        self.check(bool(facts.methods) and all(facts.methods), "facts: it offers no payment method")
        for code in facts.currencies or ():
            self.check(re.fullmatch("[A-Z]{3}", code) is not None, f"facts: {code!r} is no currency code")
        known = facts.currencies is None or self.currency in facts.currencies
        self.check(known, f"facts: it does not collect {self.currency}")
        self.check(facts.refunds or not facts.partial_refunds, "facts: partial refunds without refunds")
        fresh = facts.freshness_s
        self.check(fresh is None or 0 < fresh <= 900, f"facts: callbacks of {fresh} s are no protection against replays")
        again = self.gateway.facts
        self.check(facts == again, "facts: they change from one look to the next")
        self.no_floats(facts, "facts")

    def requests(self) -> None:
        for operation, payment in self.operations():
            verb = operation.verb
            call = self.called(operation, payment, self.early)
            self.check(call == self.called(operation, payment, self.early), f"{verb}: not the same request at the same moment")
            if not isinstance(call, g.Request):
                continue
            self.where(verb, call)
            again = self.called(operation, payment, self.late)
            if isinstance(again, g.Request) and verb in ("pay", "capture", "refund"):
                self.same_key(verb, call, again)

    def where(self, verb: str, request: g.Request) -> None:
        address = urlsplit(request.url)
        safe = address.scheme == "https" or address.hostname in LOOPBACK
        self.check(safe, f"{verb}: {address.scheme}:// is no protection")
        host = address.netloc.lower()
        known = [known.lower() for known in self.gateway.facts.hosts]
        self.check(host in known, f"{verb}: it sends to {host}, which is not among its hosts")
        self.check(isinstance(request.body, bytes), f"{verb}: the body is not bytes")

    def same_key(self, verb: str, first: g.Request, second: g.Request) -> None:
        own = self.refund.id if verb == "refund" else self.payment.id
        sent = [_sent(request) for request in (first, second)]
        self.check(all(own in text for text in sent), f"{verb}: {own} is in no request, so a second try is a second {verb}")
        keys = [{k.lower(): v for k, v in r.headers.items() if KEY_HEADER.search(k)} for r in (first, second)]
        self.check(keys[0] == keys[1], f"{verb}: the idempotency key changes with the try")

    def responses(self) -> None:
        for operation, payment in self.operations():
            if not isinstance(self.called(operation, payment, self.early), g.Request):
                continue
            for body in GARBAGE:
                response = g.Response(200, g.Headers([("Content-Type", "application/json")]), body)
                try:
                    answer = self.gateway.read(operation, payment, response, self.early)
                except Exception as error:
                    self.printed.append(f"{error!r}")
                else:
                    self.fail(f"read {operation.verb}: {body!r} is answered with {type(answer).__name__} instead of an error")

    def callbacks(self) -> None:
        if self.callback is None:
            self.refused("an unsigned callback", {}, b"{}", self.early)
            return
        headers, body = self.callback(self.payment, self.early)
        notice = self.gateway.receive(g.Headers(list(headers.items())), body, self.early)
        if not isinstance(notice, g.Notice):
            self.fail("receive: a genuine callback is not taken")
            return
        self.said(notice)
        again = self.gateway.receive(g.Headers(list(headers.items())), body, self.early)
        self.check(again == notice, "receive: the same message is not recognised by the same id")
        self.refused("an unsigned callback", {}, body, self.early)
        signed = [name for name in headers if name.lower() not in ("content-type", "content-length")]
        for name in signed:
            self.refused(f"a callback without {name}", {k: v for k, v in headers.items() if k != name}, body, self.early)
            self.refused(f"a callback with an empty {name}", {**headers, name: ""}, body, self.early)
            value = headers[name]
            changed = value[:-1] + ("0" if value[-1:] != "0" else "1")
            self.refused(f"a callback with another {name}", {**headers, name: changed}, body, self.early)
        for at in sorted({0, len(body) // 3, len(body) // 2, len(body) - 1} - {-1}):
            other = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            self.refused("a tampered callback", headers, other, self.early)
        self.refused("a callback with more behind it", headers, body + b" ", self.early)
        self.refused("an empty callback", headers, b"", self.early)
        if (fresh := self.gateway.facts.freshness_s) is not None:
            for seconds, which in ((fresh + 1, "a stale callback"), (-fresh - 1, "a callback from the future")):
                self.refused(which, headers, body, replace(self.early, now=NOW + timedelta(seconds=seconds)))

    def said(self, notice: g.Notice) -> None:
        self.no_floats(notice, "receive")
        self.printed.append(f"{notice!r} {notice.redacted_body}")
        self.check(bool(notice.id), "receive: a notice without an id cannot be recognised")
        subject, fact = notice.subject, notice.fact
        about = subject.kind == "payment" and subject.id in (self.payment.id, self.payment.reference)
        self.check(about or subject.kind == "transaction", "receive: the notice is not about the payment")
        if isinstance(fact, g.Hint):
            return
        if not isinstance(fact, g.PaymentFact) or fact.event != "succeed":
            self.fail("receive: the notice does not say that the payment succeeded")
            return
        self.check(bool(fact.transaction_id), "receive: a success without a transaction funds nothing")
        right = fact.amount is not None and _is(fact.amount, self.payment.amount)
        self.check(right, "receive: the amount is not the payment's")

    def refused(self, what: str, headers: Mapping[str, str], body: bytes, moment: g.Moment) -> None:
        try:
            self.gateway.receive(g.Headers(list(headers.items())), body, moment)
        except g.Refusal as refusal:
            self.printed.append(f"{refusal!r} {refusal.details}")
        except Exception as error:
            self.printed.append(f"{error!r}")
            self.fail(f"receive: {what} raises {type(error).__name__} instead of a Refusal")
        else:
            self.fail(f"receive: {what} is believed")

    def secrecy(self) -> None:
        self.printed.append(repr(self.gateway))
        self.printed.extend(self.gateway.warnings())
        for text in self.printed:
            for secret in self.credentials:
                self.check(not secret or secret not in text, "secrecy: a credential is printed")

    def no_floats(self, value: Any, where: str) -> None:
        if isinstance(value, float):
            self.fail(f"{where}: a float")
        elif dataclasses.is_dataclass(value):
            if isinstance(value, g.Claim):
                self.check(type(value.amount) in (int, str), f"{where}: an amount that is no int and no text")
            for part in dataclasses.fields(value):
                self.no_floats(getattr(value, part.name), where)
        elif isinstance(value, Mapping):
            for item in value.values():
                self.no_floats(item, where)
        elif isinstance(value, (list, tuple)):
            for item in value:
                self.no_floats(item, where)


def _sent(request: g.Request) -> str:
    return " ".join([request.url, *request.headers.values(), request.body.decode(errors="replace")])


def _is(claim: g.Claim, money: g.Money) -> bool:
    if claim.currency is not None and claim.currency.upper() != money.currency:
        return False
    if isinstance(claim.amount, str):
        return Decimal(claim.amount) == Decimal(money.text)
    return claim.amount == money.minor
