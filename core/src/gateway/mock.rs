//! The mock gateway: looks like a payment provider from outside, and has one of its own inside this process.
//! It never says "paid" unless its script, its checkout page or a triggered callback made it so, and never
//! coexists with live credentials.
//!
//! * Every request is a `POST` of JSON to an address that does not exist; amounts are whole minor units.
//! * The idempotency key is our id. The provider creates one payment for it, however often it is asked.
//! * Callbacks sign `id.timestamp.body`, see [`callback`]. What the provider does is scripted, see [`script`].
//! * The provider's answer to a query is as good as a callback: both come from its book.

mod book;
pub mod callback;
mod entry;
mod event;
pub mod page;
pub mod script;
mod server;
mod sheet;
mod token;
mod trigger;
mod wire;

pub use server::{Counts, MockServer, Standing};
pub use trigger::{Delivery, Kind, Occasion};
pub use wire::{RefundStatus, Status};

use self::event::{payment_event, refund_event};
use self::script::Script;
use self::wire::{
    ADDRESS, Body, DeclineObject, PaymentObject, RefundObject, RefundOrder, Refusal, Terms,
};
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Call, Claim, ClaimedAmount, Decline, Facts, Gateway, Moment, Operation,
    PaymentFact, PaymentIntent, Received, RefundFact, cannot,
};
use crate::http::{Headers, RESPONSE_BYTES_MAX, Request, Response, Transport};
use crate::secret::Secret;
use crate::sign::hmac::MacKey;

/// The mock gateway's name.
pub const NAME: &str = "mock";
/// The secret of a mock gateway that was given none. It is public, and that does no harm: a mock gateway is
/// refused beside live credentials. Being fixed, it lets another process sign callbacks for the same engine.
pub const DEFAULT_SECRET: &str = "throwaway-mock-secret-known-to-everybody";
/// Where the checkout page is, unless the host says where it serves it. Leads nowhere.
pub const DEFAULT_CHECKOUT_URL: &str = "https://mock.invalid/checkout";
/// The header with the idempotency key.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// What it offers unless the options say otherwise.
const DEFAULT_METHODS: [&str; 6] =
    ["card", "wechat", "alipay", "paypal", "apple_pay", "google_pay"];

/// What a mock gateway is made of.
#[derive(Clone, Debug)]
pub struct MockOptions {
    /// The first signs, all of them verify (rotation).
    pub secrets: Vec<Secret>,
    /// Where the host serves the checkout page; absolute.
    pub checkout_base_url: String,
    /// What the provider does.
    pub script: Script,
    /// The payment methods on offer.
    pub methods: Vec<String>,
}

/// At least one secret.
#[derive(Clone)]
struct Secrets {
    current: MacKey,
    older: Vec<MacKey>,
}

impl Secrets {
    fn current(&self) -> &MacKey {
        &self.current
    }

    fn all(&self) -> impl Iterator<Item = &MacKey> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

/// The mock gateway, together with its provider.
pub struct Mock {
    facts: Facts,
    keys: Vec<MacKey>,
    server: MockServer,
}

impl Mock {
    /// Options with the public secret, every method and an empty script.
    pub fn default_options() -> Result<MockOptions> {
        Ok(MockOptions {
            secrets: vec![Secret::new("mock.secrets", DEFAULT_SECRET)?],
            checkout_base_url: DEFAULT_CHECKOUT_URL.to_owned(),
            script: Script::default(),
            methods: DEFAULT_METHODS.map(str::to_owned).to_vec(),
        })
    }

    /// A mock gateway. Fails with `config_missing` (no secret, no method) and `config_invalid` (the address).
    pub fn new(options: MockOptions) -> Result<Self> {
        let missing = |setting, rule| {
            Error::new(Code::ConfigMissing).with("setting", setting).with("rule", rule)
        };
        let key = |secret: &Secret| MacKey::new(secret.expose());
        let keys: Vec<_> = options.secrets.iter().map(key).collect::<Result<_>>()?;
        let Some((current, older)) = keys.split_first() else {
            return Err(missing(
                "mock.secrets",
                "at least one secret is needed to verify callbacks",
            ));
        };
        if options.methods.is_empty() {
            return Err(missing("mock.methods", "at least one payment method is needed"));
        }
        if !page::is_web_address(&options.checkout_base_url) {
            return Err(Error::new(Code::ConfigInvalid)
                .with("setting", "mock.checkout_base_url")
                .with("why", "an address such as http://localhost:8000/checkout is needed"));
        }
        let secrets = Secrets { current: current.clone(), older: older.to_vec() };
        Ok(Mock {
            facts: facts(options.methods),
            server: MockServer::new(secrets, &options.checkout_base_url, options.script),
            keys,
        })
    }

