//! From shared options and the environment to an open engine. A database that is not there is never created, except
//! by the demonstration.

use std::path::Path;

use paywright::api::types::{GatewayConfig, Mode};
use paywright::api::variables::Environment;
use paywright::api::{DATABASE_VARIABLE, MODE_VARIABLE, Options, Paywright, listed};
use paywright::error::{Code, Error, Result};

use crate::arguments::Shared;
use crate::console::Console;

/// A database in memory, which is always there and always empty.
pub(crate) const IN_MEMORY: &str = "sqlite::memory:";

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
    match purpose {
        Purpose::Look if options.gateways.is_empty() => options.mode = Mode::development,
        Purpose::Look => (),
        Purpose::Act => from_environment(shared, console, &mut options)?,
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
        Some(path) if !Path::new(path).exists() => {
            Err(Error::new(Code::ConfigInvalid).with("setting", "--database").with(
                "why",
                format_args!(
                    "there is no file {}; the application that opens it first makes it",
                    Path::new(path).display()
                ),
            ))
        }
        _ => Ok(url),
    }
}

/// The file of a database address, where it has one.
pub(crate) fn file(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    (path != ":memory:" && !url.contains("://")).then_some(path)
}

/// Adds the gateways and webhooks that the environment configures, unless a file of gateways was named; slips are told.
pub(crate) fn from_environment(
    shared: &Shared,
    console: &mut Console<'_>,
    options: &mut Options,
) -> Result<()> {
    if shared.gateways.is_some() {
        return Ok(());
    }
    let variable = |name: &str| console.variable(name);
    let environment = Environment { variable: &variable, names: console.variables() };
    let gateways = environment.gateways()?;
    let webhooks = environment.webhooks()?;
    let slips = environment.slips();
    slips.iter().for_each(|slip| console.warn(slip));
    options.gateways.extend(gateways);
    options.webhooks.extend(webhooks);
    Ok(())
}

/// What the shared options and the environment say about everything but the database and the environment's gateways.
pub(crate) fn options(shared: &Shared, console: &Console<'_>) -> Result<Options> {
    let mode = match (shared.mode, console.variable(MODE_VARIABLE)) {
        (Some(mode), _) => mode,
        (None, Some(word)) => Mode::parse(&word)?,
        (None, None) => Mode::development,
    };
    let gateways = shared.gateways.as_deref().map(|path| listed("--gateways", path));
    let gateways: Vec<GatewayConfig> = gateways.transpose()?.unwrap_or_default();
    let flows = shared.flows.as_deref().map(|path| listed("--flows", path));
    let flows: Vec<serde_json::Value> = flows.transpose()?.unwrap_or_default();
    let flows = flows.iter().map(ToString::to_string).collect();
    Ok(Options { gateways, flows, mode, ..Options::default() })
}
