//! Notices: proved first, then held against this account, then read. A notice of a refund is a reason to ask; what a
//! payer brings back in an address is none at all and never comes here.

use super::answer::yuan;
use super::request::is_trade_number;
use super::tables::TradeStatus;
use super::{Alipay, CURRENCY};
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::gateway::{Fact, Mark, Notice, PaymentFact, RefundFact, Subject};
use crate::id::RefundId;
use crate::json;
use crate::money::Money;
use crate::payment;
use crate::refund;
use crate::sign::alipay::{Parameters, china_time, verify_notify};
use crate::sign::hmac::to_hex;

/// The notices that are read; all others are recorded.
const TRADE_STATUS_SYNC: &str = "trade_status_sync";
/// Bytes of an id of Alipay's, at most.
const ID_MAX: usize = 128;
/// Digits of a trade's number, at most.
const TRADE_NO_MAX: usize = 64;
/// What is kept of a notice that cannot be applied: nothing that tells who paid.
#[rustfmt::skip]
const KEPT: [&str; 15] = [
    "notify_id", "notify_time", "notify_type", "app_id", "seller_id", "out_trade_no", "trade_no", "out_biz_no",
    "trade_status", "total_amount", "receipt_amount", "refund_fee", "gmt_create", "gmt_payment", "gmt_refund",
];
/// Longer values are not kept.
const KEPT_VALUE_MAX: usize = 256;
/// Room for what is kept of an ordinary notice.
const REDACTED_USUAL: usize = 640;

impl Alipay {
    /// Fails with the codes of [`verify_notify`] and with `wrong_account`.
    pub(super) fn read_notice(&self, body: &[u8]) -> Result<Notice> {
        let parameters = verify_notify(body, &self.trusted.all())?;
        let told = |subject, fact| Notice {
            mark: mark(&parameters),
            subject,
            fact,
            redacted_body: redacted(&parameters),
        };
        match parameters.get("notify_type") {
            Some(TRADE_STATUS_SYNC) => {}
            other => {
                let what = format!("notify_type {}", other.unwrap_or("absent").escape_debug());
                return Ok(told(Subject::Nothing, Fact::Unknown(what)));
            }
        }
        self.must_be_ours(&parameters, "app_id", &self.app_id)?;
        self.must_be_ours(&parameters, "seller_id", &self.seller_id)?;
        let (subject, fact) = match meaning(&parameters) {
            Ok(read) => read,
            Err(why) => (subject(&parameters), Fact::Unreadable(why)),
        };
        Ok(told(subject, fact))
    }

    /// A missing number is another one.
    fn must_be_ours(&self, parameters: &Parameters<'_>, name: &str, ours: &str) -> Result<()> {
        match parameters.get(name) {
            Some(given) if given == ours => Ok(()),
            given => Err(Error::new(Code::WrongAccount)
                .with("given", format_args!("{name} {}", given.unwrap_or("absent").escape_debug()))
                .with("expected", format_args!("{name} {ours}"))),
        }
    }
}

