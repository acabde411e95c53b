//! A process that settles callbacks is killed at random instants and started again; the gateway delivers again what
//! was not acknowledged, and much of what was. Nothing may be lost, nothing doubled: judged by the audit of the
//! library, and without it by a bare connection.
//!
//! `PAYWRIGHT_CUTS` says how often to kill; `PAYWRIGHT_SEED` repeats the choice of instants.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use paywright::api::types::arguments::verify;
use paywright_tests::shop::{self, Awaited, Folder};
use rusqlite::Connection;

/// How often the ordinary run kills.
const CUTS: u64 = 200;
/// Payments in a database; more than a few short lives settle.
const PAYMENTS: usize = 600;
/// As often a database is killed before the next one begins afresh.
const CUTS_PER_DATABASE: u64 = 10;
/// A life lasts up to so long: sometimes too short to open the database, mostly amid commits.
const LIFE_MAX_US: u64 = 45_000;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Protects: what was acknowledged survives the death of the process, and a second delivery changes nothing.
#[test]
fn nothing_is_lost_and_nothing_doubled() {
    let seed = setting("PAYWRIGHT_SEED", u64::from(std::process::id()));
    let cuts = setting("PAYWRIGHT_CUTS", CUTS);
    let folder = Folder::new();
    let template = Template::new(&folder);
    let mut chance = Chance(seed | 1);
    let (mut done, mut settled_by_the_dead) = (0, 0);
    while done < cuts {
        let mut story = Story::begin(&template, folder.file("shop.db"));
        for _ in 0..CUTS_PER_DATABASE.min(cuts - done) {
            done += 1;
            let life = chance.below(LIFE_MAX_US);
            story.kill_after(Duration::from_micros(life), chance.below(PAYMENTS as u64));
            story.judge(&format!("seed {seed}, cut {done}, after {life} µs"));
        }
        settled_by_the_dead += story.acknowledged.len();
        story.deliver_the_rest();
        story.judge(&format!("seed {seed}, all delivered after cut {done}"));
        assert_eq!(story.settled().len(), PAYMENTS, "seed {seed}: everything was delivered");
    }
    println!("{done} cuts, {settled_by_the_dead} payments acknowledged before a cut");
    assert!(settled_by_the_dead > 0, "no child lived long enough to settle anything");
}

/// A database with payments that wait, copied for each story.
struct Template {
    database: PathBuf,
    payments: PathBuf,
    awaited: Vec<Awaited>,
}

impl Template {
    fn new(folder: &Folder) -> Self {
        let (database, payments) = (folder.file("template.db"), folder.file("payments.json"));
        let pay = shop::open(&database).unwrap();
        let awaited = shop::awaited(&pay, PAYMENTS).unwrap();
        pay.close();
        std::fs::write(&payments, serde_json::to_vec(&awaited).unwrap()).unwrap();
        Template { database, payments, awaited }
    }
}

/// One database and what was acknowledged about it.
struct Story<'t> {
    template: &'t Template,
    database: PathBuf,
    acknowledged: BTreeSet<String>,
}

impl<'t> Story<'t> {
    fn begin(template: &'t Template, database: PathBuf) -> Self {
        for leftover in ["-wal", "-shm"] {
            let mut path = database.clone().into_os_string();
            path.push(leftover);
            // It is there only if the last process of the story before was killed.
            let _ = std::fs::remove_file(path);
        }
        std::fs::copy(&template.database, &database).unwrap();
        Story { template, database, acknowledged: BTreeSet::new() }
    }

