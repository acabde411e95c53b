//! Calls to gateways: what happened there is known, or known to be unknown. It writes nothing; the caller wrote
//! the intent before, and records the answer after.

use std::sync::Arc;

use super::Engine;
use crate::error::{Code, Error, Result};
use crate::gateway::{Answer, Call, Gateway, Operation, PaymentIntent};
use crate::http::{NoResponse, Request, Response};

/// A clear "nothing happened" is worth this many tries in all.
const TRIES: u32 = 3;
/// The pause before the second try; it doubles after that.
const PAUSE_MILLIS: u64 = 200;
/// Up to this much is added to a pause, so that callers who failed together do not return together.
const JITTER_MILLIS: u64 = 100;

/// How an exchange with a gateway ended.
#[derive(Debug)]
pub(super) enum Heard {
    /// It answered.
    Answer(Answer),
    /// What happened there is unknown; only asking will tell.
    Unknown,
}

/// How one try ended.
enum Try {
    Heard(Heard),
    /// Nothing happened there: trying again is safe, giving up is a clear refusal.
    Nothing(Code, String),
    /// Something may have happened there: trying again is safe only because the request names its intent.
    Maybe,
}

impl Engine {
    /// Has an operation done by a gateway: with the same idempotency key on every try, outside every transaction.
    pub(super) fn exchange(
        &self,
        gateway: &Arc<dyn Gateway>,
        operation: Operation<'_>,
        payment: &PaymentIntent,
    ) -> Result<Heard> {
        let heard = match gateway.call(operation, payment)? {
            Call::Answer(answer) => Heard::Answer(answer),
            Call::Send(request) => self.send(gateway, operation, payment, &request)?,
        };
        let name = &gateway.facts().name;
        self.counters.gateway_call(name, operation.as_str(), outcome_word(&heard));
        Ok(heard)
    }

    fn send(
        &self,
        gateway: &Arc<dyn Gateway>,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        request: &Request,
    ) -> Result<Heard> {
        let mut pause = PAUSE_MILLIS;
        let mut touched = false;
        for attempt in 1..=TRIES {
            match self.try_once(gateway, operation, payment, request)? {
                Try::Heard(heard) => return Ok(heard),
                Try::Nothing(code, reason) if attempt == TRIES && !touched => {
                    return Ok(Heard::Answer(Answer::Refused { code, reason }));
                }
                Try::Nothing(..) => {}
                Try::Maybe => touched = true,
            }
            if attempt < TRIES {
                self.clock.pause_millis(pause + self.jitter()?);
                pause *= 2;
            }
        }
        Ok(Heard::Unknown)
    }

    fn try_once(
        &self,
        gateway: &Arc<dyn Gateway>,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        request: &Request,
    ) -> Result<Try> {
        Ok(match self.carry(gateway, request)? {
            Err(NoResponse::NotSent(why)) => Try::Nothing(Code::GatewayDown, why),
            // A lost reply is not asked for again at once: the query that follows costs the gateway less.
            Err(NoResponse::Unknown(_)) => Try::Heard(Heard::Unknown),
            Ok(Response { status: 429, .. }) => {
                Try::Nothing(Code::RateLimit, "too many requests".to_owned())
            }
            Ok(Response { status, .. }) if status >= 500 => Try::Maybe,
            Ok(response) => Try::Heard(match gateway.read(operation, payment, &response) {
                Ok(answer) => Heard::Answer(answer),
                Err(_) => Heard::Unknown,
            }),
        })
    }

    fn carry(
        &self,
        gateway: &Arc<dyn Gateway>,
        request: &Request,
    ) -> Result<Result<Response, NoResponse>> {
        match (gateway.own_transport(), &self.transport) {
            (Some(own), _) => Ok(own.send(request)),
            (None, Some(transport)) => Ok(transport.send(request)),
            (None, None) => Err(Error::new(Code::ConfigMissing)
                .with("setting", "transport")
                .with("rule", format_args!("gateway {} needs one", gateway.facts().name))),
        }
    }

    fn jitter(&self) -> Result<u64> {
        let mut bytes = [0_u8; 8];
        self.randomness.fill(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes) % JITTER_MILLIS)
    }
}

fn outcome_word(heard: &Heard) -> &'static str {
    match heard {
        Heard::Answer(Answer::Refused { .. }) => "refused",
        Heard::Answer(_) => "answered",
        Heard::Unknown => "unknown",
    }
}
