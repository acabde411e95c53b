//! Paywright for Swift and Kotlin: a reader of the surface table, from which uniffi makes both languages' code. It contains no
//! decision about payments.
//!
//! Without a feature this is the build for devices: the gateways that need a merchant's secret are not in it. The feature
//! `server` brings them.

// An error crosses the border at once, and what crosses cannot be behind a pointer.
#![allow(clippy::result_large_err)]

mod clock;
mod engine;
mod error;
mod follower;
mod functions;
mod methods;
mod records;
mod values;

uniffi::setup_scaffolding!("paywright");
