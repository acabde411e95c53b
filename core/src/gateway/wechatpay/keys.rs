//! The keys that WeChat signs with, in one map by serial number, and when its certificates are to be fetched again. It
//! sends nothing, and a download that failed takes nothing away.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::Headers;
use crate::json::{Object, Value};
use crate::sign::certificate::Certificate;
use crate::sign::rsa::PublicKey;
use crate::sign::wechatpay::{
    ApiKey, PUBLIC_KEY_ID, Resource, TOLERANCE_S, decrypt, normal_serial, verify,
};

/// Not more often than this, whatever serial numbers strangers make up.
const PAUSE_S: i64 = 60;
/// WeChat asks for less than twelve hours.
const REFRESH_S: i64 = 11 * 3600;
/// A successor is there ten days before a certificate ends.
const SUCCESSOR_S: i64 = 10 * 24 * 3600;
/// More than this in one answer is none: there are two while they change.
const CERTIFICATES_MAX: usize = 16;

/// The keys of one account.
pub(super) struct Keys {
    public_key: Option<(String, PublicKey)>,
    state: RwLock<State>,
}

struct State {
    /// By normal serial number; those that ended stay out of use by themselves.
    certificates: BTreeMap<String, Certificate>,
    /// When a download was last begun.
    asked: Option<Time>,
    /// When the certificates were last known to be all there are.
    fresh: Option<Time>,
    /// An answer was signed by a certificate that is not here.
    missed: bool,
}

impl Keys {
    pub(super) fn new(
        public_key: Option<(String, PublicKey)>,
        certificates: Vec<Certificate>,
    ) -> Self {
        let by_serial = |c: Certificate| (normal_serial(&c.serial_hex()), c);
        let certificates = certificates.into_iter().map(by_serial).collect();
        let state = State { certificates, asked: None, fresh: None, missed: false };
        Keys { public_key, state: RwLock::new(state) }
    }

    /// The key of this serial number that may be used now.
    pub(super) fn find(&self, serial: &str, now: Time) -> Option<PublicKey> {
        if let Some((id, key)) = &self.public_key
            && id == serial
        {
            return Some(key.clone());
        }
        self.read().usable(serial, now)
    }

    /// The key that WeChat shall sign with: the public key where there is one, else the certificate that ends last.
    pub(super) fn preferred(&self, now: Time) -> Option<String> {
        if let Some((id, _)) = &self.public_key {
            return Some(id.clone());
        }
        let state = self.read();
        let valid = state.certificates.values().filter(|c| c.is_valid_at(now));
        let newest = valid.max_by_key(|c| c.not_after());
        let any = || state.certificates.values().max_by_key(|c| c.not_after());
        newest.or_else(any).map(Certificate::serial_hex)
    }

    /// Whether a download may begin because of this serial number; whoever is told so has begun it.
    pub(super) fn may_ask_for(&self, serial: &str, now: Time) -> bool {
        !serial.starts_with(PUBLIC_KEY_ID) && self.write().may_ask(now)
    }

    /// An answer came whose certificate is not here: the next call fetches it first.
    pub(super) fn note_missed(&self, serial: &str) {
        if !serial.starts_with(PUBLIC_KEY_ID) {
            self.write().missed = true;
        }
    }

    /// Whether a call should fetch certificates first; whoever is told so has begun it, everybody else goes on with what
    /// is there.
    pub(super) fn is_due(&self, now: Time) -> bool {
        let has_public_key = self.public_key.is_some();
        let mut state = self.write();
        if state.fresh.is_none() {
            // What was configured counts as fresh from the first call, unless a successor should be there already.
            let newest = state.certificates.values().map(Certificate::not_after).max();
            let lasts = newest.is_some_and(|end| end > now.plus_seconds(SUCCESSOR_S));
            state.fresh = Some(if lasts { now } else { Time::from_millis(0) });
        }
        let valid = state.certificates.values().any(|c| c.is_valid_at(now));
        let is_old = state.fresh.is_none_or(|fresh| now >= fresh.plus_seconds(REFRESH_S));
        let pause = if valid && !state.missed { REFRESH_S } else { PAUSE_S };
        let rested = state.asked.is_none_or(|asked| now >= asked.plus_seconds(pause));
        let wanted = match has_public_key {
            // Certificates beside a public key are those of a change between the two; without any there is none.
            true => state.missed || (valid && is_old),
            false => state.missed || !valid || is_old,
        };
        wanted && rested && state.may_ask(now)
    }

