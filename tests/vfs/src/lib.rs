//! A SQLite file layer over the default one that can be slow, and can fail in the ways a disk does.
//! It is never part of the library: it exists so that tests can break the disk under it and benchmarks can
//! give every sync the same price.
//!
//! Every write, truncate, sync and delete is one numbered operation. A fault is armed at an operation; until
//! it strikes, everything is passed on. Under an armed power cut, what every write replaced is kept until
//! the file is synced, so that the cut can take back any subset of the 512-byte sectors in between. An armed
//! layer does not sync for real: what it calls durable is durable in this model.

mod file;
mod layer;

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The unit in which a disk writes wholly or not at all.
pub const SECTOR: usize = 512;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One sync fails and makes nothing durable. Later ones work.
    SyncFails,
    /// No write succeeds any more, until [`Vfs::free_space`].
    DiskFull,
    /// Half of one write lands, then it fails. Later ones work.
    TornWrite,
    /// Nothing works any more. [`Vfs::power_cut`] then takes back part of what was not synced.
    PowerCut,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 4] =
        [Fault::SyncFails, Fault::DiskFull, Fault::TornWrite, Fault::PowerCut];
}

/// A file layer registered with SQLite under a name of its own, until the process ends.
pub struct Vfs {
    name: String,
    sync_delay_ns: AtomicU64,
    syncs: AtomicU64,
    /// Whether `state` has to be asked at all; benchmarks never lock it.
    armed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    strikes_at: u64,
    operations: u64,
    struck: bool,
    full: bool,
    dead: bool,
    unsynced: BTreeMap<String, Unsynced>,
}

/// What a file looked like before the writes that no sync has followed.
struct Unsynced {
    length: u64,
    /// Where each write went, and what was there, in the order of writing.
    replaced: Vec<(u64, Vec<u8>)>,
}

/// The kind of an operation, as far as faults care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Write,
    Sync,
    Other,
}

impl Vfs {
    /// Registers a layer under `name`, which must be new in this process.
    pub fn register(name: &str) -> Arc<Vfs> {
        let vfs = Arc::new(Vfs {
            name: name.to_owned(),
            sync_delay_ns: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            armed: AtomicBool::new(false),
            state: Mutex::default(),
        });
        layer::register(&vfs);
        vfs
    }

    /// The name to open databases with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// From now on every sync takes this long on top of what it takes.
    pub fn set_sync_delay(&self, delay: Duration) {
        let nanoseconds = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        self.sync_delay_ns.store(nanoseconds, Ordering::Relaxed);
    }

    /// How many syncs there were.
    pub fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    /// Starts counting operations from 1; `fault` strikes at the first operation it can strike from `at` on.
    /// Without a fault it only counts.
    pub fn arm(&self, fault: Option<Fault>, at: u64) {
        *self.state() = State { fault, strikes_at: at, ..State::default() };
        self.armed.store(true, Ordering::SeqCst);
    }

    /// How many operations there were since [`arm`](Self::arm).
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Whether the fault has struck.
    pub fn struck(&self) -> bool {
        self.state().struck
    }

    /// Ends a [`Fault::DiskFull`].
    pub fn free_space(&self) {
        let mut state = self.state();
        state.fault = None;
        state.full = false;
    }

    /// Takes back a subset, chosen by `seed`, of the sectors that were not synced, and perhaps the growth of
    /// the files. To be called after everything is closed.
    pub fn power_cut(&self, seed: u64) {
        let mut choice = Choice(seed | 1);
        for (path, unsynced) in std::mem::take(&mut self.state().unsynced) {
            let Ok(file) = std::fs::OpenOptions::new().write(true).open(path) else { continue };
            let grown = choice.next();
            for (position, bytes) in unsynced.replaced.iter().rev() {
                for (index, sector) in bytes.chunks(SECTOR).enumerate() {
                    if choice.next() {
                        let position = position + (index * SECTOR) as u64;
                        file.write_all_at(sector, position).expect("the file can be written");
                    }
                }
            }
            if !grown {
                file.set_len(unsynced.length).expect("the file can be cut");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn armed(&self) -> bool {
        self.armed.load(Ordering::Relaxed)
    }

    fn dead(&self) -> bool {
        self.armed() && self.state().dead
    }

    /// Counts an operation and says what strikes it.
    fn step(&self, operation: Operation) -> Option<Fault> {
        if self.armed() { self.state().step(operation) } else { None }
    }

    fn delay_sync(&self) {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        let nanoseconds = self.sync_delay_ns.load(Ordering::Relaxed);
        if nanoseconds > 0 {
            wait_exactly(Duration::from_nanos(nanoseconds));
        }
    }
}

impl State {
    fn step(&mut self, operation: Operation) -> Option<Fault> {
        if self.dead {
            return Some(Fault::PowerCut);
        }
        self.operations += 1;
        if self.full && operation == Operation::Write {
            return Some(Fault::DiskFull);
        }
        let fault = self.fault.filter(|fault| {
            !self.struck && self.operations >= self.strikes_at && fault.strikes(operation)
        })?;
        self.struck = true;
        self.dead = fault == Fault::PowerCut;
        self.full = fault == Fault::DiskFull;
        Some(fault)
    }

    /// Keeps what a write is about to replace, if a power cut may want it back.
    fn remember(&mut self, path: &str, length: u64, position: u64, bytes: Vec<u8>) {
        let fresh = || Unsynced { length, replaced: Vec::new() };
        let unsynced = self.unsynced.entry(path.to_owned()).or_insert_with(fresh);
        unsynced.replaced.push((position, bytes));
    }
}

impl Fault {
    fn strikes(self, operation: Operation) -> bool {
        match self {
            Fault::SyncFails => operation == Operation::Sync,
            Fault::DiskFull | Fault::TornWrite => operation == Operation::Write,
            Fault::PowerCut => true,
        }
    }
}

/// Sleeping is not exact enough for microseconds, spinning takes the processor from everybody else: sleep
/// for most of it, spin for the rest.
fn wait_exactly(delay: Duration) {
    const SLEEP_SLACK: Duration = Duration::from_micros(80);
    let end = Instant::now() + delay;
    if delay > SLEEP_SLACK {
        thread::sleep(delay - SLEEP_SLACK);
    }
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}

/// A reproducible toss of a coin (xorshift).
struct Choice(u64);

impl Choice {
    fn next(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 63 == 0
    }
}
