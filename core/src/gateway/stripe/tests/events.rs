//! Messages: every body of the vectors with the fact it becomes, and everything that is refused.

use super::*;
use crate::gateway::{Claim, ClaimedAmount, DisputeEvent, Fact, Subject};
use crate::refund;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/stripe_events/");

/// What the bodies become: subject, and the fact in a few words. Amounts are in our minor units.
#[rustfmt::skip]
const BECOMES: [(&str, &str, &str); 46] = [
    ("charge.captured",                         "reference pi_3r2u…", "unknown"),
    ("charge.dispute.closed.lost",              "transaction pi_3RTo…", "dispute lose du_1R6S… 2000 USD product_not_received"),
    ("charge.dispute.closed.won",               "transaction pi_3Odp…", "dispute win du_1laK… 2000 USD fraudulent"),
    ("charge.dispute.created.inquiry",          "transaction pi_3Zbr…", "dispute open du_1no2… 2000 USD general"),
    ("charge.dispute.created",                  "transaction pi_3Odp…", "dispute open du_1laK… 2000 USD fraudulent"),
    ("charge.dispute.funds_reinstated",         "transaction pi_3Odp…", "dispute win du_1laK… 2000 USD fraudulent"),
    ("charge.dispute.funds_withdrawn",          "transaction pi_3Odp…", "dispute open du_1laK… 2000 USD fraudulent"),
    ("charge.dispute.updated",                  "transaction pi_3Odp…", "dispute open du_1laK… 2000 USD fraudulent"),
    ("charge.expired",                          "reference pi_3qFd…", "expire"),
    ("charge.failed",                           "reference pi_3vVd…", "unknown"),
    ("charge.refund.updated",                   "transaction pi_3GS8…", "refund fail re_3YGv… 1500 USD expired_or_canceled_card"),
    ("charge.refunded.full",                    "reference pi_3Odp…", "unknown"),
    ("charge.refunded.partial",                 "reference pi_3Odp…", "unknown"),
    ("charge.succeeded",                        "reference pi_3Odp…", "unknown"),
    ("checkout.session.async_payment_failed",   "reference cs_test_a1Krl…", "fail declined"),
    ("checkout.session.async_payment_succeeded", "reference cs_test_a1kJ8…", "succeed pi_3IK5… 4599 USD"),
    ("checkout.session.completed.async_unpaid", "reference cs_test_a1kJ8…", "submit"),
    ("checkout.session.completed",              "reference cs_test_a18iM…", "succeed pi_3O6k… 4599 USD"),
    ("checkout.session.completed.no_payment_required", "reference cs_test_a1V5x…", "unknown"),
    ("checkout.session.completed.subscription", "reference cs_test_a1tbd…", "unknown"),
    ("checkout.session.expired",                "reference cs_test_a1IvF…", "expire"),
    ("customer.subscription.created",           "nothing", "unknown"),
    ("customer.subscription.deleted",           "nothing", "unknown"),
    ("customer.subscription.updated.past_due",  "nothing", "unknown"),
    ("invoice.paid",                            "nothing", "unknown"),
    ("invoice.payment_failed",                  "nothing", "unknown"),
    ("payment_intent.amount_capturable_updated", "reference pi_3r2u…", "authorize pi_3r2u… 8000 USD"),
    ("payment_intent.canceled.automatic_uncaptured", "reference pi_3LxM…", "expire"),
    ("payment_intent.canceled",                 "reference pi_3JZF…", "cancel"),
    ("payment_intent.created",                  "reference pi_3Odp…", "unknown"),
    ("payment_intent.payment_failed.authentication_required", "reference pi_3LsP…", "submit"),
    ("payment_intent.payment_failed",           "reference pi_3vVd…", "submit"),
    ("payment_intent.processing",               "reference pi_3zQw…", "submit"),
    ("payment_intent.requires_action",          "reference pi_3Odp…", "submit"),
    ("payment_intent.succeeded.apple_pay_jpy",  "reference pi_30Gv…", "succeed pi_30Gv… 3980 JPY"),
    ("payment_intent.succeeded",                "reference pi_3Odp…", "succeed pi_3Odp… 2000 USD"),
    ("payment_intent.succeeded.partial_capture", "reference pi_3r2u…", "succeed pi_3r2u… 6000 USD"),
    ("payout.failed",                           "nothing", "unknown"),
    ("payout.paid",                             "nothing", "unknown"),
    ("payout.reconciliation_completed",         "nothing", "unknown"),
    ("refund.created",                          "transaction pi_3Odp…", "refund succeed re_30vG… 500 USD"),
    ("refund.created.pending",                  "transaction pi_3Odp…", "refund accept re_3hBt… 1500 USD"),
    ("refund.failed",                           "transaction pi_3GS8…", "refund fail re_3YGv… 1500 USD expired_or_canceled_card"),
    ("refund.updated",                          "transaction pi_3Odp…", "refund succeed re_3hBt… 1500 USD"),
    ("setup_intent.setup_failed",               "nothing", "unknown"),
    ("setup_intent.succeeded",                  "nothing", "unknown"),
];

