//! The methods of the surface table as methods of the Python class. This file is a reader of the table and says nothing
//! that is not in it. The interpreter lock is released while the core works.

use paywright::api::types::arguments;
use pyo3::prelude::*;

use crate::engine::Paywright;
use crate::error::raise;
use crate::given::Given;
use crate::shown::Shown;

/// One method. A method whose arguments may all be given by place has a signature without a star.
macro_rules! method {
    ($(#[doc = $doc:literal])* $method:ident($($place:ident),*; ;)) => {
        #[pymethods]
        impl Paywright {
            $(#[doc = $doc])*
            #[pyo3(signature = ($($place),*))]
            fn $method<'py>(
                &self,
                py: Python<'py>,
                $($place: &Bound<'py, PyAny>,)*
            ) -> PyResult<Bound<'py, PyAny>> {
                let asked = arguments::$method {
                    $($place: Given::given(stringify!($place), $place)?,)*
                };
                let engine = self.engine(py)?;
                let answer = py.detach(|| engine.$method(asked));
                answer.map_err(|error| raise(py, &error))?.shown(py)
            }
        }
    };
    ($(#[doc = $doc:literal])* $method:ident($($place:ident),*; $($named:ident),*; $($left:ident),*)) => {
        #[pymethods]
        impl Paywright {
            $(#[doc = $doc])*
            #[pyo3(signature = ($($place,)* *, $($named,)* $($left = None),*))]
            #[allow(clippy::too_many_arguments)]
            fn $method<'py>(
                &self,
                py: Python<'py>,
                $($place: &Bound<'py, PyAny>,)*
                $($named: &Bound<'py, PyAny>,)*
                $($left: Option<&Bound<'py, PyAny>>,)*
            ) -> PyResult<Bound<'py, PyAny>> {
                let asked = arguments::$method {
                    $($place: Given::given(stringify!($place), $place)?,)*
                    $($named: Given::given(stringify!($named), $named)?,)*
                    $($left: $left.map(|value| Given::given(stringify!($left), value)).transpose()?,)*
                };
                let engine = self.engine(py)?;
                let answer = py.detach(|| engine.$method(asked));
                answer.map_err(|error| raise(py, &error))?.shown(py)
            }
        }
    };
}

macro_rules! methods {
    (
        choices { $($choices:tt)* }
        inputs { $($inputs:tt)* }
        gateways { $($gateways:tt)* }
        records { $($records:tt)* }
        methods { $($(#[doc = $doc:literal])* fn $method:ident (
            $($place:ident: $place_type:ident $(<$place_inner:ident>)?),* ;
            $($named:ident: $named_type:ident $(<$named_inner:ident>)?),* ;
            $($left:ident: $left_type:ident $(<$left_inner:ident>)?),*
        ) -> $result:ident $(<$result_inner:ident>)?;)* }
        functions { $($functions:tt)* }
    ) => {
        $(method! { $(#[doc = $doc])* $method($($place),*; $($named),*; $($left),*) })*
    };
}

paywright::surface!(methods);
