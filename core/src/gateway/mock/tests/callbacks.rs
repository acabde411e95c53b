//! The mock gateway under test: callbacks.

use super::*;

fn data(payment: &PaymentIntent, rest: &str) -> String {
    format!(r#"{{"payment":"{}",{rest}}}"#, payment.id)
}

/// Protects: the good path, word for word.
#[test]
fn a_success_is_read() {
    let (mock, payment) = (mock(), intent(1));
    let made = triggered(&mock, Kind::Success, &payment);
    let notice = receive(&mock, &made[0], NOW).unwrap();
    assert_eq!(notice.subject, Subject::Payment(payment.id));
    assert!(notice.mark.id.starts_with("evt_") && notice.mark.digest.is_some());
    let Fact::Payment(fact) = notice.fact else { panic!("about the payment") };
    assert_eq!(fact.event, payment::Event::Succeed);
    assert_eq!(fact.amount, Some(claim(10_000, "CNY".into())));
    assert_eq!(payment_fact(ask(&mock, Operation::Query, &payment)), fact);
}

/// Protects: H21 no signature header.
#[test]
fn h21_a_missing_signature() {
    let mut delivery = crafted("evt_1", &now_text(), None, b"{}");
    delivery.headers.retain(|(name, _)| name != SIGNATURE);
    assert_eq!(receive(&mock(), &delivery, NOW).unwrap_err().code(), Code::AuthMissing);
}

/// Protects: H22 empty, blank and half signatures.
#[test]
fn h22_an_empty_signature() {
    for signature in ["", "   ", "v1=", "v1=zz", "v1", ",", "GOOD,", "v1=é"] {
        assert_eq!(refused(Some(signature), b"{}"), Code::AuthMalformed, "{signature:?}");
    }
    let cut = "v1=".to_owned() + &"a".repeat(63);
    assert_eq!(refused(Some(&cut), b"{}"), Code::AuthMalformed);
}

/// Protects: H25 a signature under the empty key.
#[test]
fn h25_the_empty_key() {
    let id_time_body = [b"evt_1.".as_slice(), now_text().as_bytes(), b".{}"].concat();
    // A key of one zero byte is padded to the same block as the empty one, so their codes are equal.
    let mac = crate::sign::hmac::hmac_sha256(&[0], &[&id_time_body]).unwrap();
    let signature = format!("v1={}", crate::sign::hmac::to_hex(&mac));
    assert_eq!(refused(Some(&signature), b"{}"), Code::AuthMismatch);
}

/// Protects: H26 and H27: any change to the body, the id or the time; and the error helps the host.
#[test]
fn h26_h27_changed_bytes() {
    let (mock, payment) = (mock(), intent(1));
    let good = triggered(&mock, Kind::Success, &payment).remove(0);
    for bit in 0..good.body.len() * 8 {
        let mut changed = good.clone();
        changed.body[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(receive(&mock, &changed, NOW).unwrap_err().code(), Code::AuthMismatch);
    }
    let mut spaced = good.clone();
    spaced.body.push(b' ');
    let error = receive(&mock, &spaced, NOW).unwrap_err();
    assert!(error.message().contains("raw body needed"));
    for (name, value) in [(ID, "evt_other"), (TIMESTAMP, "1760000001")] {
        let mut changed = good.clone();
        changed.headers.iter_mut().filter(|(n, _)| n == name).for_each(|l| l.1 = value.into());
        assert_eq!(receive(&mock, &changed, NOW).unwrap_err().code(), Code::AuthMismatch);
    }
}

/// Protects: H28 and H31: the window is 300 s in both directions, to the second.
#[test]
fn h28_h31_the_window() {
    let (mock, payment) = (mock(), intent(1));
    let good = triggered(&mock, Kind::Success, &payment).remove(0);
    for (offset, fresh) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
        let received = receive(&mock, &good, NOW.plus_seconds(offset));
        match fresh {
            true => assert!(received.is_ok(), "{offset}"),
            false => assert_eq!(received.unwrap_err().code(), Code::AuthStale, "{offset}"),
        }
    }
}

/// Protects: H29 no time, and what is not a time.
#[test]
fn h29_unreadable_times() {
    let long = format!("1{}", "0".repeat(30));
    for time in ["", "abc", "-1", "+1760000000", "1e9", " 1760000000", "１", long.as_str()] {
        let delivery = crafted("evt_1", time, None, b"{}");
        let error = receive(&mock(), &delivery, NOW).unwrap_err();
        assert_eq!(error.code(), Code::AuthMalformed, "{time:?}");
    }
    for name in [TIMESTAMP, ID] {
        let mut delivery = crafted("evt_1", &now_text(), None, b"{}");
        delivery.headers.retain(|(n, _)| n != name);
        assert_eq!(receive(&mock(), &delivery, NOW).unwrap_err().code(), Code::AuthMalformed);
    }
}

/// Protects: H32 other signature versions prove nothing.
#[test]
fn h32_only_a_legacy_scheme() {
    assert_eq!(refused(Some("v0=abcdef"), b"{}"), Code::AuthMismatch);
}

/// Protects: H33 rotation: several signatures, several secrets, one that fits.
#[test]
fn h33_rotation() {
    let body = event("payment.under_review", "{}");
    let wrong = format!("v1={}", "0".repeat(64));
    for signature in [format!("{wrong},GOOD"), format!("v0=x, GOOD ,{wrong}")] {
        let delivery = crafted("evt_1", &now_text(), Some(&signature), &body);
        assert!(receive(&mock(), &delivery, NOW).is_ok(), "{signature}");
    }
    let secret = |text: &str| Secret::new("mock.secrets", text).unwrap();
    let secrets = vec![secret("throwaway-new-secret"), secret(CANARY)];
    let rotated = Mock::new(MockOptions { secrets, ..Mock::default_options().unwrap() }).unwrap();
    let old = crafted("evt_1", &now_text(), None, &body);
    assert!(receive(&rotated, &old, NOW).is_ok());
    let new = triggered(&rotated, Kind::Success, &intent(1)).remove(0);
    assert!(receive(&rotated, &new, NOW).is_ok());
    assert_eq!(receive(&mock(), &new, NOW).unwrap_err().code(), Code::AuthMismatch);
}

/// Protects: H34 and doubled headers: nobody makes us check a heap of signatures, or choose between two.
#[test]
fn h34_too_many_signatures() {
    let one = format!("v1={}", "0".repeat(64));
    assert_eq!(refused(Some(&vec![one.as_str(); 17].join(",")), b"{}"), Code::TooLarge);
    assert_eq!(refused(Some(&vec![one.as_str(); 16].join(",")), b"{}"), Code::AuthMismatch);
    assert_eq!(refused(Some(&"v".repeat(9 * 1024)), b"{}"), Code::TooLarge);
    let mut doubled = crafted("evt_1", &now_text(), None, b"{}");
    doubled.headers.extend(doubled.headers.clone());
    assert_eq!(receive(&mock(), &doubled, NOW).unwrap_err().code(), Code::DuplicateField);
}

/// Protects: H53 to H56: sizes and shapes of bodies, signed or not.
#[test]
fn h53_to_h56_bodies() {
    assert_eq!(refused(None, &vec![b' '; CALLBACK_BYTES_MAX + 1]), Code::TooLarge);
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(64), "]".repeat(64));
    let flood = "[".repeat(1_000_000);
    for body in [
        b"".as_slice(),
        b"[]",
        b"{",
        b"{}{}",
        b"\xff",
        b"{\"id\":\"\xff\"}",
        b"{\"id\":\"\\ud800\"}",
    ]
    .into_iter()
    .chain([b"{\"id\":\"a\0b\"}", deep.as_bytes(), flood.as_bytes()])
    {
        assert_eq!(refused(None, body), Code::Malformed, "{:?}", body.get(..20));
    }
    for body in [
        r#"{"id":"evt_1","id":"evt_1","type":"x"}"#,
        r#"{"id":"evt_1","type":"x","data":{"amount":1,"amount":1}}"#,
    ] {
        assert_eq!(refused(None, body.as_bytes()), Code::DuplicateField, "{body}");
    }
}