fn body(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}{name}.json")).unwrap()
}

fn subject_in_words(subject: &Subject) -> String {
    match subject {
        Subject::Payment(id) => format!("payment {id}"),
        Subject::PaymentReference(id) => format!("reference {id}"),
        Subject::Transaction(id) => format!("transaction {id}"),
        Subject::Refund(id) => format!("refund {id}"),
        Subject::Nothing => "nothing".to_owned(),
    }
}

fn claim_in_words(claim: &Claim) -> String {
    match &claim.amount {
        ClaimedAmount::Minor(minor) => format!("{minor} {}", claim.currency.as_ref().unwrap()),
        ClaimedAmount::Major(text) => panic!("{text}"),
    }
}

fn fact_in_words(fact: &Fact) -> String {
    let mut words: Vec<String> = Vec::new();
    match fact {
        Fact::Payment(fact) => {
            words.push(fact.event.to_string());
            words.extend(fact.transaction_id.clone());
            words.extend(fact.amount.as_ref().map(claim_in_words));
            words.extend(fact.decline.as_ref().map(|decline| decline.code.clone()));
        }
        Fact::Refund(fact) => {
            assert_eq!(fact.total, None);
            words.extend(["refund".to_owned(), fact.event.to_string()]);
            words.extend(fact.transaction_id.clone());
            words.extend(fact.amount.as_ref().map(claim_in_words));
            words.extend(fact.decline.as_ref().map(|decline| decline.code.clone()));
        }
        Fact::Dispute(fact) => {
            words.extend(["dispute".to_owned(), fact.event.to_string(), fact.id.clone()]);
            words.extend(fact.amount.as_ref().map(claim_in_words));
            words.extend(fact.reason.clone());
        }
        Fact::Hint => words.push("hint".to_owned()),
        Fact::Unknown(_) => words.push("unknown".to_owned()),
        Fact::Unreadable(why) => words.push(format!("unreadable: {why}")),
    }
    words.join(" ")
}

/// Whether words agree, where `…` stands for the rest of an id.
fn agree(words: &str, expected: &str) -> bool {
    let (mut words, mut expected) = (words.split(' '), expected.split(' '));
    loop {
        match (words.next(), expected.next()) {
            (None, None) => return true,
            (Some(word), Some(short)) => match short.strip_suffix('…') {
                Some(beginning) if word.starts_with(beginning) => {}
                None if word == short => {}
                _ => return false,
            },
            _ => return false,
        }
    }
}

