//! The access token of an account, kept until shortly before it ends. It is never printed, and never fetched here.

use std::sync::{PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::bad_response;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::http::{Request, Response};
use crate::json::Object;
use crate::secret::Secret;

/// A token this near its end is not used any more: the request must arrive before it ends there.
const MARGIN_SECONDS: i64 = 120;
/// No token is trusted to live longer, whatever its answer says; PayPal's live about nine hours.
const LIFE_SECONDS_MAX: i64 = 24 * 60 * 60;

/// What an application proves itself with.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Secret,
}

impl Client {
    /// The request for a token, for an interface at this address.
    pub(super) fn token_request(&self, base: &str) -> Request {
        let mut pair = format!("{}:", self.id).into_bytes();
        pair.extend_from_slice(self.secret.expose());
        Request {
            method: "POST",
            url: format!("{base}/v1/oauth2/token"),
            headers: vec![
                ("Authorization", format!("Basic {}", STANDARD.encode(&pair))),
                ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
                ("Accept", "application/json".to_owned()),
            ],
            body: b"grant_type=client_credentials".to_vec(),
        }
    }
}

#[derive(Debug)]
struct Token {
    value: Secret,
    until: Time,
}

/// The token, if there is one.
#[derive(Debug, Default)]
pub(super) struct Session(RwLock<Option<Token>>);

impl Session {
    /// The header that carries the token, unless there is none or it is about to end.
    pub(super) fn authorization(&self, now: Time) -> Option<String> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let token = known.as_ref().filter(|token| now < token.until)?;
        Some(format!("Bearer {}", String::from_utf8_lossy(token.value.expose())))
    }

    /// PayPal does not take it any more.
    pub(super) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Takes the answer to [`Client::token_request`]. Fails with `credentials_rejected` and `bad_response`.
    pub(super) fn learn(&self, gateway: &str, response: &Response, now: Time) -> Result<()> {
        if matches!(response.status, 401 | 403) {
            return Err(Error::new(Code::Credentials).with("gateway", gateway));
        }
        let unusable = || bad_response(gateway, "it gives no token");
        let answer = Object::parse(&response.body).map_err(|_| unusable())?;
        let value = answer.text("access_token").filter(|_| response.status == 200);
        let value = value.filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
        let life = answer.number("expires_in").and_then(|digits| digits.parse::<i64>().ok());
        let (Some(value), Some(life)) = (value, life) else { return Err(unusable()) };
        let token = Token {
            value: Secret::new("the access token", value).map_err(|_| unusable())?,
            until: now.plus_seconds(life.clamp(0, LIFE_SECONDS_MAX) - MARGIN_SECONDS),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(token);
        Ok(())
    }
}
