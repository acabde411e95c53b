//! H14, H15, H46 and H47 at an account whose wire has units of its own, and whose messages name their mode and account.

use std::sync::{Arc, Mutex};

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::error::Code;
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::secret::Secret as Key;
use paywright::sign::stripe::{SIGNATURE, sign};
use serde_json::{Value, json};

use super::shop::*;

const WEBHOOK: &str = "whsec_throwaway";

/// Plays the provider: keeps what was sent, and creates whatever it is asked to create, each time another intent.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<(Vec<String>, u32)>>);

impl Transport for Wire {
    fn send(&self, request: &Request) -> std::result::Result<Response, NoResponse> {
        let form = String::from_utf8(request.body.clone()).unwrap();
        let label = form.split('&').find_map(|pair| pair.strip_prefix("metadata%5Bpayment_id%5D="));
        let mut book = self.0.lock().unwrap();
        book.1 += 1;
        let answer = json!({
            "id": format!("pi_{}", book.1), "object": "payment_intent",
            "livemode": false, "status": "requires_payment_method", "client_secret": "x_secret_y",
            "metadata": {"payment_id": label},
        });
        book.0.push(form);
        Ok(Response { status: 200, headers: Vec::new(), body: answer.to_string().into_bytes() })
    }
}

impl Wire {
    /// What was sent since the last look.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().0)
    }
}

fn account(more: Value) -> GatewayConfig {
    let mut config = json!({"secret_key": "sk_test_throwaway", "webhook_secrets": [WEBHOOK]});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    args(json!({"stripe": config}))
}

fn shop(account: GatewayConfig) -> (Shop, Wire) {
    let (clock, wire) = (clock(), Wire::default());
    let options =
        Options { transport: Some(Arc::new(wire.clone())), ..options(&clock, vec![account]) };
    let pay = Paywright::open("sqlite::memory:", options).unwrap();
    (Shop { pay, clock }, wire)
}

fn pay(shop: &Shop, amount: &str, currency: &str) -> Result<Payment> {
    let order = shop.pay.create_order(args(json!({"currency": currency, "amount": amount})))?;
    shop.create(json!({"order_id": order.id, "method": "card"}))
}

/// Protects: H14, each currency is written in the provider's unit, which is not always that of ISO 4217.
#[test]
fn h14_units_of_the_wire() {
    let (shop, wire) = shop(account(json!({})));
    for (amount, currency, number) in [
        ("500", "JPY", 500),
        ("5", "UGX", 500),
        ("5", "ISK", 500),
        ("5", "MGA", 5),
        ("5.120", "KWD", 5120),
        ("5.00", "USD", 500),
    ] {
        pay(&shop, amount, currency).unwrap();
        let sent = wire.take().remove(0);
        let said = format!("amount={number}&currency={}&", currency.to_lowercase());
        assert!(sent.starts_with(&said), "{amount} {currency}: {sent}");
    }
}

/// Protects: H15, what the provider cannot collect is refused before anything is sent. Half a shilling is refused even
/// earlier, because ISO 4217 has none.
#[test]
fn h15_amounts_that_cannot_be_collected() {
    let (shop, wire) = shop(account(json!({})));
    for (amount, currency, code) in [
        ("5.125", "KWD", Code::GatewayAmount),
        ("5.50", "MGA", Code::GatewayAmount),
        ("0.49", "USD", Code::GatewayAmount),
        ("5.50", "UGX", Code::AmountScale),
    ] {
        assert_eq!(pay(&shop, amount, currency).unwrap_err().code(), code, "{amount} {currency}");
        assert!(wire.take().is_empty());
    }
}

/// A genuine message that a payment succeeded, with some members changed.
fn success(payment: &Payment, changes: Value) -> Message {
    let mut event = json!({
        "id": "evt_1", "object": "event", "livemode": false, "type": "payment_intent.succeeded",
        "data": {"object": {
            "id": payment.reference, "object": "payment_intent", "status": "succeeded",
            "amount_received": 500, "currency": "usd", "metadata": {"payment_id": payment.id},
        }},
    });
    event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let body = event.to_string().into_bytes();
    let line = sign(&body, &Key::new("test", WEBHOOK).unwrap(), NOW).unwrap();
    (vec![(SIGNATURE.to_owned(), line)], body)
}

/// A refusal that changes nothing and is answered alike whatever its cause.
fn refused(shop: &Shop, message: Message, expected: Code) {
    let error = shop.refused(|| shop.deliver("stripe", message));
    assert_eq!(error.code(), expected, "{error}");
    assert_eq!(error.reply().map(|reply| reply.status), Some(400));
}

/// Protects: H46, play money pays for nothing on a live account, and real money is not taken for play money.
#[test]
fn h46_the_other_mode() {
    let (test, _) = shop(account(json!({})));
    let payment = pay(&test, "5.00", "USD").unwrap();
    refused(&test, success(&payment, json!({"livemode": true})), Code::WrongMode);
    assert_eq!(test.now(&payment).state, PaymentState::init);

    let clock = clock();
    let live = account(json!({"secret_key": "sk_live_throwaway"}));
    let options = Options {
        mode: Mode::live,
        transport: Some(Arc::new(Wire::default())),
        ..options(&clock, vec![live])
    };
    let live = Shop { pay: Paywright::open("sqlite::memory:", options).unwrap(), clock };
    refused(&live, success(&payment, json!({})), Code::WrongMode);
    refused(&live, success(&payment, json!({"livemode": false})), Code::WrongMode);
}

/// Protects: H47, a connected account's message pays for nothing elsewhere, though one secret signs for all of them.
#[test]
fn h47_another_account() {
    for (own, others) in [
        (json!({}), [json!({"account": "acct_a"}), json!({"account": "acct_b"})]),
        (json!({"account": "acct_a"}), [json!({"account": "acct_b"}), json!({})]),
    ] {
        let (shop, _) = shop(account(own.clone()));
        let payment = pay(&shop, "5.00", "USD").unwrap();
        for other in others {
            refused(&shop, success(&payment, other), Code::WrongAccount);
        }
        let taken = shop.deliver("stripe", success(&payment, own)).unwrap();
        assert_eq!(taken.outcome, CallbackOutcome::applied);
        assert_eq!(taken.payment.unwrap().state, PaymentState::succeeded);
        let reply = taken.reply;
        assert_eq!((reply.status, &*reply.body.0), (200, br#"{"received":true}"#.as_slice()));
    }
}
