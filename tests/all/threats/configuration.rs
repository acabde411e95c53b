//! H89 to H93: what an operator or a host configures or types that must never be accepted, printed or kept.

use paywright::api::Paywright;
use paywright::api::types::*;
use paywright::error::Code;
use paywright::gateway::mock::Mock as MockGateway;
use paywright::gateway::signed::SignedDescription;
use paywright::secret::Secret as Key;
use serde_json::{Value, json};

use super::shop::*;

fn open(gateways: Vec<GatewayConfig>, mode: Mode) -> Result<Paywright> {
    let options = paywright::api::Options { mode, ..options(&clock(), gateways) };
    Paywright::open("sqlite::memory:", options)
}

fn refusal(gateways: Vec<GatewayConfig>, mode: Mode) -> Code {
    open(gateways, mode).err().unwrap().code()
}

/// Protects: H89, only mode `development` takes the mock where nothing is configured, and it says so.
#[test]
fn h89_no_gateway_configured() {
    for mode in [Mode::test, Mode::live] {
        assert_eq!(refusal(Vec::new(), mode), Code::ConfigMissing);
    }
    let pay = open(Vec::new(), Mode::development).unwrap();
    assert!(pay.warnings().iter().any(|warning| warning.contains("mock")));
    let health = pay.health(arguments::health {}).unwrap();
    assert!(!health.ok && !health.warnings.is_empty());
    let directory = Directory::new();
    let refused = Paywright::open(&directory.url(), options(&clock(), Vec::new()));
    assert_eq!(refused.err().unwrap().code(), Code::ConfigMissing);
    assert!(!directory.file().exists(), "nothing is created by a configuration that is refused");
}

/// Protects: H90, the stand-in never meets real money.
#[test]
fn h90_the_mock_beside_live_credentials() {
    let live = || signed("shop", "wallet", "header", json!({"live": true}));
    assert_eq!(refusal(vec![mock()], Mode::live), Code::MockInLive);
    for mode in [Mode::development, Mode::test, Mode::live] {
        assert_eq!(refusal(vec![mock(), live()], mode), Code::MockInLive);
        assert_eq!(refusal(vec![live(), mock()], mode), Code::MockInLive);
    }
    open(vec![live()], Mode::live).unwrap();
}

/// Protects: H91 and X4, a configuration prints without its secrets, also when it is wrong. It has no serialised
/// form at all; Python's pickle is the binding's own test.
#[test]
fn h91_configurations_print_without_secrets() {
    let secret = "throwaway-visible-nowhere-1";
    let mock = GatewayConfig::Mock(Mock { secrets: vec![secret.into()], ..Mock::default() });
    let keys = json!({"keys": [{"id": "k1", "secret": secret}]});
    let signed = signed("shop", "wallet", "body", keys.clone());
    let description =
        json!({"name": "a", "methods": ["b"], "scheme": "body", "keys": keys["keys"]});
    let description = SignedDescription::from_json(&description.to_string()).unwrap();
    let key = Key::new("test", secret).unwrap();
    let mut mock_options = MockGateway::default_options().unwrap();
    mock_options.secrets = vec![key.clone()];
    for shown in [
        format!("{mock:?}"),
        format!("{signed:?}"),
        format!("{description:?}"),
        format!("{key:?}"),
        format!("{mock_options:?}"),
    ] {
        assert!(shown.contains("[redacted]") && !shown.contains("throwaway"), "{shown}");
    }
    let wrong = [
        super::shop::signed("shop", "wallet", "body", json!({"tolerance_s": secret})),
        super::shop::signed(
            "shop",
            "wallet",
            "body",
            json!({"keys": [{"id": "k", "secret": [secret]}]}),
        ),
        super::shop::signed(
            "shop",
            "wallet",
            "body",
            json!({"keys": [{"id": "k", "secret_b64": secret}]}),
        ),
    ];
    for gateway in wrong {
        let error = open(vec![gateway], Mode::test).err().unwrap();
        assert!(!format!("{error:?}{}", error.message_zh()).contains("throwaway"), "{error:?}");
    }
}

const CARD: &str = "4111 1111 1111 1111";
const SPELLINGS: [&str; 6] = [
    CARD,
    "4111-1111-1111-1111",
    "4111111111111111",
    "card 4111.1111.1111.1111, please",
    "４１１１ １１１１ １１１１ １１１１",
    "3782 822463 10005",
];

