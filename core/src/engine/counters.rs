//! What is counted while the engine runs: refusals and exceptions, for alerts. Nothing is decided by a count.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::exception;

/// One number with its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub name: &'static str,
    /// The labels, in a fixed order.
    pub labels: Vec<(&'static str, String)>,
    /// How often.
    pub value: u64,
}

type Labels = Vec<(&'static str, String)>;

/// Counts since the engine was opened.
#[derive(Debug, Default)]
pub(super) struct Counters {
    counts: Mutex<BTreeMap<(&'static str, Labels), u64>>,
    /// Refused callbacks that the journal does not know of yet, by gateway and code.
    rejected: Mutex<BTreeMap<(String, &'static str), u64>>,
}

impl Counters {
    fn add(&self, name: &'static str, labels: Labels) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((name, labels)).or_default() += 1;
    }

    /// A callback was taken: applied, already known, held or ignored.
    pub(super) fn callback(&self, gateway: &str, outcome: &'static str) {
        let labels = vec![("gateway", gateway.to_owned()), ("outcome", outcome.to_owned())];
        self.add("paywright_callbacks_total", labels);
    }

    /// A callback was refused. A failed authentication changes nothing but this.
    pub(super) fn rejected(&self, gateway: &str, code: &'static str) {
        let labels = vec![("gateway", gateway.to_owned()), ("code", code.to_owned())];
        self.add("paywright_callbacks_rejected_total", labels);
        let mut rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        *rejected.entry((gateway.to_owned(), code)).or_default() += 1;
    }

    /// An exception was opened.
    pub(super) fn exception(&self, kind: exception::Kind) {
        self.add("paywright_exceptions_total", vec![("kind", kind.as_str().to_owned())]);
    }

    /// A call to a gateway ended so.
    pub(super) fn gateway_call(&self, gateway: &str, operation: &str, outcome: &str) {
        let labels = vec![
            ("gateway", gateway.to_owned()),
            ("operation", operation.to_owned()),
            ("outcome", outcome.to_owned()),
        ];
        self.add("paywright_gateway_calls_total", labels);
    }

    /// A message to a webhook's endpoint was taken, failed, was given up, or found it gone.
    pub(super) fn webhook(&self, webhook: &str, outcome: &'static str) {
        let labels = vec![("webhook", webhook.to_owned()), ("outcome", outcome.to_owned())];
        self.add("paywright_webhooks_total", labels);
    }

    /// Takes the refusals that the journal does not know of yet.
    pub(super) fn take_rejected(&self) -> BTreeMap<(String, &'static str), u64> {
        std::mem::take(&mut *self.rejected.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All counts, ordered by name and labels.
    pub(super) fn all(&self) -> Vec<Count> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|((name, labels), value)| Count { name, labels: labels.clone(), value: *value })
            .collect()
    }
}
