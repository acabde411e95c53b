//! A payment: one attempt to collect, by one method through one gateway. Its lifecycle, as a table.

use crate::machine::{Answer, words};

words! {
    /// Where a payment stands.
    State: "payment state" {
        /// Created; the payer has not been sent away yet.
        Init = "init",
        /// The payer, or the gateway, is busy with it; its outcome is open.
        Processing = "processing",
        /// A card hold: the money is reserved but not collected.
        Authorized = "authorized",
        /// Collected.
        Succeeded = "succeeded",
        /// The gateway said no.
        Failed = "failed",
        /// Given up before money came.
        Cancelled = "cancelled",
        /// Its time ran out and the gateway closed it.
        Expired = "expired",
    }
}

words! {
    /// What can happen to a payment. A gateway's word maps to one of these; nobody ever sets a state.
    Event: "payment event" {
        /// The payer was sent away, or the outcome of a call is unknown.
        Submit = "submit",
        /// The money is held.
        Authorize = "authorize",
        /// The money was collected.
        Succeed = "succeed",
        /// The gateway refused for good.
        Fail = "fail",
        /// Payer or host gave up.
        Cancel = "cancel",
        /// Closed at the gateway after its time.
        Expire = "expire",
    }
}

impl State {
    /// Whether it may still bring money in the ordinary way. An order has at most one such payment.
    pub const fn is_active(self) -> bool {
        matches!(self, State::Init | State::Processing | State::Authorized)
    }
}

use Answer::{Already, Hold, Late, Noted, Refused, To};
use State::{Authorized, Cancelled, Expired, Failed, Init, Processing, Succeeded};

/// The table. Columns are the events in the order of [`Event::ALL`].
#[rustfmt::skip]
const TABLE: [(State, [Answer<State>; 6]); 7] = [
    //            submit          authorize       succeed        fail        cancel         expire
    (Init,       [To(Processing), To(Authorized), To(Succeeded), To(Failed), To(Cancelled), To(Expired)]),
    (Processing, [Already,        To(Authorized), To(Succeeded), To(Failed), To(Cancelled), To(Expired)]),
    (Authorized, [Already,        Already,        To(Succeeded), To(Failed), To(Cancelled), To(Expired)]),
    (Succeeded,  [Already,        Already,        Already,       Noted,      Refused,       Already    ]),
    // The end of collecting is not the end of evidence: money that still comes is real.
    (Failed,     [Refused,        Hold,           Late,          Already,    Already,       Already    ]),
    (Cancelled,  [Refused,        Hold,           Late,          Already,    Already,       Already    ]),
    (Expired,    [Refused,        Hold,           Late,          Already,    Already,       Already    ]),
];

/// What the table says. The one place that decides a payment's transition.
pub fn answer(from: State, event: Event) -> Answer<State> {
    let column = Event::ALL.iter().position(|e| *e == event);
    let row = TABLE.iter().find(|(state, _)| *state == from);
    // A pair outside the table cannot be written; were it, refusing is the harmless reading.
    row.zip(column).and_then(|((_, answers), i)| answers.get(i)).copied().unwrap_or(Refused)
}

/// The events that lead somewhere from here, for "what can I do now?".
pub fn possible(from: State) -> impl Iterator<Item = Event> {
    Event::ALL.iter().copied().filter(move |event| matches!(answer(from, *event), To(_)))
}
