//! PayPal: Orders v2 and Payments v2, REST over JSON. It never believes the body of a webhook, and never moves money that
//! its payer has not agreed to.
//!
//! The protocol, with its peculiarities:
//! * amounts are decimal text in the major unit, with places of PayPal's own (`money`);
//! * requests carry an access token, which an errand fetches; every `POST` carries `PayPal-Request-Id` made of our id;
//! * an order that the payer has approved has moved nothing: `Collect` captures or authorizes it, once;
//! * an order that is not carried out needs no closing, since only we could carry it out; a hold is voided;
//! * our payment's reference is PayPal's order id; its transaction is the capture, or the authorization while money is held;
//! * webhooks are signed by a certificate that is named in a header, over a CRC-32 that does not bind the body: the
//!   certificate is fetched by an errand, and what the message is about is read back from the API by another one;
//! * every webhook that is taken is answered with 200.

mod doctor;
mod money;
mod order;
mod refusal;
mod session;
mod shelf;
mod webhook;
mod wire;

use self::order::id_of;
use self::session::{Client, Session};
use self::shelf::{Answers, Signers};
use self::wire::{NewCapture, NewOrder, NewRefund, Nothing, is_id, json};
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Answer, Call, Environment, Errand, Facts, Finding, Gateway, Moment, Operation, PaymentFact,
    PaymentIntent, Received,
};
use crate::http::{self, Headers, RESPONSE_BYTES_MAX, Request, Response};
use crate::json::Object;
use crate::payment::{Event, Experience};
use crate::secret::Secret;
use crate::sign::paypal::{CERTIFICATES_BYTES_MAX, Roots, Signer, Site, Transmission};

/// Its name as a gateway, and its one method.
pub const NAME: &str = "paypal";
/// What an errand is for: an access token,
const TOKEN: &str = "token";
/// the certificate behind a webhook,
const CERTIFICATE: &str = "certificate";
/// and the thing that is asked about, as the API shows it.
const RESOURCE: &str = "resource";

/// What an account of PayPal's is made of.
#[derive(Clone, Debug)]
pub struct PayPalOptions {
    /// The account's name here; [`NAME`] unless said.
    pub name: Option<String>,
    /// The application's client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// The id of the webhook that is registered for the callback address.
    pub webhook_id: String,
    /// Play money.
    pub sandbox: bool,
    /// More roots to trust for signatures of webhooks, PEM.
    pub trusted_roots: Vec<String>,
    /// A stand-in on this machine instead of PayPal's interface.
    pub base_url: Option<String>,
}

/// An account of PayPal's.
#[derive(Debug)]
pub struct PayPal {
    facts: Facts,
    site: Site,
    base: String,
    is_stand_in: bool,
    client: Client,
    webhook_id: String,
    roots: Roots,
    session: Session,
    signers: Signers,
    answers: Answers,
}

impl PayPal {
    /// Checks the options as a whole. Fails with `config_missing`, `config_invalid` and, for a root that is none, with
    /// `key_type` or `secret_empty`.
    pub fn new(options: PayPalOptions) -> Result<Self> {
        let name = options.name.unwrap_or_else(|| NAME.to_owned());
        check_id(&name, "client_id", &options.client_id, |b| b.is_ascii_graphic() && b != b':')?;
        check_id(&name, "webhook_id", &options.webhook_id, |b| {
            b.is_ascii_uppercase() || b.is_ascii_digit()
        })?;
        let (site, own) = match options.sandbox {
            true => (Site::Sandbox, "https://api-m.sandbox.paypal.com"),
            false => (Site::Live, "https://api-m.paypal.com"),
        };
        let is_stand_in = options.base_url.is_some();
        let base = match options.base_url {
            Some(url) => stand_in(&name, &url)?,
            None => own.to_owned(),
        };
        let roots: Vec<_> = options.trusted_roots.iter().map(String::as_str).collect();
        Ok(PayPal {
            facts: facts(name, site, &base, is_stand_in)?,
            site,
            base,
            is_stand_in,
            client: Client { id: options.client_id, secret: options.client_secret },
            webhook_id: options.webhook_id,
            roots: Roots::new(&roots)?,
            session: Session::default(),
            signers: Signers::default(),
            answers: Answers::default(),
        })
    }
}

