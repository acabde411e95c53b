//! A callback, from raw bytes to the exact reply: verify, bind, seen before?, table, one unit of work, reply.

use std::sync::Arc;

use super::books::{Books, Concerns};
use super::claims::stated;
use super::settle::{Said, Verdict};
use super::{Engine, apart};
use crate::error::{Code, Error, Group, Result};
use crate::exception::{Exception, Kind, Resolution};
use crate::gateway::{
    Fact, Gateway, Notice, Operation, PaymentFact, PaymentIntent, Subject, Verified,
};
use crate::http::{CALLBACK_BYTES_MAX, Headers, Reply};
use crate::id::RefundId;
use crate::journal::{Detail, EventName, SYSTEM, Source};
use crate::machine::words;
use crate::order::{Line, Order};
use crate::payment::{Event, Payment};
use crate::refund::Refund;
use crate::store::sql::payments::{Owner, Target};
use crate::store::sql::{journal, orders, payments};

words! {
    /// What became of a callback.
    Outcome: "callback outcome" {
        /// It changed something.
        Applied = "applied",
        /// It says nothing new.
        Already = "already",
        /// It could not be applied and waits for a person; its money is safe.
        Held = "held",
        /// It is of a kind that we do not know; it is on record.
        Ignored = "ignored",
    }
}

/// A callback that was taken.
#[derive(Clone, Debug)]
pub struct CallbackResult {
    /// What became of it.
    pub outcome: Outcome,
    /// The very message had been delivered before.
    pub duplicate: bool,
    /// The payment it was about, as it is now.
    pub payment: Option<Payment>,
    /// That payment's order, as it is now.
    pub order: Option<Order>,
    /// That order's lines; read with it, since a read of their own would cost as much as a third of the settling.
    pub lines: Vec<Line>,
    /// The refund it was about, as it is now.
    pub refund: Option<Refund>,
    /// The exception that keeps it.
    pub exception: Option<Exception>,
    /// The exact answer for the gateway.
    pub reply: Reply,
}

/// What a unit of work made of a notice.
#[derive(Default)]
struct Settled {
    outcome: Option<Outcome>,
    duplicate: bool,
    payment: Option<Payment>,
    order: Option<Order>,
    lines: Vec<Line>,
    refund: Option<Refund>,
    exception: Option<Exception>,
    follow_up: Vec<RefundId>,
}

