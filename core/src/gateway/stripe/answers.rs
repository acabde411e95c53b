//! What Stripe's answers about a payment mean. An answer that is about another payment, another world or nothing at all
//! is never believed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Stripe;
use super::states::{self, Meaning};
use super::trouble;
use super::wire::{self, Object};
use crate::error::{Code, Result};
use crate::gateway::{Action, Answer, Operation, PaymentFact, PaymentIntent};
use crate::http::Response;
use crate::payment::Event;

impl Stripe {
    /// An answer about a payment.
    pub(super) fn answered(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
    ) -> Result<Answer> {
        if response.status == 200 {
            let object: Object<'_> = self.json(response)?;
            return self.about(operation, payment, &object, response);
        }
        let trouble = self.trouble(response);
        let shown = trouble.as_ref().and_then(trouble::subject);
        match (self.refused(response)?, shown) {
            // "Not in this state" shows the intent: it may already be where we want it.
            (Answer::Refused { code: Code::GatewayRejected, .. }, Some(intent))
                if trouble.as_ref().is_some_and(is_state) && !is_open(intent) =>
            {
                self.about(operation, payment, intent, response)
            }
            (Answer::Refused { code: Code::PaymentDeclined, .. }, _)
                if matches!(operation, Operation::Pay) =>
            {
                let decline = Some(trouble::decline(trouble.as_ref()));
                Ok(Answer::Payment(PaymentFact { decline, ..PaymentFact::plain(Event::Fail) }))
            }
            (answer, _) => Ok(answer),
        }
    }

    fn about(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        object: &Object<'_>,
        response: &Response,
    ) -> Result<Answer> {
        let unusable = |why: &str| self.unusable(response, why);
        if object.livemode != Some(self.facts.live) {
            return Err(unusable("it is of the other mode"));
        }
        if object.payment_label() != Some(payment.id.to_string().as_str()) {
            return Err(unusable("it is about another payment"));
        }
        let meaning = match object.object.or_empty() {
            "payment_intent" => states::of_intent(object),
            "checkout.session" => states::of_session(object),
            other => Err(format!("it is a {other:?}")),
        };
        match meaning.map_err(|why| unusable(&why))? {
            Meaning::Open => self.waiting(object).ok_or_else(|| unusable("nothing for the payer")),
            // We asked for the end, and it is the end whichever word is used.
            Meaning::Said(fact)
                if fact.event == Event::Expire && matches!(operation, Operation::Cancel) =>
            {
                Ok(Answer::Payment(PaymentFact::plain(Event::Cancel)))
            }
            Meaning::Said(fact) => Ok(Answer::Payment(fact)),
        }
    }

    /// What the payer does next: the browser library with the client secret, or the page.
    fn waiting(&self, object: &Object<'_>) -> Option<Answer> {
        let action = match object.url.get() {
            Some(url) => Action::redirect(url.to_owned()),
            None => Action::client_secret(object.client_secret.get()?.to_owned(), self.public()),
        };
        Some(Answer::Waiting { action, reference: Some(object.id.get()?.to_owned()) })
    }

    /// What the browser library needs besides the secret.
    fn public(&self) -> BTreeMap<String, String> {
        let credentials = &self.credentials;
        let known =
            [("publishable_key", &credentials.publishable_key), ("account", &credentials.account)];
        let given = known.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        given.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A body as one of our shapes. Fails with `bad_response`.
    pub(super) fn json<'r, T: Deserialize<'r>>(&self, response: &'r Response) -> Result<T> {
        let text = std::str::from_utf8(&response.body);
        let text = text.map_err(|_| self.unusable(response, "not UTF-8"))?;
        wire::read(text).map_err(|error| self.unusable(response, &error.message()))
    }
}

fn is_state(trouble: &wire::Trouble<'_>) -> bool {
    trouble.code.get() == Some("payment_intent_unexpected_state")
}

fn is_open(intent: &Object<'_>) -> bool {
    states::of_intent(intent).is_ok_and(|meaning| meaning == Meaning::Open)
}