/// Protects: every body of the vectors becomes exactly this, and none is forgotten.
#[test]
fn every_body_becomes_its_fact() {
    let stripe = stripe();
    let mut files: Vec<_> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut named: Vec<_> = BECOMES.iter().map(|row| format!("{}.json", row.0)).collect();
    named.sort();
    assert_eq!(files, named);
    for (name, subject, fact) in BECOMES {
        let body = body(name);
        let notice = received(&stripe, &body).unwrap();
        let expected: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(notice.mark.id, expected["id"].as_str().unwrap());
        assert_eq!(notice.mark.digest, None, "a redelivery differs in its counters");
        let said = (subject_in_words(&notice.subject), fact_in_words(&notice.fact));
        assert!(agree(&said.0, subject) && agree(&said.1, fact), "{name}: {said:?}");
    }
}

fn message(kind: &str, object: Value) -> String {
    let event = json!({
        "id": "evt_1", "object": "event", "livemode": false, "type": kind, "api_version": "x",
        "data": {"object": object}, "pending_webhooks": 1,
    });
    event.to_string()
}

/// Protects: our labels come before Stripe's numbers, and labels of somebody else's system are not ours.
#[test]
fn our_labels_name_the_subject() {
    let stripe = stripe();
    let (id, refund) = (payment().id, refund_of("5.00").id);
    let ours = json!({"payment_id": id.to_string()});
    let theirs = json!({"payment_id": "1001", "refund_id": "7"});
    for (kind, metadata, expected) in [
        ("payment_intent.succeeded", &ours, Subject::Payment(id)),
        ("payment_intent.succeeded", &theirs, Subject::PaymentReference(INTENT.into())),
        ("charge.expired", &ours, Subject::Payment(id)),
        ("refund.created", &theirs, Subject::Transaction("pi_2".into())),
        ("refund.created", &json!({"refund_id": refund.to_string()}), Subject::Refund(refund)),
    ] {
        let object = intent(json!({"metadata": metadata, "payment_intent": "pi_2"}));
        let notice = received(&stripe, &message(kind, object)).unwrap();
        assert_eq!(notice.subject, expected, "{kind} {metadata}");
    }
}

/// Protects: what lacks something, contradicts itself or uses an unknown word is visible and changes nothing.
#[test]
fn unclear_messages_are_unreadable() {
    let stripe = stripe();
    for (kind, changes) in [
        ("payment_intent.succeeded", json!({"status": "processing"})),
        ("payment_intent.succeeded", json!({"status": "mysterious"})),
        ("payment_intent.succeeded", json!({"status": "succeeded", "amount_received": null})),
        ("payment_intent.succeeded", json!({"status": "succeeded", "amount_received": "2000"})),
        ("payment_intent.succeeded", json!({"status": "succeeded", "id": 7})),
        ("payment_intent.succeeded", json!({"status": "succeeded", "currency": null})),
        (
            "payment_intent.succeeded",
            json!({"status": "succeeded", "currency": "ugx", "amount_received": 550}),
        ),
        ("payment_intent.canceled", json!({"status": "requires_capture", "amount_capturable": 1})),
        ("refund.updated", json!({"status": "evaporated", "id": "re_1"})),
        ("refund.updated", json!({"status": "succeeded"})),
        ("charge.dispute.created", json!({"status": "prevented"})),
        (
            "checkout.session.completed",
            json!({"mode": "payment", "payment_status": "no_payment_required"}),
        ),
        (
            "checkout.session.completed",
            json!({"mode": "payment", "payment_status": "paid", "amount_total": 1}),
        ),
    ] {
        let notice = received(&stripe, &message(kind, intent(changes.clone()))).unwrap();
        assert!(matches!(notice.fact, Fact::Unreadable(_)), "{kind} {changes}: {:?}", notice.fact);
    }
}

