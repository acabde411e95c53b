//! The tables, as a numbered list of additive migrations. Inside, rows refer to each other by integer keys; the
//! public id is sixteen bytes in a unique column (half the bytes of text keys, and the tree stays hot at its end).

/// A step from one schema to the next.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number, counting from one; the schema's version after it.
    pub number: i64,
    /// The statements, run in one transaction with the change of the version.
    pub statements: &'static str,
}

/// All migrations. Old ones never change.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, statements: include_str!("schema/0001.sql") },
    Migration { number: 2, statements: include_str!("schema/0002.sql") },
    Migration { number: 3, statements: include_str!("schema/0003.sql") },
    Migration { number: 4, statements: include_str!("schema/0004.sql") },
];
