//! What every payment provider looks like from inside: pure functions that build requests, read answers and
//! verify callbacks. A gateway never sends anything, never reads a clock and never changes a payment.

pub mod bank;
pub mod mock;
pub mod signed;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::http::{Headers, Reply, Request, Response, Transport};
use crate::id::{PaymentId, RefundId};
use crate::machine::words;
use crate::money::Money;
use crate::payment::{self, Payment};
use crate::refund;

/// What a gateway can do and how it behaves. What it cannot do is a fact here, not an empty function.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The account's name, unique in one engine; the last part of its callback address.
    pub name: String,
    /// The payment methods it offers, such as `card` or `wechat`.
    pub methods: Vec<String>,
    /// The currencies it collects; `None` for every one.
    pub currencies: Option<Vec<Currency>>,
    /// Whether money can be held first and collected later.
    pub separate_capture: bool,
    /// Whether it can refund at all through us.
    pub refunds: bool,
    /// Whether it can be asked about a payment or refund. Where it cannot, time alone ends a payment.
    pub queries: bool,
    /// Whether a person confirms its payments by hand.
    pub manual_confirmation: bool,
    /// Whether its credentials move real money.
    pub live: bool,
    /// Whether it is a stand-in that must never meet live credentials.
    pub mock: bool,
}

/// Something that was proved genuine: only code that has just checked a signature can make one.
#[derive(Debug)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// To be called by a gateway, right after its check and nowhere else.
    pub(in crate::gateway) fn after_check(value: T) -> Self {
        Verified(value)
    }

    /// What was proved.
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// A verified callback, in our words.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What makes this message recognisable for ever.
    pub mark: Mark,
    /// What it is about.
    pub subject: Subject,
    /// What it says.
    pub fact: Fact,
    /// The body without secrets or payer data, kept when the message cannot be applied.
    pub redacted_body: String,
}

/// Recognises a message: its id, and where ids could be reused, the digest of what was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The gateway's event id, or a nonce, or the digest as hex.
    pub id: String,
    /// The digest of the authenticated bytes, where an id with other content would be a forgery.
    pub digest: Option<[u8; 32]>,
}

/// Whom a message is about, in the gateway's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A payment, by our id.
    Payment(PaymentId),
    /// A payment, by the reference under which the gateway knows it.
    PaymentReference(String),
    /// A refund, by our id.
    Refund(RefundId),
    /// Nothing that we keep.
    Nothing,
}

/// What a gateway says, in a callback or in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// About a payment.
    Payment(PaymentFact),
    /// About a refund.
    Refund(RefundFact),
    /// A word or an event that we do not know; recorded, changes nothing.
    Unknown(String),
    /// A known event that lacks something it must have, or has it in another shape.
    Unreadable(String),
}

/// What is said about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFact {
    /// What happened.
    pub event: payment::Event,
    /// How much, as the gateway wrote it. Money that is said to have moved always has one.
    pub amount: Option<Claim>,
    /// The gateway's own number of the movement of money; it funds one payment, once.
    pub transaction_id: Option<String>,
    /// Why, where the event is a failure.
    pub decline: Option<Decline>,
}

impl PaymentFact {
    /// A fact that says nothing but what happened.
    pub fn plain(event: payment::Event) -> Self {
        PaymentFact { event, amount: None, transaction_id: None, decline: None }
    }
}

/// What is said about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundFact {
    /// What happened.
    pub event: refund::Event,
    /// How much, as the gateway wrote it.
    pub amount: Option<Claim>,
    /// The gateway's own number of the refund.
    pub transaction_id: Option<String>,
    /// Why, where the event is a failure.
    pub decline: Option<Decline>,
}

impl RefundFact {
    /// A fact that says nothing but what happened.
    pub fn plain(event: refund::Event) -> Self {
        RefundFact { event, amount: None, transaction_id: None, decline: None }
    }
}

