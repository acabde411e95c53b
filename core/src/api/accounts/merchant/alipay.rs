//! The configuration of alipay as an account.

use crate::api::types::Alipay;
use crate::error::{Code, Error, Result};
use crate::gateway::alipay::{self, AlipayOptions, NAME, Trust};
use crate::sign::rsa::PrivateKey;

/// An account of this configuration.
pub fn account(config: &Alipay) -> Result<alipay::Alipay> {
    alipay::Alipay::new(AlipayOptions {
        name: config.name.clone().unwrap_or_else(|| NAME.to_owned()),
        app_id: config.app_id.clone(),
        seller_id: config.seller_id.clone(),
        private_key: PrivateKey::parse(
            &format!("{NAME}.private_key"),
            config.private_key.expose().as_bytes(),
        )?,
        callback_url: config.callback_url.clone(),
        trust: trust(config)?,
        sandbox: config.sandbox.unwrap_or(false),
        base_url: config.base_url.clone(),
    })
}

/// One way of trust: its parts complete, and nothing of the other.
fn trust(config: &Alipay) -> Result<Trust> {
    let certificates = !config.alipay_certificates.is_empty();
    match (&config.app_certificate, &config.root_certificates, certificates) {
        (None, None, false) => Ok(Trust::PublicKeys(config.alipay_public_keys.clone())),
        (Some(app), Some(roots), true) if config.alipay_public_keys.is_empty() => {
            Ok(Trust::Certificates {
                app: app.clone(),
                alipay: config.alipay_certificates.clone(),
                roots: roots.clone(),
            })
        }
        (Some(_), Some(_), true) => Err(refused(
            Code::ConfigInvalid,
            "why",
            "give alipay_public_keys or certificates, not both",
        )),
        _ => Err(refused(
            Code::ConfigMissing,
            "rule",
            "certificate mode needs app_certificate, alipay_certificates and root_certificates",
        )),
    }
}

fn refused(code: Code, detail: &'static str, why: &str) -> Error {
    Error::new(code).with("setting", format_args!("{NAME}.alipay_certificates")).with(detail, why)
}
