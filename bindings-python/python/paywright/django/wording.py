"""What payers read, in English and Chinese, and payments as JSON. It translates; it never decides.

The words stand here and not in `.po` files, so that building the package needs no gettext tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from .._native import Payment
from ..display import format_amount
from ..errors import ConfigError, CredentialsRejected, InternalError, PaywrightError, StorageError

_WORDS: Mapping[str, tuple[str, str]] = {
    "init": ("Waiting for payment", "等待支付"),
    "processing": ("Payment is being processed", "支付处理中"),
    "authorized": ("Payment authorised", "已授权"),
    "succeeded": ("Payment received", "支付成功"),
    "failed": ("Payment failed", "支付失败"),
    "cancelled": ("Payment cancelled", "支付已取消"),
    "expired": ("Payment expired", "支付已过期"),
    "unknown": ("Thank you", "感谢您"),
    "amount": ("Amount", "金额"),
    "number": ("Payment", "支付单号"),
    "method": ("Method", "支付方式"),
    "paid_at": ("Paid at", "支付时间"),
    "looking": ("This page looks again by itself.", "页面会自动刷新。"),
    "close": ("You may close this page.", "您可以关闭此页面。"),
    "nothing_taken": ("Nothing was charged. You may try again.", "未扣款，您可以重新支付。"),
    "problem": ("That did not work", "操作未成功"),
    "pay": ("Pay", "支付"),
    "continue": ("Continue to payment", "前往支付"),
    "scan": ("Scan to pay", "扫码支付"),
    "open_wallet": ("Confirm the payment in the app.", "请在应用中确认支付。"),
    "instructions": ("Please transfer", "请转账至"),
    "loading": ("The payment form is loading…", "支付表单加载中…"),
    "account_name": ("Account name", "户名"),
    "account_number": ("Account number", "账号"),
    "bank": ("Bank", "开户行"),
    "currency": ("Currency", "币种"),
    "reference": ("Reference", "附言"),
    "by_card": ("Card", "银行卡"),
    "by_wechat": ("WeChat Pay", "微信支付"),
    "by_alipay": ("Alipay", "支付宝"),
    "by_bank": ("Bank transfer", "银行转账"),
    "by_paypal": ("PayPal", "PayPal"),
    "by_apple_pay": ("Apple Pay", "Apple Pay"),
    "by_google_pay": ("Google Pay", "Google Pay"),
    "again": ("Please try again later.", "请稍后再试。"),
    "system": (
        "Something went wrong on our side. Nothing is lost; please try again later.",
        "系统错误，请稍后再试或联系客服。",
    ),
}

# What went wrong here is for the log; payers get one sentence.
_OURS = (InternalError, ConfigError, StorageError, CredentialsRejected)


def in_chinese(language: str | None) -> bool:
    """Whether a language code is one of Chinese."""
    return (language or "").lower().startswith("zh")


def words(language: str | None) -> dict[str, str]:
    """All words in a language."""
    place = 1 if in_chinese(language) else 0
    return {key: texts[place] for key, texts in _WORDS.items()}


def word(key: str) -> str:
    """One word in the active language; the key itself where there is none."""
    return words(get_language()).get(key, key)


def message(error: PaywrightError) -> str:
    """What a payer may read about an error, in the active language: of our own troubles only that there are some."""
    if isinstance(error, _OURS):
        return word("system")
    return error.message_zh if in_chinese(get_language()) and error.message_zh else error.message


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, as the active language writes it."""
    return format_amount(amount, currency, language="zh" if in_chinese(get_language()) else "en")


def payment_row(payment: Payment) -> dict[str, Any]:
    """A payment in a list, as JSON; amounts are text."""
    return {
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "amount": str(payment.amount),
        "currency": payment.currency,
        "method": payment.method,
        "status": payment.state,
        "created_at": payment.created_at.isoformat(),
        "paid_at": payment.paid_at.isoformat() if payment.paid_at else None,
    }


def payment_facts(payment: Payment) -> dict[str, Any]:
    """How a payment stands, as JSON. Neither its action nor the gateway's numbers are in it."""
    return {
        **payment_row(payment),
        # As every other adapter spells it, for an application that reads answers of any.
        "state": payment.state,
        "refunded": str(payment.refunded),
        "expires_at": payment.expires_at.isoformat(),
        "failure_code": payment.failure_code,
        "failure_message": payment.failure_message,
        "label": word(payment.state),
    }
