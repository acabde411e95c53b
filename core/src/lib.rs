//! Paywright: orders, payments, refunds and a double-entry ledger inside your own application.
//!
//! [`api::Paywright`] is the whole public face; everything else is what it is made of. The map is `ARCHITECTURE.md`.

// Values.
pub mod clock;
pub mod currency;
pub mod error;
pub mod http;
pub mod id;
pub mod json;
pub mod money;
pub mod secret;
pub mod text;

// The domain: tables and what they mean.
pub mod exception;
pub mod flow;
#[cfg(feature = "sqlite")]
pub mod followed;
pub mod journal;
pub mod ledger;
pub mod machine;
pub mod order;
pub mod payment;
mod payment_reply;
pub mod refund;
pub mod webhook;

// Who talks to providers, who keeps, who decides, who is called.
pub mod api;
pub mod display;
pub mod engine;
#[cfg(feature = "sqlite")]
pub mod follow;
pub mod gateway;
pub mod sign;
pub mod signatures;
pub mod store;
#[cfg(feature = "http")]
pub mod transport;

/// The README's Rust is compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
