//! A row of another system's payments table in our words, checked as far as that goes without a database.

use sha2::{Digest, Sha256};

use super::words;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::journal::Source;
use crate::money::Money;
use crate::text;

use super::super::orders::TEXT_MAX;

/// Which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// To us.
    Charge,
    /// Back.
    Refund,
}

impl RowKind {
    /// Reads a word of another system. Fails with `value_unknown`.
    pub fn read(word: &str) -> Result<Self> {
        words::kind(word)
    }
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Nobody knows yet.
    Open,
    /// The money is held, not collected.
    Held,
    /// The money came, or went back.
    Collected,
    /// The money came, and all of it went back.
    Refunded,
    /// The gateway said no.
    Failed,
    /// It was given up.
    Cancelled,
    /// Its time ran out.
    Expired,
}

impl Stands {
    /// Reads a word of another system. Fails with `value_unknown`.
    pub fn read(word: &str) -> Result<Self> {
        words::stands(word)
    }
}

/// A row to be taken over.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// Its place among the rows given.
    pub number: i64,
    /// What names it in its table.
    pub id: String,
    /// The order that it pays for, in the host's words.
    pub reference: String,
    /// How much.
    pub money: Money,
    /// Which way.
    pub kind: RowKind,
    /// Where it stands.
    pub stands: Stands,
    /// How the payer paid.
    pub method: String,
    /// The account it was collected through.
    pub gateway: String,
    /// The gateway's number of the movement of money.
    pub transaction_id: Option<String>,
    /// The reference under which the gateway knows the payment.
    pub gateway_reference: Option<String>,
    /// The row or transaction whose money went back.
    pub refund_of: Option<String>,
    /// Who owes.
    pub customer: Option<String>,
    /// What the order is about in all.
    pub total: Option<Money>,
    /// How much of it is a deposit; of a refund, the deposit that it returned.
    pub deposit: Option<Money>,
    /// What the payer read, or why money went back.
    pub description: Option<String>,
    /// When the row was written.
    pub created_at: Option<Time>,
    /// When the money came or went back.
    pub paid_at: Option<Time>,
    /// Until when it could be paid.
    pub expires_at: Option<Time>,
}

impl ImportRow {
    /// Fails with the codes of the fields that are not acceptable.
    pub(super) fn check(&self) -> Result<()> {
        text::reference("id", &self.id)?;
        text::reference("reference", &self.reference)?;
        text::reference("method", &self.method)?;
        self.money.positive()?;
        for (field, number) in [
            ("transaction_id", &self.transaction_id),
            ("gateway_reference", &self.gateway_reference),
            ("refund_of", &self.refund_of),
        ] {
            number.as_deref().map_or(Ok(()), |number| text::transaction_id(field, number))?;
        }
        if let Some(customer) = &self.customer {
            text::reference("customer", customer)?;
        }
        if let Some(description) = &self.description {
            text::line("description", description, TEXT_MAX)?;
        }
        self.check_amounts()
    }

    /// Another row has its name.
    pub(super) fn taken(&self, table: &str) -> Error {
        Error::new(Code::RowTaken).with("row", self.id.escape_debug()).with("table", table)
    }

    fn check_amounts(&self) -> Result<()> {
        for part in [self.total, self.deposit].into_iter().flatten() {
            part.positive()?;
        }
        let conflict = |rule: &str| {
            Err(Error::new(Code::ArgumentConflict)
                .with("fields", "amount and deposit")
                .with("rule", rule))
        };
        match (self.kind, self.deposit, self.total) {
            (RowKind::Refund, Some(deposit), _) if deposit != self.money => {
                conflict("a refund returns a deposit wholly or not at all: write two rows")
            }
            (RowKind::Charge, Some(deposit), Some(total)) if deposit.minor > total.minor => {
                conflict("a deposit is a part of the order's total")
            }
            _ => Ok(()),
        }
    }

    /// What recognises the row, and what it said about money.
    pub(super) fn source(&self, table: &str) -> Source {
        let said = format!(
            "{}\0{}\0{:?}\0{:?}\0{}\0{}",
            self.reference,
            self.money,
            self.kind,
            self.stands,
            self.gateway,
            self.transaction_id.as_deref().unwrap_or_default()
        );
        let digest = Some(Sha256::digest(said.as_bytes()).into());
        Source { name: source_name(table, &self.id), digest }
    }

    /// An open payment whose time is over is one that expired.
    pub(super) fn settle_open(&mut self, ttl_minutes: Option<i64>, now: Time) {
        let by_age = |at: Time| ttl_minutes.map(|minutes| at.plus_seconds(minutes * 60));
        let until = self.expires_at.or_else(|| self.created_at.and_then(by_age));
        let over = until.is_some_and(|until| until <= now);
        if self.stands == Stands::Open && self.gateway_reference.is_none() && over {
            self.stands = Stands::Expired;
        }
    }

    /// Whether a payment comes to life by it.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.stands, Stands::Open | Stands::Held)
    }

    /// Whether money came by it.
    pub(super) fn brought_money(&self) -> bool {
        self.kind == RowKind::Charge && matches!(self.stands, Stands::Collected | Stands::Refunded)
    }
}

/// The name under which the journal knows a row.
pub(super) fn source_name(table: &str, id: &str) -> String {
    format!("import:{table}:{id}")
}
