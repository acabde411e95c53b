//! Refunds: looked for before they are asked for.

use super::*;
use crate::gateway::{Claim, ClaimedAmount, RefundFact};
use crate::refund::Event;

fn paid() -> PaymentIntent {
    PaymentIntent { transaction_id: Some(INTENT.into()), ..known_as(SESSION, hosted()) }
}

fn refund_object(changes: Value) -> Value {
    let base = json!({
        "id": "re_1", "object": "refund", "status": "succeeded", "amount": 500, "currency": "usd",
        "payment_intent": INTENT, "metadata": {"refund_id": refund_of("5.00").id.to_string()},
    });
    changed(base, changes)
}

fn page(refunds: &[Value], has_more: bool) -> Value {
    json!({"object": "list", "url": "/v1/refunds", "has_more": has_more, "data": refunds})
}

fn fact(event: Event) -> RefundFact {
    let currency = Some("USD".to_owned());
    RefundFact {
        amount: Some(Claim { amount: ClaimedAmount::Minor(500), currency }),
        transaction_id: Some("re_1".into()),
        ..RefundFact::plain(event)
    }
}

/// Protects: a refund is asked for with exactly these words, the same on every try, and found by its label.
#[test]
fn a_refund() {
    let (stripe, refund) = (stripe(), refund_of("5.00"));
    let sent = request(&stripe, Operation::Refund(&refund), &paid());
    assert_eq!((sent.method, sent.url.as_str()), ("POST", "https://api.stripe.com/v1/refunds"));
    assert_eq!(
        pairs(&sent.body),
        [
            format!("payment_intent={INTENT}"),
            "amount=500".to_owned(),
            "reason=requested_by_customer".to_owned(),
            format!("metadata[refund_id]={}", refund.id),
            format!("metadata[payment_id]={}", payment().id),
        ]
    );
    let key = format!("{}-refund", refund.id);
    assert_eq!(header(&sent, "Idempotency-Key"), Some(key.as_str()));
    assert_eq!(request(&stripe, Operation::Refund(&refund), &paid()), sent);
    let asked = request(&stripe, Operation::QueryRefund(&refund), &paid());
    let list = format!("https://api.stripe.com/v1/refunds?payment_intent={INTENT}&limit=100");
    assert_eq!((asked.method, &asked.url), ("GET", &list));
    let further = RefundIntent { after: Some("re_9".into()), ..refund.clone() };
    let asked = request(&stripe, Operation::QueryRefund(&further), &paid());
    assert_eq!(asked.url, format!("{list}&starting_after=re_9"));
}

/// Protects: a refund whose number is known is asked for by it, also where it bears no label because it was not made
/// through us; the number that a person wrote is none of Stripe's and is never put into an address.
#[test]
fn a_question_by_number() {
    let (stripe, refund) = (stripe(), refund_of("5.00"));
    let numbered =
        |number: &str| RefundIntent { transaction_id: Some(number.into()), ..refund.clone() };
    for number in ["re_1", "pyr_1"] {
        let known = numbered(number);
        let asked = request(&stripe, Operation::QueryRefund(&known), &known_as(SESSION, hosted()));
        assert_eq!(asked.url, format!("https://api.stripe.com/v1/refunds/{number}"));
        let read = |status, body: &Value| {
            let response = answered(status, body);
            stripe.read(Operation::QueryRefund(&known), &paid(), &response, at())
        };
        let outside = refund_object(json!({"id": number, "metadata": {}}));
        match read(200, &outside).unwrap() {
            Answer::Refund(fact) => assert_eq!(fact.transaction_id.as_deref(), Some(number)),
            other => panic!("{other:?}"),
        }
        let missing =
            json!({"error": {"type": "invalid_request_error", "code": "resource_missing"}});
        let another = refund_object(json!({"id": "re_2"}));
        for (status, body) in [(404, missing), (200, another), (200, page(&[outside], false))] {
            assert_eq!(read(status, &body).unwrap_err().code(), Code::BadResponse, "{body}");
        }
    }
    for text in ["bank slip 7", "re_1/../../charges", "re_1?x"] {
        let asked = request(&stripe, Operation::QueryRefund(&numbered(text)), &paid());
        assert!(asked.url.contains("/v1/refunds?payment_intent="), "{}", asked.url);
    }
}

