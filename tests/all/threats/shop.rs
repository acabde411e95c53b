//! A shop with an engine, a clock that stands still and signed callbacks. It judges what a message did, always in the
//! same way; it knows no case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time as Instant};
use paywright::error::{Code, Error};
use paywright::gateway::mock::DEFAULT_SECRET;
use paywright::id::SeededRandomness;
use paywright::secret::Secret as Key;
use paywright::sign::hmac::{hmac_sha256, to_hex};
use paywright::sign::hmac_callback::{sign_fields, sign_headers};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Unix seconds at which every story begins.
pub const NOW: i64 = 1_767_225_600;
/// The secret of the signed gateways.
pub const SECRET: &str = "throwaway-callback-secret-1";

/// A callback as it would arrive.
pub type Message = (Vec<(String, String)>, Vec<u8>);
/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// An engine in mode `test` with the mock (account `mock`), and two signed gateways: `shop` signs members of the
/// body, `door` signs headers.
pub struct Shop {
    pub pay: Paywright,
    pub clock: ManualClock,
}

/// Everything that must be the same after something that changes nothing.
#[derive(Debug, PartialEq)]
pub struct Snapshot {
    report: VerifyReport,
    balances: Vec<Balance>,
    orders: OrderPage,
    payments: PaymentPage,
    refunds: RefundPage,
    exceptions: ExceptionPage,
}

/// The arguments of any method, from JSON.
pub fn args<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// The code that something was refused with.
pub fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    result.unwrap_err().code()
}

pub fn mock() -> GatewayConfig {
    GatewayConfig::Mock(Mock::default())
}

/// A gateway of signed callbacks; `more` are further members of its description.
pub fn signed(name: &str, method: &str, scheme: &str, more: Value) -> GatewayConfig {
    let mut description = json!({
        "name": name, "methods": [method], "scheme": scheme,
        "keys": [{"id": "k1", "secret": SECRET}],
    });
    description.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    GatewayConfig::Signed(Signed { description: description.to_string().as_str().into() })
}

pub fn options(clock: &ManualClock, gateways: Vec<GatewayConfig>) -> Options {
    Options {
        gateways,
        mode: Mode::test,
        clock: Arc::new(clock.clone()),
        randomness: Arc::new(SeededRandomness::new(1)),
        busy_timeout_ms: Some(100),
        ..Options::default()
    }
}

pub fn clock() -> ManualClock {
    ManualClock::new(Instant::from_millis(NOW * 1000))
}

fn accounts() -> Vec<GatewayConfig> {
    vec![
        mock(),
        signed("shop", "wallet", "body", json!({})),
        signed("door", "till", "header", json!({"reply": "ok"})),
    ]
}

impl Shop {
    /// In memory.
    pub fn open() -> Shop {
        Shop::at("sqlite::memory:")
    }

    /// At an address.
    pub fn at(url: &str) -> Shop {
        Shop::with(url, accounts())
    }

    /// With these gateways.
    pub fn with(url: &str, gateways: Vec<GatewayConfig>) -> Shop {
        let clock = clock();
        let pay = Paywright::open(url, options(&clock, gateways)).unwrap();
        Shop { pay, clock }
    }

    /// An order of this many yuan.
    pub fn order(&self, amount: &str) -> Order {
        self.pay.create_order(args(json!({"currency": "CNY", "amount": amount}))).unwrap()
    }

    /// A payment by card for a new order of 100.00 CNY.
    pub fn payment(&self) -> Payment {
        self.payment_by("card")
    }

    pub fn payment_by(&self, method: &str) -> Payment {
        self.pay_for(&self.order("100.00"), method)
    }

    pub fn pay_for(&self, order: &Order, method: &str) -> Payment {
        self.create(json!({"order_id": order.id, "method": method})).unwrap()
    }

    pub fn create(&self, with: Value) -> Result<Payment> {
        self.pay.create_payment(args(with))
    }

    /// A payment that succeeded.
    pub fn paid(&self) -> Payment {
        let payment = self.payment();
        self.applied("mock", self.said(&payment, "success")).payment.unwrap()
    }

    pub fn refund(&self, with: Value) -> Result<Refund> {
        self.pay.refund(args(with))
    }

    /// The payment as it is now.
    pub fn now(&self, payment: &Payment) -> Payment {
        self.pay.payment(arguments::payment { payment_id: payment.id.clone() }).unwrap()
    }

    /// The order of a payment as it is now.
    pub fn order_of(&self, payment: &Payment) -> Order {
        self.pay.order(arguments::order { order_id: payment.order_id.clone() }).unwrap()
    }

    /// The callbacks of the mock gateway, of a kind, about a payment.
    pub fn all_said(&self, payment: &Payment, kind: &str, refund: Option<&Refund>) -> Vec<Message> {
        let deliveries = self
            .pay
            .mock_callbacks(arguments::mock_callbacks {
                payment_id: payment.id.clone(),
                kind: kind.into(),
                refund_id: refund.map(|r| r.id.clone()),
            })
            .unwrap();
        deliveries.into_iter().map(|d| (d.headers.into_iter().collect(), d.body.0)).collect()
    }

