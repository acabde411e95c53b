//! H21 to H34, H50 to H52: what is not proved genuine changes nothing but a counter, and every cause reads the same
//! from outside.

use paywright::api::types::*;
use paywright::clock::Time as Instant;
use paywright::error::Code;
use paywright::secret::Secret as Key;
use serde_json::json;

use super::shop::*;

/// A genuine callback of each way of signing, about a new payment of its own.
fn genuine(shop: &Shop) -> [(&'static str, Message); 3] {
    let [card, wallet, till] = ["card", "wallet", "till"].map(|method| shop.payment_by(method));
    [
        ("mock", mock_signed("evt_1", NOW, mock_event("evt_1", &card, |_| ()))),
        ("shop", shop_says(&wallet, &[])),
        ("door", door_signed("nonce_0123456789abcdef", NOW, &door_body(&till))),
    ]
}

fn signature_header(gateway: &str) -> &'static str {
    if gateway == "mock" { "Mock-Signature" } else { "X-Payment-Signature" }
}

fn timestamp_header(gateway: &str) -> &'static str {
    if gateway == "mock" { "Mock-Timestamp" } else { "X-Payment-Timestamp" }
}

/// The message of `shop` with a member of its body replaced after signing.
fn with_member((headers, body): Message, name: &str, value: serde_json::Value) -> Message {
    let mut object: serde_json::Value = serde_json::from_slice(&body).unwrap();
    object[name] = value;
    (headers, object.to_string().into_bytes())
}

/// The same message with a signature that says `text`.
fn with_signature(gateway: &str, message: Message, text: &str) -> Message {
    match gateway {
        "shop" => with_member(message, "signature", json!(text)),
        _ => with_header(message, signature_header(gateway), text),
    }
}

/// Protects: H21, a message without a signature is nobody's.
#[test]
fn h21_no_signature() {
    let shop = Shop::open();
    for (gateway, message) in genuine(&shop) {
        let bare = match gateway {
            "shop" => with_member(message, "signature", json!(null)),
            _ => without_header(message, signature_header(gateway)),
        };
        shop.rejected(gateway, bare, Code::AuthMissing);
    }
}

/// Protects: H22, an empty signature is none that could fit.
#[test]
fn h22_blank_signatures() {
    let shop = Shop::open();
    for (gateway, message) in genuine(&shop) {
        for text in ["", " ", "v1=", "v1= ", ",", "v1=zz", "v1=00"] {
            let blank = with_signature(gateway, message.clone(), text);
            shop.rejected(gateway, blank, Code::AuthMalformed);
        }
    }
}

/// Protects: H23, an empty secret is refused when it is configured. Prefixes without a key, such as `whsec_`, are
/// for the gateways that have prefixes.
#[test]
fn h23_empty_secrets() {
    for secret in ["", " ", "\t\n"] {
        let mock = GatewayConfig::Mock(Mock { secrets: vec![secret.into()], ..Mock::default() });
        let keys = json!({"keys": [{"id": "k1", "secret": secret}]});
        for gateway in [mock, signed("shop", "wallet", "body", keys)] {
            let opened = paywright::api::Paywright::open(
                "sqlite::memory:",
                options(&clock(), vec![gateway]),
            );
            assert_eq!(opened.err().unwrap().code(), Code::SecretEmpty, "{secret:?}");
        }
    }
    let none = signed("shop", "wallet", "body", json!({"keys": [{"id": "k1"}]}));
    let opened = paywright::api::Paywright::open("sqlite::memory:", options(&clock(), vec![none]));
    assert_eq!(opened.err().unwrap().code(), Code::SecretEmpty);
}

