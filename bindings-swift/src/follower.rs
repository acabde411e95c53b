//! Following a payment of the application's own server, from Swift and Kotlin. The core decides what is believed and when the
//! server is asked; here is only how it crosses.

use std::sync::Arc;

use paywright::api;
use paywright::api::types::{
    Action, Amount, Bytes, Headers, NoResponse, OutgoingRequest, PaymentState, Secret,
};
use paywright::follow::{
    self, FollowAnswer, FollowStep, FollowedPayment, FollowerOptions, ServerMessage,
};

use crate::clock::ManualClock;
use crate::engine::clock_and_randomness;
use crate::error::PaywrightError;
use crate::values::Time;

type Result<T> = std::result::Result<T, PaywrightError>;

#[uniffi::remote(Record)]
/// A payment of the application's own server, as far as it is known here.
pub struct FollowedPayment {
    /// `pay_…`
    pub id: String,
    /// The order it collects for, if the server said.
    pub order_id: Option<String>,
    /// Where it stands, by the server's word. It is never final because of what an application itself handed in.
    pub state: PaymentState,
    /// Nothing more is to be expected. Late money may still make a failed one succeed.
    pub is_final: bool,
    /// What it shall collect.
    pub amount: Amount,
    /// ISO 4217 code.
    pub currency: String,
    /// What the payer does next.
    pub action: Action,
    /// When it is closed if nobody paid, if the server said.
    pub expires_at: Option<Time>,
    /// When the money came, by the server's clock.
    pub paid_at: Option<Time>,
    /// Why it failed: a short stable word.
    pub failure_code: Option<String>,
    /// Why it failed: a sentence for the payer.
    pub failure_message: Option<String>,
    /// When the server's word was last heard and believed, by this device's clock.
    pub confirmed_at: Option<Time>,
    /// When the server is asked next; nothing once it is final.
    pub next_question_at: Option<Time>,
    /// How often in a row no answer could be believed.
    pub failures: i64,
    /// The status of the last answer that was no success.
    pub last_status: Option<i64>,
    /// What was wrong then, for a log: a sentence with the code of the error, where there is one.
    pub last_error: Option<String>,
    /// Since when it is followed.
    pub created_at: Time,
    /// When it was last written.
    pub updated_at: Time,
}

#[uniffi::remote(Record)]
/// Something that the server is to be told.
pub struct ServerMessage {
    /// `msg_…`, the `idempotency-key` of every attempt: the server takes it once.
    pub id: String,
    /// What it says: a JSON object as text.
    pub body: String,
    /// The server took it; it is forgotten here.
    pub is_taken: bool,
    /// The server refused it for good; it is kept until it is forgotten.
    pub is_refused: bool,
    /// How often it was sent.
    pub attempts: i64,
    /// When it is sent next.
    pub next_attempt_at: Option<Time>,
    /// The status of the last answer that was no success.
    pub last_status: Option<i64>,
    /// What was wrong then.
    pub last_error: Option<String>,
    /// When it was given.
    pub created_at: Time,
}

#[uniffi::remote(Record)]
/// What comes next: a request to send now, or a while to wait before asking again.
pub struct FollowStep {
    /// What to resume with, once the request was sent.
    pub ticket: Option<String>,
    /// What to send, once, following no redirect. The host adds what its server knows the application by.
    pub request: Option<OutgoingRequest>,
    /// How long nothing is due, in milliseconds; zero where there is a request.
    pub after_ms: i64,
}

#[uniffi::remote(Record)]
/// What an answer of the server was about, as it is now.
pub struct FollowAnswer {
    /// The payment that was asked about, unless it was forgotten meanwhile.
    pub payment: Option<FollowedPayment>,
    /// The message that was sent, unless it was forgotten meanwhile.
    pub message: Option<ServerMessage>,
}

/// Follows payments of one server, for an application on a phone or a kiosk: shows what the payer does next, asks how the
/// payment stands, takes signed pushes, and keeps what the server is to be told. Everything stands in one file, so that an
/// application that is killed goes on where it was. All methods may be called from many threads at once; each blocks its thread
/// for as long as the file takes. It sends nothing itself: the host sends what `next_step` hands out, and resumes.
#[derive(uniffi::Object)]
pub struct PaymentFollower(follow::PaymentFollower);

