"""A payment gateway written in Python: what it is told, what it hands back, and the class to derive from.

A gateway decides and never acts: it builds requests, reads responses and verifies callbacks. It never sends anything, never
looks at a clock and never changes a payment; the engine does. Amounts are whole minor units (an int) or decimal text,
never floats. The engine calls it from many threads at once.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from .types import ActionKind, Experience, Part

PaymentEvent: TypeAlias = Literal["submit", "authorize", "succeed", "fail", "cancel", "expire"]
"""What happened to a payment."""
RefundEvent: TypeAlias = Literal["accept", "succeed", "fail", "cancel"]
"""What happened to a refund."""
Verb: TypeAlias = Literal["pay", "collect", "capture", "cancel", "refund", "query", "query_refund"]
"""What a gateway can be asked to do."""


class Refusal(Exception):
    """Says no with a code of the reference's table, such as `auth_mismatch`, `bad_response` or `gateway_cannot`."""

    def __init__(self, code: str, **details: str) -> None:
        """`details` are what the code's sentence names."""
        super().__init__(code)
        self.code: str = code
        self.details: dict[str, str] = details


@dataclass(frozen=True)
class Facts:
    """What a gateway can do. What it cannot do is a fact here, not an empty method."""

    name: str
    product: str
    methods: Sequence[str]
    hosts: Sequence[str] = ()
    """Where its requests go, with the port where it is not the usual one; the engine sends nowhere else."""
    currencies: Sequence[str] | None = None
    experiences: Sequence[Experience] = ()
    amounts: str = ""
    separate_capture: bool = False
    itemised: bool = False
    refunds: bool = False
    partial_refunds: bool = False
    queries: bool = False
    manual_confirmation: bool = False
    freshness_s: int | None = None
    """How old a callback may be; None where it carries no signed time."""
    live: bool = False
    environment: Literal["test", "live"] | None = None


@dataclass(frozen=True)
class Moment:
    """The instant of an exchange and a fresh nonce of 32 hexadecimal digits: a gateway looks for neither itself."""

    now: datetime
    nonce: str


@dataclass(frozen=True)
class Money:
    """An exact amount: `minor` is 1050 and `text` is "10.50" for the same money."""

    minor: int
    text: str
    currency: str


@dataclass(frozen=True)
class Payment:
    """The payment that a request is about, as far as a gateway may know it."""

    id: str
    reference: str
    amount: Money
    method: str
    manual_capture: bool
    description: str
    return_url: str | None
    cancel_url: str | None
    expires_at: datetime
    created_at: datetime
    transaction_id: str | None
    experience: Experience | None
    payer_id: str | None
    payer_address: str | None


@dataclass(frozen=True)
class Refund:
    """The refund that a request is about."""

    id: str
    amount: Money
    reason: str


@dataclass(frozen=True)
class Operation:
    """What to do: `amount` belongs to `capture`, `refund` to `refund` and `query_refund`."""

    verb: Verb
    amount: Money | None = None
    refund: Refund | None = None


@dataclass(frozen=True)
class Request:
    """What to ask of the gateway; the bytes of the body are exactly what is sent. It prints neither headers nor body."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Headers:
    """Headers as they came: looked up without regard to case."""

    lines: Sequence[tuple[str, str]] = field(repr=False)

    def one(self, name: str) -> str | None:
        """The one value of a header. Refused with `duplicate_field` when it came twice."""
        found = [value for known, value in self.lines if known.lower() == name.lower()]
        if len(found) > 1:
            raise Refusal("duplicate_field", field=name)
        return found[0] if found else None


@dataclass(frozen=True)
class Response:
    """What the gateway answered."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Action:
    """What the payer does next; `kind` says which of the others counts."""

    kind: ActionKind
    url: str | None = None
    qr_text: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Claim:
    """An amount as the gateway wrote it: an int of minor units or decimal text."""

    amount: int | str
    currency: str | None = None


@dataclass(frozen=True)
class Decline:
    """A refusal by bank or wallet: a short word, and a sentence that the payer may read."""

    code: str
    message: str


@dataclass(frozen=True)
class PaymentFact:
    """What is said about a payment. Money that is said to have moved has an amount and a transaction."""

    event: PaymentEvent
    amount: Claim | None = None
    transaction_id: str | None = None
    decline: Decline | None = None


@dataclass(frozen=True)
class RefundFact:
    """What is said about a refund; `total` is all that went back, where the gateway says that instead."""

    event: RefundEvent
    amount: Claim | None = None
    total: Claim | None = None
    transaction_id: str | None = None
    decline: Decline | None = None


