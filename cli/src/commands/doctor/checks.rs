//! The single checks of the examination: each asks one question of the public face and words the answer. None of
//! them changes anything, and none looks at a clock but the engine's.

use paywright::api::Paywright;
use paywright::api::types::{
    Event, Mode, Payment, PaymentState, Refund, RefundState, Time, arguments as call,
};
use paywright::error::Result;
use paywright::id::OrderId;
use paywright::store::sql::PAGE_SIZE_MAX;

use super::{Check, Scene};
use crate::commands::count;

/// Due work that is a quarter of an hour late is not being done.
const LATE_SECONDS: i64 = 15 * 60;
/// A payment without an outcome for this long needs to be looked at.
const OPEN_SECONDS: i64 = 60 * 60;
/// Banks take days over a refund; after this many seconds somebody should ask.
const REFUND_SECONDS: i64 = 3 * 24 * 60 * 60;
/// Refused callbacks are news for this long.
const RECENT_SECONDS: i64 = 24 * 60 * 60;
/// So many of the newest events are searched for refused callbacks.
const RECENT_EVENTS: i64 = 1000;

/// Can anybody pay at all?
pub(super) fn gateways(Scene { pay, .. }: &Scene) -> Result<Check> {
    const NAME: &str = "gateways";
    let health = pay.health(call::health {})?;
    let (names, methods) = (health.gateways.join(", "), health.methods.join(", "));
    let finding = format!("mode {}: {names} ({methods})", health.mode.as_str());
    Ok(match health.mode == Mode::development {
        true => Check::warn(
            NAME,
            finding,
            "no real money can be collected; say --mode and --gateways as your application does",
        ),
        false => Check::ok(NAME, finding),
    })
}

/// Does the clock agree with the journal?
pub(super) fn clock(Scene { pay, .. }: &Scene) -> Result<Check> {
    Ok(match pay.engine().clock_warning()? {
        Some(odd) => Check::warn("clock", odd, "set the clock of this machine"),
        None => Check::ok("clock", "it agrees with the journal"),
    })
}

/// Do all sums and invariants hold?
pub(super) fn books(Scene { report, .. }: &Scene) -> Result<Check> {
    let broken = report.violations.iter().filter(|v| v.invariant != SEALS).count() as i64;
    Ok(match broken {
        0 => Check::ok("books", format!("sound: {}", count(report.transfers, "transfer"))),
        _ => Check::fail(
            "books",
            count(broken, "violation"),
            "stop writing, keep a copy of the file, and run: paywright verify",
        ),
    })
}

/// The invariant that the seals protect.
const SEALS: &str = "M10";

/// Was anything written changed afterwards?
pub(super) fn seals(Scene { report, .. }: &Scene) -> Result<Check> {
    let broken = report.violations.iter().find(|v| v.invariant == SEALS);
    Ok(match broken {
        None => Check::ok("seals", "journal and ledger are as they were sealed"),
        Some(violation) => Check::fail(
            "seals",
            format!("{}: {}", violation.subject, violation.what),
            "rows were changed or the file was restored in part: restore a whole backup",
        ),
    })
}

/// Does anybody run due work? Payments of which nobody heard past their time say no.
pub(super) fn due_work(Scene { pay, .. }: &Scene) -> Result<Check> {
    let before = ago(pay, LATE_SECONDS);
    let waiting = payments_in(pay, &[PaymentState::init, PaymentState::processing])?;
    let late = waiting.iter().filter(|payment| payment.expires_at < before).count() as i64;
    let untouched = waiting.iter().filter(|p| p.expires_at < before && p.updated_at < before);
    Ok(match untouched.count() {
        0 if late == 0 => Check::ok("due work", "no payment is past its time"),
        0 => Check::warn(
            "due work",
            format!("{} past the time, still being asked about", count(late, "payment")),
            "look at them: paywright payments --state processing",
        ),
        _ => Check::warn(
            "due work",
            format!("{} past the time and still open", count(late, "payment")),
            "nobody runs due work: call run_due, or run \"paywright run-due\" from cron",
        ),
    })
}

/// Is a payment without an outcome for too long?
pub(super) fn payments(Scene { pay, .. }: &Scene) -> Result<Check> {
    let before = ago(pay, OPEN_SECONDS);
    let open = payments_in(pay, &[PaymentState::processing, PaymentState::authorized])?;
    let old: Vec<_> = open.iter().filter(|payment| payment.created_at < before).collect();
    Ok(match old.last() {
        None => Check::ok("payments", "no outcome has been open for over an hour"),
        Some(oldest) => Check::warn(
            "payments",
            format!(
                "{} open for over an hour, the oldest {}",
                count(old.len() as i64, "outcome"),
                oldest.id
            ),
            "check callback address and secret; run-due asks the gateway; then: paywright payment ID",
        ),
    })
}

/// Were messages refused lately? Wrong secrets and addresses show here first.
pub(super) fn callbacks(scene: &Scene) -> Result<Check> {
    let Scene { pay, report } = scene;
    let since = ago(pay, RECENT_SECONDS);
    let newest = pay.events(call::events {
        after: Some((report.entries - RECENT_EVENTS).max(0)),
        limit: Some(RECENT_EVENTS),
    })?;
    let refused = |event: &&Event| event.event == "callback.rejected" && event.at >= since;
    Ok(match newest.iter().rfind(refused) {
        None => Check::ok("callbacks", "none was refused in the last day"),
        Some(event) => Check::warn(
            "callbacks",
            format!(
                "refused in the last day: {}",
                event.detail.iter().map(|(k, v)| format!("{k} {v}")).collect::<Vec<_>>().join(", ")
            ),
            "check the secret of that gateway, and that your endpoint hands over the raw body",
        ),
    })
}

