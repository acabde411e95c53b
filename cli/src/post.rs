//! Posting a callback of the mock gateway to a server, and its answer. It never follows a redirect and never waits
//! for long.

use std::time::Duration;

use paywright::api::types::{Bytes, Delivery, Map, Reply};
use paywright::error::{Code, Error, Result};

/// A server that takes longer is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer to a callback is a few words; more is not read.
const REPLY_BYTES_MAX: u64 = 64 * 1024;

/// Checks an address. Fails with `argument_range` on what this build cannot reach.
pub(crate) fn check(url: &str) -> Result<()> {
    match url.starts_with("http://") {
        true => Ok(()),
        false => Err(Error::new(Code::ArgumentRange)
            .with("field", "--url")
            .with("given", url)
            .with("rule", "an address that begins with http:// (the program has no TLS: post to your own machine)")),
    }
}

/// Posts one callback. Fails with `gateway_unavailable` when no answer came.
pub(crate) fn post(url: &str, delivery: &Delivery) -> Result<Reply> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false)
            .build(),
    );
    let request = delivery
        .headers
        .iter()
        .fold(agent.post(url), |request, (name, value)| request.header(name, value));
    let mut response = request.send(&delivery.body.0).map_err(|error| unreachable(url, &error))?;
    let body = response
        .body_mut()
        .with_config()
        .limit(REPLY_BYTES_MAX)
        .read_to_vec()
        .map_err(|error| unreachable(url, &error))?;
    let content_type = response.headers().get("content-type").and_then(|v| v.to_str().ok());
    let headers = content_type.map(|value| ("content-type".to_owned(), value.to_owned()));
    Ok(Reply {
        status: response.status().as_u16().into(),
        headers: headers.into_iter().collect::<Map>(),
        body: Bytes(body),
    })
}

fn unreachable(url: &str, error: &ureq::Error) -> Error {
    Error::new(Code::BadResponse)
        .with("gateway", url)
        .with("why", format_args!("no usable answer came: {error}"))
}
