//! What WeChat answers, and the tables from its words to ours. A success is believed only when it is signed; a refusal is
//! not signed, and never says that money moved or did not.

use super::WechatPay;
use super::request::experience;
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Claim, ClaimedAmount, Decline, Moment, Operation, PaymentFact, PaymentIntent,
    RefundFact, RefundIntent,
};
use crate::http::{Headers, Response};
use crate::json::Object;
use crate::payment::{self, Experience};
use crate::refund;
use crate::sign::wechatpay::{Client, Stamp, client_parameters};

/// An order that WeChat does not know may still be on its way this long after we asked for it.
const ON_ITS_WAY_S: i64 = 600;
/// Longer texts of theirs are not worth repeating.
const REASON_CHARACTERS_MAX: usize = 120;

impl WechatPay {
    /// An answer to an operation.
    pub(super) fn answer(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        at: Moment<'_>,
    ) -> Result<Answer> {
        match response.status {
            200 | 204 => self.prove(response, at)?,
            400..=499 => return self.refused(operation, payment, response, at),
            status => return Err(self.unusable(&format!("status {status}"))),
        }
        if matches!(operation, Operation::Cancel) {
            return Ok(Answer::Payment(PaymentFact::plain(payment::Event::Cancel)));
        }
        let body = Object::parse(&response.body).map_err(|e| self.unusable(&e.message()))?;
        match operation {
            Operation::Pay => self.created(payment, &body, at),
            Operation::Query => self.order(payment, &body),
            Operation::Refund(refund) | Operation::QueryRefund(refund) => {
                self.refund_answer(refund, &body)
            }
            Operation::Collect | Operation::Capture(_) | Operation::Cancel => {
                Err(self.unusable("nobody asked for that"))
            }
        }
    }

    /// An answer that is not proved leaves the outcome unknown: it may have taken effect.
    fn prove(&self, response: &Response, at: Moment<'_>) -> Result<()> {
        let headers = Headers::new(response.headers.clone());
        let proved = headers.and_then(|headers| {
            self.check(&headers, &response.body, at).inspect_err(|error| {
                if let Some(serial) = error.detail("key") {
                    self.keys.note_missed(serial);
                }
            })
        });
        proved.map_err(|e| self.unusable(&format!("its signature: {}", e.message())))
    }

    pub(super) fn unusable(&self, why: &str) -> Error {
        Error::new(Code::BadResponse).with("gateway", &self.facts.name).with("why", why)
    }

    /// What the payer does next.
    fn created(
        &self,
        payment: &PaymentIntent,
        body: &Object<'_>,
        at: Moment<'_>,
    ) -> Result<Answer> {
        let text = |name: &str| {
            let found = body.text(name).filter(|text| !text.is_empty());
            found.ok_or_else(|| self.unusable(&format!("no {name}")))
        };
        let action = match experience(payment) {
            // Mini-programmes take the same and do not look at `appId`.
            Experience::InWallet => self.for_client(Client::Page, text("prepay_id")?, at)?,
            Experience::App => self.for_client(Client::App, text("prepay_id")?, at)?,
            Experience::MobileWeb => {
                let url = text("h5_url").and_then(|url| match url.starts_with("https://") {
                    true => Ok(url),
                    false => Err(self.unusable("h5_url is no https address")),
                })?;
                Action::redirect(with_return(url, payment.return_url.as_deref()))
            }
            _ => Action::qr_code(text("code_url")?.to_owned()),
        };
        Ok(Answer::Waiting { action, reference: None })
    }

    fn for_client(&self, client: Client, prepay_id: &str, at: Moment<'_>) -> Result<Action> {
        let nonce = at.nonce()?;
        let stamp = Stamp { timestamp: at.now.seconds(), nonce: &nonce };
        client_parameters(client, self.merchant(), &self.appid, prepay_id, stamp)
            .map(Action::sdk_parameters)
    }

    /// How an order stands.
    fn order(&self, payment: &PaymentIntent, body: &Object<'_>) -> Result<Answer> {
        self.same("mchid", body.text("mchid"), &self.mchid)?;
        self.same("appid", body.text("appid"), &self.appid)?;
        self.same("out_trade_no", body.text("out_trade_no"), &payment.reference)?;
        let state = body.text("trade_state").unwrap_or_default();
        match trade_event(state) {
            // Nothing new: the payer may still do what was said before.
            Some(Trade::Open) => Ok(Answer::Waiting { action: Action::nothing(), reference: None }),
            Some(Trade::Event(event @ payment::Event::Succeed)) => {
                let amount = body.object("amount").and_then(total);
                let number = body.text("transaction_id").filter(|text| !text.is_empty());
                match (amount, number) {
                    (Some(amount), Some(number)) => Ok(Answer::Payment(PaymentFact {
                        event,
                        amount: Some(amount),
                        transaction_id: Some(number.to_owned()),
                        decline: None,
                    })),
                    _ => Err(self.unusable("a paid order without amount or transaction_id")),
                }
            }
            Some(Trade::Event(event)) => Ok(Answer::Payment(PaymentFact {
                decline: (event == payment::Event::Fail).then(declined),
                ..PaymentFact::plain(event)
            })),
            None => Err(self.unusable(&format!("trade_state {}", state.escape_debug()))),
        }
    }

