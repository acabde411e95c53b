//! Exchanges for hosts that send requests themselves: each step is a request with a ticket, or the result. The intent is on
//! disk before the first request is handed out, and a ticket holds no secret. It sends nothing over a network.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Engine;
use super::exchange::{Asked, Exchange, Heard, Progress, Turn};
use super::orders::ACTOR_MAX;
use super::pay::{impossible, to_cancel, to_capture};
use super::pay_record::Wish;
use super::refund_settle::Word;
use crate::error::{Code, Error, Result};
use crate::gateway::{Errand, Gateway, PaymentIntent, RefundIntent};
use crate::http::{NoResponse, Request, Response};
use crate::id::{PaymentId, RefundId};
use crate::journal::SYSTEM;
use crate::machine::words;
use crate::money::Money;
use crate::payment::Payment;
use crate::refund::{self, Refund};
use crate::text;

words! {
    /// What can be done step by step.
    StepOperation: "step operation" {
        /// Create the payment at its gateway.
        Pay = "pay",
        /// Ask about the payment, and take the money that its payer agreed to.
        Query = "query",
        /// Collect held money.
        Capture = "capture",
        /// Close the payment at its gateway.
        Cancel = "cancel",
        /// Pay the refund back.
        Refund = "refund",
        /// Ask about the refund.
        QueryRefund = "query_refund",
    }
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Wait this long, send this, and resume with what came back.
    Send {
        /// What to resume with.
        ticket: String,
        /// What to send, once, following no redirect.
        request: Request,
        /// How long to wait first.
        after_millis: u64,
    },
    /// It is over, and this is the payment now.
    Payment(Box<Payment>),
    /// It is over, and this is the refund now.
    Refund(Box<Refund>),
}

/// What an exchange is about.
enum Subject {
    Payment(Box<Payment>),
    Refund(Box<Refund>),
}

