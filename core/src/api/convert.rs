//! From domain values to the records of the surface, and back from plain arguments to domain values. Everything from
//! outside is parsed here, once; nothing is decided.

use super::types::{self, Amount, Map, Time};
use super::values::to_time;
use crate::clock;
use crate::currency::Currency;
use crate::engine::{CallbackResult, DueReport, RecordedTransfer, Report};
use crate::error::Result;
use crate::exception::Exception;
use crate::flow::Flow;
use crate::gateway::{self, Fact, Notice, Subject};
use crate::http;
use crate::journal;
use crate::machine;
use crate::money::Money;
use crate::order::{self, Line, Order, Settlement};
use crate::payment::{self, Payment};
use crate::refund::Refund;
use crate::store::sql::ledger::{Balance, Booked};

/// An amount of the surface in a known currency. Fails with `amount_…`.
pub(super) fn money(field: &str, amount: &Amount, currency: Currency) -> Result<Money> {
    Money::parse(field, amount.as_str(), currency)
}

/// An instant of the surface for the engine.
pub(super) fn time(time: Option<Time>) -> Option<clock::Time> {
    time.map(clock::Time::from)
}

fn amount(minor: i64, currency: Currency) -> Amount {
    Amount::from(Money { minor, currency }.to_text())
}

fn text(id: Option<impl ToString>) -> Option<String> {
    id.map(|id| id.to_string())
}

/// A word of a domain set as the surface's choice of the same words.
macro_rules! choice {
    ($choice:ident, $word:expr) => {
        types::$choice::parse($word.as_str())
    };
}

/// A line that a host hands in.
pub(super) fn new_line(line: &types::NewLine, currency: Currency) -> Result<Line> {
    let kind = line.kind.unwrap_or(types::LineKind::item);
    Ok(Line {
        kind: order::LineKind::parse(kind.as_str())?,
        description: line.description.clone(),
        quantity: line.quantity.unwrap_or(1),
        unit_amount: money("unit_amount", &line.unit_amount, currency)?.positive()?.minor,
    })
}

fn line(line: &Line, currency: Currency) -> Result<types::Line> {
    Ok(types::Line {
        kind: choice!(LineKind, line.kind)?,
        description: line.description.clone(),
        quantity: line.quantity,
        unit_amount: amount(line.unit_amount, currency),
        amount: amount(line.amount()?, currency),
    })
}

/// An order as a record. `now` tells whether its time to pay is over.
pub(super) fn order(
    order: Order,
    lines: &[Line],
    flow: &Flow,
    now: clock::Time,
) -> Result<types::Order> {
    let minor = |minor| amount(minor, order.currency);
    let settlement = order.settlement();
    let due = if flow.is_final(&order.state) { 0 } else { order.due() };
    Ok(types::Order {
        id: order.id.to_string(),
        flow: flow.name().to_owned(),
        currency: order.currency.code().to_owned(),
        lines: lines.iter().map(|l| line(l, order.currency)).collect::<Result<_>>()?,
        total: minor(order.total),
        paid: minor(order.paid),
        refunded: minor(order.refunded),
        due: minor(due),
        deposit_held: minor(order.deposit_balance),
        settlement: choice!(Settlement, settlement)?,
        can_pay: flow.is_payable(&order.state)
            && settlement != Settlement::Settled
            && now <= order.payable_until,
        possible: flow.possible(&order.state).map(str::to_owned).collect(),
        payable_until: to_time(order.payable_until),
        starts_at: order.starts_at.map(to_time),
        ends_at: order.ends_at.map(to_time),
        created_at: to_time(order.created_at),
        updated_at: to_time(order.updated_at),
        version: order.version,
        extends: text(order.extends),
        reference: order.reference,
        customer: order.customer,
        state: order.state,
        metadata: order.metadata,
    })
}

