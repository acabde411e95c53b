//! A shop with payments that wait for their callbacks: what suites about crashes, crowds and speed begin with.
//! It settles nothing by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use paywright::api::types::{Headers, Mode, Payment, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::error::Result;
use paywright::store::Store;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What every clock of the shop shows: callbacks signed by one process are fresh in another.
pub const NOW: &str = "2026-01-01T00:00:00Z";

/// The account whose callbacks are delivered.
pub const GATEWAY: &str = "mock";

/// What every payment of the shop collects.
pub const AMOUNT: &str = "100.00";

/// Opens the shop's database file.
pub fn open(path: &Path) -> Result<Paywright> {
    Paywright::open(&path.to_string_lossy(), options()?)
}

/// Opens the shop over a store of the caller's.
pub fn open_on(store: Arc<dyn Store>) -> Result<Paywright> {
    Paywright::open("", Options { store: Some(store), ..options()? })
}

fn options() -> Result<Options> {
    let clock = Arc::new(ManualClock::new(Time::parse("now", NOW)?));
    Ok(Options {
        mode: Mode::test,
        gateways: vec![read(json!({ "mock": {} }))],
        clock,
        ..Options::default()
    })
}

/// Arguments of the public face, written as JSON. Panics when they are not what the method takes.
pub fn read<T: DeserializeOwned>(arguments: Value) -> T {
    serde_json::from_value(arguments).expect("arguments that the method takes")
}

/// A new order.
pub fn order(pay: &Paywright) -> Result<String> {
    let order = pay.create_order(read(json!({ "currency": "CNY", "amount": AMOUNT })))?;
    Ok(order.id)
}

/// A new payment of a new order.
pub fn payment(pay: &Paywright) -> Result<Payment> {
    pay.create_payment(read(json!({ "order_id": order(pay)?, "method": "wechat" })))
}

/// The callback that says that a payment succeeded, ready to be handed in, any number of times.
pub fn success(pay: &Paywright, payment: &str) -> Result<arguments::handle_callback> {
    let of = read(json!({ "payment_id": payment, "kind": "success" }));
    let delivery = pay.mock_callbacks(of)?.remove(0);
    Ok(arguments::handle_callback {
        gateway: GATEWAY.to_owned(),
        headers: Headers(delivery.headers.into_iter().collect()),
        body: delivery.body,
    })
}

/// New payments, each with its callback.
pub fn awaited(pay: &Paywright, count: usize) -> Result<Vec<Awaited>> {
    let one = |_| {
        let payment = payment(pay)?.id;
        Ok(Awaited { callback: success(pay, &payment)?, payment })
    };
    (0..count).map(one).collect()
}

/// A payment and the callback that will settle it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Awaited {
    /// The payment's id.
    pub payment: String,
    /// What the gateway will post.
    pub callback: arguments::handle_callback,
}

/// A folder in memory where there is one, removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// A new, empty folder.
    pub fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("paywright-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for the database");
        Folder(path)
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Default for Folder {
    fn default() -> Self {
        Folder::new()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left over in a temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
