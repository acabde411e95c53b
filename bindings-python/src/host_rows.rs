//! A row as a host's driver hands it over. Every value comes back as what the engine wrote, or is an error.

use paywright::error::{Code, Error, Result};
use paywright::store::Row;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyString, PyTuple};

/// The columns of one row.
pub struct HostRow(Vec<Cell>);

enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
    /// Of a type that we never write.
    Other(String),
}

impl HostRow {
    /// Reads all columns of a row.
    pub fn of(row: &Bound<'_, PyAny>) -> PyResult<Self> {
        match row.cast::<PyTuple>() {
            Ok(row) => row.iter_borrowed().map(|value| cell(&value)).collect(),
            Err(_) => row.try_iter()?.map(|value| cell(&value?)).collect::<PyResult<_>>(),
        }
        .map(HostRow)
    }

    fn cell(&self, column: usize) -> Result<&Cell> {
        self.0.get(column).ok_or_else(|| Error::bug(format_args!("a row has no column {column}")))
    }
}

fn cell(value: &Bound<'_, PyAny>) -> PyResult<Cell> {
    if value.is_none() {
        return Ok(Cell::Null);
    }
    if value.is_instance_of::<PyInt>() {
        return value.extract().map(Cell::Integer);
    }
    if let Ok(text) = value.cast::<PyString>() {
        return text.extract().map(Cell::Text);
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Cell::Blob(bytes.as_bytes().to_vec()));
    }
    let kind = value.get_type().name()?.to_string();
    match kind.as_str() {
        "memoryview" | "bytearray" => {
            let bytes = value.call_method0("tobytes").or_else(|_| value.call_method0("__bytes__"));
            bytes?.extract().map(Cell::Blob)
        }
        // Sums are decimals in some databases; ours are whole.
        "Decimal" if value.call_method0("as_integer_ratio")?.get_item(1)?.eq(1)? => {
            value.call_method0("__int__")?.extract().map(Cell::Integer)
        }
        _ => Ok(Cell::Other(kind)),
    }
}

impl Row for HostRow {
    fn integer(&self, column: usize) -> Result<i64> {
        self.optional_integer(column)?.ok_or_else(|| unexpected(column, "nothing"))
    }

    fn optional_integer(&self, column: usize) -> Result<Option<i64>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Integer(number) => Ok(Some(*number)),
            other => Err(unexpected(column, other.kind())),
        }
    }

    fn text(&self, column: usize) -> Result<&str> {
        self.optional_text(column)?.ok_or_else(|| unexpected(column, "nothing"))
    }

    fn optional_text(&self, column: usize) -> Result<Option<&str>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            other => Err(unexpected(column, other.kind())),
        }
    }

    fn blob(&self, column: usize) -> Result<&[u8]> {
        self.optional_blob(column)?.ok_or_else(|| unexpected(column, "nothing"))
    }

    fn optional_blob(&self, column: usize) -> Result<Option<&[u8]>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Blob(bytes) => Ok(Some(bytes)),
            other => Err(unexpected(column, other.kind())),
        }
    }
}

impl Cell {
    fn kind(&self) -> &str {
        match self {
            Cell::Null => "nothing",
            Cell::Integer(_) => "a whole number",
            Cell::Text(_) => "text",
            Cell::Blob(_) => "bytes",
            Cell::Other(kind) => kind,
        }
    }
}

fn unexpected(column: usize, found: &str) -> Error {
    let why = format_args!("column {column} of a row holds {found}");
    Error::new(Code::StorageCorrupt).with("why", why)
}
