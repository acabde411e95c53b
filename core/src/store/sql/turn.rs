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

/// The same for a unit of work that may have a twin, known by its number `?1`: where the twin is at work, it takes no turn
/// and changes no row. Only where [`AWAIT_TWIN`] is understood.
pub const TAKE_BESIDE_TWINS: &str = "UPDATE schema SET turn = turn + 1 WHERE id = 1 AND \
     CASE WHEN pg_try_advisory_xact_lock(1885436280, CAST(?1 AS integer)) \
     THEN pg_advisory_xact_lock(1885436279, CAST(tableoid AS integer)) IS NOT NULL ELSE false END";

/// Waits until the twin `?1` is done. Whoever has a turn never does, so that no two wait for each other.
pub const AWAIT_TWIN: &str = "SELECT pg_advisory_xact_lock(1885436280, CAST(?1 AS integer))";
