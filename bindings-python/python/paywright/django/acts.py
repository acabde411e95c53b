"""What staff may do in the admin: the calls of the engine, what each asks for, and who did it.

It decides nothing: whether a payment can be refunded, the engine says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from django import forms

from .._native import Paywright
from ..types import Resolution

Call = Callable[[Paywright, str, Mapping[str, Any]], object]


class ActForm(forms.Form):
    """What an act may ask for. Each act keeps the fields that it has."""

    amount: forms.CharField = forms.CharField(
        max_length=40, required=False, help_text="Such as 30.00. Empty: all that is left."
    )
    resolution: forms.ChoiceField = forms.ChoiceField(
        choices=[(word, word.replace("_", " ").capitalize()) for word in get_args(Resolution)]
    )
    order_id: forms.CharField = forms.CharField(
        max_length=64, required=False, label="Order", help_text="ord_…, where the money belongs to another order."
    )
    transaction_id: forms.CharField = forms.CharField(
        max_length=200,
        required=False,
        label="Transaction number",
        help_text="The bank's or gateway's own, if there is one.",
    )
    reason: forms.CharField = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2, "cols": 60}))
    once: forms.RegexField = forms.RegexField(r"\A[0-9a-f]{16}\Z", widget=forms.HiddenInput)

    def __init__(self, *args: Any, act: Act, many: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        # An amount is one payment's.
        kept = [name for name in act.asks if not (many and name in ("amount", "transaction_id", "order_id"))]
        for name in list(self.fields):
            if name not in (*kept, "once"):
                del self.fields[name]


@dataclass(frozen=True)
class Act:
    """One act: its permission, its words, what it asks for, and the call."""

    name: str
    permission: str
    title: str
    asks: tuple[str, ...]
    call: Call


def _refund(pay: Paywright, id: str, given: Mapping[str, Any]) -> object:
    # A page that is sent twice refunds once.
    key = f"admin-{given['once']}-{id}"
    amount = given.get("amount") or None
    return pay.refund(id, amount=amount, reason=given["reason"], actor=given["actor"], idempotency_key=key)


def _capture(pay: Paywright, id: str, given: Mapping[str, Any]) -> object:
    return pay.capture_payment(id, amount=given.get("amount") or None, actor=given["actor"])


def _cancel(pay: Paywright, id: str, given: Mapping[str, Any]) -> object:
    return pay.cancel_payment(id, actor=given["actor"])


def _confirm(pay: Paywright, id: str, given: Mapping[str, Any]) -> object:
    number = given.get("transaction_id") or None
    return pay.confirm_payment(id, actor=given["actor"], reason=given["reason"], transaction_id=number)


def _cancel_order(pay: Paywright, id: str, given: Mapping[str, Any]) -> object:
    return pay.cancel_order(id, actor=given["actor"], reason=given["reason"])


def _confirm_refund(pay: Paywright, id: str, given: Mapping[str, Any]) -> object:
    number = given.get("transaction_id") or None
    return pay.confirm_refund(id, actor=given["actor"], reason=given["reason"], transaction_id=number)


def _resolve(pay: Paywright, id: str, given: Mapping[str, Any]) -> object:
    return pay.resolve_exception(
        id,
        resolution=given["resolution"],
        actor=given["actor"],
        reason=given["reason"],
        order_id=given.get("order_id") or None,
    )


REFUND: Act = Act("refund", "paywright.refund_payment", "Refund", ("amount", "reason"), _refund)
CAPTURE: Act = Act("capture", "paywright.capture_payment", "Capture", ("amount",), _capture)
CANCEL: Act = Act("cancel", "paywright.cancel_payment", "Cancel", (), _cancel)
CONFIRM: Act = Act("confirm", "paywright.confirm_payment", "Confirm by hand", ("transaction_id", "reason"), _confirm)
CANCEL_ORDER: Act = Act("cancel", "paywright.cancel_order", "Cancel", ("reason",), _cancel_order)
CONFIRM_REFUND: Act = Act(
    "confirm", "paywright.confirm_refund", "Confirm by hand", ("transaction_id", "reason"), _confirm_refund
)
RESOLVE: Act = Act(
    "resolve", "paywright.resolve_paymentexception", "Resolve", ("resolution", "order_id", "reason"), _resolve
)
