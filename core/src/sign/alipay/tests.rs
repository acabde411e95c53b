//! What the vectors do not say: the reason of each refusal, the forms of times and forms, and that no bytes break a
//! reader.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::form;
use super::*;

const APP: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_app_private_pkcs8.pem");
const PLATFORM: &str =
    include_str!("../../../../tests/vectors/keys/throwaway_alipay_platform_private_pkcs8.pem");

fn private(text: &str) -> PrivateKey {
    PrivateKey::parse("test", text.as_bytes()).unwrap()
}

fn keys() -> &'static [PublicKey] {
    static KEYS: LazyLock<[PublicKey; 2]> =
        LazyLock::new(|| [private(APP).public_key(), private(PLATFORM).public_key()]);
    &*KEYS
}

fn body(pairs: &[(&str, &str)], more: &str) -> String {
    let signature = sign(pairs, &private(PLATFORM)).unwrap();
    let mut pairs = pairs.to_vec();
    pairs.push(("sign", &signature));
    format!("{}{more}", form::write(&pairs))
}

/// Protects: each refusal has its reason, in the documented order; without a key nothing is even read.
#[test]
fn reasons() {
    let right = body(&[("a", "1")], "&sign_type=RSA2");
    let many: String = (0..257).map(|i| format!("&p{i}=")).collect();
    let with = |more: &str| format!("{right}{more}");
    for (body, code) in [
        ("".to_owned(), Code::AuthMissing),
        ("{}".to_owned(), Code::Malformed),
        (with("&"), Code::Malformed),
        (with("&b=%4"), Code::Malformed),
        (with("&b=%zz"), Code::Malformed),
        (with("&a=1"), Code::DuplicateField),
        (with(&many), Code::TooLarge),
        ("a=1&sign_type=RSA2".to_owned(), Code::AuthMissing),
        ("a=1&sign=&sign_type=RSA2".to_owned(), Code::AuthMissing),
        ("a=1&sign=AAAA".to_owned(), Code::AuthAlgorithm),
        ("a=1&sign=AAA&sign_type=RSA2".to_owned(), Code::AuthMalformed),
        ("a=1&sign=AAAA&sign_type=RSA2".to_owned(), Code::AuthMismatch),
        (with("&b="), Code::AuthMismatch),
        (with("&charset=klingon"), Code::Malformed),
    ] {
        assert_eq!(verify_notify(body.as_bytes(), keys()).err().unwrap().code(), code, "{body}");
    }
    assert!(verify_notify(right.as_bytes(), keys()).is_ok());
    let nobody = verify_notify(b"\xff", &[]).err().unwrap();
    assert_eq!(nobody.code(), Code::AuthNotConfigured);
    assert_eq!(verify_response("{", "a.b", &[]).unwrap_err().code(), Code::AuthNotConfigured);
}

/// Protects: H56, bytes that are not text in their charset, and NUL, are refused although they are signed.
#[test]
fn signed_bytes_that_are_no_text() {
    let key = private(PLATFORM);
    for (value, escaped) in
        [(&b"\xff\xfe"[..], "%FF%FE"), (b"a\0b", "a%00b"), (b"\xd6\xd0", "%D6%D0")]
    {
        let text = [b"a=", value].concat();
        let signature = STANDARD.encode(key.sign_sha256(&text).unwrap());
        let sign = form::write(&[("sign", &signature), ("sign_type", SIGN_TYPE)]);
        let body = format!("a={escaped}&{sign}");
        let refused = verify_notify(body.as_bytes(), keys()).err().unwrap();
        assert_eq!(refused.code(), Code::Malformed, "{escaped}");
    }
}

/// Protects: answers are refused for a reason, and errors about the request are never answers, not even signed ones.
#[test]
fn answers_that_are_none() {
    let content = r#"{"code":"10000"}"#;
    let signature = STANDARD.encode(private(PLATFORM).sign_sha256(content.as_bytes()).unwrap());
    let answer = |member: &str| format!(r#"{{"{member}":{content},"sign":"{signature}"}}"#);
    let verify = |text: &str| verify_response(text, "a.b", keys()).map(str::to_owned);
    assert_eq!(verify(&answer("a_b_response")).unwrap(), content);
    let twice = format!(r#"{{"c_response":{content},{}"#, &answer("a_b_response")[1..]);
    for (text, code) in [
        (answer("a_c_response"), Code::EventMismatch),
        (answer("error_response"), Code::EventMismatch),
        (answer("a_b"), Code::Malformed),
        (twice, Code::Malformed),
        (format!(r#"{{"a_b_response":{content},"sign":1}}"#), Code::AuthMissing),
        (format!(r#"{{"a_b_response":{content},"sign":"A B="}}"#), Code::AuthMalformed),
    ] {
        assert_eq!(verify(&text).unwrap_err().code(), code, "{text}");
    }
}

/// Protects: times are China time without a zone, whatever the season, and nothing else is a time.
#[test]
fn times() {
    let noon = Time::parse("t", "2026-07-01T16:00:00Z").unwrap();
    assert_eq!(china_text(noon), "2026-07-02 00:00:00");
    assert_eq!(china_time("2026-07-02 00:00:00"), Some(noon));
    assert_eq!(china_time("2026-07-02 00:00:00.123").map(Time::millis), Some(noon.millis() + 123));
    for wrong in
        ["", "2026-07-02", "2026-07-02T00:00:00", "2026-13-02 00:00:00", "2026-07-02 00:00:00Z"]
    {
        assert_eq!(china_time(wrong), None, "{wrong}");
    }
}

proptest! {
    /// Protects: what is written is read as it was, and once: an escape in a value stays one.
    #[test]
    fn forms_come_back(pairs in prop::collection::btree_map(".{1,8}", ".{0,20}", 1..8)) {
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let form = form::write(&pairs);
        let read = form::parse(form.as_bytes()).unwrap();
        let expected: Vec<form::Pair<'_>> =
            pairs.iter().map(|(n, v)| (n.as_bytes().into(), v.as_bytes().into())).collect();
        prop_assert_eq!(read, expected);
    }

    /// Protects: no bytes whatever make a reader panic or pass.
    #[test]
    fn no_bytes_pass(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify_notify(&bytes, keys()).is_err());
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(verify_response(&text, "a.b", keys()).is_err());
    }
}
