//! What an answer to a harmless question says about key, serial number, account and clock. It changes nothing.

use chrono::DateTime;

use super::WechatPay;
use super::answer::{Meaning, Refusal, meaning};
use crate::error::Code;
use crate::gateway::{Finding, Moment, Part};
use crate::http::{Headers, Response};
use crate::sign::wechatpay::TOLERANCE_S;

/// More than this is worth a word: WeChat refuses at 300.
const CLOCK_DIFFERENCE_MAX_S: i64 = 60;

impl WechatPay {
    /// The findings of one answer.
    pub(super) fn findings(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        let mut findings: Vec<Finding> = clock(response, at).into_iter().collect();
        let clock_is_wrong = clock_difference_s(response, at)
            .is_some_and(|seconds| seconds.saturating_abs() > TOLERANCE_S);
        let refusal = Refusal::of(response);
        let code = refusal.as_ref().map(|refusal| refusal.folded.as_str()).unwrap_or_default();
        match (response.status, meaning(code), code) {
            (200..=299, _, _) | (404, Meaning::Nothing, _) => findings.extend(self.accepted()),
            (_, _, "MCHNOTEXISTS" | "APPIDMCHIDNOTMATCH") => findings.push(wrong(
                Part::Account,
                format!("WeChat Pay does not know the merchant {}", self.mchid),
                "compare mchid and appid with the merchant platform; they must be bound to each other",
            )),
            (_, Meaning::No(Code::Credentials), _) | (401, _, _) if clock_is_wrong => {
                findings.push(wrong(
                    Part::Key,
                    "the signature was refused because of the clock".to_owned(),
                    "set the clock right and ask again",
                ));
            }
            (_, Meaning::No(Code::Credentials), _) | (401, _, _) => findings.extend(self.refused_keys()),
            (_, _, "NOAUTH") => findings.push(wrong(
                Part::Account,
                "the merchant has no right to this product".to_owned(),
                "open the product in the merchant platform",
            )),
            (status, _, _) => findings.push(wrong(
                Part::Network,
                format!("an answer that tells nothing: status {status}, {code}"),
                "try again later, and see that no proxy answers in WeChat Pay's place",
            )),
        }
        findings.extend(self.their_key(response, at));
        findings
    }

    fn accepted(&self) -> [Finding; 3] {
        let serial = &self.merchant_serial;
        [
            right(Part::Key, "WeChat Pay accepts our signature".to_owned()),
            right(Part::Serial, format!("the certificate {serial} belongs to the key")),
            right(Part::Account, format!("the merchant {} is known", self.mchid)),
        ]
    }

    fn refused_keys(&self) -> [Finding; 2] {
        let (serial, mchid) = (&self.merchant_serial, &self.mchid);
        [
            wrong(
                Part::Key,
                "WeChat Pay refuses our signature".to_owned(),
                "take private_key from apiclient_key.pem, which came with the API certificate",
            ),
            wrong(
                Part::Serial,
                format!("{serial} may not be the API certificate of merchant {mchid}"),
                "compare merchant_serial with the API certificate in the merchant platform, under API security",
            ),
        ]
    }

    /// Whether we can check what WeChat signs.
    fn their_key(&self, response: &Response, at: Moment<'_>) -> Option<Finding> {
        let headers = Headers::new(response.headers.clone()).ok()?;
        let serial = headers.one("Wechatpay-Serial").ok()??;
        if self.keys.find(serial, at.now).is_some() {
            return Some(right(
                Part::Serial,
                format!("WeChat Pay signs with {serial}, which is known"),
            ));
        }
        Some(wrong(
            Part::Serial,
            format!("WeChat Pay signs with {}, which is not configured", serial.escape_debug()),
            "configure public_key_id and public_key from the merchant platform; certificates renew themselves",
        ))
    }
}

fn clock(response: &Response, at: Moment<'_>) -> Option<Finding> {
    let seconds = clock_difference_s(response, at)?;
    Some(match seconds.saturating_abs() <= CLOCK_DIFFERENCE_MAX_S {
        true => right(Part::Clock, format!("our clock is {seconds} s behind WeChat Pay's")),
        false => wrong(
            Part::Clock,
            format!("our clock is {seconds} s behind WeChat Pay's"),
            "let a time service set the clock; requests more than 300 s off are refused",
        ),
    })
}

/// How far their clock is ahead of ours, by the header `Date`.
pub(super) fn clock_difference_s(response: &Response, at: Moment<'_>) -> Option<i64> {
    let date = DateTime::parse_from_rfc2822(response.one("Date").ok()??).ok()?;
    Some(date.timestamp().saturating_sub(at.now.seconds()))
}

fn right(part: Part, what: String) -> Finding {
    Finding { part, ok: true, what, remedy: String::new() }
}

fn wrong(part: Part, what: String, remedy: &str) -> Finding {
    Finding { part, ok: false, what, remedy: remedy.to_owned() }
}
