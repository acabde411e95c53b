//! The configuration of stripe as an account.

use super::types::Stripe;
use crate::error::{Error, Result};
use crate::gateway::signed::Signed;

/// An account of this configuration.
pub fn account(config: &Stripe) -> Result<Signed> {
    Err(Error::bug(format_args!("{:?} is not built yet", config.name)))
}
