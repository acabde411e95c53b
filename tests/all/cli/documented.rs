//! The page `docs/cli.md`: every example on it is run, in order, on one database.

use super::*;

const PAGE: &str = include_str!("../../../docs/cli.md");

/// Protects: an example that a reader copies works.
#[test]
fn every_example_runs() {
    let shop = Shop::new();
    let examples: Vec<&str> = PAGE.lines().filter_map(|l| l.strip_prefix("$ paywright ")).collect();
    assert!(examples.len() > 10);
    for example in examples {
        let newest = |list: &str| {
            let list = shop.run(&[list, "--size", "1", "--json"]).json();
            list["items"][0]["id"].as_str().unwrap_or("none").to_owned()
        };
        let example = example
            .replace("shop.db", shop.database())
            .replace("importing.csv", concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/importing.csv"))
            .replace("$ORDER", &newest("orders"))
            .replace("$PAYMENT", &newest("payments"));
        let said = paywright(&example.split(' ').collect::<Vec<_>>());
        assert_eq!(said.code, exit::FINE, "{example}\n{}{}", said.out, said.err);
        assert!(!said.out.is_empty(), "{example}");
    }
}

/// Protects: the page names every command, and help and page agree on the exit codes.
#[test]
fn the_page_is_complete() {
    let help = paywright(&["--help"]).fine();
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        contains(PAGE, &[command]);
    }
    for code in ["0", "1", "2", "3", "4", "5", "70"] {
        let row = PAGE.lines().find_map(|line| line.strip_prefix(&format!("| {code} | "))).unwrap();
        contains(&help, &[row.trim_end_matches(" |")]);
    }
}
