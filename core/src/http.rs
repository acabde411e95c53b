//! Requests, responses and replies as plain data, and who carries them. It never opens a socket.

use std::fmt;

use crate::error::{Code, Error, Result};

/// A header line longer than this is refused before it is looked at (THREATS H34).
pub const HEADER_BYTES_MAX: usize = 8 * 1024;
/// A callback body longer than this is refused before it is looked at (THREATS H53).
pub const CALLBACK_BYTES_MAX: usize = 1024 * 1024;
/// A gateway's answer longer than this is of no use to us (THREATS H66).
pub const RESPONSE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The headers of a callback as they arrived: looked up without regard to case, refused when doubled.
#[derive(Clone, Debug, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Takes headers in any order and case. Fails with `too_large` when a line exceeds [`HEADER_BYTES_MAX`].
    pub fn new(lines: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let lines: Vec<_> = lines.into_iter().collect();
        match lines.iter().find(|(name, value)| name.len() + value.len() > HEADER_BYTES_MAX) {
            Some(_) => Err(Error::new(Code::TooLarge)
                .with("field", "a header line")
                .with("limit", format_args!("{HEADER_BYTES_MAX} bytes"))),
            None => Ok(Headers(lines)),
        }
    }

    /// The one value of a header. `None` when absent; fails with `duplicate_field` when it came twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>> {
        let mut found = self.0.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let first = found.next();
        match found.next() {
            Some(_) => Err(Error::new(Code::DuplicateField).with("field", name)),
            None => Ok(first.map(|(_, value)| value.as_str())),
        }
    }
}

/// What we ask of a gateway. The bytes of `body` are exactly what is signed and sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Absolute address; the transport sends it nowhere else.
    pub url: String,
    /// In the order they are written. Values may hold credentials: never printed.
    pub headers: Vec<(&'static str, String)>,
    /// The body, or nothing.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes)", self.method, self.url, self.body.len())
    }
}

/// What a gateway answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// As they came.
    pub headers: Vec<(String, String)>,
    /// As it came, at most [`RESPONSE_BYTES_MAX`].
    pub body: Vec<u8>,
}

/// The exact answer to a callback: a host passes all three on unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Content type of the body.
    pub content_type: &'static str,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Reply {
    /// A JSON reply.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Reply { status, content_type: "application/json", body: body.into() }
    }
}

/// Why no response came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoResponse {
    /// The request certainly never reached the gateway: nothing happened there.
    NotSent(String),
    /// The request may have reached it: what happened is unknown.
    Unknown(String),
}

/// Carries requests to gateways. Called outside every transaction; may block.
pub trait Transport: Send + Sync {
    /// Sends the request once, without retries and without following redirects.
    fn send(&self, request: &Request) -> Result<Response, NoResponse>;
}
