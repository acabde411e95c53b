//! H39 to H42 and what H48, H49 and X4 ask of the Alipay account: notices are signed here as Alipay would, with its throwaway
//! key.

use std::sync::{Arc, Mutex};

use paywright::api::Paywright;
use paywright::api::types::*;
use paywright::error::{Code, Error};
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::sign::alipay::{form, sign};
use paywright::sign::rsa::PrivateKey;
use serde_json::{Value, json};

use super::shop::{Directory, Shop, args, clock, options};

const GATEWAY: &str = "alipay";
const APP_ID: &str = "2021009900000001";
const SELLER_ID: &str = "2088990000000001";

fn file() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/alipay.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// One of the vectors' throwaway keys.
fn key(of: &str, kind: &str) -> String {
    file()["keys"][of][kind].as_str().unwrap().to_owned()
}

fn configuration(changes: Value) -> Value {
    let mut account = json!({
        "app_id": APP_ID,
        "seller_id": SELLER_ID,
        "private_key": key("app", "private_pkcs1_bare"),
        "callback_url": "https://shop.example.com/alipay",
        "alipay_public_keys": [key("platform", "public_spki_bare")],
        "sandbox": true,
    });
    account.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    json!({ GATEWAY: account })
}

fn account(changes: Value) -> GatewayConfig {
    args(configuration(changes))
}

fn open() -> Shop {
    Shop::with("sqlite::memory:", vec![account(json!({}))])
}

/// A notice that the payment was paid, with some parameters changed before signing; an empty change leaves one out.
fn notice(payment: &Payment, changes: &[(&str, &str)]) -> String {
    let usual = [
        ("notify_type", "trade_status_sync"),
        ("notify_id", "2026010100222000000000000000000001"),
        ("app_id", APP_ID),
        ("seller_id", SELLER_ID),
        ("out_trade_no", payment.id.as_str()),
        ("trade_no", "2026010122001400001400000001"),
        ("total_amount", "100.00"),
        ("trade_status", "TRADE_SUCCESS"),
    ];
    let changed = |name: &str| changes.iter().any(|(n, _)| *n == name);
    let mut pairs: Vec<_> = usual.into_iter().filter(|(name, _)| !changed(name)).collect();
    pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let key = PrivateKey::parse("test", key("platform", "private_pkcs8_pem").as_bytes()).unwrap();
    let signature = sign(&pairs, &key).unwrap();
    pairs.push(("sign", &signature));
    form::write(&pairs)
}

/// The same with the words that Alipay puts after the signature.
fn genuine(payment: &Payment, changes: &[(&str, &str)]) -> String {
    format!("{}&sign_type=RSA2", notice(payment, changes))
}

fn deliver(shop: &Shop, body: &str) -> Result<CallbackResult, Error> {
    shop.deliver(GATEWAY, (Vec::new(), body.as_bytes().to_vec()))
}

/// REJECT: nothing changes but a counter, and the remote side reads the same whatever the cause.
fn rejected(shop: &Shop, body: &str, code: Code) {
    let before = shop.snapshot();
    let labels =
        format!("paywright_callbacks_rejected_total{{gateway=\"{GATEWAY}\",code=\"{code}\"}}");
    let count = shop.count(&labels);
    let error = deliver(shop, body).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    let reply = error.reply().unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (403, b"fail".as_slice()));
    assert_eq!(shop.count(&labels), count + 1);
    assert_eq!(before, shop.snapshot());
}

fn applied(shop: &Shop, body: &str) -> Payment {
    let result = deliver(shop, body).unwrap();
    assert_eq!(result.outcome, CallbackOutcome::applied, "{result:#?}");
    assert_eq!((result.reply.status, result.reply.body.0.as_slice()), (200, b"success".as_slice()));
    shop.snapshot();
    result.payment.unwrap()
}

/// Protects: H39, the algorithm is ours to say: a message that names another one, or none, is refused even though its
/// signature is right.
#[test]
fn h39_another_algorithm() {
    let shop = open();
    let payment = shop.payment_by(GATEWAY);
    let body = notice(&payment, &[]);
    for word in ["RSA", "MD5", "none", "rsa2", "RSA2 ", ""] {
        let named = format!("{body}&{}", form::write(&[("sign_type", word)]));
        rejected(&shop, &named, Code::AuthAlgorithm);
    }
    rejected(&shop, &body, Code::AuthAlgorithm);
    applied(&shop, &format!("{body}&sign_type=RSA2"));
}

/// Protects: H40, Alipay signs for every merchant: a genuine notice for another application or seller is not ours, and
/// one that names none is another's.
#[test]
fn h40_another_merchant() {
    let shop = open();
    let payment = shop.payment_by(GATEWAY);
    for name in ["app_id", "seller_id"] {
        for value in ["2088000000000009", "", "2021009900000001 "] {
            rejected(&shop, &genuine(&payment, &[(name, value)]), Code::WrongAccount);
        }
    }
    applied(&shop, &genuine(&payment, &[]));
}

