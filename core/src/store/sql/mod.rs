//! All SQL there is, by table: what the engine says to a store, in and out as domain values. Nothing here decides.

pub mod audit;
pub mod exceptions;
pub mod journal;
pub mod keys;
pub mod ledger;
pub mod nonces;
pub mod orders;
pub mod payments;
pub mod refunds;
pub mod webhooks;

use std::collections::BTreeMap;

use super::{Connection, Row, Value};
use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};

/// Rows per page, where the caller does not say.
pub const PAGE_SIZE: i64 = 20;
/// Rows per page, at most: a page is held in memory.
pub const PAGE_SIZE_MAX: i64 = 500;

/// Which page of a list. Pages count from one.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Which one.
    pub number: i64,
    /// How many rows each.
    pub size: i64,
}

impl Page {
    /// Checks the numbers. Fails with `argument_range`.
    pub fn new(number: Option<i64>, size: Option<i64>) -> Result<Self> {
        let page = Page { number: number.unwrap_or(1), size: size.unwrap_or(PAGE_SIZE) };
        let out_of_range = |field: &str, given: i64, rule: String| {
            Err(Error::new(Code::ArgumentRange)
                .with("field", field)
                .with("given", given)
                .with("rule", rule))
        };
        if page.number < 1 || page.number > i64::from(i32::MAX) {
            return out_of_range("page", page.number, "at least 1".into());
        }
        if !(1..=PAGE_SIZE_MAX).contains(&page.size) {
            return out_of_range("size", page.size, format!("1 to {PAGE_SIZE_MAX}"));
        }
        Ok(page)
    }

    fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }
}

/// One page of a list, and how long the list is.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// All there are.
    pub total: i64,
    /// Those on this page.
    pub items: Vec<T>,
}

/// Reads the columns of a row one after the other.
pub(super) struct Columns<'a> {
    row: &'a dyn Row,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a dyn Row) -> Self {
        Columns { row, next: 0 }
    }

    fn advance(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn integer(&mut self) -> Result<i64> {
        let column = self.advance();
        self.row.integer(column)
    }

    pub(super) fn optional_integer(&mut self) -> Result<Option<i64>> {
        let column = self.advance();
        self.row.optional_integer(column)
    }

    pub(super) fn flag(&mut self) -> Result<bool> {
        self.integer().map(|n| n != 0)
    }

    pub(super) fn time(&mut self) -> Result<Time> {
        self.integer().map(Time::from_millis)
    }

    pub(super) fn optional_time(&mut self) -> Result<Option<Time>> {
        Ok(self.optional_integer()?.map(Time::from_millis))
    }

    pub(super) fn text(&mut self) -> Result<&'a str> {
        let column = self.advance();
        self.row.text(column)
    }

    pub(super) fn string(&mut self) -> Result<String> {
        self.text().map(str::to_owned)
    }

    pub(super) fn optional_string(&mut self) -> Result<Option<String>> {
        let column = self.advance();
        Ok(self.row.optional_text(column)?.map(str::to_owned))
    }

    /// A word of one of the domain's closed sets, read by its own reader.
    pub(super) fn word<T>(&mut self, parse: impl Fn(&str) -> Result<T>) -> Result<T> {
        parse(self.text()?).map_err(|e| corrupt(e.message()))
    }

    pub(super) fn optional_word<T>(
        &mut self,
        parse: impl Fn(&str) -> Result<T>,
    ) -> Result<Option<T>> {
        let column = self.advance();
        match self.row.optional_text(column)? {
            Some(text) => parse(text).map(Some).map_err(|e| corrupt(e.message())),
            None => Ok(None),
        }
    }

    pub(super) fn currency(&mut self) -> Result<Currency> {
        self.word(Currency::parse)
    }

    pub(super) fn id<T>(&mut self, make: impl Fn([u8; 16]) -> T) -> Result<T> {
        let column = self.advance();
        sixteen(self.row.blob(column)?).map(make)
    }

    pub(super) fn optional_id<T>(&mut self, make: impl Fn([u8; 16]) -> T) -> Result<Option<T>> {
        let column = self.advance();
        self.row.optional_blob(column)?.map(|bytes| sixteen(bytes).map(make)).transpose()
    }

    pub(super) fn optional_blob(&mut self) -> Result<Option<Vec<u8>>> {
        let column = self.advance();
        Ok(self.row.optional_blob(column)?.map(<[u8]>::to_vec))
    }

    pub(super) fn texts(&mut self) -> Result<BTreeMap<String, String>> {
        let column = self.advance();
        match self.row.optional_text(column)? {
            Some(text) => serde_json::from_str(text).map_err(corrupt),
            None => Ok(BTreeMap::new()),
        }
    }
}

fn sixteen(bytes: &[u8]) -> Result<[u8; 16]> {
    bytes.try_into().map_err(|_| corrupt("an id is not sixteen bytes long"))
}

fn corrupt(why: impl std::fmt::Display) -> Error {
    Error::new(Code::StorageCorrupt).with("why", why)
}

/// A nullable value.
pub(super) fn integer<'a>(value: Option<i64>) -> Value<'a> {
    value.map_or(Value::Null, Value::Integer)
}

/// A nullable time.
pub(super) fn time<'a>(value: Option<Time>) -> Value<'a> {
    integer(value.map(Time::millis))
}

/// A nullable text.
pub(super) fn text(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Null, Value::Text)
}

/// The first row of a query, read by `read`.
pub(super) fn one<T>(
    connection: &mut dyn Connection,
    statement: &'static str,
    values: &[Value<'_>],
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut found = None;
    connection.query(statement, values, &mut |row| {
        if found.is_none() {
            found = Some(read(&mut Columns::of(row))?);
        }
        Ok(())
    })?;
    Ok(found)
}

/// All rows of a query, read by `read`.
pub(super) fn all<T>(
    connection: &mut dyn Connection,
    statement: &'static str,
    values: &[Value<'_>],
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    connection.query(statement, values, &mut |row| {
        found.push(read(&mut Columns::of(row))?);
        Ok(())
    })?;
    Ok(found)
}

/// A count.
pub(super) fn count(
    connection: &mut dyn Connection,
    statement: &'static str,
    values: &[Value<'_>],
) -> Result<i64> {
    Ok(one(connection, statement, values, |c| c.integer())?.unwrap_or(0))
}

/// The rule of every versioned row: an update that met no row was overtaken by somebody else.
pub(super) fn changed(rows: u64, subject: impl std::fmt::Display) -> Result<()> {
    match rows {
        1 => Ok(()),
        _ => Err(Error::new(Code::Version).with("subject", subject)),
    }
}
