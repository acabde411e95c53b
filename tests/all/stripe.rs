//! Whole stories at a played Stripe: words that are lost on the way, a payer who pays or does not, money that goes back.
//! What counts is what stands in both books at the end.

mod played;

use std::sync::Arc;

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time as Instant};
use paywright::error::Code;
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::id::SeededRandomness;
use paywright_tests::shop::read;
use serde_json::{Value, json};

use played::{Fake, SECRET_KEY, Trouble, WEBHOOK_SECRET};

const NOW: i64 = 1_780_300_800;
const DAY: i64 = 24 * 60 * 60;

struct Shop {
    pay: Paywright,
    clock: ManualClock,
    stripe: Arc<Fake>,
}

/// The played provider as somebody else's transport.
struct Wire(Arc<Fake>);

impl Transport for Wire {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        self.0.send(request)
    }
}

impl Shop {
    fn open() -> Shop {
        let clock = ManualClock::new(Instant::from_millis(NOW * 1000));
        let stripe = Arc::new(Fake::new(clock.clone()));
        let account =
            json!({"stripe": {"secret_key": SECRET_KEY, "webhook_secrets": [WEBHOOK_SECRET]}});
        let options = Options {
            gateways: vec![read(account)],
            mode: Mode::test,
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SeededRandomness::new(1)),
            transport: Some(Arc::new(Wire(Arc::clone(&stripe)))),
            ..Options::default()
        };
        Shop { pay: Paywright::open("sqlite::memory:", options).unwrap(), clock, stripe }
    }

    fn pay(&self, more: Value) -> Payment {
        let order = json!({"currency": "USD", "amount": "20.00"});
        let order = self.pay.create_order(read(order)).unwrap();
        let mut asked =
            json!({"order_id": order.id, "method": "card", "return_url": "https://shop.example/"});
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.pay.create_payment(read(asked)).unwrap()
    }

    fn sync(&self, payment: &Payment) -> Payment {
        self.pay.sync_payment(read(json!({"payment_id": payment.id}))).unwrap()
    }

    fn cancel(&self, payment: &Payment) -> Payment {
        let asked = json!({"payment_id": payment.id, "actor": "tester"});
        self.pay.cancel_payment(read(asked)).unwrap()
    }

    /// Who did what to a payment after it was created, in the journal's words.
    fn acts(&self, payment: &Payment) -> Vec<(String, String)> {
        let logs = self.pay.logs(read(json!({"payment_id": payment.id}))).unwrap();
        let acts = logs.into_iter().map(|log| (log.event, log.actor));
        acts.filter(|(event, _)| event != "payment.created").collect()
    }

    fn told(&self, event: &str, kind: &str, id: &str) -> CallbackResult {
        let (headers, body) = self.stripe.message(event, kind, id);
        let arrived = arguments::handle_callback {
            gateway: "stripe".to_owned(),
            headers: Headers(headers),
            body: Bytes(body),
        };
        self.pay.handle_callback(arrived).unwrap()
    }

    /// Time passes, and due work is done at its end.
    fn later(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.pay.run_due(arguments::run_due { limit: None }).unwrap();
    }

    fn sound(&self) {
        assert!(self.pay.verify(arguments::verify {}).unwrap().ok);
    }
}

fn acts(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(event, actor)| ((*event).to_owned(), (*actor).to_owned())).collect()
}

fn named(payment: &Payment) -> &str {
    payment.reference.as_deref().unwrap()
}

/// Protects: the ordinary stories, embedded and hosted, by message and by question; a message told twice pays once.
#[test]
fn a_payment_is_collected_once() {
    for (experience, prefix) in [("embedded", "pi_"), ("hosted", "cs_test_")] {
        for by_message in [true, false] {
            let shop = Shop::open();
            let payment = shop.pay(json!({"experience": experience}));
            assert!(named(&payment).starts_with(prefix));
            shop.stripe.paid(named(&payment));
            let intent = shop.stripe.all("payment_intent").remove(0);
            let intent = intent["id"].as_str().unwrap();
            if by_message {
                shop.told("evt_1", "payment_intent.succeeded", intent);
                if experience == "hosted" {
                    let again = shop.told("evt_2", "checkout.session.completed", named(&payment));
                    assert_eq!(again.outcome, CallbackOutcome::already);
                }
            }
            let paid = shop.sync(&payment);
            assert_eq!(
                (paid.state, paid.transaction_id.as_deref()),
                (PaymentState::succeeded, Some(intent))
            );
            assert_eq!(paid.captured.as_str(), "20.00");
            shop.sound();
        }
    }
}

