//! H67 to H78 and H81 to H88: what comes twice, late, out of order, at once or for the wrong thing.

use std::sync::Barrier;
use std::thread;

use paywright::api::types::*;
use paywright::error::{Code, Error};
use serde_json::json;

use super::shop::*;
use super::stand_ins::{Meddled, Meddling, Mood, StandIn, Works, shop_with};

/// Runs both at the same time and hands back what came of each.
fn at_once<T: Send>(one: impl FnOnce() -> T + Send, other: impl FnOnce() -> T + Send) -> [T; 2] {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let one = scope.spawn(|| {
            barrier.wait();
            one()
        });
        barrier.wait();
        let other = other();
        [one.join().unwrap(), other]
    })
}

/// What must have happened to an order that was paid once, however that went.
fn paid_exactly_once(shop: &Shop, payment: &Payment) {
    let now = shop.now(payment);
    assert_eq!((now.state, now.captured.as_str()), (PaymentState::succeeded, "100.00"));
    let of_order = arguments::transfers { order_id: payment.order_id.clone() };
    let transfers = shop.pay.transfers(of_order).unwrap();
    assert_eq!(transfers.iter().filter(|t| t.kind == "payment").count(), 1);
    let log =
        shop.pay.timeline(arguments::timeline { order_id: payment.order_id.clone() }).unwrap();
    for event in ["payment.succeeded", "order.paid"] {
        assert_eq!(log.iter().filter(|e| e.event == event).count(), 1, "{event}");
    }
    assert_eq!(shop.order_of(payment).paid.as_str(), "100.00");
    shop.snapshot();
}

/// A success signed now, with a transaction of its own.
fn success(shop: &Shop, payment: &Payment) -> Message {
    shop.said(payment, "success")
}

/// Protects: H67, told twice in the same message, and in another one: paid once.
#[test]
fn h67_success_twice() {
    let shop = Shop::open();
    let payment = shop.payment();
    let [first, second]: [Message; 2] =
        shop.all_said(&payment, "duplicate", None).try_into().unwrap();
    let answer = shop.applied("mock", first);
    let again = shop.already("mock", second);
    assert!(again.duplicate);
    assert_eq!(again.reply, answer.reply);
    let other = shop.already("mock", success(&shop, &payment));
    assert!(!other.duplicate);
    paid_exactly_once(&shop, &payment);
}

/// Protects: H68, two threads with one message, and with two messages about one success: one change, one credit.
#[test]
fn h68_success_at_once() {
    let directory = Directory::new();
    for shop in [Shop::open(), Shop::at(&directory.url())] {
        for round in 0..20 {
            let payment = shop.payment();
            let one = success(&shop, &payment);
            let other = if round % 2 == 0 { one.clone() } else { success(&shop, &payment) };
            let results = at_once(
                || shop.deliver("mock", one).unwrap(),
                || shop.deliver("mock", other).unwrap(),
            );
            let mut outcomes = results.each_ref().map(|r| r.outcome.as_str());
            outcomes.sort_unstable();
            assert_eq!(outcomes, ["already", "applied"]);
            assert_eq!(results[0].reply, results[1].reply);
            paid_exactly_once(&shop, &payment);
        }
    }
}

/// Protects: H69 and S2, a success is never taken back by a message; the contradiction is written down.
#[test]
fn h69_failed_after_succeeded() {
    let shop = Shop::open();
    let payment = shop.paid();
    for kind in ["decline", "cancel", "expire", "processing", "authorize"] {
        let message = shop.said(&payment, kind);
        let before = shop.times("callback.noted");
        shop.already("mock", message);
        assert_eq!(shop.times("callback.noted"), before + 1, "{kind}");
        assert_eq!(shop.now(&payment), payment, "{kind}");
    }
    let log = shop.pay.logs(arguments::logs { payment_id: payment.id.clone() }).unwrap();
    assert!(log.iter().any(|e| e.detail.get("note").is_some_and(|n| n == "fail after succeeded")));
}

