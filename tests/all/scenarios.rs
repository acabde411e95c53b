//! Every scenario file, played through the typed Rust API.

use std::collections::BTreeSet;

use paywright_tests::scenario::{METHODS, Scenario, all};

fn scenarios() -> Vec<Scenario> {
    all().unwrap_or_else(|unreadable| panic!("{unreadable}"))
}

fn plural(failures: &[String]) -> String {
    format!("{} failed:\n{}", failures.len(), failures.join("\n"))
}

/// Protects: the behaviour itself, and balanced books after every story.
#[test]
fn every_scenario_goes_as_its_file_says() {
    let scenarios = scenarios();
    assert!(!scenarios.is_empty());
    let failures: Vec<_> = scenarios.iter().filter_map(|s| s.play(None).err()).collect();
    assert!(failures.is_empty(), "{}", plural(&failures));
}

/// Protects: replays; the same file gives the same results, ids included.
#[test]
fn every_scenario_is_deterministic() {
    for scenario in scenarios() {
        assert_eq!(scenario.play(None), scenario.play(None), "{}", scenario.name);
    }
}

/// Protects: no method of the public face stays without a story.
#[test]
fn every_method_is_called() {
    let scenarios = scenarios();
    let called: BTreeSet<_> = scenarios.iter().flat_map(Scenario::methods).collect();
    let missing: Vec<_> = METHODS.iter().filter(|method| !called.contains(*method)).collect();
    assert!(missing.is_empty(), "no scenario calls {missing:?}");
}

/// Protects: readers; two stories with one title are one story too many.
#[test]
fn every_title_is_its_own() {
    let mut seen = BTreeSet::new();
    for scenario in scenarios() {
        assert!(seen.insert(scenario.title.clone()), "{}: {}", scenario.name, scenario.title);
    }
}
