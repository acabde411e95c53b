//! The one connection that writes, and how units of work become commits on it. It never tells anyone that a
//! change failed when it may be durable.

use rusqlite::Connection;

use super::failure::translate;
use super::open::Opener;
use super::patience::Courtesy;
use super::readers::guarded;
use super::session::{Access, Session, run};
use super::wal::may_hold_lost_commit;
use crate::error::{Code, Error, Result};
use crate::store::group_commit::{Committer, Job};

/// The writing connection, and where to get another after the disk failed.
pub(super) struct Writer {
    /// None after a failure of the disk: SQLite's handle is then dead, though the file may be well.
    connection: Option<Connection>,
    /// None for a database in memory, which lives in its connection.
    opener: Option<Opener>,
    /// None where no other process can wait.
    courtesy: Option<Courtesy>,
}

/// What a transaction came to.
enum End {
    /// Every job has its result.
    Done,
    /// A job failed after it had written: nothing of anyone is kept, all jobs must run again.
    Again,
}

impl Committer for Writer {
    /// First without savepoints, which would cost every job what hardly any needs; only if a job fails after
    /// it has written, once more with a savepoint around each.
    fn commit(&mut self, jobs: &mut [Job]) {
        if let Some(courtesy) = &mut self.courtesy {
            courtesy.before();
        }
        let result = match self.transaction(jobs, Access::Write) {
            Ok(End::Again) => self.transaction(jobs, Access::WriteInSavepoint).map(drop),
            result => result.map(drop),
        };
        if let Err(error) = result {
            for job in jobs {
                job.result = Err(error.clone());
            }
        }
        if let Some(courtesy) = &mut self.courtesy {
            courtesy.after();
        }
    }
}

impl Writer {
    pub(super) fn new(connection: Connection, opener: Option<Opener>) -> Self {
        let courtesy = opener.is_some().then(Courtesy::new);
        Writer { connection: Some(connection), opener, courtesy }
    }

    /// Runs a read on the writing connection, between two transactions.
    pub(super) fn read(
        &mut self,
        work: &mut dyn FnMut(&mut dyn crate::store::Connection) -> Result<()>,
    ) -> Result<()> {
        guarded(self.connection()?, work)
    }

    fn connection(&mut self) -> Result<&Connection> {
        if let (None, Some(opener)) = (&self.connection, &self.opener) {
            self.connection = Some(opener.writer()?);
        }
        self.connection.as_ref().ok_or_else(|| Error::bug("the database in memory is gone"))
    }

    /// Runs all jobs in one transaction and commits it.
    fn transaction(&mut self, jobs: &mut [Job], access: Access) -> Result<End> {
        let connection = self.connection()?;
        let attempted = run(connection, "BEGIN IMMEDIATE")
            .map_err(translate)
            .and_then(|()| attempt_all(connection, jobs, access));
        let result = match attempted {
            Ok(End::Done) => self.commit_all().map(|()| End::Done),
            // The failure of the only job is its result, and nobody else has to run again.
            Ok(End::Again) if jobs.len() == 1 => Ok(End::Done),
            attempted => attempted,
        };
        self.leave_clean(result.as_ref().err());
        result
    }

    /// Commits. An error other than `storage_unknown` means that nothing was committed, and never will be.
    fn commit_all(&mut self) -> Result<()> {
        let connection = self.connection()?;
        let Err(error) = run(connection, "COMMIT") else { return Ok(()) };
        let error = translate(error);
        // Still open: refused before a byte was written.
        let untried = !connection.is_autocommit();
        if untried || (error.code() == Code::StorageFull && self.lost_for_good()) {
            return Err(error);
        }
        Err(Error::new(Code::StorageUnknown))
    }

    /// After the disk was full at a commit: whether that commit can never come to light.
    fn lost_for_good(&self) -> bool {
        match (&self.connection, &self.opener) {
            (Some(connection), Some(opener)) => {
                !may_hold_lost_commit(connection, &opener.beside("-wal"))
            }
            _ => true,
        }
    }

    /// Leaves no transaction behind, and no connection whose disk has failed.
    fn leave_clean(&mut self, error: Option<&Error>) {
        let Some(connection) = &self.connection else { return };
        if !connection.is_autocommit() {
            let _ = run(connection, "ROLLBACK"); // looked at below
        }
        let disk_failed = error.is_some_and(|error| {
            matches!(
                error.code(),
                Code::StorageFailed | Code::StorageCorrupt | Code::StorageUnknown
            )
        });
        if self.opener.is_some() && (disk_failed || !connection.is_autocommit()) {
            self.connection = None;
        }
    }
}

fn attempt_all(connection: &Connection, jobs: &mut [Job], access: Access) -> Result<End> {
    for job in jobs {
        let mut session = Session::new(connection, access);
        job.attempt(&mut session);
        if let Some(broken) = session.broken() {
            return Err(broken);
        }
        session.end_savepoint(job.result.is_ok())?;
        if job.result.is_err() && session.wrote() && access == Access::Write {
            return Ok(End::Again);
        }
    }
    Ok(End::Done)
}
