//! What a verified notice becomes, in one unit of work: a change, a note, or something that waits for a person. It decides
//! no transition and sends nothing.

use super::books::{Books, Concerns};
use super::callback::Outcome;
use super::claims::stated;
use super::refund_settle::{RefundSaid, Word};
use super::settle::{Said, Verdict};
use crate::error::{Code, Error, Result};
use crate::exception::{Exception, Kind, Resolution};
use crate::gateway::{
    Claim, DisputeEvent, DisputeFact, Fact, Notice, PaymentFact, RefundFact, Subject,
};
use crate::id::RefundId;
use crate::journal::{Detail, EventName, Source};
use crate::order::{Line, Order};
use crate::payment::{Event, Payment};
use crate::refund::Refund;
use crate::store::Connection;
use crate::store::sql::journal::Seen;
use crate::store::sql::payments::{Owner, Target};
use crate::store::sql::{journal, orders, payments};

/// What a unit of work made of a notice.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) outcome: Option<Outcome>,
    pub(super) duplicate: bool,
    pub(super) payment: Option<Payment>,
    pub(super) order: Option<Order>,
    pub(super) lines: Vec<Line>,
    pub(super) refund: Option<Refund>,
    pub(super) exception: Option<Exception>,
    pub(super) follow_up: Vec<RefundId>,
    /// Nothing was written: the gateway is to be asked about this refund first.
    pub(super) unconfirmed: Option<RefundId>,
}

/// The mark of a notice in the journal.
pub(super) fn source(gateway: &str, notice: &Notice) -> Source {
    Source { name: format!("{gateway}/{}", notice.mark.id), digest: notice.mark.digest }
}

/// The payment that a message is about, in the account `gateway`.
pub(super) fn target_of(
    connection: &mut dyn Connection,
    subject: &Subject,
    gateway: &str,
    transaction_id: Option<&str>,
) -> Result<Option<Target>> {
    match subject {
        Subject::Payment(id) => payments::target(connection, *id, gateway, transaction_id),
        Subject::PaymentReference(reference) => {
            payments::target_by_reference(connection, reference, gateway, transaction_id)
        }
        Subject::Transaction(number) => {
            payments::target_by_transaction(connection, number, gateway, transaction_id)
        }
        Subject::Refund(_) | Subject::Nothing => Ok(None),
    }
}

/// What is answered to a message about a payment that is on record already. It is a look: others may be writing, but what
/// is on record stays. Nothing for a message that is new, and for one that is unusual in any way: the unit of work judges.
pub(super) fn told_before(
    connection: &mut dyn Connection,
    gateway: &str,
    notice: &Notice,
) -> Result<Option<Settled>> {
    let Fact::Payment(fact) = &notice.fact else { return Ok(None) };
    let source = source(gateway, notice);
    let Some(seen) = journal::seen(connection, &source.name)? else { return Ok(None) };
    let target = target_of(connection, &notice.subject, gateway, None)?;
    let Some(Target { payment, order, .. }) = target else { return Ok(None) };
    let same_money = fact.transaction_id.is_none() || fact.transaction_id == payment.transaction_id;
    if seen.payment_id != Some(payment.id) || !same_money || is_another(&seen, &source) {
        return Ok(None);
    }
    // Somebody who changed the order after it was read may have changed its lines too.
    let lines = orders::lines_of_version(connection, &order)?;
    Ok((!lines.is_empty()).then(|| Settled {
        outcome: Some(Outcome::Already),
        duplicate: true,
        payment: Some(payment),
        order: Some(order),
        lines,
        ..Settled::default()
    }))
}

/// Whether a message of a name that was seen before is made of other bytes.
fn is_another(seen: &Seen, now: &Source) -> bool {
    matches!((&seen.digest, &now.digest), (Some(known), Some(now)) if known != now)
}

