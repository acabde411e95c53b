//! The gateway by itself: its configuration, its tables, when it fetches certificates, and what it makes of an examination.

use super::answer::{Meaning, Trade, meaning, trade_event};
use super::*;
use crate::clock::Time;
use crate::error::Error;
use crate::gateway::{Part, RefundIntent};
use crate::id::{PaymentId, RefundId, SystemRandomness};
use crate::money::Money;
use crate::payment::{Event, Presentation};
use crate::secret::Secret;

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/vectors/keys/throwaway_wechat_", $name, ".pem"))
    };
}

/// Both certificates may be used then; A ends in 2030, B in 2031.
const NOW: Time = Time::from_millis(1_795_000_000_000);
const HOUR: i64 = 3600;

fn options() -> WechatPayOptions {
    let private_key = PrivateKey::parse("x", key!("merchant_private_pkcs8").as_bytes()).unwrap();
    WechatPayOptions {
        name: NAME.to_owned(),
        mchid: "1900009191".to_owned(),
        appid: "wxthrowaway00000001".to_owned(),
        merchant_serial: "4D4163F2A7D14DAFA7AEF7A355E70B3584A6A965".to_owned(),
        private_key,
        api_v3_keys: vec![Secret::new("x", "throwaway-apiv3-key-shared-00001").unwrap()],
        callback_url: "https://shop.example/wechat".to_owned(),
        public_key_id: None,
        public_key: None,
        platform_certificates: vec![key!("platform_a_cert").to_owned()],
        base_url: None,
    }
}

fn refusal(change: impl FnOnce(&mut WechatPayOptions)) -> Error {
    let mut options = options();
    change(&mut options);
    WechatPay::new(options).unwrap_err()
}

fn payment() -> PaymentIntent {
    let id = PaymentId::new(NOW, &SystemRandomness).unwrap();
    PaymentIntent {
        id,
        reference: id.to_string(),
        amount: Money::new(10_000, Currency::parse("CNY").unwrap()),
        method: METHOD.to_owned(),
        manual_capture: false,
        description: "茶".repeat(100),
        return_url: None,
        expires_at: NOW.plus_seconds(30 * 24 * HOUR),
        transaction_id: None,
        created_at: NOW,
        presentation: Presentation::default(),
    }
}

fn sent(gateway: &WechatPay, operation: Operation<'_>, now: Time) -> Request {
    match gateway.call(operation, &payment(), Moment::at(now)).unwrap() {
        Call::Send(request) => request,
        other => panic!("{other:?}"),
    }
}

fn fetches(gateway: &WechatPay, now: Time) -> bool {
    let call = gateway.call(Operation::Query, &payment(), Moment::at(now)).unwrap();
    matches!(call, Call::First(_))
}

/// Protects: each setting is refused by its name, and X4: none of them is repeated.
#[test]
fn settings_are_checked() {
    for (setting, error) in [
        ("wechatpay.mchid", refusal(|o| o.mchid = "19a".to_owned())),
        ("wechatpay.appid", refusal(|o| o.appid = "2088".to_owned())),
        ("wechatpay.merchant_serial", refusal(|o| o.merchant_serial = "PUB_KEY_ID_01".to_owned())),
        ("wechatpay.callback_url", refusal(|o| o.callback_url = "http://shop.example/".to_owned())),
        ("wechatpay.callback_url", refusal(|o| o.callback_url.push_str("?a=1"))),
        ("wechatpay.base_url", refusal(|o| o.base_url = Some("https://evil.example".to_owned()))),
        ("wechatpay.public_key", refusal(|o| o.platform_certificates.clear())),
        ("wechatpay.public_key", refusal(|o| o.public_key_id = Some("PUB_KEY_ID_01".to_owned()))),
        ("wechatpay.api_v3_keys", refusal(|o| o.api_v3_keys.clear())),
    ] {
        assert_eq!(error.detail("setting"), Some(setting), "{error}");
    }
    let own = refusal(|o| {
        o.public_key_id = Some("PUB_KEY_ID_01".to_owned());
        o.public_key = Some(key!("merchant_cert").to_owned());
    });
    assert_eq!(own.detail("given"), Some("the public half of your own private key"));
    let shown = format!("{:?}{:?}", options(), WechatPay::new(options()).unwrap());
    assert!(!shown.contains("apiv3-key") && !shown.contains("MIIEv"), "{shown}");
}

