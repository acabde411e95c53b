//! Requests, responses and replies as plain data, and who carries them. It never opens a socket.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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

    /// All of them, as they arrived.
    pub fn lines(&self) -> &[(String, String)] {
        &self.0
    }

    /// The one value of a header. `None` when absent; fails with `duplicate_field` when it came twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>> {
        find_one(&self.0, name)
    }
}

fn find_one<'a>(lines: &'a [(String, String)], name: &str) -> Result<Option<&'a str>> {
    let mut found = lines.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
    let first = found.next();
    match found.next() {
        Some(_) => Err(Error::new(Code::DuplicateField).with("field", name)),
        None => Ok(first.map(|(_, value)| value.as_str())),
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

impl Request {
    /// Host and port of its address. `None` unless it is `https` (or `http` to this machine) with a plain host: no user
    /// name, no backslash.
    pub fn authority(&self) -> Option<&str> {
        authority(&self.url)
    }
}

/// Host and port of an address that a request may go to; see [`Request::authority`].
pub fn authority(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    let safe = scheme == "https" || (scheme == "http" && is_loopback(host));
    (safe && host.bytes().all(plain)).then_some(host)
}

/// Whether a host, with or without port, is this machine and nothing else.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a host, with or without port, is a number of a private network, of a link or of a group, and no machine of the
/// internet; every way to write one counts. Names are not looked up, and this machine itself is [`is_loopback`].
pub fn is_private(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.split(']').next().unwrap_or_default();
        return address.parse().map_or(true, |ip| !is_loopback(host) && is_private_6(ip));
    }
    let name = host.split(':').next().unwrap_or_default();
    match name.parse() {
        Ok(ip) => !is_loopback(host) && is_private_4(ip),
        Err(_) => ends_in_number(name),
    }
}

/// Resolvers take `10.1`, `0xA000001` and `167772161` for addresses too; a name never ends so.
fn ends_in_number(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x").or(last.strip_prefix("0X"));
    last.bytes().all(|b| b.is_ascii_digit())
        || hex.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_private_4(ip: Ipv4Addr) -> bool {
    let [first, second, third, _] = ip.octets();
    ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || first == 0
        // Between a provider and its customers; some clouds tell their secrets there.
        || (first == 100 && (64..128).contains(&second))
        || (first, second, third) == (192, 0, 0)
}

fn is_private_6(ip: Ipv6Addr) -> bool {
    let groups = ip.segments();
    // An older address inside: mapped, compatible, or translated on the way (64:ff9b::/96).
    let holds_4 =
        matches!(groups, [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..]);
    let [.., a, b, c, d] = ip.octets();
    let inner = Ipv4Addr::new(a, b, c, d);
    ip.is_unique_local()
        || ip.is_unicast_link_local()
        || ip.is_multicast()
        || (holds_4 && (is_private_4(inner) || inner.is_loopback()))
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

impl Response {
    /// The one value of a header. `None` when absent; fails with `duplicate_field` when it came twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>> {
        find_one(&self.headers, name)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: X6: a request goes to an https host or to this machine; tricks with user names and slashes lead nowhere.
    #[test]
    fn only_plain_hosts_are_addresses() {
        for (url, host) in [
            ("https://api.example.com/v1", Some("api.example.com")),
            ("https://api.example.com:8443?x", Some("api.example.com:8443")),
            ("http://127.0.0.1:12111/v1", Some("127.0.0.1:12111")),
            ("http://[::1]:80/", Some("[::1]:80")),
            ("http://localhost/", Some("localhost")),
            ("http://api.example.com/", None),
            ("http://127.0.0.1.example.com/", None),
            ("https://user@api.example.com/", None),
            ("https://api.example.com\\@evil/", None),
            ("https:///v1", None),
            ("ftp://127.0.0.1/", None),
            ("api.example.com", None),
        ] {
            assert_eq!(authority(url), host, "{url}");
        }
    }
}
