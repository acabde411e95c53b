//! Stories of a shop that takes WeChat Pay, against a played provider: every way to meet the payer, closing, refunds, and
//! what is never written down.

use std::sync::Arc;

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time as Instant};
use paywright::error::{Code, Error};
use paywright::http::Transport;
use paywright::id::SeededRandomness;
use paywright_tests::fake::wechatpay::{API_KEY, Fake, MERCHANT_KEY, Message, transaction};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Error>;

struct Shop {
    pay: Paywright,
    clock: ManualClock,
    fake: Arc<Fake>,
}

fn args<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

impl Shop {
    fn open(url: &str) -> Self {
        let clock = ManualClock::new(Instant::from_millis(1_795_000_000_000));
        let fake = Arc::new(Fake::new(&clock));
        let transport: Arc<dyn Transport> = fake.clone();
        let options = Options {
            gateways: vec![Fake::account(|_| {})],
            mode: Mode::test,
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SeededRandomness::new(1)),
            transport: Some(transport),
            ..Options::default()
        };
        Shop { pay: Paywright::open(url, options).unwrap(), clock, fake }
    }

    fn create(&self, more: Value) -> Result<Payment> {
        let order = self.pay.create_order(args(json!({"currency": "CNY", "amount": "100.00"})))?;
        let mut with = json!({"order_id": order.id});
        with.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.pay.create_payment(args(with))
    }

    fn deliver(&self, (headers, body): Message) -> Result<CallbackResult> {
        self.pay.handle_callback(arguments::handle_callback {
            gateway: "wechatpay".to_owned(),
            headers: Headers(headers),
            body: Bytes(body),
        })
    }

    fn paid(&self) -> Payment {
        let payment = self.create(json!({})).unwrap();
        let result = self.deliver(self.fake.paid(&payment.id, 10_000, |_| {})).unwrap();
        self.fake.set(&payment.id, "SUCCESS");
        result.payment.unwrap()
    }

    fn sync(&self, payment: &Payment) -> Payment {
        self.pay.sync_payment(args(json!({"payment_id": payment.id}))).unwrap()
    }

    fn sync_refund(&self, refund: &Refund) -> Refund {
        self.pay.sync_refund(args(json!({"refund_id": refund.id}))).unwrap()
    }

    fn is_sound(&self) -> bool {
        self.pay.verify(arguments::verify {}).unwrap().ok
    }
}

/// Protects: each way to meet the payer has its own address there, its own needs, and its own action.
#[test]
fn four_ways_to_meet_the_payer() {
    let shop = Shop::open("sqlite::memory:");
    let code = shop.create(json!({"description": "茶"})).unwrap();
    assert_eq!(code.action.kind, ActionKind::qr_code);
    assert!(code.action.qr_text.unwrap().starts_with("weixin://"));
    let asked = shop.fake.order(&code.id).unwrap();
    assert_eq!(asked["amount"], json!({"total": 10_000, "currency": "CNY"}));
    assert_eq!(asked["time_expire"], "2026-11-18T19:36:40+08:00");
    assert_eq!(asked["notify_url"], "https://shop.example/callbacks/wechatpay");

    let wallet = json!({"experience": "in_wallet", "payer_id": "oThrowaway"});
    let wallet = shop.create(wallet).unwrap();
    assert_eq!(wallet.action.kind, ActionKind::sdk_params);
    let names: Vec<_> = wallet.action.parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["appId", "nonceStr", "package", "paySign", "signType", "timeStamp"]);
    assert_eq!(shop.fake.order(&wallet.id).unwrap()["payer"], json!({"openid": "oThrowaway"}));

    let app = shop.create(json!({"experience": "app"})).unwrap();
    assert_eq!(app.action.parameters["packageValue"], "Sign=WXPay");

    let phone = json!({"experience": "mobile_web", "payer_address": "2001:db8::1",
                       "return_url": "https://shop.example/back?a=1"});
    let phone = shop.create(phone).unwrap();
    let url = phone.action.url.unwrap();
    assert!(url.ends_with("&redirect_url=https%3A%2F%2Fshop.example%2Fback%3Fa%3D1"), "{url}");

    let requests = shop.fake.requests();
    let products: Vec<_> = requests.iter().map(|r| r.rsplit('/').next().unwrap()).collect();
    assert_eq!(products, ["native", "jsapi", "app", "h5"]);
    for (experience, missing) in [("in_wallet", "payer_id"), ("mobile_web", "payer_address")] {
        let refusal = shop.create(json!({"experience": experience})).unwrap_err();
        assert_eq!(
            (refusal.code(), refusal.detail("field")),
            (Code::ArgumentMissing, Some(missing))
        );
    }
    let refusal = shop.create(json!({"reference": "no"})).unwrap_err();
    assert_eq!((refusal.code(), refusal.detail("field")), (Code::TextFormat, Some("reference")));
    assert_eq!(shop.fake.requests().len(), 4, "refused before anything is sent");
}

