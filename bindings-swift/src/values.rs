//! The plain types of the surface table at the border. What each becomes in Swift and Kotlin stands in `uniffi.toml`; here is
//! what crosses: texts, numbers, bytes and maps. It rounds nothing.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use paywright::api::types::{Amount, Bytes, Headers, Secret};
use paywright::error::{Code, Error};

use crate::error::PaywrightError;

/// An instant, in milliseconds since 1970.
pub type Time = DateTime<Utc>;
/// Texts by name: Swift and Kotlin have types of their own that are called `Map`.
pub type Texts = BTreeMap<String, String>;

uniffi::custom_type!(Amount, String, {
    remote,
    lower: |amount| amount.to_string(),
    try_lift: |text| Ok(Amount::from(text)),
});

uniffi::custom_type!(Time, i64, {
    remote,
    lower: |time| time.timestamp_millis(),
    try_lift: |millis| Ok(instant(millis)?),
});

uniffi::custom_type!(Bytes, Vec<u8>, {
    remote,
    lower: |bytes| bytes.0,
    try_lift: |bytes| Ok(Bytes(bytes)),
});

uniffi::custom_type!(Texts, HashMap<String, String>, {
    remote,
    lower: |texts| texts.into_iter().collect(),
    try_lift: |texts| Ok(texts.into_iter().collect()),
});

uniffi::custom_type!(Headers, HashMap<String, Vec<String>>, {
    remote,
    lower: |headers| by_name(headers),
    try_lift: |headers| Ok(one_by_one(headers)),
});

uniffi::custom_type!(Secret, String, {
    remote,
    lower: |secret| format!("{secret:?}"),
    try_lift: |text| Ok(Secret::from(zeroize::Zeroizing::new(text).as_str())),
});

/// Refuses a text of a host that is no Unicode and so cannot cross: `field` names it. Errors: `text_format`.
#[uniffi::export]
pub fn refuse_text(field: String) -> Result<(), PaywrightError> {
    let error = Error::new(Code::TextFormat).with("field", field);
    Err(error.with("rule", "it holds half of a surrogate pair").into())
}

/// An instant that a calendar has. Hosts hand in the nearest number of milliseconds where theirs reaches further.
fn instant(millis: i64) -> Result<Time, PaywrightError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| {
        let error = Error::new(Code::ArgumentRange).with("field", "time").with("given", millis);
        error.with("rule", "an instant within 200000 years of now").into()
    })
}

/// A name may come twice, and then has several values.
fn by_name(headers: Headers) -> HashMap<String, Vec<String>> {
    let mut found = HashMap::<String, Vec<String>>::new();
    for (name, value) in headers.0 {
        found.entry(name).or_default().push(value);
    }
    found
}

/// In the order of their names: the map of a host has none, and what is done with headers should not depend on chance.
fn one_by_one(headers: HashMap<String, Vec<String>>) -> Headers {
    let mut names: Vec<_> = headers.into_iter().collect();
    names.sort();
    let pairs = |(name, values): (String, Vec<String>)| {
        values.into_iter().map(move |value| (name.clone(), value))
    };
    Headers(names.into_iter().flat_map(pairs).collect())
}
