//! One exchange with a gateway, as something that can be interrupted before every request and taken up again with what
//! came back. It sends nothing, waits for nothing and writes nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};
use crate::gateway::{
    Answer, Call, Errand, Gateway, Moment, Operation, PaymentFact, PaymentIntent, RefundFact,
    RefundIntent,
};
use crate::http::{NoResponse, Request, Response};
use crate::money::Money;
use crate::{payment, refund};

/// A clear "nothing happened" is worth this many tries in all.
const TRIES: u32 = 3;
/// The pause before the second try; it doubles after that.
const PAUSE_MILLIS: u64 = 200;
/// Up to this much is added to a pause, so that callers who failed together do not return together.
const JITTER_MILLIS: u64 = 100;
/// A gateway that must learn more than this before it can act is not going anywhere.
const ERRANDS_MAX: u32 = 3;
/// A refund is looked for on so many pages of its payment's refunds: a list that does not end must not be followed for ever.
const PAGES_MAX: u32 = 100;

/// How an exchange with a gateway ended.
#[derive(Debug)]
pub(super) enum Heard {
    /// It answered.
    Answer(Answer),
    /// What happened there is unknown; only asking will tell.
    Unknown,
}

/// What comes next in an exchange.
#[derive(Debug)]
pub(super) enum Turn {
    /// Wait this long, then send this.
    Send { request: Request, after_millis: u64 },
    /// It is over.
    Done(Heard),
}

/// An operation that outlives the call that asked for it.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    Pay,
    Collect,
    Capture(Money),
    Cancel,
    Refund(RefundIntent),
    Query,
    QueryRefund(RefundIntent),
}

impl Asked {
    pub(super) fn operation(&self) -> Operation<'_> {
        match self {
            Asked::Pay => Operation::Pay,
            Asked::Collect => Operation::Collect,
            Asked::Capture(amount) => Operation::Capture(*amount),
            Asked::Cancel => Operation::Cancel,
            Asked::Refund(refund) => Operation::Refund(refund),
            Asked::Query => Operation::Query,
            Asked::QueryRefund(refund) => Operation::QueryRefund(refund),
        }
    }
}

impl Asked {
    /// The same question, going on behind this place of a list.
    pub(super) fn behind(self, after: Option<String>) -> Self {
        match self {
            Asked::QueryRefund(refund) => Asked::QueryRefund(RefundIntent { after, ..refund }),
            other => other,
        }
    }
}

/// How far an exchange has come: all of it that is not in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Which try this is, counting from one.
    pub(super) attempt: u32,
    /// An earlier try may have done something there.
    pub(super) touched: bool,
    /// Errands run so far.
    pub(super) errands: u32,
    /// Asked to close the payment, it said that it has none.
    pub(super) missing: bool,
    /// Pages turned so far.
    #[serde(default)]
    pub(super) pages: u32,
}

impl Progress {
    const START: Progress =
        Progress { attempt: 1, touched: false, errands: 0, missing: false, pages: 0 };
}

/// The exchange.
pub(super) struct Exchange {
    gateway: Arc<dyn Gateway>,
    asked: Asked,
    payment: PaymentIntent,
    /// A payer's consent that is found on the way may be turned into money.
    may_collect: bool,
    progress: Progress,
    errand: Option<Errand>,
}

impl Exchange {
    pub(super) fn new(gateway: &Arc<dyn Gateway>, asked: Asked, payment: &PaymentIntent) -> Self {
        Exchange {
            gateway: Arc::clone(gateway),
            asked,
            payment: payment.clone(),
            may_collect: false,
            progress: Progress::START,
            errand: None,
        }
    }

    /// Takes an exchange up where a ticket left it: at this try, on this errand if on any.
    pub(super) fn taken_up(mut self, progress: Progress, errand: Option<Errand>) -> Self {
        self.progress = progress;
        self.errand = errand;
        self
    }

    /// What is asked now; it may differ from what was asked first.
    pub(super) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The errand that the last request was for.
    pub(super) fn errand(&self) -> Option<&Errand> {
        self.errand.as_ref()
    }

    /// Lets a question that finds the payer's consent go on to take the money.
    pub(super) fn collecting(mut self, may_collect: bool) -> Self {
        self.may_collect = may_collect;
        self
    }

