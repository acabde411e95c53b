//! Callbacks of the mock gateway on demand, posted to a server or handed straight to the engine. It signs only what
//! the mock gateway would sign.

use paywright::api::Paywright;
use paywright::api::types::{CallbackResult, Delivery, Headers, Reply, arguments as call};
use paywright::error::Result;
use paywright::gateway::mock;

use super::{or_empty, reply_line};
use crate::arguments::{Shared, Trigger};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::open::{Purpose, open};
use crate::post;

/// Makes the callbacks of a kind and delivers them in their order. The answer is no when a server does not take one.
pub(super) fn trigger(shared: &Shared, a: &Trigger, console: &mut Console<'_>) -> Outcome {
    a.target.url.as_deref().map_or(Ok(()), post::check)?;
    let pay = open(shared, console, Purpose::Look)?;
    let deliveries = pay.mock_callbacks(call::mock_callbacks {
        payment_id: a.payment.clone(),
        kind: a.kind.as_str().to_owned(),
        refund_id: a.refund.clone(),
    })?;
    match &a.target.url {
        Some(url) => to_server(url, &deliveries, console),
        None => to_engine(&pay, &deliveries, console),
    }
}

fn to_server(url: &str, deliveries: &[Delivery], console: &mut Console<'_>) -> Outcome {
    let replies = deliveries.iter().map(|d| post::post(url, d)).collect::<Result<Vec<_>>>()?;
    if console.json() {
        console.document(&replies)?;
    } else {
        for reply in &replies {
            console.line(&format!("the server replied {}", reply_line(reply)))?;
        }
    }
    Ok(replies.iter().all(|reply| (200..300).contains(&reply.status)))
}

fn to_engine(pay: &Paywright, deliveries: &[Delivery], console: &mut Console<'_>) -> Outcome {
    let mut taken = Vec::new();
    for delivery in deliveries {
        let result = hand_over(pay, delivery).inspect_err(|error| {
            if let Some(reply) = error.reply().filter(|_| !console.json()) {
                let reply = paywright::api::reply(reply);
                // The error itself follows; a reader that is gone misses nothing.
                let _ = refused(&reply, console);
            }
        })?;
        if !console.json() {
            told(&result, console)?;
        }
        taken.push(result);
    }
    if console.json() {
        console.document(&taken)?;
    }
    Ok(true)
}

/// Hands a callback of the mock gateway to the engine, as a host's endpoint would.
pub(super) fn hand_over(pay: &Paywright, delivery: &Delivery) -> Result<CallbackResult> {
    pay.handle_callback(call::handle_callback {
        gateway: mock::NAME.to_owned(),
        headers: Headers(delivery.headers.clone().into_iter().collect()),
        body: delivery.body.clone(),
    })
}

fn told(result: &CallbackResult, console: &mut Console<'_>) -> Result<(), Failure> {
    let payment = result.payment.as_ref();
    let order = result.order.as_ref();
    console.line(&format!("the callback was taken: {}", result.outcome.as_str()))?;
    console.facts(&[
        ("payment", payment.map(|p| format!("{} {}", p.id, p.state.as_str())).unwrap_or_default()),
        ("order", order.map(|o| format!("{} {}", o.id, o.state)).unwrap_or_default()),
        (
            "refund",
            result
                .refund
                .as_ref()
                .map(|r| format!("{} {}", r.id, r.state.as_str()))
                .unwrap_or_default(),
        ),
        (
            "exception",
            or_empty(&result.exception.as_ref().map(|e| format!("{}: {}", e.id, e.explanation))),
        ),
        ("reply", reply_line(&result.reply)),
    ])
}

fn refused(reply: &Reply, console: &mut Console<'_>) -> Result<(), Failure> {
    console.line("the callback was refused")?;
    console.facts(&[("reply", reply_line(reply))])
}
