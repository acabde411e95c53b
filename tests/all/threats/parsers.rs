//! H53 to H56, H58 to H64: sizes, shapes and texts from outside, each held to a limit before it costs anything.

use paywright::api::types::*;
use paywright::error::Code;
use paywright::text::{escape_line, neutralise_cell};
use serde_json::{Value, json};

use super::shop::*;

/// Bodies signed well in each way that signs raw bytes.
fn signed_bodies(body: &[u8]) -> [(&'static str, Message); 2] {
    let (id, nonce, at) = ("evt_1", "nonce_0123456789abcdef", NOW.to_string());
    let signature = format!("v1={}", hmac(SECRET, &[nonce, ".", &at, "."], body));
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        header("X-Payment-Signature", &signature),
        header("X-Payment-Timestamp", &at),
        header("X-Payment-Nonce", nonce),
    ];
    [("mock", mock_signed(id, NOW, body)), ("door", (headers, body.to_vec()))]
}

/// Protects: H53, one byte too many is refused before the body is looked at, also without any signature.
#[test]
fn h53_a_body_too_large() {
    let shop = Shop::open();
    let large = vec![b' '; 1024 * 1024 + 1];
    for gateway in ["mock", "shop", "door"] {
        shop.rejected(gateway, (Vec::new(), large.clone()), Code::TooLarge);
        shop.rejected(
            gateway,
            (Vec::new(), large[1..].to_vec()),
            match gateway {
                "shop" => Code::Malformed,
                _ => Code::AuthMissing,
            },
        );
    }
}

/// Protects: H54, nesting costs neither stack nor memory.
#[test]
fn h54_deep_nesting() {
    let shop = Shop::open();
    let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    for body in [deep(64), "[".repeat(1_000_000), "{\"a\":".repeat(200_000)] {
        for (gateway, message) in signed_bodies(body.as_bytes()) {
            shop.rejected(gateway, message, Code::Malformed);
        }
        shop.rejected("shop", (Vec::new(), body.into_bytes()), Code::Malformed);
    }
}

