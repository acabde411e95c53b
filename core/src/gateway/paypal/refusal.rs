//! What PayPal means by an error: by HTTP status, then by the issue it names. Only an error in PayPal's own shape is a
//! refusal; its descriptions change and may name the payer, so they are never passed on.

use super::bad_response;
use super::wire::{link, objects};
use crate::error::{Code, Result};
use crate::gateway::{Action, Answer, Decline, Operation, PaymentFact};
use crate::json::Object;
use crate::payment::Event;

/// What an issue means for a payment.
#[derive(Clone, Copy)]
enum Meaning {
    /// The payer's side said no; the sentence may be shown to the payer.
    Declined(&'static str),
    /// It was done before, or is being done: the order tells.
    UnderWay,
    /// What it was about is over.
    Over(Event),
    /// The payer has to act again.
    PayerActs,
    /// Nothing can be concluded from it: only asking will tell.
    Ask,
}

const OTHER_FUNDING: &str =
    "PayPal could not charge the chosen card or account; please choose another one.";
const PAYER: &str = "PayPal does not allow this payment from the chosen account.";
const REFUSED: &str = "PayPal refused the payment; please choose another way to pay.";
const CARD_EXPIRED: &str = "The card has expired; please choose another one.";

/// The issues that we act upon. Every other one is a refusal for the operator to read.
const ISSUES: [(&str, Meaning); 27] = [
    ("INSTRUMENT_DECLINED", Meaning::Declined(OTHER_FUNDING)),
    ("PAYMENT_SOURCE_DECLINED_BY_PROCESSOR", Meaning::Declined(OTHER_FUNDING)),
    ("REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", Meaning::Declined(OTHER_FUNDING)),
    ("CARD_EXPIRED", Meaning::Declined(CARD_EXPIRED)),
    ("PAYER_CANNOT_PAY", Meaning::Declined(PAYER)),
    ("PAYER_ACCOUNT_RESTRICTED", Meaning::Declined(PAYER)),
    ("PAYER_ACCOUNT_LOCKED_OR_CLOSED", Meaning::Declined(PAYER)),
    ("TRANSACTION_REFUSED", Meaning::Declined(REFUSED)),
    ("TRANSACTION_BLOCKED_BY_PAYEE", Meaning::Declined(REFUSED)),
    ("COMPLIANCE_VIOLATION", Meaning::Declined(REFUSED)),
    ("TRANSACTION_LIMIT_EXCEEDED", Meaning::Declined(REFUSED)),
    ("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", Meaning::Declined(REFUSED)),
    ("AUTHORIZATION_DENIED", Meaning::Declined(REFUSED)),
    ("ORDER_ALREADY_CAPTURED", Meaning::UnderWay),
    ("ORDER_ALREADY_AUTHORIZED", Meaning::UnderWay),
    ("ORDER_COMPLETION_IN_PROGRESS", Meaning::UnderWay),
    ("AUTHORIZATION_ALREADY_CAPTURED", Meaning::Ask),
    ("PREVIOUSLY_CAPTURED", Meaning::Ask),
    ("ORDER_NOT_APPROVED", Meaning::Ask),
    ("PREVIOUS_REQUEST_IN_PROGRESS", Meaning::Ask),
    ("DUPLICATE_REQUEST_ID", Meaning::Ask),
    ("ORDER_EXPIRED", Meaning::Over(Event::Expire)),
    ("ORDER_VOIDED", Meaning::Over(Event::Cancel)),
    ("AUTHORIZATION_VOIDED", Meaning::Over(Event::Cancel)),
    ("PREVIOUSLY_VOIDED", Meaning::Over(Event::Cancel)),
    ("AUTHORIZATION_EXPIRED", Meaning::Over(Event::Expire)),
    ("PAYER_ACTION_REQUIRED", Meaning::PayerActs),
];

/// Reads an answer that is neither success nor 401. Fails with `bad_response` where nothing can be concluded.
pub(super) fn read(
    gateway: &str,
    operation: Operation<'_>,
    status: u16,
    body: &[u8],
) -> Result<Answer> {
    let ask = |why: &str| Err(bad_response(gateway, why));
    let Ok(said) = Object::parse(body) else { return ask("it is no JSON") };
    let Some(name) = said.text("name") else { return ask("it is not an error of PayPal's") };
    let issue = objects(&said, "details").first().and_then(|detail| detail.text("issue"));
    let issue = issue.unwrap_or(name);
    let refused = |code| Ok(Answer::Refused { code, reason: reason(issue, &said) });
    match status {
        404 => Ok(Answer::NotFound),
        403 => refused(Code::Credentials),
        429 => refused(Code::RateLimit),
        408 | 409 => ask("another request was not over"),
        400 | 405 | 406 | 413 | 415 => refused(Code::GatewayRejected),
        422 => match operation {
            Operation::Refund(_) => match issue {
                // Our own refund of this number is there already, or another request is at it.
                "DUPLICATE_INVOICE_ID"
                | "PREVIOUS_REQUEST_IN_PROGRESS"
                | "DUPLICATE_REQUEST_ID" => ask("the refund was asked for before"),
                _ => refused(Code::GatewayRejected),
            },
            _ => match known(issue).map(|meaning| payment(meaning, issue, &said)) {
                Some(Some(answer)) => Ok(answer),
                // The engine asks for itself what became of something that cannot be closed.
                Some(None) if matches!(operation, Operation::Cancel) => {
                    refused(Code::GatewayRejected)
                }
                Some(None) => ask("only the order can tell"),
                None => refused(Code::GatewayRejected),
            },
        },
        _ => ask("its status is none that we know"),
    }
}

fn known(issue: &str) -> Option<Meaning> {
    ISSUES.iter().find(|(word, _)| *word == issue).map(|(_, meaning)| *meaning)
}

/// What a meaning says about a payment; nothing where only asking will tell.
fn payment(meaning: Meaning, issue: &str, said: &Object<'_>) -> Option<Answer> {
    let plain = |event| Some(Answer::Payment(PaymentFact::plain(event)));
    match meaning {
        Meaning::Declined(message) => {
            let code = issue.to_ascii_lowercase();
            let decline = Some(Decline { code, message: message.to_owned() });
            Some(Answer::Payment(PaymentFact { decline, ..PaymentFact::plain(Event::Fail) }))
        }
        Meaning::UnderWay => plain(Event::Submit),
        Meaning::Over(event) => plain(event),
        Meaning::PayerActs => link(said, &["payer-action"]).map(|url| Answer::Waiting {
            action: Action::redirect(url.to_owned()),
            reference: None,
        }),
        Meaning::Ask => None,
    }
}

/// The issue and PayPal's own number of the exchange, which its support asks for.
fn reason(issue: &str, said: &Object<'_>) -> String {
    let issue = issue.escape_debug();
    match said.text("debug_id") {
        Some(number) => format!("{issue} (debug_id {})", number.escape_debug()),
        None => issue.to_string(),
    }
}
