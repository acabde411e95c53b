//! Lists of orders, payments and refunds: a page as a table or JSON, or every match as CSV. They only read.

use std::collections::{BTreeMap, HashSet};

use paywright::api::Paywright;
use paywright::api::types::{Order, Payment, PaymentState, Refund, arguments as call};
use paywright::error::Result;
use paywright::store::sql::PAGE_SIZE_MAX;

use super::{count, description, money, or_empty, when};
use crate::arguments::{Orders, Paging, Payments, Refunds};
use crate::console::Console;
use crate::export::{self, Exported};
use crate::failure::{Failure, Outcome};
use crate::table::Table;

/// Lists orders.
pub(super) fn orders(pay: &Paywright, a: &Orders, console: &mut Console<'_>) -> Outcome {
    let ask = |paging: Paging| {
        pay.orders(call::orders {
            customer: a.customer.clone(),
            flow: a.flow.clone(),
            state: a.state.clone(),
            page: paging.page,
            size: paging.size,
        })
    };
    if a.csv {
        return csv(console, a.paging, |p| Ok(ask(p)?.items), |order: &Order| &order.id);
    }
    let page = ask(a.paging)?;
    if console.json() {
        return console.document(&page).map(|()| true);
    }
    let mut table = Table::new(&[
        "order",
        "reference",
        "customer",
        "state",
        ">total",
        ">paid",
        ">refunded",
        ">due",
        "created (UTC)",
        "description",
    ]);
    for order in &page.items {
        table.row([
            order.id.clone(),
            or_empty(&order.reference),
            or_empty(&order.customer),
            order.state.clone(),
            money(&order.total, &order.currency),
            order.paid.to_string(),
            order.refunded.to_string(),
            order.due.to_string(),
            when(order.created_at),
            description(order),
        ]);
    }
    let narrowed = a.customer.is_some() || a.state.is_some() || a.flow.is_some();
    let place = Place { page: page.page, size: page.size, total: page.total, narrowed };
    listed(console, &table, "order", place)
}

/// Lists payments, or counts them by state.
pub(super) fn payments(pay: &Paywright, a: &Payments, console: &mut Console<'_>) -> Outcome {
    let ask = |state, paging: Paging| {
        pay.payments(call::payments {
            order_id: a.order.clone(),
            customer: a.customer.clone(),
            state,
            page: paging.page,
            size: paging.size,
        })
    };
    if a.count {
        let one = Paging { page: None, size: Some(1) };
        return by_state(console, |state| Ok(ask(Some(state), one)?.total));
    }
    if a.csv {
        let items = |p| Ok(ask(a.state, p)?.items);
        return csv(console, a.paging, items, |payment: &Payment| &payment.id);
    }
    let page = ask(a.state, a.paging)?;
    if console.json() {
        return console.document(&page).map(|()| true);
    }
    let mut table = Table::new(&[
        "payment",
        "order",
        "method",
        "gateway",
        "state",
        ">amount",
        ">refunded",
        "created (UTC)",
        "note",
    ]);
    for payment in &page.items {
        table.row([
            payment.id.clone(),
            payment.order_id.clone(),
            payment.method.clone(),
            payment.gateway.clone(),
            payment.state.as_str().to_owned(),
            money(&payment.amount, &payment.currency),
            payment.refunded.to_string(),
            when(payment.created_at),
            note(payment),
        ]);
    }
    let narrowed = a.customer.is_some() || a.state.is_some() || a.order.is_some();
    let place = Place { page: page.page, size: page.size, total: page.total, narrowed };
    listed(console, &table, "payment", place)
}

/// Lists refunds.
pub(super) fn refunds(pay: &Paywright, a: &Refunds, console: &mut Console<'_>) -> Outcome {
    let ask = |paging: Paging| {
        pay.refunds(call::refunds {
            payment_id: a.payment.clone(),
            order_id: a.order.clone(),
            state: a.state,
            page: paging.page,
            size: paging.size,
        })
    };
    if a.csv {
        return csv(console, a.paging, |p| Ok(ask(p)?.items), |refund: &Refund| &refund.id);
    }
    let page = ask(a.paging)?;
    if console.json() {
        return console.document(&page).map(|()| true);
    }
    let narrowed = a.payment.is_some() || a.state.is_some() || a.order.is_some();
    let place = Place { page: page.page, size: page.size, total: page.total, narrowed };
    listed(console, &refund_table(&page.items), "refund", place)
}

/// Refunds as a table.
pub(super) fn refund_table(refunds: &[Refund]) -> Table {
    let mut table =
        Table::new(&["refund", "payment", "state", ">amount", "created (UTC)", "reason"]);
    for refund in refunds {
        table.row([
            refund.id.clone(),
            or_empty(&refund.payment_id),
            refund.state.as_str().to_owned(),
            money(&refund.amount, &refund.currency),
            when(refund.created_at),
            refund.reason.clone(),
        ]);
    }
    table
}

/// What is special about a payment.
fn note(payment: &Payment) -> String {
    let late = payment.late.then(|| "late".to_owned());
    let manual = payment.manual.then(|| "confirmed by hand".to_owned());
    let notes = [late, manual, payment.failure_code.clone()];
    notes.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn by_state(console: &mut Console<'_>, number: impl Fn(PaymentState) -> Result<i64>) -> Outcome {
    let counts = PaymentState::ALL
        .iter()
        .map(|state| Ok((state.as_str(), number(*state)?)))
        .collect::<Result<Vec<_>>>()?;
    if console.json() {
        return console.document(&counts.into_iter().collect::<BTreeMap<_, _>>()).map(|()| true);
    }
    let mut table = Table::new(&["state", ">payments"]);
    for (state, number) in counts {
        table.row([state.to_owned(), number.to_string()]);
    }
    console.table(&table).map(|()| true)
}

/// Where a page stands in its list.
pub(super) struct Place {
    pub page: i64,
    pub size: i64,
    pub total: i64,
    /// Whether the list was narrowed, so that an empty one does not mean that there is nothing.
    pub narrowed: bool,
}

/// Writes a page, and whether there is more.
pub(super) fn listed(
    console: &mut Console<'_>,
    table: &Table,
    noun: &str,
    Place { page, size, total, narrowed }: Place,
) -> Outcome {
    let pages = (total + size - 1) / size.max(1);
    if total == 0 {
        let ending = if narrowed { "match" } else { "yet" };
        console.line(&format!("no {noun}s {ending}"))?;
    } else if page > pages {
        let (all, pages) = (count(total, noun), count(pages, "page"));
        console.line(&format!("nothing on page {page}: {all} on {pages}"))?;
    } else {
        console.table(table)?;
        if pages > 1 {
            console.line(&format!("page {page} of {pages}, {}", count(total, noun)))?;
        }
    }
    Ok(true)
}

/// Writes one page if it was asked for, else all. A record that moves to the next page while this runs, because a
/// newer one came, is written once.
fn csv<T: Exported>(
    console: &mut Console<'_>,
    paging: Paging,
    ask: impl Fn(Paging) -> Result<Vec<T>>,
    id: impl Fn(&T) -> &String,
) -> Outcome {
    if paging.page.is_some() {
        export::write(console, &ask(paging)?, true)?;
        return Ok(true);
    }
    let mut written = HashSet::new();
    for page in 1.. {
        let mut records = ask(Paging { page: Some(page), size: Some(PAGE_SIZE_MAX) })?;
        let last = (records.len() as i64) < PAGE_SIZE_MAX;
        records.retain(|record| written.insert(id(record).clone()));
        export::write(console, &records, page == 1)?;
        if last {
            break;
        }
    }
    Ok::<_, Failure>(true)
}
