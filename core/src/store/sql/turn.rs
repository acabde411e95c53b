//! In a host's own database: whose turn it is to write, and the schema's version. The default store has both in its file's head.

use crate::store::dialect::Dialect;

/// The version of a host's tables.
pub const VERSION: &str = "SELECT version FROM schema WHERE id = 1";

/// The tables are in this version from now on.
pub const SET_VERSION: &str = "UPDATE schema SET version = ?1 WHERE id = 1";

/// What every unit of work begins with: it lets one writer in at a time.
pub fn take(dialect: Dialect) -> &'static str {
    match dialect {
        // A row that changes tells a transaction with an older view that its view is too old.
        Dialect::Sqlite | Dialect::Postgres => "UPDATE schema SET turn = turn + 1 WHERE id = 1",
        Dialect::Mysql | Dialect::Mariadb => "SELECT version FROM schema WHERE id = 1 FOR UPDATE",
    }
}
