//! The configuration of a Stripe account becomes its gateway, which checks it. Nothing is decided here.

use crate::api::types::{self, Stripe as Config};
use crate::error::Result;
use crate::gateway::stripe::{NAME, Stripe, StripeOptions};
use crate::secret::Secret;

/// An account of this configuration.
pub fn account(config: &Config) -> Result<Stripe> {
    let name = config.name.as_deref().unwrap_or(NAME);
    let secret = |part: &str, s: &types::Secret| Secret::new(&format!("{name}.{part}"), s.expose());
    let webhook = config.webhook_secrets.iter().map(|s| secret("webhook_secrets", s));
    Stripe::new(StripeOptions {
        secret_key: secret("secret_key", &config.secret_key)?,
        webhook_secrets: webhook.collect::<Result<_>>()?,
        publishable_key: config.publishable_key.clone(),
        account: config.account.clone(),
        api_version: config.api_version.clone(),
        name: config.name.clone(),
        methods: config.methods.clone(),
        base_url: config.base_url.clone(),
    })
}
