//! The engine: what happens to orders, payments and refunds, in units of work. Time, randomness, the store and
//! the gateways are handed in; it never opens a socket and never looks at a clock by itself.

mod books;
mod breaker;
mod callback;
mod claims;
mod counters;
mod due;
mod endpoints;
mod events;
mod examine;
mod exceptions;
mod exchange;
mod idempotency;
mod import;
mod nonces;
mod notice;
mod order_moves;
mod orders;
mod outgoing;
mod pay;
mod pay_plan;
mod pay_record;
mod reading;
mod refund_open;
mod refund_outside;
mod refund_settle;
mod refunds;
mod rotate;
mod seal;
mod settle;
mod steps;
mod transfers;
mod verify;
mod webhook_turns;
mod webhooks;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::{Clock, Time};
use crate::error::{Code, Error, Result};
use crate::flow::Flow;
use crate::gateway::{Environment, Gateway};
use crate::http::Transport;
use crate::id::Randomness;
use crate::machine::words;
use crate::store::{self, Connection, Store};

pub use books::Books;
pub use callback::{CallbackResult, Outcome};
pub use counters::Count;
pub use due::{DueReport, LIMIT as DUE_LIMIT, LIMIT_MAX as DUE_LIMIT_MAX};
pub use endpoints::{Endpoint, Network};
pub use events::{EVENTS, EVENTS_MAX};
pub use exceptions::ResolveException;
pub use idempotency::IdempotencyKey;
pub use import::{Import, ImportProblem, ImportReport, ImportRow, RowKind, Stands};
pub use nonces::NonceClaim;
pub use orders::{NewLine, NewOrder, Transition};
pub use pay::Confirmation;
pub use pay_plan::NewPayment;
pub use refunds::NewRefund;
pub use steps::{Step, StepOperation};
pub use transfers::{ArrivedTransfer, RecordedTransfer};
pub use verify::{Report, Violation};
pub use webhooks::Replay;

words! {
    /// What is at stake.
    Mode: "mode" {
        /// No real money; the mock gateway is allowed and a warning says so.
        Development = "development",
        /// The gateways' test environments.
        Test = "test",
        /// Real money.
        Live = "live",
    }
}

/// Everything that an engine is given.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where the time is read.
    pub clock: Arc<dyn Clock>,
    /// Where unguessable bytes come from.
    pub randomness: Arc<dyn Randomness>,
    /// The accounts that collect money, the first of a method being its default.
    pub gateways: Vec<Arc<dyn Gateway>>,
    /// Flows of the host beside the built-in ones.
    pub flows: Vec<Flow>,
    /// Who carries requests to gateways that do not carry their own.
    pub transport: Option<Arc<dyn Transport>>,
    /// Where the journal is delivered to.
    pub webhooks: Vec<Endpoint>,
    /// What is at stake.
    pub mode: Mode,
}

/// The accounts of an engine at one moment.
pub type Accounts = Arc<[Arc<dyn Gateway>]>;

/// The decision-maker. Shared by all threads; every method may be called from any of them.
pub struct Engine {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    accounts: RwLock<Accounts>,
    flows: Vec<Flow>,
    transport: Option<Arc<dyn Transport>>,
    webhooks: Vec<Endpoint>,
    mode: Mode,
    counters: counters::Counters,
    breaker: breaker::Breaker,
}

impl Engine {
    /// Puts an engine together. Fails with `config_missing` (no gateway in mode `test` or `live`),
    /// `config_invalid` (a name twice), `mock_in_live`, `flow_invalid`.
    pub fn new(parts: Parts) -> Result<Arc<Self>> {
        check_gateways(&parts.gateways, parts.mode)?;
        let mut flows = crate::flow::built_in()?;
        for flow in parts.flows {
            if flows.iter().any(|known| known.name() == flow.name()) {
                return Err(Error::new(Code::FlowInvalid)
                    .with("flow", flow.name())
                    .with("why", "a flow of this name exists already"));
            }
            flows.push(flow);
        }
        endpoints::check_endpoints(&parts.webhooks)?;
        let engine = Arc::new(Engine {
            store: parts.store,
            clock: parts.clock,
            randomness: parts.randomness,
            accounts: RwLock::new(parts.gateways.into()),
            flows,
            transport: parts.transport,
            webhooks: parts.webhooks,
            mode: parts.mode,
            counters: counters::Counters::default(),
            breaker: breaker::Breaker::default(),
        });
        engine.register_webhooks()?;
        Ok(engine)
    }

