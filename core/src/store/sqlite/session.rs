//! What one unit of work sees of a SQLite connection. It never begins or ends a transaction.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, params_from_iter};

use super::failure::translate;
use crate::error::{Code, Error, Group, Result};
use crate::store::{Connection, Row, Value};

/// What a session may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Look only.
    Read,
    /// Write; whoever runs the session undoes the whole transaction if it fails.
    Write,
    /// Write inside a savepoint, which is taken before the first write.
    WriteInSavepoint,
}

/// A connection as one unit of work uses it, and what it did there.
pub(super) struct Session<'c> {
    connection: &'c rusqlite::Connection,
    access: Access,
    wrote: bool,
    broken: Option<Error>,
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c rusqlite::Connection, access: Access) -> Self {
        Session { connection, access, wrote: false, broken: None }
    }

    /// Whether a statement that changes something was run, or tried.
    pub(super) fn wrote(&self) -> bool {
        self.wrote
    }

    /// The failure of the database after which nothing in this transaction may be kept, whatever the work
    /// made of it.
    pub(super) fn broken(&mut self) -> Option<Error> {
        self.check().err()
    }

    /// A statement after the end of the transaction would be a transaction of its own.
    fn check(&mut self) -> Result<()> {
        if self.access != Access::Read && self.connection.is_autocommit() {
            self.broken.get_or_insert_with(|| Error::bug("the transaction ended by itself"));
        }
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// Ends the savepoint, if one was taken.
    pub(super) fn end_savepoint(&mut self, keep: bool) -> Result<()> {
        if !self.wrote || self.access != Access::WriteInSavepoint {
            return Ok(());
        }
        if !keep {
            self.run("ROLLBACK TO work")?;
        }
        self.run("RELEASE work")
    }

    fn run(&mut self, statement: &'static str) -> Result<()> {
        run(self.connection, statement).map_err(|error| self.note(error))
    }

    fn prepare(&mut self, statement: &'static str) -> Result<CachedStatement<'c>> {
        self.check()?;
        let connection = self.connection;
        let prepared = connection.prepare_cached(statement).map_err(|error| self.note(error))?;
        if !prepared.readonly() {
            self.before_write()?;
        }
        Ok(prepared)
    }

    fn before_write(&mut self) -> Result<()> {
        match self.access {
            Access::Read => return Err(Error::bug("a read tried to write")),
            Access::WriteInSavepoint if !self.wrote => self.run("SAVEPOINT work")?,
            Access::Write | Access::WriteInSavepoint => {}
        }
        self.wrote = true;
        Ok(())
    }

    /// Remembers failures of the database itself: SQLite may have undone more than one statement.
    fn note(&mut self, error: rusqlite::Error) -> Error {
        let error = translate(error);
        if error.code().group() == Group::StorageError {
            self.broken.get_or_insert_with(|| error.clone());
        }
        error
    }
}

/// Runs a statement without values or rows, such as `BEGIN`.
pub(super) fn run(
    connection: &rusqlite::Connection,
    statement: &'static str,
) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(drop)
}

impl Connection for Session<'_> {
    fn execute(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let changed = self.prepare(statement)?.execute(bound(values));
        changed.map(|rows| rows as u64).map_err(|error| self.note(error))
    }

    fn insert(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<i64> {
        match self.execute(statement, values)? {
            // `ON CONFLICT DO NOTHING` kept the row out; the connection still remembers an older row.
            0 => Ok(0),
            1 => Ok(self.connection.last_insert_rowid()),
            rows => Err(Error::bug(format_args!("an insert of one row made {rows}"))),
        }
    }

    fn query(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let mut prepared = self.prepare(statement)?;
        let mut rows = prepared.query(bound(values)).map_err(|error| self.note(error))?;
        while let Some(row) = rows.next().map_err(|error| self.note(error))? {
            each(row)?;
        }
        Ok(())
    }
}

/// Hands a value to SQLite without a copy of ours in between.
struct Bound<'a>(&'a Value<'a>);

