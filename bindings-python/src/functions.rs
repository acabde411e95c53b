//! The functions of the surface table as functions of the Python module. This file is a reader of the table and says
//! nothing that is not in it. What a function looks at is lent by Python for the call, not copied.

use std::borrow::Cow;

use paywright::api::types;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use zeroize::Zeroizing;

use crate::error::raise;
use crate::given::{Given, items, json_text, wrong_type};
use crate::shown::Shown;

/// A type of the table, as functions take it.
pub trait Kind {
    /// What is held while the function runs.
    type Held<'a>;
    /// What the function is lent.
    type Lent<'a>;

    /// Reads a value. A type that does not fit is a `TypeError`, unless the table of errors has a code for it.
    fn hold<'a>(field: &str, value: &'a Bound<'_, PyAny>) -> PyResult<Self::Held<'a>>;

    /// Lends it.
    fn lend<'a>(held: &'a Self::Held<'_>) -> Self::Lent<'a>;

    /// How many bytes it has, where that may be many.
    fn size(_: &Self::Held<'_>) -> usize {
        0
    }
}

/// The names of the table's types.
mod kinds {
    use std::marker::PhantomData;

    pub struct Text;
    pub struct Whole;
    pub struct Flag;
    pub struct Amount;
    pub struct Bytes;
    pub struct Map;
    pub struct Headers;
    pub struct Secret;
    pub struct Json;
    pub struct Optional<T>(PhantomData<T>);
    pub struct List<T>(PhantomData<T>);
}

macro_rules! copied {
    ($($kind:ident: $type:ty;)*) => {$(
        impl Kind for kinds::$kind {
            type Held<'a> = $type;
            type Lent<'a> = $type;

            fn hold(field: &str, value: &Bound<'_, PyAny>) -> PyResult<$type> {
                Given::given(field, value)
            }

            fn lend(held: &$type) -> $type {
                *held
            }
        }
    )*};
}

copied! {
    Whole: i64;
    Flag: bool;
}

impl Kind for kinds::Text {
    type Held<'a> = Cow<'a, str>;
    type Lent<'a> = &'a str;

    fn hold<'a>(field: &str, value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, str>> {
        match value.cast::<PyString>().ok().and_then(|text| text.to_str().ok()) {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => String::given(field, value).map(Cow::Owned),
        }
    }

    fn lend<'a>(held: &'a Cow<'_, str>) -> &'a str {
        held
    }

    fn size(held: &Cow<'_, str>) -> usize {
        held.len()
    }
}

impl Kind for kinds::Bytes {
    type Held<'a> = Cow<'a, [u8]>;
    type Lent<'a> = &'a [u8];

    fn hold<'a>(field: &str, value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
        match value.cast::<PyBytes>() {
            Ok(bytes) => Ok(Cow::Borrowed(bytes.as_bytes())),
            Err(_) => types::Bytes::given(field, value).map(|bytes| Cow::Owned(bytes.0)),
        }
    }

    fn lend<'a>(held: &'a Cow<'_, [u8]>) -> &'a [u8] {
        held
    }

    fn size(held: &Cow<'_, [u8]>) -> usize {
        held.len()
    }
}

/// Text, or the bytes of a binary secret; borrowed, so that no second copy has to be wiped.
impl Kind for kinds::Secret {
    type Held<'a> = &'a [u8];
    type Lent<'a> = &'a [u8];

    fn hold<'a>(field: &str, value: &'a Bound<'_, PyAny>) -> PyResult<&'a [u8]> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(bytes.as_bytes());
        }
        let text = value.cast::<PyString>().ok().and_then(|text| text.to_str().ok());
        text.map(str::as_bytes).ok_or_else(|| wrong_type(field, "str or bytes", value))
    }

    fn lend<'a>(held: &'a &[u8]) -> &'a [u8] {
        held
    }
}

/// Text, or a mapping as its JSON text.
impl Kind for kinds::Json {
    type Held<'a> = String;
    type Lent<'a> = &'a str;

    fn hold(field: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
        json_text(field, value)
    }

    fn lend(held: &String) -> &str {
        held
    }
}

impl Kind for kinds::Amount {
    type Held<'a> = types::Amount;
    type Lent<'a> = &'a types::Amount;

    fn hold(field: &str, value: &Bound<'_, PyAny>) -> PyResult<types::Amount> {
        Given::given(field, value)
    }

    fn lend(held: &types::Amount) -> &types::Amount {
        held
    }
}

impl Kind for kinds::Map {
    type Held<'a> = types::Map;
    type Lent<'a> = &'a types::Map;

    fn hold(field: &str, value: &Bound<'_, PyAny>) -> PyResult<types::Map> {
        Given::given(field, value)
    }

    fn lend(held: &types::Map) -> &types::Map {
        held
    }
}

