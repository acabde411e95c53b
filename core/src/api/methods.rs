//! The methods of the surface table, in its order. Each parses its arguments, calls the engine once or twice, and
//! words the answer.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use super::types::{self, Done, arguments};
use super::{Paywright, convert, guarded};
use crate::currency::Currency;
use crate::engine::{self, IdempotencyKey, NewOrder, NewPayment, NewRefund, Transition};
use crate::error::{Code, Error, Result};
use crate::exception::Resolution;
use crate::id::{ExceptionId, OrderId, PaymentId, RefundId};
use crate::journal::SYSTEM;
use crate::money::Money;
use crate::order::{Line, LineKind, Order};
use crate::payment::Presentation;
use crate::store::sql::{Listed, Page, orders};
use crate::{payment, refund};

/// Which flow an order follows unless the host says.
const DEFAULT_FLOW: &str = "retail";

impl Paywright {
    pub fn create_order(&self, a: arguments::create_order) -> Result<types::Order> {
        guarded(|| {
            let key = key("create_order", a.idempotency_key.clone(), &a)?;
            let currency = Currency::parse(&a.currency)?;
            let order = self.engine.create_order(NewOrder {
                lines: lines(&a, currency)?,
                currency,
                reference: a.reference,
                customer: a.customer,
                flow: a.flow.unwrap_or_else(|| DEFAULT_FLOW.to_owned()),
                metadata: a.metadata.unwrap_or_default(),
                payable_until: convert::time(a.payable_until),
                starts_at: convert::time(a.starts_at),
                ends_at: convert::time(a.ends_at),
                extends: a.extends.as_deref().map(OrderId::parse).transpose()?,
                idempotency_key: key,
            })?;
            self.order_record(order)
        })
    }

    pub fn order(&self, a: arguments::order) -> Result<types::Order> {
        guarded(|| self.order_record(self.engine.order(OrderId::parse(&a.order_id)?)?))
    }

    pub fn order_by_reference(&self, a: arguments::order_by_reference) -> Result<types::Order> {
        guarded(|| {
            let flow = a.flow.as_deref().unwrap_or(DEFAULT_FLOW);
            self.order_record(self.engine.order_by_reference(flow, &a.reference)?)
        })
    }

    pub fn orders(&self, a: arguments::orders) -> Result<types::OrderPage> {
        guarded(|| {
            let page = Page::new(a.page, a.size)?;
            let filter = orders::Filter {
                customer: a.customer.as_deref(),
                flow: a.flow.as_deref(),
                state: a.state.as_deref(),
            };
            let Listed { total, items } = self.engine.orders(filter, page)?;
            let items = items.into_iter().map(|o| self.order_record(o)).collect::<Result<_>>()?;
            Ok(types::OrderPage { total, page: page.number, size: page.size, items })
        })
    }

    pub fn add_lines(&self, a: arguments::add_lines) -> Result<types::Order> {
        guarded(|| {
            let id = OrderId::parse(&a.order_id)?;
            let currency = self.engine.order(id)?.currency;
            let line = |l| convert::new_line(l, currency);
            let lines = a.lines.iter().map(line).collect::<Result<_>>()?;
            self.order_record(self.engine.add_lines(id, lines)?)
        })
    }

    pub fn transition_order(&self, a: arguments::transition_order) -> Result<types::Order> {
        guarded(|| {
            let id = OrderId::parse(&a.order_id)?;
            let withhold = match (&a.withhold, a.withhold_reason) {
                (Some(amount), Some(reason)) => {
                    let currency = self.engine.order(id)?.currency;
                    let kept = convert::money("withhold", amount, currency)?.positive()?;
                    Some((kept.minor, reason))
                }
                (Some(_), None) => {
                    return Err(Error::new(Code::ArgumentMissing)
                        .with("field", "withhold_reason")
                        .with("rule", "keeping a part of a deposit needs a reason"));
                }
                (None, _) => None,
            };
            let transition = Transition { order: id, event: a.event, actor: a.actor, withhold };
            self.order_record(self.engine.transition_order(transition)?)
        })
    }

    pub fn cancel_order(&self, a: arguments::cancel_order) -> Result<types::Order> {
        guarded(|| {
            let id = OrderId::parse(&a.order_id)?;
            self.order_record(self.engine.cancel_order(id, a.actor, a.reason)?)
        })
    }

