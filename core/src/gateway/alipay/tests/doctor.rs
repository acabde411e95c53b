//! What an examination tells of keys, numbers, worlds and clocks.

use super::*;
use crate::gateway::Part;

fn wrong_parts(response: &Response) -> Vec<Part> {
    let findings = account().diagnose(response, at());
    assert!(findings.iter().all(|f| f.ok == f.remedy.is_empty()), "{findings:#?}");
    findings.iter().filter(|f| !f.ok).map(|f| f.part).collect()
}

/// Protects: the question is signed and about nobody's trade, and its answer names what is wrong, with a remedy each.
#[test]
fn each_fault_is_told_apart() {
    let request = account().probe(at()).unwrap().unwrap();
    let sent = parameters(&String::from_utf8(request.body).unwrap());
    assert_eq!(value(&sent, "biz_content"), r#"{"out_trade_no":"paywright_doctor_0"}"#);

    let error = |code: &str, sub_code: &str| {
        let content = format!(r#"{{"code":"{code}","sub_code":"{sub_code}"}}"#);
        response(&format!(r#"{{"error_response":{content}}}"#))
    };
    let absent = r#"{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}"#;
    let member = "alipay_trade_query_response";
    assert_eq!(wrong_parts(&answer(Method::Query, absent)), []);
    for (response, parts) in [
        (answer_by(ATTACKER_KEY, member, absent), vec![Part::Key]),
        (error("40002", "isv.invalid-signature"), vec![Part::Key]),
        (error("40003", "isv.missing-signature-key"), vec![Part::Key]),
        (error("40002", "isv.invalid-app-id"), vec![Part::Account, Part::Mode]),
        (error("40002", "isv.invalid-timestamp"), vec![Part::Clock]),
        (error("40002", "isv.app-cert-sn-error"), vec![Part::Serial]),
        (error("40006", "isv.insufficient-isv-permissions"), vec![Part::Account]),
        (error("40001", "isv.unheard-of"), vec![Part::Account]),
        (error("20000", "isp.unknow-error"), vec![Part::Network]),
        (response("<html>"), vec![Part::Network]),
    ] {
        assert_eq!(wrong_parts(&response), parts, "{response:?}");
    }
}

/// Protects: our clock is compared with Alipay's own.
#[test]
fn the_clock_is_compared() {
    let absent = r#"{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}"#;
    let mut response = answer(Method::Query, absent);
    for (date, wrong) in [
        ("Wed, 18 Nov 2026 16:26:30 GMT", vec![]),
        ("Wed, 18 Nov 2026 08:26:00 GMT", vec![Part::Clock]),
    ] {
        response.headers = vec![("Date".to_owned(), date.to_owned())];
        assert_eq!(wrong_parts(&response), wrong, "{date}");
    }
}
