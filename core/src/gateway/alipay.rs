//! Alipay (支付宝), the OpenAPI gateway with RSA2, for merchants in mainland China: pages, phone pages, apps and QR codes.
//! It believes no answer and no notice before its signature is proved, and never takes a payer's return for evidence.
//!
//! Documents: <https://opendocs.alipay.com>, payments (电脑网站, 手机网站, APP, 当面付) and asynchronous notices.
//! * Amounts are yuan with two decimals, as text; there is no currency on the wire, so only CNY is taken.
//! * Signed are the sorted parameters of a request and of a notice, and the raw bytes of an answer (`sign::alipay`).
//! * Pages and apps need no call: the payer carries the signed parameters there. The trade exists once the payer came.
//! * Our id is `out_trade_no`, a refund's id is `out_request_no`; asking twice is asking once.
//! * Times are China time; notices carry none that is worth comparing, a message is recognised by its `notify_id`.
//! * The reply to a notice is the seven letters `success`; anything else brings the notice again for a day.
//! * In certificate mode an answer names the certificate that signed it. One that is new is fetched before the next request,
//!   and believed by its chain to the configured roots.
//! * Not here: barcode payments, mini programmes, encrypted content, payouts.

mod account;
mod answer;
mod doctor;
mod notice;
mod request;
mod successors;
mod tables;

pub use account::{AlipayOptions, Trust};

use account::Keys;
use request::{Content, Method};

use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Call, Environment, Errand, Facts, Finding, Gateway, Moment, Operation,
    PaymentIntent, Received, RefundIntent, cannot,
};
use crate::http::{Headers, Reply, Request, Response};
use crate::payment::Experience;
use crate::sign::rsa::PrivateKey;

/// The gateway's name, the usual name of its account and of its one payment method.
pub const NAME: &str = "alipay";
/// The only currency: nothing on the wire says which one is meant.
const CURRENCY: &str = "CNY";
/// The parameter of an order string for the wallet's mobile library.
const ORDER_STRING: &str = "order_string";

/// An account at Alipay.
pub struct Alipay {
    facts: Facts,
    app_id: String,
    seller_id: String,
    private_key: PrivateKey,
    trusted: Keys,
    callback_url: String,
    url: String,
}

fn facts(name: String, sandbox: bool, host: String) -> Facts {
    Facts {
        experiences: vec![
            Experience::Hosted,
            Experience::MobileWeb,
            Experience::App,
            Experience::QrCode,
        ],
        currencies: Currency::parse(CURRENCY).ok().map(|currency| vec![currency]),
        amounts: "yuan as text, two decimals",
        refunds: true,
        partial_refunds: true,
        queries: true,
        hosts: vec![host],
        live: !sandbox,
        environment: Some(if sandbox { Environment::Test } else { Environment::Live }),
        ..Facts::of(&name, "OpenAPI gateway 1.0, RSA2", vec![NAME.to_owned()])
    }
}

impl Gateway for Alipay {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        at: Moment<'_>,
    ) -> Result<Call> {
        let call = match operation {
            Operation::Pay => self.pay(payment, at),
            Operation::Cancel => self.ask(Method::Close, &Content::of(payment), at),
            Operation::Refund(refund) => self.refund(payment, refund, at),
            Operation::Query => self.ask(Method::Query, &Content::of(payment), at),
            Operation::QueryRefund(refund) => self.query_refund(payment, refund, at),
            Operation::Collect | Operation::Capture(_) => Err(cannot(&self.facts, operation)),
        };
        self.prepared(call?, at)
    }

    fn learn(&self, errand: &Errand, response: &Response, at: Moment<'_>) -> Result<()> {
        self.take_successor(errand, response, at)
    }

    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        self.read_answer(operation, payment, response)
    }

    fn receive(&self, _: &Headers, body: &[u8], _: Moment<'_>) -> Result<Received> {
        self.read_notice(body).map(Received::verified)
    }

    fn probe(&self, at: Moment<'_>) -> Result<Option<Request>> {
        self.harmless_question(at).map(Some)
    }

    fn diagnose(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        self.examine(response, at)
    }

    /// Exactly these seven bytes: with a quote, a blank or a mark before them the notice would come again.
    fn acknowledge(&self) -> Reply {
        plain(200, "success")
    }

    fn refuse(&self) -> Reply {
        plain(403, "fail")
    }

    fn may_come_again(&self, code: Code) -> bool {
        code == Code::AuthUnknownKey
    }

    fn ask_again(&self) -> Reply {
        plain(503, "fail")
    }
}

