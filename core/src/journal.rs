//! The journal: one row for every change, written with it. It is the log, the audit trail, the feed to the host
//! and, by its unique source, the mark that a message was seen. Rows are never changed.

use std::collections::BTreeMap;

use crate::clock::Time;
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::json;
use crate::machine::words;

words! {
    /// What happened, in the words that a host subscribes to.
    EventName: "event" {
        /// An order was created.
        OrderCreated = "order.created",
        /// An order changed in a way that has no name of its own.
        OrderUpdated = "order.updated",
        /// An order became settled and its flow moved on.
        OrderPaid = "order.paid",
        /// An order became settled; its flow does not move by payment.
        OrderSettled = "order.settled",
        /// An order reached `completed`.
        OrderCompleted = "order.completed",
        /// An order reached `cancelled`.
        OrderCancelled = "order.cancelled",
        /// A payment was created.
        PaymentCreated = "payment.created",
        /// A payment is on its way and its outcome open.
        PaymentProcessing = "payment.processing",
        /// Money is held.
        PaymentAuthorized = "payment.authorized",
        /// Money was collected.
        PaymentSucceeded = "payment.succeeded",
        /// A payment failed for good.
        PaymentFailed = "payment.failed",
        /// A payment was given up.
        PaymentCancelled = "payment.cancelled",
        /// A payment's time ran out.
        PaymentExpired = "payment.expired",
        /// Somebody asked for a capture or a cancellation, and the answer did not bring it about: it told of something else,
        /// came after a callback that had told already, or is not known yet.
        PaymentAsked = "payment.asked",
        /// A refund was accepted and reserved.
        RefundCreated = "refund.created",
        /// A refund was paid.
        RefundSucceeded = "refund.succeeded",
        /// A refund did not work, or bounced.
        RefundFailed = "refund.failed",
        /// A refund was taken back before the gateway acted.
        RefundCancelled = "refund.cancelled",
        /// A deposit went back.
        DepositReturned = "deposit.returned",
        /// A part of a deposit was kept.
        DepositWithheld = "deposit.withheld",
        /// The payer disputes a payment.
        DisputeOpened = "dispute.opened",
        /// The merchant keeps the disputed money.
        DisputeWon = "dispute.won",
        /// The payer gets the disputed money.
        DisputeLost = "dispute.lost",
        /// Something waits for a person.
        ExceptionOpened = "exception.opened",
        /// A person dealt with it.
        ExceptionResolved = "exception.resolved",
        /// An account works with new credentials.
        CredentialsRotated = "credentials.rotated",
        /// A genuine message said nothing new.
        CallbackNoted = "callback.noted",
        /// A genuine message of a kind that we do not know.
        CallbackIgnored = "callback.ignored",
        /// Messages were refused since the last such entry; it counts them.
        CallbackRejected = "callback.rejected",
        /// A webhook's endpoint said that it is gone; nothing is sent to it any more.
        WebhookDisabled = "webhook.disabled",
        /// A webhook's endpoint did not take a message in all its attempts; told for the first of several.
        WebhookGivenUp = "webhook.given_up",
        /// A person has messages sent to a webhook again.
        WebhookReplayed = "webhook.replayed",
    }
}

impl EventName {
    /// Whether webhooks tell it. What happens to webhooks themselves they do not: an endpoint that is dead would make
    /// ever more to tell.
    pub fn is_delivered(self) -> bool {
        !matches!(
            self,
            EventName::WebhookDisabled | EventName::WebhookGivenUp | EventName::WebhookReplayed
        )
    }
}

/// Who acts when nobody in particular does.
pub const SYSTEM: &str = "system";

/// A row to be written.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// What happened.
    pub event: EventName,
    /// Who did it.
    pub actor: &'a str,
    /// The message behind it.
    pub source: Option<&'a Source>,
    /// The order.
    pub order_key: Option<i64>,
    /// The payment.
    pub payment_key: Option<i64>,
    /// The refund.
    pub refund_key: Option<i64>,
    /// The exception.
    pub exception_key: Option<i64>,
    /// What there is to know besides, as a flat JSON object of texts.
    pub detail: Detail,
}

/// A message behind a change: unique, so that it takes effect once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The gateway's account name and its id of the message, with a slash between.
    pub name: String,
    /// The digest of the authenticated bytes, where a name with other content would be a forgery.
    pub digest: Option<[u8; 32]>,
}

/// A flat JSON object of texts, built in order.
#[derive(Clone, Debug)]
pub struct Detail(String);

impl Detail {
    /// Nothing to add.
    pub fn new() -> Self {
        Detail(String::from("{"))
    }

    /// Adds one fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        json::write_text(&mut self.0, name);
        self.0.push(':');
        json::write_text(&mut self.0, value);
        self
    }

    /// Adds one fact, if there is one.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The JSON text.
    pub fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

impl Default for Detail {
    fn default() -> Self {
        Detail::new()
    }
}

/// A row as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the order of all changes.
    pub sequence: i64,
    /// When it was written.
    pub at: Time,
    /// What happened: a word of [`EventName`], kept as text so that an older version reads a newer one's rows.
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// The message behind it.
    pub source: Option<String>,
    /// The order.
    pub order_id: Option<OrderId>,
    /// The payment.
    pub payment_id: Option<PaymentId>,
    /// The refund.
    pub refund_id: Option<RefundId>,
    /// The exception.
    pub exception_id: Option<ExceptionId>,
    /// What there is to know besides.
    pub detail: BTreeMap<String, String>,
}
