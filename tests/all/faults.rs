//! Every scenario again, on a store that fails once: at its first call, at its second, and so on until the story
//! passes untouched. Each call fails in the way a store can: refused before anything was kept, or, for a commit, kept
//! although the answer was lost. It never accepts books that do not balance.
//!
//! The ordinary run lets every few calls fail; `PAYWRIGHT_FAULTS=all` lets every one fail, by errors and by panics.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use paywright::api::types::arguments;
use paywright::error::{Code, Result};
use paywright::store::faulty::{Fault, Faulty};
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::SqliteStore;
use paywright::store::{Connection, Store, Work};
use paywright_tests::scenario::{Failure, Run, Scenario, Step, all};
use serde_json::json;

/// The ordinary run lets every so many calls fail, beginning elsewhere in every scenario.
const STRIDE: u64 = 3;
/// Longer than a call that failed half-way keeps its idempotency key to itself.
const LEASE_S: i64 = 120;
/// Long enough for everything that failed to be due again.
const DUE_S: i64 = 3_600;
/// The methods that may be repeated under a key.
const KEYED: [&str; 3] = ["create_order", "create_payment", "refund"];

/// Protects: whatever call of the store fails, no invariant breaks; a call that left no trace can be repeated as if
/// nothing had been, and one that did is finished by repeating it, or says why not.
#[test]
fn a_failing_store_breaks_nothing() {
    let thorough = std::env::var("PAYWRIGHT_FAULTS").is_ok_and(|value| value == "all");
    let failing = Fault::Fails(Code::StorageFailed);
    let faults = if thorough { vec![failing, Fault::Panics] } else { vec![failing] };
    let mut ends = BTreeMap::<End, usize>::new();
    for (number, scenario) in all().unwrap().into_iter().enumerate() {
        let scenario = keyed(scenario);
        let place = place_without_fault(&scenario);
        for fault in &faults {
            let stride = if thorough { 1 } else { STRIDE };
            let mut at = 1 + number as u64 % stride;
            while let Some(end) = Story::tell(&scenario, at, *fault, &place) {
                *ends.entry(end).or_default() += 1;
                at += stride;
            }
        }
    }
    println!("{ends:?}");
    assert!(ends.contains_key(&End::AsWritten), "{ends:?}");
}

/// The scenario with a key on every call that can have one: a host that repeats calls gives keys.
fn keyed(mut scenario: Scenario) -> Scenario {
    for (index, step) in scenario.steps.iter_mut().enumerate() {
        if is_keyed(step) {
            let key = json!(format!("the-key-of-step-{index}"));
            step.with.entry("idempotency_key").or_insert(key);
        }
    }
    scenario
}

fn is_keyed(step: &Step) -> bool {
    step.call.as_deref().is_some_and(|method| KEYED.contains(&method))
}

/// Where the money is at the end, without the ids that differ from run to run.
type Place = Vec<(String, String, String, String)>;

fn place_without_fault(scenario: &Scenario) -> Place {
    let mut run = Run::open(scenario, None).unwrap();
    for index in 0..scenario.steps.len() {
        run.step(index).unwrap_or_else(|failure| panic!("{}: {failure}", scenario.name));
    }
    place_in(&run)
}

/// What nobody waited for, such as a refund that an order's cancellation sent out, is mended by due work.
fn place_in(run: &Run<'_>) -> Place {
    run.clock().advance(DUE_S);
    run.pay().run_due(arguments::run_due { limit: None }).unwrap();
    let balances = run.pay().balances(arguments::balances {}).unwrap();
    let kind = |account: &str| account.split(':').next().unwrap_or_default().to_owned();
    let mut place: Vec<_> = balances
        .into_iter()
        .map(|b| (kind(&b.account), b.currency, b.debit.to_string(), b.credit.to_string()))
        .collect();
    place.sort();
    place
}

/// How a story with a fault in it ended; in all of them the books balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Every step went as the file says, if need be when repeated, and the money is where it should be.
    AsWritten,
    /// The failing call had done its work, wholly or in part, so that the file's next words no longer fit.
    Otherwise,
}

