//! The examination: each trouble is found, worded, and told what to do about.

use super::*;

#[track_caller]
fn line(shop: &Shop, starts: &str) -> String {
    let said = shop.run(&["doctor"]);
    let lines = said.out.lines().filter(|line| line.starts_with(starts)).collect::<Vec<_>>();
    assert_eq!(lines.len(), 1, "{starts}\n{}{}", said.out, said.err);
    lines[0].to_owned()
}

/// Protects: a healthy shop gets no advice but that it runs with the mock gateway, and the exit code 0.
#[test]
fn a_healthy_shop() {
    let shop = Shop::new();
    shop.clock.set(SystemClock.now());
    shop.sold("success");
    let out = shop.run(&["doctor"]).fine();
    assert_eq!(out.lines().filter(|line| line.starts_with("ok")).count(), 16, "{out}");
    contains(
        &out,
        &["warn  gateways       mode development: mock", " — no real money can be collected"],
    );
    contains(&out, &["ok    mock network   there is no harmless question to ask it"]);
    let examined = shop.run(&["doctor", "--json"]).json();
    assert_eq!(examined["ok"], true);
    assert_eq!(examined["checks"][0]["check"], "opening");
    assert_eq!(examined["checks"][2]["verdict"], "warn");
}

/// Protects: what cannot be opened fails with its code and the exit code 1.
#[test]
fn what_cannot_be_opened() {
    let path =
        std::env::temp_dir().join(format!("paywright-cli-{}-foreign.db", std::process::id()));
    std::fs::write(&path, "this is a diary, not a database, and it stays as it is").unwrap();
    let said = paywright(&["doctor", "--database", path.to_str().unwrap()]);
    assert_eq!(said.code, exit::NO);
    contains(&said.out, &["fail  opening        not_ours: ", "it was left untouched"]);
    std::fs::remove_file(path).unwrap();
    let said = paywright(&["doctor", "--mode", "live", "--database", "sqlite::memory:"]);
    contains(&said.out, &["fail  opening        config_missing: gateways"]);
    contains(&paywright(&["doctor"]).out, &["fail  opening        config_missing: the database"]);
}

/// Protects: a database that others can read is noticed, without refusing the examination.
#[cfg(unix)]
#[test]
fn loose_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new();
    std::fs::set_permissions(&shop.path, std::fs::Permissions::from_mode(0o644)).unwrap();
    contains(&line(&shop, "warn  permissions"), &["(0644)", "chmod 600"]);
}

/// Protects: "nobody can pay", payments past their time show that due work does not run; running it helps.
#[test]
fn due_work_that_nobody_runs() {
    let shop = Shop::new();
    shop.payment(&shop.order(r#","amount":"1""#));
    contains(&line(&shop, "warn  due work"), &["1 payment past the time", "paywright run-due"]);
    shop.run(&["run-due"]);
    line(&shop, "ok    due work");
}

/// Protects: "paid but not updated", old open outcomes, refused callbacks and money that waits for a person.
#[test]
fn paid_but_not_updated() {
    let shop = Shop::new();
    let (_, payment) = shop.sold("processing");
    contains(
        &line(&shop, "warn  payments"),
        &["1 outcome open for over an hour", &payment.id, "secret"],
    );
    shop.sold("forged");
    shop.pay.run_due(call("{}")).unwrap();
    contains(&line(&shop, "warn  callbacks"), &["auth_mismatch", "raw body"]);
    shop.sold("wrong_amount");
    contains(&line(&shop, "warn  exceptions"), &["1 waits for a person", "paywright resolve"]);
}

/// Protects: "notification missing", a host that reads no events, and a reader that stands still.
#[test]
fn a_host_that_is_not_told() {
    let shop = Shop::new();
    shop.sold("success");
    contains(&line(&shop, "warn  notifications"), &["no consumer has ever acknowledged"]);
    shop.pay.acknowledge_events(call(r#"{"consumer":"mail","sequence":2}"#)).unwrap();
    contains(&line(&shop, "warn  notifications"), &["consumer mail stands still at event 2"]);
    shop.pay.acknowledge_events(call(r#"{"consumer":"mail","sequence":4}"#)).unwrap();
    contains(&line(&shop, "ok    notifications"), &["1 consumer up to date"]);
}

/// Protects: refunds that the bank sits on, and a deposit that is held although the rental is over.
#[test]
fn money_that_does_not_go_back() {
    let mock = r#"[{"mock":{"refund_script":["pending","fail:account_closed"]}}]"#;
    let shop = Shop::with(call(mock));
    let four_days_ago = SystemClock.now().plus_seconds(-4 * 24 * 3600);
    shop.clock.set(four_days_ago);
    let (_, payment) = shop.sold("success");
    let asked = format!(r#"{{"payment_id":"{}","amount":"1"}}"#, payment.id);
    let refund = shop.pay.refund(call(&asked)).unwrap();
    contains(&line(&shop, "warn  refunds"), &["1 refund pending for over three days", &refund.id]);

    let rental = shop.order(
        r#","flow":"rental","lines":[{"description":"car","unit_amount":"50"},
            {"description":"deposit","unit_amount":"20","kind":"deposit"}]"#,
    );
    let payment = shop.payment(&rental);
    let asked = format!(r#"{{"payment_id":"{}","kind":"success"}}"#, payment.id);
    for delivery in shop.pay.mock_callbacks(call(&asked)).unwrap() {
        let headers = Headers(delivery.headers.into_iter().collect());
        let (gateway, body) = ("mock".to_owned(), delivery.body);
        shop.pay.handle_callback(arguments::handle_callback { gateway, headers, body }).unwrap();
    }
    for event in ["start", "complete"] {
        let asked = format!(r#"{{"order_id":"{}","event":"{event}"}}"#, rental.id);
        shop.pay.transition_order(call(&asked)).unwrap();
    }
    contains(&line(&shop, "warn  deposits"), &["held for 1 order that is over", &rental.id]);
}

/// Protects: broken books fail the examination with the exit code 1.
#[test]
fn broken_books() {
    let shop = Shop::new();
    shop.sold("success");
    shop.falsify("UPDATE orders SET paid = paid - 1");
    contains(&line(&shop, "fail  books"), &["violation", "paywright verify"]);
    assert_eq!(shop.run(&["doctor"]).code, exit::NO);
}

/// Protects: one account can be asked alone, and what is wrong with it makes the answer no, for people and programs.
#[test]
fn one_account() {
    let shop = Shop::new();
    let out = shop.run(&["doctor", "mock"]).fine();
    contains(
        &out,
        &["ok    mock key       a provider inside the process", "ok    mock clock     "],
    );
    assert!(!out.contains("books"), "{out}");
    let said = shop.run(&["doctor", "strip\x1b[31me"]);
    assert_eq!(said.code, exit::NO);
    contains(&said.out, &["fail  strip", "gateway_not_found: "]);
    assert!(!said.out.contains('\x1b'), "{}", said.out);
    shop.clock.set(SystemClock.now().plus_seconds(3600));
    shop.sold("success");
    let said = shop.run(&["doctor", "mock"]);
    assert_eq!(said.code, exit::NO);
    contains(&said.out, &["fail  mock clock", " — set the clock of this machine"]);
    let examined: Value =
        serde_json::from_str(&shop.run(&["doctor", "mock", "--json"]).out).unwrap();
    assert_eq!(examined["ok"], false);
}
