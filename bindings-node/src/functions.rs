//! The functions of the surface table by their modules and names. This file is a reader of the table and says
//! nothing that is not in it. They are done at once: each takes less time than to hand it to a thread.

use paywright::api::types;
use paywright::error::Result;
use zeroize::Zeroizing;

use crate::given::{Fields, Given, Read, camel, wrong_type};
use crate::shown::{Shown, Value};

/// A type of the table, as functions take it.
pub trait Kind {
    /// What is held while the function runs.
    type Held;
    /// What the function is lent.
    type Lent<'a>;

    /// Reads a value.
    fn hold(field: &str, value: Given) -> Result<Self::Held>;

    /// Lends it.
    fn lend(held: &Self::Held) -> Self::Lent<'_>;
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

macro_rules! kinds {
    ($($kind:ty: $held:ty => $lent:ty, $name:ident => $lend:expr;)*) => {$(
        impl Kind for $kind {
            type Held = $held;
            type Lent<'a> = $lent;

            #[inline(always)]
            fn hold(field: &str, value: Given) -> Result<$held> {
                Read::read(field, value)
            }

            fn lend($name: &$held) -> Self::Lent<'_> {
                $lend
            }
        }
    )*};
}

kinds! {
    kinds::Whole: i64 => i64, held => *held;
    kinds::Flag: bool => bool, held => *held;
    kinds::Amount: types::Amount => &'a types::Amount, held => held;
    kinds::Text: String => &'a str, held => held;
    kinds::Json: String => &'a str, held => held;
    kinds::Bytes: types::Bytes => &'a [u8], held => &held.0;
    kinds::Map: types::Map => &'a types::Map, held => held;
    kinds::Headers: types::Headers => &'a [(String, String)], held => &held.0;
    kinds::Secret: Key => &'a [u8], held => &held.0;
    kinds::List<kinds::Text>: Vec<String> => &'a [String], held => held;
    kinds::List<kinds::Secret>: Vec<Key> => &'a [Key], held => held;
}

/// A secret's text, or the bytes of a binary one; wiped when dropped.
pub struct Key(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Read for Key {
    fn read(field: &str, value: Given) -> Result<Self> {
        let bytes = match value {
            Given::Bytes(bytes) => bytes,
            Given::Text(text) => text.into_bytes(),
            other => return Err(wrong_type(field, "a string or a Uint8Array", &other)),
        };
        Ok(Key(Zeroizing::new(bytes)))
    }
}

impl<T: Kind> Kind for kinds::Optional<T> {
    type Held = Option<T::Held>;
    type Lent<'a> = Option<T::Lent<'a>>;

    fn hold(field: &str, value: Given) -> Result<Self::Held> {
        if value.is_nothing() { Ok(None) } else { T::hold(field, value).map(Some) }
    }

    fn lend(held: &Self::Held) -> Self::Lent<'_> {
        held.as_ref().map(T::lend)
    }
}

/// The arguments of a call: those that must be given, in order, then those that may be left out, by name.
struct Arguments(std::vec::IntoIter<Given>);

impl Arguments {
    // A value that is moved through several functions costs more than what they look at.
    #[inline(always)]
    fn next<T: Kind>(&mut self, name: &str) -> Result<T::Held> {
        T::hold(&camel(name), self.0.next().unwrap_or(Given::Nothing))
    }
}

/// What a function found. A record of one field is that field: JavaScript knows its name, and makes such an object sooner
/// than Node's interface does.
fn bare(found: impl Shown) -> Value {
    match found.shown() {
        Value::Record(mut fields) if fields.len() == 1 => {
            fields.pop().map_or(Value::Nothing, |(_, value)| value)
        }
        whole => whole,
    }
}

/// A function, as JavaScript calls it.
pub type Function = fn(Vec<Given>) -> Result<Value>;

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
        /// Each function, one by one.
        mod each {
            use super::*;
            $($(pub fn $function(given: Vec<Given>) -> Result<Value> {
                let mut arguments = Arguments(given.into_iter());
                $(let $given = arguments.next::<kinds::$given_type $(<kinds::$given_inner>)?>(
                    stringify!($given))?;)*
                let spare = arguments.0.next().unwrap_or(Given::Nothing);
                // A function that takes all it knows of reads nothing here.
                #[allow(unused_mut)]
                let mut spare = Fields::new(stringify!($function), spare, &[$(stringify!($spare)),*])?;
                $(let $spare = spare.take(stringify!($spare)).map(|value| {
                    <kinds::$spare_type $(<kinds::$spare_inner>)? as Kind>::hold(
                        &camel(stringify!($spare)), value)
                }).transpose()?;)*
                drop(spare);
                paywright::$module::$function(
                    $(<kinds::$given_type $(<kinds::$given_inner>)? as Kind>::lend(&$given),)*
                    $($spare.as_ref().map(<kinds::$spare_type $(<kinds::$spare_inner>)? as Kind>::lend),)*
                ).map(bare)
            })*)*
        }

        /// All of them, by their names.
        pub const FUNCTIONS: &[(&str, Function)] =
            &[$($((stringify!($function), each::$function as Function)),*),*];
    };
}

paywright::surface!(functions);
