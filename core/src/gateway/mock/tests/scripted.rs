//! The mock gateway under test: scripted.

use super::*;

fn created(word: &str) -> (Mock, PaymentIntent, Result<Answer>) {
    let (mock, payment) = (mock_with(&[word], &[]), intent(1));
    let answer = ask(&mock, Operation::Pay, &payment);
    (mock, payment, answer)
}

/// Protects: a scripted success is money, with amount and number.
#[test]
fn success() {
    let (mock, payment, answer) = created("success");
    let fact = payment_fact(answer);
    assert_eq!(fact.event, payment::Event::Succeed);
    assert_eq!(fact.amount, Some(claim(10_000, "CNY".into())));
    assert!(fact.transaction_id.is_some_and(|number| number.len() <= 64));
    assert_eq!(mock.server().standing(payment.id).unwrap().collected_minor, 10_000);
}

/// Protects: a decline names its reason and collects nothing.
#[test]
fn decline() {
    let (mock, payment, answer) = created("decline:insufficient_funds");
    let fact = payment_fact(answer);
    assert_eq!(fact.event, payment::Event::Fail);
    assert_eq!(fact.decline.unwrap().code, "insufficient_funds");
    assert_eq!(fact.transaction_id, None);
    assert_eq!(mock.server().standing(payment.id).unwrap().collected_minor, 0);
}

/// Protects: an unscripted payment waits for the payer and is never paid by itself.
#[test]
fn needs_action_and_the_empty_script() {
    for mock in [mock(), mock_with(&["needs_action"], &[])] {
        let payment = intent(1);
        checkout_token(ask(&mock, Operation::Pay, &payment));
        checkout_token(ask(&mock, Operation::Query, &payment));
        assert_eq!(mock.server().standing(payment.id).unwrap().status, Status::Open);
    }
}

/// Protects: a hold is captured once, for no more than was held.
#[test]
fn authorize_then_capture() {
    let (mock, payment, answer) = created("authorize");
    assert_eq!(payment_fact(answer).event, payment::Event::Authorize);
    let too_much = ask(&mock, Operation::Capture(money(10_001)), &payment).unwrap();
    assert!(matches!(too_much, Answer::Refused { code: Code::GatewayRejected, .. }));
    for _ in 0..2 {
        let fact = payment_fact(ask(&mock, Operation::Capture(money(7_000)), &payment));
        assert_eq!(fact.event, payment::Event::Succeed);
        assert_eq!(fact.amount, Some(claim(7_000, "CNY".into())));
    }
    let again = ask(&mock, Operation::Capture(money(9_000)), &payment).unwrap();
    assert!(matches!(again, Answer::Refused { .. }));
}

/// Protects: a payment for manual capture is held, not collected, when the payer pays.
#[test]
fn success_of_a_manual_capture_is_a_hold() {
    let mock = mock_with(&["success"], &[]);
    let payment = PaymentIntent { manual_capture: true, ..intent(1) };
    let fact = payment_fact(ask(&mock, Operation::Pay, &payment));
    assert_eq!(fact.event, payment::Event::Authorize);
}

/// Protects: a slow payment is open until it is asked about often enough.
#[test]
fn delay() {
    let (mock, payment, answer) = created("delay:2");
    assert_eq!(payment_fact(answer).event, payment::Event::Submit);
    let asked = || payment_fact(ask(&mock, Operation::Query, &payment)).event;
    assert_eq!(asked(), payment::Event::Submit);
    assert_eq!(asked(), payment::Event::Succeed);
    assert_eq!(asked(), payment::Event::Succeed);
}

/// Protects: a payment closed by the provider says so.
#[test]
fn expire() {
    assert_eq!(payment_fact(created("expire").2).event, payment::Event::Expire);
}

/// Protects: a lost reply is repeated without a second payment (H79), and a query tells what happened.
#[test]
fn lost_replies_leave_one_payment() {
    for (word, paid) in [("lost_reply", false), ("lost_success", true), ("garbage", false)] {
        let (mock, payment) = (mock_with(&[word], &[]), intent(1));
        match carry(&mock, Operation::Pay, &payment) {
            Ok(page) => {
                let error =
                    mock.read(Operation::Pay, &payment, &page, Moment::at(NOW)).unwrap_err();
                assert_eq!(error.code(), Code::BadResponse);
            }
            Err(no_response) => assert!(matches!(no_response, NoResponse::Unknown(_))),
        }
        for operation in [Operation::Query, Operation::Pay, Operation::Pay] {
            match ask(&mock, operation, &payment).unwrap() {
                Answer::Waiting { .. } => assert!(!paid, "{word}"),
                Answer::Payment(fact) => assert!(paid && fact.event == payment::Event::Succeed),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(mock.server().counts(), Counts { requests: 4, payments: 1, refunds: 0 });
    }
}

/// Protects: what never arrived is not known there, until it is asked for again.
#[test]
fn troubles_before_anything_happened() {
    for word in ["not_sent", "rate_limited", "server_error", "unauthorized"] {
        let (mock, payment) = (mock_with(&[word, "success"], &[]), intent(1));
        match (word, carry(&mock, Operation::Pay, &payment)) {
            ("not_sent", Err(NoResponse::NotSent(_))) => {}
            ("rate_limited", Ok(r)) => assert_eq!(r.status, 429),
            ("server_error", Ok(r)) => assert_eq!(r.status, 500),
            ("unauthorized", Ok(r)) => assert_eq!(r.status, 401),
            (word, other) => panic!("{word}: {other:?}"),
        }
        assert_eq!(ask(&mock, Operation::Query, &payment).unwrap(), Answer::NotFound, "{word}");
        assert_eq!(mock.server().counts().payments, 0);
        let fact = payment_fact(ask(&mock, Operation::Pay, &payment));
        assert_eq!(fact.event, payment::Event::Succeed, "{word}");
    }
}

/// Protects: the payer of a `wrong_amount` pays another amount, in the callback and in the book alike.
#[test]
fn wrong_amount() {
    let (mock, payment, answer) = created("wrong_amount");
    let token = checkout_token(answer);
    let chosen = mock.server().choose(&token, Choice::Pay, NOW, &SeededRandomness::new(3)).unwrap();
    let Fact::Payment(fact) = receive(&mock, &chosen.deliveries[0], NOW).unwrap().fact else {
        panic!("about the payment")
    };
    assert_eq!(fact.amount, Some(claim(9_999, "CNY".into())));
    assert_eq!(payment_fact(ask(&mock, Operation::Query, &payment)), fact);
}

/// Protects: the same id with other terms is refused, not mixed up.
#[test]
fn an_id_has_one_set_of_terms() {
    let (mock, payment, _) = created("success");
    let other = PaymentIntent { amount: money(1), ..payment };
    let answer = ask(&mock, Operation::Pay, &other).unwrap();
    assert!(matches!(answer, Answer::Refused { code: Code::GatewayRejected, .. }));
}

/// Protects: cancelling closes what is open, and answers with the money where it was too late (H77).
#[test]
fn cancel() {
    let (mock, payment, _) = created("needs_action");
    assert_eq!(payment_fact(ask(&mock, Operation::Cancel, &payment)).event, payment::Event::Cancel);
    let (mock, payment, _) = created("success");
    assert_eq!(
        payment_fact(ask(&mock, Operation::Cancel, &payment)).event,
        payment::Event::Succeed
    );
}
