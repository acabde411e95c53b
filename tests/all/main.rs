//! The suites that need more than one part of the workspace, as one test binary.

mod concurrency;
mod crash;
mod machines;
mod scenarios;
mod threats;
mod vectors;
