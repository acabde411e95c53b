//! From shared options and the environment to an open engine. A database that is not there is never created, except
//! by the demonstration.

use std::path::Path;

use paywright::api::types::{GatewayConfig, Mode};
use paywright::api::{DATABASE_VARIABLE, MODE_VARIABLE, Options, Paywright};
use paywright::error::{Code, Error, Result};
use serde::de::DeserializeOwned;

use crate::arguments::Shared;
use crate::console::Console;

/// A database in memory, which is always there and always empty.
pub(crate) const IN_MEMORY: &str = "sqlite::memory:";

/// A file of gateways or flows is no larger than this many bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Whether a command asks gateways or moves money, or only looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It needs no gateway; a database of any mode may be looked at.
    Look,
    /// It needs the gateways, and their warnings matter.
    Act,
}

/// Opens the database that was named.
pub(crate) fn open(
    shared: &Shared,
    console: &mut Console<'_>,
    purpose: Purpose,
) -> Result<Paywright> {
    let url = database(shared, console)?;
    let mut options = options(shared, console)?;
    if purpose == Purpose::Look && options.gateways.is_empty() {
        options.mode = Mode::development;
    }
    let pay = Paywright::open(&url, options)?;
    if purpose == Purpose::Act {
        pay.warnings().iter().for_each(|warning| console.warn(warning));
    }
    Ok(pay)
}

/// The database that was named, if it is there.
pub(crate) fn database(shared: &Shared, console: &Console<'_>) -> Result<String> {
    let named = shared.database.clone().or_else(|| console.variable(DATABASE_VARIABLE));
    let url = named.ok_or_else(|| {
        Error::new(Code::ConfigMissing).with("setting", "the database").with(
            "rule",
            format_args!("name it with --database shop.db, or set {DATABASE_VARIABLE}"),
        )
    })?;
    match file(&url) {
        Some(path) if !Path::new(path).exists() => Err(Error::new(Code::ConfigInvalid)
            .with("setting", "--database")
            .with("why", format_args!("there is no file {}", Path::new(path).display()))),
        _ => Ok(url),
    }
}

/// The file of a database address, where it has one.
pub(crate) fn file(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    (path != ":memory:" && !url.contains("://")).then_some(path)
}

/// What the shared options and the environment say about everything but the database.
pub(crate) fn options(shared: &Shared, console: &Console<'_>) -> Result<Options> {
    let mode = match (shared.mode, console.variable(MODE_VARIABLE)) {
        (Some(mode), _) => mode,
        (None, Some(word)) => Mode::parse(&word)?,
        (None, None) => Mode::development,
    };
    let gateways: Vec<GatewayConfig> = listed("--gateways", shared.gateways.as_deref())?;
    let flows: Vec<serde_json::Value> = listed("--flows", shared.flows.as_deref())?;
    let flows = flows.iter().map(ToString::to_string).collect();
    Ok(Options { gateways, flows, mode, ..Options::default() })
}

/// The list in a JSON file; an empty one where no file is named.
fn listed<T: DeserializeOwned>(setting: &str, path: Option<&str>) -> Result<Vec<T>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let wrong = |why: String| {
        let why = format!("{path}: {why}");
        Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
    };
    let size = std::fs::metadata(path).map_err(|e| wrong(e.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(wrong(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    // The reader's own words may repeat what it read, and that may be a secret: only the place is told.
    serde_json::from_str(&text).map_err(|e| {
        wrong(format!("line {}, column {}: not the list that is expected", e.line(), e.column()))
    })
}
