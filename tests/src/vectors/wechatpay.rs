//! Judges `wechatpay-vectors/1`: signatures, encrypted parts, requests, parameters for clients, certificates, and whole
//! notices against an order, through the public face. It signs, verifies and decrypts nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paywright::api::types::{self, CallbackOutcome, GatewayConfig, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::error::Result as Outcome;
use paywright::gateway::wechatpay::{WechatPay, WechatPayOptions};
use paywright::gateway::{Call, ClaimedAmount, Fact, Gateway, Moment, Operation, Subject};
use paywright::http::{Headers, Response};
use paywright::id::SeededRandomness;
use paywright::json::Object;
use paywright::secret::Secret;
use paywright::sign::certificate::Certificate;
use paywright::sign::rsa::PrivateKey;
use paywright::sign::wechatpay::{
    ApiKey, Client, Merchant, Resource, Stamp, TOLERANCE_S, authorization, client_parameters,
    decrypt, verify,
};
use paywright::{payment, refund};
use serde_json::{Value, json};

use super::{Report, Verdict, only, same};
use crate::fake::wechatpay::Fake;

/// What such a file calls itself.
pub const FORMAT: &str = "wechatpay-vectors/1";

/// Judges a whole file.
pub fn judge(file: &Value) -> Result<Report, String> {
    let mut report = Report::default();
    report.judge_list(file, "verify", |case| judge_verify(file, case))?;
    report.judge_list(file, "resource", judge_resource)?;
    report.judge_list(file, "request", |case| judge_request(file, case))?;
    report.judge_list(file, "pay_sign", |case| judge_pay_sign(file, case))?;
    report.judge_list(file, "certificates", |case| judge_certificates(file, case))?;
    report.judge_list(file, "notify_event", |case| judge_event(file, case))?;
    if let Some(list) = file["oaep"].as_array() {
        let what = format!("oaep ({} cases): no request of ours encrypts a field", list.len());
        report.passed_over.push(what);
    }
    report.passed_over.push(
        "notify_event event.occurred_at: what is booked is dated by the engine's clock".to_owned(),
    );
    Ok(report)
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    value[name].as_str().ok_or_else(|| format!("{name} is not text"))
}

fn says<T>(outcome: Outcome<T>) -> Result<T, String> {
    outcome.map_err(|e| format!("{e:?}"))
}

fn moment(now: i64, dice: &SeededRandomness) -> Moment<'_> {
    Moment { now: Time::from_millis(now * 1000), randomness: dice }
}

fn lines(case: &Value) -> Result<Vec<(String, String)>, String> {
    let headers = case["headers"].as_object().ok_or("headers are no object")?;
    let line = |(name, value): (&String, &Value)| {
        Ok((name.clone(), value.as_str().ok_or("a header's value is not text")?.to_owned()))
    };
    headers.iter().map(line).collect()
}

fn body(case: &Value) -> Result<Vec<u8>, String> {
    match (case["body"].as_str(), case["body_b64"].as_str()) {
        (Some(text), None) => Ok(text.as_bytes().to_vec()),
        (None, Some(text)) => STANDARD.decode(text).map_err(|e| e.to_string()),
        _ => Err("either body or body_b64 is needed".to_owned()),
    }
}

fn names<'a>(list: &'a Value) -> Result<Vec<&'a str>, String> {
    let list = list.as_array().ok_or("a list is needed")?;
    list.iter().map(|name| name.as_str().ok_or_else(|| "a name is not text".to_owned())).collect()
}

/// The account of a file, with the keys that a case trusts.
fn options(file: &Value, trusted: &[&str]) -> Result<WechatPayOptions, String> {
    let (config, keys) = (&file["config"], &file["keys"]);
    let mut options = WechatPayOptions {
        name: "vectors".to_owned(),
        mchid: text(config, "mchid")?.to_owned(),
        appid: text(config, "appid")?.to_owned(),
        merchant_serial: text(config, "merchant_serial")?.to_owned(),
        private_key: merchant_key(file)?,
        api_v3_keys: vec![says(Secret::new("apiv3_key", text(config, "apiv3_key")?))?],
        callback_url: "https://shop.example/wechat/notify".to_owned(),
        public_key_id: None,
        public_key: None,
        platform_certificates: Vec::new(),
        base_url: Some("http://127.0.0.1:1".to_owned()),
    };
    for name in trusted {
        let key = &keys[*name];
        match key["certificate_pem"].as_str() {
            Some(pem) => options.platform_certificates.push(pem.to_owned()),
            None => {
                options.public_key_id = Some(text(key, "serial")?.to_owned());
                options.public_key = Some(text(key, "public_spki_pem")?.to_owned());
            }
        }
    }
    Ok(options)
}

