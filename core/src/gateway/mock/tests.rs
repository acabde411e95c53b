//! What the mock gateway and its provider promise, exercised through requests, responses and callbacks only.

use super::callback::{ID, SIGNATURE, TIMESTAMP, sign};
use super::page::{Choice, Language};
use super::script::Script;
use super::*;
use crate::currency::Currency;
use crate::gateway::{ActionKind, Fact, RefundIntent, Subject};
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
    }
}

fn refund_of(seed: u64, minor: i64) -> RefundIntent {
    let id = RefundId::new(NOW, &SeededRandomness::new(seed)).unwrap();
    RefundIntent { id, amount: money(minor), reason: "returned".into() }
}

fn carry(
    mock: &Mock,
    operation: Operation<'_>,
    payment: &PaymentIntent,
) -> Result<Response, NoResponse> {
    match mock.call(operation, payment).unwrap() {
        Call::Send(request) => mock.own_transport().unwrap().send(&request),
        Call::Answer(_) => panic!("the mock gateway always asks its provider"),
    }
}

fn ask(mock: &Mock, operation: Operation<'_>, payment: &PaymentIntent) -> Result<Answer> {
    mock.read(operation, payment, &carry(mock, operation, payment).unwrap())
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
    mock.receive(&headers, &delivery.body, now).map(|verified| verified.get().clone())
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

mod requests {
    use super::*;

    /// Protects: the wire shape of creation: where, under which key, in which unit.
    #[test]
    fn creation_is_one_keyed_post() {
        let (mock, payment) = (mock(), intent(1));
        let Call::Send(request) = mock.call(Operation::Pay, &payment).unwrap() else { panic!() };
        assert_eq!(
            (request.method, request.url.as_str()),
            ("POST", "https://mock.invalid/v1/payments")
        );
        assert!(request.headers.contains(&("Idempotency-Key", payment.id.to_string())));
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["payment"]["amount"], 10_000);
        assert_eq!(body["payment"]["currency"], "CNY");
    }

    /// Protects: facts of a mock, without which it could meet live credentials unnoticed.
    #[test]
    fn it_says_that_it_is_a_mock() {
        let mock = mock();
        assert!(mock.facts().mock && !mock.facts().live);
        assert_eq!(mock.facts().name, "mock");
        assert_eq!(mock.facts().methods.len(), 6);
    }

    /// Protects: a mock without a secret, methods or a usable checkout address is never built (H24).
    #[test]
    fn incomplete_options_are_refused() {
        let with = |change: &dyn Fn(&mut MockOptions)| {
            let mut options = Mock::default_options().unwrap();
            change(&mut options);
            Mock::new(options).map(|_| ()).unwrap_err().code()
        };
        assert_eq!(with(&|o| o.secrets.clear()), Code::ConfigMissing);
        assert_eq!(with(&|o| o.methods.clear()), Code::ConfigMissing);
        for url in
            ["", "/checkout", "javascript:alert(1)", "http://", "http://a b", "http://a\r\nb"]
        {
            assert_eq!(with(&|o| o.checkout_base_url = url.into()), Code::ConfigInvalid, "{url:?}");
        }
    }
}

mod responses {
    use super::*;

    fn read(status: u16, body: &str) -> Result<Answer> {
        let response = Response { status, headers: vec![], body: body.into() };
        mock().read(Operation::Query, &intent(1), &response)
    }

