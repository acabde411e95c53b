//! What every payment provider looks like from inside: pure functions that build requests, read answers and
//! verify callbacks. A gateway never sends anything, never reads a clock and never changes a payment.

mod action;
#[cfg(feature = "merchant")]
pub mod alipay;
pub mod bank;
mod fact;
mod intent;
pub mod mock;
#[cfg(feature = "merchant")]
pub mod paypal;
pub mod signed;
#[cfg(feature = "merchant")]
pub mod stripe;
#[cfg(feature = "merchant")]
pub mod wechatpay;

use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::http::{Headers, Reply, Request, Response, Transport};
use crate::id::Randomness;
use crate::machine::words;
use crate::money::Money;
use crate::payment::Experience;

pub use action::{Action, ActionKind};
pub use fact::{
    Claim, ClaimedAmount, Decline, DisputeEvent, DisputeFact, Fact, Mark, Notice, PaymentFact,
    RefundFact, Subject, Verified,
};
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
    /// The refund that is asked about is not on this page of a list, which goes on behind this one.
    Further {
        /// The last on the page, as [`RefundIntent::after`] of the next question.
        after: String,
    },
    /// It did nothing now, because the same had been asked before or because of how things stand there: what became of
    /// the payment or refund is told by asking about it.
    Ask,
    /// It no longer takes our session, and nothing happened; the gateway here has forgotten it and will begin another.
    SessionOver {
        /// Its reason, should that not help.
        reason: String,
    },
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
            Received::Notice(verified) => Some(verified.into_inner()),
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
        /// The address that it posts callbacks to.
        Callback = "callback",
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
    /// What to do about it; empty where nothing is to be done.
    pub remedy: String,
}

impl Finding {
    /// Nothing is wrong with this part.
    pub fn fine(part: Part, what: impl Into<String>) -> Self {
        Finding { part, ok: true, what: what.into(), remedy: String::new() }
    }

    /// Something is wrong with this part, and this mends it.
    pub fn wrong(part: Part, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Finding { part, ok: false, what: what.into(), remedy: remedy.into() }
    }
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

    /// The references of payments that a person may have meant by the text of a transfer.
    fn transfer_references(&self, text: &str) -> Vec<String> {
        let _ = text;
        Vec::new()
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