/// Protects: outside this machine every account moves real money; there is no sandbox.
#[test]
fn real_money_is_said_to_be_real() {
    assert!(WechatPay::new(options()).unwrap().facts().live);
    let local = WechatPayOptions { base_url: Some("http://127.0.0.1:1".to_owned()), ..options() };
    assert!(!WechatPay::new(local).unwrap().facts().live);
}

/// Protects: the headers that WeChat wants, one body for one intent, and texts cut between characters.
#[test]
fn requests() {
    let gateway = WechatPay::new(options()).unwrap();
    let payment = payment();
    let made = |seconds| gateway.pay(&payment, Moment::at(NOW.plus_seconds(seconds))).unwrap();
    let (first, again) = (made(0), made(77));
    assert_eq!(first.body, again.body);
    assert_ne!(first.headers, again.headers, "every try is signed anew");
    let names: Vec<_> = first.headers.iter().map(|(name, _)| *name).collect();
    let expected = ["Accept", "User-Agent", "Authorization", "Wechatpay-Serial", "Content-Type"];
    assert_eq!(names, expected);
    let body = String::from_utf8(first.body.clone()).unwrap();
    assert!(body.contains(&format!("\"{}\"", "茶".repeat(42))), "{body}");
    assert!(body.contains("2026-11-25T19:06:40+08:00"), "at most seven days: {body}");
    assert!(!format!("{first:?}").contains("signature"), "{first:?}");
    let id = RefundId::new(NOW, &SystemRandomness).unwrap();
    let refund = RefundIntent::new(id, payment.amount, "");
    let request = sent(&gateway, Operation::Refund(&refund), NOW);
    let body = String::from_utf8(request.body).unwrap();
    assert!(body.contains("out_trade_no") && body.contains("notify_url"), "{body}");
    assert!(!body.contains("reason") && !body.contains("transaction_id"), "{body}");
    let held = gateway.call(Operation::Capture(payment.amount), &payment, Moment::at(NOW));
    assert_eq!(held.unwrap_err().code(), Code::GatewayCannot);
}

/// Protects: pitfall 30, certificates are fetched before they are needed, by one caller at a time, and never in the way of
/// what works.
#[test]
fn certificates_are_fetched_in_time() {
    let gateway = WechatPay::new(options()).unwrap();
    assert!(!fetches(&gateway, NOW), "what is configured is enough to begin with");
    assert!(!fetches(&gateway, NOW.plus_seconds(10 * HOUR)));
    let later = NOW.plus_seconds(11 * HOUR);
    assert!(fetches(&gateway, later));
    assert!(!fetches(&gateway, later), "one caller fetches, the others go on");
    assert!(!fetches(&gateway, later.plus_seconds(HOUR)), "a download that failed can wait");
    assert!(fetches(&gateway, later.plus_seconds(11 * HOUR)));

    let old = || WechatPayOptions {
        platform_certificates: vec![key!("platform_old_cert").to_owned()],
        ..options()
    };
    let gateway = WechatPay::new(old()).unwrap();
    assert!(fetches(&gateway, NOW) && !fetches(&gateway, NOW.plus_seconds(59)));
    assert!(fetches(&gateway, NOW.plus_seconds(60)), "without a key nothing can be believed");

    let near_its_end = WechatPay::new(options()).unwrap();
    let end = Time::parse("end", "2029-12-25T00:00:00Z").unwrap();
    assert!(fetches(&near_its_end, end), "a successor is there ten days before");
    let in_both = WechatPayOptions {
        public_key_id: Some("PUB_KEY_ID_01".to_owned()),
        public_key: Some(key!("platform_b_cert").to_owned()),
        ..old()
    };
    assert!(!fetches(&WechatPay::new(in_both).unwrap(), NOW), "the public key is enough");
}

