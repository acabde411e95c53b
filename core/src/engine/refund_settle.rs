//! What a gateway says about a refund becomes a change, or not: the table is asked, money is booked or released, payment
//! and order follow. The only place where a refund changes its state.

use super::books::{Books, Concerns};
use super::claims::is_exactly;
use super::due;
use super::exchange::Heard;
use super::settle::Verdict;
use crate::error::Result;
use crate::exception::{Exception, Kind, Resolution};
use crate::flow;
use crate::gateway::{Answer, Claim, Decline, RefundFact};
use crate::id::RefundId;
use crate::journal::{Detail, EventName, Source as Message};
use crate::ledger::TransferKind;
use crate::machine;
use crate::order::{self, Order};
use crate::payment::Payment;
use crate::refund::{self, Event, Refund, Source, State};
use crate::store::sql::{journal, orders, payments, refunds};

/// How something came to be said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word<'a> {
    /// In a message, or in the answer to an order: it may be older than what is known.
    Unasked,
    /// In answer to a question: it is how things are.
    Asked,
    /// By a person, for this reason.
    ByHand(&'a str),
}

impl<'a> Word<'a> {
    /// The reason that a person gave.
    pub(super) fn by_hand(self) -> Option<&'a str> {
        match self {
            Word::ByHand(reason) => Some(reason),
            Word::Unasked | Word::Asked => None,
        }
    }
}

/// What was said about a refund.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefundSaid<'a> {
    /// The words.
    pub(super) fact: &'a RefundFact,
    /// The message that they came in, or that made us ask.
    pub(super) source: Option<&'a Message>,
    /// How they came.
    pub(super) word: Word<'a>,
}

