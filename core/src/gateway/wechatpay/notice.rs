//! Notices: proved, opened, and held against the account. It believes no member that was not decrypted, and keeps
//! nothing that tells who paid.

use super::WechatPay;
use super::answer::{Trade, refund_fact, total, trade_event};
use crate::error::{Code, Error, Result};
use crate::gateway::{Fact, Mark, Moment, Notice, PaymentFact, Received, Subject};
use crate::http::Headers;
use crate::id::RefundId;
use crate::json::{Object, write_text};
use crate::payment::Event;
use crate::sign::wechatpay::{Resource, decrypt};

/// WeChat's ids of notices have at most 36 characters.
const ID_CHARACTERS_MAX: usize = 64;
/// Room for what is shown of an ordinary notice.
const REDACTED_USUAL: usize = 512;
/// The one kind of body.
const RESOURCE_TYPE: &str = "encrypt-resource";
/// What a person needs to see of a message that could not be applied. Who paid is not among it.
const SHOWN: [&str; 8] = [
    "transaction_id",
    "out_trade_no",
    "trade_type",
    "trade_state",
    "refund_id",
    "out_refund_no",
    "refund_status",
    "success_time",
];

/// A kind of notice that we act on.
#[derive(Clone, Copy)]
enum Kind<'a> {
    Paid,
    /// With the status that the refund must then have.
    Refund(&'a str),
}

