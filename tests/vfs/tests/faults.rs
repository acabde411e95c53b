//! The store on a disk that fails once, at every operation in turn: opening, writing, checkpoints, closing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use paywright::error::{Code, Result};
use paywright::store::sqlite::{SqliteOptions, SqliteStore};
use paywright::store::{Migration, Store, Value, read, transact};
use paywright_test_vfs::{Fault, Vfs};

const TABLES: &[Migration] = &[Migration {
    number: 1,
    statements: "CREATE TABLE row (id INTEGER PRIMARY KEY, filler BLOB NOT NULL)",
}];
const PUT: &str = "INSERT INTO row (id, filler) VALUES (?1, zeroblob(?2))";
const ALL: &str = "SELECT id FROM row ORDER BY id";

/// Enough rows of this size to fill the log past one checkpoint with a few transactions.
const ROWS: i64 = 12;
const ROW_BYTES: i64 = 9_000;

/// A row that nobody else writes.
const NEW: i64 = 1_000_000;

struct Disk {
    directory: PathBuf,
    vfs: Arc<Vfs>,
}

impl Disk {
    fn new() -> Disk {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("paywright-faults-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&directory).unwrap();
        Disk { directory, vfs: Vfs::register(&name) }
    }

    fn path(&self) -> PathBuf {
        self.directory.join("shop.db")
    }

    fn open(&self, vfs: Option<&str>) -> Result<SqliteStore> {
        let vfs = vfs.map(str::to_owned);
        let options = SqliteOptions { vfs, busy_timeout_ms: 100, ..SqliteOptions::default() };
        SqliteStore::open(&self.path(), options, TABLES)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn put(store: &SqliteStore, id: i64) -> Result<i64> {
    transact(store, move |connection| {
        connection.insert(PUT, &[Value::Integer(id), Value::Integer(ROW_BYTES)])
    })
}

fn ids(store: &SqliteStore) -> Result<Vec<i64>> {
    read(store, |connection| {
        let mut ids = Vec::new();
        connection.query(ALL, &[], &mut |row| row.integer(0).map(|id| ids.push(id)))?;
        Ok(ids)
    })
}

/// What callers were told about each row, and what the sweep counts.
#[derive(Default)]
struct Told {
    kept: Vec<i64>,
    unknown: Vec<i64>,
    refused: Vec<i64>,
    codes: Vec<Code>,
    not_opened: bool,
}

impl Told {
    fn learn(&mut self, id: i64, result: Result<i64>) {
        match result.map_err(|error| error.code()) {
            Ok(_) => self.kept.push(id),
            Err(Code::StorageUnknown) => self.unknown.push(id),
            Err(code @ (Code::StorageFull | Code::StorageBusy | Code::StorageFailed)) => {
                self.refused.push(id);
                self.codes.push(code);
            }
            Err(other) => panic!("row {id}: {other} is no answer of a failing disk"),
        }
    }
}

/// Writes some rows, closes half-way and opens again. Goes on after each failure, as a host would.
fn work(disk: &Disk) -> Told {
    let mut told = Told::default();
    for half in [1..=ROWS / 2, ROWS / 2 + 1..=ROWS] {
        let Ok(store) = disk.open(Some(disk.vfs.name())) else {
            told.not_opened = true;
            continue;
        };
        for id in half {
            told.learn(id, put(&store, id));
            // A reader keeps the log alive while the writer is replaced, and sees what was acknowledged.
            if let Ok(seen) = ids(&store) {
                assert!(
                    told.kept.iter().all(|id| seen.contains(id)),
                    "{seen:?} lacks {:?}",
                    told.kept
                );
                assert!(!seen.iter().any(|id| told.refused.contains(id)), "{seen:?}");
            }
        }
    }
    told
}

fn integrity(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}

/// Opens the disk as it is after the fault, and holds it against what was told.
fn judge(disk: &Disk, told: &Told, context: &str) {
    let store = disk.open(None).unwrap_or_else(|error| panic!("{context}: {error}"));
    let found = ids(&store).unwrap();
    for id in &told.kept {
        assert!(found.contains(id), "{context}: the acknowledged row {id} is lost");
    }
    for id in &told.refused {
        assert!(!found.contains(id), "{context}: row {id} was refused for certain, and is there");
    }
    put(&store, NEW).unwrap_or_else(|error| panic!("{context}: {error}"));
    drop(store);
    assert_eq!(integrity(&disk.path()), "ok", "{context}");
}

fn sweep(fault: Fault) -> Vec<Told> {
    let mut all = Vec::new();
    for at in 1.. {
        let disk = Disk::new();
        disk.vfs.arm(Some(fault), at);
        let told = work(&disk);
        if !disk.vfs.struck() {
            assert_eq!(told.kept.len() as i64, ROWS);
            break;
        }
        if fault == Fault::PowerCut {
            disk.vfs.power_cut(at * 7_919);
        }
        judge(&disk, &told, &format!("{fault:?} at operation {at}"));
        all.push(told);
    }
    let count = |what: fn(&Told) -> usize| all.iter().map(what).sum::<usize>();
    println!(
        "{fault:?}: {} runs; told kept {}, unknown {}, refused {}; not opened in {}",
        all.len(),
        count(|told| told.kept.len()),
        count(|told| told.unknown.len()),
        count(|told| told.refused.len()),
        count(|told| usize::from(told.not_opened)),
    );
    all
}

/// Protects: a sync that fails once loses nothing, promises nothing, and the store goes on by itself.
#[test]
fn a_sync_fails() {
    let all = sweep(Fault::SyncFails);
    for told in all.iter().filter(|told| !told.not_opened) {
        assert!(told.unknown.len() + told.refused.len() <= 1, "one failure, one victim");
    }
    assert!(all.iter().any(|told| !told.unknown.is_empty()));
}

/// Protects: a full disk is called full where that is certain, and unknown where it is not.
#[test]
fn the_disk_is_full() {
    let all = sweep(Fault::DiskFull);
    let full = all.iter().flat_map(|told| &told.codes).filter(|code| **code == Code::StorageFull);
    assert!(full.count() > 0);
}

/// Protects: half a write is never taken for a whole one.
#[test]
fn a_write_is_torn() {
    sweep(Fault::TornWrite);
}

/// Protects: whatever of the unsynced sectors the power takes along, what was acknowledged stays.
#[test]
fn the_power_is_cut() {
    sweep(Fault::PowerCut);
}

/// Protects: the same holds when callers share commits: whoever was told a certain answer was told the truth.
#[test]
fn callers_who_share_a_commit() {
    const CALLERS: i64 = 8;
    for (fault, at) in Fault::ALL.into_iter().flat_map(|fault| (60..140).map(move |at| (fault, at)))
    {
        let disk = Disk::new();
        let store = disk.open(Some(disk.vfs.name())).unwrap();
        disk.vfs.set_sync_delay(std::time::Duration::from_micros(50));
        disk.vfs.arm(Some(fault), at - 50);
        let told = std::sync::Mutex::new(Told::default());
        std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (store, told) = (&store, &told);
                scope.spawn(move || {
                    for id in (1..=ROWS).map(|row| row * CALLERS + caller) {
                        let result = put(store, id);
                        told.lock().unwrap().learn(id, result);
                    }
                });
            }
        });
        drop(store);
        if fault == Fault::PowerCut {
            disk.vfs.power_cut(at * 7_919);
        }
        judge(&disk, &told.into_inner().unwrap(), &format!("{fault:?} at operation {at}"));
    }
}

