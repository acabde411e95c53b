//! WeChat Pay, API v3, for merchants in mainland China: codes to scan, pages in the wallet, phones' pages, apps. It believes
//! no success that is not signed, and no notice that is not its own account's.
//!
//! The protocol, with its peculiarities:
//! * requests, answers and notices are signed with RSA (`sign::wechatpay`); refusals (4xx) are not, and decide nothing;
//! * WeChat's key is named by every signature: its public key, or platform certificates that change and are downloaded;
//! * notices carry their content encrypted under the APIv3 key; WeChat signs for all merchants with the same keys, so that
//!   the merchant number inside decides whose they are;
//! * amounts are whole fen; the currency is CNY, and notices of refunds do not even say so;
//! * orders are closed with 204 and without a word; 200 for a refund means accepted, not paid back;
//! * now and then WeChat sends a signature that is wrong on purpose (`WECHATPAY/SIGNTEST/`) and wants it refused;
//! * a notice wants 200, or 4xx and 5xx with `{"code":"FAIL","message":…}`, within five seconds.

mod answer;
mod doctor;
mod keys;
mod notice;
mod options;
mod request;

use crate::currency::Currency;
use crate::error::{Code, Result};
use crate::gateway::{
    Answer, Call, Environment, Errand, Facts, Finding, Gateway, Moment, Operation, PaymentIntent,
    Received, cannot,
};
use crate::http::{self, Headers, Reply, Request, Response};
use crate::payment::Experience;
use crate::sign::certificate::Certificate;
use crate::sign::rsa::PrivateKey;
use crate::sign::wechatpay::{ApiKey, TOLERANCE_S, verify};

use keys::Keys;
use options::Parts;
pub use options::WechatPayOptions;

/// The gateway's name, unless an account has another.
pub const NAME: &str = "wechatpay";
/// The one method it offers.
pub const METHOD: &str = "wechat";
/// The one thing it must learn: WeChat's certificates.
const CERTIFICATES: &str = "platform certificates";

/// An account with WeChat Pay.
pub struct WechatPay {
    facts: Facts,
    mchid: String,
    appid: String,
    merchant_serial: String,
    callback_url: String,
    base_url: String,
    private_key: PrivateKey,
    api_keys: Vec<ApiKey>,
    keys: Keys,
}

impl WechatPay {
    /// Checks a configuration as a whole. Fails with `config_missing`, `config_invalid`, `secret_empty`, `key_type` and
    /// `key_weak`, naming the setting.
    pub fn new(options: WechatPayOptions) -> Result<Self> {
        let Parts { private_key, api_keys, keys, base_url, is_local } = options.check()?;
        let hosts = http::authority(&base_url).map(str::to_owned).into_iter().collect();
        let facts = Facts {
            experiences: vec![
                Experience::QrCode,
                Experience::InWallet,
                Experience::MobileWeb,
                Experience::App,
            ],
            currencies: Some(vec![Currency::parse("CNY")?]),
            amounts: "whole fen",
            refunds: true,
            partial_refunds: true,
            queries: true,
            freshness_s: Some(TOLERANCE_S),
            hosts,
            // There is no sandbox: whoever is asked outside this machine moves real money.
            live: !is_local,
            environment: (!is_local).then_some(Environment::Live),
            ..Facts::of(&options.name, "WeChat Pay API v3", vec![METHOD.to_owned()])
        };
        Ok(WechatPay {
            facts,
            mchid: options.mchid,
            appid: options.appid,
            merchant_serial: options.merchant_serial.to_ascii_uppercase(),
            callback_url: options.callback_url,
            base_url,
            private_key,
            api_keys,
            keys,
        })
    }

    /// Checks an answer or a notice over its raw body, with the keys known now. Fails with an `auth_…` code.
    pub fn check(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<()> {
        let key_of = |serial: &str| self.keys.find(serial, at.now);
        verify(body, headers, key_of, at.now.seconds(), TOLERANCE_S)
    }

    /// The serial numbers and ids of WeChat's keys that may be used at this instant.
    pub fn known_serials(&self, at: Moment<'_>) -> Vec<String> {
        self.keys.serials(at.now)
    }

    /// The certificates in an answer to a download that may be used now; for examinations, since nothing proves the answer
    /// here.
    pub fn certificates_in(&self, body: &[u8], at: Moment<'_>) -> Result<Vec<Certificate>> {
        keys::certificates(body, &self.api_keys, at.now)
    }

    fn errand(&self, at: Moment<'_>) -> Result<Errand> {
        Ok(Errand { purpose: CERTIFICATES.to_owned(), request: self.download(at)? })
    }
}

impl Gateway for WechatPay {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        at: Moment<'_>,
    ) -> Result<Call> {
        let request = match operation {
            Operation::Pay => self.pay(payment, at),
            Operation::Cancel => self.close(payment, at),
            Operation::Refund(refund) => self.refund(payment, refund, at),
            Operation::Query => self.query(payment, at),
            Operation::QueryRefund(refund) => self.query_refund(refund, at),
            Operation::Collect | Operation::Capture(_) => Err(cannot(&self.facts, operation)),
        }?;
        match self.keys.is_due(at.now) {
            true => Ok(Call::First(self.errand(at)?)),
            false => Ok(Call::Send(request)),
        }
    }

    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        at: Moment<'_>,
    ) -> Result<Answer> {
        self.answer(operation, payment, response, at)
    }

    fn learn(&self, errand: &Errand, response: &Response, at: Moment<'_>) -> Result<()> {
        match response.status {
            200 if errand.purpose == CERTIFICATES => {
                let headers = Headers::new(response.headers.clone());
                headers
                    .and_then(|h| self.keys.learn(&h, &response.body, &self.api_keys, at.now))
                    .map_err(|e| self.unusable(&format!("its certificates: {}", e.message())))
            }
            // Newer merchants have no certificates; with the public key that is all right.
            404 if self.keys.has_public_key() => {
                self.keys.learn_none(at.now);
                Ok(())
            }
            status => Err(self.unusable(&format!("no certificates, status {status}"))),
        }
    }

    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received> {
        self.notice(headers, body, at)
    }

    fn probe(&self, at: Moment<'_>) -> Result<Option<Request>> {
        self.ask_about_nothing(at).map(Some)
    }

    fn diagnose(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        self.findings(response, at)
    }

    fn refuse(&self) -> Reply {
        Reply::json(403, r#"{"code":"FAIL","message":"refused"}"#)
    }

    /// A key that is not known yet may be known at the next delivery; WeChat delivers for a day.
    fn may_come_again(&self, code: Code) -> bool {
        code == Code::AuthUnknownKey
    }

    fn ask_again(&self) -> Reply {
        Reply::json(503, r#"{"code":"FAIL","message":"come again"}"#)
    }
}

impl std::fmt::Debug for WechatPay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WechatPay {} (merchant {})", self.facts.name, self.mchid)
    }
}

#[cfg(test)]
mod tests;
