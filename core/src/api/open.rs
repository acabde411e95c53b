//! Opening an engine: from a database address, gateways and a mode to something that works, or to an error that says
//! what is missing. Nothing is created before everything given was found to be right.

use std::sync::Arc;

use super::Paywright;
use super::accounts;
use super::types::{GatewayConfig, Mode, Webhook};
#[cfg(doc)]
use super::variables;
use super::variables::Environment;
use super::webhooks;
use crate::clock::{Clock, SystemClock};
use crate::engine::{self, Engine, Parts};
use crate::error::{Code, Error, Result};
use crate::flow::Flow;
use crate::gateway::Gateway;
use crate::http::Transport;
use crate::id::{Randomness, SystemRandomness};
use crate::store::Store;

/// The variable that names the database.
pub const DATABASE_VARIABLE: &str = "PAYWRIGHT_DATABASE_URL";
/// The variable that names the mode.
pub const MODE_VARIABLE: &str = "PAYWRIGHT_MODE";

/// What an engine is opened with, beside the address of its database.
pub struct Options {
    /// The accounts that collect money, the first of a method being its default.
    pub gateways: Vec<GatewayConfig>,
    /// Accounts of the host's own making, after the others.
    pub own_gateways: Vec<Arc<dyn Gateway>>,
    /// What is at stake; `development` unless said.
    pub mode: Mode,
    /// Flows of the host, each as JSON text.
    pub flows: Vec<String>,
    /// Where the time is read.
    pub clock: Arc<dyn Clock>,
    /// Where unguessable bytes come from.
    pub randomness: Arc<dyn Randomness>,
    /// Endpoints of the host's other services that the journal is delivered to, by due work.
    pub webhooks: Vec<Webhook>,
    /// Who carries webhooks, and requests to gateways that do not carry their own; unless said, this crate itself where it was built
    /// with its feature `http`.
    pub transport: Option<Arc<dyn Transport>>,
    /// A store of the host's own making; the address of the database then counts for nothing.
    pub store: Option<Arc<dyn Store>>,
    /// Refuse a database file that other users can read, instead of warning.
    pub strict_permissions: bool,
    /// Take a database on a network file system, at one's own risk.
    pub allow_network_file_system: bool,
    /// How long to wait for another process that holds the database.
    pub busy_timeout_ms: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            gateways: Vec::new(),
            own_gateways: Vec::new(),
            mode: Mode::development,
            flows: Vec::new(),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
            webhooks: Vec::new(),
            transport: None,
            store: None,
            strict_permissions: false,
            allow_network_file_system: false,
            busy_timeout_ms: None,
        }
    }
}

/// An address of a database: a path, `sqlite:path`, or `sqlite::memory:`.
fn open_store(url: &str, options: &Options) -> Result<(Arc<dyn Store>, Vec<String>)> {
    if let Some(store) = &options.store {
        return Ok((Arc::clone(store), Vec::new()));
    }
    if url.starts_with("postgres") || url.contains("://") {
        return Err(invalid("database", "this build knows paths, sqlite:path and sqlite::memory:"));
    }
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    if path.trim().is_empty() {
        return Err(Error::new(Code::ConfigMissing)
            .with("setting", "database")
            .with("rule", "name a file such as shop.db, or sqlite::memory:"));
    }
    open_sqlite(path, options)
}

#[cfg(feature = "sqlite")]
fn open_sqlite(path: &str, options: &Options) -> Result<(Arc<dyn Store>, Vec<String>)> {
    use crate::store::schema::MIGRATIONS;
    use crate::store::sqlite::{SqliteOptions, SqliteStore};

    if path == ":memory:" {
        return Ok((Arc::new(SqliteStore::in_memory(MIGRATIONS)?), Vec::new()));
    }
    let mut sqlite = SqliteOptions {
        strict_permissions: options.strict_permissions,
        allow_network_fs: options.allow_network_file_system,
        ..SqliteOptions::default()
    };
    if let Some(timeout) = options.busy_timeout_ms {
        sqlite.busy_timeout_ms = timeout;
    }
    let store = SqliteStore::open(std::path::Path::new(path), sqlite, MIGRATIONS)?;
    let warnings = store.warnings().iter().map(Error::message).collect();
    Ok((Arc::new(store), warnings))
}

