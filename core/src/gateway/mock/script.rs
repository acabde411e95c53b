//! What the pretend provider shall do, as words in a scenario or a test. It never does any of it.
//!
//! One word is used up by each payment (or refund) that is asked for and not yet known there; repeats of the
//! same request use up nothing once it exists. An empty script means `needs_action`, and `success` for refunds.
//!
//! | for a payment | what happens | what the caller sees |
//! |---|---|---|
//! | `success` | collected at once (held, for a manual capture) | the payment, `succeeded` |
//! | `decline:<code>` | refused; `decline` alone is `decline:card_declined` | the payment, `failed` |
//! | `needs_action` | waits for the payer at the checkout page | the address of the page |
//! | `authorize` | held | the payment, `authorized` |
//! | `delay:<n>` | collected when it is asked about the n-th time | the payment, `processing` |
//! | `expire` | closed for its age | the payment, `expired` |
//! | `wrong_amount` | waits for the payer, who then pays another amount | the address of the page |
//! | `lost_reply` | waits for the payer | nothing: the outcome is unknown |
//! | `lost_success` | collected | nothing: the outcome is unknown |
//! | `garbage` | waits for the payer | status 200 with a page of HTML |
//! | `not_sent` | nothing | the connection was refused |
//! | `rate_limited` | nothing | status 429 |
//! | `server_error` | nothing | status 500 |
//! | `unauthorized` | nothing | status 401 |
//!
//! | for a refund | what happens | what the caller sees |
//! |---|---|---|
//! | `success` | paid back | the refund, `succeeded` |
//! | `pending` | accepted | the refund, `pending` |
//! | `fail:<code>` | refused; `fail` alone is `fail:account_closed` | the refund, `failed` |
//! | `lost_reply` | paid back | nothing: the outcome is unknown |
//! | `garbage`, `not_sent`, `rate_limited`, `server_error`, `unauthorized` | as above (`garbage`: paid back) | as above |

use crate::error::{Code, Error, Result};

/// What happens to a payment that is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `success`
    Success,
    /// `decline:<code>`
    Decline(String),
    /// `needs_action`
    NeedsAction,
    /// `authorize`
    Authorize,
    /// `delay:<n>`
    Delay(u32),
    /// `expire`
    Expire,
    /// `wrong_amount`
    WrongAmount,
    /// `lost_reply`
    LostReply,
    /// `lost_success`
    LostSuccess,
    /// What happens to the message instead of the payment.
    Trouble(Trouble),
}

/// What happens to a refund that is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundOutcome {
    /// `success`
    Success,
    /// `pending`
    Pending,
    /// `fail:<code>`
    Fail(String),
    /// `lost_reply`
    LostReply,
    /// What happens to the message instead of the refund.
    Trouble(Trouble),
}

/// What can go wrong on the way, for payments and refunds alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// `garbage`
    Garbage,
    /// `not_sent`
    NotSent,
    /// `rate_limited`
    RateLimited,
    /// `server_error`
    ServerError,
    /// `unauthorized`
    Unauthorized,
}

/// The longest decline code; real ones are short words.
const DECLINE_CODE_MAX: usize = 40;

impl Outcome {
    /// Reads a word of the first table. Fails with `value_unknown`.
    pub fn parse(word: &str) -> Result<Self> {
        const KNOWN: &str = "success, decline:<code>, needs_action, authorize, delay:<n>, expire, wrong_amount, \
            lost_reply, lost_success, garbage, not_sent, rate_limited, server_error, unauthorized";
        Ok(match word.split_once(':').unwrap_or((word, "")) {
            ("success", "") => Outcome::Success,
            ("decline", "") => Outcome::Decline("card_declined".to_owned()),
            ("decline", code) if is_code(code) => Outcome::Decline(code.to_owned()),
            ("needs_action", "") => Outcome::NeedsAction,
            ("authorize", "") => Outcome::Authorize,
            ("delay", count) => match count.parse() {
                Ok(times) if times > 0 => Outcome::Delay(times),
                _ => return Err(unknown(word, "payment outcome", KNOWN)),
            },
            ("expire", "") => Outcome::Expire,
            ("wrong_amount", "") => Outcome::WrongAmount,
            ("lost_reply", "") => Outcome::LostReply,
            ("lost_success", "") => Outcome::LostSuccess,
            (other, "") => Outcome::Trouble(
                Trouble::parse(other).ok_or_else(|| unknown(word, "payment outcome", KNOWN))?,
            ),
            _ => return Err(unknown(word, "payment outcome", KNOWN)),
        })
    }
}

