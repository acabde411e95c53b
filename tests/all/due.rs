//! Due work that cannot be done: it waits for a later turn, out of the way of everything else.

use std::sync::Arc;

use paywright::api::types::{Mode, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::id::SeededRandomness;
use paywright::store::Store;
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::SqliteStore;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const COURSE: &str = r#"{"name": "course",
    "states": [{"name": "enrolled", "payable": true}, {"name": "withdrawn", "final": true}],
    "rows": [{"from": "enrolled", "event": "cancel", "to": "withdrawn"}]}"#;

fn arguments<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// An engine on a store that others share, with these accounts and flows.
fn open(store: &Arc<dyn Store>, clock: &ManualClock, gateways: Value, flows: &[&str]) -> Paywright {
    let seed = gateways.as_array().map_or(0, Vec::len) as u64;
    let options = Options {
        gateways: arguments(gateways),
        mode: Mode::test,
        flows: flows.iter().map(|flow| (*flow).to_owned()).collect(),
        clock: Arc::new(clock.clone()),
        randomness: Arc::new(SeededRandomness::new(seed)),
        store: Some(Arc::clone(store)),
        ..Options::default()
    };
    Paywright::open("", options).unwrap()
}

fn run(pay: &Paywright) -> (i64, i64, i64, usize) {
    let report = pay.run_due(arguments(json!({"limit": 2}))).unwrap();
    (report.payments, report.refunds, report.orders, report.failures.len())
}

/// Protects: every payment's turn; a gateway or flow that was taken out of the configuration leaves work that always
/// fails, and as much of it as one run takes must not be all that is ever tried.
#[test]
fn failures_do_not_starve_the_rest() {
    let clock = ManualClock::new(Time::parse("now", "2026-01-01T00:00:00Z").unwrap());
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory(MIGRATIONS).unwrap());
    let bank = json!({"bank": {"account_name": "A", "account_number": "1", "bank_name": "B", "currencies": ["CNY"]}});
    let before = open(&store, &clock, json!([bank, {"mock": {}}]), &[COURSE]);
    let order = |flow: &str| {
        let order = json!({"currency": "CNY", "amount": "1.00", "flow": flow});
        before.create_order(arguments(order)).unwrap().id
    };
    let (_, _, last) = (order("course"), order("course"), order("retail"));
    let pay = |method: &str| {
        let payment = json!({"order_id": order("retail"), "method": method});
        before.create_payment(arguments(payment)).unwrap().id
    };
    let (_, _, card) = (pay("bank"), pay("bank"), pay("card"));

    let after = open(&store, &clock, json!([{"mock": {}}]), &[]);
    clock.advance(24 * 60 * 60);
    assert_eq!(run(&after), (2, 0, 2, 4), "the oldest cannot be done");
    for _ in 0..3 {
        run(&after);
    }
    let paid = after.payment(arguments::payment { payment_id: card }).unwrap();
    assert_eq!(paid.state.as_str(), "expired");
    assert_eq!(after.order(arguments::order { order_id: last }).unwrap().state, "cancelled");
    clock.advance(60 * 60);
    assert!(run(&after).3 > 0, "what failed is tried again later");
}
