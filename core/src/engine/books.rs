//! What a unit of work writes with: the connection, the instant, the actor. It decides nothing.

use super::Engine;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::exception::Exception;
use crate::id::ExceptionId;
use crate::journal::{Detail, Entry, EventName, Source};
use crate::ledger::{AccountKind, Transfer, TransferKind};
use crate::order::Order;
use crate::payment::Payment;
use crate::refund::{self, Refund};
use crate::store::Connection;
use crate::store::sql::{exceptions, journal, ledger};

/// The open books of one unit of work.
pub struct Books<'a> {
    /// The engine at work.
    pub(super) engine: &'a Engine,
    /// The transaction.
    pub(super) connection: &'a mut dyn Connection,
    /// The instant of everything written.
    pub(super) now: Time,
    /// Who acts.
    pub(super) actor: &'a str,
}

/// Whom a journal row or a transfer concerns.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Concerns {
    pub(super) order: Option<i64>,
    pub(super) payment: Option<i64>,
    pub(super) refund: Option<i64>,
    pub(super) exception: Option<i64>,
}

impl Concerns {
    pub(super) fn order(order: &Order) -> Self {
        Concerns { order: Some(order.key), ..Concerns::default() }
    }

    pub(super) fn payment(payment: &Payment) -> Self {
        Concerns {
            order: Some(payment.order_key),
            payment: Some(payment.key),
            ..Concerns::default()
        }
    }

    pub(super) fn refund(refund: &Refund) -> Self {
        Concerns {
            order: refund.order_key,
            payment: refund.payment_key,
            refund: Some(refund.key),
            exception: refund.exception_key,
        }
    }

    pub(super) fn exception(exception: &Exception) -> Self {
        Concerns {
            order: exception.order_key,
            payment: exception.payment_key,
            refund: exception.refund_key,
            exception: Some(exception.key),
        }
    }
}

/// A movement of money to be booked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Movement<'a> {
    pub(super) kind: TransferKind,
    pub(super) amount: i64,
    pub(super) currency: &'a str,
    pub(super) gateway: &'a str,
    pub(super) source: AccountKind,
}

impl<'a> Books<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        connection: &'a mut dyn Connection,
        now: Time,
        actor: &'a str,
    ) -> Self {
        Books { engine, connection, now, actor }
    }

    /// The same books in the name of somebody else.
    pub(super) fn acting_as<'b>(&'b mut self, actor: &'b str) -> Books<'b> {
        Books::new(self.engine, self.connection, self.now, actor)
    }

    /// Writes a journal row; answers with its number.
    pub(super) fn journal(
        &mut self,
        event: EventName,
        concerns: Concerns,
        detail: Detail,
    ) -> Result<i64> {
        self.mark(event, concerns, None, detail)?
            .ok_or_else(|| Error::bug("a journal row without a source met another one"))
    }

    /// Writes a journal row that marks a message as seen; answers with nothing if it was seen before.
    pub(super) fn mark(
        &mut self,
        event: EventName,
        concerns: Concerns,
        source: Option<&Source>,
        detail: Detail,
    ) -> Result<Option<i64>> {
        let entry = Entry {
            event,
            actor: self.actor,
            source,
            order_key: concerns.order,
            payment_key: concerns.payment,
            refund_key: concerns.refund,
            exception_key: concerns.exception,
            detail,
        };
        journal::insert(self.connection, self.now, entry)
    }

    /// Books a transfer under a journal row.
    pub(super) fn book(
        &mut self,
        entry: i64,
        concerns: Concerns,
        movement: Movement<'_>,
    ) -> Result<()> {
        let transfer = Transfer {
            kind: movement.kind,
            source: movement.source,
            amount: movement.amount,
            currency: movement.currency,
            gateway: movement.gateway,
            order_key: concerns.order,
            payment_key: concerns.payment,
            refund_key: concerns.refund,
            exception_key: concerns.exception,
        };
        ledger::insert(self.connection, entry, transfer)
    }

    /// Opens an exception: writes it, its journal row, and the money that waits with it.
    pub(super) fn open_exception(
        &mut self,
        mut exception: Exception,
        source: Option<&Source>,
    ) -> Result<Exception> {
        exception.key = exceptions::insert(self.connection, &exception)?;
        let detail = Detail::new()
            .with("kind", exception.kind.as_str())
            .with("explanation", &exception.explanation)
            .with("suggestion", exception.suggestion.as_str());
        let concerns = Concerns::exception(&exception);
        let entry = self
            .mark(EventName::ExceptionOpened, concerns, source, detail)?
            .ok_or_else(|| Error::bug("a message was seen between two looks"))?;
        if let (Some(amount), Some(currency)) = (exception.amount, exception.currency) {
            let movement = Movement {
                kind: TransferKind::Suspended,
                amount,
                currency: currency.code(),
                gateway: &exception.gateway,
                source: AccountKind::Suspense,
            };
            self.book(entry, concerns, movement)?;
        }
        self.engine.counters.exception(exception.kind);
        Ok(exception)
    }

    /// A new id for an exception.
    pub(super) fn exception_id(&self) -> Result<ExceptionId> {
        ExceptionId::new(self.now, self.engine.randomness())
    }
}

/// The ledger account that a refund is paid from.
pub(super) fn account_of(source: refund::Source) -> AccountKind {
    match source {
        refund::Source::Order => AccountKind::Order,
        refund::Source::Deposit => AccountKind::Deposit,
        refund::Source::Suspense => AccountKind::Suspense,
    }
}
