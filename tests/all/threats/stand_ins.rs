//! A gateway and a store that misbehave on command. They misbehave only as real ones could.

use std::sync::{Arc, Condvar, Mutex};

use paywright::api::types::GatewayConfig;
use paywright::api::{Options, Paywright};
use paywright::clock::ManualClock;
use paywright::currency::Currency;
use paywright::engine::{Engine, Mode, NewOrder, NewPayment, Parts};
use paywright::error::{Code, Error, Result};
use paywright::gateway::mock::{Delivery, Kind, Mock, Occasion};
use paywright::gateway::{
    Action, Answer, Call, Facts, Gateway, Moment, Operation, PaymentIntent, Received,
};
use paywright::http::{Headers, NoResponse, Request, Response, Transport};
use paywright::id::SeededRandomness;
use paywright::order::{Line, LineKind};
use paywright::payment::Payment;
use paywright::store::schema::MIGRATIONS;
use paywright::store::sqlite::SqliteStore;
use paywright::store::{Connection, Row, Store, Value, Work};

use super::shop::{Shop, clock, options};

/// What the stand-in does at the next occasion; each but `Calm` happens once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Calm,
    PanicsInCall,
    PanicsInSend,
    PanicsInRead,
    PanicsInReceive,
    /// The transport waits until it is released.
    Blocks,
}

/// A host's own gateway, account `own` with the method `own`.
pub struct StandIn {
    facts: Facts,
    mood: Mutex<Mood>,
    /// How many requests stand before the gate, and whether it is open.
    gate: Mutex<(u32, bool)>,
    moved: Condvar,
}

impl StandIn {
    pub fn new() -> Arc<Self> {
        let manual_confirmation = true;
        let facts =
            Facts { manual_confirmation, ..Facts::of("own", "a stand-in", vec!["own".into()]) };
        let (mood, gate) = (Mutex::new(Mood::Calm), Mutex::new((0, false)));
        Arc::new(StandIn { facts, mood, gate, moved: Condvar::new() })
    }

    pub fn will(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Waits until a request is on its way.
    pub fn wait_for_request(&self) {
        let gate = self.gate.lock().unwrap();
        drop(self.moved.wait_while(gate, |(waiting, _)| *waiting == 0).unwrap());
    }

    /// Lets the request arrive.
    pub fn release(&self) {
        self.gate.lock().unwrap().1 = true;
        self.moved.notify_all();
    }

    fn panic_if(&self, mood: Mood) {
        if self.takes(mood) {
            std::panic::resume_unwind(Box::new("a panic that a test asked for"));
        }
    }

    fn takes(&self, mood: Mood) -> bool {
        let mut now = self.mood.lock().unwrap();
        let taken = *now == mood;
        if taken {
            *now = Mood::Calm;
        }
        taken
    }
}

impl Gateway for StandIn {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(&self, _: Operation<'_>, _: &PaymentIntent, _: Moment<'_>) -> Result<Call> {
        self.panic_if(Mood::PanicsInCall);
        let url = "https://own.invalid/".to_owned();
        Ok(Call::Send(Request { method: "POST", url, headers: Vec::new(), body: Vec::new() }))
    }

    fn read(
        &self,
        _: Operation<'_>,
        _: &PaymentIntent,
        _: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        self.panic_if(Mood::PanicsInRead);
        let action = Action::redirect("https://own.invalid/pay".to_owned());
        Ok(Answer::Waiting { action, reference: None })
    }

    fn receive(&self, _: &Headers, _: &[u8], _: Moment<'_>) -> Result<Received> {
        self.panic_if(Mood::PanicsInReceive);
        Err(Error::new(Code::AuthMismatch))
    }

    fn own_transport(&self) -> Option<&dyn Transport> {
        Some(self)
    }
}

impl Transport for StandIn {
    fn send(&self, _: &Request) -> Result<Response, NoResponse> {
        self.panic_if(Mood::PanicsInSend);
        if self.takes(Mood::Blocks) {
            let mut gate = self.gate.lock().unwrap();
            gate.0 += 1;
            self.moved.notify_all();
            drop(self.moved.wait_while(gate, |(_, open)| !*open).unwrap());
        }
        Ok(Response { status: 200, headers: Vec::new(), body: Vec::new() })
    }
}

/// A shop with the mock gateway and the stand-in.
pub fn shop_with(own: &Arc<StandIn>) -> Shop {
    let clock = clock();
    let gateways: Vec<GatewayConfig> = vec![super::shop::mock()];
    let own_gateways = vec![Arc::clone(own) as Arc<dyn Gateway>];
    let options = Options { own_gateways, ..options(&clock, gateways) };
    Shop { pay: Paywright::open("sqlite::memory:", options).unwrap(), clock }
}

/// What happens to a statement instead of what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meddling {
    /// It meets no row.
    NoRow,
    Fails(Code),
    Panics,
}

