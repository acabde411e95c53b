//! What SQLite's result codes mean to whoever called. It decides nothing about transactions.

use rusqlite::ErrorCode;

use crate::error::{Code, Error};

/// The error of our table for one of SQLite's. Its own message names tables and columns, never values.
pub(super) fn translate(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::new(Code::StorageBusy),
        Some(ErrorCode::DiskFull) => Error::new(Code::StorageFull),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::new(Code::StorageCorrupt).with("why", error)
        }
        Some(
            ErrorCode::OutOfMemory
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport
            | ErrorCode::PermissionDenied
            | ErrorCode::SchemaChanged,
        ) => Error::new(Code::StorageFailed).with("why", error),
        // A wrong statement, a broken constraint: the statements are ours.
        _ => Error::bug(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    /// Protects: each kind of failure reaches its code; what only we can cause is `internal`.
    #[test]
    fn result_codes() {
        for (code, expected) in [
            (ffi::SQLITE_BUSY, Code::StorageBusy),
            (ffi::SQLITE_BUSY_SNAPSHOT, Code::StorageBusy),
            (ffi::SQLITE_LOCKED, Code::StorageBusy),
            (ffi::SQLITE_FULL, Code::StorageFull),
            (ffi::SQLITE_CORRUPT, Code::StorageCorrupt),
            (ffi::SQLITE_NOTADB, Code::StorageCorrupt),
            (ffi::SQLITE_IOERR_FSYNC, Code::StorageFailed),
            (ffi::SQLITE_CANTOPEN, Code::StorageFailed),
            (ffi::SQLITE_READONLY, Code::StorageFailed),
            (ffi::SQLITE_NOMEM, Code::StorageFailed),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, Code::Internal),
            (ffi::SQLITE_ERROR, Code::Internal),
            (ffi::SQLITE_MISUSE, Code::Internal),
        ] {
            let failure = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(translate(failure).code(), expected, "{code}");
        }
    }
}
