//! The configuration of alipay as an account.

use super::types::Alipay;
use crate::error::{Error, Result};
use crate::gateway::signed::Signed;

/// An account of this configuration.
pub fn account(config: &Alipay) -> Result<Signed> {
    Err(Error::bug(format_args!("{:?} is not built yet", config.name)))
}
