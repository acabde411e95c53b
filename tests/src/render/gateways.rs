//! The rendered sections of `docs/gateways.md`: what each gateway can do, as its facts say, and the variables that
//! configure it. The prose between them is written by hand and left alone.

use std::path::Path;

use paywright::api::types::{GatewayConfig, Mode};
use paywright::api::variables::{GATEWAYS_VARIABLE, WEBHOOK_FIELDS, WEBHOOK_PREFIX, all};
use paywright::api::{DATABASE_VARIABLE, MODE_VARIABLE, Options, Paywright};
use paywright::gateway::Facts;
use serde_json::{Value, json};

const PATH: &str = "docs/gateways.md";

/// The page with its rendered sections as they should be.
pub(super) fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join(PATH)).unwrap_or_default();
    let text = section(&text, "capabilities", &capabilities());
    section(&text, "variables", &variables())
}

/// Replaces what stands between the markers of a section.
fn section(text: &str, name: &str, content: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: rendered -->"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = text.split_once(&begin) else { return text.to_owned() };
    let Some((_, after)) = rest.split_once(&end) else { return text.to_owned() };
    format!("{before}{begin}\n{content}{end}{after}")
}

fn key(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/keys").join(name);
    std::fs::read_to_string(path).expect("a throwaway key")
}

/// A provider's public key that stands in a file of vectors.
fn public_key(vectors: &str, whose: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(vectors);
    let text = std::fs::read_to_string(path).expect("a file of vectors");
    let vectors: Value = serde_json::from_str(&text).expect("JSON");
    vectors["keys"][whose]["public_spki_pem"].as_str().expect("a public key").to_owned()
}

/// A throwaway configuration of each gateway.
fn configured() -> Vec<Value> {
    let signed = json!({ "name": "partner", "methods": ["wallet"], "scheme": "header", "require_fresh": true,
        "keys": [{ "id": "k", "secret": "throwaway-secret-for-rendering" }] });
    vec![
        json!({ "mock": {} }),
        json!({ "bank": { "account_name": "Example", "account_number": "1", "bank_name": "Example",
            "currencies": ["EUR"] } }),
        json!({ "signed": { "description": signed.to_string() } }),
        json!({ "stripe": { "secret_key": "sk_test_throwaway0000000000000000",
            "webhook_secrets": ["whsec_dGhyb3dhd2F5LXNlY3JldC1vZi0zMi1ieXRlcw=="] } }),
        json!({ "wechatpay": { "mchid": "1900000001", "appid": "wxthrowaway0000001",
            "merchant_serial": "0".repeat(39) + "1",
            "private_key": key("throwaway_wechat_merchant_private_pkcs8.pem"),
            "api_v3_keys": ["throwaway-apiv3-key-32-character"],
            "platform_certificates": [key("throwaway_wechat_platform_a_cert.pem")],
            "callback_url": "https://shop.example/callbacks/wechatpay" } }),
        json!({ "alipay": { "app_id": "2021000000000001", "seller_id": "2088000000000001", "sandbox": true,
            "private_key": key("throwaway_alipay_app_private_pkcs8.pem"),
            "alipay_public_keys": [public_key("alipay.json", "platform")],
            "callback_url": "https://shop.example/callbacks/alipay" } }),
        json!({ "paypal": { "client_id": "throwaway-client-id", "sandbox": true,
            "client_secret": "throwaway-client-secret", "webhook_id": "8PT597110X687430LKGECATA" } }),
    ]
}

fn capabilities() -> String {
    let mut out = String::from(
        "| name | product | methods | how the payer meets it | currencies | hold first | refunds | can be asked | callbacks are fresh for | amounts |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for config in configured() {
        let read =
            |config| serde_json::from_value::<GatewayConfig>(config).expect("a configuration");
        // A WeChat Pay account is live by its nature; facts are the same in every mode.
        let opened = [Mode::test, Mode::live].into_iter().find_map(|mode| {
            let options =
                Options { gateways: vec![read(config.clone())], mode, ..Options::default() };
            Paywright::open("sqlite::memory:", options).ok()
        });
        let pay = opened.expect("a throwaway configuration that its gateway takes");
        pay.engine().accounts().iter().for_each(|account| out.push_str(&row(account.facts())));
    }
    out
}

fn row(facts: &Facts) -> String {
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    let refunds = match (facts.refunds, facts.partial_refunds, facts.manual_confirmation) {
        (true, _, true) => "by hand",
        (true, true, _) => "whole or in part",
        (true, false, _) => "whole",
        (false, ..) => "no",
    };
    let currencies = facts.currencies.as_ref().map(|known| known.iter().map(|c| c.code()));
    let currencies = match (currencies, facts.manual_confirmation) {
        (_, true) => "as configured".to_owned(),
        (None, _) => "every one".to_owned(),
        (Some(known), _) => known.collect::<Vec<_>>().join(" "),
    };
    let fresh = facts.freshness_s.map_or("no limit".to_owned(), |seconds| format!("{seconds} s"));
    let cells = [
        format!("`{}`", facts.name),
        facts.product.to_owned(),
        facts.methods.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(" "),
        match facts.experiences.as_slice() {
            [] => "one way".to_owned(),
            known => known.iter().map(|e| format!("`{e}`")).collect::<Vec<_>>().join(" "),
        },
        currencies,
        yes(facts.separate_capture).to_owned(),
        refunds.to_owned(),
        yes(facts.queries).to_owned(),
        fresh,
        facts.amounts.to_owned(),
    ];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn variables() -> String {
    let mut out = String::from("| variable | needed | meaning |\n|---|---|---|\n");
    for (name, meaning) in [
        (DATABASE_VARIABLE, "The database: a path, `sqlite:path` or `sqlite::memory:`."),
        (MODE_VARIABLE, "What is at stake: `development`, `test` or `live`."),
        (GATEWAYS_VARIABLE, "A JSON file with a list of gateways."),
    ] {
        let needed = if name == DATABASE_VARIABLE { "yes" } else { "" };
        out.push_str(&format!("| `{name}` | {needed} | {meaning} |\n"));
    }
    for variable in all() {
        let needed = if variable.is_needed() { "with its gateway" } else { "" };
        let meaning = variable.field.doc.prose();
        out.push_str(&format!("| `{}` | {needed} | {meaning} |\n", variable.name));
    }
    for (field, is_needed, meaning) in WEBHOOK_FIELDS {
        let needed = if is_needed { "with its webhook" } else { "" };
        out.push_str(&format!("| `{WEBHOOK_PREFIX}<NAME>_{field}` | {needed} | {meaning} |\n"));
    }
    out
}
