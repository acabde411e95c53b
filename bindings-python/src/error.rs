//! An error of the core as a Python exception. Which class it has follows from its group alone.

use std::collections::BTreeMap;

use paywright::api;
use paywright::error::{Code, Error};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::host_store::take_cause;
use crate::shown::Shown;

/// The exception for an error.
pub fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let cause = take_cause(error).map(|cause| PyErr::from_value(cause.into_bound(py)));
    match cause {
        // The host's own exception, as the host would have met it without us.
        Some(own) if error.code() == Code::HostFailed => own,
        cause => {
            let raised = exception(py, error).map_or_else(|failure| failure, PyErr::from_value);
            if cause.is_some() {
                raised.set_cause(py, cause);
            }
            raised
        }
    }
}

fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    static FROM_CORE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let details: BTreeMap<&str, &str> = error.details().collect();
    let reply = error.reply().map(api::reply).shown(py)?;
    let (code, group) = (error.code(), error.code().group());
    FROM_CORE.import(py, "paywright.errors", "_from_core")?.call1((
        group.as_str(),
        error.message(),
        code.as_str(),
        error.message_zh(),
        code.retryable(),
        group.http_status(),
        details,
        reply,
    ))
}
