//! Looks for the usual troubles (nobody can pay, paid but not updated, the host was not told, a deposit was not
//! returned) and says what to do about each. It changes nothing.

mod checks;

use paywright::api::Paywright;
use paywright::api::types::{VerifyReport, arguments};
use paywright::error::{Code, Error, Result};
use paywright::text::escape_line;
use serde::Serialize;

use crate::arguments::Shared;
use crate::console::{Console, Style};
use crate::failure::{Failure, Outcome};
use crate::open::{database, options};

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Verdict {
    fn word(self) -> (&'static str, Style) {
        match self {
            Verdict::Ok => ("ok  ", Style::Green),
            Verdict::Warn => ("warn", Style::Yellow),
            Verdict::Fail => ("fail", Style::Red),
        }
    }
}

/// What was looked at, what was found, and what to do about it.
#[derive(Serialize)]
struct Check {
    check: &'static str,
    verdict: Verdict,
    finding: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    advice: &'static str,
}

impl Check {
    fn ok(check: &'static str, finding: impl Into<String>) -> Self {
        Check { check, verdict: Verdict::Ok, finding: finding.into(), advice: "" }
    }

    fn warn(check: &'static str, finding: impl Into<String>, advice: &'static str) -> Self {
        Check { check, verdict: Verdict::Warn, finding: finding.into(), advice }
    }

    fn fail(check: &'static str, finding: impl Into<String>, advice: &'static str) -> Self {
        Check { check, verdict: Verdict::Fail, finding: finding.into(), advice }
    }
}

/// The whole examination as JSON.
#[derive(Serialize)]
struct Examination {
    ok: bool,
    checks: Vec<Check>,
}

/// Examines the database and the configuration; the answer is no when a check fails.
pub(super) fn doctor(shared: &Shared, console: &mut Console<'_>) -> Outcome {
    let mut checks = Vec::new();
    if let Some(pay) = opened(shared, console, &mut checks) {
        examine(pay, console, &mut checks);
    }
    let ok = checks.iter().all(|check| check.verdict != Verdict::Fail);
    let examination = Examination { ok, checks };
    match console.json() {
        true => console.document(&examination)?,
        false => examination.checks.iter().try_for_each(|check| line(check, console))?,
    }
    Ok(ok)
}

fn line(check: &Check, console: &mut Console<'_>) -> Result<(), Failure> {
    let (word, style) = check.verdict.word();
    let word = console.paint(style, word);
    let arrow = if check.advice.is_empty() { "" } else { " — " };
    let finding = escape_line(&check.finding);
    console.line(&format!("{word}  {:<13}  {finding}{arrow}{}", check.check, check.advice))
}

/// Opens the database strictly, so that loose permissions are found, then as a host would.
fn opened(shared: &Shared, console: &Console<'_>, checks: &mut Vec<Check>) -> Option<Paywright> {
    let open = |strict_permissions| {
        let options = paywright::api::Options { strict_permissions, ..options(shared, console)? };
        Paywright::open(&database(shared, console)?, options)
    };
    let mut permissions = Check::ok("permissions", "nobody else can read the database");
    let mut pay = open(true);
    if let Err(error) = &pay
        && error.code() == Code::FilePermissions
    {
        permissions = Check::warn("permissions", console.sentence(error), "");
        pay = open(false);
    }
    match pay {
        Ok(pay) => {
            checks.push(Check::ok(
                "opening",
                "it opens, and its schema is the one this version knows",
            ));
            checks.push(permissions);
            Some(pay)
        }
        Err(error) => {
            let finding = format!("{}: {}", error.code(), console.sentence(&error));
            checks.push(Check::fail(
                "opening",
                finding,
                "nothing else can be looked at before this",
            ));
            None
        }
    }
}

/// What the checks look at.
struct Scene {
    pay: Paywright,
    report: VerifyReport,
}

/// One check: an error is a failed one.
type Examine = fn(&Scene) -> Result<Check>;

/// All checks, in the order in which trouble travels: configuration, books, payments, people, the host.
const CHECKS: &[(&str, Examine)] = &[
    ("gateways", checks::gateways),
    ("clock", checks::clock),
    ("books", checks::books),
    ("seals", checks::seals),
    ("due work", checks::due_work),
    ("payments", checks::payments),
    ("callbacks", checks::callbacks),
    ("exceptions", checks::exceptions),
    ("refunds", checks::refunds),
    ("deposits", checks::deposits),
    ("notifications", checks::notifications),
];

fn examine(pay: Paywright, console: &Console<'_>, checks: &mut Vec<Check>) {
    let failed = |name, error: Error| {
        let finding = format!("{}: {}", error.code(), console.sentence(&error));
        Check::fail(name, finding, "this could not be looked at")
    };
    match pay.verify(arguments::verify {}) {
        Ok(report) => {
            let scene = Scene { pay, report };
            for (name, check) in CHECKS {
                checks.push(check(&scene).unwrap_or_else(|error| failed(name, error)));
            }
        }
        Err(error) => checks.push(failed("books", error)),
    }
}
