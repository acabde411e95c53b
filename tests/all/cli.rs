//! The program `paywright`, command by command: what it says to people and to programs, its exit codes, and what it
//! does with text that somebody else wrote. It runs in this process and never starts another.

mod doctor;
mod documented;
mod environment;
mod import;
mod lists;
mod outside;
mod trigger;
mod webhooks;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::{Clock, ManualClock, SystemClock};
use paywright_cli::{Surroundings, exit};
use serde_json::Value;

/// What a command said, and how it ended.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    /// The output, of a command that ended well.
    #[track_caller]
    fn fine(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (exit::FINE, ""), "{}", self.out);
        self.out
    }

    /// The document, of a command that ended well.
    #[track_caller]
    fn json(self) -> Value {
        serde_json::from_str(&self.fine()).unwrap()
    }
}

/// Runs a command line without the program's name, in an empty environment.
fn paywright(arguments: &[&str]) -> Said {
    with_variables(arguments, &|_| None)
}

fn with_variables(arguments: &[&str], variable: &dyn Fn(&str) -> Option<String>) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let place = Surroundings { variable, ..Surroundings::new(&mut out, &mut err) };
    let code = paywright_cli::run_in(line(arguments), place);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code, out: text(out), err: text(err) }
}

fn line(arguments: &[&str]) -> Vec<String> {
    ["paywright"].iter().chain(arguments).map(|word| (*word).to_owned()).collect()
}

/// A shop with a database file of its own, which goes away with it. Its clock begins two hours ago.
struct Shop {
    path: PathBuf,
    clock: ManualClock,
    pay: Paywright,
}

impl Shop {
    fn new() -> Shop {
        Shop::with(Vec::new())
    }

    fn with(gateways: Vec<GatewayConfig>) -> Shop {
        static SHOPS: AtomicU32 = AtomicU32::new(0);
        let number = SHOPS.fetch_add(1, Ordering::Relaxed);
        let name = format!("paywright-cli-{}-{number}.db", std::process::id());
        let path = std::env::temp_dir().join(name);
        forget(&path);
        let clock = ManualClock::new(SystemClock.now().plus_seconds(-7200));
        let options = Options { clock: Arc::new(clock.clone()), gateways, ..Options::default() };
        let pay = Paywright::open(path.to_str().unwrap(), options).unwrap();
        Shop { path, clock, pay }
    }

