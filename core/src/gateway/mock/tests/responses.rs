//! The mock gateway under test: responses.

use super::*;

fn read(status: u16, body: &str) -> Result<Answer> {
    let response = Response { status, headers: vec![], body: body.into() };
    mock().read(Operation::Query, &intent(1), &response, Moment::at(NOW))
}

/// Protects: an answer we cannot act on leaves the outcome unknown; nothing is guessed (H65, H66).
#[test]
fn unusable_answers_are_errors() {
    let id = intent(1).id;
    let object = |status: &str, amount: &str| {
        format!(
            r#"{{"id":"{id}","reference":"r","status":"{status}","amount":{amount},"currency":"CNY"}}"#
        )
    };
    let long = " ".repeat(RESPONSE_BYTES_MAX + 1);
    for (status, body) in [
        (200, "<html></html>".to_owned()),
        (200, String::new()),
        (200, object("sparkling", "1")),
        (200, object("open", "1")),
        (200, object("succeeded", "1.5")),
        (200, object("succeeded", "1").replace("pay_", "ref_")),
        (200, long),
        (302, String::new()),
        (404, "<html>proxy</html>".to_owned()),
        (503, r#"{"error":{"code":"x","message":"y"}}"#.to_owned()),
    ] {
        let error = read(status, &body).unwrap_err();
        assert_eq!(error.code(), Code::BadResponse, "{status} {:.80}", body);
    }
}

/// Protects: only the provider's own refusal counts as one.
#[test]
fn refusals_keep_their_kind() {
    let body = r#"{"error":{"code":"x","message":"Because."}}"#;
    assert_eq!(read(404, body).unwrap(), Answer::NotFound);
    for (status, code) in
        [(400, Code::GatewayRejected), (401, Code::Credentials), (429, Code::RateLimit)]
    {
        let expected = Answer::Refused { code, reason: "Because.".into() };
        assert_eq!(read(status, body).unwrap(), expected);
    }
}