/// Protects: a payment that nobody made is asked about without losing what the payer was told, and closed there first.
#[test]
fn asking_and_closing() {
    let shop = Shop::open("sqlite::memory:");
    let payment = shop.create(json!({"reference": "ORD_2026-1"})).unwrap();
    let asked = shop.sync(&payment);
    assert_eq!((asked.state, asked.action), (PaymentState::init, payment.action.clone()));
    let cancelled = shop.pay.cancel_payment(args(json!({"payment_id": payment.id}))).unwrap();
    assert_eq!(cancelled.state, PaymentState::cancelled);
    let close = "POST /v3/pay/transactions/out-trade-no/ORD_2026-1/close";
    assert!(shop.fake.requests().iter().any(|request| request == close));

    let paid_meanwhile = shop.create(json!({})).unwrap();
    shop.fake.set(&paid_meanwhile.id, "SUCCESS");
    let cancel = json!({"payment_id": paid_meanwhile.id});
    drop(shop.pay.cancel_payment(args(cancel)));
    let found = shop.sync(&paid_meanwhile);
    assert_eq!(found.state, PaymentState::succeeded);
    assert_eq!(found.transaction_id, Some(transaction(&found.id)));
    assert!(shop.is_sound());
}

/// Protects: a refusal of the request ends a payment that was never begun, and says why without a secret.
#[test]
fn refusals_at_the_start() {
    for (status, code, expected) in [
        (401, "SIGN_ERROR", "credentials_rejected"),
        (400, "APPID_MCHID_NOT_MATCH", "credentials_rejected"),
        (400, "PARAM_ERROR", "gateway_rejected"),
        (403, "NOAUTH", "gateway_rejected"),
        (400, "SOMETHING_NEW", "gateway_rejected"),
    ] {
        let shop = Shop::open("sqlite::memory:");
        shop.fake.refuse(Some((status, code)));
        let shown = match shop.create(json!({})) {
            Ok(payment) => payment.failure_code.unwrap_or_default(),
            Err(error) => error.code().as_str().to_owned(),
        };
        assert_eq!(shown, expected, "{code}");
    }
    for (status, code) in [(400, "ORDERPAID"), (403, "OUT_TRADE_NO_USED"), (500, "SYSTEM_ERROR")] {
        let shop = Shop::open("sqlite::memory:");
        shop.fake.refuse(Some((status, code)));
        let payment = shop.create(json!({})).unwrap();
        assert_eq!(payment.state, PaymentState::processing, "{code}: only asking will tell");
    }
}

