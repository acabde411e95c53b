//! The invariants of the threat model that no single hostile input shows: what holds after every story, and what the
//! database itself refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::currency::Currency;
use paywright::error::Code;
use paywright::id::SystemRandomness;
use paywright::ledger;
use paywright::money::Money;
use paywright::secret::Secret as Key;
use paywright::{payment, refund};
use rusqlite::Connection;
use serde_json::json;

use super::shop::*;

/// Something of everything: paid, failed, cancelled, expired, refunded, held, deposits, resolved exceptions.
fn eventful(shop: &Shop) {
    let paid = shop.paid();
    shop.refund(json!({"payment_id": paid.id, "amount": "30.00", "reason": "one cup"})).unwrap();
    shop.pay.transition_order(args(json!({"order_id": paid.order_id, "event": "ship"}))).unwrap();
    shop.pay
        .transition_order(args(json!({"order_id": paid.order_id, "event": "complete"})))
        .unwrap();
    let failed = shop.payment();
    shop.applied("mock", shop.said(&failed, "decline"));
    shop.applied("mock", shop.said(&failed, "success"));
    let cancelled = shop.paid();
    shop.pay.cancel_order(args(json!({"order_id": cancelled.order_id, "actor": "bob"}))).unwrap();
    let short = shop.payment();
    let held = shop.held(
        "mock",
        shop.said(&short, "wrong_amount"),
        ExceptionKind::amount_mismatch,
        Some(("99.99", "CNY")),
    );
    let exception = held.exception.unwrap().id;
    let resolve = json!({
        "exception_id": exception, "resolution": "apply", "actor": "bob", "reason": "accepted",
    });
    shop.pay.resolve_exception(args(resolve)).unwrap();
    let rented = shop
        .pay
        .create_order(args(json!({
            "currency": "CNY", "flow": "rental",
            "lines": [
                {"description": "a bicycle", "unit_amount": "50.00"},
                {"description": "deposit", "unit_amount": "200.00", "kind": "deposit"},
            ],
        })))
        .unwrap();
    let payment = shop.pay_for(&rented, "card");
    shop.applied("mock", shop.said(&payment, "success"));
    let event = |event: &str| json!({"order_id": rented.id, "event": event, "actor": "bob"});
    shop.pay.transition_order(args(event("start"))).unwrap();
    let mut complete = event("complete");
    complete["withhold"] = "20.00".into();
    complete["withhold_reason"] = "a scratch".into();
    shop.pay.transition_order(args(complete)).unwrap();
    let expired = shop.payment();
    shop.clock.advance(1801);
    shop.pay.run_due(args(json!({}))).unwrap();
    assert_eq!(shop.now(&expired).state, PaymentState::expired);
}

fn minor(amount: &Amount) -> i64 {
    amount.as_str().replace('.', "").parse().unwrap()
}

/// Protects: M1 and M2, every currency's exponent is used the same way in and out, and sums neither mix nor wrap.
#[test]
fn m01_m02_money_is_whole_and_of_one_currency() {
    let money = |text: &str, code: &str| Money::parse("a", text, Currency::parse(code).unwrap());
    for (code, text, minor) in [("JPY", "5", 5), ("CNY", "5.12", 512), ("KWD", "5.120", 5120)] {
        assert_eq!(money(text, code).unwrap().minor, minor);
        assert_eq!(money(text, code).unwrap().to_text(), text);
    }
    let (yuan, dollar) = (money("1", "CNY").unwrap(), money("1", "USD").unwrap());
    assert_eq!(code(yuan.add(dollar)), Code::CurrencyMismatch);
    assert_eq!(code(yuan.subtract(dollar)), Code::CurrencyMismatch);
    let most = Money { minor: i64::MAX, ..yuan };
    assert_eq!(code(most.add(yuan)), Code::Overflow);
    assert_eq!(code(Money { minor: i64::MIN, ..yuan }.negate()), Code::Overflow);
}