    fn refund_answer(&self, intent: &RefundIntent, body: &Object<'_>) -> Result<Answer> {
        self.same("out_refund_no", body.text("out_refund_no"), &intent.id.to_string())?;
        let status = body.text("status").unwrap_or_default();
        let fact = refund_fact(status, body);
        let fact = fact.filter(|fact| fact.amount.is_some() && fact.transaction_id.is_some());
        fact.map(Answer::Refund).ok_or_else(|| {
            self.unusable(&format!(
                "a refund with status {} or without amount",
                status.escape_debug()
            ))
        })
    }

    fn same(&self, what: &str, given: Option<&str>, expected: &str) -> Result<()> {
        match given == Some(expected) {
            true => Ok(()),
            false => Err(self.unusable(&format!("{what} is not that of the question"))),
        }
    }

    /// A refusal: a hint that stops us, and evidence of nothing.
    fn refused(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        at: Moment<'_>,
    ) -> Result<Answer> {
        let refusal = Refusal::of(response)
            .ok_or_else(|| self.unusable(&format!("status {} without a code", response.status)))?;
        let is_young = at.now < payment.created_at.plus_seconds(ON_ITS_WAY_S);
        match (operation, meaning(&refusal.folded)) {
            (Operation::Query | Operation::QueryRefund(_), Meaning::Nothing) => {
                Ok(Answer::NotFound)
            }
            (Operation::Cancel, Meaning::Nothing) if !is_young => Ok(Answer::NotFound),
            (Operation::Cancel, Meaning::Closed) => {
                Ok(Answer::Payment(PaymentFact::plain(payment::Event::Cancel)))
            }
            // What it will not close is asked about next.
            (Operation::Cancel, Meaning::Settled) => {
                Ok(Answer::Refused { code: Code::GatewayRejected, reason: refusal.reason })
            }
            (_, Meaning::No(code)) => Ok(Answer::Refused {
                code,
                reason: refusal.reason + &clock_hint(code, response, at),
            }),
            // A payment that WeChat would not even create moves no money, whatever the reason.
            (Operation::Pay, Meaning::Unknown) => {
                Ok(Answer::Refused { code: Code::GatewayRejected, reason: refusal.reason })
            }
            _ => Err(self.unusable(&refusal.reason)),
        }
    }
}

/// What a refusal says of itself.
pub(super) struct Refusal {
    /// Its code in the one spelling that we compare: WeChat has several.
    pub(super) folded: String,
    /// Code and message, for an operator.
    pub(super) reason: String,
}

impl Refusal {
    pub(super) fn of(response: &Response) -> Option<Self> {
        let body = Object::parse(&response.body).ok()?;
        let code = body.text("code").filter(|code| !code.is_empty() && code.len() <= 64)?;
        let message: String =
            body.text("message").unwrap_or_default().chars().take(REASON_CHARACTERS_MAX).collect();
        Some(Refusal {
            folded: code.to_ascii_uppercase().replace('_', ""),
            reason: format!("{}: {}", code.escape_debug(), message.escape_debug()),
        })
    }
}

/// What a code means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing happened, and nothing will.
    No(Code),
    /// It knows no such order or refund.
    Nothing,
    /// The order is closed.
    Closed,
    /// The order has been paid, or its number is taken: only asking tells.
    Settled,
    /// It does not know yet, or we do not know the word.
    Unknown,
}

/// Their codes, in upper case and without `_`.
#[rustfmt::skip]
const CODES: [(&str, Meaning); 29] = [
    ("PARAMERROR",            Meaning::No(Code::GatewayRejected)),
    ("INVALIDREQUEST",        Meaning::No(Code::GatewayRejected)),
    ("NOAUTH",                Meaning::No(Code::GatewayRejected)),
    ("RULELIMIT",             Meaning::No(Code::GatewayRejected)),
    ("REFUNDFEEMISMATCH",     Meaning::No(Code::GatewayRejected)),
    ("TRADEOVERDUE",          Meaning::No(Code::GatewayRejected)),
    ("SIGNERROR",             Meaning::No(Code::Credentials)),
    ("APPIDMCHIDNOTMATCH",    Meaning::No(Code::Credentials)),
    ("MCHNOTEXISTS",          Meaning::No(Code::Credentials)),
    // The merchant tops the balance up and the same refund goes through.
    ("NOTENOUGH",             Meaning::No(Code::RateLimit)),
    ("FREQUENCYLIMITED",      Meaning::Unknown),
    ("RATELIMITEXCEEDED",     Meaning::Unknown),
    ("ORDERNOTEXIST",         Meaning::Nothing),
    ("RESOURCENOTEXISTS",     Meaning::Nothing),
    ("REFUNDNOTEXISTS",       Meaning::Nothing),
    ("INVALIDTRANSACTIONID",  Meaning::Nothing),
    ("ORDERCLOSED",           Meaning::Closed),
    ("ORDERPAID",             Meaning::Settled),
    ("OUTTRADENOUSED",        Meaning::Settled),
    // Risk control and states of accounts: for a refund they may follow one that was taken.
    ("ACCOUNTERROR",          Meaning::Unknown),
    ("USERACCOUNTABNORMAL",   Meaning::Unknown),
    ("TRADEERROR",            Meaning::Unknown),
    ("TRADESTATEERROR",       Meaning::Unknown),
    ("USERPAYING",            Meaning::Unknown),
    ("SYSTEMERROR",           Meaning::Unknown),
    ("BANKERROR",             Meaning::Unknown),
    ("NOSTATEMENTEXIST",      Meaning::Unknown),
    ("STATEMENTCREATING",     Meaning::Unknown),
    ("ACCEPTED",              Meaning::Unknown),
];

