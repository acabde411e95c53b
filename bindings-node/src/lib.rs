//! Paywright for Node: a reader of the surface table, and the few things that are Node's own (promises, worker threads,
//! plain objects). It contains no decision about payments.

// Not `forbid`: the attribute with which a library tells Node what it exports writes unsafe code of its own, and one line
// of `javascript` takes a value for what it was found to be.
#![deny(unsafe_code)]

mod clock;
mod engine;
// Public, since a build for the linter leaves out what calls it.
pub mod entry;
mod exports;
mod functions;
mod given;
mod host_gateway;
mod host_values;
mod javascript;
mod methods;
mod pool;
mod records;
mod refusal;
mod shown;
