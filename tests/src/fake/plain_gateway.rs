//! The gateway for [`super::plain`], written as a host writes one: with nothing but the crate's public parts. It is also the
//! example of a gateway of one's own.

use paywright::error::{Code, Error, Result};
use paywright::gateway::{
    Action, Answer, Call, Claim, ClaimedAmount, Facts, Gateway, Moment, Operation, PaymentFact,
    PaymentIntent, Received, RefundFact,
};
use paywright::http::{Headers, Request, Response};
use paywright::sign::hmac::{any_equal, from_hex, hmac_sha256};
use paywright::{payment, refund};
use serde::Deserialize;
use serde_json::{Value, json};

use super::plain::{SECRET, SIGNATURE};

/// Its name in an engine.
pub const NAME: &str = "plain";
/// The host that it believes to speak to.
const HOST: &str = "api.plain.invalid";

/// The gateway.
pub struct PlainGateway(Facts);

impl Default for PlainGateway {
    fn default() -> Self {
        PlainGateway(Facts {
            refunds: true,
            partial_refunds: true,
            queries: true,
            separate_capture: true,
            hosts: vec![HOST.to_owned()],
            ..Facts::of(NAME, "an invented provider", vec!["wallet".to_owned()])
        })
    }
}

/// What an answer may hold.
#[derive(Deserialize)]
struct Said {
    id: Option<String>,
    status: Option<String>,
    amount: Option<i64>,
    collected: Option<i64>,
    error: Option<String>,
}

impl Gateway for PlainGateway {
    fn facts(&self) -> &Facts {
        &self.0
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        _: Moment<'_>,
    ) -> Result<Call> {
        let id = payment.id;
        let (path, body) = match operation {
            Operation::Pay => {
                let (amount, hold) = (payment.amount.minor, payment.manual_capture);
                (
                    "payments".to_owned(),
                    json!({"id": id.to_string(), "amount": amount, "hold": hold}),
                )
            }
            Operation::Collect => (format!("payments/{id}/collect"), json!({})),
            Operation::Capture(amount) => {
                (format!("payments/{id}/capture"), json!({"amount": amount.minor}))
            }
            Operation::Cancel => (format!("payments/{id}/close"), json!({})),
            Operation::Refund(refund) => {
                let body = json!({"id": refund.id.to_string(), "amount": refund.amount.minor});
                (format!("payments/{id}/refunds"), body)
            }
            Operation::Query => (format!("payments/{id}"), Value::Null),
            Operation::QueryRefund(refund) => (format!("refunds/{}", refund.id), Value::Null),
        };
        let asks = body.is_null();
        Ok(Call::Send(Request {
            method: if asks { "GET" } else { "POST" },
            url: format!("https://{HOST}/{path}"),
            headers: vec![("Content-Type", "application/json".to_owned())],
            body: if asks { Vec::new() } else { body.to_string().into_bytes() },
        }))
    }

    fn read(
        &self,
        operation: Operation<'_>,
        _: &PaymentIntent,
        response: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        check_signature(response)?;
        let said: Said =
            serde_json::from_slice(&response.body).map_err(|e| unusable(&e.to_string()))?;
        if let Some(error) = said.error {
            return match (response.status, error.as_str()) {
                (404, _) => Ok(Answer::NotFound),
                (400 | 409, _) => {
                    Ok(Answer::Refused { code: Code::GatewayRejected, reason: error })
                }
                _ => Err(unusable(&error)),
            };
        }
        match operation {
            Operation::Refund(_) | Operation::QueryRefund(_) => read_refund(&said),
            _ => read_payment(&said),
        }
    }

    fn receive(&self, _: &Headers, _: &[u8], _: Moment<'_>) -> Result<Received> {
        // This provider sends no messages; whatever comes is none of its.
        Err(Error::new(Code::AuthMissing).with("field", SIGNATURE))
    }
}

fn unusable(why: &str) -> Error {
    Error::new(Code::BadResponse).with("gateway", NAME).with("why", why)
}

fn check_signature(response: &Response) -> Result<()> {
    let given = response.one(SIGNATURE)?.and_then(from_hex).ok_or_else(|| unusable("unsigned"))?;
    let status = response.status.to_string();
    let parts: [&[u8]; 3] = [status.as_bytes(), b"\n", &response.body];
    let computed = hmac_sha256(SECRET, &parts)?;
    match bool::from(any_equal(&computed, &[given])) {
        true => Ok(()),
        false => Err(unusable("the signature does not fit")),
    }
}

fn claim(amount: Option<i64>) -> Option<Claim> {
    amount.map(|minor| Claim { amount: ClaimedAmount::Minor(minor), currency: None })
}

fn read_payment(said: &Said) -> Result<Answer> {
    let fact = |event, amount| PaymentFact {
        amount: claim(amount),
        transaction_id: said.id.as_ref().map(|id| format!("plain-{id}")),
        ..PaymentFact::plain(event)
    };
    Ok(match said.status.as_deref() {
        Some("waiting") => Answer::Waiting {
            action: Action::redirect(format!("https://{HOST}/pay")),
            reference: None,
        },
        Some("agreed") => Answer::Agreed,
        Some("held") => Answer::Payment(fact(payment::Event::Authorize, said.amount)),
        Some("paid") => Answer::Payment(fact(payment::Event::Succeed, said.collected)),
        Some("closed") => Answer::Payment(PaymentFact::plain(payment::Event::Cancel)),
        other => return Err(unusable(&format!("the status {other:?}"))),
    })
}

fn read_refund(said: &Said) -> Result<Answer> {
    let event = match said.status.as_deref() {
        Some("paid") => refund::Event::Succeed,
        Some("pending") => refund::Event::Accept,
        other => return Err(unusable(&format!("the status {other:?}"))),
    };
    Ok(Answer::Refund(RefundFact { amount: claim(said.amount), ..RefundFact::plain(event) }))
}
