//! The threads that work while JavaScript goes on: a few for the whole process, started when they are needed. They never
//! touch a value of JavaScript, and none of Node's own threads ever waits for them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// One database writes one thing at a time; more threads only help those who wait for a gateway.
const THREADS_MAX: usize = 16;

type Job = Box<dyn FnOnce() + Send>;

struct State {
    waiting: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

static STATE: Mutex<State> = Mutex::new(State { waiting: VecDeque::new(), threads: 0, idle: 0 });
static ARRIVED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has a job done by the next thread that is free. Where not even one thread can be started, it is done here.
pub fn submit(job: impl FnOnce() + Send + 'static) {
    let mut state = state();
    state.waiting.push_back(Box::new(job));
    if state.waiting.len() > state.idle && state.threads < THREADS_MAX {
        let named = thread::Builder::new().name("paywright".to_owned());
        match named.spawn(work) {
            Ok(_) => state.threads += 1,
            Err(_) if state.threads == 0 => {
                let job = state.waiting.pop_back();
                drop(state);
                job.into_iter().for_each(run);
                return;
            }
            Err(_) => {}
        }
    }
    drop(state);
    ARRIVED.notify_one();
}

fn work() {
    loop {
        let mut state = state();
        let job = loop {
            if let Some(job) = state.waiting.pop_front() {
                break job;
            }
            state.idle += 1;
            state = ARRIVED.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        };
        drop(state);
        run(job);
    }
}

/// The core turns its own panics into errors; this is for those of the binding.
fn run(job: Job) {
    drop(catch_unwind(AssertUnwindSafe(job)));
}
