//! Values on their way out: each plain type of the table as Python's own. It rounds nothing.

use chrono::{DateTime, Utc};
use paywright::api::types::{Amount, Bytes, Headers, Map, Secret};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList, PyType};

/// A value that Python can be shown.
pub trait Shown: Sized {
    /// As Python's own type, or a class of ours.
    fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;

    /// As it is printed.
    fn printed(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.shown(py)
    }

    /// The same, with dicts in place of our classes.
    fn plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.shown(py)
    }
}

macro_rules! as_it_is {
    ($($type:ty),*) => {$(
        impl Shown for $type {
            fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
                self.into_bound_py_any(py)
            }
        }
    )*};
}

use pyo3::IntoPyObjectExt;
as_it_is!(String, i64, bool, DateTime<Utc>, Map);

impl Shown for Headers {
    fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.0.into_iter().collect::<Map>().shown(py)
    }

    /// They may carry credentials.
    fn printed(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        format!("{self:?}").shown(py)
    }
}

impl Shown for Amount {
    fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        DECIMAL.import(py, "decimal", "Decimal")?.call1((self.as_str(),))
    }
}

impl Shown for Bytes {
    fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(PyBytes::new(py, &self.0).into_any())
    }
}

impl Shown for Secret {
    fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        format!("{self:?}").shown(py)
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.map_or_else(|| Ok(py.None().into_bound(py)), |value| value.shown(py))
    }

    fn plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.map_or_else(|| Ok(py.None().into_bound(py)), |value| value.plain(py))
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        list(py, self.into_iter().map(|value| value.shown(py)))
    }

    fn plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        list(py, self.into_iter().map(|value| value.plain(py)))
    }
}

fn list<'py>(
    py: Python<'py>,
    values: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    let values = values.collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(py, values)?.into_any())
}
