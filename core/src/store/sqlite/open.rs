//! Opening a database: is it ours, which schema has it, and what every connection is set to.
//! It never changes a file before it knows that it is ours or empty.

use std::fmt::Write as _;
use std::path::PathBuf;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::failure::translate;
use super::file::unusable;
use super::patience::Patience;
use crate::error::{Code, Error, Result};
use crate::store::Migration;

/// Marks a file of books as ours ("PWRT" in SQLite's header).
pub(super) const APPLICATION_ID: i32 = 0x5057_5254;

/// Every statement of the library fits in, so none is ever compiled twice.
const STATEMENTS_CACHED: usize = 256;

/// What a writing connection is set to.
///
/// * FULL: anything less loses acknowledged commits with the power. `fullfsync` is the same promise on
///   Apple's disks and means nothing elsewhere.
/// * Checkpoints every 1,000 pages keep the log in the processor's cache; the file is cut back to 8 MiB
///   after a long reader has let it grow. This is the place to tune both.
/// * The cache of 8 MiB holds the hot ends of all tables.
const WRITER: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 8388608;
";

/// What a reading connection is set to; several are open at a time, so each has a smaller cache.
const READER: &str = "
    PRAGMA query_only = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -2048;
";

/// The smallest page, and so the smallest database.
const PAGE_MIN: u64 = 512;

/// Opens connections to one database file.
#[derive(Clone)]
pub(super) struct Opener {
    pub(super) path: PathBuf,
    pub(super) vfs: Option<String>,
    pub(super) application_id: i32,
    pub(super) patience: Patience,
}

/// Whose a file is.
enum Owner {
    Nobody,
    Us { schema: i64 },
    Somebody,
}

impl Opener {
    /// Opens the file for the first time: refuses what is not ours or newer than us, then migrates.
    pub(super) fn first(&self, migrations: &[Migration]) -> Result<Connection> {
        self.refuse_untouched(newest(migrations)?)?;
        self.patiently(|| {
            let connection = self.bare()?;
            if connection.is_readonly("main").map_err(translate)? {
                return Err(unusable(
                    &self.path,
                    "it cannot be written; make it writable for this user",
                ));
            }
            self.claim(&connection)?;
            set_up_writer(&connection)?;
            migrate(&connection, migrations)?;
            Ok(connection)
        })
    }

    /// Opens the file again for writing, after [`first`](Self::first).
    pub(super) fn writer(&self) -> Result<Connection> {
        self.patiently(|| {
            let connection = self.bare()?;
            set_up_writer(&connection)?;
            Ok(connection)
        })
    }

    /// Opens the file for reading. It may write to `-shm` all the same, which readers share.
    pub(super) fn reader(&self) -> Result<Connection> {
        self.patiently(|| {
            let connection = self.bare()?;
            connection.execute_batch(READER).map_err(translate)?;
            Ok(connection)
        })
    }

    fn bare(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(&self.path, flags, vfs.as_str()),
            None => Connection::open_with_flags(&self.path, flags),
        }
        .map_err(translate)?;
        let patience = self.patience;
        connection
            .busy_handler(Some(move |tries: i32| patience.wait(tries.unsigned_abs().into())))
            .map_err(translate)?;
        keep_statements(&connection)?;
        Ok(connection)
    }

    /// Some steps of opening fail with "busy" without asking the busy handler.
    fn patiently<T>(&self, mut open: impl FnMut() -> Result<T>) -> Result<T> {
        let mut tries = 0;
        loop {
            match open() {
                Err(error) if error.code() == Code::StorageBusy && self.patience.wait(tries) => {
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// Looks whose the file is without changing a byte of it.
    fn refuse_untouched(&self, newest: i64) -> Result<()> {
        let not_ours = || Error::new(Code::NotOurs).with("path", self.path.display());
        match self.look() {
            Ok(Owner::Us { schema }) if schema > newest => Err(schema_newer(schema, newest)),
            Ok(Owner::Us { .. }) => Ok(()),
            Ok(Owner::Somebody) => Err(not_ours()),
            // SQLite takes so few bytes for nothing at all, and would write over them.
            Ok(Owner::Nobody) if (1..PAGE_MIN).contains(&self.length("")) => Err(not_ours()),
            Ok(Owner::Nobody) => Ok(()),
            // The power went while it was created: SQLite repairs that, and `claim` looks again.
            Err(_) if self.length("-journal") > 0 => Ok(()),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                Err(not_ours())
            }
            Err(error) => Err(translate(error)),
        }
    }

    /// First at the file as it lies there, without locks, recovery or companions. If that does not settle
    /// it (a checkpoint may be half-way, or all there is stands in the log), with them, still only reading.
    fn look(&self) -> rusqlite::Result<Owner> {
        let found = self.look_in("immutable=1");
        match found {
            Ok(Owner::Nobody) if self.length("-wal") > 0 => self.look_in("mode=ro"),
            Err(_) => self.look_in("mode=ro"),
            settled => settled,
        }
    }

    fn look_in(&self, manner: &str) -> rusqlite::Result<Owner> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let uri = format!("file:{}?{manner}", percent_encoded(&self.path));
        let connection = match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(uri, flags, vfs.as_str()),
            None => Connection::open_with_flags(uri, flags),
        }?;
        self.owner(&connection)
    }

    /// The length of the database file or of one that SQLite keeps beside it; zero if there is none.
    fn length(&self, suffix: &str) -> u64 {
        std::fs::metadata(self.beside(suffix)).map_or(0, |metadata| metadata.len())
    }

    /// The path of a file that SQLite keeps beside the database.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(suffix);
        name.into()
    }

    /// Puts our mark on an empty file. This is done before the file keeps a log, so that the mark stands
    /// in the file itself and can be read without the log.
    fn claim(&self, connection: &Connection) -> Result<()> {
        exclusively(connection, |connection| match self.owner(connection).map_err(translate)? {
            Owner::Us { .. } => Ok(()),
            Owner::Nobody => connection
                .execute_batch(&format!("PRAGMA application_id = {}", self.application_id))
                .map_err(translate),
            Owner::Somebody => Err(Error::new(Code::NotOurs).with("path", self.path.display())),
        })
    }

    fn owner(&self, connection: &Connection) -> rusqlite::Result<Owner> {
        let number = |statement| connection.query_row(statement, [], |row| row.get::<_, i64>(0));
        let application = number("PRAGMA application_id")?;
        let schema = number("PRAGMA user_version")?;
        if application == i64::from(self.application_id) {
            return Ok(Owner::Us { schema });
        }
        let table = connection.query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |_| Ok(()));
        let empty = table.optional()?.is_none();
        Ok(if empty && application == 0 && schema == 0 { Owner::Nobody } else { Owner::Somebody })
    }
}

