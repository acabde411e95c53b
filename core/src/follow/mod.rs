//! What an application on a phone or a kiosk does with a payment of its own server: it shows what the payer does next, asks
//! how the payment stands, takes signed pushes, and keeps what it has to tell the server. Everything stands in one small file,
//! so that an application that is killed goes on where it was.
//!
//! It sends nothing itself: [`PaymentFollower::next_step`] hands out a request, [`PaymentFollower::resume`] takes what
//! came back. It believes the server's words only, proved by its public key where one is configured; nothing that was said
//! before a success takes the success back, in whatever order the words arrive.

mod messages;
mod payments;
mod statement;
mod steps;
mod types;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::guarded;
use crate::api::types::Secret as GivenSecret;
use crate::clock::{Clock, SystemClock, Time};
use crate::error::{Code, Error, Result};
use crate::http::authority;
use crate::id::{Randomness, SystemRandomness};
use crate::secret::Secret;
use crate::sign::standard_webhooks::Keys;
use crate::store::sqlite::{SqliteOptions, SqliteStore};
use crate::store::{self, Connection, Migration, Store, sql};

pub use types::{FollowAnswer, FollowStep, FollowedPayment, ServerMessage};

/// Where a payment's id goes in the address of its status.
pub const PLACE_OF_ID: &str = "{payment_id}";
/// Marks a follower's file ("PWFL" in SQLite's header), so that no engine takes it for its books.
const APPLICATION_ID: i32 = 0x5057_464C;
const MIGRATIONS: &[Migration] =
    &[Migration { number: 1, statements: include_str!("../store/schema/follower.sql") }];
const PUBLIC: &str = "whpk_";

/// What a follower is opened with, beside its file.
pub struct FollowerOptions {
    /// The address of a payment's status on the application's own server, with `{payment_id}` in it: https, or http to this
    /// machine.
    pub status_url: String,
    /// Where messages to the server are posted; without it nothing can be told.
    pub messages_url: Option<String>,
    /// The server's public keys (`whpk_…`), several while one is rolled. With them, an answer counts only if one of them
    /// signed it; without, what came over https from the server's own address counts, and no push does.
    pub public_keys: Vec<GivenSecret>,
    /// Where the time is read.
    pub clock: Arc<dyn Clock>,
    /// Where unguessable bytes come from.
    pub randomness: Arc<dyn Randomness>,
}

impl Default for FollowerOptions {
    fn default() -> Self {
        FollowerOptions {
            status_url: String::new(),
            messages_url: None,
            public_keys: Vec::new(),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
        }
    }
}

/// Follows payments of one server. All methods may be called from many threads at once.
pub struct PaymentFollower {
    store: SqliteStore,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    status_url: String,
    messages_url: Option<String>,
    keys: Option<Keys>,
    /// What was handed out to be sent, and until when it is waited for. A process that is killed forgets it, and asks again.
    under_way: Mutex<HashMap<String, Time>>,
}

impl PaymentFollower {
    /// Opens a follower on a file, or `:memory:`. What it follows and keeps from before is due at once: whoever opens an
    /// application wants to know.
    ///
    /// Errors: `config_missing`, `config_invalid`, `key_type`, `not_ours`, `schema_newer`, `storage_…`.
    pub fn open(path: &str, options: FollowerOptions) -> Result<Self> {
        guarded(|| {
            let places = options.status_url.matches(PLACE_OF_ID).count();
            if places != 1 {
                return Err(invalid("status_url", "it has {payment_id} in it once"));
            }
            check_address("status_url", &options.status_url)?;
            if let Some(url) = &options.messages_url {
                check_address("messages_url", url)?;
            }
            let keys = public_keys(&options.public_keys)?;
            let follower = PaymentFollower {
                store: open_store(path)?,
                clock: options.clock,
                randomness: options.randomness,
                status_url: options.status_url,
                messages_url: options.messages_url,
                keys,
                under_way: Mutex::default(),
            };
            let now = follower.clock.now();
            follower.transact(move |connection| sql::follow::hurry(connection, now))?;
            Ok(follower)
        })
    }

    /// Has everything that waits be asked and told now: the application came to the front, or the network came back.
    pub fn hurry(&self) -> Result<()> {
        guarded(|| {
            let now = self.clock.now();
            self.transact(move |connection| sql::follow::hurry(connection, now))
        })
    }

    /// Gives the file back; later calls fail with `store_closed`.
    pub fn close(&self) {
        self.store.close();
    }

    fn transact<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        store::transact(&self.store, work)
    }

    fn read<T>(&self, work: impl FnMut(&mut dyn Connection) -> Result<T>) -> Result<T> {
        store::read(&self.store, work)
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<String, Time>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_store(path: &str) -> Result<SqliteStore> {
    let path = path.strip_prefix("sqlite:").unwrap_or(path);
    if path.trim().is_empty() {
        let missing = Error::new(Code::ConfigMissing).with("setting", "path");
        return Err(missing.with("rule", "name a file such as payments.db, or :memory:"));
    }
    if path == ":memory:" {
        return SqliteStore::in_memory(MIGRATIONS);
    }
    let options = SqliteOptions { application_id: APPLICATION_ID, ..SqliteOptions::default() };
    SqliteStore::open(Path::new(path), options, MIGRATIONS)
}

/// The keys, if there are any. A shared one is refused: whoever takes the application apart would sign with it.
fn public_keys(given: &[GivenSecret]) -> Result<Option<Keys>> {
    let mut secrets = Vec::with_capacity(given.len());
    for key in given {
        let text = key.expose();
        if !text.starts_with(PUBLIC) {
            let what = match text.starts_with("whsk_") {
                true => "a private key",
                false => "a shared secret or no key",
            };
            return Err(Error::new(Code::KeyType)
                .with("setting", "public_keys")
                .with("given", what)
                .with("expected", "the server's public key (whpk_…)"));
        }
        secrets.push(Secret::new("public_keys", text)?);
    }
    match secrets.is_empty() {
        true => Ok(None),
        false => Keys::new(&secrets).map(Some),
    }
}

fn check_address(setting: &str, url: &str) -> Result<()> {
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    match plain && authority(url).is_some() {
        true => Ok(()),
        false => Err(invalid(setting, "an https address is needed, or http to this machine")),
    }
}

fn invalid(setting: &str, why: &str) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
}

#[cfg(test)]
mod tests;