    pub fn said(&self, payment: &Payment, kind: &str) -> Message {
        self.all_said(payment, kind, None).remove(0)
    }

    pub fn said_of_refund(&self, payment: &Payment, kind: &str, refund: &Refund) -> Message {
        self.all_said(payment, kind, Some(refund)).remove(0)
    }

    pub fn deliver(&self, gateway: &str, (headers, body): Message) -> Result<CallbackResult> {
        self.pay.handle_callback(arguments::handle_callback {
            gateway: gateway.into(),
            headers: Headers(headers),
            body: Bytes(body),
        })
    }

    /// APPLY: the change is made, the answer is success.
    pub fn applied(&self, gateway: &str, message: Message) -> CallbackResult {
        self.taken(gateway, message, CallbackOutcome::applied)
    }

    /// NOOP: nothing but a note, the answer is success.
    pub fn already(&self, gateway: &str, message: Message) -> CallbackResult {
        let before = self.snapshot();
        let result = self.taken(gateway, message, CallbackOutcome::already);
        let after = self.snapshot();
        let notes = after.report.entries - before.report.entries;
        assert_eq!(notes, i64::from(!result.duplicate), "a new message leaves one note");
        assert_eq!(before.without_notes(), after.without_notes());
        result
    }

    /// HOLD: an exception with this money, an alert, the answer is success.
    pub fn held(
        &self,
        gateway: &str,
        message: Message,
        kind: ExceptionKind,
        money: Option<(&str, &str)>,
    ) -> CallbackResult {
        let labels = format!("paywright_exceptions_total{{kind=\"{}\"}}", kind.as_str());
        let count = self.count(&labels);
        let result = self.taken(gateway, message, CallbackOutcome::held);
        let exception = result.exception.clone().unwrap();
        assert_eq!(exception.kind, kind, "{}", exception.explanation);
        let suspended = exception.amount.as_ref().map(Amount::as_str);
        assert_eq!(suspended.zip(exception.currency.as_deref()), money);
        assert_eq!(self.count(&labels), count + 1);
        assert_eq!(self.suspended(), money.map(|(a, c)| format!("{a} {c}")));
        result
    }