    /// How far it has come.
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    /// The verb at hand.
    pub(super) fn verb(&self) -> &'static str {
        self.asked.operation().as_str()
    }

    /// The request to send now, or the end where nothing needs to be sent.
    pub(super) fn begin(&mut self, at: Moment<'_>) -> Result<Turn> {
        self.send_after(0, at)
    }

    /// Takes what came back for the request of the last turn.
    pub(super) fn resume(
        &mut self,
        came: Result<Response, NoResponse>,
        at: Moment<'_>,
    ) -> Result<Turn> {
        if let Some(errand) = self.errand.take() {
            return self.errand_done(&errand, came, at);
        }
        match came {
            Err(NoResponse::NotSent(why)) => self.nothing_happened(Code::GatewayDown, why, at),
            // A lost reply is not asked for again at once: the query that follows costs the gateway less.
            Err(NoResponse::Unknown(_)) => Ok(Turn::Done(Heard::Unknown)),
            Ok(Response { status: 429, .. }) => {
                self.nothing_happened(Code::RateLimit, "too many requests".to_owned(), at)
            }
            Ok(Response { status, .. }) if status >= 500 => {
                self.progress.touched = true;
                self.again(at)
            }
            // Nobody is followed anywhere, and who sent us away may have acted before.
            Ok(Response { status: 300..=399, .. }) => Ok(Turn::Done(Heard::Unknown)),
            Ok(response) => {
                let operation = self.asked.operation();
                match self.gateway.read(operation, &self.payment, &response, at) {
                    Ok(answer) => self.answered(answer, at),
                    Err(_) => Ok(Turn::Done(Heard::Unknown)),
                }
            }
        }
    }

    fn send_after(&mut self, after_millis: u64, at: Moment<'_>) -> Result<Turn> {
        let call = self.gateway.call(self.asked.operation(), &self.payment, at);
        let call = call.or_else(|error| match (error.code(), &self.asked) {
            // Nobody there can close it: our own word is enough.
            (Code::GatewayCannot, Asked::Cancel) => Ok(Call::Answer(closed())),
            // A gateway without refunds leaves them to a person, who confirms by hand.
            (Code::GatewayCannot, Asked::Refund(_)) => {
                Ok(Call::Answer(Answer::Refund(RefundFact::plain(refund::Event::Accept))))
            }
            _ => Err(error),
        })?;
        match call {
            Call::Answer(answer) => self.answered(answer, at),
            Call::Send(request) => Ok(Turn::Send { request, after_millis }),
            Call::First(errand) if self.progress.errands < ERRANDS_MAX => {
                self.progress.errands += 1;
                let request = errand.request.clone();
                self.errand = Some(errand);
                Ok(Turn::Send { request, after_millis })
            }
            Call::First(errand) => {
                let reason = format!("it asks for {} again and again", errand.purpose);
                Ok(self.refused(Code::BadResponse, reason))
            }
        }
    }

    /// An errand moves no money: whatever became of it, nothing happened.
    fn errand_done(
        &mut self,
        errand: &Errand,
        came: Result<Response, NoResponse>,
        at: Moment<'_>,
    ) -> Result<Turn> {
        match came {
            Err(NoResponse::NotSent(why) | NoResponse::Unknown(why)) => {
                self.nothing_happened(Code::GatewayDown, why, at)
            }
            Ok(Response { status, .. }) if status == 429 || status >= 500 => {
                let code = if status == 429 { Code::RateLimit } else { Code::GatewayDown };
                self.nothing_happened(code, format!("{} answered {status}", errand.purpose), at)
            }
            Ok(response) => match self.gateway.learn(errand, &response, at) {
                Ok(()) => self.send_after(0, at),
                Err(error) => self.nothing_happened(error.code(), error.message(), at),
            },
        }
    }

    /// A try that certainly did nothing: another one is safe, giving up is a clear refusal.
    fn nothing_happened(&mut self, code: Code, reason: String, at: Moment<'_>) -> Result<Turn> {
        match self.progress.attempt < TRIES {
            true => self.again(at),
            false if self.progress.touched => Ok(Turn::Done(Heard::Unknown)),
            false => Ok(self.refused(code, reason)),
        }
    }

    /// Another try under the same idempotency key, after a pause; past the last one only asking will tell.
    fn again(&mut self, at: Moment<'_>) -> Result<Turn> {
        if self.progress.attempt >= TRIES {
            return Ok(Turn::Done(Heard::Unknown));
        }
        let pause = PAUSE_MILLIS << (self.progress.attempt - 1);
        self.progress.attempt += 1;
        let mut dice = [0_u8; 8];
        at.randomness.fill(&mut dice)?;
        self.send_after(pause + u64::from_be_bytes(dice) % JITTER_MILLIS, at)
    }

    fn answered(&mut self, answer: Answer, at: Moment<'_>) -> Result<Turn> {
        match (answer, &self.asked) {
            (Answer::Agreed, Asked::Query) if self.may_collect => {
                // Once: what taking the money leads to must not lead back to taking it.
                self.may_collect = false;
                self.go_on(Asked::Collect, at)
            }
            (Answer::SessionOver { reason }, _) => {
                self.nothing_happened(Code::Credentials, reason, at)
            }
            // What the gateway refuses to close decides nothing: it is asked what it knows.
            (Answer::Refused { .. }, Asked::Cancel) => self.go_on(Asked::Query, at),
            (Answer::Ask, Asked::Refund(refund)) => {
                let asked = Asked::QueryRefund(refund.clone());
                self.go_on(asked, at)
            }
            (Answer::Further { after }, Asked::QueryRefund(refund))
                if self.progress.pages < PAGES_MAX =>
            {
                let refund = RefundIntent { after: Some(after), ..refund.clone() };
                self.progress.pages += 1;
                self.go_on(Asked::QueryRefund(refund), at)
            }
            (Answer::Further { .. }, _) => Ok(Turn::Done(Heard::Unknown)),
            (Answer::Ask, Asked::Query | Asked::QueryRefund(_)) => Ok(Turn::Done(Heard::Unknown)),
            (Answer::Ask, _) => self.go_on(Asked::Query, at),
            // It may have been slow to learn of the payment: what it does not have is looked for once more.
            (Answer::NotFound, Asked::Cancel) if self.gateway.facts().queries => {
                self.progress.missing = true;
                self.go_on(Asked::Query, at)
            }
            // What the gateway never had needs no closing there.
            (Answer::NotFound, Asked::Cancel) => Ok(Turn::Done(Heard::Answer(closed()))),
            (Answer::NotFound, Asked::Query) if self.progress.missing => {
                Ok(Turn::Done(Heard::Answer(closed())))
            }
            // An earlier try may be the very reason for the refusal.
            (Answer::Refused { .. }, _) if self.progress.touched => Ok(Turn::Done(Heard::Unknown)),
            (answer, _) => Ok(Turn::Done(Heard::Answer(answer))),
        }
    }

    fn go_on(&mut self, asked: Asked, at: Moment<'_>) -> Result<Turn> {
        self.asked = asked;
        let Progress { missing, pages, .. } = self.progress;
        self.progress = Progress { missing, pages, ..Progress::START };
        self.begin(at)
    }

    fn refused(&self, code: Code, reason: String) -> Turn {
        Turn::Done(Heard::Answer(Answer::Refused { code, reason }))
    }
}

