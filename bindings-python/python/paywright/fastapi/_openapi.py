"""What OpenAPI says of refusals: for each status the codes that it may carry, each with an example; and of signed answers.

The statuses and sentences are those of the table of errors; only which route may give which code stands in the routes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .._codes import CODES, refusal
from .._web import forbidden, problem_of, too_large
from ..errors import PaywrightError
from ._guard import JSON_BYTES_MAX
from ._shapes import Problem

_ALWAYS = tuple(code for code, row in CODES.items() if row.group in ("storage_error", "config_error", "internal_error"))
_GATEWAY = ("gateway_error", "rate_limited", "gateway_unavailable", "credentials_rejected", "declined")
_OUTGOING = tuple(code for code, row in CODES.items() if row.group in _GATEWAY)
_BODY = ("argument_missing", "text_format", "malformed", "duplicate_field", "amount_format")
ID = ("id_format",)
PERMISSION = ("forbidden_action",)
READING = (*ID, *PERMISSION, "payment_not_found")
CREATING = (
    *_BODY, *ID, *PERMISSION, *_OUTGOING, "too_large", "order_not_found", "flow_not_found", "method_unsupported",
    "order_not_payable", "order_settled", "order_expired", "amount_mismatch", "amount_type", "amount_scale",
    "amount_range", "currency", "currency_mismatch", "active_payment_exists", "idempotency", "in_progress", "pan",
    "gateway_amount", "gateway_currency", "gateway_cannot", "gateway_not_found", "argument_conflict", "version",
)
REFUNDING = (
    *_BODY, *READING, *_OUTGOING, "too_large", "payment_not_refundable", "refund_exceeds", "amount_type",
    "amount_scale", "amount_range", "currency", "currency_mismatch", "idempotency", "in_progress", "pan",
    "gateway_amount", "gateway_cannot", "gateway_not_found", "transition", "refund_pending", "version",
)
LISTING = (*ID, *PERMISSION, "argument_missing", "argument_range", "text_format", "pan")
SIGNED = (
    "auth_missing", "auth_malformed", "auth_mismatch", "auth_stale", "auth_not_configured", "replay", "canonical",
    "duplicate_field", "id_format",
)
SIGNED_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "webhook-id": {"description": "The payment's id.", "schema": {"type": "string"}},
            "webhook-timestamp": {"description": "When it was answered, in Unix seconds.", "schema": {"type": "string"}},
            "webhook-signature": {
                "description": "Signatures (`v1a`) as Standard Webhooks has them, separated by a space.",
                "schema": {"type": "string"},
            },
        }
    }
}


def refusals(*codes: str, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse with these codes, besides trouble with storage and configuration."""
    by_status: dict[int, dict[str, PaywrightError]] = defaultdict(dict)
    for code in (*codes, *_ALWAYS):
        error = _example(code)
        by_status[error.http_status][code] = error
    if body:
        by_status[413]["too_large"] = too_large("the body", JSON_BYTES_MAX)
    answers: dict[int | str, dict[str, Any]] = {
        status: _answer(errors) for status, errors in sorted(by_status.items())
    }
    # Without this the framework would promise its own form of validation errors, which is never sent.
    answers["4XX"] = {"description": "What the application's own authorisation refuses with."}
    return answers


def _answer(errors: dict[str, PaywrightError]) -> dict[str, Any]:
    examples = {code: {"summary": error.message, "value": problem_of(error)} for code, error in errors.items()}
    schema = {"properties": {"code": {"enum": sorted(errors)}}}
    return {
        "model": Problem,
        "description": "One of " + ", ".join(f"`{code}`" for code in sorted(errors)),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


def _example(code: str) -> PaywrightError:
    return forbidden("…", "…") if code == "forbidden_action" else refusal(code)
