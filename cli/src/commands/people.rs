//! What waits for a person, and what a person decides: exceptions and confirmations by hand. Every decision has an
//! actor and a reason; the engine insists on both.

use paywright::api::Paywright;
use paywright::api::types::{ExceptionEntry, arguments as call};

use super::lists::{Place, listed};
use super::{money, or_empty, when};
use crate::arguments::{Confirm, Paging, Resolve};
use crate::console::Console;
use crate::failure::Outcome;
use crate::table::Table;

/// Lists exceptions.
pub(super) fn exceptions(
    pay: &Paywright,
    all: bool,
    paging: Paging,
    console: &mut Console<'_>,
) -> Outcome {
    let page =
        pay.exceptions(call::exceptions { all: Some(all), page: paging.page, size: paging.size })?;
    if console.json() {
        return console.document(&page).map(|()| true);
    }
    let mut table = Table::new(&[
        "exception",
        "kind",
        "about",
        ">amount",
        "suggested",
        "done",
        "opened (UTC)",
        "what is wrong",
    ]);
    for exception in &page.items {
        table.row([
            exception.id.clone(),
            exception.kind.as_str().to_owned(),
            about(exception),
            amount(exception),
            exception.suggestion.as_str().to_owned(),
            exception.resolution.map_or("open", |done| done.as_str()).to_owned(),
            when(exception.created_at),
            exception.explanation.clone(),
        ]);
    }
    let place = Place { page: page.page, size: page.size, total: page.total, narrowed: false };
    let noun = if all { "exception" } else { "open exception" };
    listed(console, &table, noun, place)
}

/// Resolves an exception.
pub(super) fn resolve(pay: &Paywright, a: &Resolve, console: &mut Console<'_>) -> Outcome {
    let exception = pay.resolve_exception(call::resolve_exception {
        exception_id: a.id.clone(),
        resolution: a.resolution,
        actor: a.actor.clone(),
        reason: a.reason.clone(),
        order_id: a.order.clone(),
    })?;
    if console.json() {
        return console.document(&exception).map(|()| true);
    }
    console.line(&format!("{} is resolved: {}", exception.id, a.resolution.as_str()))?;
    console.facts(&[
        ("about", about(&exception)),
        ("amount", amount(&exception)),
        ("actor", or_empty(&exception.actor)),
        ("reason", or_empty(&exception.reason)),
    ])?;
    Ok(true)
}

/// Confirms a payment by hand.
pub(super) fn confirm(pay: &Paywright, a: &Confirm, console: &mut Console<'_>) -> Outcome {
    let payment = pay.confirm_payment(call::confirm_payment {
        payment_id: a.payment.clone(),
        actor: a.actor.clone(),
        reason: a.reason.clone(),
        transaction_id: a.transaction.clone(),
    })?;
    if console.json() {
        return console.document(&payment).map(|()| true);
    }
    console.line(&format!("{} is {}", payment.id, payment.state.as_str()))?;
    console.facts(&[
        ("order", payment.order_id.clone()),
        ("captured", money(&payment.captured, &payment.currency)),
        ("transaction", or_empty(&payment.transaction_id)),
        ("actor", a.actor.clone()),
        ("reason", a.reason.clone()),
    ])?;
    Ok(true)
}

/// The most particular thing that an exception is about.
fn about(exception: &ExceptionEntry) -> String {
    let ids = [&exception.refund_id, &exception.payment_id, &exception.order_id];
    ids.into_iter().flatten().next().cloned().unwrap_or_default()
}

fn amount(exception: &ExceptionEntry) -> String {
    match (&exception.amount, &exception.currency) {
        (Some(amount), Some(currency)) => money(amount, currency),
        _ => String::new(),
    }
}
