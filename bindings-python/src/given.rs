//! Values on their way in: what a Python caller may pass for each plain type of the table. It guesses nothing: a float
//! is no amount, a parsed body is no body, a time without a zone is no time.

use chrono::{DateTime, Utc};
use paywright::api::types::{Amount, Bytes, Headers, Map, Secret};
use paywright::error::{Code, Error};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDateTime, PyDict, PyInt, PyList, PyMapping, PyMemoryView,
    PyString, PyTuple, PyType,
};

use crate::error::raise;

/// A value that a caller gives for `field`.
pub trait Given: Sized {
    /// Reads it. A type that does not fit is a `TypeError`, unless the table of errors has a code for it.
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self>;

    /// What stands for a field that was left out.
    fn left_out(field: &str) -> PyResult<Self> {
        Err(PyTypeError::new_err(format!("missing argument: '{field}'")))
    }
}

/// The name of a value's type, for messages.
fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string())
}

pub fn wrong_type(field: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!("{field} must be {expected}, not {}", type_name(value)))
}

fn text_format(field: &str, rule: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let error = Error::new(Code::TextFormat).with("field", field).with("rule", rule);
    raise(value.py(), &error)
}

impl Given for String {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(text) = value.cast::<PyString>() else {
            return Err(wrong_type(field, "str", value));
        };
        let broken = |_| text_format(field, "it holds half of a surrogate pair", value);
        text.to_str().map(str::to_owned).map_err(broken)
    }
}

impl Given for i64 {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_instance_of::<PyBool>() || !value.is_instance_of::<PyInt>() {
            return Err(wrong_type(field, "int", value));
        }
        value.extract().map_err(|_| {
            let rule = "a whole number of at most 64 bits";
            let range = Error::new(Code::ArgumentRange).with("field", field);
            raise(value.py(), &range.with("given", "larger").with("rule", rule))
        })
    }
}

impl Given for bool {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value
            .cast::<PyBool>()
            .map(|flag| flag.is_true())
            .map_err(|_| wrong_type(field, "bool", value))
    }
}

/// A decimal with more zeros than any amount has digits is not written out.
const ZEROS_MAX: i64 = 64;

/// About how many zeros a decimal has before or after its first digit.
fn zeros(decimal: &Bound<'_, PyAny>) -> PyResult<i64> {
    decimal.call_method0("adjusted")?.extract()
}

impl Given for Amount {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let py = value.py();
        if value.is_instance_of::<PyString>() {
            return String::given(field, value).map(Amount::from);
        }
        let decimal = value.is_instance(DECIMAL.import(py, "decimal", "Decimal")?)?;
        let whole = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
        if !decimal && !whole {
            let error = Error::new(Code::AmountType).with("field", field);
            return Err(raise(py, &error.with("given", type_name(value))));
        }
        // Formatted with "f", a decimal is never written with an exponent; one of a million zeros is left as it is, and
        // is no amount. Nor is a whole number of so many digits that newer versions of Python give it no text.
        let text = match decimal && zeros(value)?.abs() < ZEROS_MAX {
            true => value.call_method1(pyo3::intern!(py, "__format__"), ("f",)),
            false => value.str().map(Bound::into_any),
        };
        text.and_then(|text| text.extract::<String>()).map(Amount::from).map_err(|_| {
            let given = format!("{field}: a number that is too long");
            raise(py, &Error::new(Code::AmountFormat).with("given", given))
        })
    }
}

impl Given for DateTime<Utc> {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(time) = value.cast::<PyDateTime>() else {
            return Err(wrong_type(field, "an aware datetime", value));
        };
        let naive = || text_format(field, "a datetime with a time zone is needed", value);
        if time.call_method0("utcoffset")?.is_none() {
            return Err(naive());
        }
        let utc = chrono::Utc.into_pyobject(value.py())?;
        time.call_method1("astimezone", (utc,)).and_then(|t| t.extract()).map_err(|_| naive())
    }
}

impl Given for Bytes {
    fn given(_: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Bytes(bytes.as_bytes().to_vec()));
        }
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Ok(Bytes(bytes.to_vec()));
        }
        if value.is_instance_of::<PyMemoryView>() {
            return value.call_method0("tobytes")?.extract().map(Bytes);
        }
        let error = Error::new(Code::BodyType).with("given", type_name(value));
        Err(raise(value.py(), &error))
    }
}

impl Given for Map {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(map) = value.cast::<PyMapping>() else {
            return Err(wrong_type(field, "a mapping of str to str", value));
        };
        let text = |part: Bound<'_, PyAny>| String::given(field, &part);
        map.items()?
            .iter()
            .map(|item| Ok((text(item.get_item(0)?)?, text(item.get_item(1)?)?)))
            .collect()
    }

    fn left_out(_: &str) -> PyResult<Self> {
        Ok(Map::new())
    }
}

