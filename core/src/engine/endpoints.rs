//! Endpoints of webhooks as a host configures them: checked as a whole before anything is opened. It sends nothing.

use crate::error::{Code, Error, Result};
use crate::http;
use crate::http::Request;
use crate::id::MessageId;
use crate::journal::EventName;
use crate::secret::Secret;
use crate::sign::standard_webhooks::{self, SigningKey};
use crate::text;

/// Keys of one endpoint: the newest, and those that receivers may still have. Each makes every message longer.
const SECRETS_MAX: usize = 5;
/// Longer addresses are cut by proxies and logs.
const URL_BYTES_MAX: usize = 2000;
/// A shared secret is 24 to 64 random bytes; these are its lengths as base64 after `whsec_`.
const SHARED_SECRET_BASE64: std::ops::RangeInclusive<usize> = 32..=88;

/// Which numbers an endpoint's address may have for a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Those of the internet and of this machine.
    Public,
    /// Those of private networks too.
    Any,
}

/// An endpoint that the journal is delivered to.
#[derive(Debug)]
pub struct Endpoint {
    name: String,
    url: String,
    keys: Vec<SigningKey>,
    events: Vec<&'static str>,
}

impl Endpoint {
    /// An endpoint at `url`, under a name of its own or that of its host, for these events or for all.
    ///
    /// Fails with `config_missing` (no secret), `config_invalid` (the address, an event that does not exist),
    /// `id_format` (the name), `secret_empty` and `key_type`.
    pub fn new(
        name: Option<&str>,
        url: &str,
        secrets: &[Secret],
        events: &[String],
        network: Network,
    ) -> Result<Self> {
        let host = check_url(url, network)?;
        let name = name.unwrap_or(host);
        text::reference("webhooks.name", name)?;
        if secrets.is_empty() {
            return Err(Error::new(Code::ConfigMissing)
                .with("setting", format_args!("webhooks.{name}.secrets"))
                .with("rule", "name a whsec_… or whsk_… secret; several while one is changed"));
        }
        if secrets.len() > SECRETS_MAX {
            let why = format!("{} secrets; at most {SECRETS_MAX}", secrets.len());
            return Err(invalid(&format!("webhooks.{name}.secrets"), &why));
        }
        Ok(Endpoint {
            name: name.to_owned(),
            url: url.to_owned(),
            keys: secrets.iter().map(|secret| key(name, secret)).collect::<Result<_>>()?,
            events: events.iter().map(|word| event(name, word)).collect::<Result<_>>()?,
        })
    }

    /// Under which name its place in the journal is kept.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is told of an event.
    pub(super) fn wants(&self, event: &str) -> bool {
        let told = EventName::parse(event).is_ok_and(EventName::is_delivered);
        told && (self.events.is_empty() || self.events.contains(&event))
    }

    /// The request that delivers a message: signed with every key over the very bytes that are sent.
    pub(super) fn request(&self, id: MessageId, now_s: i64, body: Vec<u8>) -> Result<Request> {
        let id = id.to_string();
        let sign = |key| standard_webhooks::sign(&id, now_s, &body, key);
        let signatures = self.keys.iter().map(sign).collect::<Result<Vec<_>>>()?.join(" ");
        Ok(Request {
            method: "POST",
            url: self.url.clone(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                (standard_webhooks::ID, id),
                (standard_webhooks::TIMESTAMP, now_s.to_string()),
                (standard_webhooks::SIGNATURE, signatures),
            ],
            body,
        })
    }
}

/// Whether endpoints can stand beside each other. Fails with `config_invalid` (a name twice).
pub(super) fn check_endpoints(endpoints: &[Endpoint]) -> Result<()> {
    for (i, endpoint) in endpoints.iter().enumerate() {
        if endpoints.iter().skip(i + 1).any(|other| other.name == endpoint.name) {
            let why = format!("the name {} stands twice; give each its own", endpoint.name);
            return Err(invalid("webhooks", &why));
        }
    }
    Ok(())
}

