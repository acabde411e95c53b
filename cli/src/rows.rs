//! Rows of another system's payments table, read from CSV or JSON lines: columns found, times completed, everything else as
//! it is written. It knows no payment; what a cell means is the library's to say.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use paywright::api::describe::{Field, INPUTS};
use paywright::api::types::ImportRow;
use paywright::error::{Code, Error, Result};
use serde_json::value::RawValue;

/// How some systems call their columns: field, column. A field that is not here is called as it is.
#[rustfmt::skip]
const PROFILES: &[(&str, &[(&str, &str)])] = &[
    ("plain", &[]),
    // A shop's: the order is a foreign key.
    ("shop", &[("reference", "order_id")]),
    // A rental's, with charges and refunds.
    ("rental", &[("reference", "order_id"), ("customer", "user_id"), ("method", "payment_method"),
                 ("paid_at", "payment_time"), ("transaction_id", "transaction_number")]),
    // A membership's, as its interface told them.
    ("membership", &[("id", "payment_id"), ("reference", "order_id"), ("customer", "user_id"),
                     ("method", "payment_method")]),
];

/// The names of the known ways.
pub(crate) fn profiles() -> Vec<&'static str> {
    PROFILES.iter().map(|(name, _)| *name).collect()
}

/// A row and where it stands in the file, or why it cannot be read.
pub(crate) struct Read {
    /// Its line.
    pub line: i64,
    /// What names it, as far as that can be said.
    pub id: String,
    /// The row.
    pub row: Result<ImportRow>,
}

/// The fields of a row, as the table of the library has them.
fn fields() -> &'static [Field] {
    INPUTS.iter().find(|input| input.name == "ImportRow").map_or(&[], |input| input.fields)
}

/// Which column holds which field, and what times are counted from.
pub(crate) struct Columns {
    named: BTreeMap<&'static str, String>,
    utc_offset: Option<String>,
}

impl Columns {
    /// Fails with `value_unknown` for a field that no row has, and with `text_format`.
    pub(crate) fn new(profile: &str, given: &[String], utc_offset: Option<&str>) -> Result<Self> {
        let mut named: BTreeMap<_, _> =
            fields().iter().map(|field| (field.name, field.name.to_owned())).collect();
        let known = PROFILES.iter().find(|(name, _)| *name == profile);
        for (field, column) in known.map_or(&[][..], |(_, columns)| columns) {
            named.insert(field, (*column).to_owned());
        }
        for pair in given {
            let (field, column) = pair.split_once('=').ok_or_else(|| {
                Error::new(Code::TextFormat)
                    .with("field", "--column")
                    .with("rule", "write FIELD=COLUMN, such as reference=order_no")
            })?;
            let known = named.keys().copied().find(|name| *name == field);
            let known = known.ok_or_else(|| {
                Error::new(Code::ValueUnknown)
                    .with("field", "field of a row")
                    .with("given", field)
                    .with("known", fields().iter().map(|f| f.name).collect::<Vec<_>>().join(", "))
            })?;
            named.insert(known, column.to_owned());
        }
        Ok(Columns { named, utc_offset: utc_offset.map(str::to_owned) })
    }

    fn column(&self, field: &str) -> &str {
        self.named.get(field).map_or("", String::as_str)
    }

    /// The columns that every file must have.
    fn needed(&self) -> impl Iterator<Item = &str> {
        fields().iter().filter(|f| f.kind.name != "Optional").map(|f| self.column(f.name))
    }

    /// A row of cells by column; an empty cell is one that is not there.
    fn row(&self, cells: &BTreeMap<String, String>) -> Result<ImportRow> {
        let mut said = serde_json::Map::new();
        for field in fields() {
            let cell = cells.get(self.column(field.name)).filter(|cell| !cell.is_empty());
            let Some(cell) = cell else {
                if field.kind.name != "Optional" {
                    return Err(Error::new(Code::ArgumentMissing).with("field", field.name).with(
                        "rule",
                        format_args!("column \"{}\" is empty", self.column(field.name)),
                    ));
                }
                continue;
            };
            let is_time = field.kind.of == Some("Time");
            let text = if is_time { self.time(field.name, cell)? } else { cell.clone() };
            said.insert(field.name.to_owned(), text.into());
        }
        serde_json::from_value(said.into()).map_err(Error::bug)
    }