/// Protects: M3 and M6, the sums of every payment and order are those of their transfers, computed here once more.
#[test]
fn m03_m06_sums_are_those_of_the_transfers() {
    let shop = Shop::open();
    eventful(&shop);
    let payments = shop.pay.payments(args(json!({"size": 500}))).unwrap().items;
    assert!(payments.len() > 5);
    for payment in &payments {
        let [amount, captured, refunded, pending] =
            [&payment.amount, &payment.captured, &payment.refunded, &payment.refund_pending]
                .map(minor);
        assert!(
            0 <= refunded && 0 <= pending && refunded + pending <= captured && captured <= amount
        );
    }
    for order in shop.pay.orders(args(json!({"size": 500}))).unwrap().items {
        let of_order = arguments::transfers { order_id: order.id.clone() };
        let transfers = shop.pay.transfers(of_order).unwrap();
        let sum = |kinds: &[&str]| -> i64 {
            transfers
                .iter()
                .filter(|t| kinds.contains(&t.kind.as_str()))
                .map(|t| minor(&t.amount))
                .sum()
        };
        let paid = sum(&["payment", "suspense_applied"]);
        let refunded = sum(&["refund_paid"]) - sum(&["refund_bounced"]);
        assert_eq!((minor(&order.paid), minor(&order.refunded)), (paid, refunded), "{order:#?}");
        let captured =
            payments.iter().filter(|p| p.order_id == order.id).map(|p| minor(&p.captured));
        assert_eq!(paid, captured.sum::<i64>());
    }
}

/// Protects: M4, M5, S4, S8 and M10 in the database itself: a statement that breaks them is refused whoever sends it.
#[test]
fn m04_m05_m10_the_database_refuses() {
    let directory = Directory::new();
    let shop = Shop::at(&directory.url());
    eventful(&shop);
    let open = shop.payment();
    let file = Connection::open(directory.file()).unwrap();
    let refused = [
        ("journal rows are never changed", "UPDATE journal SET actor = 'me' WHERE id = 1"),
        ("journal rows are never deleted", "DELETE FROM journal WHERE id = 1"),
        ("transfers are never changed", "UPDATE transfers SET amount = 1 WHERE id = 1"),
        ("transfers are never deleted", "DELETE FROM transfers"),
        (
            "CHECK constraint",
            "INSERT INTO transfers SELECT NULL, entry, kind, debit, credit, 0, currency, gateway, order_id, payment_id, refund_id, exception_id FROM transfers LIMIT 1",
        ),
        (
            "CHECK constraint",
            "INSERT INTO transfers SELECT NULL, entry, kind, debit, debit, amount, currency, gateway, order_id, payment_id, refund_id, exception_id FROM transfers LIMIT 1",
        ),
        ("CHECK constraint", "UPDATE payments SET captured = amount + 1"),
        ("CHECK constraint", "UPDATE payments SET refunded = captured + 1"),
        ("CHECK constraint", "UPDATE orders SET refunded = paid + 1"),
        (
            "payments.gateway, payments.transaction_id",
            "UPDATE payments SET gateway = 'mock', transaction_id = 'one'",
        ),
        ("payments.order_id", "UPDATE payments SET state = 'init', order_id = 1"),
        (
            "journal.source",
            "INSERT INTO journal (at, event, actor, source, detail) SELECT at, event, actor, source, detail FROM journal WHERE source IS NOT NULL LIMIT 1",
        ),
    ];
    for (why, statement) in refused {
        let error = file.execute_batch(statement).unwrap_err().to_string();
        assert!(error.contains(why), "{statement}: {error}");
    }
    assert_eq!(shop.now(&open), open);
    shop.snapshot();
}

/// Protects: M5, the sum over all accounts is zero in each currency.
#[test]
fn m05_the_books_balance() {
    let shop = Shop::open();
    eventful(&shop);
    let dollars = args(json!({"currency": "USD", "amount": "7.00"}));
    let payment = shop.pay_for(&shop.pay.create_order(dollars).unwrap(), "card");
    shop.applied("mock", shop.said(&payment, "success"));
    let mut sums = BTreeMap::<String, i64>::new();
    for balance in shop.pay.balances(arguments::balances {}).unwrap() {
        let sum = minor(&balance.debit) - minor(&balance.credit);
        assert_eq!(sum, minor(&balance.balance));
        *sums.entry(balance.currency).or_default() += sum;
    }
    assert_eq!(sums, BTreeMap::from([("CNY".into(), 0), ("USD".into(), 0)]));
    assert!(ledger::recipes().all(|(_, debit, credit)| debit != credit));
}

