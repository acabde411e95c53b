//! Values of JavaScript, copied into trees and made from them. Everything that comes in is first asked what it is; nothing
//! is coerced, and no method of a value is ever called.

use napi::bindgen_prelude::{
    Array, BufferSlice, FromNapiValue, JsObjectValue, JsValue, Null, Object, ToNapiValue,
    Uint8ArraySlice, Unknown,
};
use napi::{
    Env, JsDate, JsNumber, KeyCollectionMode, KeyConversion, KeyFilter, Property,
    PropertyAttributes, Result, ValueType, check_status, sys,
};
use zeroize::Zeroize;

use crate::given::{Given, camel};
use crate::shown::Value;

/// Deeper than anything that is ever handed in.
const DEPTH_MAX: usize = 16;
/// Enough for the largest call, which hands in a hundred thousand rows; it also ends an object that contains itself.
const VALUES_MAX: usize = 2_500_000;
/// The largest whole number that JavaScript can tell from its neighbours.
const SAFE_MAX: i64 = (1 << 53) - 1;

/// Copies values; all arguments of a call share its limit.
pub struct Reader {
    left: usize,
}

impl Reader {
    /// For one call.
    pub fn new() -> Self {
        Reader { left: VALUES_MAX }
    }

    /// Copies one value. Fails only with what a getter or a proxy threw.
    pub fn read(&mut self, value: &Unknown<'_>) -> Result<Given> {
        self.at_depth(value, 0)
    }

    fn at_depth(&mut self, value: &Unknown<'_>, depth: usize) -> Result<Given> {
        let Some(left) = self.left.checked_sub(1).filter(|_| depth < DEPTH_MAX) else {
            return Ok(Given::Strange("an object that is too large or too deep"));
        };
        self.left = left;
        match value.get_type()? {
            ValueType::Undefined | ValueType::Null => Ok(Given::Nothing),
            ValueType::Boolean => value.coerce_to_bool().map(Given::Flag),
            ValueType::Number => number(value),
            ValueType::String => text(value),
            ValueType::Object => self.object(value, depth),
            ValueType::BigInt => Ok(Given::Strange("a BigInt")),
            ValueType::Symbol => Ok(Given::Strange("a symbol")),
            ValueType::Function => Ok(Given::Strange("a function")),
            _ => Ok(Given::Strange("something else")),
        }
    }

    fn object(&mut self, value: &Unknown<'_>, depth: usize) -> Result<Given> {
        if value.is_array()? {
            let array: Array<'_> = known(value)?;
            let mut items = Vec::new();
            for index in (0..array.len()).take(self.left.saturating_add(1)) {
                items.push(self.at_depth(&array.get_element(index)?, depth + 1)?);
            }
            return Ok(Given::List(items));
        }
        if value.is_typedarray()? {
            return Ok(match known::<Uint8ArraySlice<'_>>(value) {
                Ok(bytes) => Given::Bytes(bytes.to_vec()),
                Err(_) => Given::Strange("an array of other numbers than bytes"),
            });
        }
        if value.is_date()? {
            let millis = known::<JsDate<'_>>(value)?.value_of()?;
            return Ok(Given::Time((!millis.is_nan()).then_some(millis as i64)));
        }
        self.fields(value, depth)
    }

    /// An object's own fields: nothing that a prototype adds counts.
    fn fields(&mut self, value: &Unknown<'_>, depth: usize) -> Result<Given> {
        let object: Object<'_> = known(value)?;
        let names = object.get_all_property_names(
            KeyCollectionMode::OwnOnly,
            KeyFilter::Enumerable,
            KeyConversion::NumbersToStrings,
        )?;
        let count = names.get_array_length()?;
        let mut fields = Vec::new();
        for index in (0..count).take(self.left.saturating_add(1)) {
            let key: Unknown<'_> = names.get_element(index)?;
            if key.get_type()? == ValueType::Symbol {
                continue;
            }
            let found: Unknown<'_> = object.get_property_unchecked(key)?;
            let found = self.at_depth(&found, depth + 1)?;
            fields.push(match text(&key)? {
                Given::Text(name) => (name, found),
                _ => ("\u{fffd}".to_owned(), Given::Broken),
            });
        }
        match fields.is_empty() && !is_plain(&object)? {
            true => Ok(Given::Strange(strange(value)?)),
            false => Ok(Given::Object(fields)),
        }
    }
}

/// Whether its prototype is none, or one that has none itself: that of every realm's plain objects.
fn is_plain(object: &Object<'_>) -> Result<bool> {
    let prototype = object.get_prototype()?;
    match prototype.get_type()? {
        ValueType::Object => {
            let above = prototype.coerce_to_object()?.get_prototype()?;
            Ok(above.get_type()? == ValueType::Null)
        }
        other => Ok(other == ValueType::Null),
    }
}