/// Protects: H24, where no secret is configured every callback is refused, also one signed with nothing.
#[test]
fn h24_no_secret_configured() {
    let bank = GatewayConfig::Bank(args::<Bank>(json!({
        "account_name": "Shop", "account_number": "1", "bank_name": "B", "currencies": ["CNY"],
    })));
    let keyless = signed("shop", "wallet", "body", json!({"keys": []}));
    let shop = Shop::with("sqlite::memory:", vec![bank, keyless]);
    let payment = shop.payment_by("wallet");
    shop.rejected("shop", shop_says(&payment, &[]), Code::AuthNotConfigured);
    shop.rejected("bank", (Vec::new(), b"{}".to_vec()), Code::AuthNotConfigured);
}

/// Protects: H25, everybody knows the empty key.
#[test]
fn h25_signed_with_the_empty_key() {
    let shop = Shop::open();
    // RFC 2104 pads a key with zeros, so 64 zeros sign like the empty key.
    let zeros = "\0".repeat(64);
    for (gateway, (headers, body)) in genuine(&shop) {
        let at = NOW.to_string();
        let hex = match gateway {
            "mock" => hmac(&zeros, &["evt_1", ".", &at, "."], &body),
            "door" => hmac(&zeros, &["nonce_0123456789abcdef", ".", &at, "."], &body),
            _ => {
                let mut members = serde_json::from_slice::<Map>(&body).unwrap();
                members.remove("signature");
                let pairs: Vec<_> = members.iter().map(|(k, v)| format!("{k}={v}")).collect();
                hmac(&zeros, &[&pairs.join("&")], b"")
            }
        };
        let text = if gateway == "shop" { hex } else { format!("v1={hex}") };
        let forged = with_signature(gateway, (headers, body), &text);
        shop.rejected(gateway, forged, Code::AuthMismatch);
    }
}

/// Protects: H26, one changed bit anywhere in the body is another message.
#[test]
fn h26_one_bit() {
    let shop = Shop::open();
    for (gateway, (headers, body)) in genuine(&shop) {
        if gateway == "shop" {
            let other = with_member((headers, body), "amount", json!("101.00"));
            shop.rejected(gateway, other, Code::AuthMismatch);
            continue;
        }
        for at in (0..body.len()).step_by(7) {
            let mut body = body.clone();
            body[at] ^= 1;
            shop.rejected(gateway, (headers.clone(), body), Code::AuthMismatch);
        }
    }
}

/// Protects: H27, a body that was parsed and written again does not verify, and the error says what is needed.
#[test]
fn h27_serialised_again() {
    let shop = Shop::open();
    for (gateway, (headers, body)) in genuine(&shop) {
        // The body scheme signs members, not bytes: there spaces are no change.
        if gateway != "shop" {
            let parsed: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let again = serde_json::to_vec_pretty(&parsed).unwrap();
            let error = shop.rejected(gateway, (headers, again), Code::AuthMismatch);
            assert!(error.message().contains("raw body needed"), "{error}");
        }
    }
}

/// Protects: H28, the borders of the window, to the second, both ways.
#[test]
fn h28_the_borders_of_the_window() {
    for (seconds, fresh) in [(300, true), (-300, true), (301, false), (-301, false)] {
        let shop = Shop::open();
        let messages = genuine(&shop);
        shop.clock.set(Instant::from_millis((NOW + seconds) * 1000));
        for (gateway, message) in messages {
            match fresh {
                true => drop(shop.applied(gateway, message)),
                false => drop(shop.rejected(gateway, message, Code::AuthStale)),
            }
        }
    }
    let shop = Shop::open();
    let payment = shop.payment();
    shop.rejected("mock", shop.said(&payment, "stale"), Code::AuthStale);
}

/// Protects: H29, a time that is no time.
#[test]
fn h29_unreadable_times() {
    let shop = Shop::open();
    let far = format!("1{}", "0".repeat(30));
    for text in ["", "abc", "-1", &far, "1.5", " 1767225600", "１"] {
        for (gateway, message) in genuine(&shop) {
            let odd = match gateway {
                "shop" => with_member(message, "timestamp", json!(text)),
                _ => with_header(message, timestamp_header(gateway), text),
            };
            shop.rejected(gateway, odd, Code::AuthMalformed);
        }
    }
    for (gateway, message) in genuine(&shop) {
        if gateway != "shop" {
            let bare = without_header(message, timestamp_header(gateway));
            shop.rejected(gateway, bare, Code::AuthMalformed);
        }
    }
}