fn plain(status: u16, body: &str) -> Reply {
    Reply { status, content_type: "text/plain", body: body.into() }
}

/// The verbs.
impl Alipay {
    /// The payer carries the order to Alipay: in an address, in an app, or as a code that Alipay makes of it.
    fn pay(&self, payment: &PaymentIntent, at: Moment<'_>) -> Result<Call> {
        self.can_collect(payment)?;
        let shown = &payment.presentation;
        let return_url = payment.return_url.as_deref();
        match shown.experience.unwrap_or(Experience::Hosted) {
            Experience::Hosted => {
                self.page(Method::PagePay, &Content::order(payment), return_url, at)
            }
            Experience::MobileWeb => {
                let quit_url = shown.cancel_url.as_deref().or(return_url);
                let content = Content { quit_url, ..Content::order(payment) };
                self.page(Method::WapPay, &content, return_url, at)
            }
            Experience::App => {
                let order = self.signed_form(Method::AppPay, &Content::order(payment), None, at)?;
                let parameters = [(ORDER_STRING.to_owned(), order)].into();
                waiting(Action::sdk_parameters(parameters))
            }
            Experience::QrCode => self.ask(Method::Precreate, &Content::order(payment), at),
            Experience::Embedded | Experience::InWallet => Err(cannot(&self.facts, Operation::Pay)),
        }
    }

    /// By the trade's own number where it is known: money in suspense is that of its own trade.
    fn refund(
        &self,
        payment: &PaymentIntent,
        refund: &RefundIntent,
        at: Moment<'_>,
    ) -> Result<Call> {
        let content = Content {
            refund_amount: Some(refund.amount.to_text()),
            out_request_no: Some(refund.id.to_string()),
            refund_reason: request::text(&refund.reason),
            ..Content::of_money(payment)
        };
        self.ask(Method::Refund, &content, at)
    }

    fn query_refund(
        &self,
        payment: &PaymentIntent,
        refund: &RefundIntent,
        at: Moment<'_>,
    ) -> Result<Call> {
        let out_request_no = Some(refund.id.to_string());
        let content = Content { out_request_no, ..Content::of_money(payment) };
        self.ask(Method::RefundQuery, &content, at)
    }

    fn page(
        &self,
        method: Method,
        content: &Content<'_>,
        return_url: Option<&str>,
        at: Moment<'_>,
    ) -> Result<Call> {
        let form = self.signed_form(method, content, return_url, at)?;
        waiting(Action::redirect(format!("{}?{form}", self.url)))
    }

    fn ask(&self, method: Method, content: &Content<'_>, at: Moment<'_>) -> Result<Call> {
        self.request(method, content, at).map(Call::Send)
    }

    /// Fails with `gateway_currency`, `gateway_amount` and, for a number that Alipay does not take, `text_format`.
    fn can_collect(&self, payment: &PaymentIntent) -> Result<()> {
        let refused = |code| Error::new(code).with("gateway", &self.facts.name);
        let money = payment.amount;
        if money.currency.code() != CURRENCY {
            return Err(refused(Code::GatewayCurrency).with("currency", money.currency));
        }
        if !(1..=request::AMOUNT_MAX).contains(&money.minor) {
            return Err(refused(Code::GatewayAmount).with("amount", money));
        }
        match request::is_trade_number(&payment.reference) {
            true => Ok(()),
            false => Err(Error::new(Code::TextFormat).with("field", "reference").with(
                "rule",
                "Alipay takes 1 to 64 letters of the English alphabet, digits and _ only",
            )),
        }
    }
}

fn waiting(action: Action) -> Result<Call> {
    Ok(Call::Answer(Answer::Waiting { action, reference: None }))
}

#[cfg(test)]
mod tests;
