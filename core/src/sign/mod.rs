//! Signatures over callbacks: how they are computed, compared and carried. Nothing here reads a clock, and no
//! cryptography is ours.

pub mod alipay;
pub mod certificate;
mod der;
pub mod hmac;
pub mod hmac_callback;
pub mod key_ring;
pub mod paypal;
mod pem;
pub mod rsa;
pub mod standard_webhooks;
pub mod stripe;
pub mod wechatpay;

/// Seconds since 1970 as senders write them: digits and nothing else.
pub(crate) fn unix_seconds(text: &str) -> Option<i64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
