//! Webhooks against receivers on this machine that verify what they get, refuse it, are slow, or are gone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use paywright::api::types::{Mode, Secret, Webhook, WebhookStatus, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{Clock, ManualClock, Time};
use paywright::error::Code;
use paywright::http::Headers;
use paywright::id::SeededRandomness;
use paywright::sign::standard_webhooks::{Keys, TOLERANCE_S, verify};
use paywright::store::Store;
use paywright::store::faulty::{Fault, Faulty};
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::SqliteStore;
use paywright_tests::fake::server::{Answered, Received, Server};
use paywright_tests::shop::Folder;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const NEW: &str = "whsec_dGhyb3dhd2F5LW5ldy1zZWNyZXQtb25l";
const OLD: &str = "whsec_dGhyb3dhd2F5LW9sZC1zZWNyZXQtdHdv";
const OTHER: &str = "whsec_dGhyb3dhd2F5LW5vdC1vdXJzLWF0LWFsbA==";
// The first key pair of RFC 8032.
const PRIVATE: &str =
    "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
const PUBLIC: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn read<T: DeserializeOwned>(arguments: Value) -> T {
    serde_json::from_value(arguments).unwrap()
}

fn clock() -> ManualClock {
    ManualClock::new(Time::parse("now", "2026-01-01T00:00:00Z").unwrap())
}

fn memory() -> Arc<dyn Store> {
    Arc::new(SqliteStore::in_memory(MIGRATIONS).unwrap())
}

fn webhook(name: &str, url: &str, secrets: &[&str]) -> Webhook {
    Webhook {
        url: url.to_owned(),
        secrets: secrets.iter().map(|secret| Secret::from(*secret)).collect(),
        events: Vec::new(),
        name: Some(name.to_owned()),
        allow_private: None,
    }
}

fn open(store: &Arc<dyn Store>, clock: &ManualClock, webhooks: Vec<Webhook>) -> Paywright {
    let options = Options {
        gateways: vec![read(json!({ "mock": {} }))],
        mode: Mode::test,
        clock: Arc::new(clock.clone()),
        randomness: Arc::new(SeededRandomness::new(1)),
        store: Some(Arc::clone(store)),
        webhooks,
        ..Options::default()
    };
    Paywright::open("", options).unwrap()
}

fn order(pay: &Paywright) {
    pay.create_order(read(json!({"currency": "CNY", "amount": "1.00"}))).unwrap();
}

/// Messages taken and not taken in one run.
fn run(pay: &Paywright) -> (i64, i64) {
    let report = pay.run_due(read(json!({}))).unwrap();
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    (report.webhooks, report.webhooks_failed)
}

fn status(pay: &Paywright) -> WebhookStatus {
    pay.webhooks(arguments::webhooks {}).unwrap().remove(0)
}

/// A receiver that keeps what it gets and answers as it is told, in the end with 204.
struct Receiver {
    server: Server,
    got: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    fn answering(answers: impl IntoIterator<Item = Answered>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect::<Vec<_>>().into_iter());
        Receiver::new(move |_| {
            let next = answers.lock().unwrap().next();
            next.unwrap_or_else(|| Answered::json(204, ""))
        })
    }

    fn new(answer: impl Fn(&Received) -> Answered + Send + Sync + 'static) -> Self {
        let got = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&got);
        let server = Server::start(move |stream| {
            if let Some(request) = Received::read(&stream) {
                keep.lock().unwrap().push(request.clone());
                answer(&request).write(&stream);
            }
        });
        Receiver { server, got }
    }

    fn got(&self) -> Vec<Received> {
        self.got.lock().unwrap().clone()
    }

    fn ids(&self) -> Vec<String> {
        self.got().iter().map(|request| request.header("webhook-id").unwrap().to_owned()).collect()
    }

    fn sequences(&self) -> Vec<i64> {
        let body = |request: &Received| serde_json::from_slice::<Value>(&request.body).unwrap();
        self.got().iter().map(|r| body(r)["data"]["sequence"].as_i64().unwrap()).collect()
    }
}