    /// What is at stake.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The present instant, as the engine sees it.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Where unguessable bytes come from.
    pub fn randomness(&self) -> &dyn Randomness {
        &*self.randomness
    }

    /// All accounts, as they are configured now.
    pub fn accounts(&self) -> Accounts {
        Arc::clone(&self.accounts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The account of this name. Fails with `gateway_not_found`.
    pub fn gateway(&self, name: &str) -> Result<Arc<dyn Gateway>> {
        let accounts = self.accounts();
        let found = accounts.iter().find(|g| g.facts().name == name).cloned();
        found.ok_or_else(|| not_configured(name, &accounts))
    }

    /// The names of all accounts.
    pub fn gateway_names(&self) -> Vec<String> {
        self.accounts().iter().map(|g| g.facts().name.clone()).collect()
    }

    /// The payment methods that the accounts offer.
    pub fn methods(&self) -> Vec<String> {
        self.accounts().iter().flat_map(|g| g.facts().methods.clone()).collect()
    }

    /// The flow of this name. Fails with `flow_not_found`.
    pub fn flow(&self, name: &str) -> Result<&Flow> {
        self.flows.iter().find(|f| f.name() == name).ok_or_else(|| {
            Error::new(Code::FlowNotFound)
                .with("flow", name.escape_debug())
                .with("known", self.flows.iter().map(Flow::name).collect::<Vec<_>>().join(", "))
        })
    }

    /// Gives the store back; later calls fail with `store_closed`.
    pub fn close(&self) {
        self.store.close();
    }

    /// Runs a unit of work at one instant, as `actor`.
    fn transact<T: Send + 'static>(
        self: &Arc<Self>,
        actor: &str,
        mut work: impl FnMut(&mut Books<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let engine = Arc::clone(self);
        let now = self.now();
        let actor = actor.to_owned();
        store::transact(&*self.store, move |connection| {
            work(&mut Books::new(&engine, connection, now, &actor))
        })
    }

    /// Reads from one consistent state.
    fn read<T>(&self, work: impl FnMut(&mut dyn Connection) -> Result<T>) -> Result<T> {
        store::read(&*self.store, work)
    }
}

/// Runs what may be a host's own code. A panic there is the failure of that one thing, and goes no further.
fn apart<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::bug("a gateway panicked")))
}

fn not_configured(name: &str, accounts: &[Arc<dyn Gateway>]) -> Error {
    let names: Vec<_> = accounts.iter().map(|g| g.facts().name.as_str()).collect();
    Error::new(Code::GatewayNotFound)
        .with("gateway", name.escape_debug())
        .with("configured", names.join(", "))
}

/// Whether these accounts may be used together in this mode. The errors of [`Engine::new`].
pub(crate) fn check_gateways(gateways: &[Arc<dyn Gateway>], mode: Mode) -> Result<()> {
    let facts = || gateways.iter().map(|g| g.facts());
    if gateways.is_empty() {
        return Err(Error::new(Code::ConfigMissing)
            .with("setting", "gateways")
            .with("rule", "name at least one; only mode development falls back to the mock"));
    }
    if (mode == Mode::Live || facts().any(|f| f.live)) && facts().any(|f| f.mock) {
        return Err(Error::new(Code::MockInLive));
    }
    for account in facts() {
        let wrong = match (account.environment, mode) {
            (Some(Environment::Live), Mode::Development | Mode::Test) => "live",
            (Some(Environment::Test), Mode::Live) => "test",
            _ => continue,
        };
        return Err(Error::new(Code::ConfigInvalid).with("setting", &account.name).with(
            "why",
            format_args!("its credentials are {wrong} ones, the engine runs in mode {mode}"),
        ));
    }
    for (i, gateway) in facts().enumerate() {
        if facts().skip(i + 1).any(|other| other.name == gateway.name) {
            return Err(Error::new(Code::ConfigInvalid)
                .with("setting", "gateways")
                .with("why", format_args!("the name {} stands twice", gateway.name)));
        }
    }
    Ok(())
}