    /// REJECT of a callback: nothing changes except a counter, `verify_callback` gives the same code, and the remote
    /// side reads the same whatever the cause.
    pub fn rejected(&self, gateway: &str, message: Message, expected: Code) -> Error {
        let before = self.snapshot();
        let name = "paywright_callbacks_rejected_total";
        let labels = format!("{name}{{gateway=\"{gateway}\",code=\"{expected}\"}}");
        let count = self.count(&labels);
        let error = self.deliver(gateway, message).unwrap_err();
        assert_eq!(error.code(), expected, "{error}");
        let reply = error.reply().unwrap();
        assert_eq!((reply.status, &*reply.body), (403, br#"{"code":"FAIL"}"#.as_slice()));
        assert_eq!(reply.content_type, "application/json");
        assert_eq!(self.count(&labels), count + 1, "the refusal is counted");
        assert_eq!(before, self.snapshot());
        error
    }

    /// REJECT or CONFLICT of a call: nothing changes.
    pub fn refused<T: std::fmt::Debug>(&self, call: impl FnOnce() -> Result<T>) -> Error {
        let before = self.snapshot();
        let error = call().unwrap_err();
        assert_eq!(before, self.snapshot());
        error
    }

    fn taken(&self, gateway: &str, message: Message, outcome: CallbackOutcome) -> CallbackResult {
        let result = self.deliver(gateway, message).unwrap();
        assert_eq!(result.outcome, outcome, "{result:#?}");
        let body = if gateway == "door" { r#"{"ok":true}"# } else { r#"{"code":"SUCCESS"}"# };
        let reply = &result.reply;
        assert_eq!((reply.status, &*reply.body.0), (200, body.as_bytes()));
        self.snapshot();
        result
    }

    /// The present state of everything; the books must be sound.
    pub fn snapshot(&self) -> Snapshot {
        let report = self.pay.verify(arguments::verify {}).unwrap();
        assert!(report.ok, "{report:#?}");
        let page = json!({"size": 500});
        Snapshot {
            report,
            balances: self.pay.balances(arguments::balances {}).unwrap(),
            orders: self.pay.orders(args(page.clone())).unwrap(),
            payments: self.pay.payments(args(page.clone())).unwrap(),
            refunds: self.pay.refunds(args(page.clone())).unwrap(),
            exceptions: self.pay.exceptions(args(json!({"size": 500, "all": true}))).unwrap(),
        }
    }

    /// One count of the metrics.
    pub fn count(&self, labels: &str) -> u64 {
        let metrics = self.pay.metrics(arguments::metrics {}).unwrap();
        let line = metrics.lines().find_map(|line| line.strip_prefix(labels));
        line.map_or(0, |value| value.trim().parse().unwrap())
    }

    /// What stands in suspense, if anything.
    pub fn suspended(&self) -> Option<String> {
        let balances = self.pay.balances(arguments::balances {}).unwrap();
        let of = |b: &Balance| b.account.starts_with("suspense:");
        let held: Vec<_> = balances.iter().filter(|b| of(b)).collect();
        assert!(held.len() < 2, "{held:?}");
        held.first().map(|b| format!("{} {}", b.credit, b.currency))
    }

    /// All events so far, by name.
    pub fn events(&self) -> Vec<String> {
        let events = self.pay.events(args(json!({"limit": 1000}))).unwrap();
        events.into_iter().map(|event| event.event).collect()
    }

    /// How often an event happened.
    pub fn times(&self, event: &str) -> usize {
        self.events().iter().filter(|name| *name == event).count()
    }

    /// The open exceptions.
    pub fn exceptions(&self) -> Vec<ExceptionEntry> {
        self.pay.exceptions(args(json!({}))).unwrap().items
    }
}

impl Snapshot {
    fn without_notes(mut self) -> Self {
        self.report.entries = 0;
        self
    }
}

/// What the mock gateway would sign about a payment; `change` makes it another message.
pub fn mock_event(id: &str, payment: &Payment, change: impl FnOnce(&mut Value)) -> String {
    let mut event = json!({
        "id": id, "type": "payment.succeeded", "created": NOW,
        "data": {
            "payment": payment.id, "reference": payment.id, "status": "succeeded",
            "amount": 10_000, "currency": "CNY", "transaction_id": "mtx_by_hand",
        },
    });
    change(&mut event);
    event.to_string()
}

/// A callback of the mock gateway, signed by hand.
pub fn mock_signed(id: &str, at: impl ToString, body: impl Into<Vec<u8>>) -> Message {
    mock_message(id, &at.to_string(), body, |id, at, body| {
        format!("v1={}", hmac(DEFAULT_SECRET, &[id, ".", at, "."], body))
    })
}

/// The same with a signature header of one's own making.
pub fn mock_message(
    id: &str,
    at: &str,
    body: impl Into<Vec<u8>>,
    signature: impl FnOnce(&str, &str, &[u8]) -> String,
) -> Message {
    let body = body.into();
    let signature = signature(id, at, &body);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = [("Mock-Id", id), ("Mock-Timestamp", at), ("Mock-Signature", &signature)];
    (headers.map(|(name, value)| header(name, value)).into(), body)
}

/// HMAC-SHA256 as hex, over the texts and then the body.
pub fn hmac(secret: &str, texts: &[&str], body: &[u8]) -> String {
    let mut parts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
    parts.push(body);
    to_hex(&hmac_sha256(secret.as_bytes(), &parts).unwrap())
}

/// What `shop` would say about a payment.
pub fn fields(payment: &Payment) -> BTreeMap<String, String> {
    let at = NOW.to_string();
    [
        ("payment_id", payment.id.as_str()),
        ("status", "SUCCESS"),
        ("amount", "100.00"),
        ("currency", "CNY"),
        ("transaction_id", "wtx_1"),
        ("nonce", "nonce_0123456789abcdef"),
        ("timestamp", &at),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// A callback of `shop`: members signed in the body.
pub fn shop_signed(fields: &BTreeMap<String, String>) -> Message {
    let pairs: Vec<_> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let signature = sign_fields(&pairs, &Key::new("test", SECRET).unwrap()).unwrap();
    let mut body = json!(fields);
    body["signature"] = signature.into();
    (Vec::new(), body.to_string().into_bytes())
}

/// A callback of `shop` about a payment, with some members changed.
pub fn shop_says(payment: &Payment, changes: &[(&str, &str)]) -> Message {
    let mut fields = fields(payment);
    fields.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    shop_signed(&fields)
}

/// A callback of `door`: nonce, time and raw body signed in headers.
pub fn door_signed(nonce: &str, at: i64, body: &str) -> Message {
    let key = Key::new("test", SECRET).unwrap();
    let at = Instant::from_millis(at * 1000);
    (sign_headers(nonce, at, body.as_bytes(), &[&key]).unwrap(), body.as_bytes().to_vec())
}

/// The body of a callback of `door`.
pub fn door_body(payment: &Payment) -> String {
    let mut fields = fields(payment);
    fields.remove("nonce");
    fields.remove("timestamp");
    json!(fields).to_string()
}

/// Replaces a header.
pub fn with_header((mut headers, body): Message, name: &str, value: &str) -> Message {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    headers.push((name.to_owned(), value.to_owned()));
    (headers, body)
}

/// Leaves a header out.
pub fn without_header((mut headers, body): Message, name: &str) -> Message {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    (headers, body)
}

/// A directory of one test, removed at its end.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("paywright-threats-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("shop.db")
    }

    pub fn url(&self) -> String {
        self.file().display().to_string()
    }

    /// Every byte of every file in it.
    pub fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.0).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
