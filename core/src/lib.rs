//! Paywright: orders, payments, refunds and a double-entry ledger inside your own application.

pub mod clock;
pub mod currency;
pub mod error;
pub mod gateway;
pub mod http;
pub mod id;
pub mod machine;
pub mod money;
pub mod payment;
pub mod refund;
pub mod secret;
pub mod store;
