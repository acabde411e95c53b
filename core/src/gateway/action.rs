//! What the payer does next: go somewhere, scan something, hand something to a library, follow instructions. It knows no
//! gateway.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};
use crate::machine::words;

words! {
    /// What the payer does next.
    ActionKind: "action kind" {
        /// Go to `url`.
        Redirect = "redirect",
        /// Scan `qr_text`, shown as a QR code.
        QrCode = "qr_code",
        /// Hand `client_secret` to the gateway's browser library.
        ClientSecret = "client_secret",
        /// Hand `parameters` to the gateway's mobile library.
        SdkParameters = "sdk_params",
        /// Follow `instructions`, such as a bank account and a reference.
        Instructions = "instructions",
        /// Nothing.
        Nothing = "none",
    }
}

/// What the payer does next, with what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Action {
    /// Which of the fields below counts.
    #[serde(with = "kind_as_word")]
    pub kind: ActionKind,
    /// For `redirect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// For `qr_code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_text: Option<String>,
    /// For `client_secret`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// For `sdk_params` and `instructions`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

impl Default for Action {
    fn default() -> Self {
        Action::nothing()
    }
}

mod kind_as_word {
    use super::ActionKind;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(kind: &ActionKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ActionKind, D::Error> {
        ActionKind::parse(&String::deserialize(from)?).map_err(|e| D::Error::custom(e.message()))
    }
}

impl Action {
    /// As it is stored with its payment: JSON with the fields that count.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::bug)
    }

    /// Reads the stored form. Fails with `storage_corrupt`.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| {
            Error::new(Code::StorageCorrupt).with("why", format_args!("a payment's action: {e}"))
        })
    }

    /// Nothing to do.
    pub fn nothing() -> Self {
        Action {
            kind: ActionKind::Nothing,
            url: None,
            qr_text: None,
            client_secret: None,
            parameters: BTreeMap::new(),
        }
    }

    /// Go to an address.
    pub fn redirect(url: String) -> Self {
        Action { kind: ActionKind::Redirect, url: Some(url), ..Action::nothing() }
    }

    /// Show this text as a QR code.
    pub fn qr_code(text: String) -> Self {
        Action { kind: ActionKind::QrCode, qr_text: Some(text), ..Action::nothing() }
    }

    /// Hand this to the gateway's browser library, with what else it needs, such as a publishable key.
    pub fn client_secret(secret: String, parameters: BTreeMap<String, String>) -> Self {
        let client_secret = Some(secret);
        Action { kind: ActionKind::ClientSecret, client_secret, parameters, ..Action::nothing() }
    }

    /// Hand these to the gateway's mobile library, or to its bridge in a page.
    pub fn sdk_parameters(parameters: BTreeMap<String, String>) -> Self {
        Action { kind: ActionKind::SdkParameters, parameters, ..Action::nothing() }
    }

    /// Follow instructions.
    pub fn instructions(parameters: BTreeMap<String, String>) -> Self {
        Action { kind: ActionKind::Instructions, parameters, ..Action::nothing() }
    }
}
