//! Configurations become accounts: each record of the table is handed to its gateway, which checks it as a whole. Nothing
//! is opened or sent here.

#[cfg(feature = "merchant")]
mod merchant;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Options;
use super::types::{self, Bank, GatewayConfig, Mock, Mode, Signed};
use crate::currency::Currency;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::gateway::bank::{self, BankOptions};
use crate::gateway::mock::{self, MockOptions, script::Script};
use crate::gateway::signed::{self, SignedDescription};
use crate::secret::Secret;

/// What is known of an account beside what its gateway knows.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which gateway's configuration it was made of.
    pub kind: &'static str,
    /// Where its gateway posts callbacks, where the configuration says.
    pub callback_url: Option<String>,
}

impl Known {
    /// Of an account of this configuration.
    pub fn of(config: &GatewayConfig) -> Self {
        #[cfg(feature = "merchant")]
        let callback_url = merchant::callback_url(config);
        #[cfg(not(feature = "merchant"))]
        let callback_url = None;
        Known { kind: config.kind(), callback_url }
    }
}

/// The accounts of an engine that is being opened.
#[derive(Default)]
pub struct Accounts {
    /// All of them, in the order in which they are asked.
    pub all: Vec<Arc<dyn Gateway>>,
    /// The stand-in among them.
    pub mock: Option<Arc<mock::Mock>>,
    /// Those that were made of a configuration, by name.
    pub known: BTreeMap<String, Known>,
}

/// All accounts of a configuration. Only mode `development` falls back to the mock, and says so.
pub fn all(options: &Options, warnings: &mut Vec<String>) -> Result<Accounts> {
    let mut accounts = Accounts::default();
    let none = options.gateways.is_empty() && options.own_gateways.is_empty();
    let fallback = [GatewayConfig::Mock(Mock::default())];
    let configured = match none && options.mode == Mode::development {
        true => {
            warnings.push("no gateway is configured: the mock gateway is used".to_owned());
            &fallback[..]
        }
        false => &options.gateways[..],
    };
    for config in configured {
        let account = match config {
            GatewayConfig::Mock(config) => {
                let mock = Arc::new(mock(config)?);
                accounts.mock = Some(Arc::clone(&mock));
                mock
            }
            config => one(config)?,
        };
        accounts.known.insert(account.facts().name.clone(), Known::of(config));
        accounts.all.push(account);
    }
    accounts.all.extend(options.own_gateways.iter().cloned());
    warnings.extend(accounts.all.iter().flat_map(|account| account.warnings()));
    Ok(accounts)
}

/// The account of one configuration.
pub fn one(config: &GatewayConfig) -> Result<Arc<dyn Gateway>> {
    Ok(match config {
        GatewayConfig::Mock(config) => Arc::new(mock(config)?),
        GatewayConfig::Bank(config) => Arc::new(bank(config)?),
        GatewayConfig::Signed(config) => Arc::new(signed(config)?),
        #[cfg(feature = "merchant")]
        config => merchant::one(config)?,
    })
}

fn mock(config: &Mock) -> Result<mock::Mock> {
    let words = |list: &[String]| list.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
    let (payments, refunds) = (words(&config.script), words(&config.refund_script));
    let mut options: MockOptions = mock::Mock::default_options()?;
    options.script =
        Script::parse(&payments.lines().collect::<Vec<_>>(), &refunds.lines().collect::<Vec<_>>())?;
    if !config.secrets.is_empty() {
        let secret = |s: &types::Secret| Secret::new("mock.secrets", s.expose());
        options.secrets = config.secrets.iter().map(secret).collect::<Result<_>>()?;
    }
    if let Some(url) = &config.checkout_base_url {
        options.checkout_base_url.clone_from(url);
    }
    if !config.methods.is_empty() {
        options.methods.clone_from(&config.methods);
    }
    mock::Mock::new(options)
}

fn bank(config: &Bank) -> Result<bank::Bank> {
    let currencies = config.currencies.iter().map(|c| Currency::parse(c)).collect::<Result<_>>()?;
    bank::Bank::new(BankOptions {
        account_name: config.account_name.clone(),
        account_number: config.account_number.clone(),
        bank_name: config.bank_name.clone(),
        currencies,
    })
}

fn signed(config: &Signed) -> Result<signed::Signed> {
    signed::Signed::new(SignedDescription::from_json(config.description.expose())?)
}