    fn database(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// Runs a command on this shop's database.
    fn run(&self, arguments: &[&str]) -> Said {
        let shared = ["--database", self.database()];
        paywright(&[arguments, &shared[..]].concat())
    }

    fn order(&self, more: &str) -> Order {
        self.pay.create_order(call(&format!(r#"{{"currency":"CNY"{more}}}"#))).unwrap()
    }

    fn payment(&self, order: &Order) -> Payment {
        let asked = format!(r#"{{"order_id":"{}","method":"wechat"}}"#, order.id);
        self.pay.create_payment(call(&asked)).unwrap()
    }

    /// An order of 100.00 with its payment, and the callback of this kind handled.
    fn sold(&self, kind: &str) -> (Order, Payment) {
        let order = self.order(r#","amount":"100.00","customer":"ann""#);
        let payment = self.payment(&order);
        let asked = format!(r#"{{"payment_id":"{}","kind":"{kind}"}}"#, payment.id);
        for delivery in self.pay.mock_callbacks(call(&asked)).unwrap() {
            let headers = Headers(delivery.headers.into_iter().collect());
            let (gateway, body) = ("mock".to_owned(), delivery.body);
            let _ = self.pay.handle_callback(arguments::handle_callback { gateway, headers, body });
        }
        (order, payment)
    }

    /// Changes the database behind the engine's back.
    fn falsify(&self, statement: &str) {
        rusqlite::Connection::open(&self.path).unwrap().execute_batch(statement).unwrap();
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.pay.close();
        forget(&self.path);
    }
}

/// Removes a database and its companions, where they are.
fn forget(path: &std::path::Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

fn call<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

#[track_caller]
fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

/// Protects: the first thing that anybody tries works without anything, and ends with sound books.
#[test]
fn the_demonstration_shows_the_main_job() {
    let out = paywright(&["demo"]).fine();
    contains(
        &out,
        &[
            "1. Your shop creates an order",
            "auth_mismatch: The signature does not fit",
            "applied: payment succeeded, order paid; reply 200 {\"code\":\"SUCCESS\"}",
            "already: payment succeeded, order paid; reply 200 {\"code\":\"SUCCESS\"}",
            "succeeded, 30.00 CNY",
            "payment          gateway  order    100.00 CNY",
            "sound: 1 order, 1 payment, 1 refund, 3 transfers",
        ],
    );
    let shown = paywright(&["demo", "--json"]).json();
    assert_eq!(shown["order"]["refunded"], "30.00");
    assert_eq!(shown["forged"], "auth_mismatch");
    assert_eq!(shown["again"]["outcome"], "already");
    assert_eq!(shown["verify"]["ok"], true);
}

/// Protects: the demonstration never adds orders to a real shop, named on the command line or by the environment.
#[test]
fn the_demonstration_keeps_out_of_real_databases() {
    let shop = Shop::new();
    shop.run(&["demo"]).fine();
    shop.run(&["demo"]).fine();
    assert_eq!(shop.run(&["orders", "--json"]).json()["total"], 2);
    shop.sold("success");
    let said = shop.run(&["demo"]);
    assert_eq!(said.code, exit::REFUSED);
    contains(
        &said.err,
        &["config_invalid: --database is wrong: it holds orders of real customers"],
    );
    let environment = |_: &str| Some(shop.database().to_owned());
    assert_eq!(with_variables(&["demo"], &environment).code, exit::FINE);
    assert_eq!(shop.run(&["orders", "--json"]).json()["total"], 3);
}

/// Protects: wrong usage ends with 2 and says what would be right.
#[test]
fn wrong_usage_suggests_what_is_right() {
    for (arguments, hint) in [
        (&["orderz"][..], "'orders', 'order'"),
        (&["verfy"], "'verify'"),
        (&["payments", "--state", "payed"], "[possible values: init, processing,"),
        (&["payments", "--stat", "init"], "'--state'"),
        (&["trigger", "pay_1", "succes", "--store"], "'success'"),
        (&["trigger", "pay_1", "success"], "<--url <URL>|--store>"),
        (&["trigger", "pay_1", "success", "--store", "--url", "http://x"], "cannot be used with"),
        (&["resolve", "exc_1", "--as", "apply", "--actor", "ann"], "--reason <REASON>"),
        (&["events", "--for", "1"], "--follow"),
        (&["orders", "--csv", "--json"], "cannot be used with"),
        (&[], "Commands:"),
    ] {
        let said = paywright(arguments);
        assert_eq!((said.code, said.out.as_str()), (exit::USAGE, ""), "{arguments:?}");
        contains(&said.err, &[hint]);
    }
}

/// Protects: help is a result, not an error, and states the exit codes.
#[test]
fn help_and_version_are_results() {
    let help = paywright(&["--help"]).fine();
    contains(
        &help,
        &["run-due", "doctor", "Exit codes:", "70  a defect", "PAYWRIGHT_DATABASE_URL"],
    );
    contains(&paywright(&["events", "--help"]).fine(), &["--follow", "--interval <MS>"]);
    assert_eq!(paywright(&["--version"]).fine(), "paywright 0.1.0\n");
}

/// Protects: looking never creates a database; the environment is used where the command line is silent.
#[test]
fn the_database_is_named_and_never_created() {
    let said = paywright(&["orders"]);
    assert_eq!(said.code, exit::REFUSED);
    contains(
        &said.err,
        &["config_missing: the database is not configured: name it with --database"],
    );
    let missing = std::env::temp_dir().join("paywright-cli-missing.db");
    for command in [&["orders"][..], &["verify"], &["run-due"], &["doctor"], &["balances"]] {
        let named = [command, &["--database", missing.to_str().unwrap()]].concat();
        let said = paywright(&named);
        contains(&format!("{}{}", said.out, said.err), &["there is no file", "missing.db"]);
        assert_ne!(said.code, exit::FINE);
        assert!(!missing.exists(), "{command:?}");
    }
    let shop = Shop::new();
    let environment =
        |name: &str| (name == "PAYWRIGHT_DATABASE_URL").then(|| shop.database().to_owned());
    assert_eq!(with_variables(&["orders"], &environment).fine(), "no orders yet\n");
    let said = paywright(&["orders", "--database", "sqlite::memory:"]);
    assert_eq!(said.fine(), "no orders yet\n");
}

/// Protects: a database of a live shop may be looked at without its secrets, but not acted on.
#[test]
fn looking_needs_no_gateways() {
    let shop = Shop::new();
    shop.sold("success");
    contains(&shop.run(&["orders", "--mode", "live"]).fine(), &["ann"]);
    let said = shop.run(&["run-due", "--mode", "live"]);
    assert_eq!(said.code, exit::REFUSED);
    contains(&said.err, &["config_missing: gateways is not configured"]);
    let said = shop.run(&["run-due"]);
    contains(&said.err, &["warning: no gateway is configured: the mock gateway is used"]);
    assert_eq!(said.code, exit::FINE);
}

/// Protects: errors have a code, a sentence in the language asked for, and a shape for programs.
#[test]
fn errors_speak_to_people_and_programs() {
    let shop = Shop::new();
    let said = shop.run(&["order", "A1"]);
    assert_eq!(said.code, exit::REFUSED);
    assert_eq!(said.err, "order_not_found: Order A1 not found.\n");
    let said = shop.run(&["order", "A1", "--language", "zh"]);
    assert_eq!(said.err, "order_not_found: 订单 A1 不存在。\n");
    let said = shop.run(&["order", "A1", "--json"]);
    let error: Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(error["error"]["code"], "order_not_found");
    assert_eq!(error["error"]["details"]["order"], "A1");
    assert_eq!(error["error"]["retryable"], false);
    assert_eq!(said.out, "");
    let said = shop.run(&["payment", "pay_x"]);
    contains(&said.err, &["id_format: "]);
}

/// Protects: a secret in a file of gateways is not repeated when the file is wrong.
#[test]
fn a_wrong_file_of_gateways_is_named_but_not_repeated() {
    let shop = Shop::new();
    let file = shop.path.with_extension("json");
    let file_name = file.to_str().unwrap();
    std::fs::write(&file, r#"[{"mock":{"secrets":"throwaway-secret-in-the-wrong-place"}}]"#)
        .unwrap();
    let said = shop.run(&["run-due", "--gateways", file_name]);
    assert_eq!(said.code, exit::REFUSED);
    contains(&said.err, &["config_invalid: --gateways is wrong", file_name, "line 1, column"]);
    assert!(!said.err.contains("throwaway"), "{}", said.err);
    std::fs::write(&file, r#"[{"mock":{"methods":["card"]}}]"#).unwrap();
    shop.run(&["run-due", "--mode", "test", "--gateways", file_name]).fine();
    std::fs::remove_file(&file).unwrap();
    let said = shop.run(&["run-due", "--gateways", file_name]);
    contains(&said.err, &["No such file"]);
}

/// Protects: a reader that goes away ends a command quietly, at whichever byte.
#[test]
fn a_broken_pipe_is_a_quiet_end() {
    struct Pipe(usize);
    impl io::Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let shop = Shop::new();
    shop.sold("success");
    for room in [0, 1, 100, 300] {
        for command in [
            &["orders"][..],
            &["orders", "--csv"],
            &["orders", "--json"],
            &["demo"],
            &["--help"],
            &["events", "--follow"],
        ] {
            let (mut out, mut err) = (Pipe(room), Vec::new());
            let database = shop.database();
            let named = match command[0] {
                "demo" | "--help" => command.to_vec(),
                _ => [command, &["--database", database]].concat(),
            };
            let stop = std::time::Instant::now() + std::time::Duration::from_millis(50);
            let place = Surroundings {
                stop: &|| std::time::Instant::now() > stop,
                ..Surroundings::new(&mut out, &mut err)
            };
            assert_eq!(paywright_cli::run_in(line(&named), place), exit::FINE, "{command:?}");
            assert_eq!(String::from_utf8(err).unwrap(), "", "{command:?}");
        }
    }
}

/// Protects: colour is written only where the caller allows it, and never into JSON.
#[test]
fn colour_only_where_it_is_allowed() {
    let coloured = |arguments: &[&str]| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let place = Surroundings { colour: true, ..Surroundings::new(&mut out, &mut err) };
        paywright_cli::run_in(line(arguments), place);
        String::from_utf8([out, err].concat()).unwrap()
    };
    for arguments in [&["demo"][..], &["--help"], &["verfy"]] {
        assert!(coloured(arguments).contains('\x1b'), "{arguments:?}");
        let said = paywright(arguments);
        assert!(!format!("{}{}", said.out, said.err).contains('\x1b'), "{arguments:?}");
    }
    assert!(!coloured(&["demo", "--json"]).contains('\x1b'));
}
