//! All SQL there is, by table: what the engine says to a store, in and out as domain values. Nothing here decides.

pub mod audit;
pub mod exceptions;
#[cfg(feature = "sqlite")]
pub mod follow;
pub mod journal;
pub mod keys;
pub mod ledger;
pub mod nonces;
pub mod orders;
pub mod payments;
pub mod refunds;
pub mod turn;
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

/// A row as one text, the same in every database: what a seal's hash is made over. It is the text that SQLite's
/// `json_array` would give.
#[derive(Default)]
pub(super) struct JsonList(String);

impl JsonList {
    fn next(&mut self) -> &mut String {
        self.0.push(if self.0.is_empty() { '[' } else { ',' });
        &mut self.0
    }

    pub(super) fn integer(&mut self, value: Option<i64>) {
        let written = value.map_or_else(|| "null".to_owned(), |number| number.to_string());
        self.next().push_str(&written);
    }

    pub(super) fn text(&mut self, value: Option<&str>) -> Result<()> {
        let written = serde_json::to_string(&value).map_err(Error::bug)?;
        self.next().push_str(&written);
        Ok(())
    }

    /// Bytes in capital hexadecimal digits; nothing is the empty text.
    pub(super) fn hex(&mut self, value: Option<&[u8]>) {
        let digits: String = value.iter().copied().flatten().map(|b| format!("{b:02X}")).collect();
        let list = self.next();
        list.push('"');
        list.push_str(&digits);
        list.push('"');
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push(']');
        self.0
    }
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

#[cfg(test)]
#[cfg(feature = "sqlite")]
mod tests {
    use super::*;

    /// Protects: the seals of old files. A row's text is, byte for byte, what SQLite made of it before.
    #[test]
    fn a_row_reads_as_before() {
        let texts = [
            "",
            "a\"b\\c/",
            "\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}",
            "¥1 元 \u{2028}\u{1f600}",
        ];
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        for text in texts {
            for bytes in [None, Some([0_u8, 0xaf, 255])] {
                let mut list = JsonList::default();
                list.integer(Some(i64::MIN));
                list.text(Some(text)).unwrap();
                list.text(None).unwrap();
                list.hex(bytes.as_ref().map(|bytes| &bytes[..]));
                list.integer(None);
                let asked = "SELECT json_array(?1, ?2, NULL, hex(?3), NULL)";
                let given = (i64::MIN, text, bytes);
                let expected: String =
                    connection.query_row(asked, given, |row| row.get(0)).unwrap();
                assert_eq!(list.finish(), expected);
            }
        }
    }
}