fn facts(name: String, site: Site, base: &str, is_stand_in: bool) -> Result<Facts> {
    let mut hosts = vec![http::authority(base).unwrap_or_default().to_owned()];
    if !is_stand_in {
        hosts.extend(site.certificate_hosts().map(str::to_owned));
    }
    let environment = match site {
        Site::Live => Environment::Live,
        Site::Sandbox => Environment::Test,
    };
    Ok(Facts {
        experiences: vec![Experience::Hosted],
        currencies: Some(money::currencies()?),
        amounts: "decimal text; whole numbers for HUF, JPY and TWD",
        separate_capture: true,
        itemised: true,
        refunds: true,
        partial_refunds: true,
        queries: true,
        hosts,
        live: site == Site::Live,
        environment: Some(environment),
        ..Facts::of(&name, "PayPal, Orders v2", vec![NAME.to_owned()])
    })
}

fn check_id(name: &str, setting: &str, given: &str, is_fine: impl Fn(u8) -> bool) -> Result<()> {
    let setting = format!("{name}.{setting}");
    if given.is_empty() {
        return Err(Error::new(Code::ConfigMissing)
            .with("setting", setting)
            .with("rule", "it stands in PayPal's developer dashboard"));
    }
    match given.len() <= 256 && given.bytes().all(is_fine) {
        true => Ok(()),
        false => Err(Error::new(Code::ConfigInvalid)
            .with("setting", setting)
            .with("why", "it holds characters that PayPal's ids do not have")),
    }
}

/// Only this machine may stand in for PayPal: another address would be handed the client's secret.
fn stand_in(name: &str, url: &str) -> Result<String> {
    let base = url.trim_end_matches('/');
    match http::authority(base).is_some_and(http::is_loopback) {
        true => Ok(base.to_owned()),
        false => Err(Error::new(Code::ConfigInvalid)
            .with("setting", format_args!("{name}.base_url"))
            .with("why", "only an address of this machine can stand in for PayPal")),
    }
}

/// A request before it has a token.
struct Draft {
    method: &'static str,
    path: String,
    /// The idempotency key of a `POST`.
    key: Option<String>,
    body: Vec<u8>,
}

impl Draft {
    fn get(path: String) -> Self {
        Draft { method: "GET", path, key: None, body: Vec::new() }
    }

    fn post(path: String, key: String, body: Vec<u8>) -> Self {
        Draft { method: "POST", path, key: Some(key), body }
    }
}

/// What an operation comes to before a token is needed.
enum Plan {
    Send(Draft),
    Answer(Answer),
    /// Read this first, and plan again.
    Read(String),
}

impl PayPal {
    fn plan(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        at: Moment<'_>,
    ) -> Result<Plan> {
        let name = &self.facts.name;
        let key = format!("{}-{}", payment.id, operation.as_str());
        let order = id_of(payment).map(|id| format!("/v2/checkout/orders/{id}"));
        let transaction = payment.transaction_id.as_deref().filter(|id| is_id(id));
        Ok(match (operation, order, transaction) {
            (Operation::Pay, ..) => {
                let body = json(&NewOrder::of(name, payment)?)?;
                let key = payment.id.to_string();
                Plan::Send(Draft::post("/v2/checkout/orders".to_owned(), key, body))
            }
            (Operation::Collect, Some(order), _) => {
                let verb = if payment.manual_capture { "authorize" } else { "capture" };
                Plan::Send(Draft::post(format!("{order}/{verb}"), key, json(&Nothing {})?))
            }
            (Operation::Capture(amount), _, Some(hold)) => {
                let body = json(&NewCapture::of(name, amount)?)?;
                let path = format!("/v2/payments/authorizations/{hold}/capture");
                Plan::Send(Draft::post(path, key, body))
            }
            (Operation::Cancel, _, Some(hold)) if payment.manual_capture => void(hold, key),
            (Operation::Cancel, Some(order), _) if payment.manual_capture => {
                self.release(order, key, at)
            }
            (Operation::Refund(refund), _, Some(capture)) => {
                let body = json(&NewRefund::of(name, refund)?)?;
                let path = format!("/v2/payments/captures/{capture}/refund");
                Plan::Send(Draft::post(path, refund.id.to_string(), body))
            }
            (Operation::Capture(_) | Operation::Refund(_), _, None) => {
                let reason = "there is no transaction of PayPal's to act on".to_owned();
                Plan::Answer(Answer::Refused { code: Code::GatewayRejected, reason })
            }
            // Whether an order is closed is for its state to say: see `order::closed`.
            (Operation::Cancel | Operation::Query | Operation::QueryRefund(_), Some(order), _) => {
                Plan::Send(Draft::get(order))
            }
            // The address to approve an order was never handed out where its answer got lost: nobody can pay it, and
            // our own word closes it.
            (Operation::Cancel, None, _) => {
                Plan::Answer(Answer::Payment(PaymentFact::plain(Event::Cancel)))
            }
            (_, None, _) => Plan::Answer(Answer::NotFound),
        })
    }

