//! What an account cannot be made of, and that no key is ever shown.

use super::*;

fn refused(change: impl FnOnce(&mut AlipayOptions)) -> Error {
    let mut options = options();
    change(&mut options);
    Alipay::new(options).err().unwrap()
}

/// Protects: pitfall 26, the application's own public key is recognised, in either wrapping.
#[test]
fn the_own_key_is_not_alipays() {
    for own in [APP_CERTIFICATE.to_owned(), spki(APP_KEY)] {
        let error = refused(|o| o.trust = Trust::PublicKeys(vec![own]));
        assert_eq!(error.code(), Code::KeyType);
        assert!(error.message().contains("your own application public key"), "{error}");
    }
}

/// A public key as the console shows it: bare base64.
fn spki(private_key: &str) -> String {
    STANDARD.encode(private(private_key).public_key().as_pkcs1())
}

/// Protects: numbers, addresses and keys that cannot be right are refused with the setting's name.
#[test]
fn wrong_settings() {
    type Change = Box<dyn FnOnce(&mut AlipayOptions)>;
    let text = |field: fn(&mut AlipayOptions) -> &mut String, value: &str| -> Change {
        let value = value.to_owned();
        Box::new(move |o| *field(o) = value)
    };
    let base = |url: &'static str| -> Change { Box::new(move |o| o.base_url = Some(url.into())) };
    let callback: fn(&mut AlipayOptions) -> &mut String = |o| &mut o.callback_url;
    let trust = |trust: Trust| -> Change { Box::new(|o| o.trust = trust) };
    let (invalid, missing) = (Code::ConfigInvalid, Code::ConfigMissing);
    let foreign = Trust::Certificates {
        app: PLATFORM_CERTIFICATE.to_owned(),
        alipay: vec![PLATFORM_CERTIFICATE.to_owned()],
        roots: ROOT.to_owned(),
    };
    let five = vec![PLATFORM_CERTIFICATE.to_owned(); 5];
    for (change, code, setting) in [
        (text(|o| &mut o.app_id, ""), missing, "app_id"),
        (text(|o| &mut o.app_id, "wx123"), invalid, "app_id"),
        (text(|o| &mut o.seller_id, "2021009900000001"), invalid, "seller_id"),
        (text(|o| &mut o.name, "a/b"), invalid, "name"),
        (text(callback, "http://shop.example.com/notify"), invalid, "callback_url"),
        (text(callback, "https://shop.example.com/notify?a=b"), invalid, "callback_url"),
        (text(callback, "https://user@shop.example.com/"), invalid, "callback_url"),
        (base("https://openapi.alipay.com"), invalid, "base_url"),
        (base("http://198.51.100.7"), invalid, "base_url"),
        (trust(Trust::PublicKeys(Vec::new())), missing, "alipay_public_keys"),
        (trust(Trust::PublicKeys(five)), invalid, "alipay_public_keys"),
        (trust(foreign), invalid, "app_certificate"),
    ] {
        let error = refused(change);
        assert_eq!(
            (error.code(), error.detail("setting")),
            (code, Some(&*format!("alipay.{setting}")))
        );
    }
}

/// Protects: the sandbox and the live interface are two worlds with two hosts; this machine stands in for either.
#[test]
fn two_worlds() {
    let of = |sandbox, base_url: Option<&str>| {
        let base_url = base_url.map(str::to_owned);
        let account = Alipay::new(AlipayOptions { sandbox, base_url, ..options() }).unwrap();
        (account.facts.hosts[0].clone(), account.facts.environment, account.facts.live)
    };
    let (test, live) = (Some(Environment::Test), Some(Environment::Live));
    assert_eq!(of(false, None), ("openapi.alipay.com".to_owned(), live, true));
    let sandbox = "openapi-sandbox.dl.alipaydev.com".to_owned();
    assert_eq!(of(true, None), (sandbox, test, false));
    let here = Some("http://127.0.0.1:8123/");
    assert_eq!(of(true, here), ("127.0.0.1:8123".to_owned(), test, false));
}

/// Protects: X4, a private key shows in no `Debug`, request, error or address.
#[test]
fn no_key_is_shown() {
    let canary = APP_KEY.lines().nth(1).unwrap();
    let account = account();
    let Call::Send(request) = account.call(Operation::Query, &paid(), at()).unwrap() else {
        panic!()
    };
    let page = account.call(Operation::Pay, &payment(Experience::Hosted), at()).unwrap();
    let error = PrivateKey::parse("alipay.private_key", canary.as_bytes()).unwrap_err();
    let probe = account.probe(at()).unwrap().unwrap();
    for shown in [
        format!("{:?}", options()),
        format!("{request:?}"),
        String::from_utf8(request.body).unwrap(),
        format!("{page:?}"),
        format!("{error:?}{}", error.message_zh()),
        format!("{probe:?}"),
        format!("{:?}", account.facts),
    ] {
        assert!(!shown.contains(canary), "{shown}");
    }
}
