//! Rows of another system's payments table, taken over as orders, payments, refunds and transfers. It asks no gateway, and
//! whatever it books is settled as everything else is.

mod record;
mod refund;
mod row;
mod words;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

pub use row::{ImportRow, RowKind, Stands};

use super::Engine;
use super::orders::ACTOR_MAX;
use crate::currency::Currency;
use crate::error::{Code, Error, Group, Result};
use crate::id::RefundId;
use crate::order;
use crate::text;

/// Rows are written in units of about so many: enough that the disk is waited for rarely, few enough that nobody else waits
/// long.
const UNIT_ROWS: usize = 200;
/// A unit is tried so often without rows that cannot be taken over, before its orders go one by one.
const UNIT_TRIES: u32 = 8;
/// A row without an end of its own may be left open for a year, at most.
const TTL_MINUTES_MAX: i64 = 366 * 24 * 60;

/// What shall be taken over, and how.
#[derive(Clone, Debug)]
pub struct Import {
    /// The rows that could be read.
    pub rows: Vec<ImportRow>,
    /// The name of their table.
    pub table: String,
    /// The lifecycle of orders that are created.
    pub flow: String,
    /// How long the old system left a payment open.
    pub ttl_minutes: Option<i64>,
    /// Write nothing, and say what would be written.
    pub dry_run: bool,
    /// Who takes them over.
    pub actor: String,
}

/// A row that was not taken over.
#[derive(Clone, Debug)]
pub struct ImportProblem {
    /// Its place among the rows given.
    pub number: i64,
    /// What names it in its table.
    pub id: String,
    /// What is wrong.
    pub error: Error,
}

/// What was taken over.
#[derive(Clone, Debug, Default)]
pub struct ImportReport {
    /// Orders created.
    pub orders: i64,
    /// Payments written.
    pub payments: i64,
    /// Refunds written.
    pub refunds: i64,
    /// Rows that changed nothing.
    pub skipped: i64,
    /// Collected and paid back by currency, in minor units.
    pub sums: BTreeMap<Currency, (i64, i64)>,
    /// Rows that were not taken over, in their order.
    pub problems: Vec<ImportProblem>,
}

impl ImportReport {
    fn add(&mut self, tally: Tally) -> Result<()> {
        self.orders += tally.orders;
        self.payments += tally.payments;
        self.refunds += tally.refunds;
        self.skipped += tally.skipped;
        for (currency, collected, refunded) in tally.money {
            let sums = self.sums.entry(currency).or_default();
            order::add(&mut sums.0, collected)?;
            order::add(&mut sums.1, refunded)?;
        }
        Ok(())
    }
}

/// What a unit of work did.
#[derive(Clone, Debug, Default)]
struct Tally {
    orders: i64,
    payments: i64,
    refunds: i64,
    skipped: i64,
    /// What was collected and what went back.
    money: Vec<(Currency, i64, i64)>,
    /// Refunds that a flow asks for.
    follow_up: Vec<RefundId>,
    /// What nobody else may have any more.
    taken: Vec<Taken>,
}

/// Something that only one row may have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Taken {
    /// The name of a row in the journal.
    Row(String),
    /// A gateway's number of a movement of money.
    Transaction(String, String),
    /// A gateway's number of a refund.
    Refund(String, String),
    /// The reference under which a gateway knows a payment.
    Reference(String, String),
}

/// All rows of one order: what is over, then what went back, then what is still open.
type Rows = Vec<ImportRow>;

/// What every unit of an import knows.
struct Terms {
    table: String,
    flow: String,
    dry_run: bool,
    /// What the units of a dry run would have taken: each ends without a trace, and the next must know.
    taken: Mutex<HashSet<Taken>>,
}

impl Terms {
    fn take(&self, taken: Vec<Taken>) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).extend(taken);
    }

    fn has(&self, taken: &Taken) -> bool {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).contains(taken)
    }
}

/// How a unit of work ended.
enum Ended {
    Done(Tally),
    /// A row cannot be taken over; nothing was written.
    Stuck(i64, Error),
}