impl Books<'_> {
    /// Settles what was said about a refund. What must be asked about first has written nothing.
    pub(super) fn refund_said(
        &mut self,
        refund: &mut Refund,
        said: RefundSaid<'_>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        let RefundSaid { fact, source, word } = said;
        if let Some(source) = source
            && journal::seen(self.connection, &source.name)?.is_some()
        {
            return Ok(Verdict::Duplicate);
        }
        if let Some(explanation) = misfit(refund, fact.amount.as_ref()) {
            return self.hold_refund(refund, Kind::AmountMismatch, explanation, source);
        }
        match refund::answer(refund.state, fact.event) {
            machine::Answer::To(state) => self.move_refund(refund, said, state, follow_up),
            machine::Answer::IfConfirmed(state) => match word {
                Word::Unasked => Ok(Verdict::Unconfirmed(refund.id)),
                Word::Asked | Word::ByHand(_) => self.move_refund(refund, said, state, follow_up),
            },
            _ => self.note_refund(refund, said),
        }
    }

    /// A message said what would change the refund, and the gateway has no word for it when it is asked: a person decides.
    pub(super) fn refund_disputed(&mut self, refund: &Refund, source: &Message) -> Result<Verdict> {
        if journal::seen(self.connection, &source.name)?.is_some() {
            return Ok(Verdict::Duplicate);
        }
        let explanation = format!(
            "a message says that {} was paid back after {} had {}, and the gateway does not confirm it",
            refund.money(),
            refund.id,
            refund.state
        );
        self.hold_refund(refund, Kind::Unapplied, explanation, Some(source))
    }

    /// What moves nothing is on record. A gateway that is stuck and says why is shown where people look for refunds.
    fn note_refund(&mut self, refund: &mut Refund, said: RefundSaid<'_>) -> Result<Verdict> {
        let RefundSaid { fact, source, word } = said;
        let is_named = refund.transaction_id.is_none() && fact.transaction_id.is_some();
        let trouble = fact.decline.as_ref().filter(|_| refund.state == State::Pending);
        let is_stuck = trouble.is_some_and(|d| refund.failure_code.as_ref() != Some(&d.code));
        if is_named {
            refund.transaction_id.clone_from(&fact.transaction_id);
        }
        if let Some(decline) = trouble {
            refund.failure_code = Some(decline.code.clone());
            refund.failure_message = Some(decline.message.clone());
        }
        if is_named || is_stuck {
            refunds::update(self.connection, refund, self.now)?;
        }
        if source.is_some() {
            let detail = Detail::new()
                .with("event", fact.event.as_str())
                .with("state", refund.state.as_str())
                .with_some("asked", matches!(word, Word::Asked).then_some("yes"))
                .with_some("why", trouble.map(|decline| decline.code.as_str()));
            self.mark(EventName::CallbackNoted, Concerns::refund(refund), source, detail)?;
        }
        Ok(if is_stuck { Verdict::Applied } else { Verdict::Already })
    }

    fn move_refund(
        &mut self,
        refund: &mut Refund,
        said: RefundSaid<'_>,
        to: State,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        let RefundSaid { fact, source, word } = said;
        let from = refund.state;
        let mut affected = self.affected(refund)?;
        if from != State::Pending && to == State::Succeeded && !affected.can_reserve(refund) {
            let explanation = format!(
                "the gateway paid {} after {} had been given up, and that much is not left",
                refund.money(),
                refund.id
            );
            return self.hold_refund(refund, Kind::Unapplied, explanation, source);
        }
        refund.state = to;
        refund.due_at = None;
        if fact.transaction_id.is_some() {
            refund.transaction_id.clone_from(&fact.transaction_id);
        }
        refund.failure_code = fact.decline.as_ref().map(|d| d.code.clone());
        refund.failure_message = fact.decline.as_ref().map(|d| d.message.clone());
        refunds::update(self.connection, refund, self.now)?;
        let event = match to {
            State::Succeeded => EventName::RefundSucceeded,
            State::Cancelled => EventName::RefundCancelled,
            State::Failed | State::Pending => EventName::RefundFailed,
        };
        let entry = self.announce_refund(event, refund, source, word.by_hand())?;
        for kind in steps(from, to) {
            if *kind == TransferKind::RefundReserved
                && refund.source == Source::Order
                && let Some((_, order)) = &mut affected.0
            {
                self.make_room(entry, order, refund.amount)?;
            }
            self.book_refund(entry, *kind, refund)?;
            affected.follow(refund, *kind)?;
        }
        self.after_refund(refund, affected, follow_up)?;
        Ok(Verdict::Applied)
    }

    /// Payment and order follow their refund.
    fn after_refund(
        &mut self,
        refund: &Refund,
        affected: Affected,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        if refund.state == State::Failed {
            self.refund_failed(refund)?;
        }
        let Some((mut payment, mut order)) = affected.0 else { return Ok(()) };
        payments::update(self.connection, &mut payment, self.now)?;
        if refund.state == State::Succeeded && refund.source == Source::Deposit {
            let detail = Detail::new()
                .with("amount", &refund.money().to_text())
                .with("currency", refund.currency.code());
            self.journal(EventName::DepositReturned, Concerns::refund(refund), detail)?;
        }
        let nothing_pending = order.refund_pending == 0;
        let event = match refund.state {
            State::Succeeded if nothing_pending && order.refunded == order.paid => {
                Some(flow::REFUND_COMPLETED)
            }
            State::Failed | State::Cancelled if nothing_pending => Some(flow::RESUME),
            _ => None,
        };
        if let Some(event) = event {
            self.fire_if_possible(&mut order, event, follow_up)?;
        }
        orders::update(self.connection, &mut order, self.now)
    }

    /// A refund that did not work is a matter for a person: the payer waits for money.
    fn refund_failed(&mut self, refund: &Refund) -> Result<()> {
        let why = refund.failure_message.as_deref().or(refund.failure_code.as_deref());
        let explanation = format!(
            "the gateway could not pay {} back: {}",
            refund.money(),
            why.unwrap_or("it gave no reason")
        );
        let exception = self.about_refund(refund, Kind::RefundFailed, explanation)?;
        self.open_exception(exception, None).map(drop)
    }

    fn hold_refund(
        &mut self,
        refund: &Refund,
        kind: Kind,
        explanation: String,
        source: Option<&Message>,
    ) -> Result<Verdict> {
        // What such a message tells of has left already: nothing waits here that could be sent back.
        let suggestion = Resolution::WriteOff;
        let exception = Exception { suggestion, ..self.about_refund(refund, kind, explanation)? };
        self.open_exception(exception, source).map(|e| Verdict::Held(Box::new(e)))
    }

    fn about_refund(&self, refund: &Refund, kind: Kind, explanation: String) -> Result<Exception> {
        let id = self.exception_id()?;
        Ok(Exception {
            order_key: refund.order_key,
            order_id: refund.order_id,
            payment_key: refund.payment_key,
            payment_id: refund.payment_id,
            refund_key: Some(refund.key),
            refund_id: Some(refund.id),
            ..Exception::new(id, kind, &refund.gateway, explanation, self.now)
        })
    }

    fn affected(&mut self, refund: &Refund) -> Result<Affected> {
        let (Some(payment), Some(order)) = (refund.payment_id, refund.order_id) else {
            return Ok(Affected(None));
        };
        Ok(Affected(Some((self.payment(payment)?, self.order(order)?))))
    }

    pub(super) fn refund_heard(
        &mut self,
        refund: &mut Refund,
        heard: &Heard,
        word: Word<'_>,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Verdict> {
        let fact = match heard {
            Heard::Answer(Answer::Refund(fact)) => fact.clone(),
            Heard::Answer(Answer::Refused { code, reason }) if !code.retryable() => {
                let decline =
                    Decline { code: code.as_str().to_owned(), message: reason.to_owned() };
                RefundFact { decline: Some(decline), ..RefundFact::plain(Event::Fail) }
            }
            // Busy, unreachable, silent or ignorant: the reservation stays and due work sends or asks again.
            Heard::Answer(_) | Heard::Unknown => RefundFact::plain(Event::Accept),
        };
        let said = RefundSaid { fact: &fact, source: None, word };
        let verdict = self.refund_said(refund, said, follow_up)?;
        if refund.state == State::Pending {
            refund.queries += 1;
            refund.due_at = Some(due::next_query(refund.queries, self.now));
            refunds::update(self.connection, refund, self.now)?;
        }
        Ok(verdict)
    }
}

