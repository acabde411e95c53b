//! What an account is made of, checked as a whole before it is used: keys and certificates that belong together, numbers
//! that can be right, addresses of one world. It opens nothing and asks nobody.

use super::successors::Successors;
use super::{Alipay, NAME, facts};
use crate::error::{Code, Error, Result};
use crate::http::{authority, is_loopback};
use crate::sign::alipay::{certificate_serial, root_certificate_serial};
use crate::sign::certificate::Certificate;
use crate::sign::rsa::{PrivateKey, PublicKey};

/// Where the interface is.
const LIVE: &str = "https://openapi.alipay.com/gateway.do";
/// Where it is with play money.
const SANDBOX: &str = "https://openapi-sandbox.dl.alipaydev.com/gateway.do";
/// Digits of an application's number and of a merchant's.
const NUMBER_DIGITS: usize = 16;
/// What a merchant's number begins with.
const SELLER_PREFIX: &str = "2088";
/// Alipay refuses longer callback addresses.
const CALLBACK_URL_MAX: usize = 256;
/// More keys than a rotation needs would only make a forgery dearer to refuse.
const KEYS_MAX: usize = 4;

/// What an account is made of.
#[derive(Clone, Debug)]
pub struct AlipayOptions {
    /// The account's name here.
    pub name: String,
    /// The application.
    pub app_id: String,
    /// The merchant.
    pub seller_id: String,
    /// The application's private key.
    pub private_key: PrivateKey,
    /// Where Alipay posts notices.
    pub callback_url: String,
    /// How Alipay proves itself.
    pub trust: Trust,
    /// Play money.
    pub sandbox: bool,
    /// The interface on this machine, for tests.
    pub base_url: Option<String>,
}

/// How Alipay proves itself and names its keys.
#[derive(Clone, Debug)]
pub enum Trust {
    /// By keys, any of which may sign.
    PublicKeys(Vec<String>),
    /// By certificates, each PEM; the first of each text counts.
    Certificates {
        /// The application's own.
        app: String,
        /// Alipay's.
        alipay: Vec<String>,
        /// Alipay's roots, one bundle.
        roots: String,
    },
}

/// Alipay's keys, ready to verify with.
pub(super) struct Keys {
    /// All that were configured.
    pub(super) keys: Vec<PublicKey>,
    /// In certificate mode: what goes into requests, and the serial numbers of `keys`, in their order.
    pub(super) serials: Option<Serials>,
}

impl Keys {
    /// All that a notice may be signed by, which names no certificate: those that came since go first.
    pub(super) fn all(&self) -> Vec<PublicKey> {
        let successors = self.serials.iter().flat_map(|serials| serials.successors.keys());
        successors.chain(self.keys.iter().cloned()).collect()
    }
}

/// The serial numbers of certificate mode.
pub(super) struct Serials {
    pub(super) app: String,
    pub(super) roots: String,
    pub(super) alipay: Vec<String>,
    /// Those that took their place since.
    pub(super) successors: Successors,
}

impl Alipay {
    /// An account. Fails with `config_missing`, `config_invalid`, `secret_empty`, `key_type` and `key_weak`, naming the
    /// setting.
    pub fn new(options: AlipayOptions) -> Result<Self> {
        check_name(&options.name)?;
        check_number("app_id", &options.app_id, "")?;
        check_number("seller_id", &options.seller_id, SELLER_PREFIX)?;
        check_callback(&options.callback_url)?;
        let url = interface(options.sandbox, options.base_url.as_deref())?;
        let trusted = keys(&options.trust, &options.private_key)?;
        let host = authority(&url).unwrap_or_default().to_owned();
        Ok(Alipay {
            facts: facts(options.name, options.sandbox, host),
            app_id: options.app_id,
            seller_id: options.seller_id,
            private_key: options.private_key,
            trusted,
            callback_url: options.callback_url,
            url,
        })
    }
}

fn setting(name: &str) -> String {
    format!("{NAME}.{name}")
}

fn invalid(name: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", setting(name)).with("why", why)
}

fn missing(name: &str, rule: &str) -> Error {
    Error::new(Code::ConfigMissing).with("setting", setting(name)).with("rule", rule)
}

/// It is the last part of a callback address.
fn check_name(name: &str) -> Result<()> {
    let in_address = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match (1..=64).contains(&name.len()) && name.bytes().all(in_address) {
        true => Ok(()),
        false => Err(invalid("name", "it must be 1 to 64 letters, digits, - or _")),
    }
}

