# Rendered from the surface table; to change it, change the table and run `render`.
"""Names for annotations: the closed sets of words, and what methods take besides plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict

if TYPE_CHECKING:
    from datetime import datetime

AmountLike: TypeAlias = Decimal | int | str
"""An exact amount: a Decimal, a whole number, or decimal text such as "100.00". Floats are refused."""


class HasItems(Protocol):
    """Headers as the standard library keeps them: names and values, one name maybe twice."""

    def items(self) -> Iterable[tuple[str, Any]]: ...


HeadersLike: TypeAlias = HasItems | Mapping[str, object] | Iterable[tuple[str | bytes, str | bytes]]
"""HTTP headers of any framework, or a WSGI environment."""
BodyLike: TypeAlias = bytes | bytearray | memoryview
"""A raw body, exactly as it arrived."""
SecretLike: TypeAlias = str | Mapping[str, object]
"""A secret as text; a mapping stands for its JSON text."""
KeyLike: TypeAlias = str | bytes
"""What `paywright.signatures` signs and verifies with: a secret's text, or the bytes of a binary one."""
JsonLike: TypeAlias = str | Mapping[str, object]
"""An object as JSON text; a mapping stands for its JSON text."""

Settlement: TypeAlias = Literal[
    "unsettled",
    "partial",
    "settled",
]
"""How far an order is paid; always derived from its sums."""
PaymentState: TypeAlias = Literal[
    "init",
    "processing",
    "authorized",
    "succeeded",
    "failed",
    "cancelled",
    "expired",
]
"""Where a payment stands."""
RefundState: TypeAlias = Literal[
    "pending",
    "succeeded",
    "failed",
    "cancelled",
]
"""Where a refund stands."""
RefundSource: TypeAlias = Literal[
    "order",
    "deposit",
    "suspense",
]
"""Which account a refund is paid from."""
ActionKind: TypeAlias = Literal[
    "redirect",
    "qr_code",
    "client_secret",
    "sdk_params",
    "instructions",
    "none",
]
"""What the payer does next."""
LineKind: TypeAlias = Literal[
    "item",
    "fee",
    "tax",
    "discount",
    "deposit",
]
"""What a line is for. A discount is the only kind that makes the total smaller."""
CallbackOutcome: TypeAlias = Literal[
    "applied",
    "already",
    "held",
    "ignored",
]
"""What became of a callback."""
ExceptionKind: TypeAlias = Literal[
    "amount_mismatch",
    "currency_mismatch",
    "unapplied",
    "overpaid",
    "unknown_payment",
    "schema",
    "unwanted_hold",
    "refund_failed",
]
"""Why something waits for a person."""
Resolution: TypeAlias = Literal[
    "apply",
    "refund",
    "write_off",
]
"""What a person may do about an exception."""
Experience: TypeAlias = Literal[
    "embedded",
    "hosted",
    "qr_code",
    "mobile_web",
    "in_wallet",
    "app",
]
"""How the payer meets the gateway: inside the host's page, on the gateway's page (desk or
phone), by scanning a code, inside the wallet, or in the host's own app.
"""
StepOperation: TypeAlias = Literal[
    "pay",
    "query",
    "capture",
    "cancel",
    "refund",
    "query_refund",
]
"""What can be done step by step, by a host that sends requests itself."""
NoResponse: TypeAlias = Literal[
    "not_sent",
    "unknown",
]
"""Why there is no response: the request certainly never left, or nobody knows."""
Capture: TypeAlias = Literal[
    "automatic",
    "manual",
]
"""Whether money is collected at once or only held until the host captures it."""
Mode: TypeAlias = Literal[
    "development",
    "test",
    "live",
]
"""What is at stake: no money, the gateways' test environments, real money."""
Part: TypeAlias = Literal[
    "key",
    "serial",
    "mode",
    "account",
    "callback",
    "clock",
    "network",
]
"""What an examination of an account looks at: a key or secret, the serial number of a key or
certificate, test or live, the account's number, the address for callbacks, the clock, the
way to the gateway.
"""


class _NewLineMust(TypedDict):
    description: str
    unit_amount: AmountLike


class NewLineFields(_NewLineMust, total=False):
    """A line to be ordered. As a mapping."""

    quantity: int | None
    kind: LineKind | None


class _WebhookMust(TypedDict):
    url: str


class WebhookFields(_WebhookMust, total=False):
    """An endpoint of another service of the host, that the journal is delivered to: signed per
    Standard Webhooks, sent by `run_due`, repeated until it is taken. As a mapping.
    """

    secrets: Iterable[SecretLike]
    events: Iterable[str]
    name: str | None
    allow_private: bool | None


class _ImportRowMust(TypedDict):
    id: str
    reference: str
    amount: AmountLike
    status: str


class ImportRowFields(_ImportRowMust, total=False):
    """A row of a payments table that another system kept. As a mapping."""

    transaction_type: str | None
    currency: str | None
    method: str | None
    gateway: str | None
    transaction_id: str | None
    gateway_reference: str | None
    refund_of: str | None
    customer: str | None
    total: AmountLike | None
    deposit: AmountLike | None
    description: str | None
    created_at: datetime | None
    paid_at: datetime | None
    expires_at: datetime | None

__all__ = [
    "ActionKind",
    "AmountLike",
    "BodyLike",
    "CallbackOutcome",
    "Capture",
    "ExceptionKind",
    "Experience",
    "HasItems",
    "HeadersLike",
    "ImportRowFields",
    "JsonLike",
    "KeyLike",
    "LineKind",
    "Mode",
    "NewLineFields",
    "NoResponse",
    "Part",
    "PaymentState",
    "RefundSource",
    "RefundState",
    "Resolution",
    "SecretLike",
    "Settlement",
    "StepOperation",
    "WebhookFields",
]
