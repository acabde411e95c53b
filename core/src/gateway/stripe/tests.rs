//! What the Stripe gateway promises, exercised through configurations, requests, responses and messages only.

mod configuration;
mod events;
mod payments;
mod refunds;

use serde_json::{Value, json};

use super::*;
use crate::clock::Time;
use crate::currency::Currency;
use crate::error::Code;
use crate::gateway::{Action, ActionKind, Notice, PaymentFact, RefundIntent};
use crate::id::{PaymentId, RefundId, SeededRandomness};
use crate::money::Money;
use crate::payment::{Event, Presentation};

const NOW: Time = Time::from_millis(1_780_300_810_000);
const KEY: &str = "sk_test_throwawaycanary1";
const WEBHOOK: &str = "whsec_throwawaycanary2";
const INTENT: &str = "pi_3Odp5JJHmsbDYOavpdFu15tmT";
const SESSION: &str = "cs_test_a1Krl2zDZ3kD5FGwcJ6qHlCJPEUMvqw7e80fujGOMvLbMqq9vhoeRK9zMm";

fn secret(text: &str) -> Secret {
    Secret::new("a secret", text).unwrap()
}

fn options() -> StripeOptions {
    StripeOptions {
        secret_key: secret(KEY),
        webhook_secrets: vec![secret(WEBHOOK)],
        publishable_key: Some("pk_test_throwaway".into()),
        account: None,
        api_version: None,
        name: None,
        methods: Vec::new(),
        base_url: None,
    }
}

fn stripe() -> Stripe {
    Stripe::new(options()).unwrap()
}

fn money(text: &str, code: &str) -> Money {
    Money::parse("amount", text, Currency::parse(code).unwrap()).unwrap()
}

fn payment() -> PaymentIntent {
    let id = PaymentId::new(NOW, &SeededRandomness::new(1)).unwrap();
    PaymentIntent {
        id,
        reference: id.to_string(),
        amount: money("20.00", "USD"),
        method: "card".into(),
        manual_capture: false,
        description: "Order 1001".into(),
        return_url: Some("https://shop.example/done?o=1001".into()),
        expires_at: NOW.plus_seconds(1800),
        transaction_id: None,
        created_at: NOW,
        presentation: Presentation::default(),
    }
}

fn hosted() -> PaymentIntent {
    let presentation =
        Presentation { experience: Some(Experience::Hosted), ..Presentation::default() };
    PaymentIntent { presentation, ..payment() }
}

fn known_as(reference: &str, payment: PaymentIntent) -> PaymentIntent {
    PaymentIntent { reference: reference.into(), ..payment }
}

fn refund_of(text: &str) -> RefundIntent {
    let id = RefundId::new(NOW, &SeededRandomness::new(2)).unwrap();
    RefundIntent::new(id, money(text, "USD"), "returned")
}

fn at() -> Moment<'static> {
    Moment::at(NOW)
}

fn request(stripe: &Stripe, operation: Operation<'_>, payment: &PaymentIntent) -> Request {
    match stripe.call(operation, payment, at()).unwrap() {
        Call::Send(request) => request,
        other => panic!("{other:?}"),
    }
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let found = request.headers.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

/// A body's pairs, decoded, one a line.
fn pairs(form: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(form).unwrap();
    text.split('&').filter(|pair| !pair.is_empty()).map(decoded).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap();
                out.push(u8::from_str_radix(digits, 16).unwrap());
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).unwrap()
}

fn answered(status: u16, body: &Value) -> Response {
    let headers = vec![("request-id".into(), "req_1".into())];
    Response { status, headers, body: body.to_string().into_bytes() }
}

/// An intent as Stripe shows it, with some members changed.
fn intent(changes: Value) -> Value {
    let base = json!({
        "id": INTENT, "object": "payment_intent", "livemode": false, "amount": 2000,
        "amount_received": 0, "amount_capturable": 0, "currency": "usd",
        "status": "requires_payment_method", "client_secret": "pi_x_secret_y",
        "metadata": {"payment_id": payment().id.to_string()}, "cancellation_reason": null,
        "last_payment_error": null, "latest_charge": null,
    });
    changed(base, changes)
}

fn session(changes: Value) -> Value {
    let base = json!({
        "id": SESSION, "object": "checkout.session", "livemode": false, "amount_total": 2000,
        "currency": "usd", "status": "open", "payment_status": "unpaid", "mode": "payment",
        "url": "https://checkout.stripe.com/c/pay/x", "payment_intent": null,
        "metadata": {"payment_id": payment().id.to_string()},
    });
    changed(base, changes)
}

fn changed(mut base: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

fn signed(body: &str, secret: &Secret) -> Headers {
    let line = signature::sign(body.as_bytes(), secret, NOW.seconds()).unwrap();
    Headers::new([(SIGNATURE.to_owned(), line)]).unwrap()
}

fn received(stripe: &Stripe, body: &str) -> Result<Notice> {
    let headers = signed(body, &secret(WEBHOOK));
    stripe.receive(&headers, body.as_bytes(), at()).map(|got| got.notice().unwrap())
}
