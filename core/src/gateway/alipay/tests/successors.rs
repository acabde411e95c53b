//! A certificate that took the place of a configured one: fetched, proved by its chain, then used.

use super::*;
use crate::gateway::Errand;
use crate::sign::certificate::Certificate;

const NEW_CERTIFICATE: &str =
    include_str!("../../../../../tests/vectors/keys/throwaway_alipay_platform_new_cert.pem");
const NEW_KEY: &str = include_str!(
    "../../../../../tests/vectors/keys/throwaway_alipay_platform_new_private_pkcs8.pem"
);
const BETWEEN: &str =
    include_str!("../../../../../tests/vectors/keys/throwaway_alipay_class2_cert.pem");
const STRANGER: &str =
    include_str!("../../../../../tests/vectors/keys/throwaway_alipay_issuer_without_ou_cert.pem");
const TRADE: &str = r#"{"code":"10000","out_trade_no":"ORD202611180001","trade_no":"2026111822001400001400000001","total_amount":"100.00","trade_status":"TRADE_SUCCESS"}"#;

fn serial(certificate: &str) -> String {
    let read = Certificate::parse("test", certificate.as_bytes()).unwrap();
    crate::sign::alipay::certificate_serial(&read)
}

/// An answer that names the certificate that it is signed under.
fn signed(key: &str, serial: &str, method: &str, content: &str) -> Response {
    let signature = STANDARD.encode(private(key).sign_sha256(content.as_bytes()).unwrap());
    response(&format!(
        r#"{{"{method}_response":{content},"alipay_cert_sn":"{serial}","sign":"{signature}"}}"#
    ))
}

fn trade(key: &str, certificate: &str) -> Response {
    signed(key, &serial(certificate), "alipay_trade_query", TRADE)
}