    /// A time as databases write it, completed to RFC 3339.
    fn time(&self, field: &str, cell: &str) -> Result<String> {
        let (day, rest) =
            cell.trim().split_once(['T', 't', ' ']).unwrap_or((cell.trim(), "00:00:00"));
        let rest = rest.trim();
        let has_offset = rest.ends_with(['Z', 'z']) || rest.contains(['+', '-']);
        let offset = match (has_offset, &self.utc_offset) {
            (true, _) => "",
            (false, Some(offset)) => offset,
            (false, None) => {
                // What is no time at all is told as that first.
                paywright::clock::Time::parse(field, &format!("{day}T{rest}Z"))?;
                return Err(Error::new(Code::TextFormat).with("field", field).with(
                    "rule",
                    "the time has no offset: say what it is counted from with --utc-offset, such as +08:00 or Z",
                ));
            }
        };
        // PostgreSQL writes whole hours: `+08`.
        let short = rest.rfind(['+', '-']).is_some_and(|at| rest.len() - at == 3);
        let minutes = if has_offset && short { ":00" } else { "" };
        let text = format!("{day}T{rest}{offset}{minutes}");
        paywright::clock::Time::parse(field, &text)?;
        Ok(text)
    }
}

/// Reads a file row by row. Fails with `config_invalid` (the file), and with `argument_missing` (a column).
pub(crate) fn read(
    path: &str,
    columns: &Columns,
    mut each: impl FnMut(Read) -> Result<()>,
) -> Result<()> {
    let wrong = |why: &dyn std::fmt::Display| {
        Error::new(Code::ConfigInvalid)
            .with("setting", "the file of rows")
            .with("why", format_args!("{}: {why}", Path::new(path).display()))
    };
    let file = File::open(path).map_err(|error| wrong(&error))?;
    match Path::new(path).extension().and_then(|ending| ending.to_str()) {
        Some("csv") => of_csv(file, columns, &wrong, &mut each),
        Some("jsonl" | "ndjson") => of_lines(file, columns, &wrong, &mut each),
        _ => Err(wrong(&"its name ends neither in .csv nor in .jsonl")),
    }
}

type Wrong<'a> = dyn Fn(&dyn std::fmt::Display) -> Error + 'a;
type Each<'a> = dyn FnMut(Read) -> Result<()> + 'a;

fn of_csv(file: File, columns: &Columns, wrong: &Wrong<'_>, each: &mut Each<'_>) -> Result<()> {
    let mut reader = csv::Reader::from_reader(BufReader::new(file));
    let head = reader.headers().map_err(|error| wrong(&error))?.clone();
    // Spreadsheets put a mark before the first name.
    let head: Vec<_> = head.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
    for needed in columns.needed() {
        if !head.contains(&needed) {
            return Err(Error::new(Code::ArgumentMissing)
                .with("field", format_args!("column \"{needed}\""))
                .with("rule", format_args!("the file has {}; see --column", head.join(", "))));
        }
    }
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record);
        let line = record.position().map_or(0, csv::Position::line);
        let line = i64::try_from(line).unwrap_or(0);
        match more {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let pairs = head.iter().zip(record.iter());
                let cells = pairs.map(|(name, cell)| ((*name).to_owned(), cell.to_owned()));
                each(one(line, columns, &cells.collect()))?;
            }
            // The reader goes on behind a record of another length, or in another encoding.
            Err(error) if !error.is_io_error() => {
                let line =
                    error.position().map_or(line, |at| i64::try_from(at.line()).unwrap_or(0));
                each(Read { line, id: String::new(), row: Err(unreadable("CSV", &error)) })?;
            }
            Err(error) => return Err(wrong(&error)),
        }
    }
}

fn of_lines(file: File, columns: &Columns, wrong: &Wrong<'_>, each: &mut Each<'_>) -> Result<()> {
    for (line, text) in (1_i64..).zip(BufReader::new(file).lines()) {
        let text = text.map_err(|error| wrong(&error))?;
        if text.trim().is_empty() {
            continue;
        }
        match cells(&text) {
            Ok(cells) => each(one(line, columns, &cells))?,
            Err(error) => each(Read { line, id: String::new(), row: Err(error) })?,
        }
    }
    Ok(())
}

/// The members of an object as text. A number is taken as it is written, so that no amount is ever a float.
fn cells(line: &str) -> Result<BTreeMap<String, String>> {
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(line).map_err(|error| unreadable("JSON", &error))?;
    let mut cells = BTreeMap::new();
    for (name, value) in members {
        let raw = value.get();
        let text = match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw).map_err(|error| unreadable("JSON", &error))?,
            Some(b'-' | b'0'..=b'9') => raw.to_owned(),
            // What a row does not use may be of any shape.
            _ => continue,
        };
        cells.insert(name, text);
    }
    Ok(cells)
}

fn unreadable(format: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(Code::Malformed).with("format", format).with("why", why)
}

fn one(line: i64, columns: &Columns, cells: &BTreeMap<String, String>) -> Read {
    let id = cells.get(columns.column("id")).cloned().unwrap_or_default();
    Read { line, id, row: columns.row(cells) }
}
