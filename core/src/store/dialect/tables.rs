//! The tables in the words of a database, from the same migrations as the default store's. What a database cannot say
//! the same way (partial unique indexes, triggers) it says another way that refuses the same rows.

use super::statements::Writer;
use super::tokens::{Token, around, bracketed, place, split, tokens, trimmed};
use super::{Dialect, Wording};
use crate::store::Migration;
use crate::store::sql::turn::SET_VERSION;

/// A step from one schema to the next, one statement after the other, and the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The schema's version after it.
    pub number: i64,
    /// What makes the tables.
    pub statements: Vec<String>,
    /// What takes them away again, with everything in them.
    pub reverse: Vec<String>,
}

/// What only a host's database needs: whose turn it is, and the schema's version.
const HOST: &str = include_str!("../schema/host.sql");

/// The texts that stand in indexes, with the characters that they have at most. MySQL's indexes need to know.
const INDEXED: &[(&str, &str, u32)] = &[
    ("orders", "flow", 100),
    ("orders", "reference", 255),
    ("orders", "customer", 255),
    ("payments", "gateway", 100),
    ("payments", "transaction_id", 255),
    ("payments", "reference", 255),
    ("payments", "state", 50),
    ("refunds", "gateway", 100),
    ("refunds", "transaction_id", 255),
    ("exceptions", "gateway", 100),
    ("exceptions", "transaction_id", 255),
    ("journal", "source", 700),
    ("consumers", "name", 255),
    ("idempotency", "operation", 100),
    ("idempotency", "key", 255),
    ("webhooks", "name", 255),
    ("nonces", "scope", 255),
    ("nonces", "nonce", 255),
    ("shelf", "name", 255),
];

/// The migrations in the words of a database.
pub fn steps(wording: &Wording, migrations: &[Migration]) -> Vec<Step> {
    migrations.iter().map(|migration| step(wording, migration)).collect()
}

fn step(wording: &Wording, migration: &Migration) -> Step {
    let mut maker = Maker::new(wording);
    if migration.number == 1 {
        maker.all(HOST);
    }
    maker.all(migration.statements);
    let version = |number: i64| {
        let number = number.to_string();
        let with_number = |token| match token {
            Token::Parameter(_) => Token::Word(number.as_str()),
            other => other,
        };
        let set: Vec<_> = tokens(SET_VERSION).into_iter().map(with_number).collect();
        let mut writer = Writer::new(wording);
        writer.all(&set);
        writer.text
    };
    let Maker { mut made, later, undone, undone_first, .. } = maker;
    made.extend(later);
    made.push(version(migration.number));
    let mut reverse = undone_first;
    reverse.extend((migration.number > 1).then(|| version(migration.number - 1)));
    reverse.extend(undone.into_iter().rev());
    Step { number: migration.number, statements: made, reverse }
}

struct Maker<'w> {
    wording: &'w Wording,
    made: Vec<String>,
    /// What can only be said once all tables are there.
    later: Vec<String>,
    undone: Vec<String>,
    /// What has to go before the tables can.
    undone_first: Vec<String>,
}

impl<'w> Maker<'w> {
    fn new(wording: &'w Wording) -> Self {
        let (made, later, undone, undone_first) = Default::default();
        Maker { wording, made, later, undone, undone_first }
    }

    fn all(&mut self, sql: &str) {
        let tokens = tokens(sql);
        let mut rest = trimmed(&tokens);
        while !rest.is_empty() {
            let (statement, after) = first_statement(rest);
            self.one(trimmed(statement));
            rest = trimmed(after);
        }
    }

    fn one(&mut self, statement: &[Token<'_>]) {
        let words: Vec<_> = statement.iter().filter(|t| **t != Token::Space).copied().collect();
        match words.as_slice() {
            [Token::Word("CREATE"), Token::Word("TABLE"), Token::Table(name), ..] => {
                self.table(name, statement);
            }
            [Token::Word("CREATE"), Token::Word("TRIGGER"), Token::Word(name), ..] => {
                self.trigger(name, &words);
            }
            [Token::Word("CREATE"), Token::Word("INDEX"), Token::Word(name), ..] => {
                self.index(name, false, statement);
            }
            [Token::Word("CREATE"), Token::Word("UNIQUE"), _, Token::Word(name), ..] => {
                self.index(name, true, statement);
            }
            [Token::Word("ALTER"), _, Token::Table(table), _, _, Token::Word(column), ..] => {
                self.new_column(table, column, statement);
            }
            _ => self.made.push(self.written(statement)),
        }
    }

    fn is_mysql(&self) -> bool {
        self.wording.dialect.is_mysql()
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.wording.prefix)
    }

