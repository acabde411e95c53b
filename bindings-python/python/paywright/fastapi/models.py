# Rendered from the surface table; to change it, change the table and run `render`.
"""The records that the engine answers with, as pydantic models: `Order.model_validate(pay.order(id))`.

Amounts are decimals and go out as text. Records that carry raw bytes or headers are not among them: they are no JSON.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ..types import (
    ActionKind,
    CallbackOutcome,
    ExceptionKind,
    LineKind,
    Mode,
    Part,
    PaymentState,
    RefundSource,
    RefundState,
    Resolution,
    Settlement,
)

__all__ = [
    "Action",
    "Balance",
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
    "ImportSum",
    "Line",
    "MockPage",
    "Order",
    "OrderPage",
    "Payment",
    "PaymentPage",
    "Proof",
    "Record",
    "Refund",
    "RefundPage",
    "SignedCallback",
    "Transfer",
    "TransferResult",
    "VerifyReport",
    "Violation",
    "WebhookMessage",
    "WebhookMessagePage",
    "WebhookStatus",
]


class Record(BaseModel):
    """What all models share: they are read from the engine's own records."""

    model_config: ClassVar[ConfigDict] = ConfigDict(from_attributes=True, frozen=True)


class Line(Record):
    """A line of an order."""

    kind: LineKind = Field(description="What it is for.")
    description: str = Field(description="What the payer reads.")
    quantity: int = Field(description="How many.")
    unit_amount: Decimal = Field(description="For one of them.", examples=["100.00"])
    amount: Decimal = Field(description="Quantity times unit amount.", examples=["100.00"])


class Action(Record):
    """What the payer does next; `kind` says which of the others counts."""

    kind: ActionKind = Field(description="What to do.")
    url: str | None = Field(description="For `redirect`: where to go.")
    qr_text: str | None = Field(description="For `qr_code`: the text to show as a QR code.")
    client_secret: str | None = Field(description="For `client_secret`: what the gateway's browser library needs.")
    parameters: dict[str, str] = Field(description="For `sdk_params` and `instructions`: name and value.")


class Refund(Record):
    """Money going back."""

    id: str = Field(description="`ref_…`")
    payment_id: str | None = Field(description="The payment whose money goes back; none for money of an unknown payment.")
    order_id: str | None = Field(description="The order it counts for, unless it is paid from suspense.")
    exception_id: str | None = Field(description="The exception that it resolves.")
    gateway: str = Field(description="The account it goes back through.")
    source: RefundSource = Field(description="Which account it is paid from.")
    state: RefundState = Field(description="Where it stands.")
    amount: Decimal = Field(description="How much.", examples=["100.00"])
    currency: str = Field(description="ISO 4217 code.")
    reason: str = Field(description="Why.")
    transaction_id: str | None = Field(description="The gateway's own number.")
    failure_code: str | None = Field(description="Why it failed: a short stable word.")
    failure_message: str | None = Field(description="Why it failed: a sentence.")
    created_at: datetime = Field(description="When it was accepted.")
    updated_at: datetime = Field(description="When it last changed.")
    version: int = Field(description="Grows by one with every change.")


class ExceptionEntry(Record):
    """Money or a message that could not be applied and waits for a person."""

    id: str = Field(description="`exc_…`")
    kind: ExceptionKind = Field(description="Why it waits.")
    gateway: str = Field(description="The account it came through.")
    order_id: str | None = Field(description="The order it touches.")
    payment_id: str | None = Field(description="The payment it touches.")
    refund_id: str | None = Field(description="The refund it touches.")
    amount: Decimal | None = Field(description="Money in suspense.", examples=["100.00"])
    currency: str | None = Field(description="Its ISO 4217 code.")
    transaction_id: str | None = Field(description="The gateway's number of the movement of money.")
    explanation: str = Field(description="What is wrong, in one sentence.")
    body: str | None = Field(description="The message without secrets and payer data, where it could not be read.")
    suggestion: Resolution = Field(description="What is likely right.")
    resolution: Resolution | None = Field(description="What was done, once it was.")
    actor: str | None = Field(description="Who did it.")
    reason: str | None = Field(description="Why.")
    created_at: datetime = Field(description="When it was opened.")
    resolved_at: datetime | None = Field(description="When it was resolved.")


