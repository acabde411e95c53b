//! What is asked of WeChat: paths, bodies, signed requests. Bodies are written once, and those bytes are signed and sent;
//! the same intent gives the same bytes, whenever it is written.

use chrono::{FixedOffset, SecondsFormat};
use serde::Serialize;

use super::WechatPay;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{Moment, PaymentIntent, RefundIntent};
use crate::http::Request;
use crate::money::Money;
use crate::payment::Experience;
use crate::sign::wechatpay::{Merchant, Stamp, authorization};

/// WeChat shows no more of a description, counted in bytes to be safe in either reading.
const DESCRIPTION_BYTES_MAX: usize = 127;
/// And of the reason for a refund.
const REASON_BYTES_MAX: usize = 80;
/// The documents name 7, 15 and 90 days: the shortest is right under all three.
const LIFETIME_MAX_S: i64 = 7 * 24 * 3600;
/// China has had no summer time since 1991.
const CHINA_OFFSET_S: i32 = 8 * 3600;
/// Who we are; without it some of WeChat's addresses refuse.
const USER_AGENT: &str = concat!("Paywright/", env!("CARGO_PKG_VERSION"));
/// A reference that no order has: what the doctor asks about.
const NOBODYS_REFERENCE: &str = "PAYWRIGHT-DOCTOR";

#[derive(Serialize)]
struct Order<'a> {
    appid: &'a str,
    mchid: &'a str,
    description: &'a str,
    out_trade_no: &'a str,
    time_expire: String,
    notify_url: &'a str,
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<Scene<'a>>,
}

#[derive(Serialize)]
struct Amount {
    total: i64,
    currency: &'static str,
}

#[derive(Serialize)]
struct Payer<'a> {
    openid: &'a str,
}

#[derive(Serialize)]
struct Scene<'a> {
    payer_client_ip: &'a str,
    h5_info: Page,
}

/// What kind of page opens the wallet; `Wap` is any browser on a phone.
#[derive(Serialize)]
struct Page {
    r#type: &'static str,
}

#[derive(Serialize)]
struct Close<'a> {
    mchid: &'a str,
}

#[derive(Serialize)]
struct Refund<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_trade_no: Option<&'a str>,
    out_refund_no: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    notify_url: &'a str,
    amount: RefundAmount,
}

#[derive(Serialize)]
struct RefundAmount {
    refund: i64,
    total: i64,
    currency: &'static str,
}

impl WechatPay {
    /// Creates the order there.
    pub(super) fn pay(&self, payment: &PaymentIntent, at: Moment<'_>) -> Result<Request> {
        let total = self.fen(payment.amount)?;
        let (product, payer, scene_info) = match experience(payment) {
            Experience::InWallet => ("jsapi", Some(payer(payment)?), None),
            Experience::MobileWeb => ("h5", None, Some(scene(payment)?)),
            Experience::App => ("app", None, None),
            _ => ("native", None, None),
        };
        let order = Order {
            appid: &self.appid,
            mchid: &self.mchid,
            description: shortened(&payment.description, DESCRIPTION_BYTES_MAX),
            out_trade_no: reference(payment)?,
            time_expire: china_time(expiry(payment)),
            notify_url: &self.callback_url,
            amount: Amount { total, currency: payment.amount.currency.code() },
            payer,
            scene_info,
        };
        self.post(&format!("/v3/pay/transactions/{product}"), &order, at)
    }

    /// Closes the order there, so that it cannot be paid.
    pub(super) fn close(&self, payment: &PaymentIntent, at: Moment<'_>) -> Result<Request> {
        let number = escaped(reference(payment)?);
        let path = format!("/v3/pay/transactions/out-trade-no/{number}/close");
        self.post(&path, &Close { mchid: &self.mchid }, at)
    }

    /// Asks about the order.
    pub(super) fn query(&self, payment: &PaymentIntent, at: Moment<'_>) -> Result<Request> {
        self.ask_about(reference(payment)?, at)
    }

    /// Asks about an order that nobody has: only right credentials are told so.
    pub(super) fn ask_about_nothing(&self, at: Moment<'_>) -> Result<Request> {
        self.ask_about(NOBODYS_REFERENCE, at)
    }

    fn ask_about(&self, number: &str, at: Moment<'_>) -> Result<Request> {
        let (number, mchid) = (escaped(number), &self.mchid);
        let path = format!("/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}");
        self.signed("GET", &path, Vec::new(), at)
    }

    /// Pays money back.
    pub(super) fn refund(
        &self,
        payment: &PaymentIntent,
        refund: &RefundIntent,
        at: Moment<'_>,
    ) -> Result<Request> {
        let transaction_id = payment.transaction_id.as_deref();
        let body = Refund {
            transaction_id,
            out_trade_no: match transaction_id {
                Some(_) => None,
                None => Some(reference(payment)?),
            },
            out_refund_no: refund.id.to_string(),
            reason: shortened(&refund.reason, REASON_BYTES_MAX),
            notify_url: &self.callback_url,
            amount: RefundAmount {
                refund: self.fen(refund.amount)?,
                total: self.fen(payment.amount)?,
                currency: refund.amount.currency.code(),
            },
        };
        self.post("/v3/refund/domestic/refunds", &body, at)
    }