/// A payment as a record.
pub(super) fn payment(payment: Payment, reused: bool) -> Result<types::Payment> {
    let minor = |minor| amount(minor, payment.currency);
    let action = match payment.action.as_deref().filter(|_| payment.state.is_active()) {
        Some(json) => gateway::Action::from_json(json)?,
        None => gateway::Action::nothing(),
    };
    Ok(types::Payment {
        id: payment.id.to_string(),
        order_id: payment.order_id.to_string(),
        state: choice!(PaymentState, payment.state)?,
        amount: minor(payment.amount),
        captured: minor(payment.captured),
        refunded: minor(payment.refunded),
        refund_pending: minor(payment.refund_pending),
        currency: payment.currency.code().to_owned(),
        action: self::action(action)?,
        possible: possible(&payment),
        reused,
        expires_at: to_time(payment.expires_at),
        paid_at: payment.paid_at.map(to_time),
        created_at: to_time(payment.created_at),
        updated_at: to_time(payment.updated_at),
        version: payment.version,
        customer: payment.customer,
        gateway: payment.gateway,
        method: payment.method,
        reference: payment.reference,
        transaction_id: payment.transaction_id,
        failure_code: payment.failure_code,
        failure_message: payment.failure_message,
        late: payment.late,
        manual: payment.manual,
    })
}

/// What a host may do with a payment, as the table and its sums say.
fn possible(payment: &Payment) -> Vec<String> {
    use payment::{Event, State};
    let moves = |event| matches!(payment::answer(payment.state, event), machine::Answer::To(_));
    let ended = matches!(payment.state, State::Failed | State::Cancelled | State::Expired);
    [
        ("cancel", moves(Event::Cancel)),
        ("capture", payment.state == State::Authorized),
        ("refund", payment.refundable() > 0),
        ("pay_again", ended),
    ]
    .into_iter()
    .filter(|(_, may)| *may)
    .map(|(action, _)| action.to_owned())
    .collect()
}

/// What the payer does next, as a record.
pub(crate) fn action(action: gateway::Action) -> Result<types::Action> {
    Ok(types::Action {
        kind: choice!(ActionKind, action.kind)?,
        url: action.url,
        qr_text: action.qr_text,
        client_secret: action.client_secret,
        parameters: action.parameters,
    })
}

/// A refund as a record.
pub(super) fn refund(refund: Refund) -> Result<types::Refund> {
    Ok(types::Refund {
        id: refund.id.to_string(),
        payment_id: text(refund.payment_id),
        order_id: text(refund.order_id),
        exception_id: text(refund.exception_id),
        source: choice!(RefundSource, refund.source)?,
        state: choice!(RefundState, refund.state)?,
        amount: amount(refund.amount, refund.currency),
        currency: refund.currency.code().to_owned(),
        created_at: to_time(refund.created_at),
        updated_at: to_time(refund.updated_at),
        version: refund.version,
        gateway: refund.gateway,
        reason: refund.reason,
        transaction_id: refund.transaction_id,
        failure_code: refund.failure_code,
        failure_message: refund.failure_message,
    })
}

/// An exception as a record.
pub(super) fn exception(exception: Exception) -> Result<types::ExceptionEntry> {
    let held = exception.amount.zip(exception.currency);
    Ok(types::ExceptionEntry {
        id: exception.id.to_string(),
        kind: choice!(ExceptionKind, exception.kind)?,
        order_id: text(exception.order_id),
        payment_id: text(exception.payment_id),
        refund_id: text(exception.refund_id),
        amount: held.map(|(minor, currency)| amount(minor, currency)),
        currency: held.map(|(_, currency)| currency.code().to_owned()),
        suggestion: choice!(Resolution, exception.suggestion)?,
        resolution: exception.resolution.map(|r| choice!(Resolution, r)).transpose()?,
        created_at: to_time(exception.created_at),
        resolved_at: exception.resolved_at.map(to_time),
        gateway: exception.gateway,
        transaction_id: exception.transaction_id,
        explanation: exception.explanation,
        body: exception.body,
        actor: exception.actor,
        reason: exception.reason,
    })
}

/// A journal row as a record.
pub(super) fn event(event: journal::Event) -> types::Event {
    types::Event {
        sequence: event.sequence,
        at: to_time(event.at),
        order_id: text(event.order_id),
        payment_id: text(event.payment_id),
        refund_id: text(event.refund_id),
        exception_id: text(event.exception_id),
        event: event.event,
        actor: event.actor,
        source: event.source,
        detail: event.detail,
    }
}

/// A reply as a record.
pub fn reply(reply: &http::Reply) -> types::Reply {
    types::Reply {
        status: reply.status.into(),
        headers: Map::from([("content-type".to_owned(), reply.content_type.to_owned())]),
        body: types::Bytes(reply.body.clone()),
    }
}