/// An amount as a gateway wrote it: not yet compared with anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The number.
    pub amount: ClaimedAmount,
    /// The currency code as written, or nothing where the gateway does not say.
    pub currency: Option<String>,
}

/// The number of a claim in the unit of the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimedAmount {
    /// Decimal text in the major unit, such as `100.00`.
    Major(String),
    /// Whole minor units.
    Minor(i64),
}

/// A refusal by bank or wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// A short stable word, such as `insufficient_funds`.
    pub code: String,
    /// A sentence that may be shown to the payer.
    pub message: String,
}

/// What a gateway's answer to a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the payment and waits for the payer.
    Waiting {
        /// What the payer does next.
        action: Action,
        /// The gateway's own name for the payment, if it has one.
        reference: Option<String>,
    },
    /// It says something about the payment.
    Payment(PaymentFact),
    /// It says something about the refund.
    Refund(RefundFact),
    /// It clearly refused: nothing happened there.
    Refused {
        /// Our code for it.
        code: Code,
        /// Its reason, safe to show to an operator.
        reason: String,
    },
    /// It knows nothing of the kind.
    NotFound,
}

words! {
    /// What the payer does next.
    ActionKind: "action kind" {
        /// Go to `url`.
        Redirect = "redirect",
        /// Scan `qr_text`, shown as a QR code.
        QrCode = "qr_code",
        /// Hand `client_secret` to the gateway's browser library.
        ClientSecret = "client_secret",
        /// Hand `parameters` to the gateway's mobile library.
        SdkParameters = "sdk_params",
        /// Follow `instructions`, such as a bank account and a reference.
        Instructions = "instructions",
        /// Nothing.
        Nothing = "none",
    }
}

/// What the payer does next, with what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Action {
    /// Which of the fields below counts.
    #[serde(with = "kind_as_word")]
    pub kind: ActionKind,
    /// For `redirect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// For `qr_code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_text: Option<String>,
    /// For `client_secret`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// For `sdk_params` and `instructions`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

impl Default for Action {
    fn default() -> Self {
        Action::nothing()
    }
}

mod kind_as_word {
    use super::ActionKind;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(kind: &ActionKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ActionKind, D::Error> {
        ActionKind::parse(&String::deserialize(from)?).map_err(|e| D::Error::custom(e.message()))
    }
}

impl Action {
    /// As it is stored with its payment: JSON with the fields that count.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::bug)
    }

    /// Reads the stored form. Fails with `storage_corrupt`.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| {
            Error::new(Code::StorageCorrupt).with("why", format_args!("a payment's action: {e}"))
        })
    }

    /// Nothing to do.
    pub fn nothing() -> Self {
        Action {
            kind: ActionKind::Nothing,
            url: None,
            qr_text: None,
            client_secret: None,
            parameters: BTreeMap::new(),
        }
    }

    /// Go to an address.
    pub fn redirect(url: String) -> Self {
        Action { kind: ActionKind::Redirect, url: Some(url), ..Action::nothing() }
    }

    /// Follow instructions.
    pub fn instructions(parameters: BTreeMap<String, String>) -> Self {
        Action { kind: ActionKind::Instructions, parameters, ..Action::nothing() }
    }
}

/// The payment that a request is about, as far as a gateway may know it.
#[derive(Clone, Debug)]
pub struct PaymentIntent {
    /// Our id; also the idempotency key of its creation.
    pub id: PaymentId,
    /// The reference under which the gateway knows or shall know it; our id unless the host chose one.
    pub reference: String,
    /// The whole amount.
    pub amount: Money,
    /// How the payer wants to pay.
    pub method: String,
    /// Hold only; the host captures later.
    pub manual_capture: bool,
    /// What the payer sees, such as the order's reference.
    pub description: String,
    /// Where the payer comes back to.
    pub return_url: Option<String>,
    /// When it shall close at the gateway.
    pub expires_at: Time,
    /// The gateway's own number, once money moved.
    pub transaction_id: Option<String>,
    /// When it was created; a gateway may derive something from it, never compare it with a clock.
    pub created_at: Time,
}

