//! Signatures over callbacks: how they are computed, compared and carried. Nothing here reads a clock, and no
//! cryptography is ours.

#[cfg(feature = "merchant")]
pub mod alipay;
#[cfg(feature = "merchant")]
pub mod certificate;
#[cfg(feature = "merchant")]
mod der;
pub mod hmac;
pub mod hmac_callback;
pub mod key_ring;
#[cfg(feature = "merchant")]
pub mod paypal;
#[cfg(feature = "merchant")]
mod pem;
#[cfg(feature = "merchant")]
pub mod rsa;
pub mod standard_webhooks;
#[cfg(feature = "merchant")]
pub mod stripe;
#[cfg(feature = "merchant")]
pub mod wechatpay;

/// Seconds since 1970 as senders write them: digits and nothing else.
pub(crate) fn unix_seconds(text: &str) -> Option<i64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