/// Protects: callers who arrive together share the price of a sync.
#[test]
fn a_sync_is_shared() {
    const CALLERS: i64 = 32;
    const TIMES: i64 = 10;
    let disk = Disk::new();
    let store = disk.open(Some(disk.vfs.name())).unwrap();
    disk.vfs.set_sync_delay(std::time::Duration::from_millis(2));
    let before = disk.vfs.syncs();
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let store = &store;
            scope.spawn(move || {
                for time in 0..TIMES {
                    put(store, 1 + caller * TIMES + time).unwrap();
                }
            });
        }
    });
    let syncs = disk.vfs.syncs() - before;
    assert!(syncs < (CALLERS * TIMES) as u64 / 4, "{syncs} syncs");
}

/// Protects (H96): with the disk full every write is refused as `storage_full` and reading goes on; once
/// there is room again, the same store works without being opened again.
#[test]
fn room_is_made() {
    let disk = Disk::new();
    let store = disk.open(Some(disk.vfs.name())).unwrap();
    put(&store, 1).unwrap();
    disk.vfs.arm(Some(Fault::DiskFull), 1);
    for id in 2..5 {
        let refused = put(&store, id).unwrap_err();
        assert_eq!(refused.code(), Code::StorageFull);
        assert!(refused.code().retryable());
        assert_eq!(ids(&store).unwrap(), [1]);
    }
    disk.vfs.free_space();
    put(&store, 2).unwrap();
    store.close();
    assert_eq!(ids(&disk.open(None).unwrap()).unwrap(), [1, 2]);
}

/// Protects: the harness can see a loss. A database that syncs nothing loses acknowledged rows.
#[test]
fn a_weaker_setting_is_caught() {
    let mut lost = 0;
    for at in 1..60 {
        let disk = Disk::new();
        drop(disk.open(None).unwrap());
        disk.vfs.arm(Some(Fault::PowerCut), at);
        let mut kept = 0;
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
        let weak =
            rusqlite::Connection::open_with_flags_and_vfs(disk.path(), flags, disk.vfs.name());
        if let Ok(weak) = weak {
            let _ = weak.execute_batch("PRAGMA synchronous = OFF");
            kept = (1..=ROWS).take_while(|id| weak.execute(PUT, [*id, ROW_BYTES]).is_ok()).count();
        }
        disk.vfs.power_cut(at * 7_919);
        let found = disk.open(None).and_then(|store| ids(&store)).map_or(0, |ids| ids.len());
        lost += usize::from(found < kept);
    }
    assert!(lost > 0);
}
