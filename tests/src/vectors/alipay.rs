//! Judges `alipay-vectors/1`: signatures of requests, notices and answers, serial numbers of certificates, and whole notices
//! against an order. It signs one thing itself: the notice that says that a refunded order had been paid.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paywright::gateway::{ClaimedAmount, Fact, Gateway, Moment, Notice, RefundFact, Subject};
use paywright::http::Headers;
use paywright::id::SeededRandomness;
use paywright::sign::alipay::{
    Parameters, certificate_serial, china_time, form, rest, root_certificate_serial, sign,
    signed_text, verify_notify, verify_response,
};
use paywright::sign::certificate::Certificate;
use paywright::sign::rsa::{PrivateKey, PublicKey};
use serde_json::Value;

use super::alipay_engine::{gateway, now, verdict};
use super::hmac_callback::{minor, status};
use super::{Report, Verdict, only, same};

/// What such a file calls itself.
pub const FORMAT: &str = "alipay-vectors/1";

/// What a file may hold; a section that nobody would judge must not look judged.
const SECTIONS: [&str; 15] = [
    "format",
    "set",
    "count",
    "made_with",
    "warning",
    "how_to_read",
    "config",
    "order",
    "keys",
    "request",
    "notify_verify",
    "notify_event",
    "response_verify",
    "cert_sn",
    "v3",
];

/// Judges a whole file.
pub fn judge(file: &Value) -> Result<Report, String> {
    only(file, &SECTIONS)?;
    let mut report = Report::default();
    report.judge_list(file, "request", |case| judge_request(file, case))?;
    report.judge_list(file, "notify_verify", |case| judge_notice(file, case))?;
    report.judge_list(file, "notify_event", |case| judge_event(file, case))?;
    report.judge_list(file, "response_verify", |case| judge_answer(file, case))?;
    report.judge_list(file, "cert_sn", judge_serial)?;
    let v3 = &file["v3"];
    if !v3.is_null() {
        only(v3, &["request", "response"])?;
        report.judge_list(v3, "request", |case| judge_rest_request(file, case))?;
        report.judge_list(v3, "response", |case| judge_rest_answer(file, case))?;
    }
    Ok(report)
}

/// Text that must be there.
pub fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str, String> {
    value[name].as_str().ok_or_else(|| format!("{name} is not text"))
}

/// The private key of one of the file's parties.
pub fn private_key(file: &Value, name: &str) -> Result<PrivateKey, String> {
    let pem = text(&file["keys"][name], "private_pkcs8_pem")?;
    PrivateKey::parse(name, pem.as_bytes()).map_err(|e| e.to_string())
}

fn public_keys(file: &Value, case: &Value) -> Result<Vec<PublicKey>, String> {
    let names = case["alipay_keys"].as_array().ok_or("alipay_keys is not a list")?;
    let key = |name: &Value| {
        let name = name.as_str().ok_or("a key's name is not text")?;
        let pem = text(&file["keys"][name], "public_spki_pem")?;
        PublicKey::parse(name, pem.as_bytes()).map_err(|e| e.to_string())
    };
    names.iter().map(key).collect()
}

fn body(case: &Value) -> Result<Vec<u8>, String> {
    match (case["body"].as_str(), case["body_b64"].as_str()) {
        (Some(text), None) => Ok(text.as_bytes().to_vec()),
        (None, Some(text)) => STANDARD.decode(text).map_err(|e| e.to_string()),
        _ => Err("either body or body_b64 is needed".to_owned()),
    }
}

fn judge_request(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["sign_content", "sign", "urlencoded"])?;
    let pairs = case["params"].as_array().ok_or("params is not a list")?;
    let pair = |pair: &'_ Value| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
    let pairs: Option<Vec<_>> = pairs.iter().map(pair).collect();
    let pairs = pairs.ok_or("params are not pairs of text")?;
    let mut pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    same("sign_content", Some(signed_text(&pairs).as_str()), expect["sign_content"].as_str())?;
    let signature = sign(&pairs, &private_key(file, "app")?).map_err(|e| e.to_string())?;
    same("sign", Some(signature.as_str()), expect["sign"].as_str())?;
    // The file's way of sending it and ours are read as the same parameters.
    pairs.retain(|(_, value)| !value.is_empty());
    pairs.push(("sign", &signature));
    let theirs = decoded(text(expect, "urlencoded")?)?;
    same("urlencoded", decoded(&form::write(&pairs))?, theirs)
}

