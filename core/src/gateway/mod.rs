//! What every payment provider looks like from inside: pure functions that build requests, read answers and
//! verify callbacks. A gateway never sends anything, never reads a clock and never changes a payment.

mod action;
pub mod bank;
mod intent;
pub mod mock;
pub mod signed;

use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::http::{Headers, Reply, Request, Response, Transport};
use crate::id::{PaymentId, Randomness, RefundId};
use crate::machine::words;
use crate::money::Money;
use crate::payment::{self, Experience};
use crate::refund;

pub use action::{Action, ActionKind};
pub use intent::{PaymentIntent, RefundIntent};

words! {
    /// Which of a provider's worlds an account lives in, where its credentials tell.
    Environment: "environment" {
        /// Play money.
        Test = "test",
        /// Real money.
        Live = "live",
    }
}

/// What a gateway can do and how it behaves. What it cannot do is a fact here, not an empty function.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The account's name, unique in one engine; the last part of its callback address.
    pub name: String,
    /// The provider's product and the version of its interface, for people.
    pub product: &'static str,
    /// The payment methods it offers, such as `card` or `wechat`.
    pub methods: Vec<String>,
    /// How the payer can meet it, the usual way first; empty where there is only one.
    pub experiences: Vec<Experience>,
    /// The currencies it collects; `None` for every one.
    pub currencies: Option<Vec<Currency>>,
    /// How amounts are written on its wire, for people.
    pub amounts: &'static str,
    /// Whether money can be held first and collected later.
    pub separate_capture: bool,
    /// Whether it shows the lines of an order to the payer.
    pub itemised: bool,
    /// Whether it can refund at all through us.
    pub refunds: bool,
    /// Whether it can pay back less than everything.
    pub partial_refunds: bool,
    /// Whether it can be asked about a payment or refund. Where it cannot, time alone ends a payment.
    pub queries: bool,
    /// Whether a person confirms its payments by hand.
    pub manual_confirmation: bool,
    /// How old a callback may be, in seconds; `None` where it carries no signed time.
    pub freshness_s: Option<i64>,
    /// The hosts that its requests go to, with the port where it is not the usual one; the engine sends nowhere else.
    pub hosts: Vec<String>,
    /// Whether its credentials move real money.
    pub live: bool,
    /// Which world its credentials belong to, where that can be told from them.
    pub environment: Option<Environment>,
    /// Whether it is a stand-in that must never meet live credentials.
    pub mock: bool,
}

impl Facts {
    /// An account that can do nothing yet but has a name and methods: the ground for `..Facts::of(…)`.
    pub fn of(name: &str, product: &'static str, methods: Vec<String>) -> Self {
        Facts {
            name: name.to_owned(),
            product,
            methods,
            experiences: Vec::new(),
            currencies: None,
            amounts: "",
            separate_capture: false,
            itemised: false,
            refunds: false,
            partial_refunds: false,
            queries: false,
            manual_confirmation: false,
            freshness_s: None,
            hosts: Vec::new(),
            live: false,
            environment: None,
            mock: false,
        }
    }
}

/// The instant of an exchange and the dice for it: handed in, so that a gateway never looks for them itself.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The present instant.
    pub now: Time,
    /// Where unguessable bytes come from.
    pub randomness: &'a dyn Randomness,
}

#[cfg(test)]
impl Moment<'static> {
    /// An instant with the system's dice, for tests that do not look at nonces.
    pub(crate) fn at(now: Time) -> Self {
        Moment { now, randomness: &crate::id::SystemRandomness }
    }
}

impl Moment<'_> {
    /// A fresh nonce: 32 characters of `0-9a-f`.
    pub fn nonce(&self) -> Result<String> {
        let mut bytes = [0_u8; 16];
        self.randomness.fill(&mut bytes)?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Something that was proved genuine: a gateway makes one right after it checked a signature over the raw bytes.
#[derive(Debug)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// To be called by a gateway, right after its check and nowhere else: whoever calls it vouches for the value.
    pub fn after_check(value: T) -> Self {
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
    /// A payment, by the gateway's own number of its movement of money.
    Transaction(String),
    /// A refund, by our id.
    Refund(RefundId),
    /// Nothing that we keep.
    Nothing,
}

impl Subject {
    /// A payment by the number that we gave the gateway: our id, or the reference that a host chose.
    pub fn payment(number: &str) -> Self {
        PaymentId::parse(number)
            .map_or_else(|_| Subject::PaymentReference(number.to_owned()), Subject::Payment)
    }
}

/// What a gateway says, in a callback or in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// About a payment.
    Payment(PaymentFact),
    /// About a refund. Where the subject is a payment, it is a refund that was not made through us.
    Refund(RefundFact),
    /// About a payment that its payer disputes.
    Dispute(DisputeFact),
    /// Something happened to the subject, but the message alone is not to be believed: the engine asks.
    Hint,
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
    /// How much of the payment has gone back in all, where the gateway says that instead.
    pub total: Option<Claim>,
    /// The gateway's own number of the refund.
    pub transaction_id: Option<String>,
    /// Why, where the event is a failure.
    pub decline: Option<Decline>,
}

