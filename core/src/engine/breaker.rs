//! A circuit breaker for each gateway: after a row of failures to get through, calls are refused for a while instead of
//! keeping their callers waiting. It never decides what happened to a payment.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::exchange::Heard;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::Answer;

/// This many exchanges in a row that did not get through open the circuit.
const FAILURES_MAX: u32 = 5;
/// For this long nobody is let through; then one call may try.
const OPEN_SECONDS: i64 = 30;

#[derive(Clone, Copy, Debug, Default)]
struct Circuit {
    failures: u32,
    open_until: Option<Time>,
}

/// The circuits of all gateways, by name.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<BTreeMap<String, Circuit>>);

impl Breaker {
    /// Whether a call would be let through now. Fails with `gateway_unavailable`.
    pub(super) fn check(&self, gateway: &str, now: Time) -> Result<()> {
        let circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match circuits.get(gateway) {
            Some(circuit) if circuit.open_until.is_some_and(|until| now < until) => {
                Err(resting(gateway, circuit))
            }
            _ => Ok(()),
        }
    }

    /// Lets a call through, or not. Fails with `gateway_unavailable`. Past the time of rest one call is let through, and
    /// the next ones only after it came back.
    pub(super) fn admit(&self, gateway: &str, now: Time) -> Result<()> {
        let mut circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(circuit) = circuits.get_mut(gateway) else { return Ok(()) };
        match circuit.open_until {
            Some(until) if now < until => Err(resting(gateway, circuit)),
            Some(_) => {
                circuit.open_until = Some(now.plus_seconds(OPEN_SECONDS));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Takes note of how an exchange ended: an answer of any kind shows that the gateway is there.
    pub(super) fn note(&self, gateway: &str, heard: &Heard, now: Time) {
        let failed = match heard {
            Heard::Unknown => true,
            Heard::Answer(Answer::Refused { code, .. }) => *code == Code::GatewayDown,
            Heard::Answer(_) => false,
        };
        let mut circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !failed {
            circuits.remove(gateway);
            return;
        }
        let circuit = circuits.entry(gateway.to_owned()).or_default();
        circuit.failures += 1;
        if circuit.failures >= FAILURES_MAX {
            circuit.open_until = Some(now.plus_seconds(OPEN_SECONDS));
        }
    }
}

fn resting(gateway: &str, circuit: &Circuit) -> Error {
    let error = Error::new(Code::GatewayDown)
        .with("gateway", gateway)
        .with("why", format_args!("it failed {} times in a row", circuit.failures));
    match circuit.open_until {
        Some(until) => error.with("until", until),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_760_000_000_000);

    /// Protects: a gateway that is down is left alone after five failures, tried by one call after a while, and trusted
    /// again once it answers.
    #[test]
    fn a_row_of_failures_opens_the_circuit() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES_MAX {
            breaker.admit("a", NOW).unwrap();
            breaker.note("a", &Heard::Unknown, NOW);
        }
        assert_eq!(breaker.admit("a", NOW).unwrap_err().code(), Code::GatewayDown);
        assert_eq!(breaker.check("a", NOW).unwrap_err().code(), Code::GatewayDown);
        assert!(breaker.admit("b", NOW).is_ok(), "other gateways go on");
        let later = NOW.plus_seconds(OPEN_SECONDS);
        breaker.admit("a", later).unwrap();
        assert!(breaker.admit("a", later).is_err(), "one call tries for all");
        breaker.note("a", &Heard::Answer(Answer::NotFound), later);
        assert!(breaker.admit("a", later).is_ok());
    }

    /// Protects: a gateway that refuses, for whatever reason, is there.
    #[test]
    fn a_refusal_is_no_failure() {
        let breaker = Breaker::default();
        let refusal = Answer::Refused { code: Code::GatewayRejected, reason: String::new() };
        let heard = Heard::Answer(refusal);
        for _ in 0..2 * FAILURES_MAX {
            breaker.note("a", &heard, NOW);
        }
        assert!(breaker.admit("a", NOW).is_ok());
    }
}