fn merchant_key(file: &Value) -> Result<PrivateKey, String> {
    let pem = text(&file["keys"]["merchant"], "private_pkcs8_pem")?;
    says(PrivateKey::parse("merchant", pem.as_bytes()))
}

fn judge_verify(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "either", "reasons"])?;
    let now = case["now"].as_i64().ok_or("now is not Unix seconds")?;
    let (headers, body) = (Headers::new(lines(case)?), body(case)?);
    let trusted = names(&case["trust_store"])?;
    let answer = headers.and_then(|headers| match trusted.as_slice() {
        // An account without any key cannot even be opened.
        [] => verify(&body, &headers, |_| None, now, TOLERANCE_S),
        trusted => {
            let options = options(file, trusted).expect("the file's own keys");
            let dice = SeededRandomness::new(1);
            WechatPay::new(options)?.check(&headers, &body, moment(now, &dice))
        }
    });
    if expect["either"] == true {
        return Ok(());
    }
    match (expect["verified"].as_bool(), answer) {
        (Some(true), answer) => says(answer),
        (Some(false), answer) => refused_for(answer, &expect["reasons"]),
        (None, _) => Err("expect.verified is missing".to_owned()),
    }
}

fn refused_for<T>(answer: Outcome<T>, reasons: &Value) -> Result<(), String> {
    let reasons = names(reasons)?;
    match answer {
        Ok(_) => Err("taken, the file says refused".to_owned()),
        Err(error) if reasons.contains(&error.code().as_str()) => Ok(()),
        Err(error) => Err(format!("refused with {error:?}, the file says {reasons:?}")),
    }
}

fn judge_resource(case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["ok", "plaintext", "reasons"])?;
    let resource = case["resource"].to_string();
    let key = Secret::new("apiv3_key", text(case, "apiv3_key")?);
    let answer = key.and_then(|key| ApiKey::new("apiv3_key", key)).and_then(|key| {
        let object = Object::parse(resource.as_bytes())?;
        decrypt(Resource::of(&object)?, &[key])
    });
    match expect["ok"].as_bool() {
        Some(true) => {
            let plain = String::from_utf8(says(answer)?).map_err(|e| e.to_string())?;
            same("plaintext", plain.as_str(), text(expect, "plaintext")?)
        }
        Some(false) => refused_for(answer, &expect["reasons"]),
        None => Err("expect.ok is missing".to_owned()),
    }
}

/// A request's header: the same parts, in whichever order. The text that is signed shows in the signature, which has
/// one value only.
fn judge_request(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    let known = [
        "canonical_url",
        "message",
        "signature",
        "authorization",
        "authorization_params",
        "authorization_other_order",
    ];
    only(expect, &known)?;
    let key = merchant_key(file)?;
    let merchant = merchant(file, &key)?;
    let timestamp = case["timestamp"].as_i64().ok_or("timestamp is not Unix seconds")?;
    let stamp = Stamp { timestamp, nonce: text(case, "nonce_str")? };
    let url = text(case, "url")?;
    let path = url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
    same("canonical_url", path.as_str(), text(expect, "canonical_url")?)?;
    let body = case["body"].as_str().unwrap_or_default().as_bytes();
    let ours = says(authorization(merchant, text(case, "method")?, &path, body, stamp))?;
    for name in ["authorization", "authorization_other_order"] {
        same(name, parts(&ours), parts(text(expect, name)?))?;
    }
    let (scheme, ours) = parts(&ours);
    same("scheme", scheme, "WECHATPAY2-SHA256-RSA2048")?;
    same("signature", ours.get("signature").copied(), expect["signature"].as_str())?;
    let expected = expect["authorization_params"].as_object().ok_or("no authorization_params")?;
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap_or_default())).collect();
    same("authorization_params", ours, expected)
}