/// Does anything wait for a person?
pub(super) fn exceptions(Scene { pay, .. }: &Scene) -> Result<Check> {
    let open = call::exceptions { all: None, page: None, size: Some(1) };
    Ok(match pay.exceptions(open)?.total {
        0 => Check::ok("exceptions", "nothing waits for a person"),
        open => Check::warn(
            "exceptions",
            format!(
                "{} for a person",
                if open == 1 { "1 waits".into() } else { format!("{open} wait") }
            ),
            "look: paywright exceptions; decide: paywright resolve",
        ),
    })
}

/// Is money on its way back for too long?
pub(super) fn refunds(Scene { pay, .. }: &Scene) -> Result<Check> {
    let before = ago(pay, REFUND_SECONDS);
    let pending = pages(|page| {
        let pending = Some(RefundState::pending);
        Ok(pay
            .refunds(call::refunds {
                payment_id: None,
                order_id: None,
                state: pending,
                page: Some(page),
                size: Some(PAGE_SIZE_MAX),
            })?
            .items)
    })?;
    let old: Vec<&Refund> = pending.iter().filter(|refund| refund.created_at < before).collect();
    Ok(match old.last() {
        None => Check::ok("refunds", "none has been pending for over three days"),
        Some(oldest) => Check::warn(
            "refunds",
            format!(
                "{} pending for over three days, the oldest {}",
                count(old.len() as i64, "refund"),
                oldest.id
            ),
            "run-due asks the gateway; ask the gateway's support with its id",
        ),
    })
}

/// Is a deposit held although its order is over?
pub(super) fn deposits(Scene { pay, .. }: &Scene) -> Result<Check> {
    let mut held = Vec::new();
    for balance in pay.balances(call::balances {})? {
        let Some(id) = balance.account.strip_prefix("deposit:") else { continue };
        if !id.starts_with(OrderId::PREFIX) {
            continue;
        }
        let order = pay.order(call::order { order_id: id.to_owned() })?;
        let over =
            order.state == "completed" || pay.engine().flow(&order.flow)?.is_final(&order.state);
        if over && !refund_pending(pay, &order.id)? {
            held.push(order.id);
        }
    }
    Ok(match held.first() {
        None => Check::ok("deposits", "none is held for an order that is over"),
        Some(first) => Check::warn(
            "deposits",
            format!("held for {} that is over, such as {first}", count(held.len() as i64, "order")),
            "refund it, and see in its timeline why it stayed: paywright order ID",
        ),
    })
}

fn refund_pending(pay: &Paywright, order: &str) -> Result<bool> {
    let pending = call::refunds {
        payment_id: None,
        order_id: Some(order.to_owned()),
        state: Some(RefundState::pending),
        page: None,
        size: Some(1),
    };
    Ok(pay.refunds(pending)?.total > 0)
}

/// Is the host told?
pub(super) fn notifications(Scene { pay, .. }: &Scene) -> Result<Check> {
    const NAME: &str = "notifications";
    let before = ago(pay, LATE_SECONDS);
    let consumers = pay.engine().consumers()?;
    let waiting = |after: i64| -> Result<bool> {
        let next = pay.events(call::events { after: Some(after), limit: Some(1) })?;
        Ok(next.first().is_some_and(|event| event.at < before))
    };
    if consumers.is_empty() {
        return Ok(match waiting(0)? {
            false => Check::ok(NAME, "nothing has waited for long"),
            true => Check::warn(
                NAME,
                "no consumer has ever acknowledged an event",
                "read them with next_events and acknowledge_events (fine if you keep your own place)",
            ),
        });
    }
    for (name, position) in &consumers {
        if waiting(*position)? {
            let finding = format!("consumer {name} stands still at event {position}");
            return Ok(Check::warn(
                NAME,
                finding,
                "its handler fails or does not run: see its log",
            ));
        }
    }
    Ok(Check::ok(NAME, format!("{} up to date", count(consumers.len() as i64, "consumer"))))
}

fn ago(pay: &Paywright, seconds: i64) -> Time {
    pay.engine().now().plus_seconds(-seconds).to_datetime()
}

/// All payments in some states; of those that time or a gateway moves on there are never many.
fn payments_in(pay: &Paywright, states: &[PaymentState]) -> Result<Vec<Payment>> {
    let mut found = Vec::new();
    for state in states {
        found.extend(pages(|page| {
            Ok(pay
                .payments(call::payments {
                    order_id: None,
                    customer: None,
                    state: Some(*state),
                    page: Some(page),
                    size: Some(PAGE_SIZE_MAX),
                })?
                .items)
        })?);
    }
    Ok(found)
}

/// All pages of a list, one after the other.
fn pages<T>(ask: impl Fn(i64) -> Result<Vec<T>>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for page in 1.. {
        let items = ask(page)?;
        let last = (items.len() as i64) < PAGE_SIZE_MAX;
        all.extend(items);
        if last {
            break;
        }
    }
    Ok(all)
}