fn download(key: &str, pem: &str) -> Response {
    let content = format!(r#"{{"code":"10000","alipay_cert_content":"{}"}}"#, STANDARD.encode(pem));
    signed(key, &serial(NEW_CERTIFICATE), "alipay_open_app_alipaycert_download", &content)
}

fn query(account: &Alipay, response: &Response) -> Result<Answer> {
    account.read(Operation::Query, &payment(Experience::Hosted), response, at())
}

fn next(account: &Alipay, at: Moment<'_>) -> Call {
    account.call(Operation::Query, &payment(Experience::Hosted), at).unwrap()
}

fn errand(account: &Alipay) -> Errand {
    match next(account, at()) {
        Call::First(errand) => errand,
        other => panic!("{other:?}"),
    }
}

/// An account that has heard an answer under a certificate that it does not have.
fn missing() -> Alipay {
    let account = Alipay::new(by_certificates()).unwrap();
    assert!(matches!(next(&account, at()), Call::Send(_)));
    let error = query(&account, &trade(NEW_KEY, NEW_CERTIFICATE)).unwrap_err();
    assert_eq!(error.code(), Code::BadResponse);
    assert!(error.message().contains("the next request fetches it first"), "{error}");
    account
}

fn whole() -> String {
    format!("{NEW_CERTIFICATE}\n{BETWEEN}")
}

/// Protects: an answer under a certificate that came after the configured one leaves the outcome open; the next request
/// fetches the certificate once, and from then on answers and notices under it are proved, and those under the old one too.
#[test]
fn a_successor_is_fetched_and_used() {
    let account = missing();
    let errand = errand(&account);
    let sent = parameters(std::str::from_utf8(&errand.request.body).unwrap());
    assert_eq!(value(&sent, "method"), "alipay.open.app.alipaycert.download");
    let content = format!(r#"{{"alipay_cert_sn":"{}"}}"#, serial(NEW_CERTIFICATE));
    assert_eq!(value(&sent, "biz_content"), content);
    assert!(matches!(next(&account, at()), Call::Send(_)), "one download at a time");
    assert!(account.receive(&Headers::default(), &notice_by(NEW_KEY, &[]), at()).is_err());
    account.learn(&errand, &download(NEW_KEY, &whole()), at()).unwrap();
    for (key, certificate) in [(NEW_KEY, NEW_CERTIFICATE), (PLATFORM_KEY, PLATFORM_CERTIFICATE)] {
        let answer = query(&account, &trade(key, certificate)).unwrap();
        assert!(matches!(answer, Answer::Payment(_)), "{answer:?}");
        let notice = account.receive(&Headers::default(), &notice_by(key, &[]), at());
        assert!(notice.unwrap().notice().is_some());
    }
    assert!(query(&account, &trade(ATTACKER_KEY, NEW_CERTIFICATE)).is_err());
    let later = Moment::at(at().now.plus_seconds(3600));
    assert!(matches!(next(&account, later), Call::Send(_)), "nothing is missed any more");
}

/// Protects: a certificate that may be left out of the download is taken from the configured file.
#[test]
fn what_lies_between_may_be_configured() {
    let trust = Trust::Certificates {
        app: APP_CERTIFICATE.to_owned(),
        alipay: vec![format!("{PLATFORM_CERTIFICATE}\n{BETWEEN}")],
        roots: ROOT.to_owned(),
    };
    let account = Alipay::new(AlipayOptions { trust, ..options() }).unwrap();
    assert!(query(&account, &trade(NEW_KEY, NEW_CERTIFICATE)).is_err());
    let errand = errand(&account);
    account.learn(&errand, &download(NEW_KEY, NEW_CERTIFICATE), at()).unwrap();
    assert!(query(&account, &trade(NEW_KEY, NEW_CERTIFICATE)).is_ok());
}

/// Protects: a certificate is believed only if it is the one that was asked for, leads to a configured root, may be used now,
/// and signed the answer that brought it; a refusal is tried again, but not at once.
#[test]
fn what_is_not_believed() {
    let ended = Moment::at(Time::parse("now", "2031-06-01T00:00:00Z").unwrap());
    let refusal = response(
        r#"{"alipay_open_app_alipaycert_download_response":{"code":"40004","sub_code":"isv.nothing"}}"#,
    );
    for (what, brought, now, code) in [
        ("no chain", download(NEW_KEY, NEW_CERTIFICATE), at(), Code::AuthCert),
        (
            "another",
            download(NEW_KEY, &format!("{PLATFORM_CERTIFICATE}{BETWEEN}")),
            at(),
            Code::AuthCert,
        ),
        ("a stranger", download(NEW_KEY, STRANGER), at(), Code::AuthCert),
        (
            "a wrong chain",
            download(NEW_KEY, &format!("{NEW_CERTIFICATE}{STRANGER}")),
            at(),
            Code::AuthCert,
        ),
        ("over", download(NEW_KEY, &whole()), ended, Code::AuthCert),
        ("another's word", download(ATTACKER_KEY, &whole()), at(), Code::BadResponse),
        ("no certificate", download(NEW_KEY, "x"), at(), Code::KeyType),
        ("a refusal", refusal, at(), Code::BadResponse),
        ("no answer", response("<html>"), at(), Code::BadResponse),
    ] {
        let account = missing();
        let errand = errand(&account);
        let error = account.learn(&errand, &brought, now).unwrap_err();
        assert_eq!(error.code(), code, "{what}: {error}");
        assert!(query(&account, &trade(NEW_KEY, NEW_CERTIFICATE)).is_err(), "{what}");
        assert!(query(&account, &trade(PLATFORM_KEY, PLATFORM_CERTIFICATE)).is_ok(), "{what}");
        let soon = Moment::at(at().now.plus_seconds(59));
        assert!(matches!(next(&account, soon), Call::Send(_)), "{what}");
        let later = Moment::at(at().now.plus_seconds(60));
        assert!(matches!(next(&account, later), Call::First(_)), "{what}");
    }
}

/// Protects: a merchant's certificate, which stands under the same roots as Alipay's own, never speaks for Alipay.
#[test]
fn a_merchant_is_not_alipay() {
    let account = Alipay::new(by_certificates()).unwrap();
    assert!(query(&account, &trade(APP_KEY, APP_CERTIFICATE)).is_err());
    let brought = download(APP_KEY, &format!("{APP_CERTIFICATE}\n{BETWEEN}"));
    let error = account.learn(&errand(&account), &brought, at()).unwrap_err();
    assert_eq!(error.code(), Code::AuthCert);
    assert!(error.message().contains("somebody else"), "{error}");
    assert!(query(&account, &trade(APP_KEY, APP_CERTIFICATE)).is_err());
}

/// Protects: what a serial number never looks like is not asked for, and payers who are sent away wait for nothing.
#[test]
fn what_is_not_asked_for() {
    let account = Alipay::new(by_certificates()).unwrap();
    for odd in ["", "x", "\\\"},{", &"A".repeat(32), &"0".repeat(33)] {
        let answer = signed(NEW_KEY, odd, "alipay_trade_query", TRADE);
        assert!(query(&account, &answer).is_err());
        assert!(matches!(next(&account, at()), Call::Send(_)), "{odd}");
    }
    let account = missing();
    let call = account.call(Operation::Pay, &payment(Experience::Hosted), at()).unwrap();
    assert!(matches!(call, Call::Answer(_)));
    assert!(matches!(next(&account, at()), Call::First(_)));
}
