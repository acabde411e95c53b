//! Refunds that were made at the gateway, not through us: learned from its messages and booked like our own. It asks
//! nobody and believes nothing that was not verified.

use super::books::Books;
use super::claims::stated;
use super::notice::{Settled, target_of};
use super::refund_open::Grant;
use super::refund_settle::{RefundSaid, Word};
use crate::error::Result;
use crate::exception::{Exception, Kind, Resolution};
use crate::gateway::{Notice, RefundFact};
use crate::journal::Source as Message;
use crate::money::Money;
use crate::payment::Payment;
use crate::refund::{Event, Source};
use crate::store::sql::payments::Target;
use crate::store::sql::{orders, refunds};

/// The reason in the row of such a refund.
const REASON: &str = "made at the gateway";

impl Books<'_> {
    /// Settles what was said about a refund of a payment that names none of our refunds.
    pub(super) fn settle_outside_refund(
        &mut self,
        gateway: &str,
        notice: &Notice,
        fact: &RefundFact,
        source: &Message,
        word: Word<'_>,
    ) -> Result<Settled> {
        let Some(number) = fact.transaction_id.as_deref() else {
            return self.keep_unreadable(gateway, notice, "a refund without a number", source);
        };
        if let Some(mut known) = refunds::by_transaction(self.connection, gateway, number)? {
            let mut settled = Settled::default();
            let more = &mut settled.follow_up;
            // The sum of all refunds says nothing about one that is known.
            let said = RefundSaid { fact, source: Some(source), word };
            let verdict = self.refund_said(&mut known, said, more)?;
            settled.take(verdict);
            self.show_refund(&mut settled, known)?;
            return Ok(settled);
        }
        let found = target_of(self.connection, &notice.subject, gateway, None)?;
        let Some(target) = found else {
            return self.ignore(gateway, notice, "a refund of a payment that is not here", source);
        };
        match (fact.event, outside_amount(&target.payment, fact)) {
            (Event::Succeed, Some(money)) if money.minor <= 0 => {
                self.ignore(gateway, notice, "refunds that are known", source)
            }
            (Event::Succeed, Some(money)) => self.book_outside(notice, target, money, fact, source),
            (Event::Succeed, None) => {
                self.keep_unreadable(gateway, notice, "a refund without an amount", source)
            }
            // It will be told again once the money is back.
            _ => self.ignore(gateway, notice, "a refund at the gateway that is under way", source),
        }
    }

    fn book_outside(
        &mut self,
        notice: &Notice,
        target: Target,
        money: Money,
        fact: &RefundFact,
        source: &Message,
    ) -> Result<Settled> {
        let Target { mut payment, mut order, .. } = target;
        if money.currency != payment.currency || money.minor > payment.refundable() {
            let left = payment.money(payment.refundable());
            let why = format!("the gateway paid {money} back, and {left} can still be refunded");
            let about = self.about(&payment, Kind::AmountMismatch, why)?;
            let body = Some(notice.redacted_body.clone());
            let suggestion = Resolution::WriteOff;
            let mut settled = self.keep(Exception { body, suggestion, ..about }, source)?;
            (settled.payment, settled.order) = (Some(payment), Some(order));
            return Ok(settled);
        }
        let amount = money.minor;
        let grant =
            Grant { source: Source::Order, amount, reason: REASON, exception: None, at: None };
        let id = self.open_refund(&mut payment, &mut order, &grant)?;
        self.asked_back(&mut order)?;
        orders::update(self.connection, &mut order, self.now)?;
        let mut refund = self.refund(id)?;
        let mut settled = Settled::default();
        let fact = RefundFact { amount: None, total: None, ..fact.clone() };
        let more = &mut settled.follow_up;
        let said = RefundSaid { fact: &fact, source: Some(source), word: Word::Unasked };
        let verdict = self.refund_said(&mut refund, said, more)?;
        settled.take(verdict);
        settled.payment = Some(self.payment(payment.id)?);
        settled.order = Some(self.order(order.id)?);
        settled.refund = Some(refund);
        Ok(settled)
    }
}

/// What went back without us: what the message names, or the sum of all refunds less those that we know of.
fn outside_amount(payment: &Payment, fact: &RefundFact) -> Option<Money> {
    if let Some(claim) = &fact.amount {
        return stated(claim, Some(payment.currency));
    }
    let total = stated(fact.total.as_ref()?, Some(payment.currency))?;
    let known = payment.refunded.checked_add(payment.refund_pending)?;
    Some(Money { minor: total.minor.checked_sub(known)?, currency: total.currency })
}
