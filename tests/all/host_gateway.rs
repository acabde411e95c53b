//! A gateway written by a host, behind a transport that answers as it is told: errands, consent, hints, refunds and
//! disputes from outside, and exchanges step by step.

mod scripted;

use paywright::api::types::{self, CallbackOutcome, PaymentState, RefundState};
use serde_json::json;

use scripted::World;

/// Protects: a gateway that needs a token first gets it by an errand, once, and again when its session is over.
#[test]
fn errands_are_run_and_sessions_begun_again() {
    let world = World::new();
    world.answers(&["token", "waiting"]);
    let payment = world.payment("100.00");
    assert_eq!(payment.action.kind.as_str(), "redirect");
    assert_eq!(world.sent(), ["token", "pay"]);
    world.answers(&["over", "token", "waiting"]);
    world.sync(&payment.id);
    assert_eq!(world.sent(), ["query", "token", "query"]);
}

/// Protects: keys that are refused again and again are a clear refusal: nothing happened there.
#[test]
fn a_session_that_never_begins_is_a_refusal() {
    let world = World::new();
    world.answers(&["token", "over", "token", "over", "token", "over"]);
    let order = world.order("100.00");
    let refusal = world.try_payment(&order).unwrap_err();
    assert_eq!(refusal.code().as_str(), "credentials_rejected");
}

/// Protects: consent that a question finds is turned into money while the payment is wanted and in time, and never after.
#[test]
fn consent_becomes_money_only_in_time() {
    let world = World::new();
    world.answers(&["token", "waiting", "agreed", "paid tx_1"]);
    let payment = world.payment("100.00");
    assert_eq!(world.sync(&payment.id).state, PaymentState::succeeded);
    assert_eq!(world.sent(), ["token", "pay", "query", "collect"]);

    world.answers(&["waiting", "agreed", "refused", "agreed"]);
    let late = world.payment("50.00");
    world.advance(1800);
    world.run_due();
    assert_eq!(world.sent(), ["pay", "query", "cancel", "query"], "nothing is collected");
    assert!(world.payment_now(&late.id).state != PaymentState::succeeded);
}

