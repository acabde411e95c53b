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
        Dialect::Sqlite => "UPDATE schema SET turn = turn + 1 WHERE id = 1",
        // Whoever waits for a row of PostgreSQL's is overtaken by those who come later, some again and again; its advisory
        // locks have a queue. The number is ours among the host's locks, the table's own keeps apart what is in different
        // schemas, and both locks end with the transaction. The row's last version is found also by a statement that
        // began before it, and what is read by the statements after this one is what was committed last.
        Dialect::Postgres => {
            "UPDATE schema SET turn = turn + 1 WHERE id = 1 \
             AND pg_advisory_xact_lock(1885436279, CAST(tableoid AS integer)) IS NOT NULL"
        }
        Dialect::Mysql | Dialect::Mariadb => "SELECT version FROM schema WHERE id = 1 FOR UPDATE",
    }
}