#[cfg(not(feature = "sqlite"))]
fn open_sqlite(_: &str, _: &Options) -> Result<(Arc<dyn Store>, Vec<String>)> {
    Err(invalid(
        "database",
        "this build has no SQLite (feature sqlite); hand in a store of your own",
    ))
}

impl Paywright {
    /// Opens an engine on a database: a path, `sqlite:path` or `sqlite::memory:`.
    ///
    /// Errors: `config_missing`, `config_invalid`, `mock_in_live`, `secret_empty`, `key_type`, `flow_invalid`,
    /// `schema_newer`, `not_ours`, `network_fs`, `file_permissions`, `storage_…`.
    pub fn open(url: &str, options: Options) -> Result<Self> {
        Self::opened(url, options, Vec::new())
    }

    fn opened(url: &str, options: Options, mut warnings: Vec<String>) -> Result<Self> {
        warnings.extend(stand_ins(&options));
        let accounts = accounts::all(&options, &mut warnings)?;
        let flows = options.flows.iter().map(|f| Flow::from_json(f)).collect::<Result<_>>()?;
        let mode = engine::Mode::parse(options.mode.as_str())?;
        engine::check_gateways(&accounts.all, mode)?;
        let webhooks = webhooks::endpoints(&options.webhooks)?;
        let (store, more) = open_store(url, &options)?;
        warnings.extend(more);
        let engine = Engine::new(Parts {
            store,
            clock: options.clock,
            randomness: options.randomness,
            gateways: accounts.all,
            flows,
            transport: options.transport.or_else(network),
            webhooks,
            mode,
        })?;
        if let Err(error) = engine.check_newest_seals() {
            warnings.push(error.message());
        }
        Ok(Paywright::assemble(engine, accounts.mock, accounts.known, warnings))
    }

    /// Opens an engine as the environment says: `PAYWRIGHT_DATABASE_URL`, `PAYWRIGHT_MODE`, and the variables of every
    /// gateway ([`variables::all`]) and webhook; they stand behind those of the options. Nothing here depends on the process it
    /// runs in.
    pub fn from_variables(environment: &Environment<'_>, mut options: Options) -> Result<Self> {
        let variable = environment.variable;
        let url = variable(DATABASE_VARIABLE).ok_or_else(|| {
            Error::new(Code::ConfigMissing)
                .with("setting", DATABASE_VARIABLE)
                .with("rule", "name a file such as shop.db")
        })?;
        if let Some(mode) = variable(MODE_VARIABLE) {
            options.mode = Mode::parse(&mode)?;
        }
        options.gateways.extend(environment.gateways()?);
        options.webhooks.extend(environment.webhooks()?);
        Self::opened(&url, options, environment.slips())
    }
}

/// Who carries requests where the host does not say.
fn network() -> Option<Arc<dyn Transport>> {
    #[cfg(feature = "http")]
    return Some(Arc::new(crate::transport::HttpTransport::default()));
    #[cfg(not(feature = "http"))]
    return None;
}

/// What belongs in tests only, said where real money is at stake.
fn stand_ins(options: &Options) -> Vec<String> {
    let live = options.mode == Mode::live;
    [
        (options.randomness.is_guessable(), "ids come from a seed and can be guessed"),
        (options.clock.is_manual(), "the clock is set by hand"),
    ]
    .into_iter()
    .filter(|(found, _)| live && *found)
    .map(|(_, warning)| format!("mode live: {warning}"))
    .collect()
}

fn invalid(setting: &str, why: &str) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
}