    /// A hold that we have no number of, such as one that nobody wanted: the order tells it.
    fn release(&self, order: String, key: String, at: Moment<'_>) -> Plan {
        let Some(answer) = self.answers.take(&self.url(&order), at.now) else {
            return Plan::Read(order);
        };
        match Object::parse(&answer).ok().as_ref().and_then(order::hold) {
            Some(hold) => void(&hold, key),
            None => Plan::Send(Draft::get(order)),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The request with the token; nothing where there is none that may be used.
    fn request(&self, draft: Draft, at: Moment<'_>) -> Option<Request> {
        let mut headers = vec![
            ("Authorization", self.session.authorization(at.now)?),
            ("Content-Type", "application/json".to_owned()),
            ("Accept", "application/json".to_owned()),
            // Else an answer holds nothing but id, status and links.
            ("Prefer", "return=representation".to_owned()),
        ];
        headers.extend(draft.key.map(|key| ("PayPal-Request-Id", key)));
        let url = self.url(&draft.path);
        Some(Request { method: draft.method, url, headers, body: draft.body })
    }

    /// The errand that reads something back, or the one for a token before it.
    fn errand(&self, path: String, at: Moment<'_>) -> Errand {
        match self.request(Draft::get(path), at) {
            Some(request) => Errand { purpose: RESOURCE.to_owned(), request },
            None => self.token_errand(),
        }
    }

    fn token_errand(&self) -> Errand {
        Errand { purpose: TOKEN.to_owned(), request: self.client.token_request(&self.base) }
    }

    /// Where a certificate is fetched: its own address, which was compared with PayPal's, or that of the stand-in.
    fn certificate_errand(&self, url: &str) -> Errand {
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let url = match self.is_stand_in {
            true => format!("{}/{path}", self.base),
            false => url.to_owned(),
        };
        let request = Request { method: "GET", url, headers: Vec::new(), body: Vec::new() };
        Errand { purpose: CERTIFICATE.to_owned(), request }
    }

    fn learn_certificate(&self, url: &str, response: &Response, at: Moment<'_>) -> Result<()> {
        match response.status {
            200 if response.body.len() <= CERTIFICATES_BYTES_MAX => {}
            200 => return Err(Error::new(Code::AuthCert).with("why", "it is too long")),
            300..=399 => return Err(Error::new(Code::AuthCertUrl).with("why", "it redirects")),
            // No certificate is no forgery: the message may come again.
            _ => return Err(bad_response(&self.facts.name, "it gives no certificate")),
        }
        let signer = Signer::read(&response.body)?;
        signer.check(&self.roots, self.site, at.now)?;
        self.signers.put(url, signer);
        Ok(())
    }

    fn learn_resource(&self, url: &str, response: &Response, at: Moment<'_>) -> Result<()> {
        let name = &self.facts.name;
        match response.status {
            200 if response.body.len() <= RESPONSE_BYTES_MAX => {
                self.answers.put(url, &response.body, at.now);
                Ok(())
            }
            // The next turn fetches another token first.
            401 => {
                self.session.forget();
                Ok(())
            }
            403 => Err(Error::new(Code::Credentials).with("gateway", name)),
            404 => {
                self.answers.put(url, b"", at.now);
                Ok(())
            }
            status => Err(bad_response(name, &format!("it answered {status} to a question"))),
        }
    }
}

fn void(hold: &str, key: String) -> Plan {
    Plan::Send(Draft::post(format!("/v2/payments/authorizations/{hold}/void"), key, Vec::new()))
}

impl Gateway for PayPal {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        at: Moment<'_>,
    ) -> Result<Call> {
        Ok(match self.plan(operation, payment, at)? {
            Plan::Answer(answer) => Call::Answer(answer),
            Plan::Read(path) => Call::First(self.errand(path, at)),
            Plan::Send(draft) => match self.request(draft, at) {
                Some(request) => Call::Send(request),
                None => Call::First(self.token_errand()),
            },
        })
    }

    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        let name = &self.facts.name;
        let body = response.body.as_slice();
        match response.status {
            _ if body.len() > RESPONSE_BYTES_MAX => Err(bad_response(name, "it is too long")),
            401 => {
                self.session.forget();
                Ok(Answer::SessionOver { reason: "PayPal refuses the access token".to_owned() })
            }
            204 if matches!(operation, Operation::Cancel) => {
                Ok(Answer::Payment(PaymentFact::plain(Event::Cancel)))
            }
            200 | 201 => {
                let unusable = |_| bad_response(name, "it is not JSON as we read it");
                let object = Object::parse(body).map_err(unusable)?;
                read_object(name, operation, payment, &object)
            }
            status => refusal::read(name, operation, status, body),
        }
    }

