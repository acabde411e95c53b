//! Payments: what is sent, and what the answers mean.

use super::*;
use crate::gateway::{Claim, ClaimedAmount};
use crate::payment::Item;

/// Protects: an embedded payment is asked for with exactly these words, the same on every try.
#[test]
fn an_embedded_payment() {
    let (stripe, payment) = (stripe(), payment());
    let sent = request(&stripe, Operation::Pay, &payment);
    assert_eq!(
        (sent.method, sent.url.as_str()),
        ("POST", "https://api.stripe.com/v1/payment_intents")
    );
    let id = payment.id;
    assert_eq!(
        pairs(&sent.body),
        [
            "amount=2000".to_owned(),
            "currency=usd".to_owned(),
            "automatic_payment_methods[enabled]=true".to_owned(),
            "description=Order 1001".to_owned(),
            format!("metadata[payment_id]={id}"),
        ]
    );
    assert_eq!(header(&sent, "Authorization"), Some("Bearer sk_test_throwawaycanary1"));
    assert_eq!(header(&sent, "Stripe-Version"), Some("2026-03-25.dahlia"));
    assert_eq!(header(&sent, "Content-Type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(header(&sent, "Idempotency-Key"), Some(format!("{id}-pay").as_str()));
    assert_eq!(header(&sent, "Stripe-Account"), None);
    assert_eq!(request(&stripe, Operation::Pay, &payment), sent);
    assert_eq!(request(&stripe, Operation::Query, &payment), sent, "the first try is replayed");
}

/// Protects: a hold, a chosen reference and a connected account are said where they belong.
#[test]
fn what_may_be_added() {
    let stripe = Stripe::new(StripeOptions {
        account: Some("acct_1".into()),
        api_version: Some("2025-08-27.basil".into()),
        ..options()
    });
    let stripe = stripe.unwrap();
    let held = PaymentIntent { manual_capture: true, ..known_as("R-1001", payment()) };
    let sent = request(&stripe, Operation::Pay, &held);
    let said = pairs(&sent.body);
    assert!(said.contains(&"capture_method=manual".to_owned()));
    assert!(said.contains(&"metadata[reference]=R-1001".to_owned()));
    assert_eq!(header(&sent, "Stripe-Account"), Some("acct_1"));
    assert_eq!(header(&sent, "Stripe-Version"), Some("2025-08-27.basil"));
    let hosted = PaymentIntent { manual_capture: true, ..hosted() };
    let said = pairs(&request(&stripe, Operation::Pay, &hosted).body);
    assert!(said.contains(&"payment_intent_data[capture_method]=manual".to_owned()));
}

/// Protects: a hosted payment shows its lines, comes back, and labels both the session and its intent.
#[test]
fn a_hosted_payment() {
    let stripe = stripe();
    let mut payment = hosted();
    let id = payment.id;
    let sent = request(&stripe, Operation::Pay, &payment);
    assert_eq!(sent.url, "https://api.stripe.com/v1/checkout/sessions");
    assert_eq!(
        pairs(&sent.body),
        [
            "mode=payment".to_owned(),
            "success_url=https://shop.example/done?o=1001".to_owned(),
            "cancel_url=https://shop.example/done?o=1001".to_owned(),
            format!("client_reference_id={id}"),
            "line_items[0][price_data][currency]=usd".to_owned(),
            "line_items[0][price_data][unit_amount]=2000".to_owned(),
            "line_items[0][price_data][product_data][name]=Order 1001".to_owned(),
            "line_items[0][quantity]=1".to_owned(),
            "payment_intent_data[description]=Order 1001".to_owned(),
            format!("metadata[payment_id]={id}"),
            format!("payment_intent_data[metadata][payment_id]={id}"),
            "expand[0]=payment_intent".to_owned(),
        ]
    );
    let item = |description: &str, quantity, unit_amount| Item {
        description: description.into(),
        quantity,
        unit_amount,
    };
    payment.presentation.items = vec![item("Mug", 2, 750), item("Spoon", 1, 500)];
    payment.presentation.cancel_url = Some("https://shop.example/cart".into());
    let said = pairs(&request(&stripe, Operation::Pay, &payment).body);
    for pair in [
        "line_items[0][price_data][unit_amount]=750",
        "line_items[0][quantity]=2",
        "line_items[1][price_data][product_data][name]=Spoon",
        "cancel_url=https://shop.example/cart",
    ] {
        assert!(said.contains(&pair.to_owned()), "{pair}");
    }
    // A hundred lines are what Stripe shows.
    payment.presentation.items = vec![item("Bead", 1, 1); 101];
    let said = pairs(&request(&stripe, Operation::Pay, &payment).body);
    assert_eq!(said.iter().filter(|pair| pair.contains("[quantity]")).count(), 1);
    let homeless = PaymentIntent { return_url: None, ..hosted() };
    let error = stripe.call(Operation::Pay, &homeless, at()).unwrap_err();
    assert_eq!(error.code(), Code::ArgumentMissing);
}

/// Protects: H14 and H15, what cannot be written on Stripe's wire is refused before anything is sent.
#[test]
#[rustfmt::skip]
fn amounts_that_cannot_be_collected() {
    let stripe = stripe();
    for (text, code, refused) in [
        ("0.49", "USD", Code::GatewayAmount), ("5.125", "KWD", Code::GatewayAmount),
        ("49", "JPY", Code::GatewayAmount),   ("5.50", "MGA", Code::GatewayAmount),
        ("5", "CLF", Code::GatewayCurrency),
    ] {
        for payment in [payment(), hosted()] {
            let payment = PaymentIntent { amount: money(text, code), ..payment };
            let error = stripe.call(Operation::Pay, &payment, at()).unwrap_err();
            assert_eq!(error.code(), refused, "{text} {code}");
        }
    }
}

/// Protects: what is closed, collected and asked about is found under Stripe's own names.
#[test]
fn later_requests() {
    let stripe = stripe();
    let base = "https://api.stripe.com/v1";
    let embedded = known_as(INTENT, payment());
    let session = known_as(SESSION, hosted());
    let held = PaymentIntent { transaction_id: Some(INTENT.into()), ..session.clone() };
    let five = Operation::Capture(money("5.00", "USD"));
    for (operation, payment, method, url) in [
        (Operation::Query, &embedded, "GET", format!("{base}/payment_intents/{INTENT}")),
        (
            Operation::Query,
            &session,
            "GET",
            format!("{base}/checkout/sessions/{SESSION}?expand%5B0%5D=payment_intent"),
        ),
        (Operation::Cancel, &embedded, "POST", format!("{base}/payment_intents/{INTENT}/cancel")),
        (Operation::Cancel, &session, "POST", format!("{base}/checkout/sessions/{SESSION}/expire")),
        (Operation::Cancel, &held, "POST", format!("{base}/payment_intents/{INTENT}/cancel")),
        (five, &embedded, "POST", format!("{base}/payment_intents/{INTENT}/capture")),
        (five, &held, "POST", format!("{base}/payment_intents/{INTENT}/capture")),
    ] {
        let sent = request(&stripe, operation, payment);
        assert_eq!((sent.method, &sent.url), (method, &url));
        let key = header(&sent, "Idempotency-Key").is_some();
        assert_eq!(key, matches!(operation, Operation::Capture(_)), "{operation:?}");
    }
    let sent = request(&stripe, five, &embedded);
    assert_eq!(pairs(&sent.body), ["amount_to_capture=500"]);
    // Nobody was ever sent there.
    let unknown = stripe.call(Operation::Cancel, &payment(), at()).unwrap();
    assert!(matches!(unknown, Call::Answer(Answer::NotFound)));
    for operation in [five, Operation::Collect] {
        let error = stripe.call(operation, &session, at()).unwrap_err();
        assert_eq!(error.code(), Code::GatewayCannot);
    }
}

fn read(
    operation: Operation<'_>,
    payment: &PaymentIntent,
    status: u16,
    body: &Value,
) -> Result<Answer> {
    stripe().read(operation, payment, &answered(status, body), at())
}

fn said(event: Event) -> Answer {
    Answer::Payment(PaymentFact::plain(event))
}

fn moved(event: Event, minor: i64) -> Answer {
    let currency = Some("USD".to_owned());
    Answer::Payment(PaymentFact {
        amount: Some(Claim { amount: ClaimedAmount::Minor(minor), currency }),
        transaction_id: Some(INTENT.into()),
        ..PaymentFact::plain(event)
    })
}

/// Protects: the table of an intent's states. A declined card is not the end: the payer is still there.
#[test]
fn states_of_an_intent() {
    let waiting = |answer: Answer| match answer {
        Answer::Waiting { action, reference } => {
            let public = [("publishable_key".to_owned(), "pk_test_throwaway".to_owned())];
            let expected = Action::client_secret("pi_x_secret_y".into(), public.into());
            assert_eq!((action, reference.as_deref()), (expected, Some(INTENT)));
        }
        other => panic!("{other:?}"),
    };
    let declined = json!({"code": "card_declined", "decline_code": "insufficient_funds"});
    for changes in [
        json!({}),
        json!({"last_payment_error": declined}),
        json!({"status": "requires_confirmation"}),
        json!({"status": "requires_action"}),
    ] {
        for operation in [Operation::Pay, Operation::Query] {
            waiting(read(operation, &payment(), 200, &intent(changes.clone())).unwrap());
        }
    }
    let captured = json!({"status": "succeeded", "amount_received": 1500});
    for (changes, answer) in [
        (json!({"status": "processing"}), said(Event::Submit)),
        (
            json!({"status": "requires_capture", "amount_capturable": 2000}),
            moved(Event::Authorize, 2000),
        ),
        (captured, moved(Event::Succeed, 1500)),
        (json!({"status": "canceled"}), said(Event::Cancel)),
        (json!({"status": "canceled", "cancellation_reason": "abandoned"}), said(Event::Cancel)),
        (json!({"status": "canceled", "cancellation_reason": "automatic"}), said(Event::Expire)),
    ] {
        let got = read(Operation::Query, &payment(), 200, &intent(changes.clone())).unwrap();
        assert_eq!(got, answer, "{changes}");
    }
}

/// Protects: the table of a session's states; the intent inside tells what became of the money.
#[test]
fn states_of_a_session() {
    let open = read(Operation::Pay, &hosted(), 200, &session(json!({}))).unwrap();
    assert!(matches!(
        open,
        Answer::Waiting { action: Action { kind: ActionKind::Redirect, .. }, reference: Some(r) } if r == SESSION
    ));
    let complete = |changes: Value| {
        session(json!({"status": "complete", "url": null, "payment_intent": intent(changes)}))
    };
    for (body, answer) in [
        (
            complete(json!({"status": "succeeded", "amount_received": 2000})),
            moved(Event::Succeed, 2000),
        ),
        (
            complete(json!({"status": "requires_capture", "amount_capturable": 2000})),
            moved(Event::Authorize, 2000),
        ),
        (complete(json!({"status": "processing"})), said(Event::Submit)),
        (
            complete(json!({"status": "canceled", "cancellation_reason": "automatic"})),
            said(Event::Expire),
        ),
        (session(json!({"status": "expired"})), said(Event::Expire)),
    ] {
        assert_eq!(read(Operation::Query, &hosted(), 200, &body).unwrap(), answer, "{body}");
    }
    let late = complete(
        json!({"last_payment_error": {"code": "card_declined", "decline_code": "stolen_card"}}),
    );
    match read(Operation::Query, &hosted(), 200, &late).unwrap() {
        Answer::Payment(PaymentFact { event: Event::Fail, decline: Some(decline), .. }) => {
            assert_eq!(decline.code, "stolen_card");
            assert!(!decline.message.contains("stolen"), "suspicion is not for the payer");
        }
        other => panic!("{other:?}"),
    }
    // We asked for the end, and it is the end.
    let closed = read(Operation::Cancel, &hosted(), 200, &session(json!({"status": "expired"})));
    assert_eq!(closed.unwrap(), said(Event::Cancel));
}

/// Protects: an answer about something else, or with nothing to rely on, leaves the outcome unknown.
#[test]
fn answers_that_are_not_believed() {
    let paid = |changes: Value| {
        intent(changed(json!({"status": "succeeded", "amount_received": 2000}), changes))
    };
    for body in [
        paid(json!({"livemode": true})),
        paid(json!({"livemode": null})),
        paid(json!({"metadata": {}})),
        paid(json!({"metadata": {"payment_id": "pay_00000000000000000000000000"}})),
        paid(json!({"object": "charge"})),
        paid(json!({"status": "mysterious"})),
        paid(json!({"amount_received": null})),
        paid(json!({"currency": "ugx", "amount_received": 550})),
        intent(json!({"client_secret": null})),
        session(json!({"status": "complete", "payment_intent": "pi_1"})),
        json!([]),
        json!({}),
    ] {
        let error = read(Operation::Query, &payment(), 200, &body).unwrap_err();
        assert_eq!(error.code(), Code::BadResponse, "{body}");
        assert!(error.message().contains("req_1"), "{}", error.message());
    }
    for status in [302, 409, 424, 500] {
        let error = read(Operation::Query, &payment(), status, &json!({"error": {}})).unwrap_err();
        assert_eq!(error.code(), Code::BadResponse, "{status}");
    }
    let html = Response { status: 400, headers: Vec::new(), body: b"<html>".to_vec() };
    assert!(stripe().read(Operation::Query, &payment(), &html, at()).is_err());
}

/// Protects: the classes of refusals.
#[test]
fn refusals() {
    let trouble = |kind: &str, code: &str| json!({"error": {"type": kind, "code": code, "message": "for developers"}});
    let refused = |answer: Answer| match answer {
        Answer::Refused { code, reason } => {
            assert!(!reason.contains("developers") && reason.contains("req_1"), "{reason}");
            code
        }
        other => panic!("{other:?}"),
    };
    for (status, kind, code, expected) in [
        (400, "invalid_request_error", "amount_too_small", Code::GatewayRejected),
        (400, "invalid_request_error", "rate_limit", Code::RateLimit),
        (401, "invalid_request_error", "api_key_expired", Code::Credentials),
        (403, "invalid_request_error", "", Code::Credentials),
        (404, "invalid_request_error", "url_invalid", Code::GatewayRejected),
        (429, "invalid_request_error", "lock_timeout", Code::RateLimit),
    ] {
        let answer = read(Operation::Pay, &payment(), status, &trouble(kind, code)).unwrap();
        assert_eq!(refused(answer), expected, "{status} {code}");
    }
    let missing = trouble("invalid_request_error", "resource_missing");
    assert_eq!(read(Operation::Query, &payment(), 404, &missing).unwrap(), Answer::NotFound);
    for (status, kind, code) in
        [(400, "idempotency_error", ""), (409, "invalid_request_error", "idempotency_key_in_use")]
    {
        let error = read(Operation::Pay, &payment(), status, &trouble(kind, code)).unwrap_err();
        assert_eq!(error.code(), Code::BadResponse);
    }
    let card = trouble("card_error", "expired_card");
    match read(Operation::Pay, &payment(), 402, &card).unwrap() {
        Answer::Payment(PaymentFact { event: Event::Fail, decline: Some(decline), .. }) => {
            assert_eq!(decline.code, "expired_card");
            assert!(decline.message.contains("expired"));
        }
        other => panic!("{other:?}"),
    }
}

/// Protects: "not in this state" shows the intent; where it is already what we want, that is success.
#[test]
fn already_in_the_wanted_state() {
    let unexpected = |changes: Value| {
        let code = "payment_intent_unexpected_state";
        json!({"error": {"type": "invalid_request_error", "code": code, "payment_intent": intent(changes)}})
    };
    let capture = Operation::Capture(money("20.00", "USD"));
    let paid = unexpected(json!({"status": "succeeded", "amount_received": 2000}));
    let closed = unexpected(json!({"status": "canceled", "cancellation_reason": "expired"}));
    for (operation, body, answer) in [
        (capture, &paid, moved(Event::Succeed, 2000)),
        (Operation::Cancel, &paid, moved(Event::Succeed, 2000)),
        (capture, &closed, said(Event::Expire)),
        (Operation::Cancel, &closed, said(Event::Cancel)),
        (Operation::Cancel, &unexpected(json!({"status": "processing"})), said(Event::Submit)),
    ] {
        assert_eq!(read(operation, &payment(), 400, body).unwrap(), answer);
    }
    let open = read(capture, &payment(), 400, &unexpected(json!({}))).unwrap();
    assert!(matches!(open, Answer::Refused { code: Code::GatewayRejected, .. }));
}