/// Protects: only the last page says that a refund is not there; a page with more behind it leads on, and anything less
/// leaves it open, so that it is neither given up nor sent again.
#[test]
fn a_question_that_was_not_answered() {
    let (stripe, refund) = (stripe(), refund_of("5.00"));
    let others = [
        refund_object(json!({"metadata": {"refund_id": "x"}})),
        refund_object(json!({"metadata": null})),
    ];
    let ask = |status, body: &Value| {
        stripe.read(Operation::QueryRefund(&refund), &paid(), &answered(status, body), at())
    };
    assert_eq!(ask(200, &page(&others, false)).unwrap(), Answer::NotFound);
    let further = Answer::Further { after: "re_1".into() };
    assert_eq!(ask(200, &page(&others, true)).unwrap(), further);
    let ours = [others[0].clone(), refund_object(json!({}))];
    assert_eq!(ask(200, &page(&ours, true)).unwrap(), Answer::Refund(fact(Event::Succeed)));
    let unnamed = refund_object(json!({"id": "re_1&limit=1", "metadata": null}));
    for (status, body) in [
        (200, page(&[], true)),
        (200, page(&[unnamed], true)),
        (200, json!({"data": []})),
        (200, json!({})),
        (200, page(&[refund_object(json!({"status": "mysterious"}))], false)),
        (401, json!({"error": {"type": "invalid_request_error"}})),
        (404, json!({"error": {"type": "invalid_request_error", "code": "resource_missing"}})),
        (409, json!({})),
    ] {
        let error = ask(status, &body).unwrap_err();
        assert_eq!(error.code(), Code::BadResponse, "{status} {body}");
    }
}

/// Protects: what the answers mean, and that an answer about another refund is not believed.
#[test]
fn answers_about_refunds() {
    let (stripe, refund) = (stripe(), refund_of("5.00"));
    let read = |operation, status, body: &Value| {
        stripe.read(operation, &paid(), &answered(status, body), at())
    };
    let ask = Operation::Refund(&refund);
    let query = Operation::QueryRefund(&refund);
    for (status, event) in [
        ("succeeded", Event::Succeed),
        ("pending", Event::Accept),
        ("requires_action", Event::Accept),
        ("canceled", Event::Cancel),
    ] {
        let object = refund_object(json!({"status": status}));
        assert_eq!(read(ask, 200, &object).unwrap(), Answer::Refund(fact(event)), "{status}");
        let listed = page(&[object], false);
        assert_eq!(read(query, 200, &listed).unwrap(), Answer::Refund(fact(event)), "{status}");
    }
    let failed =
        refund_object(json!({"status": "failed", "failure_reason": "lost_or_stolen_card"}));
    match read(ask, 200, &failed).unwrap() {
        Answer::Refund(RefundFact { event: Event::Fail, decline: Some(decline), .. }) => {
            assert_eq!(decline.code, "lost_or_stolen_card");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(read(query, 200, &page(&[], false)).unwrap(), Answer::NotFound);
    let other = refund_object(json!({"metadata": {"refund_id": "ref_x"}}));
    assert_eq!(read(ask, 200, &other).unwrap_err().code(), Code::BadResponse);
    for code in ["charge_already_refunded", "charge_disputed", "resource_missing"] {
        let status = if code == "resource_missing" { 404 } else { 400 };
        let body = json!({"error": {"type": "invalid_request_error", "code": code}});
        let answer = read(ask, status, &body).unwrap();
        assert!(matches!(answer, Answer::Refused { code: Code::GatewayRejected, .. }), "{code}");
    }
}

/// Protects: money that no intent collected cannot be refunded here; amounts that Stripe cannot write neither.
#[test]
fn refunds_that_cannot_be() {
    let (stripe, refund) = (stripe(), refund_of("5.00"));
    for operation in [Operation::Refund(&refund), Operation::QueryRefund(&refund)] {
        let error = stripe.call(operation, &known_as(SESSION, hosted()), at()).unwrap_err();
        assert_eq!(error.code(), Code::GatewayCannot);
    }
    let odd = RefundIntent { amount: money("5.125", "KWD"), ..refund };
    let error = stripe.call(Operation::Refund(&odd), &paid(), at()).unwrap_err();
    assert_eq!(error.code(), Code::GatewayAmount);
}
