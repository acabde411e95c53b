//! What proving and reading a callback costs each gateway, beside the raw limit: the same bytes checked and read by bare
//! crates. And what building a request costs.
//!
//! A plain program without a harness: gateway and limit take turns within one run, in rounds so many and so short that
//! most of them pass undisturbed by whoever else uses the machine. It asserts nothing about time.
//!
//! `cargo bench -p paywright-tests --bench verify [-- stripe wechatpay alipay request]`: words choose parts.

mod bare;

use std::hint::black_box;
use std::time::{Duration, Instant};

use paywright::clock::Time;
use paywright::currency::Currency;
use paywright::gateway::alipay::{Alipay, AlipayOptions, Trust};
use paywright::gateway::stripe::{Stripe, StripeOptions};
use paywright::gateway::wechatpay::{WechatPay, WechatPayOptions};
use paywright::gateway::{Call, Gateway, Moment, Notice, Operation, PaymentIntent};
use paywright::http::Headers;
use paywright::id::{PaymentId, SystemRandomness};
use paywright::money::Money;
use paywright::payment::Presentation;
use paywright::secret::Secret;
use paywright::sign::rsa::{PrivateKey, PublicKey};
use paywright::sign::stripe::sign;
use ring::hmac;
use serde_json::Value;

/// Rounds of gateway and limit in turn; the figures are medians over them.
const ROUNDS: usize = 2_001;
/// About how long a round lasts: much shorter than a turn of another user of the machine.
const ROUND: Duration = Duration::from_micros(300);
/// When everything here happens; the notices were signed then.
const NOW: Time = Time::from_millis(1_795_000_000_000);

const EVENT: &str = include_str!("event.json");
const WECHATPAY: &str = include_str!("../../vectors/wechatpay.json");
const ALIPAY: &str = include_str!("../../vectors/alipay.json");
const WEBHOOK_SECRET: &str = "whsec_throwaway0123456789abcdefghij";

fn main() {
    let words: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let chosen = |part: &str| words.is_empty() || words.iter().any(|word| word == part);
    println!("\ncallbacks proved and read, one thread: medians of {ROUNDS} rounds in turn\n");
    println!(
        "| {:<22} | {:>6} | {:>18} | {:>18} | ratio |",
        "callback", "bytes", "gateway, per s", "bare, per s"
    );
    println!(
        "|------------------------|--------|--------------------|--------------------|-------|"
    );
    if chosen("stripe") {
        stripe_event();
    }
    if chosen("wechatpay") {
        wechatpay_notice();
    }
    if chosen("alipay") {
        alipay_notice();
    }
    if chosen("request") {
        stripe_request();
    }
}

fn stripe_event() {
    let (gateway, body) = (stripe(), EVENT.trim_end().as_bytes());
    let header = sign(body, &secret(WEBHOOK_SECRET), NOW.seconds()).unwrap();
    let headers = Headers::new([("Stripe-Signature".to_owned(), header.clone())]).unwrap();
    let limit = bare::Stripe { key: hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes()) };
    let gateway_laps = || received(&gateway, &headers, body);
    compare("Stripe event", body, gateway_laps, || limit.receive(black_box(&header), body));
}

fn wechatpay_notice() {
    let vectors: Value = serde_json::from_str(WECHATPAY).unwrap();
    let text = |pointer: &str| vectors.pointer(pointer).and_then(Value::as_str).unwrap();
    let public_key = text("/keys/public_key_mode/public_spki_pem");
    let gateway = WechatPay::new(WechatPayOptions {
        name: "wechatpay".to_owned(),
        mchid: text("/config/mchid").to_owned(),
        appid: text("/config/appid").to_owned(),
        merchant_serial: text("/config/merchant_serial").to_owned(),
        private_key: private_key(text("/keys/merchant/private_pkcs8_pem")),
        api_v3_keys: vec![secret(text("/config/apiv3_key"))],
        callback_url: "https://shop.example/wechat".to_owned(),
        public_key_id: Some(text("/config/public_key_id").to_owned()),
        public_key: Some(public_key.to_owned()),
        platform_certificates: Vec::new(),
        base_url: None,
    });
    let gateway = gateway.unwrap();
    let notice = &vectors["notify_event"][0];
    let header = |name: &str| notice["headers"][name].as_str().unwrap();
    let lines = notice["headers"].as_object().unwrap().keys();
    let headers = Headers::new(lines.map(|name| (name.clone(), header(name).to_owned()))).unwrap();
    let body = notice["body"].as_str().unwrap().as_bytes();
    let limit = bare::WechatPay::new(&pkcs1(public_key), text("/config/apiv3_key"));
    let signed = ["Timestamp", "Nonce", "Signature"].map(|n| header(&format!("Wechatpay-{n}")));
    let gateway_laps = || received(&gateway, &headers, body);
    compare("WeChat Pay notice", body, gateway_laps, || limit.receive(black_box(signed), body));
}

