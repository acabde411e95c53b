//! The methods of the surface table for whoever runs the service: due work, the audit, balances, health, numbers,
//! diagrams. They report; they decide nothing.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use super::types::{self, arguments};
use super::{Paywright, convert, guarded};
use crate::engine;
use crate::error::{Code, Error, Result};

impl Paywright {
    pub fn run_due(&self, a: arguments::run_due) -> Result<types::DueReport> {
        guarded(|| {
            let limit = a.limit.unwrap_or(engine::DUE_LIMIT);
            if !(1..=engine::DUE_LIMIT_MAX).contains(&limit) {
                return Err(Error::new(Code::ArgumentRange)
                    .with("field", "limit")
                    .with("given", limit)
                    .with("rule", format_args!("1 to {}", engine::DUE_LIMIT_MAX)));
            }
            Ok(convert::due(self.engine.run_due(limit)?))
        })
    }

    pub fn verify(&self, _: arguments::verify) -> Result<types::VerifyReport> {
        guarded(|| Ok(convert::report(self.engine.verify()?)))
    }

    pub fn balances(&self, _: arguments::balances) -> Result<Vec<types::Balance>> {
        guarded(|| self.engine.balances()?.into_iter().map(convert::balance).collect())
    }

    pub fn health(&self, _: arguments::health) -> Result<types::Health> {
        guarded(|| {
            let mut warnings = self.warnings.to_vec();
            warnings.extend(self.engine.clock_warning()?);
            warnings.extend(self.engine.webhook_warnings()?);
            let mut methods = self.engine.methods();
            methods.sort_unstable();
            methods.dedup();
            Ok(types::Health {
                ok: warnings.is_empty(),
                mode: types::Mode::parse(self.engine.mode().as_str())?,
                gateways: self.engine.gateway_names(),
                methods,
                warnings,
            })
        })
    }

    pub fn metrics(&self, _: arguments::metrics) -> Result<String> {
        guarded(|| Ok(super::metrics::text(&self.engine.counts())))
    }

    pub fn diagram(&self, a: arguments::diagram) -> Result<String> {
        guarded(|| match a.machine.as_str() {
            "payment" => Ok(super::diagram::payment()),
            "refund" => Ok(super::diagram::refund()),
            flow => Ok(self.engine.flow(flow)?.diagram()),
        })
    }
}
