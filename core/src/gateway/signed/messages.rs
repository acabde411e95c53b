//! The scheme `standard_webhooks`: messages of Standard Webhooks, proved with keys that each have their time. Of a pair of
//! keys only the public half may stand here; nothing in this file signs or parses a key.

use sha2::{Digest, Sha256};

use super::{KeyDescription, SignedDescription};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::Mark;
use crate::http::Headers;
use crate::secret::Secret;
use crate::sign::hmac_callback::checked_tolerance;
use crate::sign::standard_webhooks::{ID, ID_BYTES_MAX, Keys, Kind, is_id, verify};

/// How one sender's messages are proved.
#[derive(Debug)]
pub(super) struct Messages {
    owner: String,
    keys: Vec<Dated>,
    tolerance_s: u32,
}

/// A key and the Unix seconds from and until which it is valid, both inclusive.
#[derive(Debug)]
struct Dated {
    id: String,
    keys: Keys,
    from_s: i64,
    until_s: i64,
}

impl Messages {
    /// Fails with `config_invalid`, `secret_empty` or `key_type`, naming the key.
    pub(super) fn new(description: &SignedDescription) -> Result<Self> {
        let dated = |given: &KeyDescription| {
            let setting = format!("{}.keys.{}", description.name, given.id.escape_debug());
            Ok(Dated {
                id: given.id.clone(),
                keys: key(given, &setting)?,
                from_s: given.not_before.unwrap_or(i64::MIN),
                until_s: given.not_after.unwrap_or(i64::MAX),
            })
        };
        Ok(Messages {
            owner: description.name.clone(),
            keys: description.keys.iter().map(dated).collect::<Result<_>>()?,
            tolerance_s: checked_tolerance(description.tolerance_s)?,
        })
    }

    /// Proves that a message was signed with a key that is valid now and is of our time, and says how to recognise it.
    ///
    /// Fails as [`verify`] does, and with `auth_malformed` for an id that could be taken for something else.
    pub(super) fn prove(&self, headers: &Headers, body: &[u8], now: Time) -> Result<Mark> {
        let now_s = now.seconds();
        let is_valid = |key: &&Dated| (key.from_s..=key.until_s).contains(&now_s);
        let valid: Keys = self.keys.iter().filter(is_valid).map(|key| &key.keys).collect();
        verify(body, headers, &valid, now_s, self.tolerance_s).map_err(|e| match e.code() {
            Code::AuthNotConfigured => naming(&e, "gateway", &self.owner),
            _ => e,
        })?;
        let id = headers.one(ID)?.filter(|id| is_id(id)).ok_or_else(|| {
            let why = format!("the id is not 1 to {ID_BYTES_MAX} visible characters without a dot");
            Error::new(Code::AuthMalformed).with("why", why)
        })?;
        // Each attempt has a time of its own; only with another body is the same id another message.
        Ok(Mark { id: id.to_owned(), digest: Some(Sha256::digest(body).into()) })
    }

    /// The ids of shared secrets so short that an operator should be warned.
    pub(super) fn short_keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(|key| key.keys.has_short()).map(|key| key.id.as_str())
    }
}

/// One key. Its member says which kind belongs there, and its prefix must agree: without one a public key would be taken for
/// a shared secret, and everybody knows it.
fn key(given: &KeyDescription, setting: &str) -> Result<Keys> {
    let invalid = |why| Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why);
    let (text, expected) = member(given).map_err(invalid)?;
    if text.trim_ascii().is_empty() {
        return Err(Error::new(Code::SecretEmpty).with("setting", setting));
    }
    match Kind::of(text) {
        Some(Kind::Shared) if expected == Kind::Shared && !cfg!(feature = "merchant") => {
            Err(invalid("a device must not have a shared secret; give public_key (whpk_…)"))
        }
        Some(kind) if kind == expected => {
            Keys::new([&Secret::new(setting, text)?]).map_err(|e| naming(&e, "setting", setting))
        }
        kind => Err(Error::new(Code::KeyType)
            .with("setting", setting)
            .with("given", kind.map_or("no key of Standard Webhooks", Kind::words))
            .with("expected", needed(kind, expected))),
    }
}

