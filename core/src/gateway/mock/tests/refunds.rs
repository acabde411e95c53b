//! The mock gateway under test: refunds.

use super::*;

fn paid(refunds: &[&str]) -> (Mock, PaymentIntent) {
    let (mock, mut payment) = (mock_with(&["success"], refunds), intent(1));
    payment.transaction_id = payment_fact(ask(&mock, Operation::Pay, &payment)).transaction_id;
    (mock, payment)
}

/// Protects: each scripted refund outcome reads as its event.
#[test]
fn outcomes() {
    for (word, event) in [
        ("success", refund::Event::Succeed),
        ("pending", refund::Event::Accept),
        ("fail", refund::Event::Fail),
    ] {
        let ((mock, payment), refund) = (paid(&[word]), refund_of(2, 3_000));
        for operation in [Operation::Refund(&refund), Operation::QueryRefund(&refund)] {
            let fact = refund_fact(ask(&mock, operation, &payment));
            assert_eq!(fact.event, event, "{word}");
            assert_eq!(fact.amount, Some(claim(3_000, "CNY".into())));
            assert_eq!(fact.decline.is_some(), word == "fail");
        }
    }
}

/// Protects: a refund whose reply got lost is one refund, however often it is asked for (H80).
#[test]
fn lost_replies_leave_one_refund() {
    for word in ["lost_reply", "garbage"] {
        let ((mock, payment), refund) = (paid(&[word]), refund_of(2, 3_000));
        let first = carry(&mock, Operation::Refund(&refund), &payment);
        assert!(first.map_or(true, |page| {
            mock.read(Operation::Refund(&refund), &payment, &page, Moment::at(NOW)).is_err()
        }));
        for _ in 0..2 {
            let fact = refund_fact(ask(&mock, Operation::Refund(&refund), &payment));
            assert_eq!(fact.event, refund::Event::Succeed);
        }
        assert_eq!(mock.server().counts().refunds, 1);
        assert_eq!(mock.server().standing(payment.id).unwrap().refunded_minor, 3_000);
    }
}

/// Protects: what never arrived is not known there.
#[test]
fn troubles_before_anything_happened() {
    for word in ["not_sent", "rate_limited", "server_error", "unauthorized"] {
        let ((mock, payment), refund) = (paid(&[word]), refund_of(2, 3_000));
        let _ = carry(&mock, Operation::Refund(&refund), &payment);
        let asked = ask(&mock, Operation::QueryRefund(&refund), &payment).unwrap();
        assert_eq!(asked, Answer::NotFound, "{word}");
        refund_fact(ask(&mock, Operation::Refund(&refund), &payment));
    }
}

/// Protects: the provider never pays back more than it collected; a failed refund frees its part.
#[test]
fn no_more_than_was_collected() {
    let (mock, payment) = paid(&["fail"]);
    refund_fact(ask(&mock, Operation::Refund(&refund_of(2, 10_000)), &payment));
    refund_fact(ask(&mock, Operation::Refund(&refund_of(3, 6_000)), &payment));
    let over = ask(&mock, Operation::Refund(&refund_of(4, 4_001)), &payment).unwrap();
    assert!(matches!(over, Answer::Refused { code: Code::GatewayRejected, .. }));
    refund_fact(ask(&mock, Operation::Refund(&refund_of(5, 4_000)), &payment));
}

/// Protects: an unpaid payment cannot be refunded.
#[test]
fn nothing_collected_nothing_refunded() {
    let (mock, payment) = (mock(), intent(1));
    checkout_token(ask(&mock, Operation::Pay, &payment));
    let answer = ask(&mock, Operation::Refund(&refund_of(2, 1)), &payment).unwrap();
    assert!(matches!(answer, Answer::Refused { .. }));
}

/// Protects: a pending refund ends by callback, in the book too.
#[test]
fn a_callback_ends_a_pending_refund() {
    let ((mock, payment), refund) = (paid(&["pending"]), refund_of(2, 3_000));
    ask(&mock, Operation::Refund(&refund), &payment).unwrap();
    let occasion = Occasion::of(&payment).with_refund(&refund);
    let made = mock
        .server()
        .callbacks(Kind::RefundFailed, &occasion, NOW, &SeededRandomness::new(5))
        .unwrap();
    let notice = receive(&mock, &made[0], NOW).unwrap();
    assert_eq!(notice.subject, Subject::Refund(refund.id));
    let Fact::Refund(told) = notice.fact else { panic!("about the refund") };
    assert_eq!(told.event, refund::Event::Fail);
    let asked = refund_fact(ask(&mock, Operation::QueryRefund(&refund), &payment));
    assert_eq!(asked.event, refund::Event::Fail);
    assert_eq!(asked.transaction_id, told.transaction_id);
}