fn parts(authorization: &str) -> (&str, BTreeMap<&str, &str>) {
    let (scheme, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let part = |part| str::split_once(part, "=\"").unwrap_or((part, ""));
    let parts = rest.split(',').map(part);
    (scheme, parts.map(|(name, value)| (name, value.trim_end_matches('"'))).collect())
}

fn merchant<'a>(file: &'a Value, private_key: &'a PrivateKey) -> Result<Merchant<'a>, String> {
    let config = &file["config"];
    let (mchid, serial) = (text(config, "mchid")?, text(config, "merchant_serial")?);
    Ok(Merchant { mchid, serial, private_key })
}

fn judge_pay_sign(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["message", "params"])?;
    let client = match text(case, "kind")? {
        "jsapi" => Client::Page,
        "mini_program" => Client::MiniProgramme,
        "app" => Client::App,
        other => return Err(format!("the kind {other:?} is not understood")),
    };
    let key = merchant_key(file)?;
    let merchant = Merchant { mchid: text(case, "mchid")?, ..merchant(file, &key)? };
    let timestamp = text(case, "timestamp")?.parse().map_err(|_| "timestamp is no number")?;
    let stamp = Stamp { timestamp, nonce: text(case, "nonce_str")? };
    let (appid, prepay_id) = (text(case, "appid")?, text(case, "prepay_id")?);
    let ours = says(client_parameters(client, merchant, appid, prepay_id, stamp))?;
    same("params", json!(ours), expect["params"].clone())
}

/// An account that knows only a certificate that has ended fetches the others before anything else, and proves the answer
/// by one of them.
fn judge_certificates(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["usable", "dropped", "newest_for_encryption", "answer_verified_by"])?;
    let mut options = options(file, &["platform_old"])?;
    options.api_v3_keys = vec![says(Secret::new("apiv3_key", text(case, "apiv3_key")?))?];
    let gateway = says(WechatPay::new(options))?;
    let dice = SeededRandomness::new(1);
    let at = moment(case["now"].as_i64().ok_or("now is not Unix seconds")?, &dice);
    let Call::First(errand) = says(gateway.call(Operation::Query, &intent(), at))? else {
        return Err("it goes on without a key".to_owned());
    };
    let response = Response { status: 200, headers: lines(case)?, body: body(case)? };
    let mut forged = response.clone();
    forged.body.push(b' ');
    same("a changed answer is taken", gateway.learn(&errand, &forged, at).is_ok(), false)?;
    says(gateway.learn(&errand, &response, at))?;
    let signer = says(response.one("Wechatpay-Serial"))?;
    same("answer_verified_by", signer, expect["answer_verified_by"].as_str())?;
    let usable = expect["usable"].as_object().ok_or("no usable")?;
    let known = gateway.known_serials(at);
    let known: BTreeSet<_> = known.iter().map(String::as_str).collect();
    same("usable", &known, &usable.keys().map(String::as_str).collect())?;
    for certificate in says(gateway.certificates_in(&response.body, at))? {
        let pem = text(&expect["usable"], &certificate.serial_hex())?;
        let expected = says(Certificate::parse("usable", pem.as_bytes()))?;
        same("a certificate", certificate.der(), expected.der())?;
    }
    for dropped in expect["dropped"].as_object().ok_or("no dropped")?.keys() {
        same("dropped", known.contains(dropped.as_str()), false)?;
    }
    let Call::Send(request) = says(gateway.call(Operation::Query, &intent(), at))? else {
        return Err("it fetches again".to_owned());
    };
    let named = request.headers.iter().find(|(name, _)| *name == "Wechatpay-Serial");
    let named = named.map(|(_, serial)| serial.as_str());
    same("newest_for_encryption", named, expect["newest_for_encryption"].as_str())
}

