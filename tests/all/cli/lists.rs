//! Lists, single things, the journal, the books and what people decide.

use serde_json::json;

use super::*;

/// Protects: lists show what is asked for, page by page, and say when there is nothing.
#[test]
fn lists_are_filtered_and_paged() {
    let shop = Shop::new();
    for (command, empty) in [
        ("orders", "no orders yet\n"),
        ("payments", "no payments yet\n"),
        ("refunds", "no refunds yet\n"),
        ("exceptions", "no open exceptions yet\n"),
        ("events", "no events yet\n"),
        ("balances", "every account is even\n"),
    ] {
        assert_eq!(shop.run(&[command]).fine(), empty);
    }
    let (order, payment) = shop.sold("success");
    shop.sold("decline");
    shop.order(r#","amount":"7.50","customer":"bob","reference":"B1""#);
    let orders = shop.run(&["orders", "--state", "paid"]).fine();
    contains(
        &orders,
        &[&order.id, "100.00 CNY", "order      reference".split(' ').next().unwrap()],
    );
    assert_eq!(orders.lines().count(), 2);
    assert_eq!(shop.run(&["orders", "--customer", "zoe"]).fine(), "no orders match\n");
    let page = shop.run(&["orders", "--size", "2"]).fine();
    contains(&page, &["page 1 of 2, 3 orders"]);
    assert_eq!(
        shop.run(&["orders", "--page", "9", "--size", "2"]).fine(),
        "nothing on page 9: 3 orders on 2 pages\n"
    );
    let said = shop.run(&["orders", "--page", "0"]);
    contains(&said.err, &["argument_range"]);
    let failed = shop.run(&["payments", "--state", "failed", "--json"]).json();
    assert_eq!((&failed["total"], &failed["items"][0]["state"]), (&json!(1), &json!("failed")));
    let of_order = shop.run(&["payments", "--order", &order.id]).fine();
    contains(&of_order, &[&payment.id, "succeeded"]);
    assert_eq!(shop.run(&["orders", "--flow", "rental"]).fine(), "no orders match\n");
    contains(
        &shop.run(&["payments", "--count"]).fine(),
        &["succeeded          1", "failed             1"],
    );
    assert_eq!(shop.run(&["payments", "--count", "--json"]).json()["succeeded"], 1);
}

/// Protects: an order and a payment are shown with everything that happened to them.
#[test]
fn one_thing_is_shown_whole() {
    let shop = Shop::new();
    let (order, payment) = shop.sold("success");
    let asked = format!(r#"{{"payment_id":"{}","amount":"30.00","reason":"坏了"}}"#, payment.id);
    let refund = shop.pay.refund(call(&asked)).unwrap();
    contains(
        &shop.run(&["order", &order.id]).fine(),
        &[
            &format!("Order {}  paid", order.id),
            "settlement ",
            "refunded       30.00 CNY",
            "Payments",
            "Refunds",
            "坏了",
            "Timeline",
            "order.paid",
            "Ledger",
            "refund_paid",
        ],
    );
    let whole = shop.run(&["order", &order.id, "--json"]).json();
    assert_eq!(whole["order"]["id"], *order.id);
    assert_eq!(whole["refunds"][0]["id"], *refund.id);
    assert_eq!(whole["timeline"][0]["event"], "order.created");
    assert_eq!(whole["transfers"].as_array().unwrap().len(), 3);
    let shown = shop.run(&["payment", &payment.id]).fine();
    contains(&shown, &["succeeded", "captured        100.00 CNY", "payment.succeeded", &refund.id]);
    let whole = shop.run(&["payment", &payment.id, "--json"]).json();
    assert_eq!(whole["payment"]["refunded"], "30.00");
    assert_eq!(whole["logs"][0]["event"], "payment.created");
    contains(&shop.run(&["refunds", "--payment", &payment.id]).fine(), &[&refund.id, "30.00 CNY"]);
    let mine = shop.order(r#","amount":"1","reference":"MINE-1""#);
    contains(&shop.run(&["order", "MINE-1"]).fine(), &[&mine.id]);
    contains(&shop.run(&["order", "MINE-1", "--flow", "rental"]).err, &["order_not_found"]);
}

/// Protects: the journal is told once, from a place on, and as it grows; following ends when it shall.
#[test]
fn the_journal_is_told() {
    let shop = Shop::new();
    shop.sold("success");
    let all = shop.run(&["events", "--json"]).json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 4);
    let some = shop.run(&["events", "--after", "1", "--limit", "2"]).fine();
    contains(&some, &["payment.created", "maybe more: --after 3"]);
    assert_eq!(shop.run(&["events", "--after", "99"]).fine(), "no events after 99\n");
    let said = shop.run(&["events", "--limit", "0"]);
    assert_eq!(said.code, exit::REFUSED);

    let (database, pay) = (shop.database().to_owned(), shop.pay.clone());
    let follower = std::thread::spawn(move || {
        let follow = ["events", "--follow", "--for", "1", "--interval", "20", "--json"];
        paywright(&[&follow[..], &["--database", &database]].concat())
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    pay.create_order(call(r#"{"currency":"EUR","amount":"5"}"#)).unwrap();
    let told = follower.join().unwrap().fine();
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 5);
    assert_eq!(&told[..4], &all[..]);
    assert_eq!(told[4]["detail"]["currency"], "EUR");
    let lines = shop.run(&["events", "--follow", "--for", "0"]).fine();
    assert_eq!(lines.lines().count(), 5);
}

/// Protects: what waits for a person is listed, and a decision needs and keeps an actor and a reason.
#[test]
fn people_decide() {
    let shop = Shop::new();
    let (_, payment) = shop.sold("wrong_amount");
    let listed = shop.run(&["exceptions"]).fine();
    contains(&listed, &["amount_mismatch", &payment.id, "99.99 CNY", "open"]);
    let open = shop.run(&["exceptions", "--json"]).json();
    let id = open["items"][0]["id"].as_str().unwrap();
    let decide = ["resolve", id, "--as", "write_off", "--actor", "ann", "--reason"];
    let said = shop.run(&[&decide[..], &[""]].concat());
    contains(&said.err, &["manual_evidence: "]);
    let said = shop.run(&[&decide[..], &["a test"]].concat());
    contains(&said.out, &[&format!("{id} is resolved: write_off"), "reason  a test"]);
    assert_eq!(shop.run(&["exceptions"]).fine(), "no open exceptions yet\n");
    contains(&shop.run(&["exceptions", "--all"]).fine(), &["write_off"]);
    let said = shop.run(&[&decide[..], &["again", "--json"]].concat());
    assert_eq!(said.code, exit::REFUSED);
    contains(&said.err, &["exception_resolved"]);
}

/// Protects: a person can confirm what a bank transfer brought, on evidence only.
#[test]
fn a_person_confirms_a_transfer() {
    let bank = r#"[{"bank":{"account_name":"Tea","account_number":"1","bank_name":"B","currencies":["CNY"]}}]"#;
    let shop = Shop::with(call(bank));
    let file = shop.path.with_extension("bank.json");
    std::fs::write(&file, bank).unwrap();
    let order = shop.order(r#","amount":"100.00""#);
    let asked = format!(r#"{{"order_id":"{}"}}"#, order.id);
    let payment = shop.pay.create_payment(call(&asked)).unwrap();
    let confirm = ["confirm", &payment.id, "--actor", "ann", "--gateways", file.to_str().unwrap()];
    let said = shop.run(&[&confirm[..], &["--reason", " "]].concat());
    contains(&said.err, &["manual_evidence"]);
    let evidence = ["--reason", "statement of May", "--transaction", "TX1"];
    let out = shop.run(&[&confirm[..], &evidence[..]].concat()).fine();
    contains(&out, &["is succeeded", "captured     100.00 CNY", "transaction  TX1"]);
    std::fs::remove_file(file).unwrap();
}

/// Protects: an audit says what does not hold and ends with 1; sound books end with 0.
#[test]
fn the_books_are_audited() {
    let shop = Shop::new();
    let (order, _) = shop.sold("success");
    contains(&shop.run(&["verify"]).fine(), &["sound: 1 order, 1 payment, 0 refunds, 1 transfer"]);
    assert_eq!(shop.run(&["verify", "--json"]).json()["ok"], true);
    contains(&shop.run(&["balances"]).fine(), &["gateway:mock", "-100.00 CNY", &order.id]);
    assert_eq!(shop.run(&["balances", "--json"]).json()[0]["balance"], "100.00");
    shop.falsify("UPDATE orders SET paid = paid - 1");
    let said = shop.run(&["verify"]);
    assert_eq!((said.code, said.err.as_str()), (exit::NO, ""));
    contains(&said.out, &["1 violation in 1 order", "invariant", &order.id]);
    let said = shop.run(&["verify", "--json"]);
    assert_eq!(said.code, exit::NO);
    contains(&said.out, &["\"ok\": false"]);
}

/// Protects: due work runs from a terminal, lifecycles are drawn without a database, a host's flows too.
#[test]
fn clockwork_and_lifecycles() {
    let shop = Shop::new();
    let payment = shop.payment(&shop.order(r#","amount":"1""#));
    let said = shop.run(&["run-due"]);
    contains(&said.out, &["looked at 1 payment, 0 refunds, 0 orders; sealed"]);
    contains(&shop.run(&["payment", &payment.id]).fine(), &["expired"]);
    let report: Value = serde_json::from_str(&shop.run(&["run-due", "--json"]).out).unwrap();
    assert_eq!(report["payments"], 0);
    contains(&shop.run(&["run-due", "--limit", "0"]).err, &["argument_range"]);
    for machine in ["retail", "rental", "booking", "membership", "payment", "refund"] {
        contains(&paywright(&["diagram", machine]).fine(), &["stateDiagram-v2\n", "[*] --> "]);
    }
    contains(&paywright(&["diagram", "retial"]).err, &["flow_not_found", "retail"]);
    let flow = r#"[{"name":"tea","states":[{"name":"new","payable":true},{"name":"drunk","final":true}],
        "rows":[{"from":"new","event":"paid","to":"drunk"}]}]"#;
    let file = shop.path.with_extension("flows.json");
    std::fs::write(&file, flow).unwrap();
    let drawn = paywright(&["diagram", "tea", "--flows", file.to_str().unwrap()]).fine();
    contains(&drawn, &["new --> drunk: paid"]);
    std::fs::remove_file(file).unwrap();
}