/// The host of an address that messages may go to: `https`, or `http` to this machine; nothing that a URL may hide, and no
/// number of a private network that nobody meant.
fn check_url(url: &str, network: Network) -> Result<&str> {
    // The address may hold a token in its path or query, so no error repeats it.
    if url.len() > URL_BYTES_MAX || !url.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        let why = "an address has at most 2000 visible ASCII characters and no part after #";
        return Err(invalid("webhooks.url", why));
    }
    let host = http::authority(url).ok_or_else(|| {
        let why = "https://, a plain host without user name, then the path; http:// is for this machine only";
        invalid("webhooks.url", why)
    })?;
    if network == Network::Public && http::is_private(host) {
        let why =
            "its host is a number of a private network; allow_private takes one that is meant";
        return Err(invalid("webhooks.url", why));
    }
    Ok(host)
}

fn key(name: &str, secret: &Secret) -> Result<SigningKey> {
    let setting = format!("webhooks.{name}.secrets");
    let shared = secret.expose().strip_prefix(b"whsec_").map(<[u8]>::len);
    if shared.is_some_and(|length| !SHARED_SECRET_BASE64.contains(&length)) {
        return Err(invalid(&setting, "whsec_ is followed by 24 to 64 random bytes as base64"));
    }
    if shared.is_none() && !secret.expose().starts_with(b"whsk_") {
        return Err(Error::new(Code::KeyType)
            .with("setting", setting)
            .with("given", "something else")
            .with("expected", "whsec_… (shared) or whsk_… (Ed25519, private)"));
    }
    SigningKey::new(secret)
}

fn event(name: &str, word: &str) -> Result<&'static str> {
    let known = EventName::parse(word).ok().filter(|event| event.is_delivered());
    known.map(EventName::as_str).ok_or_else(|| {
        let setting = format!("webhooks.{name}.events");
        let known = EventName::ALL.iter().filter(|event| event.is_delivered());
        let known = known.map(|event| event.as_str()).collect::<Vec<_>>().join(", ");
        let word = text::shown(word);
        invalid(&setting, &format!("there is no event \"{word}\" for webhooks; known: {known}"))
    })
}

