//! Whether an account can work: what its facts and the clock say, then one harmless question to the gateway. Trouble on
//! the way is a finding like any other; nothing is written, and no money can move.

use chrono::DateTime;

use super::{Engine, Mode, apart};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{Facts, Finding, Part};
use crate::http::{NoResponse, Response};

/// No clock is right that shows a time before this: 2025-01-01.
const EARLIEST: Time = Time::from_millis(1_735_689_600_000);
/// Gateways refuse signatures some minutes old; a clock this far off is on its way there.
const CLOCK_SLACK_MILLIS: i64 = 60_000;

const SET_THE_CLOCK: &str = "set the clock of this machine, and have it kept by a time service";
const LOOK_AT_THE_NETWORK: &str =
    "check name resolution, firewall and proxy of this machine, then try again";
const TRY_LATER: &str = "the gateway has trouble of its own or wants fewer calls: try again later";

impl Engine {
    /// What can be said of an account without asking anybody. Fails with `gateway_not_found` and `storage_…`.
    pub fn look_over(&self, gateway: &str) -> Result<Vec<Finding>> {
        let account = self.gateway(gateway)?;
        let facts = account.facts();
        let mut findings =
            vec![Finding::fine(Part::Key, format!("{}: it was opened", facts.product))];
        findings.extend(account.warnings().into_iter().map(|what| Finding {
            remedy: "it works meanwhile; mend it when you can".to_owned(),
            ..Finding::fine(Part::Key, what)
        }));
        findings.push(mode(facts, self.mode));
        findings.push(self.own_clock()?);
        Ok(findings)
    }

    fn own_clock(&self) -> Result<Finding> {
        let now = self.now();
        let early = (now < EARLIEST).then(|| format!("the clock shows {now}, which is long past"));
        Ok(match early.map_or_else(|| self.clock_warning(), |odd| Ok(Some(odd)))? {
            Some(odd) => Finding::wrong(Part::Clock, odd, SET_THE_CLOCK),
            None => Finding::fine(Part::Clock, "it agrees with the journal"),
        })
    }

    /// What the gateway says when it is asked something harmless. Fails with `gateway_not_found`.
    pub fn probe(&self, gateway: &str) -> Result<Vec<Finding>> {
        let account = self.gateway(gateway)?;
        let request = match apart(|| account.probe(self.moment())) {
            Ok(Some(request)) => request,
            Ok(None) => {
                let what = "there is no harmless question to ask it";
                return Ok(vec![Finding::fine(Part::Network, what)]);
            }
            Err(error) => {
                let remedy = "mend what the sentence names";
                return Ok(vec![Finding::wrong(Part::Key, error.message(), remedy)]);
            }
        };
        Ok(match apart(|| self.carry(&account, &request)) {
            Err(error) => vec![not_carried(&error)],
            Ok(Err(silence)) => vec![no_response(&silence)],
            Ok(Ok(response)) => {
                let mut findings = vec![answered(&response)];
                if findings.iter().all(|finding| finding.ok) {
                    let judged = apart(|| Ok(account.diagnose(&response, self.moment())));
                    findings.extend(judged.unwrap_or_else(|error| vec![not_judged(&error)]));
                    complete(&mut findings, &response, self.now());
                }
                findings
            }
        })
    }
}

fn mode(facts: &Facts, mode: Mode) -> Finding {
    let what = match facts.environment {
        Some(world) => format!("{world} credentials in mode {mode}"),
        None if facts.mock => format!("a stand-in in mode {mode}: no real money can be collected"),
        None => {
            format!("mode {mode}; its credentials do not say whether they are for test or live")
        }
    };
    Finding::fine(Part::Mode, what)
}

fn not_carried(error: &Error) -> Finding {
    let remedy = match error.code() {
        Code::ConfigMissing => "open the engine with a transport",
        _ => "tell whoever wrote this gateway",
    };
    Finding::wrong(Part::Network, error.message(), remedy)
}

fn not_judged(error: &Error) -> Finding {
    let what = format!("its answer could not be judged: {}", error.message());
    Finding::wrong(Part::Network, what, "tell whoever wrote this gateway")
}

fn no_response(silence: &NoResponse) -> Finding {
    let what = match silence {
        NoResponse::NotSent(why) => format!("it could not be reached: {why}"),
        NoResponse::Unknown(why) => format!("no answer came back: {why}"),
    };
    Finding::wrong(Part::Network, what, LOOK_AT_THE_NETWORK)
}

fn answered(response: &Response) -> Finding {
    let what = format!("it answered {}", response.status);
    match response.status {
        429 | 500.. => Finding::wrong(Part::Network, what, TRY_LATER),
        // A proxy or a portal stands in the way; a gateway's interface sends nobody elsewhere.
        300..=399 => Finding::wrong(Part::Network, what, LOOK_AT_THE_NETWORK),
        _ => Finding::fine(Part::Network, what),
    }
}

/// What follows from any answer, where the gateway itself has not said it.
fn complete(findings: &mut Vec<Finding>, response: &Response, now: Time) {
    let of = |part: Part, findings: &[Finding]| findings.iter().any(|f| f.part == part);
    if matches!(response.status, 401 | 403) && findings.iter().all(|finding| finding.ok) {
        let what = format!("it does not take the credentials (status {})", response.status);
        let remedy = "compare key, serial and account number with the gateway's own pages";
        findings.push(Finding::wrong(Part::Key, what, remedy));
    }
    if !of(Part::Clock, findings)
        && let Some(theirs) = date(response)
    {
        findings.push(their_clock(theirs, now));
    }
}

fn date(response: &Response) -> Option<Time> {
    let text = response.one("date").ok()??;
    DateTime::parse_from_rfc2822(text).ok().map(|date| Time::from(date.to_utc()))
}

fn their_clock(theirs: Time, now: Time) -> Finding {
    let apart_millis = now.millis().abs_diff(theirs.millis());
    match i64::try_from(apart_millis).is_ok_and(|apart| apart <= CLOCK_SLACK_MILLIS) {
        true => Finding::fine(Part::Clock, "it agrees with the gateway's"),
        false => {
            let what = format!("the clock shows {now}, the gateway's {theirs}");
            Finding::wrong(Part::Clock, what, SET_THE_CLOCK)
        }
    }
}
