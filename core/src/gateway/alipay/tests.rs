//! The gateway from outside: what it sends, what it makes of answers and notices, what it refuses to be made of.

mod answers;
mod configuration;
mod doctor;
mod notices;
mod requests;
mod successors;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::clock::Time;
use crate::id::{PaymentId, RefundId};
use crate::money::Money;
use crate::payment::Presentation;
use crate::sign::alipay::{form, sign};

pub(super) const APP_KEY: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_app_private_pkcs8.pem");
pub(super) const APP_CERTIFICATE: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_app_cert.pem");
pub(super) const PLATFORM_KEY: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_platform_private_pkcs8.pem");
pub(super) const PLATFORM_CERTIFICATE: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_platform_cert.pem");
pub(super) const ATTACKER_KEY: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_attacker_private_pkcs8.pem");
pub(super) const ROOT: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_root_cert.pem");
pub(super) const APP_ID: &str = "2021009900000001";
pub(super) const SELLER_ID: &str = "2088990000000001";
pub(super) const TRADE_NO: &str = "2026111822001400001400000001";
pub(super) const NUMBER: &str = "ORD202611180001";

pub(super) fn private(text: &str) -> PrivateKey {
    PrivateKey::parse("test", text.as_bytes()).unwrap()
}

pub(super) fn options() -> AlipayOptions {
    AlipayOptions {
        name: NAME.to_owned(),
        app_id: APP_ID.to_owned(),
        seller_id: SELLER_ID.to_owned(),
        private_key: private(APP_KEY),
        callback_url: "https://shop.example.com/alipay/notify".to_owned(),
        // A certificate is as good a place for a key as any.
        trust: Trust::PublicKeys(vec![PLATFORM_CERTIFICATE.to_owned()]),
        sandbox: false,
        base_url: None,
    }
}

pub(super) fn by_certificates() -> AlipayOptions {
    AlipayOptions {
        trust: Trust::Certificates {
            app: APP_CERTIFICATE.to_owned(),
            alipay: vec![PLATFORM_CERTIFICATE.to_owned()],
            roots: ROOT.to_owned(),
        },
        ..options()
    }
}

pub(super) fn account() -> Alipay {
    Alipay::new(options()).unwrap()
}

pub(super) fn at() -> Moment<'static> {
    Moment::at(Time::parse("now", "2026-11-18T16:26:00Z").unwrap())
}

pub(super) fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::parse("CNY").unwrap())
}

pub(super) fn payment(experience: Experience) -> PaymentIntent {
    PaymentIntent {
        id: PaymentId::from_bytes([7; 16]),
        reference: NUMBER.to_owned(),
        amount: cny(10_000),
        method: NAME.to_owned(),
        manual_capture: false,
        description: "iPhone 手机壳 a+b%2B&c=d \"q\" <x>".to_owned(),
        return_url: Some("https://shop.example.com/back?x=1&y=2".to_owned()),
        expires_at: at().now.plus_seconds(1800),
        transaction_id: None,
        created_at: at().now,
        presentation: Presentation { experience: Some(experience), ..Presentation::default() },
    }
}

pub(super) fn paid() -> PaymentIntent {
    let transaction_id = Some(TRADE_NO.to_owned());
    PaymentIntent { transaction_id, ..payment(Experience::Hosted) }
}

pub(super) fn refund() -> RefundIntent {
    RefundIntent::new(RefundId::from_bytes([9; 16]), cny(3000), "正常退款")
}

/// An answer as Alipay sends it, signed by a key.
pub(super) fn answer_by(key: &str, member: &str, content: &str) -> Response {
    let signature = STANDARD.encode(private(key).sign_sha256(content.as_bytes()).unwrap());
    response(&format!(r#"{{"{member}":{content},"sign":"{signature}"}}"#))
}

pub(super) fn answer(method: Method, content: &str) -> Response {
    let member = format!("{}_response", method.name().replace('.', "_"));
    answer_by(PLATFORM_KEY, &member, content)
}

pub(super) fn response(body: &str) -> Response {
    Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

/// The parameters of a form, as text.
pub(super) fn parameters(form: &str) -> Vec<(String, String)> {
    let text = |bytes: Cow<'_, [u8]>| String::from_utf8(bytes.into_owned()).unwrap();
    form::parse(form.as_bytes()).unwrap().into_iter().map(|(n, v)| (text(n), text(v))).collect()
}

pub(super) fn value<'p>(parameters: &'p [(String, String)], name: &str) -> &'p str {
    let found: Vec<_> = parameters.iter().filter(|(n, _)| n == name).collect();
    assert_eq!(found.len(), 1, "{name}");
    &found[0].1
}

/// A notice about a paid trade, with some parameters changed; an empty change leaves one out.
pub(super) fn notice_by(key: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let usual = [
        ("notify_type", "trade_status_sync"),
        ("notify_id", "2026111801222202641000000000000001"),
        ("charset", "utf-8"),
        ("app_id", APP_ID),
        ("seller_id", SELLER_ID),
        ("out_trade_no", NUMBER),
        ("trade_no", TRADE_NO),
        ("total_amount", "100.00"),
        ("trade_status", "TRADE_SUCCESS"),
        ("gmt_payment", "2026-11-18 20:26:40"),
        ("buyer_logon_id", "tes***@example.com"),
    ];
    let changed = |name: &str| changes.iter().any(|(n, _)| *n == name);
    let mut pairs: Vec<_> = usual.into_iter().filter(|(name, _)| !changed(name)).collect();
    pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let signature = sign(&pairs, &private(key)).unwrap();
    pairs.extend([("sign_type", "RSA2"), ("sign", signature.as_str())]);
    form::write(&pairs).into_bytes()
}
