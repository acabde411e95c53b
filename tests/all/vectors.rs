//! The vector files and their judge: the files agree with the library, and a judge that agrees with everything
//! would be found out.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use paywright_tests::vectors::{Verdict, engine, judge};
use serde_json::{Value, json};

const WECHATPAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/wechatpay.json");
const HMAC_CALLBACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/hmac_callback.json");
const PAYPAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/paypal_webhooks.json");
const STRIPE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/stripe_webhooks.json");
const STANDARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/standard_webhooks.json");

const ALIPAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/alipay.json");

fn run(files: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vectors")).args(files).output().unwrap()
}

fn last_line(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().last().unwrap_or_default().to_owned()
}

fn temporary(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn parsed(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn hmac_callback() -> Value {
    parsed(HMAC_CALLBACK)
}

/// Protects: every case of the file, refusals with exactly the reason it names.
#[test]
fn hmac_callbacks_agree() {
    let output = run(&[Path::new(HMAC_CALLBACK)]);
    assert_eq!(last_line(&output), "119 passed, 0 failed", "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

/// Protects: every delivery of the file, refusals with exactly the reason it names.
#[test]
fn paypal_webhooks_agree() {
    let output = run(&[Path::new(PAYPAL)]);
    assert_eq!(last_line(&output), "35 passed, 0 failed", "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

/// Protects: what a PayPal file expects is really compared, and so is what its inputs are.
#[test]
fn a_changed_paypal_delivery_is_noticed() {
    let changes = [
        ("valid-live", "/expect/verified", json!(false)),
        ("valid-live", "/environment", json!("sandbox")),
        ("valid-live", "/webhook_id", json!("0AB12345CD678901E")),
        ("valid-live", "/cert", json!("expired")),
        ("valid-live", "/now", json!("2031-06-01T08:03:20Z")),
        ("valid-live", "/body", json!("{}")),
        ("valid-live", "/colour", json!("red")),
        ("sha1-algo", "/expect/reason", json!("signature_mismatch")),
        ("cert-expired", "/cert", json!("live")),
    ];
    for (id, pointer, value) in changes {
        let mut file: Value =
            serde_json::from_str(&std::fs::read_to_string(PAYPAL).unwrap()).unwrap();
        let cases = file["cases"].as_array_mut().unwrap();
        put(cases.iter_mut().find(|case| case["id"] == id).unwrap(), pointer, value);
        let report = judge(&file, None).unwrap();
        let named: Vec<_> = report.disagreements.iter().map(|d| d.case.as_str()).collect();
        assert_eq!(named, [format!("cases.{id}")], "{pointer}");
    }
}

/// Protects: parameters are written as Stripe reads them, and a changed pair is noticed.
#[test]
fn stripe_forms_agree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/stripe_form_encoding.json");
    assert_eq!(last_line(&run(&[Path::new(path)])), "28 passed, 0 failed");
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["cases"][0]["pairs"][0][1] = json!("2001");
    let report = judge(&file, None).unwrap();
    let named: Vec<_> = report.disagreements.iter().map(|d| d.case.as_str()).collect();
    assert_eq!(named, ["cases.flat"]);
}

/// Protects: every case of the file, whole notices through the engine.
#[test]
fn alipay_agrees() {
    let output = run(&[Path::new(ALIPAY)]);
    assert_eq!(last_line(&output), "119 passed, 0 failed", "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

/// Protects: the same of each section of Alipay's file; a section that nobody knows is not passed over.
#[test]
fn a_changed_expectation_of_alipay_is_noticed() {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(ALIPAY).unwrap()).unwrap();
    let changes = [
        ("/request", "page_pay", "/expect/sign", json!("AAAA")),
        ("/request", "page_pay", "/expect/sign_content", json!("a=b")),
        ("/request", "page_pay", "/expect/urlencoded", json!("a=b")),
        ("/notify_verify", "valid_paid", "/expect/verified", json!(false)),
        ("/notify_verify", "wrong_key", "/expect/verified", json!(true)),
        ("/notify_event", "paid", "/expect/result", json!("HOLD")),
        ("/notify_event", "paid", "/expect/event/trade_no", json!("1")),
        ("/notify_event", "paid", "/expect/event/amount_minor", json!(1)),
        ("/notify_event", "paid", "/expect/event/currency", json!("USD")),
        ("/notify_event", "paid", "/expect/event/status", json!("failed")),
        ("/notify_event", "paid", "/expect/event/occurred_at", json!("2026-11-18T20:26:40Z")),
        ("/notify_event", "paid", "/expect/event/colour", json!("red")),
        ("/notify_event", "waiting", "/expect/event/kind", json!("unknown")),
        ("/notify_event", "partial_refund", "/expect/event/refunded_total_minor", json!(1)),
        ("/notify_event", "partial_refund", "/expect/event/out_request_no", json!("x")),
        ("/notify_event", "unknown_order", "/expect/code", json!("schema")),
        ("/notify_event", "wrong_seller", "/expect/code", json!("auth_mismatch")),
        ("/response_verify", "ok_query", "/expect/signed_content", json!("{}")),
        ("/response_verify", "wrong_key", "/expect/verified", json!(true)),
        ("/cert_sn", "app", "/expect/sn", json!("00")),
        ("/cert_sn", "app", "/expect/issuer_string", json!("CN=x")),
        ("/cert_sn", "app", "/expect/serial_decimal", json!("1")),
        ("/cert_sn", "real_root_bundle", "/expect/sn", json!("00")),
        ("/v3/request", "v3_token", "/expect/message", json!("x")),
        ("/v3/request", "v3_token", "/expect/sign", json!("AAAA")),
        ("/v3/response", "v3_ok", "/expect/verified", json!(false)),
        ("/v3/response", "v3_tampered", "/expect/verified", json!(true)),
    ];
    for (list, id, pointer, value) in changes {
        let mut file = file.clone();
        let cases = file.pointer_mut(list).unwrap().as_array_mut().unwrap();
        put(cases.iter_mut().find(|case| case["id"] == id).unwrap(), pointer, value);
        let report = judge(&file, None).unwrap();
        let named: Vec<_> = report.disagreements.iter().map(|d| d.case.as_str()).collect();
        let section = list.rsplit('/').next().unwrap();
        assert_eq!(named, [format!("{section}.{id}")], "{pointer}");
        assert_eq!(report.passed, 118);
    }
    let mut more = file;
    more["notify_colour"] = json!([]);
    assert!(judge(&more, None).unwrap_err().contains("notify_colour"));
}

/// Protects: each kind of expectation is really compared; one changed value is one disagreement, named.
#[test]
fn a_changed_expectation_is_noticed() {
    let changes = [
        ("cases", "valid", "/expect/verified", json!(false)),
        ("cases", "valid", "/expect/canonical", json!("amount=1")),
        ("cases", "valid", "/expect/digest", json!("00")),
        ("cases", "valid", "/expect/replay", json!("duplicate")),
        ("cases", "nonce_reused", "/expect/replay", json!("new")),
        ("cases", "stale_301", "/expect/reason", json!("auth_mismatch")),
        ("cases", "stale_301", "/expect/verified", json!(true)),
        ("cases", "stale_301", "/now", json!(1_795_000_300)),
        ("cases", "valid", "/expect", json!({"verified": true, "colour": "red"})),
        ("cases", "valid", "/config", json!({"scheme": "body", "keys": [], "colour": "red"})),
        ("events", "success", "/expect/verified", json!(false)),
        ("events", "success", "/expect/event/status", json!("failed")),
        ("events", "success", "/expect/event/amount_minor", json!(1)),
        ("events", "success", "/expect/event/currency", json!("USD")),
        ("events", "success", "/expect/event/transaction_id", json!("x")),
        ("events", "success", "/expect/code", json!("schema")),
        ("events", "success", "/order/payment_id", json!("2")),
        ("events", "success", "/order/amount_minor", json!(9999)),
        ("events", "unknown_status", "/expect/event/kind", json!("payment")),
        ("events", "amount_number", "/expect/code", json!("amount_mismatch")),
    ];
    for (list, id, pointer, value) in changes {
        let mut file = hmac_callback();
        let cases = file[list].as_array_mut().unwrap();
        let case = cases.iter_mut().find(|case| case["id"] == id).unwrap();
        put(case, pointer, value);
        let report = judge(&file, Some(&engine::verdict)).unwrap();
        let named: Vec<_> = report.disagreements.iter().map(|d| d.case.as_str()).collect();
        assert_eq!(named, [format!("{list}.{id}")], "{pointer}");
        assert_eq!(report.passed, 118);
    }
}

/// Protects: every webhook of Stripe and of Standard Webhooks is judged as the files say.
#[test]
fn webhooks_agree() {
    for (file, passed) in [(STRIPE, 56), (STANDARD, 43)] {
        let output = run(&[Path::new(file)]);
        assert_eq!(last_line(&output), format!("{passed} passed, 0 failed"), "{output:?}");
        assert_eq!(output.status.code(), Some(0));
    }
}

/// Protects: the judges of webhooks compare; one changed value, in the message or in what is expected of it, is one
/// disagreement, named.
#[test]
fn a_changed_webhook_is_noticed() {
    let other = json!("whsec_C7Rd6UqQ8tkjALxqW7y8zJtO3AfKrkvyZvw5z+gM7AB=");
    let changes = [
        (STRIPE, "cases", "valid", "/expect/verified", json!(false)),
        (STRIPE, "cases", "valid", "/secret", json!("whsec_other")),
        (STRIPE, "cases", "valid", "/body", json!("{}")),
        (STRIPE, "cases", "valid", "/now", json!(1_780_301_296)),
        (STRIPE, "cases", "valid", "/tolerance", json!(4)),
        (STRIPE, "cases", "valid", "/expect/colour", json!("red")),
        (STRIPE, "cases", "expired", "/expect/verified", json!(true)),
        (STRIPE, "cases", "empty-body", "/expect/either", json!(false)),
        (STRIPE, "cases", "valid", "/expect/parses", json!(null)),
        (STRIPE, "cases", "tolerance-zero", "/expect/parses", json!(false)),
        (STRIPE, "cases", "huge-body", "/expect/parses", json!(false)),
        (STRIPE, "cases", "valid-not-json", "/expect/parses", json!(true)),
        (STRIPE, "cases", "valid-thin-event", "/expect/parses", json!(true)),
        (STRIPE, "cases", "t-with-space", "/expect/parses", json!(false)),
        (STRIPE, "cases", "empty-body", "/expect/parses", json!(true)),
        (STANDARD, "cases", "valid", "/expect/verified", json!(false)),
        (STANDARD, "cases", "valid", "/secret", other),
        (STANDARD, "cases", "valid", "/expect/colour", json!("red")),
        (STANDARD, "cases", "unpadded-secret", "/expect/either", json!(false)),
        (STANDARD, "v1a", "valid", "/expect/verified", json!(false)),
        (STANDARD, "v1a", "valid", "/body", json!("{}")),
        (STANDARD, "v1a", "wrong-key", "/expect/verified", json!(true)),
    ];
    for (path, list, id, pointer, value) in changes {
        let mut file = parsed(path);
        let cases = file[list].as_array_mut().unwrap();
        put(cases.iter_mut().find(|case| case["id"] == id).unwrap(), pointer, value);
        let named: Vec<_> =
            judge(&file, None).unwrap().disagreements.into_iter().map(|d| d.case).collect();
        assert_eq!(named, [format!("{list}.{id}")], "{pointer}");
    }
    let mut file = parsed(STANDARD);
    file["known_answers"].as_array_mut().unwrap().iter_mut().for_each(|a| a["id"] = json!("msg"));
    assert_eq!(judge(&file, None).unwrap().disagreements.len(), 3);
}

/// Protects: what a genuine message of Stripe is good for is judged in every case that says it.
#[test]
fn every_parsing_of_stripe_is_judged() {
    let mut file = parsed(STRIPE);
    let mut changed = Vec::new();
    for case in file["cases"].as_array_mut().unwrap() {
        if let Some(parses) = case["expect"].get("parses").map(|parses| parses == true) {
            put(case, "/expect/parses", json!(!parses));
            changed.push(format!("cases.{}", case["id"].as_str().unwrap()));
        }
    }
    let disagreements = judge(&file, None).unwrap().disagreements;
    assert!(disagreements.iter().all(|d| d.why.starts_with("parses is")), "{disagreements:?}");
    let named: Vec<_> = disagreements.into_iter().map(|d| d.case).collect();
    assert_eq!((named.len(), named), (21, changed));
}

fn put(case: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    case.pointer_mut(parent).unwrap()[name] = value;
}

/// Protects: an engine's verdict is compared with result and code, both ways.
#[test]
fn an_engine_can_be_judged() {
    let says = |result: &str, code: Option<&str>| {
        let verdict = Verdict { result: result.to_owned(), code: code.map(str::to_owned) };
        let report = judge(&hmac_callback(), Some(&move |_| Ok(verdict.clone()))).unwrap();
        report.passed - 106
    };
    assert_eq!(says("APPLY", None), 5);
    assert_eq!(says("NOOP", None), 4);
    assert_eq!(says("HOLD", Some("schema")), 2);
    assert_eq!(says("HOLD", None), 0);
}

/// Protects: the runner's exit codes, on which a pipeline relies.
#[test]
fn the_runner_says_how_it_went() {
    let mut file = hmac_callback();
    put(&mut file["cases"][1], "/expect/verified", json!(false));
    let changed = temporary("changed.json", &file.to_string());
    let output = run(&[&changed, Path::new(HMAC_CALLBACK)]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(last_line(&output), "237 passed, 1 failed");
    assert!(String::from_utf8(output.stdout).unwrap().contains("cases.valid: verified"));

    let unreadable = [
        temporary("format.json", r#"{"format":"something/9","cases":[]}"#),
        temporary("nameless.json", r#"{"cases":[]}"#),
        temporary("empty.json", r#"{"format":"hmac-callback-vectors/1"}"#),
        temporary("garbage.json", "{"),
        PathBuf::from("/nowhere/at-all.json"),
    ];
    for file in &unreadable {
        let output = run(&[Path::new(HMAC_CALLBACK), file]);
        assert_eq!(output.status.code(), Some(2), "{}", file.display());
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains(&*file.to_string_lossy()), "{complaint}");
    }
    assert_eq!(run(&[]).status.code(), Some(2));
}

/// Protects: every case of the file; what is not judged is said, and is not among them.
#[test]
fn wechatpay_agrees() {
    let output = run(&[Path::new(WECHATPAY)]);
    assert_eq!(last_line(&output), "109 passed, 0 failed", "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("not judged: ").count(), 2, "{text}");
}

/// Protects: each kind of expectation in that file is really compared.
#[test]
fn a_changed_wechatpay_expectation_is_noticed() {
    let text = std::fs::read_to_string(WECHATPAY).unwrap();
    let changes = [
        ("verify", "valid_cert_a", "/expect/verified", json!(false)),
        ("verify", "expired_301", "/expect/reasons", json!(["auth_mismatch"])),
        ("verify", "expired_301", "/now", json!(1_795_000_300)),
        ("verify", "expired_platform_certificate", "/expect/verified", json!(true)),
        ("verify", "valid_cert_b_rotation", "/trust_store", json!(["platform_a"])),
        ("resource", "ok_refund", "/expect/plaintext", json!("{}")),
        ("resource", "wrong_key", "/expect/ok", json!(true)),
        ("request", "query_pipe", "/expect/canonical_url", json!("/v3")),
        ("request", "native", "/expect/signature", json!("AA==")),
        ("request", "native", "/body", json!("{}")),
        ("pay_sign", "app", "/expect/params/sign", json!("AA==")),
        ("pay_sign", "mini_program", "/kind", json!("jsapi")),
        ("certificates", "download", "/expect/newest_for_encryption", json!("00")),
        ("certificates", "download", "/expect/usable", json!({})),
        ("notify_event", "paid", "/expect/verified", json!(false)),
        ("notify_event", "paid", "/expect/result", json!("NOOP")),
        ("notify_event", "paid", "/expect/event/transaction_id", json!("x")),
        ("notify_event", "paid", "/expect/event/amount_minor", json!(1)),
        ("notify_event", "refund_abnormal", "/expect/event/status", json!("failed")),
        ("notify_event", "amount_mismatch", "/expect/code", json!("schema")),
        ("notify_event", "mchid_mismatch", "/expect/code", json!("auth_mismatch")),
    ];
    for (list, id, pointer, value) in changes {
        let mut file: Value = serde_json::from_str(&text).unwrap();
        let cases = file[list].as_array_mut().unwrap();
        cases.retain(|case| case["id"] == id);
        put(&mut cases[0], pointer, value);
        for other in ["verify", "resource", "request", "pay_sign", "certificates", "notify_event"] {
            if other != list {
                file[other] = json!([]);
            }
        }
        let report = judge(&file, None).unwrap();
        let named: Vec<_> = report.disagreements.iter().map(|d| d.case.as_str()).collect();
        assert_eq!(named, [format!("{list}.{id}")], "{pointer}");
    }
}
