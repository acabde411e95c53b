//! Due work: what time makes necessary. Nothing expires by the clock alone where the gateway can be asked.

use std::sync::Arc;

use super::books::Books;
use super::exchange::{Asked, Heard};
use super::refund_settle::Word;
use super::settle::Said;
use super::{Engine, apart};
use crate::clock::Time;
use crate::error::Result;
use crate::flow::{self, Flow, TimerColumn};
use crate::gateway::{Answer, PaymentFact, PaymentIntent};
use crate::id::{OrderId, PaymentId, RefundId};
use crate::journal::{Detail, EventName, SYSTEM};
use crate::order::{Order, Settlement};
use crate::payment::{Event, Payment, State};
use crate::refund;
use crate::store::sql::{orders, payments, refunds};

/// The first question about an open outcome comes after this long; the interval doubles with each.
const QUERY_SECONDS: i64 = 60;
/// No interval is longer than this.
const QUERY_SECONDS_MAX: i64 = 60 * 60;
/// What one run does at most, unless the host says otherwise.
pub const LIMIT: i64 = 100;
/// What one run may be asked to do at most.
pub const LIMIT_MAX: i64 = 10_000;

/// When a payment whose outcome is open is asked about next.
pub(super) fn next_query(asked: i64, now: Time) -> Time {
    let doublings = u32::try_from(asked.clamp(0, 16)).unwrap_or(0);
    now.plus_seconds(QUERY_SECONDS.saturating_mul(1 << doublings).min(QUERY_SECONDS_MAX))
}

/// When time next makes something necessary for a payment.
pub(super) fn payment_due(payment: &Payment, now: Time) -> Option<Time> {
    let ask = next_query(payment.queries, now);
    match payment.state {
        State::Init if payment.expires_at > now => Some(payment.expires_at),
        State::Processing if payment.expires_at > now => Some(payment.expires_at.min(ask)),
        // Past its time it is closed as soon as its gateway lets us, asked at growing intervals.
        State::Init | State::Processing => Some(ask),
        _ => None,
    }
}

/// When time next makes something necessary for an order.
pub(super) fn order_due(flow: &Flow, order: &Order) -> Option<Time> {
    let timers = flow.timers(&order.state).filter_map(|timer| match timer.at {
        TimerColumn::StartsAt => order.starts_at,
        TimerColumn::EndsAt => order.ends_at,
    });
    timers.chain(expires(flow, order)).min()
}

