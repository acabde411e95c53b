//! Values on their way out: each type of the table as a tree that is ready to be shown to JavaScript, made on the thread
//! that did the work. It rounds nothing.

use chrono::{DateTime, Utc};
use paywright::api::types::{Amount, Bytes, Headers, Map, Secret};

/// A value that JavaScript can be shown.
pub enum Value {
    /// `null`.
    Nothing,
    /// A boolean.
    Flag(bool),
    /// A number.
    Whole(i64),
    /// A string.
    Text(String),
    /// A string that is always the same.
    Word(&'static str),
    /// A `Date`, in milliseconds.
    Time(i64),
    /// A `Buffer`.
    Bytes(Vec<u8>),
    /// An array.
    List(Vec<Value>),
    /// An object whose names are not ours.
    Map(Map),
    /// An object whose fields stand in the table.
    Record(Vec<(&'static str, Value)>),
}

/// What can be shown.
pub trait Shown {
    /// As it is shown.
    fn shown(self) -> Value;
}

macro_rules! shown {
    ($($type:ty: $this:ident => $value:expr;)*) => {$(
        impl Shown for $type {
            fn shown(self) -> Value {
                let $this = self;
                $value
            }
        }
    )*};
}

shown! {
    String: text => Value::Text(text);
    &'static str: word => Value::Word(word);
    i64: number => Value::Whole(number);
    bool: flag => Value::Flag(flag);
    DateTime<Utc>: time => Value::Time(time.timestamp_millis());
    Amount: amount => Value::Text(amount.to_string());
    Bytes: bytes => Value::Bytes(bytes.0);
    Map: map => Value::Map(map);
    Headers: headers => Value::Map(headers.0.into_iter().collect());
    Secret: secret => Value::Text(format!("{secret:?}"));
}

impl<T: Shown> Shown for Option<T> {
    fn shown(self) -> Value {
        self.map_or(Value::Nothing, Shown::shown)
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(self) -> Value {
        Value::List(self.into_iter().map(Shown::shown).collect())
    }
}
