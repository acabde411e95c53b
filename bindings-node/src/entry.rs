//! Where Node meets the library: it is asked once in each thread what it exports. Nothing else is here, because the
//! attribute writes unsafe code.

#![allow(unsafe_code)]

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use napi_derive::napi;

/// Fills the module of one thread.
#[napi(module_exports)]
pub fn exports(mut exports: Object<'_>, env: Env) -> Result<()> {
    crate::exports::fill(&env, &mut exports)
}