/// Every delivery of one notice has the same id. One without an id is known by what was signed.
fn mark(parameters: &Parameters<'_>) -> Mark {
    let is_id = |id: &&str| {
        (1..=ID_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let id = parameters.get("notify_id").filter(is_id).map(str::to_owned);
    // What else a delivery says may differ, such as its time, so that the bytes are not compared.
    Mark { id: id.unwrap_or_else(|| to_hex(&parameters.digest())), digest: None }
}

fn subject(parameters: &Parameters<'_>) -> Subject {
    let number = parameters.get("out_trade_no").filter(|number| is_trade_number(number));
    number.map_or(Subject::Nothing, Subject::payment)
}

/// What a notice about a trade says. An error is the reason why it cannot be read.
fn meaning(parameters: &Parameters<'_>) -> Result<(Subject, Fact), String> {
    let of_payment = |fact| Ok((subject(parameters), fact));
    let word = present(parameters, "trade_status").ok_or("trade_status is missing")?;
    let Some(status) = TradeStatus::parse(word) else {
        return of_payment(Fact::Unknown(format!("trade_status {}", word.escape_debug())));
    };
    check(parameters, "out_trade_no", is_trade_number)?;
    check(parameters, "notify_id", |id| id.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    let paid_at = present(parameters, "gmt_payment");
    if paid_at.is_some_and(|text| china_time(text).is_none()) {
        return Err("gmt_payment is not a time".to_owned());
    }
    match (status, refunded(parameters)?, paid_at) {
        (TradeStatus::Waiting, ..) => of_payment(Fact::Unknown(format!("trade_status {word}"))),
        (_, true, _) => refund_notice(parameters, status),
        (TradeStatus::Success | TradeStatus::Finished, false, _) => paid(parameters),
        (TradeStatus::Closed, false, None) => {
            of_payment(Fact::Payment(PaymentFact::plain(payment::Event::Expire)))
        }
        // Closed after it was paid, and yet nothing went back: the question tells.
        (TradeStatus::Closed, false, Some(_)) => of_payment(Fact::Hint),
    }
}

fn paid(parameters: &Parameters<'_>) -> Result<(Subject, Fact), String> {
    let is_number =
        |text: &str| text.len() <= TRADE_NO_MAX && text.bytes().all(|b| b.is_ascii_digit());
    let trade_no = check(parameters, "trade_no", is_number)?;
    let amount = check(parameters, "total_amount", |text| money(text).is_some())?;
    let fact = PaymentFact {
        amount: Some(yuan(amount)),
        transaction_id: Some(trade_no.to_owned()),
        ..PaymentFact::plain(payment::Event::Succeed)
    };
    Ok((subject(parameters), Fact::Payment(fact)))
}

/// For one of our refunds it is a reason to ask. One that was made at Alipay cannot be asked about under a number of
/// ours: its total, less what we know of, is what went back.
fn refund_notice(
    parameters: &Parameters<'_>,
    status: TradeStatus,
) -> Result<(Subject, Fact), String> {
    let number = match present(parameters, "out_biz_no") {
        // The time for refunds is over; each of them was told when it was made.
        None if status == TradeStatus::Finished => {
            let what = "trade_status TRADE_FINISHED after refunds".to_owned();
            return Ok((subject(parameters), Fact::Unknown(what)));
        }
        None => return Err("a refund without out_biz_no".to_owned()),
        Some(number) => number,
    };
    if let Ok(id) = RefundId::parse(number) {
        return Ok((Subject::Refund(id), Fact::Hint));
    }
    let number = check(parameters, "out_biz_no", |text| {
        text.len() <= ID_MAX && text.bytes().all(|b| b.is_ascii_graphic() && b != b'&' && b != b'=')
    })?;
    let fact = RefundFact {
        total: parameters.get("refund_fee").map(yuan),
        transaction_id: Some(number.to_owned()),
        ..RefundFact::plain(refund::Event::Succeed)
    };
    Ok((subject(parameters), Fact::Refund(fact)))
}

/// Whether money went back: Alipay writes the total of all refunds, or nothing, or zero.
fn refunded(parameters: &Parameters<'_>) -> Result<bool, String> {
    match present(parameters, "refund_fee") {
        None => Ok(false),
        Some(text) => match money(text) {
            Some(money) => Ok(money.is_positive()),
            None => Err("refund_fee is not written as agreed".to_owned()),
        },
    }
}

fn money(text: &str) -> Option<Money> {
    Money::from_wire_text(text, Currency::parse(CURRENCY).ok()?)
}

fn present<'p>(parameters: &'p Parameters<'_>, name: &str) -> Option<&'p str> {
    parameters.get(name).filter(|value| !value.is_empty())
}

/// A value that must be there and look as agreed.
fn check<'p>(
    parameters: &'p Parameters<'_>,
    name: &str,
    is_sound: impl Fn(&str) -> bool,
) -> Result<&'p str, String> {
    let value = present(parameters, name).ok_or_else(|| format!("{name} is missing"))?;
    match is_sound(value) {
        true => Ok(value),
        false => Err(format!("{name} is not written as agreed")),
    }
}

fn redacted(parameters: &Parameters<'_>) -> String {
    let mut out = String::with_capacity(REDACTED_USUAL);
    for name in KEPT {
        let value = parameters.get(name).filter(|value| value.len() <= KEPT_VALUE_MAX);
        let Some(value) = value else { continue };
        out.push_str(if out.is_empty() { "{\"" } else { ",\"" });
        out.push_str(name);
        out.push_str("\":");
        json::write_text(&mut out, value);
    }
    out.push_str(if out.is_empty() { "{}" } else { "}" });
    out
}