#[uniffi::export]
impl PaymentFollower {
    /// Opens a follower on a file, or `:memory:`. `status_url` is the address of a payment's status on the application's own server, with
    /// `{payment_id}` in it; `messages_url` is where messages are posted. `public_keys` are the server's (`whpk_…`): with
    /// them an answer counts only if it is signed by one of them; without, what came over https from the server's own
    /// address counts, and no push does. `clock` and `seed` are for tests. What it follows from before is due at once.
    /// Errors: `config_missing`, `config_invalid`, `key_type`, `not_ours`, `schema_newer`, `storage_…`.
    #[uniffi::constructor(default(messages_url = None, public_keys = [], clock = None, seed = None))]
    pub fn open(
        path: String,
        status_url: String,
        messages_url: Option<String>,
        public_keys: Vec<String>,
        clock: Option<Arc<ManualClock>>,
        seed: Option<i64>,
    ) -> Result<Arc<Self>> {
        let (clock, randomness) = clock_and_randomness(clock, seed)?;
        let options = FollowerOptions {
            status_url,
            messages_url,
            public_keys: public_keys.iter().map(|key| Secret::from(key.as_str())).collect(),
            clock,
            randomness,
        };
        Ok(Arc::new(PaymentFollower(follow::PaymentFollower::open(&path, options)?)))
    }

    /// Follows a payment, given as the JSON in which the application's server answers: `id`, `state`, `amount`, `currency`, and
    /// what else the server says (`action`, `expires_at`, `order_id`). A state that is final is not believed because of this:
    /// the server is asked. Following it again takes over a newer action and asks at once. Errors: `malformed`,
    /// `duplicate_field`, `too_large`, `id_format`, `value_unknown`, `amount_…`, `currency`, `argument_missing`,
    /// `argument_conflict` (the same payment with another amount), `storage_…`.
    pub fn follow(&self, payment: String) -> Result<FollowedPayment> {
        Ok(self.0.follow(&payment)?)
    }

    /// One payment that is followed. Errors: `payment_not_found`, `id_format`.
    pub fn followed(&self, payment_id: String) -> Result<FollowedPayment> {
        Ok(self.0.followed(&payment_id)?)
    }

    /// All payments that are followed or were and are not forgotten, the first first.
    pub fn all_followed(&self) -> Result<Vec<FollowedPayment>> {
        Ok(self.0.all_followed()?)
    }

    /// Asks about a payment at the next step, also where it is final: late money may still come. Errors:
    /// `payment_not_found`, `id_format`.
    pub fn ask_now(&self, payment_id: String) -> Result<FollowedPayment> {
        Ok(self.0.ask_now(&payment_id)?)
    }

    /// Forgets a payment. Errors: `payment_not_found`, `id_format`.
    pub fn forget(&self, payment_id: String) -> Result<()> {
        Ok(self.0.forget(&payment_id)?)
    }

    /// Takes a push: headers and body of a message that the server signed per Standard Webhooks with its private key, as its
    /// webhooks are, however they reached the device. Nothing where it is about no payment that is followed. Errors:
    /// `auth_…`, `too_large`, `malformed`, `duplicate_field`, `amount_mismatch`, `currency_mismatch`.
    pub fn receive_push(&self, headers: Headers, body: Bytes) -> Result<Option<FollowedPayment>> {
        Ok(self.0.receive_push(headers.0, &body.0)?)
    }

    /// Keeps a message for the server, a JSON object: on disk when this returns, posted by the next steps, in order, until the
    /// server answers with a success or refuses it for good. Errors: `config_missing` (no `messages_url`), `malformed`,
    /// `duplicate_field`, `too_large`, `storage_…`.
    pub fn tell(&self, body: String) -> Result<ServerMessage> {
        Ok(self.0.tell(&body)?)
    }

    /// All messages that the server did not take yet, or refused, the first first.
    pub fn messages(&self) -> Result<Vec<ServerMessage>> {
        Ok(self.0.messages()?)
    }

    /// Forgets a message, sent or not. Errors: `message_not_found`, `id_format`.
    pub fn forget_message(&self, message_id: String) -> Result<()> {
        Ok(self.0.forget_message(&message_id)?)
    }

    /// Has everything that waits be asked and told now: the application came to the front, or the network came back.
    pub fn hurry(&self) -> Result<()> {
        Ok(self.0.hurry()?)
    }

    /// What comes next: a request to send now, a while to wait, or nothing at all while nothing is followed and no message
    /// waits. A request is handed out to one caller only, for a minute. Errors: `storage_…`.
    pub fn next_step(&self) -> Result<Option<FollowStep>> {
        Ok(self.0.next_step()?)
    }

    /// Goes on after a request of a step was sent: with status, headers and body of the answer, or why there is none. An answer
    /// that cannot be believed is no error: it is noted in the payment, and the server is asked again. Errors:
    /// `text_format` (the ticket), `argument_…`, `storage_…`.
    #[uniffi::method(default(status = None, headers = None, body = None, failure = None))]
    pub fn resume(
        &self,
        ticket: String,
        status: Option<i64>,
        headers: Option<Headers>,
        body: Option<Bytes>,
        failure: Option<NoResponse>,
    ) -> Result<FollowAnswer> {
        Ok(self.0.resume(&ticket, api::came(status, headers, body, failure)?)?)
    }

    /// Gives the file back; later calls fail with `store_closed`.
    pub fn shut_down(&self) {
        self.0.close();
    }
}
