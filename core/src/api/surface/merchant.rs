//! The rows of the table that exist only in builds with the feature `merchant`: gateways that need a merchant's secret, and
//! how their providers sign. In a build for phones nobody can even name them.

/// Hands a reader to the table, with these rows.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "merchant")]
macro_rules! with_merchant_rows {
    ($reader:ident) => {
        $crate::surface_around! {
            $reader
            gateways {
                /// Stripe: cards and wallets, embedded by Payment Intents or hosted by Checkout Sessions.
                Stripe {
                    /// `sk_…` or a restricted `rk_…`; its prefix says test or live.
                    secret_key: Secret,
                    /// The `whsec_…` secrets of the webhook endpoint, the newest first; several while one is rolled.
                    webhook_secrets: List<Secret>,
                    /// `pk_…`, handed on with each client secret; never used by us.
                    publishable_key: Optional<Text>,
                    /// The connected account to act for, `acct_…`.
                    account: Optional<Text>,
                    /// The API version of our requests; the one this version was built for unless said.
                    api_version: Optional<Text>,
                    /// The account's name here; `stripe` unless said.
                    name: Optional<Text>,
                    /// The payment methods it offers; `card`, `apple_pay` and `google_pay` unless said.
                    methods: List<Text>,
                    /// Where its interface is; Stripe's own unless said. Only for tests against this machine.
                    base_url: Optional<Text>,
                }
                /// WeChat Pay, API v3, for merchants in mainland China: QR code, JSAPI, H5 and app.
                WechatPay {
                    /// The merchant number.
                    mchid: Text,
                    /// The application that the merchant is bound to, `wx…`.
                    appid: Text,
                    /// The serial number of the merchant's API certificate, 40 hexadecimal digits.
                    merchant_serial: Text,
                    /// The merchant's private key, PEM.
                    private_key: Secret,
                    /// The APIv3 key, 32 characters; a second, older one while it is changed.
                    api_v3_keys: List<Secret>,
                    /// Where WeChat posts notices: an https address without query.
                    callback_url: Text,
                    /// The id of WeChat Pay's public key, `PUB_KEY_ID_…`.
                    public_key_id: Optional<Text>,
                    /// That public key, PEM.
                    public_key: Optional<Text>,
                    /// Platform certificates, PEM; they renew themselves.
                    platform_certificates: List<Text>,
                    /// The account's name here; `wechatpay` unless said.
                    name: Optional<Text>,
                    /// Where its interface is; WeChat's own unless said. Only for tests against this machine.
                    base_url: Optional<Text>,
                }
                /// Alipay, RSA2, for merchants in mainland China: page, phone page, app and QR code.
                Alipay {
                    /// The application.
                    app_id: Text,
                    /// The merchant's own number, 2088…; every notice must name it.
                    seller_id: Text,
                    /// The application's private key, PEM or bare base64.
                    private_key: Secret,
                    /// Where Alipay posts notices: an https address without query.
                    callback_url: Text,
                    /// Public-key mode: Alipay's public keys, any of which may sign.
                    alipay_public_keys: List<Text>,
                    /// Certificate mode: the application's certificate, PEM.
                    app_certificate: Optional<Text>,
                    /// Certificate mode: Alipay's certificates, PEM.
                    alipay_certificates: List<Text>,
                    /// Certificate mode: Alipay's root certificates, one PEM bundle.
                    root_certificates: Optional<Text>,
                    /// Use Alipay's sandbox.
                    sandbox: Optional<Flag>,
                    /// The account's name here; `alipay` unless said.
                    name: Optional<Text>,
                    /// Where its interface is; Alipay's own unless said. Only for tests against this machine.
                    base_url: Optional<Text>,
                }
                /// PayPal, Orders v2.
                PayPal {
                    /// The application's client id.
                    client_id: Text,
                    /// Its secret.
                    client_secret: Secret,
                    /// The id of the webhook that is registered for the callback address.
                    webhook_id: Text,
                    /// Use PayPal's sandbox.
                    sandbox: Optional<Flag>,
                    /// More certificates to trust for webhook signatures, PEM; public roots are built in.
                    trusted_roots: List<Text>,
                    /// The account's name here; `paypal` unless said.
                    name: Optional<Text>,
                    /// Where its interface is; PayPal's own unless said. Only for tests against this machine.
                    base_url: Optional<Text>,
                }
            }
            functions {
                /// Signs a body as Stripe does: the value of the header `Stripe-Signature`. `timestamp` is in Unix seconds.
                /// Errors: `secret_empty`, `key_type`, `argument_range`.
                fn stripe_sign(body: Bytes, secret: Secret, timestamp: Whole;) -> Text;
                /// Proves that a body comes from Stripe. `header` is the value of `Stripe-Signature`, `secrets` are the
                /// `whsec_…` of the endpoint, `now` is in Unix seconds; 300 seconds are tolerated unless said, 0 for any age. A
                /// time in the future passes, as with Stripe's own libraries. Errors: `too_large`, `auth_missing`,
                /// `auth_malformed`, `auth_not_configured`, `auth_mismatch`, `auth_stale`, `malformed`, `secret_empty`.
                fn stripe_verify(body: Bytes, header: Optional<Text>, secrets: List<Secret>, now: Whole; tolerance_s: Whole)
                    -> Done;
                /// Signs a request to WeChat Pay (API v3): the value of the header `Authorization`. `path` is the path with its
                /// query as it goes over the wire, `serial` the number of the merchant's API certificate, `private_key` PEM.
                /// Neither `timestamp` (Unix seconds) nor `nonce` (at most 32 letters and digits) is used twice. Errors:
                /// `text_format`, `secret_empty`, `key_type`, `key_weak`.
                fn wechatpay_authorization(method: Text, path: Text, body: Bytes, mchid: Text, serial: Text,
                    private_key: Secret, timestamp: Whole, nonce: Text;) -> Text;
                /// Proves a notice or an answer of WeChat Pay genuine and of our time. `keys` are platform certificates by their
                /// serial numbers and public keys by their `PUB_KEY_ID_…`, all PEM; only the one that the message names is
                /// tried, a certificate only while it is valid. `now` is in Unix seconds, 300 seconds are tolerated both ways
                /// unless said. Errors: `auth_algorithm`, `auth_missing`, `duplicate_field`, `auth_malformed`, `auth_stale`,
                /// `auth_cert`, `auth_unknown_key`, `auth_mismatch`, `key_type`, `key_weak`.
                fn wechatpay_verify(body: Bytes, headers: Headers, keys: Map, now: Whole; tolerance_s: Whole) -> Done;
                /// Opens the encrypted part (`resource`) of a notice of WeChat Pay, or of its list of certificates. Nothing is
                /// given out that was not authenticated. Errors: `key_type` (the APIv3 key is not 32 characters),
                /// `auth_decrypt`, `malformed`.
                fn wechatpay_decrypt(resource: Json, api_v3_key: Secret;) -> Bytes;
                /// Signs the parameters of a request to Alipay (RSA2): the value of the parameter `sign`. Empty parameters and
                /// `sign` take no part. `private_key` is PEM or bare base64. Errors: `secret_empty`, `key_type`, `key_weak`.
                fn alipay_sign(params: Map, private_key: Secret;) -> Text;
                /// Proves a notice of Alipay genuine: the raw form that arrived, and Alipay's public key or certificate (PEM or
                /// bare base64). The answer is what was signed, decoded. An old notice stays genuine; whom and what it is about
                /// is the caller's to compare. Errors: `malformed`, `duplicate_field`, `too_large`, `auth_missing`,
                /// `auth_algorithm`, `auth_malformed`, `auth_mismatch`, `secret_empty`, `key_type`, `key_weak`.
                fn alipay_verify_notify(body: Bytes, public_key: Text;) -> Map;
                /// Proves Alipay's answer to a method, such as `alipay.trade.query`, and gives the piece of its text that was
                /// signed: only that may be read. Errors: `malformed`, `duplicate_field`, `event_mismatch`, `auth_missing`,
                /// `auth_malformed`, `auth_mismatch`, `secret_empty`, `key_type`, `key_weak`.
                fn alipay_verify_response(text: Text, method: Text, public_key: Text;) -> Text;
                /// Proves a webhook of PayPal genuine. `certificate` is what the address in the header `PAYPAL-CERT-URL`
                /// answered with, PEM; `roots` are trusted beside those that browsers trust; `environment` is `live` or
                /// `sandbox`, `now` Unix seconds. PayPal signs a checksum that does not bind the body: ask its interface before
                /// acting. Errors: `too_large`, `value_unknown`, `auth_missing`, `duplicate_field`, `auth_algorithm`,
                /// `auth_cert_url`, `wrong_mode`, `auth_malformed`, `auth_cert`, `auth_mismatch`, `key_type`.
                fn paypal_verify(body: Bytes, headers: Headers, webhook_id: Text, certificate: Text, roots: List<Text>,
                    environment: Text, now: Whole;) -> Done;
            }
        }
    };
}

/// Hands a reader to the table, without them.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "merchant"))]
macro_rules! with_merchant_rows {
    ($reader:ident) => {
        $crate::surface_around! { $reader gateways {} functions {} }
    };
}