fn invalid(setting: &str, why: &str) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &str = "whsec_dGhyb3dhd2F5LXRocm93YXdheS10aHJvd2F3YXk=";

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| Secret::new("test", *text).unwrap()).collect()
    }

    fn refused(url: &str, texts: &[&str], events: &[&str]) -> Code {
        let events: Vec<_> = events.iter().map(|event| (*event).to_owned()).collect();
        Endpoint::new(None, url, &secrets(texts), &events, Network::Public).unwrap_err().code()
    }

    /// Protects: X6: messages go where the host says and nowhere that an address only seems to name.
    #[test]
    fn addresses_are_plain() {
        for url in [
            "http://hooks.example/",
            "ftp://hooks.example/",
            "hooks.example",
            "https://",
            "https://user@hooks.example/",
            "https://user:word@hooks.example/",
            "https://hooks.example\\@evil.example/",
            "https://hooks.example/ x",
            "https://hooks.example/\r\nx: y",
            "https://hooks.example/#x",
            "https://hööks.example/",
            &format!("https://hooks.example/{}", "x".repeat(2000)),
        ] {
            assert_eq!(refused(url, &[SHARED], &[]), Code::ConfigInvalid, "{url}");
        }
        for url in ["https://hooks.example/a?b=c", "http://127.0.0.1:8080/", "http://localhost/"] {
            assert!(
                Endpoint::new(None, url, &secrets(&[SHARED]), &[], Network::Public).is_ok(),
                "{url}"
            );
        }
    }

    /// Protects: X6: a number of a private network, however it is written, is no address unless it was meant; least of all the
    /// one where clouds tell their machines' secrets. That never opens http.
    #[test]
    fn private_numbers_must_be_meant() {
        let name = Some("inside");
        for host in [
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1:8443",
            "169.254.169.254",
            "100.100.100.200",
            "192.0.0.192",
            "0.0.0.0",
            "224.0.0.1",
            "[fd00::1]",
            "[fe80::1]:443",
            "[::]",
            "[::ffff:10.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "167772161",
            "0xA000001",
            "10.1",
            "012.0.0.1",
            "10.0.0.1.",
            "10.0.0.0x1",
        ] {
            let new = |scheme: &str, network| {
                let url = format!("{scheme}://{host}/t0ken");
                Endpoint::new(name, &url, &secrets(&[SHARED]), &[], network)
            };
            let error = new("https", Network::Public).unwrap_err();
            assert_eq!(error.code(), Code::ConfigInvalid, "{host}");
            assert!(
                error.message().contains("allow_private") && !error.message().contains("t0ken")
            );
            assert!(new("https", Network::Any).is_ok(), "{host}");
            assert!(new("http", Network::Any).is_err(), "{host}");
        }
        for host in [
            "93.184.216.34",
            "172.32.0.1",
            "[2606:4700::1]",
            "127.0.0.1",
            "[::1]",
            "crm.internal",
            "7.example",
        ] {
            let url = format!("https://{host}/");
            assert!(
                Endpoint::new(name, &url, &secrets(&[SHARED]), &[], Network::Public).is_ok(),
                "{host}"
            );
        }
    }

    /// Protects: an endpoint that could not sign, or would wait for what never happens, is refused when it is configured.
    #[test]
    fn useless_endpoints_are_refused() {
        let url = "https://hooks.example/";
        assert_eq!(refused(url, &[], &[]), Code::ConfigMissing);
        assert_eq!(refused(url, &[SHARED; 6], &[]), Code::ConfigInvalid);
        assert_eq!(refused(url, &["whsec_"], &[]), Code::ConfigInvalid);
        assert_eq!(refused(url, &["whsec_c2hvcnQ="], &[]), Code::ConfigInvalid);
        assert_eq!(refused(url, &["dGhyb3dhd2F5LXRocm93YXdheS10aHJvd2F3YXk="], &[]), Code::KeyType);
        assert_eq!(
            refused(url, &["whpk_dGhyb3dhd2F5LXRocm93YXdheS10aHJvd2E="], &[]),
            Code::KeyType
        );
        assert_eq!(refused(url, &[SHARED], &["order.eaten"]), Code::ConfigInvalid);
        assert_eq!(refused(url, &[SHARED], &["webhook.disabled"]), Code::ConfigInvalid);
        assert_eq!(refused("http://[::1]/", &[SHARED], &[]), Code::IdFormat, "it needs a name");
        let twice = || Endpoint::new(None, url, &secrets(&[SHARED]), &[], Network::Public).unwrap();
        assert_eq!(check_endpoints(&[twice(), twice()]).unwrap_err().code(), Code::ConfigInvalid);
        assert!(check_endpoints(&[twice()]).is_ok());
    }

    /// Protects: events that were not asked for, and those about webhooks themselves, are not sent.
    #[test]
    fn endpoints_get_what_they_asked_for() {
        let with = |events: &[String]| {
            Endpoint::new(
                None,
                "https://hooks.example/",
                &secrets(&[SHARED]),
                events,
                Network::Public,
            )
            .unwrap()
        };
        let (all, some) = (with(&[]), with(&["order.paid".to_owned()]));
        assert!(all.wants("order.paid") && all.wants("payment.failed"));
        assert!(some.wants("order.paid") && !some.wants("payment.failed"));
        assert!(!all.wants("webhook.given_up") && !all.wants("of.a.newer.version"));
    }

    /// Protects: a secret shows in nothing that can be printed, and no error repeats an address with a token in it.
    #[test]
    fn secrets_are_not_shown() {
        let canary = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ";
        let endpoint = Endpoint::new(
            None,
            "https://hooks.example/",
            &secrets(&[canary]),
            &[],
            Network::Public,
        )
        .unwrap();
        let id = MessageId::from_bytes([7; 16]);
        let request = endpoint.request(id, 0, b"{}".to_vec()).unwrap();
        for shown in [format!("{endpoint:?}"), format!("{request:?}")] {
            assert!(!shown.contains("Q0FOQVJZ") && !shown.contains("CANARY"), "{shown}");
        }
        let error = Endpoint::new(None, "http://hooks.example/t0ken", &[], &[], Network::Public)
            .unwrap_err();
        assert!(!error.message().contains("t0ken"));
    }
}
