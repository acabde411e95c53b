//! The plain values of the surface table, as Rust sees them at the edge. Nothing here knows a currency or a rule.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock;

/// Text.
pub type Text = String;
/// A whole number.
pub type Whole = i64;
/// Yes or no.
pub type Flag = bool;
/// An instant, in UTC.
pub type Time = DateTime<Utc>;
/// Texts by name.
pub type Map = std::collections::BTreeMap<String, String>;
/// Maybe nothing.
pub type Optional<T> = Option<T>;
/// Any number of things.
pub type List<T> = Vec<T>;

/// An exact decimal amount as text, such as `100.00`. Whether it fits is judged with its currency, in the core.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(String);

impl Amount {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Amount {
    fn from(text: &str) -> Self {
        Amount(text.to_owned())
    }
}

impl From<String> for Amount {
    fn from(text: String) -> Self {
        Amount(text)
    }
}

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Self {
        Amount(decimal.to_string())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes exactly as they travelled. In JSON they are text, which every body of ours is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Bytes(text.into_bytes()))
    }
}

/// HTTP headers as they arrive or shall be sent: in order, names in any case, maybe one twice. In JSON an object. They
/// print as `[redacted]`, since they may carry credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|map| Headers(map.into_iter().collect()))
    }
}

/// A secret on its way in: it prints as `[redacted]`, and is serialised so.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(zeroize::Zeroizing<String>);

impl Secret {
    /// The text, for the constructor of the gateway it belongs to.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret(zeroize::Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Secret(zeroize::Zeroizing::new(text)))
    }
}

/// An instant of the engine for the edge.
pub(crate) fn to_time(time: clock::Time) -> Time {
    time.to_datetime()
}