/// A payment that ended without money, in each of the three ways.
fn ended(shop: &Shop) -> [(Payment, PaymentState); 3] {
    let failed = shop.payment();
    shop.applied("mock", shop.said(&failed, "decline"));
    let cancelled = shop.payment();
    shop.pay.cancel_payment(args(json!({"payment_id": cancelled.id}))).unwrap();
    let expired = shop.payment();
    shop.clock.advance(1801);
    assert_eq!(shop.pay.run_due(args(json!({}))).unwrap().failures, [""; 0]);
    [
        (failed, PaymentState::failed),
        (cancelled, PaymentState::cancelled),
        (expired, PaymentState::expired),
    ]
}

/// Protects: H70, money that comes after we stopped waiting still counts while the order is open.
#[test]
fn h70_late_success() {
    let shop = Shop::open();
    for (payment, state) in ended(&shop) {
        assert_eq!(shop.now(&payment).state, state);
        let result = shop.applied("mock", success(&shop, &payment));
        assert!(result.payment.unwrap().late, "{state:?}");
        assert_eq!(result.order.unwrap().state, "paid");
        paid_exactly_once(&shop, &payment);
    }
    assert_eq!(shop.suspended(), None);
}

/// Ends what an order still needs.
type Closing<'a> = &'a dyn Fn(&Shop, &Payment);