/// Protects: H41, of two equal names neither wins, wherever the second one stands.
#[test]
fn h41_a_parameter_twice() {
    let shop = open();
    let (payment, other) = (shop.payment_by(GATEWAY), shop.payment_by(GATEWAY));
    let body = genuine(&payment, &[]);
    for second in [&payment.id, &other.id] {
        for body in [
            format!("{body}&out_trade_no={second}"),
            format!("out_trade_no={second}&{body}"),
            format!("{body}&%6Fut_trade_no={second}"),
        ] {
            rejected(&shop, &body, Code::DuplicateField);
        }
    }
    applied(&shop, &body);
}

/// Protects: H42, texts with every sign that has a meaning in a form arrive as they were written, on the way out and on
/// the way back.
#[test]
fn h42_texts_with_signs() {
    let shop = open();
    let subject = r#"1+1%2B=2&a=b "手机壳" <x> 'y' # \ ;☕️"#;
    let order = shop.order("100.00");
    let payment = shop
        .create(json!({"order_id": order.id, "method": GATEWAY, "description": subject}))
        .unwrap();
    let url = payment.action.url.clone().unwrap();
    let sent = form::parse(url.split_once('?').unwrap().1.as_bytes()).unwrap();
    let content = sent.iter().find(|(name, _)| **name == *b"biz_content").unwrap();
    let content: Value = serde_json::from_slice(&content.1).unwrap();
    assert_eq!(content["subject"], subject);

    let body = genuine(&payment, &[("subject", subject), ("passback_params", "a%3D1%26b%3D2")]);
    // As a framework would hand it over that had decoded it once already.
    rejected(&shop, &body.replace("%252B", "%2B"), Code::AuthMismatch);
    assert_eq!(applied(&shop, &body).state, PaymentState::succeeded);
}

/// Protects: H48, a key of the wrong kind or too short, and the application's own key in Alipay's place, open nothing.
#[test]
fn h48_keys_of_the_wrong_kind() {
    let refused = |changes: Value| {
        let opened = Paywright::open("sqlite::memory:", options(&clock(), vec![account(changes)]));
        opened.err().unwrap()
    };
    let public = key("app", "public_spki_pem");
    for (changes, code) in [
        (json!({"private_key": public}), Code::KeyType),
        (json!({"private_key": key("app", "certificate_pem")}), Code::KeyType),
        (json!({"private_key": "throwaway-shared-secret-0123456789"}), Code::KeyType),
        (json!({"private_key": WEAK_PRIVATE}), Code::KeyWeak),
        (json!({"private_key": " "}), Code::SecretEmpty),
        (json!({"alipay_public_keys": [WEAK_PUBLIC]}), Code::KeyWeak),
        (json!({"alipay_public_keys": [key("platform", "private_pkcs8_pem")]}), Code::KeyType),
        (json!({"alipay_public_keys": [public]}), Code::KeyType),
        (json!({"alipay_public_keys": []}), Code::ConfigMissing),
        (json!({"app_certificate": key("app", "certificate_pem")}), Code::ConfigMissing),
        (json!({"seller_id": ""}), Code::ConfigMissing),
        (json!({"callback_url": "https://shop.example.com/?a=b"}), Code::ConfigInvalid),
    ] {
        let error = refused(changes.clone());
        assert_eq!(error.code(), code, "{changes}: {error}");
    }
    let error = refused(json!({"alipay_public_keys": [public]}));
    assert!(error.message().contains("your own application public key"), "{error}");
}

/// Answers every request with the next of its bodies.
#[derive(Clone, Default)]
struct Played(Arc<Mutex<Vec<String>>>);

impl Transport for Played {
    fn send(&self, _: &Request) -> Result<Response, NoResponse> {
        match self.0.lock().unwrap().pop() {
            Some(body) => Ok(Response { status: 200, headers: Vec::new(), body: body.into() }),
            None => Err(NoResponse::Unknown("nothing is played".to_owned())),
        }
    }
}

