//! The tables for a host's own database, as the statements that its migrations run. It opens nothing and runs nothing.

use paywright::store::dialect::steps;
use paywright::store::schema::MIGRATIONS;
use pyo3::prelude::*;

use crate::host_store::wording;

/// A step's number, what makes it, what takes it away.
type Step = (i64, Vec<String>, Vec<String>);

/// For each step of the schema: its number, what makes it, what takes it away.
#[pyfunction]
pub fn _schema_steps(store: &Bound<'_, PyAny>) -> PyResult<Vec<Step>> {
    let wording = wording(store)?;
    Ok(steps(&wording, MIGRATIONS)
        .into_iter()
        .map(|step| (step.number, step.statements, step.reverse))
        .collect())
}

/// Holds stores to the contract of every store: `make` is given the statements that make the contract's tables, and answers
/// with a new store over an empty database that has them. Only in builds for tests.
#[cfg(feature = "testing")]
#[pyfunction]
pub fn _check_store(py: Python<'_>, make: Py<PyAny>) -> PyResult<()> {
    use crate::host_store::HostStore;
    use paywright::store::{Store, contract};

    let made = |py: Python<'_>| -> PyResult<Box<dyn Store>> {
        let store = make.bind(py).call0()?;
        let store = store.as_any();
        let steps = steps(&wording(store)?, contract::SQLITE);
        let statements: Vec<_> = steps.into_iter().flat_map(|step| step.statements).collect();
        store.call_method1("run_statements", (statements,))?;
        Ok(Box::new(HostStore::new(store)?))
    };
    let failed = py.detach(|| {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            contract::check(&|| match Python::attach(made) {
                Ok(store) => store,
                Err(error) => std::panic::panic_any(error.to_string()),
            });
        }))
    });
    failed.map_err(|why| {
        let why = why
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let why = why.unwrap_or_else(|| "a promise is broken; see what was printed".to_owned());
        pyo3::exceptions::PyAssertionError::new_err(why)
    })
}