class Event(Record):
    """One row of the journal."""

    sequence: int = Field(description="Its place in the order of all changes.")
    at: datetime = Field(description="When it was written.")
    event: str = Field(description="What happened, such as `payment.succeeded`.")
    actor: str = Field(description="Who did it; `system` when nobody in particular.")
    source: str | None = Field(description="The gateway's message behind it.")
    order_id: str | None = Field(description="The order.")
    payment_id: str | None = Field(description="The payment.")
    refund_id: str | None = Field(description="The refund.")
    exception_id: str | None = Field(description="The exception.")
    detail: dict[str, str] = Field(description="What there is to know besides.")


class Proof(Record):
    """A callback that is genuine. Nothing was changed."""

    id: str = Field(description="The gateway's id of the message, or what stands for one.")
    says: str = Field(description="What it says, such as `succeed`, or `unknown`.")
    payment: str | None = Field(description="The payment's id or reference that it names.")
    transaction_id: str | None = Field(description="The gateway's number of the movement of money.")


class SignedCallback(Record):
    """A generic HMAC callback that is genuine. Who keeps both for a while recognises a message
    that comes again.
    """

    digest: str = Field(description="SHA-256 of what was signed, in hex: a known one is a repetition.")
    nonce: str | None = Field(description="The sender's number of the message: a known one with another digest is a forgery.")


class Transfer(Record):
    """One row of the ledger."""

    sequence: int = Field(description="Its place in the ledger.")
    entry: int = Field(description="The journal row that it belongs to.")
    kind: str = Field(description="Why, such as `payment` or `refund_paid`.")
    debit: str = Field(description="The kind of account that is debited.")
    credit: str = Field(description="The kind of account that is credited.")
    amount: Decimal = Field(description="How much.", examples=["100.00"])
    currency: str = Field(description="ISO 4217 code.")


class Balance(Record):
    """What stands in one account in one currency."""

    account: str = Field(description="The account, such as `gateway:mock` or `order:ord_…`.")
    currency: str = Field(description="ISO 4217 code.")
    debit: Decimal = Field(description="The sum of all debits.", examples=["100.00"])
    credit: Decimal = Field(description="The sum of all credits.", examples=["100.00"])
    balance: Decimal = Field(description="Debits less credits.", examples=["100.00"])


class Violation(Record):
    """An invariant that does not hold."""

    invariant: str = Field(description="Its number in the threat model.")
    subject: str = Field(description="The row that breaks it.")
    what: str = Field(description="What is wrong.")


class DueReport(Record):
    """What a run of due work did."""

    payments: int = Field(description="Payments looked at.")
    refunds: int = Field(description="Refunds looked at.")
    orders: int = Field(description="Orders looked at.")
    failures: list[str] = Field(description="What could not be done now and will be tried again.")
    sealed: int = Field(description="Rows of journal and ledger that were sealed.")
    webhooks: int = Field(description="Messages that webhooks took.")
    webhooks_failed: int = Field(description="Messages that webhooks did not take; they are sent again.")


class WebhookStatus(Record):
    """How a webhook's endpoint stands."""

    name: str = Field(description="Its name.")
    url: str = Field(description="Where it is.")
    configured: bool = Field(description="This engine was opened with it.")
    position: int = Field(description="The last journal row that was dealt with for it.")
    behind: int = Field(description="Journal rows after that.")
    waiting: int = Field(description="Messages that it did not take and that are sent again.")
    given_up: int = Field(description="Messages that it did not take in all their attempts.")
    failures: int = Field(description="How often in a row it was in trouble.")
    rests_until: datetime | None = Field(description="It is left alone until then.")
    disabled_at: datetime | None = Field(description="Since when nothing is sent to it, because it said that it is gone; `replay_webhook` ends that.")
    last_status: int | None = Field(description="The status of its last answer that was no success.")
    last_error: str | None = Field(description="What was wrong then.")
    failed_at: datetime | None = Field(description="When that was.")


