"""`{% load paywright %}`: what the payer does next, amounts and messages. Everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from django import template
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from paywright.display import qr_svg
from paywright.errors import PaywrightError

from .. import conf
from ..wording import in_chinese, message, money, word, words

register = template.Library()


@register.filter(name="money")
def money_filter(thing: Any, field: str = "amount") -> str:
    """`{{ payment|money }}`, `{{ order|money:"due" }}`: an amount with its currency, as the language writes it."""
    if not thing:
        return ""
    amount = getattr(thing, "total" if field == "amount" and not hasattr(thing, "amount") else field, None)
    currency = getattr(thing, "currency", None)
    if not isinstance(amount, Decimal) or not isinstance(currency, str):
        return ""
    return money(amount, currency)


@register.filter
def payment_message(thing: Any) -> str:
    """`{{ error|payment_message }}` for a PaywrightError, `{{ payment|payment_message }}` for why a payment failed."""
    if isinstance(thing, PaywrightError):
        return message(thing)
    return str(getattr(thing, "failure_message", None) or "")


@register.filter
def payment_label(thing: Any) -> str:
    """`{{ payment|payment_label }}`: its state, as a payer says it."""
    return word(str(getattr(thing, "state", None) or "unknown"))


@register.filter
def payment_method(thing: Any) -> str:
    """`{{ payment|payment_method }}`: how the payer pays, as a payer says it."""
    method = str(getattr(thing, "method", None) or "")
    return words(get_language()).get(f"by_{method}", method)


@register.simple_tag(takes_context=True)
def payment_action(
    context: template.Context, payment: Any, nonce: str = "", return_url: str = "", label: str = ""
) -> SafeString:
    """What the payer does next: a link, a QR code, a card form, wallet parameters or bank instructions.

    `nonce` goes into the script elements of the card form, `return_url` is where the payer's browser comes back to
    after it (our return page unless said), `label` is the text of the link or button.
    """
    action = payment.action
    language = get_language()
    parameters = dict(action.parameters)
    facts: dict[str, Any] = {
        "payment": payment,
        "action": action,
        "kind": action.kind,
        "url": _web_address(action.url),
        "label": label or f"{word('pay')} {money_filter(payment)}",
        "amount": money_filter(payment),
        "state": word(payment.state),
        "words": words(language),
        "nonce": nonce,
        "publishable_key": parameters.get("publishable_key", ""),
        "account": parameters.get("account", ""),
        "return_url": return_url or _our_return_page(context, payment),
        "instructions": _named(parameters),
        "svg": _qr_code(action.qr_text, word("scan")) if action.kind == "qr_code" else "",
        "parameters_script": json_script(parameters, f"paywright-parameters-{payment.id}"),
    }
    return mark_safe(render_to_string("paywright/action.html", facts).strip())  # noqa: S308: escaped by the template


def _web_address(url: str | None) -> str:
    """The address, where a browser may follow it: a gateway's word never becomes a script."""
    return url if url and urlsplit(url).scheme in ("http", "https") else ""


def _named(parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    chinese = in_chinese(get_language())
    known = words(get_language())
    return [
        (known.get(name, name if chinese else name.replace("_", " ").capitalize()), value)
        for name, value in parameters.items()
    ]


def _qr_code(text: str | None, title: str) -> SafeString:
    # Squares that we drew ourselves: the text is in them as dots, never as markup.
    return mark_safe(qr_svg(text or "", title=title))  # noqa: S308


def _our_return_page(context: template.Context, payment: Any) -> str:
    try:
        path = reverse("paywright:return", args=[payment.gateway])
    except NoReverseMatch:
        return ""
    request = context.get("request")
    base = request.build_absolute_uri("/").rstrip("/") if request is not None else conf.current().base_url
    return f"{base}{path}?payment={quote(payment.id)}"