impl PaymentIntent {
    /// A payment as far as a gateway may know it.
    pub fn of(payment: &Payment) -> Self {
        PaymentIntent {
            id: payment.id,
            reference: payment.reference.clone().unwrap_or_else(|| payment.id.to_string()),
            amount: payment.money(payment.amount),
            method: payment.method.clone(),
            manual_capture: payment.manual_capture,
            description: payment.description.clone(),
            return_url: payment.return_url.clone(),
            expires_at: payment.expires_at,
            transaction_id: payment.transaction_id.clone(),
            created_at: payment.created_at,
        }
    }
}

/// The refund that a request is about.
#[derive(Clone, Debug)]
pub struct RefundIntent {
    /// Our id; also the idempotency key at the gateway.
    pub id: RefundId,
    /// How much goes back.
    pub amount: Money,
    /// Why.
    pub reason: String,
}

/// A question or an order for a gateway.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// Create the payment there.
    Pay,
    /// Collect held money, this much.
    Capture(Money),
    /// Close the payment there.
    Cancel,
    /// Pay money back.
    Refund(&'a RefundIntent),
    /// Ask about the payment.
    Query,
    /// Ask about a refund.
    QueryRefund(&'a RefundIntent),
}

impl Operation<'_> {
    /// The verb, for messages.
    pub fn as_str(&self) -> &'static str {
        match self {
            Operation::Pay => "pay",
            Operation::Capture(_) => "capture",
            Operation::Cancel => "cancel",
            Operation::Refund(_) => "refund",
            Operation::Query => "query",
            Operation::QueryRefund(_) => "query_refund",
        }
    }
}

/// What an operation needs: an exchange with the gateway, or nothing because the answer is known.
#[derive(Clone, Debug)]
pub enum Call {
    /// Send this and hand the response to [`Gateway::read`].
    Send(Request),
    /// There is nobody to ask; this is the answer.
    Answer(Answer),
}

/// A payment provider, or a stand-in for one.
pub trait Gateway: Send + Sync {
    /// What it can do.
    fn facts(&self) -> &Facts;

    /// What an operation needs. Fails with `gateway_amount`, `gateway_currency` or `gateway_cannot`
    /// before anything is sent.
    fn call(&self, operation: Operation<'_>, payment: &PaymentIntent) -> Result<Call>;

    /// What the response to an operation means. Fails with `bad_response`: the outcome is then unknown.
    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
    ) -> Result<Answer>;

    /// Checks a callback over its raw bytes and reads it. Fails with an `auth_…` code, or with `malformed`,
    /// `duplicate_field`, `too_large`, `canonical`; none of them changes anything.
    fn receive(&self, headers: &Headers, body: &[u8], now: Time) -> Result<Verified<Notice>>;

    /// The answer that the gateway wants for a message that was taken, now or before.
    fn acknowledge(&self) -> Reply {
        Reply::json(200, r#"{"code":"SUCCESS"}"#)
    }

    /// The answer to a message that was refused: the same for every cause.
    fn refuse(&self) -> Reply {
        Reply::json(403, r#"{"code":"FAIL"}"#)
    }

    /// The answer that asks for redelivery.
    fn ask_again(&self) -> Reply {
        Reply::json(503, r#"{"code":"RETRY"}"#)
    }

    /// Whether it wants to read the payment itself, as JSON, once a message was taken. The engine then answers
    /// with it instead of [`Gateway::acknowledge`]; a refused message never shows a payment.
    fn wants_payment_reply(&self) -> bool {
        false
    }

    /// A counterpart inside this process that carries the requests instead of the network.
    fn own_transport(&self) -> Option<&dyn Transport> {
        None
    }
}

/// The refusal of an operation that a gateway does not have.
pub(in crate::gateway) fn cannot(facts: &Facts, operation: Operation<'_>) -> Error {
    Error::new(Code::GatewayCannot)
        .with("gateway", &facts.name)
        .with("operation", operation.as_str())
}
