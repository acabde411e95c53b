//! Shared secrets with ids and times, so that a key can be replaced without a moment in which nothing verifies.
//! A ring never prints a secret and never stops trying keys because one of them fitted.

use std::fmt;

use subtle::Choice;

use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::sign::hmac::{MacKey, any_equal};

/// One secret of a ring.
#[derive(Clone, Debug)]
pub struct Key {
    /// What a message may call it.
    pub id: String,
    /// The secret.
    pub secret: Secret,
    /// Valid from this Unix second on, inclusive.
    pub not_before_s: Option<i64>,
    /// Valid up to this Unix second, inclusive.
    pub not_after_s: Option<i64>,
}

/// The secrets of one account.
#[derive(Clone)]
pub struct KeyRing {
    owner: String,
    keys: Vec<Ready>,
}

#[derive(Clone)]
struct Ready {
    id: String,
    mac: MacKey,
    from_s: i64,
    until_s: i64,
    short: bool,
}

impl KeyRing {
    /// A ring for `owner`, who is named in errors. An empty ring is possible and verifies nothing.
    pub fn new(owner: &str, keys: impl IntoIterator<Item = Key>) -> Result<Self> {
        let mut keys = keys.into_iter().map(Ready::new).collect::<Result<Vec<_>>>()?;
        keys.sort_by_key(|key| std::cmp::Reverse(key.from_s));
        Ok(KeyRing { owner: owner.to_owned(), keys })
    }

    /// Proves that one of the offered signatures was made over `parts` with a key of this ring that is valid now;
    /// where the message names its key, with that key and no other.
    ///
    /// Fails with `auth_unknown_key` (the named key is not valid now), `auth_not_configured` (no key is) or
    /// `auth_mismatch`.
    pub fn check(
        &self,
        named: Option<&str>,
        now: Time,
        parts: &[&[u8]],
        offered: &[[u8; 32]],
    ) -> Result<()> {
        let mut tried = 0;
        let mut found = Choice::from(0);
        for key in self.keys.iter().filter(|key| key.is_candidate(named, now)) {
            found |= any_equal(&key.mac.sign(parts), offered);
            tried += 1;
        }
        match (bool::from(found), tried, named) {
            (true, ..) => Ok(()),
            (false, 0, Some(id)) => {
                Err(Error::new(Code::AuthUnknownKey).with("key", id.escape_debug()))
            }
            (false, 0, None) => {
                Err(Error::new(Code::AuthNotConfigured).with("gateway", &self.owner))
            }
            (false, ..) => Err(Error::new(Code::AuthMismatch)),
        }
    }

    /// The ids of secrets so short that an operator should be warned.
    pub fn short_keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(|key| key.short).map(|key| key.id.as_str())
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.keys.iter().map(|key| (&key.id, "[redacted]"));
        f.debug_map().entries(ids).finish()
    }
}

impl Ready {
    fn new(key: Key) -> Result<Self> {
        Ok(Ready {
            mac: MacKey::new(key.secret.expose())?,
            short: key.secret.is_short(),
            from_s: key.not_before_s.unwrap_or(i64::MIN),
            until_s: key.not_after_s.unwrap_or(i64::MAX),
            id: key.id,
        })
    }

    fn is_candidate(&self, named: Option<&str>, now: Time) -> bool {
        named.is_none_or(|id| id == self.id)
            && (self.from_s..=self.until_s).contains(&now.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::hmac::hmac_sha256;

    fn key(id: &str, not_before_s: Option<i64>, not_after_s: Option<i64>) -> Key {
        let secret = Secret::new(id, format!("throwaway-{id}-0123456789")).unwrap();
        Key { id: id.to_owned(), secret, not_before_s, not_after_s }
    }

    fn ring() -> KeyRing {
        KeyRing::new("shop", [key("old", None, Some(20)), key("new", Some(10), None)]).unwrap()
    }

    fn check(ring: &KeyRing, named: Option<&str>, second: i64, signer: &str) -> Result<()> {
        let secret = format!("throwaway-{signer}-0123456789");
        let signature = hmac_sha256(secret.as_bytes(), &[b"text"]).unwrap();
        let now = Time::from_millis(second * 1000 + 999);
        ring.check(named, now, &[b"te", b"xt"], &[[0; 32], signature])
    }

    /// Protects: both keys verify while they overlap, both borders count, and outside only one does.
    #[test]
    fn keys_overlap() {
        let code = |second, signer| check(&ring(), None, second, signer).map_err(|e| e.code());
        assert_eq!(code(9, "old"), Ok(()));
        assert_eq!(code(9, "new"), Err(Code::AuthMismatch));
        assert_eq!((code(10, "old"), code(10, "new")), (Ok(()), Ok(())));
        assert_eq!((code(20, "old"), code(20, "new")), (Ok(()), Ok(())));
        assert_eq!(code(21, "old"), Err(Code::AuthMismatch));
    }

    /// Protects: a message that names its key is checked with that key only, and only while it is valid.
    #[test]
    fn a_named_key_is_the_only_one() {
        let code = |named, second, signer| {
            check(&ring(), Some(named), second, signer).map_err(|e| e.code())
        };
        assert_eq!(code("new", 15, "new"), Ok(()));
        assert_eq!(code("new", 15, "old"), Err(Code::AuthMismatch));
        assert_eq!(code("old", 21, "old"), Err(Code::AuthUnknownKey));
        assert_eq!(code("zz", 15, "old"), Err(Code::AuthUnknownKey));
    }

    /// Protects: without a valid key everything is refused (H24), with the account's name in the message.
    #[test]
    fn an_empty_ring_verifies_nothing() {
        let none = KeyRing::new("shop", []).unwrap();
        let error = check(&none, None, 15, "old").unwrap_err();
        assert_eq!(error.code(), Code::AuthNotConfigured);
        assert!(error.message().contains("shop"));
    }

    /// Protects: X4, no secret in the printed form; short ones are named.
    #[test]
    fn prints_ids_only() {
        let mut short = key("short", None, None);
        short.secret = Secret::new("short", "throwaway").unwrap();
        let ring = KeyRing::new("shop", [key("long", None, None), short]).unwrap();
        assert_eq!(format!("{ring:?}"), r#"{"long": "[redacted]", "short": "[redacted]"}"#);
        assert_eq!(ring.short_keys().collect::<Vec<_>>(), ["short"]);
    }
}
