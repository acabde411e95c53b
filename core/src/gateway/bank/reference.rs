//! The reference of a bank transfer: how it is made, and how it is found again in what a person typed. It never decides
//! whether a payment is meant; it only names the readings that a text allows.

use crate::id::PaymentId;

/// Characters of the reference, 50 bits of the id's randomness: too few to be a burden, enough to be unique
/// among the payments that wait.
const CHARACTERS: usize = 10;

/// What the payer writes on the transfer, such as `7XK2M 9QWTZ`: letters and digits that cannot be confused.
pub fn transfer_reference(payment: PaymentId) -> String {
    let id = payment.to_string();
    grouped(id.get(id.len().saturating_sub(CHARACTERS)..).unwrap_or(&id))
}

/// Every reference that may be meant by a text, each once, in the order in which they stand there: case, blanks, dashes
/// and words around it count for nothing, `O` is read as zero, `I` and `L` as one.
pub fn readings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for run in runs(text) {
        for start in 0..=run.len().saturating_sub(CHARACTERS) {
            let reading = run.get(start..start + CHARACTERS).map(grouped);
            found.extend(reading.filter(|reading| !found.contains(reading)));
        }
    }
    found
}

/// The text without what people put between characters, cut where a character stands that no reference has.
fn runs(text: &str) -> Vec<String> {
    let mut runs = vec![String::new()];
    for c in text.chars().filter_map(narrow) {
        match (character(c), runs.last_mut()) {
            (Some(c), Some(run)) => run.push(c),
            _ => runs.push(String::new()),
        }
    }
    runs
}

/// The character as a Latin keyboard writes it; nothing for what stands between characters.
fn narrow(c: char) -> Option<char> {
    let wide = u32::from(c).checked_sub(0xFEE0).filter(|code| (0x21..=0x7E).contains(code));
    let narrow = wide.and_then(char::from_u32).unwrap_or(c);
    narrow.is_alphanumeric().then(|| narrow.to_ascii_uppercase())
}

/// The character of the alphabet of ids that is meant: one without I, L, O and U.
fn character(c: char) -> Option<char> {
    match c {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        'U' => None,
        c => c.is_ascii_alphanumeric().then_some(c),
    }
}

fn grouped(characters: &str) -> String {
    let middle = characters.len().min(CHARACTERS / 2);
    let (left, right) = characters.split_at_checked(middle).unwrap_or((characters, ""));
    format!("{left} {right}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::id::SeededRandomness;

    /// Protects: the reference is short, the same every time, and differs between payments.
    #[test]
    fn references_are_short_and_their_own() {
        let randomness = SeededRandomness::new(7);
        let now = Time::from_millis(1_760_000_000_000);
        let all: std::collections::BTreeSet<_> = (0..1000)
            .map(|_| transfer_reference(PaymentId::new(now, &randomness).unwrap()))
            .collect();
        assert_eq!(all.len(), 1000);
        assert!(all.iter().all(|reference| reference.len() == 11), "{all:?}");
        assert!(all.iter().all(|reference| readings(reference) == [reference.clone()]));
    }

    /// Protects: money finds its payment however a person typed the reference, and a bank printed it.
    #[test]
    fn references_are_found_in_what_people_type() {
        for text in [
            "7XK2M 90WT1",
            "7xk2m90wt1",
            "7XK2M-9OWTI",
            "7XK2M 9oWTl",
            " 7 X K 2 M / 9 0 W T 1 ",
            "Ref: 7XK2M 90WT1",
            "order from Bob, 7XK2M 90WT1, thank you",
            "INVOICE7XK2M90WT1EUR100",
            "货款 7XK2M 90WT1 谢谢",
            "７ＸＫ２Ｍ　９０ＷＴ１",
            "SVWZ+7XK2M\n90WT1",
        ] {
            let found = readings(text);
            assert!(found.contains(&"7XK2M 90WT1".to_owned()), "{text}: {found:?}");
        }
    }

    /// Protects: what is no reference is not made into one.
    #[test]
    fn other_texts_name_nothing() {
        for text in ["", "7XK2M 90WT", "rent", "7XK2M 9UWT1", "7XK2Mé90WT1", "７XK2M 谢 90WT1"] {
            let found = readings(text);
            assert!(!found.contains(&"7XK2M 90WT1".to_owned()), "{text}: {found:?}");
        }
        assert_eq!(readings(&"0".repeat(500)).len(), 1, "each once");
    }
}
