//! What only a SQLite file can do wrong: its place, its owner, its age, its locks, its damage.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use super::*;
use crate::store::contract::{self, SQLITE};
use crate::store::{Value, read, transact};

/// A directory of its own for each test, removed afterwards.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("paywright-sqlite-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Directory(fs::canonicalize(path).unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn database(&self) -> PathBuf {
        self.file("shop.db")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> Result<SqliteStore> {
    SqliteStore::open(path, SqliteOptions::default(), SQLITE)
}

fn refusal(path: &Path) -> Error {
    match open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

fn put(store: &SqliteStore, name: &'static str) -> Result<i64> {
    let put = "INSERT INTO shelf (name, number) VALUES (?1, 0)";
    transact(store, move |connection| connection.insert(put, &[Value::Text(name)]))
}

fn rows(store: &SqliteStore) -> Result<i64> {
    read(store, |connection| {
        let mut rows = 0;
        connection.query("SELECT count(*) FROM shelf", &[], &mut |row| {
            row.integer(0).map(|number| rows = number)
        })?;
        Ok(rows)
    })
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn foreign(path: &Path, sql: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection
}

/// Protects: both forms of the store keep every promise of the trait.
#[test]
fn the_contract_in_memory() {
    contract::check(&|| Box::new(SqliteStore::in_memory(SQLITE).unwrap()));
}

/// Protects: the same in a file.
#[test]
fn the_contract_in_a_file() {
    let directory = Directory::new();
    let count = AtomicU32::new(0);
    contract::check(&|| {
        let name = count.fetch_add(1, Ordering::Relaxed).to_string();
        Box::new(open(&directory.file(&name)).unwrap())
    });
}

/// Protects: what was committed is there after reopening, by a relative path and odd names too; closing
/// folds the log into the file.
#[test]
fn it_lasts() {
    let directory = Directory::new();
    for name in ["shop.db", "a b?c=d#%20é.db", "file:x.db"] {
        let path = directory.file(name);
        let store = open(&path).unwrap();
        put(&store, "kept").unwrap();
        assert_eq!(rows(&store).unwrap(), 1);
        assert!(path.is_file(), "{name}");
        store.close();
        assert!(!directory.file(&format!("{name}-wal")).exists(), "{name}");
        drop(store);
        let store = open(&path).unwrap();
        assert_eq!(rows(&store).unwrap(), 1, "{name}");
    }
}

/// Protects (H94): nobody else can read a new database or its companions; a file that others can read is
/// reported, and refused in strict mode.
#[test]
fn permissions() {
    let directory = Directory::new();
    let path = directory.database();
    let store = open(&path).unwrap();
    put(&store, "kept").unwrap();
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&directory.file(&format!("shop.db{suffix}"))), 0o600, "{suffix}");
    }
    assert!(store.warnings().is_empty());
    drop(store);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let store = open(&path).unwrap();
    let codes: Vec<_> = store.warnings().iter().map(Error::code).collect();
    assert_eq!(codes, [Code::FilePermissions]);
    assert_eq!(store.warnings()[0].detail("mode"), Some("0644"));
    drop(store);

    let strict = SqliteOptions { strict_permissions: true, ..SqliteOptions::default() };
    let refused = SqliteStore::open(&path, strict.clone(), SQLITE).err().unwrap();
    assert_eq!(refused.code(), Code::FilePermissions);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(SqliteStore::open(&path, strict, SQLITE).is_ok());
}

