//! What a gateway says, in our words: verified notices and the facts in them. Nothing here has been compared with
//! anything yet.

use crate::id::{PaymentId, RefundId};
use crate::machine::words;
use crate::{payment, refund};

/// Something that was proved genuine: a gateway makes one right after it checked a signature over the raw bytes.
#[derive(Debug)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// To be called by a gateway, right after its check and nowhere else: whoever calls it vouches for the value.
    pub fn after_check(value: T) -> Self {
        Verified(value)
    }

    /// What was proved, to keep.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// What was proved.
    pub fn get(&self) -> &T {
        &self.0
    }
}

impl Verified<Notice> {
    /// The same genuine message; in the place of its hint stands what the gateway answered when it was asked.
    pub(crate) fn answered(mut self, fact: Fact) -> Self {
        self.0.fact = fact;
        self
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
        PaymentId::find(number)
            .map_or_else(|| Subject::PaymentReference(number.to_owned()), Subject::Payment)
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
