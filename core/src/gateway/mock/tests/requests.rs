//! The mock gateway under test: requests.

use super::*;

/// Protects: the wire shape of creation: where, under which key, in which unit.
#[test]
fn creation_is_one_keyed_post() {
    let (mock, payment) = (mock(), intent(1));
    let Call::Send(request) = mock.call(Operation::Pay, &payment, Moment::at(NOW)).unwrap() else {
        panic!()
    };
    assert_eq!(
        (request.method, request.url.as_str()),
        ("POST", "https://mock.invalid/v1/payments")
    );
    assert!(request.headers.contains(&("Idempotency-Key", payment.id.to_string())));
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["payment"]["amount"], 10_000);
    assert_eq!(body["payment"]["currency"], "CNY");
}

/// Protects: facts of a mock, without which it could meet live credentials unnoticed.
#[test]
fn it_says_that_it_is_a_mock() {
    let mock = mock();
    assert!(mock.facts().mock && !mock.facts().live);
    assert_eq!(mock.facts().name, "mock");
    assert_eq!(mock.facts().methods.len(), 6);
}

/// Protects: a mock without a secret, methods or a usable checkout address is never built (H24).
#[test]
fn incomplete_options_are_refused() {
    let with = |change: &dyn Fn(&mut MockOptions)| {
        let mut options = Mock::default_options().unwrap();
        change(&mut options);
        Mock::new(options).map(|_| ()).unwrap_err().code()
    };
    assert_eq!(with(&|o| o.secrets.clear()), Code::ConfigMissing);
    assert_eq!(with(&|o| o.methods.clear()), Code::ConfigMissing);
    for url in ["", "/checkout", "javascript:alert(1)", "http://", "http://a b", "http://a\r\nb"] {
        assert_eq!(with(&|o| o.checkout_base_url = url.into()), Code::ConfigInvalid, "{url:?}");
    }
}
