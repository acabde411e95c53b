# Rendered from the surface table; to change it, change the table and run `render`.
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from os import PathLike
from types import TracebackType
from typing import Any, final

from ._host_store import HostStore
from .gateways import Gateway
from .types import (
    ActionKind,
    AmountLike,
    BodyLike,
    CallbackOutcome,
    Capture,
    ExceptionKind,
    Experience,
    HeadersLike,
    ImportRowFields,
    JsonLike,
    KeyLike,
    LineKind,
    Mode,
    NewLineFields,
    NoResponse,
    Part,
    PaymentState,
    RefundSource,
    RefundState,
    Resolution,
    SecretLike,
    Settlement,
    StepOperation,
    WebhookFields,
)

__all__ = [
    "Action",
    "Alipay",
    "Balance",
    "Bank",
    "CallbackResult",
    "Delivery",
    "Done",
    "DueReport",
    "Event",
    "Examination",
    "ExceptionEntry",
    "ExceptionPage",
    "Finding",
    "Health",
    "ImportProblem",
    "ImportReport",
    "ImportRow",
    "ImportSum",
    "Line",
    "Mock",
    "MockChoice",
    "MockPage",
    "NewLine",
    "Order",
    "OrderPage",
    "OutgoingRequest",
    "PayPal",
    "Payment",
    "PaymentPage",
    "Paywright",
    "Proof",
    "Refund",
    "RefundPage",
    "Reply",
    "Signed",
    "SignedCallback",
    "Step",
    "Stripe",
    "Transfer",
    "TransferResult",
    "VerifyReport",
    "Violation",
    "Webhook",
    "WebhookMessage",
    "WebhookMessagePage",
    "WebhookStatus",
    "WechatPay",
]