/// Protects (H95): what is not ours is refused and not a byte of it changes, nor does anything appear
/// beside it.
#[test]
fn a_file_that_is_not_ours() {
    let directory = Directory::new();
    let tables = "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1);";
    drop(foreign(&directory.file("tables"), tables));
    drop(foreign(&directory.file("marked"), "PRAGMA application_id = 7; VACUUM;"));
    drop(foreign(&directory.file("versioned"), "PRAGMA user_version = 3; VACUUM;"));
    drop(foreign(&directory.file("logged"), &format!("PRAGMA journal_mode = WAL; {tables}")));
    fs::write(directory.file("text"), "this is no database\n".repeat(500)).unwrap();
    fs::write(directory.file("short"), "x").unwrap();
    fs::write(directory.file("longer"), "x".repeat(600)).unwrap();
    for name in ["tables", "marked", "versioned", "logged", "text", "short", "longer"] {
        let path = directory.file(name);
        let (before, neighbours) =
            (fs::read(&path).unwrap(), fs::read_dir(&directory.0).unwrap().count());
        let refused = refusal(&path);
        assert_eq!(refused.code(), Code::NotOurs, "{name}");
        assert!(refused.message().contains(name));
        assert_eq!(fs::read(&path).unwrap(), before, "{name}");
        assert_eq!(fs::read_dir(&directory.0).unwrap().count(), neighbours, "{name}");
    }
}

/// Protects (H95): tables that stand only in the log of a running program are somebody's all the same.
#[test]
fn a_file_in_use_that_is_not_ours() {
    let directory = Directory::new();
    let path = directory.database();
    let owner = foreign(&path, "PRAGMA journal_mode = WAL; CREATE TABLE theirs (a);");
    let before = fs::read(&path).unwrap();
    assert_eq!(refusal(&path).code(), Code::NotOurs);
    assert_eq!(fs::read(&path).unwrap(), before);
    owner.execute_batch("INSERT INTO theirs VALUES (1)").unwrap();
}

/// Protects: an empty file is taken, as a database is created by `touch` or by a crash.
#[test]
fn an_empty_file_is_taken() {
    let directory = Directory::new();
    fs::write(directory.database(), "").unwrap();
    assert_eq!(rows(&open(&directory.database()).unwrap()).unwrap(), 0);
}

/// Protects (H95): an older program does not touch what a newer one has written; a newer one brings old
/// tables up to date and keeps what is in them.
#[test]
fn schemas() {
    static NEXT: &[Migration] = &[
        SQLITE[0],
        Migration { number: 2, statements: "ALTER TABLE shelf ADD COLUMN colour TEXT" },
    ];
    let directory = Directory::new();
    let path = directory.database();
    put(&open(&path).unwrap(), "kept").unwrap();
    let newer = SqliteStore::open(&path, SqliteOptions::default(), NEXT).unwrap();
    assert_eq!(rows(&newer).unwrap(), 1);
    // Refused while the new number stands in the log only, and when it stands in the file.
    assert_eq!(refusal(&path).code(), Code::SchemaNewer);
    drop(newer);
    let before = fs::read(&path).unwrap();
    let refused = refusal(&path);
    assert_eq!(refused.code(), Code::SchemaNewer);
    assert_eq!((refused.detail("found"), refused.detail("known")), (Some("2"), Some("1")));
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Protects: a migration that fails leaves nothing of itself and everything before it; a gap in the numbers
/// is noticed.
#[test]
fn a_failing_migration() {
    static BROKEN: &[Migration] = &[
        SQLITE[0],
        Migration { number: 2, statements: "CREATE TABLE half (a); CREATE TABLE shelf (b);" },
    ];
    static GAP: &[Migration] = &[Migration { number: 2, statements: "" }];
    let directory = Directory::new();
    let path = directory.database();
    let failed = SqliteStore::open(&path, SqliteOptions::default(), BROKEN).err().unwrap();
    assert_eq!(failed.code(), Code::Internal);
    assert!(put(&open(&path).unwrap(), "kept").is_ok());
    let probe = foreign(&path, "");
    let half =
        probe.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", [], |row| {
            row.get::<_, i64>(0)
        });
    assert_eq!(half.unwrap(), 0);
    assert!(SqliteStore::in_memory(GAP).is_err());
}

