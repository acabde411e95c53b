//! What a gateway is told: the payment or the refund that a request is about, and nothing else of them.

use crate::clock::Time;
use crate::id::{PaymentId, RefundId};
use crate::money::Money;
use crate::payment::{Payment, Presentation};

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
    /// How the payer meets the gateway.
    pub presentation: Presentation,
}

impl PaymentIntent {
    /// Whether the gateway has given it a name of its own.
    pub fn is_named_there(&self) -> bool {
        self.reference != self.id.to_string()
    }

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
            presentation: payment.presentation.clone().unwrap_or_default(),
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
    /// The gateway's own number of it, once it gave it one.
    pub transaction_id: Option<String>,
    /// Where a search that takes several pages goes on: behind what [`Answer::Further`](super::Answer::Further) named.
    pub after: Option<String>,
}

impl RefundIntent {
    /// A refund that the gateway has not been told of.
    pub fn new(id: RefundId, amount: Money, reason: impl Into<String>) -> Self {
        RefundIntent { id, amount, reason: reason.into(), transaction_id: None, after: None }
    }
}
