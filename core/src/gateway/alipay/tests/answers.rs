//! What is made of answers: proved, bound to the question, read by the tables.

use super::*;
use crate::gateway::{Claim, ClaimedAmount, Decline, PaymentFact, RefundFact};
use crate::{payment, refund};

fn read(operation: Operation<'_>, payment: &PaymentIntent, response: &Response) -> Result<Answer> {
    account().read(operation, payment, response, at())
}

fn yuan(text: &str) -> Option<Claim> {
    let amount = ClaimedAmount::Major(text.to_owned());
    Some(Claim { amount, currency: Some("CNY".to_owned()) })
}

fn said(event: payment::Event) -> Answer {
    Answer::Payment(PaymentFact::plain(event))
}

const TRADE: &str = r#""code":"10000","out_trade_no":"ORD202611180001","trade_no":"2026111822001400001400000001","total_amount":"100.00""#;

fn trade(more: &str) -> Response {
    answer(Method::Query, &format!("{{{TRADE},{more}}}"))
}

/// Protects: a trade's states, above all that a closed one that was paid is not a success, and none is a failure.
#[test]
fn trades() {
    let paid_event = Answer::Payment(PaymentFact {
        amount: yuan("100.00"),
        transaction_id: Some(TRADE_NO.to_owned()),
        ..PaymentFact::plain(payment::Event::Succeed)
    });
    let went_back = Answer::Payment(PaymentFact {
        decline: Some(Decline {
            code: "refunded_at_gateway".to_owned(),
            message: "It was paid and refunded in full at Alipay.".to_owned(),
        }),
        ..PaymentFact::plain(payment::Event::Cancel)
    });
    for (more, expected) in [
        (r#""trade_status":"WAIT_BUYER_PAY""#, said(payment::Event::Submit)),
        (r#""trade_status":"TRADE_SUCCESS","receipt_amount":"90.00""#, paid_event.clone()),
        (r#""trade_status":"TRADE_FINISHED""#, paid_event),
        (r#""trade_status":"TRADE_CLOSED""#, said(payment::Event::Expire)),
        (r#""trade_status":"TRADE_CLOSED","send_pay_date":"2026-11-18 20:26:40""#, went_back),
    ] {
        let answer = read(Operation::Query, &payment(Experience::Hosted), &trade(more));
        assert_eq!(answer.unwrap(), expected, "{more}");
    }
}

/// Protects: H49, what is not proved, is about something else or has a word we do not know leaves the outcome open.
#[test]
fn what_leaves_the_outcome_open() {
    let success = format!(r#"{{{TRADE},"trade_status":"TRADE_SUCCESS"}}"#);
    let other = success.replace(NUMBER, "ORD2");
    let member = "alipay_trade_query_response";
    let error = r#"{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}"#;
    for (what, response) in [
        ("unsigned", response(&format!(r#"{{"{member}":{success}}}"#))),
        ("empty signature", response(&format!(r#"{{"{member}":{success},"sign":""}}"#))),
        ("another key", answer_by(ATTACKER_KEY, member, &success)),
        ("another method", answer_by(PLATFORM_KEY, "alipay_trade_refund_response", &success)),
        ("another trade", answer(Method::Query, &other)),
        ("unsigned error", response(error)),
        ("a page of a proxy", response("<html>502</html>")),
        ("unknown state", trade(r#""trade_status":"TRADE_PENDING""#)),
        ("no state", answer(Method::Query, &format!("{{{TRADE}}}"))),
        ("encrypted", answer(Method::Query, r#""3HeFH2Q""#)),
        ("busy", answer(Method::Query, r#"{"code":"20000","sub_code":"isp.unknow-error"}"#)),
        ("unknown word", answer(Method::Query, r#"{"code":"40004","sub_code":"ACQ.NEW_WORD"}"#)),
        ("no code", answer(Method::Query, "{}")),
        ("twice", answer(Method::Query, &success.replace("{", r#"{"code":"10000","#))),
    ] {
        let answer = read(Operation::Query, &payment(Experience::Hosted), &response);
        assert_eq!(answer.unwrap_err().code(), Code::BadResponse, "{what}");
    }
    let told = read(Operation::Query, &payment(Experience::Hosted), &response(error));
    assert!(told.unwrap_err().message().contains("40002 isv.invalid-app-id"), "the hint is shown");
}

/// Protects: Alipay's refusals by verb: what is not there is no failure, what is about the account does not end a
/// refund, and a question that is refused decides nothing.
#[test]
fn refusals() {
    let refund = super::refund();
    let accept = || Answer::Refund(RefundFact::plain(refund::Event::Accept));
    let refused = |code, reason: &str| Answer::Refused { code, reason: reason.to_owned() };
    let open = None;
    let (pay, cancel, ask) = (Operation::Pay, Operation::Cancel, Operation::Query);
    let (back, ask_back) = (Operation::Refund(&refund), Operation::QueryRefund(&refund));
    for (operation, code, sub_code, expected) in [
        (ask, "40004", "ACQ.TRADE_NOT_EXIST", Some(Answer::NotFound)),
        (ask_back, "40004", "TRADE_NOT_EXIST", Some(Answer::NotFound)),
        (cancel, "40004", "ACQ.TRADE_NOT_EXIST", Some(Answer::NotFound)),
        (pay, "40004", "AQC.SYSTEM_ERROR", open.clone()),
        (pay, "40004", "ACQ.TRADE_HAS_SUCCESS", Some(Answer::Ask)),
        (pay, "40004", "ACQ.CONTEXT_INCONSISTENT", Some(Answer::Ask)),
        (
            pay,
            "40004",
            "ACQ.TOTAL_FEE_EXCEED",
            Some(refused(Code::GatewayRejected, "40004 ACQ.TOTAL_FEE_EXCEED")),
        ),
        (
            pay,
            "40002",
            "isv.invalid-signature",
            Some(refused(Code::Credentials, "40002 isv.invalid-signature")),
        ),
        (cancel, "40004", "ACQ.TRADE_STATUS_ERROR", Some(Answer::Ask)),
        (ask, "40006", "isv.insufficient-isv-permissions", open.clone()),
        (ask_back, "40002", "isv.invalid-signature", open.clone()),
        (ask, "40005", "", Some(refused(Code::RateLimit, "40005"))),
        (back, "40005", "", Some(refused(Code::RateLimit, "40005"))),
        (back, "40002", "isv.invalid-signature", open.clone()),
        (back, "40004", "ACQ.SYSTEM_ERROR", open.clone()),
        (back, "40004", "ACQ.DISCORDANT_REPEAT_REQUEST", Some(Answer::Ask)),
        (back, "40004", "ACQ.TRADE_HAS_CLOSE", Some(Answer::Ask)),
        (back, "40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH", Some(accept())),
        (
            back,
            "40004",
            "ACQ.TRADE_HAS_FINISHED",
            Some(refused(Code::GatewayRejected, "40004 ACQ.TRADE_HAS_FINISHED")),
        ),
    ] {
        let method = match operation {
            Operation::Pay => Method::Precreate,
            Operation::Cancel => Method::Close,
            Operation::Refund(_) => Method::Refund,
            Operation::QueryRefund(_) => Method::RefundQuery,
            _ => Method::Query,
        };
        let content = format!(r#"{{"code":"{code}","sub_code":"{sub_code}"}}"#);
        let answer = read(operation, &paid(), &answer(method, &content));
        assert_eq!(answer.ok(), expected, "{} {sub_code}", operation.as_str());
    }
}

/// Protects: a refund is done when Alipay says that this request moved the money, or the question finds it; `N` is
/// evidence of nothing, and the total in the answer is not this refund's amount.
#[test]
fn refunds() {
    let refund = super::refund();
    let id = refund.id.to_string();
    let trade = format!(r#""code":"10000","trade_no":"{TRADE_NO}""#);
    let done = |amount, total| {
        let plain = RefundFact::plain(refund::Event::Succeed);
        Some(Answer::Refund(RefundFact { amount, total, ..plain }))
    };
    let ask = Some(Answer::Ask);
    let sent = |more: &str| {
        let response = answer(Method::Refund, &format!("{{{trade}{more}}}"));
        read(Operation::Refund(&refund), &paid(), &response).ok()
    };
    assert_eq!(sent(r#","fund_change":"Y","refund_fee":"80.00""#), done(None, yuan("80.00")));
    assert_eq!(sent(r#","fund_change":"N","refund_fee":"80.00""#), ask);
    assert_eq!(sent(""), ask);

    let asked = |more: &str| {
        let response = answer(Method::RefundQuery, &format!("{{{trade}{more}}}"));
        read(Operation::QueryRefund(&refund), &paid(), &response).ok()
    };
    let named = format!(r#","out_request_no":"{id}","refund_amount":"30.00""#);
    assert_eq!(asked(&named), done(yuan("30.00"), None));
    let status = |word: &str| format!(r#"{named},"refund_status":"{word}""#);
    assert_eq!(asked(&status("REFUND_SUCCESS")), done(yuan("30.00"), None));
    assert_eq!(asked(&status("REFUND_ODD")), None);
    assert_eq!(asked(r#","refund_amount":"30.00","out_request_no":"other""#), None);
    assert_eq!(asked(""), Some(Answer::NotFound), "nothing was done under this number");
}

/// Protects: a code to scan comes only from Alipay, for this payment, as an address; a closed trade is cancelled.
#[test]
fn codes_and_closing() {
    let payment = payment(Experience::QrCode);
    let made =
        |content: &str| read(Operation::Pay, &payment, &answer(Method::Precreate, content)).ok();
    let code = r#"{"code":"10000","out_trade_no":"ORD202611180001","qr_code":"https:\/\/qr.alipay.com\/throwaway"}"#;
    let action = Action::qr_code("https://qr.alipay.com/throwaway".to_owned());
    assert_eq!(made(code), Some(Answer::Waiting { action, reference: None }));
    assert_eq!(made(&code.replace("https", "javascript")), None);
    assert_eq!(made(&code.replace("180001", "180002")), None);
    let closed = answer(Method::Close, r#"{"code":"10000","msg":"Success"}"#);
    let closed = read(Operation::Cancel, &payment, &closed).unwrap();
    assert_eq!(closed, said(payment::Event::Cancel));
}

/// Protects: in certificate mode the named certificate's key decides; one that is not configured proves nothing.
#[test]
fn the_named_certificate_signed() {
    let account = Alipay::new(by_certificates()).unwrap();
    let content = format!(r#"{{{TRADE},"trade_status":"TRADE_SUCCESS"}}"#);
    let signed = answer(Method::Query, &content).body;
    let named = |serial: &str| {
        let text = String::from_utf8(signed.clone()).unwrap();
        let member = format!(r#","alipay_cert_sn":"{serial}","sign":"#);
        let response = response(&text.replace(r#","sign":"#, &member));
        account.read(Operation::Query, &paid(), &response, at())
    };
    assert!(named("928a3422f74d9ddb9cc0e5dc8c6b490c").is_ok());
    let unknown = named("cce9ff4e3604432b1defb6db87d05320").unwrap_err();
    assert_eq!(unknown.code(), Code::BadResponse);
    assert!(unknown.message().contains("cce9ff4e3604432b1defb6db87d05320"));
}
