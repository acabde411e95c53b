//! The lifecycles as printed grids and diagrams, so that a review shows every consequence of a new row; and what
//! must hold for each of them. Render the files again with `UPDATE_SNAPSHOTS=1 cargo test -p paywright-tests machines`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use paywright::api::types::arguments;
use paywright::api::{Options, Paywright};
use paywright::flow::{self, Flow};
use paywright::machine::Answer;
use paywright::{payment, refund};

const UPDATE: &str = "UPDATE_SNAPSHOTS";

/// A lifecycle, seen from outside: what each pair of state and event leads to.
struct Machine {
    name: String,
    states: Vec<String>,
    events: Vec<String>,
    /// By state, then by event.
    pairs: Vec<Vec<Pair>>,
}

/// What a pair leads to.
#[derive(Clone)]
enum Pair {
    /// The state of this number.
    To(usize),
    /// No other state; the letter says why.
    Stays(char),
}

/// A machine of fixed words: its states, its events, its answers.
macro_rules! fixed {
    ($name:literal, $module:ident) => {{
        let number = |state: &$module::State| {
            $module::State::ALL.iter().position(|s| s == state).expect("a state of the table")
        };
        let pair = |state, event| match $module::answer(state, event) {
            // Late money leads to `succeeded` where the order still owes it.
            Answer::To(to) => Pair::To(number(&to)),
            other => Pair::Stays(other.letter(|_| '?')),
        };
        Machine {
            name: $name.to_owned(),
            states: $module::State::ALL.iter().map(|s| s.to_string()).collect(),
            events: $module::Event::ALL.iter().map(|e| e.to_string()).collect(),
            pairs: $module::State::ALL
                .iter()
                .map(|s| $module::Event::ALL.iter().map(|e| pair(*s, *e)).collect())
                .collect(),
        }
    }};
}

fn of_flow(flow: &Flow) -> Machine {
    let states: Vec<_> = flow.states().map(str::to_owned).collect();
    let events: Vec<_> = flow.events().into_iter().map(str::to_owned).collect();
    let number = |name: &str| states.iter().position(|s| s == name).expect("a state of the flow");
    let pair = |state: &String, event: &String| match flow.row(state, event) {
        Some(row) => Pair::To(number(&row.to)),
        None => Pair::Stays('-'),
    };
    let pairs =
        states.iter().map(|s| events.iter().map(|e| pair(s, e)).collect()).collect::<Vec<_>>();
    Machine { name: flow.name().to_owned(), pairs, states, events }
}

fn machines() -> Vec<Machine> {
    let flows = flow::built_in().unwrap();
    let fixed = [fixed!("payment", payment), fixed!("refund", refund)];
    fixed.into_iter().chain(flows.iter().map(of_flow)).collect()
}

impl Machine {
    /// A letter for each state: the first of its name that is not taken.
    fn letters(&self) -> Vec<char> {
        let mut taken = BTreeSet::from(['n', 'l', 'h']);
        let mut letter = |name: &String| {
            let free = name.chars().find(|c| taken.insert(*c));
            free.expect("a state's name has a letter of its own")
        };
        self.states.iter().map(&mut letter).collect()
    }