    /// Starts a child and kills it after this long; remembers what it acknowledged.
    fn kill_after(&mut self, life: Duration, first: u64) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_crash_child"))
            .args([&self.database, &self.template.payments, Path::new(&first.to_string())])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdout.take().unwrap();
        let said = thread::spawn(move || {
            let mut said = String::new();
            pipe.read_to_string(&mut said).map(|_| said)
        });
        thread::sleep(life);
        child.kill().unwrap();
        child.wait().unwrap();
        let said = said.join().unwrap().unwrap();
        assert!(!said.contains("failed"), "the child was not killed but gave up: {said}");
        // A line is written at once, so that a half one can only be the last.
        let whole = said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        self.acknowledged.extend(whole.map(str::to_owned));
    }

    /// The gateway delivers everything once more, and this time nobody dies.
    fn deliver_the_rest(&mut self) {
        let pay = shop::open(&self.database).unwrap();
        for awaited in &self.template.awaited {
            pay.handle_callback(awaited.callback.clone()).unwrap();
            self.acknowledged.insert(awaited.payment.clone());
        }
        pay.close();
    }

    fn judge(&self, when: &str) {
        let settled = self.settled();
        let lost: Vec<_> = self.acknowledged.difference(&settled).collect();
        assert!(lost.is_empty(), "{when}: acknowledged and lost: {lost:?}");
        let pay = shop::open(&self.database).unwrap_or_else(|e| panic!("{when}: {e:?}"));
        let report = pay.verify(verify {}).unwrap();
        assert!(report.ok, "{when}: {:?}", report.violations);
        pay.close();
        let wrong = wrongs(&self.database);
        assert!(wrong.is_empty(), "{when}: {wrong:?}");
    }

    /// The payments that the tables themselves call settled.
    fn settled(&self) -> BTreeSet<String> {
        let connection = Connection::open(&self.database).unwrap();
        let mut statement =
            connection.prepare("SELECT public_id FROM payments WHERE state = 'succeeded'").unwrap();
        let ids = statement.query_map([], |row| row.get::<_, [u8; 16]>(0)).unwrap();
        ids.map(|id| paywright::id::PaymentId::from_bytes(id.unwrap()).to_string()).collect()
    }
}

/// What a bare connection finds wrong: each row names a payment or an order and the rule it breaks.
fn wrongs(database: &Path) -> Vec<(String, i64)> {
    let connection = Connection::open(database).unwrap();
    let integrity: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    let mut statement = connection.prepare(WRONGS).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Written apart from the audit of the library, so that both are unlikely to be blind to the same mistake.
const WRONGS: &str = "
    WITH told AS (
        SELECT p.id, p.state = 'succeeded' AS settled, p.amount, p.captured, p.order_id,
            (SELECT count(*) FROM journal j WHERE j.payment_id = p.id
                AND j.event = 'payment.succeeded') AS rows_told,
            (SELECT count(*) FROM transfers t WHERE t.payment_id = p.id
                AND t.kind = 'payment') AS transfers,
            (SELECT coalesce(sum(t.amount), 0) FROM transfers t WHERE t.payment_id = p.id
                AND t.kind = 'payment') AS booked
        FROM payments p)
    SELECT 'journal rows of a payment', id FROM told WHERE rows_told <> settled
    UNION ALL SELECT 'transfers of a payment', id FROM told WHERE transfers <> settled
    UNION ALL SELECT 'captured', id FROM told WHERE captured <> settled * amount
    UNION ALL SELECT 'booked', id FROM told WHERE booked <> captured
    UNION ALL SELECT 'paid', o.id FROM orders o WHERE o.paid <>
        (SELECT coalesce(sum(captured), 0) FROM told WHERE order_id = o.id)
    UNION ALL SELECT 'state of an order', o.id FROM orders o
        WHERE (o.state = 'paid') <> (o.paid = o.total)
    UNION ALL SELECT 'order.paid', o.id FROM orders o WHERE (o.state = 'paid') <>
        (SELECT count(*) FROM journal j WHERE j.order_id = o.id AND j.event = 'order.paid')
    UNION ALL SELECT 'source', min(id) FROM journal WHERE source IS NOT NULL
        GROUP BY source HAVING count(*) > 1";

/// Reproducible chance (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
