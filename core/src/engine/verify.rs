//! The audit: every sum is computed again from the transfers, every invariant is asked of the database, every seal
//! is checked. It changes nothing but the store's willingness to write, when the chain of seals is broken.

use super::Engine;
use super::seal::broken_seal;
use crate::error::Result;
use crate::store::Connection;
use crate::store::sql::audit::{self, Broken};

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its number in the threat model.
    pub invariant: String,
    /// The row that breaks it.
    pub subject: String,
    /// What is wrong.
    pub what: String,
}

/// What the audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Orders looked at.
    pub orders: i64,
    /// Payments looked at.
    pub payments: i64,
    /// Refunds looked at.
    pub refunds: i64,
    /// Transfers looked at.
    pub transfers: i64,
    /// Journal rows looked at.
    pub entries: i64,
    /// What does not hold; nothing, in sound books.
    pub violations: Vec<Violation>,
}

impl Engine {
    /// Audits the books, in one consistent state of the database.
    pub fn verify(&self) -> Result<Report> {
        let report = self.read(audit)?;
        if let Some(broken) = report.violations.iter().find(|v| v.invariant == "M10") {
            self.store.refuse_writes(&broken.what);
        }
        Ok(report)
    }
}

fn audit(connection: &mut dyn Connection) -> Result<Report> {
    let [orders, payments, refunds, transfers, entries] = audit::sizes(connection)?;
    let mut violations = Vec::new();
    let mut found = |invariant: &str, broken: Vec<Broken>| {
        violations.extend(broken.into_iter().map(|b| Violation {
            invariant: invariant.to_owned(),
            subject: b.subject,
            what: b.what,
        }));
    };
    for invariant in audit::INVARIANTS {
        found(invariant.number, invariant.broken(connection)?);
    }
    found("M5", audit::off_recipe(connection)?);
    if let Some(seal) = broken_seal(connection)? {
        let what = "it does not fit the rows it covers".to_owned();
        found("M10", vec![Broken { subject: format!("seal {seal}"), what }]);
    }
    Ok(Report { orders, payments, refunds, transfers, entries, violations })
}