    fn printed(&self) -> String {
        let letters = self.letters();
        let width = self.states.iter().map(String::len).max().unwrap_or(0);
        let mut out = format!("{}\n\n  {:width$}  ", self.name, "");
        for (i, event) in self.events.iter().enumerate() {
            let gap = if i == 0 { "" } else { "  " };
            write!(out, "{gap}{event}").unwrap();
        }
        out.push('\n');
        for ((state, letter), pairs) in self.states.iter().zip(&letters).zip(&self.pairs) {
            write!(out, "{letter} {state:width$}").unwrap();
            for (pair, event) in pairs.iter().zip(&self.events) {
                let shown = match pair {
                    Pair::To(to) => letters[*to],
                    Pair::Stays(why) => *why,
                };
                write!(out, "  {shown:<0$}", event.len()).unwrap();
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out
    }

    /// The numbers of the states that can be reached from one, itself included.
    fn reached(&self, start: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(state) = open.pop() {
            for pair in &self.pairs[state] {
                if let Pair::To(to) = pair
                    && reached.insert(*to)
                {
                    open.push(*to);
                }
            }
        }
        reached
    }

    fn leads_away(&self, state: usize) -> bool {
        self.pairs[state].iter().any(|pair| matches!(pair, Pair::To(to) if *to != state))
    }
}

fn snapshot(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(name)
}

/// Compares with the file on disk, or writes it when asked to.
fn check(name: &str, rendered: &str) {
    let path = snapshot(name);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, rendered).unwrap();
        return;
    }
    let on_disk = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        on_disk,
        rendered,
        "{} does not show the tables any more; look at the difference, and if it is meant, render it again:\n  \
         {UPDATE}=1 cargo test -p paywright-tests machines",
        path.display()
    );
}

const LEGEND: &str = "\
A column is an event, a row is a state with its letter, and the letter where they meet is the state that follows.
Where none follows:  = known already  n written down  - not possible  l late money: succeeded if it is still due,
else an exception  h an unwanted hold: an exception  ? succeeded, if the gateway says so when it is asked
";

/// Protects: reviews; the whole grid of every lifecycle is a file, and a changed row shows all it changes.
#[test]
fn the_grids_are_on_disk() {
    let grids: Vec<_> = machines().iter().map(Machine::printed).collect();
    check("machines.txt", &format!("{LEGEND}\n{}", grids.join("\n")));
}

/// Protects: the diagrams of the documentation, which are drawn from the same tables.
#[test]
fn the_diagrams_are_on_disk() {
    let pay = Paywright::open("sqlite::memory:", Options::default()).unwrap();
    for machine in machines() {
        let drawn = pay.diagram(arguments::diagram { machine: machine.name.clone() }).unwrap();
        check(&format!("{}.mmd", machine.name), &drawn);
    }
}

/// Protects: no state is dead text; each can be reached from where a lifecycle begins.
#[test]
fn every_state_is_reachable() {
    for machine in machines() {
        let reached = machine.reached(0);
        let lost: Vec<_> = (0..machine.states.len()).filter(|s| !reached.contains(s)).collect();
        assert!(lost.is_empty(), "{}: {lost:?}", machine.name);
    }
}

/// Protects: nothing goes on for ever; from each state one can be reached that leads nowhere else, or, for a refund,
/// that no one but the gateway moves.
#[test]
fn every_state_can_end() {
    for machine in machines() {
        for state in 0..machine.states.len() {
            let ends = machine.reached(state).iter().any(|s| !machine.leads_away(*s));
            let gateway_ends = machine.name == "refund";
            assert!(ends || gateway_ends, "{}: {}", machine.name, machine.states[state]);
        }
    }
}

/// Protects: no event is dead text; each changes something somewhere, but for `accept`, which only confirms.
#[test]
fn every_event_is_used() {
    for machine in machines() {
        for (i, event) in machine.events.iter().enumerate() {
            let moves = machine.pairs.iter().any(|pairs| matches!(pairs[i], Pair::To(_)));
            let confirms = machine.name == "refund" && event == "accept";
            assert!(moves || confirms, "{}: {event}", machine.name);
        }
    }
}

/// Protects: a pair has one answer; a second row for it would be silently dead.
#[test]
fn no_pair_stands_twice() {
    for flow in flow::built_in().unwrap() {
        let mut seen = BTreeSet::new();
        for row in flow.rows() {
            assert!(seen.insert((&row.from, &row.event)), "{}: {row:?}", flow.name());
        }
    }
    // A state that stood twice in a fixed table would leave another one without a row: all its answers are refusals.
    for machine in machines().iter().take(2) {
        for (state, pairs) in machine.states.iter().zip(&machine.pairs) {
            assert!(
                pairs.iter().any(|p| !matches!(p, Pair::Stays('-'))),
                "{}: {state}",
                machine.name
            );
        }
    }
}