    /// Takes the answer to a download. Fails without changing anything unless it is proved genuine by a key that is
    /// known, or by one of the certificates in it: only WeChat and we have the key that opened them.
    pub(super) fn learn(
        &self,
        headers: &Headers,
        body: &[u8],
        api_keys: &[ApiKey],
        now: Time,
    ) -> Result<()> {
        let found = certificates(body, api_keys, now)?;
        let of_answer = |serial: &str| {
            let same = |c: &&Certificate| normal_serial(&c.serial_hex()) == normal_serial(serial);
            found.iter().find(same).and_then(|c| c.public_key().ok())
        };
        let key_of = |serial: &str| self.find(serial, now).or_else(|| of_answer(serial));
        verify(body, headers, key_of, now.seconds(), TOLERANCE_S)?;
        let mut state = self.write();
        state.certificates.retain(|_, certificate| certificate.is_valid_at(now));
        let by_serial = found.into_iter().map(|c| (normal_serial(&c.serial_hex()), c));
        state.certificates.extend(by_serial);
        (state.fresh, state.missed) = (Some(now), false);
        Ok(())
    }

    /// The merchant has no certificates: nothing to learn, nothing to fetch for a while.
    pub(super) fn learn_none(&self, now: Time) {
        let mut state = self.write();
        (state.fresh, state.missed) = (Some(now), false);
    }

    pub(super) fn has_public_key(&self) -> bool {
        self.public_key.is_some()
    }

    /// Whether a key is one of ours by mistake.
    pub(super) fn contains(&self, key: &PublicKey) -> bool {
        let is_it = |c: &Certificate| c.public_key().is_ok_and(|found| found == *key);
        self.public_key.as_ref().is_some_and(|(_, known)| known == key)
            || self.read().certificates.values().any(is_it)
    }

    /// The serial numbers of all that may be used now.
    pub(super) fn serials(&self, now: Time) -> Vec<String> {
        let id = self.public_key.iter().map(|(id, _)| id.clone());
        let state = self.read();
        let valid = state.certificates.values().filter(|c| c.is_valid_at(now));
        id.chain(valid.map(Certificate::serial_hex)).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn usable(&self, serial: &str, now: Time) -> Option<PublicKey> {
        let certificate = self.certificates.get(&normal_serial(serial))?;
        certificate.is_valid_at(now).then(|| certificate.public_key().ok()).flatten()
    }

    fn may_ask(&mut self, now: Time) -> bool {
        // A clock that was set back must not stop downloads until it has caught up.
        let rested = |asked: Time| now >= asked.plus_seconds(PAUSE_S) || now < asked;
        let may = self.asked.is_none_or(rested);
        if may {
            self.asked = Some(now);
        }
        may
    }
}

/// The certificates in an answer that may be used now. Their own fields count, not what the answer says about them.
pub(super) fn certificates(body: &[u8], keys: &[ApiKey], now: Time) -> Result<Vec<Certificate>> {
    let unusable = || {
        Error::new(Code::Malformed).with("format", "JSON").with("why", "no list of certificates")
    };
    let answer = Object::parse(body)?;
    let list = answer.array("data").filter(|list| list.len() <= CERTIFICATES_MAX);
    let mut found = Vec::new();
    for entry in list.ok_or_else(unusable)? {
        let Value::Object(entry) = entry else { return Err(unusable()) };
        let sealed = entry.object("encrypt_certificate").ok_or_else(unusable)?;
        let pem = decrypt(Resource::of(sealed)?, keys)?;
        let certificate = Certificate::parse("a platform certificate", &pem)?;
        let named = entry.text("serial_no").ok_or_else(unusable)?;
        if normal_serial(named) != normal_serial(&certificate.serial_hex()) {
            return Err(Error::new(Code::AuthCert).with("why", "its serial number is another"));
        }
        // Other kinds of keys, such as SM2, are for merchants who agreed on them.
        if certificate.is_valid_at(now) && certificate.public_key().is_ok() {
            found.push(certificate);
        }
    }
    Ok(found)
}