fn check_number(name: &str, number: &str, prefix: &str) -> Result<()> {
    if number.is_empty() {
        return Err(missing(name, "every notice is compared with it"));
    }
    let is_digits = number.len() == NUMBER_DIGITS && number.bytes().all(|b| b.is_ascii_digit());
    match is_digits && number.starts_with(prefix) {
        true => Ok(()),
        false => {
            let given = number.escape_debug();
            Err(invalid(name, format_args!("{given} is not {NUMBER_DIGITS} digits ({prefix}…)")))
        }
    }
}

/// A query would come back mixed with the notice, and nothing but https keeps it from being read on the way.
fn check_callback(url: &str) -> Result<()> {
    let name = "callback_url";
    if !url.starts_with("https://") || authority(url).is_none() {
        return Err(invalid(name, "an https address is needed"));
    }
    if url.contains(['?', '#']) || !url.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(invalid(name, "it must have no query, fragment or blank"));
    }
    match url.len() <= CALLBACK_URL_MAX {
        true => Ok(()),
        false => Err(invalid(name, format_args!("at most {CALLBACK_URL_MAX} characters"))),
    }
}

/// The one address of the interface. Another host than Alipay's own can only be this machine.
fn interface(sandbox: bool, base_url: Option<&str>) -> Result<String> {
    let own = if sandbox { SANDBOX } else { LIVE };
    let Some(base) = base_url else { return Ok(own.to_owned()) };
    let is_here = authority(base).is_some_and(is_loopback);
    match is_here && !base.contains(['?', '#']) {
        true => Ok(format!("{}/gateway.do", base.trim_end_matches('/'))),
        false => {
            let why = format!("only an address of this machine is taken; Alipay's is {own}");
            Err(invalid("base_url", why))
        }
    }
}

fn keys(trust: &Trust, own: &PrivateKey) -> Result<Keys> {
    let trusted = match trust {
        Trust::PublicKeys(texts) => public_keys(texts)?,
        Trust::Certificates { app, alipay, roots } => certificates(app, alipay, roots, own)?,
    };
    if trusted.keys.len() > KEYS_MAX {
        return Err(invalid("alipay_public_keys", format_args!("at most {KEYS_MAX} keys")));
    }
    match trusted.keys.contains(&own.public_key()) {
        true => Err(Error::new(Code::KeyType)
            .with("setting", setting("alipay_public_keys"))
            .with("given", "this is your own application public key")
            .with("expected", "Alipay's public key, which the console shows beside it")),
        false => Ok(trusted),
    }
}

fn public_keys(texts: &[String]) -> Result<Keys> {
    let name = "alipay_public_keys";
    if texts.is_empty() {
        return Err(missing(name, "without Alipay's key nothing that it says can be believed"));
    }
    let key = |text: &String| PublicKey::parse(&setting(name), text.as_bytes());
    Ok(Keys { keys: texts.iter().map(key).collect::<Result<_>>()?, serials: None })
}

fn certificates(app: &str, alipay: &[String], roots: &str, own: &PrivateKey) -> Result<Keys> {
    let of_app = Certificate::parse(&setting("app_certificate"), app.as_bytes())?;
    if of_app.public_key()? != own.public_key() {
        return Err(invalid("app_certificate", "it does not belong to the private key"));
    }
    if alipay.is_empty() {
        return Err(missing("alipay_certificates", "without them nothing can be verified"));
    }
    let read = |text: &String| Certificate::parse(&setting("alipay_certificates"), text.as_bytes());
    let read: Vec<_> = alipay.iter().map(read).collect::<Result<_>>()?;
    let trusted = Certificate::bundle(&setting("root_certificates"), roots.as_bytes())?;
    let beside =
        |text: &String| Certificate::bundle(&setting("alipay_certificates"), text.as_bytes());
    let between: Vec<_> = alipay.iter().map(beside).collect::<Result<Vec<_>>>()?.concat();
    let roots = root_certificate_serial(roots.as_bytes())?;
    if roots.is_empty() {
        return Err(invalid("root_certificates", "none of them is signed by RSA"));
    }
    Ok(Keys {
        keys: read.iter().map(Certificate::public_key).collect::<Result<_>>()?,
        serials: Some(Serials {
            app: certificate_serial(&of_app),
            roots,
            alipay: read.iter().map(certificate_serial).collect(),
            successors: Successors::new(trusted, between),
        }),
    })
}