impl Given for Headers {
    /// A mapping, anything else with `items()`, pairs (one name may come twice), or a WSGI environment.
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let expected = "a mapping or pairs of header names and values";
        let py = value.py();
        let pairs = match value.cast_exact::<PyDict>() {
            Ok(dict) => dict.items().into_any(),
            // Message classes (the standard library's among them) have items and are no mapping, for a name may come twice.
            Err(_) if value.hasattr(intern!(py, "items"))? => {
                value.call_method0(intern!(py, "items"))?
            }
            Err(_) => value.clone(),
        };
        let wsgi =
            value.is_instance_of::<PyMapping>() && value.contains(intern!(py, "REQUEST_METHOD"))?;
        let mut headers = Vec::new();
        for pair in pairs.try_iter().map_err(|_| wrong_type(field, expected, value))? {
            let (name, values): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
                pair?.extract().map_err(|_| wrong_type(field, expected, value))?;
            let name = header_text(field, &name)?;
            match if wsgi { wsgi_name(&name) } else { Some(name) } {
                Some(name) => add_header(&mut headers, field, name, &values)?,
                None => continue,
            }
        }
        Ok(Headers(headers))
    }
}

/// One header, or as many as there are values in a list.
fn add_header(
    headers: &mut Vec<(String, String)>,
    field: &str,
    name: String,
    values: &Bound<'_, PyAny>,
) -> PyResult<()> {
    if values.is_instance_of::<PyString>() || values.is_instance_of::<PyBytes>() {
        headers.push((name, header_text(field, values)?));
        return Ok(());
    }
    let several = values.try_iter().map_err(|_| wrong_type(field, "of text values", values))?;
    for value in several {
        headers.push((name.clone(), header_text(field, &value?)?));
    }
    Ok(())
}

/// Text, or bytes as ASGI has them: one character for each.
fn header_text(field: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    match value.cast::<PyBytes>() {
        Ok(bytes) => Ok(bytes.as_bytes().iter().map(|byte| char::from(*byte)).collect()),
        Err(_) => String::given(field, value),
    }
}

/// The header behind a key of a WSGI environment: `HTTP_X_SIGN` is `X-SIGN`.
fn wsgi_name(key: &str) -> Option<String> {
    let bare = matches!(key, "CONTENT_TYPE" | "CONTENT_LENGTH");
    let name = if bare { Some(key) } else { key.strip_prefix("HTTP_") };
    name.map(|name| name.replace('_', "-"))
}

impl Given for Secret {
    /// Text; a mapping stands for its JSON text.
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        json_text(field, value).map(|text| Secret::from(text.as_str()))
    }
}

/// Text, or a mapping as its JSON text.
pub fn json_text(field: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    match value.cast::<PyMapping>() {
        Ok(mapping) => {
            let json = value.py().import("json")?;
            json.call_method1("dumps", (mapping,))?.extract()
        }
        Err(_) => String::given(field, value),
    }
}

impl<T: Given> Given for Option<T> {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_none() { Ok(None) } else { T::given(field, value).map(Some) }
    }

    fn left_out(_: &str) -> PyResult<Self> {
        Ok(None)
    }
}

/// What is read of each item of a list. Text and mappings, which have items too, are no lists.
pub fn items<'py, T>(
    field: &str,
    value: &Bound<'py, PyAny>,
    read: impl Fn(Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    // To ask what is a mapping takes longer than to check a signature, so what is a list is not asked.
    let plain = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
    let single = || value.is_instance_of::<PyString>() || value.is_instance_of::<PyMapping>();
    match value.try_iter() {
        Ok(items) if plain || !single() => items.map(|item| read(item?)).collect(),
        _ => Err(wrong_type(field, "a list", value)),
    }
}

impl<T: Given> Given for Vec<T> {
    fn given(field: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        items(field, value, |item| T::given(field, &item))
    }

    fn left_out(_: &str) -> PyResult<Self> {
        Ok(Vec::new())
    }
}

/// The fields of a record that came as keyword arguments or as a mapping.
pub struct Fields<'py> {
    of: &'static str,
    map: Bound<'py, PyMapping>,
}

impl<'py> Fields<'py> {
    /// Takes a mapping whose keys are among `known`.
    pub fn new(of: &'static str, value: &Bound<'py, PyAny>, known: &[&str]) -> PyResult<Self> {
        let Ok(map) = value.cast::<PyMapping>() else {
            return Err(wrong_type(of, "a mapping", value));
        };
        for key in map.keys()? {
            let key = String::given(of, &key)?;
            if !known.contains(&key.as_str()) {
                return Err(PyTypeError::new_err(format!("{of} has no '{key}'")));
            }
        }
        Ok(Fields { of, map: map.clone() })
    }

    /// One field, if it was given.
    pub fn take(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        if self.map.contains(name)? { self.map.get_item(name).map(Some) } else { Ok(None) }
    }

    /// One field, or what stands for it when it was left out.
    pub fn read<T: Given>(&self, name: &str) -> PyResult<T> {
        match self.take(name)? {
            Some(value) => T::given(name, &value),
            None => T::left_out(&format!("{}.{name}", self.of)),
        }
    }
}