/// Whether a receiver that has these secrets believes a message.
fn believed(request: &Received, secrets: &[&str], clock: &ManualClock) -> Result<(), Code> {
    let secret = |text: &&str| paywright::secret::Secret::new("test", *text).unwrap();
    let keys = Keys::new(&secrets.iter().map(secret).collect::<Vec<_>>()).unwrap();
    let headers = Headers::new(request.headers.clone()).unwrap();
    verify(&request.body, &headers, &keys, clock.now().seconds(), TOLERANCE_S).map_err(|e| e.code())
}

fn says(status: u16) -> Answered {
    Answered::json(status, "")
}

/// Protects: a receiver with any of the secrets believes each message, also with the public key only, and no other
/// receiver does; events come in their order, once, and say what the feed says, without the name of whoever acted.
#[test]
fn messages_are_signed_with_every_secret() {
    let receiver = Receiver::answering([]);
    let (store, clock) = (memory(), clock());
    order(&open(&store, &clock, Vec::new()));
    let hook = webhook("crm", &receiver.server.url("/hooks?token=t"), &[NEW, OLD, PRIVATE]);
    let pay = open(&store, &clock, vec![hook]);
    assert_eq!(run(&pay), (0, 0), "a new endpoint begins at the present end");
    for _ in 0..3 {
        order(&pay);
    }
    assert_eq!(run(&pay), (3, 0));
    assert_eq!(run(&pay), (0, 0));
    assert_eq!(receiver.sequences(), [2, 3, 4]);
    for request in receiver.got() {
        for secret in [NEW, OLD, PUBLIC] {
            assert_eq!(believed(&request, &[secret], &clock), Ok(()), "{secret}");
        }
        assert_eq!(believed(&request, &[OTHER], &clock), Err(Code::AuthMismatch));
        let mut forged = request.clone();
        forged.body[10] ^= 1;
        assert_eq!(believed(&forged, &[NEW, PUBLIC], &clock), Err(Code::AuthMismatch));
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/hooks?token=t"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["type"], "order.created");
        assert_eq!(body["timestamp"], "2026-01-01T00:00:00.000Z");
        assert!(body["data"]["order_id"].as_str().unwrap().starts_with("ord_"));
        assert!(!String::from_utf8_lossy(&request.body).contains("actor"));
    }
    let rows = pay.webhook_messages(read(json!({}))).unwrap();
    assert_eq!((rows.total, status(&pay).position), (0, 4), "what was taken leaves no row");
}

/// Protects: a retry is the same message under the same id, signed anew for its own time.
#[test]
fn retries_keep_the_id_and_sign_anew() {
    let receiver = Receiver::answering([says(500), says(302)]);
    let (store, clock) = (memory(), clock());
    let pay = open(&store, &clock, vec![webhook("crm", &receiver.server.url("/"), &[NEW])]);
    order(&pay);
    assert_eq!(run(&pay), (0, 1));
    clock.advance(6);
    assert_eq!(run(&pay), (0, 1), "a redirect is no success");
    clock.advance(6);
    assert_eq!(run(&pay), (0, 0), "its next attempt is minutes away");
    clock.advance(330);
    assert_eq!(run(&pay), (1, 0));
    let got = receiver.got();
    assert_eq!(got.len(), 3);
    assert_eq!(believed(&got[2], &[NEW], &clock), Ok(()));
    assert_eq!(believed(&got[0], &[NEW], &clock), Err(Code::AuthStale));
    for retry in &got[1..] {
        assert_eq!(retry.header("webhook-id"), got[0].header("webhook-id"));
        assert_eq!(retry.body, got[0].body);
        for name in ["webhook-timestamp", "webhook-signature"] {
            assert_ne!(retry.header(name), got[0].header(name), "{name}");
        }
    }
    let status = status(&pay);
    assert_eq!((status.waiting, status.failures, status.last_status), (0, 0, Some(302)));
}

