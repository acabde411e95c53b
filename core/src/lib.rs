//! Paywright: orders, payments, refunds and a double-entry ledger inside your own application.

pub mod clock;
pub mod currency;
pub mod error;
pub mod http;
pub mod id;
pub mod money;
pub mod secret;
pub mod gateway;
pub mod machine;
pub mod payment;
pub mod refund;
pub mod store;
