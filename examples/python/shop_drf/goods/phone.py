"""The pretend wallet: what a payer sees who scans the QR code, and the provider that posts the signed callback.

It stands in for a phone and for somebody else's server, so it is there in development only and knows nothing but the secret.
"""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from paywright.signatures import hmac_callback_sign

OUTCOMES = {"pay": "SUCCESS", "decline": "FAILED", "cancel": "CANCELLED"}


def phone(request: HttpRequest, wallet: str, payment_id: str) -> HttpResponse:
    """The wallet's page; a click posts the callback."""
    if not settings.DEBUG:
        raise Http404
    shown = {"wallet": wallet, "amount": request.GET.get("amount", ""), "answer": None}
    if outcome := OUTCOMES.get(request.POST.get("outcome", "")):
        shown["answer"] = send(wallet, payment_id, outcome, str(shown["amount"]))
    return render(request, "goods/phone.html", shown)


def send(wallet: str, payment_id: str, status: str, amount: str) -> int:
    """Posts a callback as the provider does, and answers with the status of the shop's reply."""
    fields = {
        "payment_id": payment_id,
        "transaction_id": f"{wallet[:2]}{secrets.token_hex(8)}",
        "status": status,
        "amount": amount,
    }
    fields["signature"] = hmac_callback_sign(fields, settings.CALLBACK_SECRET)
    callback = f"{settings.ADDRESS}/api/payments/callback/{wallet}/"
    message = urllib.request.Request(callback, json.dumps(fields).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(message, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
