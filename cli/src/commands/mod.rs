//! The commands, one function each, and the words they share. None decides anything about a payment.

mod books;
mod demo;
mod doctor;
mod events;
mod import;
mod lists;
mod people;
mod show;
mod trigger;
mod webhooks;

use paywright::api::types::{Event, Order, Reply, Time};
use paywright::text::escape_line;

use crate::arguments::{Arguments, Command};
use crate::console::{Console, Style};
use crate::failure::{Failure, Outcome};
use crate::open::{Purpose, open};
use crate::table::Table;

/// Runs the command that was asked for.
pub(crate) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Outcome {
    let shared = &arguments.shared;
    let look = |console: &mut Console<'_>| open(shared, console, Purpose::Look);
    let act = |console: &mut Console<'_>| open(shared, console, Purpose::Act);
    match &arguments.command {
        Command::Demo => demo::demo(shared, console),
        Command::Orders(a) => lists::orders(&look(console)?, a, console),
        Command::Order { id, flow } => show::order(&look(console)?, id, flow, console),
        Command::Payments(a) => lists::payments(&look(console)?, a, console),
        Command::Payment { id } => show::payment(&look(console)?, id, console),
        Command::Refunds(a) => lists::refunds(&look(console)?, a, console),
        Command::Events(a) => events::events(&look(console)?, a, console),
        Command::Exceptions { all, paging } => {
            people::exceptions(&look(console)?, *all, *paging, console)
        }
        Command::Resolve(a) => people::resolve(&act(console)?, a, console),
        Command::Confirm(a) => people::confirm(&act(console)?, a, console),
        Command::Verify => books::verify(&look(console)?, console),
        Command::Balances => books::balances(&look(console)?, console),
        Command::RunDue { limit } => books::run_due(&act(console)?, *limit, console),
        Command::Diagram { machine } => books::diagram(shared, machine, console),
        Command::Import(a) => import::import(&act(console)?, a, console),
        Command::Trigger(a) => trigger::trigger(shared, a, console),
        Command::Webhooks(a) => webhooks::webhooks(&look(console)?, a, console),
        Command::ReplayWebhook(a) => webhooks::replay(&look(console)?, a, console),
        Command::Doctor { gateway } => doctor::doctor(shared, gateway.as_deref(), console),
    }
}

/// What an order is for, on one line: the descriptions of its lines.
pub(crate) fn description(order: &Order) -> String {
    order.lines.iter().map(|line| line.description.as_str()).collect::<Vec<_>>().join("; ")
}

/// A time as people read it; always UTC.
fn when(time: Time) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// An amount with its currency.
fn money(amount: impl std::fmt::Display, currency: &str) -> String {
    format!("{amount} {currency}")
}

/// An optional text, empty where there is none.
fn or_empty(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

/// `1 order`, `2 orders`.
fn count(number: i64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A state in the colour of what it means.
fn state(console: &Console<'_>, word: &str) -> String {
    let style = match word {
        "succeeded" | "paid" | "completed" | "settled" => Style::Green,
        "failed" | "cancelled" | "expired" => Style::Red,
        _ => return escape_line(word).into_owned(),
    };
    console.paint(style, word)
}

/// The columns of [`log_row`].
const LOG: [&str; 5] = [">#", "at (UTC)", "event", "who", "detail"];

/// Journal rows as a table.
fn log(console: &mut Console<'_>, events: &[Event]) -> Result<(), Failure> {
    let mut table = Table::new(&LOG);
    events.iter().for_each(|event| table.row(log_row(event)));
    console.table(&table)
}

fn log_row(event: &Event) -> [String; 5] {
    let pairs = event.detail.iter().map(|(name, value)| format!("{name}={value}"));
    [
        event.sequence.to_string(),
        when(event.at),
        event.event.clone(),
        event.actor.clone(),
        pairs.collect::<Vec<_>>().join(" "),
    ]
}

/// An answer to a callback on one line.
fn reply_line(reply: &Reply) -> String {
    let body = String::from_utf8_lossy(&reply.body.0);
    format!("{} {}", reply.status, escape_line(body.trim_end()))
}
