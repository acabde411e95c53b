//! The configuration of wechatpay as an account.

use super::types::WechatPay;
use crate::error::{Error, Result};
use crate::gateway::signed::Signed;

/// An account of this configuration.
pub fn account(config: &WechatPay) -> Result<Signed> {
    Err(Error::bug(format_args!("{:?} is not built yet", config.name)))
}