/// Protects: H46 and H47, a message of the other world or of another account is refused although it is genuine.
#[test]
fn messages_are_bound_to_mode_and_account() {
    let connected = Stripe::new(StripeOptions { account: Some("acct_1".into()), ..options() });
    let (own, connected) = (stripe(), connected.unwrap());
    for (account, livemode, by_own, by_connected) in [
        (None, false, None, Some(Code::WrongAccount)),
        (Some("acct_1"), false, Some(Code::WrongAccount), None),
        (Some("acct_2"), false, Some(Code::WrongAccount), Some(Code::WrongAccount)),
        (None, true, Some(Code::WrongMode), Some(Code::WrongMode)),
        (Some("acct_1"), true, Some(Code::WrongMode), Some(Code::WrongMode)),
    ] {
        let mut event: Value = serde_json::from_str(&body("payment_intent.succeeded")).unwrap();
        event["livemode"] = json!(livemode);
        if let Some(account) = account {
            event["account"] = json!(account);
        }
        let body = event.to_string();
        assert_eq!(received(&own, &body).err().map(|e| e.code()), by_own, "{account:?}");
        assert_eq!(
            received(&connected, &body).err().map(|e| e.code()),
            by_connected,
            "{account:?}"
        );
    }
}

/// Protects: a genuine body that is no proper event is refused with the code that says why.
#[test]
fn bodies_that_are_no_event() {
    let stripe = stripe();
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let many = message("x.y", json!({"a": vec![json!({"b": []}); 500]}));
    for (body, code) in [
        (r#"{"id":"evt_1","id":"evt_2"}"#.to_owned(), Some(Code::DuplicateField)),
        (
            message("payment_intent.succeeded", json!({}))
                .replace("{}", r#"{"status":"a","status":"b"}"#),
            Some(Code::DuplicateField),
        ),
        (format!(r#"{{"id":"evt_1","x":{deep}}}"#), Some(Code::Malformed)),
        ("[".repeat(1_000_000), Some(Code::Malformed)),
        ("{".to_owned(), Some(Code::Malformed)),
        ("[]".to_owned(), Some(Code::Malformed)),
        ("{}".to_owned(), Some(Code::Malformed)),
        (
            r#"{"id":"evt_1","object":"event","livemode":false,"type":"x"}"#.to_owned(),
            Some(Code::Malformed),
        ),
        (
            r#"{"id":"evt_1","object":"charge","livemode":false,"type":"x","data":{"object":{}}}"#
                .to_owned(),
            Some(Code::Malformed),
        ),
        (message("x.y", json!({})).replace("false", "\"no\""), Some(Code::Malformed)),
        (message("x.y", json!({})).replace("evt_1", "evt 1"), Some(Code::Malformed)),
        (format!("{} x", message("x.y", json!({}))), Some(Code::Malformed)),
        // Brackets in text are no nesting, and many shallow ones are no depth.
        (message("x.y", json!({"note": "[".repeat(500), "quote": "\\\"["})), None),
        (many, None),
    ] {
        let refused = received(&stripe, &body).err().map(|error| error.code());
        assert_eq!(refused, code, "{}", body.chars().take(80).collect::<String>());
    }
}

/// Protects: objects of types that we do not know may have anything in members whose names we know.
#[test]
fn unknown_types_may_look_like_anything() {
    let strange = json!({
        "id": 7, "status": {"a": []}, "amount": "much", "currency": ["usd"], "payment_intent": true,
        "mode": null, "metadata": null, "livemode": false, "reason": -1, "payment_status": {},
    });
    let notice = received(&stripe(), &message("person.updated", strange)).unwrap();
    assert_eq!(
        (notice.subject, notice.fact),
        (Subject::Nothing, Fact::Unknown("person.updated".into()))
    );
}

/// Protects: a thin message is a reason to ask about what it names, and nothing more.
#[test]
fn thin_messages_are_hints() {
    let stripe = stripe();
    let thin = |id: &str, livemode: bool| {
        json!({
            "id": "evt_2", "object": "v2.core.event", "type": "v1.payment_intent.succeeded",
            "livemode": livemode, "related_object": {"id": id, "type": "payment_intent"},
            "context": null, "created": "2026-06-01T00:00:00Z",
        })
        .to_string()
    };
    let notice = received(&stripe, &thin(INTENT, false)).unwrap();
    assert_eq!(
        (notice.subject, notice.fact),
        (Subject::PaymentReference(INTENT.into()), Fact::Hint)
    );
    let notice = received(&stripe, &thin("ch_1", false)).unwrap();
    assert!(matches!((notice.subject, notice.fact), (Subject::Nothing, Fact::Unknown(_))));
    assert_eq!(received(&stripe, &thin(INTENT, true)).unwrap_err().code(), Code::WrongMode);
}

/// Protects: what is kept of a message holds no secret and nothing about the payer.
#[test]
fn kept_bodies_are_redacted() {
    let stripe = stripe();
    for (name, ..) in BECOMES {
        let kept = received(&stripe, &body(name)).unwrap().redacted_body;
        let kept: Value = serde_json::from_str(&kept).unwrap();
        let text = kept.to_string();
        assert!(kept["id"].is_string() && kept["type"].is_string(), "{name}");
        for hidden in ["_secret_", "buyer@", "Test Buyer", "Test Street", "last4", "https://"] {
            assert!(!text.contains(hidden), "{name}: {hidden}");
        }
    }
}

/// Protects: signature before content: what is not signed is refused as that, whatever it holds.
#[test]
fn the_signature_comes_first() {
    let stripe = stripe();
    let body = body("payment_intent.succeeded");
    let code = |headers: Headers, body: &str| {
        stripe.receive(&headers, body.as_bytes(), at()).unwrap_err().code()
    };
    assert_eq!(code(Headers::default(), &body), Code::AuthMissing);
    assert_eq!(code(signed(&body, &secret("whsec_other")), &body), Code::AuthMismatch);
    assert_eq!(code(signed("{", &secret("whsec_other")), "{"), Code::AuthMismatch);
    assert_eq!(code(signed(&body, &secret(WEBHOOK)), &format!("{body} ")), Code::AuthMismatch);
    let old = signature::sign(body.as_bytes(), &secret(WEBHOOK), NOW.seconds() - 301).unwrap();
    let old = Headers::new([(SIGNATURE.to_owned(), old)]).unwrap();
    assert_eq!(code(old, &body), Code::AuthStale);
    let rolled =
        StripeOptions { webhook_secrets: vec![secret("whsec_new"), secret(WEBHOOK)], ..options() };
    assert!(received(&Stripe::new(rolled).unwrap(), &body).is_ok());
}

/// Protects: the words of disputes and refunds, one by one.
#[test]
#[rustfmt::skip]
fn words_of_disputes_and_refunds() {
    let stripe = stripe();
    for (status, event) in [
        ("warning_needs_response", DisputeEvent::Open), ("warning_under_review", DisputeEvent::Open),
        ("warning_closed", DisputeEvent::Win),          ("needs_response", DisputeEvent::Open),
        ("under_review", DisputeEvent::Open),           ("won", DisputeEvent::Win),
        ("lost", DisputeEvent::Lose),                   ("appeal_under_review", DisputeEvent::Open),
    ] {
        let object = intent(json!({"id": "du_1", "status": status, "payment_intent": "pi_1"}));
        let notice = received(&stripe, &message("charge.dispute.updated", object)).unwrap();
        assert!(matches!(&notice.fact, Fact::Dispute(fact) if fact.event == event), "{status}");
    }
    for (status, event) in [
        ("pending", refund::Event::Accept),    ("requires_action", refund::Event::Accept),
        ("succeeded", refund::Event::Succeed), ("failed", refund::Event::Fail),
        ("canceled", refund::Event::Cancel),
    ] {
        let object = intent(json!({"id": "re_1", "status": status, "payment_intent": "pi_1"}));
        let notice = received(&stripe, &message("refund.updated", object)).unwrap();
        assert!(matches!(&notice.fact, Fact::Refund(fact) if fact.event == event), "{status}");
    }
}
