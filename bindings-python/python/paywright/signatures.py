# Rendered from the surface table; to change it, change the table and run `render`.
"""Signatures of payment providers, made and verified without an engine.

Bodies are raw bytes, times are Unix seconds that the caller gives; a refusal is a
`paywright.PaywrightError` whose `code` names the cause.
"""

from ._native import (
    stripe_sign,
    stripe_verify,
    standard_webhooks_sign,
    standard_webhooks_verify,
    hmac_callback_sign,
    hmac_callback_verify,
)

__all__ = [
    "hmac_callback_sign",
    "hmac_callback_verify",
    "standard_webhooks_sign",
    "standard_webhooks_verify",
    "stripe_sign",
    "stripe_verify",
]
