//! Paying back, and asking what became of it. It never takes a refusal of the question for news of the refund.
//!
//! Stripe has no way to ask by our id. A refund whose number it told is asked for by that; else the refunds of the payment
//! are listed, page by page, and ours is found by its label. Sending
//! it again would not do: within a day the key answers with the state of the first moment, not of now, and after that
//! it is forgotten and the refund would be made twice. The engine asks first; what is not there is sent.

use super::Stripe;
use super::account::is_id;
use super::amounts;
use super::form::Form;
use super::requests::intent_of;
use super::states;
use super::wire::{List, Object};
use crate::error::{Code, Error, Result};
use crate::gateway::{Answer, Call, PaymentIntent, RefundIntent};
use crate::http::Response;

/// As many as a page holds.
const PAGE: u32 = 100;

/// A number of Stripe's; refunds of other methods than cards begin with `pyr_`.
fn is_number(id: &&str) -> bool {
    is_id(id, "re_") || is_id(id, "pyr_")
}

/// The number that Stripe gave a refund, where it told one.
fn number_of(refund: &RefundIntent) -> Option<&str> {
    refund.transaction_id.as_deref().filter(is_number)
}

impl Stripe {
    pub(super) fn refund(&self, payment: &PaymentIntent, refund: &RefundIntent) -> Result<Call> {
        let wire = self.written(refund.amount, amounts::to_wire(refund.amount))?;
        let mut form = Form::new().with(&["payment_intent"], self.refundable(payment)?)?;
        form.add(&["amount"], wire)?;
        form.add(&["reason"], "requested_by_customer")?;
        form.add(&["metadata", "refund_id"], refund.id)?;
        form.add(&["metadata", "payment_id"], payment.id)?;
        let key = format!("{}-refund", refund.id);
        Ok(Call::Send(self.post("/v1/refunds", &form, Some(key))))
    }

    pub(super) fn query_refund(
        &self,
        payment: &PaymentIntent,
        refund: &RefundIntent,
    ) -> Result<Call> {
        if let Some(number) = number_of(refund) {
            return Ok(Call::Send(self.get(&format!("/v1/refunds/{number}"), None)));
        }
        let form = Form::new().with(&["payment_intent"], self.refundable(payment)?)?;
        let mut form = form.with(&["limit"], PAGE)?;
        if let Some(after) = &refund.after {
            form.add(&["starting_after"], after)?;
        }
        Ok(Call::Send(self.get("/v1/refunds", Some(&form))))
    }

    fn refundable<'p>(&self, payment: &'p PaymentIntent) -> Result<&'p str> {
        intent_of(payment).ok_or_else(|| {
            Error::new(Code::GatewayCannot)
                .with("gateway", &self.facts.name)
                .with("operation", "refund money that no intent of its own collected")
        })
    }

    /// The answer to a question about a refund. Only the last page of a list can say that it is not there: a number that
    /// Stripe gave and does not know is no news of the refund.
    pub(super) fn found(&self, refund: &RefundIntent, response: &Response) -> Result<Answer> {
        if response.status != 200 {
            return Err(self.unusable(response, "the refund could not be looked up"));
        }
        match number_of(refund) {
            Some(number) => {
                let object: Object<'_> = self.json(response)?;
                match object.id.get() == Some(number) {
                    true => self.about_refund(&object, response),
                    false => Err(self.unusable(response, "it is about another refund")),
                }
            }
            None => self.found_on(&self.json(response)?, refund, response),
        }
    }

    fn found_on(
        &self,
        page: &List<'_>,
        refund: &RefundIntent,
        response: &Response,
    ) -> Result<Answer> {
        let label = refund.id.to_string();
        let ours = page.data.iter().find(|known| known.refund_label() == Some(label.as_str()));
        match (ours, page.has_more) {
            (Some(ours), _) => self.about_refund(ours, response),
            (None, false) => Ok(Answer::NotFound),
            (None, true) => {
                let last = page.data.last().and_then(|last| last.id.get()).filter(is_number);
                let last = last.ok_or_else(|| {
                    self.unusable(response, "the list goes on, and its last refund has no number")
                })?;
                Ok(Answer::Further { after: last.to_owned() })
            }
        }
    }

    /// The answer to a refund that was asked for.
    pub(super) fn refunded(&self, refund: &RefundIntent, response: &Response) -> Result<Answer> {
        if response.status != 200 {
            let reason = || "no such payment intent".to_owned();
            return self.refused(response).map(|answer| match answer {
                Answer::NotFound => {
                    Answer::Refused { code: Code::GatewayRejected, reason: reason() }
                }
                answer => answer,
            });
        }
        let object: Object<'_> = self.json(response)?;
        match object.refund_label() == Some(refund.id.to_string().as_str()) {
            true => self.about_refund(&object, response),
            false => Err(self.unusable(response, "it is about another refund")),
        }
    }

    fn about_refund(&self, object: &Object<'_>, response: &Response) -> Result<Answer> {
        states::of_refund(object).map(Answer::Refund).map_err(|why| self.unusable(response, &why))
    }

    /// An answer that says nothing we could rely on: what happened is unknown.
    pub(super) fn unusable(&self, response: &Response, why: &str) -> Error {
        let number = response.one("Request-Id").ok().flatten().unwrap_or("without a number");
        let why = format!("{why} (HTTP {}, request {number})", response.status);
        Error::new(Code::BadResponse).with("gateway", &self.facts.name).with("why", why)
    }
}
