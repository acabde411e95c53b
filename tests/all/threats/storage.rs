//! H94 to H100: files, disks, locks, clocks and panics. What cannot be done is refused whole, and the next call works.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::Time as Instant;
use paywright::error::{Code, Error};
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::{SqliteOptions, SqliteStore};
use paywright_test_vfs::{Fault, Vfs};
use rusqlite::Connection;
use serde_json::json;

use super::shop::*;
use super::stand_ins::{Meddled, Meddling, Mood, StandIn, Works, new_order, shop_with};

fn open(directory: &Directory) -> Result<Paywright> {
    Paywright::open(&directory.url(), options(&clock(), vec![mock()]))
}

fn refused_to_open(directory: &Directory) -> Code {
    open(directory).err().unwrap().code()
}

fn bare(directory: &Directory) -> Connection {
    Connection::open(directory.file()).unwrap()
}

/// Protects: H94, a new database is its owner's only; one that others can read is reported, or refused.
#[test]
fn h94_who_may_read_the_file() {
    let directory = Directory::new();
    let pay = open(&directory).unwrap();
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }
    assert!(pay.warnings().is_empty());
    drop(pay);
    for mode in [0o640, 0o604, 0o644] {
        std::fs::set_permissions(directory.file(), PermissionsExt::from_mode(mode)).unwrap();
        let pay = open(&directory).unwrap();
        assert!(pay.warnings().iter().any(|w| w.contains("chmod 600")), "{:?}", pay.warnings());
        assert!(!pay.health(arguments::health {}).unwrap().ok);
        drop(pay);
        let strict = Options { strict_permissions: true, ..options(&clock(), vec![mock()]) };
        let refused = Paywright::open(&directory.url(), strict).err().unwrap();
        assert_eq!(refused.code(), Code::FilePermissions);
    }
}

/// Protects: H95, a newer schema and somebody else's file are refused and left as they are. That network file
/// systems are recognised is tested where their numbers stand, in the store.
#[test]
fn h95_files_that_are_not_for_us() {
    let directory = Directory::new();
    drop(open(&directory).unwrap());
    bare(&directory).execute_batch("PRAGMA user_version = 99").unwrap();
    let before = std::fs::read(directory.file()).unwrap();
    assert_eq!(refused_to_open(&directory), Code::SchemaNewer);
    assert_eq!(std::fs::read(directory.file()).unwrap(), before);
    let contents: [&dyn Fn(&Directory); 3] = [
        &|d| bare(d).execute_batch("CREATE TABLE theirs (a)").unwrap(),
        &|d| bare(d).execute_batch("PRAGMA application_id = 1").unwrap(),
        &|d| std::fs::write(d.file(), "dear diary, ".repeat(500)).unwrap(),
    ];
    for write in contents {
        let directory = Directory::new();
        write(&directory);
        let before = std::fs::read(directory.file()).unwrap();
        assert_eq!(refused_to_open(&directory), Code::NotOurs);
        assert_eq!(std::fs::read(directory.file()).unwrap(), before);
    }
}