/// An order that nobody has paid anything for is given up when its time to pay is over.
fn expires(flow: &Flow, order: &Order) -> Option<Time> {
    let waiting = order.state == flow.initial()
        && order.settlement() == Settlement::Unsettled
        && flow.row(&order.state, flow::CANCEL).is_some();
    waiting.then_some(order.payable_until)
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueReport {
    /// Payments that were looked at.
    pub payments: i64,
    /// Refunds that were looked at.
    pub refunds: i64,
    /// Orders that were looked at.
    pub orders: i64,
    /// What could not be done now and will be tried again: `pay_…: code`.
    pub failures: Vec<String>,
    /// Journal rows and transfers that were sealed.
    pub sealed: i64,
    /// Messages that webhooks took.
    pub webhooks: i64,
    /// Messages that webhooks did not take.
    pub webhooks_failed: i64,
}

impl Engine {
    /// Does what time has made necessary, at most `limit` things of each kind. A failure of one does not
    /// keep the others from being done.
    pub fn run_due(self: &Arc<Self>, limit: i64) -> Result<DueReport> {
        self.outside_transactions("run_due")?;
        let now = self.now();
        let mut report = DueReport::default();
        let (due_payments, due_refunds, due_orders) = self.read(|connection| {
            Ok((
                payments::due(connection, now, limit)?,
                refunds::due(connection, now, limit)?,
                orders::due(connection, now, limit)?,
            ))
        })?;
        for id in due_payments {
            report.payments += 1;
            let done = apart(|| self.payment_is_due(id));
            report.note(id, self.or_later(done, move |books| books.postpone_payment(id)));
        }
        for id in due_refunds {
            report.refunds += 1;
            let done = apart(|| self.refund_is_due(id));
            report.note(id, self.or_later(done, move |books| books.postpone_refund(id)));
        }
        for id in due_orders {
            report.orders += 1;
            let done = apart(|| self.order_is_due(id));
            report.note(id, self.or_later(done, move |books| books.postpone_order(id)));
        }
        self.journal_rejections()?;
        self.forget_nonces()?;
        report.sealed = self.seal()?;
        // Last, because it may wait for others.
        let delivered = self.deliver_webhooks(limit);
        report.webhooks = delivered.taken;
        report.webhooks_failed = delivered.failed;
        report.failures.extend(delivered.failures);
        Ok(report)
    }

    /// What could not be done has its next turn later: the oldest failures must not use up every run.
    fn or_later(
        self: &Arc<Self>,
        done: Result<()>,
        postpone: impl FnMut(&mut Books<'_>) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        if done.is_err() {
            // Should this fail as well, the next run simply meets it again.
            drop(self.transact(SYSTEM, postpone));
        }
        done
    }

    fn payment_is_due(self: &Arc<Self>, id: PaymentId) -> Result<()> {
        let payment = self.payment(id)?;
        let past = self.now() >= payment.expires_at;
        match (payment.state, past) {
            (State::Init | State::Processing, true) => self.close_payment(id),
            (State::Processing, false) | (State::Authorized, _) => self.sync_payment(id).map(drop),
            _ => Ok(()),
        }
    }

    /// Ends a payment past its time: asks the gateway, closes it there, and only then calls it expired.
    pub(super) fn close_payment(self: &Arc<Self>, id: PaymentId) -> Result<()> {
        let payment = self.payment(id)?;
        let gateway = self.gateway(&payment.gateway)?;
        if gateway.facts().queries {
            let heard = self.exchange(&gateway, Asked::Query, &PaymentIntent::of(&payment))?;
            let open = matches!(&heard, Heard::Answer(answer) if still_open(answer));
            if !open {
                return self.record(&payment, heard).map(drop);
            }
        }
        let heard = match self.exchange(&gateway, Asked::Cancel, &PaymentIntent::of(&payment))? {
            Heard::Answer(Answer::Payment(fact)) if fact.event == Event::Cancel => {
                Heard::Answer(Answer::Payment(PaymentFact::plain(Event::Expire)))
            }
            heard => heard,
        };
        self.record(&payment, heard).map(drop)
    }

    fn refund_is_due(self: &Arc<Self>, id: RefundId) -> Result<()> {
        let refund = self.find_refund(id)?;
        if refund.state != refund::State::Pending {
            return Ok(());
        }
        let gateway = self.gateway(&refund.gateway)?;
        if gateway.facts().queries {
            let (payment, asked) = self.refund_intents(&refund)?;
            let heard = self.exchange(&gateway, Asked::QueryRefund(asked), &payment)?;
            // Gateways forget idempotency keys after a day: only a refund that is not there is sent again.
            if !matches!(heard, Heard::Answer(Answer::NotFound)) {
                return self.record_refund(&refund, heard, Word::Asked).map(drop);
            }
        }
        self.send_refund(id).map(drop)
    }

    fn order_is_due(self: &Arc<Self>, id: OrderId) -> Result<()> {
        let refunds = self.transact(SYSTEM, move |books| {
            let mut follow_up = Vec::new();
            books.order_is_due(id, &mut follow_up)?;
            Ok(follow_up)
        })?;
        self.send_refunds(&refunds);
        Ok(())
    }

    /// Refused callbacks are counted, and told to the journal once a run: nobody can fill it from outside.
    fn journal_rejections(self: &Arc<Self>) -> Result<()> {
        let rejected = self.counters.take_rejected();
        if rejected.is_empty() {
            return Ok(());
        }
        self.transact(SYSTEM, move |books| {
            for ((gateway, code), count) in &rejected {
                let detail = Detail::new()
                    .with("gateway", gateway)
                    .with("code", code)
                    .with("count", &count.to_string());
                books.journal(EventName::CallbackRejected, Default::default(), detail)?;
            }
            Ok(())
        })
    }
}

/// Whether a gateway's answer leaves a payment open: then it can be closed there.
fn still_open(answer: &Answer) -> bool {
    match answer {
        Answer::Waiting { .. } | Answer::Agreed | Answer::NotFound => true,
        Answer::Payment(fact) => fact.event == Event::Submit,
        Answer::Refund(_)
        | Answer::Refused { .. }
        | Answer::Further { .. }
        | Answer::Ask
        | Answer::SessionOver { .. } => false,
    }
}

impl DueReport {
    fn note(&mut self, id: impl std::fmt::Display, done: Result<()>) {
        if let Err(error) = done {
            self.failures.push(format!("{id}: {}", error.code()));
        }
    }
}

impl Books<'_> {
    fn order_is_due(&mut self, id: OrderId, follow_up: &mut Vec<RefundId>) -> Result<()> {
        let mut order = self.order(id)?;
        let flow = self.engine.flow(&order.flow)?;
        let reached = |at: Option<Time>| at.is_some_and(|at| at <= self.now);
        let timer = flow.timers(&order.state).find(|timer| match timer.at {
            TimerColumn::StartsAt => reached(order.starts_at),
            TimerColumn::EndsAt => reached(order.ends_at),
        });
        if let Some(timer) = timer {
            let event = timer.event.clone();
            return self.fire(&mut order, &event, Detail::new().with("reason", "time"), follow_up);
        }
        if reached(expires(flow, &order)) {
            return self.give_up(&mut order, follow_up);
        }
        order.due_at = order_due(flow, &order);
        orders::update(self.connection, &mut order, self.now)
    }

    fn give_up(&mut self, order: &mut Order, follow_up: &mut Vec<RefundId>) -> Result<()> {
        match payments::active(self.connection, order.key)? {
            None => self.expire_order(order, follow_up),
            // The payer may be paying right now; the payment's own time decides first.
            Some(open) => {
                order.due_at = Some(open.expires_at.max(self.now).plus_seconds(QUERY_SECONDS));
                orders::update(self.connection, order, self.now)
            }
        }
    }

    fn postpone_payment(&mut self, id: PaymentId) -> Result<()> {
        let mut payment = self.payment(id)?;
        self.ask_again_later(&mut payment)
    }

    fn postpone_refund(&mut self, id: RefundId) -> Result<()> {
        let mut refund = self.refund(id)?;
        if refund.state != refund::State::Pending {
            return Ok(());
        }
        refund.queries += 1;
        refund.due_at = Some(next_query(refund.queries, self.now));
        refunds::update(self.connection, &mut refund, self.now)
    }

    fn postpone_order(&mut self, id: OrderId) -> Result<()> {
        let mut order = self.order(id)?;
        order.due_at = Some(self.now.plus_seconds(QUERY_SECONDS_MAX));
        orders::update(self.connection, &mut order, self.now)
    }

    /// Marks a payment as under way.
    pub(super) fn submit(
        &mut self,
        target: &mut payments::Target,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        let fact = PaymentFact::plain(Event::Submit);
        let said = Said { fact: &fact, source: None, by_hand: None };
        self.payment_said(target, said, follow_up).map(drop)
    }
}
