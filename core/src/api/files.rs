//! Settings that stand in files: keys, and lists of gateways or flows as JSON. An error names the setting and the file,
//! never what is in it.

use std::path::Path;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::{Code, Error, Result};

/// A file of settings is no larger than this many bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The text of a file that a setting names. Fails with `config_invalid`.
pub(super) fn text(setting: &str, path: &str) -> Result<Zeroizing<String>> {
    let size = std::fs::metadata(Path::new(path)).map_err(|e| wrong(setting, path, e))?.len();
    if size > FILE_BYTES_MAX {
        let why = format_args!("it is larger than {FILE_BYTES_MAX} bytes");
        return Err(wrong(setting, path, why));
    }
    std::fs::read_to_string(path).map(Zeroizing::new).map_err(|e| wrong(setting, path, e))
}

/// The list in a JSON file that a setting names. Fails with `config_invalid`.
pub fn listed<T: DeserializeOwned>(setting: &str, path: &str) -> Result<Vec<T>> {
    // The reader's own words may repeat what it read, and that may be a secret: only the place is told.
    serde_json::from_str(&text(setting, path)?).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        let why = format_args!("line {line}, column {column}: not the list that is expected");
        wrong(setting, path, why)
    })
}

fn wrong(setting: &str, path: &str, why: impl std::fmt::Display) -> Error {
    Error::new(Code::ConfigInvalid)
        .with("setting", setting)
        .with("why", format_args!("{path}: {why}"))
}
