//! One order or one payment with everything that happened to it. It only reads.

use paywright::api::Paywright;
use paywright::api::types::{
    Event, Order, Payment, PaymentPage, Refund, RefundPage, Time, Transfer, arguments as call,
};
use paywright::error::Result;
use paywright::id::OrderId;
use paywright::store::sql::PAGE_SIZE_MAX;
use serde::Serialize;

use super::lists::refund_table;
use super::{log, money, or_empty, state, when};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::table::Table;

/// An order with all that belongs to it.
#[derive(Serialize)]
struct WholeOrder {
    order: Order,
    payments: Vec<Payment>,
    refunds: Vec<Refund>,
    timeline: Vec<Event>,
    transfers: Vec<Transfer>,
}

/// A payment with all that belongs to it.
#[derive(Serialize)]
struct WholePayment {
    payment: Payment,
    refunds: Vec<Refund>,
    logs: Vec<Event>,
}

/// Shows an order, by its id or by the host's own.
pub(super) fn order(pay: &Paywright, id: &str, flow: &str, console: &mut Console<'_>) -> Outcome {
    let whole = whole_order(pay, id, flow)?;
    if console.json() {
        return console.document(&whole).map(|()| true);
    }
    order_facts(&whole.order, console)?;
    lines(&whole.order, console)?;
    if !whole.payments.is_empty() {
        console.heading("Payments")?;
        console.table(&payment_table(&whole.payments))?;
    }
    refunds(&whole.refunds, console)?;
    console.heading("Timeline")?;
    log(console, &whole.timeline)?;
    ledger(&whole.transfers, console)?;
    Ok(true)
}

/// Shows a payment.
pub(super) fn payment(pay: &Paywright, id: &str, console: &mut Console<'_>) -> Outcome {
    let payment = pay.payment(call::payment { payment_id: id.to_owned() })?;
    let whole = WholePayment {
        refunds: pay.refunds(refunds_of(Some(&payment.id), None))?.items,
        logs: pay.logs(call::logs { payment_id: payment.id.clone() })?,
        payment,
    };
    if console.json() {
        return console.document(&whole).map(|()| true);
    }
    payment_facts(&whole.payment, console)?;
    refunds(&whole.refunds, console)?;
    console.heading("Timeline")?;
    log(console, &whole.logs)?;
    Ok(true)
}

fn whole_order(pay: &Paywright, id: &str, flow: &str) -> Result<WholeOrder> {
    let order = match id.starts_with(OrderId::PREFIX) {
        true => pay.order(call::order { order_id: id.to_owned() })?,
        false => pay.order_by_reference(call::order_by_reference {
            reference: id.to_owned(),
            flow: Some(flow.to_owned()),
        })?,
    };
    let PaymentPage { items: payments, .. } = pay.payments(call::payments {
        order_id: Some(order.id.clone()),
        customer: None,
        state: None,
        page: None,
        size: Some(PAGE_SIZE_MAX),
    })?;
    let RefundPage { items: refunds, .. } = pay.refunds(refunds_of(None, Some(&order.id)))?;
    let timeline = pay.timeline(call::timeline { order_id: order.id.clone() })?;
    let transfers = pay.transfers(call::transfers { order_id: order.id.clone() })?;
    Ok(WholeOrder { order, payments, refunds, timeline, transfers })
}

fn refunds_of(payment: Option<&String>, order: Option<&String>) -> call::refunds {
    call::refunds {
        payment_id: payment.cloned(),
        order_id: order.cloned(),
        state: None,
        page: None,
        size: Some(PAGE_SIZE_MAX),
    }
}

fn utc(time: Time) -> String {
    format!("{} UTC", when(time))
}