/// Protects: H49, what an answer says counts only once it is signed: a forged success leaves the payment under way, and the
/// signed one settles it.
#[test]
fn h49_forged_answers() {
    let played = Played::default();
    let transport: Arc<dyn Transport> = Arc::new(played.clone());
    let options = paywright::api::Options {
        transport: Some(transport),
        ..options(&clock(), vec![account(json!({}))])
    };
    let pay = Paywright::open("sqlite::memory:", options).unwrap();
    let shop = Shop { pay, clock: clock() };
    let order = shop.order("100.00");
    let asked = json!({"order_id": order.id, "method": GATEWAY, "experience": "qr_code"});
    let payment = shop.create(asked).unwrap();
    assert_eq!(payment.state, PaymentState::processing, "nobody answered");

    let content = json!({
        "code": "10000", "out_trade_no": payment.id, "trade_no": "2026010122001400001400000001",
        "trade_status": "TRADE_SUCCESS", "total_amount": "100.00",
    })
    .to_string();
    let signed = |by: &str| {
        let key = PrivateKey::parse("test", key(by, "private_pkcs8_pem").as_bytes()).unwrap();
        let signature = key.sign_sha256(content.as_bytes()).unwrap();
        let signature =
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, signature);
        format!(r#"{{"alipay_trade_query_response":{content},"sign":"{signature}"}}"#)
    };
    let ask = |body: String| {
        played.0.lock().unwrap().push(body);
        shop.pay.sync_payment(args(json!({"payment_id": payment.id}))).unwrap().state
    };
    let unsigned = format!(r#"{{"alipay_trade_query_response":{content}}}"#);
    let error = r#"{"error_response":{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}}"#;
    for forged in [unsigned, signed("attacker"), error.to_owned()] {
        assert_eq!(ask(forged), PaymentState::processing);
    }
    assert_eq!(ask(signed("platform")), PaymentState::succeeded);
}

/// Protects: X4, a private key shows in no configuration, error, reply, journal row or page of the database.
#[test]
fn x04_no_key_of_alipays_account_is_shown() {
    let canary = key("app", "private_pkcs1_bare");
    let canary = &canary[100..140];
    let directory = Directory::new();
    let config = account(json!({}));
    assert!(!format!("{config:?}").contains(canary));
    let shop = Shop::with(&directory.url(), vec![config]);
    let payment = shop.payment_by(GATEWAY);
    let refusal = deliver(&shop, "sign=x&sign_type=RSA2").unwrap_err();
    let held = deliver(&shop, &genuine(&payment, &[("total_amount", "1.00")])).unwrap();
    assert_eq!(held.outcome, CallbackOutcome::held);
    let shown = format!("{refusal:?}{held:?}{payment:?}{:?}", shop.snapshot());
    assert!(!shown.contains(canary));
    drop(shop);
    let bytes = directory.bytes();
    assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
    assert!(bytes.windows(8).any(|window| window == b"1.00 CNY"), "the pages were really read");
}

/// A throwaway key of 1024 bits.
const WEAK_PRIVATE: &str = "\
        MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAJr3OdwqyqRMr3JCvFW/ZkWQc+wB91yqO2GqyvHU\
        9fcfoDARi1amnlZsmMLHml+CgBIT9xzIEQ4FEteHKlRfX2h+ELAQNlF2Ty7WF9X6HA+JULzD1qvKhOrA43LQTzgq\
        wfn1dvNPrP375xabMzS9UngGP6UxHtoDzAyE3Lybg1uXAgMBAAECgYAo9qlI1dbzT4IhRhra39l9Eg5SmMJ2sFk6\
        HBfBjXXneWiyzDB1G15HojVPZ8wa6zhHjxeHeCtp9VVhu80ouH1TjJG+0F24KE1iB8u4C6MqQVtU94AUp0s/zmYe\
        UpmTmrcpOa815Q3bewOOuyLagkc85YhI0b6Tkk6aBsWRreugIQJBAMhjhGhm2hchHH68pZqw/a6EYjJVMg/4agqy\
        k/vVTUisF9lc9+JKiWYwpIQ2eSPKMvId9kTSE60Ygy58Nz25Qi0CQQDF+KlZPzuzgWFpTKaKZud3S3Zd42qbKd0T\
        BbXbZLlYf6EyJIJ8o2h0Y7oLYOXYhDQaYTDBRxS0LeL8Ltzp+eNTAkEAjfHofee1PsMGo0PP7tbGq9M8l7i/oI5v\
        1yoOJ0o912eH8UGomZQA5fE46CqJ/u8gzV6p7q/8nhWJ/uigXMmY9QJAMK65Vk0KbVX/kllbCuXLPba84NGvwYBF\
        8QuScOUP/wdDqIT54ZR9d0Ge2nV1kAzSkzobNyw3lydBjiooARGGKQJBAKWdKCAFekSmAJOcOyFQzfHf6jyN0oRP\
        bUSUukZeI+Fz7ox0HZVokpseZ/hfye31c7bC0dfifQ/PpQMFRNQvD9E=";
/// Its public half.
const WEAK_PUBLIC: &str = "\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCa9zncKsqkTK9yQrxVv2ZFkHPsAfdcqjthqsrx1PX3H6AwEYtW\
        pp5WbJjCx5pfgoASE/ccyBEOBRLXhypUX19ofhCwEDZRdk8u1hfV+hwPiVC8w9aryoTqwONy0E84KsH59XbzT6z9\
        ++cWmzM0vVJ4Bj+lMR7aA8wMhNy8m4NblwIDAQAB";
