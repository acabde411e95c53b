//! The configuration of wechatpay as an account. It checks nothing: the gateway does.

use crate::api::types::{self, WechatPay};
use crate::error::Result;
use crate::gateway::wechatpay;
use crate::secret::Secret;
use crate::sign::rsa::PrivateKey;

/// An account of this configuration.
pub fn account(config: &WechatPay) -> Result<wechatpay::WechatPay> {
    let name = config.name.clone().unwrap_or_else(|| wechatpay::NAME.to_owned());
    let setting = |member: &str| format!("{name}.{member}");
    let secret = |key: &types::Secret| Secret::new(&setting("api_v3_keys"), key.expose());
    let private_key = config.private_key.expose().as_bytes();
    wechatpay::WechatPay::new(wechatpay::WechatPayOptions {
        mchid: config.mchid.clone(),
        appid: config.appid.clone(),
        merchant_serial: config.merchant_serial.clone(),
        private_key: PrivateKey::parse(&setting("private_key"), private_key)?,
        api_v3_keys: config.api_v3_keys.iter().map(secret).collect::<Result<_>>()?,
        callback_url: config.callback_url.clone(),
        public_key_id: config.public_key_id.clone(),
        public_key: config.public_key.clone(),
        platform_certificates: config.platform_certificates.clone(),
        base_url: config.base_url.clone(),
        name,
    })
}
