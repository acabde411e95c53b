//! Why a command ends early, and the exit code of every ending. It never words an error: the core does.

use std::io;

use paywright::error::{Error, Group};

/// The exit codes. They never change.
pub mod exit {
    /// Done.
    pub const FINE: i32 = 0;
    /// Done, and the answer is no: violations, a failed check, a callback that was not taken.
    pub const NO: i32 = 1;
    /// The command line is wrong.
    pub const USAGE: i32 = 2;
    /// Refused: what was asked for, or the configuration, is wrong.
    pub const REFUSED: i32 = 3;
    /// The database could not do its part.
    pub const STORAGE: i32 = 4;
    /// A gateway or the network could not do its part.
    pub const GATEWAY: i32 = 5;
    /// A defect of Paywright.
    pub const INTERNAL: i32 = 70;
}

/// What keeps a command from going on.
pub(crate) enum Failure {
    /// The engine refused or failed.
    Engine(Error),
    /// The output cannot be written, most often because its reader is gone.
    Output(io::Error),
}

/// Whether the answer is yes; a no becomes the exit code 1.
pub(crate) type Outcome = Result<bool, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Engine(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

/// The exit code of an error.
pub(crate) fn code(error: &Error) -> i32 {
    match error.code().group() {
        Group::InvalidInput
        | Group::NotFound
        | Group::Conflict
        | Group::SignatureInvalid
        | Group::Declined
        | Group::ConfigError => exit::REFUSED,
        Group::StorageError => exit::STORAGE,
        Group::GatewayError
        | Group::RateLimited
        | Group::GatewayUnavailable
        | Group::CredentialsRejected => exit::GATEWAY,
        Group::InternalError => exit::INTERNAL,
    }
}
