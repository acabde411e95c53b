//! An error of the core as a plain object, of which the JavaScript side makes one of its classes. It words nothing.

use paywright::api;
use paywright::error::Error;

use crate::shown::{Shown, Value};

/// The object for an error.
pub fn refusal(error: &Error) -> Value {
    let (code, group) = (error.code(), error.code().group());
    let details = error.details().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Value::Record(vec![
        ("group", Value::Word(group.as_str())),
        ("code", Value::Word(code.as_str())),
        ("message", Value::Text(error.message())),
        ("message_zh", Value::Text(error.message_zh())),
        ("retryable", Value::Flag(code.retryable())),
        ("http_status", Value::Whole(group.http_status().into())),
        ("details", Value::Map(details.collect())),
        ("reply", error.reply().map(api::reply).shown()),
    ])
}
