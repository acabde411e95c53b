//! What is to be sent next, and what came back. It sends nothing, and believes nothing that is not proved.

use super::{FollowAnswer, FollowStep, FollowedPayment, PLACE_OF_ID, PaymentFollower, statement};
use crate::api::guarded;
use crate::api::types::{self, OutgoingRequest};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::followed::Word;
use crate::http::{NoResponse, Response};
use crate::id::{MessageId, PaymentId};
use crate::store::sql;
use crate::webhook::{Failure, Verdict, judge};

/// A request that was handed out is waited for so long before it is handed out again.
const WAIT_SECONDS: i64 = 60;
/// Nothing is ever due later than this. What seems to be was written before the device's clock was set back.
const FAR_SECONDS: i64 = 2 * 60 * 60;

impl PaymentFollower {
    /// What comes next: a request to send now, a while to wait, or nothing at all while nothing is followed and no message
    /// waits. A request is handed out to one caller only, for a minute. Errors: `storage_…`.
    pub fn next_step(&self) -> Result<Option<FollowStep>> {
        guarded(|| {
            let now = self.clock.now();
            let (payments, message) = self.read(|connection| {
                let payments = sql::follow::followed_by_turn(connection)?;
                Ok((payments, sql::follow::first_told(connection)?))
            })?;
            let mut under_way = self.under_way();
            under_way.retain(|_, until| *until > now && *until <= now.plus_seconds(WAIT_SECONDS));
            // Messages first: the server may need one to go on with a payment.
            let message = message.and_then(|message| {
                let request = self.post(message.id, &message.body)?;
                Some((message.id.to_string(), message.due_at?, request))
            });
            let questions = payments
                .into_iter()
                .map(|(id, due_at)| (id.to_string(), due_at, self.question(id)));
            let mut soonest: Option<Time> = None;
            for (ticket, due_at, request) in message.into_iter().chain(questions) {
                let waits_until = under_way.get(&ticket).copied();
                let at = waits_until.map_or(due_at, |until| until.max(due_at));
                if at <= now || at > now.plus_seconds(FAR_SECONDS) {
                    under_way.insert(ticket.clone(), now.plus_seconds(WAIT_SECONDS));
                    let (ticket, request) = (Some(ticket), Some(request));
                    return Ok(Some(FollowStep { ticket, request, after_ms: 0 }));
                }
                soonest = Some(soonest.map_or(at, |soonest| soonest.min(at)));
            }
            Ok(soonest.map(|at| FollowStep {
                ticket: None,
                request: None,
                after_ms: at.millis().saturating_sub(now.millis()),
            }))
        })
    }

    /// Goes on after a request of a step was sent: with status, headers and body of the answer, or why there is none. An answer
    /// that cannot be believed is no error: it is noted in the payment, and the server is asked again.
    ///
    /// Errors: `text_format` (the ticket), `argument_…`, `storage_…`.
    pub fn resume(&self, ticket: &str, came: Result<Response, NoResponse>) -> Result<FollowAnswer> {
        guarded(|| {
            let (mut payment, mut message) = (None, None);
            if let Some(id) = PaymentId::find(ticket) {
                payment = self.heard(id, came)?;
            } else if let Some(id) = MessageId::find(ticket) {
                message = self.note_attempt(id, came)?;
            } else {
                return Err(Error::new(Code::TextFormat)
                    .with("field", "ticket")
                    .with("rule", "it is the ticket of the step before, unchanged"));
            }
            self.under_way().remove(ticket);
            Ok(FollowAnswer { payment, message })
        })
    }

    fn heard(
        &self,
        id: PaymentId,
        came: Result<Response, NoResponse>,
    ) -> Result<Option<FollowedPayment>> {
        let now = self.clock.now();
        let failure = match (judge(&came, now), came) {
            (Verdict::Taken, Ok(response)) => {
                let status = i64::from(response.status);
                match self.believed(id, response) {
                    // Its amounts may still contradict what is known.
                    Ok(said) => match self.hear(id, Ok(said)) {
                        Err(error) if is_contradiction(&error) => doubt(status, &error),
                        result => return result,
                    },
                    Err(error) => doubt(status, &error),
                }
            }
            (Verdict::Failed(failure), _) => failure,
            _ => Failure::gone(),
        };
        self.hear(id, Err(failure))
    }

    /// The server's word about a payment, if it proves to be one.
    fn believed(&self, id: PaymentId, response: Response) -> Result<Word> {
        self.prove(response.headers, &response.body)?;
        let said = statement::of_payment(&response.body)?;
        match said.id == id {
            true => Ok(said),
            false => Err(Error::new(Code::Malformed)
                .with("format", "answer")
                .with("why", "it is about another payment")),
        }
    }

    fn question(&self, id: PaymentId) -> OutgoingRequest {
        OutgoingRequest {
            method: "GET".to_owned(),
            url: self.status_url.replace(PLACE_OF_ID, &id.to_string()),
            headers: types::Headers(vec![("accept".to_owned(), "application/json".to_owned())]),
            body: types::Bytes(Vec::new()),
        }
    }

    fn post(&self, id: MessageId, body: &str) -> Option<OutgoingRequest> {
        let headers = [
            ("content-type".to_owned(), "application/json".to_owned()),
            ("idempotency-key".to_owned(), id.to_string()),
        ];
        Some(OutgoingRequest {
            method: "POST".to_owned(),
            url: self.messages_url.clone()?,
            headers: types::Headers(headers.into()),
            body: types::Bytes(body.as_bytes().to_vec()),
        })
    }

    /// Spreads delays.
    pub(super) fn dice(&self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.randomness.fill(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }
}

fn is_contradiction(error: &Error) -> bool {
    matches!(error.code(), Code::AmountMismatch | Code::CurrencyMismatch)
}

/// An answer that came and is not believed.
fn doubt(status: i64, error: &Error) -> Failure {
    Failure {
        status: Some(status),
        error: format!("{} ({})", error.message(), error.code()),
        retry_after: None,
        endpoint: true,
    }
}
