//! The choices, inputs, gateways and records of the surface table as types of both languages. This file is a reader of the
//! table and says nothing that is not in it.

use paywright::api::types::*;

use crate::values::Texts;

/// What the table calls `Map`.
type Map = Texts;

/// A record whose fields may be left out where they may hold nothing.
macro_rules! given {
    ([$(#[doc = $doc:tt])*] $record:ident [$($read:tt)*]) => {
        #[uniffi::remote(Record)]
        $(#[doc = $doc])*
        pub struct $record { $($read)* }
    };
    ([$($docs:tt)*] $record:ident [$($read:tt)*]
        $(#[doc = $doc:tt])* $field:ident: Optional<$inner:ident>, $($rest:tt)*) => {
        given! { [$($docs)*] $record
            [$($read)* $(#[doc = $doc])* #[uniffi(default)] pub $field: Option<$inner>,] $($rest)* }
    };
    ([$($docs:tt)*] $record:ident [$($read:tt)*]
        $(#[doc = $doc:tt])* $field:ident: List<$inner:ident>, $($rest:tt)*) => {
        given! { [$($docs)*] $record
            [$($read)* $(#[doc = $doc])* #[uniffi(default)] pub $field: Vec<$inner>,] $($rest)* }
    };
    ([$($docs:tt)*] $record:ident [$($read:tt)*]
        $(#[doc = $doc:tt])* $field:ident: $type:ident, $($rest:tt)*) => {
        given! { [$($docs)*] $record [$($read)* $(#[doc = $doc])* pub $field: $type,] $($rest)* }
    };
}

macro_rules! types {
    (
        choices { $($(#[doc = $choice_doc:tt])* $choice:ident { $($word:ident)* })* }
        inputs { $($(#[doc = $input_doc:tt])* $input:ident { $($in_field:tt)* })* }
        gateways { $($(#[doc = $gateway_doc:tt])* $gateway:ident { $($gw_field:tt)* })* }
        records { $($(#[doc = $record_doc:tt])* $record:ident {
            $($(#[doc = $field_doc:tt])* $field:ident: $type:ident $(<$inner:ident>)?,)* })* }
        methods { $($methods:tt)* }
        functions { $($functions:tt)* }
    ) => {
        $(
            #[uniffi::remote(Enum)]
            $(#[doc = $choice_doc])*
            pub enum $choice { $($word),* }
        )*
        $(given! { [$(#[doc = $input_doc])*] $input [] $($in_field)* })*
        $(given! { [$(#[doc = $gateway_doc])*] $gateway [] $($gw_field)* })*
        /// The configuration of any gateway.
        #[uniffi::remote(Enum)]
        pub enum Gateway {
            $($(#[doc = $gateway_doc])* $gateway($gateway),)*
        }
        $(
            #[uniffi::remote(Record)]
            $(#[doc = $record_doc])*
            pub struct $record {
                $($(#[doc = $field_doc])* pub $field: $type $(<$inner>)?,)*
            }
        )*
    };
}

paywright::surface!(types);