/// Our own word for a payment that cannot come any more.
fn closed() -> Answer {
    Answer::Payment(PaymentFact::plain(payment::Event::Cancel))
}

impl Heard {
    /// What it means for the thing that was asked about: a question that is refused says nothing about it.
    pub(super) fn about(self, asked: &Asked) -> Self {
        match (self, asked) {
            (Heard::Answer(Answer::Refused { .. }), Asked::Query | Asked::QueryRefund(_)) => {
                Heard::Unknown
            }
            (heard, _) => heard,
        }
    }

    /// A clear refusal, as the error that it is for whoever asked.
    pub(super) fn refusal(&self, gateway: &str) -> Option<Error> {
        match self {
            Heard::Answer(Answer::Refused { code, reason }) => {
                Some(Error::new(*code).with("gateway", gateway).with("reason", reason))
            }
            _ => None,
        }
    }

    pub(super) fn transaction_id(&self) -> Option<&str> {
        match self {
            Heard::Answer(Answer::Payment(fact)) => fact.transaction_id.as_deref(),
            _ => None,
        }
    }

    /// For the counts: how it ended, in a word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Heard::Answer(Answer::Refused { .. }) => "refused",
            Heard::Answer(_) => "answered",
            Heard::Unknown => "unknown",
        }
    }
}