fn decoded(form: &str) -> Result<Vec<form::Pair<'_>>, String> {
    let mut pairs = form::parse(form.as_bytes()).map_err(|e| e.to_string())?;
    pairs.sort();
    Ok(pairs)
}

fn judge_notice(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "reasons", "either"])?;
    let body = body(case)?;
    let answer = verify_notify(&body, &public_keys(file, case)?);
    judge_verified(expect, answer.map(drop))
}

/// Reasons are told by the file for people; the verdict counts.
fn judge_verified(
    expect: &Value,
    answer: Result<(), paywright::error::Error>,
) -> Result<(), String> {
    let expected = expect["verified"].as_bool().ok_or("expect.verified is missing")?;
    match (answer, expected) {
        _ if expect["either"] == true => Ok(()),
        (Ok(()), true) | (Err(_), false) => Ok(()),
        (Ok(()), false) => Err("verified, the file says refused".to_owned()),
        (Err(error), true) => Err(format!("refused with {error:?}, the file says verified")),
    }
}

fn judge_answer(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "reasons", "either", "signed_content"])?;
    let body = body(case)?;
    let body = std::str::from_utf8(&body).map_err(|e| e.to_string())?;
    let answer = verify_response(body, text(case, "method")?, &public_keys(file, case)?);
    if let (Ok(written), Some(expected)) = (&answer, expect["signed_content"].as_str()) {
        same("signed_content", *written, expected)?;
    }
    judge_verified(expect, answer.map(drop))
}

fn judge_serial(case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["sn", "issuer_string", "serial_decimal"])?;
    let pem = match case["pem"].as_str() {
        Some(pem) => pem.to_owned(),
        None => key_file(text(case, "pem_file")?)?,
    };
    if case["root"] == true {
        let ours = root_certificate_serial(pem.as_bytes()).map_err(|e| e.to_string())?;
        return same("sn", Some(ours.as_str()), expect["sn"].as_str());
    }
    let certificate = Certificate::parse("pem", pem.as_bytes()).map_err(|e| e.to_string())?;
    let ours = certificate_serial(&certificate);
    same("sn", Some(ours.as_str()), expect["sn"].as_str())?;
    same("issuer_string", Some(certificate.issuer_text()), expect["issuer_string"].as_str())?;
    same("serial_decimal", Some(certificate.serial_decimal()), expect["serial_decimal"].as_str())
}

/// A file beside the vectors.
fn key_file(name: &str) -> Result<String, String> {
    let path = format!("{}/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))
}

fn judge_rest_request(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["message", "sign", "authorization"])?;
    let call = rest::Call {
        auth_string: text(case, "auth_string")?,
        method: text(case, "method")?,
        path: text(case, "path")?,
        body: text(case, "body")?,
        app_auth_token: case["app_auth_token"].as_str(),
    };
    same("message", Some(call.signed_text().as_str()), expect["message"].as_str())?;
    let authorization =
        call.authorization(&private_key(file, "app")?).map_err(|e| e.to_string())?;
    same("authorization", Some(authorization.as_str()), expect["authorization"].as_str())?;
    let sign = authorization.rsplit_once("sign=").map(|(_, sign)| sign);
    same("sign", sign, expect["sign"].as_str())
}

fn judge_rest_answer(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified"])?;
    let headers = &case["headers"];
    only(headers, &["alipay-timestamp", "alipay-nonce", "alipay-signature"])?;
    let pem = text(&file["keys"]["platform"], "public_spki_pem")?;
    let key = PublicKey::parse("platform", pem.as_bytes()).map_err(|e| e.to_string())?;
    let answer = rest::verify(
        text(headers, "alipay-timestamp")?,
        text(headers, "alipay-nonce")?,
        text(case, "body")?,
        text(headers, "alipay-signature")?,
        &[key],
    );
    judge_verified(expect, answer)
}