/// A database in memory, with the same settings and schema.
pub(super) fn in_memory(migrations: &[Migration]) -> Result<Connection> {
    let connection = Connection::open_in_memory().map_err(translate)?;
    keep_statements(&connection)?;
    connection.execute_batch(WRITER).map_err(translate)?;
    migrate(&connection, migrations)?;
    Ok(connection)
}

/// Has every statement compiled once. Unless told that a plan must not depend on the values bound, SQLite compiles
/// each join and each sorted query anew whenever its values change, which costs more than running it.
fn keep_statements(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    let stable = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
    stable.map(drop).map_err(translate)
}

fn set_up_writer(connection: &Connection) -> Result<()> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(translate)?;
    if mode != "wal" {
        let why = "this file system cannot share memory between processes (WAL)";
        return Err(Error::new(Code::StorageFailed).with("why", why));
    }
    connection.execute_batch(WRITER).map_err(translate)
}

/// Takes every step that the database has not taken yet, each in one transaction with its number. Another
/// process may do the same at the same time: each step looks again under the lock.
fn migrate(connection: &Connection, migrations: &[Migration]) -> Result<()> {
    let newest = newest(migrations)?;
    for migration in migrations {
        exclusively(connection, |connection| {
            let found = connection
                .query_row("PRAGMA user_version", [], |row| row.get(0))
                .map_err(translate)?;
            if found > newest {
                return Err(schema_newer(found, newest));
            }
            if found >= migration.number {
                return Ok(());
            }
            connection.execute_batch(migration.statements).map_err(translate)?;
            connection
                .execute_batch(&format!("PRAGMA user_version = {}", migration.number))
                .map_err(translate)
        })?;
    }
    Ok(())
}

/// Runs `work` in a transaction that holds the write lock; one that fails is undone when SQLite's
/// transaction object is dropped.
fn exclusively(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<()>,
) -> Result<()> {
    use rusqlite::{Transaction, TransactionBehavior::Immediate};
    let transaction = Transaction::new_unchecked(connection, Immediate).map_err(translate)?;
    work(&transaction)?;
    transaction.commit().map_err(translate)
}

/// The number of the last migration. They are numbered 1, 2, 3, …, so a gap is a slip of ours.
fn newest(migrations: &[Migration]) -> Result<i64> {
    let numbers = migrations.iter().map(|migration| migration.number);
    if numbers.ne(1..=migrations.len() as i64) {
        return Err(Error::bug("the migrations are not numbered 1, 2, 3, …"));
    }
    Ok(migrations.len() as i64)
}

fn schema_newer(found: i64, known: i64) -> Error {
    Error::new(Code::SchemaNewer).with("found", found).with("known", known)
}

/// A path as part of a URI: everything but plain characters as `%XX`.
fn percent_encoded(path: &std::path::Path) -> String {
    let mut encoded = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            encoded.push(byte.into());
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::MIGRATIONS;
    use rusqlite::StatementStatus;

    /// Protects: speed. A statement with a join is compiled once, however often its values change.
    #[test]
    fn statements_are_compiled_once() {
        let connection = in_memory(MIGRATIONS).unwrap();
        let join = "SELECT o.id FROM payments p JOIN orders o ON o.id = p.order_id \
                    WHERE p.public_id = ?1";
        for id in 0..5 {
            let mut statement = connection.prepare_cached(join).unwrap();
            assert_eq!(statement.query([id]).unwrap().next().unwrap().map(drop), None);
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        }
    }
}
