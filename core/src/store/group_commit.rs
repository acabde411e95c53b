//! Callers who arrive while a commit is running share the next one; a caller who finds nobody in the way
//! works on its own thread. It never says how a commit is made, and never lets one caller's failure or
//! panic reach another.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::error::{Code, Error, Result};
use crate::store::{Connection, Work};

/// At most this many units of work share a commit. More brings little (the cost of the commit is spread
/// thin already) and makes everyone in it wait for all the others.
pub(super) const BATCH_MAX: usize = 128;

/// What makes units of work durable.
pub(super) trait Committer: Send + 'static {
    /// Runs all jobs in one transaction and leaves each with its own result. A job that fails leaves no
    /// trace and disturbs no other; if the commit itself fails, every job gets that error, because even a
    /// refusal may rest on what a neighbour wrote and lost.
    fn commit(&mut self, jobs: &mut [Job]);
}

/// A unit of work and what came of it.
pub(super) struct Job {
    work: Work,
    /// The result of the last attempt.
    pub(super) result: Result<()>,
}

impl Job {
    fn new(work: Work) -> Self {
        Job { work, result: Err(Error::bug("a unit of work was never run")) }
    }

    /// Runs the work. If it panics, that is its result, now and at every later attempt.
    pub(super) fn attempt(&mut self, connection: &mut dyn Connection) {
        let work = &mut self.work;
        self.result = unpanicked(|| work(connection));
        if self.result.as_ref().is_err_and(is_panic) {
            let spent = std::mem::replace(&mut self.work, Box::new(|_| Err(panicked())));
            // What it holds may be in no state to be dropped either.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(spent)));
        }
    }
}

const PANICKED: &str = "a unit of work panicked";

fn panicked() -> Error {
    Error::bug(PANICKED)
}

fn is_panic(error: &Error) -> bool {
    error.code() == Code::Internal && error.detail("what") == Some(PANICKED)
}

/// Runs `work`; a panic becomes the error `internal`. Its message stays out: it may hold anything.
pub(super) fn unpanicked(work: impl FnOnce() -> Result<()>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(panicked()))
}

/// Locks; a panic elsewhere while holding the lock is no reason to stop, all state here stays whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A committer, and the line in front of it.
pub(super) struct GroupCommit<C> {
    shared: Arc<Shared<C>>,
}

struct Shared<C> {
    /// Taken before `line` when both are needed; taken the other way round only by `try_lock`.
    committer: Mutex<Option<C>>,
    line: Mutex<Line>,
    arrived: Condvar,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Ticket>,
    closed: bool,
    /// Above zero while the writer thread waits for so many; until then nobody works past it.
    wanted: usize,
    /// Started when a caller first has to wait.
    thread: Option<JoinHandle<()>>,
}

/// A caller's place in the line.
struct Ticket {
    job: Job,
    reply: Arc<Reply>,
}

#[derive(Default)]
struct Reply {
    result: Mutex<Option<Result<()>>>,
    ready: Condvar,
}

impl Reply {
    fn give(&self, result: Result<()>) {
        *lock(&self.result) = Some(result);
        self.ready.notify_one();
    }

