//! How an engine is opened from Swift and Kotlin: the settings beside the address of its database. It decides nothing about
//! payments.

use std::sync::Arc;

use paywright::api::types::{Gateway, Mode, Webhook};
use paywright::api::{self, Options};
use paywright::clock::{Clock, SystemClock};
use paywright::error::{Code, Error, Result};
use paywright::id::{Randomness, SeededRandomness, SystemRandomness};

use crate::clock::{Asked, ManualClock};
use crate::error::PaywrightError;

/// An engine with its database and gateways. All methods may be called from many threads at once; each blocks its thread
/// until it is done.
#[derive(uniffi::Object)]
pub struct Paywright {
    pub(crate) engine: api::Paywright,
}

#[uniffi::export]
impl Paywright {
    /// Opens an engine on a database: a path, `sqlite:path` or `sqlite::memory:`. `flows` are flows of the host as JSON
    /// texts, `mode` is `development` unless said, `busy_timeout_ms` says how long to wait for another process that holds
    /// the database. `clock` and `seed` are for tests: a clock that is moved by hand, and ids that are always the same.
    /// Errors: `config_missing`, `config_invalid`, `mock_in_live`, `secret_empty`, `key_type`, `flow_invalid`, `storage_…`.
    #[allow(clippy::too_many_arguments)] // a host names them, and all but one may be left out
    #[uniffi::constructor(default(
        gateways = [], mode = None, flows = [], webhooks = [], strict_permissions = false,
        allow_network_file_system = false, busy_timeout_ms = None, clock = None, seed = None
    ))]
    pub fn open(
        database: String,
        gateways: Vec<Gateway>,
        mode: Option<Mode>,
        flows: Vec<String>,
        webhooks: Vec<Webhook>,
        strict_permissions: bool,
        allow_network_file_system: bool,
        busy_timeout_ms: Option<i64>,
        clock: Option<Arc<ManualClock>>,
        seed: Option<i64>,
    ) -> Result<Arc<Self>, PaywrightError> {
        let usual = Options::default();
        let (clock, randomness) = clock_and_randomness(clock, seed)?;
        let options = Options {
            gateways,
            mode: mode.unwrap_or(usual.mode),
            flows,
            webhooks,
            strict_permissions,
            allow_network_file_system,
            busy_timeout_ms: natural("busy_timeout_ms", busy_timeout_ms)?,
            clock,
            randomness,
            ..Options::default()
        };
        Ok(Arc::new(Paywright { engine: api::Paywright::open(&database, options)? }))
    }

    /// What an operator should know since this engine was opened.
    pub fn warnings(&self) -> Vec<String> {
        self.engine.warnings().to_vec()
    }

    /// Gives the database back; later calls fail with `store_closed`.
    pub fn shut_down(&self) {
        self.engine.close();
    }
}

/// Where time and unguessable bytes come from: the machine, or what a test hands in.
pub(crate) fn clock_and_randomness(
    clock: Option<Arc<ManualClock>>,
    seed: Option<i64>,
) -> Result<(Arc<dyn Clock>, Arc<dyn Randomness>)> {
    let clock: Arc<dyn Clock> = match clock {
        Some(clock) => Arc::new(Asked(clock)),
        None => Arc::new(SystemClock),
    };
    Ok(match natural("seed", seed)? {
        Some(seed) => (clock, Arc::new(SeededRandomness::new(seed))),
        None => (clock, Arc::new(SystemRandomness)),
    })
}

/// A whole number that is not negative, if one was given.
fn natural(field: &str, given: Option<i64>) -> Result<Option<u64>> {
    let Some(number) = given else { return Ok(None) };
    u64::try_from(number).map(Some).map_err(|_| {
        let error = Error::new(Code::ArgumentRange).with("field", field).with("given", number);
        error.with("rule", "not negative")
    })
}