@dataclass(frozen=True)
class Waiting:
    """It has the payment and waits for the payer; `reference` is the gateway's own name for it."""

    action: Action
    reference: str | None = None


@dataclass(frozen=True)
class Agreed:
    """The payer has agreed; the money can be collected."""


@dataclass(frozen=True)
class Refused:
    """It clearly refused, and nothing happened there. The reason is for an operator."""

    code: str
    reason: str


@dataclass(frozen=True)
class NotFound:
    """It knows nothing of the kind."""


@dataclass(frozen=True)
class SessionOver:
    """It no longer takes our session; the gateway here has forgotten it and will begin another."""

    reason: str


@dataclass(frozen=True)
class Errand:
    """What must be learned first: a token, a certificate. It moves no money."""

    purpose: str
    request: Request


@dataclass(frozen=True)
class Hint:
    """Something happened, but the message alone is not to be believed: the engine asks."""


@dataclass(frozen=True)
class Unknown:
    """A word that we do not know; recorded, changes nothing."""

    word: str


@dataclass(frozen=True)
class Unreadable:
    """A known event that lacks what it must have."""

    why: str


@dataclass(frozen=True)
class Subject:
    """Whom a message is about: a payment by our id or reference, the gateway's transaction, a refund by our id."""

    kind: Literal["payment", "transaction", "refund", "nothing"]
    id: str = ""


Answer: TypeAlias = Waiting | Agreed | PaymentFact | RefundFact | Refused | NotFound | SessionOver
"""What a response means."""
Fact: TypeAlias = PaymentFact | RefundFact | Hint | Unknown | Unreadable
"""What a callback says."""


@dataclass(frozen=True)
class Notice:
    """A verified callback. `id` makes the message recognisable for ever; `redacted_body` is kept, without secrets."""

    id: str
    subject: Subject
    fact: Fact
    redacted_body: str = "{}"
    digest: bytes | None = field(default=None, repr=False)
    """SHA-256 of what was authenticated, where the same id with other content would be a forgery."""


@dataclass(frozen=True)
class Reply:
    """The exact answer to a callback."""

    status: int
    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Checked:
    """One result of an examination: what was looked at, whether it is right, what to do about it."""

    part: Part
    ok: bool
    what: str
    remedy: str = ""


class Gateway(ABC):
    """A payment gateway of your own, for `gateways=[…]`. Prove it with `paywright.testing.check_gateway`."""

    facts: Facts
    """Read once, when the engine is opened."""

    @abstractmethod
    def call(self, operation: Operation, payment: Payment, moment: Moment) -> Request | Answer | Errand:
        """What an operation needs. Asked for anew before every try, under the same idempotency key.

        Raises `Refusal` (`gateway_cannot`, `gateway_amount`, `gateway_currency`) before anything is sent.
        """

    @abstractmethod
    def read(self, operation: Operation, payment: Payment, response: Response, moment: Moment) -> Answer:
        """What the response means. Whatever it raises leaves the outcome unknown; the engine will ask."""

    @abstractmethod
    def receive(self, headers: Headers, body: bytes, moment: Moment) -> Notice | Errand:
        """Verifies a callback over its raw bytes, then its age, and only then reads it.

        Raises `Refusal` with an `auth_…` code, `malformed` or `duplicate_field`; anything else it raises is `internal`.
        """

    def learn(self, errand: Errand, response: Response, moment: Moment) -> None:
        """Takes what an errand brought. Raises where that is not usable."""
        raise Refusal("internal", what=f"an errand for nobody: {errand.purpose}")

    def probe(self, moment: Moment) -> Request | None:
        """A harmless question that only right credentials can ask."""
        return None

    def diagnose(self, response: Response, moment: Moment) -> Sequence[Checked]:
        """What the response to the probe says."""
        return ()

    def warnings(self) -> Sequence[str]:
        """What an operator should hear at start-up."""
        return ()

    def acknowledge(self) -> Reply:
        """The answer to a message that was taken."""
        return Reply(200, b'{"code":"SUCCESS"}')

    def refuse(self) -> Reply:
        """The answer to a message that was refused: the same for every cause."""
        return Reply(403, b'{"code":"FAIL"}')

    def ask_again(self) -> Reply:
        """The answer that asks for redelivery."""
        return Reply(503, b'{"code":"RETRY"}')


def _report(gateway: str, what: str, error: BaseException) -> None:
    """A defect of a host's gateway, told to the host: to the engine it is only an error without words."""
    logging.getLogger("paywright").error("the gateway %s raised in %s", gateway, what, exc_info=error)