/// Protects: a hint changes nothing by itself; what the gateway answers does, once, and silence brings the message back.
#[test]
fn a_hint_is_a_reason_to_ask() {
    let world = World::new();
    world.answers(&["token", "waiting"]);
    let payment = world.payment("100.00");
    world.sent();
    let hint = format!("e1 hint {}", payment.id);
    world.answers(&["drop"]);
    let refusal = world.callback(&hint).unwrap_err();
    assert_eq!(refusal.code().as_str(), "outcome_unknown");
    assert_eq!(refusal.reply().unwrap().status, 503, "so that it comes again");
    world.answers(&["waiting"]);
    assert_eq!(
        world.callback("e0 hint pay_01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap().outcome,
        CallbackOutcome::ignored
    );
    world.sent();
    world.answers(&["agreed", "paid tx_1"]);
    let taken = world.callback(&hint).unwrap();
    assert_eq!(taken.outcome, CallbackOutcome::applied);
    assert_eq!(taken.payment.unwrap().state, PaymentState::succeeded);
    world.sent();
    let again = world.callback(&hint).unwrap();
    assert!(again.duplicate && again.outcome == CallbackOutcome::already);
    assert!(world.sent().is_empty(), "a message that was taken is not asked about again");
    world.verify();
}

/// Protects: refunds made at the gateway are booked like our own, once, never above what is left.
#[test]
fn refunds_from_outside_are_learned() {
    let world = World::new();
    world.answers(&["token", "paid tx_1"]);
    let payment = world.payment("100.00");
    let taken = world.callback("e1 refund tx_1 re_1 3000").unwrap();
    assert_eq!(taken.outcome, CallbackOutcome::applied);
    let refund = taken.refund.unwrap();
    assert_eq!((refund.state, refund.amount.as_str()), (RefundState::succeeded, "30.00"));
    assert_eq!(refund.reason, "made at the gateway");
    assert_eq!(taken.payment.unwrap().refunded.as_str(), "30.00");
    assert_eq!(
        world.callback("e1 refund tx_1 re_1 3000").unwrap().outcome,
        CallbackOutcome::already
    );
    assert_eq!(
        world.callback("e2 refund tx_1 re_1 3000").unwrap().outcome,
        CallbackOutcome::already
    );
    assert_eq!(
        world.callback("e3 total tx_1 re_2 5000").unwrap().payment.unwrap().refunded.as_str(),
        "50.00"
    );
    assert_eq!(
        world.callback("e4 total tx_1 re_3 5000").unwrap().outcome,
        CallbackOutcome::ignored
    );
    let held = world.callback("e5 refund tx_1 re_4 9900").unwrap();
    assert_eq!(held.outcome, CallbackOutcome::held);
    assert_eq!(held.exception.unwrap().kind.as_str(), "amount_mismatch");
    assert_eq!(
        world.callback("e6 refund tx_9 re_5 100").unwrap().outcome,
        CallbackOutcome::ignored
    );
    assert_eq!(world.payment_now(&payment.id).refunded.as_str(), "50.00");
    world.verify();
}

/// Protects: a dispute is announced once, with its payment, and moves no money.
#[test]
fn disputes_are_announced() {
    let world = World::new();
    world.answers(&["token", "paid tx_1"]);
    let payment = world.payment("100.00");
    for (message, outcome) in [
        ("e1 dispute tx_1 open", CallbackOutcome::applied),
        ("e1 dispute tx_1 open", CallbackOutcome::already),
        ("e2 dispute tx_1 lose", CallbackOutcome::applied),
        ("e3 dispute tx_2 open", CallbackOutcome::ignored),
    ] {
        assert_eq!(world.callback(message).unwrap().outcome, outcome, "{message}");
    }
    let events = world.logs(&payment.id);
    assert!(
        events.contains(&"dispute.opened".to_owned())
            && events.contains(&"dispute.lost".to_owned())
    );
    assert_eq!(world.payment_now(&payment.id).refunded.as_str(), "0.00");
    world.verify();
}

/// Protects: X6: whatever a gateway builds, a request leaves only for its own hosts.
#[test]
fn requests_go_to_the_gateways_hosts_only() {
    let world = World::new();
    world.answers(&["token"]);
    world.misdirect("https://elsewhere.invalid/");
    let order = world.order("100.00");
    assert_eq!(world.try_payment(&order).unwrap_err().code().as_str(), "internal");
    assert_eq!(world.sent(), ["token"]);
}

/// Protects: a host that sends requests itself gets the same stories: errands, retries, consent, the result.
#[test]
fn exchanges_go_step_by_step() {
    let world = World::new();
    let order = world.order("100.00");
    let intent = json!({"order_id": order, "send": false});
    let payment = world.create_payment(intent).unwrap();
    assert!(world.sent().is_empty(), "nothing was sent");
    let first = world.begin(&payment.id, "pay");
    assert_eq!(url(&first), "https://own.invalid/token");
    let second = world.resume(&first, 200, "token");
    assert_eq!(url(&second), "https://own.invalid/pay");
    let busy = world.resume(&second, 503, "");
    assert!(url(&busy) == "https://own.invalid/pay" && busy.after_ms >= 200);
    assert_eq!(key(&busy), key(&second), "the same intent, the same key");
    let done = world.resume(&busy, 200, "waiting");
    assert!(done.request.is_none());
    assert_eq!(done.payment.unwrap().action.kind.as_str(), "redirect");

    let query = world.begin(&payment.id, "query");
    let collect = world.resume(&query, 200, "agreed");
    assert_eq!(url(&collect), "https://own.invalid/collect");
    let paid = world.resume(&collect, 200, "paid tx_1").payment.unwrap();
    assert_eq!(paid.state, PaymentState::succeeded);
    let again = world.resume(&collect, 200, "paid tx_1").payment.unwrap();
    assert_eq!(again.version, paid.version, "told twice is told once");
    world.verify();
}

/// Protects: who gives a payment up takes no money by it, even where the gateway refuses and the payer has agreed.
#[test]
fn giving_up_collects_nothing() {
    let world = World::new();
    world.answers(&["token", "waiting"]);
    let payment = world.payment("100.00");
    let step = world.begin_as(&payment.id, "cancel", "ann");
    let query = world.resume(&step, 200, "refused");
    assert_eq!(url(&query), "https://own.invalid/query");
    let refusal = world.try_resume(&query, "agreed").unwrap_err();
    assert_eq!(refusal.code().as_str(), "outcome_unknown");
    assert_eq!(world.payment_now(&payment.id).state, PaymentState::init);
    // Who asked is on record, although all steps went through the host's hands.
    assert_eq!(world.last_act(&payment.id), ("payment.asked".to_owned(), "ann".to_owned()));
}

/// Protects: a capture that did not work is an error that says so, and held money stays held until the gateway says more.
#[test]
fn a_capture_that_did_not_work() {
    let world = World::new();
    world.answers(&["token", "held tx_1", "refused", "drop", "paid tx_1"]);
    let asked = json!({"order_id": world.order("100.00"), "capture": "manual"});
    let payment = world.create_payment(asked).unwrap();
    assert_eq!(payment.state, PaymentState::authorized);
    assert_eq!(world.capture(&payment.id).unwrap_err().code().as_str(), "gateway_rejected");
    assert_eq!(world.capture(&payment.id).unwrap_err().code().as_str(), "outcome_unknown");
    assert_eq!(world.payment_now(&payment.id).state, PaymentState::authorized);
    assert_eq!(world.capture(&payment.id).unwrap().state, PaymentState::succeeded);
    world.verify();
}

/// Protects: an answer that never came leaves a step's payment under way, and a ticket tells no secret.
#[test]
fn a_step_without_an_answer_stays_open() {
    let world = World::new();
    world.answers(&["token"]);
    let order = world.order("100.00");
    let payment = world.create_payment(json!({"order_id": order, "send": false})).unwrap();
    let step = world.begin(&payment.id, "pay");
    let step = world.resume(&step, 200, "token");
    assert!(!step.ticket.as_ref().unwrap().contains("canary"));
    assert!(!format!("{step:?}").contains("canary"), "credentials are not printed");
    let lost = json!({"ticket": step.ticket, "failure": "unknown"});
    let done = world.resume_with(lost).payment.unwrap();
    assert_eq!(done.state, PaymentState::processing);
}

fn url(step: &types::Step) -> &str {
    &step.request.as_ref().unwrap().url
}

fn key(step: &types::Step) -> String {
    let headers = &step.request.as_ref().unwrap().headers.0;
    headers.iter().find(|(name, _)| name == "Idempotency-Key").unwrap().1.clone()
}
