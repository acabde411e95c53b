//! Rows of another system, written down: the order, the payment or refund, and what was said about it. It decides no
//! transition; what the rows say goes the way of every message.

use super::super::books::{Books, Concerns};
use super::super::orders::NewOrder;
use super::super::refund_open::Grant;
use super::super::settle::{Said, Verdict};
use super::{ImportRow, RowKind, Rows, Stands, Tally, Terms};
use crate::error::{Code, Error, Result};
use crate::gateway::{Claim, ClaimedAmount, PaymentFact, RefundFact};
use crate::id::PaymentId;
use crate::journal::{Detail, EventName, Source};
use crate::order::{Line, LineKind, Order};
use crate::payment::{Event, Payment, State};
use crate::refund;
use crate::store::sql::payments::Owner;
use crate::store::sql::{journal, orders, payments, refunds};

/// A payment that says nothing else is asked about for a day.
const OPEN_SECONDS: i64 = 24 * 60 * 60;
/// What a row's payment is called where the row does not say.
const DESCRIPTION: &str = "imported";

impl Books<'_> {
    /// Takes over all rows of one order. `at` tells which row is at work.
    pub(super) fn import_order(
        &mut self,
        terms: &Terms,
        rows: &Rows,
        tally: &mut Tally,
        at: &mut i64,
    ) -> Result<()> {
        let mut to_refund = Vec::new();
        for row in rows {
            *at = row.number;
            let source = row.source(&terms.table);
            if let Some(seen) = journal::seen(self.connection, &source.name)? {
                self.check_again(row, &source, &seen)?;
                tally.skipped += 1;
                continue;
            }
            match row.kind {
                RowKind::Charge => {
                    let id = self.import_charge(terms, rows, row, &source, tally)?;
                    if row.stands == Stands::Refunded {
                        to_refund.push((row, id));
                    }
                }
                RowKind::Refund => self.import_refund(terms, row, &source, tally)?,
            }
        }
        for (row, id) in to_refund {
            *at = row.number;
            self.import_rest(terms, row, id, tally)?;
        }
        Ok(())
    }

    /// A row that was taken over may come again, as it was or as its payment stands by now.
    fn check_again(
        &mut self,
        row: &ImportRow,
        source: &Source,
        seen: &journal::Seen,
    ) -> Result<()> {
        if seen.digest.as_deref() == source.digest.as_ref().map(<[u8; 32]>::as_slice) {
            return Ok(());
        }
        let payment = seen.payment_id.map(|id| self.payment(id)).transpose()?;
        let same = payment.is_some_and(|payment| {
            let stands = match row.stands {
                Stands::Open => payment.state == State::Processing,
                Stands::Held => payment.state == State::Authorized,
                Stands::Collected => payment.state == State::Succeeded,
                Stands::Refunded => payment.captured > 0 && payment.refundable() == 0,
                Stands::Failed => payment.state == State::Failed,
                Stands::Cancelled => payment.state == State::Cancelled,
                Stands::Expired => payment.state == State::Expired,
            };
            stands && row.kind == RowKind::Charge && payment.money(payment.amount) == row.money
        });
        match same {
            true => Ok(()),
            false => Err(Error::new(Code::Idempotency).with("row", &row.id)),
        }
    }

    fn import_charge(
        &mut self,
        terms: &Terms,
        rows: &Rows,
        row: &ImportRow,
        source: &Source,
        tally: &mut Tally,
    ) -> Result<PaymentId> {
        self.engine.gateway(&row.gateway)?;
        let order = self.order_of_row(terms, rows, row, tally)?;
        self.check_charge(&order, row)?;
        let mut payment = self.new_payment(&order, row)?;
        payment.key = payments::insert(self.connection, &payment)?;
        let detail = Detail::new()
            .with("method", &payment.method)
            .with("gateway", &payment.gateway)
            .with("amount", &row.money.to_text())
            .with("currency", row.money.currency.code())
            .with("imported", &source.name);
        self.journal(EventName::PaymentCreated, Concerns::payment(&payment), detail)?;
        let mut target = self.target(payment.id, row.transaction_id.as_deref())?;
        let fact = fact(row);
        let said = Said { fact: &fact, source: Some(source), by_hand: None };
        let verdict = self.payment_said(&mut target, said, &mut tally.follow_up)?;
        applied(verdict, row)?;
        tally.payments += 1;
        if row.brought_money() {
            let mut payment = self.payment(payment.id)?;
            payment.paid_at = row.paid_at.or(row.created_at).or(payment.paid_at);
            payments::update(self.connection, &mut payment, self.now)?;
            tally.money.push((row.money.currency, row.money.minor, 0));
        }
        Ok(payment.id)
    }

    /// The order that a row pays for: as it is, or created of what all its rows say.
    fn order_of_row(
        &mut self,
        terms: &Terms,
        rows: &Rows,
        row: &ImportRow,
        tally: &mut Tally,
    ) -> Result<Order> {
        if let Some(order) = orders::by_reference(self.connection, &terms.flow, &row.reference)? {
            return Ok(order);
        }
        let lines = lines(rows, row)?;
        let new = NewOrder {
            currency: row.money.currency,
            reference: Some(row.reference.clone()),
            customer: rows.iter().find_map(|row| row.customer.clone()),
            flow: terms.flow.clone(),
            metadata: [("imported".to_owned(), terms.table.clone())].into(),
            payable_until: None,
            starts_at: None,
            ends_at: None,
            extends: None,
            idempotency_key: None,
            lines,
        };
        new.check()?;
        let (total, deposit_total) = crate::order::sum(&new.lines)?;
        let initial = self.engine.flow(&terms.flow)?.initial().to_owned();
        let mut order = new.order(self, initial, total, deposit_total)?;
        let first = rows.iter().filter_map(|row| row.created_at).min();
        order.created_at = first.map_or(self.now, |at| at.min(self.now));
        self.write_order(&mut order, &new.lines)?;
        tally.orders += 1;
        Ok(order)
    }

    fn check_charge(&mut self, order: &Order, row: &ImportRow) -> Result<()> {
        check_currency(order, row)?;
        if let Some(number) = &row.transaction_id
            && let Some(owner) = payments::owner(self.connection, &row.gateway, number)?
        {
            return Err(bound(number, &owner));
        }
        if let Some(reference) = &row.gateway_reference
            && let Some(other) =
                payments::target_by_reference(self.connection, reference, &row.gateway, None)?
        {
            return Err(Error::new(Code::ReferenceTaken)
                .with("reference", reference)
                .with("owner", other.payment.id));
        }
        if !row.is_live() {
            return Ok(());
        }
        if row.gateway_reference.is_none() {
            return Err(Error::new(Code::ArgumentMissing).with("field", "gateway_reference").with(
                "rule",
                "a payment that is still open is taken over with its reference at the gateway, \
                 or once its time is over (expires_at, or ttl_minutes after created_at)",
            ));
        }
        match payments::active(self.connection, order.key)? {
            Some(open) => Err(super::super::orders::active_payment(order, &open)),
            None => Ok(()),
        }
    }

    fn new_payment(&self, order: &Order, row: &ImportRow) -> Result<Payment> {
        let expires_at = row.expires_at.or_else(|| row.created_at.filter(|_| !row.is_live()));
        Ok(Payment {
            key: 0,
            id: PaymentId::new(self.now, self.engine.randomness())?,
            order_key: order.key,
            order_id: order.id,
            customer: order.customer.clone(),
            gateway: row.gateway.clone(),
            method: row.method.clone(),
            reference: row.gateway_reference.clone(),
            state: State::Init,
            currency: order.currency,
            amount: row.money.minor,
            captured: 0,
            refunded: 0,
            refund_pending: 0,
            transaction_id: None,
            late: false,
            manual: false,
            manual_capture: row.stands == Stands::Held,
            action: None,
            failure_code: None,
            failure_message: None,
            description: row.description.clone().unwrap_or_else(|| DESCRIPTION.to_owned()),
            return_url: None,
            presentation: None,
            queries: 0,
            due_at: None,
            expires_at: expires_at.unwrap_or_else(|| self.now.plus_seconds(OPEN_SECONDS)),
            paid_at: None,
            created_at: row.created_at.map_or(self.now, |at| at.min(self.now)),
            updated_at: self.now,
            version: 1,
        })
    }

    fn import_refund(
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
            Error::new(Code::OrderNotFound).with("order", row.reference.escape_debug())
        })?;
        check_currency(&order, row)?;
        let payment = self.refunded_payment(terms, &order, row)?;
        if let Some(number) = &row.transaction_id
            && let Some(known) = refunds::by_transaction(self.connection, &payment.gateway, number)?
        {
            return Err(Error::new(Code::BoundElsewhere)
                .with("transaction", number)
                .with("owner", known.id));
        }
        self.book_imported(payment, order, row, row.money.minor, source, tally)
    }

    /// The payment whose money went back: the one that is named, or the only one that it fits.
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
        of_order.retain(|payment| payment.captured > 0);
        let most = of_order.iter().map(Payment::refundable).max().unwrap_or(0);
        of_order.retain(|payment| payment.refundable() >= row.money.minor);
        if of_order.len() > 1 {
            let exact = |payment: &Payment| payment.refundable() == row.money.minor;
            of_order.retain(exact);
        }
        match (of_order.pop(), of_order.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) if most < row.money.minor => Err(Error::new(Code::RefundExceeds)
                .with("given", row.money)
                .with("available", order.money(most))),
            _ => Err(Error::new(Code::ArgumentMissing).with("field", "refund_of").with(
                "rule",
                "several charges of the order have as much left: name the one that was refunded",
            )),
        }
    }

    /// What is left of a charge that the old system calls refunded.
    fn import_rest(
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
        let verdict = self.refund_said(&mut refund, &fact, Some(source), None, more)?;
        applied(verdict, row)?;
        tally.refunds += 1;
        tally.money.push((order.currency, 0, amount));
        Ok(())
    }
}

