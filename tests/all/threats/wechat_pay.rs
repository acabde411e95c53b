//! What can be done to a shop that takes WeChat Pay, against a played provider: H16, H35 to H38, H47, H49 and H57.

use std::sync::Arc;

use paywright::api::Paywright;
use paywright::api::types::*;
use paywright::error::{Code, Error};
use paywright_tests::fake::wechatpay::{
    API_KEY, APPID, Fake, MCHID, PUBLIC_KEY_ID, SERIAL_A, SERIAL_B, Trouble, sealed,
};
use serde_json::{Value, json};

use super::shop::*;

const GATEWAY: &str = "wechatpay";
const DOWNLOAD: &str = "GET /v3/certificates";

/// A shop with one account of WeChat Pay, and what it talks to.
fn open(account: GatewayConfig) -> (Shop, Arc<Fake>) {
    let clock = clock();
    // Both of WeChat's certificates may be used then.
    clock.set(paywright::clock::Time::from_millis(1_795_000_000_000));
    let fake = Arc::new(Fake::new(&clock));
    let transport: Arc<dyn paywright::http::Transport> = fake.clone();
    let options =
        paywright::api::Options { transport: Some(transport), ..options(&clock, vec![account]) };
    let pay = Paywright::open("sqlite::memory:", options).unwrap();
    (Shop { pay, clock }, fake)
}

/// With a public key, which is what new merchants have.
fn usual() -> (Shop, Arc<Fake>) {
    open(Fake::account(|_| {}))
}

