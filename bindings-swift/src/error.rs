//! An error of the core as the one error of both languages: a case for each group, all with the same content. It words
//! nothing.

use std::fmt;

use paywright::api;
use paywright::api::types::Reply;
use paywright::error::{Error, Group};

use crate::values::Texts;

/// What an error says.
#[derive(Clone, Debug, uniffi::Record)]
#[uniffi::export(Display)]
pub struct Refusal {
    /// What went wrong: a short word that never changes.
    pub code: String,
    /// The same call may succeed later.
    pub retryable: bool,
    /// A sentence in English, with the values it is about.
    pub explanation: String,
    /// The same sentence in Chinese.
    pub explanation_zh: String,
    /// The status with which a server would answer.
    pub http_status: i64,
    /// The values by themselves, by name.
    pub details: Texts,
    /// For a refused callback: what to answer to the remote side.
    pub reply: Option<Reply>,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        let code = error.code();
        let details = error.details().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Refusal {
            code: code.as_str().to_owned(),
            retryable: code.retryable(),
            explanation: error.message(),
            explanation_zh: error.message_zh(),
            http_status: code.group().http_status().into(),
            details: details.collect(),
            reply: error.reply().map(api::reply),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.explanation, self.code)
    }
}

macro_rules! errors {
    ($($(#[doc = $doc:literal])* $group:ident)*) => {
        /// Everything that can be refused or can fail. Each case has a `refusal` that says what.
        #[derive(Debug, uniffi::Error)]
        pub enum PaywrightError {
            $($(#[doc = $doc])* $group {
                /// What it says.
                refusal: Refusal,
            },)*
        }

        impl From<Error> for PaywrightError {
            fn from(error: Error) -> Self {
                let refusal = Refusal::from(&error);
                match error.code().group() {
                    $(Group::$group => PaywrightError::$group { refusal },)*
                }
            }
        }

        impl PaywrightError {
            fn refusal(&self) -> &Refusal {
                match self { $(PaywrightError::$group { refusal })|* => refusal }
            }
        }
    };
}

// The groups of the table of errors; the compiler knows if one is missing.
errors! {
    /// What was asked for is wrong in itself; asking again the same way cannot help.
    InvalidInput
    /// The thing named does not exist.
    NotFound
    /// Right in itself, but not in the present state of things.
    Conflict
    /// A message could not be proved genuine.
    SignatureInvalid
    /// The payer's bank or wallet said no.
    Declined
    /// The gateway answered with something we cannot act on.
    GatewayError
    /// The gateway asks us to slow down.
    RateLimited
    /// The gateway did not answer; what happened there may be unknown.
    GatewayUnavailable
    /// The gateway does not accept our keys.
    CredentialsRejected
    /// The database could not do its part.
    StorageError
    /// The configuration is wrong; nothing was opened.
    ConfigError
    /// A defect of Paywright itself.
    InternalError
}

impl fmt::Display for PaywrightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal().fmt(f)
    }
}

impl std::error::Error for PaywrightError {}
