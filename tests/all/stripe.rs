//! Whole stories at a played Stripe: words that are lost on the way, a payer who pays or does not, money that goes back.
//! What counts is what stands in both books at the end.

mod played;

use std::sync::Arc;

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time as Instant};
use paywright::error::{Code, Error};
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::id::SeededRandomness;
use paywright_tests::shop::read;
use serde_json::{Value, json};

use paywright_tests::fake::stripe::SECRET_KEY;
use played::{Fake, Trouble, WEBHOOK_SECRET};

const NOW: i64 = 1_780_300_800;
const DAY: i64 = 24 * 60 * 60;

/// Headers and body, as they are posted.
type Message = (Vec<(String, String)>, Vec<u8>);

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
        Shop::open_with(|stripe| Arc::new(Wire(stripe)))
    }

    fn open_with(way: impl FnOnce(Arc<Fake>) -> Arc<dyn Transport>) -> Shop {
        let clock = ManualClock::new(Instant::from_millis(NOW * 1000));
        let stripe = Arc::new(Fake::new(clock.clone()));
        let account =
            json!({"stripe": {"secret_key": SECRET_KEY, "webhook_secrets": [WEBHOOK_SECRET]}});
        let options = Options {
            gateways: vec![read(account)],
            mode: Mode::test,
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SeededRandomness::new(1)),
            transport: Some(way(Arc::clone(&stripe))),
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
        self.arrives(self.stripe.message(event, kind, id)).unwrap()
    }

    fn arrives(&self, (headers, body): Message) -> Result<CallbackResult, Error> {
        self.pay.handle_callback(arguments::handle_callback {
            gateway: "stripe".to_owned(),
            headers: Headers(headers),
            body: Bytes(body),
        })
    }

    fn paid(&self) -> Payment {
        let payment = self.pay(json!({}));
        self.stripe.paid(named(&payment));
        self.sync(&payment)
    }

    fn refund(&self, payment: &Payment) -> Refund {
        let asked = json!({"payment_id": payment.id, "amount": "5.00", "reason": "returned"});
        self.pay.refund(read(asked)).unwrap()
    }

    fn sync_refund(&self, refund: &Refund) -> Refund {
        self.pay.sync_refund(read(json!({"refund_id": refund.id}))).unwrap()
    }

    fn exceptions(&self) -> Vec<ExceptionEntry> {
        self.pay.exceptions(read(json!({}))).unwrap().items
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

/// The number of the only refund at Stripe.
fn number(shop: &Shop) -> String {
    shop.stripe.all("refund")[0]["id"].as_str().unwrap().to_owned()
}

/// A refund that bounced after Stripe had called it done, and the message of that success, still under way.
fn bounced(shop: &Shop) -> (Payment, Refund, Message) {
    let payment = shop.paid();
    let refund = shop.refund(&payment);
    assert_eq!(refund.state, RefundState::succeeded);
    let late = shop.stripe.message("evt_early", "refund.updated", &number(shop));
    let why = json!({"status": "failed", "failure_reason": "lost_or_stolen_card"});
    shop.stripe.change(&number(shop), why);
    let told = shop.told("evt_failed", "refund.failed", &number(shop));
    assert_eq!(told.refund.unwrap().state, RefundState::failed);
    shop.stripe.asked();
    (payment, refund, late)
}

/// Protects: a success that is told after the failure which followed it changes nothing: Stripe is asked once, and its
/// present word counts. What it says it paid after all is booked, and is not paid again by a person who comes late.
#[test]
fn a_failed_refund_does_not_succeed_by_an_old_message() {
    let shop = Shop::open();
    let (payment, refund, late) = bounced(&shop);
    for duplicate in [false, true] {
        let told = shop.arrives(late.clone()).unwrap();
        assert_eq!((told.outcome, told.duplicate), (CallbackOutcome::already, duplicate));
        assert_eq!(told.reply.status, 200);
    }
    assert_eq!(shop.stripe.asked(), [format!("GET /v1/refunds/{}", number(&shop))]);
    let found = shop.pay.find_refund(read(json!({"refund_id": refund.id}))).unwrap();
    assert_eq!(found.state, RefundState::failed);
    assert_eq!(found.failure_code.as_deref(), Some("lost_or_stolen_card"));
    assert_eq!(shop.sync(&payment).refunded.as_str(), "0.00");
    let [failed] = &shop.exceptions()[..] else { panic!("one exception") };
    assert_eq!(failed.kind, ExceptionKind::refund_failed);
    shop.sound();

    shop.stripe.change(&number(&shop), json!({"status": "succeeded", "failure_reason": null}));
    let told = shop.told("evt_paid", "refund.updated", &number(&shop));
    assert_eq!(told.outcome, CallbackOutcome::applied);
    assert_eq!(told.refund.unwrap().state, RefundState::succeeded);
    assert_eq!(shop.sync(&payment).refunded.as_str(), "5.00");
    let again = json!({"exception_id": failed.id, "resolution": "refund", "actor": "alice", "reason": "again"});
    let refused = shop.pay.resolve_exception(read(again)).unwrap_err();
    assert_eq!(refused.code(), Code::ResolutionImpossible);
    shop.sound();
}

/// Protects: where Stripe cannot be asked now, a success after a failure is neither believed nor forgotten: the message is
/// asked for again.
#[test]
fn an_old_message_while_stripe_is_silent() {
    let shop = Shop::open();
    let (payment, _, late) = bounced(&shop);
    shop.stripe.will(&[Trouble::AnswerLost]);
    let refused = shop.arrives(late.clone()).unwrap_err();
    assert_eq!(refused.code(), Code::OutcomeUnknown);
    assert_eq!(refused.reply().unwrap().status, 503);
    let told = shop.arrives(late).unwrap();
    assert_eq!((told.outcome, told.duplicate), (CallbackOutcome::already, false));
    assert_eq!(shop.sync(&payment).refunded.as_str(), "0.00");
    shop.sound();
}

/// Protects: money that Stripe paid back after all, while a second refund had used what was left, waits for a person.
#[test]
fn a_failed_refund_that_is_paid_when_its_money_is_gone() {
    let shop = Shop::open();
    let (payment, refund, _) = bounced(&shop);
    shop.pay.refund(read(json!({"payment_id": payment.id, "reason": "all of it"}))).unwrap();
    shop.stripe.change("re_2", json!({"status": "succeeded"}));
    let told = shop.told("evt_paid", "refund.updated", "re_2");
    assert_eq!(told.outcome, CallbackOutcome::held);
    let held = told.exception.unwrap();
    assert_eq!((held.kind, held.refund_id), (ExceptionKind::unapplied, Some(refund.id)));
    assert_eq!(held.suggestion, Resolution::write_off);
    assert_eq!(shop.sync(&payment).refunded.as_str(), "20.00");
    shop.sound();
}

/// Protects: the same for a refund that was made in Stripe's dashboard, which bears no label of ours.
#[test]
fn a_failed_refund_from_outside_does_not_succeed_by_an_old_message() {
    let shop = Shop::open();
    let payment = shop.paid();
    let intent = payment.transaction_id.clone().unwrap();
    let outside = shop.stripe.book().refund_by_hand(&intent, 500);
    let late = shop.stripe.message("evt_late", "refund.updated", &outside);
    shop.told("evt_made", "refund.created", &outside);
    shop.stripe.change(&outside, json!({"status": "failed"}));
    assert_eq!(
        shop.told("evt_failed", "refund.failed", &outside).refund.unwrap().state,
        RefundState::failed
    );
    shop.stripe.asked();
    let told = shop.arrives(late).unwrap();
    assert_eq!(told.outcome, CallbackOutcome::already);
    assert_eq!(told.refund.unwrap().state, RefundState::failed);
    assert_eq!(shop.stripe.asked(), [format!("GET /v1/refunds/{outside}")]);
    assert_eq!(shop.sync(&payment).refunded.as_str(), "0.00");
    shop.sound();
}

/// Protects: a failure that is told before the answer to the refund itself comes back is not undone by that answer.
#[test]
fn a_failure_that_is_faster_than_the_answer() {
    let shop = Arc::new(Shop::open());
    let payment = shop.paid();
    let inside = Arc::clone(&shop);
    shop.stripe.meanwhile(move || {
        inside.stripe.change(&number(&inside), json!({"status": "failed"}));
        let told = inside.told("evt_failed", "refund.failed", &number(&inside));
        assert_eq!(told.refund.unwrap().state, RefundState::failed);
    });
    let refund = shop.refund(&payment);
    assert_eq!(refund.state, RefundState::failed);
    assert_eq!(shop.sync(&payment).refunded.as_str(), "0.00");
    shop.sound();
}

/// Protects: a refund that was taken back in Stripe's dashboard, after it had been called done, is booked back.
#[test]
fn a_refund_that_is_taken_back() {
    let shop = Shop::open();
    let payment = shop.paid();
    let refund = shop.refund(&payment);
    assert_eq!(shop.sync(&payment).refunded.as_str(), "5.00");
    let late = shop.stripe.message("evt_late", "refund.created", &number(&shop));
    shop.stripe.change(&number(&shop), json!({"status": "canceled"}));
    let told = shop.told("evt_cancelled", "refund.updated", &number(&shop));
    assert_eq!(told.outcome, CallbackOutcome::applied);
    assert_eq!(told.refund.unwrap().state, RefundState::cancelled);
    assert_eq!(shop.arrives(late).unwrap().outcome, CallbackOutcome::already);
    assert_eq!(shop.sync_refund(&refund).state, RefundState::cancelled);
    assert_eq!(shop.sync(&payment).refunded.as_str(), "0.00");
    shop.sound();
}

/// Protects: a refund whose answer was lost is found behind any number of others, page by page, and is sent again only
/// when the last page does not have it.
#[test]
fn more_refunds_than_a_page() {
    for (trouble, there) in [(Trouble::AnswerLost, true), (Trouble::NotSent, false)] {
        let shop = Shop::open();
        let payment = shop.paid();
        shop.stripe.will(&[trouble; 3]);
        let refund = shop.refund(&payment);
        shop.stripe.will(&[]);
        assert_eq!(refund.state, RefundState::pending);
        let intent = payment.transaction_id.clone().unwrap();
        let others: Vec<_> =
            (0..250).map(|_| shop.stripe.book().refund_by_hand(&intent, 1)).collect();
        shop.stripe.asked();
        shop.later(120);
        let list = format!("GET /v1/refunds?payment_intent={intent}&limit=100");
        let behind = |last: usize| format!("{list}&starting_after={}", others[last]);
        let mut expected = vec![list.clone(), behind(150), behind(50)];
        expected.extend((!there).then(|| "POST /v1/refunds".to_owned()));
        assert_eq!(shop.stripe.asked(), expected);
        assert_eq!(shop.sync_refund(&refund).state, RefundState::succeeded);
        assert_eq!(shop.stripe.all("refund").len(), 251);
        shop.sound();
    }
}

/// A Stripe whose list of refunds never ends.
struct Endless(Arc<Fake>);

impl Transport for Endless {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        let response = self.0.send(request)?;
        if !request.url.contains("/v1/refunds?") {
            return Ok(response);
        }
        let other = json!({"id": "re_other", "object": "refund", "metadata": {}});
        let body = json!({"object": "list", "has_more": true, "data": [other]});
        Ok(Response { status: 200, body: body.to_string().into_bytes(), ..response })
    }
}

/// Protects: a list that goes on for ever is given up, and the refund stays pending and reserved.
#[test]
fn a_list_without_an_end() {
    let shop = Shop::open_with(|stripe| Arc::new(Endless(stripe)));
    let payment = shop.paid();
    shop.stripe.will(&[Trouble::AnswerLost]);
    let refund = shop.refund(&payment);
    shop.stripe.asked();
    assert_eq!(shop.sync_refund(&refund).state, RefundState::pending);
    assert_eq!(shop.stripe.asked().len(), 101);
    assert_eq!(shop.sync(&payment).refund_pending.as_str(), "5.00");
    shop.sound();
}
