//! Charges of another system, written down: the order, the payment, and what was said about it. It decides no transition;
//! what the rows say goes the way of every message.

use std::fmt::Display;

use super::super::books::{Books, Concerns};
use super::super::orders::NewOrder;
use super::super::settle::{Said, Verdict};
use super::{ImportRow, RowKind, Rows, Stands, Taken, Tally, Terms};
use crate::error::{Code, Error, Result};
use crate::gateway::{Claim, ClaimedAmount, PaymentFact};
use crate::id::PaymentId;
use crate::journal::{Detail, EventName, Source};
use crate::order::{Line, LineKind, Order};
use crate::payment::{Event, Payment, State};
use crate::store::sql::payments::Owner;
use crate::store::sql::{journal, orders, payments};

/// A payment that says nothing else is asked about for a day.
const OPEN_SECONDS: i64 = 24 * 60 * 60;
/// What a row's payment is called where the row does not say.
pub(super) const DESCRIPTION: &str = "imported";
/// Who has what a dry run would have written.
pub(super) const OTHER_ROW: &str = "another row";

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
                self.check_again(terms, row, &source, &seen)?;
                tally.skipped += 1;
                continue;
            }
            let name = Taken::Row(source.name.clone());
            if terms.has(&name) {
                return Err(row.taken(&terms.table));
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
            tally.taken.push(name);
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
        terms: &Terms,
        row: &ImportRow,
        source: &Source,
        seen: &journal::Seen,
    ) -> Result<()> {
        if seen.digest.as_deref() == source.digest.as_ref().map(<[u8; 32]>::as_slice) {
            return Ok(());
        }
        let payment = seen.payment_id.map(|id| self.payment(id)).transpose()?;
        let order = match seen.order_id {
            Some(id) => orders::find(self.connection, id)?,
            None => None,
        };
        // Two rows of one id must not pass for one because they are about the same sum.
        let same_order =
            order.is_some_and(|order| order.reference.as_ref() == Some(&row.reference));
        let same = same_order
            && payment.is_some_and(|payment| {
                let stands = match row.stands {
                    Stands::Open => payment.state == State::Processing,
                    Stands::Held => payment.state == State::Authorized,
                    Stands::Collected => payment.state == State::Succeeded,
                    Stands::Refunded => payment.captured > 0 && payment.refundable() == 0,
                    Stands::Failed => payment.state == State::Failed,
                    Stands::Cancelled => payment.state == State::Cancelled,
                    Stands::Expired => payment.state == State::Expired,
                };
                let known = payment.transaction_id.as_ref().zip(row.transaction_id.as_ref());
                let same_money = known.is_none_or(|(ours, theirs)| ours == theirs)
                    && payment.money(payment.amount) == row.money;
                stands && row.kind == RowKind::Charge && same_money
            });
        match same {
            true => Ok(()),
            false => Err(row.taken(&terms.table)),
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
        self.check_charge(terms, &order, row)?;
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
        tally.taken.extend(row.transaction_id.as_ref().map(|number| transaction(row, number)));
        tally.taken.extend(row.gateway_reference.as_ref().map(|name| reference(row, name)));
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

    fn check_charge(&mut self, terms: &Terms, order: &Order, row: &ImportRow) -> Result<()> {
        check_currency(order, row)?;
        if let Some(number) = &row.transaction_id {
            if let Some(owner) = payments::owner(self.connection, &row.gateway, number)? {
                return Err(bound(number, &owner));
            }
            if terms.has(&transaction(row, number)) {
                return Err(elsewhere(number, &OTHER_ROW));
            }
        }
        if let Some(name) = &row.gateway_reference {
            let taken = |owner: &dyn Display| {
                Err(Error::new(Code::ReferenceTaken).with("reference", name).with("owner", owner))
            };
            let gateway = &row.gateway;
            let other = payments::target_by_reference(self.connection, name, gateway, None)?;
            if let Some(other) = other {
                return taken(&other.payment.id);
            }
            if terms.has(&reference(row, name)) {
                return taken(&OTHER_ROW);
            }
        }
        if row.deposit.is_some_and(|deposit| deposit.minor > order.total) {
            return Err(deposit_too_large());
        }
        if row.is_live() && row.gateway_reference.is_none() {
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
    // A row whose deposit is larger than that is told by itself, and harms no other.
    let deposits = charges().filter_map(|row| row.deposit).map(|deposit| deposit.minor);
    let deposit = deposits.filter(|deposit| *deposit <= total).max().unwrap_or(0);
    let rest = total - deposit;
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

fn deposit_too_large() -> Error {
    Error::new(Code::ArgumentConflict)
        .with("fields", "total and deposit")
        .with("rule", "a deposit is a part of the order's total")
}

pub(super) fn check_currency(order: &Order, row: &ImportRow) -> Result<()> {
    let stated = [Some(row.money), row.total, row.deposit].into_iter().flatten();
    match stated.map(|money| money.currency).find(|currency| *currency != order.currency) {
        None => Ok(()),
        Some(other) => Err(Error::new(Code::CurrencyMismatch)
            .with("given", other)
            .with("expected", order.currency)),
    }
}

fn bound(number: &str, owner: &Owner) -> Error {
    match owner {
        Owner::Payment(id) => elsewhere(number, id),
        Owner::Exception(id) => elsewhere(number, id),
    }
}

pub(super) fn elsewhere(number: &str, owner: &dyn Display) -> Error {
    Error::new(Code::BoundElsewhere).with("transaction", number).with("owner", owner)
}

fn transaction(row: &ImportRow, number: &str) -> Taken {
    Taken::Transaction(row.gateway.clone(), number.to_owned())
}

fn reference(row: &ImportRow, name: &str) -> Taken {
    Taken::Reference(row.gateway.clone(), name.to_owned())
}

/// Whatever else a message may come to, a row is taken over wholly or not at all.
pub(super) fn applied(verdict: Verdict, row: &ImportRow) -> Result<()> {
    match verdict {
        Verdict::Applied => Ok(()),
        // Somebody else takes the same table over: look again.
        Verdict::Duplicate => Err(Error::new(Code::Version).with("subject", &row.id)),
        other => Err(Error::bug(format_args!("an imported row came to {other:?}"))),
    }
}
