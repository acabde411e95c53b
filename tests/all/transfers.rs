//! Bank transfers whose reference a person typed: they find their payment through the public face.

use paywright::api::types::Mode;
use paywright::api::{Options, Paywright};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(arguments: Value) -> T {
    serde_json::from_value(arguments).unwrap()
}

/// Protects: a payer's way of typing never keeps money from its payment, and a text that names two payments names none.
#[test]
fn typed_references_find_their_payments() {
    let bank = json!({"bank": {"account_name": "A", "account_number": "1", "bank_name": "B", "currencies": ["CNY"]}});
    let options = Options { gateways: vec![read(bank)], mode: Mode::test, ..Options::default() };
    let pay = Paywright::open("sqlite::memory:", options).unwrap();
    let payment = || {
        let order = pay.create_order(read(json!({"currency": "CNY", "amount": "1.00"}))).unwrap();
        pay.create_payment(read(json!({ "order_id": order.id }))).unwrap()
    };
    let report = |number: &str, reference: &str| {
        let line = json!({"gateway": "bank", "reference": reference, "amount": "1.00", "currency": "CNY",
            "transaction_id": number, "actor": "import"});
        pay.record_transfer(read(line)).unwrap()
    };
    let typings: [fn(&str) -> String; 4] = [
        |reference| reference.to_lowercase(),
        |reference| reference.replace(' ', "-").replace('0', "O").replace('1', "l"),
        |reference| format!("Bob, order 17: {reference}. Thanks!"),
        |reference| reference.replace(' ', "").chars().flat_map(|c| [c, ' ']).collect(),
    ];
    for (number, typed) in typings.iter().enumerate() {
        let payment = payment();
        let text = typed(&payment.action.parameters["reference"]);
        let recorded = report(&format!("BT-{number}"), &text);
        assert_eq!(recorded.outcome.as_str(), "applied", "{text}");
        assert_eq!(recorded.payment.unwrap().id, payment.id, "{text}");
        assert_eq!(recorded.order.unwrap().state, "paid");
    }
    let [one, other] = [payment(), payment()].map(|p| p.action.parameters["reference"].clone());
    let recorded = report("BT-9", &format!("{one} and {other}"));
    assert_eq!(recorded.exception.unwrap().kind.as_str(), "unknown_payment");
    assert!(recorded.payment.is_none());
    assert!(pay.verify(read(json!({}))).unwrap().ok);
}