impl RefundOutcome {
    /// Reads a word of the second table. Fails with `value_unknown`.
    pub fn parse(word: &str) -> Result<Self> {
        const KNOWN: &str = "success, pending, fail:<code>, lost_reply, garbage, not_sent, rate_limited, \
            server_error, unauthorized";
        Ok(match word.split_once(':').unwrap_or((word, "")) {
            ("success", "") => RefundOutcome::Success,
            ("pending", "") => RefundOutcome::Pending,
            ("fail", "") => RefundOutcome::Fail("account_closed".to_owned()),
            ("fail", code) if is_code(code) => RefundOutcome::Fail(code.to_owned()),
            ("lost_reply", "") => RefundOutcome::LostReply,
            (other, "") => RefundOutcome::Trouble(
                Trouble::parse(other).ok_or_else(|| unknown(word, "refund outcome", KNOWN))?,
            ),
            _ => return Err(unknown(word, "refund outcome", KNOWN)),
        })
    }
}

impl Trouble {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "garbage" => Trouble::Garbage,
            "not_sent" => Trouble::NotSent,
            "rate_limited" => Trouble::RateLimited,
            "server_error" => Trouble::ServerError,
            "unauthorized" => Trouble::Unauthorized,
            _ => return None,
        })
    }
}

/// What the provider does, payment by payment and refund by refund.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// For payments, in the order in which they are created.
    pub payments: Vec<Outcome>,
    /// For refunds, likewise.
    pub refunds: Vec<RefundOutcome>,
}

impl Script {
    /// Reads two lists of words. Fails with `value_unknown`.
    pub fn parse(payments: &[&str], refunds: &[&str]) -> Result<Self> {
        Ok(Script {
            payments: payments.iter().map(|word| Outcome::parse(word)).collect::<Result<_>>()?,
            refunds: refunds
                .iter()
                .map(|word| RefundOutcome::parse(word))
                .collect::<Result<_>>()?,
        })
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= DECLINE_CODE_MAX
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn unknown(word: &str, what: &str, known: &str) -> Error {
    Error::new(Code::ValueUnknown)
        .with("field", what)
        .with("given", word.escape_debug())
        .with("known", known)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: the words of scenario files keep their meaning.
    #[test]
    fn words_are_read() {
        assert_eq!(
            Outcome::parse("decline:insufficient_funds").unwrap(),
            Outcome::Decline("insufficient_funds".into())
        );
        assert_eq!(Outcome::parse("delay:2").unwrap(), Outcome::Delay(2));
        assert_eq!(Outcome::parse("garbage").unwrap(), Outcome::Trouble(Trouble::Garbage));
        assert_eq!(RefundOutcome::parse("pending").unwrap(), RefundOutcome::Pending);
        assert_eq!(
            RefundOutcome::parse("fail").unwrap(),
            RefundOutcome::Fail("account_closed".into())
        );
    }

    /// Protects: a typing error in a scenario is an error, never silently the default outcome.
    #[test]
    fn other_words_are_refused() {
        for word in
            ["", "Success", "success:1", "delay", "delay:0", "delay:-1", "decline:A B", "pending"]
        {
            assert_eq!(Outcome::parse(word).unwrap_err().code(), Code::ValueUnknown, "{word}");
        }
        assert_eq!(RefundOutcome::parse("decline").unwrap_err().code(), Code::ValueUnknown);
    }

    /// Protects: the tables above name every word that is read.
    #[test]
    fn the_table_is_complete() {
        let table = include_str!("script.rs");
        for word in ["success", "needs_action", "authorize", "expire", "wrong_amount", "lost_reply"]
            .into_iter()
            .chain(["lost_success", "garbage", "not_sent", "rate_limited", "server_error"])
            .chain(["unauthorized"])
        {
            assert!(Outcome::parse(word).is_ok(), "{word}");
            assert!(table.contains(&format!("//! | `{word}`")), "{word}");
        }
    }
}
