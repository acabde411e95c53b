//! An account's configuration, checked as a whole. It opens nothing and asks nobody.

use super::NAME;
use super::keys::Keys;
use crate::error::{Code, Error, Result};
use crate::http;
use crate::secret::Secret;
use crate::sign::certificate::Certificate;
use crate::sign::rsa::{PrivateKey, PublicKey};
use crate::sign::wechatpay::{ApiKey, PUBLIC_KEY_ID};

/// WeChat's own address, and its second data centre.
const BASE_URLS: [&str; 2] = ["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"];
/// Longer addresses are refused there.
const CALLBACK_URL_BYTES_MAX: usize = 255;

/// What an account is opened with.
#[derive(Clone, Debug)]
pub struct WechatPayOptions {
    /// The account's name here.
    pub name: String,
    /// The merchant number.
    pub mchid: String,
    /// The application that the merchant is bound to.
    pub appid: String,
    /// The serial number of the merchant's API certificate.
    pub merchant_serial: String,
    /// The private key behind it.
    pub private_key: PrivateKey,
    /// The APIv3 key; a second, older one while it is changed.
    pub api_v3_keys: Vec<Secret>,
    /// Where notices are posted.
    pub callback_url: String,
    /// The id of WeChat Pay's public key.
    pub public_key_id: Option<String>,
    /// That key.
    pub public_key: Option<String>,
    /// Platform certificates.
    pub platform_certificates: Vec<String>,
    /// Another address, on this machine, for tests.
    pub base_url: Option<String>,
}

/// A configuration that was read.
pub(super) struct Parts {
    pub(super) private_key: PrivateKey,
    pub(super) api_keys: Vec<ApiKey>,
    pub(super) keys: Keys,
    pub(super) base_url: String,
    pub(super) is_local: bool,
}

impl WechatPayOptions {
    /// Fails with `config_missing`, `config_invalid`, `secret_empty`, `key_type` and `key_weak`, naming the setting.
    pub(super) fn check(&self) -> Result<Parts> {
        self.check_texts()?;
        let setting = |name: &str| format!("{}.{name}", self.name);
        let private_key = self.private_key.clone();
        let keys = Keys::new(self.public_key()?, self.certificates()?);
        if keys.contains(&private_key.public_key()) {
            return Err(Error::new(Code::KeyType)
                .with("setting", setting("public_key"))
                .with("given", "the public half of your own private key")
                .with("expected", "WeChat Pay's public key or platform certificate"));
        }
        let base_url = self.base_url.as_deref().unwrap_or(BASE_URLS[0]).trim_end_matches('/');
        let host = http::authority(base_url);
        let is_local = host.is_some_and(http::is_loopback);
        if !is_local && !BASE_URLS.contains(&base_url) {
            let why = format!("it must be {} or an address on this machine", BASE_URLS.join(", "));
            return Err(self.invalid("base_url", &why));
        }
        Ok(Parts {
            private_key,
            api_keys: self.api_keys()?,
            keys,
            base_url: base_url.to_owned(),
            is_local,
        })
    }

    fn check_texts(&self) -> Result<()> {
        let in_address = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let between = |text: &str, most: usize| (1..=most).contains(&text.len());
        let url = &self.callback_url;
        let rules = [
            (
                "name",
                between(&self.name, 64) && self.name.bytes().all(in_address),
                "it must be 1 to 64 letters, digits, - or _",
            ),
            (
                "mchid",
                between(&self.mchid, 32) && self.mchid.bytes().all(|b| b.is_ascii_digit()),
                "it must be 1 to 32 digits",
            ),
            (
                "appid",
                between(&self.appid, 32)
                    && self.appid.starts_with("wx")
                    && self.appid.bytes().all(|b| b.is_ascii_alphanumeric()),
                "it must be wx with letters and digits, at most 32",
            ),
            (
                "merchant_serial",
                self.merchant_serial.len() == 40
                    && self.merchant_serial.bytes().all(|b| b.is_ascii_hexdigit()),
                "it must be the 40 hexadecimal digits of the merchant's own API certificate",
            ),
            (
                "callback_url",
                url.starts_with("https://")
                    && http::authority(url).is_some()
                    && !url.contains(['?', '#'])
                    && url.len() <= CALLBACK_URL_BYTES_MAX,
                "it must be an https address without query, at most 255 characters",
            ),
        ];
        match rules.iter().find(|(_, is_right, _)| !is_right) {
            Some((setting, _, why)) => Err(self.invalid(setting, why)),
            None => Ok(()),
        }
    }

    fn api_keys(&self) -> Result<Vec<ApiKey>> {
        let setting = format!("{}.api_v3_keys", self.name);
        match self.api_v3_keys.len() {
            1 | 2 => {
                self.api_v3_keys.iter().map(|key| ApiKey::new(&setting, key.clone())).collect()
            }
            _ => Err(Error::new(Code::ConfigMissing)
                .with("setting", setting)
                .with("rule", "give one key, or the new and the old one while it is changed")),
        }
    }

    fn public_key(&self) -> Result<Option<(String, PublicKey)>> {
        let missing = |name: &str, rule: &str| {
            let setting = format!("{}.{name}", self.name);
            Error::new(Code::ConfigMissing).with("setting", setting).with("rule", rule)
        };
        match (&self.public_key_id, &self.public_key) {
            (None, None) if self.platform_certificates.is_empty() => Err(missing(
                "public_key",
                "give WeChat Pay's public key with its id, or a platform certificate",
            )),
            (None, None) => Ok(None),
            (None, Some(_)) => {
                Err(missing("public_key_id", "it stands beside the key, PUB_KEY_ID_…"))
            }
            (Some(_), None) => Err(missing("public_key", "it is downloaded beside its id")),
            (Some(id), Some(key)) => {
                let digits = id.strip_prefix(PUBLIC_KEY_ID).unwrap_or_default();
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
                    return Err(self.invalid("public_key_id", "it must be PUB_KEY_ID_ and digits"));
                }
                let setting = format!("{}.public_key", self.name);
                Ok(Some((id.clone(), PublicKey::parse(&setting, key.as_bytes())?)))
            }
        }
    }

    fn certificates(&self) -> Result<Vec<Certificate>> {
        let setting = format!("{}.platform_certificates", self.name);
        let mut found = Vec::new();
        for text in &self.platform_certificates {
            for certificate in Certificate::bundle(&setting, text.as_bytes())? {
                certificate.public_key()?;
                found.push(certificate);
            }
        }
        Ok(found)
    }

    fn invalid(&self, setting: &str, why: &str) -> Error {
        let name = if self.name.is_empty() { NAME } else { &self.name };
        Error::new(Code::ConfigInvalid)
            .with("setting", format_args!("{}.{setting}", name.escape_debug()))
            .with("why", why)
    }
}
