//! A refund: money going back, for one payment. Its lifecycle, as a table.

use crate::machine::{Answer, words};

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

use Answer::{Already, Refused, To};
use State::{Cancelled, Failed, Pending, Succeeded};

/// The table. Columns are the events in the order of [`Event::ALL`].
#[rustfmt::skip]
const TABLE: [(State, [Answer<State>; 4]); 4] = [
    //           accept   succeed        fail        cancel
    (Pending,   [Already, To(Succeeded), To(Failed), To(Cancelled)]),
    // A bank may bounce a refund days after the gateway called it done: it is booked back.
    (Succeeded, [Already, Already,       To(Failed), Refused      ]),
    // The gateway has the last word: what it paid out after all is booked, whatever we thought.
    (Failed,    [Already, To(Succeeded), Already,    Already      ]),
    (Cancelled, [Already, To(Succeeded), Already,    Already      ]),
];

/// What the table says. The one place that decides a refund's transition.
pub fn answer(from: State, event: Event) -> Answer<State> {
    let column = Event::ALL.iter().position(|e| *e == event);
    let row = TABLE.iter().find(|(state, _)| *state == from);
    row.zip(column).and_then(|((_, answers), i)| answers.get(i)).copied().unwrap_or(Refused)
}
