//! A payment as the JSON that existing senders of signed callbacks expect in return: the field names of shops that
//! kept a payment table of their own. It is worded only after the sender's signature was verified.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::journal::Event;
use crate::payment::Payment;

#[derive(Serialize)]
struct NotedPayment<'a> {
    id: String,
    order: String,
    amount: String,
    method: &'a str,
    status: &'a str,
    created_at: String,
    updated_at: String,
    expires_at: String,
    logs: Vec<NotedLog>,
}

#[derive(Serialize)]
struct NotedLog {
    t: String,
    event: String,
    operator: String,
    detail: String,
}

/// Words the payment and its slice of the journal.
pub(crate) fn payment_reply(payment: &Payment, logs: &[Event]) -> Result<String> {
    let noted = NotedPayment {
        id: payment.reference.clone().unwrap_or_else(|| payment.id.to_string()),
        order: payment.order_id.to_string(),
        amount: payment.money(payment.amount).to_text(),
        method: &payment.method,
        status: payment.state.as_str(),
        created_at: payment.created_at.to_string(),
        updated_at: payment.updated_at.to_string(),
        expires_at: payment.expires_at.to_string(),
        logs: logs.iter().flat_map(|event| noted_logs(event, payment)).collect(),
    };
    serde_json::to_string(&noted).map_err(Error::bug)
}

/// The first row of a payment reads as the two entries that such tables begin with.
fn noted_logs(event: &Event, payment: &Payment) -> Vec<NotedLog> {
    let log = |name: &str, detail: String| NotedLog {
        t: event.at.to_string(),
        event: name.to_owned(),
        operator: event.actor.clone(),
        detail,
    };
    let facts: Vec<_> = event.detail.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let own = log(&event.event.replace('.', "_"), facts.join(" "));
    match event.event.as_str() {
        "payment.created" => vec![log("start", format!("start payment {}", payment.method)), own],
        _ => vec![own],
    }
}
