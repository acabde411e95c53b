//! H1 to H20: amounts and currencies. Nothing here is rounded, tolerated or guessed.

use paywright::api::types::*;
use paywright::currency::Currency;
use paywright::error::Code;
use paywright::money::Money;
use serde_json::{Value, json};

use super::shop::*;

fn create_order(shop: &Shop, currency: &str, amount: &str) -> Result<Order> {
    shop.pay.create_order(args(json!({"currency": currency, "amount": amount})))
}

/// Each amount is refused with the code, for an order, a payment and a refund alike.
fn refused_everywhere(currency: &str, amounts: &[&str], expected: Code) {
    let shop = Shop::open();
    let order = create_order(&shop, currency, "100").unwrap();
    let paid = shop.create(json!({"order_id": order.id, "method": "card"})).unwrap();
    shop.applied("mock", shop.said(&paid, "success"));
    let open = create_order(&shop, currency, "100").unwrap();
    for amount in amounts {
        let given = shop.refused(|| create_order(&shop, currency, amount)).code();
        assert_eq!(given, expected, "order of {amount:?}");
        let lines = json!([{"description": "tea", "unit_amount": amount}]);
        let lines = args(json!({"currency": currency, "lines": lines}));
        assert_eq!(shop.refused(|| shop.pay.create_order(lines)).code(), expected, "{amount:?}");
        let part = json!({"order_id": open.id, "amount": amount, "partial": true});
        assert_eq!(shop.refused(|| shop.create(part)).code(), expected, "payment of {amount:?}");
        let back = json!({"payment_id": paid.id, "amount": amount});
        assert_eq!(shop.refused(|| shop.refund(back)).code(), expected, "refund of {amount:?}");
    }
}

/// Protects: H1, an amount is text; a number in JSON, where floats come from, is never read as one. The typed
/// refusal of `float` and `number` with `amount_type` is each binding's own test.
#[test]
fn h01_numbers_are_not_amounts() {
    for amount in [json!(100.0), json!(100.5), json!(100), json!(true), Value::Null] {
        let asked =
            json!({"order_id": "ord_1", "lines": [{"description": "a", "unit_amount": amount}]});
        assert!(serde_json::from_value::<arguments::add_lines>(asked).is_err(), "{amount}");
    }
    for amount in [json!(100.0), json!(100.5), json!(100), json!(true)] {
        let order = json!({"currency": "CNY", "amount": amount});
        assert!(serde_json::from_value::<arguments::create_order>(order).is_err(), "{amount}");
        let refund = json!({"payment_id": "pay_1", "amount": amount});
        assert!(serde_json::from_value::<arguments::refund>(refund).is_err(), "{amount}");
    }
}

/// Protects: H2 and H3, more places than the currency has are refused, not rounded.
#[test]
fn h02_h03_too_many_places() {
    refused_everywhere("CNY", &["100.001", "0.009", "99.995"], Code::AmountScale);
    refused_everywhere("JPY", &["100.5", "0.1"], Code::AmountScale);
    refused_everywhere("KWD", &["5.1234"], Code::AmountScale);
}

/// Protects: H4 and H5, nothing and less than nothing are no amounts.
#[test]
fn h04_h05_zero_and_negative() {
    refused_everywhere("CNY", &["0", "0.00", "-0", "-1.00"], Code::AmountRange);
}

/// Protects: H6, one spelling of numbers and no other.
#[test]
fn h06_other_spellings() {
    let spellings = [
        "NaN",
        "Infinity",
        "1e2",
        "0x10",
        "1_000",
        "1,000.00",
        " 1",
        "1 ",
        "+1",
        "１.００",
        "",
        ".",
        "1.2.3",
        "١٠٠",
        "1\0",
        "--1",
        "½",
    ];
    refused_everywhere("CNY", &spellings, Code::AmountFormat);
}

/// Protects: H7, twenty digits and far more are refused without a panic.
#[test]
fn h07_too_many_digits() {
    let long = "9".repeat(10_000);
    refused_everywhere("CNY", &["99999999999999999999", &long], Code::AmountRange);
}

/// Protects: H8, a sum that no whole number of ours holds is refused, not wrapped.
#[test]
fn h08_sums_that_overflow() {
    let shop = Shop::open();
    let line = |quantity: i64| json!({"description": "a", "unit_amount": "90000000000000.00", "quantity": quantity});
    let one_line = json!({"currency": "CNY", "lines": [line(i64::MAX)]});
    let lines: Vec<_> = (0..2).map(|_| line(1000)).collect();
    let many_lines = json!({"currency": "CNY", "lines": lines});
    for order in [one_line, many_lines] {
        let error = shop.refused(|| shop.pay.create_order(args(order)));
        assert_eq!(error.code(), Code::Overflow, "{error}");
    }
    let order = shop.order("100.00");
    let more = args(json!({"order_id": order.id, "lines": lines}));
    assert_eq!(shop.refused(|| shop.pay.add_lines(more)).code(), Code::Overflow);
}

