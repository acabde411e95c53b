//! Refunds of another system, written down: whose money went back, and that it did. It decides no transition; what the
//! rows say goes the way of every message.

use super::super::books::Books;
use super::super::refund_open::Grant;
use super::super::refund_settle::{RefundSaid, Word};
use super::record::{DESCRIPTION, OTHER_ROW, applied, check_currency, elsewhere};
use super::{ImportRow, Stands, Taken, Tally, Terms};
use crate::error::{Code, Error, Result};
use crate::gateway::RefundFact;
use crate::id::PaymentId;
use crate::journal::Source;
use crate::order::Order;
use crate::payment::Payment;
use crate::refund;
use crate::store::sql::{journal, orders, payments, refunds};

impl Books<'_> {
    pub(super) fn import_refund(
        &mut self,
        terms: &Terms,
        row: &ImportRow,
        source: &Source,
        tally: &mut Tally,
    ) -> Result<()> {
        match row.stands {
            Stands::Collected | Stands::Refunded => (),
            // Its money never left, and the payment is whole.
            Stands::Failed | Stands::Cancelled | Stands::Expired => {
                tally.skipped += 1;
                return Ok(());
            }
            Stands::Open | Stands::Held => {
                return Err(Error::new(Code::RefundPending).with("order", &row.reference));
            }
        }
        let order = orders::by_reference(self.connection, &terms.flow, &row.reference)?;
        let order = order.ok_or_else(|| {
            Error::new(Code::ChargeMissing).with("order", row.reference.escape_debug())
        })?;
        check_currency(&order, row)?;
        let payment = self.refunded_payment(terms, &order, row)?;
        if let Some(number) = &row.transaction_id {
            let gateway = &payment.gateway;
            if let Some(known) = refunds::by_transaction(self.connection, gateway, number)? {
                return Err(elsewhere(number, &known.id));
            }
            let taken = Taken::Refund(gateway.clone(), number.clone());
            if terms.has(&taken) {
                return Err(elsewhere(number, &OTHER_ROW));
            }
            tally.taken.push(taken);
        }
        self.book_imported(payment, order, row, row.money.minor, source, tally)
    }

    /// The payment whose money went back: the one that is named, the only one, or the only one of that amount.
    fn refunded_payment(
        &mut self,
        terms: &Terms,
        order: &Order,
        row: &ImportRow,
    ) -> Result<Payment> {
        let mut of_order = payments::of_order(self.connection, order.key)?;
        if let Some(name) = &row.refund_of {
            let source = super::row::source_name(&terms.table, name);
            let seen = journal::seen(self.connection, &source)?.and_then(|seen| seen.payment_id);
            of_order.retain(|payment| {
                seen == Some(payment.id) || payment.transaction_id.as_ref() == Some(name)
            });
            return of_order.pop().ok_or_else(|| {
                Error::new(Code::PaymentNotFound).with("payment", name.escape_debug())
            });
        }
        // What is left of them says nothing: it changes with every run, and a guess would come true in the second.
        of_order.retain(|payment| payment.captured > 0);
        if of_order.len() > 1 {
            of_order.retain(|payment| payment.captured == row.money.minor);
            if of_order.len() != 1 {
                return Err(Error::new(Code::ArgumentMissing).with("field", "refund_of").with(
                    "rule",
                    "the order has several charges: name the one that was refunded",
                ));
            }
        }
        of_order.pop().ok_or_else(|| {
            Error::new(Code::ChargeMissing).with("order", row.reference.escape_debug())
        })
    }

    /// What is left of a charge that the old system calls refunded.
    pub(super) fn import_rest(
        &mut self,
        terms: &Terms,
        row: &ImportRow,
        id: PaymentId,
        tally: &mut Tally,
    ) -> Result<()> {
        let payment = self.payment(id)?;
        let left = payment.refundable();
        if left == 0 {
            return Ok(());
        }
        let order = self.order(payment.order_id)?;
        let name = format!("{}/rest", row.source(&terms.table).name);
        let rest = ImportRow { transaction_id: None, deposit: None, ..row.clone() };
        self.book_imported(payment, order, &rest, left, &Source { name, digest: None }, tally)
    }

    fn book_imported(
        &mut self,
        mut payment: Payment,
        mut order: Order,
        row: &ImportRow,
        amount: i64,
        source: &Source,
        tally: &mut Tally,
    ) -> Result<()> {
        let returns_deposit = row.deposit.is_some();
        let available = match returns_deposit {
            true => payment.refundable().min(order.deposit_balance),
            false => payment.refundable(),
        };
        if amount > available {
            return Err(Error::new(Code::RefundExceeds)
                .with("given", order.money(amount))
                .with("available", order.money(available)));
        }
        let grant = Grant {
            source: if returns_deposit { refund::Source::Deposit } else { refund::Source::Order },
            amount,
            reason: row.description.as_deref().unwrap_or(DESCRIPTION),
            exception: None,
            at: row.paid_at.or(row.created_at).map(|at| at.min(self.now)),
        };
        let id = self.open_refund(&mut payment, &mut order, &grant)?;
        if !returns_deposit {
            self.asked_back(&mut order)?;
        }
        orders::update(self.connection, &mut order, self.now)?;
        let mut refund = self.refund(id)?;
        let fact = RefundFact {
            transaction_id: row.transaction_id.clone(),
            ..RefundFact::plain(refund::Event::Succeed)
        };
        let more = &mut tally.follow_up;
        let said = RefundSaid { fact: &fact, source: Some(source), word: Word::Asked };
        let verdict = self.refund_said(&mut refund, said, more)?;
        applied(verdict, row)?;
        tally.refunds += 1;
        tally.money.push((order.currency, 0, amount));
        Ok(())
    }
}
