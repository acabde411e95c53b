//! The method of the surface table that takes over rows of another system. What a row says is parsed here; a row that
//! cannot be read is told with the others.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use super::types::{self, Amount, arguments};
use super::{Paywright, convert, guarded};
use crate::currency::Currency;
use crate::engine::{Import, ImportProblem, ImportReport, ImportRow, RowKind, Stands};
use crate::error::{Code, Error, Result};
use crate::money::Money;

/// What one call takes: about fifty megabytes.
const ROWS_MAX: usize = 100_000;
/// The old table, unless it is named.
const TABLE: &str = "payments";
/// The lifecycle of orders, unless it is named.
const FLOW: &str = "retail";
/// Who takes rows over, unless somebody says so. Who listens to the journal knows them by it.
const ACTOR: &str = "import";

/// What stands for what a row does not say.
struct Otherwise {
    gateway: Option<String>,
    method: Option<String>,
    currency: Option<Currency>,
}

impl Paywright {
    pub fn import_payments(&self, a: arguments::import_payments) -> Result<types::ImportReport> {
        guarded(|| {
            if a.rows.len() > ROWS_MAX {
                let limit = format_args!("{ROWS_MAX} rows");
                return Err(Error::new(Code::TooLarge).with("field", "rows").with("limit", limit));
            }
            let otherwise = self.otherwise(&a)?;
            let looked_at = i64::try_from(a.rows.len()).unwrap_or(i64::MAX);
            let dry_run = a.dry_run.unwrap_or(false);
            let (mut rows, mut unread) = (Vec::with_capacity(a.rows.len()), Vec::new());
            for (number, row) in (1_i64..).zip(a.rows) {
                let id = row.id.clone();
                match self.import_row(number, row, &otherwise) {
                    Ok(row) => rows.push(row),
                    Err(error) => unread.push(ImportProblem { number, id, error }),
                }
            }
            let mut report = self.engine.import_payments(Import {
                rows,
                table: a.table.unwrap_or_else(|| TABLE.to_owned()),
                flow: a.flow.unwrap_or_else(|| FLOW.to_owned()),
                ttl_minutes: a.ttl_minutes,
                dry_run,
                actor: a.actor.unwrap_or_else(|| ACTOR.to_owned()),
            })?;
            report.problems.extend(unread);
            report.problems.sort_by_key(|problem| problem.number);
            Ok(record(report, looked_at, dry_run))
        })
    }

    fn otherwise(&self, a: &arguments::import_payments) -> Result<Otherwise> {
        let names = self.engine.gateway_names();
        let only = if names.len() == 1 { names.first().cloned() } else { None };
        let gateway = a.gateway.clone().or(only);
        let offered = match &gateway {
            Some(name) => self.engine.gateway(name)?.facts().methods.first().cloned(),
            None => None,
        };
        Ok(Otherwise {
            method: a.method.clone().or(offered),
            currency: a.currency.as_deref().map(Currency::parse).transpose()?,
            gateway,
        })
    }

    fn import_row(
        &self,
        number: i64,
        row: types::ImportRow,
        otherwise: &Otherwise,
    ) -> Result<ImportRow> {
        let currency = match &row.currency {
            Some(code) => Currency::parse(code)?,
            None => otherwise.currency.ok_or_else(|| missing("currency"))?,
        };
        let money = |field: &str, amount: &Amount| convert::money(field, amount, currency);
        let part = |field: &str, amount: &Option<Amount>| -> Result<Option<Money>> {
            amount.as_ref().map(|amount| money(field, amount)).transpose()
        };
        let gateway = row.gateway.or_else(|| otherwise.gateway.clone());
        let gateway = gateway.ok_or_else(|| missing("gateway"))?;
        self.engine.gateway(&gateway)?;
        Ok(ImportRow {
            number,
            money: money("amount", &row.amount)?,
            total: part("total", &row.total)?,
            deposit: part("deposit", &row.deposit)?,
            kind: row.transaction_type.as_deref().map_or(Ok(RowKind::Charge), RowKind::read)?,
            stands: Stands::read(&row.status)?,
            method: row
                .method
                .or_else(|| otherwise.method.clone())
                .ok_or_else(|| missing("method"))?,
            gateway,
            id: row.id,
            reference: row.reference,
            transaction_id: row.transaction_id,
            gateway_reference: row.gateway_reference,
            refund_of: row.refund_of,
            customer: row.customer,
            description: row.description,
            created_at: convert::time(row.created_at),
            paid_at: convert::time(row.paid_at),
            expires_at: convert::time(row.expires_at),
        })
    }
}

fn missing(field: &str) -> Error {
    Error::new(Code::ArgumentMissing).with("field", field).with(
        "rule",
        format_args!("a column of the row says it, or \"{field}\" of the whole import"),
    )
}

fn record(report: ImportReport, rows: i64, dry_run: bool) -> types::ImportReport {
    let sum = |(currency, (collected, refunded)): (Currency, (i64, i64))| {
        let amount = |minor| Amount::from(Money { minor, currency }.to_text());
        types::ImportSum {
            currency: currency.code().to_owned(),
            collected: amount(collected),
            refunded: amount(refunded),
        }
    };
    let problem = |problem: ImportProblem| types::ImportProblem {
        row: problem.number,
        id: problem.id,
        code: problem.error.code().as_str().to_owned(),
        message: problem.error.message(),
        message_zh: problem.error.message_zh(),
    };
    types::ImportReport {
        dry_run,
        rows,
        orders: report.orders,
        payments: report.payments,
        refunds: report.refunds,
        skipped: report.skipped,
        sums: report.sums.into_iter().map(sum).collect(),
        problems: report.problems.into_iter().map(problem).collect(),
    }
}
