"""What every web framework's adapter answers with, in plain values: from a request's parts to status, headers and body.

It knows no framework, reads no socket, and never decides who may ask: that is the adapter's part.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from urllib.parse import parse_qs

from ._codes import CODES, refusal
from .errors import NotFound, PaywrightError

if TYPE_CHECKING:
    from ._native import Event, Payment, Paywright
    from ._status import StatusKeys
    from .types import HeadersLike, PaymentState, RefundState

CALLBACK_BYTES_MAX = 1024 * 1024
"""More than this the engine takes of no callback; an adapter reads one byte more at most."""
FORM_BYTES_MAX = 16 * 1024
"""The form of the mock checkout: a token and two words."""

_LOG = logging.getLogger("paywright")
Word: TypeAlias = Literal["pending", "success", "failed"]


class Answer(NamedTuple):
    """A whole answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Forbidden(PaywrightError):
    """Whoever asks may not do this. Only adapters raise it: the engine does not know who asks."""

    group = "forbidden"


def forbidden(why: str, why_zh: str) -> Forbidden:
    """The refusal of an adapter, with its reason."""
    return Forbidden(
        f"This is not permitted: {why}.",
        code="forbidden_action",
        message_zh=f"无权执行此操作：{why_zh}。",
        http_status=403,
        details={"why": why},
    )


_INTERNAL = "Something went wrong with the payment service; please try again later or ask for help."
_INTERNAL_ZH = "支付服务暂时不可用，请稍后再试或联系客服。"


def is_public(code: str) -> bool:
    """Whether an error's own sentence is for whoever asked. What an operator or we must mend is not."""
    row = CODES.get(code)
    return row is None or row.who not in ("operator", "gateway", "us")


def problem_of(error: PaywrightError) -> dict[str, object]:
    """What a JSON answer says of an error. Trouble that only an operator can mend is told without details."""
    shown = is_public(error.code)
    return {
        "code": error.code,
        "group": error.group,
        "message": error.message if shown else _INTERNAL,
        "message_zh": error.message_zh if shown else _INTERNAL_ZH,
        "retryable": error.retryable,
        "details": error.details if shown else {},
    }


def problem(error: PaywrightError) -> Answer:
    """The answer for an error: its own, where it carries one for the remote side, or JSON with code and sentences."""
    if (reply := error.reply) is not None:
        return Answer(reply.status, reply.headers, reply.body)
    if not is_public(error.code):
        _LOG.error("%s: %s", error.code, error.message)
    return json_answer(error.http_status, problem_of(error))


def json_answer(status: int, content: object) -> Answer:
    """JSON that no cache keeps and no browser takes for anything else."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(errors="backslashreplace")
    headers = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Answer(status, headers, body)


def too_large(field: str, limit: int) -> PaywrightError:
    """The refusal of a body, made before all of it was read."""
    error = refusal("too_large", field=field, limit=f"{limit} bytes")
    error.http_status = 413
    return error


def callback(pay: Paywright, gateway: str, headers: HeadersLike, body: bytes) -> Answer:
    """Takes a gateway's callback, headers and body exactly as they arrived, and words the exact answer to it."""
    try:
        reply = pay.handle_callback(gateway, headers=headers, body=body).reply
    except PaywrightError as error:
        return problem(error)
    return Answer(reply.status, reply.headers, reply.body)


_PAYMENT_WORDS: dict[PaymentState, Word] = {
    "init": "pending",
    "processing": "pending",
    "authorized": "pending",
    "succeeded": "success",
    "failed": "failed",
    "cancelled": "failed",
    "expired": "failed",
}
_REFUND_WORDS: dict[RefundState, Word] = {
    "pending": "pending",
    "succeeded": "success",
    "failed": "failed",
    "cancelled": "failed",
}


def payment_word(state: PaymentState) -> Word:
    """A payment's state in the three words that a page which polls can act on."""
    return _PAYMENT_WORDS[state]


def refund_word(state: RefundState) -> Word:
    """A refund's state in the same three words."""
    return _REFUND_WORDS[state]


def time_text(time: datetime | None) -> str | None:
    """A time as RFC 3339 text in UTC."""
    return None if time is None else time.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def status_of(payment: Payment) -> dict[str, object]:
    """What a page that polls learns about a payment. Amounts are text: JSON numbers become floats in many readers."""
    return {
        "payment_id": payment.id,
        "status": payment_word(payment.state),
        "state": payment.state,
        "paid_at": time_text(payment.paid_at),
        "amount": str(payment.amount),
        "currency": payment.currency,
    }