/// A settled callback as a record; `order` was made by the caller, who knows flows and lines.
pub(super) fn callback(
    result: CallbackResult,
    order: Option<types::Order>,
) -> Result<types::CallbackResult> {
    Ok(types::CallbackResult {
        outcome: choice!(CallbackOutcome, result.outcome)?,
        duplicate: result.duplicate,
        payment: result.payment.map(|p| payment(p, false)).transpose()?,
        order,
        refund: result.refund.map(refund).transpose()?,
        exception: result.exception.map(exception).transpose()?,
        reply: reply(&result.reply),
    })
}

/// A reported transfer as a record; `order` was made by the caller, who knows flows and lines.
pub(super) fn transfer_result(
    recorded: RecordedTransfer,
    order: Option<types::Order>,
) -> Result<types::TransferResult> {
    Ok(types::TransferResult {
        outcome: choice!(CallbackOutcome, recorded.outcome)?,
        payment: recorded.payment.map(|p| payment(p, false)).transpose()?,
        order,
        exception: recorded.exception.map(exception).transpose()?,
    })
}

/// A genuine message as a record.
pub(super) fn proof(notice: Notice) -> types::Proof {
    let (says, transaction_id) = match notice.fact {
        Fact::Payment(fact) => (fact.event.as_str().to_owned(), fact.transaction_id),
        Fact::Refund(fact) => (format!("refund {}", fact.event), fact.transaction_id),
        Fact::Dispute(fact) => (format!("dispute {}", fact.event), None),
        Fact::Hint => ("hint".to_owned(), None),
        Fact::Unknown(_) => ("unknown".to_owned(), None),
        Fact::Unreadable(_) => ("unreadable".to_owned(), None),
    };
    let payment = match notice.subject {
        Subject::Payment(id) => Some(id.to_string()),
        Subject::PaymentReference(number) | Subject::Transaction(number) => Some(number),
        Subject::Refund(_) | Subject::Nothing => None,
    };
    types::Proof { id: notice.mark.id, says, payment, transaction_id }
}

/// A transfer as a record.
pub(super) fn transfer(booked: Booked) -> Result<types::Transfer> {
    Ok(types::Transfer {
        sequence: booked.key,
        entry: booked.entry,
        kind: booked.kind.to_string(),
        debit: booked.debit.to_string(),
        credit: booked.credit.to_string(),
        amount: amount(booked.amount, Currency::parse(&booked.currency)?),
        currency: booked.currency,
    })
}

/// A balance as a record.
pub(super) fn balance(balance: Balance) -> Result<types::Balance> {
    let currency = Currency::parse(&balance.currency)?;
    Ok(types::Balance {
        account: balance.account.to_string(),
        currency: balance.currency,
        debit: amount(balance.debit, currency),
        credit: amount(balance.credit, currency),
        balance: amount(balance.debit - balance.credit, currency),
    })
}

/// An audit as a record.
pub(super) fn report(report: Report) -> types::VerifyReport {
    let violation = |v: crate::engine::Violation| types::Violation {
        invariant: v.invariant,
        subject: v.subject,
        what: v.what,
    };
    types::VerifyReport {
        ok: report.violations.is_empty(),
        orders: report.orders,
        payments: report.payments,
        refunds: report.refunds,
        transfers: report.transfers,
        entries: report.entries,
        violations: report.violations.into_iter().map(violation).collect(),
    }
}

/// A run of due work as a record.
pub(super) fn due(report: DueReport) -> types::DueReport {
    types::DueReport {
        payments: report.payments,
        refunds: report.refunds,
        orders: report.orders,
        failures: report.failures,
        sealed: report.sealed,
        webhooks: report.webhooks,
        webhooks_failed: report.webhooks_failed,
    }
}

pub(super) fn examination(findings: Vec<gateway::Finding>) -> Result<types::Examination> {
    let finding = |finding: gateway::Finding| {
        Ok(types::Finding {
            part: types::Part::parse(finding.part.as_str())?,
            ok: finding.ok,
            what: finding.what,
            remedy: finding.remedy,
        })
    };
    let ok = findings.iter().all(|finding| finding.ok);
    let findings = findings.into_iter().map(finding).collect::<Result<_>>()?;
    Ok(types::Examination { ok, findings })
}