pub(super) fn meaning(folded: &str) -> Meaning {
    let known = CODES.iter().find(|(code, _)| *code == folded);
    known.map_or(Meaning::Unknown, |(_, meaning)| *meaning)
}

/// What a state of an order means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trade {
    /// It may still be paid; nothing happened.
    Open,
    /// This happened.
    Event(payment::Event),
}

/// Their states of an order.
#[rustfmt::skip]
const STATES: [(&str, Trade); 8] = [
    ("SUCCESS",    Trade::Event(payment::Event::Succeed)),
    // Also after a partial refund, and for ever: it was paid. Refunds are asked about one by one.
    ("REFUND",     Trade::Event(payment::Event::Succeed)),
    // A wrong password or an empty wallet stays here, too.
    ("NOTPAY",     Trade::Open),
    ("CLOSED",     Trade::Event(payment::Event::Cancel)),
    ("REVOKED",    Trade::Event(payment::Event::Cancel)),
    ("USERPAYING", Trade::Event(payment::Event::Submit)),
    ("ACCEPT",     Trade::Event(payment::Event::Submit)),
    ("PAYERROR",   Trade::Event(payment::Event::Fail)),
];

pub(super) fn trade_event(state: &str) -> Option<Trade> {
    STATES.iter().find(|(word, _)| *word == state).map(|(_, trade)| *trade)
}

/// Their states of a refund. One that could not go back to the payer waits for the merchant, and its money with it.
#[rustfmt::skip]
const REFUND_STATES: [(&str, refund::Event, Option<(&str, &str)>); 4] = [
    ("SUCCESS",    refund::Event::Succeed, None),
    ("PROCESSING", refund::Event::Accept,  None),
    ("ABNORMAL",   refund::Event::Accept,  Some(("refund_abnormal", "The money could not go back to where it came from; see to it in WeChat Pay's merchant platform."))),
    ("CLOSED",     refund::Event::Fail,    Some(("refund_closed", "WeChat Pay closed the refund."))),
];

/// What is said about a refund, in an answer or a notice; `None` for a word that we do not know.
pub(super) fn refund_fact(status: &str, body: &Object<'_>) -> Option<RefundFact> {
    let (_, event, why) = REFUND_STATES.iter().find(|(word, _, _)| *word == status)?;
    Some(RefundFact {
        event: *event,
        // WeChat names no currency here: there is only one.
        amount: body
            .object("amount")
            .and_then(|amount| fen(amount, "refund"))
            .map(|minor| Claim { amount: ClaimedAmount::Minor(minor), currency: None }),
        total: None,
        transaction_id: body
            .text("refund_id")
            .filter(|number| !number.is_empty())
            .map(str::to_owned),
        decline: why
            .map(|(code, message)| Decline { code: code.to_owned(), message: message.to_owned() }),
    })
}

/// What was to be paid, coupons included: `payer_total` is less when there are some.
pub(super) fn total(amount: &Object<'_>) -> Option<Claim> {
    Some(Claim {
        amount: ClaimedAmount::Minor(fen(amount, "total")?),
        currency: Some(amount.text("currency")?.to_owned()),
    })
}

/// A whole number that is not negative, as digits and nothing else.
fn fen(amount: &Object<'_>, name: &str) -> Option<i64> {
    let number = amount.number(name)?;
    number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse().ok()).flatten()
}

fn declined() -> Decline {
    Decline {
        code: "pay_error".to_owned(),
        message: "WeChat Pay could not take the money.".to_owned(),
    }
}

/// A refused signature is most often a clock that is wrong.
fn clock_hint(code: Code, response: &Response, at: Moment<'_>) -> String {
    match super::doctor::clock_difference_s(response, at) {
        Some(seconds) if code == Code::Credentials => {
            format!(" (its clock is {seconds} s ahead of ours)")
        }
        _ => String::new(),
    }
}

/// The one parameter that may be added to the address of a phone's page.
fn with_return(url: &str, return_url: Option<&str>) -> String {
    let Some(return_url) = return_url else { return url.to_owned() };
    let mut out = format!("{url}&redirect_url=");
    for byte in return_url.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
