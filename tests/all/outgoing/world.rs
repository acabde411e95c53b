//! An engine, one payment, and the provider that plays the other side: what both have on their books at the end.

use std::cell::RefCell;
use std::sync::Arc;

use paywright::api::types::{self, GatewayConfig, Mode};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::error::Result;
use paywright::gateway::Gateway;
use paywright::id::{PaymentId, SeededRandomness};
use paywright::payment::{Payment, State};
use paywright_tests::fake::trouble::Fault;
use paywright_tests::fake::{Played, Provider, Standing};
use paywright_tests::shop::{NOW, read};
use serde_json::{Value, json};

/// What the payment is about.
const AMOUNT: &str = "100.00";
/// What goes back of it.
const REFUND: &str = "40.00";
/// No interval of due work is longer.
const HOUR: i64 = 60 * 60;
/// An outcome that is open after this many hours stays open for ever.
const HOURS_MAX: usize = 40;

/// How the engine gets its gateway.
pub enum Own {
    /// The host wrote it.
    Written(fn() -> Vec<Arc<dyn Gateway>>),
    /// It is one of ours, with these options.
    Configured(fn() -> Value),
    /// The same, from its test double.
    Account(fn() -> GatewayConfig),
}

/// A gateway and the provider behind it.
pub struct Account {
    pub name: &'static str,
    pub own: Own,
    pub provider: fn(&ManualClock) -> Box<dyn Provider>,
    pub currency: &'static str,
    /// How its payers meet it, where that is not the gateway's own choice.
    pub experience: Option<&'static str>,
    /// Whether its payers only agree, and the money is taken by us.
    pub consent: bool,
    /// What it can do.
    pub verbs: &'static [&'static str],
}

/// The two sides.
pub struct World {
    pay: Paywright,
    clock: ManualClock,
    played: Played,
    order: String,
    experience: Option<&'static str>,
    payment: RefCell<Option<String>>,
    refund: RefCell<Option<String>>,
}