class WebhookMessage(Record):
    """A message that a webhook did not take yet."""

    id: str = Field(description="`msg_…`, the `webhook-id` of every attempt.")
    webhook: str = Field(description="The webhook's name.")
    sequence: int = Field(description="The journal row that it tells.")
    event: str = Field(description="What happened.")
    attempts: int = Field(description="How often it was sent.")
    next_attempt_at: datetime | None = Field(description="When it is sent again; none once it was given up.")
    last_status: int | None = Field(description="The status of the last answer.")
    last_error: str | None = Field(description="What was wrong with it.")
    created_at: datetime = Field(description="When it failed first.")
    updated_at: datetime = Field(description="When it failed last.")


class Health(Record):
    """How the engine is."""

    ok: bool = Field(description="The database answers and nothing is odd.")
    mode: Mode = Field(description="What is at stake.")
    gateways: list[str] = Field(description="The accounts that collect.")
    methods: list[str] = Field(description="The payment methods they offer.")
    warnings: list[str] = Field(description="What an operator should look at.")


class Finding(Record):
    """One thing that an examination looked at."""

    part: Part = Field(description="What was looked at.")
    ok: bool = Field(description="Nothing is wrong.")
    what: str = Field(description="What was found, without secrets.")
    remedy: str = Field(description="What to do about it; empty where nothing is to be done.")


class ImportProblem(Record):
    """A row that was not imported. Nothing of it was written."""

    row: int = Field(description="Its place among the rows given; they count from one.")
    id: str = Field(description="What names it in its table.")
    code: str = Field(description="The code of the error.")
    message: str = Field(description="What is wrong, in English.")
    message_zh: str = Field(description="The same in Chinese.")


class ImportSum(Record):
    """The money of an import in one currency."""

    currency: str = Field(description="ISO 4217 code.")
    collected: Decimal = Field(description="Collected.", examples=["100.00"])
    refunded: Decimal = Field(description="Paid back.", examples=["100.00"])


class MockPage(Record):
    """A page of the mock gateway, for a host to serve."""

    status: int = Field(description="HTTP status.")
    headers: dict[str, str] = Field(description="HTTP headers.")
    html: str = Field(description="The page.")


class Done(Record):
    """An acknowledgement without content."""

    ok: bool = Field(description="Always true: a refusal is an error.")


class Order(Record):
    """What is owed."""

    id: str = Field(description="`ord_…`")
    reference: str | None = Field(description="The host's own id, unique in its flow.")
    customer: str | None = Field(description="Who owes, in the host's words.")
    flow: str = Field(description="The name of its lifecycle.")
    state: str = Field(description="Where it stands in that lifecycle.")
    currency: str = Field(description="ISO 4217 code of every amount here.")
    lines: list[Line] = Field(description="What makes up the total.")
    total: Decimal = Field(description="The sum of all lines.", examples=["100.00"])
    paid: Decimal = Field(description="Collected, ever.", examples=["100.00"])
    refunded: Decimal = Field(description="Paid back, ever.", examples=["100.00"])
    due: Decimal = Field(description="Still owed; never negative, and zero in a final state.", examples=["100.00"])
    deposit_held: Decimal = Field(description="The deposit that is held and owed back.", examples=["100.00"])
    settlement: Settlement = Field(description="Derived from total, paid and refunded.")
    can_pay: bool = Field(description="Its state takes payments, something is due and its time to pay is not over.")
    possible: list[str] = Field(description="The events that a host may fire on it now.")
    metadata: dict[str, str] = Field(description="The host's own notes.")
    extends: str | None = Field(description="The order whose term this one extends once it is paid: a renewal or an upgrade.")
    payable_until: datetime = Field(description="The last moment to create a payment.")
    starts_at: datetime | None = Field(description="When `start` happens by itself.")
    ends_at: datetime | None = Field(description="When `overdue` or `lapse` happens by itself.")
    created_at: datetime = Field(description="When it was created.")
    updated_at: datetime = Field(description="When it last changed.")
    version: int = Field(description="Grows by one with every change.")


