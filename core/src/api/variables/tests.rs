//! Gateways from the environment: what is read, what is refused, and what is never repeated.

use std::collections::BTreeMap;

use super::*;

/// The gateways of an environment, and the slips noticed in it.
fn read(variables: &[(&str, &str)]) -> (Result<Vec<GatewayConfig>>, Vec<String>) {
    let map: BTreeMap<_, _> = variables.iter().copied().collect();
    let variable = |name: &str| map.get(name).map(|value| (*value).to_owned());
    let names = map.keys().map(|name| (*name).to_owned()).collect();
    let environment = Environment { variable: &variable, names };
    (environment.gateways(), environment.slips())
}

const BANK: [(&str, &str); 4] = [
    ("BANK_ACCOUNT_NAME", "Example Shop Ltd"),
    ("BANK_ACCOUNT_NUMBER", "GB33 BUKB 2020 1555 5555 55"),
    ("BANK_NAME", "Example Bank"),
    ("BANK_CURRENCIES", "CNY, EUR"),
];

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let kept = BANK.iter().filter(|(name, _)| !more.iter().any(|(other, _)| name == other));
    kept.chain(more).copied().collect()
}

/// Protects: a gateway's variables are its fields, lists stand between commas, and an empty environment configures none.
#[test]
fn a_gateway_is_read() {
    let expected = types::Bank {
        account_name: "Example Shop Ltd".into(),
        account_number: "GB33 BUKB 2020 1555 5555 55".into(),
        bank_name: "Example Bank".into(),
        currencies: vec!["CNY".into(), "EUR".into()],
    };
    assert_eq!(read(&BANK).0.unwrap(), [GatewayConfig::Bank(expected)]);
    for none in [&[][..], &[("BANK_NAME", "")], &[("HOME", "/"), ("BANKNOTE", "x")]] {
        assert_eq!(read(none).0.unwrap(), []);
    }
}

/// Protects: H89; a gateway that is configured by halves is not left out: the missing variable is named, and the slip
/// that may be the reason.
#[test]
fn a_missing_partner_is_named() {
    let error = read(&with(&[("BANK_ACCOUNT_NUMBER", "")])).0.unwrap_err();
    assert_eq!(error.code(), Code::ConfigMissing);
    assert_eq!(error.detail("setting"), Some("BANK_ACCOUNT_NUMBER"));
    let error = read(&with(&[("BANK_NAME", ""), ("BANK_NAMEE", "Example Bank")])).0.unwrap_err();
    assert_eq!(error.detail("setting"), Some("BANK_NAME"));
    assert!(error.message().contains("BANK_NAMEE is set and not read"), "{error}");
    let error = read(&with(&[("BANK_CURRENCIES", "")])).0.unwrap_err();
    assert_eq!(
        (error.code(), error.detail("setting")),
        (Code::ConfigMissing, Some("BANK_CURRENCIES"))
    );
}

/// Protects: what a constructor refuses is told under the variable's name, without the value.
#[test]
fn a_wrong_value_is_named_by_its_variable() {
    let error = read(&with(&[("BANK_NAME", "throwaway\nvalue")])).0.unwrap_err();
    assert_eq!((error.code(), error.detail("setting")), (Code::ConfigInvalid, Some("BANK_NAME")));
    assert!(!format!("{error:?}").contains("throwaway"));
    let blank =
        [("STRIPE_SECRET_KEY", "sk_test_throwaway\n"), ("STRIPE_WEBHOOK_SECRETS", "whsec_x")];
    let error = read(&blank).0.unwrap_err();
    assert_eq!(
        (error.code(), error.detail("setting")),
        (Code::ConfigInvalid, Some("STRIPE_SECRET_KEY"))
    );
    assert!(
        error.message().contains("line end") && !error.message().contains("throwaway"),
        "{error}"
    );
    let error = read(&[
        ("PAYPAL_CLIENT_ID", "a"),
        ("PAYPAL_CLIENT_SECRET", "throwaway"),
        ("PAYPAL_WEBHOOK_ID", "b"),
        ("PAYPAL_SANDBOX", "yes"),
    ])
    .0
    .unwrap_err();
    assert_eq!(error.detail("setting"), Some("PAYPAL_SANDBOX"));
}