/// Nothing changes, the same is said to the remote side whatever the cause, and `verify_callback` agrees.
fn rejected(shop: &Shop, message: Message, expected: Code) -> Error {
    refused(shop, message, expected, (403, r#"{"code":"FAIL","message":"refused"}"#))
}

fn to_come_again(shop: &Shop, message: Message, expected: Code) -> Error {
    refused(shop, message, expected, (503, r#"{"code":"FAIL","message":"come again"}"#))
}

fn refused(shop: &Shop, message: Message, code: Code, (status, body): (u16, &str)) -> Error {
    let before = shop.snapshot();
    let labels =
        format!("paywright_callbacks_rejected_total{{gateway=\"{GATEWAY}\",code=\"{code}\"}}");
    let count = shop.count(&labels);
    let error = shop.deliver(GATEWAY, message).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    let reply = error.reply().unwrap();
    assert_eq!((reply.status, &*reply.body), (status, body.as_bytes()));
    assert_eq!(shop.count(&labels), count + 1);
    assert_eq!(before, shop.snapshot());
    error
}

fn downloads(fake: &Fake) -> usize {
    fake.requests().iter().filter(|request| *request == DOWNLOAD).count()
}

fn as_text(message: &Message) -> String {
    String::from_utf8(message.1.clone()).unwrap()
}

/// A notice with another envelope, signed again.
fn with_envelope(fake: &Fake, message: &Message, change: impl FnOnce(&mut Value)) -> Message {
    let mut envelope: Value = serde_json::from_slice(&message.1).unwrap();
    change(&mut envelope);
    let body = envelope.to_string().into_bytes();
    (fake.signed_as(PUBLIC_KEY_ID, &body), body)
}

/// Protects: H16, other currencies are refused before anything is sent.
#[test]
fn h16_wechat_pay_takes_yuan_only() {
    let (shop, fake) = usual();
    let order = shop.pay.create_order(args(json!({"currency": "USD", "amount": "10.00"}))).unwrap();
    let refusal = shop.refused(|| shop.create(json!({"order_id": order.id, "method": "wechat"})));
    assert_eq!(refusal.code(), Code::GatewayCurrency);
    assert!(fake.requests().is_empty());
}

/// Protects: H35, a serial number that nobody knows is worth one download a minute and a request to come again; a
/// download teaches the new certificate, and one that fails takes none away.
#[test]
fn h35_an_unknown_serial_number() {
    let (shop, fake) = open(Fake::account_with_certificate());
    let payment = shop.payment_by("wechat");
    let paid = || fake.paid(&payment.id, 10_000, |_| {});
    let unknown = || with_header(paid(), "Wechatpay-Serial", &"F".repeat(40));
    assert_eq!(downloads(&fake), 0, "the certificate that is configured is enough");

    fake.refuse(Some((500, "SYSTEM_ERROR")));
    fake.sign_as(SERIAL_B);
    to_come_again(&shop, paid(), Code::GatewayDown);
    assert_eq!(downloads(&fake), 1);
    to_come_again(&shop, paid(), Code::AuthUnknownKey);
    assert_eq!(downloads(&fake), 1, "at most once a minute");
    fake.refuse(None);
    shop.clock.advance(60);
    for trouble in [Trouble::Forged, Trouble::Unsigned, Trouble::Probe, Trouble::Changed] {
        fake.trouble(trouble);
        to_come_again(&shop, paid(), Code::BadResponse);
        shop.clock.advance(60);
    }
    fake.trouble(Trouble::None);
    fake.sign_as(SERIAL_A);
    shop.applied(GATEWAY, paid());
    fake.sign_as(SERIAL_B);
    assert_eq!(downloads(&fake), 5);
    shop.already(GATEWAY, paid());
    assert_eq!(downloads(&fake), 6, "the successor is learned");

    to_come_again(&shop, unknown(), Code::AuthUnknownKey);
    assert_eq!(downloads(&fake), 6);
    shop.clock.advance(60);
    to_come_again(&shop, unknown(), Code::AuthUnknownKey);
    to_come_again(&shop, unknown(), Code::AuthUnknownKey);
    assert_eq!(downloads(&fake), 7);
    shop.clock.advance(61);
    let other = with_header(paid(), "Wechatpay-Serial", "PUB_KEY_ID_0199");
    to_come_again(&shop, other, Code::AuthUnknownKey);
    assert_eq!(downloads(&fake), 7, "a public key cannot be downloaded");
    shop.already(GATEWAY, paid());
}

/// Protects: H36, a signature that is wrong on purpose is refused like every other one.
#[test]
fn h36_signature_probes() {
    let (shop, fake) = usual();
    let payment = shop.payment_by("wechat");
    let (_, body) = fake.paid(&payment.id, 10_000, |_| {});
    let error = rejected(&shop, (fake.probing(&body), body), Code::AuthMismatch);
    assert_eq!(error.detail("what"), Some("a signature probe"));
    shop.applied(GATEWAY, fake.paid(&payment.id, 10_000, |_| {}));
}

/// Protects: H37, what cannot be opened has one error, whatever is wrong with it.
#[test]
fn h37_encrypted_parts_that_do_not_open() {
    let (shop, fake) = usual();
    let payment = shop.payment_by("wechat");
    let genuine = fake.paid(&payment.id, 10_000, |_| {});
    let changes: [(&str, Value); 8] = [
        ("nonce", json!("throwaway-0")),
        ("nonce", json!("throwaway-000")),
        ("nonce", json!("")),
        ("algorithm", json!("AEAD_SM4_GCM")),
        ("associated_data", json!("")),
        ("ciphertext", json!("AAAAAAAAAAAAAAAAAAAA")),
        ("ciphertext", json!("@@@@")),
        ("nonce", Value::Null),
    ];
    for (member, value) in changes {
        let message = with_envelope(&fake, &genuine, |e| e["resource"][member] = value);
        rejected(&shop, message, Code::AuthDecrypt);
    }
    let other_key = "throwaway-apiv3-key-shared-00002";
    let resource = sealed("{}", "transaction", "transaction", other_key);
    let message = with_envelope(&fake, &genuine, |e| e["resource"] = resource);
    rejected(&shop, message, Code::AuthDecrypt);
}

/// Protects: H38, envelope, resource and content speak of one thing.
#[test]
fn h38_parts_that_contradict_each_other() {
    let (shop, fake) = usual();
    let payment = shop.payment_by("wechat");
    let paid = fake.paid(&payment.id, 10_000, |_| {});
    let contradictions: [&dyn Fn(&mut Value); 3] = [
        &|e| e["resource"]["original_type"] = json!("refund"),
        &|e| e["event_type"] = json!("REFUND.SUCCESS"),
        &|e| drop(e["resource"].as_object_mut().unwrap().remove("original_type")),
    ];
    for change in contradictions {
        rejected(&shop, with_envelope(&fake, &paid, change), Code::EventMismatch);
    }
    for state in [json!("NOTPAY"), json!("REFUND"), Value::Null] {
        let message = fake.paid(&payment.id, 10_000, |plain| plain["trade_state"] = state);
        rejected(&shop, message, Code::EventMismatch);
    }
    let plain = json!({"mchid": MCHID, "refund_status": "CLOSED"}).to_string();
    rejected(&shop, fake.notice("REFUND.SUCCESS", "refund", &plain), Code::EventMismatch);
}

/// Protects: H47, WeChat signs for every merchant with the same keys; what is not ours is refused, and so is what does
/// not say whose it is.
#[test]
fn h47_another_merchants_notice() {
    let (shop, fake) = usual();
    let payment = shop.payment_by("wechat");
    for member in ["mchid", "appid"] {
        for value in [json!("1900000001"), json!(1_900_009_191), json!(""), Value::Null] {
            let message = fake.paid(&payment.id, 10_000, |plain| plain[member] = value);
            let error = rejected(&shop, message, Code::WrongAccount);
            let expected = if member == "mchid" { MCHID } else { APPID };
            assert_eq!(error.detail("expected"), Some(expected));
        }
    }
    shop.applied(GATEWAY, fake.paid(&payment.id, 10_000, |_| {}));
    let refund = shop.refund(json!({"payment_id": payment.id, "reason": "r"})).unwrap();
    let numbers = (payment.id.as_str(), refund.id.as_str());
    let other = |plain: &mut Value| plain["mchid"] = json!("1900000001");
    let message = fake.refunded(numbers, (10_000, 10_000), "SUCCESS", other);
    rejected(&shop, message, Code::WrongAccount);
    shop.applied(GATEWAY, fake.refunded(numbers, (10_000, 10_000), "SUCCESS", |_| {}));
}

/// Protects: H49, an answer that is not proved decides nothing: the outcome is unknown until one is.
#[test]
fn h49_answers_that_are_not_proved() {
    for trouble in [Trouble::Unsigned, Trouble::Probe, Trouble::Forged, Trouble::Changed] {
        let (shop, fake) = usual();
        fake.trouble(trouble);
        let payment = shop.payment_by("wechat");
        assert_eq!(payment.state, PaymentState::processing, "{trouble:?}");
        assert_eq!(payment.action.kind, ActionKind::none, "{trouble:?}");
        fake.set(&payment.id, "SUCCESS");
        let sync = || shop.pay.sync_payment(args(json!({"payment_id": payment.id}))).unwrap();
        assert_eq!(sync().state, PaymentState::processing, "{trouble:?}");
        fake.trouble(Trouble::None);
        assert_eq!(sync().state, PaymentState::succeeded, "{trouble:?}");

        fake.trouble(trouble);
        let refund = shop.refund(json!({"payment_id": payment.id, "reason": "r"})).unwrap();
        assert_eq!(refund.state, RefundState::pending, "{trouble:?}");
    }
}

/// Protects: H57, the old interface's XML is no message, however it is signed; nothing it names is opened.
#[test]
fn h57_documents_in_xml() {
    let (shop, fake) = usual();
    for body in [
        "<xml><return_code>SUCCESS</return_code></xml>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml>&e;</xml>",
        "<x xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"http://127.0.0.1/\"/></x>",
    ] {
        let body = body.as_bytes().to_vec();
        rejected(&shop, (fake.signed_as(PUBLIC_KEY_ID, &body), body), Code::Malformed);
    }
    let message = fake.notice("TRANSACTION.SUCCESS", "transaction", "<xml/>");
    rejected(&shop, message, Code::Malformed);
    assert!(fake.requests().is_empty() && !as_text(&fake.notice("A", "b", "{}")).contains(API_KEY));
}