/// The member that holds the key, and the kind that belongs there. Else what is wrong.
fn member(given: &KeyDescription) -> Result<(&str, Kind), &'static str> {
    match (&given.public_key, &given.secret, &given.secret_b64) {
        (Some(text), None, None) => Ok((text.expose(), Kind::Public)),
        (None, Some(text), None) => Ok((text.expose(), Kind::Shared)),
        (None, None, None) => Err("it has no public_key (whpk_…)"),
        (None, None, Some(_)) => Err("secret_b64 belongs to other schemes; give public_key"),
        _ => Err("give public_key or secret, one of them"),
    }
}

/// What to put in the place of a key that does not belong there.
fn needed(given: Option<Kind>, expected: Kind) -> &'static str {
    match (given, expected) {
        (Some(Kind::Private), _) => "its public half (whpk_…) as public_key",
        (_, Kind::Public) => Kind::Public.words(),
        _ => "a shared secret (whsec_…) or the member public_key",
    }
}

/// The same refusal with another value of one detail.
fn naming(error: &Error, name: &'static str, value: &str) -> Error {
    let others = error.details().filter(|(other, _)| *other != name);
    others.fold(Error::new(error.code()).with(name, value), |e, (name, value)| e.with(name, value))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::{Value, json};

    use super::*;
    use crate::gateway::signed::Signed;
    use crate::gateway::{Fact, Gateway, Moment, Notice, Subject};
    use crate::http::CALLBACK_BYTES_MAX;
    use crate::sign::standard_webhooks::{SIGNATURE, SigningKey, TIMESTAMP, sign};

    const NOW: i64 = 1_795_000_000;
    const BODY: &str =
        r#"{"payment_id":"1","transaction_id":"t","status":"SUCCESS","amount":"1.00"}"#;
    /// Throwaway: seeds of 32 equal bytes.
    const OLD: u8 = 7;
    const NEW: u8 = 8;
    const SHARED: &str = "whsec_dGhyb3dhd2F5LXNlY3JldC1vZi0yNC1ieXQ=";

    fn public(seed: u8) -> String {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        format!("whpk_{}", BASE64.encode(pair.public_key().as_ref()))
    }

    fn private(seed: u8) -> String {
        format!("whsk_{}", BASE64.encode([seed; 32]))
    }

    /// A gateway with these keys, and more members of its description.
    fn configured(keys: Value, more: Value) -> Result<Signed> {
        let mut description = json!({
            "name": "server", "methods": ["wallet"], "scheme": "standard_webhooks", "keys": keys,
        });
        description.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Signed::new(SignedDescription::from_json(&description.to_string())?)
    }

    fn gateway(keys: Value) -> Signed {
        configured(keys, json!({})).unwrap()
    }

    fn of_new() -> Signed {
        gateway(json!([{"id": "new", "public_key": public(NEW)}]))
    }

    fn signature(key: &str, id: &str, at_s: i64, body: &str) -> String {
        let key = SigningKey::new(&Secret::new("test", key).unwrap()).unwrap();
        sign(id, at_s, body.as_bytes(), &key).unwrap()
    }

    /// Hands in a message with these headers, at [`NOW`].
    fn receive(gateway: &Signed, headers: [(&str, &str); 3], body: &str) -> Result<Notice, Code> {
        let lines = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let moment = Moment::at(Time::from_millis(NOW * 1000));
        let received = gateway.receive(&Headers::new(lines).unwrap(), body.as_bytes(), moment);
        received.map(|received| received.notice().unwrap()).map_err(|e| e.code())
    }

    /// A message that was made at `at_s` and signed with `key`.
    fn said(gateway: &Signed, key: &str, at_s: i64, body: &str) -> Result<Notice, Code> {
        let signature = signature(key, "msg_1", at_s, body);
        let at = at_s.to_string();
        receive(gateway, [(ID, "msg_1"), (TIMESTAMP, &at), (SIGNATURE, &signature)], body)
    }

    fn refusal(keys: Value, more: Value) -> (Code, String, String) {
        let error = configured(keys, more).unwrap_err();
        (error.code(), error.detail("setting").unwrap().to_owned(), error.message())
    }

    /// Protects: a message signed with the private half is taken with the public one alone, and known by its id.
    #[test]
    fn a_public_key_is_enough() {
        let gateway = of_new();
        let notice = said(&gateway, &private(NEW), NOW, BODY).unwrap();
        assert_eq!(notice.subject, Subject::PaymentReference("1".to_owned()));
        assert!(matches!(notice.fact, Fact::Payment(_)));
        assert_eq!(notice.mark.id, "msg_1");
        assert!(gateway.warnings().is_empty() && gateway.verification().is_none());
        assert_eq!(gateway.facts().freshness_s, Some(300));
    }

    /// Protects: another attempt is the same message, though its time and signature are new; another body is not.
    #[test]
    fn attempts_have_one_mark() {
        let mark = |at_s, body| said(&of_new(), &private(NEW), at_s, body).unwrap().mark;
        assert_eq!(mark(NOW, BODY), mark(NOW - 200, BODY));
        let other = BODY.replace("1.00", "2.00");
        let (first, second) = (mark(NOW, BODY), mark(NOW, &other));
        assert_eq!(first.id, second.id);
        assert_ne!(first.digest, second.digest);
    }

    /// Protects: H26, H28, H31: another key, a changed part and a time out of the window prove nothing.
    #[test]
    fn forgeries_are_refused() {
        let gateway = of_new();
        assert_eq!(said(&gateway, &private(OLD), NOW, BODY).err(), Some(Code::AuthMismatch));
        for (at_s, outcome) in [(300, None), (-300, None), (301, Some(())), (-301, Some(()))] {
            let code = said(&gateway, &private(NEW), NOW + at_s, BODY).err();
            assert_eq!(code, outcome.map(|()| Code::AuthStale), "{at_s}");
        }
        let good = signature(&private(NEW), "msg_1", NOW, BODY);
        let now = NOW.to_string();
        let earlier = (NOW - 1).to_string();
        let genuine = [(ID, "msg_1"), (TIMESTAMP, now.as_str()), (SIGNATURE, good.as_str())];
        assert!(receive(&gateway, genuine, BODY).is_ok());
        let changed = [(0, (ID, "msg_2")), (1, (TIMESTAMP, earlier.as_str()))];
        for (place, header) in changed {
            let mut headers = genuine;
            headers[place] = header;
            assert_eq!(
                receive(&gateway, headers, BODY).err(),
                Some(Code::AuthMismatch),
                "{header:?}"
            );
        }
        let other = BODY.replace("1.00", "0.01");
        assert_eq!(receive(&gateway, genuine, &other).err(), Some(Code::AuthMismatch));
        for place in 0..3 {
            let mut headers = genuine;
            headers[place].1 = "";
            assert_eq!(receive(&gateway, headers, BODY).err(), Some(Code::AuthMissing), "{place}");
        }
    }

    /// Protects: who knows the public key, which everybody may, cannot sign with its bytes or its text as a shared secret.
    #[test]
    fn a_public_key_signs_nothing() {
        let gateway = of_new();
        let text = public(NEW);
        let as_text = format!("whsec_{}", BASE64.encode(&text));
        for secret in [text.replace("whpk_", "whsec_"), as_text] {
            assert!(signature(&secret, "msg_1", NOW, BODY).starts_with("v1,"));
            assert_eq!(said(&gateway, &secret, NOW, BODY).err(), Some(Code::AuthMismatch));
        }
        let relabelled = signature(&private(NEW), "msg_1", NOW, BODY).replace("v1a,", "v1,");
        let now = NOW.to_string();
        let headers = [(ID, "msg_1"), (TIMESTAMP, &now), (SIGNATURE, &relabelled)];
        assert_eq!(receive(&gateway, headers, BODY).err(), Some(Code::AuthMismatch));
    }

    /// Protects: H33: while a key is rolled both verify, each in its time, and a sender may sign with both.
    #[test]
    fn keys_are_rolled() {
        let keys = |from: i64, until: i64| {
            gateway(json!([
                {"id": "new", "public_key": public(NEW), "not_before": from},
                {"id": "old", "public_key": public(OLD), "not_after": until},
            ]))
        };
        let codes = |gateway: &Signed| {
            [NEW, OLD].map(|seed| said(gateway, &private(seed), NOW, BODY).err())
        };
        assert_eq!(codes(&keys(NOW, NOW)), [None, None]);
        assert_eq!(codes(&keys(NOW + 1, NOW)), [Some(Code::AuthMismatch), None]);
        assert_eq!(codes(&keys(NOW, NOW - 1)), [None, Some(Code::AuthMismatch)]);
        assert_eq!(codes(&keys(NOW + 1, NOW - 1)), [Some(Code::AuthNotConfigured); 2]);
        let both = [OLD, NEW].map(|seed| signature(&private(seed), "msg_1", NOW, BODY)).join(" ");
        let now = NOW.to_string();
        let headers = [(ID, "msg_1"), (TIMESTAMP, now.as_str()), (SIGNATURE, both.as_str())];
        assert!(receive(&of_new(), headers, BODY).is_ok());
    }

    /// Protects: H24: without a key nothing is genuine, and the account is named.
    #[test]
    fn without_a_key_nothing_is_genuine() {
        let moment = Moment::at(Time::from_millis(NOW * 1000));
        let signature = signature(&private(NEW), "msg_1", NOW, BODY);
        let lines = [(ID, "msg_1"), (TIMESTAMP, &NOW.to_string()), (SIGNATURE, &signature)];
        let headers = Headers::new(lines.map(|(name, value)| (name.into(), value.into()))).unwrap();
        let error = gateway(json!([])).receive(&headers, BODY.as_bytes(), moment).unwrap_err();
        assert_eq!(error.code(), Code::AuthNotConfigured);
        assert_eq!(error.details().collect::<Vec<_>>(), [("gateway", "server")]);
    }

    /// Protects: a genuine signature over something that is no JSON object is refused, and so is an id that could end
    /// elsewhere than its sender meant.
    #[test]
    fn signed_is_not_enough() {
        for body in ["", "[]", "\"SUCCESS\"", "status=SUCCESS", r#"{"status":"a"}{}"#] {
            let code = said(&of_new(), &private(NEW), NOW, body).unwrap_err();
            assert_eq!(code, Code::Malformed, "{body}");
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(&[NEW; 32]).unwrap();
        for id in ["a.b", "a b", "é", &"a".repeat(257)] {
            let signed = format!("{id}.{NOW}.{BODY}");
            let signature = format!("v1a,{}", BASE64.encode(pair.sign(signed.as_bytes()).as_ref()));
            let headers = [(ID, id), (TIMESTAMP, &NOW.to_string()), (SIGNATURE, &signature)];
            assert_eq!(receive(&of_new(), headers, BODY).err(), Some(Code::AuthMalformed), "{id}");
        }
    }

    /// Protects: H34, H53: what is too large is refused before a signature is looked at.
    #[test]
    fn large_messages_are_refused() {
        let now = NOW.to_string();
        let answer = |signature: &str, body: &str| {
            let headers = [(ID, "msg_1"), (TIMESTAMP, now.as_str()), (SIGNATURE, signature)];
            receive(&of_new(), headers, body).err()
        };
        let good = signature(&private(NEW), "msg_1", NOW, BODY);
        let wrong = signature(&private(OLD), "msg_1", NOW, BODY);
        let many = |wrong_ones: usize| format!("{}{good}", format!("{wrong} ").repeat(wrong_ones));
        assert_eq!(answer(&many(15), BODY), None);
        assert_eq!(answer(&many(16), BODY), Some(Code::TooLarge));
        let body = format!("{BODY}{}", " ".repeat(CALLBACK_BYTES_MAX + 1 - BODY.len()));
        let signed = signature(&private(NEW), "msg_1", NOW, &body);
        assert_eq!(answer(&signed, &body), Some(Code::TooLarge));
    }

    /// Protects: each half of a key stands only where it belongs, and the refusal says which one that is.
    #[test]
    fn keys_are_of_the_kind_that_is_meant() {
        let bare = public(NEW).replace("whpk_", "");
        let here = "server.keys.k1".to_owned();
        let cases = [
            (json!({"public_key": private(NEW)}), Code::KeyType, "its public half (whpk_…)"),
            (json!({"secret": private(NEW)}), Code::KeyType, "its public half (whpk_…)"),
            (json!({"public_key": SHARED}), Code::KeyType, "a public key (whpk_…) is needed"),
            (json!({"public_key": bare}), Code::KeyType, "a public key (whpk_…) is needed"),
            (json!({"secret": bare}), Code::KeyType, "a shared secret (whsec_…)"),
            (json!({"secret": public(NEW)}), Code::KeyType, "or the member public_key"),
            (json!({"public_key": "-----BEGIN PUBLIC KEY-----"}), Code::KeyType, "whpk_…"),
            (json!({"public_key": "whpk_AAAA"}), Code::ConfigInvalid, "32 bytes"),
            (json!({"public_key": "whpk_***"}), Code::ConfigInvalid, "base64"),
            (json!({"public_key": "whpk_"}), Code::SecretEmpty, "empty"),
            (json!({"public_key": " "}), Code::SecretEmpty, "empty"),
            (json!({"secret": ""}), Code::SecretEmpty, "empty"),
            (json!({"secret_b64": "AAAA"}), Code::ConfigInvalid, "give public_key"),
            (json!({}), Code::ConfigInvalid, "public_key"),
            (
                json!({"public_key": public(NEW), "secret": SHARED}),
                Code::ConfigInvalid,
                "public_key or secret",
            ),
        ];
        for (mut key, code, says) in cases {
            key["id"] = json!("k1");
            let (found, setting, message) = refusal(json!([key]), json!({}));
            assert_eq!((found, &setting), (code, &here), "{key}");
            assert!(message.contains(says), "{message}");
            assert!(!message.contains(&private(NEW)) && !message.contains(SHARED), "{message}");
        }
    }

    /// Protects: settings of other schemes are refused rather than passed over, and what is no protection as well.
    #[test]
    fn settings_of_other_schemes_are_refused() {
        let cases = [
            (json!({"signature_from": "X-Signature"}), "server.signature_from"),
            (json!({"headers": {"nonce": "X-Nonce"}}), "server.headers"),
            (json!({"headers": {}}), "server.headers"),
            (json!({"require_fresh": false}), "server.require_fresh"),
            (json!({"tolerance_s": 0}), "tolerance_s"),
            (json!({"tolerance_s": 901}), "tolerance_s"),
        ];
        for (more, expected) in cases {
            let (code, setting, _) = refusal(json!([]), more);
            assert_eq!((code, setting.as_str()), (Code::ConfigInvalid, expected));
        }
        let key = json!([{"id": "k1", "public_key": public(NEW)}]);
        for scheme in ["body", "header"] {
            let (code, setting, message) = refusal(key.clone(), json!({"scheme": scheme}));
            assert_eq!((code, setting.as_str()), (Code::ConfigInvalid, "server.keys.k1"));
            assert!(message.contains("standard_webhooks"), "{message}");
            for text in [public(NEW), private(NEW)] {
                let as_secret = json!([{"id": "k1", "secret": text}]);
                let (code, ..) = refusal(as_secret, json!({"scheme": scheme}));
                assert_eq!(code, Code::KeyType, "everybody could sign with it");
            }
        }
    }

    /// Protects: a server may share a secret with its sender; it never makes a public key of it, and a short one is told.
    #[cfg(feature = "merchant")]
    #[test]
    fn servers_may_share_a_secret() {
        let shared = gateway(json!([
            {"id": "old", "secret": SHARED}, {"id": "new", "public_key": public(NEW)},
        ]));
        assert!(said(&shared, SHARED, NOW, BODY).is_ok());
        assert!(said(&shared, &private(NEW), NOW, BODY).is_ok());
        assert_eq!(said(&shared, &private(OLD), NOW, BODY).err(), Some(Code::AuthMismatch));
        let known = public(NEW).replace("whpk_", "whsec_");
        assert_eq!(said(&shared, &known, NOW, BODY).err(), Some(Code::AuthMismatch));
        assert!(shared.warnings().is_empty() && !format!("{shared:?}").contains("whsec"));
        let short = gateway(json!([{"id": "k1", "secret": "whsec_dGhyb3dhd2F5"}]));
        assert!(short.warnings()[0].contains("k1 is short"), "{:?}", short.warnings());
    }

    /// Protects: a device has no shared secret, whatever its description says.
    #[cfg(not(feature = "merchant"))]
    #[test]
    fn devices_share_no_secret() {
        let (code, _, message) = refusal(json!([{"id": "k1", "secret": SHARED}]), json!({}));
        assert_eq!(code, Code::ConfigInvalid);
        assert!(message.contains("a device must not have a shared secret"), "{message}");
    }
}