/// Every call that takes free text, with `text` in it.
fn calls_with(shop: &Shop, text: &str) -> Vec<(&'static str, Result<()>)> {
    let paid = shop.paid();
    let open = shop.payment();
    let (order, payment) = (open.order_id.clone(), open.id.clone());
    let new = |with: Value| shop.pay.create_order(args(with)).map(drop);
    let evidence = |actor: &str, reason: &str| {
        let with = json!({"payment_id": payment, "actor": actor, "reason": reason});
        shop.pay.confirm_payment(args(with)).map(drop)
    };
    let lines = json!([{"description": text, "unit_amount": "1"}]);
    let resolve = |actor: &str, reason: &str| {
        let with = json!({
            "exception_id": "exc_01J00000000000000000000000", "resolution": "refund",
            "actor": actor, "reason": reason,
        });
        shop.pay.resolve_exception(args(with)).map(drop)
    };
    vec![
        ("metadata", new(json!({"currency": "CNY", "amount": "1", "metadata": {"note": text}}))),
        ("order description", new(json!({"currency": "CNY", "amount": "1", "description": text}))),
        ("line", new(json!({"currency": "CNY", "lines": lines}))),
        (
            "more lines",
            shop.pay.add_lines(args(json!({"order_id": order, "lines": lines}))).map(drop),
        ),
        (
            "payment description",
            shop.create(json!({"order_id": order, "description": text})).map(drop),
        ),
        ("return_url", shop.create(json!({"order_id": order, "return_url": text})).map(drop)),
        ("refund reason", shop.refund(json!({"payment_id": paid.id, "reason": text})).map(drop)),
        ("refund actor", shop.refund(json!({"payment_id": paid.id, "actor": text})).map(drop)),
        ("actor of an event", {
            let with = json!({"order_id": paid.order_id, "event": "ship", "actor": text});
            shop.pay.transition_order(args(with)).map(drop)
        }),
        ("withhold_reason", {
            let with = json!({
                "order_id": paid.order_id, "event": "ship", "withhold": "1", "withhold_reason": text,
            });
            shop.pay.transition_order(args(with)).map(drop)
        }),
        (
            "cancel actor",
            shop.pay.cancel_order(args(json!({"order_id": order, "actor": text}))).map(drop),
        ),
        (
            "cancel reason",
            shop.pay.cancel_order(args(json!({"order_id": order, "reason": text}))).map(drop),
        ),
        (
            "actor",
            shop.pay.cancel_payment(args(json!({"payment_id": payment, "actor": text}))).map(drop),
        ),
        ("confirming actor", evidence(text, "seen")),
        ("confirming reason", evidence("alice", text)),
        ("resolving actor", resolve(text, "known")),
        ("resolving reason", resolve("alice", text)),
    ]
}

/// Protects: H92 and X5, a card number is let in nowhere, and no file, event or error repeats it.
#[test]
fn h92_card_numbers() {
    let directory = Directory::new();
    let shop = Shop::at(&directory.url());
    for text in SPELLINGS {
        for (place, result) in calls_with(&shop, text) {
            let error = result.expect_err(place);
            assert_eq!(error.code(), Code::CardNumber, "{place} {text:?}: {error}");
            let shown = format!("{error:?}{}", error.message_zh());
            assert!(!shown.contains("1111") && !shown.contains("10005"), "{shown}");
        }
    }
    no_digits_left(&directory, &shop);
}

/// Protects: H92 in ids. A solid number may be anybody's order number, one in ten of which has a card's check
/// digit; digits grouped as on a card are no order number.
#[test]
fn h92_card_numbers_as_ids() {
    let directory = Directory::new();
    let shop = Shop::at(&directory.url());
    let order = shop.order("1.00");
    for id in ["4111-1111-1111-1111", "4111.1111.1111.1111", "pay:3782_822463_10005"] {
        let new = |field: &str| json!({"currency": "CNY", "amount": "1", field: id});
        let results = [
            shop.pay.create_order(args(new("reference"))).map(drop),
            shop.pay.create_order(args(new("customer"))).map(drop),
            shop.create(json!({"order_id": order.id, "reference": id})).map(drop),
        ];
        for result in results {
            let error = result.unwrap_err();
            assert_eq!(error.code(), Code::CardNumber, "{id}");
            assert!(!format!("{error:?}").contains("1111"), "{error:?}");
        }
    }
    no_digits_left(&directory, &shop);
    for id in ["2026-1121-0012-3456", "4111111111111111", "550e8400-e29b-41d4-a716-446655440000"] {
        let with = json!({"currency": "CNY", "amount": "1", "reference": id});
        assert_eq!(shop.pay.create_order(args(with)).unwrap().reference.as_deref(), Some(id));
    }
}

fn no_digits_left(directory: &Directory, shop: &Shop) {
    let events = format!("{:?}", shop.pay.events(args(json!({"limit": 1000}))).unwrap());
    let bytes = directory.bytes();
    assert!(bytes.len() > 4096, "the log beside the database is read as well");
    for digits in [CARD, "4111-1111", "4111.1111", "41111111", "４１１１", "822463"] {
        assert!(!events.contains(digits));
        let digits = digits.as_bytes();
        assert!(!bytes.windows(digits.len()).any(|window| window == digits), "{digits:?}");
    }
}

/// Protects: H93, what names card secrets has no place to go.
#[test]
fn h93_fields_for_card_secrets() {
    let shop = Shop::open();
    for key in ["cvv", "card_number", "track2", "pin", "CVV", "cardNumber", "Track-2", "PIN_BLOCK"]
    {
        let with = json!({"currency": "CNY", "amount": "1", "metadata": {key: "1"}});
        let error = shop.refused(|| shop.pay.create_order(args(with)));
        assert_eq!(error.code(), Code::SensitiveField, "{key}");
    }
}
