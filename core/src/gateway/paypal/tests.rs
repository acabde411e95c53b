//! The PayPal gateway: what it asks, what it makes of answers, and what it never shows.

mod events;

use super::*;
use crate::clock::Time;
use crate::currency::Currency;
use crate::gateway::{Claim, ClaimedAmount, Part, RefundIntent};
use crate::id::{PaymentId, RefundId};
use crate::money::Money;
use crate::payment::{Item, Presentation};
use crate::refund;

const NOW: Time = Time::from_millis(1_780_300_991_000);
const OURS: &str = "pay_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const OUR_REFUND: &str = "ref_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const ORDER: &str = "5O190127TN364715T";
const CAPTURE: &str = "3C679366HH908993F";
const HOLD: &str = "0VF52814937998046";
const CANARY: &str = "throwaway-canary-secret";
const TOKEN_CANARY: &str = "throwaway-canary-token";
const API: &str = "https://api-m.sandbox.paypal.com";

fn options() -> PayPalOptions {
    PayPalOptions {
        name: None,
        client_id: "throwaway-client".to_owned(),
        client_secret: Secret::new("test", CANARY).unwrap(),
        webhook_id: "5GP028458E2496506".to_owned(),
        sandbox: true,
        trusted_roots: Vec::new(),
        base_url: None,
    }
}

fn fresh() -> PayPal {
    PayPal::new(options()).unwrap()
}

fn response(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

fn token_answer() -> Response {
    let body =
        format!(r#"{{"access_token":"{TOKEN_CANARY}","token_type":"Bearer","expires_in":32400}}"#);
    response(200, &body)
}

/// An account that has its token.
fn gateway() -> PayPal {
    let gateway = fresh();
    gateway.learn(&gateway.token_errand(), &token_answer(), Moment::at(NOW)).unwrap();
    gateway
}

fn money(minor: i64, code: &str) -> Money {
    Money { minor, currency: Currency::parse(code).unwrap() }
}

/// A payment that has its order.
fn intent() -> PaymentIntent {
    PaymentIntent {
        id: PaymentId::parse(OURS).unwrap(),
        reference: ORDER.to_owned(),
        amount: money(4699, "USD"),
        method: "paypal".to_owned(),
        manual_capture: false,
        description: "Order 1001".to_owned(),
        return_url: Some("https://shop.example/back".to_owned()),
        expires_at: NOW.plus_seconds(1800),
        transaction_id: None,
        created_at: NOW,
        presentation: Default::default(),
    }
}

/// A payment that PayPal has not named yet.
fn unnamed() -> PaymentIntent {
    PaymentIntent { reference: OURS.to_owned(), ..intent() }
}

fn holding() -> PaymentIntent {
    PaymentIntent { manual_capture: true, transaction_id: Some(HOLD.to_owned()), ..intent() }
}

fn paid() -> PaymentIntent {
    PaymentIntent { transaction_id: Some(CAPTURE.to_owned()), ..intent() }
}

fn refund_intent() -> RefundIntent {
    let id = RefundId::parse(OUR_REFUND).unwrap();
    RefundIntent::new(id, money(1000, "USD"), "returned")
}

fn sent(operation: Operation<'_>, payment: &PaymentIntent) -> Request {
    match gateway().call(operation, payment, Moment::at(NOW)).unwrap() {
        Call::Send(request) => request,
        other => panic!("{other:?}"),
    }
}

/// Method, path, idempotency key and body.
fn said(operation: Operation<'_>, payment: &PaymentIntent) -> [String; 4] {
    let request = sent(operation, payment);
    let key = request.headers.iter().find(|(name, _)| *name == "PayPal-Request-Id");
    [
        request.method.to_owned(),
        request.url.strip_prefix(API).unwrap().to_owned(),
        key.map_or(String::new(), |(_, key)| key.clone()),
        String::from_utf8(request.body).unwrap(),
    ]
}

fn read(
    operation: Operation<'_>,
    payment: &PaymentIntent,
    status: u16,
    body: &str,
) -> Result<Answer> {
    gateway().read(operation, payment, &response(status, body), Moment::at(NOW))
}

/// An order in a state, with links and perhaps with movements of money.
fn order(status: &str, payments: &str) -> String {
    format!(
        r#"{{"id":"{ORDER}","intent":"CAPTURE","status":"{status}","purchase_units":[{{"reference_id":"default",
        "amount":{{"currency_code":"USD","value":"46.99"}},"custom_id":"{OURS}"{payments}}}],
        "links":[{{"href":"{API}/v2/checkout/orders/{ORDER}","rel":"self","method":"GET"}},
        {{"href":"https://www.sandbox.paypal.com/checkoutnow?token={ORDER}","rel":"payer-action"}}]}}"#
    )
}