/// Protects: pitfall 34; a key in a file loses the file's one line end and nothing else, and a file that cannot be read
/// is named.
#[test]
fn keys_may_stand_in_files() {
    let path = std::env::temp_dir().join(format!("paywright-variables-{}", std::process::id()));
    let file = path.to_str().unwrap().to_owned();
    let description = |end: &str| {
        let keys = r#""keys":[{"id":"k","secret":"throwaway-secret-in-a-file"}]"#;
        std::fs::write(
            &path,
            format!(r#"{{"name":"a","scheme":"header","methods":["card"],{keys}}}{end}"#),
        )
        .unwrap();
        let file: &'static str = Box::leak(file.clone().into_boxed_str());
        read(&[("SIGNED_DESCRIPTION_FILE", file)]).0
    };
    for end in ["", "\n", "\r\n"] {
        assert!(matches!(description(end).unwrap()[..], [GatewayConfig::Signed(_)]));
    }
    let error = description("\n\n").unwrap_err();
    assert_eq!(error.detail("setting"), Some("SIGNED_DESCRIPTION_FILE"));
    assert!(!error.message().contains("throwaway"), "{error}");
    std::fs::remove_file(&path).unwrap();
    let error = read(&[("SIGNED_DESCRIPTION_FILE", &file)]).0.unwrap_err();
    assert_eq!(
        (error.code(), error.detail("setting")),
        (Code::ConfigInvalid, Some("SIGNED_DESCRIPTION_FILE"))
    );
    let both = [("SIGNED_DESCRIPTION_FILE", file.as_str()), ("SIGNED_DESCRIPTION", "{}")];
    assert!(read(&both).0.unwrap_err().message().contains("not both"));
    let error = read(&[(GATEWAYS_VARIABLE, &file)]).0.unwrap_err();
    assert_eq!(error.detail("setting"), Some(GATEWAYS_VARIABLE));
}

/// Protects: lists of keys; PEM blocks stay whole, secrets in a file stand one on a line.
#[test]
fn lists_are_split_where_their_items_end() {
    let split = |name: &str, text: &str| items(name, text).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(split("A", "a, b,,c"), ["a", "b", "c"]);
    assert_eq!(split("A_FILE", "a\n\nb,c\n"), ["a", "b,c"]);
    let block = |n: u8| format!("-----BEGIN CERTIFICATE-----\nAA{n}=\n-----END CERTIFICATE-----");
    for between in ["\n", "\n\n", ",", "\r\n"] {
        let text = format!("{}{between}{}", block(1), block(2));
        assert_eq!(split("A", &text), [block(1), block(2)], "{between:?}");
    }
}

/// Protects: a slip of the pen is noticed; other programs' variables are nobody's business here.
#[test]
fn slips_are_noticed() {
    let slips = |name: &str| read(&[(name, "x")]).1;
    for (slip, ours) in [
        ("STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRETS"),
        ("STIPE_SECRET_KEY", "STRIPE_SECRET_KEY"),
        ("WECHATPAY_API_V3_KEY", "WECHATPAY_API_V3_KEYS"),
        ("WECHATPAY_PRIVATE_KEYS_FILE", "WECHATPAY_PRIVATE_KEY_FILE"),
        ("PAYWRIGHT_MOD", "PAYWRIGHT_MODE"),
    ] {
        assert_eq!(slips(slip), [format!("{slip} is not read; is {ours} meant?")]);
    }
    for other in ["STRIPE_CLI_COLOR", "BANK", "PATH", "PAYWRIGHT_CUTS", "STRIPE_SECRET_KEY_FILE"] {
        assert_eq!(slips(other), Vec::<String>::new(), "{other}");
    }
}

const SHARED: &str = "whsec_dGhyb3dhd2F5LXRocm93YXdheS10aHJvd2F3YXk=";

/// The webhooks of an environment, and the slips noticed in it.
fn hooks(variables: &[(&str, &str)]) -> (Result<Vec<types::Webhook>>, Vec<String>) {
    let map: BTreeMap<_, _> = variables.iter().copied().collect();
    let variable = |name: &str| map.get(name).map(|value| (*value).to_owned());
    let names = map.keys().map(|name| (*name).to_owned()).collect();
    let environment = Environment { variable: &variable, names };
    (environment.webhooks(), environment.slips())
}

/// Protects: a webhook's variables are its fields, and its name is what stands between.
#[test]
fn a_webhook_is_read() {
    let environment = [
        ("PAYWRIGHT_WEBHOOK_CRM_URL", "https://crm.example/hooks"),
        ("PAYWRIGHT_WEBHOOK_CRM_SECRETS", &format!("{SHARED},{SHARED}")),
        ("PAYWRIGHT_WEBHOOK_CRM_EVENTS", "order.paid, refund.failed"),
        ("PAYWRIGHT_WEBHOOK_STOCK_ROOM_URL", "https://10.0.0.7/"),
        ("PAYWRIGHT_WEBHOOK_STOCK_ROOM_SECRETS", SHARED),
        ("PAYWRIGHT_WEBHOOK_STOCK_ROOM_ALLOW_PRIVATE", "true"),
        ("PAYWRIGHT_WEBHOOK_EMPTY_URL", ""),
    ];
    let (read, slips) = hooks(&environment);
    let [crm, stock] = &read.unwrap()[..] else { panic!("two webhooks") };
    assert_eq!((crm.name.as_deref(), crm.url.as_str()), (Some("crm"), "https://crm.example/hooks"));
    assert_eq!(
        (crm.secrets.len(), crm.events.join(" ")),
        (2, "order.paid refund.failed".to_owned())
    );
    assert_eq!(
        (stock.name.as_deref(), stock.allow_private, stock.events.len()),
        (Some("stock_room"), Some(true), 0)
    );
    assert_eq!(slips, Vec::<String>::new());
    assert_eq!(hooks(&[]).0.unwrap(), []);
}

/// Protects: a webhook by halves, an address without https and one of a private network are refused under the variable's
/// name, without the value; a part that nobody reads is told.
#[test]
fn a_wrong_webhook_is_refused() {
    let url = "PAYWRIGHT_WEBHOOK_CRM_URL";
    let secrets = ("PAYWRIGHT_WEBHOOK_CRM_SECRETS", SHARED);
    let refused = |variables: &[(&str, &str)]| {
        let error = hooks(variables).0.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("t0ken"), "{error}");
        (error.code(), error.detail("setting").unwrap().to_owned())
    };
    for address in ["http://crm.example/t0ken", "https://169.254.169.254/t0ken", "crm.example"] {
        let expected = (Code::ConfigInvalid, url.to_owned());
        assert_eq!(refused(&[(url, address), secrets]), expected, "{address}");
    }
    assert!(hooks(&[(url, "http://127.0.0.1:8080/"), secrets]).0.is_ok());
    assert_eq!(refused(&[secrets]), (Code::ConfigMissing, url.to_owned()));
    let https = (url, "https://crm.example/t0ken");
    assert_eq!(refused(&[https]), (Code::ConfigMissing, secrets.0.to_owned()));
    assert_eq!(
        refused(&[https, (secrets.0, "whsec_t0ken")]),
        (Code::ConfigInvalid, secrets.0.to_owned())
    );
    let events = "PAYWRIGHT_WEBHOOK_CRM_EVENTS";
    assert_eq!(
        refused(&[https, secrets, (events, "order.eaten")]),
        (Code::ConfigInvalid, events.to_owned())
    );
    let (_, slips) = hooks(&[("PAYWRIGHT_WEBHOOK_CRM_SECRET", "t0ken")]);
    assert_eq!(
        slips,
        [
            "PAYWRIGHT_WEBHOOK_CRM_SECRET is not read; a webhook's variables end in _URL, _SECRETS, _EVENTS, _ALLOW_PRIVATE"
        ]
    );
}

/// Protects: every field of every gateway but the stand-in has one variable of its own.
#[test]
fn every_field_has_a_variable() {
    let names: std::collections::BTreeSet<_> = all().into_iter().map(|v| v.name).collect();
    assert_eq!(names.len(), all().len());
    for known in [
        "STRIPE_SECRET_KEY",
        "STRIPE_ACCOUNT",
        "WECHATPAY_MCHID",
        "ALIPAY_PUBLIC_KEYS",
        "PAYPAL_WEBHOOK_ID",
    ] {
        assert!(names.contains(known), "{known}");
    }
    assert!(!names.iter().any(|name| name.starts_with("MOCK")));
}