/// Any of the outcomes that the file accepts.
fn judge_event(file: &Value, case: &Value) -> Result<(), String> {
    let expect = &case["expect"];
    only(expect, &["verified", "result", "code", "event", "also_accepted"])?;
    let body = body(case)?;
    let gateway = gateway(file)?;
    let at = Moment { now: now(), randomness: &SeededRandomness::new(1) };
    let received = gateway.receive(&Headers::default(), &body, at);
    let notice = received.ok().and_then(|received| received.notice());
    let pem = text(&file["keys"]["platform"], "public_spki_pem")?;
    let key = PublicKey::parse("platform", pem.as_bytes()).map_err(|e| e.to_string())?;
    let parameters = verify_notify(&body, &[key]);
    judge_verified(expect, parameters.clone().map(drop))?;
    let parameters = parameters.map_err(|e| e.to_string())?;
    let refunds = expect["event"]["kind"] == "refund";
    let verdict = verdict(file, &body, refunds)?;
    let first = outcome(file, &verdict, notice.as_ref(), &parameters, expect);
    let others = expect["also_accepted"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut accepts =
        others.iter().map(|other| outcome(file, &verdict, notice.as_ref(), &parameters, other));
    match &first {
        Err(_) if accepts.any(|other| other.is_ok()) => Ok(()),
        _ => first,
    }
}

fn outcome(
    file: &Value,
    verdict: &Verdict,
    notice: Option<&Notice>,
    parameters: &Parameters,
    expect: &Value,
) -> Result<(), String> {
    only(expect, &["verified", "result", "code", "event", "also_accepted"])?;
    same("result", Some(verdict.result.as_str()), expect["result"].as_str())?;
    if !expect["code"].is_null() {
        same("code", verdict.code.as_deref(), expect["code"].as_str())?;
    }
    match (&expect["event"], notice) {
        (Value::Null, _) => Ok(()),
        (_, None) => Err("the gateway refused it, the file says what it means".to_owned()),
        (event, Some(notice)) => event_is(file, notice, parameters, event),
    }
}

/// Compares each member that the file names.
fn event_is(
    file: &Value,
    notice: &Notice,
    parameters: &Parameters,
    event: &Value,
) -> Result<(), String> {
    #[rustfmt::skip]
    only(event, &["kind", "status", "out_trade_no", "trade_no", "amount_minor", "currency",
        "occurred_at", "out_request_no", "refunded_total_minor"])?;
    let named = |name: &str, ours: Option<&str>| match event[name].as_str() {
        None => Ok(()),
        expected => same(name, ours, expected),
    };
    let number = match &notice.subject {
        Subject::PaymentReference(number) => Some(number.clone()),
        Subject::Payment(id) => Some(id.to_string()),
        _ => None,
    };
    named("out_trade_no", number.as_deref())?;
    match (&notice.fact, text(event, "kind")?, event["status"].as_str()) {
        (Fact::Payment(fact), "payment", Some(expected)) => {
            same("status", status(fact.event), expected)?;
            named("trade_no", fact.transaction_id.as_deref())?;
            let claimed = fact.amount.as_ref().and_then(|claim| claim.currency.as_deref());
            named("currency", claimed)?;
            let at = parameters.get("gmt_payment").and_then(china_time);
            let at = at.map(|time| time.to_datetime().format("%Y-%m-%dT%H:%M:%SZ").to_string());
            named("occurred_at", at.as_deref())?;
            match event["amount_minor"].as_i64() {
                None => Ok(()),
                expected => same("amount_minor", minor(fact, &file["order"])?, expected),
            }
        }
        // What has not happened yet changes nothing, and is told as the word that says so.
        (Fact::Unknown(what), "payment", Some("pending")) => {
            same("what is told", what.as_str(), "trade_status WAIT_BUYER_PAY")
        }
        (Fact::Unknown(_), "unknown", None) => Ok(()),
        (Fact::Refund(fact), "refund", None) => {
            named("out_request_no", fact.transaction_id.as_deref())?;
            named("currency", fact.total.as_ref().and_then(|total| total.currency.as_deref()))?;
            same("refunded_total_minor", total(fact), event["refunded_total_minor"].as_i64())
        }
        (fact, kind, _) => Err(format!("it says {fact:?}, the file says {kind}")),
    }
}

/// The total of all refunds in fen: two decimals, as the file's notices write them.
fn total(fact: &RefundFact) -> Option<i64> {
    match &fact.total.as_ref()?.amount {
        ClaimedAmount::Minor(minor) => Some(*minor),
        ClaimedAmount::Major(text) => text.replace('.', "").parse().ok(),
    }
}