impl WechatPay {
    /// A notice, from raw bytes to what it says.
    pub(super) fn notice(
        &self,
        headers: &Headers,
        body: &[u8],
        at: Moment<'_>,
    ) -> Result<Received> {
        match self.check(headers, body, at) {
            Ok(()) => self.opened(body).map(Received::verified),
            Err(error) if error.code() == Code::AuthUnknownKey => {
                let serial = headers.one("Wechatpay-Serial")?.unwrap_or_default();
                match self.keys.may_ask_for(serial, at.now) {
                    true => Ok(Received::First(self.errand(at)?)),
                    false => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// What a proved body says.
    fn opened(&self, body: &[u8]) -> Result<Notice> {
        let envelope = Object::parse(body)?;
        let id = envelope.text("id").filter(|id| is_id(id)).ok_or_else(|| malformed("no id"))?;
        let event = envelope.text("event_type").ok_or_else(|| malformed("no event_type"))?;
        let mark = Mark { id: id.to_owned(), digest: None };
        if envelope.text("resource_type") != Some(RESOURCE_TYPE) {
            return Err(malformed("resource_type is not encrypt-resource"));
        }
        let Some(kind) = kind(event) else {
            let fact = Fact::Unknown(event.escape_debug().to_string());
            let redacted_body = redacted(id, event, &Object::default());
            return Ok(Notice { mark, subject: Subject::Nothing, fact, redacted_body });
        };
        let resource = envelope.object("resource").ok_or_else(|| malformed("no resource"))?;
        let plain = decrypt(Resource::of(resource)?, &self.api_keys)?;
        let plain = Object::parse(&plain)?;
        let original = resource.text("original_type").unwrap_or_default();
        check_kind(kind, event, original, &plain)?;
        self.check_account(kind, &plain)?;
        let (subject, fact) = match kind {
            Kind::Paid => paid(&plain),
            Kind::Refund(status) => refunded(status, &plain),
        };
        Ok(Notice { mark, subject, fact, redacted_body: redacted(id, event, &plain) })
    }

    /// WeChat signs for all merchants with the same keys: whose money it is stands inside.
    fn check_account(&self, kind: Kind<'_>, plain: &Object<'_>) -> Result<()> {
        let same = |name: &str, expected: &str| match plain.text(name) {
            Some(given) if given == expected => Ok(()),
            given => Err(Error::new(Code::WrongAccount)
                .with("given", given.unwrap_or("no account at all").escape_debug())
                .with("expected", expected)),
        };
        same("mchid", &self.mchid)?;
        match kind {
            Kind::Paid => same("appid", &self.appid),
            // Notices of refunds do not name the application.
            Kind::Refund(_) => Ok(()),
        }
    }
}

fn kind(event: &str) -> Option<Kind<'_>> {
    match event.split_once('.')? {
        ("TRANSACTION", "SUCCESS") => Some(Kind::Paid),
        ("REFUND", status @ ("SUCCESS" | "ABNORMAL" | "CLOSED")) => Some(Kind::Refund(status)),
        _ => None,
    }
}

/// Envelope, resource and content must speak of the same thing. Fails with `event_mismatch`.
fn check_kind(kind: Kind<'_>, event: &str, original: &str, plain: &Object<'_>) -> Result<()> {
    let mismatch = |what: &str, given: Option<&str>| {
        let given = given.unwrap_or("absent").escape_debug();
        Error::new(Code::EventMismatch)
            .with("why", format_args!("event_type is {event}, {what} is {given}"))
    };
    let (expected, member) = match kind {
        Kind::Paid => ("transaction", "trade_state"),
        Kind::Refund(_) => ("refund", "refund_status"),
    };
    if original != expected {
        return Err(mismatch("original_type", Some(original)));
    }
    let state = plain.text(member);
    let agrees = match kind {
        Kind::Paid => {
            state == Some("SUCCESS")
                && state.and_then(trade_event) == Some(Trade::Event(Event::Succeed))
        }
        Kind::Refund(status) => state == Some(status),
    };
    if agrees { Ok(()) } else { Err(mismatch(member, state)) }
}

fn paid(plain: &Object<'_>) -> (Subject, Fact) {
    let text = |name| plain.text(name).filter(|text| !text.is_empty());
    let Some(number) = text("out_trade_no") else {
        return (Subject::Nothing, Fact::Unreadable("no out_trade_no".to_owned()));
    };
    let subject = Subject::payment(number);
    let Some(amount) = plain.object("amount").and_then(total) else {
        let why = "amount.total is not whole fen, or amount.currency is missing".to_owned();
        return (subject, Fact::Unreadable(why));
    };
    let Some(transaction) = text("transaction_id") else {
        return (subject, Fact::Unreadable("no transaction_id".to_owned()));
    };
    let fact = PaymentFact {
        event: Event::Succeed,
        amount: Some(amount),
        transaction_id: Some(transaction.to_owned()),
        decline: None,
    };
    (subject, Fact::Payment(fact))
}

fn refunded(status: &str, plain: &Object<'_>) -> (Subject, Fact) {
    let text = |name| plain.text(name).filter(|text| !text.is_empty());
    let (Some(number), Some(order)) = (text("out_refund_no"), text("out_trade_no")) else {
        let why = "no out_refund_no or no out_trade_no".to_owned();
        return (Subject::Nothing, Fact::Unreadable(why));
    };
    let subject = match RefundId::parse(number) {
        Ok(id) => Subject::Refund(id),
        Err(_) => Subject::payment(order),
    };
    match refund_fact(status, plain) {
        Some(fact) if fact.amount.is_some() && fact.transaction_id.is_some() => {
            (subject, Fact::Refund(fact))
        }
        _ => {
            // A refund that cannot be read is a matter of its payment.
            let why = "amount.refund is not whole fen, or refund_id is missing".to_owned();
            (Subject::payment(order), Fact::Unreadable(why))
        }
    }
}

fn is_id(id: &str) -> bool {
    (1..=ID_CHARACTERS_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}

fn malformed(why: &str) -> Error {
    Error::new(Code::Malformed).with("format", "a notice").with("why", why)
}

/// The members that a person needs, as JSON.
fn redacted(id: &str, event: &str, plain: &Object<'_>) -> String {
    let mut out = String::with_capacity(REDACTED_USUAL);
    out.push_str("{\"id\":");
    write_text(&mut out, id);
    out.push_str(",\"event_type\":");
    write_text(&mut out, event);
    for name in SHOWN {
        if let Some(text) = plain.text(name) {
            [",\"", name, "\":"].iter().for_each(|part| out.push_str(part));
            write_text(&mut out, text);
        }
    }
    for name in ["total", "refund"] {
        if let Some(number) = plain.object("amount").and_then(|amount| amount.number(name)) {
            [",\"amount.", name, "\":", number].iter().for_each(|part| out.push_str(part));
        }
    }
    out.push('}');
    out
}