/// Protects: pitfall 31, a merchant without certificates is no error where there is a public key, and is one where not.
#[test]
fn no_certificates_at_all() {
    let gateway = WechatPay::new(options()).unwrap();
    let at = Moment::at(NOW);
    let errand = gateway.errand(at).unwrap();
    let none = Response { status: 404, headers: Vec::new(), body: Vec::new() };
    assert_eq!(gateway.learn(&errand, &none, at).unwrap_err().code(), Code::BadResponse);
    let with_key = WechatPayOptions {
        public_key_id: Some("PUB_KEY_ID_01".to_owned()),
        public_key: Some(key!("platform_b_cert").to_owned()),
        ..options()
    };
    WechatPay::new(with_key).unwrap().learn(&errand, &none, at).unwrap();
}

/// Protects: their words, each in one place; one that we do not know is nothing.
#[test]
fn words() {
    assert_eq!(trade_event("REFUND"), Some(Trade::Event(Event::Succeed)));
    assert_eq!(trade_event("NOTPAY"), Some(Trade::Open));
    assert_eq!(trade_event("success"), None);
    assert_eq!(meaning("NOTENOUGH"), Meaning::No(Code::RateLimit));
    assert_eq!(meaning("SOMETHINGNEW"), Meaning::Unknown);
    let refusal = |code: &str| {
        let body = format!("{{\"code\":\"{code}\",\"message\":\"m\"}}").into_bytes();
        answer::Refusal::of(&Response { status: 400, headers: Vec::new(), body }).unwrap().folded
    };
    assert_eq!(
        (refusal("order_not_exist"), refusal("ORDERNOTEXIST")),
        (refusal("ORDER_NOTEXIST"), "ORDERNOTEXIST".to_owned())
    );
}

fn examined(status: u16, code: &str, date: &str) -> Vec<(Part, bool)> {
    let gateway = WechatPay::new(options()).unwrap();
    let body = format!("{{\"code\":\"{code}\",\"message\":\"m\"}}").into_bytes();
    let headers = vec![("Date".to_owned(), date.to_owned())];
    let findings = gateway.diagnose(&Response { status, headers, body }, Moment::at(NOW));
    assert!(findings.iter().all(|f| f.ok == f.remedy.is_empty()), "{findings:?}");
    findings.into_iter().map(|f| (f.part, f.ok)).collect()
}

/// Protects: pitfall 44, an examination tells a wrong clock from a wrong key, and both from a wrong account.
#[test]
fn examinations() {
    const RIGHT: &str = "Wed, 18 Nov 2026 11:06:40 GMT";
    const WRONG: &str = "Wed, 18 Nov 2026 11:16:40 GMT";
    use Part::{Account, Clock, Key, Network, Serial};
    let well = [(Clock, true), (Key, true), (Serial, true), (Account, true)];
    assert_eq!(examined(404, "ORDER_NOT_EXIST", RIGHT), well);
    let refused = [(Clock, true), (Key, false), (Serial, false)];
    assert_eq!(examined(401, "SIGN_ERROR", RIGHT), refused);
    assert_eq!(examined(401, "SIGN_ERROR", WRONG), [(Clock, false), (Key, false)]);
    assert_eq!(examined(400, "MCH_NOT_EXISTS", RIGHT), [(Clock, true), (Account, false)]);
    assert_eq!(examined(502, "", RIGHT), [(Clock, true), (Network, false)]);
    let probe = WechatPay::new(options()).unwrap().probe(Moment::at(NOW)).unwrap().unwrap();
    assert_eq!(probe.method, "GET");
}
