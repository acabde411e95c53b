//! Signatures over callbacks: how they are computed, compared and carried. Nothing here reads a clock, and no
//! cryptography is ours.

pub mod hmac;
pub mod hmac_callback;
pub mod key_ring;
