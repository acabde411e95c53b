//! Configurations: what is refused, what is told apart, and that nothing shows a key.

use super::*;
use crate::gateway::{Environment, Part};

fn refused(change: impl FnOnce(&mut StripeOptions)) -> Option<(Code, String)> {
    let mut options = options();
    change(&mut options);
    let error = Stripe::new(options).err()?;
    Some((error.code(), error.detail("setting").unwrap_or_default().to_owned()))
}

/// Protects: H23, a prefix alone is an empty secret, and a key of the wrong kind is named as that.
#[test]
#[rustfmt::skip]
fn keys_are_told_apart() {
    for (key, code) in [
        ("sk_test_x", None),                       ("rk_test_x", None),
        ("sk_test_",  Some(Code::SecretEmpty)),    ("sk_test", Some(Code::SecretEmpty)),
        ("rk_live_",  Some(Code::SecretEmpty)),    ("whsec_", Some(Code::SecretEmpty)),
        ("pk_test_x", Some(Code::KeyType)),        ("whsec_x", Some(Code::KeyType)),
        ("x",         Some(Code::KeyType)),        ("sk_x", Some(Code::KeyType)),
        ("sk_test_x\r\nX: y", Some(Code::ConfigInvalid)), (" sk_test_x", Some(Code::ConfigInvalid)),
    ] {
        let given = refused(|options| {
            options.publishable_key = None;
            options.secret_key = secret(key);
        });
        assert_eq!(given, code.map(|code| (code, "stripe.secret_key".to_owned())), "{key:?}");
    }
    for (key, code) in [
        ("whsec_x", None),                          ("whsec_", Some(Code::SecretEmpty)),
        ("sk_test", Some(Code::SecretEmpty)),       ("sk_test_x", Some(Code::KeyType)),
        ("x", Some(Code::KeyType)),                 ("whsec_x\n", Some(Code::ConfigInvalid)),
    ] {
        let given = refused(|options| options.webhook_secrets = vec![secret("whsec_y"), secret(key)]);
        assert_eq!(given, code.map(|code| (code, "stripe.webhook_secrets".to_owned())), "{key:?}");
    }
    for (key, code) in [
        ("pk_test_x", None),                        ("pk_live_x", Some(Code::ConfigInvalid)),
        ("pk_test_", Some(Code::SecretEmpty)),      ("sk_test_x", Some(Code::KeyType)),
    ] {
        let given = refused(|options| options.publishable_key = Some(key.into()));
        assert_eq!(given, code.map(|code| (code, "stripe.publishable_key".to_owned())), "{key:?}");
    }
    assert_eq!(refused(|options| options.webhook_secrets.clear()).unwrap().0, Code::ConfigMissing);
}

/// Protects: settings that would end up in an address or a header.
#[test]
fn settings_that_would_go_astray() {
    let invalid = Some(Code::ConfigInvalid);
    for account in ["", "acct_", "1", "acct_1\r\nX: y", "acct_1/../x"] {
        assert_eq!(
            refused(|o| o.account = Some(account.into())).map(|r| r.0),
            invalid,
            "{account}"
        );
    }
    for url in [
        "https://example.com",
        "http://api.stripe.com",
        "https://api.stripe.com",
        "http://127.0.0.1:1/v1",
        "http://127.0.0.1:1?x",
        "127.0.0.1:1",
        "http://user@127.0.0.1:1",
    ] {
        assert_eq!(refused(|o| o.base_url = Some(url.into())).map(|r| r.0), invalid, "{url}");
    }
    for url in ["http://127.0.0.1:12111", "http://localhost:1/"] {
        assert_eq!(refused(|o| o.base_url = Some(url.into())), None, "{url}");
    }
    for version in ["", "latest", "2026-03-25\r\nX: y"] {
        assert_eq!(refused(|o| o.api_version = Some(version.into())).map(|r| r.0), invalid);
    }
    assert_eq!(refused(|o| o.name = Some("a/b".into())).map(|r| r.0), invalid);
    assert_eq!(refused(|o| o.methods = vec![String::new()]).map(|r| r.0), invalid);
}

