//! The default store: one SQLite file, one writer with group commit, several readers.
//! It never works on a file that is not ours, and never in a process that inherited it through a fork.

mod failure;
mod file;
mod open;
mod patience;
mod readers;
mod session;
mod wal;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use self::open::{APPLICATION_ID, Opener};
use self::patience::Patience;
use self::readers::Readers;
use self::writer::Writer;
use crate::error::{Code, Error, Result};
use crate::store::group_commit::{GroupCommit, lock};
use crate::store::{Connection, Migration, Store, Work};

/// How a database file is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// For how many milliseconds a lock of another process is waited for before `storage_busy`.
    pub busy_timeout_ms: u64,
    /// Refuse a file that other users can read (`file_permissions`) instead of warning.
    pub strict_permissions: bool,
    /// Open a file on a network file system all the same. Only right if no other machine ever opens it.
    pub allow_network_fs: bool,
    /// The name of a registered SQLite file layer; the default one if `None`. For tests and benchmarks.
    pub vfs: Option<String>,
    /// What marks the file as ours, in SQLite's header; the books have one, and what else is kept here has another.
    pub application_id: i32,
    /// At most this many reads run at a time, at least one; others wait.
    pub read_connections: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions {
            busy_timeout_ms: 5_000,
            strict_permissions: false,
            allow_network_fs: false,
            vfs: None,
            application_id: APPLICATION_ID,
            read_connections: 4,
        }
    }
}

/// Keeps everything in one SQLite database. Any number of threads may use it, and any number of processes
/// may open the same file.
pub struct SqliteStore {
    parts: Arc<Parts>,
    warnings: Vec<Error>,
}

struct Parts {
    process: Process,
    writes: GroupCommit<Writer>,
    /// None for a database in memory: there, reads take turns with writes.
    readers: Option<Readers>,
    distrust: Distrust,
}

impl SqliteStore {
    /// Opens the database file at `path`, creates it if there is none (mode 0600), and brings its tables up
    /// to date.
    ///
    /// Refuses, and changes nothing, with `config_invalid` (no such directory, not writable, not a plain
    /// file), `not_ours`, `schema_newer`, `network_fs`, `file_permissions` (strict only); fails with
    /// `storage_busy`, `storage_full`, `storage_failed`.
    pub fn open(
        path: &Path,
        options: SqliteOptions,
        migrations: &'static [Migration],
    ) -> Result<SqliteStore> {
        let file = file::prepare(path, &options)?;
        let patience = Patience::new(options.busy_timeout_ms);
        let opener = Opener {
            path: file.path,
            vfs: options.vfs,
            application_id: options.application_id,
            patience,
        };
        let writer = Writer::new(opener.first(migrations)?, Some(opener.clone()));
        let readers = Readers::new(opener, options.read_connections);
        Ok(Self::assemble(writer, Some(readers), file.warnings))
    }

    /// A new, empty database in memory, gone when it is closed.
    pub fn in_memory(migrations: &'static [Migration]) -> Result<SqliteStore> {
        let writer = Writer::new(open::in_memory(migrations)?, None);
        Ok(Self::assemble(writer, None, Vec::new()))
    }

    /// What the operator should know about the file that was opened (`file_permissions`).
    pub fn warnings(&self) -> &[Error] {
        &self.warnings
    }

    fn assemble(writer: Writer, readers: Option<Readers>, warnings: Vec<Error>) -> Self {
        let parts = Parts {
            process: Process::this(),
            writes: GroupCommit::new(writer),
            readers,
            distrust: Distrust::default(),
        };
        SqliteStore { parts: Arc::new(parts), warnings }
    }
}

impl Store for SqliteStore {
    fn transact(&self, work: Work) -> Result<()> {
        let parts = &*self.parts;
        parts.process.check()?;
        parts.distrust.check()?;
        let result = parts.writes.submit(work);
        parts.distrust.learn(&result);
        result
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Connection) -> Result<()>) -> Result<()> {
        let parts = &*self.parts;
        parts.process.check()?;
        let result = match &parts.readers {
            Some(readers) => readers.read(work),
            None => parts.writes.with(|writer| writer.read(work)),
        };
        parts.distrust.learn(&result);
        result
    }

    fn refuse_writes(&self, why: &str) {
        self.parts.distrust.refuse(why);
    }

    /// Waits for what is running. The last connection to a file folds its log into it and removes the log.
    fn close(&self) {
        if self.parts.process.check().is_ok() {
            let writer = self.parts.writes.close();
            self.parts.readers.iter().for_each(Readers::close);
            drop(writer); // the last one, so that it can fold the log
        }
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.parts.process.check().is_err() {
            // A forked child has neither our threads nor our locks: to close these connections here would
            // write into the parent's database. They are left as they are.
            std::mem::forget(Arc::clone(&self.parts));
        } else {
            self.close();
        }
    }
}

/// The process that opened a database.
struct Process {
    id: u32,
    current: fn() -> u32,
}

impl Process {
    fn this() -> Self {
        Process { id: std::process::id(), current: std::process::id }
    }

    fn check(&self) -> Result<()> {
        if (self.current)() == self.id { Ok(()) } else { Err(Error::new(Code::AfterFork)) }
    }
}

/// Why what is stored cannot be trusted any more, once that is known.
#[derive(Default)]
struct Distrust {
    known: AtomicBool,
    why: Mutex<String>,
}

impl Distrust {
    fn check(&self) -> Result<()> {
        if !self.known.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(Error::new(Code::StorageCorrupt).with("why", lock(&self.why)))
    }

    /// Damage that anyone meets stops the writing for all.
    fn learn(&self, result: &Result<()>) {
        if let Err(error) = result
            && error.code() == Code::StorageCorrupt
        {
            self.refuse(error.detail("why").unwrap_or_default());
        }
    }

    /// The first reason stays: what follows is mostly its consequence.
    fn refuse(&self, why: &str) {
        let mut first = lock(&self.why);
        if !self.known.swap(true, Ordering::AcqRel) {
            why.clone_into(&mut first);
        }
    }
}
