//! The table of requirements against the tree: what it calls built is shown by something that exists, and what a
//! scenario claims to show is in the table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use paywright_tests::scenario::{Scenario, all};

/// How many rows each note has.
const NOTES: [(&str, usize); 5] = [("000", 51), ("001", 53), ("002", 30), ("003", 25), ("004", 25)];
const OUTCOMES: [&str; 4] = ["built", "built differently", "later", "host's job"];

struct Row {
    id: String,
    outcome: String,
    /// What stands between backticks in the last column.
    named: Vec<String>,
}

impl Row {
    fn is_built(&self) -> bool {
        self.outcome.starts_with("built")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("docs/requirements.md")).unwrap();
    text.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<_> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
    let [id, .., outcome, shown] = cells.as_slice() else { return None };
    id.starts_with("00").then(|| Row {
        id: (*id).to_owned(),
        outcome: (*outcome).to_owned(),
        named: shown.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
    })
}

fn scenarios() -> BTreeMap<String, Scenario> {
    let read = all().unwrap_or_else(|unreadable| panic!("{unreadable}"));
    read.into_iter().map(|s| (format!("{}.json", s.name), s)).collect()
}

/// Whether a name leads somewhere: a scenario, a file, or a test in a file. Nothing for a plain word.
fn leads_somewhere(name: &str, scenarios: &BTreeMap<String, Scenario>) -> Option<bool> {
    if name.ends_with(".json") && !name.contains('/') {
        return Some(scenarios.contains_key(name));
    }
    let (path, test) = name.split_once("::").map_or((name, None), |(p, t)| (p, Some(t)));
    let is_file = path.contains('/') || path.ends_with(".md") || path.ends_with(".toml");
    if !is_file && path != "Makefile" {
        return None;
    }
    let path = root().join(path);
    Some(match test {
        None => path.exists(),
        Some(test) => {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            // A test in Rust, or one in Python.
            ["fn", "def"].iter().any(|word| text.contains(&format!("{word} {test}(")))
        }
    })
}

/// Protects: no row of the notes is dropped silently.
#[test]
fn every_row_is_there_once() {
    let rows = rows();
    for (note, count) in NOTES {
        let ids: Vec<_> =
            rows.iter().map(|r| r.id.as_str()).filter(|id| id.starts_with(note)).collect();
        let expected: Vec<_> = (1..=count).map(|i| format!("{note}-{i:02}")).collect();
        assert_eq!(ids, expected, "note {note}");
    }
    for row in &rows {
        assert!(OUTCOMES.contains(&row.outcome.as_str()), "{}: {}", row.id, row.outcome);
    }
}

/// Protects: honesty; what is called built is shown by a file or test that exists.
#[test]
fn what_is_built_is_shown() {
    let scenarios = scenarios();
    for row in rows() {
        let mut shown = 0;
        for name in &row.named {
            match leads_somewhere(name, &scenarios) {
                Some(true) => shown += 1,
                Some(false) => panic!("{}: {name} does not exist", row.id),
                None => {}
            }
        }
        assert!(shown > 0 || !row.is_built(), "{} is called built and nothing shows it", row.id);
    }
}

/// Protects: table and scenarios say the same about each other.
#[test]
fn scenarios_and_table_agree() {
    let scenarios = scenarios();
    let rows = rows();
    let built: BTreeSet<_> = rows.iter().filter(|r| r.is_built()).map(|r| r.id.as_str()).collect();
    for (file, scenario) in &scenarios {
        for id in &scenario.requirements {
            assert!(
                built.contains(id.as_str()),
                "{file} shows {id}, which the table does not call built"
            );
        }
    }
    for row in rows.iter().filter(|row| row.is_built()) {
        for scenario in row.named.iter().filter_map(|name| scenarios.get(name)) {
            assert!(scenario.requirements.contains(&row.id), "{}: {}", row.id, scenario.name);
        }
    }
}
