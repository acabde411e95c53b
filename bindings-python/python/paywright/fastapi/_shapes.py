"""What the routes take and answer with, in the field names that the pages of existing shops use.

Amounts go out as text; they are taken as text or as exact JSON numbers, never as floats.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from .._codes import refusal
from ..types import PaymentState, RefundState
from . import models


def _amount(value: object) -> Decimal | int | str | None:
    """Text, a whole number or a decimal. Which of them are amounts, the engine says."""
    if value is None or (isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)):
        return value
    raise refusal("amount_type", field="amount", given=type(value).__name__)


def _id(value: object) -> object:
    """An id as text; existing shops number their orders."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


AmountGiven = Annotated[
    Decimal | int | str | None,
    PlainValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"},
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "null"},
            ],
            "examples": ["100.00", 100.00],
        }
    ),
]
OrderGiven = Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=64)]
Word = Annotated[str, Field(min_length=1, max_length=64)]
Plain = Literal["pending", "success", "failed"]
"""Where a payment or refund stands, in three words: `state` says it exactly."""


class _Given(BaseModel):
    """What is sent to us: a member that is not known is refused, and nothing is made to fit."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _Answer(BaseModel):
    """What we answer with; read from the engine's records where the names agree."""

    model_config = ConfigDict(from_attributes=True)


class CreatePayment(_Given):
    """A payment for an order. What is due is what is paid: the amount is only compared with it."""

    order_id: OrderGiven = Field(description="The order: `ord_…`, or the application's own number.")
    amount: AmountGiven = Field(
        default=None, description="What the payer was shown; text, or a number that is read exactly as written."
    )
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = Field(default=None, description="ISO 4217 code.")
    payment_method: Word | None = Field(default=None, description="Such as `alipay`, `wechat` or `card`.")
    user_id: OrderGiven | None = Field(default=None, description="Whose order it is; it must be that customer's.")


class NewPayment(_Given):
    """A payment for an order, in the names of a shop that is built on Django REST."""

    order_id: OrderGiven = Field(description="The order: `ord_…`, or the application's own number.")
    method: Word | None = Field(default=None, description="Such as `wechat`, `alipay` or `bank`.")
    amount: AmountGiven = Field(default=None, description="What the payer was shown.")


class RefundPayment(_Given):
    """Money to pay back."""

    amount: AmountGiven = Field(default=None, description="All that is left unless said.")
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = Field(default=None, description="ISO 4217 code.")
    reason: Annotated[str, Field(max_length=500)] | None = Field(default=None, description="Why; kept in the journal.")


class PaymentCreated(_Answer):
    """A payment that waits for its payer."""

    payment_id: str = Field(examples=["pay_01KC6V8Z7W6S1QX3Y0M9N5T2RB"])
    payment_url: str | None = Field(description="Where to send the payer, if it is somewhere.")
    status: Plain
    state: PaymentState
    amount: Decimal = Field(examples=["100.00"])
    currency: str = Field(examples=["CNY"])
    action: models.Action
    expires_at: datetime
    reused: bool = Field(description="The order already had this payment.")


class PaymentStatus(_Answer):
    """Where a payment stands, for a page that polls."""

    payment_id: str = Field(examples=["pay_01KC6V8Z7W6S1QX3Y0M9N5T2RB"])
    status: Plain
    state: PaymentState
    paid_at: datetime | None
    amount: Decimal = Field(examples=["100.00"])
    currency: str = Field(examples=["CNY"])


class HistoryRow(_Answer):
    """A payment in a history."""

    payment_id: str
    amount: Decimal = Field(examples=["100.00"])
    currency: str = Field(examples=["CNY"])
    status: Plain
    created_at: datetime


class History(_Answer):
    """A page of a customer's payments, newest first."""

    total: int
    page: int
    size: int
    payments: list[HistoryRow]


class RefundCreated(_Answer):
    """A refund that was accepted; `status` says whether it already reached the payer."""

    refund_id: str = Field(examples=["ref_01KC6V8Z7W6S1QX3Y0M9N5T2RB"])
    payment_id: str
    status: Plain
    state: RefundState
    amount: Decimal = Field(examples=["30.00"])
    currency: str = Field(examples=["CNY"])
    created_at: datetime


class LogEntry(_Answer):
    """One thing that happened to a payment."""

    t: datetime
    event: str = Field(examples=["payment_created"])
    operator: str = Field(examples=["system"])
    detail: str


class PaymentRecord(_Answer):
    """A payment in the names of a shop that is built on Django REST."""

    id: str
    order: str
    amount: Decimal = Field(examples=["100.00"])
    method: str
    status: PaymentState
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    logs: list[LogEntry]
    action: models.Action


class Problem(BaseModel):
    """Why nothing was done. `code` is stable; the sentences may be shown, in either language."""

    code: str
    group: str
    message: str
    message_zh: str
    retryable: bool = Field(description="The same request may succeed later.")
    details: dict[str, str] = Field(description="What the sentences name.")
