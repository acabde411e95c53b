//! What leaves: signed once, in the form that Alipay reads.

use super::*;
use crate::sign::rsa::PublicKey;

fn own_public_key() -> PublicKey {
    private(APP_KEY).public_key()
}

/// The signature is over what is sent, and nothing is sent twice.
fn check_signature(sent: &[(String, String)]) {
    let mut pairs: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let signature = STANDARD.decode(value(sent, "sign")).unwrap();
    pairs.retain(|(name, _)| *name != "sign");
    pairs.sort_unstable();
    let text: Vec<_> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
    own_public_key().verify_sha256(text.join("&").as_bytes(), &signature).unwrap();
}

fn action(payment: &PaymentIntent) -> Action {
    match account().call(Operation::Pay, payment, at()).unwrap() {
        Call::Answer(Answer::Waiting { action, reference: None }) => action,
        other => panic!("{other:?}"),
    }
}

fn sent(operation: Operation<'_>, payment: &PaymentIntent) -> Vec<(String, String)> {
    let Call::Send(request) = account().call(operation, payment, at()).unwrap() else { panic!() };
    assert_eq!(request.method, "POST");
    let (url, charset) = request.url.split_once('?').unwrap();
    assert_eq!((url, charset), ("https://openapi.alipay.com/gateway.do", "charset=utf-8"));
    let mut all = parameters(&String::from_utf8(request.body).unwrap());
    assert!(all.iter().all(|(name, _)| name != "charset"), "the charset is there twice");
    all.extend(parameters(charset));
    check_signature(&all);
    all
}

/// Protects: a page's address holds the signed order, times are China time, and nothing in a text needs another
/// escape (H42).
#[test]
fn a_page_is_an_address() {
    let action = action(&payment(Experience::Hosted));
    let url = action.url.unwrap();
    let (host, query) = url.split_once('?').unwrap();
    assert_eq!(host, "https://openapi.alipay.com/gateway.do");
    let sent = parameters(query);
    check_signature(&sent);
    for (name, expected) in [
        ("method", "alipay.trade.page.pay"),
        ("timestamp", "2026-11-19 00:26:00"),
        ("notify_url", "https://shop.example.com/alipay/notify"),
        ("return_url", "https://shop.example.com/back?x=1&y=2"),
        ("sign_type", "RSA2"),
        ("charset", "utf-8"),
        (
            "biz_content",
            r#"{"out_trade_no":"ORD202611180001","total_amount":"100.00","subject":"iPhone 手机壳 a+b%2B&c=d \"q\" <x>","product_code":"FAST_INSTANT_TRADE_PAY","time_expire":"2026-11-19 00:56:00"}"#,
        ),
    ] {
        assert_eq!(value(&sent, name), expected);
    }
}

/// Protects: a phone's page knows where to go back to, and an app gets one string.
#[test]
fn phones_and_apps() {
    let url = action(&payment(Experience::MobileWeb)).url.unwrap();
    let page = parameters(url.split_once('?').unwrap().1);
    assert_eq!(value(&page, "method"), "alipay.trade.wap.pay");
    assert!(value(&page, "biz_content").contains(r#""product_code":"QUICK_WAP_WAY""#));
    assert!(value(&page, "biz_content").contains(r#""quit_url":"https://shop.example.com/back"#));

    let order = action(&payment(Experience::App)).parameters.remove("order_string").unwrap();
    let order = parameters(&order);
    check_signature(&order);
    assert_eq!(value(&order, "method"), "alipay.trade.app.pay");
    assert!(value(&order, "biz_content").contains(r#""product_code":"QUICK_MSECURITY_PAY""#));
    assert!(order.iter().all(|(name, _)| name != "return_url"));
}

/// Protects: each verb asks for its method with the numbers that make it repeatable; a refund names the trade whose
/// money it is.
#[test]
fn verbs_and_their_content() {
    let unpaid = payment(Experience::QrCode);
    let refund = refund();
    let id = refund.id.to_string();
    let by_trade = format!(
        r#"{{"trade_no":"{TRADE_NO}","refund_amount":"30.00","out_request_no":"{id}","refund_reason":"正常退款"}}"#
    );
    let asked_by_trade = format!(r#"{{"trade_no":"{TRADE_NO}","out_request_no":"{id}"}}"#);
    let by_number = r#"{"out_trade_no":"ORD202611180001"}"#;
    for (operation, payment, method, content) in [
        (Operation::Query, &unpaid, "query", by_number),
        (Operation::Query, &paid(), "query", by_number),
        (Operation::Cancel, &unpaid, "close", by_number),
        (Operation::Refund(&refund), &paid(), "refund", by_trade.as_str()),
        (Operation::QueryRefund(&refund), &paid(), "fastpay.refund.query", &asked_by_trade),
    ] {
        let sent = sent(operation, payment);
        assert_eq!(value(&sent, "method"), format!("alipay.trade.{method}"));
        assert_eq!(value(&sent, "biz_content"), content);
        assert!(sent.iter().all(|(name, _)| name != "notify_url"));
    }
    let sent = sent(Operation::Pay, &unpaid);
    assert_eq!(value(&sent, "method"), "alipay.trade.precreate");
    assert_eq!(value(&sent, "notify_url"), "https://shop.example.com/alipay/notify");
}

/// Protects: in certificate mode the serial numbers are sent and signed.
#[test]
fn certificates_are_named() {
    let account = Alipay::new(by_certificates()).unwrap();
    let Call::Send(request) = account.call(Operation::Query, &paid(), at()).unwrap() else {
        panic!()
    };
    let mut sent = parameters(&String::from_utf8(request.body).unwrap());
    assert_eq!(value(&sent, "app_cert_sn"), "35600ef9b3ab715ad80c751932f43588");
    assert_eq!(value(&sent, "alipay_root_cert_sn").len(), 32);
    sent.push(("charset".to_owned(), "utf-8".to_owned()));
    check_signature(&sent);
}

/// Protects: what Alipay cannot collect is refused before anything is signed.
#[test]
fn what_cannot_be_collected() {
    let usd = Money::new(10_000, Currency::parse("USD").unwrap());
    let usual = || payment(Experience::Hosted);
    let refused =
        |payment: PaymentIntent| account().call(Operation::Pay, &payment, at()).unwrap_err().code();
    assert_eq!(refused(PaymentIntent { amount: usd, ..usual() }), Code::GatewayCurrency);
    for minor in [0, -1, 10_000_000_001, i64::MAX] {
        assert_eq!(refused(PaymentIntent { amount: cny(minor), ..usual() }), Code::GatewayAmount);
    }
    for reference in ["", "a-b", "订单", &"x".repeat(65)] {
        let reference = reference.to_owned();
        assert_eq!(refused(PaymentIntent { reference, ..usual() }), Code::TextFormat);
    }
    assert_eq!(refused(payment(Experience::InWallet)), Code::GatewayCannot);
    let held = account().call(Operation::Capture(cny(1)), &usual(), at()).unwrap_err();
    assert_eq!(held.code(), Code::GatewayCannot);
}