    fn wait(&self) -> Result<()> {
        let mut result = lock(&self.result);
        loop {
            match result.take() {
                Some(result) => return result,
                None => result = self.ready.wait(result).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl<C: Committer> GroupCommit<C> {
    pub(super) fn new(committer: C) -> Self {
        let shared = Shared {
            committer: Mutex::new(Some(committer)),
            line: Mutex::default(),
            arrived: Condvar::new(),
        };
        GroupCommit { shared: Arc::new(shared) }
    }

    /// Runs one unit of work, alone or together with others, and returns its own result.
    pub(super) fn submit(&self, work: Work) -> Result<()> {
        let mut line = lock(&self.shared.line);
        if line.closed {
            return Err(Error::new(Code::StoreClosed));
        }
        if line.waiting.is_empty() && line.wanted == 0 {
            let free = match self.shared.committer.try_lock() {
                Ok(guard) => Some(guard),
                Err(TryLockError::Poisoned(guard)) => Some(guard.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            };
            if let Some(mut committer) = free {
                drop(line);
                return alone(&mut committer, work);
            }
        }
        if line.thread.is_none() {
            line.thread = self.start();
        }
        if line.thread.is_none() {
            // No thread to be had: wait for the committer like for any lock.
            drop(line);
            return alone(&mut lock(&self.shared.committer), work);
        }
        let reply = Arc::new(Reply::default());
        line.waiting.push_back(Ticket { job: Job::new(work), reply: Arc::clone(&reply) });
        let enough = line.waiting.len() == line.wanted.max(1);
        drop(line);
        if enough {
            self.shared.arrived.notify_one();
        }
        reply.wait()
    }

    /// Uses the committer between two commits.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut C) -> Result<T>) -> Result<T> {
        match &mut *lock(&self.shared.committer) {
            Some(committer) => work(committer),
            None => Err(Error::new(Code::StoreClosed)),
        }
    }

    /// Finishes what was submitted, refuses what comes later, and hands the committer back (once).
    pub(super) fn close(&self) -> Option<C> {
        let thread = {
            let mut line = lock(&self.shared.line);
            line.closed = true;
            line.thread.take()
        };
        self.shared.arrived.notify_one();
        // What the last unit of work held may be the last hold on the store: then the writer itself closes it.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id())
        {
            let _ = thread.join(); // it catches panics and has no result
        }
        lock(&self.shared.committer).take()
    }

    fn start(&self) -> Option<JoinHandle<()>> {
        let shared = Arc::clone(&self.shared);
        thread::Builder::new().name("paywright-writer".into()).spawn(move || shared.serve()).ok()
    }
}

fn alone<C: Committer>(committer: &mut Option<C>, work: Work) -> Result<()> {
    let mut job = Job::new(work);
    commit(committer, std::slice::from_mut(&mut job));
    job.result
}

/// Commits; a panic of the committer itself leaves open what became of the jobs.
fn commit<C: Committer>(committer: &mut Option<C>, jobs: &mut [Job]) {
    let Some(committer) = committer else {
        return jobs.iter_mut().for_each(|job| job.result = Err(Error::new(Code::StoreClosed)));
    };
    if catch_unwind(AssertUnwindSafe(|| committer.commit(jobs))).is_err() {
        jobs.iter_mut().for_each(|job| job.result = Err(Error::new(Code::StorageUnknown)));
    }
}

impl<C: Committer> Shared<C> {
    /// The writer thread: takes whoever waits, commits for all of them, answers in the order of arrival.
    fn serve(&self) {
        let (mut jobs, mut replies) = (Vec::new(), Vec::<Arc<Reply>>::new());
        let mut linger = Linger::default();
        while self.wait(&mut linger) {
            let mut committer = lock(&self.committer);
            self.take(&mut jobs, &mut replies);
            commit(&mut committer, &mut jobs);
            drop(committer);
            self.invite_back(jobs.len(), &mut linger);
            for (job, reply) in jobs.iter_mut().zip(replies.drain(..)) {
                reply.give(std::mem::replace(&mut job.result, Ok(())));
            }
            // Callers go on first; dropping what they captured may take a while, and may panic.
            while let Some(job) = jobs.pop() {
                let _ = catch_unwind(AssertUnwindSafe(|| drop(job)));
            }
        }
    }

    /// Before those just served are answered: how many, together with those who came meanwhile, to wait for.
    fn invite_back(&self, served: usize, linger: &mut Linger) {
        let mut line = lock(&self.line);
        line.wanted = linger.wanted(served, line.waiting.len());
    }

    /// Waits until somebody stands in line, and a moment longer for those invited back; false when nobody
    /// will come any more.
    fn wait(&self, linger: &mut Linger) -> bool {
        let mut line = lock(&self.line);
        let wanted = line.wanted;
        if wanted > 0 {
            let missing = |line: &mut Line| line.waiting.len() < wanted && !line.closed;
            let waited = self.arrived.wait_timeout_while(line, LINGER, missing);
            line = waited.unwrap_or_else(PoisonError::into_inner).0;
            linger.learn(line.waiting.len() >= wanted);
            line.wanted = 0;
        }
        while line.waiting.is_empty() && !line.closed {
            line = self.arrived.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
        !line.waiting.is_empty()
    }

    fn take(&self, jobs: &mut Vec<Job>, replies: &mut Vec<Arc<Reply>>) {
        let mut line = lock(&self.line);
        let count = line.waiting.len().min(BATCH_MAX);
        for ticket in line.waiting.drain(..count) {
            jobs.push(ticket.job);
            replies.push(ticket.reply);
        }
    }
}

/// The longest time for which a commit is put off. Callers who come back do so within this.
const LINGER: Duration = Duration::from_micros(250);

/// After this many commits that were not put off, callers get another chance to come back.
const SKIP_MAX: u32 = 64;

/// Whether it pays to put a commit off until the callers of the last one come back.
///
/// Without it the callers fall into two halves that take turns, and every commit carries one half. They
/// come back at once where loops call, and not at all where requests trickle in; so whenever nobody came,
/// twice as many commits as before go without waiting.
#[derive(Default)]
struct Linger {
    /// Commits still to go without waiting.
    skip: u32,
    /// What `skip` was last set to.
    skipped: u32,
}

impl Linger {
    /// How many callers to wait for; zero for not waiting.
    fn wanted(&mut self, served: usize, waiting: usize) -> usize {
        if served + waiting < 2 {
            return 0;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return 0;
        }
        (served + waiting).min(BATCH_MAX)
    }

    fn learn(&mut self, came_back: bool) {
        self.skipped = if came_back { 0 } else { (self.skipped * 2).clamp(1, SKIP_MAX) };
        self.skip = self.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Row, Value};
    use std::panic::resume_unwind;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Notes how many jobs came in each commit; a commit takes a moment, and can be told to go wrong.
    #[derive(Default)]
    struct Recorder {
        batches: Arc<Mutex<Vec<usize>>>,
        panics: bool,
    }

    struct NoConnection;

    impl Connection for NoConnection {
        fn execute(&mut self, _: &'static str, _: &[Value<'_>]) -> Result<u64> {
            Ok(0)
        }
        fn insert(&mut self, _: &'static str, _: &[Value<'_>]) -> Result<i64> {
            Ok(0)
        }
        fn query(
            &mut self,
            _: &'static str,
            _: &[Value<'_>],
            _: &mut dyn FnMut(&dyn Row) -> Result<()>,
        ) -> Result<()> {
            Ok(())
        }
    }

    impl Committer for Recorder {
        fn commit(&mut self, jobs: &mut [Job]) {
            lock(&self.batches).push(jobs.len());
            jobs.iter_mut().for_each(|job| job.attempt(&mut NoConnection));
            thread::sleep(Duration::from_millis(2));
            if self.panics {
                resume_unwind(Box::new("throwaway"));
            }
        }
    }

    fn submit_at_once(group: &GroupCommit<Recorder>, callers: usize) -> Vec<Result<()>> {
        thread::scope(|scope| {
            let threads: Vec<_> =
                (0..callers).map(|_| scope.spawn(|| group.submit(Box::new(|_| Ok(()))))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// Protects: a caller alone starts no thread; many share commits, none larger than the limit, and each is
    /// served once.
    #[test]
    fn batches() {
        let recorder = Recorder::default();
        let batches = Arc::clone(&recorder.batches);
        let group = GroupCommit::new(recorder);
        for _ in 0..3 {
            group.submit(Box::new(|_| Ok(()))).unwrap();
        }
        assert_eq!(*lock(&batches), [1, 1, 1]);
        assert!(lock(&group.shared.line).thread.is_none());

        lock(&batches).clear();
        assert!(submit_at_once(&group, 300).iter().all(Result::is_ok));
        let batches = lock(&batches);
        assert_eq!(batches.iter().sum::<usize>(), 300);
        assert!(batches.iter().all(|jobs| *jobs <= BATCH_MAX), "{batches:?}");
        assert!(batches.len() < 100, "{batches:?}");
    }

    /// Protects: a defect of the committer leaves nobody waiting and claims nothing.
    #[test]
    fn a_panicking_committer() {
        let group = GroupCommit::new(Recorder { panics: true, ..Recorder::default() });
        for result in submit_at_once(&group, 20) {
            assert_eq!(result.unwrap_err().code(), Code::StorageUnknown);
        }
    }

    /// Protects: what panics once is not run again, and even its dropping may panic.
    #[test]
    fn a_panic_is_final() {
        struct PanicsWhenDropped;
        impl Drop for PanicsWhenDropped {
            fn drop(&mut self) {
                resume_unwind(Box::new("throwaway"));
            }
        }
        let (runs, held) = (Arc::new(AtomicUsize::new(0)), PanicsWhenDropped);
        let counted = Arc::clone(&runs);
        let mut job = Job::new(Box::new(move |_| {
            let _held = &held;
            counted.fetch_add(1, Ordering::SeqCst);
            resume_unwind(Box::new("throwaway"))
        }));
        for _ in 0..2 {
            job.attempt(&mut NoConnection);
            assert_eq!(job.result.as_ref().unwrap_err().code(), Code::Internal);
        }
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    /// Protects: who came before the closing is served, who comes after is told; the committer is handed back.
    #[test]
    fn closing() {
        let group = GroupCommit::new(Recorder::default());
        let until = |reached: fn(&Line) -> bool| {
            while !reached(&lock(&group.shared.line)) {
                thread::yield_now();
            }
        };
        thread::scope(|scope| {
            let mut early = Vec::new();
            let mut closing = None;
            // While the committer is in use, all stand in line.
            let used = group.with(|_| {
                early.extend((0..20).map(|_| scope.spawn(|| group.submit(Box::new(|_| Ok(()))))));
                until(|line| line.waiting.len() == 20);
                closing = Some(scope.spawn(|| group.close().is_some()));
                until(|line| line.closed);
                Ok(())
            });
            assert!(used.is_ok());
            assert!(early.into_iter().all(|thread| thread.join().unwrap().is_ok()));
            assert!(closing.is_some_and(|thread| thread.join().unwrap()));
        });
        assert!(group.close().is_none());
        let late = group.submit(Box::new(|_| Ok(())));
        assert_eq!(late.unwrap_err().code(), Code::StoreClosed);
        assert!(group.with(|_| Ok(())).is_err());
    }

    /// Protects: a store whose last hold is dropped with a unit of work is closed by the writer, which does not wait
    /// for itself.
    #[test]
    fn closing_from_within() {
        struct Hold(Arc<GroupCommit<Recorder>>, std::sync::mpsc::Sender<bool>);
        impl Drop for Hold {
            fn drop(&mut self) {
                let _ = self.1.send(self.0.close().is_some());
            }
        }
        let group = Arc::new(GroupCommit::new(Recorder::default()));
        let (sender, closed) = std::sync::mpsc::channel();
        let hold = Hold(Arc::clone(&group), sender);
        thread::scope(|scope| {
            let used = group.with(|_| {
                let work = move |_: &mut dyn Connection| {
                    let _held = &hold;
                    Ok(())
                };
                let group = &group;
                scope.spawn(move || group.submit(Box::new(work)));
                while lock(&group.shared.line).waiting.is_empty() {
                    thread::yield_now();
                }
                Ok(())
            });
            assert!(used.is_ok());
        });
        assert_eq!(closed.recv(), Ok(true));
    }

    /// Protects: waiting for callers who do not come back is given up quickly, and tried again later.
    #[test]
    fn lingering_is_given_up() {
        let mut linger = Linger::default();
        let mut waits = 0;
        for _ in 0..1_000 {
            if linger.wanted(4, 4) > 0 {
                waits += 1;
                linger.learn(false);
            }
        }
        assert!((7..30).contains(&waits), "{waits}");
        while linger.wanted(4, 4) == 0 {}
        linger.learn(true);
        assert_eq!(linger.wanted(4, 4), 8);
        assert_eq!(linger.wanted(BATCH_MAX, 4), BATCH_MAX);
        assert_eq!(linger.wanted(1, 0), 0, "a caller alone is not waited for");
    }
}
