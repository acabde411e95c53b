//! Certificates that Alipay took up after the account was configured: which one is missed, when it is asked for, and what is
//! believed of the answer. It sends nothing; a download that failed takes nothing away.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::request::{Content, Method};
use super::{Alipay, NAME};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{Call, Errand, Moment};
use crate::http::Response;
use crate::sign::alipay::{Envelope, certificate_serial};
use crate::sign::certificate::Certificate;
use crate::sign::rsa::PublicKey;

/// Not more often than this, whatever serial numbers answers make up.
const PAUSE_S: i64 = 60;
/// More successors than this at once are none; Alipay changes its certificate once in years.
const SUCCESSORS_MAX: usize = 4;
/// Certificates between Alipay's own and a root, itself included.
const CHAIN_MAX: usize = 4;
/// What an errand is for; the serial number follows.
const PURPOSE: &str = "the certificate ";
/// Hexadecimal digits of a serial number.
const SERIAL_DIGITS: usize = 32;

/// The successors of one account's certificates.
pub(super) struct Successors {
    /// What a chain must end in.
    roots: Vec<Certificate>,
    /// What was configured beside Alipay's own certificates: those that a download may leave out.
    between: Vec<Certificate>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    /// By serial number, until they end.
    known: BTreeMap<String, Certificate>,
    /// An answer was signed by it, and it is not here.
    missed: Option<String>,
    /// When a download was last begun.
    asked: Option<Time>,
}

impl Successors {
    pub(super) fn new(roots: Vec<Certificate>, between: Vec<Certificate>) -> Self {
        Successors { roots, between, state: RwLock::default() }
    }

    /// The key of a successor that is known.
    pub(super) fn find(&self, serial: &str) -> Option<PublicKey> {
        self.read().known.get(serial).and_then(|found| found.public_key().ok())
    }

    /// The keys of all of them, the newest first.
    pub(super) fn keys(&self) -> Vec<PublicKey> {
        let state = self.read();
        let mut known: Vec<_> = state.known.values().collect();
        known.sort_by_key(|certificate| std::cmp::Reverse(certificate.not_before()));
        known.iter().filter_map(|certificate| certificate.public_key().ok()).collect()
    }

    /// An answer came whose certificate is not here: the next request fetches it first.
    pub(super) fn note_missed(&self, serial: &str) {
        let is_serial = serial.len() == SERIAL_DIGITS
            && serial.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if is_serial {
            self.write().missed = Some(serial.to_owned());
        }
    }

    /// The serial number to ask for now; whoever is told so has begun it, everybody else goes on with what is there.
    fn wanted(&self, now: Time) -> Option<String> {
        let mut state = self.write();
        // A clock that was set back must not stop downloads until it has caught up.
        let rested = |asked: Time| now >= asked.plus_seconds(PAUSE_S) || now < asked;
        if !state.asked.is_none_or(rested) {
            return None;
        }
        let wanted = state.missed.clone()?;
        state.asked = Some(now);
        Some(wanted)
    }

    fn take(&self, serial: &str, certificate: Certificate, now: Time) {
        let mut state = self.write();
        state.known.retain(|_, known| known.is_valid_at(now));
        if state.known.len() < SUCCESSORS_MAX {
            state.known.insert(serial.to_owned(), certificate);
        }
        state.missed = None;
    }

    /// The first certificate of a text, if it is the one of this serial number, may be used now, and was issued by way of
    /// certificates that may be used now under a root that was configured.
    fn proved(&self, text: &[u8], serial: &str, now: Time) -> Result<Certificate> {
        let refused = |why: &str| Error::new(Code::AuthCert).with("why", why);
        let mut found = Certificate::bundle("Alipay's certificate", text)?.into_iter();
        let first = found.next().ok_or_else(|| refused("there is none"))?;
        if certificate_serial(&first) != serial {
            return Err(refused("its serial number is another"));
        }
        // Merchants' certificates stand under the same roots: a successor has the name of one that was configured.
        if !self.between.iter().any(|known| known.subject_text() == first.subject_text()) {
            return Err(refused("it is issued to somebody else"));
        }
        let between: Vec<_> = found.chain(self.between.iter().cloned()).collect();
        let mut last = &first;
        for _ in 0..CHAIN_MAX {
            if !last.is_valid_at(now) {
                return Err(refused("it, or one that it was issued by, is not valid now"));
            }
            if self.roots.iter().any(|root| root.is_valid_at(now) && last.is_issued_by(root)) {
                return Ok(first);
            }
            let issuer = between.iter().find(|issuer| last.is_issued_by(issuer));
            last = issuer.ok_or_else(|| refused("it leads to none of root_certificates"))?;
        }
        Err(refused("its chain is too long"))
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Alipay {
    /// The same call, behind the download of a certificate that an earlier answer was signed under.
    pub(super) fn prepared(&self, call: Call, at: Moment<'_>) -> Result<Call> {
        let (Call::Send(_), Some(serials)) = (&call, &self.trusted.serials) else {
            return Ok(call);
        };
        let Some(serial) = serials.successors.wanted(at.now) else { return Ok(call) };
        let content = Content { alipay_cert_sn: Some(serial.clone()), ..Content::default() };
        let request = self.request(Method::CertificateDownload, &content, at)?;
        Ok(Call::First(Errand { purpose: format!("{PURPOSE}{serial}"), request }))
    }

    /// Takes a certificate that was asked for. The answer is signed by the very certificate that it brings, so the chain is
    /// proved first, then the answer by it. Fails with `auth_cert` and `bad_response`.
    pub(super) fn take_successor(
        &self,
        errand: &Errand,
        response: &Response,
        at: Moment<'_>,
    ) -> Result<()> {
        let serials = self.trusted.serials.as_ref();
        let (Some(serials), Some(serial)) = (serials, errand.purpose.strip_prefix(PURPOSE)) else {
            return Err(Error::bug(format_args!("{NAME} was not asked for {}", errand.purpose)));
        };
        let text = std::str::from_utf8(&response.body)
            .map_err(|_| self.bad_response("it is not UTF-8"))?;
        let envelope = Envelope::open(text).map_err(|e| self.bad_response(&e.message()))?;
        let content = envelope.unproved("alipay_cert_content");
        let content = content.ok_or_else(|| {
            let said = envelope.hint().map(|(code, more)| format!("; it says {code} {more}"));
            self.bad_response(&format!("it brings no certificate{}", said.unwrap_or_default()))
        })?;
        let pem = STANDARD
            .decode(content)
            .map_err(|_| self.bad_response("alipay_cert_content is not base64"))?;
        let certificate = serials.successors.proved(&pem, serial, at.now)?;
        let mut keys = vec![certificate.public_key()?];
        keys.extend(self.trusted.keys.iter().cloned());
        envelope
            .verify(&Method::CertificateDownload.name(), &keys)
            .map_err(|error| self.bad_response(&error.message()))?;
        serials.successors.take(serial, certificate, at.now);
        Ok(())
    }
}
