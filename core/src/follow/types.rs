//! What a follower answers with, in the plain types of the public face.

use serde::Serialize;

use crate::api::types::{Action, Amount, Flag, OutgoingRequest, PaymentState, Text, Time, Whole};

/// A payment of the application's own server, as far as it is known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowedPayment {
    /// `pay_…`
    pub id: Text,
    /// The order it collects for, if the server said.
    pub order_id: Option<Text>,
    /// Where it stands, by the server's word. It is never final because of what an application itself handed in.
    pub state: PaymentState,
    /// Nothing more is to be expected. Late money may still make a failed one succeed.
    pub is_final: Flag,
    /// What it shall collect.
    pub amount: Amount,
    /// ISO 4217 code.
    pub currency: Text,
    /// What the payer does next.
    pub action: Action,
    /// When it is closed if nobody paid, if the server said.
    pub expires_at: Option<Time>,
    /// When the money came, by the server's clock.
    pub paid_at: Option<Time>,
    /// Why it failed: a short stable word.
    pub failure_code: Option<Text>,
    /// Why it failed: a sentence for the payer.
    pub failure_message: Option<Text>,
    /// When the server's word was last heard and believed, by this device's clock.
    pub confirmed_at: Option<Time>,
    /// When the server is asked next; nothing once it is final.
    pub next_question_at: Option<Time>,
    /// How often in a row no answer could be believed.
    pub failures: Whole,
    /// The status of the last answer that was no success.
    pub last_status: Option<Whole>,
    /// What was wrong then, for a log: a sentence with the code of the error, where there is one.
    pub last_error: Option<Text>,
    /// Since when it is followed.
    pub created_at: Time,
    /// When it was last written.
    pub updated_at: Time,
}

/// Something that the server is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerMessage {
    /// `msg_…`, the `idempotency-key` of every attempt: the server takes it once.
    pub id: Text,
    /// What it says: a JSON object as text.
    pub body: Text,
    /// The server took it; it is forgotten here.
    pub is_taken: Flag,
    /// The server refused it for good; it is kept until it is forgotten.
    pub is_refused: Flag,
    /// How often it was sent.
    pub attempts: Whole,
    /// When it is sent next.
    pub next_attempt_at: Option<Time>,
    /// The status of the last answer that was no success.
    pub last_status: Option<Whole>,
    /// What was wrong then.
    pub last_error: Option<Text>,
    /// When it was given.
    pub created_at: Time,
}

/// What comes next: a request to send now, or a while to wait before asking again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowStep {
    /// What to resume with, once the request was sent.
    pub ticket: Option<Text>,
    /// What to send, once, following no redirect. The host adds what its server knows the application by.
    pub request: Option<OutgoingRequest>,
    /// How long nothing is due, in milliseconds; zero where there is a request.
    pub after_ms: Whole,
}

/// What an answer of the server was about, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowAnswer {
    /// The payment that was asked about, unless it was forgotten meanwhile.
    pub payment: Option<FollowedPayment>,
    /// The message that was sent, unless it was forgotten meanwhile.
    pub message: Option<ServerMessage>,
}