def record_of(payment: Payment, events: Iterable[Event]) -> dict[str, object]:
    """A payment with its log in the names of shops that keep a table of payments; worded as the engine's own replies."""
    logs: list[dict[str, object]] = []
    for event in events:
        entry = {"t": time_text(event.at), "operator": event.actor}
        if event.event == "payment.created":
            logs.append({**entry, "event": "start", "detail": f"start payment {payment.method}"})
        detail = " ".join(f"{name}={value}" for name, value in event.detail.items())
        logs.append({**entry, "event": event.event.replace(".", "_"), "detail": detail})
    return {
        "id": payment.id,
        "order": payment.order_id,
        "amount": str(payment.amount),
        "method": payment.method,
        "status": payment.state,
        "created_at": time_text(payment.created_at),
        "updated_at": time_text(payment.updated_at),
        "expires_at": time_text(payment.expires_at),
        "logs": logs,
    }


def history_of(pay: Paywright, customer: str, page: int | None, size: int | None) -> dict[str, object]:
    """A page of a customer's payments, newest first."""
    found = pay.payments(customer=customer, page=page, size=size)
    rows = [
        {
            "payment_id": payment.id,
            "amount": str(payment.amount),
            "currency": payment.currency,
            "status": payment_word(payment.state),
            "created_at": time_text(payment.created_at),
        }
        for payment in found.items
    ]
    return {"total": found.total, "page": found.page, "size": found.size, "payments": rows}


def own_status(pay: Paywright, customer: str, payment_id: str, keys: StatusKeys | None = None) -> Answer:
    """The status of a customer's own payment, signed where there are keys. Another's is answered like one that does not
    exist.
    """
    payment = pay.payment(payment_id)
    if payment.customer != customer:
        raise refusal("payment_not_found", payment=payment_id)
    answer = json_answer(200, status_of(payment))
    if keys is None:
        return answer
    return answer._replace(headers={**answer.headers, **keys.headers(payment.id, answer.body)})


def own_history(pay: Paywright, customer: str, query: Mapping[str, str]) -> Answer:
    """A page of a customer's own payments, as `page` and `size` of a query string ask for."""
    page, size = number("page", query.get("page")), number("size", query.get("size"))
    return json_answer(200, history_of(pay, customer, page, size))


def number(name: str, text: str | None) -> int | None:
    """A whole number of a query string."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise refusal("argument_range", field=name, given=text[:40], rule="a whole number")
    return int(text)


def mock_checkout(pay: Paywright, token: str, language: str | None) -> Answer:
    """The mock gateway's checkout page; only in mode `development`, elsewhere there is nothing of the kind."""
    if pay.health().mode != "development":
        return _nothing()
    try:
        page = pay.mock_page(token, language=language or "en")
    except PaywrightError as error:
        return problem(error)
    return Answer(page.status, page.headers, page.html.encode())


def mock_choice(pay: Paywright, body: bytes) -> Answer:
    """A click on that page: its callbacks are delivered to the engine as a provider would, then the browser goes back."""
    if pay.health().mode != "development":
        return _nothing()
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=False, max_num_fields=8)
        form = {name: values[0] for name, values in fields.items()}
    except ValueError:
        return problem(refusal("malformed", format="form", why="it cannot be read"))
    try:
        choice = pay.mock_choose(form.get("token", ""), form.get("outcome", ""))
    except PaywrightError as error:
        if error.code == "transition":
            # Another tab was faster: the page itself says how it ended, and leads back.
            return mock_checkout(pay, form.get("token", ""), form.get("language"))._replace(status=error.http_status)
        return problem(error)
    for delivery in choice.deliveries:
        callback(pay, "mock", delivery.headers, delivery.body)
    if choice.return_url is None:
        return mock_checkout(pay, form.get("token", ""), form.get("language"))
    return Answer(303, {"location": choice.return_url, "cache-control": "no-store"}, b"")


def _nothing() -> Answer:
    error = NotFound("There is nothing here.", code="not_found", message_zh="这里没有内容。", http_status=404)
    return json_answer(404, problem_of(error))
