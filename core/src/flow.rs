//! An order's lifecycle as data: states, rows `(from, event, to)`, effects and timers. The built-in flows and
//! those that a host defines are the same kind of JSON and pass the same checks. It never changes an order.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::error::{Code, Error, Result};

/// What a row makes happen besides the change of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The deposit held goes back, less what is withheld.
    RefundDeposit,
    /// Everything collected and not yet refunded goes back.
    RefundAll,
    /// The order's balance becomes revenue.
    RecogniseRevenue,
}

/// The column of an order that a timer watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerColumn {
    /// `starts_at`.
    StartsAt,
    /// `ends_at`.
    EndsAt,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowState {
    name: String,
    #[serde(default)]
    payable: bool,
    #[serde(default, rename = "final")]
    is_final: bool,
}

/// A row of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The state before.
    pub from: String,
    /// What happens.
    pub event: String,
    /// The state after.
    pub to: String,
    /// What else happens.
    #[serde(default)]
    pub effects: Vec<Effect>,
}

/// An event that happens by time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// The event.
    pub event: String,
    /// When: at the time in this column of the order.
    pub at: TimerColumn,
}

/// An order's lifecycle. The first state is where every order begins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    name: String,
    states: Vec<FlowState>,
    rows: Vec<Row>,
    #[serde(default)]
    timers: Vec<Timer>,
}

/// The event that the engine fires when an order's settlement becomes `settled`.
pub const PAID: &str = "paid";
/// The event that the engine fires when a payment of the order fails.
pub const PAYMENT_FAILED: &str = "payment_failed";
/// The event that the engine fires when everything collected has been refunded.
pub const REFUND_COMPLETED: &str = "refund_completed";
/// The event that the engine fires when a refund that moved the order away has failed.
pub const RESUME: &str = "resume";
/// The event that the engine fires when everything collected is asked back.
pub const REQUEST_REFUND: &str = "request_refund";
/// The event behind `cancel_order` and behind an order's expiry.
pub const CANCEL: &str = "cancel";

/// Events that follow from money; nobody may say them.
pub const RESERVED: [&str; 2] = [PAID, PAYMENT_FAILED];

/// A flow has at most this many states and rows: beyond it nobody could review the diagram.
const SIZE_MAX: usize = 200;
/// A word of a flow has at most this many characters, as a reference has.
const WORD_MAX: usize = 64;

const BUILT_IN: [&str; 4] = [
    include_str!("flows/retail.json"),
    include_str!("flows/rental.json"),
    include_str!("flows/booking.json"),
    include_str!("flows/membership.json"),
];

/// The four built-in flows: `retail`, `rental`, `booking`, `membership`.
pub fn built_in() -> Result<Vec<Flow>> {
    BUILT_IN.iter().map(|text| Flow::from_json(text)).collect()
}

impl Flow {
    /// Reads and checks a flow: words are well formed and known, no pair stands twice, every state is
    /// reachable from the first and can end, a final state leads nowhere. Fails with `flow_invalid`.
    pub fn from_json(text: &str) -> Result<Self> {
        let flow: Flow = serde_json::from_str(text).map_err(|e| invalid("?", e))?;
        flow.check().map_err(|why| invalid(&flow.name, why))?;
        Ok(flow)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where every order begins.
    pub fn initial(&self) -> &str {
        self.states.first().map_or("", |s| s.name.as_str())
    }

    /// The names of its states, in the order of the table.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.states.iter().map(|s| s.name.as_str())
    }

    /// The names of its events, each once, in the order of their first row.
    pub fn events(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.rows.iter().map(|r| r.event.as_str()).filter(|e| seen.insert(*e)).collect()
    }

    /// All rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether an order in this state takes payments.
    pub fn is_payable(&self, state: &str) -> bool {
        self.states.iter().any(|s| s.name == state && s.payable)
    }

    /// Whether this state is marked as final.
    pub fn is_final(&self, state: &str) -> bool {
        self.states.iter().any(|s| s.name == state && s.is_final)
    }

    /// What the table says: the row, or nothing when the event is not possible in that state.
    pub fn row(&self, from: &str, event: &str) -> Option<&Row> {
        self.rows.iter().find(|r| r.from == from && r.event == event)
    }

    /// The events that are possible in a state and that a host may say.
    pub fn possible<'a>(&'a self, from: &'a str) -> impl Iterator<Item = &'a str> {
        self.rows
            .iter()
            .filter(move |r| r.from == from && !RESERVED.contains(&r.event.as_str()))
            .map(|r| r.event.as_str())
    }

    /// The timers whose events are possible in a state.
    pub fn timers<'a>(&'a self, from: &'a str) -> impl Iterator<Item = &'a Timer> {
        self.timers.iter().filter(move |t| self.row(from, &t.event).is_some())
    }

    /// The flow as a Mermaid state diagram.
    pub fn diagram(&self) -> String {
        let mut out = format!("stateDiagram-v2\n    [*] --> {}\n", self.initial());
        for row in &self.rows {
            let effects: String = row
                .effects
                .iter()
                .map(|effect| match effect {
                    Effect::RefundDeposit => " / refund_deposit",
                    Effect::RefundAll => " / refund_all",
                    Effect::RecogniseRevenue => " / recognise_revenue",
                })
                .collect();
            out.push_str(&format!("    {} --> {}: {}{}\n", row.from, row.to, row.event, effects));
        }
        for state in self.states.iter().filter(|s| s.is_final) {
            out.push_str(&format!("    {} --> [*]\n", state.name));
        }
        out
    }