/// Protects: a declined card is not the end of a payment, and its last word wins.
#[test]
fn a_declined_card_leaves_the_payment_open() {
    let shop = Shop::open();
    let payment = shop.pay(json!({}));
    let error = json!({"code": "card_declined", "decline_code": "insufficient_funds"});
    shop.stripe.change(named(&payment), json!({"last_payment_error": error}));
    let told = shop.told("evt_1", "payment_intent.payment_failed", named(&payment));
    assert_eq!(told.payment.unwrap().state, PaymentState::processing);
    let asked = shop.sync(&payment);
    assert_eq!(asked.state, PaymentState::processing);
    assert!(asked.action.client_secret.is_some(), "the payer can go on");
    shop.stripe.paid(named(&payment));
    let told = shop.told("evt_2", "payment_intent.succeeded", named(&payment));
    assert_eq!(told.payment.unwrap().state, PaymentState::succeeded);
    let late = shop.told("evt_1b", "payment_intent.payment_failed", named(&payment));
    assert_eq!(late.outcome, CallbackOutcome::already);
    shop.sound();
}

/// Protects: whatever is lost while a payment is created, there is one object at Stripe, and it is found again.
#[test]
fn a_creation_whose_answer_is_lost() {
    use Trouble::{AnswerLost, KeyInUse, NotSent, ServerError, TooMany};
    for experience in ["embedded", "hosted"] {
        for trouble in [
            &[AnswerLost][..],
            &[ServerError],
            &[ServerError, ServerError, ServerError],
            &[NotSent, AnswerLost],
            &[TooMany, TooMany],
            &[KeyInUse],
        ] {
            let shop = Shop::open();
            shop.stripe.will(trouble);
            let payment = shop.pay(json!({"experience": experience}));
            shop.stripe.will(&[]);
            let found = shop.sync(&payment);
            let kind = if experience == "hosted" { "checkout.session" } else { "payment_intent" };
            let all = shop.stripe.all(kind);
            assert_eq!(all.len(), 1, "{trouble:?}");
            assert_eq!(named(&found), all[0]["id"].as_str().unwrap(), "{trouble:?}");
            assert!(found.state.as_str() == "init" || found.state.as_str() == "processing");
            assert!(found.action.client_secret.is_some() || found.action.url.is_some());
        }
    }
}

/// Protects: a hold is collected in part or released, embedded and hosted, also when the answer is lost.
#[test]
fn holds() {
    for experience in ["embedded", "hosted"] {
        for lost in [false, true] {
            let shop = Shop::open();
            let held = shop.pay(json!({"experience": experience, "capture": "manual"}));
            shop.stripe.paid(named(&held));
            let held = shop.sync(&held);
            assert_eq!(held.state, PaymentState::authorized);
            shop.stripe.will(if lost { &[Trouble::AnswerLost] } else { &[] });
            let asked = json!({"payment_id": held.id, "amount": "15.00", "actor": "ann"});
            match shop.pay.capture_payment(read(asked)) {
                Ok(_) => assert!(!lost),
                Err(error) => assert!(lost && error.code() == Code::OutcomeUnknown, "{error}"),
            }
            let captured = shop.sync(&held);
            assert_eq!(
                (captured.state, captured.captured.as_str()),
                (PaymentState::succeeded, "15.00")
            );
            // Where the answer was lost, who asked stands beside what was found out later.
            let by = match lost {
                false => acts(&[("payment.succeeded", "ann")]),
                true => acts(&[("payment.asked", "ann"), ("payment.succeeded", "system")]),
            };
            assert_eq!(shop.acts(&held)[1..], by);

            let held = shop.pay(json!({"experience": experience, "capture": "manual"}));
            shop.stripe.paid(named(&held));
            let held = shop.sync(&held);
            assert_eq!(shop.cancel(&held).state, PaymentState::cancelled);
            let intents = shop.stripe.all("payment_intent");
            assert!(intents.iter().any(|intent| intent["status"] == "canceled"));
            assert_eq!(shop.acts(&held)[1..], acts(&[("payment.cancelled", "tester")]));
            shop.sound();
        }
    }
}

