//! The records, inputs, gateways and choices of the surface table as plain objects and strings. This file is a reader of
//! the table and says nothing that is not in it.

use paywright::api::types::{self, GatewayConfig};
use paywright::error::{Code, Error, Result};

use crate::given::{Fields, Given, Read, camel};
use crate::shown::{Shown, Value};

macro_rules! objects {
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
            impl Read for types::$choice {
                fn read(field: &str, value: Given) -> Result<Self> {
                    types::$choice::parse(&String::read(field, value)?)
                }
            }

            impl Shown for types::$choice {
                fn shown(self) -> Value {
                    Value::Word(self.as_str())
                }
            }
        )*
        $(
            impl Read for types::$input {
                fn read(_: &str, value: Given) -> Result<Self> {
                    let known = [$(stringify!($in_field)),*];
                    let mut fields = Fields::new(stringify!($input), value, &known)?;
                    Ok(types::$input { $($in_field: fields.read(stringify!($in_field))?),* })
                }
            }
        )*
        $(
            impl Shown for types::$record {
                fn shown(self) -> Value {
                    Value::Record(vec![$((stringify!($field), self.$field.shown())),*])
                }
            }
        )*

        impl Read for types::Gateway {
            /// What a function of `gateways` made: which gateway it is for, and its fields.
            fn read(field: &str, value: Given) -> Result<Self> {
                let known = ["gateway", "fields"];
                let mut made = Fields::new("gateways", value, &known)?;
                let kind: String = made.read("gateway")?;
                let given = made.take("fields").unwrap_or(Given::Nothing);
                $(if kind == stringify!($gateway) {
                    let known = [$(stringify!($gw_field)),*];
                    let mut fields = Fields::new(stringify!($gateway), given, &known)?;
                    let mut config = types::$gateway::default();
                    $(if let Some(value) = fields.take(stringify!($gw_field)) {
                        let name = camel(stringify!($gw_field));
                        config.$gw_field = Read::read(&name, value)?;
                    })*
                    return Ok(GatewayConfig::$gateway(config));
                })*
                Err(Error::new(Code::ValueUnknown)
                    .with("field", field)
                    .with("given", kind.escape_debug())
                    .with("known", "what the functions of `gateways` make"))
            }
        }
    };
}

paywright::surface!(objects);
