//! The engine's verdict on a whole notice of WeChat Pay: an order and its payment as the vector file has them, then the
//! notice itself, through the public face. It judges nothing; it says what the engine did.

use std::sync::Arc;

use paywright::api::types::{self, CallbackOutcome, GatewayConfig, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::error::Result as Outcome;
use paywright::id::SeededRandomness;
use serde_json::{Value, json};

use super::Verdict;
use super::wechatpay::{names, options, says, text};
use crate::fake::wechatpay::Fake;

/// What an engine does with a whole notice, for the file's order. A refund that the file knows by a number that is not
/// ours is made through us, and recognised by WeChat's number of it.
pub(super) fn verdict(
    file: &Value,
    case: &Value,
    message: Message,
    now: i64,
) -> Result<Verdict, String> {
    let clock = ManualClock::new(Time::from_millis(now * 1000));
    let fake = Arc::new(Fake::new(&clock));
    let pay = open(file, case, &clock, &fake)?;
    let order = &file["order"];
    let minor = order["amount_minor"].as_i64().ok_or("order.amount_minor is not a number")?;
    let number = text(order, "out_trade_no")?;
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
    let asked = json!({"currency": order["currency"], "amount": yuan(minor)});
    let created: types::Order = call(asked, |a| pay.create_order(a))?;
    let asked = json!({"order_id": created.id, "reference": number});
    let payment: types::Payment = call(asked, |a| pay.create_payment(a))?;
    let event = &case["expect"]["event"];
    if event["kind"] == "refund" {
        says(deliver(&pay, fake.paid(number, minor, |_| {})))?;
        fake.number_refunds(REFUND_NUMBER);
        let amount = yuan(event["amount_minor"].as_i64().ok_or("no amount_minor")?);
        let asked = json!({"payment_id": payment.id, "amount": amount, "reason": "vectors"});
        let _: types::Refund = call(asked, |a| pay.refund(a))?;
    }
    Ok(match deliver(&pay, message) {
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

type Message = (Vec<(String, String)>, Vec<u8>);

/// WeChat's number of the one refund in these files.
const REFUND_NUMBER: &str = "50302909992026111800000000001";

fn open(
    file: &Value,
    case: &Value,
    clock: &ManualClock,
    fake: &Arc<Fake>,
) -> Result<Paywright, String> {
    let options = options(file, &names(&case["trust_store"])?)?;
    let account: GatewayConfig = Fake::account(|config| {
        config.name = Some(options.name.clone());
        config.mchid.clone_from(&options.mchid);
        config.appid.clone_from(&options.appid);
        config.public_key_id.clone_from(&options.public_key_id);
        config.public_key.clone_from(&options.public_key);
        config.platform_certificates.clone_from(&options.platform_certificates);
    });
    let options = Options {
        gateways: vec![account],
        clock: Arc::new(clock.clone()),
        randomness: Arc::new(SeededRandomness::new(1)),
        transport: Some(Arc::clone(fake) as Arc<dyn paywright::http::Transport>),
        ..Options::default()
    };
    says(Paywright::open("sqlite::memory:", options))
}

fn deliver(pay: &Paywright, (headers, body): Message) -> Outcome<types::CallbackResult> {
    pay.handle_callback(arguments::handle_callback {
        gateway: "vectors".to_owned(),
        headers: types::Headers(headers),
        body: types::Bytes(body),
    })
}

fn call<A: serde::de::DeserializeOwned, T>(
    arguments: Value,
    method: impl Fn(A) -> Outcome<T>,
) -> Result<T, String> {
    says(method(serde_json::from_value(arguments).map_err(|e| e.to_string())?))
}
