//! How an engine is opened from JavaScript: the settings beside the address of its database. It decides nothing about
//! payments.

use std::ffi::OsString;
use std::sync::Arc;

use paywright::api::variables::Environment;
use paywright::api::{self, Options};
use paywright::error::{Code, Error, Result};
use paywright::id::SeededRandomness;

use crate::clock::ManualClock;
use crate::given::{Fields, Given};

const SETTINGS: [&str; 8] = [
    "gateways",
    "mode",
    "flows",
    "webhooks",
    "seed",
    "strict_permissions",
    "allow_network_file_system",
    "busy_timeout_ms",
];

/// What an engine is opened with.
pub fn options(call: &'static str, given: Given, clock: Option<ManualClock>) -> Result<Options> {
    let mut settings = Fields::new(call, given, &SETTINGS)?;
    let mut options = Options {
        gateways: settings.read("gateways")?,
        flows: settings.read("flows")?,
        webhooks: settings.read("webhooks")?,
        strict_permissions: settings.maybe("strict_permissions")?.unwrap_or_default(),
        allow_network_file_system: settings.maybe("allow_network_file_system")?.unwrap_or_default(),
        busy_timeout_ms: natural(&mut settings, "busy_timeout_ms")?,
        ..Options::default()
    };
    if let Some(mode) = settings.maybe("mode")? {
        options.mode = mode;
    }
    if let Some(clock) = clock {
        options.clock = Arc::new(clock);
    }
    if let Some(seed) = natural(&mut settings, "seed")? {
        options.randomness = Arc::new(SeededRandomness::new(seed));
    }
    Ok(options)
}

/// Opens an engine on a database, or, where none is named, as the environment says.
pub fn open(database: Option<String>, options: Options) -> Result<api::Paywright> {
    match database {
        Some(database) => api::Paywright::open(&database, options),
        None => {
            let name = |(name, _): (OsString, OsString)| name.into_string().ok();
            let names = std::env::vars_os().filter_map(name).collect();
            let environment = Environment { variable: &|name| std::env::var(name).ok(), names };
            api::Paywright::from_variables(&environment, options)
        }
    }
}

/// A whole number that is not negative, if one was given.
fn natural(settings: &mut Fields, name: &str) -> Result<Option<u64>> {
    let Some(number) = settings.maybe::<i64>(name)? else { return Ok(None) };
    u64::try_from(number).map(Some).map_err(|_| {
        let error = Error::new(Code::ArgumentRange).with("field", name).with("given", number);
        error.with("rule", "not negative")
    })
}
