//! The records, inputs, gateways and choices of the surface table as Python classes. This file is a reader of the
//! table and says nothing that is not in it.

use paywright::api::types::{self, GatewayConfig};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::error::raise;
use crate::given::{Fields, Given};
use crate::shown::Shown;

macro_rules! classes {
    (
        choices { $($(#[doc = $choice_doc:literal])* $choice:ident { $($word:ident)* })* }
        inputs { $($(#[doc = $input_doc:literal])* $input:ident {
            $($(#[doc = $in_doc:literal])* $in_field:ident: $in_type:ident $(<$in_inner:ident>)?,)* })* }
        gateways { $($(#[doc = $gateway_doc:literal])* $gateway:ident {
            $($(#[doc = $gw_doc:literal])* $gw_field:ident: $gw_type:ident $(<$gw_inner:ident>)?,)* })* }
        records { $($(#[doc = $record_doc:literal])* $record:ident {
            $($(#[doc = $field_doc:literal])* $field:ident: $type:ident $(<$inner:ident>)?,)* })* }
        methods { $($methods:tt)* }
        functions { $($functions:tt)* }
    ) => {
        $(
            impl Given for types::$choice {
                fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
                    let word = String::given(field, value)?;
                    types::$choice::parse(&word).map_err(|error| raise(value.py(), &error))
                }
            }

            impl Shown for types::$choice {
                fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
                    Ok(PyString::intern(py, self.as_str()).into_any())
                }
            }
        )*
        $(
            $(#[doc = $input_doc])*
            #[pyclass(frozen, eq, module = "paywright")]
            #[derive(PartialEq)]
            pub struct $input(types::$input);

            #[pymethods]
            impl $input {
                #[new]
                #[pyo3(signature = (**fields))]
                fn new(py: Python<'_>, fields: Option<Bound<'_, PyDict>>) -> PyResult<Self> {
                    let fields = fields.unwrap_or_else(|| PyDict::new(py));
                    types::$input::given(stringify!($input), &fields).map($input)
                }

                fn __repr__(&self) -> PyResult<String> {
                    Ok(format!("{}({})", stringify!($input), json(&self.0)?))
                }
            }

            impl Given for types::$input {
                /// An object of the class, or a mapping of its fields.
                fn given(_: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
                    if let Ok(made) = value.cast::<$input>() {
                        return Ok(made.get().0.clone());
                    }
                    let known = [$(stringify!($in_field)),*];
                    let fields = Fields::new(stringify!($input), value, &known)?;
                    Ok(types::$input { $($in_field: fields.read(stringify!($in_field))?),* })
                }
            }
        )*
        $(
            $(#[doc = $gateway_doc])*
            #[pyclass(frozen, eq, module = "paywright")]
            #[derive(PartialEq)]
            pub struct $gateway(types::$gateway);

            #[pymethods]
            impl $gateway {
                #[new]
                #[pyo3(signature = (**fields))]
                fn new(py: Python<'_>, fields: Option<Bound<'_, PyDict>>) -> PyResult<Self> {
                    let fields = fields.unwrap_or_else(|| PyDict::new(py));
                    let known = [$(stringify!($gw_field)),*];
                    let fields = Fields::new(stringify!($gateway), &fields, &known)?;
                    let mut made = types::$gateway::default();
                    $(if let Some(value) = fields.take(stringify!($gw_field))? {
                        made.$gw_field = Given::given(stringify!($gw_field), &value)?;
                    })*
                    Ok($gateway(made))
                }

                fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                    let fields = [$(named(stringify!($gw_field), self.0.$gw_field.clone().shown(py)?)?),*];
                    Ok(format!("{}({})", stringify!($gateway), fields.join(", ")))
                }

                fn __reduce__(&self) -> PyResult<()> {
                    Err(PyTypeError::new_err("a gateway's configuration holds secrets: it is never pickled"))
                }
            }
        )*
        $(
            $(#[doc = $record_doc])*
            #[pyclass(frozen, eq, module = "paywright")]
            #[derive(PartialEq)]
            pub struct $record(types::$record);

            #[pymethods]
            impl $record {
                $(
                    $(#[doc = $field_doc])*
                    #[getter]
                    fn $field<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                        self.0.$field.clone().shown(py)
                    }
                )*

                /// As a dict of Python values, all the way down.
                fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                    self.0.clone().plain(py)
                }

                /// As JSON text, with amounts and times as text.
                fn to_json(&self) -> PyResult<String> {
                    json(&self.0)
                }

                fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                    let fields = [$(named(stringify!($field), self.0.$field.clone().printed(py)?)?),*];
                    Ok(format!("{}({})", stringify!($record), fields.join(", ")))
                }

                fn __reduce__<'py>(
                    &self,
                    py: Python<'py>,
                ) -> PyResult<(Bound<'py, PyAny>, (&'static str, String))> {
                    let restore = py.import("paywright._native")?.getattr("_restore")?;
                    Ok((restore, (stringify!($record), json(&self.0)?)))
                }
            }

            impl Shown for types::$record {
                fn shown(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
                    Ok(Bound::new(py, $record(self))?.into_any())
                }

                fn plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
                    let dict = PyDict::new(py);
                    $(dict.set_item(stringify!($field), self.$field.plain(py)?)?;)*
                    Ok(dict.into_any())
                }
            }
        )*

        /// Adds every class of the table to the module.
        pub fn add_classes(module: &Bound<'_, PyModule>) -> PyResult<()> {
            $(module.add_class::<$input>()?;)*
            $(module.add_class::<$gateway>()?;)*
            $(module.add_class::<$record>()?;)*
            Ok(())
        }

        /// The configuration behind an object of a gateway's class.
        pub fn gateway(value: &Bound<'_, PyAny>) -> PyResult<GatewayConfig> {
            $(if let Ok(made) = value.cast::<$gateway>() {
                return Ok(GatewayConfig::$gateway(made.get().0.clone()));
            })*
            let known = [$(stringify!($gateway)),*].join(", ");
            Err(PyTypeError::new_err(format!("gateways must be made of these classes: {known}")))
        }

        /// A gateway's configuration as an object of its class.
        pub fn gateway_shown(py: Python<'_>, config: GatewayConfig) -> PyResult<Bound<'_, PyAny>> {
            match config {
                $(GatewayConfig::$gateway(made) => Ok(Bound::new(py, $gateway(made))?.into_any()),)*
            }
        }

        impl Given for types::Gateway {
            fn given(_: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
                gateway(value)
            }
        }

        /// A pickled record.
        #[pyfunction]
        pub fn _restore<'py>(py: Python<'py>, record: &str, json: &str) -> PyResult<Bound<'py, PyAny>> {
            match record {
                $(stringify!($record) => {
                    let restored: serde_json::Result<types::$record> = serde_json::from_str(json);
                    restored.map_err(|error| PyValueError::new_err(error.to_string()))?.shown(py)
                })*
                _ => Err(PyValueError::new_err("no such record")),
            }
        }
    };
}

paywright::surface!(classes);

fn json<T: serde::Serialize>(value: &T) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn named(name: &str, value: Bound<'_, PyAny>) -> PyResult<String> {
    Ok(format!("{name}={}", value.repr()?))
}
