//! Stripe, API v1: cards and the wallets that ride on them, embedded by Payment Intents or hosted by Checkout Sessions.
//! It never believes a message before its signature, and never a page that the payer comes back to.
//!
//! The protocol, with its peculiarities:
//! * requests are forms, answers JSON; amounts are whole numbers of Stripe's own units (`amounts`);
//! * a payment's number is its Payment Intent's id, `pi_…`, whoever speaks: sessions, charges and disputes name it too;
//!   the reference is `pi_…` where the payment is embedded and `cs_…` where it is hosted;
//! * both objects carry our id in `metadata[payment_id]`, refunds carry `metadata[refund_id]`; an answer about an object
//!   that does not name our payment is not believed;
//! * an intent has no word for "failed": after a declined card it waits for another one. That is not the end of the
//!   payment, the payer is still there. It ends when it is cancelled, when its session is over, or by its time;
//! * signed are time and raw body, in one header, with the endpoint's secret as text (`sign::stripe`); a message is
//!   repeated until it is answered with any 2xx, and signed anew each time;
//! * a message has the API version of its endpoint, not ours: unknown members and words are normal.

mod account;
mod amounts;
mod answers;
mod diagnosis;
mod events;
pub mod form;
mod refunds;
mod requests;
mod states;
mod trouble;
mod wire;

use crate::error::Result;
use crate::gateway::{
    Answer, Call, Facts, Finding, Gateway, Moment, Operation, PaymentIntent, Received,
};
use crate::http::{Headers, Reply, Request, Response};
use crate::payment::Experience;
use crate::secret::Secret;
use crate::sign::stripe::{self as signature, SIGNATURE, TOLERANCE_S};

use account::Credentials;

/// The name of an account unless said.
pub const NAME: &str = "stripe";
/// The version of the interface that this file was written for.
const API_VERSION: &str = "2026-03-25.dahlia";
/// Where the interface is.
const BASE_URL: &str = "https://api.stripe.com";
/// The methods unless said: wallets are cards to Stripe, and to the payer something else.
const METHODS: [&str; 3] = ["card", "apple_pay", "google_pay"];

/// What an account is configured with.
#[derive(Clone, Debug)]
pub struct StripeOptions {
    /// `sk_…` or `rk_…`.
    pub secret_key: Secret,
    /// The `whsec_…` of the webhook endpoint, several while one is rolled.
    pub webhook_secrets: Vec<Secret>,
    /// `pk_…`, handed on to the payer's browser.
    pub publishable_key: Option<String>,
    /// The connected account to act for.
    pub account: Option<String>,
    /// The version of the interface, unless that of this file.
    pub api_version: Option<String>,
    /// The account's name here.
    pub name: Option<String>,
    /// The payment methods; the usual three where empty.
    pub methods: Vec<String>,
    /// Another address of the interface, on this machine.
    pub base_url: Option<String>,
}

/// An account at Stripe.
#[derive(Debug)]
pub struct Stripe {
    facts: Facts,
    credentials: Credentials,
    keys: signature::Keys,
    api_version: String,
    base_url: String,
}

impl Stripe {
    /// Checks a configuration as a whole. Fails with `config_invalid`, `config_missing`, `secret_empty` or `key_type`,
    /// naming the setting and never a key.
    pub fn new(options: StripeOptions) -> Result<Self> {
        let checked = account::check(&options)?;
        let base_url = options.base_url.unwrap_or_else(|| BASE_URL.to_owned());
        let methods = match options.methods.is_empty() {
            true => METHODS.map(str::to_owned).to_vec(),
            false => options.methods,
        };
        let facts = Facts {
            experiences: vec![Experience::Embedded, Experience::Hosted],
            amounts: "whole numbers of Stripe's own units",
            separate_capture: true,
            itemised: true,
            refunds: true,
            partial_refunds: true,
            queries: true,
            freshness_s: Some(TOLERANCE_S.into()),
            hosts: vec![checked.host],
            live: checked.live,
            environment: Some(checked.environment),
            ..Facts::of(&checked.name, "Stripe Payment Intents and Checkout, API v1", methods)
        };
        Ok(Stripe {
            facts,
            keys: signature::Keys::new(&options.webhook_secrets)?,
            api_version: options.api_version.unwrap_or_else(|| API_VERSION.to_owned()),
            base_url: base_url.trim_end_matches('/').to_owned(),
            credentials: checked.credentials,
        })
    }
}

impl Gateway for Stripe {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        _: Moment<'_>,
    ) -> Result<Call> {
        match operation {
            Operation::Pay => self.pay(payment),
            Operation::Capture(amount) => self.capture(payment, amount),
            Operation::Cancel => self.cancel(payment),
            Operation::Refund(refund) => self.refund(payment, refund),
            Operation::Query => self.query(payment),
            Operation::QueryRefund(refund) => self.query_refund(payment, refund),
            Operation::Collect => Err(super::cannot(&self.facts, operation)),
        }
    }

    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        match operation {
            Operation::QueryRefund(refund) => self.found(refund, response),
            Operation::Refund(refund) => self.refunded(refund, response),
            _ => self.answered(operation, payment, response),
        }
    }

    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received> {
        let header = headers.one(SIGNATURE)?;
        let now_s = at.now.seconds();
        let text = signature::verify(body, header, &self.keys, now_s, TOLERANCE_S)?;
        self.notice(&wire::read(text)?).map(Received::verified)
    }

    fn probe(&self, _: Moment<'_>) -> Result<Option<Request>> {
        Ok(Some(self.get("/v1/account", None)))
    }

    fn diagnose(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        diagnosis::findings(self, response, at.now)
    }

    fn acknowledge(&self) -> Reply {
        Reply::json(200, r#"{"received":true}"#)
    }

    fn refuse(&self) -> Reply {
        Reply::json(400, r#"{"received":false}"#)
    }
}

#[cfg(test)]
mod tests;
