//! Numbers of signed requests, so that a request that was seen is not obeyed again. Whether it was signed, and by whom, is
//! its reader's to say; nothing here looks at a signature.

use std::sync::Arc;

use super::Engine;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::journal::SYSTEM;
use crate::store::sql::nonces;
use crate::text;

/// How far a request's time may be from ours, unless the host says otherwise.
const TOLERANCE_S: i64 = 300;
/// How far at most. A number is kept for as long, so that a tolerance that is widened later lets nothing in again.
const TOLERANCE_S_MAX: i64 = 3600;
/// A number has at most this many characters: a digest in hex.
const NONCE_MAX: usize = 128;
/// One run of due work forgets about so many numbers: in a minute, what 160 requests a second leave behind.
const FORGOTTEN_MAX: i64 = 10_000;

/// A signed request's claim to be of our time and new.
#[derive(Clone, Debug)]
pub struct NonceClaim {
    /// Among whose numbers it must be new.
    pub scope: String,
    /// The number.
    pub nonce: String,
    /// The request's time, in Unix seconds.
    pub timestamp: i64,
    /// How far that may be from ours.
    pub tolerance_s: Option<i64>,
}

impl NonceClaim {
    fn check(&self, now: Time) -> Result<()> {
        text::reference("scope", &self.scope)?;
        let printable = self.nonce.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable || !(1..=NONCE_MAX).contains(&self.nonce.len()) {
            return Err(Error::new(Code::IdFormat)
                .with("field", "nonce")
                .with("given", self.nonce.escape_debug())
                .with("rule", "it has 1 to 128 printable ASCII characters without spaces"));
        }
        let tolerance = self.tolerance_s.unwrap_or(TOLERANCE_S);
        if !(1..=TOLERANCE_S_MAX).contains(&tolerance) {
            return Err(Error::new(Code::ArgumentRange)
                .with("field", "tolerance_s")
                .with("given", tolerance)
                .with("rule", format_args!("1 to {TOLERANCE_S_MAX}")));
        }
        let age = now.seconds().saturating_sub(self.timestamp);
        match age.unsigned_abs() <= tolerance.unsigned_abs() {
            true => Ok(()),
            false => Err(Error::new(Code::AuthStale)
                .with("age", age.unsigned_abs())
                .with("tolerance", tolerance)),
        }
    }

    /// From when on its time alone refuses the request, whatever the tolerance.
    fn expires_at(&self) -> Time {
        Time::from_millis(0)
            .plus_seconds(self.timestamp.saturating_add(TOLERANCE_S_MAX).saturating_add(1))
    }
}

impl Engine {
    /// Takes the number of a signed request. Fails with `auth_stale` (it is not of our time), `replay` (the number was
    /// taken before), `id_format` and `argument_range`.
    pub fn claim_nonce(self: &Arc<Self>, claim: NonceClaim) -> Result<()> {
        claim.check(self.now())?;
        self.transact(SYSTEM, move |books| {
            let key = (claim.scope.as_str(), claim.nonce.as_str());
            match nonces::claim(books.connection, key, claim.expires_at())? {
                true => Ok(()),
                false => Err(Error::new(Code::Replay).with("nonce", &claim.nonce)),
            }
        })
    }

    /// Forgets numbers whose time has passed.
    pub(super) fn forget_nonces(self: &Arc<Self>) -> Result<()> {
        let now = self.now();
        let until = self.read(|connection| nonces::expired(connection, now, FORGOTTEN_MAX))?;
        match until {
            Some(until) => self
                .transact(SYSTEM, move |books| nonces::forget(books.connection, until).map(drop)),
            None => Ok(()),
        }
    }
}