impl Engine {
    /// Takes a callback: raw headers and raw body, exactly as they arrived.
    ///
    /// A refusal is an error that carries the answer for the remote side (`reply`), the same for every cause.
    pub fn handle_callback(
        self: &Arc<Self>,
        gateway: &str,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Result<CallbackResult> {
        let gateway = Arc::clone(self.gateway(gateway)?);
        let name = gateway.facts().name.clone();
        let taken = self.prove(&gateway, headers, body).and_then(|n| self.settle(&gateway, n));
        match taken {
            Ok(result) => {
                self.counters.callback(&name, result.outcome.as_str());
                Ok(result)
            }
            Err(error) => {
                self.counters.rejected(&name, error.code().as_str());
                let reply = refusal(&*gateway, &error);
                Err(error.with_reply(reply))
            }
        }
    }

    /// Proves a callback genuine and changes nothing. The same refusals as [`Engine::handle_callback`].
    pub fn verify_callback(
        &self,
        gateway: &str,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Result<Notice> {
        let gateway = self.gateway(gateway)?;
        self.prove(gateway, headers, body).map(|notice| notice.get().clone())
    }

    fn prove(
        &self,
        gateway: &Arc<dyn Gateway>,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Result<Verified<Notice>> {
        if body.len() > CALLBACK_BYTES_MAX {
            return Err(Error::new(Code::TooLarge)
                .with("field", "the callback's body")
                .with("limit", format_args!("{CALLBACK_BYTES_MAX} bytes")));
        }
        let headers = Headers::new(headers)?;
        apart(|| gateway.receive(&headers, body, self.now()))
    }

    fn settle(
        self: &Arc<Self>,
        gateway: &Arc<dyn Gateway>,
        notice: Verified<Notice>,
    ) -> Result<CallbackResult> {
        let name = gateway.facts().name.clone();
        let settled =
            self.transact(SYSTEM, move |books| books.settle_notice(&name, notice.get()))?;
        self.send_refunds(&settled.follow_up);
        self.release_hold(gateway, &settled);
        let reply = match &settled.payment {
            Some(payment) if gateway.wants_payment_reply() => self.payment_reply(payment)?,
            _ => gateway.acknowledge(),
        };
        Ok(CallbackResult {
            outcome: settled.outcome.unwrap_or(Outcome::Already),
            duplicate: settled.duplicate,
            payment: settled.payment,
            order: settled.order,
            lines: settled.lines,
            refund: settled.refund,
            exception: settled.exception,
            reply,
        })
    }

    /// A hold that nobody wants is cancelled at its gateway.
    fn release_hold(&self, gateway: &Arc<dyn Gateway>, settled: &Settled) {
        let unwanted = settled.exception.as_ref().is_some_and(|e| e.kind == Kind::UnwantedHold);
        if let Some(payment) = settled.payment.as_ref().filter(|_| unwanted) {
            // Whether it worked is for the person to see who finds the exception, which stays open.
            drop(self.exchange(gateway, Operation::Cancel, &PaymentIntent::of(payment)));
        }
    }
}

/// What the remote side is told: come again if it is our trouble, else no, for every cause alike.
fn refusal(gateway: &dyn Gateway, error: &Error) -> Reply {
    match error.code().group() {
        Group::StorageError | Group::InternalError => gateway.ask_again(),
        _ if error.code() == Code::Version => gateway.ask_again(),
        _ => gateway.refuse(),
    }
}

impl Books<'_> {
    fn settle_notice(&mut self, gateway: &str, notice: &Notice) -> Result<Settled> {
        let source =
            Source { name: format!("{gateway}/{}", notice.mark.id), digest: notice.mark.digest };
        let mut settled = match &notice.fact {
            Fact::Payment(fact) => self.settle_payment(gateway, notice, fact, &source)?,
            Fact::Refund(fact) => self.settle_refund(gateway, notice, fact, &source)?,
            Fact::Unknown(what) => self.ignore(gateway, notice, what, &source)?,
            Fact::Unreadable(why) => self.keep_unreadable(gateway, notice, why, &source)?,
        };
        if settled.duplicate {
            self.same_message(&source)?;
            settled.outcome = Some(Outcome::Already);
        }
        if let Some(order) = &settled.order {
            settled.lines = orders::lines(self.connection, order.key)?;
        }
        Ok(settled)
    }

    /// A name seen before must have come with the same bytes. Fails with `replay`.
    fn same_message(&mut self, source: &Source) -> Result<()> {
        let seen = journal::seen(self.connection, &source.name)?;
        let known = seen.and_then(|seen| seen.digest);
        match (known, source.digest) {
            (Some(known), Some(now)) if known != now => {
                Err(Error::new(Code::Replay).with("nonce", &source.name))
            }
            _ => Ok(()),
        }
    }

    fn settle_payment(
        &mut self,
        gateway: &str,
        notice: &Notice,
        fact: &PaymentFact,
        source: &Source,
    ) -> Result<Settled> {
        let Some(mut target) = self.find_target(gateway, notice, fact)? else {
            return self.keep_unknown(gateway, notice, fact, source);
        };
        let mut settled = Settled::default();
        let said = Said { fact, source: Some(source), by_hand: None };
        let verdict = self.payment_said(&mut target, said, &mut settled.follow_up)?;
        settled.take(verdict);
        settled.payment = Some(target.payment);
        settled.order = Some(target.order);
        Ok(settled)
    }

    fn find_target(
        &mut self,
        gateway: &str,
        notice: &Notice,
        fact: &PaymentFact,
    ) -> Result<Option<Target>> {
        let transaction = fact.transaction_id.as_deref();
        match &notice.subject {
            Subject::Payment(id) => payments::target(self.connection, *id, gateway, transaction),
            Subject::PaymentReference(reference) => {
                payments::target_by_reference(self.connection, reference, gateway, transaction)
            }
            Subject::Refund(_) | Subject::Nothing => Ok(None),
        }
    }

    fn settle_refund(
        &mut self,
        gateway: &str,
        notice: &Notice,
        fact: &crate::gateway::RefundFact,
        source: &Source,
    ) -> Result<Settled> {
        let Subject::Refund(id) = notice.subject else {
            return self.ignore(gateway, notice, "a refund that we did not make", source);
        };
        let mut refund = match self.refund(id) {
            Ok(refund) if refund.gateway == gateway => refund,
            Ok(_) => return self.ignore(gateway, notice, "a refund of another account", source),
            Err(error) if error.code() == Code::RefundNotFound => {
                return self.ignore(gateway, notice, "a refund that we did not make", source);
            }
            Err(error) => return Err(error),
        };
        let mut settled = Settled::default();
        let more = &mut settled.follow_up;
        let verdict = self.refund_said(&mut refund, fact, Some(source), None, more)?;
        settled.take(verdict);
        if let Some(id) = refund.payment_id {
            settled.payment = Some(self.payment(id)?);
        }
        if let Some(id) = refund.order_id {
            settled.order = Some(self.order(id)?);
        }
        settled.refund = Some(refund);
        Ok(settled)
    }

    fn ignore(
        &mut self,
        gateway: &str,
        notice: &Notice,
        what: &str,
        source: &Source,
    ) -> Result<Settled> {
        let detail = Detail::new().with("gateway", gateway).with("what", what);
        let target = match &notice.subject {
            Subject::Payment(id) => payments::target(self.connection, *id, gateway, None)?,
            _ => None,
        };
        let concerns =
            target.as_ref().map_or(Concerns::default(), |t| Concerns::payment(&t.payment));
        let marked = self.mark(EventName::CallbackIgnored, concerns, Some(source), detail)?;
        Ok(Settled {
            outcome: Some(Outcome::Ignored),
            duplicate: marked.is_none(),
            payment: target.map(|t| t.payment),
            ..Settled::default()
        })
    }

    /// A genuine message that lacks something is kept whole, without secrets, for a person to read.
    fn keep_unreadable(
        &mut self,
        gateway: &str,
        notice: &Notice,
        why: &str,
        source: &Source,
    ) -> Result<Settled> {
        let body = Some(notice.redacted_body.clone());
        let target = match &notice.subject {
            Subject::Payment(id) => payments::target(self.connection, *id, gateway, None)?,
            Subject::PaymentReference(reference) => {
                payments::target_by_reference(self.connection, reference, gateway, None)?
            }
            _ => None,
        };
        let exception = match &target {
            Some(t) => self.about(&t.payment, Kind::Schema, why.to_owned())?,
            None => self.about_nothing(gateway, Kind::Schema, why.to_owned())?,
        };
        let suggestion = Resolution::WriteOff;
        let exception = Exception { body, suggestion, ..exception };
        let mut settled = self.keep(exception, source)?;
        (settled.payment, settled.order) = match target {
            Some(t) => (Some(t.payment), Some(t.order)),
            None => (None, None),
        };
        Ok(settled)
    }

    /// Money for a payment that we do not have waits in suspense; a message without money is only recorded.
    fn keep_unknown(
        &mut self,
        gateway: &str,
        notice: &Notice,
        fact: &PaymentFact,
        source: &Source,
    ) -> Result<Settled> {
        if let Some(transaction) = &fact.transaction_id {
            match payments::owner(self.connection, gateway, transaction)? {
                Some(Owner::Payment(id)) => {
                    return Err(Error::new(Code::BoundElsewhere)
                        .with("transaction", transaction)
                        .with("owner", id));
                }
                Some(Owner::Exception(id)) => {
                    let what = format!("the money waits in {id}");
                    return self.ignore(gateway, notice, &what, source);
                }
                None => {}
            }
        }
        if !matches!(fact.event, Event::Succeed | Event::Authorize) {
            return self.ignore(gateway, notice, "a payment that is not here", source);
        }
        let money = fact
            .amount
            .as_ref()
            .and_then(|claim| stated(claim, None))
            .filter(|_| fact.event == Event::Succeed);
        let shown = match &notice.subject {
            Subject::Payment(id) => id.to_string(),
            Subject::PaymentReference(reference) => reference.escape_debug().to_string(),
            _ => "nothing".to_owned(),
        };
        let explanation =
            format!("the gateway reports {} for {shown}, which is not here", fact.event);
        let exception = Exception {
            amount: money.map(|m| m.minor),
            currency: money.map(|m| m.currency),
            transaction_id: fact.transaction_id.clone(),
            body: Some(notice.redacted_body.clone()),
            ..self.about_nothing(gateway, Kind::UnknownPayment, explanation)?
        };
        self.keep(exception, source)
    }

    fn keep(&mut self, exception: Exception, source: &Source) -> Result<Settled> {
        if journal::seen(self.connection, &source.name)?.is_some() {
            return Ok(Settled { duplicate: true, ..Settled::default() });
        }
        let exception = self.open_exception(exception, Some(source))?;
        Ok(Settled {
            outcome: Some(Outcome::Held),
            exception: Some(exception),
            ..Settled::default()
        })
    }

    fn about_nothing(&self, gateway: &str, kind: Kind, explanation: String) -> Result<Exception> {
        Ok(Exception::new(self.exception_id()?, kind, gateway, explanation, self.now))
    }
}

impl Settled {
    fn take(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Applied => self.outcome = Some(Outcome::Applied),
            Verdict::Already => self.outcome = Some(Outcome::Already),
            Verdict::Duplicate => self.duplicate = true,
            Verdict::Held(exception) => {
                self.outcome = Some(Outcome::Held);
                self.exception = Some(*exception);
            }
        }
    }
}
