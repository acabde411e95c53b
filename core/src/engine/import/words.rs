//! The words in which other systems say where a payment stands, as one table. A word that is not here is refused: nobody
//! guesses about money.

use super::{RowKind, Stands};
use crate::error::{Code, Error, Result};

/// In lower case, with `_` for spaces and hyphens. They are those of the five notes, and Stripe's.
#[rustfmt::skip]
const WORDS: &[(&str, Stands)] = &[
    // The money came.
    ("succeeded", Stands::Collected), ("success", Stands::Collected), ("paid", Stands::Collected),
    // It came, and all of it went back.
    ("refunded", Stands::Refunded),
    // No money came.
    ("failed", Stands::Failed),
    ("cancelled", Stands::Cancelled), ("canceled", Stands::Cancelled),
    ("expired", Stands::Expired),
    // Nobody knows yet.
    ("init", Stands::Open), ("created", Stands::Open), ("pending", Stands::Open),
    ("processing", Stands::Open), ("unpaid", Stands::Open),
    ("requires_payment_method", Stands::Open), ("requires_confirmation", Stands::Open),
    ("requires_action", Stands::Open),
    // Held, not collected.
    ("authorized", Stands::Held), ("requires_capture", Stands::Held),
];

fn plain(word: &str) -> String {
    word.trim().to_ascii_lowercase().replace([' ', '-'], "_")
}

/// Reads a word of another system. Fails with `value_unknown`.
pub(super) fn stands(word: &str) -> Result<Stands> {
    let plain = plain(word);
    let found = WORDS.iter().find(|(known, _)| *known == plain);
    found.map(|(_, stands)| *stands).ok_or_else(|| {
        // Those of Stripe's objects are left out: the sentence would be cut before its end.
        let known = WORDS.iter().map(|(known, _)| *known);
        let known: Vec<_> = known.filter(|known| !known.starts_with("requires_")).collect();
        Error::new(Code::ValueUnknown)
            .with("field", "status")
            .with("given", word.escape_debug())
            .with("known", known.join(", "))
    })
}

/// Reads which way the money went. Fails with `value_unknown`.
pub(super) fn kind(word: &str) -> Result<RowKind> {
    match plain(word).as_str() {
        "charge" | "payment" => Ok(RowKind::Charge),
        "refund" => Ok(RowKind::Refund),
        _ => Err(Error::new(Code::ValueUnknown)
            .with("field", "transaction_type")
            .with("given", word.escape_debug())
            .with("known", "charge, payment, refund")),
    }
}