/// Protects: any number of openings at once, of a file that does not exist yet, all succeed and migrate once.
#[test]
fn many_open_at_once() {
    for _ in 0..5 {
        let directory = Directory::new();
        let path = directory.database();
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    start.wait();
                    put(&open(path).unwrap(), name).unwrap();
                });
            }
        });
        assert_eq!(rows(&open(&path).unwrap()).unwrap(), 8);
    }
}

/// Protects: a wrong path says what is wrong with it and what to do.
#[test]
fn wrong_paths() {
    let directory = Directory::new();
    fs::write(directory.file("plain"), "").unwrap();
    std::os::unix::fs::symlink("nowhere", directory.file("dangling")).unwrap();
    for (path, why) in [
        (directory.0.clone(), "is a directory"),
        (directory.file("missing/shop.db"), "directory does not exist"),
        (directory.file("plain/shop.db"), "is a file"),
        (directory.file("dangling"), "cannot be examined"),
        (PathBuf::from("/dev/null"), "not a plain file"),
        (PathBuf::from("/proc/paywright.db"), "cannot be created"),
        (PathBuf::new(), "names no file"),
    ] {
        let refused = refusal(&path);
        assert_eq!(refused.code(), Code::ConfigInvalid, "{}", path.display());
        assert!(refused.message().contains(why), "{refused}");
        assert!(refused.message().contains(&*path.to_string_lossy()), "{refused}");
    }
}

/// Protects (H97): a lock held too long by another process is `storage_busy` with nothing changed, a short
/// one is waited for, and reading goes on meanwhile.
#[test]
fn a_held_lock() {
    let directory = Directory::new();
    let options = SqliteOptions { busy_timeout_ms: 50, ..SqliteOptions::default() };
    let store = SqliteStore::open(&directory.database(), options, SQLITE).unwrap();
    let other = foreign(&directory.database(), "BEGIN IMMEDIATE");
    assert_eq!(put(&store, "busy").unwrap_err().code(), Code::StorageBusy);
    assert_eq!(rows(&store).unwrap(), 0);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| put(&store, "patient"));
        thread::sleep(Duration::from_millis(10));
        other.execute_batch("COMMIT").unwrap();
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(rows(&store).unwrap(), 1);
}

/// Protects: two stores on one file, each with many callers, take turns: nobody is told `storage_busy`, and
/// no update is lost between them.
#[test]
fn two_stores_on_one_file() {
    const ADD: &str = "UPDATE shelf SET number = number + 1";
    let directory = Directory::new();
    let stores = [open(&directory.database()).unwrap(), open(&directory.database()).unwrap()];
    put(&stores[0], "tally").unwrap();
    thread::scope(|scope| {
        for thread in 0..32 {
            let store = &stores[thread % 2];
            scope.spawn(move || {
                for _ in 0..50 {
                    transact(store, |connection| connection.execute(ADD, &[])).unwrap();
                }
            });
        }
    });
    let tally = read(&stores[1], |connection| {
        let mut tally = 0;
        connection.query("SELECT number FROM shelf", &[], &mut |row| {
            row.integer(0).map(|number| tally = number)
        })?;
        Ok(tally)
    });
    assert_eq!(tally.unwrap(), 32 * 50);
}

/// Protects: a process that commits without a pause cannot lock another one out, however slow the disk is.
#[test]
fn nobody_is_locked_out() {
    let directory = Directory::new();
    let greedy = open(&directory.database()).unwrap();
    let other = open(&directory.database()).unwrap();
    let stop = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let slow = |connection: &mut dyn Connection| {
                connection.execute("DELETE FROM mixed", &[])?;
                thread::sleep(Duration::from_millis(5));
                Ok(())
            };
            while stop.load(Ordering::SeqCst) == 0 {
                transact(&greedy, slow).unwrap();
            }
        });
        let waited = crate::clock::Stopwatch::start();
        for name in ["a", "b", "c", "d", "e"] {
            put(&other, name).unwrap();
        }
        stop.store(1, Ordering::SeqCst);
        assert!(waited.elapsed() < Duration::from_secs(2), "{:?}", waited.elapsed());
    });
}