/// Protects: H55, a name that stands twice has two meanings, so it has none.
#[test]
fn h55_a_member_twice() {
    let shop = Shop::open();
    let payment = shop.payment();
    let event = mock_event("evt_1", &payment, |_| ());
    for (from, to) in [
        (r#""id":"#, r#""id":"evt_1","id":"#),
        (r#""amount":"#, r#""amount":1,"amount":"#),
        (r#""data":"#, r#""data":{},"data":"#),
        (r#""amount":"#, r#""\u0061mount":1,"amount":"#),
    ] {
        let twice = event.replacen(from, to, 1);
        assert_ne!(twice, event);
        shop.rejected("mock", mock_signed("evt_1", NOW, twice), Code::DuplicateField);
    }
    let payment = shop.payment_by("till");
    let twice = door_body(&payment).replacen('{', r#"{"amount":"1.00","#, 1);
    let message = door_signed("nonce_0123456789abcdef", NOW, &twice);
    shop.rejected("door", message, Code::DuplicateField);
    let twice = r#"{"signature":"a","signature":"b"}"#;
    shop.rejected("shop", (Vec::new(), twice.into()), Code::DuplicateField);
}

/// Protects: H56, bytes that are no text are no message.
#[test]
fn h56_bytes_that_are_no_text() {
    let shop = Shop::open();
    let bodies: [&[u8]; 6] = [
        b"{\"id\":\"\xff\"}",
        b"{\"id\":\"\xed\xa0\x80\"}",
        b"{\"id\":\"\0\"}",
        b"\0{}",
        br#"{"id":"\ud800"}"#,
        b"\xef\xbb\xbf{}",
    ];
    for body in bodies {
        for (gateway, message) in signed_bodies(body) {
            shop.rejected(gateway, message, Code::Malformed);
        }
        shop.rejected("shop", (Vec::new(), body.to_vec()), Code::Malformed);
    }
}

/// Protects: H58, what we do not know yet changes nothing and is on record once; what is added to what we know
/// does not disturb.
#[test]
fn h58_unknown_events() {
    let shop = Shop::open();
    let payment = shop.payment();
    let unknown = [
        shop.said(&payment, "unknown_type"),
        mock_signed("evt_2", NOW, mock_event("evt_2", &payment, |e| e["type"] = "x".into())),
        mock_signed(
            "evt_3",
            NOW,
            mock_event("evt_3", &payment, |e| {
                e["type"] = "payment.partially_blessed".into();
            }),
        ),
    ];
    let wallet = shop.payment_by("wallet");
    let news = shop_says(&wallet, &[("status", "BLESSED")]);
    let messages = unknown.into_iter().map(|m| ("mock", m)).chain([("shop", news)]);
    for (count, (gateway, message)) in (1..).zip(messages) {
        let before = shop.snapshot();
        let result = shop.deliver(gateway, message.clone()).unwrap();
        assert_eq!((result.outcome, result.reply.status), (CallbackOutcome::ignored, 200));
        assert_eq!(shop.times("callback.ignored"), count);
        let again = shop.already(gateway, message);
        assert!(again.duplicate);
        assert_eq!(again.reply, result.reply);
        assert_ne!(before, shop.snapshot(), "it is on record");
        assert_eq!(shop.now(&payment), payment);
    }
    let more = |e: &mut Value| {
        e["livemode"] = json!({"x": [1, null, true]});
        e["data"]["risk"] = json!("low");
    };
    shop.applied("mock", mock_signed("evt_4", NOW, mock_event("evt_4", &payment, more)));
    shop.applied(
        "shop",
        shop_says(&wallet, &[("nonce", "nonce_1123456789abcdef"), ("extra", "1")]),
    );
}

/// Protects: H59, a genuine message that lacks what it must have waits for a person, with its body, redacted.
#[test]
fn h59_something_is_missing() {
    for gap in ["amount", "currency", "transaction_id", "status", "payment"] {
        let shop = Shop::open();
        let payment = shop.payment();
        let body = mock_event("evt_1", &payment, |e| {
            e["data"].as_object_mut().unwrap().remove(gap);
            e["data"]["card_holder"] = json!("Ms Payer");
        });
        let message = mock_signed("evt_1", NOW, body);
        let result = shop.held("mock", message.clone(), ExceptionKind::schema, None);
        let kept = result.exception.unwrap().body.unwrap();
        assert!(kept.contains("payment.succeeded") && !kept.contains("Ms Payer"), "{kept}");
        assert_eq!(shop.now(&payment), payment);
        assert!(shop.already("mock", message).duplicate);
    }
    let shop = Shop::open();
    shop.held("mock", shop.said(&shop.payment(), "missing_field"), ExceptionKind::schema, None);
    let shop = Shop::open();
    let payment = shop.payment_by("wallet");
    let mut gap = fields(&payment);
    gap.remove("amount");
    gap.insert("payer".to_owned(), "Ms Payer".to_owned());
    let held = shop.held("shop", shop_signed(&gap), ExceptionKind::schema, None);
    assert!(!held.exception.unwrap().body.unwrap().contains("Ms Payer"));
}

/// Protects: H60, no id is a path, a script, a terminal command or a joke.
#[test]
fn h60_ids_that_are_none() {
    let shop = Shop::open();
    let payment = shop.payment();
    let long = "a".repeat(65);
    for id in
        [&long, "a\nb", "\u{1b}[2J", "../../etc/passwd", "a..b", "😀", "%00", "a\0", "a b", ""]
    {
        let order = |name: &str| json!({"currency": "CNY", "amount": "1", name: id});
        let calls: [&dyn Fn() -> Code; 8] = [
            &|| shop.refused(|| shop.pay.create_order(args(order("reference")))).code(),
            &|| shop.refused(|| shop.pay.create_order(args(order("customer")))).code(),
            &|| shop.refused(|| shop.create(json!({"order_id": id}))).code(),
            &|| {
                let with = json!({"order_id": payment.order_id, "reference": id});
                shop.refused(|| shop.create(with)).code()
            },
            &|| shop.refused(|| shop.pay.payment(args(json!({"payment_id": id})))).code(),
            &|| shop.refused(|| shop.refund(json!({"payment_id": id}))).code(),
            &|| shop.refused(|| shop.pay.next_events(args(json!({"consumer": id})))).code(),
            &|| {
                let with = json!({"payment_id": payment.id, "actor": "a", "reason": "b", "transaction_id": id});
                shop.refused(|| shop.pay.confirm_payment(args(with))).code()
            },
        ];
        for (number, call) in calls.iter().enumerate() {
            assert_eq!(call(), Code::IdFormat, "{id:?}, call {number}");
        }
    }
    for id in ["pay_", "ord_01J0000000000000000000000", "pay_01J0000000000000000000000O", "PAY_X"] {
        let error = shop.refused(|| shop.pay.payment(args(json!({"payment_id": id}))));
        assert_eq!(error.code(), Code::IdFormat, "{id}");
    }
}

const NASTY: [&str; 6] = [
    "'; DROP TABLE payments;--",
    "\"}{\\\" OR 1=1 -- ",
    "line one\r\nline two",
    "\u{1b}[31mred\u{7}",
    "\u{202e}gnp.exe\u{2066}",
    "押金 é 👩‍👩‍👧 \u{feff}",
];

/// Protects: H61, free text is kept and given back byte for byte, whatever it looks like.
#[test]
fn h61_free_text_is_kept() {
    let shop = Shop::open();
    for text in NASTY {
        let order = shop
            .pay
            .create_order(args(json!({
                "currency": "CNY", "metadata": {"note": text},
                "lines": [{"description": text, "unit_amount": "100.00"}],
            })))
            .unwrap();
        let order = shop.pay.order(arguments::order { order_id: order.id }).unwrap();
        assert_eq!(
            (order.metadata["note"].as_str(), order.lines[0].description.as_str()),
            (text, text)
        );
        let with = json!({"order_id": order.id, "method": "card", "description": text});
        let payment = shop.create(with).unwrap();
        shop.applied("mock", shop.said(&payment, "success"));
        let back = json!({"payment_id": payment.id, "reason": text, "actor": text});
        let refund = shop.refund(back).unwrap();
        assert_eq!(refund.reason, text);
        let log = shop.pay.logs(arguments::logs { payment_id: payment.id }).unwrap();
        assert!(log.iter().any(|e| e.actor == text && e.detail["reason"] == text), "{log:#?}");
    }
    shop.snapshot();
}

/// Protects: H62, no text from outside ends a line, steers a terminal or turns the reading direction of a record: it
/// is escaped where it is shown, and no refusal repeats it raw.
#[test]
fn h62_one_line_is_one_record() {
    let is_safe = |c: char| {
        !c.is_control()
            && !('\u{202a}'..='\u{202e}').contains(&c)
            && !('\u{2066}'..='\u{2069}').contains(&c)
    };
    for text in NASTY {
        assert!(escape_line(text).chars().all(is_safe), "{text:?}");
    }
    let shop = Shop::open();
    let payment = shop.payment();
    let (order, payment) = (&payment.order_id, &payment.id);
    for text in NASTY.iter().skip(2).take(3) {
        let refusals = [
            code_and_message(create(&shop, json!({"currency": text, "amount": "1"}))),
            code_and_message(create(&shop, json!({"currency": "CNY", "amount": text}))),
            code_and_message(create(
                &shop,
                json!({"currency": "CNY", "amount": "1", "flow": text}),
            )),
            code_and_message(create(
                &shop,
                json!({"currency": "CNY", "amount": "1", "reference": text}),
            )),
            code_and_message(create(
                &shop,
                json!({"currency": "CNY", "amount": "1", "metadata": {*text: "a"}}),
            )),
            code_and_message(create(
                &shop,
                json!({"currency": "CNY", "amount": "1", "idempotency_key": text}),
            )),
            code_and_message(shop.create(json!({"order_id": order, "method": text}))),
            code_and_message(shop.create(json!({"order_id": order, "gateway": text}))),
            code_and_message(shop.create(json!({"order_id": text}))),
            code_and_message(shop.create(json!({"order_id": order, "currency": text}))),
            code_and_message(shop.refund(json!({"payment_id": text}))),
            code_and_message(shop.pay.order_by_reference(args(json!({"reference": text})))),
            code_and_message(
                shop.pay.transition_order(args(json!({"order_id": order, "event": text}))),
            ),
            code_and_message(shop.pay.next_events(args(json!({"consumer": text})))),
            code_and_message(shop.pay.diagram(args(json!({"machine": text})))),
            code_and_message(
                shop.pay.mock_callbacks(args(json!({"payment_id": payment, "kind": text}))),
            ),
            code_and_message(shop.pay.mock_script(args(json!({"payments": [text]})))),
            code_and_message(shop.pay.mock_choose(args(json!({"token": text, "choice": "pay"})))),
            code_and_message(shop.pay.mock_choose(args(json!({"token": "a.b", "choice": text})))),
            code_and_message(shop.pay.mock_page(args(json!({"token": "a.b", "language": text})))),
            code_and_message(shop.deliver(text, (Vec::new(), Vec::new()))),
            code_and_message(
                shop.deliver("mock", with_header((Vec::new(), Vec::new()), "Mock-Signature", text)),
            ),
            code_and_message(shop.deliver(
                "shop",
                (Vec::new(), json!({*text: 1, "signature": "0".repeat(64)}).to_string().into()),
            )),
        ];
        for (message, debug) in refusals {
            assert!(message.chars().all(is_safe), "{message:?}");
            assert!(debug.chars().all(is_safe), "{debug:?}");
        }
    }
}

fn create(shop: &Shop, with: Value) -> Result<Order> {
    shop.pay.create_order(args(with))
}

fn code_and_message<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    let error = result.unwrap_err();
    let details: Vec<_> = error.details().map(|(_, value)| value.to_owned()).collect();
    (error.message() + &error.message_zh() + &details.join("|"), format!("{error:?}"))
}

/// Protects: H63, the limits of metadata, at the door of the whole.
#[test]
fn h63_too_much_metadata() {
    let shop = Shop::open();
    let keys = |count: usize| (0..count).map(|i| (format!("k{i}"), json!("v"))).collect::<Value>();
    let sized = |count: usize, size: usize| {
        (0..count).map(|i| (format!("k{i:02}"), json!("v".repeat(size)))).collect::<Value>()
    };
    let asked = |metadata: Value| json!({"currency": "CNY", "amount": "1", "metadata": metadata});
    for metadata in [keys(51), sized(1, 501), sized(40, 17 * 1024 / 40)] {
        let error = shop.refused(|| create(&shop, asked(metadata)));
        assert_eq!(error.code(), Code::TooLarge);
    }
    for metadata in [keys(50), sized(1, 500), sized(40, 400)] {
        create(&shop, asked(metadata)).unwrap();
    }
}

/// Protects: H64, a cell that a spreadsheet would run is neutralised; stored and in JSON it is untouched.
#[test]
fn h64_cells_of_an_export() {
    let shop = Shop::open();
    for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
        assert_eq!(neutralise_cell(cell), format!("'{cell}"));
        let with = json!({"currency": "CNY", "amount": "1", "metadata": {"cell": cell}});
        let order = create(&shop, with).unwrap();
        assert_eq!(serde_json::to_value(&order).unwrap()["metadata"]["cell"], cell);
    }
    assert_eq!(neutralise_cell("a=1"), "a=1");
}
