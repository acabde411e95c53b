//! Requests: the parameters that are common to all, the content of each method, and the form that carries them. It
//! signs what it sends, once, and sends nothing.

use serde::Serialize;

use super::{Alipay, NAME};
use crate::error::{Error, Result};
use crate::gateway::{Moment, PaymentIntent};
use crate::http::Request;
use crate::sign::alipay::{SIGN_TYPE, china_text, form, sign};

/// The only charset that is spoken.
const CHARSET: &str = "utf-8";
/// One hundred million yuan, in fen.
pub(super) const AMOUNT_MAX: i64 = 10_000_000_000;
/// Characters of a subject or a reason.
const TEXT_MAX: usize = 256;
/// Characters of an order's number.
const TRADE_NUMBER_MAX: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    PagePay,
    WapPay,
    AppPay,
    Precreate,
    Query,
    Close,
    Refund,
    RefundQuery,
    CertificateDownload,
}

impl Method {
    /// Its name on the wire.
    pub(super) fn name(self) -> String {
        let verb = match self {
            Method::PagePay => "page.pay",
            Method::WapPay => "wap.pay",
            Method::AppPay => "app.pay",
            Method::Precreate => "precreate",
            Method::Query => "query",
            Method::Close => "close",
            Method::Refund => "refund",
            Method::RefundQuery => "fastpay.refund.query",
            Method::CertificateDownload => return format!("{NAME}.open.app.alipaycert.download"),
        };
        format!("{NAME}.trade.{verb}")
    }

    /// The product that a payer is sent to; a code that Alipay makes needs none.
    fn product_code(self) -> Option<&'static str> {
        match self {
            Method::PagePay => Some("FAST_INSTANT_TRADE_PAY"),
            Method::WapPay => Some("QUICK_WAP_WAY"),
            Method::AppPay => Some("QUICK_MSECURITY_PAY"),
            _ => None,
        }
    }

    /// Whether it creates a trade, about which Alipay will post notices.
    fn creates(self) -> bool {
        matches!(self, Method::PagePay | Method::WapPay | Method::AppPay | Method::Precreate)
    }
}

/// `biz_content`: written once; the same text is signed and sent.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) out_trade_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trade_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) product_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_expire: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quit_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refund_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) out_request_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refund_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alipay_cert_sn: Option<String>,
}

impl<'a> Content<'a> {
    /// A trade, by our number.
    pub(super) fn of(payment: &'a PaymentIntent) -> Self {
        Content { out_trade_no: Some(&payment.reference), ..Content::default() }
    }

    /// A trade whose money is known, by Alipay's number of it.
    pub(super) fn of_money(payment: &'a PaymentIntent) -> Self {
        match payment.transaction_id.as_deref() {
            Some(number) => Content { trade_no: Some(number), ..Content::default() },
            None => Content::of(payment),
        }
    }

    /// A new trade. The time is absolute, so that an address that is still out there cannot begin one afterwards.
    pub(super) fn order(payment: &'a PaymentIntent) -> Self {
        Content {
            total_amount: Some(payment.amount.to_text()),
            subject: text(&payment.description).or_else(|| text(&payment.reference)),
            time_expire: Some(china_text(payment.expires_at)),
            ..Content::of(payment)
        }
    }
}

/// As much of a text as Alipay takes; nothing where there is none.
pub(super) fn text(text: &str) -> Option<String> {
    let cut: String = text.chars().take(TEXT_MAX).collect();
    (!cut.is_empty()).then_some(cut)
}

/// Whether Alipay takes it as an order's number.
pub(super) fn is_trade_number(text: &str) -> bool {
    (1..=TRADE_NUMBER_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl Alipay {
    /// A request of the server's own. The charset also stands in the address: Alipay reads the body by it.
    pub(super) fn request(
        &self,
        method: Method,
        content: &Content<'_>,
        at: Moment<'_>,
    ) -> Result<Request> {
        let parameters = self.parameters(method, content, None, at)?;
        let body: Vec<_> = borrowed(&parameters).filter(|(name, _)| *name != "charset").collect();
        Ok(Request {
            method: "POST",
            url: format!("{}?charset={CHARSET}", self.url),
            headers: vec![(
                "Content-Type",
                format!("application/x-www-form-urlencoded;charset={CHARSET}"),
            )],
            body: form::write(&body).into_bytes(),
        })
    }

    /// All parameters of a request that the payer carries.
    pub(super) fn signed_form(
        &self,
        method: Method,
        content: &Content<'_>,
        return_url: Option<&str>,
        at: Moment<'_>,
    ) -> Result<String> {
        let parameters = self.parameters(method, content, return_url, at)?;
        Ok(form::write(&borrowed(&parameters).collect::<Vec<_>>()))
    }

    fn parameters(
        &self,
        method: Method,
        content: &Content<'_>,
        return_url: Option<&str>,
        at: Moment<'_>,
    ) -> Result<Vec<(&'static str, String)>> {
        let content = Content { product_code: method.product_code(), ..content.clone() };
        let content = serde_json::to_string(&content).map_err(Error::bug)?;
        let mut parameters = vec![
            ("app_id", self.app_id.clone()),
            ("method", method.name()),
            ("format", "JSON".to_owned()),
            ("charset", CHARSET.to_owned()),
            ("sign_type", SIGN_TYPE.to_owned()),
            ("timestamp", china_text(at.now)),
            ("version", "1.0".to_owned()),
            ("biz_content", content),
        ];
        if method.creates() {
            parameters.push(("notify_url", self.callback_url.clone()));
        }
        if let Some(url) = return_url.filter(|url| !url.is_empty()) {
            parameters.push(("return_url", url.to_owned()));
        }
        if let Some(serials) = &self.trusted.serials {
            parameters.push(("app_cert_sn", serials.app.clone()));
            parameters.push(("alipay_root_cert_sn", serials.roots.clone()));
        }
        let signature = sign(&borrowed(&parameters).collect::<Vec<_>>(), &self.private_key)?;
        parameters.push(("sign", signature));
        Ok(parameters)
    }
}

fn borrowed<'p>(
    parameters: &'p [(&'static str, String)],
) -> impl Iterator<Item = (&'p str, &'p str)> {
    parameters.iter().map(|(name, value)| (*name, value.as_str()))
}