/// One telling of a scenario on a store that fails once.
struct Story<'s> {
    scenario: &'s Scenario,
    store: Arc<Faulty<Counting>>,
    run: Run<'s>,
    name: String,
}

impl<'s> Story<'s> {
    /// Nothing if the story was over before the call that was to fail.
    fn tell(scenario: &'s Scenario, at: u64, fault: Fault, place: &Place) -> Option<End> {
        let store = Arc::new(Faulty::new(Counting::new()));
        store.strike(at, fault);
        let open = || Run::open(scenario, Some(Arc::clone(&store) as Arc<dyn Store>));
        // Opening may be what fails; then it is tried again.
        let run = open().or_else(|_| open()).unwrap();
        let name = format!("{}, call {at} ({fault:?})", scenario.name);
        let mut story = Story { scenario, store, run, name };
        let end = story.play();
        if story.store.calls() < at {
            assert_eq!(end, End::AsWritten, "{}: without a fault", story.name);
            return None;
        }
        story.audit();
        if end == End::AsWritten {
            assert_eq!(place_in(&story.run), *place, "{}", story.name);
        }
        Some(end)
    }

    fn play(&mut self) -> End {
        for (index, step) in self.scenario.steps.iter().enumerate() {
            let before = self.store.inner().commits();
            let Err(failure) = self.run.step(index) else { continue };
            if !is_the_fault(&failure) {
                // Met inside a call that went on without what it could not read or write.
                return End::Otherwise;
            }
            self.audit();
            let left_no_trace = self.store.inner().commits() == before;
            let Err(failure) = self.repeat(index) else { continue };
            assert!(!left_no_trace, "{}: repeating step {}: {failure}", self.name, index + 1);
            assert!(!is_the_fault(&failure), "{}: it failed twice: {failure}", self.name);
            let finished = !is_keyed(step) || !matches!(failure, Failure::Refused(_));
            assert!(finished, "{}: the key did not help: {failure}", self.name);
            return End::Otherwise;
        }
        End::AsWritten
    }

    /// Repeats a step; a call that stopped half-way keeps its key to itself for a while, and a circuit that its exchange
    /// opened rests for a while.
    fn repeat(&mut self, index: usize) -> Result<(), Failure> {
        match self.run.step(index) {
            Err(Failure::Refused(error))
                if matches!(error.code(), Code::InProgress | Code::GatewayDown) =>
            {
                self.run.clock().advance(LEASE_S);
                self.run.step(index).map(drop)
            }
            other => other.map(drop),
        }
    }

    fn audit(&self) {
        let report = self.run.pay().verify(arguments::verify {}).unwrap();
        assert!(report.ok, "{}: {:?}", self.name, report.violations);
    }
}

/// The fault itself, where the file expects no failure, or another.
fn is_the_fault(failure: &Failure) -> bool {
    let codes = [Code::StorageFailed, Code::StorageUnknown, Code::Internal];
    match failure {
        Failure::Refused(error) => codes.contains(&error.code()),
        Failure::Differs(why) => {
            why.starts_with("expected the refusal")
                && codes.iter().any(|code| why.contains(&format!("got {}", code.as_str())))
        }
        Failure::File(_) => false,
    }
}

/// A store that counts its commits.
struct Counting {
    store: SqliteStore,
    commits: AtomicU64,
}

impl Counting {
    fn new() -> Self {
        let store = SqliteStore::in_memory(MIGRATIONS).unwrap();
        Counting { store, commits: AtomicU64::new(0) }
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

impl Store for Counting {
    fn transact(&self, work: Work) -> Result<()> {
        let result = self.store.transact(work);
        self.commits.fetch_add(u64::from(result.is_ok()), Ordering::Relaxed);
        result
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Connection) -> Result<()>) -> Result<()> {
        self.store.read(work)
    }

    fn refuse_writes(&self, why: &str) {
        self.store.refuse_writes(why);
    }

    fn close(&self) {
        self.store.close();
    }
}
