//! Signatures over callbacks: how they are computed, compared and carried. Nothing here reads a clock, and no
//! cryptography is ours.

pub mod certificate;
mod der;
pub mod hmac;
pub mod hmac_callback;
pub mod key_ring;
pub mod paypal;
mod pem;
pub mod rsa;
