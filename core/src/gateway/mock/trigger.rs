//! Callbacks on demand: genuine ones, and every kind of wrong one that a real provider or a forger may send.
//! It never sends them, and needs no book: another process can make them from a payment's id and amount.

use super::callback::{ID, SIGNATURE, TIMESTAMP, TOLERANCE_S, sign};
use super::event::{Event, EventDetails};
use super::wire::{RefundStatus, Status, json};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{PaymentIntent, RefundIntent};
use crate::id::{PaymentId, Randomness, RefundId};
use crate::machine::words;
use crate::money::Money;
use crate::sign::hmac::{self, MacKey};

words! {
    /// What a triggered callback says, or what is wrong with it.
    Kind: "callback kind" {
        /// The payment was collected (held, for a manual capture).
        Success = "success",
        /// The payment was declined.
        Decline = "decline",
        /// The payer is done, the outcome takes a while.
        Processing = "processing",
        /// The money is held.
        Authorize = "authorize",
        /// The payer gave up.
        Cancel = "cancel",
        /// The time ran out.
        Expire = "expire",
        /// The refund was paid out.
        RefundSucceeded = "refund_succeeded",
        /// The refund could not be paid out.
        RefundFailed = "refund_failed",
        /// `success`, the same delivery twice.
        Duplicate = "duplicate",
        /// `success`, then the older `processing`.
        Reordered = "reordered",
        /// `success`, signed well, one minor unit off.
        WrongAmount = "wrong_amount",
        /// `success`, signed well, in another currency.
        WrongCurrency = "wrong_currency",
        /// An event that nobody has heard of, signed well.
        UnknownType = "unknown_type",
        /// `success`, signed well, without an amount.
        MissingField = "missing_field",
        /// `success`, signed well, an hour ago.
        Stale = "stale",
        /// `success`, signed with a key that is not ours.
        Forged = "forged",
    }
}

/// One callback to post: headers and the exact body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// In the order in which they are written.
    pub headers: Vec<(String, String)>,
    /// Byte for byte what was signed.
    pub body: Vec<u8>,
}

/// The payment (and refund) that callbacks are made for.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// Our id of the payment.
    pub payment: PaymentId,
    /// The reference under which the provider knows it.
    pub reference: String,
    /// The whole amount.
    pub amount: Money,
    /// Whether paying means holding.
    pub manual_capture: bool,
    /// The refund, for the two kinds that need one.
    pub refund: Option<(RefundId, Money)>,
}

impl Occasion {
    /// For a payment.
    pub fn of(payment: &PaymentIntent) -> Self {
        Occasion {
            payment: payment.id,
            reference: payment.reference.clone(),
            amount: payment.amount,
            manual_capture: payment.manual_capture,
            refund: None,
        }
    }

    /// For a refund of it.
    #[must_use]
    pub fn with_refund(mut self, refund: &RefundIntent) -> Self {
        self.refund = Some((refund.id, refund.amount));
        self
    }

    /// Where paying leads to.
    pub(super) fn paid(&self) -> Status {
        if self.manual_capture { Status::Authorized } else { Status::Succeeded }
    }
}

/// An hour: far outside the tolerance, near enough to be an ordinary delay.
const STALE_BY_S: i64 = 12 * TOLERANCE_S as i64;
/// How much older the event is that arrives second in `reordered`.
const REORDERED_BY_S: i64 = 60;

/// The signed callbacks of a kind, in the order in which to deliver them.
/// Fails with `argument_missing` when the kind is about a refund and there is none.
pub(super) fn deliveries(
    kind: Kind,
    occasion: &Occasion,
    key: &MacKey,
    now: Time,
    randomness: &dyn Randomness,
) -> Result<Vec<Delivery>> {
    let at = if kind == Kind::Stale { now.plus_seconds(-STALE_BY_S) } else { now };
    let event = event(kind, occasion, key, at, randomness)?;
    let forger = MacKey::new(&random::<32>(randomness)?)?;
    let signer = if kind == Kind::Forged { &forger } else { key };
    let first = deliver(&event, signer, at)?;
    Ok(match kind {
        Kind::Duplicate => vec![first.clone(), first],
        Kind::Reordered => {
            let before = now.plus_seconds(-REORDERED_BY_S);
            let older = self::event(Kind::Processing, occasion, key, before, randomness)?;
            vec![first, deliver(&older, key, now)?]
        }
        _ => vec![first],
    })
}