/// Protects: M7 and S12, every hold of money is counted, told to the host and keeps its money until a person decides.
#[test]
fn m07_s12_held_money_is_never_dropped() {
    let shop = Shop::open();
    let payment = shop.payment();
    let message = shop.said(&payment, "wrong_amount");
    let money = Some(("99.99", "CNY"));
    let held = shop.held("mock", message, ExceptionKind::amount_mismatch, money).exception.unwrap();
    assert_eq!(shop.times("exception.opened"), 1);
    shop.clock.advance(30 * 24 * 60 * 60);
    shop.pay.run_due(args(json!({}))).unwrap();
    assert_eq!(shop.suspended().as_deref(), Some("99.99 CNY"));
    let resolve = |actor: &str| {
        args(json!({
            "exception_id": held.id, "resolution": "refund", "actor": actor, "reason": "too little",
        }))
    };
    assert_eq!(
        shop.refused(|| shop.pay.resolve_exception(resolve(""))).code(),
        Code::ManualEvidence
    );
    shop.pay.resolve_exception(resolve("bob")).unwrap();
    assert_eq!(shop.suspended(), None);
    let again = shop.refused(|| shop.pay.resolve_exception(resolve("bob")));
    assert_eq!(again.code(), Code::ExceptionResolved);
    shop.snapshot();
}

/// Protects: M8, refunds of the same amount are different refunds, each with an id of its own at the gateway.
#[test]
fn m08_equal_refunds_are_two_refunds() {
    let shop = Shop::open();
    let payment = shop.paid();
    let back = || shop.refund(json!({"payment_id": payment.id, "amount": "10.00"})).unwrap();
    let (one, other) = (back(), back());
    assert_ne!(one.transaction_id, other.transaction_id);
    shop.pay.sync_refund(args(json!({"refund_id": one.id}))).unwrap();
    assert_eq!(shop.now(&payment).refunded.as_str(), "20.00");
}

/// Protects: S1 and S2, every pair of state and event has an answer, and no event leads a success back.
#[test]
fn s01_s02_every_pair_has_an_answer() {
    use paywright::machine::Answer;
    for state in payment::State::ALL {
        for event in payment::Event::ALL {
            let answer = payment::answer(*state, *event);
            let from_success = *state == payment::State::Succeeded;
            assert!(!(from_success && matches!(answer, Answer::To(_))), "{state} {event}");
            assert!(*state != payment::State::Succeeded || answer != Answer::Late);
        }
    }
    for event in refund::Event::ALL {
        let back =
            refund::answer(refund::State::Succeeded, *event) == Answer::To(refund::State::Pending);
        assert!(!back, "{event}");
    }
}

/// Protects: S5, the tenth delivery reads what the first read, whatever became of the first.
#[test]
fn s05_every_delivery_reads_the_same() {
    for kind in
        ["success", "decline", "wrong_amount", "missing_field", "unknown_type", "processing"]
    {
        let shop = Shop::open();
        let message = shop.said(&shop.payment(), kind);
        let first = shop.deliver("mock", message.clone()).unwrap();
        for _ in 0..9 {
            let again = shop.already("mock", message.clone());
            assert_eq!((again.reply, again.duplicate), (first.reply.clone(), true), "{kind}");
        }
    }
}

/// Protects: S6, the intent is on disk before the request leaves: when the gateway is asked and this process ends, the
/// payment is there, open and unknown.
#[test]
fn s06_the_intent_comes_first() {
    use super::stand_ins::{Mood, StandIn, shop_with};
    let own = StandIn::new();
    let shop = shop_with(&own);
    let order = shop.order("100.00");
    own.will(Mood::PanicsInSend);
    assert_eq!(code(shop.create(json!({"order_id": order.id, "method": "own"}))), Code::Internal);
    let page = shop.pay.payments(args(json!({"order_id": order.id}))).unwrap();
    assert_eq!((page.total, page.items[0].state), (1, PaymentState::init));
    let again = shop.create(json!({"order_id": order.id, "method": "own"})).unwrap();
    assert!(again.reused && again.id == page.items[0].id);
}