/// Protects: H96, without room nothing changes, the gateway is asked to come again, and once there is room it works.
#[test]
fn h96_no_room() {
    for step in ["INSERT INTO journal", "UPDATE payments", "INSERT INTO transfers", "COMMIT"] {
        let store = Meddled::new();
        let works = Works::on(store.clone());
        let before = works.snapshot();
        store.meddle(step, Meddling::Fails(Code::StorageFull), 2);
        for _ in 0..2 {
            let error = works.deliver().unwrap_err();
            assert_eq!((error.code(), error.code().retryable()), (Code::StorageFull, true));
            let reply = error.reply().unwrap();
            assert_eq!((reply.status, &*reply.body), (503, br#"{"code":"RETRY"}"#.as_slice()));
            assert_eq!(before, works.snapshot(), "{step}");
        }
        assert_eq!(works.deliver().unwrap().outcome.as_str(), "applied");
        works.snapshot();
    }
}

/// Protects: H96 on a disk that is really full: whatever write of a success meets the end of it, nothing is half
/// done, and without opening again it works once there is room.
#[test]
fn h96_the_disk_is_full() {
    let vfs = Vfs::register("paywright-threats-full");
    let mut full = 0;
    for at in 1.. {
        let directory = Directory::new();
        let options =
            SqliteOptions { vfs: Some(vfs.name().to_owned()), ..SqliteOptions::default() };
        let store = SqliteStore::open(&directory.file(), options, MIGRATIONS).unwrap();
        let works = Works::on(Arc::new(store));
        let before = works.snapshot();
        vfs.arm(Some(Fault::DiskFull), at);
        let delivered = works.deliver();
        if !vfs.struck() {
            assert_eq!(delivered.unwrap().outcome.as_str(), "applied");
            break;
        }
        let error = delivered.unwrap_err();
        assert_eq!(error.reply().unwrap().status, 503);
        vfs.free_space();
        if error.code() == Code::StorageFull {
            full += 1;
            assert_eq!(before, works.snapshot(), "write {at}");
        } else {
            assert_eq!(error.code(), Code::StorageUnknown, "write {at}");
        }
        works.deliver().unwrap();
        assert_eq!(works.snapshot().1.captured, 10_000, "write {at}");
    }
    vfs.arm(None, 0);
    assert!(full > 0);
}

/// Protects: H97, who finds the database locked is told so in time, the gateway comes again, and reading goes on.
#[test]
fn h97_locked_by_another_process() {
    let directory = Directory::new();
    let shop = Shop::at(&directory.url());
    let payment = shop.payment();
    let message = shop.said(&payment, "success");
    let other = bare(&directory);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = shop.refused(|| shop.deliver("mock", message.clone()));
    assert_eq!((error.code(), error.code().retryable()), (Code::StorageBusy, true));
    assert_eq!(error.reply().unwrap().status, 503);
    let new = || shop.pay.create_order(args(json!({"currency": "CNY", "amount": "1"})));
    assert_eq!(shop.refused(new).code(), Code::StorageBusy);
    other.execute_batch("ROLLBACK").unwrap();
    shop.applied("mock", message);
}

/// A shop on a file with some history, folded into the file.
fn history(directory: &Directory) -> (Payment, VerifyReport) {
    let shop = Shop::at(&directory.url());
    let payment = shop.paid();
    for _ in 0..40 {
        shop.paid();
    }
    assert!(shop.pay.run_due(args(json!({}))).unwrap().sealed > 0);
    let report = shop.pay.verify(arguments::verify {}).unwrap();
    shop.pay.close();
    (payment, report)
}

fn refuses_writes(shop: &Shop) {
    let new = shop.pay.create_order(args(json!({"currency": "CNY", "amount": "1"})));
    assert_eq!(code(new), Code::StorageCorrupt);
    let advance = args(json!({"consumer": "mailer", "sequence": 1}));
    assert_eq!(code(shop.pay.acknowledge_events(advance)), Code::StorageCorrupt);
}

/// Protects: H98 and M10, a changed or missing row of journal or ledger breaks the chain: the audit names it, nothing
/// is written any more, reading goes on, and opening again changes nothing about that.
#[test]
fn h98_a_broken_chain() {
    let tamperings = [
        "DROP TRIGGER journal_rows_stay; UPDATE journal SET detail = replace(detail, '100.00', '900.00') WHERE id = 3",
        "DROP TRIGGER journal_rows_remain; DELETE FROM journal WHERE event = 'order.created' AND id = 1",
        "DROP TRIGGER transfers_stay; UPDATE transfers SET gateway = 'own' WHERE id = 1",
        "UPDATE seals SET hash = zeroblob(32) WHERE id = 1",
    ];
    for tampering in tamperings {
        let directory = Directory::new();
        let (payment, _) = history(&directory);
        let shop = Shop::at(&directory.url());
        assert!(shop.pay.verify(arguments::verify {}).unwrap().ok);
        bare(&directory).execute_batch(tampering).unwrap();
        let report = shop.pay.verify(arguments::verify {}).unwrap();
        assert!(report.violations.iter().any(|v| v.invariant == "M10"), "{tampering}: {report:#?}");
        refuses_writes(&shop);
        assert_eq!(shop.now(&payment).captured.as_str(), "100.00");
        let error =
            shop.deliver("mock", mock_signed("evt_9", NOW, mock_event("evt_9", &payment, |_| ())));
        assert_eq!(error.unwrap_err().reply().unwrap().status, 503);
        shop.pay.close();
        let again = Shop::at(&directory.url());
        assert!(!again.pay.health(arguments::health {}).unwrap().ok);
        refuses_writes(&again);
        assert_eq!(again.now(&payment).captured.as_str(), "100.00");
    }
}

/// Protects: H98, a page that the disk has spoilt is reported as damage, never read as something else; from then on
/// nothing is written.
#[test]
fn h98_a_damaged_page() {
    let directory = Directory::new();
    let (_, sound) = history(&directory);
    let whole = std::fs::read(directory.file()).unwrap();
    let page = 4096;
    let mut found = 0;
    for number in 1..whole.len() / page {
        let mut bytes = whole.clone();
        bytes[number * page..][..page].fill(0xA5);
        std::fs::write(directory.file(), &bytes).unwrap();
        let opened = open(&directory);
        let pay = match opened {
            Ok(pay) => pay,
            Err(error) => {
                assert_eq!(error.code(), Code::StorageCorrupt, "page {number}");
                found += 1;
                continue;
            }
        };
        match pay.verify(arguments::verify {}) {
            Err(error) => {
                assert_eq!(error.code(), Code::StorageCorrupt, "page {number}");
                let new = pay.create_order(args(json!({"currency": "CNY", "amount": "1"})));
                assert_eq!(code(new), Code::StorageCorrupt, "page {number}");
                found += 1;
            }
            // A page of an index that no audit needs.
            Ok(report) if report.ok => assert_eq!(report, sound, "page {number}"),
            Ok(_) => found += 1,
        }
        pay.close();
    }
    assert!(found > 5, "{found} pages were found damaged");
}

/// Protects: H99, a clock that jumps ends no payment that the gateway has been paid for, and it is reported.
#[test]
fn h99_the_clock_jumps() {
    let day = 24 * 60 * 60;
    for seconds in [-day, 3650 * day] {
        let shop = Shop::open();
        let paid = shop.payment();
        shop.said(&paid, "success");
        let open = shop.payment();
        shop.clock.advance(seconds);
        let health = shop.pay.health(arguments::health {}).unwrap();
        assert!(health.warnings.iter().any(|w| w.contains("clock")), "{health:?}");
        let report = shop.pay.run_due(args(json!({}))).unwrap();
        assert_eq!(report.failures, [""; 0]);
        if seconds < 0 {
            assert_eq!((shop.now(&paid), shop.now(&open)), (paid.clone(), open.clone()));
        } else {
            assert_eq!(shop.now(&paid).state, PaymentState::succeeded);
            assert_eq!(shop.now(&open).state, PaymentState::expired);
            let asked = "{gateway=\"mock\",operation=\"query\",outcome=\"answered\"}";
            assert_eq!(shop.count(&format!("paywright_gateway_calls_total{asked}")), 2);
        }
        shop.clock.set(Instant::from_millis(NOW * 1000));
        let message = shop.said(&paid, "success");
        drop(shop.deliver("mock", message).unwrap());
        assert_eq!(shop.now(&paid).state, PaymentState::succeeded);
        shop.snapshot();
    }
}

/// Protects: H99, nothing expires by the clock alone while its gateway cannot be asked to close it; and H100, a gateway
/// that panics in due work is a failure of its own payment and of nothing else.
#[test]
fn h99_nothing_expires_unasked() {
    let own = StandIn::new();
    let shop = shop_with(&own);
    let unasked = shop.payment_by("own");
    let other = shop.payment();
    own.will(Mood::PanicsInSend);
    shop.clock.advance(3650 * 24 * 60 * 60);
    let report = shop.pay.run_due(args(json!({}))).unwrap();
    assert_eq!(report.failures, [format!("{}: internal", unasked.id)]);
    assert_eq!(shop.now(&unasked).state, PaymentState::init);
    assert_eq!(shop.now(&other).state, PaymentState::expired);
    shop.snapshot();
}

/// Protects: H100 and X8, a panic of a gateway or transport of the host's own is an error like others, nothing is
/// half done, and the next call works.
#[test]
fn h100_a_gateway_panics() {
    let own = StandIn::new();
    let shop = shop_with(&own);
    let is_internal = |error: Error| {
        assert_eq!(error.code(), Code::Internal);
        assert_eq!(error.code().group().http_status(), 500);
    };
    own.will(Mood::PanicsInReceive);
    let message = || (Vec::new(), b"{}".to_vec());
    is_internal(shop.refused(|| shop.deliver("own", message())));
    shop.rejected("own", message(), Code::AuthMismatch);
    for mood in [Mood::PanicsInCall, Mood::PanicsInSend, Mood::PanicsInRead] {
        let order = shop.order("100.00");
        let ask = || shop.create(json!({"order_id": order.id, "method": "own"}));
        own.will(mood);
        is_internal(ask().unwrap_err());
        shop.snapshot();
        let payment = ask().unwrap();
        assert_eq!(payment.action.kind, ActionKind::redirect, "{mood:?}");
        assert_eq!(shop.order_of(&payment).id, order.id);
    }
    shop.snapshot();
}

/// Protects: H100 and S3, a panic at any step of a unit of work leaves nothing of it.
#[test]
fn h100_the_store_panics() {
    for step in [
        "INSERT INTO journal",
        "UPDATE payments",
        "INSERT INTO transfers",
        "UPDATE orders",
        "COMMIT",
    ] {
        let store = Meddled::new();
        let works = Works::on(store.clone());
        let before = works.snapshot();
        store.meddle(step, Meddling::Panics, 1);
        let error = works.deliver().unwrap_err();
        assert_eq!(error.code(), Code::Internal, "{step}");
        assert_eq!(error.reply().unwrap().status, 503);
        assert_eq!((store.left(), before), (0, works.snapshot()), "{step}");
        assert_eq!(works.deliver().unwrap().outcome.as_str(), "applied");
        works.engine.create_order(new_order()).unwrap();
        works.snapshot();
    }
}
