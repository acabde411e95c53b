//! The configuration of PayPal as an account.

use crate::api::types::PayPal as Config;
use crate::error::Result;
use crate::gateway::paypal::{PayPal, PayPalOptions};
use crate::secret::Secret;

/// An account of this configuration. Fails with `secret_empty`, and as [`PayPal::new`] does.
pub fn account(config: &Config) -> Result<PayPal> {
    PayPal::new(PayPalOptions {
        name: config.name.clone(),
        client_id: config.client_id.clone(),
        client_secret: Secret::new("paypal.client_secret", config.client_secret.expose())?,
        webhook_id: config.webhook_id.clone(),
        sandbox: config.sandbox.unwrap_or(false),
        trusted_roots: config.trusted_roots.clone(),
        base_url: config.base_url.clone(),
    })
}