/// Protects: X6: a redirect leads nowhere; nothing is sent but to the address that the host configured.
#[test]
fn redirects_are_not_followed() {
    let elsewhere = Receiver::answering([]);
    let there = elsewhere.server.url("/");
    let receiver = Receiver::new(move |_| says(307).with("Location", &there));
    let (store, clock) = (memory(), clock());
    let pay = open(&store, &clock, vec![webhook("crm", &receiver.server.url("/"), &[NEW])]);
    order(&pay);
    assert_eq!(run(&pay), (0, 1));
    assert_eq!((receiver.got().len(), elsewhere.server.connections()), (1, 0));
}

/// Protects: at least once. Wherever the database fails or the process dies, an event is neither lost nor told under
/// a second id.
#[test]
fn a_crash_repeats_the_same_message() {
    let mut repeated = 0;
    for at in 1.. {
        let receiver = Receiver::answering([]);
        let faulty = Arc::new(Faulty::new(SqliteStore::in_memory(MIGRATIONS).unwrap()));
        let store = Arc::clone(&faulty) as Arc<dyn Store>;
        let clock = clock();
        let hook = || vec![webhook("crm", &receiver.server.url("/"), &[NEW])];
        let pay = open(&store, &clock, hook());
        order(&pay);
        order(&pay);
        faulty.strike(at, Fault::Panics);
        let _ = pay.run_due(read(json!({})));
        let done = faulty.calls() < at;
        faulty.relent();
        // The process is another one now, and the turn of the dead one is over in two minutes.
        let again = open(&store, &clock, hook());
        clock.advance(121);
        run(&again);
        run(&again);
        let (sequences, ids) = (receiver.sequences(), receiver.ids());
        for sequence in [1, 2] {
            let mut of: Vec<_> =
                sequences.iter().zip(&ids).filter(|(s, _)| **s == sequence).collect();
            assert!(!of.is_empty(), "call {at}: event {sequence} was lost");
            repeated += of.len() - 1;
            of.dedup_by_key(|(_, id)| id.to_string());
            assert_eq!(of.len(), 1, "call {at}: event {sequence} has two ids");
        }
        assert_eq!(status(&again).waiting, 0, "call {at}");
        if done {
            break;
        }
    }
    assert!(repeated > 0, "no failure stood between sending and recording");
}

/// Protects: a slow endpoint holds up no other: here it answers only after the other one has got everything.
#[test]
fn a_slow_endpoint_delays_no_other() {
    let (told, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    let slow = Receiver::new(move |_| {
        let came = wait.lock().unwrap().recv_timeout(Duration::from_secs(10));
        says(if came.is_ok() { 200 } else { 500 })
    });
    let quick = Receiver::new(move |request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        if body["data"]["sequence"] == 5 {
            (0..5).for_each(|_| told.send(()).unwrap());
        }
        says(200)
    });
    let (store, clock) = (memory(), clock());
    let hooks = vec![
        webhook("a-slow", &slow.server.url("/"), &[NEW]),
        webhook("b-quick", &quick.server.url("/"), &[NEW]),
    ];
    let pay = open(&store, &clock, hooks);
    (0..5).for_each(|_| order(&pay));
    assert_eq!(run(&pay), (10, 0));
    assert_ne!(slow.ids()[0], quick.ids()[0], "each endpoint has ids of its own");
}

/// Protects: an endpoint in trouble costs one call in a run, not one for every event; what it missed waits in the
/// journal, in order, and one message that it cannot take holds up no other.
#[test]
fn trouble_of_an_endpoint_is_not_trouble_of_a_message() {
    let receiver = Receiver::answering([says(503), says(422)]);
    let (store, clock) = (memory(), clock());
    let pay = open(&store, &clock, vec![webhook("crm", &receiver.server.url("/"), &[NEW])]);
    (0..5).for_each(|_| order(&pay));
    assert_eq!(run(&pay), (0, 1));
    let standing = status(&pay);
    assert_eq!((standing.waiting, standing.behind, standing.failures), (1, 4, 1));
    clock.advance(6);
    assert_eq!(run(&pay), (4, 1));
    assert_eq!(receiver.sequences(), [1, 1, 2, 3, 4, 5]);
    assert_eq!(status(&pay).failures, 0);
    clock.advance(400);
    assert_eq!(run(&pay), (1, 0));
}