/// How often what happens to the statements that begin so.
#[derive(Default)]
struct Plan(Option<(&'static str, Meddling, u32)>);

impl Plan {
    fn next(&mut self, statement: &str) -> Option<Meddling> {
        let (beginning, meddling, left) = self.0.as_mut()?;
        if *left == 0 || !statement.starts_with(*beginning) {
            return None;
        }
        *left -= 1;
        Some(*meddling)
    }
}

/// A store whose statements go wrong as planned; `COMMIT` stands for the end of a unit of work.
pub struct Meddled {
    store: SqliteStore,
    plan: Arc<Mutex<Plan>>,
}

impl Meddled {
    pub fn new() -> Arc<Self> {
        let store = SqliteStore::in_memory(MIGRATIONS).unwrap();
        Arc::new(Meddled { store, plan: Arc::default() })
    }

    pub fn meddle(&self, beginning: &'static str, meddling: Meddling, times: u32) {
        self.plan.lock().unwrap().0 = Some((beginning, meddling, times));
    }

    /// How often the plan would still strike.
    pub fn left(&self) -> u32 {
        self.plan.lock().unwrap().0.map_or(0, |(_, _, left)| left)
    }
}

impl Store for Meddled {
    fn transact(&self, mut work: Work) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        self.store.transact(Box::new(move |connection| {
            let mut meddled = MeddledConnection { connection, plan: &plan };
            work(&mut meddled)?;
            meddled.strike("COMMIT").map(drop)
        }))
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

struct MeddledConnection<'a> {
    connection: &'a mut dyn Connection,
    plan: &'a Mutex<Plan>,
}

impl MeddledConnection<'_> {
    /// Whether the statement meets no row.
    fn strike(&self, statement: &str) -> Result<bool> {
        let meddling = self.plan.lock().unwrap().next(statement);
        match meddling {
            None => Ok(false),
            Some(Meddling::NoRow) => Ok(true),
            Some(Meddling::Fails(code)) => Err(Error::new(code)),
            Some(Meddling::Panics) => std::panic::resume_unwind(Box::new("a panic of the store")),
        }
    }
}

impl Connection for MeddledConnection<'_> {
    fn execute(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<u64> {
        match self.strike(statement)? {
            true => Ok(0),
            false => self.connection.execute(statement, values),
        }
    }

    fn insert(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<i64> {
        self.strike(statement)?;
        self.connection.insert(statement, values)
    }

    fn query(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.connection.query(statement, values, each)
    }
}

/// An engine on a store of one's choice, with a payment and its genuine success.
pub struct Works {
    pub engine: Arc<Engine>,
    pub payment: Payment,
    pub success: Delivery,
}

impl Works {
    pub fn on(store: Arc<dyn Store>) -> Works {
        let mock = Arc::new(Mock::new(Mock::default_options().unwrap()).unwrap());
        let engine = engine(store, &clock(), Arc::clone(&mock));
        let order = engine.create_order(new_order()).unwrap();
        let payment = engine.create_payment(order.id, NewPayment::default()).unwrap().payment;
        let occasion = Occasion::of(&PaymentIntent::of(&payment));
        let deliveries =
            mock.server().callbacks(Kind::Success, &occasion, engine.now(), engine.randomness());
        let success = deliveries.unwrap().remove(0);
        Works { engine, payment, success }
    }

    /// Delivers the success.
    pub fn deliver(&self) -> Result<paywright::engine::CallbackResult> {
        let Delivery { headers, body } = self.success.clone();
        self.engine.handle_callback("mock", headers, &body)
    }

    /// Everything that must be the same where nothing may change.
    pub fn snapshot(&self) -> (paywright::engine::Report, Payment, usize) {
        let report = self.engine.verify().unwrap();
        assert!(report.violations.is_empty(), "{report:?}");
        let payment = self.engine.payment(self.payment.id).unwrap();
        (report, payment, self.engine.balances().unwrap().len())
    }
}

fn engine(store: Arc<dyn Store>, clock: &ManualClock, mock: Arc<Mock>) -> Arc<Engine> {
    Engine::new(Parts {
        store,
        clock: Arc::new(clock.clone()),
        randomness: Arc::new(SeededRandomness::new(1)),
        gateways: vec![mock],
        flows: Vec::new(),
        transport: None,
        webhooks: Vec::new(),
        mode: Mode::Test,
    })
    .unwrap()
}

pub fn new_order() -> NewOrder {
    NewOrder {
        lines: vec![Line {
            kind: LineKind::Item,
            description: "tea".into(),
            quantity: 1,
            unit_amount: 10_000,
        }],
        currency: Currency::parse("CNY").unwrap(),
        reference: None,
        customer: None,
        flow: "retail".into(),
        metadata: Default::default(),
        payable_until: None,
        starts_at: None,
        ends_at: None,
        extends: None,
        idempotency_key: None,
    }
}
