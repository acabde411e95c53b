//! Values on their way in, as they were found in JavaScript, and what may be passed for each plain type of the table. It
//! guesses nothing: a number is no amount, a parsed body is no body, 12.9 is no whole number.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use paywright::api::types::{Amount, Bytes, Headers, Map, Secret};
use paywright::error::{Code, Error, Result};
use zeroize::Zeroizing;

/// What was found, copied: nothing that JavaScript does afterwards changes it.
pub enum Given {
    /// `undefined` or `null`.
    Nothing,
    /// A boolean.
    Flag(bool),
    /// A number without a fraction that JavaScript can tell from its neighbours.
    Whole(i64),
    /// Any other number, as it is printed.
    Number(String),
    /// A string.
    Text(String),
    /// A string that is no text: it holds half of a surrogate pair.
    Broken,
    /// A `Date`, in milliseconds; an invalid one has none.
    Time(Option<i64>),
    /// A `Uint8Array`, of which `Buffer` is one.
    Bytes(Vec<u8>),
    /// An array.
    List(Vec<Given>),
    /// An object's own fields.
    Object(Vec<(String, Given)>),
    /// Something that is never taken, in words.
    Strange(&'static str),
}

impl Given {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Given::Nothing => "nothing",
            Given::Flag(_) => "a boolean",
            Given::Whole(_) | Given::Number(_) => "a number",
            Given::Text(_) | Given::Broken => "a string",
            Given::Time(_) => "a Date",
            Given::Bytes(_) => "a Uint8Array",
            Given::List(_) => "an array",
            Given::Object(_) => "an object",
            Given::Strange(what) => what,
        }
    }

    /// Whether it was left out.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Given::Nothing)
    }
}

/// A value that a caller gives for `field`.
pub trait Read: Sized {
    /// Reads it.
    fn read(field: &str, value: Given) -> Result<Self>;

    /// What stands for a field that was left out.
    fn left_out(field: &str) -> Result<Self> {
        let missing = Error::new(Code::ArgumentMissing).with("field", field);
        Err(missing.with("rule", "it cannot be left out"))
    }
}

/// A name of the table as JavaScript spells it: `order_id` is `orderId`.
#[inline]
pub fn camel(name: &str) -> Cow<'_, str> {
    if !name.contains('_') {
        return Cow::Borrowed(name);
    }
    let mut spelled = String::with_capacity(name.len());
    for (index, word) in name.split('_').enumerate() {
        let mut letters = word.chars();
        match letters.next().filter(|_| index > 0) {
            Some(first) => {
                spelled.push(first.to_ascii_uppercase());
                spelled.push_str(letters.as_str());
            }
            None => spelled.push_str(word),
        }
    }
    Cow::Owned(spelled)
}

/// A value of the wrong type where the table of errors has no code for that type.
pub fn wrong_type(field: &str, expected: &'static str, value: &Given) -> Error {
    let given = match value {
        Given::Number(printed) => printed,
        other => other.kind(),
    };
    let error = Error::new(Code::ArgumentRange).with("field", field);
    error.with("given", given).with("rule", expected)
}

fn text_format(field: &str, rule: impl std::fmt::Display) -> Error {
    Error::new(Code::TextFormat).with("field", field).with("rule", rule)
}

impl Read for String {
    #[inline]
    fn read(field: &str, value: Given) -> Result<Self> {
        match value {
            Given::Text(text) => Ok(text),
            Given::Broken => Err(text_format(field, "it holds half of a surrogate pair")),
            other => {
                Err(text_format(field, format_args!("a string is needed, not {}", other.kind())))
            }
        }
    }
}

impl Read for i64 {
    #[inline]
    fn read(field: &str, value: Given) -> Result<Self> {
        match value {
            Given::Whole(number) => Ok(number),
            other => Err(wrong_type(field, "a whole number that is safe in JavaScript", &other)),
        }
    }
}

impl Read for bool {
    fn read(field: &str, value: Given) -> Result<Self> {
        match value {
            Given::Flag(flag) => Ok(flag),
            other => Err(wrong_type(field, "true or false", &other)),
        }
    }
}

impl Read for Amount {
    fn read(field: &str, value: Given) -> Result<Self> {
        match value {
            Given::Text(text) => Ok(Amount::from(text)),
            Given::Broken => {
                Err(Error::new(Code::AmountFormat).with("given", "half of a surrogate pair"))
            }
            other => {
                let error = Error::new(Code::AmountType).with("field", field);
                Err(error.with("given", other.kind()))
            }
        }
    }
}

impl Read for DateTime<Utc> {
    fn read(field: &str, value: Given) -> Result<Self> {
        let (kind, millis) = match value {
            Given::Time(millis) => ("an invalid one", millis),
            other => (other.kind(), None),
        };
        millis
            .and_then(DateTime::from_timestamp_millis)
            .ok_or_else(|| text_format(field, format_args!("a Date is needed, not {kind}")))
    }
}

impl Read for Bytes {
    #[inline]
    fn read(_: &str, value: Given) -> Result<Self> {
        match value {
            Given::Bytes(bytes) => Ok(Bytes(bytes)),
            other => Err(Error::new(Code::BodyType).with("given", other.kind())),
        }
    }
}

