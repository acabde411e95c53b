//! The engine's verdict on a notice of Alipay's: an order and a payment as the vectors describe them, then the notice,
//! through the public face. It judges nothing; it says what the engine did.

use std::sync::Arc;

use paywright::api::types::{self, CallbackOutcome, Mode, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::currency::Currency;
use paywright::gateway::alipay::{Alipay, AlipayOptions, NAME, Trust};
use paywright::id::SeededRandomness;
use paywright::money::Money;
use paywright::sign::alipay::{form, sign};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Verdict;
use super::alipay::{private_key, text};

/// When every notice arrives; nothing depends on it.
const NOW: &str = "2026-11-18T12:27:00Z";

/// The instant of every exchange.
pub fn now() -> Time {
    Time::parse("now", NOW).expect("a time")
}

/// The account that the file describes.
pub fn gateway(file: &Value) -> Result<Alipay, String> {
    let config = &file["config"];
    let platform = text(config, "alipay_key")?;
    Alipay::new(AlipayOptions {
        name: NAME.to_owned(),
        app_id: text(config, "app_id")?.to_owned(),
        seller_id: text(config, "seller_id")?.to_owned(),
        private_key: private_key(file, "app")?,
        callback_url: "https://shop.example.com/alipay/notify".to_owned(),
        trust: Trust::PublicKeys(vec![
            text(&file["keys"][platform], "public_spki_pem")?.to_owned(),
        ]),
        sandbox: true,
        base_url: None,
    })
    .map_err(|e| e.to_string())
}

/// What the engine does with a notice; where it is about a refund, the order had been paid.
pub fn verdict(file: &Value, body: &[u8], paid: bool) -> Result<Verdict, String> {
    let options = Options {
        mode: Mode::test,
        own_gateways: vec![Arc::new(gateway(file)?)],
        clock: Arc::new(ManualClock::new(now())),
        randomness: Arc::new(SeededRandomness::new(1)),
        ..Options::default()
    };
    let pay = Paywright::open("sqlite::memory:", options).map_err(|e| e.to_string())?;
    let order = &file["order"];
    let currency = Currency::parse(text(order, "currency")?).map_err(|e| e.to_string())?;
    let minor = order["amount_minor"].as_i64().ok_or("order.amount_minor is not a number")?;
    let amount = Money::new(minor, currency).to_text();
    let made: types::Order =
        call(json!({"amount": amount, "currency": currency.code()}), |a| pay.create_order(a))?;
    let payment = json!({"order_id": made.id, "reference": text(order, "out_trade_no")?});
    call(payment, |a| pay.create_payment(a))?;
    if paid {
        let before = paid_before(file, &amount)?;
        deliver(&pay, before.as_bytes()).map_err(|e| format!("{e:?}"))?;
    }
    Ok(match deliver(&pay, body) {
        Ok(result) => Verdict {
            result: match result.outcome {
                CallbackOutcome::applied => "APPLY".to_owned(),
                CallbackOutcome::held => "HOLD".to_owned(),
                CallbackOutcome::already | CallbackOutcome::ignored => "NOOP".to_owned(),
            },
            code: result.exception.map(|e| e.kind.as_str().to_owned()),
        },
        Err(error) => {
            Verdict { result: "REJECT".to_owned(), code: Some(error.code().as_str().to_owned()) }
        }
    })
}

/// The notice that the file's order was paid, signed as its sender would have.
fn paid_before(file: &Value, amount: &str) -> Result<String, String> {
    let (config, order) = (&file["config"], &file["order"]);
    let mut pairs = vec![
        ("app_id", text(config, "app_id")?),
        ("notify_id", "throwawayNoticeOfTheJudge"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", text(order, "out_trade_no")?),
        ("seller_id", text(config, "seller_id")?),
        ("total_amount", amount),
        ("trade_no", "2026111822001400001400000001"),
        ("trade_status", "TRADE_SUCCESS"),
    ];
    let key = private_key(file, text(config, "alipay_key")?)?;
    let signature = sign(&pairs, &key).map_err(|e| e.to_string())?;
    pairs.extend([("sign_type", "RSA2"), ("sign", signature.as_str())]);
    Ok(form::write(&pairs))
}

fn deliver(pay: &Paywright, body: &[u8]) -> paywright::error::Result<types::CallbackResult> {
    pay.handle_callback(arguments::handle_callback {
        gateway: NAME.to_owned(),
        headers: types::Headers(Vec::new()),
        body: types::Bytes(body.to_vec()),
    })
}

fn call<A: DeserializeOwned, T>(
    arguments: Value,
    method: impl Fn(A) -> paywright::error::Result<T>,
) -> Result<T, String> {
    let arguments = serde_json::from_value(arguments).map_err(|e| e.to_string())?;
    method(arguments).map_err(|e| format!("{e:?}"))
}
