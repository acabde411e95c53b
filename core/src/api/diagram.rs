//! The lifecycles of payments and refunds as Mermaid diagrams, drawn from their tables.

use crate::machine::Answer;
use crate::{payment, refund};

/// The lifecycle of a payment.
pub(super) fn payment() -> String {
    let rows = payment::State::ALL.iter().flat_map(|from| {
        payment::Event::ALL.iter().filter_map(move |event| match payment::answer(*from, *event) {
            Answer::To(to) => Some((from.as_str(), event.as_str(), to.as_str())),
            Answer::Late => Some((from.as_str(), "succeed (late)", "succeeded")),
            _ => None,
        })
    });
    draw("init", rows)
}

/// The lifecycle of a refund.
pub(super) fn refund() -> String {
    let rows = refund::State::ALL.iter().flat_map(|from| {
        refund::Event::ALL.iter().filter_map(move |event| match refund::answer(*from, *event) {
            Answer::To(to) => Some((from.as_str(), event.as_str(), to.as_str())),
            Answer::IfConfirmed(to) => Some((from.as_str(), "succeed (confirmed)", to.as_str())),
            _ => None,
        })
    });
    draw("pending", rows)
}

fn draw(
    initial: &str,
    rows: impl Iterator<Item = (&'static str, &'static str, &'static str)>,
) -> String {
    let mut out = format!("stateDiagram-v2\n    [*] --> {initial}\n");
    for (from, event, to) in rows {
        out.push_str(&format!("    {from} --> {to}: {event}\n"));
    }
    out
}