fn bound<'a>(values: &'a [Value<'a>]) -> impl rusqlite::Params + 'a {
    params_from_iter(values.iter().map(Bound))
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Row for rusqlite::Row<'_> {
    fn integer(&self, column: usize) -> Result<i64> {
        self.optional_integer(column)?.ok_or_else(|| unexpected(column, "nothing"))
    }

    fn optional_integer(&self, column: usize) -> Result<Option<i64>> {
        match value(self, column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => Err(unexpected(column, other.data_type())),
        }
    }

    fn text(&self, column: usize) -> Result<&str> {
        self.optional_text(column)?.ok_or_else(|| unexpected(column, "nothing"))
    }

    fn optional_text(&self, column: usize) -> Result<Option<&str>> {
        match value(self, column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(unexpected(column, "text that is not UTF-8")),
            },
            other => Err(unexpected(column, other.data_type())),
        }
    }

    fn blob(&self, column: usize) -> Result<&[u8]> {
        self.optional_blob(column)?.ok_or_else(|| unexpected(column, "nothing"))
    }

    fn optional_blob(&self, column: usize) -> Result<Option<&[u8]>> {
        match value(self, column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            other => Err(unexpected(column, other.data_type())),
        }
    }
}

fn value<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<ValueRef<'r>> {
    row.get_ref(column).map_err(translate)
}

fn unexpected(column: usize, found: impl std::fmt::Display) -> Error {
    let why = format_args!("column {column} of a row holds {found}");
    Error::new(Code::StorageCorrupt).with("why", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> rusqlite::Connection {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE thing (id INTEGER PRIMARY KEY, it ANY) STRICT")
            .unwrap();
        connection
    }

    const ADD: &str = "INSERT INTO thing (it) VALUES (?1)";

    /// Protects: every value comes back as it was given, and as nothing else.
    #[test]
    fn values_return_unchanged() {
        let connection = connection();
        connection.execute_batch("BEGIN").unwrap();
        let mut session = Session::new(&connection, Access::Write);
        for (value, kind) in [
            (Value::Null, "null"),
            (Value::Integer(i64::MIN), "integer"),
            (Value::Text("1元"), "text"),
            (Value::Blob(&[0, 255]), "blob"),
        ] {
            let id = session.insert(ADD, &[value]).unwrap();
            let read = |row: &dyn Row| {
                let number = row.optional_integer(0);
                let text = row.optional_text(0);
                let blob = row.optional_blob(0);
                assert_eq!(number.is_ok(), matches!(kind, "null" | "integer"), "{kind}");
                assert_eq!(text.is_ok(), matches!(kind, "null" | "text"), "{kind}");
                assert_eq!(blob.is_ok(), matches!(kind, "null" | "blob"), "{kind}");
                for error in [row.integer(0).err(), row.text(0).err(), row.blob(0).err()] {
                    assert!(error.is_none_or(|error| error.code() == Code::StorageCorrupt));
                }
                match value {
                    Value::Null => assert_eq!(number.unwrap(), None),
                    Value::Integer(given) => assert_eq!(row.integer(0).unwrap(), given),
                    Value::Text(given) => assert_eq!(row.text(0).unwrap(), given),
                    Value::Blob(given) => assert_eq!(row.blob(0).unwrap(), given),
                }
                Ok(())
            };
            let query = "SELECT it FROM thing WHERE id = ?1";
            session.query(query, &[Value::Integer(id)], &mut { read }).unwrap();
        }
    }

    /// Protects: a read cannot write, not even through a statement that also answers rows.
    #[test]
    fn a_read_cannot_write() {
        let connection = connection();
        let mut session = Session::new(&connection, Access::Read);
        let returning = "INSERT INTO thing (it) VALUES (?1) RETURNING id";
        assert_eq!(session.execute(ADD, &[Value::Null]).unwrap_err().code(), Code::Internal);
        let answered = session.query(returning, &[Value::Null], &mut |_| Ok(()));
        assert_eq!(answered.unwrap_err().code(), Code::Internal);
        let rows: i64 =
            connection.query_row("SELECT count(*) FROM thing", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0);
    }

    /// Protects: defects of ours (wrong statement, wrong number of values, no such column) are `internal`,
    /// and do not pass for damage of the database.
    #[test]
    fn defects_are_internal() {
        let connection = connection();
        connection.execute_batch("BEGIN").unwrap();
        let mut session = Session::new(&connection, Access::Write);
        let defects = [
            session.execute("NO SUCH STATEMENT", &[]).err(),
            session.execute(ADD, &[]).err(),
            session.insert("INSERT INTO thing SELECT NULL, 1 UNION SELECT NULL, 2", &[]).err(),
            session.query("SELECT 1", &[], &mut |row| row.integer(7).map(drop)).err(),
        ];
        for defect in defects {
            assert_eq!(defect.unwrap().code(), Code::Internal);
        }
        assert!(session.broken().is_none());
    }
}