fn alipay_notice() {
    let vectors: Value = serde_json::from_str(ALIPAY).unwrap();
    let text = |pointer: &str| vectors.pointer(pointer).and_then(Value::as_str).unwrap();
    let public_key = text("/keys/platform/public_spki_pem");
    let gateway = Alipay::new(AlipayOptions {
        name: "alipay".to_owned(),
        app_id: text("/config/app_id").to_owned(),
        seller_id: text("/config/seller_id").to_owned(),
        private_key: private_key(text("/keys/app/private_pkcs8_pem")),
        callback_url: "https://shop.example/alipay".to_owned(),
        trust: Trust::PublicKeys(vec![public_key.to_owned()]),
        sandbox: false,
        base_url: None,
    });
    let gateway = gateway.unwrap();
    let body = text("/notify_event/0/body").as_bytes();
    let headers = Headers::default();
    let limit = bare::Alipay { public_key: bare::rsa(&pkcs1(public_key)) };
    let gateway_laps = || received(&gateway, &headers, body);
    compare("Alipay notice", body, gateway_laps, || limit.receive(black_box(body)));
}

/// One way only: there is no limit to building a text.
fn stripe_request() {
    let (gateway, payment) = (stripe(), payment());
    let work = || match gateway.call(Operation::Pay, black_box(&payment), moment()).unwrap() {
        Call::Send(request) => request,
        other => panic!("{other:?}"),
    };
    let (calls, mut times) = (calls_in_a_round(work), Vec::new());
    times.resize_with(ROUNDS, || nanoseconds(calls, work));
    let one = median(times);
    println!("\na request for a Stripe payment built: {}.{:02} µs", one / 1000, one % 1000 / 10);
}

fn stripe() -> Stripe {
    let options = StripeOptions {
        secret_key: secret("sk_test_throwaway0000000000000000"),
        webhook_secrets: vec![secret(WEBHOOK_SECRET)],
        publishable_key: None,
        account: None,
        api_version: None,
        name: None,
        methods: Vec::new(),
        base_url: None,
    };
    Stripe::new(options).unwrap()
}

fn payment() -> PaymentIntent {
    let id = PaymentId::new(NOW, &SystemRandomness).unwrap();
    PaymentIntent {
        id,
        reference: id.to_string(),
        amount: Money::new(2_000, Currency::parse("USD").unwrap()),
        method: "card".to_owned(),
        manual_capture: false,
        description: "Order 1001".to_owned(),
        return_url: Some("https://shop.example/done?o=1001".to_owned()),
        expires_at: NOW.plus_seconds(1800),
        transaction_id: None,
        created_at: NOW,
        presentation: Presentation::default(),
    }
}

fn secret(text: &str) -> Secret {
    Secret::new("a secret", text).unwrap()
}

fn private_key(pem: &str) -> PrivateKey {
    PrivateKey::parse("a key", pem.as_bytes()).unwrap()
}

fn pkcs1(pem: &str) -> Vec<u8> {
    PublicKey::parse("a key", pem.as_bytes()).unwrap().as_pkcs1().to_vec()
}

fn moment() -> Moment<'static> {
    Moment { now: NOW, randomness: &SystemRandomness }
}

fn received(gateway: &dyn Gateway, headers: &Headers, body: &[u8]) -> Notice {
    let received = gateway.receive(black_box(headers), black_box(body), moment()).unwrap();
    received.notice().unwrap()
}

/// Prints a row: both rates, and the median of what the rounds' ratios were.
fn compare<O, L>(name: &str, body: &[u8], ours: impl Fn() -> O, limit: impl Fn() -> L) {
    let (our_calls, limit_calls) = (calls_in_a_round(&ours), calls_in_a_round(&limit));
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| (nanoseconds(our_calls, &ours), nanoseconds(limit_calls, &limit)))
        .collect();
    let per_second = |side: fn(&(u64, u64)) -> u64| {
        let one = median(rounds.iter().map(side).collect());
        format!("{} ({}.{:02} µs)", 1_000_000_000 / one, one / 1000, one % 1000 / 10)
    };
    let percent = median(rounds.iter().map(|(ours, limit)| limit * 100 / ours).collect());
    println!(
        "| {name:<22} | {:>6} | {:>18} | {:>18} | {:>2}.{:02} |",
        body.len(),
        per_second(|round| round.0),
        per_second(|round| round.1),
        percent / 100,
        percent % 100,
    );
}

/// How often the work is done in one round; finding out warms everything up.
fn calls_in_a_round<T>(work: impl Fn() -> T) -> u32 {
    let fastest = (0..2_000).map(|_| nanoseconds(1, &work)).min().unwrap_or(1);
    u32::try_from(ROUND.as_nanos() / u128::from(fastest)).unwrap_or(1).max(1)
}

/// What one call took in a round.
fn nanoseconds<T>(calls: u32, work: impl Fn() -> T) -> u64 {
    let begin = Instant::now();
    for _ in 0..calls {
        black_box(work());
    }
    (begin.elapsed() / calls).as_nanos().try_into().unwrap_or(u64::MAX).max(1)
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}
