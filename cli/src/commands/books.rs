//! The books and the clockwork: audit, balances, due work, lifecycles. It never hides a violation behind a summary.

use paywright::api::Paywright;
use paywright::api::types::{Balance, DueReport, VerifyReport, arguments as call};
use paywright::text::escape_line;

use super::count;
use crate::arguments::Shared;
use crate::console::{Console, Style};
use crate::failure::{Failure, Outcome};
use crate::open::{IN_MEMORY, options};
use crate::table::Table;

/// Audits the books; the answer is no when something does not hold.
pub(super) fn verify(pay: &Paywright, console: &mut Console<'_>) -> Outcome {
    let report = pay.verify(call::verify {})?;
    match console.json() {
        true => console.document(&report)?,
        false => audited(&report, console)?,
    }
    Ok(report.ok)
}

/// An audit in words.
pub(super) fn audited(report: &VerifyReport, console: &mut Console<'_>) -> Result<(), Failure> {
    let looked = format!(
        "{}, {}, {}, {}, {}",
        count(report.orders, "order"),
        count(report.payments, "payment"),
        count(report.refunds, "refund"),
        count(report.transfers, "transfer"),
        count(report.entries, "event"),
    );
    if report.ok {
        let sound = console.paint(Style::Green, "sound");
        return console.line(&format!("{sound}: {looked}; every sum, invariant and seal holds"));
    }
    let violations = count(report.violations.len() as i64, "violation");
    let violations = console.paint(Style::Red, &violations);
    console.line(&format!("{violations} in {looked}"))?;
    let mut table = Table::new(&["invariant", "subject", "what is wrong"]);
    for violation in &report.violations {
        table.row([violation.invariant.clone(), violation.subject.clone(), violation.what.clone()]);
    }
    console.table(&table)
}

/// Shows balances.
pub(super) fn balances(pay: &Paywright, console: &mut Console<'_>) -> Outcome {
    let balances = pay.balances(call::balances {})?;
    match (console.json(), balances.is_empty()) {
        (true, _) => console.document(&balances)?,
        (false, true) => console.line("every account is even")?,
        (false, false) => console.table(&balance_table(&balances))?,
    }
    Ok(true)
}

/// Balances as a table.
pub(super) fn balance_table(balances: &[Balance]) -> Table {
    let mut table = Table::new(&["account", ">debit", ">credit", ">balance"]);
    for one in balances {
        table.row([
            one.account.clone(),
            one.debit.to_string(),
            one.credit.to_string(),
            super::money(&one.balance, &one.currency),
        ]);
    }
    table
}

/// Runs due work.
pub(super) fn run_due(pay: &Paywright, limit: Option<i64>, console: &mut Console<'_>) -> Outcome {
    let report = pay.run_due(call::run_due { limit })?;
    if console.json() {
        return console.document(&report).map(|()| true);
    }
    let DueReport { payments, refunds, orders, failures, sealed, webhooks, webhooks_failed } =
        &report;
    console.line(&format!(
        "looked at {}, {}, {}; sealed {}",
        count(*payments, "payment"),
        count(*refunds, "refund"),
        count(*orders, "order"),
        count(*sealed, "row"),
    ))?;
    if webhooks + webhooks_failed > 0 {
        let delivered = count(*webhooks, "message");
        console.line(&format!("delivered {delivered} to webhooks, {webhooks_failed} failed"))?;
    }
    for failure in failures {
        let later = console.paint(Style::Yellow, "will be tried again");
        console.line(&format!("{later}: {}", escape_line(failure)))?;
    }
    Ok(true)
}

/// Prints a lifecycle. It needs no database.
pub(super) fn diagram(shared: &Shared, machine: &str, console: &mut Console<'_>) -> Outcome {
    let mut options = options(shared, console)?;
    if options.gateways.is_empty() {
        options.mode = paywright::api::types::Mode::development;
    }
    let pay = Paywright::open(IN_MEMORY, options)?;
    let text = pay.diagram(call::diagram { machine: machine.to_owned() })?;
    match console.json() {
        true => console.document(&text)?,
        false => console.line(text.trim_end())?,
    }
    Ok(true)
}