    pub fn create_payment(&self, a: arguments::create_payment) -> Result<types::Payment> {
        guarded(|| {
            let key = key("create_payment", a.idempotency_key.clone(), &a)?;
            let intent_only = a.send == Some(false);
            let id = OrderId::parse(&a.order_id)?;
            let amount = match (&a.amount, &a.currency) {
                (None, None) => None,
                (amount, currency) => {
                    let order = self.engine.order(id)?;
                    let due = order.money(order.due());
                    Some(stated(amount.as_ref(), currency.as_deref(), due)?)
                }
            };
            let created = self.engine.create_payment(
                id,
                NewPayment {
                    method: a.method,
                    gateway: a.gateway,
                    amount,
                    partial: a.partial.unwrap_or(false),
                    ttl_minutes: a.ttl_minutes,
                    manual_capture: a.capture == Some(types::Capture::manual),
                    description: a.description,
                    return_url: a.return_url,
                    presentation: Presentation {
                        experience: a
                            .experience
                            .map(|e| payment::Experience::parse(e.as_str()))
                            .transpose()?,
                        payer_id: a.payer_id,
                        payer_address: a.payer_address,
                        cancel_url: a.cancel_url,
                        items: Vec::new(),
                    },
                    reference: a.reference,
                    fallback: a.fallback.unwrap_or_default(),
                    intent_only,
                    instead: false,
                    idempotency_key: key,
                },
            )?;
            convert::payment(created.payment, created.reused)
        })
    }

    pub fn payment(&self, a: arguments::payment) -> Result<types::Payment> {
        guarded(|| convert::payment(self.engine.payment(PaymentId::parse(&a.payment_id)?)?, false))
    }

    pub fn payments(&self, a: arguments::payments) -> Result<types::PaymentPage> {
        guarded(|| {
            let page = Page::new(a.page, a.size)?;
            let order = a.order_id.as_deref().map(OrderId::parse).transpose()?;
            let state = a.state.map(|s| payment::State::parse(s.as_str())).transpose()?;
            let Listed { total, items } =
                self.engine.payments(order, a.customer.as_deref(), state, page)?;
            let record = |p| convert::payment(p, false);
            let items = items.into_iter().map(record).collect::<Result<_>>()?;
            Ok(types::PaymentPage { total, page: page.number, size: page.size, items })
        })
    }

    pub fn capture_payment(&self, a: arguments::capture_payment) -> Result<types::Payment> {
        guarded(|| {
            let id = PaymentId::parse(&a.payment_id)?;
            let amount = match &a.amount {
                Some(amount) => {
                    let currency = self.engine.payment(id)?.currency;
                    Some(convert::money("amount", amount, currency)?)
                }
                None => None,
            };
            let actor = a.actor.as_deref().unwrap_or(SYSTEM);
            convert::payment(self.engine.capture_payment(id, amount, actor)?, false)
        })
    }

    pub fn cancel_payment(&self, a: arguments::cancel_payment) -> Result<types::Payment> {
        guarded(|| {
            let id = PaymentId::parse(&a.payment_id)?;
            let actor = a.actor.as_deref().unwrap_or(SYSTEM);
            convert::payment(self.engine.cancel_payment(id, actor)?, false)
        })
    }

    pub fn confirm_payment(&self, a: arguments::confirm_payment) -> Result<types::Payment> {
        guarded(|| {
            let confirmation = engine::Confirmation {
                payment: PaymentId::parse(&a.payment_id)?,
                actor: a.actor,
                reason: a.reason,
                transaction_id: a.transaction_id,
            };
            convert::payment(self.engine.confirm_payment(confirmation)?, false)
        })
    }

    pub fn record_transfer(&self, a: arguments::record_transfer) -> Result<types::TransferResult> {
        guarded(|| {
            let currency = Currency::parse(&a.currency)?;
            let mut recorded = self.engine.record_transfer(engine::ArrivedTransfer {
                gateway: a.gateway,
                reference: a.reference,
                money: convert::money("amount", &a.amount, currency)?,
                transaction_id: a.transaction_id,
                actor: a.actor,
                received_at: convert::time(a.received_at),
            })?;
            let lines = std::mem::take(&mut recorded.lines);
            let order = recorded.order.take().map(|o| self.order_with(o, &lines)).transpose()?;
            convert::transfer_result(recorded, order)
        })
    }