/// Protects: an endpoint that asks for time gets it, and no more than an hour at once.
#[test]
fn retry_after_is_honoured() {
    let later = |seconds| says(429).with("Retry-After", seconds);
    let receiver = Receiver::answering([later("600"), later("9999999")]);
    let (store, clock) = (memory(), clock());
    let pay = open(&store, &clock, vec![webhook("crm", &receiver.server.url("/"), &[NEW])]);
    order(&pay);
    assert_eq!(run(&pay), (0, 1));
    order(&pay);
    clock.advance(599);
    assert_eq!(run(&pay), (0, 0));
    clock.advance(1);
    assert_eq!(run(&pay), (0, 1));
    clock.advance(3599);
    assert_eq!(run(&pay), (0, 0));
    clock.advance(1);
    assert_eq!(run(&pay), (2, 0));
}

/// Protects: an endpoint that is gone is left alone, also by the next process, until a person or another address says
/// otherwise; nothing that happened meanwhile is lost.
#[test]
fn gone_endpoints_are_disabled_and_visible() {
    let receiver = Receiver::answering([says(410), says(410)]);
    let (store, clock) = (memory(), clock());
    let hook = |path| vec![webhook("crm", &receiver.server.url(path), &[NEW])];
    let pay = open(&store, &clock, hook("/"));
    order(&pay);
    order(&pay);
    assert_eq!(run(&pay), (0, 1));
    let gone = status(&pay);
    assert_eq!((gone.last_status, gone.behind, gone.waiting), (Some(410), 3, 0));
    assert!(gone.disabled_at.is_some());
    let health = pay.health(arguments::health {}).unwrap();
    assert_eq!(
        health.warnings,
        ["webhook crm is disabled: it was gone at 2026-01-01T00:00:00.000Z"]
    );
    let pay = open(&store, &clock, hook("/"));
    clock.advance(1_000_000);
    assert_eq!(run(&pay), (0, 0), "opening it again changes nothing");
    pay.replay_webhook(read(json!({"name": "crm", "actor": "alice"}))).unwrap();
    assert_eq!(run(&pay), (0, 1), "it is still gone");
    let pay = open(&store, &clock, hook("/moved"));
    assert_eq!(status(&pay).disabled_at, None);
    assert_eq!(run(&pay).1, 0);
    assert_eq!(receiver.sequences()[..4], [1, 1, 1, 2]);
    let events = pay.events(read(json!({}))).unwrap();
    let told: Vec<_> = events.iter().filter(|e| e.event.starts_with("webhook.")).collect();
    let words: Vec<_> = told.iter().map(|e| (e.event.as_str(), e.actor.as_str())).collect();
    assert_eq!(
        words,
        [
            ("webhook.disabled", "system"),
            ("webhook.replayed", "alice"),
            ("webhook.disabled", "system")
        ]
    );
    let kinds = receiver.got();
    let about = |r: &Received| String::from_utf8_lossy(&r.body).contains("\"type\":\"webhook.");
    assert!(!kinds.iter().any(about), "webhooks do not tell of webhooks");
}

