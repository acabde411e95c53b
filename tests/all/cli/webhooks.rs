//! Webhooks from a terminal: configured by the environment, looked at, sent again.

use std::sync::atomic::AtomicBool;

use paywright_tests::fake::server::{Answered, Received, Server};

use super::environment::run;
use super::*;

/// Protects: run-due delivers to the webhooks that the environment configures; how they stand and what they did not take can
/// be looked at, and a person has it sent again.
#[test]
fn webhooks_are_looked_after() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&broken);
    let receiver = Server::start(move |stream| {
        if Received::read(&stream).is_some() {
            let status = if is_broken.load(Ordering::SeqCst) { 500 } else { 204 };
            Answered::json(status, "").write(&stream);
        }
    });
    let url = receiver.url("/hooks");
    let environment = [
        ("PAYWRIGHT_WEBHOOK_CRM_URL", url.as_str()),
        ("PAYWRIGHT_WEBHOOK_CRM_SECRETS", "whsec_dGhyb3dhd2F5LXRocm93YXdheS10aHJvd2F3YXk="),
        ("PAYWRIGHT_WEBHOOK_CRM_EVENTS", "order.created"),
    ];
    let shop = Shop::new();
    contains(&shop.run(&["webhooks"]).fine(), &["no webhooks"]);
    let due = || run(&shop, &["run-due", "--json"], &environment).out;
    due();
    shop.order(r#","amount":"1.00""#);
    contains(&due(), &["\"webhooks_failed\": 1"]);
    let list = shop.run(&["webhooks"]).fine();
    contains(&list, &["webhook", "crm", url.as_str(), "it answered 500"]);
    let listed = shop.run(&["webhooks", "--json"]).json();
    assert_eq!((&listed[0]["name"], &listed[0]["waiting"]), (&"crm".into(), &1.into()));
    let messages = shop.run(&["webhooks", "crm"]).fine();
    contains(&messages, &["msg_", "order.created"]);
    contains(&shop.run(&["webhooks", "crm", "--given-up"]).fine(), &["no message"]);

    broken.store(false, Ordering::SeqCst);
    let said = shop.run(&["replay-webhook", "crm", "--after", "0", "--actor", "alice"]).fine();
    contains(&said, &["crm is open: 0 messages and ", "for the next run-due"]);
    contains(&due(), &["\"webhooks\": 1"]);
    assert_eq!(shop.run(&["webhooks", "--json"]).json()[0]["waiting"], 0);
    let events = shop.run(&["events"]).fine();
    contains(&events, &["webhook.replayed", "alice"]);
    let refused = shop.run(&["replay-webhook", "shop"]);
    assert_eq!(refused.code, exit::REFUSED);
    contains(&refused.err, &["webhook_not_found"]);
    let wrong = [("PAYWRIGHT_WEBHOOK_CRM_URL", "https://192.168.0.1/"), environment[1]];
    let refused = run(&shop, &["run-due"], &wrong);
    assert_eq!(refused.code, exit::REFUSED);
    contains(&refused.err, &["config_invalid: PAYWRIGHT_WEBHOOK_CRM_URL", "allow_private"]);
}
