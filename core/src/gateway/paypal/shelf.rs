//! What errands brought, until it is used: certificates by their address, and answers of the API that are taken once and
//! soon. It never grows beyond a few entries and judges nothing.

use std::sync::{Mutex, PoisonError};

use crate::clock::Time;
use crate::sign::paypal::Signer;

/// Answers that wait to be taken: more than callbacks that are looked into at the same time.
const ANSWERS_MAX: usize = 64;
/// An answer that nobody took so soon tells of a past that may be over.
const ANSWER_SECONDS: i64 = 30;
/// PayPal signs with one certificate at a time, with two around a change.
const SIGNERS_MAX: usize = 8;

/// Answers of the API by the address that was asked, each to be taken once.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Vec<Kept>>);

struct Kept {
    url: String,
    body: Vec<u8>,
    at: Time,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.url, self.body.len())
    }
}

impl Answers {
    /// Keeps an answer; an empty body says that nothing is known there.
    pub(super) fn put(&self, url: &str, body: &[u8], now: Time) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|answer| is_fresh(answer, now));
        if kept.len() >= ANSWERS_MAX {
            kept.remove(0);
        }
        kept.push(Kept { url: url.to_owned(), body: body.to_owned(), at: now });
    }

    /// The newest answer, which is then forgotten.
    pub(super) fn take(&self, url: &str, now: Time) -> Option<Vec<u8>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|answer| is_fresh(answer, now));
        let index = kept.iter().rposition(|answer| answer.url == url)?;
        Some(kept.remove(index).body)
    }
}

fn is_fresh(answer: &Kept, now: Time) -> bool {
    answer.at <= now && now < answer.at.plus_seconds(ANSWER_SECONDS)
}

/// The signers that were found to be PayPal's, by the address of their certificate.
#[derive(Default)]
pub(super) struct Signers(Mutex<Vec<(String, Signer)>>);

impl Signers {
    /// The signer behind an address, until its certificate ends.
    pub(super) fn find(&self, url: &str, now: Time) -> Option<Signer> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found =
            known.iter().find(|(address, signer)| address == url && now <= signer.not_after());
        found.map(|(_, signer)| signer.clone())
    }

    /// Keeps a signer that was checked.
    pub(super) fn put(&self, url: &str, signer: Signer) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(address, _)| address != url);
        if known.len() >= SIGNERS_MAX {
            known.remove(0);
        }
        known.push((url.to_owned(), signer));
    }
}

impl std::fmt::Debug for Signers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("signers")
    }
}