/// Protects: H9 and H10, a minor unit too little or too much is no payment; the money that came waits in suspense.
#[test]
fn h09_h10_another_amount() {
    for (amount, minor) in [("99.99", 9_999), ("100.01", 10_001)] {
        let by_hand = |payment: &Payment| {
            mock_signed(
                "evt_1",
                NOW,
                mock_event("evt_1", payment, |e| e["data"]["amount"] = minor.into()),
            )
        };
        let shop = Shop::open();
        let payment = shop.payment();
        still_waits(&shop, "mock", by_hand(&payment), amount, &payment);
        let shop = Shop::open();
        let payment = shop.payment_by("wallet");
        still_waits(&shop, "shop", shop_says(&payment, &[("amount", amount)]), amount, &payment);
    }
    let shop = Shop::open();
    let payment = shop.payment();
    still_waits(&shop, "mock", shop.said(&payment, "wrong_amount"), "99.99", &payment);
}

fn still_waits(shop: &Shop, gateway: &str, message: Message, amount: &str, payment: &Payment) {
    let money = Some((amount, "CNY"));
    let kind = ExceptionKind::amount_mismatch;
    let result = shop.held(gateway, message.clone(), kind, money);
    assert_eq!(result.payment.unwrap().state, payment.state);
    assert_eq!(shop.order_of(payment).paid.as_str(), "0.00");
    assert!(shop.already(gateway, message).duplicate);
    assert_eq!(shop.exceptions().len(), 1);
}

/// Protects: H11, the same digits in another currency are another amount.
#[test]
fn h11_another_currency() {
    let shop = Shop::open();
    let payment = shop.payment();
    let message = shop.said(&payment, "wrong_currency");
    shop.held("mock", message, ExceptionKind::currency_mismatch, Some(("100.00", "USD")));
    assert_eq!(shop.now(&payment).state, PaymentState::init);
    let shop = Shop::open();
    let payment = shop.payment_by("wallet");
    let message = shop_says(&payment, &[("currency", "HKD")]);
    shop.held("shop", message, ExceptionKind::currency_mismatch, Some(("100.00", "HKD")));
    assert_eq!(shop.now(&payment).state, PaymentState::init);
}

/// Protects: H12, the case of a currency code is folded, and nothing else about it.
#[test]
fn h12_lower_case_currency() {
    let shop = Shop::open();
    let payment = shop.payment();
    let body = mock_event("evt_1", &payment, |e| e["data"]["currency"] = "cny".into());
    shop.applied("mock", mock_signed("evt_1", NOW, body));
    let payment = shop.payment_by("wallet");
    shop.applied("shop", shop_says(&payment, &[("currency", "cny")]));
    for other in ["cny ", "RMB", "CNH", "156"] {
        let shop = Shop::open();
        let payment = shop.payment_by("wallet");
        let message = shop_says(&payment, &[("currency", other)]);
        shop.held("shop", message, ExceptionKind::schema, None);
    }
}

/// Protects: H13, only ISO 4217 codes as they are written.
#[test]
fn h13_currencies_that_do_not_exist() {
    let shop = Shop::open();
    for currency in ["XYZ", "usd ", "usd", "RMB", "CNH", "840", "BTC", "", "CNY\0", "ＣＮＹ"] {
        let error = shop.refused(|| create_order(&shop, currency, "1"));
        assert_eq!(error.code(), Code::CurrencyUnknown, "{currency:?}");
    }
}

/// Protects: H17 and H18, no minor unit more goes back than came, and none in another currency.
#[test]
fn h17_h18_refunds_that_do_not_fit() {
    let shop = Shop::open();
    let payment = shop.paid();
    let back = |amount: &str| json!({"payment_id": payment.id, "amount": amount});
    assert_eq!(shop.refused(|| shop.refund(back("100.01"))).code(), Code::RefundExceeds);
    shop.refund(back("40.00")).unwrap();
    assert_eq!(shop.refused(|| shop.refund(back("60.01"))).code(), Code::RefundExceeds);
    let dollars = json!({"payment_id": payment.id, "amount": "1.00", "currency": "USD"});
    assert_eq!(shop.refused(|| shop.refund(dollars)).code(), Code::CurrencyMismatch);
    shop.refund(back("60.00")).unwrap();
    let rest = json!({"payment_id": payment.id});
    assert_eq!(shop.refused(|| shop.refund(rest)).code(), Code::RefundExceeds);
    assert_eq!(shop.now(&payment).refunded.as_str(), "100.00");
}

/// Protects: H19 and M9, parts sum to the whole; what is left over goes to the first.
#[test]
fn h19_thirds() {
    let whole = Money::parse("amount", "100.00", Currency::parse("CNY").unwrap()).unwrap();
    let parts: Vec<_> = whole.split(3).unwrap().into_iter().map(|part| part.to_text()).collect();
    assert_eq!(parts, ["33.34", "33.33", "33.33"]);
}

/// Protects: H20, a payment of the old total is real money, and the order is not paid by it.
#[test]
fn h20_the_total_was_raised() {
    let shop = Shop::open();
    let payment = shop.payment();
    let lines = json!([{"description": "more", "unit_amount": "20.00"}]);
    shop.pay.add_lines(args(json!({"order_id": payment.order_id, "lines": lines}))).unwrap();
    let result = shop.applied("mock", shop.said(&payment, "success"));
    assert_eq!(result.payment.unwrap().state, PaymentState::succeeded);
    let order = result.order.unwrap();
    assert_eq!((order.settlement, order.due.as_str()), (Settlement::partial, "20.00"));
    assert_eq!((shop.times("order.paid"), shop.times("order.settled")), (0, 0));
}
