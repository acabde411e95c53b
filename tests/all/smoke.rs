//! One payment from order to refund through the public face.

use std::sync::Arc;

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time as Instant};
use paywright::id::SeededRandomness;

fn open() -> Paywright {
    let clock = ManualClock::new(Instant::parse("now", "2026-01-01T00:00:00Z").unwrap());
    let options = Options {
        clock: Arc::new(clock),
        randomness: Arc::new(SeededRandomness::new(1)),
        ..Options::default()
    };
    Paywright::open("sqlite::memory:", options).unwrap()
}

fn call<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_payment_happens() {
    let pay = open();
    let order =
        pay.create_order(call(r#"{"currency":"CNY","amount":"100.00","reference":"A1"}"#)).unwrap();
    let payment = pay
        .create_payment(call(&format!(r#"{{"order_id":"{}","method":"wechat"}}"#, order.id)))
        .unwrap();
    println!("{payment:#?}");
    for (i, outcome) in ["applied", "already"].iter().enumerate() {
        let delivery = &pay
            .mock_callbacks(call(&format!(r#"{{"payment_id":"{}","kind":"success"}}"#, payment.id)))
            .unwrap()[0];
        let result = pay
            .handle_callback(arguments::handle_callback {
                gateway: "mock".into(),
                headers: Headers(delivery.headers.clone().into_iter().collect()),
                body: delivery.body.clone(),
            })
            .unwrap();
        assert_eq!(result.outcome.as_str(), *outcome, "{i}");
        assert_eq!(result.order.unwrap().state, "paid");
    }
    let refund =
        pay.refund(call(&format!(r#"{{"payment_id":"{}","reason":"no"}}"#, payment.id))).unwrap();
    println!("{refund:#?}");
    let order = pay.order(arguments::order { order_id: order.id }).unwrap();
    println!("{order:#?}");
    for e in pay.timeline(arguments::timeline { order_id: order.id.clone() }).unwrap() {
        println!("{} {} {:?}", e.sequence, e.event, e.detail);
    }
    for t in pay.transfers(arguments::transfers { order_id: order.id.clone() }).unwrap() {
        println!("{t:?}");
    }
    println!("{:#?}", pay.run_due(call("{}")).unwrap());
    let report = pay.verify(arguments::verify {}).unwrap();
    assert!(report.ok, "{report:#?}");
    println!("{:?}", pay.balances(arguments::balances {}));
    println!("{}", pay.metrics(arguments::metrics {}).unwrap());
}