    fn written(&self, tokens: &[Token<'_>]) -> String {
        let mut writer = Writer::new(self.wording);
        writer.all(trimmed(tokens));
        writer.text
    }

    fn table(&mut self, name: &str, statement: &[Token<'_>]) {
        let open = statement.iter().position(|t| t.is_mark("(")).unwrap_or(statement.len());
        let head = self.written(statement.get(..open).unwrap_or_default());
        let Some((inside, after)) = bracketed(statement.get(open..).unwrap_or_default()) else {
            return;
        };
        let parts: Vec<_> =
            split(inside, ",").into_iter().map(|part| self.part(name, trimmed(part))).collect();
        let end = match self.wording.dialect {
            Dialect::Sqlite if place(after, "WITHOUT").is_some() => " WITHOUT ROWID",
            Dialect::Mysql => " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin",
            Dialect::Mariadb => " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin",
            _ => "",
        };
        let table = self.named(name);
        self.made.push(format!("{head} (\n  {}\n){end}", parts.join(",\n  ")));
        self.undone.push(format!("DROP TABLE {table}"));
    }

    /// A column or a constraint of a table.
    fn part(&mut self, table: &str, part: &[Token<'_>]) -> String {
        match part {
            [Token::Word("CHECK" | "UNIQUE" | "PRIMARY"), ..] => self.written(part),
            [Token::Word(column), rest @ ..] => self.column(table, column, trimmed(rest)),
            _ => self.written(part),
        }
    }

    fn column(&mut self, table: &str, column: &str, rest: &[Token<'_>]) -> String {
        let [kind, after @ ..] = rest else { return self.written(rest) };
        let own_key = *kind == Token::Word("INTEGER") && place(after, "PRIMARY").is_some();
        let name = self.written(&[Token::Word(column)]);
        if own_key {
            return format!("{name} {}", self.own_key());
        }
        let after = self.without_reference(table, column, after);
        let kind = self.kind(table, column, kind);
        let after = self.written(after);
        format!("{name} {kind} {after}").trim_end().to_owned()
    }

    fn own_key(&self) -> &'static str {
        match self.wording.dialect {
            Dialect::Sqlite => "INTEGER PRIMARY KEY",
            Dialect::Postgres => "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
            _ => "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
        }
    }

    fn kind(&self, table: &str, column: &str, kind: &Token<'_>) -> String {
        let length = INDEXED.iter().find(|(t, c, _)| (*t, *c) == (table, column));
        match (self.wording.dialect, *kind, length) {
            (Dialect::Postgres, Token::Word("INTEGER"), _) => "BIGINT".to_owned(),
            (Dialect::Postgres, Token::Word("BLOB"), _) => "BYTEA".to_owned(),
            // Compared and sorted by its bytes, whatever the database's own language is.
            (Dialect::Postgres, Token::Word("TEXT"), _) => "TEXT COLLATE \"C\"".to_owned(),
            (Dialect::Sqlite | Dialect::Postgres, other, _) => self.written(&[other]),
            (_, Token::Word("INTEGER"), _) => "BIGINT".to_owned(),
            (_, Token::Word("BLOB"), _) => "VARBINARY(255)".to_owned(),
            (_, Token::Word("TEXT"), Some((_, _, length))) => format!("VARCHAR({length})"),
            (_, Token::Word("TEXT"), None) => "LONGTEXT".to_owned(),
            (_, other, _) => self.written(&[other]),
        }
    }

    /// Elsewhere than in SQLite a table that is referred to must be there first, and MySQL overlooks the short form.
    fn without_reference<'t, 's>(
        &mut self,
        table: &str,
        column: &str,
        after: &'t [Token<'s>],
    ) -> &'t [Token<'s>] {
        let Some(at) = place(after, "REFERENCES") else { return after };
        if self.wording.dialect == Dialect::Sqlite {
            return after;
        }
        let (before, target) = around(after, at);
        let [Token::Table(owner), ..] = trimmed(target) else { return after };
        let (table, owner) = (self.named(table), self.named(owner));
        let name = format!("{table}_{column}_fk");
        self.later.push(format!(
            "ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {owner} (id)"
        ));
        let word = if self.is_mysql() { "FOREIGN KEY" } else { "CONSTRAINT" };
        self.undone_first.push(format!("ALTER TABLE {table} DROP {word} {name}"));
        before
    }

    fn new_column(&mut self, table: &str, column: &str, statement: &[Token<'_>]) {
        let at = place(statement, "COLUMN").unwrap_or(statement.len());
        let definition = self.part(table, trimmed(around(statement, at).1));
        let table = self.named(table);
        self.made.push(format!("ALTER TABLE {table} ADD COLUMN {definition}"));
        self.undone.push(format!("ALTER TABLE {table} DROP COLUMN {column}"));
    }

    fn index(&mut self, name: &str, unique: bool, statement: &[Token<'_>]) {
        let at = place(statement, "ON").unwrap_or(statement.len());
        let (_, rest) = around(statement, at);
        let rest = trimmed(rest);
        let Some(Token::Word(table) | Token::Table(table)) = rest.first() else { return };
        let Some((columns, condition)) = bracketed(rest.get(1..).unwrap_or_default()) else {
            return;
        };
        let condition = trimmed(condition).get(1..).map(trimmed);
        let (name, owner) = (self.named(name), self.named(table));
        let kind = if unique { "UNIQUE INDEX" } else { "INDEX" };
        let mut columns = self.written(columns);
        match condition {
            Some(condition) if !self.is_mysql() => {
                let condition = self.written(condition);
                self.made
                    .push(format!("CREATE {kind} {name} ON {owner} ({columns}) WHERE {condition}"));
                self.undone.push(format!("DROP INDEX {name}"));
                return;
            }
            Some(condition) => match condition {
                // Where only rows without a value are left out, an index over all rows refuses the same.
                [Token::Word(column), .., Token::Word("NULL")] => {
                    let there = columns.split(", ").any(|c| c == *column);
                    if !there {
                        columns = format!("{column}, {columns}");
                    }
                }
                _ => {
                    let condition = self.written(condition);
                    let column = format!("{columns}_if");
                    self.made.push(format!(
                        "ALTER TABLE {owner} ADD COLUMN {column} BIGINT GENERATED ALWAYS AS \
                         (CASE WHEN {condition} THEN {columns} END) VIRTUAL"
                    ));
                    columns = column;
                }
            },
            None => {}
        }
        self.made.push(format!("CREATE {kind} {name} ON {owner} ({columns})"));
        if !self.is_mysql() {
            self.undone.push(format!("DROP INDEX {name}"));
        }
    }

    /// A trigger that refuses: `BEFORE UPDATE ON table BEGIN SELECT RAISE (ABORT, 'why'); END`.
    fn trigger(&mut self, name: &str, words: &[Token<'_>]) {
        let [_, _, _, Token::Word(when), Token::Word(deed), _, table, ..] = words else { return };
        let (Token::Word(table) | Token::Table(table)) = table else { return };
        let why = words.iter().find_map(|token| match token {
            Token::Quoted(text) => Some(*text),
            _ => None,
        });
        let (why, name, table) = (why.unwrap_or("''"), self.named(name), self.named(table));
        let head = format!("CREATE TRIGGER {name} {when} {deed} ON {table}");
        match self.wording.dialect {
            Dialect::Sqlite => {
                self.made.push(format!("{head} BEGIN SELECT RAISE (ABORT, {why}); END"));
            }
            Dialect::Postgres => {
                self.made.push(format!(
                    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS \
                     $$BEGIN RAISE EXCEPTION {why}; END$$"
                ));
                self.made.push(format!("{head} FOR EACH ROW EXECUTE FUNCTION {name}()"));
                self.undone.push(format!("DROP FUNCTION {name}()"));
                self.undone.push(format!("DROP TRIGGER {name} ON {table}"));
            }
            Dialect::Mysql | Dialect::Mariadb => self.made.push(format!(
                "{head} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {why}"
            )),
        }
    }
}

/// The first of several statements, and the others. A trigger's own statement ends inside it.
fn first_statement<'t, 's>(tokens: &'t [Token<'s>]) -> (&'t [Token<'s>], &'t [Token<'s>]) {
    let trigger = place(tokens, "TRIGGER").is_some_and(|at| at <= 2);
    let end = match trigger {
        true => place(tokens, "END").map(|at| at + 1),
        false => None,
    };
    let from = end.unwrap_or(0);
    let rest = tokens.get(from..).unwrap_or_default();
    let semicolon = rest.iter().position(|token| token.is_mark(";"));
    around(tokens, semicolon.map_or(tokens.len(), |at| from + at))
}
