//! Notes what a unit of work writes, statement by statement, so that a benchmark can write the very same rows without
//! the engine. It changes nothing of what passes through.

use std::sync::{Arc, Mutex, PoisonError};

use paywright::error::Result;
use paywright::store::{Connection, Row, Store, Value, Work};
use rusqlite::types::Value as Owned;

/// One writing statement and its values.
#[derive(Clone, Debug)]
pub struct Written {
    /// The statement.
    pub statement: &'static str,
    /// Its values.
    pub values: Vec<Owned>,
}

/// What one unit of work wrote, in order.
pub type UnitOfWork = Vec<Written>;

/// A store that notes what is written through it.
pub struct Spy<S> {
    store: S,
    noted: Arc<Mutex<Vec<UnitOfWork>>>,
}

impl<S: Store> Spy<S> {
    /// Watches over a store. The notes fill the list that comes with it.
    pub fn new(store: S) -> (Self, Arc<Mutex<Vec<UnitOfWork>>>) {
        let noted = Arc::default();
        (Spy { store, noted: Arc::clone(&noted) }, noted)
    }
}

impl<S: Store> Store for Spy<S> {
    fn transact(&self, mut work: Work) -> Result<()> {
        let noted = Arc::clone(&self.noted);
        self.store.transact(Box::new(move |connection| {
            let mut watched = Watched { connection, written: Vec::new() };
            work(&mut watched)?;
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(watched.written);
            Ok(())
        }))
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Connection) -> Result<()>) -> Result<()> {
        self.store.read(work)
    }

    fn refuse_writes(&self, why: &str) {
        self.store.refuse_writes(why);
    }

    fn close(&self) {
        self.store.close();
    }
}

struct Watched<'a> {
    connection: &'a mut dyn Connection,
    written: UnitOfWork,
}

impl Watched<'_> {
    fn note(&mut self, statement: &'static str, values: &[Value<'_>]) {
        let values = values.iter().map(owned).collect();
        self.written.push(Written { statement, values });
    }
}

fn owned(value: &Value<'_>) -> Owned {
    match *value {
        Value::Null => Owned::Null,
        Value::Integer(number) => Owned::Integer(number),
        Value::Text(text) => Owned::Text(text.to_owned()),
        Value::Blob(bytes) => Owned::Blob(bytes.to_vec()),
    }
}

impl Connection for Watched<'_> {
    fn execute(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.note(statement, values);
        self.connection.execute(statement, values)
    }

    fn insert(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<i64> {
        self.note(statement, values);
        self.connection.insert(statement, values)
    }

    fn query(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.connection.query(statement, values, each)
    }
}
