//! Requests over the network: each sent once, over HTTPS, within a deadline, to exactly the address that it names. It never
//! retries, follows no redirect, asks no proxy, keeps no cookie and no connection.

use std::cell::Cell;
use std::io::Read;
use std::time::Duration;

use ureq::http;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, DefaultConnector, Transport as Connection,
};

use crate::http::{HEADER_BYTES_MAX, NoResponse, RESPONSE_BYTES_MAX, Request, Response, Transport};

/// A gateway that has not taken a connection by then has trouble that waiting does not mend, and a caller waits with us.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A gateway that asks a bank first may take ten seconds; past this its answer is asked for later, by a query.
const WHOLE_TIMEOUT: Duration = Duration::from_secs(15);
/// All headers of an answer together; ten times what gateways send, and no burden to keep.
const HEADERS_BYTES_MAX: usize = 4 * HEADER_BYTES_MAX;
/// What we call ourselves where a gateway does not say it better.
const USER_AGENT: &str = concat!("paywright/", env!("CARGO_PKG_VERSION"));

/// How long a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Until there is a connection: name, socket and handshake.
    pub connect: Duration,
    /// Until the last byte of the answer, the connection included.
    pub whole: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines { connect: CONNECT_TIMEOUT, whole: WHOLE_TIMEOUT }
    }
}

/// Carries requests over the network. The roots that it trusts are compiled in.
///
/// Every request has a connection of its own: one that was kept could have died unnoticed, and a request written to it
/// would be a payment of which nobody knows.
#[derive(Debug)]
pub struct HttpTransport(ureq::Agent);

impl Default for HttpTransport {
    fn default() -> Self {
        HttpTransport::new(Deadlines::default())
    }
}

impl HttpTransport {
    /// A transport with deadlines of the caller's.
    pub fn new(deadlines: Deadlines) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(deadlines.whole))
            .timeout_resolve(Some(deadlines.connect))
            .timeout_connect(Some(deadlines.connect))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .max_response_header_size(HEADERS_BYTES_MAX)
            .user_agent(USER_AGENT)
            // Nothing here unpacks anything: what is signed, and counted, is what came.
            .accept_encoding("identity")
            .build();
        let connector = Noting(DefaultConnector::new());
        HttpTransport(ureq::Agent::with_parts(config, connector, DefaultResolver::default()))
    }

    fn exchange(&self, request: &Request) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let mut given = http::Request::builder().method(request.method).uri(&request.url);
        for (name, value) in &request.headers {
            given = given.header(*name, value);
        }
        let bodiless =
            request.body.is_empty() && ["GET", "HEAD", "DELETE"].contains(&request.method);
        match bodiless {
            true => self.0.run(given.body(())?),
            false => self.0.run(given.body(request.body.as_slice())?),
        }
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        let Some(host) = request.authority() else {
            let why = "the address is neither https nor this machine";
            return Err(NoResponse::NotSent(why.to_owned()));
        };
        CONNECTED.set(false);
        match self.exchange(request) {
            Ok(response) => {
                read(response).map_err(|why| NoResponse::Unknown(format!("{host}: {why}")))
            }
            // Before there is a connection, handshake included, not a byte of the request was written.
            Err(error) if !CONNECTED.get() => Err(NoResponse::NotSent(format!("{host}: {error}"))),
            Err(error) => Err(NoResponse::Unknown(format!("{host}: {error}"))),
        }
    }
}

/// Reads an answer to its end. What is said on failure has nothing of its content.
fn read(response: http::Response<ureq::Body>) -> Result<Response, String> {
    let (head, body) = response.into_parts();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<_> =
        head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    if headers.iter().any(|(name, value)| {
        name == "content-encoding" && !value.trim().eq_ignore_ascii_case("identity")
    }) {
        return Err("the answer is packed, which was not asked for".to_owned());
    }
    let mut bytes = Vec::new();
    let limit = RESPONSE_BYTES_MAX as u64 + 1;
    body.into_reader().take(limit).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    match bytes.len() > RESPONSE_BYTES_MAX {
        true => Err(format!("the answer is longer than {RESPONSE_BYTES_MAX} bytes")),
        false => Ok(Response { status: head.status.as_u16(), headers, body: bytes }),
    }
}

thread_local! {
    /// Whether the request that this thread is sending has a connection. The client works in its caller's thread from
    /// beginning to end, one request at a time.
    static CONNECTED: Cell<bool> = const { Cell::new(false) };
}

/// The usual way to connect, which notes that it succeeded: only then can anything have reached the gateway.
#[derive(Debug)]
struct Noting(DefaultConnector);

impl Connector for Noting {
    type Out = Box<dyn Connection>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let connection = self.0.connect(details, chained)?;
        CONNECTED.set(true);
        Ok(connection)
    }
}
