//! Secrets: bytes that cannot be printed and are wiped when dropped. It never hands them out except by name.

use std::fmt;

use zeroize::Zeroizing;

use crate::error::{Code, Error, Result};

/// A shared secret. Its `Debug` form is `[redacted]`, it has no `Display` and no serialised form.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// Shorter shared secrets work but are reported as weak.
pub const SECRET_BYTES_RECOMMENDED: usize = 16;

impl Secret {
    /// Takes the bytes unchanged: nothing is trimmed or decoded. `setting` names it in errors.
    ///
    /// Fails with `secret_empty` (nothing, or only white space) and `key_type` (a PEM key given as a shared secret).
    pub fn new(setting: &str, bytes: impl Into<Vec<u8>>) -> Result<Self> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::new(Code::SecretEmpty).with("setting", setting));
        }
        if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
            return Err(Error::new(Code::KeyType)
                .with("setting", setting)
                .with("given", "a PEM key or certificate")
                .with("expected", "a shared secret"));
        }
        Ok(Secret(bytes))
    }

    /// The bytes, for the one call that computes a signature.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is shorter than [`SECRET_BYTES_RECOMMENDED`].
    pub fn is_short(&self) -> bool {
        self.0.len() < SECRET_BYTES_RECOMMENDED
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