impl Kind for kinds::Headers {
    type Held<'a> = types::Headers;
    type Lent<'a> = &'a [(String, String)];

    fn hold(field: &str, value: &Bound<'_, PyAny>) -> PyResult<types::Headers> {
        Given::given(field, value)
    }

    fn lend(held: &types::Headers) -> &[(String, String)] {
        &held.0
    }
}

impl<T: Kind> Kind for kinds::Optional<T> {
    type Held<'a> = Option<T::Held<'a>>;
    type Lent<'a> = Option<T::Lent<'a>>;

    fn hold<'a>(field: &str, value: &'a Bound<'_, PyAny>) -> PyResult<Self::Held<'a>> {
        if value.is_none() { Ok(None) } else { T::hold(field, value).map(Some) }
    }

    fn lend<'a>(held: &'a Self::Held<'_>) -> Self::Lent<'a> {
        held.as_ref().map(T::lend)
    }

    fn size(held: &Self::Held<'_>) -> usize {
        held.as_ref().map_or(0, T::size)
    }
}

/// What an iterator gives need not live on, so these are copied, and wiped; there are one or two of them.
impl Kind for kinds::List<kinds::Secret> {
    type Held<'a> = Vec<Zeroizing<Vec<u8>>>;
    type Lent<'a> = &'a [Zeroizing<Vec<u8>>];

    fn hold<'a>(field: &str, value: &'a Bound<'_, PyAny>) -> PyResult<Self::Held<'a>> {
        let copied = |item: &[u8]| Zeroizing::new(item.to_vec());
        items(field, value, |item| kinds::Secret::hold(field, &item).map(copied))
    }

    fn lend<'a>(held: &'a Self::Held<'_>) -> Self::Lent<'a> {
        held
    }
}

impl Kind for kinds::List<kinds::Text> {
    type Held<'a> = Vec<String>;
    type Lent<'a> = &'a [String];

    fn hold(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
        Given::given(field, value)
    }

    fn lend(held: &Vec<String>) -> &[String] {
        held
    }
}

/// Handing the interpreter lock over costs about 50 ns. An HMAC takes longer only over a long body; signatures with
/// private and public keys and drawings always do.
fn pays_off(function: &str, bytes: usize) -> bool {
    const LONG_BYTES: usize = 16 * 1024;
    const QUICK: [&str; 4] = ["stripe_", "standard_webhooks_", "hmac_callback_", "format_amount"];
    bytes > LONG_BYTES || !QUICK.iter().any(|family| function.starts_with(family))
}

macro_rules! functions {
    (
        choices { $($choices:tt)* }
        inputs { $($inputs:tt)* }
        gateways { $($gateways:tt)* }
        records { $($records:tt)* }
        methods { $($methods:tt)* }
        functions { $($module:ident { $($(#[doc = $doc:literal])* fn $function:ident (
            $($given:ident: $given_type:ident $(<$given_inner:ident>)?),* ;
            $($spare:ident: $spare_type:ident $(<$spare_inner:ident>)?),*
        ) -> $result:ident $(<$result_inner:ident>)?;)* })* }
    ) => {
        $($(
            $(#[doc = $doc])*
            #[pyfunction]
            #[pyo3(signature = ($($given,)* $($spare = None),*))]
            #[allow(clippy::too_many_arguments)]
            fn $function<'py>(
                py: Python<'py>,
                $($given: &Bound<'py, PyAny>,)*
                $($spare: Option<&Bound<'py, PyAny>>,)*
            ) -> PyResult<Bound<'py, PyAny>> {
                $(let $given = <kinds::$given_type $(<kinds::$given_inner>)? as Kind>::hold(
                    stringify!($given), $given)?;)*
                $(let $spare = $spare.map(|value| {
                    <kinds::$spare_type $(<kinds::$spare_inner>)? as Kind>::hold(stringify!($spare), value)
                }).transpose()?;)*
                let bytes = 0 $(+ <kinds::$given_type $(<kinds::$given_inner>)? as Kind>::size(&$given))*;
                let call = || paywright::$module::$function(
                    $(<kinds::$given_type $(<kinds::$given_inner>)? as Kind>::lend(&$given),)*
                    $($spare.as_ref().map(<kinds::$spare_type $(<kinds::$spare_inner>)? as Kind>::lend),)*
                );
                let answer = match pays_off(stringify!($function), bytes) {
                    true => py.detach(call),
                    false => call(),
                };
                answer.map_err(|error| raise(py, &error))?.shown(py)
            }
        )*)*

        /// Adds every function of the table to the module, for the modules of the package to hand on.
        pub fn add_functions(module: &Bound<'_, PyModule>) -> PyResult<()> {
            $($(module.setattr(stringify!($function), wrap_pyfunction!($function, module)?)?;)*)*
            Ok(())
        }
    };
}

paywright::surface!(functions);
