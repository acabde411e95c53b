//! Webhooks: which question each event leads to, and what its answer says. The bodies are those of the vector files.

use super::*;
use crate::gateway::paypal::webhook::Event as Message;
use crate::gateway::{DisputeEvent, Fact, Notice, Subject};

const WEBHOOKS: &str = include_str!("../../../../../tests/vectors/paypal_webhooks.json");
const AT: &str = "2026-06-01T08:03:20Z";

macro_rules! body {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/vectors/paypal_events/", $name, ".json"))
    };
}

/// The resource of an event, as the API would show it.
fn resource(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body).unwrap()["resource"].to_string()
}

fn message(body: &str) -> Message {
    Message::read(body.as_bytes()).unwrap()
}

/// Path asked and notice made, the API showing what the event says.
fn told(body: &str) -> (String, Notice) {
    let message = message(body);
    let path = message.evidence().unwrap();
    let answer = match path.starts_with("/v1/notifications") {
        true => body.to_owned(),
        false => resource(body),
    };
    (path, message.with_evidence("paypal", answer.as_bytes()).unwrap())
}

fn payment_fact(notice: &Notice) -> (Event, Option<&str>, Option<ClaimedAmount>) {
    let Fact::Payment(fact) = &notice.fact else { panic!("{notice:?}") };
    let amount = fact.amount.as_ref().map(|claim| claim.amount.clone());
    (fact.event, fact.transaction_id.as_deref(), amount)
}

/// Protects: captures and authorizations are read back by id, and become payment facts.
#[test]
fn movements_of_money_are_read_back() {
    let capture = "/v2/payments/captures/4T2QQE9DV9HNM66YF";
    let minor = |n| Some(ClaimedAmount::Minor(n));
    for (body, path, event, transaction, amount) in [
        (
            body!("PAYMENT.CAPTURE.COMPLETED"),
            capture,
            Event::Succeed,
            Some("4T2QQE9DV9HNM66YF"),
            minor(4699),
        ),
        (
            body!("PAYMENT.CAPTURE.COMPLETED.jpy"),
            "/v2/payments/captures/G4JR15U5WCJ8XJB1Y",
            Event::Succeed,
            Some("G4JR15U5WCJ8XJB1Y"),
            minor(3980),
        ),
        (body!("PAYMENT.CAPTURE.PENDING"), capture, Event::Submit, None, None),
        (body!("PAYMENT.CAPTURE.DENIED"), capture, Event::Fail, None, None),
        (
            body!("PAYMENT.AUTHORIZATION.CREATED"),
            "/v2/payments/authorizations/080B71RSMA6KD7NM4",
            Event::Authorize,
            Some("080B71RSMA6KD7NM4"),
            minor(8000),
        ),
        (
            body!("PAYMENT.AUTHORIZATION.VOIDED"),
            "/v2/payments/authorizations/080B71RSMA6KD7NM4",
            Event::Cancel,
            None,
            None,
        ),
    ] {
        let (asked, notice) = told(body);
        assert_eq!(asked, path);
        assert_eq!(payment_fact(&notice), (event, transaction, amount));
        assert!(
            matches!(&notice.subject, Subject::PaymentReference(own) if own.starts_with("order-100"))
        );
    }
}

/// Protects: nothing in the body but ids is believed; status, amount and owner are the API's.
#[test]
fn the_body_is_not_believed() {
    let forged = body!("PAYMENT.CAPTURE.COMPLETED")
        .replace("46.99", "99999.00")
        .replace("order-1001", "victim");
    let truth = resource(body!("PAYMENT.CAPTURE.DENIED")).replace("order-1001", OURS);
    let notice = message(&forged).with_evidence("paypal", truth.as_bytes()).unwrap();
    assert_eq!(payment_fact(&notice), (Event::Fail, None, None));
    assert_eq!(notice.subject, Subject::Payment(PaymentId::parse(OURS).unwrap()));
    assert!(!notice.redacted_body.contains("99999") && !notice.redacted_body.contains("victim"));
    let other = truth.replace("4T2QQE9DV9HNM66YF", "AAAAAAAAAAAAAAAAA");
    for useless in [other.as_str(), "", "{}", "<html>"] {
        let error = message(&forged).with_evidence("paypal", useless.as_bytes()).unwrap_err();
        assert_eq!(error.code(), Code::BadResponse);
    }
}

/// Protects: S4, a mark cannot be worn out by a crafted body: another question makes another mark.
#[test]
fn a_mark_is_bound_to_its_question() {
    let (_, genuine) = told(body!("PAYMENT.CAPTURE.COMPLETED"));
    let id = "WH-3CMP7OF3C51ZJPBV1-5490F3NYM8RA0W37M";
    assert_eq!(genuine.mark.id, format!("{id}/capture/4t2qqe9dv9hnm66yf"));
    let other =
        body!("PAYMENT.CAPTURE.COMPLETED").replace("4T2QQE9DV9HNM66YF", "AAAAAAAAAAAAAAAAA");
    assert_ne!(told(&other).1.mark, genuine.mark);
    let unknown =
        body!("PAYMENT.CAPTURE.COMPLETED").replace("PAYMENT.CAPTURE.COMPLETED", "A.NEW.ONE");
    assert_eq!(message(&unknown).without_evidence().mark.id, format!("{id}/A.NEW.ONE"));
}

