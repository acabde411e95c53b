//! Calls to gateways: what happened there is known, or known to be unknown. It writes nothing; the caller wrote
//! the intent before, and records the answer after.

use std::sync::Arc;

use super::exchange::{Asked, Exchange, Heard, Turn};
use super::{Engine, apart};
use crate::error::{Code, Error, Result};
use crate::gateway::{Errand, Gateway, Moment, PaymentIntent};
use crate::http::{NoResponse, Request, Response};
use crate::payment::Payment;

impl Engine {
    /// The present instant with the dice, for a gateway.
    pub(super) fn moment(&self) -> Moment<'_> {
        Moment { now: self.now(), randomness: &*self.randomness }
    }

    /// Has an operation done by a gateway: with the same idempotency key on every try, outside every transaction.
    pub(super) fn exchange(
        &self,
        gateway: &Arc<dyn Gateway>,
        asked: Asked,
        payment: &PaymentIntent,
    ) -> Result<Heard> {
        self.run(gateway, Exchange::new(gateway, asked, payment))
    }

    /// Asks about a payment. Where its payer has agreed and it may still be paid, the money is taken.
    pub(super) fn ask(&self, gateway: &Arc<dyn Gateway>, payment: &Payment) -> Result<Heard> {
        let may_collect = self.may_collect(payment);
        let exchange = Exchange::new(gateway, Asked::Query, &PaymentIntent::of(payment));
        self.run(gateway, exchange.collecting(may_collect))
    }

    /// Money is taken only for a payment that is wanted and in time.
    pub(super) fn may_collect(&self, payment: &Payment) -> bool {
        payment.state.is_active() && self.now() < payment.expires_at
    }

    /// No request leaves while the caller's own transaction is open: it would hold its locks for as long as the gateway
    /// takes, and what the gateway did would stay done after a rollback. Fails with `in_transaction`.
    pub(super) fn outside_transactions(&self, operation: &str) -> Result<()> {
        match self.store.in_transaction() {
            true => Err(Error::new(Code::InTransaction).with("operation", operation)),
            false => Ok(()),
        }
    }

    /// Does something once the caller's transaction is durable; at once where there is none. What cannot be promised is left
    /// to due work.
    pub(super) fn after_commit(self: &Arc<Self>, work: impl FnOnce(&Arc<Self>) + Send + 'static) {
        let engine = Arc::clone(self);
        drop(self.store.on_commit(Box::new(move || work(&engine))));
    }

    fn run(&self, gateway: &Arc<dyn Gateway>, mut exchange: Exchange) -> Result<Heard> {
        self.breaker.admit(&gateway.facts().name, self.now())?;
        let mut turn = exchange.begin(self.moment())?;
        loop {
            match turn {
                Turn::Done(heard) => {
                    self.note_end(gateway, &exchange, &heard);
                    return Ok(heard.about(exchange.asked()));
                }
                Turn::Send { request, after_millis } => {
                    self.outside_transactions(exchange.verb())?;
                    if after_millis > 0 {
                        self.clock.pause_millis(after_millis);
                    }
                    let came = self.carry(gateway, &request)?;
                    turn = exchange.resume(came, self.moment())?;
                }
            }
        }
    }

    /// What breaker and counts learn from the end of an exchange.
    pub(super) fn note_end(&self, gateway: &Arc<dyn Gateway>, exchange: &Exchange, heard: &Heard) {
        let name = &gateway.facts().name;
        self.breaker.note(name, heard, self.now());
        self.counters.gateway_call(name, exchange.verb(), heard.word());
    }

    /// Runs an errand that a callback made necessary. Fails with `gateway_unavailable` or as the gateway says.
    pub(super) fn run_errand(&self, gateway: &Arc<dyn Gateway>, errand: &Errand) -> Result<()> {
        let unreachable = |why: &str| {
            Error::new(Code::GatewayDown).with("gateway", &gateway.facts().name).with("why", why)
        };
        self.outside_transactions(&format!("a message of {}", gateway.facts().name))?;
        match self.carry(gateway, &errand.request)? {
            Err(NoResponse::NotSent(why) | NoResponse::Unknown(why)) => Err(unreachable(&why)),
            Ok(Response { status, .. }) if status == 429 || status >= 500 => {
                Err(unreachable(&format!("it answered {status}")))
            }
            Ok(response) => apart(|| gateway.learn(errand, &response, self.moment())),
        }
    }

    /// Sends a request once. Where it may go is the gateway's fact, not the request's.
    pub(super) fn carry(
        &self,
        gateway: &Arc<dyn Gateway>,
        request: &Request,
    ) -> Result<Result<Response, NoResponse>> {
        self.outside_transactions("this")?;
        if let Some(own) = gateway.own_transport() {
            return Ok(own.send(request));
        }
        let facts = gateway.facts();
        let Some(transport) = &self.transport else {
            return Err(Error::new(Code::ConfigMissing)
                .with("setting", "transport")
                .with("rule", format_args!("gateway {} needs one", facts.name)));
        };
        match request.authority() {
            Some(host) if facts.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) => {
                Ok(transport.send(request))
            }
            host => Err(Error::bug(format_args!(
                "gateway {} would send to {}, which is not its host",
                facts.name,
                host.unwrap_or("an address without a host")
            ))),
        }
    }
}
