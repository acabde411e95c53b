//! Another system's payments table, handed to the library batch by batch, and what became of it. It decides nothing.

use paywright::api::Paywright;
use paywright::api::types::{ImportProblem, ImportReport, ImportRow, ImportSum, arguments as call};
use paywright::currency::Currency;
use paywright::error::{Error, Result};
use paywright::money::Money;

use super::{count, money};
use crate::arguments::Import;
use crate::console::{Console, Style};
use crate::failure::{Failure, Outcome};
use crate::rows::{Columns, Read, read};
use crate::table::Table;

/// Rows that are held in memory, at most; the rows of an order should stand within as many.
const BATCH_ROWS: usize = 100_000;

/// Imports a file.
pub(super) fn import(pay: &Paywright, a: &Import, console: &mut Console<'_>) -> Outcome {
    let columns = Columns::new(&a.profile, &a.columns, a.utc_offset.as_deref())?;
    let mut whole = Whole::new(a.dry_run);
    let mut batch: Vec<(i64, ImportRow)> = Vec::new();
    read(&a.file, &columns, |Read { line, id, row }| {
        match row {
            Ok(row) => batch.push((line, row)),
            Err(error) => whole.unread(line, id, error),
        }
        match batch.len() < BATCH_ROWS {
            true => Ok(()),
            false => whole.take(pay, a, std::mem::take(&mut batch)),
        }
    })?;
    whole.take(pay, a, batch)?;
    let report = whole.finish();
    match console.json() {
        true => console.document(&report)?,
        false => show(&report, console)?,
    }
    Ok(report.problems.is_empty())
}

/// What all batches came to.
struct Whole(ImportReport);

impl Whole {
    fn new(dry_run: bool) -> Self {
        Whole(ImportReport {
            dry_run,
            rows: 0,
            orders: 0,
            payments: 0,
            refunds: 0,
            skipped: 0,
            sums: Vec::new(),
            problems: Vec::new(),
        })
    }

    fn unread(&mut self, line: i64, id: String, error: Error) {
        self.0.rows += 1;
        let code = error.code().as_str().to_owned();
        let (message, message_zh) = (error.message(), error.message_zh());
        self.0.problems.push(ImportProblem { row: line, id, code, message, message_zh });
    }

    fn take(&mut self, pay: &Paywright, a: &Import, batch: Vec<(i64, ImportRow)>) -> Result<()> {
        let (lines, rows): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let report = pay.import_payments(call::import_payments {
            rows,
            table: a.table.clone(),
            flow: a.flow.clone(),
            gateway: a.gateway.clone(),
            method: a.method.clone(),
            currency: a.currency.clone(),
            ttl_minutes: a.ttl_minutes,
            dry_run: Some(a.dry_run),
            actor: a.actor.clone(),
        })?;
        self.0.rows += report.rows;
        self.0.orders += report.orders;
        self.0.payments += report.payments;
        self.0.refunds += report.refunds;
        self.0.skipped += report.skipped;
        report.sums.into_iter().try_for_each(|sum| self.add(sum))?;
        self.0.problems.extend(report.problems.into_iter().map(|problem| {
            let place = usize::try_from(problem.row - 1).ok();
            let line = place.and_then(|place| lines.get(place)).copied();
            ImportProblem { row: line.unwrap_or(problem.row), ..problem }
        }));
        Ok(())
    }

    fn add(&mut self, sum: ImportSum) -> Result<()> {
        let Some(known) = self.0.sums.iter_mut().find(|known| known.currency == sum.currency)
        else {
            self.0.sums.push(sum);
            return Ok(());
        };
        let currency = Currency::parse(&sum.currency)?;
        for (known, more) in
            [(&mut known.collected, sum.collected), (&mut known.refunded, sum.refunded)]
        {
            let read = |text: &str| Money::parse("sum", text, currency);
            *known = read(known.as_str())?.add(read(more.as_str())?)?.to_text().into();
        }
        Ok(())
    }

    fn finish(mut self) -> ImportReport {
        self.0.problems.sort_by_key(|problem| problem.row);
        self.0
    }
}

fn show(report: &ImportReport, console: &mut Console<'_>) -> std::result::Result<(), Failure> {
    if report.dry_run {
        let dry = console.paint(Style::Yellow, "dry run");
        console.line(&format!("{dry}: nothing was written"))?;
    }
    let mut facts = vec![
        ("rows", report.rows.to_string()),
        ("orders", report.orders.to_string()),
        ("payments", report.payments.to_string()),
        ("refunds", report.refunds.to_string()),
        ("skipped", report.skipped.to_string()),
    ];
    for sum in &report.sums {
        facts.push(("collected", money(&sum.collected, &sum.currency)));
        facts.push(("paid back", money(&sum.refunded, &sum.currency)));
    }
    console.facts(&facts)?;
    if report.problems.is_empty() {
        return Ok(());
    }
    let problems = i64::try_from(report.problems.len()).unwrap_or(i64::MAX);
    let verb = if report.dry_run { "cannot be imported" } else { "not imported" };
    console.heading(&format!("{} {verb}", count(problems, "row")))?;
    let mut table = Table::new(&[">line", "row", "code", "what is wrong"]);
    for ImportProblem { row, id, code, message, message_zh } in &report.problems {
        let message = console.of_two(message, message_zh);
        table.row([row.to_string(), id.clone(), code.clone(), message.clone()]);
    }
    console.table(&table)
}