fn event(
    kind: Kind,
    occasion: &Occasion,
    key: &MacKey,
    at: Time,
    randomness: &dyn Randomness,
) -> Result<Event> {
    let (r#type, data) = match (kind, refund_status(kind)) {
        (Kind::UnknownType, _) => {
            ("payment.under_review".to_owned(), details(Status::Processing, occasion))
        }
        (_, Some(status)) => (format!("refund.{status}"), refund_details(status, occasion)?),
        (_, None) => {
            let status = status(kind, occasion);
            (format!("payment.{status}"), payment_details(kind, status, occasion, key))
        }
    };
    let drawn = hmac::to_hex(&random::<32>(randomness)?);
    let id = format!("evt_{}", drawn.get(..32).unwrap_or(&drawn));
    Ok(Event { id, r#type, created: at.seconds(), data })
}

/// What a kind says about the payment.
pub(super) fn status(kind: Kind, occasion: &Occasion) -> Status {
    match kind {
        Kind::Decline => Status::Failed,
        Kind::Processing => Status::Processing,
        Kind::Authorize => Status::Authorized,
        Kind::Cancel => Status::Cancelled,
        Kind::Expire => Status::Expired,
        _ => occasion.paid(),
    }
}

/// What a kind says about the refund, if it is about one.
pub(super) fn refund_status(kind: Kind) -> Option<RefundStatus> {
    match kind {
        Kind::RefundSucceeded => Some(RefundStatus::Succeeded),
        Kind::RefundFailed => Some(RefundStatus::Failed),
        _ => None,
    }
}

/// How much a kind says was paid.
pub(super) fn claimed_minor(kind: Kind, amount: Money) -> i64 {
    match (kind, amount.minor) {
        (Kind::WrongAmount, 1) => 2,
        (Kind::WrongAmount, minor) => minor.saturating_sub(1),
        (_, minor) => minor,
    }
}

fn payment_details(kind: Kind, status: Status, occasion: &Occasion, key: &MacKey) -> EventDetails {
    let mut data = details(status, occasion);
    let minor = claimed_minor(kind, occasion.amount);
    data.amount = (kind != Kind::MissingField).then_some(minor);
    if kind == Kind::WrongCurrency {
        let other = if occasion.amount.currency.code() == "USD" { "EUR" } else { "USD" };
        data.currency = Some(other.to_owned());
    }
    data.transaction_id = (status == Status::Succeeded)
        .then(|| transaction_number(key, &data.payment, minor, occasion.amount.currency.code()));
    data.reason = (status == Status::Failed).then(|| "card_declined".to_owned());
    data
}

fn refund_details(status: RefundStatus, occasion: &Occasion) -> Result<EventDetails> {
    let (id, amount) = occasion.refund.ok_or_else(|| {
        Error::new(Code::ArgumentMissing)
            .with("field", "refund")
            .with("rule", "this kind of callback is about a refund")
    })?;
    Ok(EventDetails {
        status: status.to_string(),
        refund: Some(id.to_string()),
        amount: Some(amount.minor),
        currency: Some(amount.currency.code().to_owned()),
        transaction_id: Some(refund_number(&id.to_string())),
        reason: (status == RefundStatus::Failed).then(|| "account_closed".to_owned()),
        ..details(Status::Succeeded, occasion)
    })
}

fn details(status: Status, occasion: &Occasion) -> EventDetails {
    EventDetails {
        payment: occasion.payment.to_string(),
        reference: occasion.reference.clone(),
        status: status.to_string(),
        amount: Some(occasion.amount.minor),
        currency: Some(occasion.amount.currency.code().to_owned()),
        ..EventDetails::default()
    }
}

fn deliver(event: &Event, key: &MacKey, at: Time) -> Result<Delivery> {
    let body = json(event)?;
    let timestamp = at.seconds().to_string();
    let signature = sign(key, &event.id, &timestamp, &body);
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Ok(Delivery {
        headers: vec![
            line("Content-Type", "application/json"),
            line(ID, &event.id),
            line(TIMESTAMP, &timestamp),
            line(SIGNATURE, &signature),
        ],
        body,
    })
}

/// The provider's number of a collection: the amount, and a seal by which it recognises its own number again
/// after a restart. No two payments share one.
pub(super) fn transaction_number(
    key: &MacKey,
    payment: &str,
    minor: i64,
    currency: &str,
) -> String {
    let minor = minor.to_string();
    let parts: [&[u8]; 6] = [
        b"mock transaction.",
        payment.as_bytes(),
        b".",
        minor.as_bytes(),
        b".",
        currency.as_bytes(),
    ];
    let seal = hmac::to_hex(&key.sign(&parts));
    format!("mtx_{minor}_{}", seal.get(..24).unwrap_or(&seal))
}

/// The provider's number of a refund.
pub(super) fn refund_number(refund: &str) -> String {
    format!("mrf_{}", refund.strip_prefix(RefundId::PREFIX).unwrap_or(refund))
}

fn random<const N: usize>(randomness: &dyn Randomness) -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    randomness.fill(&mut bytes)?;
    Ok(bytes)
}
