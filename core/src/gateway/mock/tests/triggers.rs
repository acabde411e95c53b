//! The mock gateway under test: triggers.

use super::*;

fn facts(kind: Kind) -> Vec<Result<Fact>> {
    let mock = mock();
    triggered(&mock, kind, &intent(1))
        .iter()
        .map(|delivery| receive(&mock, delivery, NOW).map(|notice| notice.fact))
        .collect()
}

/// Protects: every kind does what its name says.
#[test]
fn every_kind() {
    for kind in Kind::ALL.iter().copied() {
        let told: Vec<String> = facts(kind)
            .into_iter()
            .map(|told| match told {
                Ok(Fact::Payment(fact)) => {
                    let claim = fact.amount.unwrap();
                    format!("{} {:?} {}", fact.event, claim.amount, claim.currency.unwrap())
                }
                Ok(Fact::Refund(fact)) => format!("refund {}", fact.event),
                Ok(Fact::Unknown(_)) => "unknown".to_owned(),
                Ok(Fact::Unreadable(_)) => "unreadable".to_owned(),
                Ok(Fact::Dispute(_) | Fact::Hint) => "what no kind is made of".to_owned(),
                Err(error) => error.code().to_string(),
            })
            .collect();
        let expected: &[&str] = match kind {
            Kind::Success => &["succeed Minor(10000) CNY"],
            Kind::Decline => &["fail Minor(10000) CNY"],
            Kind::Processing => &["submit Minor(10000) CNY"],
            Kind::Authorize => &["authorize Minor(10000) CNY"],
            Kind::Cancel => &["cancel Minor(10000) CNY"],
            Kind::Expire => &["expire Minor(10000) CNY"],
            Kind::RefundSucceeded => &["refund succeed"],
            Kind::RefundFailed => &["refund fail"],
            Kind::Duplicate => &["succeed Minor(10000) CNY", "succeed Minor(10000) CNY"],
            Kind::Reordered => &["succeed Minor(10000) CNY", "submit Minor(10000) CNY"],
            Kind::WrongAmount => &["succeed Minor(9999) CNY"],
            Kind::WrongCurrency => &["succeed Minor(10000) USD"],
            Kind::UnknownType => &["unknown"],
            Kind::MissingField => &["unreadable"],
            Kind::Stale => &["auth_stale"],
            Kind::Forged => &["auth_mismatch"],
        };
        assert_eq!(told, expected, "{kind}");
    }
}

/// Protects: a duplicate is the same message to the byte, a reordered pair is two.
#[test]
fn duplicates_are_identical() {
    let twice = triggered(&mock(), Kind::Duplicate, &intent(1));
    assert_eq!(twice[0], twice[1]);
    let pair = triggered(&mock(), Kind::Reordered, &intent(1));
    assert_ne!(pair[0].headers, pair[1].headers);
}

/// Protects: same time, same seed, same bytes; and another process makes the same callbacks.
#[test]
fn triggers_are_deterministic() {
    let payment = intent(1);
    for kind in Kind::ALL.iter().copied() {
        assert_eq!(triggered(&mock(), kind, &payment), triggered(&mock(), kind, &payment));
    }
}

/// Protects: a refund's callback without a refund is an error, not an invented refund.
#[test]
fn refund_kinds_need_a_refund() {
    let (mock, occasion) = (mock(), Occasion::of(&intent(1)));
    let randomness = SeededRandomness::new(1);
    let error =
        mock.server().callbacks(Kind::RefundSucceeded, &occasion, NOW, &randomness).unwrap_err();
    assert_eq!(error.code(), Code::ArgumentMissing);
}

/// Protects: news after the money does not undo the money in the provider's book.
#[test]
fn the_book_keeps_money() {
    let (mock, payment) = (mock(), intent(1));
    for kind in [Kind::Success, Kind::Decline, Kind::Cancel, Kind::Forged] {
        triggered(&mock, kind, &payment);
        let standing = mock.server().standing(payment.id).unwrap();
        assert_eq!((standing.status, standing.collected_minor), (Status::Succeeded, 10_000));
    }
}