    fn learn(&self, errand: &Errand, response: &Response, at: Moment<'_>) -> Result<()> {
        match errand.purpose.as_str() {
            TOKEN => self.session.learn(&self.facts.name, response, at.now),
            CERTIFICATE => self.learn_certificate(&errand.request.url, response, at),
            RESOURCE => self.learn_resource(&errand.request.url, response, at),
            other => Err(Error::bug(format_args!("an errand for nobody: {other}"))),
        }
    }

    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received> {
        let sent = Transmission::read(headers, self.site)?;
        let certificate = self.certificate_errand(sent.certificate_url);
        let Some(signer) = self.signers.find(&certificate.request.url, at.now) else {
            return Ok(Received::First(certificate));
        };
        signer.check(&self.roots, self.site, at.now)?;
        sent.verify(&signer, &self.webhook_id, body)?;
        let event = webhook::Event::read(body)?;
        let Some(path) = event.evidence() else {
            return Ok(Received::verified(event.without_evidence()));
        };
        match self.answers.take(&self.url(&path), at.now) {
            None => Ok(Received::First(self.errand(path, at))),
            Some(answer) => event.with_evidence(&self.facts.name, &answer).map(Received::verified),
        }
    }

    fn probe(&self, _: Moment<'_>) -> Result<Option<Request>> {
        Ok(Some(self.client.token_request(&self.base)))
    }

    fn diagnose(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        doctor::findings(self.site, response, at.now)
    }
}

/// Reads a success. Fails with `bad_response`.
fn read_object(
    gateway: &str,
    operation: Operation<'_>,
    payment: &PaymentIntent,
    object: &Object<'_>,
) -> Result<Answer> {
    match operation {
        Operation::Pay | Operation::Collect | Operation::Query => {
            order::read(gateway, payment, object)
        }
        Operation::Cancel if object.get("intent").is_some() => {
            order::read(gateway, payment, object).map(order::closed)
        }
        Operation::Cancel | Operation::Capture(_) => {
            order::read_movement(gateway, operation, object)
        }
        Operation::Refund(_) => order::read_refund(gateway, object),
        Operation::QueryRefund(refund) => order::find_refund(gateway, object, refund),
    }
}

/// An answer that leaves the outcome open.
fn bad_response(gateway: &str, why: &str) -> Error {
    Error::new(Code::BadResponse).with("gateway", gateway).with("why", why)
}

#[cfg(test)]
mod tests;