/// What is booked when a refund goes from one state to another.
fn steps(from: State, to: State) -> &'static [TransferKind] {
    use TransferKind::{RefundBounced, RefundPaid, RefundReleased, RefundReserved};
    match (from, to) {
        (State::Pending, State::Succeeded) => &[RefundPaid],
        (State::Pending, State::Failed | State::Cancelled) => &[RefundReleased],
        (State::Succeeded, State::Failed | State::Cancelled) => &[RefundBounced, RefundReleased],
        (State::Failed | State::Cancelled, State::Succeeded) => &[RefundReserved, RefundPaid],
        _ => &[],
    }
}

/// The payment and order whose sums follow a refund; nothing for money from suspense.
struct Affected(Option<(Payment, Order)>);

impl Affected {
    /// Whether the money of a refund that was given up is still there.
    fn can_reserve(&self, refund: &Refund) -> bool {
        self.0.as_ref().is_some_and(|(payment, order)| {
            let left = match refund.source {
                Source::Deposit => payment.refundable().min(order.deposit_balance),
                Source::Order | Source::Suspense => payment.refundable(),
            };
            refund.amount <= left
        })
    }

    /// Moves the sums as the transfer of this kind moved the money.
    fn follow(&mut self, refund: &Refund, kind: TransferKind) -> Result<()> {
        let Some((payment, order)) = &mut self.0 else { return Ok(()) };
        let amount = refund.amount;
        let (pending, done) = match kind {
            TransferKind::RefundReserved => (amount, 0),
            TransferKind::RefundPaid => (-amount, amount),
            TransferKind::RefundBounced => (amount, -amount),
            _ => (-amount, 0),
        };
        for sum in [&mut payment.refund_pending, &mut order.refund_pending] {
            order::add(sum, pending)?;
        }
        for sum in [&mut payment.refunded, &mut order.refunded] {
            order::add(sum, done)?;
        }
        let account = match refund.source {
            Source::Deposit => {
                order::add(&mut order.deposit_returned, done)?;
                &mut order.deposit_balance
            }
            Source::Order | Source::Suspense => &mut order.balance,
        };
        match kind {
            TransferKind::RefundReserved => order::add(account, -amount),
            TransferKind::RefundReleased => order::add(account, amount),
            _ => Ok(()),
        }
    }
}

/// Why a claim does not fit a refund, if it does not.
fn misfit(refund: &Refund, claim: Option<&Claim>) -> Option<String> {
    let fits = claim.is_none_or(|claim| is_exactly(claim, refund.money()));
    (!fits).then(|| format!("the gateway reports another amount than {}", refund.money()))
}
