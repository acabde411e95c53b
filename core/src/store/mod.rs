//! Where everything is kept: units of work that happen wholly or not at all, and consistent reads.
//! A store knows nothing of payments; what is said to it stands in [`sql`](self).

#[cfg(any(test, feature = "testing"))]
pub mod contract;
pub mod dialect;
#[cfg(any(test, feature = "testing"))]
pub mod faulty;
#[cfg(feature = "sqlite")]
mod group_commit;
pub mod schema;
pub mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Code, Error, Result};
pub use schema::Migration;

/// One value handed to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// One row of an answer; columns count from zero. Every reader fails with `storage_corrupt` on another type.
pub trait Row {
    /// A whole number that is always there.
    fn integer(&self, column: usize) -> Result<i64>;
    /// A whole number or nothing.
    fn optional_integer(&self, column: usize) -> Result<Option<i64>>;
    /// Text that is always there.
    fn text(&self, column: usize) -> Result<&str>;
    /// Text or nothing.
    fn optional_text(&self, column: usize) -> Result<Option<&str>>;
    /// Bytes that are always there.
    fn blob(&self, column: usize) -> Result<&[u8]>;
    /// Bytes or nothing.
    fn optional_blob(&self, column: usize) -> Result<Option<&[u8]>>;
}

/// What a unit of work speaks to. Statements are written with `?1`, `?2`, … and never built at run time.
pub trait Connection {
    /// Runs a statement; answers how many rows it changed.
    fn execute(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<u64>;

    /// Runs an `INSERT` of one row; answers its integer key, or zero when `ON CONFLICT DO NOTHING`
    /// kept the row out.
    fn insert(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<i64>;

    /// Runs a query and shows each row in turn; an error from `each` ends it.
    fn query(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()>;
}

/// A unit of work: everything it does through the connection happens, or nothing of it. It may be run
/// again from the start (after a conflict), so it changes nothing but through the connection.
pub type Work = Box<dyn FnMut(&mut dyn Connection) -> Result<()> + Send>;

/// A look whether all was done before. It writes nothing, and may be run again like a unit of work. Each of its statements
/// sees what is committed when it begins, which may be more than the one before saw.
pub type Look = Box<dyn FnMut(&mut dyn Connection) -> Result<bool> + Send>;

/// A place to keep things. What it promises is written down as the contract suite (`store::contract`).
pub trait Store: Send + Sync {
    /// Runs a unit of work and returns once it is durable, or once it certainly left no trace.
    /// The one exception is `storage_unknown`: the commit itself failed and only reading again can tell.
    fn transact(&self, work: Work) -> Result<()>;

    /// Runs a unit of work, or nothing where `look` finds that all was done before. A store looks where that spares a
    /// caller the wait for its turn to write, and nowhere else. `twins` is what two callers say who are about to do the
    /// same: one of them may wait for the other alone, and look again.
    fn look_or_transact(&self, twins: &str, look: Look, work: Work) -> Result<()> {
        drop((twins, look));
        self.transact(work)
    }

    /// Shows one consistent state to `work`, which must not write and must not call the store again.
    fn read(&self, work: &mut dyn FnMut(&mut dyn Connection) -> Result<()>) -> Result<()>;

    /// Whether the caller has a transaction of its own open, which every unit of work then is a part of. No request leaves
    /// this process as long as that is so.
    fn in_transaction(&self) -> bool {
        false
    }

    /// Does something once the caller's transaction is durable, on the thread that ends it; nothing where it is rolled
    /// back; at once where there is none.
    fn on_commit(&self, work: Box<dyn FnOnce() + Send>) -> Result<()> {
        work();
        Ok(())
    }

    /// Whether it serves the threads of a host only, none that were started here.
    fn wants_callers_thread(&self) -> bool {
        false
    }

    /// From now on reading is possible and writing is refused with `storage_corrupt`.
    fn refuse_writes(&self, why: &str);

    /// Gives everything back to the system. Later calls fail with `store_closed`.
    fn close(&self);
}

/// A stale version is read afresh this often before the caller is told (THREATS H85).
const VERSION_TRIES: u32 = 5;

/// Runs a unit of work that has a result.
pub fn transact<T: Send + 'static>(
    store: &dyn Store,
    work: impl FnMut(&mut dyn Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    tried(work, |_: &mut dyn Connection| Ok(None), |_, work| store.transact(work))
}

/// Runs a unit of work that has a result, unless the store looks first and `look` has it.
pub fn look_or_transact<T: Send + 'static>(
    store: &dyn Store,
    twins: &str,
    look: impl FnMut(&mut dyn Connection) -> Result<Option<T>> + Send + 'static,
    work: impl FnMut(&mut dyn Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    tried(work, look, |look, work| store.look_or_transact(twins, look, work))
}

/// Has `run` try a unit of work until its version is not stale; answers with its result, or with what the look found.
fn tried<T: Send + 'static>(
    work: impl FnMut(&mut dyn Connection) -> Result<T> + Send + 'static,
    look: impl FnMut(&mut dyn Connection) -> Result<Option<T>> + Send + 'static,
    run: impl Fn(Look, Work) -> Result<()>,
) -> Result<T> {
    let kept = Arc::new(Mutex::new((look, work, None)));
    for attempt in 1.. {
        let (looking, working) = (Arc::clone(&kept), Arc::clone(&kept));
        let look = move |connection: &mut dyn Connection| {
            let mut guard = looking.lock().unwrap_or_else(PoisonError::into_inner);
            let (look, _, result) = &mut *guard;
            *result = look(connection)?;
            Ok(result.is_some())
        };
        let work = move |connection: &mut dyn Connection| {
            let mut guard = working.lock().unwrap_or_else(PoisonError::into_inner);
            let (_, work, result) = &mut *guard;
            *result = Some(work(connection)?);
            Ok(())
        };
        match run(Box::new(look), Box::new(work)) {
            Err(e) if e.code() == Code::Version && attempt < VERSION_TRIES => continue,
            Err(e) => return Err(e),
            Ok(()) => break,
        }
    }
    let mut guard = kept.lock().unwrap_or_else(PoisonError::into_inner);
    guard.2.take().ok_or_else(|| Error::bug("a unit of work left no result"))
}

/// Reads something that has a result.
pub fn read<T>(
    store: &dyn Store,
    mut work: impl FnMut(&mut dyn Connection) -> Result<T>,
) -> Result<T> {
    let mut result = None;
    store.read(&mut |connection| {
        result = Some(work(connection)?);
        Ok(())
    })?;
    result.ok_or_else(|| Error::bug("a read left no result"))
}