/// Protects: what is sent again by hand is the same message, so that a receiver that had it knows it.
#[test]
fn replays_repeat_the_ids() {
    let receiver = Receiver::answering([]);
    let (store, clock) = (memory(), clock());
    let pay = open(&store, &clock, vec![webhook("crm", &receiver.server.url("/"), &[NEW])]);
    (0..3).for_each(|_| order(&pay));
    assert_eq!(run(&pay), (3, 0));
    let replayed = pay.replay_webhook(read(json!({"name": "crm", "after": 1}))).unwrap();
    assert_eq!((replayed.position, replayed.behind), (1, 3));
    assert_eq!(run(&pay), (2, 0));
    let ids = receiver.ids();
    assert_eq!(receiver.sequences(), [1, 2, 3, 2, 3]);
    assert_eq!(ids[1..3], ids[3..5]);
}

/// Protects: two processes that run due work at the same time do not both send the same messages.
#[test]
fn one_process_at_a_time_sends() {
    let other: Arc<Mutex<Option<Paywright>>> = Arc::default();
    let runs = Arc::new(AtomicUsize::new(0));
    let (theirs, count) = (Arc::clone(&other), Arc::clone(&runs));
    let receiver = Receiver::new(move |_| {
        let other = theirs.lock().unwrap().clone().unwrap();
        assert_eq!(run(&other), (0, 0));
        count.fetch_add(1, Ordering::SeqCst);
        says(200)
    });
    let (store, clock) = (memory(), clock());
    let hook = || vec![webhook("crm", &receiver.server.url("/"), &[NEW])];
    let pay = open(&store, &clock, hook());
    *other.lock().unwrap() = Some(open(&store, &clock, hook()));
    order(&pay);
    order(&pay);
    assert_eq!(run(&pay), (2, 0));
    assert_eq!((runs.load(Ordering::SeqCst), receiver.sequences()), (2, vec![1, 2]));
}

/// Protects: a receiver gets the events that it asked for, and a run sends no more than it was told to.
#[test]
fn events_and_limits_are_kept() {
    let receiver = Receiver::answering([]);
    let (store, clock) = (memory(), clock());
    let mut hook = webhook("crm", &receiver.server.url("/"), &[NEW]);
    hook.events = vec!["payment.created".to_owned()];
    let pay = open(&store, &clock, vec![hook]);
    for _ in 0..3 {
        let made = pay.create_order(read(json!({"currency": "CNY", "amount": "1.00"}))).unwrap();
        pay.create_payment(read(json!({ "order_id": made.id }))).unwrap();
    }
    let limited = pay.run_due(read(json!({"limit": 2}))).unwrap();
    assert_eq!(limited.webhooks, 2);
    assert_eq!(run(&pay), (1, 0));
    assert_eq!(receiver.sequences(), [2, 4, 6]);
    assert_eq!(status(&pay).behind, 0);
}

/// Protects: a webhook's secret is in nothing that is stored, told or printed.
#[test]
fn secrets_stay_out_of_everything() {
    let canary = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ";
    let receiver = Receiver::answering([says(500), says(410)]);
    let (folder, clock) = (Folder::new(), clock());
    let path = folder.file("shop.db");
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&path, Default::default(), MIGRATIONS).unwrap());
    let hook = webhook("crm", &receiver.server.url("/"), &[canary]);
    let printed = format!("{hook:?} {}", serde_json::to_string(&hook).unwrap());
    let pay = open(&store, &clock, vec![hook]);
    order(&pay);
    run(&pay);
    clock.advance(10);
    run(&pay);
    let events = pay.events(read(json!({}))).unwrap();
    let told = serde_json::to_string(&events).unwrap();
    let shown = serde_json::to_string(&pay.webhooks(arguments::webhooks {}).unwrap()).unwrap();
    let metrics = pay.metrics(arguments::metrics {}).unwrap();
    pay.close();
    let mut stored = std::fs::read(&path).unwrap();
    stored.extend(std::fs::read(path.with_extension("db-wal")).unwrap_or_default());
    let stored = String::from_utf8_lossy(&stored).into_owned();
    let sent = format!("{:?}", receiver.got());
    for text in [printed, told, shown, metrics, stored, sent] {
        assert!(!text.contains("Q0FOQVJZ") && !text.contains("CANARY"));
    }
}
