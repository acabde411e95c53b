//! Tables of any content, taken over: whatever they hold, the books balance and the sums are those of the rows.

use std::collections::BTreeMap;

use paywright::api::types::{ImportReport, ImportRow, arguments};
use paywright::api::{Options, Paywright};
use paywright_tests::shop;
use proptest::prelude::*;
use serde_json::json;

const STATUSES: [&str; 11] = [
    "init",
    "processing",
    "succeeded",
    "PAID",
    "success",
    "failed",
    "cancelled",
    "expired",
    "REFUNDED",
    "odd",
    "requires_capture",
];

/// Order, cents, status, whether it is a refund, transaction, whether the gateway has a reference, whether it is a deposit.
type Drawn = (u8, u32, usize, bool, Option<u8>, bool, bool);

/// A row of a small shop: few orders, few amounts, so that everything meets everything.
fn any_row() -> impl Strategy<Value = Drawn> {
    (
        0..6_u8,
        prop_oneof![Just(1_000_u32), Just(2_500), 1..10_000_u32],
        0..STATUSES.len(),
        prop::bool::weighted(0.3),
        prop::option::of(0..12_u8),
        any::<bool>(),
        prop::bool::weighted(0.1),
    )
}

fn rows(table: &[Drawn]) -> Vec<ImportRow> {
    let row =
        |(i, (order, cents, status, refund, transaction, reference, deposit)): (usize, &Drawn)| {
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            shop::read(json!({
                "id": i.to_string(),
                "reference": format!("O-{order}"),
                "amount": amount,
                "status": STATUSES[*status],
                "transaction_type": if *refund { "REFUND" } else { "CHARGE" },
                "transaction_id": transaction.map(|number| format!("T-{number}")),
                "gateway_reference": reference.then(|| format!("pi_{i}")),
                "deposit": deposit.then_some(amount),
                "created_at": "2025-01-01T00:00:00Z",
            }))
        };
    table.iter().enumerate().map(row).collect()
}

fn take(pay: &Paywright, rows: &[ImportRow], dry_run: bool) -> ImportReport {
    let asked = arguments::import_payments {
        currency: Some("CNY".to_owned()),
        dry_run: Some(dry_run),
        flow: Some("rental".to_owned()),
        ..arguments::import_payments::new(rows.to_vec())
    };
    pay.import_payments(asked).unwrap()
}

/// What a report says, but for ids, which a dry run forgets.
fn told(report: &ImportReport) -> (ImportReport, Vec<(i64, String)>) {
    let problems = report.problems.iter().map(|problem| (problem.row, problem.code.clone()));
    let problems = problems.collect();
    (ImportReport { dry_run: false, problems: Vec::new(), ..report.clone() }, problems)
}

fn cents(amount: impl ToString) -> i64 {
    amount.to_string().replace('.', "").parse().unwrap()
}

/// What stands in an account, debits less credits.
fn balances(pay: &Paywright) -> BTreeMap<String, i64> {
    let balances = pay.balances(arguments::balances {}).unwrap();
    balances.into_iter().map(|line| (line.account, cents(line.balance))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Protects: money of an old system is booked to the cent or told as a problem: what the rows say, the report's sums and
    /// the ledger agree; a dry run says the same and writes nothing; what was taken over is not taken over
    /// again.
    #[test]
    fn any_table_balances(table in prop::collection::vec(any_row(), 0..60)) {
        let pay = Paywright::open("sqlite::memory:", Options::default()).unwrap();
        let rows = rows(&table);
        let dry = take(&pay, &rows, true);
        prop_assert_eq!(pay.events(arguments::events::new()).unwrap(), vec![]);
        let report = take(&pay, &rows, false);
        prop_assert_eq!(told(&dry), told(&report));

        let audit = pay.verify(arguments::verify {}).unwrap();
        prop_assert!(audit.ok, "{:?}", audit.violations);
        prop_assert_eq!((audit.orders, audit.payments, audit.refunds), (report.orders, report.payments, report.refunds));
        let refused: Vec<i64> = report.problems.iter().map(|problem| problem.row).collect();
        let collected: i64 = (1..).zip(&rows).filter(|(number, row)| {
            let status = row.status.to_ascii_lowercase();
            let came = ["succeeded", "paid", "success", "refunded"].contains(&status.as_str());
            came && row.transaction_type.as_deref() == Some("CHARGE") && !refused.contains(number)
        }).map(|(_, row)| cents(&row.amount)).sum();
        let sums = report.sums.first().map_or((0, 0), |sum| (cents(&sum.collected), cents(&sum.refunded)));
        prop_assert_eq!(sums.0, collected);
        let ledger = balances(&pay);
        prop_assert_eq!(ledger.get("gateway:mock").copied().unwrap_or(0), sums.0 - sums.1);
        prop_assert_eq!(ledger.values().sum::<i64>(), 0);

        let known: Vec<_> = (1..)
            .zip(&rows)
            .filter(|(number, _)| !refused.contains(number))
            .map(|(_, row)| row.clone())
            .collect();
        let again = take(&pay, &known, false);
        prop_assert_eq!((again.orders, again.payments, again.refunds, again.problems), (0, 0, 0, vec![]));
        prop_assert_eq!(pay.verify(arguments::verify {}).unwrap().entries, audit.entries);
        take(&pay, &rows, false);
        let audit = pay.verify(arguments::verify {}).unwrap();
        prop_assert!(audit.ok, "{:?}", audit.violations);
    }
}

/// Protects: a large table goes over in units of work of some hundred rows, and what an interruption left goes over next time.
#[test]
fn a_large_table_is_resumed() {
    const ROWS: usize = 3_000;
    let pay = Paywright::open("sqlite::memory:", Options::default()).unwrap();
    let row = |i: usize| {
        shop::read(json!({ "id": i.to_string(), "reference": format!("O-{i}"), "amount": "1.00",
            "status": if i % 500 == 7 { "unheard-of" } else { "paid" } }))
    };
    let rows: Vec<ImportRow> = (0..ROWS).map(row).collect();
    let half = take(&pay, &rows[..ROWS / 2], false);
    assert_eq!((half.payments, half.problems.len()), (1_497, 3));
    let whole = take(&pay, &rows, false);
    assert_eq!((whole.payments, whole.skipped, whole.problems.len()), (1_497, 1_497, 6));
    assert!(pay.verify(arguments::verify {}).unwrap().ok);
}
