//! Stripe's refusals in our codes, and declined cards in words for the payer. It never repeats what Stripe wrote for
//! developers, and never tells a payer that a card is suspected.

use super::Stripe;
use super::wire::{self, Failure, Linked, Trouble};
use crate::error::{Code, Result};
use crate::gateway::{Answer, Decline};
use crate::http::Response;

/// What a payer is told, by the reason for the decline. Every other reason, above all suspicion, is just a decline.
#[rustfmt::skip]
const SENTENCES: [(&str, &str); 25] = [
    ("insufficient_funds",              FUNDS),
    ("withdrawal_count_limit_exceeded", LIMIT),
    ("card_velocity_exceeded",          LIMIT),
    ("issuer_not_available",            LATER),
    ("processing_error",                LATER),
    ("reenter_transaction",             LATER),
    ("try_again_later",                 LATER),
    ("approve_with_id",                 LATER),
    ("authentication_required",         CONFIRM),
    ("authentication_not_handled",      CONFIRM),
    ("mobile_device_authentication_required", CONFIRM),
    ("payment_intent_authentication_failure", CONFIRM),
    ("expired_card",                    "The card has expired; please use another one."),
    ("incorrect_cvc",                   CVC),
    ("invalid_cvc",                     CVC),
    ("incorrect_number",                NUMBER),
    ("invalid_number",                  NUMBER),
    ("invalid_account",                 NUMBER),
    ("invalid_expiry_month",            "The expiry date is not right."),
    ("invalid_expiry_year",             "The expiry date is not right."),
    ("incorrect_zip",                   "The postal code does not match the card."),
    ("incorrect_address",               "The address does not match the card."),
    ("incorrect_pin",                   "The PIN is not right."),
    ("card_not_supported",              OTHER),
    ("currency_not_supported",          OTHER),
];
const FUNDS: &str = "There is not enough money on the card.";
const LIMIT: &str = "The card's limit is reached; please use another one.";
const LATER: &str = "The bank could not be reached; please try again.";
const CONFIRM: &str = "The bank wants the payment to be confirmed; please try again.";
const CVC: &str = "The security code is not right.";
const NUMBER: &str = "The card number is not right.";
const OTHER: &str = "The card cannot be used for this; please use another one.";
const DECLINED: &str = "The payment was declined; please use another card.";

/// Why a payment was declined: Stripe's word for the operator, a sentence for the payer.
pub(super) fn decline(trouble: Option<&Trouble<'_>>) -> Decline {
    let word = trouble.and_then(|t| t.decline_code.get().or(t.code.get()));
    let word = word.unwrap_or("declined");
    let sentence = SENTENCES.iter().find(|(known, _)| *known == word);
    Decline {
        code: word.to_owned(),
        message: sentence.map_or(DECLINED, |(_, sentence)| *sentence).to_owned(),
    }
}

impl Stripe {
    /// An answer that is no success. Fails with `bad_response` where what happened is unknown.
    pub(super) fn refused(&self, response: &Response) -> Result<Answer> {
        let answer = |code, reason: String| Ok(Answer::Refused { code, reason });
        let trouble = self.trouble(response);
        let word = trouble.as_ref().and_then(|t| t.code.get()).unwrap_or_default();
        let kind = trouble.as_ref().map_or("", |t| t.kind.or_empty());
        match (response.status, kind, word) {
            (401 | 403, ..) => answer(Code::Credentials, self.reason(response, trouble.as_ref())),
            (429, ..) | (400, _, "rate_limit") => {
                answer(Code::RateLimit, self.reason(response, trouble.as_ref()))
            }
            // What the first request with this key did cannot be seen through this answer.
            (400, "idempotency_error", _) | (_, _, "idempotency_key_in_use") => {
                Err(self.unusable(response, "the idempotency key belongs to another request"))
            }
            (404, _, "resource_missing") => Ok(Answer::NotFound),
            (402, ..) => answer(Code::PaymentDeclined, self.reason(response, trouble.as_ref())),
            (400 | 404, ..) if trouble.is_some() => {
                answer(Code::GatewayRejected, self.reason(response, trouble.as_ref()))
            }
            _ => Err(self.unusable(response, "no answer that we know")),
        }
    }

    /// The part of a refusal's body that we read; nothing where it is none of Stripe's.
    pub(super) fn trouble<'r>(&self, response: &'r Response) -> Option<Trouble<'r>> {
        let text = std::str::from_utf8(&response.body).ok()?;
        wire::read::<Failure<'r>>(text).ok().map(|failure| failure.error)
    }

    /// For the operator: the words that Stripe's documents explain, and the number under which Stripe has the rest.
    fn reason(&self, response: &Response, trouble: Option<&Trouble<'_>>) -> String {
        let mut words: Vec<String> = Vec::new();
        if let Some(trouble) = trouble {
            let texts = [&trouble.kind, &trouble.code, &trouble.decline_code, &trouble.param];
            words.extend(
                texts
                    .iter()
                    .filter_map(|text| text.get())
                    .filter(|t| is_word(t))
                    .map(str::to_owned),
            );
        }
        words.push(format!("HTTP {}", response.status));
        let number = response.one("Request-Id").ok().flatten().filter(|number| is_word(number));
        words.extend(number.map(str::to_owned));
        words.join(", ")
    }
}

/// What a refusal shows of the payment that it is about.
pub(super) fn subject<'t, 'r>(trouble: &'t Trouble<'r>) -> Option<&'t wire::Object<'r>> {
    match &trouble.payment_intent {
        Linked::Whole(intent) => Some(intent),
        Linked::Nothing | Linked::Id(_) => None,
    }
}

/// A short word of an interface: nothing that a person could have typed.
fn is_word(text: &str) -> bool {
    let in_word = |b: u8| b.is_ascii_alphanumeric() || b"_[].".contains(&b);
    text.len() <= 64 && text.bytes().all(in_word)
}
