//! Money that arrived at a bank: a person or an import of statements reports a line, and the payment that its text names
//! is settled. It decides nothing itself: what is said goes the way of every message.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Engine;
use super::books::Books;
use super::callback::Outcome;
use super::notice::{Settled, source};
use super::orders::{ACTOR_MAX, TEXT_MAX};
use super::refund_settle::Word;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::exception::Exception;
use crate::gateway::{Claim, ClaimedAmount, Fact, Gateway, Mark, Notice, PaymentFact, Subject};
use crate::journal::Source;
use crate::money::Money;
use crate::order::{Line, Order};
use crate::payment::{Event, Payment};
use crate::store::sql::{exceptions, journal, orders, payments};
use crate::text;

/// A line of a statement may be dated so far ahead: banks book in their own time zone.
const AHEAD_SECONDS_MAX: i64 = 24 * 60 * 60;

/// A line of an account's statement.
#[derive(Clone, Debug)]
pub struct ArrivedTransfer {
    /// The account that it came to.
    pub gateway: String,
    /// The text on it, as the payer typed it.
    pub reference: String,
    /// How much came.
    pub money: Money,
    /// The bank's number of the line: what is reported twice counts once.
    pub transaction_id: String,
    /// Who reports it.
    pub actor: String,
    /// When it came, as the statement says.
    pub received_at: Option<Time>,
}

/// What became of a line.
#[derive(Clone, Debug)]
pub struct RecordedTransfer {
    /// In a word.
    pub outcome: Outcome,
    /// The payment it was for, as it is now.
    pub payment: Option<Payment>,
    /// That payment's order, as it is now.
    pub order: Option<Order>,
    /// That order's lines.
    pub lines: Vec<Line>,
    /// The exception that keeps the money.
    pub exception: Option<Exception>,
}

impl Engine {
    /// Records a transfer that arrived. Fails with `gateway_cannot`, `manual_evidence`, `argument_range`,
    /// `idempotency` (the line is known with another amount) and `bound_elsewhere` (its number is another payment's).
    pub fn record_transfer(self: &Arc<Self>, arrived: ArrivedTransfer) -> Result<RecordedTransfer> {
        let gateway = self.gateway(&arrived.gateway)?;
        self.check_transfer(&*gateway, &arrived)?;
        let readings = gateway.transfer_references(&arrived.reference);
        let actor = arrived.actor.clone();
        let settled =
            self.transact(&actor, move |books| books.record_transfer(&arrived, &readings))?;
        self.send_refunds(&settled.follow_up);
        Ok(RecordedTransfer {
            outcome: settled.outcome.unwrap_or(Outcome::Already),
            payment: settled.payment,
            order: settled.order,
            lines: settled.lines,
            exception: settled.exception,
        })
    }

    fn check_transfer(&self, gateway: &dyn Gateway, arrived: &ArrivedTransfer) -> Result<()> {
        let facts = gateway.facts();
        if !facts.manual_confirmation {
            return Err(Error::new(Code::GatewayCannot)
                .with("gateway", &facts.name)
                .with("operation", "transfers reported by hand"));
        }
        if arrived.actor.trim().is_empty() {
            return Err(Error::new(Code::ManualEvidence).with("missing", "actor"));
        }
        text::line("actor", &arrived.actor, ACTOR_MAX)?;
        text::transaction_id("transaction_id", &arrived.transaction_id)?;
        arrived.money.positive()?;
        if arrived.reference.chars().nth(TEXT_MAX).is_some() {
            return Err(Error::new(Code::TooLarge)
                .with("field", "reference")
                .with("limit", format_args!("{TEXT_MAX} characters")));
        }
        match arrived.received_at {
            Some(at) if at > self.now().plus_seconds(AHEAD_SECONDS_MAX) => {
                Err(Error::new(Code::ArgumentRange)
                    .with("field", "received_at")
                    .with("given", at)
                    .with("rule", "in the past"))
            }
            _ => Ok(()),
        }
    }
}

impl Books<'_> {
    fn record_transfer(
        &mut self,
        arrived: &ArrivedTransfer,
        readings: &[String],
    ) -> Result<Settled> {
        let notice = self.notice_of(arrived, readings)?;
        let source = source(&arrived.gateway, &notice);
        if let Some(seen) = journal::seen(self.connection, &source.name)? {
            return self.told_before(&seen, &source, arrived);
        }
        let reason = match arrived.received_at {
            Some(at) => format!("a transfer that came at {at}"),
            None => "a transfer that came".to_owned(),
        };
        self.settle_notice(&arrived.gateway, &notice, Word::ByHand(&reason))
    }

    /// A line of a statement as a message.
    fn notice_of(&mut self, arrived: &ArrivedTransfer, readings: &[String]) -> Result<Notice> {
        let Money { minor, currency } = arrived.money;
        let amount = Claim {
            amount: ClaimedAmount::Minor(minor),
            currency: Some(currency.code().to_owned()),
        };
        let digest = Sha256::digest(format!("{minor} {currency}"));
        // What people write on transfers may be anything, also the number of a card.
        let shown = match text::card_number("reference", &arrived.reference) {
            Ok(()) => text::escape_line(&arrived.reference).into_owned(),
            Err(_) => text::shown(&arrived.reference),
        };
        Ok(Notice {
            mark: Mark {
                id: format!("transfer/{}", arrived.transaction_id),
                digest: Some(digest.into()),
            },
            subject: self.named_payment(&arrived.gateway, readings)?,
            fact: Fact::Payment(PaymentFact {
                amount: Some(amount),
                transaction_id: Some(arrived.transaction_id.clone()),
                ..PaymentFact::plain(Event::Succeed)
            }),
            redacted_body: shown,
        })
    }

    /// The one payment that a text names. A text that names two names none: a person decides.
    fn named_payment(&mut self, gateway: &str, readings: &[String]) -> Result<Subject> {
        let mut named = Subject::Nothing;
        for reference in readings {
            let here = payments::target_by_reference(self.connection, reference, gateway, None)?;
            match (here, &named) {
                (None, _) => continue,
                (Some(_), Subject::Nothing) => {
                    named = Subject::PaymentReference(reference.clone());
                }
                (Some(_), _) => return Ok(Subject::Nothing),
            }
        }
        Ok(named)
    }

    /// The line was reported before: the same line says nothing new, another one is a mistake.
    fn told_before(
        &mut self,
        seen: &journal::Seen,
        source: &Source,
        arrived: &ArrivedTransfer,
    ) -> Result<Settled> {
        if seen.digest.as_deref() != source.digest.as_ref().map(<[u8; 32]>::as_slice) {
            return Err(Error::new(Code::Idempotency)
                .with("transaction", &arrived.transaction_id)
                .with("given", arrived.money));
        }
        let mut settled = Settled {
            outcome: Some(Outcome::Already),
            duplicate: true,
            payment: seen.payment_id.map(|id| self.payment(id)).transpose()?,
            order: seen.order_id.map(|id| self.order(id)).transpose()?,
            ..Settled::default()
        };
        if let Some(order) = &settled.order {
            settled.lines = orders::lines(self.connection, order.key)?;
        }
        if let Some(id) = seen.exception_id {
            settled.exception = exceptions::find(self.connection, id)?;
        }
        Ok(settled)
    }
}