/// Any payment.
fn intent() -> paywright::gateway::PaymentIntent {
    let now = Time::from_millis(0);
    let dice = SeededRandomness::new(1);
    let id = paywright::id::PaymentId::new(now, &dice).expect("an id");
    let currency = paywright::currency::Currency::parse("CNY").expect("CNY");
    paywright::gateway::PaymentIntent {
        id,
        reference: id.to_string(),
        amount: paywright::money::Money::new(1, currency),
        method: "wechat".to_owned(),
        manual_capture: false,
        description: String::new(),
        return_url: None,
        expires_at: now,
        transaction_id: None,
        created_at: now,
        presentation: payment::Presentation::default(),
    }
}

fn judge_event(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "result", "code", "event", "also_accepted"])?;
    let now = case["now"].as_i64().ok_or("now is not Unix seconds")?;
    let (headers, body) = (lines(case)?, body(case)?);
    let gateway = says(WechatPay::new(options(file, &names(&case["trust_store"])?)?))?;
    let dice = SeededRandomness::new(1);
    let at = moment(now, &dice);
    let read = says(Headers::new(headers.clone()))?;
    let verified = gateway.check(&read, &body, at).is_ok();
    same("verified", Some(verified), expect["verified"].as_bool())?;
    if !expect["event"].is_null() {
        let notice = says(gateway.receive(&read, &body, at))?.notice().ok_or("it asks first")?;
        judge_notice(&notice, &expect["event"])?;
    }
    let ours = verdict(file, case, (headers, body), now)?;
    let also = expect["also_accepted"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fits = |expected: &Value| {
        expected["result"] == ours.result.as_str()
            && expected["code"].as_str() == ours.code.as_deref()
    };
    match fits(expect) || also.iter().any(fits) {
        true => Ok(()),
        false => Err(format!(
            "the engine says {ours:?}, the file {} {}",
            expect["result"], expect["code"]
        )),
    }
}

fn judge_notice(notice: &paywright::gateway::Notice, event: &Value) -> Result<(), String> {
    let known = [
        "kind",
        "status",
        "out_trade_no",
        "out_refund_no",
        "transaction_id",
        "refund_id",
        "amount_minor",
        "currency",
        "occurred_at",
    ];
    only(event, &known)?;
    let (kind, status, number, amount) = match &notice.fact {
        Fact::Payment(fact) => {
            let is_paid = fact.event == payment::Event::Succeed;
            let status = if is_paid { "succeeded" } else { "something else" };
            ("payment", status, ("transaction_id", fact.transaction_id.as_deref()), &fact.amount)
        }
        Fact::Refund(fact) => {
            let status = match (fact.event, &fact.decline) {
                (refund::Event::Succeed, None) => "succeeded",
                (refund::Event::Fail, Some(_)) => "failed",
                (refund::Event::Accept, Some(_)) => "action_required",
                _ => "something else",
            };
            ("refund", status, ("refund_id", fact.transaction_id.as_deref()), &fact.amount)
        }
        Fact::Unknown(_) => return same("event.kind", Some("unknown"), event["kind"].as_str()),
        other => return Err(format!("the gateway reads {other:?}")),
    };
    same("event.kind", Some(kind), event["kind"].as_str())?;
    same("event.status", Some(status), event["status"].as_str())?;
    if !event[number.0].is_null() {
        same(number.0, number.1, event[number.0].as_str())?;
    }
    let claim = amount.as_ref().ok_or("no amount was read")?;
    let minor = match &claim.amount {
        ClaimedAmount::Minor(minor) => Some(*minor),
        ClaimedAmount::Major(_) => None,
    };
    same("event.amount_minor", minor, event["amount_minor"].as_i64())?;
    // Notices of refunds name no currency; the account has one only.
    let currency = claim.currency.as_deref().unwrap_or("CNY");
    same("event.currency", Some(currency), event["currency"].as_str())?;
    let order = text(event, "out_trade_no")?.to_owned();
    same("event.out_trade_no", &notice.subject, &Subject::PaymentReference(order))?;
    match event["out_refund_no"].as_str() {
        Some(refund) => same("out_refund_no", notice.redacted_body.contains(refund), true),
        None => Ok(()),
    }
}

/// What an engine does with a whole notice, for the file's order. A refund that the file knows by a number that is not
/// ours is made through us, and recognised by WeChat's number of it.
fn verdict(file: &Value, case: &Value, message: Message, now: i64) -> Result<Verdict, String> {
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