/// Protects: H30, H31 and S5, a replay inside the window says nothing new and reads the same answer; outside it is
/// refused.
#[test]
fn h30_h31_replays() {
    let shop = Shop::open();
    for (gateway, message) in genuine(&shop) {
        let first = shop.applied(gateway, message.clone());
        let again = shop.already(gateway, message);
        assert!(again.duplicate && !first.duplicate);
        assert_eq!(again.reply, first.reply);
        assert_eq!(again.payment, first.payment);
    }
    for (gateway, message) in genuine(&Shop::open()) {
        shop.clock.set(Instant::from_millis((NOW + 301) * 1000));
        shop.rejected(gateway, message, Code::AuthStale);
    }
}

/// Protects: H30, an event id that comes again with other genuine content is no repetition of the first.
#[test]
fn h30_an_id_used_twice() {
    let shop = Shop::open();
    let payment = shop.payment();
    let event =
        |amount: i64| mock_event("evt_1", &payment, |e| e["data"]["amount"] = amount.into());
    shop.applied("mock", mock_signed("evt_1", NOW, event(10_000)));
    shop.rejected("mock", mock_signed("evt_1", NOW, event(9_000)), Code::Replay);
    let payment = shop.payment_by("wallet");
    shop.applied("shop", shop_says(&payment, &[]));
    shop.rejected("shop", shop_says(&payment, &[("note", "other")]), Code::Replay);
}

/// Protects: H32, a scheme of the past is passed over, so that alone it proves nothing. The signed gateway calls a
/// list without any version it knows unreadable, as its vectors have it.
#[test]
fn h32_only_an_old_scheme() {
    let shop = Shop::open();
    for (gateway, message) in genuine(&shop) {
        if gateway != "shop" {
            let header = signature_header(gateway);
            let (_, good) = message.0.iter().find(|(name, _)| name == header).unwrap();
            let old = with_header(message.clone(), header, &good.replace("v1=", "v0="));
            let expected = if gateway == "mock" { Code::AuthMismatch } else { Code::AuthMalformed };
            shop.rejected(gateway, old, expected);
        }
    }
}

/// Protects: H33, during a rotation one fitting signature among several is enough.
#[test]
fn h33_one_of_several_fits() {
    let shop = Shop::open();
    for (gateway, message) in genuine(&shop) {
        if gateway != "shop" {
            let header = signature_header(gateway);
            let (_, good) = message.0.iter().find(|(name, _)| name == header).unwrap().clone();
            let list = format!("v1={},{good},v0=00", "0".repeat(64));
            shop.applied(gateway, with_header(message, header, &list));
        }
    }
    let new = "throwaway-new-secret-0123456789";
    let secrets = vec![new.into(), paywright::gateway::mock::DEFAULT_SECRET.into()];
    let mock = GatewayConfig::Mock(Mock { secrets, ..Mock::default() });
    let shop = Shop::with("sqlite::memory:", vec![mock]);
    let payment = shop.payment();
    let body = mock_event("evt_1", &payment, |_| ());
    shop.applied("mock", mock_signed("evt_1", NOW, body));
}

/// Protects: H34, seventeen signatures or a header of 9 KiB are no rotation.
#[test]
fn h34_too_many_signatures() {
    let shop = Shop::open();
    for (gateway, message) in genuine(&shop) {
        if gateway != "shop" {
            let many = vec![format!("v1={}", "0".repeat(64)); 17].join(",");
            let crowd = with_header(message.clone(), signature_header(gateway), &many);
            shop.rejected(gateway, crowd, Code::TooLarge);
        }
        let long = with_header(message, "X-Anything", &"a".repeat(9 * 1024));
        shop.rejected(gateway, long, Code::TooLarge);
    }
}

