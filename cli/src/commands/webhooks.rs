//! Webhooks as an operator sees them: how the endpoints stand, what they did not take, and what is sent again. Nothing is sent
//! here; due work does that.

use paywright::api::Paywright;
use paywright::api::types::{WebhookStatus, arguments as call};

use super::lists::{Place, listed};
use super::{count, or_empty, when};
use crate::arguments::{ReplayWebhook, Webhooks};
use crate::console::Console;
use crate::failure::Outcome;
use crate::table::Table;

/// Lists the endpoints, or what one of them did not take.
pub(super) fn webhooks(pay: &Paywright, a: &Webhooks, console: &mut Console<'_>) -> Outcome {
    match &a.name {
        Some(name) => messages(pay, name, a, console),
        None => endpoints(pay, console),
    }
}

fn endpoints(pay: &Paywright, console: &mut Console<'_>) -> Outcome {
    let all = pay.webhooks(call::webhooks {})?;
    if console.json() {
        return console.document(&all).map(|()| true);
    }
    let mut table = Table::new(&[
        "webhook",
        "stands",
        ">behind",
        ">waiting",
        ">given up",
        "address",
        "trouble",
    ]);
    for webhook in &all {
        table.row([
            webhook.name.clone(),
            standing(webhook),
            webhook.behind.to_string(),
            webhook.waiting.to_string(),
            webhook.given_up.to_string(),
            webhook.url.clone(),
            or_empty(&webhook.last_error),
        ]);
    }
    let number = i64::try_from(all.len()).unwrap_or(i64::MAX);
    listed(
        console,
        &table,
        "webhook",
        Place { page: 1, size: number, total: number, narrowed: false },
    )
}

fn standing(webhook: &WebhookStatus) -> String {
    match (webhook.disabled_at, webhook.rests_until) {
        (Some(since), _) => format!("gone since {}", when(since)),
        (None, Some(until)) => format!("rests until {}", when(until)),
        (None, None) => "open".to_owned(),
    }
}

fn messages(pay: &Paywright, name: &str, a: &Webhooks, console: &mut Console<'_>) -> Outcome {
    let page = pay.webhook_messages(call::webhook_messages {
        name: Some(name.to_owned()),
        given_up: Some(a.given_up),
        page: a.paging.page,
        size: a.paging.size,
    })?;
    if console.json() {
        return console.document(&page).map(|()| true);
    }
    let mut table = Table::new(&["message", ">#", "event", ">attempts", "next (UTC)", "trouble"]);
    for message in &page.items {
        table.row([
            message.id.clone(),
            message.sequence.to_string(),
            message.event.clone(),
            message.attempts.to_string(),
            message.next_attempt_at.map_or_else(|| "given up".to_owned(), when),
            or_empty(&message.last_error),
        ]);
    }
    let place = Place { page: page.page, size: page.size, total: page.total, narrowed: true };
    listed(console, &table, "message", place)
}

/// Has messages sent again by the next run of due work.
pub(super) fn replay(pay: &Paywright, a: &ReplayWebhook, console: &mut Console<'_>) -> Outcome {
    let webhook = pay.replay_webhook(call::replay_webhook {
        name: a.name.clone(),
        message_id: a.message.clone(),
        after: a.after,
        actor: a.actor.clone(),
    })?;
    if console.json() {
        return console.document(&webhook).map(|()| true);
    }
    let rows = count(webhook.behind, "journal row");
    let waiting = count(webhook.waiting, "message");
    console
        .line(&format!("{} is open: {waiting} and {rows} for the next run-due", webhook.name))?;
    Ok(true)
}