/// Protects: a refund from the dashboard belongs to its capture; ours is known by our id.
#[test]
fn refunds_find_their_owner() {
    let (path, notice) = told(body!("PAYMENT.CAPTURE.REFUNDED.partial"));
    assert_eq!(path, "/v2/payments/refunds/TQZSED1CEGS9XEAVG");
    assert_eq!(notice.subject, Subject::Transaction("4T2QQE9DV9HNM66YF".to_owned()));
    let Fact::Refund(fact) = &notice.fact else { panic!("{notice:?}") };
    assert_eq!(fact.event, refund::Event::Succeed);
    assert_eq!(fact.amount.as_ref().unwrap().amount, ClaimedAmount::Minor(1000));
    assert_eq!(fact.transaction_id.as_deref(), Some("TQZSED1CEGS9XEAVG"));
    let ours = body!("PAYMENT.REFUND.FAILED").replace("order-1001", OUR_REFUND);
    let (_, notice) = told(&ours);
    assert_eq!(notice.subject, Subject::Refund(RefundId::parse(OUR_REFUND).unwrap()));
    assert!(matches!(&notice.fact, Fact::Refund(fact) if fact.event == refund::Event::Fail));
}

/// Protects: disputes and reversals are told as such, from the API's own copy of the event.
#[test]
fn disputes_and_reversals_are_told() {
    let dispute = "PP-R-TST-WRS6KR93";
    for (body, id, event) in [
        (body!("CUSTOMER.DISPUTE.CREATED"), dispute, DisputeEvent::Open),
        (body!("CUSTOMER.DISPUTE.RESOLVED.buyer"), dispute, DisputeEvent::Lose),
        (body!("CUSTOMER.DISPUTE.RESOLVED.seller"), dispute, DisputeEvent::Win),
        (body!("PAYMENT.CAPTURE.REVERSED"), "WNWOAJPD4IWEOXPDS", DisputeEvent::Lose),
    ] {
        let (path, notice) = told(body);
        assert!(path.starts_with("/v1/notifications/webhooks-events/WH-"), "{path}");
        assert_eq!(notice.subject, Subject::Transaction("4T2QQE9DV9HNM66YF".to_owned()));
        let Fact::Dispute(fact) = &notice.fact else { panic!("{notice:?}") };
        assert_eq!((fact.event, fact.id.as_str()), (event, id));
        assert_eq!(fact.amount.as_ref().unwrap().amount, ClaimedAmount::Minor(4699));
    }
    assert!(matches!(told(body!("CUSTOMER.DISPUTE.UPDATED")).1.fact, Fact::Unknown(_)));
    // The copy counts, whatever the message said of itself.
    let forged = body!("CUSTOMER.DISPUTE.UPDATED").replace("DISPUTE.UPDATED", "DISPUTE.CREATED");
    let copy = body!("CUSTOMER.DISPUTE.UPDATED");
    let notice = message(&forged).with_evidence("paypal", copy.as_bytes()).unwrap();
    assert!(matches!(notice.fact, Fact::Unknown(_)));
    let strange =
        body!("CUSTOMER.DISPUTE.RESOLVED.buyer").replace("RESOLVED_BUYER_FAVOUR", "NOBODY_KNOWS");
    assert!(matches!(told(&strange).1.fact, Fact::Unknown(_)));
}

/// Protects: an approved order is a reason to ask about its payment; what we do not sell is put on record.
#[test]
fn hints_and_unknown_events() {
    let hint = message(body!("CHECKOUT.ORDER.APPROVED"));
    assert_eq!(hint.evidence(), None);
    let notice = hint.without_evidence();
    assert_eq!(notice.subject, Subject::PaymentReference("AHI860THW12ATFPLU".to_owned()));
    assert_eq!(notice.fact, Fact::Hint);
    for name in [
        body!("BILLING.SUBSCRIPTION.ACTIVATED"),
        body!("BILLING.SUBSCRIPTION.CANCELLED"),
        body!("PAYMENT.SALE.COMPLETED"),
    ] {
        let other = message(name);
        assert_eq!(other.evidence(), None);
        assert!(matches!(other.without_evidence().fact, Fact::Unknown(_)));
    }
    let without = r#"{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{}}"#;
    assert_eq!(message(without).evidence(), None);
    assert!(matches!(message(without).without_evidence().fact, Fact::Unreadable(_)));
}