/// Protects: what is given up is closed at Stripe, and money that was faster wins.
#[test]
fn giving_up() {
    for experience in ["embedded", "hosted"] {
        let shop = Shop::open();
        let open = shop.pay(json!({"experience": experience}));
        assert_eq!(shop.cancel(&open).state, PaymentState::cancelled);
        let kind = if experience == "hosted" { "checkout.session" } else { "payment_intent" };
        let closed = if experience == "hosted" { "expired" } else { "canceled" };
        assert_eq!(shop.stripe.all(kind)[0]["status"], closed);

        let faster = shop.pay(json!({"experience": experience}));
        shop.stripe.paid(named(&faster));
        let asked = json!({"payment_id": faster.id, "actor": "tester"});
        let refused = shop.pay.cancel_payment(read(asked)).unwrap_err();
        assert_eq!(refused.code().as_str(), "paid");
        assert_eq!(shop.sync(&faster).state, PaymentState::succeeded);

        let forgotten = shop.pay(json!({"experience": experience}));
        shop.later(DAY);
        assert_eq!(shop.sync(&forgotten).state, PaymentState::expired);
        let open =
            shop.stripe.all(kind).into_iter().filter(|object| object["url"].is_string()).count();
        assert_eq!(open, 0);
        shop.sound();
    }
}

/// Protects: one refund here is one refund there, whatever is lost, also when it is asked about days later, when Stripe
/// has forgotten its key.
#[test]
fn a_refund_is_made_once() {
    use Trouble::{AnswerLost, KeyInUse, NotSent, ServerError};
    for trouble in [
        &[][..],
        &[AnswerLost],
        &[NotSent, ServerError, AnswerLost],
        &[KeyInUse],
        &[ServerError, ServerError, ServerError],
        &[NotSent, NotSent, NotSent],
    ] {
        for wait in [120, 3 * DAY] {
            let shop = Shop::open();
            let payment = shop.pay(json!({"experience": "hosted"}));
            shop.stripe.paid(named(&payment));
            shop.sync(&payment);
            shop.stripe.will(trouble);
            let asked = json!({"payment_id": payment.id, "amount": "5.00", "reason": "returned"});
            let refund = shop.pay.refund(read(asked)).unwrap();
            shop.stripe.will(&[]);
            shop.later(wait);
            let refund = shop.pay.sync_refund(read(json!({"refund_id": refund.id}))).unwrap();
            assert_eq!(refund.state, RefundState::succeeded, "{trouble:?}");
            assert_eq!(shop.stripe.all("refund").len(), 1, "{trouble:?}");
            shop.sound();
        }
    }
}

/// Protects: refunds from Stripe's own dashboard are booked once, ours are recognised, and one that bounces is undone.
#[test]
fn refunds_that_stripe_tells() {
    let shop = Shop::open();
    let payment = shop.pay(json!({}));
    shop.stripe.paid(named(&payment));
    shop.sync(&payment);
    let asked = json!({"payment_id": payment.id, "amount": "5.00", "reason": "returned"});
    let ours = shop.pay.refund(read(asked)).unwrap();
    let number = shop.stripe.all("refund")[0]["id"].as_str().unwrap().to_owned();
    let told = shop.told("evt_1", "refund.created", &number);
    assert_eq!((told.outcome, told.refund.unwrap().id), (CallbackOutcome::already, ours.id));
    shop.stripe
        .change(&number, json!({"status": "failed", "failure_reason": "lost_or_stolen_card"}));
    let told = shop.told("evt_2", "refund.failed", &number);
    assert_eq!(told.refund.unwrap().state, RefundState::failed);

    shop.stripe.change(&number, json!({"id": "re_outside", "status": "succeeded", "metadata": {}}));
    let told = shop.told("evt_3", "refund.created", &number);
    assert_eq!(told.outcome, CallbackOutcome::applied);
    let again = shop.told("evt_4", "refund.updated", &number);
    assert_eq!(
        (again.outcome, again.refund.unwrap().amount.as_str()),
        (CallbackOutcome::already, "5.00")
    );
    assert_eq!(shop.sync(&payment).refunded.as_str(), "5.00");
    shop.sound();
}