impl World {
    pub fn open(account: &Account) -> Self {
        let clock = ManualClock::new(Time::parse("now", NOW).unwrap());
        let played = Played::start((account.provider)(&clock));
        let (gateways, own_gateways) = match &account.own {
            Own::Written(own) => (Vec::new(), own()),
            Own::Account(account) => (vec![account()], Vec::new()),
            Own::Configured(options) => (read(options()), Vec::new()),
        };
        let options = Options {
            mode: Mode::test,
            gateways,
            own_gateways,
            transport: Some(played.transport()),
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SeededRandomness::new(1)),
            ..Options::default()
        };
        let pay = Paywright::open("sqlite::memory:", options).unwrap();
        let order = read(json!({"currency": account.currency, "amount": AMOUNT}));
        let order = pay.create_order(order).unwrap().id;
        World {
            pay,
            clock,
            played,
            order,
            experience: account.experience,
            payment: RefCell::default(),
            refund: RefCell::default(),
        }
    }

    pub fn trouble(&self, verb: &'static str, fault: Fault, times: u32) {
        self.played.trouble(verb, fault, times);
    }

    pub fn has_struck(&self) -> bool {
        self.played.has_struck()
    }

    /// Creates the payment. That it may fail is what the stories are about; it is on disk in any case.
    pub fn pay(&self) {
        self.create(json!({"order_id": self.order, "return_url": "https://shop.invalid/back"}));
    }

    /// Creates a payment whose money is held first.
    pub fn hold(&self) {
        self.create(json!({
            "order_id": self.order, "capture": "manual", "return_url": "https://shop.invalid/back",
        }));
    }

    fn create(&self, mut asked: Value) {
        asked["experience"] = self.experience.into();
        drop(self.pay.create_payment(read(asked)));
        let all = self.pay.payments(read(json!({"order_id": self.order}))).unwrap();
        *self.payment.borrow_mut() = Some(all.items[0].id.clone());
    }

    fn id(&self) -> String {
        self.payment.borrow().clone().expect("a payment")
    }

    /// The payment as it is here.
    pub fn payment(&self) -> Payment {
        self.pay.engine().payment(PaymentId::parse(&self.id()).unwrap()).unwrap()
    }

    /// Where the payment stands here.
    pub fn state(&self) -> &'static str {
        self.payment().state.as_str()
    }

    /// What the provider was asked, one word for each request.
    pub fn verbs(&self) -> Vec<&'static str> {
        self.played.verbs()
    }

    /// How many payments and how many refunds the provider has.
    pub fn there(&self) -> (usize, usize) {
        self.played.with(|provider| (provider.payments().len(), provider.refunds().len()))
    }

    /// Some time passes.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    pub fn payer_pays(&self) {
        self.played.with(|provider| provider.payer_pays());
    }

    pub fn remember(&self) {
        self.played.remember();
    }

    pub fn refunds_wait(&self) {
        self.played.with(|provider| provider.refunds_wait());
    }

    pub fn refunds_arrive(&self) {
        self.played.with(|provider| provider.refunds_arrive());
    }

    pub fn sync(&self) {
        drop(self.try_sync());
    }

    /// Asks about the payment, and says how that went.
    pub fn try_sync(&self) -> Result<types::Payment> {
        self.pay.sync_payment(read(json!({"payment_id": self.id()})))
    }

    /// Collects what is held, as a host does that finds it held.
    pub fn capture(&self, amount: Option<&str>) {
        if self.state() != "succeeded" {
            drop(
                self.pay.capture_payment(read(json!({"payment_id": self.id(), "amount": amount}))),
            );
        }
    }

    pub fn cancel(&self) {
        drop(self.pay.cancel_payment(read(json!({"payment_id": self.id()}))));
    }

    /// Pays a part back, once the payment is known to have been collected.
    pub fn refund(&self) {
        self.settle();
        let asked = json!({"payment_id": self.id(), "amount": REFUND});
        let refund = self.pay.refund(read(asked)).unwrap();
        *self.refund.borrow_mut() = Some(refund.id);
    }

    pub fn sync_refund(&self) {
        let refund = self.refund.borrow().clone().expect("a refund");
        drop(self.pay.sync_refund(read(json!({"refund_id": refund}))));
    }

    /// Lets time pass and due work run until nothing is open.
    pub fn settle(&self) {
        for _ in 0..HOURS_MAX {
            let report = self.pay.run_due(read(json!({}))).unwrap();
            let idle = report.payments == 0 && report.refunds == 0;
            if idle && !self.is_open() {
                return;
            }
            self.clock.advance(HOUR);
        }
    }

    fn is_open(&self) -> bool {
        let payment = self.payment();
        payment.due_at.is_some() || payment.refund_pending != 0
    }

    /// Whatever the two sides do not agree on.
    pub fn disagreements(&self) -> Vec<String> {
        let payment = self.payment();
        let (there, back) = self.played.with(|provider| (provider.payments(), provider.refunds()));
        let mut wrong = Vec::new();
        let mut expect = |holds: bool, what: String| {
            if !holds {
                wrong.push(format!("{what}; asked {:?}", self.played.verbs()));
            }
        };
        expect(!self.is_open(), format!("still open as {}", payment.state.as_str()));
        expect(there.len() <= 1, format!("{} payments there", there.len()));
        expect(back.len() <= 1, format!("{} refunds there", back.len()));
        let collected: i64 = there.iter().map(|payment| payment.collected).sum();
        let captured = payment.captured;
        expect(captured == collected, format!("{captured} here, {collected} there"));
        let paid: i64 = back.iter().filter(|refund| refund.paid).map(|refund| refund.amount).sum();
        let refunded = payment.refunded;
        expect(refunded == paid, format!("{refunded} back here, {paid} there"));
        let over = matches!(payment.state, State::Failed | State::Cancelled | State::Expired);
        let live = |p: &paywright_tests::fake::PaymentOnBook| p.standing != Standing::Over;
        expect(!over || !there.iter().any(live), format!("over here, but there {there:?}"));
        let report = self.pay.verify(read(json!({}))).unwrap();
        expect(report.ok, format!("{:?}", report.violations));
        // A refund that was clearly refused and is not there is for a person, who may ask for another one.
        let fits = |kind: &str| kind == "refund_failed" && back.is_empty();
        let exceptions = self.pay.exceptions(read(json!({}))).unwrap().items;
        expect(exceptions.iter().all(|e| fits(e.kind.as_str())), format!("{exceptions:?}"));
        wrong
    }
}