/// Protects: S7, what is unknown stays so until the gateway says otherwise.
#[test]
fn s07_unknown_is_not_failed() {
    let shop = Shop::open();
    shop.pay
        .mock_script(args(json!({"payments": ["lost_reply", "lost_success", "garbage"]})))
        .unwrap();
    for expected in [PaymentState::processing, PaymentState::succeeded, PaymentState::processing] {
        let payment = shop.payment();
        assert_eq!(payment.state, PaymentState::processing);
        let asked = shop.pay.sync_payment(args(json!({"payment_id": payment.id}))).unwrap();
        assert_eq!(asked.state, expected);
    }
    assert_eq!(shop.times("payment.failed"), 0);
}

/// Protects: S9, each change of a payment's or refund's state has one journal row, with who, when and both states;
/// the states follow each other, and what is repeated adds no change.
#[test]
fn s09_one_row_for_each_change() {
    let shop = Shop::open();
    eventful(&shop);
    for payment in shop.pay.payments(args(json!({"size": 500}))).unwrap().items {
        let log = shop.pay.logs(arguments::logs { payment_id: payment.id.clone() }).unwrap();
        let moves =
            log.iter().filter(|e| e.event.starts_with("payment.") && e.detail.contains_key("to"));
        let mut state = "init".to_owned();
        for change in moves {
            assert!(!change.actor.is_empty());
            if let Some(from) = change.detail.get("from") {
                assert_eq!(from, &state, "{log:#?}");
            }
            state.clone_from(&change.detail["to"]);
            assert_eq!(change.event, format!("payment.{state}"));
        }
        assert_eq!(state, payment.state.as_str());
    }
    for order in shop.pay.orders(args(json!({"size": 500}))).unwrap().items {
        let timeline = arguments::timeline { order_id: order.id.clone() };
        let rows = shop.pay.timeline(timeline).unwrap();
        let mut state = rows[0].detail["state"].clone();
        for change in
            rows.iter().filter(|e| e.event.starts_with("order.") && e.detail.contains_key("to"))
        {
            assert_eq!(change.detail["from"], state);
            state.clone_from(&change.detail["to"]);
        }
        assert_eq!(state, order.state);
    }
}

/// Protects: S2 and S9, a version grows by exactly one with each unit of work that changes a payment, and by nothing
/// with one that does not.
#[test]
fn s02_versions_count_changes() {
    let shop = Shop::open();
    let payment = shop.payment();
    let before = (payment.version, shop.order_of(&payment).version);
    let message = shop.said(&payment, "success");
    for _ in 0..3 {
        shop.deliver("mock", message.clone()).unwrap();
        let now = (shop.now(&payment).version, shop.order_of(&payment).version);
        assert_eq!(now, (before.0 + 1, before.1 + 1));
    }
    shop.already("mock", shop.said(&payment, "decline"));
    assert_eq!(shop.now(&payment).version, before.0 + 1);
}