/// Protects: the keys' prefix says which world it is, and requests go to one host.
#[test]
fn facts_follow_the_keys() {
    let facts = stripe().facts().clone();
    assert_eq!((facts.live, facts.environment), (false, Some(Environment::Test)));
    assert_eq!(facts.hosts, ["api.stripe.com"]);
    assert_eq!(facts.methods, METHODS);
    let live = Stripe::new(StripeOptions {
        secret_key: secret("rk_live_x"),
        publishable_key: None,
        base_url: Some("http://127.0.0.1:12111/".into()),
        ..options()
    });
    let facts = live.unwrap().facts().clone();
    assert_eq!((facts.live, facts.environment), (true, Some(Environment::Live)));
    assert_eq!(facts.hosts, ["127.0.0.1:12111"]);
}

/// Protects: no key appears in what is printed: the gateway, its options, requests, refusals and findings.
#[test]
fn nothing_shows_a_key() {
    let stripe = stripe();
    let mut shown = vec![format!("{stripe:?}"), format!("{:?}", options())];
    shown.push(format!("{:?}", stripe.call(Operation::Pay, &payment(), at())));
    shown.push(format!("{:?}", stripe.probe(at())));
    let echo = json!({"error": {"type": KEY, "code": WEBHOOK, "message": KEY, "param": format!("{KEY} ")}});
    for status in [400, 401, 402, 403, 409, 500] {
        let response = answered(status, &echo);
        shown.push(format!(
            "{:?}",
            stripe.diagnose(&response, at()).iter().filter(|f| f.ok).count()
        ));
        shown.push(format!(
            "{:?}",
            stripe.read(Operation::Query, &payment(), &response, at()).err()
        ));
    }
    let other = refused(|options| options.secret_key = secret(&format!("pk_test_{KEY}")));
    shown.push(format!("{other:?}"));
    for text in shown {
        assert!(!text.contains("canary"), "{text}");
    }
}

/// Protects: the doctor's findings about key, account and clock, each with a remedy where it is wrong.
#[test]
fn the_doctor_learns() {
    let connected = StripeOptions { account: Some("acct_1".into()), ..options() };
    let connected = Stripe::new(connected).unwrap();
    let found = |stripe: &Stripe, status, body: Value, date: Option<&str>| {
        let mut response = answered(status, &body);
        response.headers.extend(date.map(|date| ("Date".to_owned(), date.to_owned())));
        let findings = stripe.diagnose(&response, at());
        for finding in &findings {
            assert_eq!(finding.ok, finding.remedy.is_empty(), "{finding:?}");
        }
        findings.into_iter().map(|finding| (finding.part, finding.ok)).collect::<Vec<_>>()
    };
    let good = json!({"id": "acct_1", "object": "account", "charges_enabled": true});
    let asleep = json!({"id": "acct_1", "charges_enabled": false});
    let (mode, key) = ((Part::Mode, true), (Part::Key, true));
    let on_time = Some("Mon, 01 Jun 2026 08:00:30 GMT");
    assert_eq!(NOW.to_string(), "2026-06-01T08:00:10.000Z");
    for stripe in [&stripe(), &connected] {
        let all = [mode, key, (Part::Account, true), (Part::Clock, true)];
        assert_eq!(found(stripe, 200, good.clone(), on_time), all);
    }
    let late = Some("Mon, 01 Jun 2026 08:05:00 GMT");
    assert_eq!(found(&stripe(), 200, good.clone(), late)[3], (Part::Clock, false));
    assert_eq!(found(&stripe(), 200, asleep, None)[2], (Part::Account, false));
    assert_eq!(found(&connected, 200, json!({"id": "acct_2"}), None)[2], (Part::Account, false));
    assert_eq!(
        found(&stripe(), 401, json!({}), on_time),
        [mode, (Part::Key, false), (Part::Clock, true)]
    );
    assert_eq!(found(&stripe(), 403, json!({}), None), [mode, (Part::Key, false)]);
    assert_eq!(found(&stripe(), 502, json!({}), None), [mode, (Part::Network, false)]);
}