/// Protects: H58 what we do not know is recorded and changes nothing; extra fields do no harm.
#[test]
fn h58_unknown_events() {
    for kind in ["payment.sparkling", "payment.open", "payout.paid", "ping", "payment"] {
        assert_eq!(said(kind, "{}").fact, Fact::Unknown(kind.into()), "{kind}");
    }
    let (mock, payment) = (mock(), intent(1));
    let made = triggered(&mock, Kind::UnknownType, &payment);
    let notice = receive(&mock, &made[0], NOW).unwrap();
    assert_eq!(notice.fact, Fact::Unknown("payment.under_review".into()));
    assert_eq!(notice.subject, Subject::Payment(payment.id));
    let extra = data(&payment, r#""status":"processing","mood":{"a":[1]}"#);
    assert!(matches!(said("payment.processing", &extra).fact, Fact::Payment(_)));
}

/// Protects: H59 a known event with a gap is kept for a person, without the payer's details.
#[test]
fn h59_gaps() {
    let payment = intent(1);
    let whole =
        r#""status":"succeeded","amount":1,"currency":"CNY","transaction_id":"t","payer":"Alice""#;
    assert!(matches!(said("payment.succeeded", &data(&payment, whole)).fact, Fact::Payment(_)));
    for (from, to) in [
        (r#""amount":1,"#, ""),
        (r#""currency":"CNY","#, ""),
        (r#","transaction_id":"t""#, ""),
        (r#""amount":1"#, r#""amount":1.5"#),
        (r#""amount":1"#, r#""amount":"1""#),
        (r#""amount":1"#, r#""amount":99999999999999999999"#),
        (r#""currency":"CNY""#, r#""currency":156"#),
        (r#""status":"succeeded""#, r#""status":"failed""#),
        (r#""status":"succeeded","#, ""),
        (r#""payer":"#, r#""refund":"#),
    ] {
        let notice = said("payment.succeeded", &data(&payment, &whole.replace(from, to)));
        assert!(matches!(notice.fact, Fact::Unreadable(_)), "{from} -> {to}: {:?}", notice.fact);
        assert!(!notice.redacted_body.contains("Alice") || to.contains("refund"), "{notice:?}");
    }
    assert!(matches!(said("payment.succeeded", "{}").fact, Fact::Unreadable(_)));
    let made = triggered(&mock(), Kind::MissingField, &payment);
    let notice = receive(&mock(), &made[0], NOW).unwrap();
    assert!(matches!(notice.fact, Fact::Unreadable(_)));
    assert_eq!(notice.subject, Subject::Payment(payment.id));
}

/// Protects: an event for a payment that is not ours still reaches a person, with its money (H72).
#[test]
fn h72_foreign_payments_keep_their_name() {
    let data = r#"{"payment":"ORD-7","status":"succeeded","amount":1,"currency":"CNY","transaction_id":"t"}"#;
    let notice = said("payment.succeeded", data);
    assert_eq!(notice.subject, Subject::PaymentReference("ORD-7".into()));
    assert!(matches!(notice.fact, Fact::Payment(_)));
}

/// Protects: an event is not accepted under another event's id.
#[test]
fn ids_agree() {
    let delivery = crafted("evt_2", &now_text(), None, &event("ping", "{}"));
    assert_eq!(receive(&mock(), &delivery, NOW).unwrap_err().code(), Code::Malformed);
}
