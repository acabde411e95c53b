//! The methods of the surface table for hosts that send requests themselves. They translate; the engine decides.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use super::types::{self, arguments};
use super::{Paywright, convert, guarded};
use crate::engine::{Step, StepOperation};
use crate::error::{Code, Error, Result};
use crate::http::{NoResponse, RESPONSE_BYTES_MAX, Response};
use crate::id::PaymentId;
use crate::journal::SYSTEM;

impl Paywright {
    pub fn begin(&self, a: arguments::begin) -> Result<types::Step> {
        guarded(|| {
            let operation = StepOperation::parse(a.operation.as_str())?;
            let amount = match &a.amount {
                Some(amount) => {
                    let currency = self.engine.payment(PaymentId::parse(&a.id)?)?.currency;
                    Some(convert::money("amount", amount, currency)?)
                }
                None => None,
            };
            let actor = a.actor.as_deref().unwrap_or(SYSTEM);
            step(self.engine.begin(&a.id, operation, amount, actor)?)
        })
    }

    pub fn resume(&self, a: arguments::resume) -> Result<types::Step> {
        guarded(|| {
            let came = came(a.status, a.headers, a.body, a.failure)?;
            step(self.engine.resume(&a.ticket, came)?)
        })
    }
}

/// What came back for a request that a host sent, in the words of the table. An answer that is too long is none. Fails with
/// `argument_missing`, `argument_conflict` and `argument_range`.
pub fn came(
    status: Option<i64>,
    headers: Option<types::Headers>,
    body: Option<types::Bytes>,
    failure: Option<types::NoResponse>,
) -> Result<Result<Response, NoResponse>> {
    let response = match (status, failure) {
        (Some(status), None) => Response {
            status: u16::try_from(status).map_err(|_| not_a_status(status))?,
            headers: headers.unwrap_or_default().0,
            body: body.unwrap_or_default().0,
        },
        (None, Some(types::NoResponse::not_sent)) => {
            return Ok(Err(NoResponse::NotSent("the host could not send it".to_owned())));
        }
        (None, Some(types::NoResponse::unknown)) => {
            return Ok(Err(NoResponse::Unknown("the host heard no answer".to_owned())));
        }
        (Some(_), Some(_)) => {
            return Err(Error::new(Code::ArgumentConflict)
                .with("fields", "status and failure")
                .with("rule", "a request was answered or it was not"));
        }
        (None, None) => {
            return Err(Error::new(Code::ArgumentMissing)
                .with("field", "status")
                .with("rule", "give the response's status, or failure where there is none"));
        }
    };
    Ok(match response.body.len() > RESPONSE_BYTES_MAX {
        true => Err(NoResponse::Unknown("the answer is too long".to_owned())),
        false => Ok(response),
    })
}

fn not_a_status(status: i64) -> Error {
    Error::new(Code::ArgumentRange)
        .with("field", "status")
        .with("given", status)
        .with("rule", "an HTTP status")
}

fn step(step: Step) -> Result<types::Step> {
    let done =
        types::Step { ticket: None, request: None, after_ms: 0, payment: None, refund: None };
    Ok(match step {
        Step::Payment(payment) => {
            types::Step { payment: Some(convert::payment(*payment, false)?), ..done }
        }
        Step::Refund(refund) => types::Step { refund: Some(convert::refund(*refund)?), ..done },
        Step::Send { ticket, request, after_millis } => {
            let headers =
                request.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let request = types::OutgoingRequest {
                method: request.method.to_owned(),
                url: request.url,
                headers: types::Headers(headers),
                body: types::Bytes(request.body),
            };
            let after_ms = i64::try_from(after_millis).unwrap_or(i64::MAX);
            types::Step { ticket: Some(ticket), request: Some(request), after_ms, ..done }
        }
    })
}
