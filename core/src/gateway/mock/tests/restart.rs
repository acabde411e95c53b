//! The mock gateway under test: restart.

use super::*;

/// Protects: a provider that lost its book still refunds what it once collected, on the evidence of its own
/// transaction number, and nothing on the evidence of anybody else's.
#[test]
fn its_own_number_proves_a_payment() {
    let before = mock_with(&["success"], &[]);
    let mut payment = intent(1);
    payment.transaction_id = payment_fact(ask(&before, Operation::Pay, &payment)).transaction_id;
    let after = mock();
    let refund = refund_of(2, 3_000);
    assert_eq!(
        refund_fact(ask(&after, Operation::Refund(&refund), &payment)).event,
        refund::Event::Succeed
    );
    assert_eq!(
        payment_fact(ask(&after, Operation::Query, &payment)).event,
        payment::Event::Succeed
    );

    let stranger = mock();
    payment.transaction_id = Some("mtx_10000_000000000000000000000000".into());
    let answer = ask(&stranger, Operation::Refund(&refund), &payment).unwrap();
    assert!(matches!(answer, Answer::Refused { .. }));
}

/// Protects: an open payment and a hold survive a restart.
#[test]
fn open_payments_and_holds_survive() {
    let (payment, held) = (intent(1), PaymentIntent { manual_capture: true, ..intent(2) });
    let token = checkout_token(ask(&mock(), Operation::Pay, &payment));
    let after = mock();
    assert!(after.server().page(&token, Language::En, NOW).unwrap().html.contains("ORD123456"));
    checkout_token(ask(&after, Operation::Query, &payment));
    let fact = payment_fact(ask(&after, Operation::Capture(money(10_000)), &held));
    assert_eq!(fact.event, payment::Event::Succeed);
}
