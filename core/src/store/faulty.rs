//! A store that fails exactly once, at the n-th thing it is asked for, so that a test can let every step of
//! a story fail in turn. It never invents a failure that a real store cannot have.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Connection, Row, Store, Value, Work};
use crate::error::{Code, Error, Result};

/// How the chosen call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// With an error of this code; nothing of the unit of work is kept.
    Fails(Code),
    /// By a panic inside the unit of work. Where no unit of work runs, with `internal`.
    Panics,
}

/// Wraps a store and counts, from 1: the beginning of each unit of work and of each read, each statement,
/// and for each unit of work that ended well two more: the commit that fails before anything is durable, and
/// the commit that is durable although its answer is lost, which always says `storage_unknown`.
pub struct Faulty<S> {
    store: S,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Default)]
struct Plan {
    calls: u64,
    strike: Option<(u64, Fault)>,
}

impl<S: Store> Faulty<S> {
    /// Wraps `store`; until [`strike`](Self::strike), nothing fails.
    pub fn new(store: S) -> Self {
        Faulty { store, plan: Arc::default() }
    }

    /// Starts counting again; the `at`-th call from now on fails, all others do not.
    pub fn strike(&self, at: u64, fault: Fault) {
        *lock(&self.plan) = Plan { calls: 0, strike: Some((at, fault)) };
    }

    /// Starts counting again; nothing fails.
    pub fn relent(&self) {
        *lock(&self.plan) = Plan::default();
    }

    /// How many calls were counted. A sweep is at its end when this is below the call that was to fail.
    pub fn calls(&self) -> u64 {
        lock(&self.plan).calls
    }

    /// The store inside.
    pub fn inner(&self) -> &S {
        &self.store
    }
}

impl<S: Store> Store for Faulty<S> {
    fn transact(&self, mut work: Work) -> Result<()> {
        outside(&self.plan)?;
        let plan = Arc::clone(&self.plan);
        self.store.transact(Box::new(move |connection| {
            work(&mut FaultyConnection { connection, plan: &plan })?;
            inside(&plan)
        }))?;
        match next(&self.plan) {
            Some(_) => Err(Error::new(Code::StorageUnknown)),
            None => Ok(()),
        }
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Connection) -> Result<()>) -> Result<()> {
        outside(&self.plan)?;
        self.store
            .read(&mut |connection| work(&mut FaultyConnection { connection, plan: &self.plan }))
    }

    fn refuse_writes(&self, why: &str) {
        self.store.refuse_writes(why);
    }

    fn close(&self) {
        self.store.close();
    }
}

struct FaultyConnection<'a> {
    connection: &'a mut dyn Connection,
    plan: &'a Mutex<Plan>,
}

impl Connection for FaultyConnection<'_> {
    fn execute(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<u64> {
        inside(self.plan)?;
        self.connection.execute(statement, values)
    }

    fn insert(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<i64> {
        inside(self.plan)?;
        self.connection.insert(statement, values)
    }

    fn query(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        inside(self.plan)?;
        self.connection.query(statement, values, each)
    }
}

/// Counts a call; answers the fault if it is this one's turn.
fn next(plan: &Mutex<Plan>) -> Option<Fault> {
    let mut plan = lock(plan);
    plan.calls += 1;
    let calls = plan.calls;
    plan.strike.filter(|(at, _)| *at == calls).map(|(_, fault)| fault)
}

/// A call inside a unit of work.
fn inside(plan: &Mutex<Plan>) -> Result<()> {
    match next(plan) {
        None => Ok(()),
        Some(Fault::Fails(code)) => Err(Error::new(code)),
        // Not `panic!`: the hook would print each of a sweep's hundred.
        Some(Fault::Panics) => resume_unwind(Box::new("a fault that a test asked for")),
    }
}

/// A call where no unit of work runs, so that no panic can be meant.
fn outside(plan: &Mutex<Plan>) -> Result<()> {
    match next(plan) {
        None => Ok(()),
        Some(Fault::Fails(code)) => Err(Error::new(code)),
        Some(Fault::Panics) => Err(Error::bug("a fault that a test asked for")),
    }
}

fn lock(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[cfg(feature = "sqlite")]
mod tests {
    use super::*;
    use crate::store::contract::{SQLITE, check};
    use crate::store::sqlite::SqliteStore;
    use crate::store::{read, transact};

    fn faulty() -> Faulty<SqliteStore> {
        Faulty::new(SqliteStore::in_memory(SQLITE).unwrap())
    }

    fn rows(store: &dyn Store) -> i64 {
        let count = "SELECT count(*) FROM shelf";
        read(store, |connection| {
            let mut rows = 0;
            connection.query(count, &[], &mut |row| row.integer(0).map(|number| rows = number))?;
            Ok(rows)
        })
        .unwrap()
    }

    /// Protects: a store that is told not to fail keeps all promises of the store inside.
    #[test]
    fn without_faults_it_keeps_the_contract() {
        check(&|| Box::new(faulty()));
    }

    /// Protects: a sweep meets every step once, ends, and only the lost answer leaves a change behind.
    #[test]
    fn a_sweep_meets_every_step() {
        for fault in [Fault::Fails(Code::StorageFull), Fault::Panics] {
            let mut outcomes = Vec::new();
            for at in 1.. {
                let store = faulty();
                store.strike(at, fault);
                let result = transact(&store, |connection| {
                    let add = "INSERT INTO shelf (name, number) VALUES (?1, 1)";
                    connection.insert(add, &[Value::Text("one")])?;
                    connection.insert(add, &[Value::Text("two")])
                });
                let calls = store.calls();
                store.relent();
                outcomes.push((result.err().map(|error| error.code()), rows(&store)));
                if calls < at {
                    break;
                }
            }
            let failure = match fault {
                Fault::Fails(code) => (Some(code), 0),
                Fault::Panics => (Some(Code::Internal), 0),
            };
            let unknown = (Some(Code::StorageUnknown), 2);
            assert_eq!(outcomes, [failure, failure, failure, failure, unknown, (None, 2)]);
        }
    }

    /// Protects: reads are counted and fail as well.
    #[test]
    fn reads_fail_too() {
        let store = faulty();
        for (at, expected) in
            [(1, Some(Code::StorageFailed)), (2, Some(Code::StorageFailed)), (3, None)]
        {
            store.strike(at, Fault::Fails(Code::StorageFailed));
            let result =
                read(&store, |connection| connection.query("SELECT 1", &[], &mut |_| Ok(())));
            assert_eq!(result.err().map(|error| error.code()), expected);
        }
    }
}
