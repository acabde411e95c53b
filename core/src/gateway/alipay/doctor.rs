//! Examination of an account: a signed question about a trade that nobody has, and what its answer tells of keys,
//! numbers, mode and clock. It moves nothing, and believes an unsigned error only as far as advice goes.

use chrono::DateTime;

use super::Alipay;
use super::request::{Content, Method};
use crate::error::{Code, Result};
use crate::gateway::{Finding, Moment, Part};
use crate::http::{Request, Response};
use crate::json::Object;
use crate::sign::alipay::Envelope;

/// No payment of ours has such a number.
const NOBODYS_TRADE: &str = "paywright_doctor_0";
/// Clocks that differ by less are right enough.
const CLOCK_DIFFERENCE_MAX_S: i64 = 60;

impl Alipay {
    pub(super) fn harmless_question(&self, at: Moment<'_>) -> Result<Request> {
        let content = Content { out_trade_no: Some(NOBODYS_TRADE), ..Content::default() };
        self.request(Method::Query, &content, at)
    }

    pub(super) fn examine(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        let mut findings: Vec<_> = clock(response, at).into_iter().collect();
        match self.proved(Method::Query, &response.body) {
            Ok(written) => {
                findings.push(right(
                    Part::Serial,
                    "the answer is signed by a configured key of Alipay's",
                ));
                let object = Object::parse(written.as_bytes()).unwrap_or_default();
                let word = |name: &str| object.text(name).unwrap_or_default().to_owned();
                findings.extend(self.said(&word("code"), &word("sub_code")));
            }
            Err(error) => findings.extend(self.unproved(response, error.code(), &error.message())),
        }
        findings
    }

    /// What an answer means whose signature does not fit or is not there.
    fn unproved(&self, response: &Response, code: Code, message: &str) -> Vec<Finding> {
        let text = std::str::from_utf8(&response.body).unwrap_or_default();
        let Ok(envelope) = Envelope::open(text) else {
            let what =
                format!("something else than Alipay answered with status {}", response.status);
            let remedy = "Look for a proxy or a firewall between this machine and Alipay.";
            return vec![wrong(Part::Network, what, remedy)];
        };
        match envelope.hint() {
            // An error about the request comes without a signature; it is good enough for advice.
            Some((code, sub_code)) if code != super::tables::SUCCESS && code != "40004" => {
                self.said(code, sub_code)
            }
            _ if envelope.certificate_serial.is_some() && self.trusted.serials.is_some() => {
                let remedy =
                    "Download Alipay's certificate again and add it to alipay_certificates.";
                vec![wrong(Part::Serial, message.to_owned(), remedy)]
            }
            _ => {
                let remedy = "Copy Alipay's public key, not the application's, from the console to \
                              alipay_public_keys.";
                vec![wrong(Part::Key, format!("{code}: {message}"), remedy)]
            }
        }
    }

    fn said(&self, code: &str, sub_code: &str) -> Vec<Finding> {
        let other_world = match self.facts.live {
            true => "This is the live interface: set sandbox for an application of the sandbox.",
            false => {
                "This is the sandbox: it knows only the application number and keys shown there."
            }
        };
        let shown = format!("Alipay answered {code} {sub_code}");
        match (code, sub_code) {
            // The trade does not exist, as intended: everything before that question was right.
            ("10000" | "40004", _) => vec![
                right(Part::Key, "Alipay takes the signature of private_key"),
                right(Part::Account, "Alipay knows app_id"),
                right(Part::Mode, "the application lives in this world"),
            ],
            (_, "isv.invalid-signature") => vec![wrong(
                Part::Key,
                shown,
                "Upload the public half of private_key in the console, as RSA2; after a change wait a minute.",
            )],
            (_, "isv.invalid-app-id") => vec![
                wrong(
                    Part::Account,
                    shown.clone(),
                    "Copy app_id from the console; it has 16 digits.",
                ),
                wrong(Part::Mode, shown, other_world),
            ],
            (_, "isv.invalid-timestamp") => vec![wrong(
                Part::Clock,
                shown,
                "Set this machine's clock; Alipay reads times as China time and so are they sent.",
            )],
            (_, "isv.missing-signature-key") => vec![wrong(
                Part::Key,
                shown,
                "Configure a signature key for the application in the console.",
            )],
            (_, word) if word.contains("cert") => vec![wrong(
                Part::Serial,
                shown,
                "The certificates do not belong to this application: download all three files again.",
            )],
            ("40006", _) => vec![wrong(
                Part::Account,
                shown,
                "Sign the contract for this product and add it to the application.",
            )],
            ("20000" | "40005", _) => {
                vec![wrong(Part::Network, shown, "Alipay is busy; ask again in a minute.")]
            }
            _ => vec![wrong(Part::Account, shown, "Look the code up in Alipay's documents.")],
        }
    }
}

/// Our clock against the answer's `Date`.
fn clock(response: &Response, at: Moment<'_>) -> Option<Finding> {
    let date = DateTime::parse_from_rfc2822(response.one("date").ok()??).ok()?;
    let ahead = at.now.seconds() - date.timestamp();
    Some(match ahead.abs() <= CLOCK_DIFFERENCE_MAX_S {
        true => right(Part::Clock, "the clock agrees with Alipay's"),
        false => wrong(
            Part::Clock,
            format!("the clock is {ahead} seconds ahead of Alipay's"),
            "Set this machine's clock by the network.",
        ),
    })
}

fn right(part: Part, what: &str) -> Finding {
    Finding { part, ok: true, what: what.to_owned(), remedy: String::new() }
}

fn wrong(part: Part, what: String, remedy: &str) -> Finding {
    Finding { part, ok: false, what, remedy: remedy.to_owned() }
}