/// What a charge's row says, in our words.
fn fact(row: &ImportRow) -> PaymentFact {
    let event = match row.stands {
        Stands::Open => Event::Submit,
        Stands::Held => Event::Authorize,
        Stands::Collected | Stands::Refunded => Event::Succeed,
        Stands::Failed => Event::Fail,
        Stands::Cancelled => Event::Cancel,
        Stands::Expired => Event::Expire,
    };
    let moves = matches!(event, Event::Succeed | Event::Authorize);
    PaymentFact {
        amount: moves
            .then_some(Claim { amount: ClaimedAmount::Minor(row.money.minor), currency: None }),
        transaction_id: row.transaction_id.clone(),
        ..PaymentFact::plain(event)
    }
}

/// The lines of a new order: what its rows say it is about, a deposit apart.
fn lines(rows: &Rows, row: &ImportRow) -> Result<Vec<Line>> {
    let charges = || rows.iter().filter(|r| r.kind == RowKind::Charge);
    let stated = charges().find_map(|row| row.total).map(|total| total.minor);
    let mut total = 0;
    for row in charges().filter(|row| row.brought_money() || row.is_live()) {
        crate::order::add(&mut total, row.money.minor)?;
    }
    let total = stated.unwrap_or(if total > 0 { total } else { row.money.minor });
    let deposit = charges().find_map(|row| row.deposit).map_or(0, |deposit| deposit.minor);
    let rest = total.checked_sub(deposit).filter(|rest| *rest >= 0).ok_or_else(|| {
        Error::new(Code::ArgumentConflict)
            .with("fields", "total and deposit")
            .with("rule", "a deposit is a part of the order's total")
    })?;
    let description = row.description.clone().unwrap_or_else(|| DESCRIPTION.to_owned());
    let line = |kind, unit_amount| Line {
        kind,
        description: description.clone(),
        quantity: 1,
        unit_amount,
    };
    let lines = [line(LineKind::Item, rest), line(LineKind::Deposit, deposit)];
    Ok(lines.into_iter().filter(|line| line.unit_amount > 0).collect())
}

fn check_currency(order: &Order, row: &ImportRow) -> Result<()> {
    let stated = [Some(row.money), row.total, row.deposit].into_iter().flatten();
    match stated.map(|money| money.currency).find(|currency| *currency != order.currency) {
        None => Ok(()),
        Some(other) => Err(Error::new(Code::CurrencyMismatch)
            .with("given", other)
            .with("expected", order.currency)),
    }
}

fn bound(number: &str, owner: &Owner) -> Error {
    let error = Error::new(Code::BoundElsewhere).with("transaction", number);
    match owner {
        Owner::Payment(id) => error.with("owner", id),
        Owner::Exception(id) => error.with("owner", id),
    }
}

/// Whatever else a message may come to, a row is taken over wholly or not at all.
fn applied(verdict: Verdict, row: &ImportRow) -> Result<()> {
    match verdict {
        Verdict::Applied => Ok(()),
        // Somebody else takes the same table over: look again.
        Verdict::Duplicate => Err(Error::new(Code::Version).with("subject", &row.id)),
        other => Err(Error::bug(format_args!("an imported row came to {other:?}"))),
    }
}