/// What an object without fields of its own is.
fn strange(value: &Unknown<'_>) -> Result<&'static str> {
    Ok(match () {
        () if value.is_promise()? => "a promise; was `await` forgotten?",
        () if value.is_error()? => "an Error",
        () if value.is_arraybuffer()? || value.is_dataview()? => "a buffer that is no Uint8Array",
        () => "an object of a class, without fields of its own",
    })
}

/// A value as what it is known to be. It costs a fraction of a coercion, which would find the same.
#[allow(unsafe_code)]
fn known<'a, T: FromNapiValue + 'a>(value: &Unknown<'a>) -> Result<T> {
    // SAFETY: a live value of this environment is handed on as it is. Each of the types that are asked for here reads
    // it through Node's own functions, which look at what it is once more and refuse any other.
    unsafe { value.cast() }
}

fn number(value: &Unknown<'_>) -> Result<Given> {
    let number = known::<JsNumber<'_>>(value)?.get_double()?;
    // A cast saturates, so that what is too large for it is not safe either.
    let whole = number as i64;
    Ok(match number.fract() == 0.0 && (-SAFE_MAX..=SAFE_MAX).contains(&whole) {
        true => Given::Whole(whole),
        false => Given::Number(number.to_string()),
    })
}

/// Longer strings are asked for their length first.
const SHORT_MAX: usize = 384;

/// A string. Half a surrogate pair arrives as a replacement character, of which a string may also hold a real one.
fn text(value: &Unknown<'_>) -> Result<Given> {
    let text = match short_text(value)? {
        Some(text) => text,
        None => known(value)?,
    };
    // Most strings do not even hold what a replacement character begins with.
    if text.as_bytes().contains(&0xef) && text.contains('\u{fffd}') {
        let utf16 = value.coerce_to_string()?.into_utf16()?;
        let broken = char::decode_utf16(utf16.as_slice().iter().copied()).any(|c| c.is_err());
        if broken {
            return Ok(Given::Broken);
        }
    }
    Ok(Given::Text(text))
}

/// A string that surely fits into a small buffer, copied through it: asking for its length costs as much as copying it.
#[allow(unsafe_code)]
fn short_text(value: &Unknown<'_>) -> Result<Option<String>> {
    let mut buffer = [0_u8; SHORT_MAX];
    let mut length = 0;
    let raw = value.value();
    // SAFETY: a live value of a live environment is read into a buffer of the length that is said.
    let status = unsafe {
        sys::napi_get_value_string_utf8(
            raw.env,
            raw.value,
            buffer.as_mut_ptr().cast(),
            SHORT_MAX,
            &mut length,
        )
    };
    check_status!(status)?;
    // What was cut off leaves no room for another character of four bytes and the null at the end.
    let whole = buffer.get(..length).filter(|read| read.len() < SHORT_MAX - 4);
    let text = whole.and_then(|read| std::str::from_utf8(read).ok()).map(str::to_owned);
    // It may have been a secret.
    if let Some(read) = buffer.get_mut(..length) {
        read.zeroize();
    }
    Ok(text)
}

/// Makes a value of JavaScript.
pub fn show(env: &Env, value: Value) -> Result<Unknown<'_>> {
    match value {
        Value::Nothing => Null.into_unknown(env),
        Value::Flag(flag) => flag.into_unknown(env),
        Value::Whole(number) => number.into_unknown(env),
        Value::Text(text) => text.into_unknown(env),
        Value::Word(word) => word.into_unknown(env),
        Value::Time(millis) => env.create_date(millis as _)?.into_unknown(env),
        Value::Bytes(bytes) => BufferSlice::copy_from(env, bytes)?.into_unknown(env),
        Value::List(items) => {
            let mut array: Array<'_> = env.create_array(0)?;
            for item in items {
                array.insert(show(env, item)?)?;
            }
            array.into_unknown(env)
        }
        Value::Map(map) => {
            let mut object = Object::new(env)?;
            // Defined, not set: `__proto__` is a name like any other.
            let entry = |(name, value): (String, String)| {
                let attributes = PropertyAttributes::Writable
                    | PropertyAttributes::Enumerable
                    | PropertyAttributes::Configurable;
                let property = Property::new().with_name(env, name)?;
                let property = property.with_napi_value(env, value)?;
                Ok(property.with_property_attributes(attributes))
            };
            let entries = map.into_iter().map(entry).collect::<Result<Vec<_>>>()?;
            object.define_properties(&entries)?;
            object.into_unknown(env)
        }
        Value::Record(fields) => {
            let mut object = Object::new(env)?;
            for (name, value) in fields {
                object.set_named_property(&camel(name), show(env, value)?)?;
            }
            object.into_unknown(env)
        }
    }
}
