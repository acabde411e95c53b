//! What the mock gateway and its provider promise, exercised through requests, responses and callbacks only.

use super::callback::{ID, SIGNATURE, TIMESTAMP, sign};
use super::page::{Choice, Language};
use super::script::Script;
use super::*;
use crate::clock::Time;
use crate::currency::Currency;
use crate::gateway::{ActionKind, Fact, Notice, RefundIntent, Subject};
use crate::http::{CALLBACK_BYTES_MAX, NoResponse};
use crate::id::{PaymentId, RefundId, SeededRandomness};
use crate::money::Money;
use crate::{payment, refund};

const NOW: Time = Time::from_millis(1_760_000_000_000);
const CANARY: &str = "throwaway-canary-secret-0123456789";

fn mock_with(payments: &[&str], refunds: &[&str]) -> Mock {
    let script = Script::parse(payments, refunds).unwrap();
    let secrets = vec![Secret::new("mock.secrets", CANARY).unwrap()];
    Mock::new(MockOptions { script, secrets, ..Mock::default_options().unwrap() }).unwrap()
}

fn mock() -> Mock {
    mock_with(&[], &[])
}

fn money(minor: i64) -> Money {
    Money { minor, currency: Currency::parse("CNY").unwrap() }
}

fn intent(seed: u64) -> PaymentIntent {
    let id = PaymentId::new(NOW, &SeededRandomness::new(seed)).unwrap();
    PaymentIntent {
        id,
        reference: id.to_string(),
        amount: money(10_000),
        method: "card".into(),
        manual_capture: false,
        description: "ORD123456".into(),
        return_url: Some("https://shop.example/return?step=2#top".into()),
        expires_at: NOW.plus_seconds(1800),
        transaction_id: None,
        created_at: NOW,
        presentation: Default::default(),
    }
}

fn refund_of(seed: u64, minor: i64) -> RefundIntent {
    let id = RefundId::new(NOW, &SeededRandomness::new(seed)).unwrap();
    RefundIntent::new(id, money(minor), "returned")
}

fn carry(
    mock: &Mock,
    operation: Operation<'_>,
    payment: &PaymentIntent,
) -> Result<Response, NoResponse> {
    match mock.call(operation, payment, Moment::at(NOW)).unwrap() {
        Call::Send(request) => mock.own_transport().unwrap().send(&request),
        Call::Answer(_) | Call::First(_) => panic!("the mock gateway always asks its provider"),
    }
}

fn ask(mock: &Mock, operation: Operation<'_>, payment: &PaymentIntent) -> Result<Answer> {
    mock.read(operation, payment, &carry(mock, operation, payment).unwrap(), Moment::at(NOW))
}

fn payment_fact(answer: Result<Answer>) -> PaymentFact {
    match answer.unwrap() {
        Answer::Payment(fact) => fact,
        other => panic!("{other:?}"),
    }
}

fn refund_fact(answer: Result<Answer>) -> RefundFact {
    match answer.unwrap() {
        Answer::Refund(fact) => fact,
        other => panic!("{other:?}"),
    }
}

fn checkout_token(answer: Result<Answer>) -> String {
    let Answer::Waiting { action, .. } = answer.unwrap() else { panic!("it waits for the payer") };
    assert_eq!(action.kind, ActionKind::Redirect);
    action.url.unwrap().split_once("token=").unwrap().1.to_owned()
}

fn receive(mock: &Mock, delivery: &Delivery, now: Time) -> Result<Notice> {
    let headers = Headers::new(delivery.headers.clone())?;
    mock.receive(&headers, &delivery.body, Moment::at(now))
        .map(|received| received.notice().unwrap())
}

fn triggered(mock: &Mock, kind: Kind, payment: &PaymentIntent) -> Vec<Delivery> {
    let occasion = Occasion::of(payment).with_refund(&refund_of(99, 3_000));
    mock.server().callbacks(kind, &occasion, NOW, &SeededRandomness::new(5)).unwrap()
}

/// A delivery with headers of one's own choice, over any body, signed well where `signature` is `None`.
fn crafted(id: &str, timestamp: &str, signature: Option<&str>, body: &[u8]) -> Delivery {
    let secret = Secret::new("s", CANARY).unwrap();
    let good = sign(&MacKey::new(secret.expose()).unwrap(), id, timestamp, body);
    let signature = signature.map_or(good.clone(), |text| text.replace("GOOD", &good));
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Delivery {
        headers: vec![line(ID, id), line(TIMESTAMP, timestamp), line(SIGNATURE, &signature)],
        body: body.to_vec(),
    }
}

fn now_text() -> String {
    NOW.seconds().to_string()
}

fn refused(signature: Option<&str>, body: &[u8]) -> Code {
    receive(&mock(), &crafted("evt_1", &now_text(), signature, body), NOW).unwrap_err().code()
}

fn event(kind: &str, data: &str) -> Vec<u8> {
    format!(r#"{{"id":"evt_1","type":"{kind}","created":1,"data":{data}}}"#).into_bytes()
}

fn said(kind: &str, data: &str) -> Notice {
    receive(&mock(), &crafted("evt_1", &now_text(), None, &event(kind, data)), NOW).unwrap()
}

mod requests;

mod responses;

mod scripted;

mod refunds;

mod restart;

mod callbacks;

mod triggers;

mod checkout;

/// Protects: no secret in any form of the options, requests, pages, callbacks or errors (X4, H91).
#[test]
fn secrets_stay_secret() {
    let (mock, payment) = (mock(), intent(1));
    let token = checkout_token(ask(&mock, Operation::Pay, &payment));
    let options = MockOptions {
        secrets: vec![Secret::new("mock.secrets", CANARY).unwrap()],
        ..Mock::default_options().unwrap()
    };
    let mut seen = format!("{options:?}{:?}", mock.facts());
    seen += &mock.server().page(&token, Language::En, NOW).unwrap().html;
    seen += &mock.server().page("x", Language::Zh, NOW).unwrap().html;
    for kind in Kind::ALL.iter().copied() {
        for delivery in triggered(&mock, kind, &payment) {
            seen += &format!("{delivery:?}{}", String::from_utf8_lossy(&delivery.body));
            seen += &format!("{:?}", receive(&mock, &delivery, NOW));
        }
    }
    let Call::Send(request) = mock.call(Operation::Query, &payment, Moment::at(NOW)).unwrap()
    else {
        panic!()
    };
    seen += &format!("{request:?}{:?}{}", request.headers, String::from_utf8_lossy(&request.body));
    assert!(!seen.contains(CANARY) && !seen.contains(DEFAULT_SECRET));
    assert!(seen.contains("[redacted]"));
}

/// Protects: many threads on one provider still make one payment for one intent.
#[test]
fn one_payment_under_load() {
    let (mock, payment) = (mock(), intent(1));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| drop(ask(&mock, Operation::Pay, &payment))));
        }
    });
    assert_eq!(mock.server().counts(), Counts { requests: 400, payments: 1, refunds: 0 });
}
