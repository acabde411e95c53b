//! Answers: proved over their raw bytes, bound to what was asked, and only then read. Whatever cannot be proved leaves
//! the outcome unknown; what it says of itself goes into the error for a person to read.

use super::account::Serials;
use super::request::Method;
use super::tables::{Reaction, SUCCESS, TradeStatus, reaction};
use super::{Alipay, CURRENCY};
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Claim, ClaimedAmount, Decline, Operation, PaymentFact, PaymentIntent,
    RefundFact, RefundIntent,
};
use crate::http::{RESPONSE_BYTES_MAX, Response};
use crate::json::Object;
use crate::sign::alipay::Envelope;
use crate::{payment, refund};

/// Bytes of a code's text, at most; a QR code that holds more could hardly be scanned.
const QR_TEXT_MAX: usize = 1024;

impl Alipay {
    pub(super) fn read_answer(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
    ) -> Result<Answer> {
        let method = match operation {
            Operation::Pay => Method::Precreate,
            Operation::Cancel => Method::Close,
            Operation::Refund(_) => Method::Refund,
            Operation::Query => Method::Query,
            Operation::QueryRefund(_) => Method::RefundQuery,
            Operation::Collect | Operation::Capture(_) => {
                return Err(self.bad_response("it was not asked for anything"));
            }
        };
        let written = self.proved(method, &response.body)?;
        let read = Object::parse(written.as_bytes());
        let object = read.map_err(|e| self.bad_response(&e.message()))?;
        match object.text("code") {
            Some(SUCCESS) => self.succeeded(operation, payment, &object),
            Some(code) => self.refused(operation, code, &object),
            None => Err(self.bad_response("it has no code")),
        }
    }