impl Books<'_> {
    /// Settles what a gateway said, or what a person says on evidence.
    pub(super) fn settle_notice(
        &mut self,
        gateway: &str,
        notice: &Notice,
        word: Word<'_>,
    ) -> Result<Settled> {
        let source = source(gateway, notice);
        let mut settled = match &notice.fact {
            Fact::Payment(fact) => self.settle_payment(gateway, notice, fact, word.by_hand())?,
            Fact::Refund(fact) => self.settle_refund(gateway, notice, fact, &source, word)?,
            Fact::Dispute(fact) => self.settle_dispute(gateway, notice, fact, &source)?,
            Fact::Hint => return Err(Error::bug("a hint that nobody looked into")),
            Fact::Unknown(what) => self.ignore(gateway, notice, what, &source)?,
            Fact::Unreadable(why) => self.keep_unreadable(gateway, notice, why, &source)?,
        };
        self.complete(&mut settled, &source)?;
        Ok(settled)
    }

    /// Settles a message about a refund by what the gateway answered when it was asked, if it had a word for it.
    pub(super) fn settle_confirmed(
        &mut self,
        gateway: &str,
        notice: &Notice,
        id: RefundId,
        answer: Option<&RefundFact>,
    ) -> Result<Settled> {
        let source = source(gateway, notice);
        let mut refund = self.refund(id)?;
        let mut settled = Settled::default();
        let verdict = match answer {
            Some(fact) => {
                let said = RefundSaid { fact, source: Some(&source), word: Word::Asked };
                self.refund_said(&mut refund, said, &mut settled.follow_up)?
            }
            None => self.refund_disputed(&refund, &source)?,
        };
        settled.take(verdict);
        self.show_refund(&mut settled, refund)?;
        self.complete(&mut settled, &source)?;
        Ok(settled)
    }

    /// What every answer to a message carries.
    fn complete(&mut self, settled: &mut Settled, source: &Source) -> Result<()> {
        if settled.duplicate {
            self.same_message(source)?;
            settled.outcome = Some(Outcome::Already);
        }
        if let Some(order) = &settled.order {
            settled.lines = orders::lines(self.connection, order.key)?;
        }
        Ok(())
    }

    /// A refund, with the payment and the order that followed it.
    pub(super) fn show_refund(&mut self, settled: &mut Settled, refund: Refund) -> Result<()> {
        settled.payment = refund.payment_id.map(|id| self.payment(id)).transpose()?;
        settled.order = refund.order_id.map(|id| self.order(id)).transpose()?;
        settled.refund = Some(refund);
        Ok(())
    }

    /// A name seen before must have come with the same bytes. Fails with `replay`.
    fn same_message(&mut self, source: &Source) -> Result<()> {
        match journal::seen(self.connection, &source.name)? {
            Some(seen) if is_another(&seen, source) => {
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
        by_hand: Option<&str>,
    ) -> Result<Settled> {
        let source = &source(gateway, notice);
        let Some(mut target) = self.find_target(gateway, notice, fact)? else {
            return self.keep_unknown(gateway, notice, fact, source);
        };
        let mut settled = Settled::default();
        let said = Said { fact, source: Some(source), by_hand };
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
        target_of(self.connection, &notice.subject, gateway, transaction)
    }

    fn settle_refund(
        &mut self,
        gateway: &str,
        notice: &Notice,
        fact: &RefundFact,
        source: &Source,
        word: Word<'_>,
    ) -> Result<Settled> {
        let Subject::Refund(id) = notice.subject else {
            return self.settle_outside_refund(gateway, notice, fact, source, word);
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
        let said = RefundSaid { fact, source: Some(source), word };
        let verdict = self.refund_said(&mut refund, said, more)?;
        settled.take(verdict);
        self.show_refund(&mut settled, refund)?;
        Ok(settled)
    }

    /// A dispute is announced; what becomes of its money is for the provider's statements to tell.
    fn settle_dispute(
        &mut self,
        gateway: &str,
        notice: &Notice,
        fact: &DisputeFact,
        source: &Source,
    ) -> Result<Settled> {
        let target = target_of(self.connection, &notice.subject, gateway, None)?;
        let Some(Target { payment, order, .. }) = target else {
            return self.ignore(gateway, notice, "a dispute about a payment not here", source);
        };
        let event = match fact.event {
            DisputeEvent::Open => EventName::DisputeOpened,
            DisputeEvent::Win => EventName::DisputeWon,
            DisputeEvent::Lose => EventName::DisputeLost,
        };
        let amount = |claim: &Claim| stated(claim, Some(payment.currency)).map(|m| m.to_text());
        let detail = Detail::new()
            .with("dispute", &fact.id)
            .with_some("amount", fact.amount.as_ref().and_then(amount).as_deref())
            .with_some("reason", fact.reason.as_deref());
        let marked = self.mark(event, Concerns::payment(&payment), Some(source), detail)?;
        Ok(Settled {
            outcome: Some(Outcome::Applied),
            duplicate: marked.is_none(),
            payment: Some(payment),
            order: Some(order),
            ..Settled::default()
        })
    }

    pub(super) fn ignore(
        &mut self,
        gateway: &str,
        notice: &Notice,
        what: &str,
        source: &Source,
    ) -> Result<Settled> {
        let detail = Detail::new().with("gateway", gateway).with("what", what);
        let target = target_of(self.connection, &notice.subject, gateway, None)?;
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
    pub(super) fn keep_unreadable(
        &mut self,
        gateway: &str,
        notice: &Notice,
        why: &str,
        source: &Source,
    ) -> Result<Settled> {
        let body = Some(notice.redacted_body.clone());
        let target = target_of(self.connection, &notice.subject, gateway, None)?;
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
        let reported = |what: &dyn std::fmt::Display| {
            format!("the gateway reports {} for {what}, which is not here", fact.event)
        };
        let explanation = match &notice.subject {
            Subject::Payment(id) => reported(id),
            Subject::PaymentReference(number) | Subject::Transaction(number) => {
                reported(&number.escape_debug())
            }
            Subject::Refund(_) | Subject::Nothing => {
                format!("{} is reported for something that names no payment here", fact.event)
            }
        };
        let exception = Exception {
            amount: money.map(|m| m.minor),
            currency: money.map(|m| m.currency),
            transaction_id: fact.transaction_id.clone(),
            body: Some(notice.redacted_body.clone()),
            ..self.about_nothing(gateway, Kind::UnknownPayment, explanation)?
        };
        self.keep(exception, source)
    }

    pub(super) fn keep(&mut self, exception: Exception, source: &Source) -> Result<Settled> {
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
    pub(super) fn take(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Applied => self.outcome = Some(Outcome::Applied),
            Verdict::Already => self.outcome = Some(Outcome::Already),
            Verdict::Duplicate => self.duplicate = true,
            Verdict::Unconfirmed(refund) => self.unconfirmed = Some(refund),
            Verdict::Held(exception) => {
                self.outcome = Some(Outcome::Held);
                self.exception = Some(*exception);
            }
        }
    }
}
