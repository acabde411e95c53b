//! The functions of the surface table. This file is a reader of the table and says nothing that is not in it.

use paywright::api::types::*;
use zeroize::Zeroizing;

use crate::error::PaywrightError;

/// An object as JSON text.
#[allow(dead_code)] // only builds for servers have a function that takes one
type Json = String;
/// A key in the words of its provider, or the bytes of a shared secret. It is lent to the core, not kept, and wiped.
pub struct Key(Zeroizing<Vec<u8>>);
type Secret = Key;

uniffi::custom_type!(Key, Vec<u8>, {
    lower: |key| key.0.to_vec(),
    try_lift: |bytes| Ok(Key(Zeroizing::new(bytes))),
});

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// What the core is lent of a value that crossed the border.
trait Lend {
    type Lent<'a>
    where
        Self: 'a;

    fn lend(&self) -> Self::Lent<'_>;
}

macro_rules! lend {
    ($($type:ty: $lent:ty, $this:ident => $lend:expr;)*) => {$(
        impl Lend for $type {
            type Lent<'a> = $lent;

            fn lend(&self) -> Self::Lent<'_> {
                let $this = self;
                $lend
            }
        }
    )*};
}

lend! {
    i64: i64, number => *number;
    bool: bool, flag => *flag;
    String: &'a str, text => text;
    Amount: &'a Amount, amount => amount;
    Bytes: &'a [u8], bytes => &bytes.0;
    Map: &'a Map, map => map;
    Headers: &'a [(String, String)], headers => &headers.0;
    Vec<String>: &'a [String], texts => texts;
    Key: &'a [u8], key => &key.0;
    Vec<Key>: &'a [Key], keys => keys;
}

impl<T: Lend> Lend for Option<T> {
    type Lent<'a>
        = Option<T::Lent<'a>>
    where
        T: 'a;

    fn lend(&self) -> Self::Lent<'_> {
        self.as_ref().map(T::lend)
    }
}

macro_rules! functions {
    (
        choices { $($choices:tt)* }
        inputs { $($inputs:tt)* }
        gateways { $($gateways:tt)* }
        records { $($records:tt)* }
        methods { $($methods:tt)* }
        functions { $($module:ident { $($(#[doc = $doc:tt])* fn $function:ident (
            $($given:ident: $given_type:ident $(<$given_inner:ident>)?),* ;
            $($spare:ident: $spare_type:ident $(<$spare_inner:ident>)?),*
        ) -> $result:ident $(<$result_inner:ident>)?;)* })* }
    ) => {
        $($(
            $(#[doc = $doc])*
            #[allow(clippy::too_many_arguments)] // a host names them, and most may be left out
            #[uniffi::export(default($($spare = None),*))]
            pub fn $function(
                $($given: $given_type $(<$given_inner>)?,)*
                $($spare: Option<$spare_type $(<$spare_inner>)?>,)*
            ) -> Result<$result $(<$result_inner>)?, PaywrightError> {
                Ok(paywright::$module::$function($($given.lend(),)* $($spare.lend()),*)?)
            }
        )*)*
    };
}

paywright::surface!(functions);