    /// The signed slice of an answer, once Alipay's key has proved it.
    pub(super) fn proved<'b>(&self, method: Method, body: &'b [u8]) -> Result<&'b str> {
        if body.len() > RESPONSE_BYTES_MAX {
            return Err(self.bad_response("it is too long"));
        }
        let text = std::str::from_utf8(body).map_err(|_| self.bad_response("it is not UTF-8"))?;
        let envelope = Envelope::open(text).map_err(|e| self.bad_response(&e.message()))?;
        let signer = envelope.certificate_serial.as_deref();
        let keys = match (&self.trusted.serials, signer) {
            (Some(serials), Some(signer)) => {
                let place = serials.alipay.iter().position(|serial| serial == signer);
                let key = place.and_then(|at| self.trusted.keys.get(at)).cloned();
                let key = key.or_else(|| serials.successors.find(signer));
                vec![key.ok_or_else(|| self.unknown_certificate(serials, signer))?]
            }
            _ => self.trusted.keys.clone(),
        };
        envelope.verify(&method.name(), &keys).map_err(|error| {
            let hint =
                envelope.hint().map(|(code, sub_code)| format!("; it says {code} {sub_code}"));
            self.bad_response(&format!("{}{}", error.message(), hint.unwrap_or_default()))
        })
    }

    fn unknown_certificate(&self, serials: &Serials, serial: &str) -> Error {
        serials.successors.note_missed(serial);
        let serial = serial.escape_debug();
        self.bad_response(&format!(
            "it is signed under the certificate {serial}, not configured; the next request fetches it first"
        ))
    }

    pub(super) fn bad_response(&self, why: &str) -> Error {
        Error::new(Code::BadResponse).with("gateway", &self.facts.name).with("why", why)
    }

    fn succeeded(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        object: &Object<'_>,
    ) -> Result<Answer> {
        match operation {
            Operation::Query => {
                self.must_be(object, "out_trade_no", &payment.reference)?;
                self.trade(object)
            }
            Operation::Cancel => {
                if object.get("out_trade_no").is_some() {
                    self.must_be(object, "out_trade_no", &payment.reference)?;
                }
                Ok(Answer::Payment(PaymentFact::plain(payment::Event::Cancel)))
            }
            Operation::Refund(_) => {
                self.must_be_the_trade(object, payment)?;
                Ok(refunded(object))
            }
            Operation::QueryRefund(refund) => self.refund_found(object, payment, refund),
            _ => {
                self.must_be(object, "out_trade_no", &payment.reference)?;
                self.code_to_scan(object)
            }
        }
    }

    /// A genuine answer about something else is no answer.
    fn must_be(&self, object: &Object<'_>, name: &str, expected: &str) -> Result<()> {
        match object.text(name) {
            Some(given) if given == expected => Ok(()),
            given => {
                let given = given.unwrap_or("nothing").escape_debug();
                let expected = expected.escape_debug();
                Err(self.bad_response(&format!("its {name} is {given}, not {expected}")))
            }
        }
    }

    fn must_be_the_trade(&self, object: &Object<'_>, payment: &PaymentIntent) -> Result<()> {
        match &payment.transaction_id {
            Some(number) => self.must_be(object, "trade_no", number),
            None => self.must_be(object, "out_trade_no", &payment.reference),
        }
    }

    fn code_to_scan(&self, object: &Object<'_>) -> Result<Answer> {
        let is_address = |text: &&str| {
            text.starts_with("https://")
                && text.len() <= QR_TEXT_MAX
                && text.bytes().all(|b| b.is_ascii_graphic())
        };
        let code = object.text("qr_code").filter(is_address);
        let code = code.ok_or_else(|| self.bad_response("it has no code to scan"))?;
        Ok(Answer::Waiting { action: Action::qr_code(code.to_owned()), reference: None })
    }

    fn trade(&self, object: &Object<'_>) -> Result<Answer> {
        let word = object.text("trade_status").unwrap_or_default();
        let status = TradeStatus::parse(word).ok_or_else(|| {
            self.bad_response(&format!("{} is no trade_status we know", word.escape_debug()))
        })?;
        Ok(Answer::Payment(match status {
            TradeStatus::Waiting => PaymentFact::plain(payment::Event::Submit),
            TradeStatus::Success | TradeStatus::Finished => self.paid(object)?,
            TradeStatus::Closed => closed(object),
        }))
    }

    fn paid(&self, object: &Object<'_>) -> Result<PaymentFact> {
        let text = |name: &str| {
            let text = object.text(name).filter(|text| !text.is_empty());
            text.ok_or_else(|| self.bad_response(&format!("it is paid and has no {name}")))
        };
        Ok(PaymentFact {
            amount: Some(yuan(text("total_amount")?)),
            transaction_id: Some(text("trade_no")?.to_owned()),
            ..PaymentFact::plain(payment::Event::Succeed)
        })
    }

    /// `REFUND_SUCCESS`, or from older versions the amount alone. Without either Alipay has done nothing under this
    /// number, and the same request under the same number is safe.
    fn refund_found(
        &self,
        object: &Object<'_>,
        payment: &PaymentIntent,
        refund: &RefundIntent,
    ) -> Result<Answer> {
        let amount = object.text("refund_amount").filter(|text| !text.is_empty());
        match object.text("refund_status").filter(|word| !word.is_empty()) {
            None if amount.is_none() => {
                return Ok(Answer::NotFound);
            }
            None | Some("REFUND_SUCCESS") => {}
            Some(word) => {
                let why = format!("{} is no refund_status we know", word.escape_debug());
                return Err(self.bad_response(&why));
            }
        }
        self.must_be_the_trade(object, payment)?;
        self.must_be(object, "out_request_no", &refund.id.to_string())?;
        Ok(Answer::Refund(RefundFact {
            amount: amount.map(yuan),
            ..RefundFact::plain(refund::Event::Succeed)
        }))
    }

    /// A question that is refused says nothing about what was asked. A refund ends only by a word about this trade: what
    /// is wrong with the account is mended, and then the same request is sent again.
    fn refused(&self, operation: Operation<'_>, code: &str, object: &Object<'_>) -> Result<Answer> {
        let text = |name: &str| object.text(name).unwrap_or_default();
        let reason = format!("{code} {} {}", text("sub_code"), text("sub_msg"));
        let reason = reason.trim().escape_debug().to_string();
        let asks = matches!(operation, Operation::Query | Operation::QueryRefund(_));
        let refunds = matches!(operation, Operation::Refund(_));
        match reaction(code, text("sub_code")) {
            Reaction::NotFound => Ok(Answer::NotFound),
            Reaction::Later if code == "40005" || !refunds => {
                Ok(Answer::Refused { code: Code::RateLimit, reason })
            }
            // The merchant's account is short of money: somebody fills it, and the same refund goes out again.
            Reaction::Later => Ok(Answer::Refund(RefundFact::plain(refund::Event::Accept))),
            Reaction::Ask if !asks => Ok(Answer::Ask),
            Reaction::Trade if !asks => Ok(Answer::Refused { code: Code::GatewayRejected, reason }),
            Reaction::Account(code) if !asks && !refunds => Ok(Answer::Refused { code, reason }),
            _ => Err(self.bad_response(&reason)),
        }
    }
}

/// `fund_change` Y: this request moved the money. N is no evidence of anything; the question decides.
fn refunded(object: &Object<'_>) -> Answer {
    match object.text("fund_change") {
        Some("Y") => Answer::Refund(RefundFact {
            total: object.text("refund_fee").map(yuan),
            ..RefundFact::plain(refund::Event::Succeed)
        }),
        _ => Answer::Ask,
    }
}

/// Never paid, or paid and gone back in full: then no money is here, and nobody may ship for it.
fn closed(object: &Object<'_>) -> PaymentFact {
    match object.text("send_pay_date").is_some_and(|date| !date.is_empty()) {
        true => PaymentFact {
            decline: Some(Decline {
                code: "refunded_at_gateway".to_owned(),
                message: "It was paid and refunded in full at Alipay.".to_owned(),
            }),
            ..PaymentFact::plain(payment::Event::Cancel)
        },
        false => PaymentFact::plain(payment::Event::Expire),
    }
}

/// Alipay writes no currency: it is always the same.
pub(super) fn yuan(text: &str) -> Claim {
    Claim { amount: ClaimedAmount::Major(text.to_owned()), currency: Some(CURRENCY.to_owned()) }
}
