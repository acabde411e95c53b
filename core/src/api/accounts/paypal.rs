//! The configuration of paypal as an account.

use super::types::PayPal;
use crate::error::{Error, Result};
use crate::gateway::signed::Signed;

/// An account of this configuration.
pub fn account(config: &PayPal) -> Result<Signed> {
    Err(Error::bug(format_args!("{:?} is not built yet", config.name)))
}