    fn check(&self) -> Result<(), String> {
        self.check_words()?;
        self.check_rows()?;
        self.check_reachable()?;
        self.check_ends()
    }

    fn check_words(&self) -> Result<(), String> {
        if self.states.is_empty() || self.states.len() > SIZE_MAX || self.rows.len() > SIZE_MAX {
            return Err(format!(
                "it needs between 1 and {SIZE_MAX} states and at most as many rows"
            ));
        }
        let words = std::iter::once(&self.name)
            .chain(self.states.iter().map(|s| &s.name))
            .chain(self.rows.iter().map(|r| &r.event));
        for word in words {
            let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if word.is_empty() || word.len() > WORD_MAX || !word.chars().all(fine) {
                let shown = word.escape_debug();
                return Err(format!("\"{shown}\" is not a lower_snake_case word"));
            }
        }
        let mut seen = BTreeSet::new();
        match self.states().find(|name| !seen.insert(*name)) {
            Some(twice) => Err(format!("the state {twice} stands twice")),
            None => Ok(()),
        }
    }

    fn check_rows(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for row in &self.rows {
            if let Some(unknown) =
                [&row.from, &row.to].into_iter().find(|name| self.states().all(|s| s != *name))
            {
                return Err(format!("a row names the state {unknown}, which is not listed"));
            }
            if !seen.insert((&row.from, &row.event)) {
                return Err(format!("{} in state {} is answered twice", row.event, row.from));
            }
            if self.is_final(&row.from) {
                return Err(format!("{} is final but {} leads out of it", row.from, row.event));
            }
        }
        match self.timers.iter().find(|t| self.rows.iter().all(|r| r.event != t.event)) {
            Some(timer) => Err(format!("the timer {} belongs to no row", timer.event)),
            None => Ok(()),
        }
    }

    fn check_reachable(&self) -> Result<(), String> {
        let reached = self.closure(self.initial(), |row| (&row.from, &row.to));
        match self.states().find(|s| !reached.contains(s)) {
            Some(lost) => Err(format!("the state {lost} cannot be reached")),
            None => Ok(()),
        }
    }

    fn check_ends(&self) -> Result<(), String> {
        let ends = self.states().filter(|s| self.rows.iter().all(|r| r.from != *s || r.to == *s));
        let can_end: BTreeSet<&str> =
            ends.flat_map(|end| self.closure(end, |row| (&row.to, &row.from))).collect();
        match self.states().find(|s| !can_end.contains(s)) {
            Some(endless) => Err(format!("an order in state {endless} can never end")),
            None => Ok(()),
        }
    }

    /// All states that rows lead to from `start`, itself included, following them as `step` says.
    fn closure<'a>(
        &'a self,
        start: &'a str,
        step: impl Fn(&'a Row) -> (&'a str, &'a str),
    ) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::from([start]);
        loop {
            let next: Vec<_> = self
                .rows
                .iter()
                .map(&step)
                .filter(|(from, to)| reached.contains(from) && !reached.contains(to))
                .map(|(_, to)| to)
                .collect();
            if next.is_empty() {
                return reached;
            }
            reached.extend(next);
        }
    }
}

fn invalid(flow: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Code::FlowInvalid).with("flow", flow.escape_debug()).with("why", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(states: &str, rows: &str) -> Result<Flow> {
        Flow::from_json(&format!(r#"{{"name":"test","states":[{states}],"rows":[{rows}]}}"#))
    }

    fn why(result: Result<Flow>) -> String {
        let error = result.expect_err("refused");
        assert_eq!(error.code(), Code::FlowInvalid);
        error.detail("why").unwrap_or_default().to_owned()
    }

    /// Protects: the flows we ship pass the checks that we ask of others.
    #[test]
    fn the_built_in_flows_are_sound() {
        let names: Vec<_> = built_in().unwrap().iter().map(|f| f.name().to_owned()).collect();
        assert_eq!(names, ["retail", "rental", "booking", "membership"]);
    }

    /// Protects: a host's mistake in a flow is named before the first order uses it.
    #[test]
    fn unsound_flows_are_refused_with_the_reason() {
        let a = r#"{"name":"a"}"#;
        let b = r#"{"name":"b","final":true}"#;
        let ab = r#"{"from":"a","event":"go","to":"b"}"#;
        assert!(flow(&format!("{a},{b}"), ab).is_ok());
        assert!(why(flow("", "")).contains("between 1 and"));
        assert!(why(flow(&format!("{a},{a}"), "")).contains("stands twice"));
        assert!(why(flow(&format!("{a},{b}"), "")).contains("cannot be reached"));
        assert!(why(flow(&format!("{a},{b}"), &format!("{ab},{ab}"))).contains("answered twice"));
        assert!(why(flow(a, ab)).contains("not listed"));
        let ba = r#"{"from":"b","event":"back","to":"a"}"#;
        assert!(why(flow(&format!("{a},{b}"), &format!("{ab},{ba}"))).contains("is final"));
        let round = r#"{"name":"b"}"#;
        assert!(why(flow(&format!("{a},{round}"), &format!("{ab},{ba}"))).contains("never end"));
        assert!(why(flow(r#"{"name":"A b"}"#, "")).contains("lower_snake_case"));
        assert!(why(Flow::from_json("{")).contains("EOF"));
    }
}
