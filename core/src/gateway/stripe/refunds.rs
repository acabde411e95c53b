//! Paying back, and asking what became of it. It never takes a refusal of the question for news of the refund.
//!
//! Stripe has no way to ask by our id, so the refunds of the payment are listed and ours is found by its label. Sending
//! it again would not do: within a day the key answers with the state of the first moment, not of now, and after that
//! it is forgotten and the refund would be made twice. The engine asks first; what is not there is sent.

use super::Stripe;
use super::amounts;
use super::form::Form;
use super::requests::intent_of;
use super::states;
use super::wire::{List, Object};
use crate::error::{Code, Error, Result};
use crate::gateway::{Answer, Call, PaymentIntent, RefundIntent};
use crate::http::Response;
use crate::id::RefundId;

/// As many as a page holds; a payment with more refunds is left to a person.
const PAGE: u32 = 100;

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

    pub(super) fn query_refund(&self, payment: &PaymentIntent) -> Result<Call> {
        let form = Form::new().with(&["payment_intent"], self.refundable(payment)?)?;
        Ok(Call::Send(self.get("/v1/refunds", Some(&form.with(&["limit"], PAGE)?))))
    }

    fn refundable<'p>(&self, payment: &'p PaymentIntent) -> Result<&'p str> {
        intent_of(payment).ok_or_else(|| {
            Error::new(Code::GatewayCannot)
                .with("gateway", &self.facts.name)
                .with("operation", "refund money that no intent of its own collected")
        })
    }

    /// A page of refunds, searched for ours. Only a page can say that it is not there.
    pub(super) fn found(&self, id: RefundId, response: &Response) -> Result<Answer> {
        if response.status != 200 {
            return Err(self.unusable(response, "the refunds could not be listed"));
        }
        let list: List<'_> = self.json(response)?;
        let label = id.to_string();
        match list.data.iter().find(|refund| refund.refund_label() == Some(label.as_str())) {
            Some(refund) => self.about_refund(refund, response),
            None if list.has_more => {
                Err(self
                    .unusable(response, "more refunds than one page, and this one is not on it"))
            }
            None => Ok(Answer::NotFound),
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