/// Where an exchange stands, as text that a host keeps between two steps.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    subject: String,
    goal: String,
    asked: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture: Option<i64>,
    progress: Progress,
    #[serde(skip_serializing_if = "Option::is_none")]
    errand: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl Engine {
    /// Begins an operation on a payment or refund that is on disk. Fails as the operation itself does; with
    /// `argument_conflict` where operation and id do not go together.
    pub fn begin(
        self: &Arc<Self>,
        id: &str,
        operation: StepOperation,
        amount: Option<Money>,
        actor: &str,
    ) -> Result<Step> {
        text::line("actor", actor, ACTOR_MAX)?;
        let (subject, asked) = match operation {
            StepOperation::Refund | StepOperation::QueryRefund => {
                let refund = self.find_refund(RefundId::parse(id)?)?;
                if refund.state != refund::State::Pending {
                    return Ok(Step::Refund(Box::new(refund)));
                }
                let (_, intent) = self.refund_intents(&refund)?;
                let asked = match operation {
                    StepOperation::Refund => Asked::Refund(intent),
                    _ => Asked::QueryRefund(intent),
                };
                (Subject::Refund(Box::new(refund)), asked)
            }
            operation => {
                let payment = self.payment(PaymentId::parse(id)?)?;
                let asked = match operation {
                    StepOperation::Capture => to_capture(&payment, amount)?,
                    StepOperation::Cancel => to_cancel(&payment)?,
                    StepOperation::Query => Some(Asked::Query),
                    _ => to_pay(&payment)?,
                };
                match asked {
                    Some(asked) => (Subject::Payment(Box::new(payment)), asked),
                    None => return Ok(Step::Payment(Box::new(payment))),
                }
            }
        };
        let (gateway, intent) = self.counterpart(&subject)?;
        self.breaker.admit(&gateway.facts().name, self.now())?;
        let mut exchange = Exchange::new(&gateway, asked.clone(), &intent)
            .collecting(self.collects(&subject, &asked));
        let turn = exchange.begin(self.moment())?;
        self.step(&gateway, subject, &Wish::of(asked, actor), exchange, turn)
    }

    /// Goes on after a request of a step was sent. Fails as the operation itself does; with `text_format` for a ticket
    /// that is not ours.
    pub fn resume(
        self: &Arc<Self>,
        ticket: &str,
        came: Result<Response, NoResponse>,
    ) -> Result<Step> {
        let ticket: Ticket = serde_json::from_str(ticket).map_err(|_| not_ours())?;
        let subject = match ticket.subject.starts_with("ref_") {
            true => Subject::Refund(Box::new(self.find_refund(RefundId::parse(&ticket.subject)?)?)),
            false => Subject::Payment(Box::new(self.payment(PaymentId::parse(&ticket.subject)?)?)),
        };
        let (gateway, intent) = self.counterpart(&subject)?;
        let goal = self.asked(&subject, &ticket.goal, ticket.capture)?;
        let wish = Wish::of(goal, ticket.actor.as_deref().unwrap_or(SYSTEM));
        text::line("actor", &wish.actor, ACTOR_MAX)?;
        let asked = self.asked(&subject, &ticket.asked, ticket.capture)?.behind(ticket.after);
        let mut exchange = Exchange::new(&gateway, asked, &intent)
            .collecting(self.collects(&subject, &wish.asked))
            .taken_up(ticket.progress, ticket.errand.map(on_errand));
        let turn = exchange.resume(came, self.moment())?;
        self.step(&gateway, subject, &wish, exchange, turn)
    }

    /// One turn as a step. A gateway that carries its own requests is not a matter for the host.
    fn step(
        self: &Arc<Self>,
        gateway: &Arc<dyn Gateway>,
        subject: Subject,
        wish: &Wish,
        mut exchange: Exchange,
        mut turn: Turn,
    ) -> Result<Step> {
        loop {
            match turn {
                Turn::Done(heard) => {
                    self.note_end(gateway, &exchange, &heard);
                    return self.concluded(subject, wish, heard, exchange.asked());
                }
                Turn::Send { request, .. } if gateway.own_transport().is_some() => {
                    let came = self.carry(gateway, &request)?;
                    turn = exchange.resume(came, self.moment())?;
                }
                Turn::Send { request, after_millis } => {
                    // The host would send what a rollback could still take back.
                    self.outside_transactions(exchange.verb())?;
                    let ticket = Ticket::of(&subject, wish, &exchange)?;
                    return Ok(Step::Send { ticket, request, after_millis });
                }
            }
        }
    }

    fn concluded(
        self: &Arc<Self>,
        subject: Subject,
        wish: &Wish,
        heard: Heard,
        asked: &Asked,
    ) -> Result<Step> {
        let heard = heard.about(asked);
        match subject {
            Subject::Payment(payment) => {
                let payment = self.conclude(wish, &payment, heard)?;
                Ok(Step::Payment(Box::new(payment)))
            }
            Subject::Refund(refund) => {
                let is_question = matches!(asked, Asked::QueryRefund(_));
                let word = if is_question { Word::Asked } else { Word::Unasked };
                let (refund, _) = self.record_refund(&refund, heard, word)?;
                Ok(Step::Refund(Box::new(refund)))
            }
        }
    }

    fn counterpart(&self, subject: &Subject) -> Result<(Arc<dyn Gateway>, PaymentIntent)> {
        match subject {
            Subject::Payment(payment) => {
                Ok((self.gateway(&payment.gateway)?, PaymentIntent::of(payment)))
            }
            Subject::Refund(refund) => {
                Ok((self.gateway(&refund.gateway)?, self.refund_intents(refund)?.0))
            }
        }
    }

    /// Whoever asks about a payment goes on to its money; whoever gives it up does not.
    fn collects(&self, subject: &Subject, goal: &Asked) -> bool {
        match (subject, goal) {
            (Subject::Payment(payment), Asked::Query) => self.may_collect(payment),
            _ => false,
        }
    }

    fn asked(&self, subject: &Subject, verb: &str, capture: Option<i64>) -> Result<Asked> {
        let intent = |refund: &Refund| -> Result<RefundIntent> {
            self.refund_intents(refund).map(|(_, intent)| intent)
        };
        match (subject, verb) {
            (Subject::Payment(_), "pay") => Ok(Asked::Pay),
            (Subject::Payment(_), "collect") => Ok(Asked::Collect),
            (Subject::Payment(_), "query") => Ok(Asked::Query),
            (Subject::Payment(_), "cancel") => Ok(Asked::Cancel),
            (Subject::Payment(payment), "capture") => {
                Ok(Asked::Capture(payment.money(capture.ok_or_else(not_ours)?)))
            }
            (Subject::Refund(refund), "refund") => Ok(Asked::Refund(intent(refund)?)),
            (Subject::Refund(refund), "query_refund") => Ok(Asked::QueryRefund(intent(refund)?)),
            _ => Err(not_ours()),
        }
    }
}

impl Ticket {
    fn of(subject: &Subject, wish: &Wish, exchange: &Exchange) -> Result<String> {
        let ticket = Ticket {
            subject: match subject {
                Subject::Payment(payment) => payment.id.to_string(),
                Subject::Refund(refund) => refund.id.to_string(),
            },
            goal: wish.asked.operation().as_str().to_owned(),
            asked: exchange.asked().operation().as_str().to_owned(),
            capture: match &wish.asked {
                Asked::Capture(amount) => Some(amount.minor),
                _ => None,
            },
            progress: exchange.progress(),
            errand: exchange.errand().map(|errand| errand.purpose.clone()),
            actor: Some(wish.actor.clone()).filter(|actor| actor != SYSTEM),
            after: match exchange.asked() {
                Asked::QueryRefund(refund) => refund.after.clone(),
                _ => None,
            },
        };
        serde_json::to_string(&ticket).map_err(Error::bug)
    }
}

/// What sending a payment takes; nothing where it was sent. Fails with `transition` where it is over.
fn to_pay(payment: &Payment) -> Result<Option<Asked>> {
    match (payment.state.is_active(), &payment.action) {
        (true, None) => Ok(Some(Asked::Pay)),
        (true, Some(_)) => Ok(None),
        (false, _) => Err(impossible(payment, "pay")),
    }
}

/// An errand as far as a ticket remembers it: a gateway learns from its purpose and the response.
fn on_errand(purpose: String) -> Errand {
    let (url, headers, body) = (String::new(), Vec::new(), Vec::new());
    Errand { purpose, request: Request { method: "GET", url, headers, body } }
}

fn not_ours() -> Error {
    Error::new(Code::TextFormat)
        .with("field", "ticket")
        .with("rule", "it is the ticket of the step before, unchanged")
}
