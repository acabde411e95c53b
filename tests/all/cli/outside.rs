//! Text that somebody else wrote: it takes one line, steers nothing, and is no formula.

use super::*;

const NASTY: &str = "=cmd\\u001b[31m\\r\\nFAKE  paid\\u202e押金";

fn nasty() -> Shop {
    let shop = Shop::new();
    shop.order(&format!(
        r#","amount":"1","description":"{NASTY}","metadata":{{"note":"{NASTY}"}}"#
    ));
    shop
}

/// Protects: H62, line ends, escape sequences and direction marks come out as one harmless line.
#[test]
fn free_text_takes_one_line() {
    let shop = nasty();
    let out = shop.run(&["orders"]).fine();
    assert_eq!(out.lines().count(), 2, "{out}");
    contains(&out, &["=cmd\\u{1b}[31m\\u{d}\\u{a}FAKE  paid\\u{202e}押金"]);
    let id = shop.run(&["orders", "--json"]).json()["items"][0]["id"].as_str().unwrap().to_owned();
    for arguments in
        [&["orders"][..], &["order", &id], &["events"], &["events", "--follow", "--for", "0"]]
    {
        let out = shop.run(arguments).fine();
        assert!(!out.contains(['\x1b', '\r', '\u{202e}']), "{arguments:?}: {out}");
        assert!(!out.lines().any(|line| line.starts_with("FAKE")), "{arguments:?}: {out}");
    }
    contains(&shop.run(&["order", &id]).fine(), &["metadata  note==cmd\\u{1b}"]);
}

/// Protects: H62 in errors, which repeat what was given.
#[test]
fn errors_take_one_line() {
    let shop = Shop::new();
    let said = shop.run(&["order", "a\r\n\u{1b}[2Jb"]);
    assert_eq!(said.err.lines().count(), 1, "{:?}", said.err);
    assert!(!said.err.contains(['\x1b', '\r']), "{:?}", said.err);
    let missing = paywright(&["orders", "--database", "a\r\n\u{1b}[2Jb"]);
    assert_eq!(missing.err.lines().count(), 1, "{:?}", missing.err);
    assert!(!missing.err.contains('\x1b'), "{:?}", missing.err);
}

/// Protects: H64, a cell that a spreadsheet would run is neutralised in CSV and intact in JSON.
#[test]
fn no_cell_is_a_formula() {
    let shop = Shop::new();
    for start in ["=1+1", "+1", "-1", "@SUM(A1)", "\\t=1", "a, \\\"b\\\""] {
        shop.order(&format!(r#","amount":"1","description":"{start}""#));
    }
    let csv = shop.run(&["orders", "--csv"]).fine();
    contains(
        &csv,
        &["id,reference,customer,flow,state,", ",'=1+1,", ",'+1,", ",'-1,", ",'@SUM(A1),"],
    );
    contains(&csv, &[",'\t=1,", ",\"a, \"\"b\"\"\","]);
    assert_eq!(csv.lines().count(), 7);
    let json = shop.run(&["orders", "--json"]).json();
    let described = |i: usize| json["items"][i]["lines"][0]["description"].as_str().unwrap();
    let all: Vec<_> = (0..6).map(described).collect();
    assert_eq!(all, ["a, \"b\"", "\t=1", "@SUM(A1)", "-1", "+1", "=1+1"]);
}

/// Protects: an export holds every match, not a page, and every row once; `--page` makes it one page.
#[test]
fn an_export_is_complete() {
    let shop = Shop::new();
    for _ in 0..502 {
        shop.order(r#","amount":"1""#);
    }
    let csv = shop.run(&["orders", "--csv"]).fine();
    let ids: std::collections::BTreeSet<_> =
        csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!((csv.lines().count(), ids.len()), (503, 502));
    assert_eq!(shop.run(&["orders", "--csv", "--page", "1"]).fine().lines().count(), 21);
    shop.sold("success");
    contains(&shop.run(&["payments", "--csv"]).fine(), &["id,order_id,", ",wechat,", ",100.00,"]);
    contains(&shop.run(&["refunds", "--csv"]).fine(), &["id,payment_id,"]);
}
