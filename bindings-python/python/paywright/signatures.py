# Rendered from the surface table; to change it, change the table and run `render`.
"""Signatures of payment providers, made and verified without an engine.

Bodies are raw bytes, times are Unix seconds that the caller gives; a refusal is a
`paywright.PaywrightError` whose `code` names the cause.
"""

from ._native import (
    standard_webhooks_sign,
    standard_webhooks_verify,
    hmac_callback_sign,
    hmac_callback_verify,
    stripe_sign,
    stripe_verify,
    wechatpay_authorization,
    wechatpay_verify,
    wechatpay_decrypt,
    alipay_sign,
    alipay_verify_notify,
    alipay_verify_response,
    paypal_verify,
)

__all__ = [
    "alipay_sign",
    "alipay_verify_notify",
    "alipay_verify_response",
    "hmac_callback_sign",
    "hmac_callback_verify",
    "paypal_verify",
    "standard_webhooks_sign",
    "standard_webhooks_verify",
    "stripe_sign",
    "stripe_verify",
    "wechatpay_authorization",
    "wechatpay_decrypt",
    "wechatpay_verify",
]