impl Engine {
    /// Takes rows over. Fails with `flow_not_found`, `id_format` and `argument_range`, and with what keeps the
    /// database from working; what was written before that stays, and is recognised when it comes again.
    pub fn import_payments(self: &Arc<Self>, import: Import) -> Result<ImportReport> {
        let Import { rows, table, flow, ttl_minutes, dry_run, actor } = import;
        text::reference("table", &table)?;
        text::line("actor", &actor, ACTOR_MAX)?;
        self.flow(&flow)?;
        if let Some(minutes) = ttl_minutes.filter(|m| !(1..=TTL_MINUTES_MAX).contains(m)) {
            return Err(Error::new(Code::ArgumentRange)
                .with("field", "ttl_minutes")
                .with("given", minutes)
                .with("rule", format_args!("1 to {TTL_MINUTES_MAX}")));
        }
        let mut report = ImportReport::default();
        let mut sound = Vec::with_capacity(rows.len());
        for mut row in rows {
            row.settle_open(ttl_minutes, self.now());
            match row.check() {
                Ok(()) => sound.push(row),
                Err(error) => report.problem(&row, error),
            }
        }
        let terms = Arc::new(Terms { table, flow, dry_run, taken: Mutex::default() });
        for unit in units(by_order(sound)) {
            self.import_unit(&terms, &actor, unit, &mut report)?;
        }
        report.problems.sort_by_key(|problem| problem.number);
        Ok(report)
    }

    /// One unit of work, without the rows that cannot be taken over; one for each order where there are many of those.
    fn import_unit(
        self: &Arc<Self>,
        terms: &Arc<Terms>,
        actor: &str,
        mut unit: Vec<Rows>,
        report: &mut ImportReport,
    ) -> Result<()> {
        let mut tries = 0;
        loop {
            if tries == UNIT_TRIES && unit.len() > 1 {
                let mut orders = unit.into_iter();
                return orders
                    .try_for_each(|rows| self.import_unit(terms, actor, vec![rows], report));
            }
            tries += 1;
            match self.try_unit(terms, actor, &unit)? {
                Ended::Done(mut tally) => {
                    let taken = std::mem::take(&mut tally.taken);
                    match terms.dry_run {
                        true => terms.take(taken),
                        false => self.send_refunds(&tally.follow_up),
                    }
                    return report.add(tally);
                }
                Ended::Stuck(number, error) => match take_out(&mut unit, number) {
                    Some(row) => report.problem(&row, error),
                    None => return Err(error),
                },
            }
        }
    }

    fn try_unit(self: &Arc<Self>, terms: &Arc<Terms>, actor: &str, unit: &[Rows]) -> Result<Ended> {
        let unit = unit.to_vec();
        let terms = Arc::clone(terms);
        // Which row is at work, and what a dry run found before everything was taken back.
        let progress = Arc::new(Mutex::new((0, None)));
        let shared = Arc::clone(&progress);
        let done = self.transact(actor, move |books| {
            let mut progress = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let mut tally = Tally::default();
            for rows in &unit {
                books.import_order(&terms, rows, &mut tally, &mut progress.0)?;
            }
            match terms.dry_run {
                false => Ok(tally),
                true => {
                    progress.1 = Some(tally);
                    Err(Error::bug("a dry run ends without a trace"))
                }
            }
        });
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        match (done, progress.1.take()) {
            (Ok(tally), _) | (Err(_), Some(tally)) => Ok(Ended::Done(tally)),
            (Err(error), None) => match error.code().group() {
                Group::StorageError | Group::InternalError => Err(error),
                _ => Ok(Ended::Stuck(progress.0, error)),
            },
        }
    }
}

impl ImportReport {
    fn problem(&mut self, row: &ImportRow, error: Error) {
        self.problems.push(ImportProblem { number: row.number, id: row.id.clone(), error });
    }
}

/// Takes the row of this number out of a unit.
fn take_out(unit: &mut [Rows], number: i64) -> Option<ImportRow> {
    unit.iter_mut()
        .find_map(|rows| rows.iter().position(|row| row.number == number).map(|at| rows.remove(at)))
}

/// The rows of each order, orders in the order in which they first appear.
fn by_order(rows: Vec<ImportRow>) -> Vec<Rows> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut orders: Vec<Rows> = Vec::new();
    for row in rows {
        let next = orders.len();
        let place = *places.entry(row.reference.clone()).or_insert(next);
        match orders.get_mut(place) {
            Some(rows) => rows.push(row),
            None => orders.push(vec![row]),
        }
    }
    for rows in &mut orders {
        rows.sort_by_key(|row| (row.kind == RowKind::Charge && row.is_live(), row.kind));
    }
    orders
}

/// Whole orders, put together until there are enough rows.
fn units(orders: Vec<Rows>) -> Vec<Vec<Rows>> {
    let mut units: Vec<Vec<Rows>> = Vec::new();
    let mut size = UNIT_ROWS;
    for rows in orders {
        if size >= UNIT_ROWS {
            units.push(Vec::new());
            size = 0;
        }
        size += rows.len();
        if let Some(unit) = units.last_mut() {
            unit.push(rows);
        }
    }
    units
}
