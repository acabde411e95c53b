//! A payment: one attempt to collect, by one method through one gateway. Its lifecycle, as a table.

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::currency::Currency;
use crate::id::{OrderId, PaymentId};
use crate::machine::{Answer, words};
use crate::money::Money;

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

words! {
    /// How the payer meets the gateway.
    Experience: "experience" {
        /// Inside the host's own page, by the gateway's browser library.
        Embedded = "embedded",
        /// On the gateway's page, in a browser on a desk.
        Hosted = "hosted",
        /// By scanning a code with the wallet.
        QrCode = "qr_code",
        /// On the gateway's page, in a browser on a phone.
        MobileWeb = "mobile_web",
        /// In a page or mini-programme inside the wallet.
        InWallet = "in_wallet",
        /// In the host's own app, by the gateway's mobile library.
        App = "app",
    }
}

/// One line of what the payer is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub description: String,
    /// How many.
    pub quantity: i64,
    /// For one of them, in minor units of the payment's currency.
    pub unit_amount: i64,
}

/// How the payer meets the gateway: fixed when the payment is created, so that every try asks for the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Presentation {
    /// Which way; the gateway's usual one unless said.
    #[serde(skip_serializing_if = "Option::is_none", with = "experience_as_word")]
    pub experience: Option<Experience>,
    /// Who the payer is to the gateway, such as a wallet's user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_id: Option<String>,
    /// The payer's network address, where the gateway asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_address: Option<String>,
    /// Where a payer who gives up comes back to; `return_url` unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
    /// What the payer is shown; they add up to the payment's amount. Empty for one line of everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
}

mod experience_as_word {
    use super::Experience;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(word: &Option<Experience>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(word.map_or("", Experience::as_str))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Experience>, D::Error> {
        let word = String::deserialize(from)?;
        Experience::parse(&word).map(Some).map_err(|e| D::Error::custom(e.message()))
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

/// A payment as it is stored, with what it needs of its order. All sums are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The integer key inside the database; zero before it is stored.
    pub key: i64,
    /// The public id.
    pub id: PaymentId,
    /// The key of its order.
    pub order_key: i64,
    /// The public id of its order.
    pub order_id: OrderId,
    /// Who owes, in the host's words.
    pub customer: Option<String>,
    /// The account it is collected through.
    pub gateway: String,
    /// How the payer pays.
    pub method: String,
    /// The reference under which the gateway knows it, where that is not our id.
    pub reference: Option<String>,
    /// Where it stands.
    pub state: State,
    /// The currency, always its order's.
    pub currency: Currency,
    /// What it shall collect.
    pub amount: i64,
    /// What it did collect.
    pub captured: i64,
    /// What went back.
    pub refunded: i64,
    /// What is reserved by refunds under way.
    pub refund_pending: i64,
    /// The gateway's number of the movement of money; it funds this payment and no other.
    pub transaction_id: Option<String>,
    /// The money came after we had stopped waiting.
    pub late: bool,
    /// A person confirmed it, not a gateway.
    pub manual: bool,
    /// The money is only held until the host captures it.
    pub manual_capture: bool,
    /// What the payer does next, as JSON.
    pub action: Option<String>,
    /// Why it failed: a code.
    pub failure_code: Option<String>,
    /// Why it failed: a sentence for the payer.
    pub failure_message: Option<String>,
    /// What the payer reads.
    pub description: String,
    /// Where the payer comes back to.
    pub return_url: Option<String>,
    /// How the payer meets the gateway, where that was said.
    pub presentation: Option<Presentation>,
    /// How often the gateway was asked about it.
    pub queries: i64,
    /// When time next makes something necessary.
    pub due_at: Option<Time>,
    /// When it is closed if nobody paid.
    pub expires_at: Time,
    /// When the money came.
    pub paid_at: Option<Time>,
    /// When it was created.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Grows by one with every change.
    pub version: i64,
}

impl Payment {
    /// What can still be refunded.
    pub fn refundable(&self) -> i64 {
        self.captured.saturating_sub(self.refunded).saturating_sub(self.refund_pending)
    }

    /// A sum of this payment as money.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }
}
