//! Public identifiers, and the randomness behind them. The only file that rolls dice; it never decides anything.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::clock::Time;
use crate::error::{Code, Error, Result};

/// Where unguessable bytes come from.
pub trait Randomness: Send + Sync {
    /// Fills the buffer. Fails with `internal` when the source has nothing to give.
    fn fill(&self, buffer: &mut [u8]) -> Result<()>;

    /// Whether somebody who knows how it was made can know its bytes; nothing for real money.
    fn is_guessable(&self) -> bool {
        false
    }
}

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, buffer: &mut [u8]) -> Result<()> {
        getrandom::fill(buffer).map_err(|e| Error::bug(format_args!("no randomness: {e}")))
    }
}

/// A source that gives the same bytes for the same seed; for tests and replays only, its bytes can be guessed.
#[derive(Debug)]
pub struct SeededRandomness {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededRandomness {
    /// A source that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        SeededRandomness { seed, drawn: AtomicU64::new(0) }
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, buffer: &mut [u8]) -> Result<()> {
        for chunk in buffer.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(self.drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes())
                .finalize();
            chunk.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        }
        Ok(())
    }

    fn is_guessable(&self) -> bool {
        true
    }
}

/// A new time-ordered identifier: 48 bits of time, 80 bits of randomness.
fn ulid(now: Time, randomness: &dyn Randomness) -> Result<Ulid> {
    let mut bytes = [0_u8; 16];
    randomness.fill(&mut bytes)?;
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    Ok(Ulid::from_parts(millis, u128::from_be_bytes(bytes)))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal $what:literal)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// What every such id starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id.
            pub fn new(now: Time, randomness: &dyn Randomness) -> Result<Self> {
                ulid(now, randomness).map($name)
            }

            /// Reads the text form. Fails with `id_format`.
            pub fn parse(text: &str) -> Result<Self> {
                Self::find(text).ok_or_else(|| {
                    Error::new(Code::IdFormat)
                        .with("field", concat!($what, " id"))
                        .with("given", text.escape_debug())
                        .with("rule", concat!("it starts with ", $prefix, " and 26 letters and digits follow"))
                })
            }

            /// Reads what may be an id as well as something else, which is no error then and costs none.
            pub fn find(text: &str) -> Option<Self> {
                let rest = text.strip_prefix($prefix).filter(|rest| rest.len() == ulid::ULID_LEN)?;
                let id = Ulid::from_string(rest).ok()?;
                // There is one way to write it.
                (rest == &*id.array_to_str(&mut [0; ulid::ULID_LEN])).then_some($name(id))
            }

            /// The sixteen bytes that are stored.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_bytes()
            }

            /// From the sixteen stored bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                $name(Ulid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                let mut buffer = [0_u8; ulid::ULID_LEN];
                f.write_str(self.0.array_to_str(&mut buffer))
            }
        }
    )*};
}

ids! {
    /// An order's public id, `ord_…`.
    OrderId "ord_" "order"
    /// A payment's public id, `pay_…`.
    PaymentId "pay_" "payment"
    /// A refund's public id, `ref_…`.
    RefundId "ref_" "refund"
    /// An exception's public id, `exc_…`.
    ExceptionId "exc_" "exception"
    /// The id of a message to a webhook, `msg_…`; the same for every attempt.
    MessageId "msg_" "message"
}