/// Protects: pitfall 55, 200 for a refund is not money paid back; what is stuck says so and stays reserved; what was closed
/// is free again.
#[test]
fn refunds() {
    let shop = Shop::open("sqlite::memory:");
    let payment = shop.paid();
    let refund = |amount: &str| -> Refund {
        let with = json!({"payment_id": payment.id, "amount": amount, "reason": "茶".repeat(40)});
        shop.pay.refund(args(with)).unwrap()
    };
    let first = refund("30.00");
    assert_eq!(first.state, RefundState::pending);
    shop.fake.set(&first.id, "SUCCESS");
    assert_eq!(shop.sync_refund(&first).state, RefundState::succeeded);

    let second = refund("20.00");
    let numbers = (payment.id.as_str(), second.id.as_str());
    let said = |status| shop.fake.refunded(numbers, (10_000, 2_000), status, |_| {});
    let stuck = shop.deliver(said("ABNORMAL")).unwrap();
    assert_eq!(stuck.outcome, CallbackOutcome::applied);
    let stuck = stuck.refund.unwrap();
    assert_eq!(stuck.state, RefundState::pending);
    assert_eq!(stuck.failure_code.as_deref(), Some("refund_abnormal"));
    assert_eq!(shop.deliver(said("ABNORMAL")).unwrap().outcome, CallbackOutcome::already);
    let over =
        shop.pay.refund(args(json!({"payment_id": payment.id, "amount": "60.00", "reason": "r"})));
    assert!(over.is_err(), "the money of a refund that is stuck stays reserved");
    let closed = shop.deliver(said("CLOSED")).unwrap().refund.unwrap();
    assert_eq!(closed.state, RefundState::failed);

    let other = shop.fake.refunded(numbers, (10_000, 2_001), "SUCCESS", |_| {});
    assert_eq!(shop.deliver(other).unwrap().outcome, CallbackOutcome::held);
    let outside = (payment.id.as_str(), "made-in-the-console");
    let outside = shop.fake.refunded(outside, (10_000, 500), "SUCCESS", |_| {});
    let outside = shop.deliver(outside).unwrap();
    assert_eq!(outside.outcome, CallbackOutcome::applied);
    assert_eq!(outside.payment.unwrap().refunded.as_str(), "35.00");
    assert!(shop.is_sound());
}

/// Protects: X4, no key, no secret and nothing about who paid stands in a file, an error or a `Debug` form.
#[test]
fn what_is_never_written_down() {
    let directory = std::env::temp_dir().join(format!("paywright-wechat-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let shop = Shop::open(&directory.join("shop.db").display().to_string());
    let payment = shop.paid();
    shop.pay
        .refund(args(json!({"payment_id": payment.id, "amount": "1.00", "reason": "r"})))
        .unwrap();
    let unknown = shop.fake.paid("ORD-nobody-has-it", 10_000, |_| {});
    let held = shop.deliver(unknown).unwrap();
    assert!(held.exception.is_some());
    let line = MERCHANT_KEY.lines().nth(3).unwrap();
    let canaries = [line, API_KEY, "oThrowawayOpenId0000000001", "招商银行"];
    let mut written = format!("{:?}{held:?}", Fake::account(|_| {}));
    for (headers, body) in [
        (Vec::new(), b"{}".to_vec()),
        (shop.fake.signed_as("x", b"{}"), b"{}".to_vec()),
        shop.fake.notice("TRANSACTION.SUCCESS", "refund", "{}"),
    ] {
        let error = shop.deliver((headers, body)).unwrap_err();
        written.push_str(&format!("{error:?}{}", error.message_zh()));
    }
    let mut bytes = written.into_bytes();
    for file in std::fs::read_dir(&directory).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    for canary in canaries {
        let canary = canary.as_bytes();
        assert!(!bytes.windows(canary.len()).any(|window| window == canary), "{canary:?}");
    }
    drop(shop);
    std::fs::remove_dir_all(&directory).unwrap();
}

/// Protects: an order that runs out is closed there before it is given up here.
#[test]
fn an_order_runs_out() {
    let shop = Shop::open("sqlite::memory:");
    let payment = shop.create(json!({})).unwrap();
    shop.clock.advance(3600);
    shop.pay.run_due(args(json!({}))).unwrap();
    assert_eq!(shop.sync(&payment).state, PaymentState::expired);
    assert!(shop.fake.requests().iter().any(|request| request.ends_with("/close")));
}