    /// Protects: an answer we cannot act on leaves the outcome unknown; nothing is guessed (H65, H66).
    #[test]
    fn unusable_answers_are_errors() {
        let id = intent(1).id;
        let object = |status: &str, amount: &str| {
            format!(
                r#"{{"id":"{id}","reference":"r","status":"{status}","amount":{amount},"currency":"CNY"}}"#
            )
        };
        let long = " ".repeat(RESPONSE_BYTES_MAX + 1);
        for (status, body) in [
            (200, "<html></html>".to_owned()),
            (200, String::new()),
            (200, object("sparkling", "1")),
            (200, object("open", "1")),
            (200, object("succeeded", "1.5")),
            (200, object("succeeded", "1").replace("pay_", "ref_")),
            (200, long),
            (302, String::new()),
            (404, "<html>proxy</html>".to_owned()),
            (503, r#"{"error":{"code":"x","message":"y"}}"#.to_owned()),
        ] {
            let error = read(status, &body).unwrap_err();
            assert_eq!(error.code(), Code::BadResponse, "{status} {:.80}", body);
        }
    }

    /// Protects: only the provider's own refusal counts as one.
    #[test]
    fn refusals_keep_their_kind() {
        let body = r#"{"error":{"code":"x","message":"Because."}}"#;
        assert_eq!(read(404, body).unwrap(), Answer::NotFound);
        for (status, code) in
            [(400, Code::GatewayRejected), (401, Code::Credentials), (429, Code::RateLimit)]
        {
            let expected = Answer::Refused { code, reason: "Because.".into() };
            assert_eq!(read(status, body).unwrap(), expected);
        }
    }
}

mod scripted {
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
                    let error = mock.read(Operation::Pay, &payment, &page).unwrap_err();
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
        let chosen =
            mock.server().choose(&token, Choice::Pay, NOW, &SeededRandomness::new(3)).unwrap();
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
        assert_eq!(
            payment_fact(ask(&mock, Operation::Cancel, &payment)).event,
            payment::Event::Cancel
        );
        let (mock, payment, _) = created("success");
        assert_eq!(
            payment_fact(ask(&mock, Operation::Cancel, &payment)).event,
            payment::Event::Succeed
        );
    }
}

mod refunds {
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
                mock.read(Operation::Refund(&refund), &payment, &page).is_err()
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
}

mod restart {
    use super::*;

    /// Protects: a provider that lost its book still refunds what it once collected, on the evidence of its own
    /// transaction number, and nothing on the evidence of anybody else's.
    #[test]
    fn its_own_number_proves_a_payment() {
        let before = mock_with(&["success"], &[]);
        let mut payment = intent(1);
        payment.transaction_id =
            payment_fact(ask(&before, Operation::Pay, &payment)).transaction_id;
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
}

mod callbacks {
    use super::*;

