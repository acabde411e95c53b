//! The gateway described by data: what it takes, what it refuses, and what it never shows.

use super::members::REDACTED_BYTES_MAX;
use super::*;
use crate::clock::Time;
use crate::gateway::{Claim, ClaimedAmount, Fact, PaymentFact};
use crate::id::PaymentId;
use crate::money::Money;
use crate::sign::hmac::{hmac_sha256, to_hex};
use crate::sign::hmac_callback::{HeaderNames, sign_fields, sign_headers};

const NOW: Time = Time::from_millis(1_795_000_000_000);
const SECRET: &str = "throwaway-canary-0123456789";
const NONCE: &str = "n0nce_0123456789abcdef";
const OURS: &str = "pay_01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// The least description, with more members put in.
fn description(more: &str) -> SignedDescription {
    let json = format!(
        r#"{{"name":"shop","methods":["wallet"],"keys":[{{"id":"k1","secret":"{SECRET}"}}]{more}}}"#
    );
    SignedDescription::from_json(&json).unwrap()
}

fn gateway(more: &str) -> Signed {
    Signed::new(description(more)).unwrap()
}

fn header_gateway(more: &str) -> Signed {
    gateway(&format!(r#","scheme":"header"{more}"#))
}

/// Signs a body for the header scheme and hands it in.
fn receive(gateway: &Signed, body: &str) -> Result<Notice> {
    let secret = Secret::new("test", SECRET).unwrap();
    let lines = sign_headers(NONCE, NOW, body.as_bytes(), &[&secret]).unwrap();
    let headers = Headers::new(lines).unwrap();
    gateway
        .receive(&headers, body.as_bytes(), Moment::at(NOW))
        .map(|received| received.notice().unwrap())
}

fn fact(gateway: &Signed, body: &str) -> Fact {
    receive(gateway, body).unwrap().fact
}

fn intent(currency: &str) -> PaymentIntent {
    PaymentIntent {
        id: PaymentId::parse(OURS).unwrap(),
        reference: "A/1 é".to_owned(),
        amount: Money { minor: 1005, currency: Currency::parse(currency).unwrap() },
        method: "wallet".to_owned(),
        manual_capture: false,
        description: String::new(),
        return_url: None,
        expires_at: NOW,
        transaction_id: None,
        created_at: NOW,
        presentation: Default::default(),
    }
}

/// Protects: the body scheme end to end: verified, bound to our payment, said in our words, recognisable.
#[test]
fn a_success_is_read() {
    let gateway = gateway(r#","scheme":"body""#);
    let fields = [
        ("payment_id", OURS),
        ("transaction_id", "wx_1"),
        ("status", "SUCCESS"),
        ("amount", "100.00"),
        ("currency", "cny"),
        ("timestamp", "1795000000"),
        ("nonce", NONCE),
    ];
    let signature = sign_fields(&fields, &Secret::new("test", SECRET).unwrap()).unwrap();
    let members: Vec<_> = fields.iter().map(|(k, v)| format!(r#""{k}":"{v}""#)).collect();
    let body = format!(r#"{{{},"signature":"{signature}"}}"#, members.join(","));
    let received = gateway.receive(&Headers::default(), body.as_bytes(), Moment::at(NOW));
    let notice = received.unwrap().notice().unwrap();
    assert_eq!(notice.subject, Subject::Payment(PaymentId::parse(OURS).unwrap()));
    assert_eq!(notice.mark.id, NONCE);
    assert!(notice.mark.digest.is_some());
    let amount = ClaimedAmount::Major("100.00".to_owned());
    let expected = PaymentFact {
        event: Event::Succeed,
        amount: Some(Claim { amount, currency: Some("cny".to_owned()) }),
        transaction_id: Some("wx_1".to_owned()),
        decline: None,
    };
    assert_eq!(notice.fact, Fact::Payment(expected));
    assert!(!notice.redacted_body.contains(&signature));
}

/// Protects: a legacy sender without a nonce is recognised by the digest of what was authenticated.
#[test]
fn without_a_nonce_the_digest_is_the_mark() {
    let gateway =
        gateway(r#","scheme":"body","require_fresh":false,"signature_from":"X-Signature""#);
    let text = b"payment_id=7&status=FAILED";
    let signature = to_hex(&hmac_sha256(SECRET.as_bytes(), &[text]).unwrap());
    let headers = Headers::new([("x-signature".to_owned(), signature)]).unwrap();
    let body = br#"{"status":"FAILED","payment_id":7}"#;
    let notice = gateway.receive(&headers, body, Moment::at(NOW)).unwrap().notice().unwrap();
    assert_eq!((notice.mark.id.len(), notice.mark.digest), (64, None));
    assert_eq!(notice.subject, Subject::PaymentReference("7".to_owned()));
    assert!(matches!(&notice.fact, Fact::Payment(fact) if fact.event == Event::Fail));
    assert_eq!(gateway.warnings().len(), 1, "the missing freshness is reported");
}

/// Protects: H58, H59: an unknown word changes nothing; a known one with a wrong shape waits for a person.
#[test]
fn shapes_are_insisted_on() {
    let gateway = header_gateway("");
    let unreadable = [
        r#"{}"#,
        r#"{"status":1}"#,
        r#"{"status":"SUCCESS"}"#,
        r#"{"status":"SUCCESS","payment_id":1,"transaction_id":"t"}"#,
        r#"{"status":"SUCCESS","payment_id":1,"amount":"1"}"#,
        r#"{"status":"SUCCESS","payment_id":1,"transaction_id":"t","amount":1.00}"#,
        r#"{"status":"SUCCESS","payment_id":1,"transaction_id":"t","amount":null}"#,
        r#"{"status":"SUCCESS","payment_id":1,"transaction_id":"","amount":"1"}"#,
        r#"{"status":"SUCCESS","payment_id":1,"transaction_id":5,"amount":"1"}"#,
        r#"{"status":"SUCCESS","payment_id":1,"transaction_id":"a\n","amount":"1"}"#,
        r#"{"status":"SUCCESS","payment_id":1.0,"transaction_id":"t","amount":"1"}"#,
        r#"{"status":"SUCCESS","payment_id":-1,"transaction_id":"t","amount":"1"}"#,
        r#"{"status":"SUCCESS","payment_id":true,"transaction_id":"t","amount":"1"}"#,
        r#"{"status":"SUCCESS","payment_id":1,"transaction_id":"t","amount":"1","currency":156}"#,
        r#"{"status":"FAILED","payment_id":{}}"#,
        r#"{"status":"FAILED","payment_id":1,"amount":[1]}"#,
    ];
    for body in unreadable {
        assert!(matches!(fact(&gateway, body), Fact::Unreadable(_)), "{body}");
    }
    for word in ["success", "SETTLED?", "", " SUCCESS"] {
        let body = format!(r#"{{"status":"{word}"}}"#);
        assert_eq!(fact(&gateway, &body), Fact::Unknown(word.to_owned()));
    }
}

/// Protects: a genuine signature over something that is no JSON object is refused, not guessed at.
#[test]
fn a_signed_body_must_still_be_json() {
    for body in ["", "[]", "status=SUCCESS", r#"{"status":"a"}{}"#] {
        let error = receive(&header_gateway(""), body).unwrap_err();
        assert_eq!(error.code(), Code::Malformed, "{body}");
    }
    let twice = r#"{"status":"FAILED","status":"SUCCESS"}"#;
    assert_eq!(receive(&header_gateway(""), twice).unwrap_err().code(), Code::DuplicateField);
}

/// Protects: minor units are whole numbers of the JSON, never text, never a fraction.
#[test]
fn minor_units_are_whole_numbers() {
    let gateway = header_gateway(r#","amount_unit":"minor""#);
    let amount = |written: &str| {
        let body = format!(
            r#"{{"status":"SUCCESS","payment_id":1,"transaction_id":"t","amount":{written}}}"#
        );
        match fact(&gateway, &body) {
            Fact::Payment(fact) => fact.amount.map(|claim| claim.amount),
            _ => None,
        }
    };
    assert_eq!(amount("10000"), Some(ClaimedAmount::Minor(10000)));
    for bad in ["100.00", "1e4", "-1", "\"10000\"", "92233720368547758080", "true"] {
        assert_eq!(amount(bad), None, "{bad}");
    }
}

/// Protects: field names and status words of another sender, as described and nothing else.
#[test]
fn names_and_words_are_configurable() {
    let gateway = header_gateway(
        r#","fields":{"payment_id":"order","status":"state"},"statuses":{"已付":"succeed","hold":"authorize"}"#,
    );
    let body = r#"{"order":"A-1","state":"已付","transaction_id":"t","amount":"1"}"#;
    let notice = receive(&gateway, body).unwrap();
    assert_eq!(notice.subject, Subject::PaymentReference("A-1".to_owned()));
    assert!(matches!(notice.fact, Fact::Payment(fact) if fact.event == Event::Succeed));
    assert_eq!(fact(&gateway, r#"{"state":"SUCCESS"}"#), Fact::Unknown("SUCCESS".to_owned()));
    let held = r#"{"order":"A-1","state":"hold"}"#;
    assert!(matches!(fact(&gateway, held), Fact::Unreadable(_)), "held money has an amount");
}

/// Protects: X4: the secret is in no printed form, no error and no kept body; nor are payer data kept.
#[test]
fn nothing_secret_is_kept() {
    let gateway = header_gateway("");
    let body = format!(
        r#"{{"payer":{{"phone":"13800000000"}},"signature":"{SECRET}","status":"NEW","amount":{{"a":"{SECRET}"}},"é\n":"王"}}"#
    );
    let notice = receive(&gateway, &body).unwrap();
    assert_eq!(
        notice.redacted_body,
        r#"{"payer":"[redacted]","signature":"[redacted]","status":"NEW","amount":"[redacted]","é\u000a":"[redacted]"}"#
    );
    let wrong = gateway.receive(&Headers::default(), body.as_bytes(), Moment::at(NOW)).unwrap_err();
    let printed = format!("{gateway:?} {wrong:?} {wrong} {:?}", description(r#","scheme":"body""#));
    assert!(!printed.contains("canary") && !notice.redacted_body.contains("canary"));
    let long = format!(r#"{{"status":"NEW","{}":1}}"#, "é".repeat(10_000));
    assert!(receive(&gateway, &long).unwrap().redacted_body.len() <= REDACTED_BYTES_MAX + 3);
}

/// Protects: the payer is sent to the described address with the values encoded; other verbs do not exist.
#[test]
fn paying_needs_no_exchange() {
    let more = r#","currencies":["CNY","JPY"],"checkout_url":"https://pay.example/{reference}?a={amount}&c={currency}&p={payment_id}""#;
    let action = |gateway: &Signed, currency: &str| match gateway
        .call(Operation::Pay, &intent(currency), Moment::at(NOW))
        .map_err(|e| e.code())
    {
        Ok(Call::Answer(Answer::Waiting { action, .. })) => Ok(action.url),
        other => Err(format!("{other:?}")),
    };
    let major = header_gateway(more);
    let url = format!("https://pay.example/A%2F1%20%C3%A9?a=10.05&c=CNY&p={OURS}");
    assert_eq!(action(&major, "CNY"), Ok(Some(url)));
    assert!(action(&major, "JPY").unwrap().unwrap().contains("a=1005&c=JPY"));
    let minor = header_gateway(&format!(r#"{more},"amount_unit":"minor""#));
    assert!(action(&minor, "CNY").unwrap().unwrap().contains("a=1005&c=CNY"));
    assert_eq!(action(&header_gateway(""), "USD"), Ok(None), "nothing to do without an address");
    assert_eq!(
        major.call(Operation::Pay, &intent("USD"), Moment::at(NOW)).unwrap_err().code(),
        Code::GatewayCurrency
    );
    for operation in [Operation::Cancel, Operation::Query] {
        let refusal = major.call(operation, &intent("CNY"), Moment::at(NOW)).unwrap_err();
        assert_eq!(refusal.code(), Code::GatewayCannot);
    }
}

/// Protects: X9: one face for every refusal; the payment is shown only where it was asked for.
#[test]
fn replies_are_as_described() {
    let reply = |more: &str| {
        let gateway = header_gateway(more);
        (String::from_utf8(gateway.acknowledge().body).unwrap(), gateway.wants_payment_reply())
    };
    assert_eq!(reply(""), (r#"{"code":"SUCCESS"}"#.to_owned(), false));
    assert_eq!(reply(r#","reply":"ok""#), (r#"{"ok":true}"#.to_owned(), false));
    assert_eq!(reply(r#","reply":"payment""#), (r#"{"code":"SUCCESS"}"#.to_owned(), true));
    let refusal = header_gateway(r#","reply":"payment""#).refuse();
    assert_eq!(refusal, Reply::json(403, r#"{"code":"FAIL"}"#));
}

/// Protects: a description that is wrong is refused when it is configured, and the setting is named.
#[test]
fn wrong_descriptions_are_refused() {
    type Change = fn(&mut SignedDescription);
    let cases: &[(Code, &str, Change)] = &[
        (Code::SecretEmpty, "shop.keys.k1", |d| d.keys[0].secret = Some(SecretText::new(""))),
        (Code::SecretEmpty, "shop.keys.k1", |d| d.keys[0].secret = Some(SecretText::new(" \n"))),
        (Code::SecretEmpty, "shop.keys.k1", |d| d.keys[0].secret = None),
        (Code::SecretEmpty, "shop.keys.k2", |d| {
            // One empty secret disables the account, not just the entry.
            let mut empty = d.keys[0].clone();
            (empty.id, empty.secret) = ("k2".to_owned(), Some(SecretText::new("")));
            d.keys.push(empty);
        }),
        (Code::KeyType, "shop.keys.k1", |d| {
            d.keys[0].secret = Some(SecretText::new("-----BEGIN PUBLIC KEY-----"));
        }),
        (Code::ConfigInvalid, "shop.keys.k1", |d| {
            d.keys[0].secret_b64 = Some(SecretText::new("AA=="))
        }),
        (Code::ConfigInvalid, "shop.keys.k1", |d| {
            (d.keys[0].secret, d.keys[0].secret_b64) = (None, Some(SecretText::new("***")));
        }),
        (Code::ConfigInvalid, "a/b.name", |d| d.name = "a/b".to_owned()),
        (Code::ConfigInvalid, "shop.methods", |d| d.methods.clear()),
        (Code::ConfigInvalid, "shop.headers", |d| {
            d.headers = Some(HeaderNames { nonce: String::new(), ..HeaderNames::default() });
        }),
        (Code::ConfigInvalid, "shop.headers", |d| d.signature_from = Some("a b".to_owned())),
        (Code::ConfigInvalid, "tolerance_s", |d| d.tolerance_s = 901),
        (Code::ConfigInvalid, "shop.require_fresh", |d| {
            (d.scheme, d.require_fresh) = (SchemeName::Header, false);
        }),
        (Code::ConfigInvalid, "shop.signature_from", |d| {
            (d.scheme, d.signature_from) = (SchemeName::Header, Some("X".to_owned()));
        }),
        (Code::ConfigInvalid, "shop.currencies", |d| d.currencies = Some(vec!["RMB".to_owned()])),
        (Code::ConfigInvalid, "shop.statuses", |d| {
            d.statuses = Some([("OK".to_owned(), "paid".to_owned())].into());
        }),
        (Code::ConfigInvalid, "shop.checkout_url", |d| {
            d.checkout_url = Some("ftp://x/".to_owned())
        }),
    ];
    for (code, setting, change) in cases {
        let mut description = description(r#","scheme":"body""#);
        change(&mut description);
        let error = Signed::new(description).unwrap_err();
        assert_eq!((error.code(), error.detail("setting")), (*code, Some(*setting)));
    }
}
