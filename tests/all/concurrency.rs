//! Many threads, and two processes on one file, at once: everything takes effect once, no limit is overrun, and
//! nobody is told that the database is busy.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Barrier;
use std::thread;

use paywright::api::Paywright;
use paywright::api::types::arguments::verify;
use paywright_tests::shop::{self, Folder, read};
use serde_json::{Value, json};

/// Rounds of the same callback.
const CALLBACK_ROUNDS: usize = 500;
/// Rounds of the dearer stories.
const ROUNDS: usize = 100;
const PROCESSES: usize = 2;
const THREADS: usize = 32;

/// A call that a process shall make: a method of the public face and its arguments.
type Call = (&'static str, Value);

/// A process that calls what it is told.
struct Caller {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Caller {
    fn start(database: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_caller"))
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut caller = Caller { child, orders, answers };
        assert_eq!(caller.answer(), Vec::<Value>::new(), "the database is open");
        caller
    }

    fn tell(&mut self, calls: &[Call]) {
        writeln!(self.orders, "{}", json!(calls)).unwrap();
    }

    fn answer(&mut self) -> Vec<Value> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        // Its input ends with this test's own; what matters was answered.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A shop on a file that this process and two others have open.
struct Shop {
    pay: Paywright,
    callers: Vec<Caller>,
    _folder: Folder,
}

impl Shop {
    fn open() -> Self {
        let folder = Folder::new();
        let database = folder.file("shop.db");
        let pay = shop::open(&database).unwrap();
        let callers = (0..PROCESSES).map(|_| Caller::start(&database)).collect();
        Shop { pay, callers, _folder: folder }
    }

    /// Has every process make these calls at once; counts how they ended.
    fn at_once(
        &mut self,
        calls: &[Call],
        word: impl Fn(&Value) -> String,
    ) -> BTreeMap<String, usize> {
        self.callers.iter_mut().for_each(|caller| caller.tell(calls));
        let mut ends = BTreeMap::new();
        for end in self.callers.iter_mut().flat_map(Caller::answer) {
            let end = match (end.get("refused"), end.get("failed"), end.get("panic")) {
                (Some(code), None, None) => code.as_str().unwrap().to_owned(),
                (None, None, None) => word(&end),
                _ => panic!("{end}"),
            };
            *ends.entry(end).or_default() += 1;
        }
        ends
    }

    fn paid_payment(&self) -> String {
        let payment = shop::payment(&self.pay).unwrap().id;
        self.pay.handle_callback(shop::success(&self.pay, &payment).unwrap()).unwrap();
        payment
    }

    fn audit(&self) {
        let report = self.pay.verify(verify {}).unwrap();
        assert!(report.ok, "{:?}", report.violations);
    }
}

fn counts<const N: usize>(ends: [(&str, usize); N]) -> BTreeMap<String, usize> {
    ends.map(|(end, count)| (end.to_owned(), count)).into()
}

fn text(end: &Value, member: &str) -> String {
    end.get(member).and_then(Value::as_str).unwrap_or("?").to_owned()
}

/// Protects: the same message from 32 threads in each of two processes is credited once; nobody sees a busy database.
#[test]
fn one_callback_from_everywhere_credits_once() {
    let mut shop = Shop::open();
    for round in 0..CALLBACK_ROUNDS {
        let payment = shop::payment(&shop.pay).unwrap().id;
        let callback = json!(shop::success(&shop.pay, &payment).unwrap());
        let calls = vec![("handle_callback", callback); THREADS];
        let ends = shop.at_once(&calls, |end| text(end, "outcome"));
        let expected = counts([("applied", 1), ("already", PROCESSES * THREADS - 1)]);
        assert_eq!(ends, expected, "round {round}");
    }
    shop.audit();
    let booked: usize = shop.pay.verify(verify {}).unwrap().transfers.try_into().unwrap();
    assert_eq!(booked, CALLBACK_ROUNDS, "one transfer for each round");
}

/// Protects: refunds that together exceed what was collected; one of them is accepted, whoever asks and wherever.
#[test]
fn refunds_at_once_stay_within_what_was_collected() {
    let mut shop = Shop::open();
    for (threads, round) in
        [(1, ROUNDS), (2, ROUNDS)].into_iter().flat_map(|(t, r)| (0..r).map(move |r| (t, r)))
    {
        let with =
            json!({ "payment_id": shop.paid_payment(), "amount": "60.00", "reason": "both" });
        let ends = shop.at_once(&vec![("refund", with); threads], |end| text(end, "state"));
        let refused = PROCESSES * threads - 1;
        let expected = counts([("succeeded", 1), ("refund_exceeds", refused)]);
        assert_eq!(ends, expected, "{threads} threads in each process, round {round}");
    }
    shop.audit();
}

/// Protects: an order has one open payment, however many ask for one at once.
#[test]
fn one_order_gets_one_payment() {
    let mut shop = Shop::open();
    for round in 0..ROUNDS {
        let with = json!({ "order_id": shop::order(&shop.pay).unwrap(), "method": "wechat" });
        let ends = shop.at_once(&vec![("create_payment", with); 16], |end| text(end, "id"));
        let same = *ends.values().next().unwrap();
        assert_eq!((ends.len(), same), (1, PROCESSES * 16), "round {round}: {ends:?}");
    }
    shop.audit();
}

/// Protects: of all who take the same number of a signed request at once, one gets it.
#[test]
fn one_number_is_taken_once() {
    let mut shop = Shop::open();
    for round in 0..ROUNDS {
        let with =
            json!({ "scope": "app", "nonce": format!("n{round}"), "timestamp": 1_767_225_600 });
        let ends = shop.at_once(&vec![("claim_nonce", with); 8], |_| "taken".to_owned());
        let expected = counts([("taken", 1), ("replay", PROCESSES * 8 - 1)]);
        assert_eq!(ends, expected, "round {round}");
    }
}

/// Protects: callers who share commits and have nothing to do with each other all get what they asked for.
#[test]
fn different_payments_do_not_disturb_each_other() {
    const EACH: usize = 25;
    let folder = Folder::new();
    let pay = shop::open(&folder.file("shop.db")).unwrap();
    let awaited = shop::awaited(&pay, THREADS * EACH).unwrap();
    let start = Barrier::new(THREADS);
    let (pay, start) = (&pay, &start);
    thread::scope(|scope| {
        for own in awaited.chunks(EACH) {
            scope.spawn(move || {
                start.wait();
                for awaited in own {
                    let result = pay.handle_callback(awaited.callback.clone()).unwrap();
                    assert_eq!(result.outcome.as_str(), "applied");
                    assert_eq!(result.payment.unwrap().id, awaited.payment);
                    assert_eq!(result.order.unwrap().state, "paid");
                }
            });
        }
    });
    let page = pay.payments(read(json!({ "state": "succeeded" }))).unwrap();
    assert_eq!(page.total as usize, THREADS * EACH);
    assert!(pay.verify(verify {}).unwrap().ok);
}
