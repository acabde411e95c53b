//! Looks for the usual troubles (nobody can pay, paid but not updated, the host was not told, a deposit was not
//! returned) and asks each gateway whether its account can work; says what to do about each. It changes nothing.

mod checks;

use std::borrow::Cow;

use paywright::api::types::{Finding, VerifyReport, arguments};
use paywright::api::{Options, Paywright};
use paywright::error::{Code, Error, Result};
use paywright::text::escape_line;
use serde::Serialize;

use crate::arguments::Shared;
use crate::console::{Console, Style};
use crate::failure::{Failure, Outcome};
use crate::open::{database, from_environment, options};

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
    check: Cow<'static, str>,
    verdict: Verdict,
    finding: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    advice: Cow<'static, str>,
}

impl Check {
    fn ok(check: &'static str, finding: impl Into<String>) -> Self {
        Check::new(Verdict::Ok, check, finding, "")
    }

    fn warn(check: &'static str, finding: impl Into<String>, advice: &'static str) -> Self {
        Check::new(Verdict::Warn, check, finding, advice)
    }

    fn fail(check: &'static str, finding: impl Into<String>, advice: &'static str) -> Self {
        Check::new(Verdict::Fail, check, finding, advice)
    }

    fn new(
        verdict: Verdict,
        check: impl Into<Cow<'static, str>>,
        finding: impl Into<String>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (check, finding, advice) = (check.into(), finding.into(), advice.into());
        Check { check, verdict, finding, advice }
    }

    /// What an account's examination found: wrong, or fine with a word of advice, or fine.
    fn of(account: &str, finding: Finding) -> Self {
        let verdict = match (finding.ok, finding.remedy.is_empty()) {
            (false, _) => Verdict::Fail,
            (true, false) => Verdict::Warn,
            (true, true) => Verdict::Ok,
        };
        let check = format!("{account} {}", finding.part.as_str());
        Check::new(verdict, check, finding.what, finding.remedy)
    }
}

/// The whole examination as JSON.
#[derive(Serialize)]
struct Examination {
    ok: bool,
    checks: Vec<Check>,
}

/// Examines the database and every account, or one account alone; the answer is no when a check fails.
pub(super) fn doctor(shared: &Shared, gateway: Option<&str>, console: &mut Console<'_>) -> Outcome {
    let mut checks = Vec::new();
    if let Some(pay) = opened(shared, console, &mut checks) {
        match gateway {
            Some(gateway) => account(&pay, gateway, console, &mut checks),
            None => {
                let accounts = pay.engine().gateway_names();
                examine(pay.clone(), console, &mut checks);
                accounts.iter().for_each(|name| account(&pay, name, console, &mut checks));
            }
        }
    }
    let ok = checks.iter().all(|check| check.verdict != Verdict::Fail);
    let examination = Examination { ok, checks };
    match console.json() {
        true => console.document(&examination)?,
        false => {
            let widths = examination.checks.iter().map(|check| check.check.len());
            let width = widths.max().unwrap_or_default().max(NAME_WIDTH);
            examination.checks.iter().try_for_each(|check| line(check, width, console))?;
        }
    }
    Ok(ok)
}

/// As wide as the longest name of a check of the database.
const NAME_WIDTH: usize = 13;

/// Asks one account; a refusal is a failed check.
fn account(pay: &Paywright, gateway: &str, console: &Console<'_>, checks: &mut Vec<Check>) {
    match pay.examine(arguments::examine { gateway: gateway.to_owned() }) {
        Ok(examination) => {
            let findings = examination.findings.into_iter();
            checks.extend(findings.map(|finding| Check::of(gateway, finding)));
        }
        Err(error) => {
            let finding = format!("{}: {}", error.code(), console.sentence(&error));
            let check = escape_line(gateway).into_owned();
            checks.push(Check::new(Verdict::Fail, check, finding, ""));
        }
    }
}

fn line(check: &Check, width: usize, console: &mut Console<'_>) -> Result<(), Failure> {
    let (word, style) = check.verdict.word();
    let word = console.paint(style, word);
    let arrow = if check.advice.is_empty() { "" } else { " — " };
    let (finding, advice) = (escape_line(&check.finding), escape_line(&check.advice));
    console.line(&format!("{word}  {:<width$}  {finding}{arrow}{advice}", check.check))
}

/// Opens the database with the gateways of the application.
fn open(shared: &Shared, strict: bool, console: &mut Console<'_>) -> Result<Paywright> {
    let url = database(shared, console)?;
    let mut options = Options { strict_permissions: strict, ..options(shared, console)? };
    from_environment(shared, console, &mut options)?;
    Paywright::open(&url, options)
}

/// Opens the database strictly, so that loose permissions are found, then as a host would.
fn opened(
    shared: &Shared,
    console: &mut Console<'_>,
    checks: &mut Vec<Check>,
) -> Option<Paywright> {
    let mut permissions = Check::ok("permissions", "nobody else can read the database");
    let mut pay = open(shared, true, console);
    if let Err(error) = &pay
        && error.code() == Code::FilePermissions
    {
        permissions = Check::warn("permissions", console.sentence(error), "");
        pay = open(shared, false, console);
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
