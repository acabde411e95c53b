//! Paying back, and asking what became of it. It never asks for a refund before it has looked whether it is there.
//!
//! Stripe keeps idempotency keys for a day. A refund whose outcome stayed unknown for longer would be made a second time
//! by its own key, and within the day the key answers with the state of the first moment, not of now. So each try begins
//! with a look at the refunds of the payment, found by our label; only what is not there is asked for, under its key.

use std::sync::PoisonError;

use super::Stripe;
use super::amounts;
use super::form::Form;
use super::requests::intent_of;
use super::states;
use super::wire::{List, Object};
use crate::error::{Code, Error, Result};
use crate::gateway::{Answer, Call, Errand, PaymentIntent, RefundIntent};
use crate::http::{Request, Response};
use crate::id::RefundId;

/// What the look is for; the refund's id follows.
const LOOK: &str = "a look at earlier refunds for ";
/// As many as a page holds; a payment with more refunds is left to a person.
const PAGE: u32 = 100;

impl Stripe {
    pub(super) fn refund(&self, payment: &PaymentIntent, refund: &RefundIntent) -> Result<Call> {
        let wire = self.written(refund.amount, amounts::to_wire(refund.amount))?;
        let found = {
            let mut known = self.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(&refund.id)
        };
        match found {
            None => {
                let request = self.refund_list(payment)?;
                Ok(Call::First(Errand { purpose: format!("{LOOK}{}", refund.id), request }))
            }
            Some(Answer::NotFound) => {
                let intent = self.refundable(payment)?;
                let mut form = Form::new().with(&["payment_intent"], intent)?;
                form.add(&["amount"], wire)?;
                form.add(&["reason"], "requested_by_customer")?;
                form.add(&["metadata", "refund_id"], refund.id)?;
                form.add(&["metadata", "payment_id"], payment.id)?;
                let key = format!("{}-refund", refund.id);
                Ok(Call::Send(self.post("/v1/refunds", &form, Some(key))))
            }
            Some(known) => Ok(Call::Answer(known)),
        }
    }

    pub(super) fn refund_list(&self, payment: &PaymentIntent) -> Result<Request> {
        let form = Form::new().with(&["payment_intent"], self.refundable(payment)?)?;
        Ok(self.get("/v1/refunds", Some(&form.with(&["limit"], PAGE)?)))
    }

    fn refundable<'p>(&self, payment: &'p PaymentIntent) -> Result<&'p str> {
        intent_of(payment).ok_or_else(|| {
            Error::new(Code::GatewayCannot)
                .with("gateway", &self.facts.name)
                .with("operation", "refund money that no intent of its own collected")
        })
    }

    /// What the look found, kept for the call that follows at once.
    pub(super) fn looked_up(&self, errand: &Errand, response: &Response) -> Result<()> {
        let id = errand.purpose.strip_prefix(LOOK).map(RefundId::parse).transpose()?;
        let Some(id) = id else {
            return Err(Error::bug(format_args!("an errand for nobody: {}", errand.purpose)));
        };
        let answer = match self.found(id, response)? {
            // Refusing the look says nothing about the refund, which an earlier try may have made: it stays open.
            Answer::Refused { reason, .. } => return Err(self.unusable(response, &reason)),
            answer => answer,
        };
        let mut known = self.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(id, answer);
        Ok(())
    }

    /// A page of refunds, searched for ours.
    pub(super) fn found(&self, id: RefundId, response: &Response) -> Result<Answer> {
        if response.status != 200 {
            return self.refused(response);
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