    /// The provider behind it, for tests, demonstrations and the checkout page.
    pub fn server(&self) -> &MockServer {
        &self.server
    }
}

fn facts(methods: Vec<String>) -> Facts {
    Facts {
        amounts: "whole minor units",
        separate_capture: true,
        refunds: true,
        partial_refunds: true,
        queries: true,
        freshness_s: Some(300),
        mock: true,
        ..Facts::of(NAME, "a provider inside the process", methods)
    }
}

impl Gateway for Mock {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        _: Moment<'_>,
    ) -> Result<Call> {
        if matches!(operation, Operation::Collect) {
            return Err(cannot(&self.facts, operation));
        }
        let body = Body {
            payment: Terms::of(payment),
            transaction_id: payment.transaction_id.clone(),
            capture_amount: match operation {
                Operation::Capture(amount) => Some(amount.minor),
                _ => None,
            },
            refund: match operation {
                Operation::Refund(refund) | Operation::QueryRefund(refund) => {
                    Some(RefundOrder::of(refund))
                }
                _ => None,
            },
        };
        Ok(Call::Send(Request {
            method: "POST",
            url: format!("{ADDRESS}{}", wire::path(operation)),
            headers: vec![
                ("Content-Type", "application/json".to_owned()),
                (IDEMPOTENCY_KEY, idempotency_key(operation, payment)),
            ],
            body: wire::json(&body)?,
        }))
    }

    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        if response.body.len() > RESPONSE_BYTES_MAX {
            return Err(bad_response("it is too long"));
        }
        match (response.status, operation) {
            (200, Operation::Refund(refund) | Operation::QueryRefund(refund)) => {
                read_refund(&refund.id.to_string(), &response.body)
            }
            (200, _) => read_payment(&payment.id.to_string(), &response.body),
            (status, _) => read_refusal(status, &response.body),
        }
    }

    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received> {
        callback::receive(&self.keys, headers, body, at.now).map(Received::Notice)
    }

    fn own_transport(&self) -> Option<&dyn Transport> {
        Some(&self.server)
    }
}

/// Our id for what is created; whatever changes something later has a key of its own.
fn idempotency_key(operation: Operation<'_>, payment: &PaymentIntent) -> String {
    match operation {
        Operation::Pay => payment.id.to_string(),
        Operation::Refund(refund) => refund.id.to_string(),
        other => format!("{}-{}", payment.id, other.as_str()),
    }
}

fn read_payment(id: &str, body: &[u8]) -> Result<Answer> {
    let object: PaymentObject =
        serde_json::from_slice(body).map_err(|_| bad_response("it is not a payment"))?;
    if object.id != id {
        return Err(bad_response("it is about another payment"));
    }
    let status = Status::parse(&object.status)
        .map_err(|_| bad_response("the payment's status is a word we do not know"))?;
    match (payment_event(status), object.checkout_url) {
        (None, Some(url)) if page::is_web_address(&url) => {
            Ok(Answer::Waiting { action: Action::redirect(url), reference: Some(object.reference) })
        }
        (None, _) => Err(bad_response("the payer has nowhere to go")),
        (Some(event), _) => Ok(Answer::Payment(PaymentFact {
            event,
            amount: Some(claim(object.amount, object.currency)),
            transaction_id: object.transaction_id,
            decline: object.decline.map(decline),
        })),
    }
}

fn read_refund(id: &str, body: &[u8]) -> Result<Answer> {
    let object: RefundObject =
        serde_json::from_slice(body).map_err(|_| bad_response("it is not a refund"))?;
    if object.id != id {
        return Err(bad_response("it is about another refund"));
    }
    let status = RefundStatus::parse(&object.status)
        .map_err(|_| bad_response("the refund's status is a word we do not know"))?;
    Ok(Answer::Refund(RefundFact {
        event: refund_event(status),
        amount: Some(claim(object.amount, object.currency)),
        total: None,
        transaction_id: Some(object.transaction_id),
        decline: object.decline.map(decline),
    }))
}

/// Only a refusal in the provider's own shape is a refusal; a proxy's error page says nothing about the payment.
fn read_refusal(status: u16, body: &[u8]) -> Result<Answer> {
    let Refusal { error } =
        serde_json::from_slice(body).map_err(|_| bad_response("it is not the provider's"))?;
    let code = match status {
        404 => return Ok(Answer::NotFound),
        401 | 403 => Code::Credentials,
        429 => Code::RateLimit,
        400 | 409 | 422 => Code::GatewayRejected,
        _ => return Err(bad_response("the provider is out of order")),
    };
    Ok(Answer::Refused { code, reason: error.message })
}

fn claim(minor: i64, currency: String) -> Claim {
    Claim { amount: ClaimedAmount::Minor(minor), currency: Some(currency) }
}

fn decline(DeclineObject { code, message }: DeclineObject) -> Decline {
    Decline { code, message }
}

fn bad_response(why: &str) -> Error {
    Error::new(Code::BadResponse).with("gateway", NAME).with("why", why)
}

#[cfg(test)]
mod tests;