/// Protects: H54 to H56 and S4, an envelope that is not exactly one is refused; so is an id that could leave its path.
#[test]
fn broken_envelopes_are_refused() {
    for (body, code) in [
        ("", Code::Malformed),
        ("[]", Code::Malformed),
        (r#"{"event_type":"A"}"#, Code::Malformed),
        (r#"{"id":"WH-1"}"#, Code::Malformed),
        (r#"{"id":"WH/../1","event_type":"A"}"#, Code::Malformed),
        (r#"{"id":"WH-1","id":"WH-2","event_type":"A"}"#, Code::DuplicateField),
    ] {
        assert_eq!(Message::read(body.as_bytes()).unwrap_err().code(), code, "{body}");
    }
    let path = r#"{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"../x"}}"#;
    assert_eq!(message(path).evidence(), None);
}

fn vectors() -> serde_json::Value {
    serde_json::from_str(WEBHOOKS).unwrap()
}

fn live() -> PayPal {
    let root = vectors()["trust_roots"][0].as_str().unwrap().to_owned();
    PayPal::new(PayPalOptions { sandbox: false, trusted_roots: vec![root], ..options() }).unwrap()
}

fn delivery(id: &str) -> (Headers, Vec<u8>) {
    let file = vectors();
    let cases = file["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["id"] == id).unwrap();
    let lines = case["headers"].as_object().unwrap().iter();
    let lines = lines.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    (Headers::new(lines).unwrap(), case["body"].as_str().unwrap().as_bytes().to_vec())
}

/// Protects: the errands of a delivery in their order, each once; the certificate is kept until it ends.
#[test]
fn a_delivery_is_proved_step_by_step() {
    let now = Time::parse("now", AT).unwrap();
    let gateway = live();
    let (headers, body) = delivery("valid-live");
    let certificate = vectors()["certs"]["live"].as_str().unwrap().to_owned();
    let capture = resource(std::str::from_utf8(&body).unwrap());
    let api = "https://api-m.paypal.com";
    let mut asked = Vec::new();
    let mut receive = |now: Time| {
        loop {
            match gateway.receive(&headers, &body, Moment::at(now)).unwrap() {
                Received::Notice(notice) => return notice.into_inner(),
                Received::First(errand) => {
                    let answer = match errand.purpose.as_str() {
                        CERTIFICATE => response(200, &certificate),
                        TOKEN => token_answer(),
                        _ => response(200, &capture),
                    };
                    asked.push(errand.request.url.clone());
                    gateway.learn(&errand, &answer, Moment::at(now)).unwrap();
                }
            }
        }
    };
    let first = receive(now);
    assert_eq!(payment_fact(&first).0, Event::Succeed);
    assert_eq!(receive(now.plus_seconds(60)).mark, first.mark);
    let capture = format!("{api}/v2/payments/captures/03492402046283355S");
    assert_eq!(
        asked,
        [
            "https://api.paypal.com/v1/notifications/certs/CERT-SYNTHETIC-0001".to_owned(),
            format!("{api}/v1/oauth2/token"),
            capture.clone(),
            capture,
        ]
    );
}

/// Protects: a fetch that brings no certificate of PayPal's teaches nothing, and says whether to come again.
#[test]
fn bad_certificates_are_not_kept() {
    let now = Time::parse("now", AT).unwrap();
    let gateway = live();
    let (headers, body) = delivery("valid-live");
    let certificates = vectors()["certs"].clone();
    let pem = |name: &str| certificates[name].as_str().unwrap().to_owned();
    let with_tail = pem("live") + &" ".repeat(CERTIFICATES_BYTES_MAX);
    for (status, answer, code) in [
        (200, pem("expired"), Code::AuthCert),
        (200, pem("sandbox"), Code::AuthCert),
        (200, pem("self_signed"), Code::AuthCert),
        (200, pem("garbage"), Code::AuthCert),
        (200, with_tail, Code::AuthCert),
        (302, String::new(), Code::AuthCertUrl),
        (404, String::new(), Code::BadResponse),
    ] {
        let Received::First(errand) = gateway.receive(&headers, &body, Moment::at(now)).unwrap()
        else {
            panic!("a certificate was kept");
        };
        assert_eq!(errand.purpose, CERTIFICATE);
        let learned = gateway.learn(&errand, &response(status, &answer), Moment::at(now));
        assert_eq!(learned.unwrap_err().code(), code);
    }
}

/// Protects: answers that nobody took soon are not the truth any more; the shelf stays small.
#[test]
fn answers_are_used_once_and_soon() {
    let answers = Answers::default();
    answers.put("a", b"old", NOW);
    assert_eq!(answers.take("a", NOW.plus_seconds(30)), None);
    answers.put("a", b"1", NOW);
    answers.put("a", b"2", NOW);
    assert_eq!(answers.take("b", NOW), None);
    assert_eq!(answers.take("a", NOW).as_deref(), Some(&b"2"[..]));
    for number in 0..100 {
        answers.put(&number.to_string(), b"", NOW);
    }
    assert_eq!(answers.take("1", NOW), None);
    assert!(answers.take("99", NOW).is_some());
}
