//! Providers that are played: servers on this machine that speak a provider's protocol, keep a book of their own and have
//! every kind of trouble on command. They decide nothing that the core decides.
//!
//! A provider is one [`Provider`]; [`Played`] puts it behind a server and its troubles before it, and
//! [`Played::transport`] is the way there for a gateway that believes to speak to the real host.

pub mod alipay;
pub mod paypal;
pub mod plain;
pub mod plain_gateway;
pub mod server;
pub mod stripe;
pub mod trouble;
pub mod wechatpay;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::transport::{Deadlines, HttpTransport};

use server::{Answered, Received, Server};
use trouble::{Fault, Spoiling, Trouble};

/// How long the gateways here wait for an answer. A machine that is busy may exceed it at any time: that is one more
/// lost reply, which every story must bear.
pub const DEADLINES: Deadlines =
    Deadlines { connect: Duration::from_millis(2000), whole: Duration::from_millis(250) };

/// Where a payment stands in its provider's book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The payer may still pay.
    Open,
    /// Money is held.
    Held,
    /// Money was collected.
    Collected,
    /// Nothing can come any more.
    Over,
}

/// A payment in its provider's book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOnBook {
    /// Under which number we created it.
    pub intent: String,
    /// Where it stands.
    pub standing: Standing,
    /// What it collected, in the smallest unit.
    pub collected: i64,
}

/// A refund in its provider's book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOnBook {
    /// Under which number we asked for it.
    pub intent: String,
    /// What is paid back, in the smallest unit.
    pub amount: i64,
    /// Whether it has been paid.
    pub paid: bool,
}

/// A provider: its protocol and its book.
pub trait Provider: Send {
    /// What a request is for: `pay`, `query`, `collect`, `capture`, `cancel`, `refund`, `query_refund`; another word for
    /// errands.
    fn verb(&self, request: &Received) -> &'static str;

    /// Does what a request asks and says so.
    fn answer(&mut self, request: &Received) -> Answered;

    /// Says that it knows nothing of the kind, and does nothing.
    fn not_found(&self, request: &Received) -> Answered;

    /// Every payment that was ever created.
    fn payments(&self) -> Vec<PaymentOnBook>;

    /// Every refund that was ever created.
    fn refunds(&self) -> Vec<RefundOnBook>;

    /// The payer pays whatever is open, or agrees to it, or has it held.
    fn payer_pays(&mut self);

    /// From now on a refund waits until [`Provider::refunds_arrive`].
    fn refunds_wait(&mut self);

    /// Refunds that wait are paid.
    fn refunds_arrive(&mut self);

    /// The same as it is now, to speak of the past later.
    fn remembered(&self) -> Box<dyn Provider>;

    /// How it says itself that it is busy or broken; nothing where only its server says so.
    fn trouble_said(&self, request: &Received, fault: Fault) -> Option<Answered> {
        let _ = (request, fault);
        None
    }

    /// An answer whose signature is gone or wrong; nothing where answers have none.
    fn spoilt(&self, answered: &Answered, how: Spoiling) -> Option<Answered> {
        let _ = (answered, how);
        None
    }
}

/// What stands behind the server.
struct Stage {
    provider: Box<dyn Provider>,
    /// How the provider was when [`Played::remember`] was called.
    past: Option<Box<dyn Provider>>,
    trouble: Option<Trouble>,
    verbs: Vec<&'static str>,
}

impl Stage {
    /// The trouble that this request meets, if any.
    fn meets(&mut self, request: &Received, here: impl Fn(Fault) -> bool) -> Option<Fault> {
        let verb = self.provider.verb(request);
        let trouble = self.trouble.as_mut()?;
        let fault = trouble.fault;
        (trouble.verb == verb && here(fault) && trouble.strike()).then_some(fault)
    }
}

/// A provider behind a server.
pub struct Played {
    server: Server,
    stage: Arc<Mutex<Stage>>,
}

fn locked(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Played {
    /// Opens the provider's server.
    pub fn start(provider: Box<dyn Provider>) -> Self {
        let stage = Stage { provider, past: None, trouble: None, verbs: Vec::new() };
        let stage = Arc::new(Mutex::new(stage));
        let behind = Arc::clone(&stage);
        let server = Server::start(move |stream| {
            if let Some(request) = Received::read(&stream) {
                trouble::serve(&behind, &request, &stream);
            }
        });
        Played { server, stage }
    }

    /// The way to it: what a gateway addresses to its host goes here, through the built-in transport.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(Way {
            to: self.server.authority(),
            stage: Arc::clone(&self.stage),
            network: HttpTransport::new(DEADLINES),
        })
    }

    /// From now on requests of a verb have a trouble, this many times.
    pub fn trouble(&self, verb: &'static str, fault: Fault, times: u32) {
        locked(&self.stage).trouble = Some(Trouble { verb, fault, times, left: times });
    }

    /// Whether a request met the trouble.
    pub fn has_struck(&self) -> bool {
        locked(&self.stage).trouble.is_some_and(|trouble| trouble.left < trouble.times)
    }

    /// What has been asked so far.
    pub fn verbs(&self) -> Vec<&'static str> {
        locked(&self.stage).verbs.clone()
    }

    /// Keeps how the provider is now, for [`Fault::Older`].
    pub fn remember(&self) {
        let mut stage = locked(&self.stage);
        stage.past = Some(stage.provider.remembered());
    }

    /// Looks at the provider, or has it do something.
    pub fn with<T>(&self, look: impl FnOnce(&mut dyn Provider) -> T) -> T {
        look(&mut *locked(&self.stage).provider)
    }
}

/// Carries what is meant for a provider's host to the server that plays it.
struct Way {
    to: String,
    stage: Arc<Mutex<Stage>>,
    network: HttpTransport,
}

impl Transport for Way {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        let rest = request.url.split_once("://").map_or("", |(_, rest)| rest);
        let target = rest.find('/').map_or("/", |start| &rest[start..]);
        let seen = Received {
            method: request.method.to_owned(),
            target: target.to_owned(),
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect(),
            body: request.body.clone(),
        };
        let closed = locked(&self.stage).meets(&seen, |fault| fault == Fault::Unreachable);
        // Nobody listens on the first port.
        let to = if closed.is_some() { "127.0.0.1:1" } else { &self.to };
        self.network.send(&Request { url: format!("http://{to}{target}"), ..request.clone() })
    }
}
