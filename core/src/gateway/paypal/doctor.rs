//! What the answer to a request for a token says about the configuration. It shows no credential and changes nothing.

use chrono::DateTime;

use crate::clock::Time;
use crate::gateway::{Finding, Part};
use crate::http::Response;
use crate::json::Object;
use crate::sign::paypal::Site;

/// A clock that is off by more than this makes tokens and certificates end too early or too late.
const CLOCK_SECONDS_MAX: i64 = 300;

/// What was found.
pub(super) fn findings(site: Site, response: &Response, now: Time) -> Vec<Finding> {
    let mut found = match response.status {
        200 => vec![fine(Part::Key, "PayPal accepts client id and secret"), mode(site)],
        401 | 403 => vec![refused(site, response)],
        status => vec![Finding {
            part: Part::Network,
            ok: false,
            what: format!("PayPal answered {status} to the request for a token"),
            remedy: "try again; if it stays so, look at PayPal's status page".to_owned(),
        }],
    };
    found.extend(clock(response, now));
    found
}

fn fine(part: Part, what: &str) -> Finding {
    Finding { part, ok: true, what: what.to_owned(), remedy: String::new() }
}

fn mode(site: Site) -> Finding {
    match site {
        Site::Live => fine(Part::Mode, "the application is one of the live interface"),
        Site::Sandbox => fine(Part::Mode, "the application is one of the sandbox"),
    }
}

/// PayPal says the same of a wrong id, a wrong secret and an application of its other world.
fn refused(site: Site, response: &Response) -> Finding {
    let answer = Object::parse(&response.body).ok();
    let word = answer.as_ref().and_then(|said| said.text("error")).unwrap_or("no reason");
    let (here, setting) = match site {
        Site::Live => ("live interface", "set sandbox if the application is one of the sandbox"),
        Site::Sandbox => ("sandbox", "leave sandbox out if the application is a live one"),
    };
    Finding {
        part: Part::Key,
        ok: false,
        what: format!(
            "the {here} does not know this client id and secret ({})",
            word.escape_debug()
        ),
        remedy: format!("copy both again from PayPal's developer dashboard; {setting}"),
    }
}

fn clock(response: &Response, now: Time) -> Option<Finding> {
    let date = response.one("Date").ok().flatten()?;
    let theirs = DateTime::parse_from_rfc2822(date).ok()?.timestamp();
    let apart = now.seconds().saturating_sub(theirs);
    let ok = apart.saturating_abs() <= CLOCK_SECONDS_MAX;
    let remedy = if ok { "" } else { "set this machine's clock, best by NTP" };
    Some(Finding {
        part: Part::Clock,
        ok,
        what: format!("this machine's clock is {apart} seconds ahead of PayPal's"),
        remedy: remedy.to_owned(),
    })
}
