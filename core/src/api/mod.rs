//! The public face: one type, [`Paywright`], whose methods are those of the surface table. It parses what comes in,
//! calls the engine, and turns what comes out into records; it decides nothing about payments.

mod accounts;
pub(crate) mod convert;
pub mod describe;
mod diagram;
mod files;
mod importing;
mod methods;
mod metrics;
mod mocking;
mod nonces;
mod open;
mod operations;
mod stepping;
mod surface;
pub mod types;
mod upkeep;
pub(crate) mod values;
pub mod variables;
mod webhooks;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, RwLock};

use accounts::Known;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::gateway::mock::Mock;

pub use convert::reply;
pub use files::listed;
pub use open::{DATABASE_VARIABLE, MODE_VARIABLE, Options};
pub use stepping::came;

/// An engine with its database and gateways. All methods may be called from many threads at once.
#[derive(Clone)]
pub struct Paywright {
    engine: Arc<Engine>,
    mock: Option<Arc<Mock>>,
    known: Arc<RwLock<BTreeMap<String, Known>>>,
    warnings: Arc<Vec<String>>,
}

impl Paywright {
    fn assemble(
        engine: Arc<Engine>,
        mock: Option<Arc<Mock>>,
        known: BTreeMap<String, Known>,
        warnings: Vec<String>,
    ) -> Self {
        Paywright {
            engine,
            mock,
            known: Arc::new(RwLock::new(known)),
            warnings: Arc::new(warnings),
        }
    }

    /// What an operator should know since this engine was opened.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The engine itself, for a Rust host that wants domain values.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Gives the database back; later calls fail with `store_closed`.
    pub fn close(&self) {
        self.engine.close();
    }

    /// Hands the events that a named consumer has not dealt with to `handler`, one by one. When it fails, the event
    /// comes again next time. Answers with how many were dealt with.
    pub fn deliver_events(
        &self,
        consumer: &str,
        limit: i64,
        mut handler: impl FnMut(types::Event) -> Result<()>,
    ) -> Result<usize> {
        guarded(|| {
            self.engine
                .deliver_events(consumer, limit, |event| handler(convert::event(event.clone())))
        })
    }
}

/// Turns a panic, which is a defect of ours, into the error `internal`: the host's process goes on. What the panic
/// said went to the process's own panic hook; it could hold anything and stays out of the error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::bug("a panic")))
}
