//! The methods of the surface table by their names. This file is a reader of the table and says nothing that is not in
//! it. Arguments are read on the thread of JavaScript, the work is done on another.

use paywright::api::Paywright;
use paywright::api::types::arguments;
use paywright::error::{Code, Error, Result};

use crate::given::{Fields, Given};
use crate::shown::{Shown, Value};

/// What is left to do once the arguments were read.
pub type Work = Box<dyn FnOnce(&Paywright) -> Result<Value> + Send>;

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
        /// Reads the arguments of a method.
        pub fn work(method: &str, given: Given) -> Result<Work> {
            $(if method == stringify!($method) {
                let known = [$(stringify!($place),)* $(stringify!($named),)* $(stringify!($left)),*];
                // A method without arguments reads none.
                #[allow(unused_mut, unused_variables)]
                let mut fields = Fields::new(stringify!($method), given, &known)?;
                let asked = arguments::$method {
                    $($place: fields.read(stringify!($place))?,)*
                    $($named: fields.read(stringify!($named))?,)*
                    $($left: fields.maybe(stringify!($left))?,)*
                };
                return Ok(Box::new(move |engine| engine.$method(asked).map(Shown::shown)));
            })*
            let unknown = Error::new(Code::ValueUnknown).with("field", "method");
            Err(unknown.with("given", method.escape_debug()).with("known", "those of the table"))
        }
    };
}

paywright::surface!(methods);
