//! What a follower is opened with, whose file it takes, and to whom it hands its requests. What it believes is shown by the
//! stories in `tests/followings`.

use super::*;
use crate::clock::ManualClock;
use crate::http::Response;

const STATUS: &str = "https://shop.example/payments/{payment_id}/status";
const PAYMENT: &str =
    r#"{"id":"pay_01J0000000000000000000000A","state":"init","amount":"100.00","currency":"CNY"}"#;

fn options() -> FollowerOptions {
    FollowerOptions { status_url: STATUS.to_owned(), ..FollowerOptions::default() }
}

fn code(options: FollowerOptions) -> Option<Code> {
    PaymentFollower::open(":memory:", options).err().map(|error| error.code())
}

/// Protects: a device asks nobody but a plain https address or this machine, and an address without a place for the id would ask
/// about nothing.
#[test]
fn addresses_are_checked() {
    let with = |status_url: &str, messages_url: Option<&str>| {
        let messages_url = messages_url.map(str::to_owned);
        code(FollowerOptions { status_url: status_url.to_owned(), messages_url, ..options() })
    };
    assert_eq!(with(STATUS, None), None);
    assert_eq!(with("http://127.0.0.1:8000/{payment_id}", Some("http://[::1]/told")), None);
    for wrong in [
        "",
        "https://shop.example/payments/",
        "https://shop.example/{payment_id}/{payment_id}",
        "http://shop.example/{payment_id}",
        "https://user@shop.example/{payment_id}",
        "https://shop.example/{payment_id} ",
        "https:///{payment_id}",
    ] {
        assert_eq!(with(wrong, None), Some(Code::ConfigInvalid), "{wrong}");
    }
    assert_eq!(with(STATUS, Some("http://shop.example/told")), Some(Code::ConfigInvalid));
    let nowhere = PaymentFollower::open(" ", options()).err().map(|error| error.code());
    assert_eq!(nowhere, Some(Code::ConfigMissing));
}

/// Protects: no secret that signs is ever put into an application: a shared or private key is refused, and the error says which
/// half belongs here.
#[test]
fn only_public_keys_are_taken() {
    let with = |key: &str| {
        let public_keys = vec![GivenSecret::from(key)];
        PaymentFollower::open(":memory:", FollowerOptions { public_keys, ..options() })
            .err()
            .map(|error| (error.code(), error.message()))
    };
    let public = "whpk_8BF79/1IAeU9JqwqdqpD0JXvDYCjBq0cxfNkvZGED4k=";
    assert_eq!(with(public), None);
    for (key, what) in [
        ("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "a shared secret"),
        ("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "a shared secret or no key"),
        ("whsk_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "a private key"),
        ("", "no key"),
    ] {
        let (code, message) = with(key).unwrap();
        assert_eq!(code, Code::KeyType, "{key}");
        assert!(message.contains(what) && message.contains("whpk_"), "{message}");
        assert!(key.is_empty() || !message.contains(key), "{message}");
    }
    assert_eq!(with("whpk_c2hvcnQ=").map(|(code, _)| code), Some(Code::ConfigInvalid));
}

/// Protects: an engine never takes a follower's file for its books, nor a follower the books for its own; neither is touched.
#[test]
fn files_are_not_mixed_up() {
    let folder = std::env::temp_dir().join(format!("paywright-follow-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (own, books) = (folder.join("follower.db"), folder.join("books.db"));
    let [own, books] = [&own, &books].map(|path| path.to_str().unwrap());

    PaymentFollower::open(own, options()).unwrap().close();
    let engine = || crate::api::Options::default();
    let opened = crate::api::Paywright::open(own, engine());
    assert_eq!(opened.err().map(|error| error.code()), Some(Code::NotOurs));

    crate::api::Paywright::open(books, engine()).unwrap().close();
    let opened = PaymentFollower::open(books, options());
    assert_eq!(opened.err().map(|error| error.code()), Some(Code::NotOurs));

    PaymentFollower::open(own, options()).unwrap().follow(PAYMENT).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

/// Protects: the same request goes to one caller at a time, and is not lost with a caller that never comes back.
#[test]
fn a_request_is_handed_out_once() {
    let clock = ManualClock::new(Time::from_millis(1_795_000_000_000));
    let own = FollowerOptions { clock: Arc::new(clock.clone()), ..options() };
    let follower = PaymentFollower::open(":memory:", own).unwrap();
    follower.follow(PAYMENT).unwrap();
    let first = follower.next_step().unwrap().unwrap();
    let ticket = first.ticket.unwrap();
    let second = follower.next_step().unwrap().unwrap();
    assert_eq!((second.ticket, second.request, second.after_ms), (None, None, 60_000));
    clock.advance(60);
    let again = follower.next_step().unwrap().unwrap();
    assert_eq!(again.ticket.as_deref(), Some(ticket.as_str()));

    // Both come back in the end; what was heard first stays.
    let answer = |state: &str| Response {
        status: 200,
        headers: Vec::new(),
        body: PAYMENT.replace("init", state).into_bytes(),
    };
    follower.resume(&ticket, Ok(answer("succeeded"))).unwrap();
    let late = follower.resume(&ticket, Ok(answer("processing"))).unwrap();
    assert_eq!(late.payment.unwrap().state, crate::api::types::PaymentState::succeeded);
}

/// Protects: an answer about what was forgotten meanwhile is no error, and brings nothing back.
#[test]
fn what_was_forgotten_stays_forgotten() {
    let own =
        FollowerOptions { messages_url: Some("https://shop.example/told".into()), ..options() };
    let follower = PaymentFollower::open(":memory:", own).unwrap();
    let message = follower.tell("{}").unwrap();
    let sent = follower.next_step().unwrap().unwrap().ticket.unwrap();
    assert_eq!(sent, message.id);
    follower.forget_message(&message.id).unwrap();
    let payment = follower.follow(PAYMENT).unwrap();
    let asked = follower.next_step().unwrap().unwrap().ticket.unwrap();
    follower.forget(&payment.id).unwrap();
    let answer = || Ok(Response { status: 200, headers: Vec::new(), body: PAYMENT.into() });
    for ticket in [sent, asked] {
        let answer = follower.resume(&ticket, answer()).unwrap();
        assert_eq!((answer.payment, answer.message), (None, None));
    }
    assert_eq!(follower.next_step().unwrap(), None);
    follower.close();
    assert_eq!(follower.all_followed().unwrap_err().code(), Code::StoreClosed);
}