fn order_facts(order: &Order, console: &mut Console<'_>) -> Result<(), Failure> {
    let amount = |amount| money(amount, &order.currency);
    let held = order.deposit_held.to_string();
    let held = held.chars().any(|c| matches!(c, '1'..='9')).then(|| amount(&order.deposit_held));
    let head = format!("Order {}  {}", order.id, state(console, &order.state));
    console.line(&head)?;
    console.facts(&[
        ("reference", or_empty(&order.reference)),
        ("customer", or_empty(&order.customer)),
        ("flow", order.flow.clone()),
        ("settlement", order.settlement.as_str().to_owned()),
        ("total", amount(&order.total)),
        ("paid", amount(&order.paid)),
        ("refunded", amount(&order.refunded)),
        ("due", amount(&order.due)),
        ("deposit held", held.unwrap_or_default()),
        ("next", order.possible.join(", ")),
        ("payable until", utc(order.payable_until)),
        ("starts at", order.starts_at.map(utc).unwrap_or_default()),
        ("ends at", order.ends_at.map(utc).unwrap_or_default()),
        ("created", utc(order.created_at)),
        ("updated", utc(order.updated_at)),
    ])?;
    let metadata = order.metadata.iter().map(|(key, value)| format!("{key}={value}"));
    console.facts(&[("metadata", metadata.collect::<Vec<_>>().join(" "))])
}

fn lines(order: &Order, console: &mut Console<'_>) -> Result<(), Failure> {
    console.heading("Lines")?;
    let mut table = Table::new(&["kind", "description", ">quantity", ">each", ">amount"]);
    for line in &order.lines {
        table.row([
            line.kind.as_str().to_owned(),
            line.description.clone(),
            line.quantity.to_string(),
            line.unit_amount.to_string(),
            money(&line.amount, &order.currency),
        ]);
    }
    console.table(&table)
}

fn payment_table(payments: &[Payment]) -> Table {
    let mut table =
        Table::new(&["payment", "method", "gateway", "state", ">amount", "created (UTC)"]);
    for payment in payments {
        table.row([
            payment.id.clone(),
            payment.method.clone(),
            payment.gateway.clone(),
            payment.state.as_str().to_owned(),
            money(&payment.amount, &payment.currency),
            when(payment.created_at),
        ]);
    }
    table
}

fn payment_facts(payment: &Payment, console: &mut Console<'_>) -> Result<(), Failure> {
    let amount = |amount| money(amount, &payment.currency);
    let flag = |flag: bool, meaning: &str| if flag { meaning.to_owned() } else { String::new() };
    let head = format!("Payment {}  {}", payment.id, state(console, payment.state.as_str()));
    console.line(&head)?;
    console.facts(&[
        ("order", payment.order_id.clone()),
        ("customer", or_empty(&payment.customer)),
        ("method", payment.method.clone()),
        ("gateway", payment.gateway.clone()),
        ("reference", or_empty(&payment.reference)),
        ("amount", amount(&payment.amount)),
        ("captured", amount(&payment.captured)),
        ("refunded", amount(&payment.refunded)),
        ("being refunded", amount(&payment.refund_pending)),
        ("transaction", or_empty(&payment.transaction_id)),
        ("failure", or_empty(&payment.failure_code)),
        ("", or_empty(&payment.failure_message)),
        ("late", flag(payment.late, "the money came after the payment had been given up")),
        ("by hand", flag(payment.manual, "a person confirmed it, not a gateway")),
        ("next", payment.possible.join(", ")),
        ("go to", or_empty(&payment.action.url)),
        ("expires", utc(payment.expires_at)),
        ("paid", payment.paid_at.map(utc).unwrap_or_default()),
        ("created", utc(payment.created_at)),
        ("updated", utc(payment.updated_at)),
    ])
}

fn refunds(refunds: &[Refund], console: &mut Console<'_>) -> Result<(), Failure> {
    match refunds.is_empty() {
        true => Ok(()),
        false => {
            console.heading("Refunds")?;
            console.table(&refund_table(refunds))
        }
    }
}

/// The rows of the ledger, each of which balances by construction.
pub(super) fn ledger(transfers: &[Transfer], console: &mut Console<'_>) -> Result<(), Failure> {
    if transfers.is_empty() {
        return Ok(());
    }
    console.heading("Ledger")?;
    let mut table = Table::new(&[">#", "why", "debit", "credit", ">amount"]);
    for transfer in transfers {
        table.row([
            transfer.sequence.to_string(),
            transfer.kind.clone(),
            transfer.debit.clone(),
            transfer.credit.clone(),
            money(&transfer.amount, &transfer.currency),
        ]);
    }
    console.table(&table)
}
