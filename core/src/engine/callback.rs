//! A callback, from raw bytes to the exact reply: verify, bind, seen before?, table, one unit of work, reply.

use std::sync::Arc;

use super::books::Books;
use super::exchange::{Asked, Heard};
use super::notice::{Settled, source, target_of, told_before};
use super::refund_settle::Word;
use super::{Engine, apart};
use crate::error::{Code, Error, Group, Result};
use crate::exception::{Exception, Kind};
use crate::gateway::{Answer, Fact, Gateway, Notice, PaymentIntent, Received, Subject, Verified};
use crate::http::{CALLBACK_BYTES_MAX, Headers, Reply};
use crate::id::RefundId;
use crate::journal::SYSTEM;
use crate::machine::words;
use crate::order::{Line, Order};
use crate::payment::Payment;
use crate::refund::Refund;
use crate::store;
use crate::store::sql::journal;

/// What a gateway may have to learn before it can judge one callback: a token, a certificate, the thing itself, and one of
/// them again.
const ERRANDS_MAX: usize = 4;

words! {
    /// What became of a callback.
    Outcome: "callback outcome" {
        /// It changed something.
        Applied = "applied",
        /// It says nothing new.
        Already = "already",
        /// It could not be applied and waits for a person; its money is safe.
        Held = "held",
        /// It is of a kind that we do not know; it is on record.
        Ignored = "ignored",
    }
}

/// A callback that was taken.
#[derive(Clone, Debug)]
pub struct CallbackResult {
    /// What became of it.
    pub outcome: Outcome,
    /// The very message had been delivered before.
    pub duplicate: bool,
    /// The payment it was about, as it is now.
    pub payment: Option<Payment>,
    /// That payment's order, as it is now.
    pub order: Option<Order>,
    /// That order's lines; read with it, since a read of their own would cost as much as a third of the settling.
    pub lines: Vec<Line>,
    /// The refund it was about, as it is now.
    pub refund: Option<Refund>,
    /// The exception that keeps it.
    pub exception: Option<Exception>,
    /// The exact answer for the gateway.
    pub reply: Reply,
}