/// Protects: H50, what could be read in two ways does not verify, even if it is signed well.
#[test]
fn h50_ambiguous_members() {
    let shop = Shop::open();
    let payment = shop.payment_by("wallet");
    for value in ["a&status=SUCCESS", "a=b", "&", "=", "a\nb"] {
        let mut members = fields(&payment);
        members.insert("note".to_owned(), value.to_owned());
        let pairs: Vec<_> = members.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut body = json!(members);
        body["signature"] = hmac(SECRET, &[&pairs.join("&")], b"").into();
        let message = (Vec::new(), body.to_string().into_bytes());
        shop.rejected("shop", message, Code::Canonical);
    }
    let secret = Key::new("test", SECRET).unwrap();
    let signed = paywright::sign::hmac_callback::sign_fields(&[("a", "1&b=2")], &secret);
    assert_eq!(code(signed), Code::Canonical);
}

/// Protects: H51, what an address says about the outcome is not evidence: it causes one question and no change.
#[test]
fn h51_a_return_is_only_a_question() {
    let shop = Shop::open();
    let payment = shop.payment();
    let before = shop.snapshot();
    let params = json!({"status": "success", "paid": "true", "payment": payment.id});
    let returned = args(json!({"gateway": "mock", "params": params}));
    let seen = shop.pay.handle_return(returned).unwrap();
    assert_eq!(seen.state, payment.state);
    assert_eq!(before, shop.snapshot());
    let calls = |operation: &str| {
        let labels = format!("{{gateway=\"mock\",operation=\"{operation}\",outcome=\"answered\"}}");
        shop.count(&format!("paywright_gateway_calls_total{labels}"))
    };
    assert_eq!((calls("pay"), calls("query"), calls("cancel")), (1, 1, 0));
    let wallet = shop.payment_by("wallet");
    let params = json!({"status": "success", "payment": wallet.id});
    let seen = shop.pay.handle_return(args(json!({"gateway": "shop", "params": params}))).unwrap();
    assert_eq!(seen.state, PaymentState::init);
    let elsewhere = args(json!({"gateway": "mock", "params": {"payment": wallet.id}}));
    assert_eq!(shop.refused(|| shop.pay.handle_return(elsewhere)).code(), Code::PaymentNotFound);
}

/// Protects: H52, a person who confirms leaves a name and a reason, and the payment says that it was a person.
#[test]
fn h52_confirmed_by_nobody() {
    let bank = GatewayConfig::Bank(args::<Bank>(json!({
        "account_name": "Shop", "account_number": "1", "bank_name": "B", "currencies": ["CNY"],
    })));
    let shop = Shop::with("sqlite::memory:", vec![bank]);
    let payment = shop.payment_by("bank");
    let confirm = |actor: &str, reason: &str| {
        let with = json!({"payment_id": payment.id, "actor": actor, "reason": reason});
        shop.pay.confirm_payment(args(with))
    };
    for (actor, reason) in [("", "seen"), ("alice", ""), (" ", "seen"), ("alice", "\t")] {
        let error = shop.refused(|| confirm(actor, reason));
        assert_eq!(error.code(), Code::ManualEvidence, "{actor:?} {reason:?}");
    }
    let confirmed = confirm("alice", "bank statement of today").unwrap();
    assert!(confirmed.manual && confirmed.state == PaymentState::succeeded);
    let log = shop.pay.logs(arguments::logs { payment_id: payment.id.clone() }).unwrap();
    assert_eq!(log.last().unwrap().actor, "alice");
    let refund = shop.refund(json!({"payment_id": payment.id})).unwrap();
    let blank = args(json!({"refund_id": refund.id, "actor": "", "reason": "sent"}));
    assert_eq!(shop.refused(|| shop.pay.confirm_refund(blank)).code(), Code::ManualEvidence);
}