/// Protects (H98): damage that is met by anyone stops the writing, while what can be read is still read.
#[test]
fn damage() {
    let directory = Directory::new();
    let path = directory.database();
    put(&open(&path).unwrap(), "kept").unwrap();
    let page: i64 = foreign(&path, "")
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'mixed'", [], |row| row.get(0))
        .unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let start = (page as usize - 1) * 4096;
    bytes[start..start + 4096].fill(0xA5);
    fs::write(&path, bytes).unwrap();

    let store = open(&path).unwrap();
    put(&store, "before it is met").unwrap();
    let met =
        read(&store, |connection| connection.query("SELECT id FROM mixed", &[], &mut |_| Ok(())));
    assert_eq!(met.unwrap_err().code(), Code::StorageCorrupt);
    assert_eq!(put(&store, "after").unwrap_err().code(), Code::StorageCorrupt);
    assert_eq!(rows(&store).unwrap(), 2);
}

/// Protects: a failure of the database counts even if the unit of work makes light of it.
#[test]
fn a_failure_cannot_be_swallowed() {
    let directory = Directory::new();
    let store = open(&directory.database()).unwrap();
    let done = transact(&store, |connection| {
        connection.execute("INSERT INTO shelf (name, number) VALUES ('gone', 1)", &[])?;
        let _ = connection.execute("ROLLBACK", &[]);
        let _ = connection.execute("INSERT INTO shelf (name, number) VALUES ('loose', 1)", &[]);
        Ok(())
    });
    assert!(done.is_err());
    assert_eq!(rows(&store).unwrap(), 0);
}

/// Protects: a child of a fork is told so, and neither closing nor dropping there does anything.
#[test]
fn after_a_fork() {
    static CURRENT: AtomicU32 = AtomicU32::new(1);
    let directory = Directory::new();
    let mut store = open(&directory.database()).unwrap();
    put(&store, "kept").unwrap();
    let process = Process { id: 1, current: || CURRENT.load(Ordering::SeqCst) };
    Arc::get_mut(&mut store.parts).unwrap().process = process;
    let parts = Arc::clone(&store.parts);

    CURRENT.store(2, Ordering::SeqCst);
    assert_eq!(put(&store, "gone").unwrap_err().code(), Code::AfterFork);
    assert_eq!(rows(&store).unwrap_err().code(), Code::AfterFork);
    store.close();
    drop(store);
    assert!(directory.file("shop.db-wal").exists(), "nothing was folded or removed");

    CURRENT.store(1, Ordering::SeqCst);
    let parent = SqliteStore { parts, warnings: Vec::new() };
    put(&parent, "kept too").unwrap();
    assert_eq!(rows(&parent).unwrap(), 2);
}

/// Protects: closing waits for what is running, and what comes too late is told so; nothing hangs.
#[test]
fn closing_under_load() {
    let directory = Directory::new();
    let store = open(&directory.database()).unwrap();
    let acknowledged = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let add = "INSERT INTO mixed (number) VALUES (1)";
                while let Ok(1) = transact(&store, |connection| connection.execute(add, &[])) {
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
            scope.spawn(|| while rows(&store).is_ok() {});
        }
        thread::sleep(Duration::from_millis(30));
        store.close();
    });
    let again = open(&directory.database()).unwrap();
    let kept = read(&again, |connection| {
        let mut kept = 0;
        connection.query("SELECT count(*) FROM mixed", &[], &mut |row| {
            row.integer(0).map(|number| kept = number)
        })?;
        Ok(kept)
    });
    assert_eq!(kept.unwrap(), i64::from(acknowledged.into_inner()));
}

/// Protects: more readers than connections wait their turn.
#[test]
fn readers_share_connections() {
    let directory = Directory::new();
    let options = SqliteOptions { read_connections: 2, ..SqliteOptions::default() };
    let store = SqliteStore::open(&directory.database(), options, SQLITE).unwrap();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(rows(&store).unwrap(), 0)));
        }
    });
}