@final
class NewLine:
    """A line to be ordered."""

    def __new__(
        cls,
        *,
        description: str,
        unit_amount: AmountLike,
        quantity: int | None = None,
        kind: LineKind | None = None,
    ) -> NewLine:
        """`description`: What the payer reads; at most 500 characters. `unit_amount`: For one
        of them, in the order's currency; above zero. `quantity`: How many; 1 unless said.
        `kind`: What it is for; `item` unless said.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Webhook:
    """An endpoint of another service of the host, that the journal is delivered to: signed per
    Standard Webhooks, sent by `run_due`, repeated until it is taken.
    """

    def __new__(
        cls,
        *,
        url: str,
        secrets: Iterable[SecretLike] = (),
        events: Iterable[str] = (),
        name: str | None = None,
        allow_private: bool | None = None,
    ) -> Webhook:
        """`url`: Where to: https, or http to this machine. `secrets`: `whsec_…` (shared) or
        `whsk_…` (Ed25519, private); several while they are changed: each signs. `events`:
        The events that it is told of, such as `payment.succeeded`; all unless said. `name`:
        Under which name its place in the journal is kept; the host of the address unless
        said. `allow_private`: Takes an address whose host is a number of a private network;
        refused unless said.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class ImportRow:
    """A row of a payments table that another system kept."""

    def __new__(
        cls,
        *,
        id: str,
        reference: str,
        amount: AmountLike,
        status: str,
        transaction_type: str | None = None,
        currency: str | None = None,
        method: str | None = None,
        gateway: str | None = None,
        transaction_id: str | None = None,
        gateway_reference: str | None = None,
        refund_of: str | None = None,
        customer: str | None = None,
        total: AmountLike | None = None,
        deposit: AmountLike | None = None,
        description: str | None = None,
        created_at: datetime | None = None,
        paid_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> ImportRow:
        """`id`: What names the row in its table. `reference`: The order that it pays for, in
        the host's words; one that is not there is created. `amount`: How much; above zero,
        for refunds too. `status`: Where it stands, in a word of the old system, such as
        `PAID` or `requires_payment_method`. `transaction_type`: `charge` or `refund`, in
        any case; `charge` unless said. `currency`: ISO 4217 code; that of the import unless
        said. `method`: How the payer paid; that of the import unless said. `gateway`: The
        account it was collected through; that of the import unless said. `transaction_id`:
        The gateway's number of the movement of money. `gateway_reference`: The reference
        under which the gateway knows a payment that is still open, such as `pi_…`.
        `refund_of`: Of a refund: the `id` or `transaction_id` of the charge whose money
        went back; unless said, the only charge of the order, or the only one of that
        amount. `customer`: Who owes, in the host's words. `total`: What the order is about
        in all; what was collected for it unless said. `deposit`: Of a charge: how much of
        the order is a deposit. Of a refund: the same as its amount, if it returned the
        deposit. `description`: What the payer read, or why money went back. `created_at`:
        When the row was written. `paid_at`: When the money came or went back. `expires_at`:
        Until when it could be paid.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Mock:
    """A stand-in for a payment provider, inside the process. Refused in mode `live` and beside
    live credentials.
    """

    def __new__(
        cls,
        *,
        secrets: Iterable[SecretLike] = (),
        checkout_base_url: str | None = None,
        script: Iterable[str] = (),
        refund_script: Iterable[str] = (),
        methods: Iterable[str] = (),
    ) -> Mock:
        """`secrets`: The secrets that sign and verify callbacks, the newest first; a public
        throwaway one unless said. `checkout_base_url`: Where a host serves the checkout
        page. `script`: What happens to the next payments, one word each, such as `success`
        or `decline:card_declined`. `refund_script`: What happens to the next refunds, one
        word each. `methods`: The payment methods it offers.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Bank:
    """Bank transfers: the payer gets instructions, a person confirms that the money came."""

    def __new__(
        cls,
        *,
        account_name: str,
        account_number: str,
        bank_name: str,
        currencies: Iterable[str] = (),
    ) -> Bank:
        """`account_name`: Who owns the account. `account_number`: Its number. `bank_name`: The
        bank's name. `currencies`: The currencies it takes, as ISO 4217 codes; at least one.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Stripe:
    """Stripe: cards and wallets, embedded by Payment Intents or hosted by Checkout Sessions."""

    def __new__(
        cls,
        *,
        secret_key: SecretLike,
        webhook_secrets: Iterable[SecretLike] = (),
        publishable_key: str | None = None,
        account: str | None = None,
        api_version: str | None = None,
        name: str | None = None,
        methods: Iterable[str] = (),
        base_url: str | None = None,
    ) -> Stripe:
        """`secret_key`: `sk_…` or a restricted `rk_…`; its prefix says test or live.
        `webhook_secrets`: The `whsec_…` secrets of the webhook endpoint, the newest first;
        several while one is rolled. `publishable_key`: `pk_…`, handed on with each client
        secret; never used by us. `account`: The connected account to act for, `acct_…`.
        `api_version`: The API version of our requests; the one this version was built for
        unless said. `name`: The account's name here; `stripe` unless said. `methods`: The
        payment methods it offers; `card`, `apple_pay` and `google_pay` unless said.
        `base_url`: Where its interface is; Stripe's own unless said. Only for tests against
        this machine.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class WechatPay:
    """WeChat Pay, API v3, for merchants in mainland China: QR code, JSAPI, H5 and app."""

    def __new__(
        cls,
        *,
        mchid: str,
        appid: str,
        merchant_serial: str,
        private_key: SecretLike,
        api_v3_keys: Iterable[SecretLike] = (),
        callback_url: str,
        public_key_id: str | None = None,
        public_key: str | None = None,
        platform_certificates: Iterable[str] = (),
        name: str | None = None,
        base_url: str | None = None,
    ) -> WechatPay:
        """`mchid`: The merchant number. `appid`: The application that the merchant is bound
        to, `wx…`. `merchant_serial`: The serial number of the merchant's API certificate,
        40 hexadecimal digits. `private_key`: The merchant's private key, PEM.
        `api_v3_keys`: The APIv3 key, 32 characters; a second, older one while it is
        changed. `callback_url`: Where WeChat posts notices: an https address without query.
        `public_key_id`: The id of WeChat Pay's public key, `PUB_KEY_ID_…`. `public_key`:
        That public key, PEM. `platform_certificates`: Platform certificates, PEM; they
        renew themselves. `name`: The account's name here; `wechatpay` unless said.
        `base_url`: Where its interface is; WeChat's own unless said. Only for tests against
        this machine.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Alipay:
    """Alipay, RSA2, for merchants in mainland China: page, phone page, app and QR code."""

    def __new__(
        cls,
        *,
        app_id: str,
        seller_id: str,
        private_key: SecretLike,
        callback_url: str,
        alipay_public_keys: Iterable[str] = (),
        app_certificate: str | None = None,
        alipay_certificates: Iterable[str] = (),
        root_certificates: str | None = None,
        sandbox: bool | None = None,
        name: str | None = None,
        base_url: str | None = None,
    ) -> Alipay:
        """`app_id`: The application. `seller_id`: The merchant's own number, 2088…; every
        notice must name it. `private_key`: The application's private key, PEM or bare
        base64. `callback_url`: Where Alipay posts notices: an https address without query.
        `alipay_public_keys`: Public-key mode: Alipay's public keys, any of which may sign.
        `app_certificate`: Certificate mode: the application's certificate, PEM.
        `alipay_certificates`: Certificate mode: Alipay's certificates, PEM.
        `root_certificates`: Certificate mode: Alipay's root certificates, one PEM bundle.
        `sandbox`: Use Alipay's sandbox. `name`: The account's name here; `alipay` unless
        said. `base_url`: Where its interface is; Alipay's own unless said. Only for tests
        against this machine.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class PayPal:
    """PayPal, Orders v2."""

    def __new__(
        cls,
        *,
        client_id: str,
        client_secret: SecretLike,
        webhook_id: str,
        sandbox: bool | None = None,
        trusted_roots: Iterable[str] = (),
        name: str | None = None,
        base_url: str | None = None,
    ) -> PayPal:
        """`client_id`: The application's client id. `client_secret`: Its secret. `webhook_id`:
        The id of the webhook that is registered for the callback address. `sandbox`: Use
        PayPal's sandbox. `trusted_roots`: More certificates to trust for webhook
        signatures, PEM; public roots are built in. `name`: The account's name here;
        `paypal` unless said. `base_url`: Where its interface is; PayPal's own unless said.
        Only for tests against this machine.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Signed:
    """A sender of signed callbacks, described by data."""

    def __new__(
        cls,
        *,
        description: SecretLike,
    ) -> Signed:
        """`description`: The description as JSON text; what may stand in it is in
        `docs/gateways.md` under Signed.
        """
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Line:
    """A line of an order."""

    @property
    def kind(self) -> LineKind:
        """What it is for."""
    @property
    def description(self) -> str:
        """What the payer reads."""
    @property
    def quantity(self) -> int:
        """How many."""
    @property
    def unit_amount(self) -> Decimal:
        """For one of them."""
    @property
    def amount(self) -> Decimal:
        """Quantity times unit amount."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Order:
    """What is owed."""

    @property
    def id(self) -> str:
        """`ord_…`"""
    @property
    def reference(self) -> str | None:
        """The host's own id, unique in its flow."""
    @property
    def customer(self) -> str | None:
        """Who owes, in the host's words."""
    @property
    def flow(self) -> str:
        """The name of its lifecycle."""
    @property
    def state(self) -> str:
        """Where it stands in that lifecycle."""
    @property
    def currency(self) -> str:
        """ISO 4217 code of every amount here."""
    @property
    def lines(self) -> list[Line]:
        """What makes up the total."""
    @property
    def total(self) -> Decimal:
        """The sum of all lines."""
    @property
    def paid(self) -> Decimal:
        """Collected, ever."""
    @property
    def refunded(self) -> Decimal:
        """Paid back, ever."""
    @property
    def due(self) -> Decimal:
        """Still owed; never negative, and zero in a final state."""
    @property
    def deposit_held(self) -> Decimal:
        """The deposit that is held and owed back."""
    @property
    def settlement(self) -> Settlement:
        """Derived from total, paid and refunded."""
    @property
    def can_pay(self) -> bool:
        """Its state takes payments, something is due and its time to pay is not over."""
    @property
    def possible(self) -> list[str]:
        """The events that a host may fire on it now."""
    @property
    def metadata(self) -> dict[str, str]:
        """The host's own notes."""
    @property
    def extends(self) -> str | None:
        """The order whose term this one extends once it is paid: a renewal or an upgrade."""
    @property
    def payable_until(self) -> datetime:
        """The last moment to create a payment."""
    @property
    def starts_at(self) -> datetime | None:
        """When `start` happens by itself."""
    @property
    def ends_at(self) -> datetime | None:
        """When `overdue` or `lapse` happens by itself."""
    @property
    def created_at(self) -> datetime:
        """When it was created."""
    @property
    def updated_at(self) -> datetime:
        """When it last changed."""
    @property
    def version(self) -> int:
        """Grows by one with every change."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Action:
    """What the payer does next; `kind` says which of the others counts."""

    @property
    def kind(self) -> ActionKind:
        """What to do."""
    @property
    def url(self) -> str | None:
        """For `redirect`: where to go."""
    @property
    def qr_text(self) -> str | None:
        """For `qr_code`: the text to show as a QR code."""
    @property
    def client_secret(self) -> str | None:
        """For `client_secret`: what the gateway's browser library needs."""
    @property
    def parameters(self) -> dict[str, str]:
        """For `sdk_params` and `instructions`: name and value."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Payment:
    """One attempt to collect."""

    @property
    def id(self) -> str:
        """`pay_…`"""
    @property
    def order_id(self) -> str:
        """The order it collects for."""
    @property
    def customer(self) -> str | None:
        """Who owes, in the host's words."""
    @property
    def gateway(self) -> str:
        """The account it is collected through."""
    @property
    def method(self) -> str:
        """How the payer pays."""
    @property
    def reference(self) -> str | None:
        """The reference under which the gateway knows it, where that is not its id."""
    @property
    def state(self) -> PaymentState:
        """Where it stands."""
    @property
    def amount(self) -> Decimal:
        """What it shall collect."""
    @property
    def captured(self) -> Decimal:
        """What it did collect."""
    @property
    def refunded(self) -> Decimal:
        """What went back."""
    @property
    def refund_pending(self) -> Decimal:
        """What refunds under way have reserved."""
    @property
    def currency(self) -> str:
        """ISO 4217 code of every amount here."""
    @property
    def action(self) -> Action:
        """What the payer does next."""
    @property
    def possible(self) -> list[str]:
        """What a host may do with it now: `cancel`, `capture`, `refund`, `pay_again`."""
    @property
    def transaction_id(self) -> str | None:
        """The gateway's number of the movement of money."""
    @property
    def failure_code(self) -> str | None:
        """Why it failed: a short stable word."""
    @property
    def failure_message(self) -> str | None:
        """Why it failed: a sentence for the payer."""
    @property
    def late(self) -> bool:
        """The money came after the payment had been given up."""
    @property
    def manual(self) -> bool:
        """A person confirmed it, not a gateway."""
    @property
    def reused(self) -> bool:
        """`create_payment` found it instead of creating it."""
    @property
    def expires_at(self) -> datetime:
        """When it is closed if nobody paid."""
    @property
    def paid_at(self) -> datetime | None:
        """When the money came."""
    @property
    def created_at(self) -> datetime:
        """When it was created."""
    @property
    def updated_at(self) -> datetime:
        """When it last changed."""
    @property
    def version(self) -> int:
        """Grows by one with every change."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Refund:
    """Money going back."""

    @property
    def id(self) -> str:
        """`ref_…`"""
    @property
    def payment_id(self) -> str | None:
        """The payment whose money goes back; none for money of an unknown payment."""
    @property
    def order_id(self) -> str | None:
        """The order it counts for, unless it is paid from suspense."""
    @property
    def exception_id(self) -> str | None:
        """The exception that it resolves."""
    @property
    def gateway(self) -> str:
        """The account it goes back through."""
    @property
    def source(self) -> RefundSource:
        """Which account it is paid from."""
    @property
    def state(self) -> RefundState:
        """Where it stands."""
    @property
    def amount(self) -> Decimal:
        """How much."""
    @property
    def currency(self) -> str:
        """ISO 4217 code."""
    @property
    def reason(self) -> str:
        """Why."""
    @property
    def transaction_id(self) -> str | None:
        """The gateway's own number."""
    @property
    def failure_code(self) -> str | None:
        """Why it failed: a short stable word."""
    @property
    def failure_message(self) -> str | None:
        """Why it failed: a sentence."""
    @property
    def created_at(self) -> datetime:
        """When it was accepted."""
    @property
    def updated_at(self) -> datetime:
        """When it last changed."""
    @property
    def version(self) -> int:
        """Grows by one with every change."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class ExceptionEntry:
    """Money or a message that could not be applied and waits for a person."""

    @property
    def id(self) -> str:
        """`exc_…`"""
    @property
    def kind(self) -> ExceptionKind:
        """Why it waits."""
    @property
    def gateway(self) -> str:
        """The account it came through."""
    @property
    def order_id(self) -> str | None:
        """The order it touches."""
    @property
    def payment_id(self) -> str | None:
        """The payment it touches."""
    @property
    def refund_id(self) -> str | None:
        """The refund it touches."""
    @property
    def amount(self) -> Decimal | None:
        """Money in suspense."""
    @property
    def currency(self) -> str | None:
        """Its ISO 4217 code."""
    @property
    def transaction_id(self) -> str | None:
        """The gateway's number of the movement of money."""
    @property
    def explanation(self) -> str:
        """What is wrong, in one sentence."""
    @property
    def body(self) -> str | None:
        """The message without secrets and payer data, where it could not be read."""
    @property
    def suggestion(self) -> Resolution:
        """What is likely right."""
    @property
    def resolution(self) -> Resolution | None:
        """What was done, once it was."""
    @property
    def actor(self) -> str | None:
        """Who did it."""
    @property
    def reason(self) -> str | None:
        """Why."""
    @property
    def created_at(self) -> datetime:
        """When it was opened."""
    @property
    def resolved_at(self) -> datetime | None:
        """When it was resolved."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Event:
    """One row of the journal."""

    @property
    def sequence(self) -> int:
        """Its place in the order of all changes."""
    @property
    def at(self) -> datetime:
        """When it was written."""
    @property
    def event(self) -> str:
        """What happened, such as `payment.succeeded`."""
    @property
    def actor(self) -> str:
        """Who did it; `system` when nobody in particular."""
    @property
    def source(self) -> str | None:
        """The gateway's message behind it."""
    @property
    def order_id(self) -> str | None:
        """The order."""
    @property
    def payment_id(self) -> str | None:
        """The payment."""
    @property
    def refund_id(self) -> str | None:
        """The refund."""
    @property
    def exception_id(self) -> str | None:
        """The exception."""
    @property
    def detail(self) -> dict[str, str]:
        """What there is to know besides."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Reply:
    """The exact answer to a callback: pass all three on unchanged."""

    @property
    def status(self) -> int:
        """HTTP status."""
    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers."""
    @property
    def body(self) -> bytes:
        """The body, byte for byte."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class CallbackResult:
    """A callback that was taken."""

    @property
    def outcome(self) -> CallbackOutcome:
        """What became of it."""
    @property
    def duplicate(self) -> bool:
        """The very message had been delivered before."""
    @property
    def payment(self) -> Payment | None:
        """The payment it was about, as it is now."""
    @property
    def order(self) -> Order | None:
        """That payment's order, as it is now."""
    @property
    def refund(self) -> Refund | None:
        """The refund it was about, as it is now."""
    @property
    def exception(self) -> ExceptionEntry | None:
        """The exception that keeps it."""
    @property
    def reply(self) -> Reply:
        """What to answer."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class TransferResult:
    """A transfer that was reported."""

    @property
    def outcome(self) -> CallbackOutcome:
        """What became of it; `already` when the same line had been reported before."""
    @property
    def payment(self) -> Payment | None:
        """The payment that it names, as it is now."""
    @property
    def order(self) -> Order | None:
        """That payment's order, as it is now."""
    @property
    def exception(self) -> ExceptionEntry | None:
        """The exception that keeps the money."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class OutgoingRequest:
    """A request for a host to send: once, over https, following no redirect. Its headers hold
    credentials.
    """

    @property
    def method(self) -> str:
        """`GET`, `POST`, …"""
    @property
    def url(self) -> str:
        """Where it goes."""
    @property
    def headers(self) -> dict[str, str]:
        """What it carries; never printed."""
    @property
    def body(self) -> bytes:
        """The body, byte for byte."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Step:
    """What comes next in an operation: a request with its ticket, or the result."""

    @property
    def ticket(self) -> str | None:
        """What to resume with, once the request was sent."""
    @property
    def request(self) -> OutgoingRequest | None:
        """What to send."""
    @property
    def after_ms(self) -> int:
        """How long to wait before, in milliseconds."""
    @property
    def payment(self) -> Payment | None:
        """The payment, when it is over."""
    @property
    def refund(self) -> Refund | None:
        """The refund, when it is over."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Proof:
    """A callback that is genuine. Nothing was changed."""

    @property
    def id(self) -> str:
        """The gateway's id of the message, or what stands for one."""
    @property
    def says(self) -> str:
        """What it says, such as `succeed`, or `unknown`."""
    @property
    def payment(self) -> str | None:
        """The payment's id or reference that it names."""
    @property
    def transaction_id(self) -> str | None:
        """The gateway's number of the movement of money."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class SignedCallback:
    """A generic HMAC callback that is genuine. Who keeps both for a while recognises a message
    that comes again.
    """

    @property
    def digest(self) -> str:
        """SHA-256 of what was signed, in hex: a known one is a repetition."""
    @property
    def nonce(self) -> str | None:
        """The sender's number of the message: a known one with another digest is a forgery."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class OrderPage:
    """A page of orders, newest first."""

    @property
    def total(self) -> int:
        """All there are."""
    @property
    def page(self) -> int:
        """Which page this is; they count from one."""
    @property
    def size(self) -> int:
        """How many a page holds."""
    @property
    def items(self) -> list[Order]:
        """Those on this page."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class PaymentPage:
    """A page of payments, newest first."""

    @property
    def total(self) -> int:
        """All there are."""
    @property
    def page(self) -> int:
        """Which page this is; they count from one."""
    @property
    def size(self) -> int:
        """How many a page holds."""
    @property
    def items(self) -> list[Payment]:
        """Those on this page."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class RefundPage:
    """A page of refunds, newest first."""

    @property
    def total(self) -> int:
        """All there are."""
    @property
    def page(self) -> int:
        """Which page this is; they count from one."""
    @property
    def size(self) -> int:
        """How many a page holds."""
    @property
    def items(self) -> list[Refund]:
        """Those on this page."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class ExceptionPage:
    """A page of exceptions, oldest first."""

    @property
    def total(self) -> int:
        """All there are."""
    @property
    def page(self) -> int:
        """Which page this is; they count from one."""
    @property
    def size(self) -> int:
        """How many a page holds."""
    @property
    def items(self) -> list[ExceptionEntry]:
        """Those on this page."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Transfer:
    """One row of the ledger."""

    @property
    def sequence(self) -> int:
        """Its place in the ledger."""
    @property
    def entry(self) -> int:
        """The journal row that it belongs to."""
    @property
    def kind(self) -> str:
        """Why, such as `payment` or `refund_paid`."""
    @property
    def debit(self) -> str:
        """The kind of account that is debited."""
    @property
    def credit(self) -> str:
        """The kind of account that is credited."""
    @property
    def amount(self) -> Decimal:
        """How much."""
    @property
    def currency(self) -> str:
        """ISO 4217 code."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Balance:
    """What stands in one account in one currency."""

    @property
    def account(self) -> str:
        """The account, such as `gateway:mock` or `order:ord_…`."""
    @property
    def currency(self) -> str:
        """ISO 4217 code."""
    @property
    def debit(self) -> Decimal:
        """The sum of all debits."""
    @property
    def credit(self) -> Decimal:
        """The sum of all credits."""
    @property
    def balance(self) -> Decimal:
        """Debits less credits."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Violation:
    """An invariant that does not hold."""

    @property
    def invariant(self) -> str:
        """Its number in the threat model."""
    @property
    def subject(self) -> str:
        """The row that breaks it."""
    @property
    def what(self) -> str:
        """What is wrong."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class VerifyReport:
    """What an audit found."""

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
    @property
    def orders(self) -> int:
        """Orders looked at."""
    @property
    def payments(self) -> int:
        """Payments looked at."""
    @property
    def refunds(self) -> int:
        """Refunds looked at."""
    @property
    def transfers(self) -> int:
        """Transfers looked at."""
    @property
    def entries(self) -> int:
        """Journal rows looked at."""
    @property
    def violations(self) -> list[Violation]:
        """What does not hold."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class DueReport:
    """What a run of due work did."""

    @property
    def payments(self) -> int:
        """Payments looked at."""
    @property
    def refunds(self) -> int:
        """Refunds looked at."""
    @property
    def orders(self) -> int:
        """Orders looked at."""
    @property
    def failures(self) -> list[str]:
        """What could not be done now and will be tried again."""
    @property
    def sealed(self) -> int:
        """Rows of journal and ledger that were sealed."""
    @property
    def webhooks(self) -> int:
        """Messages that webhooks took."""
    @property
    def webhooks_failed(self) -> int:
        """Messages that webhooks did not take; they are sent again."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class WebhookStatus:
    """How a webhook's endpoint stands."""

    @property
    def name(self) -> str:
        """Its name."""
    @property
    def url(self) -> str:
        """Where it is."""
    @property
    def configured(self) -> bool:
        """This engine was opened with it."""
    @property
    def position(self) -> int:
        """The last journal row that was dealt with for it."""
    @property
    def behind(self) -> int:
        """Journal rows after that."""
    @property
    def waiting(self) -> int:
        """Messages that it did not take and that are sent again."""
    @property
    def given_up(self) -> int:
        """Messages that it did not take in all their attempts."""
    @property
    def failures(self) -> int:
        """How often in a row it was in trouble."""
    @property
    def rests_until(self) -> datetime | None:
        """It is left alone until then."""
    @property
    def disabled_at(self) -> datetime | None:
        """Since when nothing is sent to it, because it said that it is gone; `replay_webhook`
        ends that.
        """
    @property
    def last_status(self) -> int | None:
        """The status of its last answer that was no success."""
    @property
    def last_error(self) -> str | None:
        """What was wrong then."""
    @property
    def failed_at(self) -> datetime | None:
        """When that was."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class WebhookMessage:
    """A message that a webhook did not take yet."""

    @property
    def id(self) -> str:
        """`msg_…`, the `webhook-id` of every attempt."""
    @property
    def webhook(self) -> str:
        """The webhook's name."""
    @property
    def sequence(self) -> int:
        """The journal row that it tells."""
    @property
    def event(self) -> str:
        """What happened."""
    @property
    def attempts(self) -> int:
        """How often it was sent."""
    @property
    def next_attempt_at(self) -> datetime | None:
        """When it is sent again; none once it was given up."""
    @property
    def last_status(self) -> int | None:
        """The status of the last answer."""
    @property
    def last_error(self) -> str | None:
        """What was wrong with it."""
    @property
    def created_at(self) -> datetime:
        """When it failed first."""
    @property
    def updated_at(self) -> datetime:
        """When it failed last."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class WebhookMessagePage:
    """A page of messages that webhooks did not take yet, in the journal's order."""

    @property
    def total(self) -> int:
        """All there are."""
    @property
    def page(self) -> int:
        """Which page this is; they count from one."""
    @property
    def size(self) -> int:
        """How many a page holds."""
    @property
    def items(self) -> list[WebhookMessage]:
        """Those on this page."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Health:
    """How the engine is."""

    @property
    def ok(self) -> bool:
        """The database answers and nothing is odd."""
    @property
    def mode(self) -> Mode:
        """What is at stake."""
    @property
    def gateways(self) -> list[str]:
        """The accounts that collect."""
    @property
    def methods(self) -> list[str]:
        """The payment methods they offer."""
    @property
    def warnings(self) -> list[str]:
        """What an operator should look at."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Finding:
    """One thing that an examination looked at."""

    @property
    def part(self) -> Part:
        """What was looked at."""
    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
    @property
    def what(self) -> str:
        """What was found, without secrets."""
    @property
    def remedy(self) -> str:
        """What to do about it; empty where nothing is to be done."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Examination:
    """What an examination of an account found."""

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
    @property
    def findings(self) -> list[Finding]:
        """What was looked at, in order."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class ImportProblem:
    """A row that was not imported. Nothing of it was written."""

    @property
    def row(self) -> int:
        """Its place among the rows given; they count from one."""
    @property
    def id(self) -> str:
        """What names it in its table."""
    @property
    def code(self) -> str:
        """The code of the error."""
    @property
    def message(self) -> str:
        """What is wrong, in English."""
    @property
    def message_zh(self) -> str:
        """The same in Chinese."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class ImportReport:
    """What an import did, or would do."""

    @property
    def dry_run(self) -> bool:
        """Nothing was written."""
    @property
    def rows(self) -> int:
        """Rows looked at."""
    @property
    def orders(self) -> int:
        """Orders created."""
    @property
    def payments(self) -> int:
        """Payments written."""
    @property
    def refunds(self) -> int:
        """Refunds written."""
    @property
    def skipped(self) -> int:
        """Rows that were imported before, and refunds that never came about."""
    @property
    def sums(self) -> list[ImportSum]:
        """What was collected and went back, by currency."""
    @property
    def problems(self) -> list[ImportProblem]:
        """Rows that were not imported."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class ImportSum:
    """The money of an import in one currency."""

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
    @property
    def collected(self) -> Decimal:
        """Collected."""
    @property
    def refunded(self) -> Decimal:
        """Paid back."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Delivery:
    """A callback as the mock gateway would post it."""

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers."""
    @property
    def body(self) -> bytes:
        """The body, byte for byte."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class MockPage:
    """A page of the mock gateway, for a host to serve."""

    @property
    def status(self) -> int:
        """HTTP status."""
    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers."""
    @property
    def html(self) -> str:
        """The page."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class MockChoice:
    """What a click on the mock gateway's page leads to."""

    @property
    def deliveries(self) -> list[Delivery]:
        """The callbacks that the gateway now posts, in this order."""
    @property
    def return_url(self) -> str | None:
        """Where the payer's browser goes back to."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Done:
    """An acknowledgement without content."""

    @property
    def ok(self) -> bool:
        """Always true: a refusal is an error."""
    def to_dict(self) -> dict[str, Any]:
        """As a dict of Python values, all the way down."""
    def to_json(self) -> str:
        """As JSON text, with amounts and times as text."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

@final
class Paywright:
    """An engine with its database and gateways. All methods may be called from many threads at once."""

    @classmethod
    def open(
        cls,
        database: str | PathLike[str] | HostStore,
        *,
        gateways: Iterable[Mock | Bank | Stripe | WechatPay | Alipay | PayPal | Signed | Gateway] = (),
        mode: Mode = "development",
        flows: Iterable[str | Mapping[str, object]] = (),
        webhooks: Iterable[Webhook | WebhookFields] = (),
        clock: ManualClock | None = None,
        seed: int | None = None,
        strict_permissions: bool = False,
        allow_network_file_system: bool = False,
        busy_timeout_ms: int | None = None,
    ) -> Paywright:
        """Opens an engine on a database: a path, `sqlite:path` or `sqlite::memory:`; or on a store over
        a connection of the host's own: `DjangoStore()`, `SqlAlchemyStore(engine)`.

        `flows` are lifecycles of the host, as JSON text or mappings. `webhooks` are the endpoints
        that `run_due` delivers the journal to. `clock` and `seed` make everything repeatable; they
        are for tests. Errors: `config_…`, `mock_in_live`,
        `flow_invalid`, `schema_newer`, `schema_missing`, `not_ours`, `network_fs`, `file_permissions`, `storage_…`.
        """
    @classmethod
    def from_env(
        cls,
        *,
        gateways: Iterable[Mock | Bank | Stripe | WechatPay | Alipay | PayPal | Signed | Gateway] = (),
        mode: Mode = "development",
        flows: Iterable[str | Mapping[str, object]] = (),
        webhooks: Iterable[Webhook | WebhookFields] = (),
        clock: ManualClock | None = None,
        seed: int | None = None,
        strict_permissions: bool = False,
        allow_network_file_system: bool = False,
        busy_timeout_ms: int | None = None,
    ) -> Paywright:
        """Opens an engine as the environment says: `PAYWRIGHT_DATABASE_URL`, `PAYWRIGHT_MODE`,
        and the variables of every gateway, such as `STRIPE_SECRET_KEY`.

        Its gateways stand behind `gateways`; `mode` counts where the environment names none.
        """
    @property
    def warnings(self) -> list[str]:
        """What an operator should know since this engine was opened."""
    def close(self) -> None:
        """Gives the database back; later calls fail with `store_closed`."""
    def __enter__(self) -> Paywright: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...
    def deliver_events(
        self, consumer: str, handler: Callable[[Event], object], *, limit: int | None = None
    ) -> int:
        """Hands the events that a named consumer has not dealt with to `handler`, one by one.

        When it raises, the event comes again next time and the exception goes on. Answers with
        how many were dealt with; at most 100 unless said.
        """
    def create_order(
        self,
        *,
        currency: str,
        amount: AmountLike | None = None,
        lines: Iterable[NewLine | NewLineFields] | None = None,
        reference: str | None = None,
        customer: str | None = None,
        flow: str | None = None,
        metadata: Mapping[str, str] | None = None,
        payable_until: datetime | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        extends: str | None = None,
        description: str | None = None,
        idempotency_key: str | None = None,
    ) -> Order:
        """Creates an order of an amount or of lines. `extends` names the order whose term the
        new one extends once it is paid. Errors: `amount_…`, `currency`, `overflow`,
        `id_format`, `reference_taken`, `flow_not_found`, `pan`, `sensitive_field`,
        `too_large`, `idempotency`.
        """
    def order(
        self,
        order_id: str,
    ) -> Order:
        """One order. Errors: `order_not_found`, `id_format`."""
    def order_by_reference(
        self,
        reference: str,
        *,
        flow: str | None = None,
    ) -> Order:
        """One order by the host's own id; flow `retail` unless said. Errors:
        `order_not_found`.
        """
    def orders(
        self,
        *,
        customer: str | None = None,
        flow: str | None = None,
        state: str | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> OrderPage:
        """A page of orders, newest first. Errors: `argument_range`."""
    def add_lines(
        self,
        order_id: str,
        *,
        lines: Iterable[NewLine | NewLineFields],
    ) -> Order:
        """Adds lines to an order that takes payments; what is due grows. Errors:
        `order_not_payable`.
        """
    def transition_order(
        self,
        order_id: str,
        event: str,
        *,
        actor: str | None = None,
        withhold: AmountLike | None = None,
        withhold_reason: str | None = None,
    ) -> Order:
        """Fires an event of the order's flow. `withhold` keeps a part of the deposit that the
        event would return. Errors: `transition`, `transition_reserved`, `withhold_exceeds`.
        """
    def cancel_order(
        self,
        order_id: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
    ) -> Order:
        """Gives an order up and refunds what its flow says. Errors: `transition`, `paid`,
        `outcome_unknown`.
        """
    def create_payment(
        self,
        order_id: str,
        *,
        method: str | None = None,
        gateway: str | None = None,
        amount: AmountLike | None = None,
        currency: str | None = None,
        partial: bool | None = None,
        ttl_minutes: int | None = None,
        capture: Capture | None = None,
        experience: Experience | None = None,
        description: str | None = None,
        return_url: str | None = None,
        cancel_url: str | None = None,
        payer_id: str | None = None,
        payer_address: str | None = None,
        reference: str | None = None,
        fallback: Iterable[str] | None = None,
        send: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Payment:
        """Creates a payment of what is due, or returns the active one that is the same.
        `experience` says how the payer meets the gateway, `payer_id` who the payer is to it
        (a wallet's user id), `payer_address` the payer's network address where the gateway
        asks for it. `fallback` names accounts to try in this order where it is certain that
        those before hold nothing. Without `send` only the intent is written; `begin` goes
        on from there. Errors, in this order: `order_not_found`, `method_unsupported`,
        `order_not_payable`, `order_settled`, `order_expired`, `amount_mismatch`,
        `active_payment_exists`; then the gateway's: `declined`, `gateway_…`,
        `outcome_unknown`.
        """
    def payment(
        self,
        payment_id: str,
    ) -> Payment:
        """One payment. Errors: `payment_not_found`, `id_format`."""
    def payments(
        self,
        *,
        order_id: str | None = None,
        customer: str | None = None,
        state: PaymentState | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> PaymentPage:
        """A page of payments, newest first. Errors: `argument_range`, `value_unknown`."""
    def capture_payment(
        self,
        payment_id: str,
        *,
        amount: AmountLike | None = None,
        actor: str | None = None,
    ) -> Payment:
        """Collects held money: all of it unless said; the journal keeps who had it done.
        Errors: `transition`, `amount_mismatch`, `gateway_rejected`, `outcome_unknown` (it
        will be asked).
        """
    def cancel_payment(
        self,
        payment_id: str,
        *,
        actor: str | None = None,
    ) -> Payment:
        """Closes a payment at its gateway; the journal keeps who had it done. Errors: `paid`,
        `outcome_unknown`.
        """
    def confirm_payment(
        self,
        payment_id: str,
        *,
        actor: str,
        reason: str,
        transaction_id: str | None = None,
    ) -> Payment:
        """A person confirms that money came, on evidence. Errors: `manual_evidence`,
        `gateway_cannot`.
        """
    def record_transfer(
        self,
        gateway: str,
        *,
        reference: str,
        amount: AmountLike,
        currency: str,
        transaction_id: str,
        actor: str,
        received_at: datetime | None = None,
    ) -> TransferResult:
        """A person or an import of statements reports a transfer that arrived. The payment
        whose reference stands in the text, however it was typed, gets the money; what does
        not fit waits as an exception. The same `transaction_id` again changes nothing.
        Errors: `manual_evidence`, `gateway_cannot`, `amount_…`, `bound_elsewhere`,
        `idempotency`.
        """
    def sync_payment(
        self,
        payment_id: str,
    ) -> Payment:
        """Asks the gateway about a payment. Errors: `payment_not_found`, `gateway_cannot`."""
    def refund(
        self,
        payment_id: str,
        *,
        amount: AmountLike | None = None,
        currency: str | None = None,
        reason: str | None = None,
        actor: str | None = None,
        send: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Refund:
        """Pays money back: all that is left unless said. Without `send` only the intent is
        written. Errors: `payment_not_refundable`, `refund_exceeds`, `currency_mismatch`,
        `idempotency`.
        """
    def find_refund(
        self,
        refund_id: str,
    ) -> Refund:
        """One refund. Errors: `refund_not_found`, `id_format`."""
    def refunds(
        self,
        *,
        payment_id: str | None = None,
        order_id: str | None = None,
        state: RefundState | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> RefundPage:
        """A page of refunds, newest first. Errors: `argument_range`, `value_unknown`."""
    def confirm_refund(
        self,
        refund_id: str,
        *,
        actor: str,
        reason: str,
        transaction_id: str | None = None,
    ) -> Refund:
        """A person confirms that a refund reached the payer. Errors: `manual_evidence`,
        `gateway_cannot`.
        """
    def sync_refund(
        self,
        refund_id: str,
    ) -> Refund:
        """Asks the gateway about a refund. Errors: `refund_not_found`, `gateway_cannot`."""
    def begin(
        self,
        id: str,
        operation: StepOperation,
        *,
        amount: AmountLike | None = None,
        actor: str | None = None,
    ) -> Step:
        """Begins an operation on a payment or refund for a host that sends requests itself:
        the answer is a request with a ticket, or the result. `actor` is who captures or
        cancels. Errors: those of the operation, `id_format`.
        """
    def resume(
        self,
        ticket: str,
        *,
        status: int | None = None,
        headers: HeadersLike | None = None,
        body: BodyLike | None = None,
        failure: NoResponse | None = None,
    ) -> Step:
        """Goes on with what came back for a step's request: status, headers and body, or why
        there is none. Errors: those of the operation, `text_format` (the ticket),
        `argument_missing`.
        """
    def exception(
        self,
        exception_id: str,
    ) -> ExceptionEntry:
        """One exception. Errors: `exception_not_found`."""
    def exceptions(
        self,
        *,
        all: bool | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> ExceptionPage:
        """A page of exceptions, oldest first; only the open ones unless `all`."""
    def resolve_exception(
        self,
        exception_id: str,
        *,
        resolution: Resolution,
        actor: str,
        reason: str,
        order_id: str | None = None,
    ) -> ExceptionEntry:
        """A person decides what becomes of an exception. Errors: `manual_evidence`,
        `exception_resolved`, `resolution_impossible`.
        """
    def handle_callback(
        self,
        gateway: str,
        *,
        headers: HeadersLike,
        body: BodyLike,
    ) -> CallbackResult:
        """Takes a gateway's callback: raw headers and raw body, exactly as they arrived. A
        refusal is an error whose `reply` is the answer for the remote side. Errors:
        `auth_…`, `malformed`, `too_large`, `bound_elsewhere`.
        """
    def verify_callback(
        self,
        gateway: str,
        *,
        headers: HeadersLike,
        body: BodyLike,
    ) -> Proof:
        """Proves a callback genuine and changes nothing. Errors: as `handle_callback`."""
    def handle_return(
        self,
        gateway: str,
        *,
        params: Mapping[str, str],
    ) -> Payment:
        """The payer came back: asks the gateway about the payment that the address names. What
        the address says about its outcome is never believed. Errors: `payment_not_found`.
        """
    def logs(
        self,
        payment_id: str,
    ) -> list[Event]:
        """What happened to a payment and its refunds, oldest first."""
    def timeline(
        self,
        order_id: str,
    ) -> list[Event]:
        """What happened to an order, its payments and refunds, oldest first."""
    def transfers(
        self,
        order_id: str,
    ) -> list[Transfer]:
        """The ledger's rows of an order, oldest first."""
    def events(
        self,
        *,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """The events after a sequence number, in order; 100 unless said."""
    def next_events(
        self,
        consumer: str,
        *,
        limit: int | None = None,
    ) -> list[Event]:
        """What a named consumer has not acknowledged; asking again gives the same events
        again.
        """
    def acknowledge_events(
        self,
        consumer: str,
        sequence: int,
    ) -> Done:
        """A named consumer has dealt with everything up to a sequence number."""
    def webhooks(
        self,
    ) -> list[WebhookStatus]:
        """How the webhooks stand, by name: those of this engine and others that the database
        knows.
        """
    def webhook_messages(
        self,
        *,
        name: str | None = None,
        given_up: bool | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> WebhookMessagePage:
        """A page of the messages that webhooks did not take yet. Errors: `argument_range`."""
    def replay_webhook(
        self,
        name: str,
        *,
        message_id: str | None = None,
        after: int | None = None,
        actor: str | None = None,
    ) -> WebhookStatus:
        """Has messages sent to a webhook again, under their own ids, by the next `run_due`:
        one, everything after a journal row, or all that was given up. It also ends a rest
        and enables a webhook that was gone. Errors: `webhook_not_found`,
        `message_not_found`, `argument_range`, `argument_conflict`.
        """
    def import_payments(
        self,
        rows: Iterable[ImportRow | ImportRowFields],
        *,
        table: str | None = None,
        flow: str | None = None,
        gateway: str | None = None,
        method: str | None = None,
        currency: str | None = None,
        ttl_minutes: int | None = None,
        dry_run: bool | None = None,
        actor: str | None = None,
    ) -> ImportReport:
        """Takes over rows of a payments table that another system kept: orders, payments,
        refunds and their transfers, as if they had happened here. A row that is given again
        changes nothing; a row that cannot be taken over is told in the report, and nothing
        of it is written. `table` names the old table (`payments` unless said), `flow` the
        lifecycle of orders that are created, `ttl_minutes` says how long the old system
        left a payment open where a row does not. Give all rows of an order in one call.
        Errors: `too_large` (more than 100000 rows), `flow_not_found`, `gateway_not_found`,
        `currency`, `id_format`, `argument_range`.
        """
    def claim_nonce(
        self,
        scope: str,
        nonce: str,
        timestamp: int,
        *,
        tolerance_s: int | None = None,
    ) -> Done:
        """Takes the number of a signed request, once: `nonce` was not taken before in `scope`
        (such as a client's name), and `timestamp`, in Unix seconds, is at most
        `tolerance_s` from now (300 unless said, at most 3600). Check the signature first.
        Of two who take the same number at once, one is refused. Errors: `auth_stale`,
        `replay`, `id_format`, `argument_range`.
        """
    def run_due(
        self,
        *,
        limit: int | None = None,
    ) -> DueReport:
        """Does what time has made necessary: expiry, open outcomes, timers, seals, webhooks.
        Call it from cron or a timer.
        """
    def verify(
        self,
    ) -> VerifyReport:
        """Audits the books: every sum, every invariant, every seal."""
    def balances(
        self,
    ) -> list[Balance]:
        """What stands in every account that is not even."""
    def rotate_credentials(
        self,
        gateway: Mock | Bank | Stripe | WechatPay | Alipay | PayPal | Signed,
        *,
        actor: str | None = None,
    ) -> Done:
        """Exchanges the credentials of an account from the next call on, without a restart;
        calls under way end with the old ones. The configuration is the whole account as
        given at opening, of the same name and kind; the mock has none to exchange. Errors:
        `gateway_not_found`, `config_invalid`, `config_missing`, `secret_empty`, `key_type`.
        """
    def examine(
        self,
        gateway: str,
    ) -> Examination:
        """Looks whether an account can work: what can be said offline, then one harmless
        question to the gateway. Trouble on the way is a finding; nothing is written.
        Errors: `gateway_not_found`.
        """
    def health(
        self,
    ) -> Health:
        """How the engine is."""
    def metrics(
        self,
    ) -> str:
        """Counts for a monitor, as Prometheus text."""
    def diagram(
        self,
        machine: str,
    ) -> str:
        """A lifecycle as a Mermaid diagram: a flow's name, `payment` or `refund`. Errors:
        `flow_not_found`.
        """
    def mock_callbacks(
        self,
        payment_id: str,
        kind: str,
        *,
        refund_id: str | None = None,
    ) -> list[Delivery]:
        """The mock gateway signs callbacks of a kind, such as `success` or `wrong_amount`, for
        a payment. Errors: `value_unknown`, `gateway_not_found`.
        """
    def mock_script(
        self,
        *,
        payments: Iterable[str] | None = None,
        refunds: Iterable[str] | None = None,
    ) -> Done:
        """What the mock gateway shall do with the next payments and refunds. Errors:
        `value_unknown`.
        """
    def mock_page(
        self,
        token: str,
        *,
        language: str | None = None,
    ) -> MockPage:
        """The mock gateway's checkout page, in `en` or `zh`."""
    def mock_choose(
        self,
        token: str,
        choice: str,
    ) -> MockChoice:
        """A click on the mock gateway's checkout page. Errors: `value_unknown`, `malformed`."""

@final
class ManualClock:
    """A clock that stands still until it is told to move."""

    def __new__(cls, now: datetime) -> ManualClock: ...
    @property
    def now(self) -> datetime:
        """What it shows."""
    def set(self, now: datetime) -> None:
        """Moves it, in either direction."""
    def advance(self, seconds: int) -> None:
        """Moves it on by whole seconds."""

def _restore(record: str, json: str) -> object: ...
def _schema_steps(store: object) -> list[tuple[int, list[str], list[str]]]: ...
def standard_webhooks_sign(
    id: str,
    timestamp: int,
    body: BodyLike,
    secret: KeyLike,
) -> str:
    """Signs a message as Standard Webhooks does: the value of the header `webhook-signature`,
    `v1` for a secret `whsec_…` and `v1a` for a private key `whsk_…`. `timestamp`, in Unix
    seconds, and `id` go into the headers `webhook-timestamp` and `webhook-id`. Errors:
    `text_format`, `argument_range`, `secret_empty`, `config_invalid`, `key_type`.
    """
def standard_webhooks_verify(
    body: BodyLike,
    headers: HeadersLike,
    secrets: Iterable[KeyLike],
    now: int,
    tolerance_s: int | None = None,
) -> Done:
    """Proves a message of Standard Webhooks genuine and of our time. `secrets` are `whsec_…`
    or public keys `whpk_…`; `now` is in Unix seconds, 300 seconds are tolerated both ways
    unless said. Whether a `webhook-id` was seen before is the caller's to say. Errors:
    `too_large`, `duplicate_field`, `auth_missing`, `auth_malformed`, `auth_not_configured`,
    `auth_mismatch`, `auth_stale`, `secret_empty`, `config_invalid`.
    """
def hmac_callback_sign(
    fields: Mapping[str, str],
    secret: KeyLike,
) -> str:
    """Signs the members of a callback in the `body` scheme of the generic HMAC callback: 64
    hex digits, which become the member `signature`. Errors: `canonical`, `secret_empty`.
    """
def hmac_callback_verify(
    body: BodyLike,
    secrets: Iterable[KeyLike],
    now: int,
    headers: HeadersLike | None = None,
    scheme: str | None = None,
    signature_header: str | None = None,
    header_names: Mapping[str, str] | None = None,
    key_ids: Iterable[str] | None = None,
    require_fresh: bool | None = None,
    tolerance_s: int | None = None,
) -> SignedCallback:
    """Proves a generic HMAC callback genuine and, unless `require_fresh` is false, of our
    time. `scheme` is `body` unless it is `header`. In the `body` scheme `signature_header`
    names the header that carries the signature in place of the member; in the `header`
    scheme `header_names` may rename `signature`, `timestamp`, `nonce` and `key_id`. A
    message that names its key verifies with the secret at the same place of `key_ids` only;
    `secrets` are those that are valid now. Errors: `too_large`, `malformed`,
    `duplicate_field`, `canonical`, `auth_…`, `secret_empty`, `value_unknown`,
    `argument_conflict`.
    """
def stripe_sign(
    body: BodyLike,
    secret: KeyLike,
    timestamp: int,
) -> str:
    """Signs a body as Stripe does: the value of the header `Stripe-Signature`. `timestamp` is
    in Unix seconds. Errors: `secret_empty`, `key_type`, `argument_range`.
    """
def stripe_verify(
    body: BodyLike,
    header: str | None,
    secrets: Iterable[KeyLike],
    now: int,
    tolerance_s: int | None = None,
) -> Done:
    """Proves that a body comes from Stripe. `header` is the value of `Stripe-Signature`,
    `secrets` are the `whsec_…` of the endpoint, `now` is in Unix seconds; 300 seconds are
    tolerated unless said, 0 for any age. A time in the future passes, as with Stripe's own
    libraries. Errors: `too_large`, `auth_missing`, `auth_malformed`, `auth_not_configured`,
    `auth_mismatch`, `auth_stale`, `malformed`, `secret_empty`.
    """
def wechatpay_authorization(
    method: str,
    path: str,
    body: BodyLike,
    mchid: str,
    serial: str,
    private_key: KeyLike,
    timestamp: int,
    nonce: str,
) -> str:
    """Signs a request to WeChat Pay (API v3): the value of the header `Authorization`. `path`
    is the path with its query as it goes over the wire, `serial` the number of the
    merchant's API certificate, `private_key` PEM. Neither `timestamp` (Unix seconds) nor
    `nonce` (at most 32 letters and digits) is used twice. Errors: `text_format`,
    `secret_empty`, `key_type`, `key_weak`.
    """
def wechatpay_verify(
    body: BodyLike,
    headers: HeadersLike,
    keys: Mapping[str, str],
    now: int,
    tolerance_s: int | None = None,
) -> Done:
    """Proves a notice or an answer of WeChat Pay genuine and of our time. `keys` are platform
    certificates by their serial numbers and public keys by their `PUB_KEY_ID_…`, all PEM;
    only the one that the message names is tried, a certificate only while it is valid.
    `now` is in Unix seconds, 300 seconds are tolerated both ways unless said. Errors:
    `auth_algorithm`, `auth_missing`, `duplicate_field`, `auth_malformed`, `auth_stale`,
    `auth_cert`, `auth_unknown_key`, `auth_mismatch`, `key_type`, `key_weak`.
    """
def wechatpay_decrypt(
    resource: JsonLike,
    api_v3_key: KeyLike,
) -> bytes:
    """Opens the encrypted part (`resource`) of a notice of WeChat Pay, or of its list of
    certificates. Nothing is given out that was not authenticated. Errors: `key_type` (the
    APIv3 key is not 32 characters), `auth_decrypt`, `malformed`.
    """
def alipay_sign(
    params: Mapping[str, str],
    private_key: KeyLike,
) -> str:
    """Signs the parameters of a request to Alipay (RSA2): the value of the parameter `sign`.
    Empty parameters and `sign` take no part. `private_key` is PEM or bare base64. Errors:
    `secret_empty`, `key_type`, `key_weak`.
    """
def alipay_verify_notify(
    body: BodyLike,
    public_key: str,
) -> dict[str, str]:
    """Proves a notice of Alipay genuine: the raw form that arrived, and Alipay's public key or
    certificate (PEM or bare base64). The answer is what was signed, decoded. An old notice
    stays genuine; whom and what it is about is the caller's to compare. Errors:
    `malformed`, `duplicate_field`, `too_large`, `auth_missing`, `auth_algorithm`,
    `auth_malformed`, `auth_mismatch`, `secret_empty`, `key_type`, `key_weak`.
    """
def alipay_verify_response(
    text: str,
    method: str,
    public_key: str,
) -> str:
    """Proves Alipay's answer to a method, such as `alipay.trade.query`, and gives the piece of
    its text that was signed: only that may be read. Errors: `malformed`, `duplicate_field`,
    `event_mismatch`, `auth_missing`, `auth_malformed`, `auth_mismatch`, `secret_empty`,
    `key_type`, `key_weak`.
    """
def paypal_verify(
    body: BodyLike,
    headers: HeadersLike,
    webhook_id: str,
    certificate: str,
    roots: Iterable[str],
    environment: str,
    now: int,
) -> Done:
    """Proves a webhook of PayPal genuine. `certificate` is what the address in the header
    `PAYPAL-CERT-URL` answered with, PEM; `roots` are trusted beside those that browsers
    trust; `environment` is `live` or `sandbox`, `now` Unix seconds. PayPal signs a checksum
    that does not bind the body: ask its interface before acting. Errors: `too_large`,
    `value_unknown`, `auth_missing`, `duplicate_field`, `auth_algorithm`, `auth_cert_url`,
    `wrong_mode`, `auth_malformed`, `auth_cert`, `auth_mismatch`, `key_type`.
    """
def qr_svg(
    text: str,
    border: int | None = None,
    title: str | None = None,
) -> str:
    """A QR code as an SVG picture, to be put into a page as it is: black on white, with a
    quiet zone of `border` modules around it (4 unless said, at most 16) and `title` for
    those who cannot see it (`QR code` unless said). It has no size of its own and refers to
    nothing. Scanners read it with up to 15 % of it damaged. Errors: `too_large` (2331 bytes
    at most), `argument_missing`, `argument_range`, `text_format`.
    """
def qr_modules(
    text: str,
) -> list[str]:
    """The same QR code for a host that draws it itself: its rows from the top, `1` for a dark
    module and `0` for a light one, without a quiet zone. Errors: `too_large` (2331 bytes at
    most), `argument_missing`.
    """
def format_amount(
    amount: AmountLike,
    currency: str,
    language: str | None = None,
) -> str:
    """An amount as people write it: digits in groups of three, all decimal places of the
    currency, and its sign (`$1,234.50`) or its code (`KWD 1.234`). `language` is `en` or
    `zh`, also as `zh-Hans` or `en_GB`; `en` unless said. A yuan is `CN¥100.00` in English
    and `¥100.00` in Chinese. Errors: `amount_…`, `currency`, `value_unknown`.
    """