    pub fn sync_payment(&self, a: arguments::sync_payment) -> Result<types::Payment> {
        guarded(|| {
            let id = PaymentId::parse(&a.payment_id)?;
            convert::payment(self.engine.sync_payment(id)?, false)
        })
    }

    pub fn refund(&self, a: arguments::refund) -> Result<types::Refund> {
        guarded(|| {
            let key = key("refund", a.idempotency_key.clone(), &a)?;
            let id = PaymentId::parse(&a.payment_id)?;
            let amount = match (&a.amount, &a.currency) {
                (None, None) => None,
                (amount, currency) => {
                    let payment = self.engine.payment(id)?;
                    let left = payment.money(payment.refundable());
                    Some(stated(amount.as_ref(), currency.as_deref(), left)?)
                }
            };
            let refund = self.engine.refund(NewRefund {
                payment: id,
                amount,
                reason: a.reason.unwrap_or_default(),
                actor: a.actor,
                intent_only: a.send == Some(false),
                idempotency_key: key,
            })?;
            convert::refund(refund)
        })
    }

    pub fn find_refund(&self, a: arguments::find_refund) -> Result<types::Refund> {
        guarded(|| convert::refund(self.engine.find_refund(RefundId::parse(&a.refund_id)?)?))
    }

    pub fn refunds(&self, a: arguments::refunds) -> Result<types::RefundPage> {
        guarded(|| {
            let page = Page::new(a.page, a.size)?;
            let payment = a.payment_id.as_deref().map(PaymentId::parse).transpose()?;
            let order = a.order_id.as_deref().map(OrderId::parse).transpose()?;
            let state = a.state.map(|s| refund::State::parse(s.as_str())).transpose()?;
            let Listed { total, items } = self.engine.refunds(payment, order, state, page)?;
            let items = items.into_iter().map(convert::refund).collect::<Result<_>>()?;
            Ok(types::RefundPage { total, page: page.number, size: page.size, items })
        })
    }

    pub fn confirm_refund(&self, a: arguments::confirm_refund) -> Result<types::Refund> {
        guarded(|| {
            let id = RefundId::parse(&a.refund_id)?;
            let done = self.engine.confirm_refund(id, &a.actor, &a.reason, a.transaction_id)?;
            convert::refund(done)
        })
    }

    pub fn sync_refund(&self, a: arguments::sync_refund) -> Result<types::Refund> {
        guarded(|| convert::refund(self.engine.sync_refund(RefundId::parse(&a.refund_id)?)?))
    }

    pub fn exception(&self, a: arguments::exception) -> Result<types::ExceptionEntry> {
        guarded(|| convert::exception(self.engine.exception(ExceptionId::parse(&a.exception_id)?)?))
    }

    pub fn exceptions(&self, a: arguments::exceptions) -> Result<types::ExceptionPage> {
        guarded(|| {
            let page = Page::new(a.page, a.size)?;
            let Listed { total, items } = self.engine.exceptions(!a.all.unwrap_or(false), page)?;
            let items = items.into_iter().map(convert::exception).collect::<Result<_>>()?;
            Ok(types::ExceptionPage { total, page: page.number, size: page.size, items })
        })
    }

    pub fn resolve_exception(
        &self,
        a: arguments::resolve_exception,
    ) -> Result<types::ExceptionEntry> {
        guarded(|| {
            let resolve = engine::ResolveException {
                exception: ExceptionId::parse(&a.exception_id)?,
                resolution: Resolution::parse(a.resolution.as_str())?,
                order: a.order_id.as_deref().map(OrderId::parse).transpose()?,
                actor: a.actor,
                reason: a.reason,
            };
            convert::exception(self.engine.resolve_exception(resolve)?)
        })
    }

    pub fn handle_callback(&self, a: arguments::handle_callback) -> Result<types::CallbackResult> {
        guarded(|| {
            let mut result = self.engine.handle_callback(&a.gateway, a.headers.0, &a.body.0)?;
            let lines = std::mem::take(&mut result.lines);
            let order = result.order.take().map(|o| self.order_with(o, &lines)).transpose()?;
            convert::callback(result, order)
        })
    }

    pub fn verify_callback(&self, a: arguments::verify_callback) -> Result<types::Proof> {
        guarded(|| {
            let notice = self.engine.verify_callback(&a.gateway, a.headers.0, &a.body.0)?;
            Ok(convert::proof(notice))
        })
    }

