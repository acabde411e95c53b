//! Payments that are followed from a device: the stories, what a follower is opened with, and an application that is killed
//! over and over while it follows.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use paywright::clock::{Clock, SystemClock};
use paywright::follow::PaymentFollower;
use paywright::id::{PaymentId, SeededRandomness};
use paywright_tests::fake::server::{Answered, Received, Server};
use paywright_tests::following::{self, Following, carry, folder, signed};
use paywright_tests::shop::Folder;
use serde_json::{Value, json};

/// How often the application is killed.
const CUTS: u64 = 100;
/// Payments that it follows: every second one is paid.
const PAYMENTS: usize = 12;
/// A life lasts up to so long: sometimes too short to open the file, mostly amid answers.
const LIFE_MAX_US: u64 = 60_000;

/// Protects: what a device believes, and when it asks. Every story, on a file.
#[test]
fn every_story_goes_as_written() {
    let home = Folder::new();
    let mut failures = Vec::new();
    let mut played = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        played += 1;
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let story = Following::read(&path).unwrap_or_else(|why| panic!("{name}: {why}"));
        if let Err(why) = story.play(&home.file(&format!("{name}.db"))) {
            failures.push(format!("{name}: {why}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(played > 5, "only {played} stories");
}

/// The application's server: it says how payments stand, signed, and now and then something that is not signed.
#[derive(Default)]
struct Shop {
    /// How often each payment was asked about, and whether it is paid for in the end.
    payments: BTreeMap<String, (usize, bool)>,
    answers: usize,
    /// The numbers of the messages that it took.
    taken: BTreeSet<String>,
}

impl Shop {
    fn answer(&mut self, request: &Received) -> Answered {
        self.answers += 1;
        if request.method == "POST" {
            // What was taken may look as if it was not.
            let key = request.header("idempotency-key").unwrap_or_default();
            self.taken.insert(key.to_owned());
            return Answered::json(if self.answers.is_multiple_of(3) { 503 } else { 204 }, "");
        }
        let id = request.path().split('/').nth(2).unwrap_or_default().to_owned();
        let Some((questions, is_paid)) = self.payments.get_mut(&id) else {
            return Answered::json(404, "{}");
        };
        *questions += 1;
        let state = match (*questions, *is_paid) {
            (0..6, _) => "processing",
            (_, true) => "succeeded",
            (_, false) => "expired",
        };
        let stands = |state: &str| {
            let stands =
                json!({"payment_id": id, "state": state, "amount": "100.00", "currency": "CNY"});
            stands.to_string()
        };
        if self.answers.is_multiple_of(4) {
            return Answered::json(200, stands("succeeded"));
        }
        let body = stands(state);
        let headers = signed(body.as_bytes()).unwrap();
        let answer = Answered::json(200, body);
        headers.iter().fold(answer, |answer, (name, value)| answer.with(name, value))
    }

    fn paid(&self) -> BTreeSet<String> {
        let paid = self.payments.iter().filter(|(_, (_, is_paid))| *is_paid);
        paid.map(|(id, _)| id.clone()).collect()
    }
}

/// What the application has said in all its lives.
#[derive(Default)]
struct Said {
    succeeded: BTreeSet<String>,
    told: BTreeSet<String>,
}

/// One life: the application runs for this long, then it is killed.
fn live(
    said: &mut Said,
    [file, payments]: [&Path; 2],
    server: &Server,
    life: Duration,
    first: u64,
) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_follower_child"))
        .args([file.as_os_str(), server.url("").as_ref(), payments.as_os_str()])
        .arg(first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdout.take().unwrap();
    let words = thread::spawn(move || {
        let mut words = String::new();
        pipe.read_to_string(&mut words).map(|_| words)
    });
    thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    let words = words.join().unwrap().unwrap();
    assert!(!words.contains("failed:"), "the child was not killed but gave up: {words}");
    for line in words.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        match line.split_once(' ') {
            Some(("told", id)) => drop(said.told.insert(id.to_owned())),
            Some((id, "succeeded")) => drop(said.succeeded.insert(id.to_owned())),
            _ => {}
        }
    }
}

fn succeeded(follower: &PaymentFollower) -> BTreeSet<String> {
    let all = follower.all_followed().unwrap().into_iter();
    all.filter(|one| one.state.as_str() == "succeeded").map(|one| one.id).collect()
}

/// A number that changes with each call.
fn chance(state: &mut u64, limit: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % limit
}

fn wanted() -> (Vec<Value>, BTreeMap<String, (usize, bool)>) {
    let ids = SeededRandomness::new(1);
    let now = SystemClock.now();
    let ids: Vec<_> =
        (0..PAYMENTS).map(|_| PaymentId::new(now, &ids).unwrap().to_string()).collect();
    let json = |id| json!({"id": id, "state": "init", "amount": "100.00", "currency": "CNY"});
    let known = ids.iter().enumerate().map(|(place, id)| (id.clone(), (0, place % 2 == 0)));
    (ids.iter().map(json).collect(), known.collect())
}

/// Protects: an application that is killed at any moment while it follows never shows an unpaid payment as paid, never loses a
/// paid one, and tells the server everything that it had kept. `PAYWRIGHT_CUTS` says how often, `PAYWRIGHT_SEED` repeats
/// the instants.
#[test]
fn an_application_that_is_killed_loses_nothing() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let cuts = setting("PAYWRIGHT_CUTS").unwrap_or(CUTS);
    let seed = setting("PAYWRIGHT_SEED").unwrap_or(u64::from(std::process::id()));
    let mut state = seed;
    let home = Folder::new();
    let (payments, known) = wanted();
    let file: PathBuf = home.file("payments.db");
    let list = home.file("payments.json");
    std::fs::write(&list, json!(payments).to_string()).unwrap();
    let shop = Arc::new(Mutex::new(Shop { payments: known, ..Shop::default() }));
    let behind = Arc::clone(&shop);
    let server = Server::start(move |stream: TcpStream| {
        if let Some(request) = Received::read(&stream) {
            let answer = behind.lock().unwrap().answer(&request);
            answer.write(&stream);
        }
    });
    let paid = shop.lock().unwrap().paid();
    let mut said = Said::default();
    for cut in 0..cuts {
        let life = Duration::from_micros(chance(&mut state, LIFE_MAX_US));
        let first = chance(&mut state, PAYMENTS as u64);
        live(&mut said, [&file, &list], &server, life, first);
        let when = format!("seed {seed}, cut {cut}, after {life:?}");
        assert!(said.succeeded.is_subset(&paid), "{when}: shown as paid, and is not");
        let follower = following::Server::at(&server.url("")).follower(&file).unwrap();
        let kept = succeeded(&follower);
        assert!(kept.is_subset(&paid), "{when}: kept as paid, and is not");
        assert!(said.succeeded.is_subset(&kept), "{when}: was paid, and is lost");
        follower.close();
    }
    let alive = shop.lock().unwrap().answers;

    // At last it lives long enough.
    let follower = following::Server::at(&server.url("")).follower(&file).unwrap();
    payments.iter().for_each(|payment| drop(follower.follow(&payment.to_string()).unwrap()));
    for _ in 0..1000 {
        follower.hurry().unwrap();
        carry(&follower, &mut |_| Ok(())).unwrap();
        let is_over = follower.all_followed().unwrap().iter().all(|one| one.is_final);
        if is_over && follower.messages().unwrap().is_empty() {
            break;
        }
    }
    assert_eq!(succeeded(&follower), paid, "seed {seed}");
    let shop = shop.lock().unwrap();
    let lost: Vec<_> = said.told.difference(&shop.taken).collect();
    assert!(lost.is_empty(), "seed {seed}: kept, and never told: {lost:?}");
    let (shown, told) = (said.succeeded.len(), said.told.len());
    println!("{cuts} kills, {alive} answers before the last, {shown} shown as paid, {told} told");
    assert!(alive > 0 && told > 0, "no child lived long enough to ask");
}