fn movements(kind: &str, status: &str) -> String {
    format!(
        r#","payments":{{"{kind}":[{{"id":"{CAPTURE}","status":"{status}",
        "amount":{{"currency_code":"USD","value":"46.99"}},"custom_id":"{OURS}"}}]}}"#
    )
}

fn claim() -> Option<Claim> {
    Some(Claim { amount: ClaimedAmount::Minor(4699), currency: Some("USD".to_owned()) })
}

fn plain(event: Event) -> Answer {
    Answer::Payment(PaymentFact::plain(event))
}

fn brought(event: Event) -> Answer {
    let transaction_id = Some(CAPTURE.to_owned());
    Answer::Payment(PaymentFact { amount: claim(), transaction_id, ..PaymentFact::plain(event) })
}

/// Protects: the exact order that is asked for, with our id as key, number and mark.
#[test]
fn an_order_is_created() {
    let [method, path, key, body] = said(Operation::Pay, &unnamed());
    assert_eq!([method.as_str(), &path, &key], ["POST", "/v2/checkout/orders", OURS]);
    let expected = format!(
        r#"{{"intent":"CAPTURE","purchase_units":[{{"custom_id":"{OURS}","invoice_id":"{OURS}","description":"Order 1001","amount":{{"currency_code":"USD","value":"46.99"}}}}],"payment_source":{{"paypal":{{"experience_context":{{"user_action":"PAY_NOW","shipping_preference":"NO_SHIPPING","payment_method_preference":"IMMEDIATE_PAYMENT_REQUIRED","return_url":"https://shop.example/back","cancel_url":"https://shop.example/back"}}}}}}}}"#
    );
    assert_eq!(body, expected);
    let manual = PaymentIntent { manual_capture: true, ..unnamed() };
    assert!(said(Operation::Pay, &manual)[3].starts_with(r#"{"intent":"AUTHORIZE""#));
}

/// Protects: lines are shown where they add up, with the breakdown that PayPal then demands, and else left out.
#[test]
fn lines_are_shown_where_they_add_up() {
    let item =
        |unit_amount, quantity| Item { description: "Tea".to_owned(), quantity, unit_amount };
    let shown = |items| {
        let presentation = Presentation { items, ..Presentation::default() };
        said(Operation::Pay, &PaymentIntent { presentation, ..unnamed() })[3].clone()
    };
    let both = shown(vec![item(1000, 2), item(2699, 1)]);
    assert!(both.contains(
        r#""breakdown":{"item_total":{"currency_code":"USD","value":"46.99"}}},"items":[{"name":"Tea","quantity":"2","unit_amount":{"currency_code":"USD","value":"10.00"}}"#
    ));
    assert!(!shown(vec![item(1000, 2)]).contains("items"));
    assert!(!shown(vec![item(5699, 1), item(-1000, 1)]).contains("items"));
    assert!(!shown(vec![item(i64::MAX, 2)]).contains("items"));
}

/// Protects: amounts as PayPal writes them, and refusals before anything leaves, even the request for a token.
#[test]
fn amounts_follow_the_wire_table() {
    let value = |minor, code| money::value("paypal", money(minor, code));
    for (minor, code, wire) in [
        (4699, "USD", "46.99"),
        (1, "EUR", "0.01"),
        (3980, "JPY", "3980"),
        (398_000, "HUF", "3980"),
        (100, "TWD", "1"),
    ] {
        assert_eq!(value(minor, code).unwrap(), wire);
    }
    for (minor, code, refusal) in [
        (398_050, "HUF", Code::GatewayAmount),
        (1, "TWD", Code::GatewayAmount),
        (100, "KWD", Code::GatewayCurrency),
        (100, "INR", Code::GatewayCurrency),
        (100, "KRW", Code::GatewayCurrency),
    ] {
        assert_eq!(value(minor, code).unwrap_err().code(), refusal);
        let payment = PaymentIntent { amount: money(minor, code), ..unnamed() };
        let refused = fresh().call(Operation::Pay, &payment, Moment::at(NOW)).unwrap_err();
        assert_eq!(refused.code(), refusal);
    }
    assert_eq!(money::currencies().unwrap().len(), 24);
}

/// Protects: an amount that comes back with other zeros is the same amount; one in another shape is left to the engine.
#[test]
fn amounts_come_back_in_other_clothes() {
    for (written, code, amount) in [
        ("46.9", "USD", ClaimedAmount::Minor(4690)),
        ("15.0", "EUR", ClaimedAmount::Minor(1500)),
        ("3980.00", "JPY", ClaimedAmount::Minor(3980)),
        ("3980", "HUF", ClaimedAmount::Minor(398_000)),
        ("-1.00", "USD", ClaimedAmount::Major("-1.00".to_owned())),
        ("1.00", "XYZ", ClaimedAmount::Major("1.00".to_owned())),
    ] {
        let text = format!(r#"{{"currency_code":"{code}","value":"{written}"}}"#);
        let claim = money::claim(&Object::parse(text.as_bytes()).unwrap()).unwrap();
        assert_eq!(claim, Claim { amount, currency: Some(code.to_owned()) });
    }
}

/// Protects: every other request: where it goes, its key, its body. Our ids are the keys.
#[test]
fn the_other_requests() {
    let order = format!("/v2/checkout/orders/{ORDER}");
    let key = |verb: &str| format!("{OURS}-{verb}");
    let manual = PaymentIntent { manual_capture: true, ..intent() };
    let refund = refund_intent();
    let get = ["GET".to_owned(), order.clone(), String::new(), String::new()];
    let post =
        |path: String, key: String, body: &str| ["POST".to_owned(), path, key, body.to_owned()];
    let hold = format!("/v2/payments/authorizations/{HOLD}");
    let part = r#"{"amount":{"currency_code":"USD","value":"20.00"},"final_capture":true}"#;
    let back = format!(
        r#"{{"amount":{{"currency_code":"USD","value":"10.00"}},"custom_id":"{OUR_REFUND}","invoice_id":"{OUR_REFUND}"}}"#
    );
    for (operation, payment, expected) in [
        (Operation::Collect, intent(), post(format!("{order}/capture"), key("collect"), "{}")),
        (Operation::Collect, manual, post(format!("{order}/authorize"), key("collect"), "{}")),
        (
            Operation::Capture(money(2000, "USD")),
            holding(),
            post(format!("{hold}/capture"), key("capture"), part),
        ),
        (Operation::Cancel, holding(), post(format!("{hold}/void"), key("cancel"), "")),
        (Operation::Cancel, intent(), get.clone()),
        (Operation::Query, intent(), get.clone()),
        (Operation::QueryRefund(&refund), paid(), get),
        (
            Operation::Refund(&refund),
            paid(),
            post(format!("/v2/payments/captures/{CAPTURE}/refund"), OUR_REFUND.to_owned(), &back),
        ),
    ] {
        assert_eq!(said(operation, &payment), expected);
    }
}

/// Protects: what PayPal cannot know is answered without it: an order whose address was never handed out.
#[test]
fn nobody_is_asked_about_an_order_without_a_name() {
    let host_chose = PaymentIntent { reference: "invoice 7/../x".to_owned(), ..intent() };
    for payment in [unnamed(), host_chose] {
        for (operation, expected) in [
            (Operation::Query, Answer::NotFound),
            (Operation::Collect, Answer::NotFound),
            (Operation::Cancel, plain(Event::Cancel)),
        ] {
            let call = fresh().call(operation, &payment, Moment::at(NOW)).unwrap();
            assert!(matches!(&call, Call::Answer(answer) if *answer == expected), "{call:?}");
        }
    }
    let call = gateway().call(Operation::Refund(&refund_intent()), &intent(), Moment::at(NOW));
    let refused = Answer::Refused {
        code: Code::GatewayRejected,
        reason: "there is no transaction of PayPal's to act on".to_owned(),
    };
    assert!(matches!(call.unwrap(), Call::Answer(answer) if answer == refused));
}

/// Protects: a token is fetched once, used until shortly before its end, and forgotten when PayPal refuses it.
#[test]
fn tokens_are_learned_and_forgotten() {
    let gateway = fresh();
    let call = |now| gateway.call(Operation::Query, &intent(), Moment::at(now)).unwrap();
    let Call::First(errand) = call(NOW) else { panic!("no token, no request") };
    assert_eq!((errand.purpose.as_str(), errand.request.method), ("token", "POST"));
    assert_eq!(errand.request.url, format!("{API}/v1/oauth2/token"));
    assert_eq!(errand.request.body, b"grant_type=client_credentials");
    let basic = "Basic dGhyb3dhd2F5LWNsaWVudDp0aHJvd2F3YXktY2FuYXJ5LXNlY3JldA==";
    assert_eq!(errand.request.headers[0], ("Authorization", basic.to_owned()));
    gateway.learn(&errand, &token_answer(), Moment::at(NOW)).unwrap();
    let Call::Send(request) = call(NOW) else { panic!("the token is there") };
    assert_eq!(request.headers[0], ("Authorization", format!("Bearer {TOKEN_CANARY}")));
    assert!(matches!(call(NOW.plus_seconds(32_279)), Call::Send(_)));
    assert!(matches!(call(NOW.plus_seconds(32_280)), Call::First(_)));
    let over = gateway.read(Operation::Query, &intent(), &response(401, "{}"), Moment::at(NOW));
    assert!(matches!(over.unwrap(), Answer::SessionOver { .. }));
    assert!(matches!(call(NOW), Call::First(_)));
}

/// Protects: an answer without a usable token teaches nothing; refused credentials are named as such.
#[test]
fn bad_tokens_are_not_kept() {
    let gateway = fresh();
    for (status, body, code) in [
        (401, r#"{"error":"invalid_client"}"#, Code::Credentials),
        (200, r#"{"access_token":"a\r\nHost: b","expires_in":9}"#, Code::BadResponse),
        (200, r#"{"access_token":"","expires_in":9}"#, Code::BadResponse),
        (200, r#"{"access_token":"abc"}"#, Code::BadResponse),
        (200, "<html>", Code::BadResponse),
        (302, r#"{"access_token":"abc","expires_in":9}"#, Code::BadResponse),
    ] {
        let learned =
            gateway.learn(&gateway.token_errand(), &response(status, body), Moment::at(NOW));
        assert_eq!(learned.unwrap_err().code(), code, "{body}");
        assert!(gateway.session.authorization(NOW).is_none());
    }
}

/// Protects: the table of order states, the movements of money in an order before the order's own word.
#[test]
fn orders_become_answers() {
    let waiting = Answer::Waiting {
        action: crate::gateway::Action::redirect(format!(
            "https://www.sandbox.paypal.com/checkoutnow?token={ORDER}"
        )),
        reference: Some(ORDER.to_owned()),
    };
    let captured = |status| movements("captures", status);
    let held = |status| movements("authorizations", status);
    for (status, payments, expected) in [
        ("CREATED", String::new(), waiting.clone()),
        ("SAVED", String::new(), waiting.clone()),
        ("PAYER_ACTION_REQUIRED", String::new(), waiting),
        ("APPROVED", String::new(), Answer::Agreed),
        ("VOIDED", String::new(), plain(Event::Cancel)),
        ("COMPLETED", captured("COMPLETED"), brought(Event::Succeed)),
        ("COMPLETED", captured("REFUNDED"), brought(Event::Succeed)),
        ("COMPLETED", captured("PARTIALLY_REFUNDED"), brought(Event::Succeed)),
        ("COMPLETED", captured("PENDING"), plain(Event::Submit)),
        ("APPROVED", captured("COMPLETED"), brought(Event::Succeed)),
        ("COMPLETED", held("CREATED"), brought(Event::Authorize)),
        ("COMPLETED", held("PENDING"), plain(Event::Submit)),
        ("COMPLETED", held("CAPTURED"), plain(Event::Submit)),
        ("COMPLETED", held("VOIDED"), plain(Event::Cancel)),
        ("COMPLETED", held("EXPIRED"), plain(Event::Expire)),
    ] {
        let answer = read(Operation::Query, &intent(), 200, &order(status, &payments));
        assert_eq!(answer.unwrap(), expected, "{status} {payments}");
    }
    for (kind, status) in
        [("captures", "DECLINED"), ("captures", "FAILED"), ("authorizations", "DENIED")]
    {
        let body = order("COMPLETED", &movements(kind, status));
        let Answer::Payment(fact) = read(Operation::Query, &intent(), 200, &body).unwrap() else {
            panic!("{status}");
        };
        assert_eq!((fact.event, fact.decline.is_some()), (Event::Fail, true));
    }
}

/// Protects: S7, an answer that cannot be trusted or read leaves the outcome open.
#[test]
fn unusable_answers_decide_nothing() {
    let other_payment = order("COMPLETED", &movements("captures", "COMPLETED"))
        .replace(OURS, "pay_01ARZ3NDEKTSV4RRFFQ69G5FAW");
    for body in [
        order("DELAYED", ""),
        order("COMPLETED", ""),
        order("COMPLETED", &movements("captures", "DOUBTFUL")),
        other_payment,
        order("APPROVED", "").replace(ORDER, "5O190127TN364715X"),
        order("APPROVED", "").replace(r#""status":"#, r#""status":"VOIDED","status":"#),
        "<html>out of order</html>".to_owned(),
        "[".repeat(100_000),
    ] {
        let error = read(Operation::Query, &intent(), 200, &body).unwrap_err();
        assert_eq!(error.code(), Code::BadResponse);
    }
}

/// Protects: an order is closed by our own word only where it was not carried out; money that came is told as money.
#[test]
fn cancelling_never_believes_less_than_paypal() {
    let cancel = |payment: &PaymentIntent, status, body: &str| {
        read(Operation::Cancel, payment, status, body).unwrap()
    };
    for status in ["CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"] {
        assert_eq!(cancel(&intent(), 200, &order(status, "")), plain(Event::Cancel));
    }
    let paid = order("COMPLETED", &movements("captures", "COMPLETED"));
    assert_eq!(cancel(&intent(), 200, &paid), brought(Event::Succeed));
    let pending = order("COMPLETED", &movements("captures", "PENDING"));
    assert_eq!(cancel(&intent(), 200, &pending), plain(Event::Submit));
    assert_eq!(cancel(&holding(), 204, ""), plain(Event::Cancel));
    assert_eq!(cancel(&holding(), 422, &problem("PREVIOUSLY_VOIDED")), plain(Event::Cancel));
    assert_eq!(cancel(&holding(), 422, &problem("PREVIOUSLY_CAPTURED")), Answer::Ask);
}

/// Protects: a hold that came for a payment nobody wants any more is found in the order, and voided.
#[test]
fn an_unwanted_hold_is_found_and_released() {
    let gateway = gateway();
    let manual = PaymentIntent { manual_capture: true, ..intent() };
    let call = || gateway.call(Operation::Cancel, &manual, Moment::at(NOW)).unwrap();
    let Call::First(errand) = call() else { panic!("the order has to be read") };
    let held = order("COMPLETED", &movements("authorizations", "CREATED"));
    gateway.learn(&errand, &response(200, &held), Moment::at(NOW)).unwrap();
    let Call::Send(request) = call() else { panic!("the hold is known") };
    assert_eq!(request.url, format!("{API}/v2/payments/authorizations/{CAPTURE}/void"));
    for (status, body) in [(404, String::new()), (200, order("APPROVED", ""))] {
        let Call::First(errand) = call() else { panic!("what was learned is used once") };
        gateway.learn(&errand, &response(status, &body), Moment::at(NOW)).unwrap();
        let Call::Send(request) = call() else { panic!("nothing is held") };
        assert_eq!(request.method, "GET");
    }
}

fn problem(issue: &str) -> String {
    format!(
        r#"{{"name":"UNPROCESSABLE_ENTITY","message":"Jane Doe cannot","debug_id":"90957fca61718",
        "details":[{{"issue":"{issue}","description":"Jane Doe"}}],
        "links":[{{"href":"https://www.sandbox.paypal.com/checkoutnow?token={ORDER}","rel":"payer-action"}}]}}"#
    )
}

/// Protects: a declined payment fails with a sentence for the payer, not with PayPal's own.
#[test]
fn declines_are_worded_for_the_payer() {
    for issue in ["INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED", "CARD_EXPIRED"]
    {
        let answer = read(Operation::Collect, &intent(), 422, &problem(issue)).unwrap();
        let Answer::Payment(fact) = answer else { panic!("{issue}") };
        let decline = fact.decline.unwrap();
        assert_eq!((fact.event, decline.code), (Event::Fail, issue.to_ascii_lowercase()));
        assert!(decline.message.contains("please choose") || decline.message.contains("PayPal"));
        assert!(!decline.message.contains("Jane"));
    }
}

/// Protects: the error table by status and issue; nothing is called failed that may have been done.
#[test]
fn refusals_become_our_codes() {
    let collect = |status, body: &str| read(Operation::Collect, &intent(), status, body);
    let refused = |issue: &str, code| Answer::Refused {
        code,
        reason: format!("{issue} (debug_id 90957fca61718)"),
    };
    for (status, issue, expected) in [
        (422, "ORDER_ALREADY_CAPTURED", plain(Event::Submit)),
        (422, "ORDER_COMPLETION_IN_PROGRESS", plain(Event::Submit)),
        (422, "ORDER_EXPIRED", plain(Event::Expire)),
        (
            422,
            "PAYEE_ACCOUNT_RESTRICTED",
            refused("PAYEE_ACCOUNT_RESTRICTED", Code::GatewayRejected),
        ),
        (422, "NEVER_HEARD_OF", refused("NEVER_HEARD_OF", Code::GatewayRejected)),
        (400, "MISSING", refused("MISSING", Code::GatewayRejected)),
        (403, "PERMISSION_DENIED", refused("PERMISSION_DENIED", Code::Credentials)),
        (404, "INVALID_RESOURCE_ID", Answer::NotFound),
    ] {
        assert_eq!(collect(status, &problem(issue)).unwrap(), expected, "{status} {issue}");
    }
    let acts = collect(422, &problem("PAYER_ACTION_REQUIRED")).unwrap();
    assert!(matches!(acts, Answer::Waiting { reference: None, .. }));
    for (status, body) in [
        (422, problem("ORDER_NOT_APPROVED")),
        (409, problem("PREVIOUS_REQUEST_IN_PROGRESS")),
        (404, "<html>not here</html>".to_owned()),
        (404, "{}".to_owned()),
        (302, String::new()),
        (418, problem("TEAPOT")),
    ] {
        assert_eq!(collect(status, &body).unwrap_err().code(), Code::BadResponse, "{status}");
    }
}

/// Protects: refunds by state, and the ways of refusing one; a number used before is no failure.
#[test]
fn refunds_become_answers() {
    let intent = refund_intent();
    let back = |status: &str| {
        format!(
            r#"{{"id":"1JU08902781691411","status":"{status}","custom_id":"{OUR_REFUND}",
            "amount":{{"currency_code":"USD","value":"10.00"}},"status_details":{{"reason":"ECHECK"}}}}"#
        )
    };
    for (status, event) in [
        ("COMPLETED", refund::Event::Succeed),
        ("PENDING", refund::Event::Accept),
        ("FAILED", refund::Event::Fail),
        ("CANCELLED", refund::Event::Cancel),
    ] {
        let answer = read(Operation::Refund(&intent), &paid(), 201, &back(status)).unwrap();
        let Answer::Refund(fact) = &answer else { panic!("{answer:?}") };
        assert_eq!(fact.event, event);
        assert_eq!(fact.transaction_id.as_deref(), Some("1JU08902781691411"));
        assert_eq!(fact.decline.is_some(), event == refund::Event::Fail);
        let listed = format!(r#","payments":{{"refunds":[{}]}}"#, back(status));
        let asked =
            read(Operation::QueryRefund(&intent), &paid(), 200, &order("COMPLETED", &listed));
        assert_eq!(asked.unwrap(), answer);
    }
    let none = read(Operation::QueryRefund(&intent), &paid(), 200, &order("COMPLETED", ""));
    assert_eq!(none.unwrap(), Answer::NotFound);
    let refuse = |status, issue| read(Operation::Refund(&intent), &paid(), status, &problem(issue));
    let refused = refuse(422, "CAPTURE_FULLY_REFUNDED").unwrap();
    assert!(matches!(refused, Answer::Refused { code: Code::GatewayRejected, .. }));
    // A capture that we know of is not gone because one answer says so.
    assert_eq!(refuse(404, "INVALID_RESOURCE_ID").unwrap(), Answer::NotFound);
    assert_eq!(refuse(422, "DUPLICATE_INVOICE_ID").unwrap(), Answer::Ask);
    let busy = refuse(409, "PREVIOUS_REQUEST_IN_PROGRESS").unwrap_err();
    assert_eq!(busy.code(), Code::BadResponse);
    assert_eq!(
        read(Operation::Refund(&intent), &paid(), 201, &back("VANISHED")).unwrap_err().code(),
        Code::BadResponse
    );
}

/// Protects: what an account cannot be opened with, by name.
#[test]
fn options_are_checked_as_a_whole() {
    let refused = |change: fn(&mut PayPalOptions)| {
        let mut options = options();
        change(&mut options);
        PayPal::new(options).unwrap_err().code()
    };
    assert_eq!(refused(|o| o.client_id.clear()), Code::ConfigMissing);
    assert_eq!(refused(|o| o.webhook_id.clear()), Code::ConfigMissing);
    assert_eq!(refused(|o| o.client_id = "a:b".to_owned()), Code::ConfigInvalid);
    // The simulator's id would let anybody with a PayPal account sign for us.
    assert_eq!(refused(|o| o.webhook_id = "WEBHOOK_ID".to_owned()), Code::ConfigInvalid);
    for url in ["https://evil.example", "http://127.0.0.1@evil.example", "http://10.0.0.1"] {
        let options = PayPalOptions { base_url: Some(url.to_owned()), ..options() };
        assert_eq!(PayPal::new(options).unwrap_err().code(), Code::ConfigInvalid, "{url}");
    }
    assert_eq!(refused(|o| o.trusted_roots.push("garbage".to_owned())), Code::KeyType);
    let local = PayPalOptions { base_url: Some("http://127.0.0.1:8080/".to_owned()), ..options() };
    assert_eq!(PayPal::new(local).unwrap().facts.hosts, ["127.0.0.1:8080"]);
    let live = PayPal::new(PayPalOptions { sandbox: false, ..options() }).unwrap();
    assert_eq!(live.facts.hosts, ["api-m.paypal.com", "api.paypal.com", "api-m.paypal.com"]);
    assert_eq!((live.facts.live, live.facts.environment), (true, Some(Environment::Live)));
}

/// Protects: the doctor tells refused credentials, the other world and a wrong clock, and how to mend each.
#[test]
fn the_doctor_says_what_to_mend() {
    let gateway = fresh();
    assert_eq!(gateway.probe(Moment::at(NOW)).unwrap(), Some(gateway.token_errand().request));
    let findings = |status, body: &str, date: &str| {
        let headers = vec![("Date".to_owned(), date.to_owned())];
        gateway.diagnose(&Response { headers, ..response(status, body) }, Moment::at(NOW))
    };
    let right = findings(200, "{}", "Mon, 01 Jun 2026 08:03:00 GMT");
    assert!(right.iter().all(|finding| finding.ok && finding.remedy.is_empty()));
    let parts: Vec<_> = right.iter().map(|finding| finding.part).collect();
    assert_eq!(parts, [Part::Key, Part::Mode, Part::Clock]);
    let wrong = findings(401, r#"{"error":"invalid_client"}"#, "Mon, 01 Jun 2026 09:03:00 GMT");
    assert_eq!(wrong.len(), 2);
    assert!(wrong[0].what.contains("invalid_client") && wrong[0].remedy.contains("sandbox"));
    assert!(!wrong[1].ok && wrong[1].remedy.contains("clock"), "{wrong:?}");
    assert_eq!(findings(503, "", "never")[0].part, Part::Network);
}

/// Protects: X4, no credential and no token shows in anything that can be printed.
#[test]
fn nothing_secret_is_printed() {
    let gateway = gateway();
    let mut printed = format!("{gateway:?} {:?}", options());
    printed += &format!("{:?}", gateway.token_errand());
    printed += &format!("{:?}", sent(Operation::Pay, &unnamed()));
    for status in [200, 400, 401, 403, 404, 409, 422, 500] {
        let echo = format!(r#"{{"name":"X","message":"{CANARY} {TOKEN_CANARY}"}}"#);
        let response = response(status, &echo);
        printed += &format!("{:?}", gateway.diagnose(&response, Moment::at(NOW)));
        for purpose in [TOKEN, CERTIFICATE, RESOURCE] {
            let errand = Errand { purpose: purpose.to_owned(), ..gateway.token_errand() };
            printed += &format!("{:?}", gateway.learn(&errand, &response, Moment::at(NOW)));
        }
        let read = gateway.read(Operation::Pay, &unnamed(), &response, Moment::at(NOW));
        printed += &format!("{read:?} {gateway:?}");
    }
    let encoded = "dGhyb3dhd2F5LWNsaWVudDp0aHJvd2F3YXktY2FuYXJ5LXNlY3JldA";
    for canary in [CANARY, TOKEN_CANARY, encoded] {
        assert!(!printed.contains(canary), "{printed}");
    }
    assert!(printed.contains("[redacted]"));
}
