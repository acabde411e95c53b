//! Accounts of gateways that need a merchant's secret. Nothing is decided here.

mod alipay;
mod paypal;
mod stripe;
mod wechatpay;

use std::sync::Arc;

use crate::api::types::GatewayConfig;
use crate::error::{Error, Result};
use crate::gateway::Gateway;

/// The account of one configuration.
pub fn one(config: &GatewayConfig) -> Result<Arc<dyn Gateway>> {
    Ok(match config {
        GatewayConfig::Stripe(config) => Arc::new(stripe::account(config)?),
        GatewayConfig::WechatPay(config) => Arc::new(wechatpay::account(config)?),
        GatewayConfig::Alipay(config) => Arc::new(alipay::account(config)?),
        GatewayConfig::PayPal(config) => Arc::new(paypal::account(config)?),
        other => {
            return Err(Error::bug(format_args!("{} is no gateway of a merchant", other.kind())));
        }
    })
}

/// Where a configuration's gateway posts callbacks, where it says.
pub fn callback_url(config: &GatewayConfig) -> Option<String> {
    match config {
        GatewayConfig::WechatPay(config) => Some(config.callback_url.clone()),
        GatewayConfig::Alipay(config) => Some(config.callback_url.clone()),
        _ => None,
    }
}
