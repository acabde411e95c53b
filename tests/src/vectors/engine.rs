//! The engine's verdict on a whole callback: an order, a payment and a gateway as the vector describes them, then the
//! callback itself, through the public face. It judges nothing; it says what the engine did.

use std::sync::Arc;

use paywright::api::types::{self, CallbackOutcome, PaymentState, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::ManualClock;
use paywright::gateway::signed::Signed;
use paywright::id::SeededRandomness;
use paywright::money::Money;
use paywright::secret::Secret;
use paywright::sign::hmac_callback::sign_fields;
use serde_json::{Value, json};

use super::Verdict;
use super::hmac_callback::Callback;

/// What the engine does with a callback.
pub fn verdict(callback: &Callback<'_>) -> Result<Verdict, String> {
    let pay = open(callback)?;
    prepare(&pay, callback)?;
    let body = types::Bytes(callback.body.clone());
    match deliver(&pay, callback, callback.headers.clone(), body) {
        Ok(result) => Ok(Verdict {
            result: match result.outcome {
                CallbackOutcome::applied => "APPLY".to_owned(),
                CallbackOutcome::held => "HOLD".to_owned(),
                CallbackOutcome::already | CallbackOutcome::ignored => "NOOP".to_owned(),
            },
            code: result.exception.map(|e| e.kind.as_str().to_owned()),
        }),
        Err(error) => Ok(Verdict {
            result: "REJECT".to_owned(),
            code: Some(error.code().as_str().to_owned()),
        }),
    }
}

fn open(callback: &Callback<'_>) -> Result<Paywright, String> {
    let gateway = Signed::new(callback.description.clone()).map_err(|e| e.to_string())?;
    let options = Options {
        own_gateways: vec![Arc::new(gateway)],
        clock: Arc::new(ManualClock::new(callback.now)),
        randomness: Arc::new(SeededRandomness::new(1)),
        ..Options::default()
    };
    Paywright::open("sqlite::memory:", options).map_err(|e| e.to_string())
}

/// An order and its payment in the state that the vector names.
fn prepare(pay: &Paywright, callback: &Callback<'_>) -> Result<(), String> {
    let order = callback.order;
    let text = |name: &str| order[name].as_str().ok_or_else(|| format!("order.{name} is not text"));
    let minor = order["amount_minor"].as_i64().ok_or("order.amount_minor is not a number")?;
    let currency = paywright::currency::Currency::parse(text("currency")?);
    let amount = Money::new(minor, currency.map_err(|e| e.to_string())?).to_text();
    let created: types::Order =
        call(json!({"amount": amount, "currency": text("currency")?}), |a| pay.create_order(a))?;
    let payment = json!({"order_id": created.id, "reference": text("payment_id")?});
    let payment: types::Payment = call(payment, |a| pay.create_payment(a))?;
    match PaymentState::parse(text("status")?).map_err(|e| e.to_string())? {
        PaymentState::init => Ok(()),
        PaymentState::processing => begin(pay, callback, text("payment_id")?),
        PaymentState::succeeded => {
            let by_hand = json!({
                "payment_id": payment.id, "actor": "vectors", "reason": "as the vector says",
                "transaction_id": order["transaction_id"],
            });
            call(by_hand, |a| pay.confirm_payment(a)).map(drop)
        }
        other => Err(format!("a payment that is {} is not understood", other.as_str())),
    }
}

/// The sender says that the payment is under way.
fn begin(pay: &Paywright, callback: &Callback<'_>, payment: &str) -> Result<(), String> {
    let secret = Secret::new("vector", callback.secret.ok_or("the vector has no key as text")?);
    let now = callback.now.seconds().to_string();
    let fields = [
        ("nonce", "throwaway-nonce-of-the-judge"),
        ("payment_id", payment),
        ("status", "PROCESSING"),
        ("timestamp", now.as_str()),
    ];
    let signature = secret.and_then(|s| sign_fields(&fields, &s)).map_err(|e| e.to_string())?;
    let mut body: serde_json::Map<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    body.insert("signature".to_owned(), json!(signature));
    let body = types::Bytes(Value::Object(body).to_string().into_bytes());
    deliver(pay, callback, Vec::new(), body).map(drop).map_err(|e| e.to_string())
}

fn deliver(
    pay: &Paywright,
    callback: &Callback<'_>,
    headers: Vec<(String, String)>,
    body: types::Bytes,
) -> paywright::error::Result<types::CallbackResult> {
    pay.handle_callback(arguments::handle_callback {
        gateway: callback.description.name.clone(),
        headers: types::Headers(headers),
        body,
    })
}

fn call<A: serde::de::DeserializeOwned, T>(
    arguments: Value,
    method: impl Fn(A) -> paywright::error::Result<T>,
) -> Result<T, String> {
    let arguments = serde_json::from_value(arguments).map_err(|e| e.to_string())?;
    method(arguments).map_err(|e| format!("{e:?}"))
}
