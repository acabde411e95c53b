//! What can go wrong between a gateway and its provider, and how a server makes it happen.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

use super::server::{Answered, Received};
use super::{DEADLINES, Stage, locked};

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing does.
    None,
    /// The answer takes a while.
    Slow,
    /// It was done, but the answer comes too late.
    Late,
    /// It was done, but the reply is lost.
    DroppedAfter,
    /// The connection is cut, and nothing was done.
    DroppedBefore,
    /// Nobody can be reached.
    Unreachable,
    /// Too many requests; nothing was done.
    Busy,
    /// Something broke before anything was done.
    BrokenBefore,
    /// Something broke after it was done.
    BrokenAfter,
    /// A service is away; nothing was done.
    Away,
    /// It was done, but a page comes instead of the answer.
    Html,
    /// It was done, but half the answer comes.
    Half,
    /// It was done, but what answers is longer than any answer.
    Huge,
    /// It was done, but the answer is packed, and nobody knows how much it unpacks to.
    Packed,
    /// A redirect; nothing was done.
    Moved,
    /// It was done, but the signature of the answer is spoilt.
    Spoilt(Spoiling),
    /// It is said to be unknown here, and nothing was done.
    NotFound,
    /// What was true a while ago is said, and nothing was done.
    Older,
}

/// How a signature is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoiling {
    /// It is not there.
    Missing,
    /// It is another one.
    Wrong,
}

impl Fault {
    /// Every fault, with how often it strikes: what is tried again may go wrong every time.
    pub const ALL: [(Fault, u32); 22] = [
        (Fault::None, 1),
        (Fault::Slow, 1),
        (Fault::Late, 1),
        (Fault::DroppedAfter, 1),
        (Fault::DroppedBefore, 1),
        (Fault::Unreachable, 1),
        (Fault::Unreachable, 3),
        (Fault::Busy, 1),
        (Fault::Busy, 3),
        (Fault::BrokenBefore, 1),
        (Fault::BrokenBefore, 3),
        (Fault::BrokenAfter, 1),
        (Fault::Away, 1),
        (Fault::Html, 1),
        (Fault::Half, 1),
        (Fault::Huge, 1),
        (Fault::Packed, 1),
        (Fault::Moved, 1),
        (Fault::Spoilt(Spoiling::Missing), 1),
        (Fault::Spoilt(Spoiling::Wrong), 1),
        (Fault::NotFound, 1),
        (Fault::Older, 1),
    ];

    /// Whether a request with this fault does what it asks.
    fn is_after(self) -> bool {
        use Fault::{Away, BrokenBefore, Busy, DroppedBefore, Moved, NotFound, Older, Unreachable};
        let before =
            matches!(self, Away | Busy | BrokenBefore | DroppedBefore | Moved | Unreachable);
        !before && !matches!(self, NotFound | Older)
    }
}

/// A fault that waits for its verb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    pub(super) verb: &'static str,
    pub(super) fault: Fault,
    pub(super) times: u32,
    pub(super) left: u32,
}

impl Trouble {
    /// Whether it strikes once more.
    pub(super) fn strike(&mut self) -> bool {
        let strikes = self.left > 0;
        self.left = self.left.saturating_sub(1);
        strikes
    }
}

/// Serves one request, with the trouble that it meets.
pub(super) fn serve(stage: &Mutex<Stage>, request: &Received, stream: &TcpStream) {
    let (fault, said) = decide(stage, request);
    match fault {
        Fault::Slow => sleep(Duration::from_millis(30)),
        Fault::Late => sleep(DEADLINES.whole + DEADLINES.whole / 4),
        _ => {}
    }
    match (fault, said) {
        (Fault::Half, Some(said)) => half(&said, stream),
        (_, Some(said)) => said.write(stream),
        // The connection closes without a word.
        (_, None) => {}
    }
}

/// What happens in the book, and what is said about it; nothing where the connection is cut.
fn decide(stage: &Mutex<Stage>, request: &Received) -> (Fault, Option<Answered>) {
    let mut stage = locked(stage);
    let verb = stage.provider.verb(request);
    stage.verbs.push(verb);
    let fault = stage.meets(request, |fault| fault != Fault::Unreachable).unwrap_or(Fault::None);
    let done = fault.is_after().then(|| stage.provider.answer(request));
    let page = |status| Answered::of(status, "text/html", "<html><body>Gateway</body></html>");
    let said = match fault {
        Fault::DroppedAfter | Fault::DroppedBefore | Fault::Unreachable => None,
        Fault::Busy | Fault::BrokenBefore | Fault::BrokenAfter => {
            let status = if fault == Fault::Busy { 429 } else { 500 };
            let said = stage.provider.trouble_said(request, fault);
            Some(said.unwrap_or_else(|| page(status)))
        }
        Fault::Away => Some(page(503)),
        Fault::Html => Some(page(200)),
        Fault::Huge => Some(Answered::json(200, vec![b' '; 5 << 20])),
        Fault::Packed => Some(page(200).with("Content-Encoding", "gzip")),
        Fault::Moved => Some(page(302).with("Location", "/elsewhere")),
        Fault::NotFound => Some(stage.provider.not_found(request)),
        Fault::Older => stage.past.as_mut().map(|past| past.answer(request)),
        Fault::Spoilt(how) => done.map(|said| stage.provider.spoilt(&said, how).unwrap_or(said)),
        Fault::None | Fault::Slow | Fault::Late | Fault::Half => done,
    };
    (fault, said)
}

fn half(said: &Answered, mut stream: &TcpStream) {
    let bytes = said.bytes();
    drop(stream.write_all(&bytes[..bytes.len() - said.body.len() / 2]));
}