impl RefundFact {
    /// A fact that says nothing but what happened.
    pub fn plain(event: refund::Event) -> Self {
        RefundFact { event, amount: None, total: None, transaction_id: None, decline: None }
    }
}

words! {
    /// What happened in a dispute.
    DisputeEvent: "dispute event" {
        /// The payer disputes the payment; evidence may be due.
        Open = "open",
        /// The merchant keeps the money.
        Win = "win",
        /// The payer gets the money.
        Lose = "lose",
    }
}

/// What is said about a dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeFact {
    /// What happened.
    pub event: DisputeEvent,
    /// The gateway's own number of the dispute.
    pub id: String,
    /// How much is disputed.
    pub amount: Option<Claim>,
    /// The payer's reason, as a short word of the gateway.
    pub reason: Option<String>,
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
    /// The payer has agreed, and the money can be taken by [`Operation::Collect`].
    Agreed,
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

/// A question or an order for a gateway.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// Create the payment there.
    Pay,
    /// Take, or hold, the money that the payer has agreed to.
    Collect,
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
            Operation::Collect => "collect",
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
    /// Run this errand, then ask for the call again.
    First(Errand),
}

/// What a gateway must learn before it can go on: a token, a certificate. It moves no money.
#[derive(Clone, Debug)]
pub struct Errand {
    /// What it is for, in the gateway's own word; [`Gateway::learn`] gets it back.
    pub purpose: String,
    /// What to send.
    pub request: Request,
}

/// What a gateway made of a callback.
#[derive(Debug)]
pub enum Received {
    /// It is genuine, and this is what it says.
    Notice(Verified<Notice>),
    /// Whether it is genuine cannot be told before this errand is run.
    First(Errand),
}

impl Received {
    /// A genuine message: to be called right after the check and nowhere else.
    pub fn verified(notice: Notice) -> Self {
        Received::Notice(Verified::after_check(notice))
    }

    /// The genuine message, where no errand is needed to tell.
    pub fn notice(self) -> Option<Notice> {
        match self {
            Received::Notice(verified) => Some(verified.0),
            Received::First(_) => None,
        }
    }
}

words! {
    /// What an examination of an account looks at.
    Part: "part" {
        /// A private key, an API key or a secret.
        Key = "key",
        /// The serial number or id of a key or certificate.
        Serial = "serial",
        /// Test or live.
        Mode = "mode",
        /// The account, merchant or application number.
        Account = "account",
        /// Our clock, compared with the gateway's.
        Clock = "clock",
        /// The way to the gateway.
        Network = "network",
    }
}

/// One result of an examination: what was looked at, whether it is right, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub part: Part,
    /// Whether it is right.
    pub ok: bool,
    /// What was found, without secrets.
    pub what: String,
    /// How to mend it; empty where nothing is wrong.
    pub remedy: String,
}

/// A payment provider, or a stand-in for one.
pub trait Gateway: Send + Sync {
    /// What it can do.
    fn facts(&self) -> &Facts;

    /// What an operation needs. Asked for anew before every try, since a signature may carry the time; the idempotency
    /// key is the same every time. Fails with `gateway_amount`, `gateway_currency` or `gateway_cannot` before anything
    /// is sent.
    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        at: Moment<'_>,
    ) -> Result<Call>;

    /// What the response to an operation means. Fails with `bad_response`: the outcome is then unknown.
    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        at: Moment<'_>,
    ) -> Result<Answer>;

    /// Takes what an errand brought. Fails where it brought nothing usable; what was known before stays known.
    fn learn(&self, errand: &Errand, response: &Response, at: Moment<'_>) -> Result<()> {
        let _ = (response, at);
        Err(Error::bug(format_args!("an errand for nobody: {}", errand.purpose)))
    }

    /// Checks a callback over its raw bytes and reads it. Fails with an `auth_…` code, or with `malformed`,
    /// `duplicate_field`, `too_large`, `canonical`; none of them changes anything.
    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received>;

    /// A harmless question that only right credentials can ask; `None` where there is none.
    fn probe(&self, at: Moment<'_>) -> Result<Option<Request>> {
        let _ = at;
        Ok(None)
    }

    /// What the response to [`Gateway::probe`] says about key, serial, mode, account and clock.
    fn diagnose(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        let _ = (response, at);
        Vec::new()
    }

    /// What an operator should hear at start-up, such as a check that is off.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// The answer that the gateway wants for a message that was taken, now or before.
    fn acknowledge(&self) -> Reply {
        Reply::json(200, r#"{"code":"SUCCESS"}"#)
    }

    /// The answer to a message that was refused: the same for every cause.
    fn refuse(&self) -> Reply {
        Reply::json(403, r#"{"code":"FAIL"}"#)
    }

    /// Whether a refusal of this code may be mended by a later delivery, such as a key that is not known yet.
    fn may_come_again(&self, code: Code) -> bool {
        let _ = code;
        false
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
