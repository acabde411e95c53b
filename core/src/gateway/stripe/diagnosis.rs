//! What the answer to a harmless question reveals about key, mode, account and clock, with a way to mend each. It never
//! shows a key.

use chrono::DateTime;

use super::Stripe;
use super::wire::Account;
use crate::clock::Time;
use crate::gateway::{Environment, Finding, Part};
use crate::http::Response;

/// A clock that is off by more will make fresh messages look old.
const CLOCK_SECONDS_MAX: i64 = 60;

/// All that can be told.
pub(super) fn findings(stripe: &Stripe, response: &Response, now: Time) -> Vec<Finding> {
    let mut found = vec![mode(stripe), key(stripe, response)];
    found.extend(account(stripe, response));
    found.extend(clock(response, now));
    found
}

fn right(part: Part, what: String) -> Finding {
    Finding { part, ok: true, what, remedy: String::new() }
}

fn wrong(part: Part, what: String, remedy: &str) -> Finding {
    Finding { part, ok: false, what, remedy: remedy.to_owned() }
}

fn mode(stripe: &Stripe) -> Finding {
    let environment = stripe.facts.environment.unwrap_or(Environment::Test);
    right(Part::Mode, format!("the keys are {environment} keys"))
}

fn key(stripe: &Stripe, response: &Response) -> Finding {
    let word = stripe.trouble(response).and_then(|t| t.code.get().map(str::to_owned));
    let word = word.map(|word| format!(", {word}")).unwrap_or_default();
    match response.status {
        200 => right(Part::Key, "the secret key is accepted".to_owned()),
        401 => wrong(
            Part::Key,
            format!("the secret key is not accepted (401{word})"),
            "Copy the secret key again from Developers, API keys; it may have been rolled or revoked.",
        ),
        403 => wrong(
            Part::Key,
            format!("the key may not do this (403{word})"),
            "Give a restricted key read access to the account and write access to Payment Intents, Checkout Sessions \
             and Refunds; where `account` is configured, check that it is connected to yours.",
        ),
        status => wrong(
            Part::Network,
            format!("the answer was HTTP {status}{word}"),
            "See status.stripe.com, and whether something between here and Stripe answers in its place.",
        ),
    }
}

fn account(stripe: &Stripe, response: &Response) -> Option<Finding> {
    if response.status != 200 {
        return None;
    }
    let Ok(account) = stripe.json::<Account<'_>>(response) else {
        let what = "the answer is not an account".to_owned();
        return Some(wrong(
            Part::Network,
            what,
            "Check that nothing stands between here and Stripe.",
        ));
    };
    let id = account.id.get().unwrap_or("unnamed");
    match stripe.credentials.account.as_deref() {
        Some(expected) if expected != id => Some(wrong(
            Part::Account,
            format!("the key acts for {id}, {expected} is configured"),
            "Check `account`: it must be the connected account, `acct_…`.",
        )),
        _ if account.charges_enabled == Some(false) => Some(wrong(
            Part::Account,
            format!("the account {id} cannot take payments yet"),
            "Finish the activation of the account in Stripe's dashboard.",
        )),
        _ => Some(right(Part::Account, format!("the account is {id}"))),
    }
}

fn clock(response: &Response, now: Time) -> Option<Finding> {
    let date = response.one("Date").ok().flatten()?;
    let theirs = DateTime::parse_from_rfc2822(date).ok()?.timestamp();
    let ahead = now.seconds().saturating_sub(theirs);
    Some(match ahead.abs() <= CLOCK_SECONDS_MAX {
        true => right(Part::Clock, "the clocks agree".to_owned()),
        false => wrong(
            Part::Clock,
            format!("our clock is {ahead} seconds ahead of Stripe's"),
            "Set the clock of this machine, best by NTP: messages are judged by their age.",
        ),
    })
}
