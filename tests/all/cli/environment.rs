//! Gateways that the environment configures, as the commands see them.

use super::*;

/// Runs a command of a shop with these variables.
pub(super) fn run(shop: &Shop, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
    let variable = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
    let names = || variables.iter().map(|(name, _)| (*name).to_owned()).collect();
    let shared = ["--database", shop.database()];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let place = Surroundings {
        variable: &variable,
        variables: &names,
        ..Surroundings::new(&mut out, &mut err)
    };
    let code = paywright_cli::run_in(line(&[arguments, &shared[..]].concat()), place);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code, out: text(out), err: text(err) }
}

const BANK: [(&str, &str); 5] = [
    ("PAYWRIGHT_MODE", "test"),
    ("BANK_ACCOUNT_NAME", "Example Shop Ltd"),
    ("BANK_ACCOUNT_NUMBER", "GB33 BUKB 2020 1555 5555 55"),
    ("BANK_NAME", "Example Bank"),
    ("BANK_CURRENCIES", "CNY"),
];

/// Protects: the command works with the gateways that the application's own variables configure, and says what lacks.
#[test]
fn gateways_from_the_environment() {
    let shop = Shop::new();
    run(&shop, &["run-due"], &BANK).fine();
    let out = run(&shop, &["doctor"], &BANK).out;
    contains(
        &out,
        &["ok    gateways       mode test: bank (bank)", "ok    bank key       transfers"],
    );
    let said = run(&shop, &["run-due"], &BANK[..4]);
    assert_eq!(said.code, exit::REFUSED);
    contains(&said.err, &["config_missing: BANK_CURRENCIES is not configured"]);
    let said = run(&shop, &["run-due"], &BANK[..1]);
    contains(&said.err, &["config_missing: gateways is not configured"]);
}

/// Protects: a slip is told; a file that is named on the command line stands in place of the environment; looking needs
/// neither.
#[test]
fn the_command_line_goes_before_the_environment() {
    let shop = Shop::new();
    let said = run(&shop, &["run-due"], &[("STRIPE_SECRET_KEYS", "sk_test_throwaway")]);
    contains(&said.err, &["warning: STRIPE_SECRET_KEYS is not read; is STRIPE_SECRET_KEY meant?"]);
    assert!(!said.err.contains("throwaway"), "{}", said.err);
    let file = shop.path.with_extension("gateways.json");
    std::fs::write(&file, r#"[{"mock":{"methods":["card"]}}]"#).unwrap();
    let file_name = file.to_str().unwrap();
    let halves = [&BANK[1..2], &[("PAYWRIGHT_GATEWAYS", file_name)]].concat();
    run(&shop, &["run-due", "--mode", "test", "--gateways", file_name], &halves).fine();
    run(&shop, &["orders"], &halves).fine();
    assert_eq!(run(&shop, &["run-due"], &halves).code, exit::REFUSED);
    run(&shop, &["run-due", "--mode", "test"], &halves[1..]).fine();
    std::fs::remove_file(&file).unwrap();
}
