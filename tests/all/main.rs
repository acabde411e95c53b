//! The suites that need more than one part of the workspace, as one test binary.

mod cli;
mod concurrency;
mod crash;
mod display;
mod due;
mod faults;
mod following;
mod host_gateway;
mod imports;
mod machines;
mod nonces;
mod outgoing;
mod pages;
mod requirements;
mod scenarios;
mod stripe;
mod stripe_mock;
mod surface;
mod threats;
mod tidy;
mod transfers;
mod transport;
mod upkeep;
mod vectors;
mod webhooks;
mod wechat_pay;
