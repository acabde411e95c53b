//! Values of JavaScript, copied into trees and made from them. Everything that comes in is first asked what it is; nothing
//! is coerced, and no method of a value is ever called.

use napi::bindgen_prelude::{
    Array, BufferSlice, JsObjectValue, JsValue, Null, Object, ToNapiValue, Uint8ArraySlice, Unknown,
};
use napi::{
    Env, JsDate, KeyCollectionMode, KeyConversion, KeyFilter, Property, PropertyAttributes, Result,
    ValueType,
};

use crate::given::{Given, camel};
use crate::shown::Value;

/// Deeper than anything that is ever handed in.
const DEPTH_MAX: usize = 16;
/// Enough for the largest call, which hands in a hundred thousand rows; it also ends an object that contains itself.
const VALUES_MAX: usize = 2_500_000;
/// The largest whole number that JavaScript can tell from its neighbours.
const SAFE_MAX: i64 = (1 << 53) - 1;

/// Copies values; all arguments of a call share its limit.
pub struct Reader<'a> {
    env: &'a Env,
    left: usize,
}

impl<'a> Reader<'a> {
    /// For one call.
    pub fn new(env: &'a Env) -> Self {
        Reader { env, left: VALUES_MAX }
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
        Ok(match value.get_type()? {
            ValueType::Undefined | ValueType::Null => Given::Nothing,
            ValueType::Boolean => Given::Flag(value.coerce_to_bool()?),
            ValueType::Number => number(value)?,
            ValueType::String => text(value)?,
            ValueType::Object => self.object(value, depth)?,
            ValueType::BigInt => Given::Strange("a BigInt"),
            ValueType::Symbol => Given::Strange("a symbol"),
            ValueType::Function => Given::Strange("a function"),
            _ => Given::Strange("something else"),
        })
    }

    fn object(&mut self, value: &Unknown<'_>, depth: usize) -> Result<Given> {
        if value.is_array()? {
            let array = value.coerce_to_object()?;
            let items = (0..array.get_array_length()?)
                .take(self.left.saturating_add(1))
                .map(|index| self.at_depth(&array.get_element(index)?, depth + 1));
            return items.collect::<Result<_>>().map(Given::List);
        }
        if value.is_typedarray()? {
            // Taken for bytes only through an array's element, which is checked once more.
            let bytes = self.inside(value)?.get_element::<Uint8ArraySlice<'_>>(0);
            return Ok(match bytes {
                Ok(bytes) => Given::Bytes(bytes.to_vec()),
                Err(_) => Given::Strange("an array of other numbers than bytes"),
            });
        }
        if value.is_date()? {
            let millis = self.inside(value)?.get_element::<JsDate<'_>>(0)?.value_of()?;
            return Ok(Given::Time((!millis.is_nan()).then_some(millis as i64)));
        }
        self.fields(value, depth)
    }

    /// An array that holds just this.
    fn inside(&self, value: &Unknown<'_>) -> Result<Object<'_>> {
        let mut array = self.env.create_array(1)?;
        array.set(0, *value)?;
        array.coerce_to_object()
    }

    /// An object's own fields: nothing that a prototype adds counts.
    fn fields(&mut self, value: &Unknown<'_>, depth: usize) -> Result<Given> {
        let object = value.coerce_to_object()?;
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

fn number(value: &Unknown<'_>) -> Result<Given> {
    let number = value.coerce_to_number()?.get_double()?;
    let whole = number as i64;
    // A cast saturates, so that what comes back the same was whole and in range.
    let same = whole as i128 == number as i128 && number.fract() == 0.0;
    Ok(match same && (-SAFE_MAX..=SAFE_MAX).contains(&whole) {
        true => Given::Whole(whole),
        false => Given::Number(number.to_string()),
    })
}

/// A string. Half a surrogate pair arrives as a replacement character, of which a string may also hold a real one.
fn text(value: &Unknown<'_>) -> Result<Given> {
    let string = value.coerce_to_string()?;
    let text = string.into_utf8()?.into_owned()?;
    if text.contains('\u{fffd}') {
        let utf16 = value.coerce_to_string()?.into_utf16()?;
        let broken = char::decode_utf16(utf16.as_slice().iter().copied()).any(|c| c.is_err());
        if broken {
            return Ok(Given::Broken);
        }
    }
    Ok(Given::Text(text))
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