class Payment(Record):
    """One attempt to collect."""

    id: str = Field(description="`pay_…`")
    order_id: str = Field(description="The order it collects for.")
    customer: str | None = Field(description="Who owes, in the host's words.")
    gateway: str = Field(description="The account it is collected through.")
    method: str = Field(description="How the payer pays.")
    reference: str | None = Field(description="The reference under which the gateway knows it, where that is not its id.")
    state: PaymentState = Field(description="Where it stands.")
    amount: Decimal = Field(description="What it shall collect.", examples=["100.00"])
    captured: Decimal = Field(description="What it did collect.", examples=["100.00"])
    refunded: Decimal = Field(description="What went back.", examples=["100.00"])
    refund_pending: Decimal = Field(description="What refunds under way have reserved.", examples=["100.00"])
    currency: str = Field(description="ISO 4217 code of every amount here.")
    action: Action = Field(description="What the payer does next.")
    possible: list[str] = Field(description="What a host may do with it now: `cancel`, `capture`, `refund`, `pay_again`.")
    transaction_id: str | None = Field(description="The gateway's number of the movement of money.")
    failure_code: str | None = Field(description="Why it failed: a short stable word.")
    failure_message: str | None = Field(description="Why it failed: a sentence for the payer.")
    late: bool = Field(description="The money came after the payment had been given up.")
    manual: bool = Field(description="A person confirmed it, not a gateway.")
    reused: bool = Field(description="`create_payment` found it instead of creating it.")
    expires_at: datetime = Field(description="When it is closed if nobody paid.")
    paid_at: datetime | None = Field(description="When the money came.")
    created_at: datetime = Field(description="When it was created.")
    updated_at: datetime = Field(description="When it last changed.")
    version: int = Field(description="Grows by one with every change.")


class RefundPage(Record):
    """A page of refunds, newest first."""

    total: int = Field(description="All there are.")
    page: int = Field(description="Which page this is; they count from one.")
    size: int = Field(description="How many a page holds.")
    items: list[Refund] = Field(description="Those on this page.")


class ExceptionPage(Record):
    """A page of exceptions, oldest first."""

    total: int = Field(description="All there are.")
    page: int = Field(description="Which page this is; they count from one.")
    size: int = Field(description="How many a page holds.")
    items: list[ExceptionEntry] = Field(description="Those on this page.")


class VerifyReport(Record):
    """What an audit found."""

    ok: bool = Field(description="Nothing is wrong.")
    orders: int = Field(description="Orders looked at.")
    payments: int = Field(description="Payments looked at.")
    refunds: int = Field(description="Refunds looked at.")
    transfers: int = Field(description="Transfers looked at.")
    entries: int = Field(description="Journal rows looked at.")
    violations: list[Violation] = Field(description="What does not hold.")


class WebhookMessagePage(Record):
    """A page of messages that webhooks did not take yet, in the journal's order."""

    total: int = Field(description="All there are.")
    page: int = Field(description="Which page this is; they count from one.")
    size: int = Field(description="How many a page holds.")
    items: list[WebhookMessage] = Field(description="Those on this page.")


class Examination(Record):
    """What an examination of an account found."""

    ok: bool = Field(description="Nothing is wrong.")
    findings: list[Finding] = Field(description="What was looked at, in order.")


class ImportReport(Record):
    """What an import did, or would do."""

    dry_run: bool = Field(description="Nothing was written.")
    rows: int = Field(description="Rows looked at.")
    orders: int = Field(description="Orders created.")
    payments: int = Field(description="Payments written.")
    refunds: int = Field(description="Refunds written.")
    skipped: int = Field(description="Rows that were imported before, and refunds that never came about.")
    sums: list[ImportSum] = Field(description="What was collected and went back, by currency.")
    problems: list[ImportProblem] = Field(description="Rows that were not imported.")


class TransferResult(Record):
    """A transfer that was reported."""

    outcome: CallbackOutcome = Field(description="What became of it; `already` when the same line had been reported before.")
    payment: Payment | None = Field(description="The payment that it names, as it is now.")
    order: Order | None = Field(description="That payment's order, as it is now.")
    exception: ExceptionEntry | None = Field(description="The exception that keeps the money.")


class OrderPage(Record):
    """A page of orders, newest first."""

    total: int = Field(description="All there are.")
    page: int = Field(description="Which page this is; they count from one.")
    size: int = Field(description="How many a page holds.")
    items: list[Order] = Field(description="Those on this page.")


class PaymentPage(Record):
    """A page of payments, newest first."""

    total: int = Field(description="All there are.")
    page: int = Field(description="Which page this is; they count from one.")
    size: int = Field(description="How many a page holds.")
    items: list[Payment] = Field(description="Those on this page.")
