//! The engine's statements in the words of a host's own database. Written once, in SQLite's words, each is rendered for
//! another database when it is first used. It opens no connection and runs nothing.

mod statements;
mod tables;
mod tokens;

#[cfg(all(test, feature = "sqlite"))]
mod tests;

use crate::machine::words;

pub use statements::Rendered;
pub use tables::{Step, steps};

words! {
    /// A family of databases.
    Dialect: "dialect" {
        /// SQLite, 3.35 or newer.
        Sqlite = "sqlite",
        /// PostgreSQL, 12 or newer.
        Postgres = "postgresql",
        /// MySQL, 8.0.17 or newer.
        Mysql = "mysql",
        /// MariaDB, 10.6 or newer.
        Mariadb = "mariadb",
    }
}

impl Dialect {
    fn is_mysql(self) -> bool {
        matches!(self, Dialect::Mysql | Dialect::Mariadb)
    }
}

/// What a driver takes for the place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Placeholder {
    /// `?`, as SQLite's driver.
    Question,
    /// `%s`, as most others.
    Percent,
}

/// What a statement is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To change something.
    Execute,
    /// To insert one row and learn its key.
    Insert,
    /// To look.
    Query,
    /// To look at what is committed now, also in a transaction that sees an older state otherwise.
    CurrentQuery,
}

/// How statements are worded for one database.
#[derive(Clone, Debug)]
pub struct Wording {
    /// Which family it is of.
    pub dialect: Dialect,
    /// What its driver takes for the place of a value.
    pub placeholder: Placeholder,
    /// What our tables' names begin with, among the host's own.
    pub prefix: String,
}

impl Wording {
    /// Words a statement.
    pub fn render(&self, statement: &str, purpose: Purpose) -> Rendered {
        statements::render(self, statement, purpose)
    }
}
