//! `paywright import`: columns and times of other systems, problems by line, and what is left when it runs again.

use serde_json::json;

use super::*;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/importing.csv");

/// The output of an import that ended so; what it warns of is the mock.
#[track_caller]
fn ended(said: Said, code: i32) -> String {
    assert_eq!(said.code, code, "{}{}", said.out, said.err);
    assert_eq!(said.err, "warning: no gateway is configured: the mock gateway is used\n");
    said.out
}

/// A file of rows that goes away with it.
struct Rows(PathBuf);

impl Rows {
    fn new(ending: &str, text: &str) -> Self {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("paywright-rows-{}-{number}.{ending}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Rows(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Protects: a table of a system like those of the notes comes over as it is, can be tried before, and is not taken twice.
#[test]
fn a_table_is_taken_over_once() {
    let shop = Shop::new();
    let import =
        ["import", SAMPLE, "--profile", "rental", "--currency", "CNY", "--ttl-minutes", "30"];
    let dry = ended(shop.run(&[&import[..], &["--dry-run"]].concat()), exit::FINE);
    contains(&dry, &["dry run: nothing was written", "payments   4", "collected  380.50 CNY"]);
    assert_eq!(shop.run(&["orders"]).fine(), "no orders yet\n");
    let done = ended(shop.run(&import), exit::FINE);
    assert_eq!(
        done,
        "rows       5\norders     3\npayments   4\nrefunds    1\nskipped    0\n\
         collected  380.50 CNY\npaid back  100.00 CNY\n"
    );
    let order = shop.run(&["order", "R-1001"]).fine();
    contains(&order, &["300.00 CNY", "2025060122001", "2025060522001"]);
    let again = shop.run(&[&import[..], &["--json"]].concat());
    let again: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((&again["payments"], &again["skipped"]), (&json!(0), &json!(5)));
    shop.run(&["verify"]).fine();
}

/// Protects: what cannot be taken over is named by its line, and the command says no.
#[test]
fn problems_have_their_lines() {
    let shop = Shop::new();
    let rows = Rows::new(
        "csv",
        "\u{feff}no,order_no,sum,state,at\n\
         a,O-1,10.00,paid,2025-06-01 10:00:00\n\
         b,O-1,ten,paid,2025-06-01 10:00:00\n\
         c,O-1,10.00,maybe,2025-06-01 10:00:00\n\
         d,O-1,10.00\n\
         e,O-1,10.00,paid,yesterday\n\
         f,,10.00,paid,2025-06-01 10:00:00\n\
         g,\"O-\n2\",10.00,paid,\n\
         h,O-3,5.00,paid,2025-06-01 10:00:00.250+00\n",
    );
    let mut import = vec!["import", rows.path(), "--currency", "CNY", "--utc-offset", "+08:00"];
    for column in ["id=no", "reference=order_no", "amount=sum", "status=state", "paid_at=at"] {
        import.extend(["--column", column]);
    }
    let out = ended(shop.run(&import), exit::NO);
    contains(&out, &["6 rows not imported", "payments   2", "collected  15.00 CNY"]);
    for (line, row, code) in [
        (3, "b", "amount_format"),
        (4, "c", "value_unknown"),
        (5, "", "malformed"),
        (6, "e", "text_format"),
        (7, "f", "argument_missing"),
        (8, "g", "id_format"),
    ] {
        let found = out.lines().any(|text| {
            let words: Vec<_> = text.split_whitespace().collect();
            let named = if row.is_empty() { vec![] } else { vec![row] };
            words.starts_with(&[&[line.to_string().as_str()][..], &named, &[code]].concat())
        });
        assert!(found, "{line} {row} {code}\n{out}");
    }
    let paid = shop.run(&["payments", "--json"]).json();
    assert_eq!(paid["items"][1]["paid_at"], "2025-06-01T02:00:00Z");
    assert_eq!(paid["items"][0]["paid_at"], "2025-06-01T10:00:00.250Z");
}

/// Protects: what is wrong with a row is said so that it can be mended: which column, which word, which amount, which id; in
/// Chinese too.
#[test]
fn problems_say_what_to_mend() {
    let shop = Shop::new();
    let rows = Rows::new(
        "csv",
        "id,reference,amount,status,transaction_type,created_at\n\
         1,O-1,12.90,paid,,\n\
         1,O-2,12.9,paid,,\n\
         3,O-3,12.901,paid,,\n\
         4,O-4,10,PAYED,,\n\
         5,O-5,10,refunded,refund,\n\
         6,O-6,,paid,,\n\
         7,O-7,10,paid,,01.06.2025\n\
         8,O-8,10,paid,,2025-06-01 10:00:00\n",
    );
    let import = ["import", rows.path(), "--currency", "CNY", "--dry-run"];
    let out = ended(shop.run(&import), exit::NO);
    contains(
        &out,
        &[
            "collected  12.90 CNY",
            "A row \"1\" of the table \"payments\" was given before, with other content",
            "12.901 has more decimal places than CNY allows (2).",
            "\"PAYED\" is not a status; known: succeeded, success, paid, refunded, failed",
            "unpaid, authorized.",
            "Order O-5 has no charge whose money could have gone back",
            "amount is required: column \"amount\" is empty.",
            "created_at is not acceptable: a time with an offset is needed",
            "the time has no offset: say what it is counted from with --utc-offset, such as +08:00",
        ],
    );
    let chinese = ended(shop.run(&[&import[..], &["--language", "zh"]].concat()), exit::NO);
    contains(&chinese, &["此前已以不同内容给出", "没有可退款的收款"]);
    let columns = shop.run(&[&import[..], &["--column", "reference=order"]].concat());
    contains(&columns.err, &["column \"order\" is required: the file has id, reference, amount"]);
    let unknown = shop.run(&[&import[..], &["--column", "order=reference"]].concat());
    contains(&unknown.err, &["\"order\" is not a field of a row; known: id, reference"]);
    let no_currency = ended(shop.run(&["import", rows.path(), "--dry-run"]), exit::NO);
    contains(&no_currency, &["a column of the row says it, or \"currency\" of the whole import"]);
}

/// Protects: numbers in JSON are taken digit by digit, never as floats; a line that is broken harms no other.
#[test]
fn json_lines_are_exact() {
    let shop = Shop::new();
    let rows = Rows::new(
        "jsonl",
        "{\"id\": 1, \"reference\": \"O-1\", \"amount\": 9007199254.10, \"status\": \"success\", \"logs\": []}\n\
         \n\
         {\"id\": 2, \"reference\": \"O-2\", \"amount\": 1e2, \"status\": \"success\"}\n\
         {\"id\": 3, \"reference\": \"O-3\"\n\
         {\"id\": 4, \"reference\": \"O-4\", \"amount\": null, \"status\": \"success\"}\n\
         {\"id\": 5, \"reference\": \"O-5\", \"amount\": \"0.10\", \"status\": \"success\", \"currency\": \"USD\"}\n",
    );
    let said = shop.run(&["import", rows.path(), "--currency", "CNY", "--json"]);
    assert_eq!(said.code, exit::NO, "{}{}", said.out, said.err);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let sums = json!([{ "currency": "CNY", "collected": "9007199254.10", "refunded": "0.00" },
                      { "currency": "USD", "collected": "0.10", "refunded": "0.00" }]);
    assert_eq!(report["sums"], sums);
    let problems = report["problems"].as_array().unwrap().iter();
    let problems: Vec<_> = problems.map(|p| (p["row"].clone(), p["code"].clone())).collect();
    let expected = [(3, "amount_format"), (4, "malformed"), (5, "argument_missing")];
    assert_eq!(problems, expected.map(|(line, code)| (json!(line), json!(code))));
}

/// Protects: slips of whoever imports are told before a row is looked at.
#[test]
fn slips_are_told() {
    let shop = Shop::new();
    let rows = Rows::new("csv", "id,reference,amount\n1,O-1,10.00\n");
    for (arguments, words) in [
        (vec!["import", "nowhere.csv"], vec!["config_invalid", "nowhere.csv"]),
        (vec!["import", "Cargo.toml"], vec!["config_invalid", "neither in .csv nor in .jsonl"]),
        (vec!["import", rows.path()], vec!["argument_missing", "column \"status\"", "--column"]),
        (vec!["import", rows.path(), "--column", "sum=amount"], vec!["value_unknown", "sum"]),
        (vec!["import", rows.path(), "--column", "amount"], vec!["text_format", "FIELD=COLUMN"]),
        (
            vec!["import", SAMPLE, "--profile", "rental", "--gateway", "x"],
            vec!["gateway_not_found"],
        ),
    ] {
        let said = shop.run(&arguments);
        assert_eq!(said.code, exit::REFUSED, "{}{}", said.out, said.err);
        contains(&said.err, &words);
    }
    assert_eq!(shop.run(&["import", rows.path(), "--profile", "other"]).code, exit::USAGE);
}