    fn data(payment: &PaymentIntent, rest: &str) -> String {
        format!(r#"{{"payment":"{}",{rest}}}"#, payment.id)
    }

    /// Protects: the good path, word for word.
    #[test]
    fn a_success_is_read() {
        let (mock, payment) = (mock(), intent(1));
        let made = triggered(&mock, Kind::Success, &payment);
        let notice = receive(&mock, &made[0], NOW).unwrap();
        assert_eq!(notice.subject, Subject::Payment(payment.id));
        assert!(notice.mark.id.starts_with("evt_") && notice.mark.digest.is_some());
        let Fact::Payment(fact) = notice.fact else { panic!("about the payment") };
        assert_eq!(fact.event, payment::Event::Succeed);
        assert_eq!(fact.amount, Some(claim(10_000, "CNY".into())));
        assert_eq!(payment_fact(ask(&mock, Operation::Query, &payment)), fact);
    }

    /// Protects: H21 no signature header.
    #[test]
    fn h21_a_missing_signature() {
        let mut delivery = crafted("evt_1", &now_text(), None, b"{}");
        delivery.headers.retain(|(name, _)| name != SIGNATURE);
        assert_eq!(receive(&mock(), &delivery, NOW).unwrap_err().code(), Code::AuthMissing);
    }

    /// Protects: H22 empty, blank and half signatures.
    #[test]
    fn h22_an_empty_signature() {
        for signature in ["", "   ", "v1=", "v1=zz", "v1", ",", "GOOD,", "v1=é"] {
            assert_eq!(refused(Some(signature), b"{}"), Code::AuthMalformed, "{signature:?}");
        }
        let cut = "v1=".to_owned() + &"a".repeat(63);
        assert_eq!(refused(Some(&cut), b"{}"), Code::AuthMalformed);
    }

    /// Protects: H25 a signature under the empty key.
    #[test]
    fn h25_the_empty_key() {
        let id_time_body = [b"evt_1.".as_slice(), now_text().as_bytes(), b".{}"].concat();
        // A key of one zero byte is padded to the same block as the empty one, so their codes are equal.
        let mac = crate::sign::hmac::hmac_sha256(&[0], &[&id_time_body]).unwrap();
        let signature = format!("v1={}", crate::sign::hmac::to_hex(&mac));
        assert_eq!(refused(Some(&signature), b"{}"), Code::AuthMismatch);
    }

    /// Protects: H26 and H27: any change to the body, the id or the time; and the error helps the host.
    #[test]
    fn h26_h27_changed_bytes() {
        let (mock, payment) = (mock(), intent(1));
        let good = triggered(&mock, Kind::Success, &payment).remove(0);
        for bit in 0..good.body.len() * 8 {
            let mut changed = good.clone();
            changed.body[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(receive(&mock, &changed, NOW).unwrap_err().code(), Code::AuthMismatch);
        }
        let mut spaced = good.clone();
        spaced.body.push(b' ');
        let error = receive(&mock, &spaced, NOW).unwrap_err();
        assert!(error.message().contains("raw body needed"));
        for (name, value) in [(ID, "evt_other"), (TIMESTAMP, "1760000001")] {
            let mut changed = good.clone();
            changed.headers.iter_mut().filter(|(n, _)| n == name).for_each(|l| l.1 = value.into());
            assert_eq!(receive(&mock, &changed, NOW).unwrap_err().code(), Code::AuthMismatch);
        }
    }

    /// Protects: H28 and H31: the window is 300 s in both directions, to the second.
    #[test]
    fn h28_h31_the_window() {
        let (mock, payment) = (mock(), intent(1));
        let good = triggered(&mock, Kind::Success, &payment).remove(0);
        for (offset, fresh) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
            let received = receive(&mock, &good, NOW.plus_seconds(offset));
            match fresh {
                true => assert!(received.is_ok(), "{offset}"),
                false => assert_eq!(received.unwrap_err().code(), Code::AuthStale, "{offset}"),
            }
        }
    }

    /// Protects: H29 no time, and what is not a time.
    #[test]
    fn h29_unreadable_times() {
        let long = format!("1{}", "0".repeat(30));
        for time in ["", "abc", "-1", "+1760000000", "1e9", " 1760000000", "１", long.as_str()] {
            let delivery = crafted("evt_1", time, None, b"{}");
            let error = receive(&mock(), &delivery, NOW).unwrap_err();
            assert_eq!(error.code(), Code::AuthMalformed, "{time:?}");
        }
        for name in [TIMESTAMP, ID] {
            let mut delivery = crafted("evt_1", &now_text(), None, b"{}");
            delivery.headers.retain(|(n, _)| n != name);
            assert_eq!(receive(&mock(), &delivery, NOW).unwrap_err().code(), Code::AuthMalformed);
        }
    }

    /// Protects: H32 other signature versions prove nothing.
    #[test]
    fn h32_only_a_legacy_scheme() {
        assert_eq!(refused(Some("v0=abcdef"), b"{}"), Code::AuthMismatch);
    }

    /// Protects: H33 rotation: several signatures, several secrets, one that fits.
    #[test]
    fn h33_rotation() {
        let body = event("payment.under_review", "{}");
        let wrong = format!("v1={}", "0".repeat(64));
        for signature in [format!("{wrong},GOOD"), format!("v0=x, GOOD ,{wrong}")] {
            let delivery = crafted("evt_1", &now_text(), Some(&signature), &body);
            assert!(receive(&mock(), &delivery, NOW).is_ok(), "{signature}");
        }
        let secret = |text: &str| Secret::new("mock.secrets", text).unwrap();
        let secrets = vec![secret("throwaway-new-secret"), secret(CANARY)];
        let rotated =
            Mock::new(MockOptions { secrets, ..Mock::default_options().unwrap() }).unwrap();
        let old = crafted("evt_1", &now_text(), None, &body);
        assert!(receive(&rotated, &old, NOW).is_ok());
        let new = triggered(&rotated, Kind::Success, &intent(1)).remove(0);
        assert!(receive(&rotated, &new, NOW).is_ok());
        assert_eq!(receive(&mock(), &new, NOW).unwrap_err().code(), Code::AuthMismatch);
    }

    /// Protects: H34 and doubled headers: nobody makes us check a heap of signatures, or choose between two.
    #[test]
    fn h34_too_many_signatures() {
        let one = format!("v1={}", "0".repeat(64));
        assert_eq!(refused(Some(&vec![one.as_str(); 17].join(",")), b"{}"), Code::TooLarge);
        assert_eq!(refused(Some(&vec![one.as_str(); 16].join(",")), b"{}"), Code::AuthMismatch);
        assert_eq!(refused(Some(&"v".repeat(9 * 1024)), b"{}"), Code::TooLarge);
        let mut doubled = crafted("evt_1", &now_text(), None, b"{}");
        doubled.headers.extend(doubled.headers.clone());
        assert_eq!(receive(&mock(), &doubled, NOW).unwrap_err().code(), Code::DuplicateField);
    }

    /// Protects: H53 to H56: sizes and shapes of bodies, signed or not.
    #[test]
    fn h53_to_h56_bodies() {
        assert_eq!(refused(None, &vec![b' '; CALLBACK_BYTES_MAX + 1]), Code::TooLarge);
        let deep = format!("{{\"data\":{}{}}}", "[".repeat(64), "]".repeat(64));
        let flood = "[".repeat(1_000_000);
        for body in [
            b"".as_slice(),
            b"[]",
            b"{",
            b"{}{}",
            b"\xff",
            b"{\"id\":\"\xff\"}",
            b"{\"id\":\"\\ud800\"}",
        ]
        .into_iter()
        .chain([b"{\"id\":\"a\0b\"}", deep.as_bytes(), flood.as_bytes()])
        {
            assert_eq!(refused(None, body), Code::Malformed, "{:?}", body.get(..20));
        }
        for body in [
            r#"{"id":"evt_1","id":"evt_1","type":"x"}"#,
            r#"{"id":"evt_1","type":"x","data":{"amount":1,"amount":1}}"#,
        ] {
            assert_eq!(refused(None, body.as_bytes()), Code::DuplicateField, "{body}");
        }
    }

    /// Protects: H58 what we do not know is recorded and changes nothing; extra fields do no harm.
    #[test]
    fn h58_unknown_events() {
        for kind in ["payment.sparkling", "payment.open", "payout.paid", "ping", "payment"] {
            assert_eq!(said(kind, "{}").fact, Fact::Unknown(kind.into()), "{kind}");
        }
        let (mock, payment) = (mock(), intent(1));
        let made = triggered(&mock, Kind::UnknownType, &payment);
        let notice = receive(&mock, &made[0], NOW).unwrap();
        assert_eq!(notice.fact, Fact::Unknown("payment.under_review".into()));
        assert_eq!(notice.subject, Subject::Payment(payment.id));
        let extra = data(&payment, r#""status":"processing","mood":{"a":[1]}"#);
        assert!(matches!(said("payment.processing", &extra).fact, Fact::Payment(_)));
    }

    /// Protects: H59 a known event with a gap is kept for a person, without the payer's details.
    #[test]
    fn h59_gaps() {
        let payment = intent(1);
        let whole = r#""status":"succeeded","amount":1,"currency":"CNY","transaction_id":"t","payer":"Alice""#;
        assert!(matches!(said("payment.succeeded", &data(&payment, whole)).fact, Fact::Payment(_)));
        for (from, to) in [
            (r#""amount":1,"#, ""),
            (r#""currency":"CNY","#, ""),
            (r#","transaction_id":"t""#, ""),
            (r#""amount":1"#, r#""amount":1.5"#),
            (r#""amount":1"#, r#""amount":"1""#),
            (r#""amount":1"#, r#""amount":99999999999999999999"#),
            (r#""currency":"CNY""#, r#""currency":156"#),
            (r#""status":"succeeded""#, r#""status":"failed""#),
            (r#""status":"succeeded","#, ""),
            (r#""payer":"#, r#""refund":"#),
        ] {
            let notice = said("payment.succeeded", &data(&payment, &whole.replace(from, to)));
            assert!(
                matches!(notice.fact, Fact::Unreadable(_)),
                "{from} -> {to}: {:?}",
                notice.fact
            );
            assert!(!notice.redacted_body.contains("Alice") || to.contains("refund"), "{notice:?}");
        }
        assert!(matches!(said("payment.succeeded", "{}").fact, Fact::Unreadable(_)));
        let made = triggered(&mock(), Kind::MissingField, &payment);
        let notice = receive(&mock(), &made[0], NOW).unwrap();
        assert!(matches!(notice.fact, Fact::Unreadable(_)));
        assert_eq!(notice.subject, Subject::Payment(payment.id));
    }

    /// Protects: an event for a payment that is not ours still reaches a person, with its money (H72).
    #[test]
    fn h72_foreign_payments_keep_their_name() {
        let data = r#"{"payment":"ORD-7","status":"succeeded","amount":1,"currency":"CNY","transaction_id":"t"}"#;
        let notice = said("payment.succeeded", data);
        assert_eq!(notice.subject, Subject::PaymentReference("ORD-7".into()));
        assert!(matches!(notice.fact, Fact::Payment(_)));
    }

    /// Protects: an event is not accepted under another event's id.
    #[test]
    fn ids_agree() {
        let delivery = crafted("evt_2", &now_text(), None, &event("ping", "{}"));
        assert_eq!(receive(&mock(), &delivery, NOW).unwrap_err().code(), Code::Malformed);
    }
}

mod triggers {
    use super::*;

    fn facts(kind: Kind) -> Vec<Result<Fact>> {
        let mock = mock();
        triggered(&mock, kind, &intent(1))
            .iter()
            .map(|delivery| receive(&mock, delivery, NOW).map(|notice| notice.fact))
            .collect()
    }

    /// Protects: every kind does what its name says.
    #[test]
    fn every_kind() {
        for kind in Kind::ALL.iter().copied() {
            let told: Vec<String> = facts(kind)
                .into_iter()
                .map(|told| match told {
                    Ok(Fact::Payment(fact)) => {
                        let claim = fact.amount.unwrap();
                        format!("{} {:?} {}", fact.event, claim.amount, claim.currency.unwrap())
                    }
                    Ok(Fact::Refund(fact)) => format!("refund {}", fact.event),
                    Ok(Fact::Unknown(_)) => "unknown".to_owned(),
                    Ok(Fact::Unreadable(_)) => "unreadable".to_owned(),
                    Err(error) => error.code().to_string(),
                })
                .collect();
            let expected: &[&str] = match kind {
                Kind::Success => &["succeed Minor(10000) CNY"],
                Kind::Decline => &["fail Minor(10000) CNY"],
                Kind::Processing => &["submit Minor(10000) CNY"],
                Kind::Authorize => &["authorize Minor(10000) CNY"],
                Kind::Cancel => &["cancel Minor(10000) CNY"],
                Kind::Expire => &["expire Minor(10000) CNY"],
                Kind::RefundSucceeded => &["refund succeed"],
                Kind::RefundFailed => &["refund fail"],
                Kind::Duplicate => &["succeed Minor(10000) CNY", "succeed Minor(10000) CNY"],
                Kind::Reordered => &["succeed Minor(10000) CNY", "submit Minor(10000) CNY"],
                Kind::WrongAmount => &["succeed Minor(9999) CNY"],
                Kind::WrongCurrency => &["succeed Minor(10000) USD"],
                Kind::UnknownType => &["unknown"],
                Kind::MissingField => &["unreadable"],
                Kind::Stale => &["auth_stale"],
                Kind::Forged => &["auth_mismatch"],
            };
            assert_eq!(told, expected, "{kind}");
        }
    }

    /// Protects: a duplicate is the same message to the byte, a reordered pair is two.
    #[test]
    fn duplicates_are_identical() {
        let twice = triggered(&mock(), Kind::Duplicate, &intent(1));
        assert_eq!(twice[0], twice[1]);
        let pair = triggered(&mock(), Kind::Reordered, &intent(1));
        assert_ne!(pair[0].headers, pair[1].headers);
    }

    /// Protects: same time, same seed, same bytes; and another process makes the same callbacks.
    #[test]
    fn triggers_are_deterministic() {
        let payment = intent(1);
        for kind in Kind::ALL.iter().copied() {
            assert_eq!(triggered(&mock(), kind, &payment), triggered(&mock(), kind, &payment));
        }
    }

    /// Protects: a refund's callback without a refund is an error, not an invented refund.
    #[test]
    fn refund_kinds_need_a_refund() {
        let (mock, occasion) = (mock(), Occasion::of(&intent(1)));
        let randomness = SeededRandomness::new(1);
        let error = mock
            .server()
            .callbacks(Kind::RefundSucceeded, &occasion, NOW, &randomness)
            .unwrap_err();
        assert_eq!(error.code(), Code::ArgumentMissing);
    }

    /// Protects: news after the money does not undo the money in the provider's book.
    #[test]
    fn the_book_keeps_money() {
        let (mock, payment) = (mock(), intent(1));
        for kind in [Kind::Success, Kind::Decline, Kind::Cancel, Kind::Forged] {
            triggered(&mock, kind, &payment);
            let standing = mock.server().standing(payment.id).unwrap();
            assert_eq!((standing.status, standing.collected_minor), (Status::Succeeded, 10_000));
        }
    }
}

mod checkout {
    use super::*;

    fn opened(payment: &PaymentIntent) -> (Mock, String) {
        let mock = mock();
        let token = checkout_token(ask(&mock, Operation::Pay, payment));
        (mock, token)
    }

    fn choose(mock: &Mock, token: &str, choice: Choice) -> Result<page::Chosen> {
        mock.server().choose(token, choice, NOW, &SeededRandomness::new(9))
    }

    /// Protects: amount, description and payment are on the page, in both languages, without scripts.
    #[test]
    fn the_page_says_what_is_paid() {
        let payment = PaymentIntent { amount: money(123_456_789), ..intent(1) };
        let (mock, token) = opened(&payment);
        for (language, word) in [(Language::En, "Amount due"), (Language::Zh, "应付金额")] {
            let page = mock.server().page(&token, language, NOW).unwrap();
            assert_eq!(page.http_status, 200);
            for part in [word, "1,234,567.89", "CNY", "ORD123456", &payment.id.to_string()] {
                assert!(page.html.contains(part), "{part}");
            }
            for part in ["<script", "http://", "src=", "@import", "url("] {
                assert!(!page.html.contains(part), "{part}");
            }
            for choice in Choice::ALL {
                assert!(page.html.contains(&format!("value=\"{choice}\"")), "{choice}");
            }
        }
    }

    /// Protects: every word on the page exists in both languages.
    #[test]
    fn both_languages_are_complete() {
        for (name, en, zh) in sheet::TEXTS {
            assert!(!en.is_empty() && !zh.is_empty(), "{name}");
        }
        let mut names: Vec<_> = sheet::TEXTS.iter().map(|(name, ..)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), sheet::TEXTS.len());
        assert!(Choice::ALL.iter().all(|choice| names.contains(&&choice.as_str())));
    }

    /// Protects: H61 hostile text is shown, never obeyed.
    #[test]
    fn h61_hostile_text_stays_text() {
        let hostile = r#"<script>alert(1)</script>"'><img src=x onerror=y>{{ token }}{% raw %}"#;
        for url in
            ["javascript:alert(1)", "https://a.example/\"onclick=x", "https://a\r\nSet-Cookie: b"]
        {
            let payment = PaymentIntent {
                description: hostile.into(),
                return_url: Some(url.into()),
                ..intent(1)
            };
            let (mock, token) = opened(&payment);
            let html = mock.server().page(&token, Language::En, NOW).unwrap().html;
            assert!(html.contains("&lt;script&gt;alert(1)"), "shown as text");
            for part in ["<script", "<img", "javascript:", "\"onclick", "Set-Cookie"] {
                assert!(!html.contains(part), "{part}");
            }
            let chosen = choose(&mock, &token, Choice::Pay).unwrap();
            assert!(chosen.return_url.is_none_or(|u| u.starts_with("https://a.example/")));
            let html = mock.server().page(&token, Language::En, NOW).unwrap().html;
            assert!(!html.contains("javascript:") && !html.contains("\"onclick"), "the way back");
        }
    }

    /// Protects: a tampered token opens nothing, and its page says so.
    #[test]
    fn tampered_tokens_are_refused() {
        let (mock, token) = opened(&intent(1));
        let (payload, signature) = token.split_once('.').unwrap();
        let other = opened(&PaymentIntent { amount: money(1), ..intent(1) }).1;
        let spliced = format!("{}.{signature}", other.split_once('.').unwrap().0);
        for bad in ["", ".", "abc", payload, &spliced, &format!("{token}A"), &"x".repeat(9000)] {
            let page = mock.server().page(bad, Language::En, NOW).unwrap();
            assert_eq!(page.http_status, 403, "{bad:.40}");
            assert!(page.html.contains("not valid") && !page.html.contains("name=\"outcome\""));
            let error = choose(&mock, bad, Choice::Pay).unwrap_err();
            assert!(matches!(
                error.code(),
                Code::AuthMismatch | Code::AuthMalformed | Code::TooLarge
            ));
        }
        assert_eq!(choose(&mock, &spliced, Choice::Pay).unwrap_err().code(), Code::AuthMismatch);
    }

    /// Protects: nothing can be paid once its time is over.
    #[test]
    fn an_expired_token_is_closed() {
        let payment = intent(1);
        let (mock, token) = opened(&payment);
        let page = mock.server().page(&token, Language::Zh, payment.expires_at).unwrap();
        assert_eq!(page.http_status, 410);
        assert!(page.html.contains("已超时"));
        let error = mock
            .server()
            .choose(&token, Choice::Pay, payment.expires_at, &SeededRandomness::new(9))
            .unwrap_err();
        assert_eq!(error.code(), Code::Transition);
    }

    /// Protects: paying by click is the whole pipeline: book, signed callback, way back, and only once.
    #[test]
    fn paying_by_click() {
        let payment = intent(1);
        let (mock, token) = opened(&payment);
        let chosen = choose(&mock, &token, Choice::Pay).unwrap();
        assert!(receive(&mock, &chosen.deliveries[0], NOW).is_ok());
        let back = format!("https://shop.example/return?step=2&payment={}#top", payment.id);
        assert_eq!(chosen.return_url, Some(back));
        assert_eq!(
            payment_fact(ask(&mock, Operation::Query, &payment)).event,
            payment::Event::Succeed
        );
        assert_eq!(choose(&mock, &token, Choice::Pay).unwrap_err().code(), Code::Transition);
        let page = mock.server().page(&token, Language::En, NOW).unwrap();
        assert!(page.html.contains("has been made") && !page.html.contains("name=\"outcome\""));
    }

    /// Protects: each choice leaves the book where it says, with the callbacks it says.
    #[test]
    fn every_choice() {
        for choice in Choice::ALL.iter().copied() {
            let payment = intent(1);
            let (mock, token) = opened(&payment);
            let count = choose(&mock, &token, choice).unwrap().deliveries.len();
            let status = mock.server().standing(payment.id).unwrap().status;
            let expected = match choice {
                Choice::Pay | Choice::PayWrongAmount => (1, Status::Succeeded),
                Choice::PayLost => (0, Status::Succeeded),
                Choice::PayTwice | Choice::PayReordered => (2, Status::Succeeded),
                Choice::Decline => (1, Status::Failed),
                Choice::Cancel => (1, Status::Cancelled),
                Choice::Process => (1, Status::Processing),
                Choice::Forge => (1, Status::Open),
            };
            assert_eq!((count, status), expected, "{choice}");
        }
    }

    /// Protects: a click on a payment for manual capture holds the money.
    #[test]
    fn a_manual_capture_is_held_by_click() {
        let payment = PaymentIntent { manual_capture: true, ..intent(1) };
        let (mock, token) = opened(&payment);
        choose(&mock, &token, Choice::Pay).unwrap();
        assert_eq!(
            payment_fact(ask(&mock, Operation::Query, &payment)).event,
            payment::Event::Authorize
        );
    }

    /// Protects: a long description never makes an address that servers refuse.
    #[test]
    fn tokens_stay_short() {
        let payment = PaymentIntent {
            description: "描".repeat(5_000),
            return_url: Some(format!("https://shop.example/{}", "x".repeat(5_000))),
            ..intent(1)
        };
        let (mock, token) = opened(&payment);
        assert!(token.len() < 4 * 1024, "{}", token.len());
        assert_eq!(mock.server().page(&token, Language::En, NOW).unwrap().http_status, 200);
    }
}

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
    let Call::Send(request) = mock.call(Operation::Query, &payment).unwrap() else { panic!() };
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
