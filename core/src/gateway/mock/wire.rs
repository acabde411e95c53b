//! What goes over the wire between the mock gateway and its pretend provider, and the words used there.
//! It never decides anything: both halves meet in these shapes, as they would in a provider's reference.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::gateway::{Operation, PaymentIntent, RefundIntent};
use crate::machine::words;

/// Where the pretend provider would live. `.invalid` never resolves, so a leak to the network goes nowhere.
pub(super) const ADDRESS: &str = "https://mock.invalid/v1/";

/// The part of the address after [`ADDRESS`].
pub(super) fn path(operation: Operation<'_>) -> &'static str {
    match operation {
        Operation::Pay | Operation::Collect => "payments",
        Operation::Capture(_) => "payments/capture",
        Operation::Cancel => "payments/cancel",
        Operation::Query => "payments/query",
        Operation::Refund(_) => "refunds",
        Operation::QueryRefund(_) => "refunds/query",
    }
}

words! {
    /// Where a payment stands in the provider's book.
    Status: "mock payment status" {
        /// Waits for the payer at the checkout page.
        Open = "open",
        /// The payer has done their part; the outcome takes a while.
        Processing = "processing",
        /// Held, not collected.
        Authorized = "authorized",
        /// Collected.
        Succeeded = "succeeded",
        /// Declined.
        Failed = "failed",
        /// Closed before money moved.
        Cancelled = "cancelled",
        /// Closed because its time ran out.
        Expired = "expired",
    }
}

words! {
    /// Where a refund stands in the provider's book.
    RefundStatus: "mock refund status" {
        /// Accepted, not paid out.
        Pending = "pending",
        /// Paid out.
        Succeeded = "succeeded",
        /// Could not be paid out.
        Failed = "failed",
    }
}

/// Everything the provider is told about a payment. Every request and every checkout token carries it whole:
/// a provider that was restarted and lost its book goes on as if nothing had happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terms {
    pub id: String,
    pub reference: String,
    pub amount: i64,
    pub currency: String,
    pub method: String,
    pub manual_capture: bool,
    pub description: String,
    pub return_url: Option<String>,
    /// Milliseconds since 1970.
    pub expires_at: i64,
}

impl Terms {
    pub(super) fn of(payment: &PaymentIntent) -> Self {
        Terms {
            id: payment.id.to_string(),
            reference: payment.reference.clone(),
            amount: payment.amount.minor,
            currency: payment.amount.currency.code().to_owned(),
            method: payment.method.clone(),
            manual_capture: payment.manual_capture,
            description: payment.description.clone(),
            return_url: payment.return_url.clone(),
            expires_at: payment.expires_at.millis(),
        }
    }
}

/// The body of every request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Body {
    pub payment: Terms,
    /// The provider's own number, if it told us one: proof that it collected.
    pub transaction_id: Option<String>,
    /// For a capture.
    pub capture_amount: Option<i64>,
    /// For the two refund operations.
    pub refund: Option<RefundOrder>,
}

/// The refund that a request is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RefundOrder {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub reason: String,
}

impl RefundOrder {
    pub(super) fn of(refund: &RefundIntent) -> Self {
        RefundOrder {
            id: refund.id.to_string(),
            amount: refund.amount.minor,
            currency: refund.amount.currency.code().to_owned(),
            reason: refund.reason.clone(),
        }
    }
}

/// A payment as the provider shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PaymentObject {
    pub id: String,
    pub reference: String,
    pub status: String,
    /// What was asked for; once collected, what was collected.
    pub amount: i64,
    pub currency: String,
    pub transaction_id: Option<String>,
    pub checkout_url: Option<String>,
    pub decline: Option<DeclineObject>,
}

/// A refund as the provider shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RefundObject {
    pub id: String,
    pub payment: String,
    pub status: String,
    pub amount: i64,
    pub currency: String,
    pub transaction_id: String,
    pub decline: Option<DeclineObject>,
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeclineObject {
    pub code: String,
    pub message: String,
}

impl DeclineObject {
    /// The code with the sentence that a payer may read.
    pub(super) fn new(code: &str) -> Self {
        let message = match code {
            "insufficient_funds" => "The account does not have enough money.",
            "card_declined" => "The card was declined.",
            "expired_card" => "The card has expired.",
            "account_closed" => "The account to be refunded is closed.",
            _ => "The payment was not accepted.",
        };
        DeclineObject { code: code.to_owned(), message: message.to_owned() }
    }
}

/// A refusal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Refusal {
    pub error: DeclineObject,
}

/// JSON bytes of a shape above.
pub(super) fn json(shape: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(shape).map_err(|e| Error::bug(format_args!("no JSON: {e}")))
}
