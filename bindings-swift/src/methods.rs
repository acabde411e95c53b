//! The methods of the surface table as methods of the engine. This file is a reader of the table and says nothing that is
//! not in it.

use paywright::api::types::*;

use crate::engine::Paywright;
use crate::error::PaywrightError;
use crate::values::Texts;

/// What the table calls `Map`.
type Map = Texts;

macro_rules! methods {
    (
        choices { $($choices:tt)* }
        inputs { $($inputs:tt)* }
        gateways { $($gateways:tt)* }
        records { $($records:tt)* }
        methods { $($(#[doc = $doc:tt])* fn $method:ident (
            $($place:ident: $place_type:ident $(<$place_inner:ident>)?),* ;
            $($named:ident: $named_type:ident $(<$named_inner:ident>)?),* ;
            $($left:ident: $left_type:ident $(<$left_inner:ident>)?),*
        ) -> $result:ident $(<$result_inner:ident>)?;)* }
        functions { $($functions:tt)* }
    ) => {
        #[allow(clippy::too_many_arguments)] // a host names them, and most may be left out
        #[uniffi::export]
        impl Paywright {
            $(
                $(#[doc = $doc])*
                #[uniffi::method(default($($left = None),*))]
                pub fn $method(
                    &self,
                    $($place: $place_type $(<$place_inner>)?,)*
                    $($named: $named_type $(<$named_inner>)?,)*
                    $($left: Option<$left_type $(<$left_inner>)?>,)*
                ) -> Result<$result $(<$result_inner>)?, PaywrightError> {
                    let asked = arguments::$method { $($place,)* $($named,)* $($left,)* };
                    Ok(self.engine.$method(asked)?)
                }
            )*
        }
    };
}

paywright::surface!(methods);