    /// Asks about a refund.
    pub(super) fn query_refund(&self, refund: &RefundIntent, at: Moment<'_>) -> Result<Request> {
        self.signed("GET", &format!("/v3/refund/domestic/refunds/{}", refund.id), Vec::new(), at)
    }

    /// Asks for the platform certificates.
    pub(super) fn download(&self, at: Moment<'_>) -> Result<Request> {
        self.signed("GET", "/v3/certificates", Vec::new(), at)
    }

    fn post(&self, path: &str, body: &impl Serialize, at: Moment<'_>) -> Result<Request> {
        self.signed("POST", path, serde_json::to_vec(body).map_err(Error::bug)?, at)
    }

    fn signed(
        &self,
        method: &'static str,
        path: &str,
        body: Vec<u8>,
        at: Moment<'_>,
    ) -> Result<Request> {
        let nonce = at.nonce()?;
        let stamp = Stamp { timestamp: at.now.seconds(), nonce: &nonce };
        let authorization = authorization(self.merchant(), method, path, &body, stamp)?;
        let mut headers = vec![
            ("Accept", "application/json".to_owned()),
            ("User-Agent", USER_AGENT.to_owned()),
            ("Authorization", authorization),
        ];
        headers.extend(self.keys.preferred(at.now).map(|serial| ("Wechatpay-Serial", serial)));
        if !body.is_empty() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        Ok(Request { method, url: format!("{}{path}", self.base_url), headers, body })
    }

    pub(super) fn merchant(&self) -> Merchant<'_> {
        Merchant {
            mchid: &self.mchid,
            serial: &self.merchant_serial,
            private_key: &self.private_key,
        }
    }

    /// Whole fen. Fails with `gateway_currency` and `gateway_amount`.
    fn fen(&self, money: Money) -> Result<i64> {
        if !self.facts.currencies.as_ref().is_some_and(|known| known.contains(&money.currency)) {
            return Err(Error::new(Code::GatewayCurrency)
                .with("gateway", &self.facts.name)
                .with("currency", money.currency));
        }
        match money.minor {
            1.. => Ok(money.minor),
            _ => Err(Error::new(Code::GatewayAmount)
                .with("gateway", &self.facts.name)
                .with("amount", money)),
        }
    }
}

/// How the payer meets WeChat: by scanning a code, unless it was said.
pub(super) fn experience(payment: &PaymentIntent) -> Experience {
    payment.presentation.experience.unwrap_or(Experience::QrCode)
}

fn payer(payment: &PaymentIntent) -> Result<Payer<'_>> {
    let openid = payment.presentation.payer_id.as_deref().filter(|id| !id.is_empty());
    let openid = openid.ok_or_else(|| {
        Error::new(Code::ArgumentMissing)
            .with("field", "payer_id")
            .with("rule", "a payment in the wallet needs the payer's openid")
    })?;
    Ok(Payer { openid })
}

fn scene(payment: &PaymentIntent) -> Result<Scene<'_>> {
    let address = payment.presentation.payer_address.as_deref().filter(|text| !text.is_empty());
    let address = address.ok_or_else(|| {
        Error::new(Code::ArgumentMissing)
            .with("field", "payer_address")
            .with("rule", "a payment on a phone's page needs the payer's network address")
    })?;
    match address.parse::<std::net::IpAddr>() {
        Ok(_) => Ok(Scene { payer_client_ip: address, h5_info: Page { r#type: "Wap" } }),
        Err(_) => Err(Error::new(Code::TextFormat)
            .with("field", "payer_address")
            .with("rule", "an IPv4 or IPv6 address is needed")),
    }
}

/// The number that WeChat knows the order by. Fails with `text_format` where a host chose one that it refuses.
fn reference(payment: &PaymentIntent) -> Result<&str> {
    let number = payment.reference.as_str();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-|*".contains(&b);
    match (6..=32).contains(&number.len()) && number.bytes().all(is_plain) {
        true => Ok(number),
        false => Err(Error::new(Code::TextFormat)
            .with("field", "reference")
            .with("rule", "WeChat Pay takes 6 to 32 letters, digits and _ - | *")),
    }
}

/// As it stands in a path, which is signed as it is sent.
fn escaped(number: &str) -> String {
    number.replace('|', "%7C")
}

/// At most this many bytes, cut between characters.
fn shortened(text: &str, bytes_max: usize) -> &str {
    let cut = (0..=bytes_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    if text.len() <= bytes_max { text } else { text.get(..cut).unwrap_or_default() }
}

fn expiry(payment: &PaymentIntent) -> Time {
    payment.expires_at.min(payment.created_at.plus_seconds(LIFETIME_MAX_S))
}

fn china_time(time: Time) -> String {
    let utc = time.to_datetime();
    match FixedOffset::east_opt(CHINA_OFFSET_S) {
        Some(china) => utc.with_timezone(&china).to_rfc3339_opts(SecondsFormat::Secs, true),
        None => utc.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}