    pub fn handle_return(&self, a: arguments::handle_return) -> Result<types::Payment> {
        guarded(|| {
            let payment = self.engine.returning(&a.gateway, a.params.values())?;
            let asked = match payment.state.is_active() {
                true => match self.engine.sync_payment(payment.id) {
                    Err(error) if error.code() == Code::GatewayCannot => payment,
                    other => other?,
                },
                false => payment,
            };
            convert::payment(asked, false)
        })
    }

    pub fn logs(&self, a: arguments::logs) -> Result<Vec<types::Event>> {
        guarded(|| {
            let events = self.engine.logs(PaymentId::parse(&a.payment_id)?)?;
            Ok(events.into_iter().map(convert::event).collect())
        })
    }

    pub fn timeline(&self, a: arguments::timeline) -> Result<Vec<types::Event>> {
        guarded(|| {
            let events = self.engine.timeline(OrderId::parse(&a.order_id)?)?;
            Ok(events.into_iter().map(convert::event).collect())
        })
    }

    pub fn transfers(&self, a: arguments::transfers) -> Result<Vec<types::Transfer>> {
        guarded(|| {
            let booked = self.engine.transfers(OrderId::parse(&a.order_id)?)?;
            booked.into_iter().map(convert::transfer).collect()
        })
    }

    pub fn events(&self, a: arguments::events) -> Result<Vec<types::Event>> {
        guarded(|| {
            let limit = a.limit.unwrap_or(engine::EVENTS);
            let events = self.engine.events(a.after.unwrap_or(0), limit)?;
            Ok(events.into_iter().map(convert::event).collect())
        })
    }

    pub fn next_events(&self, a: arguments::next_events) -> Result<Vec<types::Event>> {
        guarded(|| {
            let limit = a.limit.unwrap_or(engine::EVENTS);
            let events = self.engine.next_events(&a.consumer, limit)?;
            Ok(events.into_iter().map(convert::event).collect())
        })
    }

    pub fn acknowledge_events(&self, a: arguments::acknowledge_events) -> Result<Done> {
        guarded(|| {
            self.engine.acknowledge_events(&a.consumer, a.sequence)?;
            Ok(Done { ok: true })
        })
    }

    fn order_record(&self, order: Order) -> Result<types::Order> {
        let lines = self.engine.lines(&order)?;
        self.order_with(order, &lines)
    }

    fn order_with(&self, order: Order, lines: &[Line]) -> Result<types::Order> {
        let flow = self.engine.flow(&order.flow)?;
        convert::order(order, lines, flow, self.engine.now())
    }
}

/// The lines of a new order: those given, or one over the amount given.
fn lines(a: &arguments::create_order, currency: Currency) -> Result<Vec<Line>> {
    match (&a.amount, &a.lines) {
        (Some(_), Some(lines)) if !lines.is_empty() => Err(Error::new(Code::ArgumentConflict)
            .with("fields", "amount and lines")
            .with("rule", "the amount of an order with lines is their sum")),
        (Some(amount), _) => Ok(vec![Line {
            kind: LineKind::Item,
            description: a.description.clone().unwrap_or_else(|| "order".to_owned()),
            quantity: 1,
            unit_amount: convert::money("amount", amount, currency)?.positive()?.minor,
        }]),
        (None, lines) => {
            lines.iter().flatten().map(|line| convert::new_line(line, currency)).collect()
        }
    }
}

/// An amount that may name a currency of its own, or only a currency.
fn stated(amount: Option<&types::Amount>, currency: Option<&str>, whole: Money) -> Result<Money> {
    let currency = currency.map_or(Ok(whole.currency), Currency::parse)?;
    match amount {
        Some(amount) => convert::money("amount", amount, currency),
        None => Ok(Money { minor: whole.minor, currency }),
    }
}

/// A caller's key with everything that was asked under it.
fn key<T: serde::Serialize>(
    operation: &'static str,
    key: Option<String>,
    arguments: &T,
) -> Result<Option<IdempotencyKey>> {
    let Some(key) = key else { return Ok(None) };
    let asked = serde_json::to_string(arguments).map_err(Error::bug)?;
    IdempotencyKey::new(operation, key, &asked).map(Some)
}
