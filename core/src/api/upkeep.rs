//! The methods of the surface table that look at one account: exchanging its credentials, examining it. They see
//! configurations, and never show what is in them.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use std::sync::PoisonError;

use super::accounts::{self, Known};
use super::types::{self, Done, GatewayConfig, arguments};
use super::{Paywright, convert, guarded};
use crate::engine::Mode;
use crate::error::{Code, Error, Result};
use crate::gateway::{Finding, Part};
use crate::http::{authority, is_loopback};
use crate::journal::SYSTEM;

impl Paywright {
    pub fn rotate_credentials(&self, a: arguments::rotate_credentials) -> Result<Done> {
        guarded(|| {
            if let GatewayConfig::Mock(_) = a.gateway {
                return Err(refused(a.gateway.kind(), "the mock keeps its payments in itself"));
            }
            let account = accounts::one(&a.gateway)?;
            let name = account.facts().name.clone();
            self.engine.gateway(&name)?;
            let new = Known::of(&a.gateway);
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            match known.get(&name) {
                Some(old) if old.kind == new.kind => (),
                Some(old) => {
                    let why = format!("{name} is an account of {}, not of {}", old.kind, new.kind);
                    return Err(refused(&name, &why));
                }
                None => return Err(refused(&name, "it was not made of a configuration")),
            }
            self.engine.rotate_account(account, a.actor.as_deref().unwrap_or(SYSTEM))?;
            known.insert(name, new);
            Ok(Done { ok: true })
        })
    }

    pub fn examine(&self, a: arguments::examine) -> Result<types::Examination> {
        guarded(|| {
            let mut findings = self.engine.look_over(&a.gateway)?;
            findings.extend(self.callback_address(&a.gateway));
            findings.extend(self.engine.probe(&a.gateway)?);
            convert::examination(findings)
        })
    }

    fn callback_address(&self, gateway: &str) -> Option<Finding> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let url = known.get(gateway)?.callback_url.as_deref()?;
        Some(callback_address(url, gateway, self.engine.mode()))
    }
}

fn refused(setting: &str, why: &str) -> Error {
    Error::new(Code::ConfigInvalid).with("setting", setting).with("why", why)
}

/// Whether a provider on the internet could post to this address, and would be understood there.
fn callback_address(url: &str, gateway: &str, mode: Mode) -> Finding {
    let part = Part::Callback;
    match authority(url) {
        None => Finding::wrong(part, format!("{url} is no https address"), "give the public one"),
        Some(host) if mode == Mode::Live && is_loopback(host) => {
            Finding::wrong(part, format!("{url} is this machine only"), "give the public address")
        }
        Some(_) if !url.trim_end_matches('/').ends_with(gateway) => Finding {
            remedy: format!("make sure that what arrives there is handed over as {gateway}"),
            ..Finding::fine(part, url)
        },
        Some(_) => Finding::fine(part, url),
    }
}
