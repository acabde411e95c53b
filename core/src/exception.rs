//! An exception: money or a message that could not be applied and waits for a person.

use crate::clock::Time;
use crate::currency::Currency;
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::machine::words;

words! {
    /// Why something waits for a person.
    Kind: "exception kind" {
        /// The gateway collected another amount than was asked for.
        AmountMismatch = "amount_mismatch",
        /// The gateway collected another currency.
        CurrencyMismatch = "currency_mismatch",
        /// Money came too late and the order needs it no more.
        Unapplied = "unapplied",
        /// More was collected than the order owes.
        Overpaid = "overpaid",
        /// Money came for a payment that we do not have.
        UnknownPayment = "unknown_payment",
        /// A genuine message lacks something it must have.
        Schema = "schema",
        /// The gateway holds money for a payment that was given up.
        UnwantedHold = "unwanted_hold",
        /// The gateway could not pay a refund.
        RefundFailed = "refund_failed",
    }
}

words! {
    /// What a person may do about it.
    Resolution: "resolution" {
        /// Count the money for an order.
        Apply = "apply",
        /// Send it back.
        Refund = "refund",
        /// Close the matter without moving anything to anybody.
        WriteOff = "write_off",
    }
}

/// An exception as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The integer key inside the database; zero before it is stored.
    pub key: i64,
    /// The public id.
    pub id: ExceptionId,
    /// Why it waits.
    pub kind: Kind,
    /// The account it came through.
    pub gateway: String,
    /// The order it touches, if that is known.
    pub order_key: Option<i64>,
    /// That order's public id.
    pub order_id: Option<OrderId>,
    /// The payment it touches, if that is known.
    pub payment_key: Option<i64>,
    /// That payment's public id.
    pub payment_id: Option<PaymentId>,
    /// The refund it touches.
    pub refund_key: Option<i64>,
    /// That refund's public id.
    pub refund_id: Option<RefundId>,
    /// Money in suspense, in minor units, where money came.
    pub amount: Option<i64>,
    /// Its currency.
    pub currency: Option<Currency>,
    /// The gateway's number of the movement of money.
    pub transaction_id: Option<String>,
    /// What is wrong, in one sentence.
    pub explanation: String,
    /// The message without secrets and payer data, where it could not be read.
    pub body: Option<String>,
    /// What is likely right.
    pub suggestion: Resolution,
    /// What was done, once it was.
    pub resolution: Option<Resolution>,
    /// Who did it.
    pub actor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it was opened.
    pub created_at: Time,
    /// When it was resolved.
    pub resolved_at: Option<Time>,
}

impl Exception {
    /// An open exception about nothing in particular and without money; the caller says what it touches.
    pub fn new(id: ExceptionId, kind: Kind, gateway: &str, explanation: String, at: Time) -> Self {
        Exception {
            key: 0,
            id,
            kind,
            gateway: gateway.to_owned(),
            order_key: None,
            order_id: None,
            payment_key: None,
            payment_id: None,
            refund_key: None,
            refund_id: None,
            amount: None,
            currency: None,
            transaction_id: None,
            explanation,
            body: None,
            suggestion: Resolution::Refund,
            resolution: None,
            actor: None,
            reason: None,
            created_at: at,
            resolved_at: None,
        }
    }
}
