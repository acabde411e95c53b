//! The method of the surface table that takes the number of a signed request. It looks at no signature.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use super::types::{Done, arguments};
use super::{Paywright, guarded};
use crate::engine::NonceClaim;
use crate::error::Result;

impl Paywright {
    pub fn claim_nonce(&self, a: arguments::claim_nonce) -> Result<Done> {
        guarded(|| {
            self.engine.claim_nonce(NonceClaim {
                scope: a.scope,
                nonce: a.nonce,
                timestamp: a.timestamp,
                tolerance_s: a.tolerance_s,
            })?;
            Ok(Done { ok: true })
        })
    }
}
