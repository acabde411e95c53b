//! What the package's own adapters need of the core: the gateways that the environment configures, and an amount as a
//! person reads it. It decides nothing and keeps nothing.

use std::ffi::OsString;

use paywright::api::types::Amount;
use paywright::api::variables::Environment;
use paywright::currency::Currency;
use paywright::money::Money;
use pyo3::prelude::*;

use crate::error::raise;
use crate::records;
use crate::shown::Shown;

/// The gateways of the process's environment, such as by `STRIPE_SECRET_KEY`, and the variables that look like ours and
/// are not read: for adapters that open an engine on something else than `PAYWRIGHT_DATABASE_URL`.
#[pyfunction]
pub fn _gateways_of_environment(py: Python<'_>) -> PyResult<(Vec<Bound<'_, PyAny>>, Vec<String>)> {
    let name = |(name, _): (OsString, OsString)| name.into_string().ok();
    let names = std::env::vars_os().filter_map(name).collect();
    let environment = Environment { variable: &|name| std::env::var(name).ok(), names };
    let found = environment.gateways().map_err(|error| raise(py, &error))?;
    let shown = found.into_iter().map(|config| records::gateway_shown(py, config));
    Ok((shown.collect::<PyResult<_>>()?, environment.slips()))
}

/// An amount that is stored in minor units, with the digits of its currency.
#[pyfunction]
pub fn _amount_of_minor<'py>(
    py: Python<'py>,
    minor: i64,
    currency: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let currency = Currency::parse(currency).map_err(|error| raise(py, &error))?;
    Amount::from(Money::new(minor, currency).to_text()).shown(py)
}