/// Protects: S10, every event has one place in the feed that never changes, without gaps to a reader.
#[test]
fn s10_events_keep_their_places() {
    let shop = Shop::open();
    eventful(&shop);
    let all = shop.pay.events(args(json!({"limit": 1000}))).unwrap();
    let mut paged = Vec::new();
    while let page = shop
        .pay
        .events(args(json!({"after": paged.last().map_or(0, |e: &Event| e.sequence), "limit": 3})))
        .unwrap()
        && !page.is_empty()
    {
        paged.extend(page);
    }
    assert_eq!(paged, all);
    assert!(all.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    let told = shop.pay.next_events(args(json!({"consumer": "mailer", "limit": 1000}))).unwrap();
    assert_eq!(told, all);
}

/// Protects: S11, the same story from the same clock and seed is the same to the last byte.
#[test]
fn s11_the_same_seed_tells_the_same_story() {
    let told = || {
        let shop = Shop::open();
        eventful(&shop);
        (shop.snapshot(), shop.pay.events(args(json!({"limit": 1000}))).unwrap())
    };
    assert_eq!(told(), told());
}

/// Protects: X1, a secret that is empty is refused when it is configured and when it is used.
#[test]
fn x01_empty_secrets_sign_nothing() {
    assert_eq!(code(Key::new("test", "")), Code::SecretEmpty);
    let used = paywright::sign::hmac::hmac_sha256(b"", &[b"text"]);
    assert_eq!(used.unwrap_err().code(), Code::SecretEmpty);
}

/// Protects: X2, the signature is judged before the body is read: nonsense that is not signed is a forgery, not
/// nonsense, and no member of it chooses how it is checked.
#[test]
fn x02_proof_comes_before_parsing() {
    let shop = Shop::open();
    for body in ["[[[[", "{\"a\":1,\"a\":2}", "\u{0}", "{\"alg\":\"none\",\"scheme\":\"v0\"}"] {
        let (headers, _) = mock_signed("evt_1", NOW, "{}");
        shop.rejected("mock", (headers, body.into()), Code::AuthMismatch);
        let (headers, _) = door_signed("nonce_0123456789abcdef", NOW, "{}");
        shop.rejected("door", (headers, body.into()), Code::AuthMismatch);
    }
}

/// Protects: X9, whatever was wrong, the remote side reads the same bytes; and it cannot fill the database: refusals
/// are told to the journal once a run, with their number.
#[test]
fn x09_every_refusal_reads_the_same() {
    let shop = Shop::open();
    let payment = shop.payment();
    let good = mock_signed("evt_1", NOW, mock_event("evt_1", &payment, |_| ()));
    let refused = [
        (without_header(good.clone(), "Mock-Signature"), Code::AuthMissing),
        (with_header(good.clone(), "Mock-Signature", "v1="), Code::AuthMalformed),
        (shop.said(&payment, "forged"), Code::AuthMismatch),
        (shop.said(&payment, "stale"), Code::AuthStale),
        (mock_signed("evt_1", NOW, "{"), Code::Malformed),
        ((good.0.clone(), vec![b' '; 1024 * 1024 + 1]), Code::TooLarge),
        (([&*good.0, &*good.0].concat(), good.1.clone()), Code::DuplicateField),
    ];
    let mut replies = BTreeSet::new();
    let kinds = refused.len();
    for (message, expected) in refused {
        let error = shop.rejected("mock", message, expected);
        let reply = error.reply().unwrap();
        replies.insert((reply.status, reply.content_type, reply.body.clone()));
    }
    assert_eq!(replies.len(), 1);
    for _ in 0..50 {
        let forged = with_header(good.clone(), "Mock-Signature", &format!("v1={}", "0".repeat(64)));
        shop.rejected("mock", forged, Code::AuthMismatch);
    }
    shop.pay.run_due(args(json!({}))).unwrap();
    assert_eq!(shop.times("callback.rejected"), kinds);
    let events = shop.pay.events(args(json!({"limit": 1000}))).unwrap();
    let counted: i64 = events
        .iter()
        .filter_map(|e| e.detail.get("count"))
        .map(|n| n.parse::<i64>().unwrap())
        .sum();
    assert_eq!(counted, 50 + i64::try_from(kinds).unwrap());
}

/// Protects: X10, ids share nothing but their time: no counter, no part that repeats, and a near miss finds nothing.
#[test]
fn x10_ids_cannot_be_guessed() {
    let clock = clock();
    let randomness = Arc::new(SystemRandomness);
    let options = Options { randomness, ..options(&clock, vec![mock()]) };
    let shop = Shop { pay: Paywright::open("sqlite::memory:", options).unwrap(), clock };
    let ids: Vec<_> = (0..200).map(|_| shop.order("1.00").id).collect();
    let (prefix, tails): (BTreeSet<_>, BTreeSet<_>) =
        ids.iter().map(|id| id.split_at("ord_".len() + 10)).unzip();
    assert_eq!((prefix.len(), tails.len()), (1, 200), "one instant, 200 different tails");
    let sorted = ids.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!((60..140).contains(&sorted), "{sorted} of 199 follow each other");
    // Each of the 16 places of 5 bits takes most of its 32 values.
    for place in 0..16 {
        let letters: BTreeSet<_> = tails.iter().map(|tail| tail.as_bytes()[place]).collect();
        assert!(letters.len() > 20, "place {place} has {} values", letters.len());
    }
    for id in ids.iter().take(50) {
        let (head, last) = id.split_at(id.len() - 1);
        for other in ["0", "1", "Z"].iter().filter(|letter| **letter != last) {
            let near = format!("{head}{other}");
            if !ids.contains(&near) {
                let found = shop.pay.order(arguments::order { order_id: near });
                assert_eq!(code(found), Code::OrderNotFound);
            }
        }
    }
}