impl Read for Map {
    fn read(field: &str, value: Given) -> Result<Self> {
        let Given::Object(entries) = value else {
            return Err(wrong_type(field, "an object of strings", &value));
        };
        let read = |(name, value)| {
            let text = String::read(&format!("{field}.{name}"), value)?;
            Ok((name, text))
        };
        entries.into_iter().map(read).collect()
    }

    fn left_out(_: &str) -> Result<Self> {
        Ok(Map::new())
    }
}

const HEADERS: &str = "an object of header names and values, or an array of names and values";

impl Read for Headers {
    /// As Node has them (`headers`, or `rawHeaders`, where names and values take turns), or pairs of names and values.
    fn read(field: &str, value: Given) -> Result<Self> {
        let mut headers = Vec::new();
        match value {
            Given::Object(entries) => {
                for (name, values) in entries {
                    add_header(&mut headers, field, name, values)?;
                }
            }
            Given::List(items) => {
                let in_turn = items.iter().all(|item| !matches!(item, Given::List(_)));
                let pairs = if in_turn { by_two(items) } else { items };
                for pair in pairs {
                    let [name, values] = two(field, pair)?;
                    add_header(&mut headers, field, String::read(field, name)?, values)?;
                }
            }
            other => return Err(wrong_type(field, HEADERS, &other)),
        }
        Ok(Headers(headers))
    }
}

/// Neighbours as pairs; one that is left over stays alone.
fn by_two(items: Vec<Given>) -> Vec<Given> {
    let mut items = items.into_iter();
    let pair = || {
        let first = items.next()?;
        Some(Given::List([Some(first), items.next()].into_iter().flatten().collect()))
    };
    std::iter::from_fn(pair).collect()
}

fn two(field: &str, pair: Given) -> Result<[Given; 2]> {
    let wrong = |value: &Given| wrong_type(field, HEADERS, value);
    match pair {
        Given::List(items) => <[Given; 2]>::try_from(items).map_err(|i| wrong(&Given::List(i))),
        other => Err(wrong(&other)),
    }
}

/// One header, or as many as there are values in a list; one without a value is not there.
fn add_header(
    headers: &mut Vec<(String, String)>,
    field: &str,
    name: String,
    values: Given,
) -> Result<()> {
    match values {
        Given::Nothing => {}
        Given::List(several) => {
            for value in several {
                headers.push((name.clone(), String::read(field, value)?));
            }
        }
        value => headers.push((name, String::read(field, value)?)),
    }
    Ok(())
}

impl Read for Secret {
    fn read(field: &str, value: Given) -> Result<Self> {
        let text = Zeroizing::new(String::read(field, value)?);
        Ok(Secret::from(text.as_str()))
    }
}

impl<T: Read> Read for Option<T> {
    fn read(field: &str, value: Given) -> Result<Self> {
        if value.is_nothing() { Ok(None) } else { T::read(field, value).map(Some) }
    }

    fn left_out(_: &str) -> Result<Self> {
        Ok(None)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(field: &str, value: Given) -> Result<Self> {
        match value {
            Given::List(items) => {
                let mut read = Vec::with_capacity(items.len());
                for item in items {
                    read.push(T::read(field, item)?);
                }
                Ok(read)
            }
            other => Err(wrong_type(field, "an array", &other)),
        }
    }

    fn left_out(_: &str) -> Result<Self> {
        Ok(Vec::new())
    }
}

/// Named values, each to be taken once.
pub struct Fields {
    of: &'static str,
    entries: Vec<(String, Given)>,
}

impl Fields {
    /// Takes an object whose fields are among `known`, as the table spells them.
    pub fn new(of: &'static str, value: Given, known: &[&str]) -> Result<Self> {
        let entries = match value {
            Given::Object(entries) => entries,
            Given::Nothing => Vec::new(),
            other => return Err(wrong_type(&camel(of), "an object", &other)),
        };
        for (name, _) in &entries {
            if !known.iter().any(|field| camel(field) == *name) {
                let known: Vec<_> = known.iter().copied().map(camel).collect();
                return Err(Error::new(Code::ValueUnknown)
                    .with("field", format_args!("field of {}", camel(of)))
                    .with("given", name.escape_debug())
                    .with("known", known.join(", ")));
            }
        }
        Ok(Fields { of, entries })
    }

    /// One field, if it was given.
    pub fn take(&mut self, name: &str) -> Option<Given> {
        if self.entries.is_empty() {
            return None;
        }
        let spelled = camel(name);
        let place = self.entries.iter().position(|(name, _)| *name == spelled)?;
        let (_, value) = self.entries.swap_remove(place);
        (!value.is_nothing()).then_some(value)
    }

    /// One field, read, if it was given.
    pub fn maybe<T: Read>(&mut self, name: &str) -> Result<Option<T>> {
        self.take(name).map(|value| T::read(&camel(name), value)).transpose()
    }

    /// One field, or what stands for it when it was left out.
    pub fn read<T: Read>(&mut self, name: &str) -> Result<T> {
        match self.maybe(name)? {
            Some(value) => Ok(value),
            None => T::left_out(&format!("{}.{}", camel(self.of), camel(name))),
        }
    }
}
