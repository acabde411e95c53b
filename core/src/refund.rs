//! A refund: money going back, for one payment. Its lifecycle, as a table.

use crate::clock::Time;
use crate::currency::Currency;
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::machine::{Answer, words};
use crate::money::Money;

words! {
    /// Where a refund stands.
    State: "refund state" {
        /// Accepted and reserved; the gateway has not confirmed it.
        Pending = "pending",
        /// The gateway paid it back.
        Succeeded = "succeeded",
        /// The gateway could not pay it back; the reservation is released.
        Failed = "failed",
        /// Given up before the gateway acted.
        Cancelled = "cancelled",
    }
}

words! {
    /// What can happen to a refund.
    Event: "refund event" {
        /// The gateway accepted it and works on it.
        Accept = "accept",
        /// The money is back with the payer.
        Succeed = "succeed",
        /// The gateway says it did not work, possibly after having said it did.
        Fail = "fail",
        /// Taken back before the gateway acted.
        Cancel = "cancel",
    }
}

use Answer::{Already, IfConfirmed, Refused, To};
use State::{Cancelled, Failed, Pending, Succeeded};

/// The table. Columns are the events in the order of [`Event::ALL`].
#[rustfmt::skip]
const TABLE: [(State, [Answer<State>; 4]); 4] = [
    //           accept   succeed                 fail        cancel
    (Pending,   [Already, To(Succeeded),          To(Failed), To(Cancelled)]),
    // A bank may bounce a refund days after the gateway called it done, and for a while some can be taken back there:
    // it is booked back.
    (Succeeded, [Already, Already,                To(Failed), To(Cancelled)]),
    // Messages come in any order: this success is mostly the one before the failure. The gateway has the last word, so
    // it is asked: what it paid out after all is booked, whatever we thought.
    (Failed,    [Already, IfConfirmed(Succeeded), Already,    Already      ]),
    (Cancelled, [Already, IfConfirmed(Succeeded), Already,    Already      ]),
];

/// What the table says. The one place that decides a refund's transition.
pub fn answer(from: State, event: Event) -> Answer<State> {
    let column = Event::ALL.iter().position(|e| *e == event);
    let row = TABLE.iter().find(|(state, _)| *state == from);
    row.zip(column).and_then(|((_, answers), i)| answers.get(i)).copied().unwrap_or(Refused)
}

words! {
    /// Which account a refund is paid from.
    Source: "refund source" {
        /// The order's balance.
        Order = "order",
        /// The deposit that the order holds.
        Deposit = "deposit",
        /// Money that could not be applied.
        Suspense = "suspense",
    }
}

/// A refund as it is stored, with the public ids of what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The integer key inside the database; zero before it is stored.
    pub key: i64,
    /// The public id; also the idempotency key at the gateway.
    pub id: RefundId,
    /// The payment whose money goes back; nothing for money of an unknown payment.
    pub payment_key: Option<i64>,
    /// That payment's public id.
    pub payment_id: Option<PaymentId>,
    /// The order it counts for, unless it is paid from suspense.
    pub order_key: Option<i64>,
    /// That order's public id.
    pub order_id: Option<OrderId>,
    /// The exception that it resolves.
    pub exception_key: Option<i64>,
    /// That exception's public id.
    pub exception_id: Option<ExceptionId>,
    /// The account it goes back through.
    pub gateway: String,
    /// Which ledger account it is paid from.
    pub source: Source,
    /// Where it stands.
    pub state: State,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount: i64,
    /// Why.
    pub reason: String,
    /// The gateway's own number.
    pub transaction_id: Option<String>,
    /// Why it failed: a code.
    pub failure_code: Option<String>,
    /// Why it failed: a sentence.
    pub failure_message: Option<String>,
    /// How often the gateway was asked about it.
    pub queries: i64,
    /// When time next makes something necessary.
    pub due_at: Option<Time>,
    /// When it was accepted.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Grows by one with every change.
    pub version: i64,
}

impl Refund {
    /// Its amount as money.
    pub fn money(&self) -> Money {
        Money { minor: self.amount, currency: self.currency }
    }
}