/// Protects: H71, late money for an order that needs it no more waits in suspense, and a refund is suggested.
#[test]
fn h71_late_success_for_a_closed_order() {
    let order_given_up = |shop: &Shop, payment: &Payment| {
        let order = args(json!({"order_id": payment.order_id}));
        shop.pay.cancel_order(order).unwrap();
    };
    let paid_otherwise = |shop: &Shop, payment: &Payment| {
        let again = shop.pay_for(&shop.order_of(payment), "card");
        shop.applied("mock", success(shop, &again));
    };
    let closings: [Closing<'_>; 2] = [&order_given_up, &paid_otherwise];
    for close in closings {
        for index in 0..3 {
            let shop = Shop::open();
            let (payment, state) = ended(&shop).into_iter().nth(index).unwrap();
            close(&shop, &payment);
            let before = shop.order_of(&payment);
            let money = Some(("100.00", "CNY"));
            let message = success(&shop, &payment);
            let result = shop.held("mock", message.clone(), ExceptionKind::unapplied, money);
            assert_eq!(result.exception.unwrap().suggestion, Resolution::refund);
            assert_eq!(shop.now(&payment).state, state);
            assert_eq!(shop.order_of(&payment), before);
            assert!(shop.already("mock", message).duplicate);
            // Told again in another message it is still the same money.
            shop.already("mock", success(&shop, &payment));
            assert_eq!(shop.exceptions().len(), 1);
        }
    }
}

/// Protects: H72 and M7, money for something that we do not have is kept and waits for a person.
#[test]
fn h72_an_unknown_payment() {
    let elsewhere = Shop::open();
    elsewhere.order("1.00");
    let stranger = elsewhere.payment();
    let shop = Shop::open();
    let message = mock_signed("evt_1", NOW, mock_event("evt_1", &stranger, |_| ()));
    let money = Some(("100.00", "CNY"));
    let result = shop.held("mock", message.clone(), ExceptionKind::unknown_payment, money);
    let exception = result.exception.unwrap();
    assert!(exception.explanation.contains(&stranger.id), "{}", exception.explanation);
    assert!(shop.already("mock", message).duplicate);
    let shop = Shop::open();
    let message = mock_signed(
        "evt_1",
        NOW,
        mock_event("evt_1", &stranger, |e| {
            e["data"]["payment"] = "SOMEBODY-ELSE-1".into();
        }),
    );
    shop.held("mock", message, ExceptionKind::unknown_payment, money);
    let shop = Shop::open();
    shop.held("shop", shop_says(&stranger, &[]), ExceptionKind::unknown_payment, money);
}

/// Protects: H73, a settled order takes no second payment.
#[test]
fn h73_a_settled_order() {
    let shop = Shop::open();
    let payment = shop.paid();
    let again = json!({"order_id": payment.order_id, "method": "wechat"});
    let error = shop.refused(|| shop.create(again));
    assert_eq!((error.code(), error.code().group().http_status()), (Code::OrderSettled, 409));
}

/// Protects: H74 and S8, one open payment per order: the same one comes back, another one is refused.
#[test]
fn h74_a_payment_is_open() {
    let shop = Shop::open();
    let order = shop.order("100.00");
    let first = shop.pay_for(&order, "card");
    let before = shop.snapshot();
    let again = shop.pay_for(&order, "card");
    assert!(again.reused && !first.reused);
    assert_eq!((again.id, again.action), (first.id.clone(), first.action));
    assert_eq!(before, shop.snapshot());
    let others = [
        json!({"order_id": order.id, "method": "wechat"}),
        json!({"order_id": order.id, "method": "card", "amount": "40.00", "partial": true}),
    ];
    for other in others {
        let error = shop.refused(|| shop.create(other));
        assert_eq!(error.code(), Code::ActivePayment);
        assert_eq!(error.detail("payment"), Some(first.id.as_str()));
    }
}

/// A call with an amount and an idempotency key; answers with the id of what it made.
type Keyed<'a> = &'a dyn Fn(&str, &str) -> Result<String>;

/// Protects: H75, a key means one call: asked again it answers, asked otherwise it refuses.
#[test]
fn h75_idempotency_keys() {
    let shop = Shop::open();
    let paid = shop.paid();
    let open = shop.order("100.00");
    let order = |amount: &str, key: &str| {
        let with = json!({"currency": "CNY", "amount": amount, "idempotency_key": key});
        shop.pay.create_order(args(with)).map(|order| order.id)
    };
    let payment = |amount: &str, key: &str| {
        let with =
            json!({"order_id": open.id, "amount": amount, "partial": true, "idempotency_key": key});
        shop.create(with).map(|payment| payment.id)
    };
    let refund = |amount: &str, key: &str| {
        let with = json!({"payment_id": paid.id, "amount": amount, "idempotency_key": key});
        shop.refund(with).map(|refund| refund.id)
    };
    let calls: [Keyed<'_>; 3] = [&order, &payment, &refund];
    let key = "k".repeat(255);
    for call in calls {
        let first = call("10.00", &key).unwrap();
        let before = shop.snapshot();
        assert_eq!(call("10.00", &key).unwrap(), first);
        assert_eq!(before, shop.snapshot());
        assert_eq!(shop.refused(|| call("11.00", &key)).code(), Code::Idempotency);
        assert_eq!(shop.refused(|| call("12.00", &"k".repeat(256))).code(), Code::TooLarge);
        for odd in ["", "a\n", "é"] {
            assert_eq!(shop.refused(|| call("12.00", odd)).code(), Code::IdFormat, "{odd:?}");
        }
    }
}

/// Protects: H76, while the first call is at its gateway the same key says so, for a minute at most; and both end
/// with one payment.
#[test]
fn h76_the_first_call_still_runs() {
    let own = StandIn::new();
    let shop = shop_with(&own);
    let order = shop.order("100.00");
    let asked = json!({"order_id": order.id, "method": "own", "idempotency_key": "k1"});
    own.will(Mood::Blocks);
    thread::scope(|scope| {
        let first = scope.spawn(|| shop.create(asked.clone()));
        own.wait_for_request();
        for seconds in [0, 59] {
            shop.clock.advance(seconds);
            let error = shop.refused(|| shop.create(asked.clone()));
            assert_eq!((error.code(), error.code().retryable()), (Code::InProgress, true));
        }
        shop.clock.advance(1);
        let second = shop.create(asked.clone()).unwrap();
        own.release();
        let first = first.join().unwrap().unwrap();
        assert_eq!((first.id, first.action), (second.id, second.action));
    });
    assert_eq!(shop.times("payment.created"), 1);
}

/// Protects: H77, who wants to cancel learns that the payer was faster, and the money counts.
#[test]
fn h77_cancel_after_paying() {
    let shop = Shop::open();
    let payment = shop.payment();
    let on_its_way = success(&shop, &payment);
    let cancel = || shop.pay.cancel_payment(args(json!({"payment_id": payment.id})));
    assert_eq!(code(cancel()), Code::Paid);
    paid_exactly_once(&shop, &payment);
    shop.already("mock", on_its_way);
    assert_eq!(shop.refused(cancel).code(), Code::Paid);
    paid_exactly_once(&shop, &payment);
    let payment = shop.payment();
    success(&shop, &payment);
    let order = args(json!({"order_id": payment.order_id}));
    assert_eq!(code(shop.pay.cancel_order(order)), Code::Paid);
    paid_exactly_once(&shop, &payment);
}

/// Protects: H78 and S7, expiry never beats money: in either order, and both at once.
#[test]
fn h78_expiry_races_success() {
    let sweep = |shop: &Shop| shop.pay.run_due(args(json!({}))).unwrap().failures;
    for round in 0..24 {
        let shop = Shop::open();
        let payment = shop.payment();
        shop.clock.advance(1801);
        let message = success(&shop, &payment);
        match round {
            0 => {
                assert_eq!(sweep(&shop), [""; 0]);
                shop.already("mock", message);
            }
            1 => {
                shop.applied("mock", message);
                assert_eq!(sweep(&shop), [""; 0]);
            }
            _ => {
                let results = at_once(
                    || shop.deliver("mock", message).map(drop).err(),
                    || sweep(&shop).pop().map(|_| Error::new(Code::Version)),
                );
                assert!(results.iter().all(Option::is_none), "{results:?}");
            }
        }
        paid_exactly_once(&shop, &payment);
    }
}

/// Protects: H81 and M3, what is reserved cannot be given away twice: one after the other, and at once.
#[test]
fn h81_two_refunds_too_many() {
    let shop = Shop::open();
    let payment = shop.paid();
    let back = || shop.refund(json!({"payment_id": payment.id, "amount": "60.00"}));
    shop.pay.mock_script(args(json!({"refunds": ["pending"]}))).unwrap();
    assert_eq!(back().unwrap().state, RefundState::pending);
    assert_eq!(shop.refused(back).code(), Code::RefundExceeds);
    for _ in 0..20 {
        let payment = shop.paid();
        let back = || shop.refund(json!({"payment_id": payment.id, "amount": "60.00"}));
        let results = at_once(back, back);
        let refused: Vec<_> = results.iter().filter_map(|r| r.as_ref().err()).collect();
        assert_eq!(refused.len(), 1, "{results:?}");
        assert_eq!(refused[0].code(), Code::RefundExceeds);
        assert_eq!(shop.now(&payment).refunded.as_str(), "60.00");
        shop.snapshot();
    }
}

/// A refund of 60.00 that the gateway has accepted and not paid.
fn pending_refund(shop: &Shop) -> (Payment, Refund) {
    let payment = shop.paid();
    shop.pay.mock_script(args(json!({"refunds": ["pending"]}))).unwrap();
    let refund = shop.refund(json!({"payment_id": payment.id, "amount": "60.00"})).unwrap();
    assert_eq!(shop.now(&payment).refund_pending.as_str(), "60.00");
    (payment, refund)
}

/// Protects: H82, a refund that did not work gives its reservation back and raises an alert.
#[test]
fn h82_a_refund_fails() {
    let shop = Shop::open();
    let (payment, refund) = pending_refund(&shop);
    let message = shop.said_of_refund(&payment, "refund_failed", &refund);
    let result = shop.applied("mock", message.clone());
    assert_eq!(result.refund.unwrap().state, RefundState::failed);
    let now = shop.now(&payment);
    assert_eq!((now.refund_pending.as_str(), now.refunded.as_str()), ("0.00", "0.00"));
    assert_eq!(shop.count("paywright_exceptions_total{kind=\"refund_failed\"}"), 1);
    assert_eq!(shop.exceptions()[0].kind, ExceptionKind::refund_failed);
    assert!(shop.already("mock", message).duplicate);
    let all = shop.refund(json!({"payment_id": payment.id})).unwrap();
    assert_eq!(all.amount.as_str(), "100.00");
}

/// Protects: H82 and S7, a refund that failed does not succeed because a message says so which the gateway has no word for when it is
/// asked: nothing moves, and a person hears of it once.
#[test]
fn h82_a_message_alone_undoes_no_failure() {
    let folder = Directory::new();
    let shop = Shop::at(&folder.url());
    let (payment, refund) = pending_refund(&shop);
    shop.applied("mock", shop.said_of_refund(&payment, "refund_failed", &refund));
    let late = shop.said_of_refund(&payment, "refund_succeeded", &refund);
    drop(shop);
    // The provider in this process has a book of its own, where the refund is not.
    let shop = Shop::at(&folder.url());
    let told = shop.deliver("mock", late.clone()).unwrap();
    let held = told.exception.unwrap();
    assert_eq!((told.outcome, held.kind), (CallbackOutcome::held, ExceptionKind::unapplied));
    assert!(held.explanation.contains("does not confirm it"), "{}", held.explanation);
    assert_eq!(told.refund.unwrap().state, RefundState::failed);
    let now = shop.now(&payment);
    assert_eq!((now.refunded.as_str(), now.refund_pending.as_str()), ("0.00", "0.00"));
    assert!(shop.already("mock", late).duplicate);
    assert_eq!(shop.exceptions().len(), 2);
    shop.snapshot();
}

/// Protects: H83, a refund told twice is booked once.
#[test]
fn h83_refund_success_twice() {
    let shop = Shop::open();
    let (payment, refund) = pending_refund(&shop);
    let message = shop.said_of_refund(&payment, "refund_succeeded", &refund);
    let first = shop.applied("mock", message.clone());
    assert_eq!(first.refund.unwrap().state, RefundState::succeeded);
    let again = shop.already("mock", message);
    assert!(again.duplicate && again.reply == first.reply);
    let other = shop.already("mock", shop.said_of_refund(&payment, "refund_succeeded", &refund));
    assert!(!other.duplicate);
    assert_eq!(shop.now(&payment).refunded.as_str(), "60.00");
    assert_eq!(shop.times("refund.succeeded"), 1);
}

/// Protects: H84, what a state does not allow is refused and named.
#[test]
fn h84_events_out_of_place() {
    let shop = Shop::open();
    let payment = shop.payment();
    let order = shop.order_of(&payment);
    let fire = |event: &str| {
        shop.pay.transition_order(args(json!({"order_id": order.id, "event": event})))
    };
    for event in ["ship", "complete", "resume", "no_such_event"] {
        let error = shop.refused(|| fire(event));
        assert_eq!(error.code(), Code::Transition);
        assert_eq!((error.detail("state"), error.detail("event")), (Some("pending"), Some(event)));
        assert!(error.message().contains(event) && error.message().contains("pending"));
    }
    assert_eq!(shop.refused(|| fire("paid")).code(), Code::TransitionReserved);
    let capture = args(json!({"payment_id": payment.id}));
    let error = shop.refused(|| shop.pay.capture_payment(capture));
    assert_eq!((error.code(), error.detail("event")), (Code::Transition, Some("capture")));
    let refund = json!({"payment_id": payment.id});
    assert_eq!(shop.refused(|| shop.refund(refund)).code(), Code::NotRefundable);
}

/// Protects: H85, a write that was overtaken is tried afresh five times and then refused as a conflict; the gateway
/// is asked to come again.
#[test]
fn h85_a_stale_version() {
    let store = Meddled::new();
    let works = Works::on(store.clone());
    let before = works.snapshot();
    store.meddle("UPDATE payments", Meddling::NoRow, 5);
    let error = works.deliver().unwrap_err();
    assert_eq!((error.code(), store.left()), (Code::Version, 0));
    assert_eq!(error.code().group().http_status(), 409);
    assert!(error.code().retryable());
    assert_eq!(error.reply().unwrap().status, 503);
    assert_eq!(before, works.snapshot());
    store.meddle("UPDATE payments", Meddling::NoRow, 4);
    let result = works.deliver().unwrap();
    assert_eq!((result.outcome.as_str(), store.left()), ("applied", 0));
    assert_eq!(works.snapshot().1.captured, 10_000);
}

/// Protects: H86 and S10, a host that fails hears the event again, and the money stays where it is.
#[test]
fn h86_a_handler_fails() {
    let shop = Shop::open();
    let payment = shop.paid();
    let before = shop.snapshot();
    let mut heard = Vec::new();
    let fails_at = |name: &'static str, heard: &mut Vec<String>| {
        shop.pay.deliver_events("mailer", 100, |event| {
            heard.push(event.event.clone());
            match event.event == name {
                true => Err(Error::bug("the mail server is down")),
                false => Ok(()),
            }
        })
    };
    for _ in 0..2 {
        assert_eq!(code(fails_at("payment.succeeded", &mut heard)), Code::Internal);
        assert_eq!(heard.last().unwrap(), "payment.succeeded");
        assert_eq!(before, shop.snapshot());
    }
    let panics = shop.pay.deliver_events("mailer", 100, |_| {
        std::panic::resume_unwind(Box::new("a panic of the host"))
    });
    assert_eq!(code(panics), Code::Internal);
    fails_at("nothing", &mut heard).unwrap();
    let rest = heard.iter().rev().take(2).collect::<Vec<_>>();
    assert_eq!(rest, ["order.paid", "payment.succeeded"]);
    assert_eq!(fails_at("nothing", &mut heard).unwrap(), 0);
    paid_exactly_once(&shop, &payment);
}

/// Protects: H87 and M4, one movement of money is evidence for one payment only, however it is presented.
#[test]
fn h87_evidence_for_another_order() {
    let shop = Shop::open();
    let first = shop.payment();
    shop.applied("mock", mock_signed("evt_1", NOW, mock_event("evt_1", &first, |_| ())));
    let second = shop.payment();
    let borrowed = mock_signed("evt_2", NOW, mock_event("evt_2", &second, |_| ()));
    let error = shop.rejected("mock", borrowed, Code::BoundElsewhere);
    assert_eq!(error.detail("owner"), Some(first.id.as_str()));
    let nobody = mock_event("evt_3", &second, |e| e["data"]["payment"] = "NOBODY-1".into());
    shop.rejected("mock", mock_signed("evt_3", NOW, nobody), Code::BoundElsewhere);
    let wallet = shop.payment_by("wallet");
    shop.applied("shop", shop_says(&wallet, &[]));
    let other = shop.payment_by("wallet");
    let nonce = ("nonce", "nonce_1123456789abcdef");
    shop.rejected("shop", shop_says(&other, &[nonce]), Code::BoundElsewhere);
    let with = json!({
        "payment_id": other.id, "actor": "alice", "reason": "seen", "transaction_id": "wtx_1",
    });
    assert_eq!(shop.refused(|| shop.pay.confirm_payment(args(with))).code(), Code::BoundElsewhere);
    // The same number at another account is another movement of money.
    let same_number = [("transaction_id", "mtx_by_hand"), ("nonce", "nonce_2123456789abcdef")];
    shop.applied("shop", shop_says(&other, &same_number));
}

/// Protects: H87, money that waits in suspense is no evidence for another order either.
#[test]
fn h87_evidence_that_waits_in_suspense() {
    let shop = Shop::open();
    let first = shop.payment();
    let short = mock_event("evt_1", &first, |e| e["data"]["amount"] = 9_999.into());
    let money = Some(("99.99", "CNY"));
    shop.held("mock", mock_signed("evt_1", NOW, short), ExceptionKind::amount_mismatch, money);
    let second = shop.payment();
    let borrowed = mock_signed("evt_2", NOW, mock_event("evt_2", &second, |_| ()));
    shop.already("mock", borrowed);
    assert_eq!(shop.now(&second), second);
}

/// Protects: H88, a payer's side can only look and choose how to pay: no return address and no click refunds or
/// captures.
#[test]
fn h88_a_payer_cannot_refund() {
    let shop = Shop::open();
    let payment = shop.paid();
    for action in ["refund", "capture", "succeeded"] {
        let params = json!({"action": action, "payment": payment.id, "refund": "true"});
        let before = shop.snapshot();
        shop.pay.handle_return(args(json!({"gateway": "mock", "params": params}))).unwrap();
        assert_eq!(before, shop.snapshot());
        let open = shop.payment();
        let token = open.action.url.unwrap().split_once("token=").unwrap().1.to_owned();
        let choose = args(json!({"token": token, "choice": action}));
        assert_eq!(shop.refused(|| shop.pay.mock_choose(choose)).code(), Code::ValueUnknown);
    }
}
