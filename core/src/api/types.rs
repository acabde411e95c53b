//! The surface table as Rust types: an enum for each choice, a struct for each record, each gateway and the arguments
//! of each method. This file is a reader of the table and says nothing that is not in it.

// The documentation of every item here stands in the table.
#![allow(missing_docs)]

use serde::{Deserialize, Serialize, Serializer};

pub use super::values::{
    Amount, Bytes, Flag, Headers, List, Map, Optional, Secret, Text, Time, Whole,
};
use crate::error::Result;

macro_rules! types {
    (
        choices { $($(#[doc = $choice_doc:literal])* $choice:ident { $($word:ident)* })* }
        inputs { $($(#[doc = $input_doc:literal])* $input:ident {
            $($(#[doc = $in_doc:literal])* $in_field:ident: $in_type:ident $(<$in_inner:ident>)?,)* })* }
        gateways { $($(#[doc = $gateway_doc:literal])* $gateway:ident {
            $($(#[doc = $gw_doc:literal])* $gw_field:ident: $gw_type:ident $(<$gw_inner:ident>)?,)* })* }
        records { $($(#[doc = $record_doc:literal])* $record:ident {
            $($(#[doc = $field_doc:literal])* $field:ident: $type:ident $(<$inner:ident>)?,)* })* }
        methods { $($(#[doc = $method_doc:literal])* fn $method:ident (
            $($place:ident: $place_type:ident $(<$place_inner:ident>)?),* ;
            $($named:ident: $named_type:ident $(<$named_inner:ident>)?),* ;
            $($left:ident: $left_type:ident $(<$left_inner:ident>)?),*
        ) -> $result:ident $(<$result_inner:ident>)?;)* }
        functions { $($functions:tt)* }
    ) => {
        $(
            $(#[doc = $choice_doc])*
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
            pub enum $choice { $($word),* }

            impl $choice {
                /// All of them, in the order of the table.
                pub const ALL: &'static [$choice] = &[$($choice::$word),*];

                /// The word, the same in every language.
                pub const fn as_str(self) -> &'static str {
                    match self { $($choice::$word => stringify!($word)),* }
                }

                /// Reads the word. Fails with `value_unknown`, naming the known ones.
                pub fn parse(text: &str) -> Result<Self> {
                    $(if text == stringify!($word) { return Ok($choice::$word); })*
                    Err($crate::error::Error::new($crate::error::Code::ValueUnknown)
                        .with("field", stringify!($choice))
                        .with("given", text.escape_debug())
                        .with("known", [$(stringify!($word)),*].join(", ")))
                }
            }
        )*
        $(
            $(#[doc = $input_doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $input {
                $($(#[doc = $in_doc])* pub $in_field: $in_type $(<$in_inner>)?,)*
            }
        )*
        $(
            $(#[doc = $gateway_doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
            #[serde(default, deny_unknown_fields)]
            pub struct $gateway {
                $($(#[doc = $gw_doc])* pub $gw_field: $gw_type $(<$gw_inner>)?,)*
            }
        )*
        /// A gateway's configuration. What it must have and lacks is named when the engine is opened.
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum GatewayConfig {
            $($(#[doc = $gateway_doc])* $gateway($gateway),)*
        }

        impl GatewayConfig {
            /// Which gateway it is for: its name in the table.
            pub const fn kind(&self) -> &'static str {
                match self { $(GatewayConfig::$gateway(_) => stringify!($gateway)),* }
            }
        }
        $(
            $(#[doc = $record_doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            pub struct $record {
                $($(#[doc = $field_doc])* pub $field: $type $(<$inner>)?,)*
            }
        )*
        /// The arguments of the methods, one struct each, under the method's name.
        #[allow(non_camel_case_types)]
        pub mod arguments {
            use super::*;
            $(
                $(#[doc = $method_doc])*
                #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
                #[serde(deny_unknown_fields)]
                pub struct $method {
                    $(pub $place: $place_type $(<$place_inner>)?,)*
                    $(pub $named: $named_type $(<$named_inner>)?,)*
                    $(#[serde(default, skip_serializing_if = "Option::is_none")]
                      pub $left: Option<$left_type $(<$left_inner>)?>,)*
                }

                impl $method {
                    /// What must be given; everything else is left out.
                    #[allow(clippy::new_without_default)]
                    pub fn new(
                        $($place: $place_type $(<$place_inner>)?,)*
                        $($named: $named_type $(<$named_inner>)?,)*
                    ) -> Self {
                        Self { $($place,)* $($named,)* $($left: None,)* }
                    }
                }
            )*
        }
    };
}

crate::surface!(types);

/// The configuration of any gateway.
pub type Gateway = GatewayConfig;

impl Serialize for GatewayConfig {
    /// Only which gateway it is for: the rest holds secrets, which have no serialised form.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.kind())
    }
}