impl Engine {
    /// Takes a callback: raw headers and raw body, exactly as they arrived.
    ///
    /// A refusal is an error that carries the answer for the remote side (`reply`), the same for every cause.
    pub fn handle_callback(
        self: &Arc<Self>,
        gateway: &str,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Result<CallbackResult> {
        let gateway = self.gateway(gateway)?;
        let name = gateway.facts().name.clone();
        let taken = self.prove(&gateway, headers, body).and_then(|n| self.settle(&gateway, n));
        match taken {
            Ok(result) => {
                self.counters.callback(&name, result.outcome.as_str());
                Ok(result)
            }
            Err(error) => {
                self.counters.rejected(&name, error.code().as_str());
                let reply = refusal(&*gateway, &error);
                Err(error.with_reply(reply))
            }
        }
    }

    /// Proves a callback genuine and changes nothing. The same refusals as [`Engine::handle_callback`].
    pub fn verify_callback(
        &self,
        gateway: &str,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Result<Notice> {
        let gateway = self.gateway(gateway)?;
        self.prove(&gateway, headers, body).map(Verified::into_inner)
    }

    fn prove(
        &self,
        gateway: &Arc<dyn Gateway>,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Result<Verified<Notice>> {
        if body.len() > CALLBACK_BYTES_MAX {
            return Err(Error::new(Code::TooLarge)
                .with("field", "the callback's body")
                .with("limit", format_args!("{CALLBACK_BYTES_MAX} bytes")));
        }
        let headers = Headers::new(headers)?;
        for _ in 0..=ERRANDS_MAX {
            match apart(|| gateway.receive(&headers, body, self.moment()))? {
                Received::Notice(notice) => return Ok(notice),
                Received::First(errand) => self.run_errand(gateway, &errand)?,
            }
        }
        Err(Error::new(Code::BadResponse)
            .with("gateway", &gateway.facts().name)
            .with("why", "it must be asked again and again"))
    }

    fn settle(
        self: &Arc<Self>,
        gateway: &Arc<dyn Gateway>,
        notice: Verified<Notice>,
    ) -> Result<CallbackResult> {
        let name = gateway.facts().name.clone();
        let (notice, word) = match notice.get().fact {
            Fact::Hint => {
                let fact = self.look_into(gateway, notice.get())?;
                (notice.answered(fact), Word::Asked)
            }
            _ => (notice, Word::Unasked),
        };
        let notice = Arc::new(notice);
        let settled = self.settle_once(name, Arc::clone(&notice), word)?;
        let settled = match settled.unconfirmed {
            Some(refund) => self.confirm(gateway, notice, refund)?,
            None => settled,
        };
        // A gateway waits seconds for its answer: refunds over a network are left to due work.
        if gateway.own_transport().is_some() {
            self.send_refunds(&settled.follow_up);
        }
        self.release_hold(gateway, &settled);
        let reply = match &settled.payment {
            Some(payment) if gateway.wants_payment_reply() => self.payment_reply(payment)?,
            _ => gateway.acknowledge(),
        };
        Ok(CallbackResult {
            outcome: settled.outcome.unwrap_or(Outcome::Already),
            duplicate: settled.duplicate,
            payment: settled.payment,
            order: settled.order,
            lines: settled.lines,
            refund: settled.refund,
            exception: settled.exception,
            reply,
        })
    }

    /// One unit of work, or a look where the store offers one and the message is on record.
    fn settle_once(
        self: &Arc<Self>,
        name: String,
        notice: Arc<Verified<Notice>>,
        word: Word<'static>,
    ) -> Result<Settled> {
        let twins = source(&name, notice.get()).name;
        let (engine, now) = (Arc::clone(self), self.now());
        let message = Arc::new((name, notice));
        let told = Arc::clone(&message);
        store::look_or_transact(
            &*self.store,
            &twins,
            move |connection| told_before(connection, &told.0, told.1.get()),
            move |connection| {
                let mut books = Books::new(&engine, connection, now, SYSTEM);
                books.settle_notice(&message.0, message.1.get(), word)
            },
        )
    }

    /// A message that is not to be believed alone is a reason to ask: what counts is the answer. Fails with
    /// `outcome_unknown` where there is none, so that the message comes again.
    fn look_into(&self, gateway: &Arc<dyn Gateway>, notice: &Notice) -> Result<Fact> {
        let name = &gateway.facts().name;
        let mark = source(name, notice);
        if self.read(|connection| journal::seen(connection, &mark.name))?.is_some() {
            return Ok(Fact::Unknown("told before".to_owned()));
        }
        let heard = match &notice.subject {
            Subject::Refund(id) => match self.find_refund(*id) {
                Ok(refund) => {
                    let (payment, asked) = self.refund_intents(&refund)?;
                    Some(self.exchange(gateway, Asked::QueryRefund(asked), &payment)?)
                }
                Err(error) if error.code() == Code::RefundNotFound => None,
                Err(error) => return Err(error),
            },
            subject => {
                let target = self.read(|connection| target_of(connection, subject, name, None))?;
                target.map(|target| self.ask(gateway, &target.payment)).transpose()?
            }
        };
        match heard {
            None => Ok(Fact::Unknown("a hint about something that is not here".to_owned())),
            Some(Heard::Answer(Answer::Payment(fact))) => Ok(Fact::Payment(fact)),
            Some(Heard::Answer(Answer::Refund(fact))) => Ok(Fact::Refund(fact)),
            Some(Heard::Answer(
                Answer::Waiting { .. }
                | Answer::Agreed
                | Answer::NotFound
                | Answer::Further { .. }
                | Answer::Ask,
            )) => Ok(Fact::Unknown("a hint that the gateway does not confirm".to_owned())),
            Some(
                Heard::Answer(Answer::Refused { .. } | Answer::SessionOver { .. }) | Heard::Unknown,
            ) => Err(Error::new(Code::OutcomeUnknown).with("gateway", name)),
        }
    }

    /// A message that contradicts what is known of a refund may be an old one: the gateway is asked how things are, and its
    /// answer counts. Fails with `outcome_unknown` where there is none, so that the message comes again.
    fn confirm(
        self: &Arc<Self>,
        gateway: &Arc<dyn Gateway>,
        notice: Arc<Verified<Notice>>,
        id: RefundId,
    ) -> Result<Settled> {
        let name = gateway.facts().name.clone();
        let (payment, asked) = self.refund_intents(&self.find_refund(id)?)?;
        let heard = match self.exchange(gateway, Asked::QueryRefund(asked), &payment) {
            // There is nobody to ask, and the message alone does not decide.
            Err(error) if error.code() == Code::GatewayCannot => None,
            heard => Some(heard?),
        };
        let answer = match heard {
            Some(Heard::Answer(Answer::Refund(fact))) => Some(fact),
            Some(
                Heard::Answer(Answer::Refused { .. } | Answer::SessionOver { .. }) | Heard::Unknown,
            ) => return Err(Error::new(Code::OutcomeUnknown).with("gateway", name)),
            Some(Heard::Answer(_)) | None => None,
        };
        self.transact(SYSTEM, move |books| {
            books.settle_confirmed(&name, notice.get(), id, answer.as_ref())
        })
    }

    /// A hold that nobody wants is cancelled at its gateway.
    fn release_hold(self: &Arc<Self>, gateway: &Arc<dyn Gateway>, settled: &Settled) {
        let unwanted = settled.exception.as_ref().is_some_and(|e| e.kind == Kind::UnwantedHold);
        if let Some(payment) = settled.payment.as_ref().filter(|_| unwanted) {
            let (gateway, intent) = (Arc::clone(gateway), PaymentIntent::of(payment));
            // Whether it worked is for the person to see who finds the exception, which stays open.
            self.after_commit(move |engine| {
                drop(engine.exchange(&gateway, Asked::Cancel, &intent));
            });
        }
    }
}

/// What the remote side is told: come again if it is our trouble, else no, for every cause alike.
fn refusal(gateway: &dyn Gateway, error: &Error) -> Reply {
    match error.code().group() {
        Group::StorageError | Group::InternalError => gateway.ask_again(),
        // What the gateway itself could not tell us now, it tells us later.
        Group::GatewayUnavailable | Group::GatewayError | Group::RateLimited => gateway.ask_again(),
        _ if error.code() == Code::Version => gateway.ask_again(),
        _ if error.code() == Code::InTransaction => gateway.ask_again(),
        _ if gateway.may_come_again(error.code()) => gateway.ask_again(),
        _ => gateway.refuse(),
    }
}
