//! A played WeChat Pay: a book of orders and refunds behind the paths of API v3, signed answers, encrypted notices, and
//! every kind of wrong signature on command. It decides nothing about our payments. All its keys are throwaway ones.

mod provider;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paywright::api::types::{GatewayConfig, WechatPay};
use paywright::clock::Clock as _;
use paywright::clock::ManualClock;
use paywright::http::{NoResponse, Request, Response, Transport};
use paywright::sign::rsa::{PrivateKey, PublicKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../vectors/keys/throwaway_wechat_", $name, ".pem"))
    };
}

/// The merchant number.
pub const MCHID: &str = "1900009191";
/// The application.
pub const APPID: &str = "wxthrowaway00000001";
/// The APIv3 key.
pub const API_KEY: &str = "throwaway-apiv3-key-shared-00001";
/// The serial number of the merchant's own certificate.
pub const MERCHANT_SERIAL: &str = "4D4163F2A7D14DAFA7AEF7A355E70B3584A6A965";
/// The id of the public key.
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000091912026110100000000000001";
/// The serial number of platform certificate A.
pub const SERIAL_A: &str = "7A11342C931BC066E5D0792736A31520A8C929EC";
/// The serial number of platform certificate B, its successor.
pub const SERIAL_B: &str = "0A609DD1DC8CD295E106F99839DB7D106BD9EED0";
/// Platform certificate A.
pub const CERTIFICATE_A: &str = key!("platform_a_cert");
/// Platform certificate B.
pub const CERTIFICATE_B: &str = key!("platform_b_cert");
/// The merchant's private key.
pub const MERCHANT_KEY: &str = key!("merchant_private_pkcs8");

/// What is wrong with what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// No signature at all.
    Unsigned,
    /// A signature that is wrong on purpose.
    Probe,
    /// Somebody else's signature under its name.
    Forged,
    /// Signed right, and then changed.
    Changed,
}

/// One order or refund in its book.
#[derive(Clone, Debug)]
struct Entry {
    state: String,
    asked: Value,
}

#[derive(Clone, Default)]
struct Book {
    orders: BTreeMap<String, Entry>,
    refunds: BTreeMap<String, Entry>,
    requests: Vec<String>,
    counted: u64,
    signer: Option<String>,
    trouble: Option<Trouble>,
    refusal: Option<(u16, &'static str)>,
    refund_number: Option<String>,
    /// Refunds are under way until they are said to have arrived.
    refunds_wait: bool,
}

/// The provider, on a clock that is set by hand.
pub struct Fake {
    clock: ManualClock,
    book: Mutex<Book>,
}

/// A callback as it would arrive.
pub type Message = (Vec<(String, String)>, Vec<u8>);

impl Fake {
    /// One with an empty book.
    pub fn new(clock: &ManualClock) -> Self {
        Fake { clock: clock.clone(), book: Mutex::default() }
    }

    /// An account that talks to it, in public-key mode; `change` makes it another one.
    pub fn account(change: impl FnOnce(&mut WechatPay)) -> GatewayConfig {
        let mut config = WechatPay {
            mchid: MCHID.to_owned(),
            appid: APPID.to_owned(),
            merchant_serial: MERCHANT_SERIAL.to_owned(),
            private_key: MERCHANT_KEY.into(),
            api_v3_keys: vec![API_KEY.into()],
            callback_url: "https://shop.example/callbacks/wechatpay".to_owned(),
            public_key_id: Some(PUBLIC_KEY_ID.to_owned()),
            public_key: Some(public_pem()),
            platform_certificates: Vec::new(),
            name: None,
            base_url: Some("http://127.0.0.1:1".to_owned()),
        };
        change(&mut config);
        GatewayConfig::WechatPay(config)
    }

    /// An account that holds only platform certificate A.
    pub fn account_with_certificate() -> GatewayConfig {
        Fake::account(|config| {
            (config.public_key_id, config.public_key) = (None, None);
            config.platform_certificates = vec![CERTIFICATE_A.to_owned()];
        })
    }

    /// From now on everything is signed by this key, whatever it is asked for.
    pub fn sign_as(&self, serial: &str) {
        self.book().signer = Some(serial.to_owned());
    }

    /// From now on answers have this trouble.
    pub fn trouble(&self, trouble: Trouble) {
        self.book().trouble = Some(trouble);
    }

    /// From now on everything is refused like this; `None` ends it.
    pub fn refuse(&self, refusal: Option<(u16, &'static str)>) {
        self.book().refusal = refusal;
    }

    /// From now on every refund has this number there.
    pub fn number_refunds(&self, number: &str) {
        self.book().refund_number = Some(number.to_owned());
    }

    /// `METHOD path` of every request so far.
    pub fn requests(&self) -> Vec<String> {
        self.book().requests.clone()
    }

    /// The body that an order was created with.
    pub fn order(&self, number: &str) -> Option<Value> {
        self.book().orders.get(number).map(|order| order.asked.clone())
    }

    /// Puts an order or a refund into a state, as payers and banks do.
    pub fn set(&self, number: &str, state: &str) {
        let mut book = self.book();
        let Book { orders, refunds, .. } = &mut *book;
        if let Some(entry) = orders.get_mut(number).or_else(|| refunds.get_mut(number)) {
            entry.state = state.to_owned();
        }
    }

    /// The notice that an order was paid; `change` makes its content another.
    pub fn paid(&self, number: &str, total: i64, change: impl FnOnce(&mut Value)) -> Message {
        let mut plain = json!({
            "mchid": MCHID, "appid": APPID, "out_trade_no": number,
            "transaction_id": transaction(number), "trade_type": "NATIVE",
            "trade_state": "SUCCESS", "success_time": "2026-01-01T08:00:00+08:00",
            "payer": {"openid": "oThrowawayOpenId0000000001"},
            "amount": {"total": total, "payer_total": total, "currency": "CNY"},
        });
        change(&mut plain);
        self.notice("TRANSACTION.SUCCESS", "transaction", &plain.to_string())
    }

    /// The notice about a refund; `change` makes its content another.
    pub fn refunded(
        &self,
        (order, refund): (&str, &str),
        (total, amount): (i64, i64),
        status: &str,
        change: impl FnOnce(&mut Value),
    ) -> Message {
        let mut plain = json!({
            "mchid": MCHID, "transaction_id": transaction(order), "out_trade_no": order,
            "refund_id": format!("503{:0>26}", digits(refund)), "out_refund_no": refund,
            "refund_status": status, "user_received_account": "招商银行信用卡0403",
            "amount": {"total": total, "refund": amount, "payer_total": total, "payer_refund": amount},
        });
        change(&mut plain);
        self.notice(&format!("REFUND.{status}"), "refund", &plain.to_string())
    }

    /// A notice of any event with any content, encrypted and signed.
    pub fn notice(&self, event: &str, original: &str, plain: &str) -> Message {
        let id = format!("EV-throwaway-{:06}", self.count());
        let body = json!({
            "id": id, "create_time": "2026-01-01T08:00:01+08:00", "event_type": event,
            "resource_type": "encrypt-resource", "summary": "通知",
            "resource": sealed(plain, original, original, API_KEY),
        });
        let body = body.to_string().into_bytes();
        (self.signature(&body, &self.signer(None), Trouble::None), body)
    }

    /// The header lines that sign this body as this key.
    pub fn signed_as(&self, serial: &str, body: &[u8]) -> Vec<(String, String)> {
        self.signature(body, serial, Trouble::None)
    }

    /// The header lines of a probe.
    pub fn probing(&self, body: &[u8]) -> Vec<(String, String)> {
        self.signature(body, &self.signer(None), Trouble::Probe)
    }

    fn signature(&self, body: &[u8], serial: &str, trouble: Trouble) -> Vec<(String, String)> {
        let (time, nonce) = (self.clock.now().seconds(), format!("nonce{:027}", self.count()));
        let text = [format!("{time}\n{nonce}\n").as_bytes(), body, b"\n"].concat();
        let pem = match serial {
            _ if trouble == Trouble::Forged => key!("attacker_private_pkcs8"),
            SERIAL_A => key!("platform_a_private_pkcs8"),
            SERIAL_B => key!("platform_b_private_pkcs8"),
            _ => key!("public_key_mode_private_pkcs8"),
        };
        let signature = STANDARD.encode(private(pem).sign_sha256(&text).expect("a signature"));
        let signature = match trouble {
            Trouble::Probe => format!("WECHATPAY/SIGNTEST/{signature}"),
            _ => signature,
        };
        [
            ("Wechatpay-Timestamp", time.to_string()),
            ("Wechatpay-Nonce", nonce),
            ("Wechatpay-Signature", signature),
            ("Wechatpay-Serial", serial.to_owned()),
            ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// What it answers to a request.
    pub fn answer(&self, request: &Request) -> Response {
        let path = path(&request.url);
        self.book().requests.push(format!("{} {path}", request.method));
        if let Some((status, code)) = self.book().refusal {
            return refusal(status, code);
        }
        if !self.is_signed(request) {
            return refusal(401, "SIGN_ERROR");
        }
        let wanted = request.headers.iter().find(|(name, _)| *name == "Wechatpay-Serial");
        let signer = self.signer(wanted.map(|(_, serial)| serial.as_str()));
        let (status, body) = match self.act(request.method, path, &request.body) {
            Ok(done) => done,
            Err((status, code)) => return refusal(status, code),
        };
        let mut body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let trouble = self.book().trouble.unwrap_or(Trouble::None);
        let headers = match trouble {
            Trouble::Unsigned => Vec::new(),
            _ => self.signature(&body, &signer, trouble),
        };
        if trouble == Trouble::Changed {
            body.push(b' ');
        }
        Response { status, headers, body }
    }

    /// Whether a request carries the merchant's signature over its own bytes, and the headers that are wanted.
    fn is_signed(&self, request: &Request) -> bool {
        let header = |name: &str| {
            request.headers.iter().find(|(known, _)| *known == name).map(|(_, v)| v.as_str())
        };
        let Some(authorization) = header("Authorization") else { return false };
        let part = |name: &str| {
            let (_, rest) = authorization.split_once(&format!("{name}=\""))?;
            rest.split('"').next()
        };
        let (Some(nonce), Some(time), Some(signature)) =
            (part("nonce_str"), part("timestamp"), part("signature"))
        else {
            return false;
        };
        let head = format!("{}\n{}\n{time}\n{nonce}\n", request.method, path(&request.url));
        let text = [head.as_bytes(), &request.body, b"\n"].concat();
        let key = private(MERCHANT_KEY).public_key();
        let signature = STANDARD.decode(signature).unwrap_or_default();
        part("mchid") == Some(MCHID)
            && part("serial_no") == Some(MERCHANT_SERIAL)
            && header("Accept") == Some("application/json")
            && header("User-Agent").is_some()
            && key.verify_sha256(&text, &signature).is_ok()
    }

    fn act(&self, method: &str, path: &str, body: &[u8]) -> Result<(u16, Value), Refused> {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", ["v3", "certificates"]) => Ok((200, certificates())),
            ("POST", ["v3", "pay", "transactions", product]) => self.create(product, asked),
            ("GET", ["v3", "pay", "transactions", "out-trade-no", number]) => {
                self.book().orders.get(*number).map(|o| (200, shown(number, o))).ok_or(NO_ORDER)
            }
            ("POST", ["v3", "pay", "transactions", "out-trade-no", number, "close"]) => {
                self.close(number)
            }
            ("POST", ["v3", "refund", "domestic", "refunds"]) => self.refund(asked),
            ("GET", ["v3", "refund", "domestic", "refunds", number]) => {
                let found = self.book().refunds.get(*number).map(|r| (200, shown_refund(r)));
                found.ok_or((404, "RESOURCE_NOT_EXISTS"))
            }
            _ => Err((404, "NOT_FOUND")),
        }
    }

    fn create(&self, product: &str, asked: Value) -> Result<(u16, Value), Refused> {
        let number = asked["out_trade_no"].as_str().ok_or(WRONG)?.to_owned();
        let mut book = self.book();
        match book.orders.get(&number) {
            Some(known) if known.state == "SUCCESS" => return Err((400, "ORDERPAID")),
            Some(known) if known.asked != asked => return Err((403, "OUT_TRADE_NO_USED")),
            _ => {}
        }
        let entry = Entry { state: "NOTPAY".to_owned(), asked };
        book.orders.entry(number.clone()).or_insert(entry);
        Ok((
            200,
            match product {
                "native" => json!({"code_url": format!("weixin://wxpay/bizpayurl?pr={number}")}),
                "h5" => {
                    json!({"h5_url": format!("https://wx.tenpay.com/checkmweb?prepay_id={number}")})
                }
                _ => json!({"prepay_id": format!("wx{number}")}),
            },
        ))
    }

    fn close(&self, number: &str) -> Result<(u16, Value), Refused> {
        let mut book = self.book();
        let order = book.orders.get_mut(number).ok_or(NO_ORDER)?;
        match order.state.as_str() {
            "SUCCESS" | "REFUND" => Err((400, "ORDERPAID")),
            _ => {
                order.state = "CLOSED".to_owned();
                Ok((204, Value::Null))
            }
        }
    }

    fn refund(&self, asked: Value) -> Result<(u16, Value), Refused> {
        let number = asked["out_refund_no"].as_str().ok_or(WRONG)?.to_owned();
        let mut book = self.book();
        let entry = Entry { state: "PROCESSING".to_owned(), asked };
        let fixed = book.refund_number.clone();
        let mut shown = shown_refund(book.refunds.entry(number).or_insert(entry));
        if let Some(fixed) = fixed {
            shown["refund_id"] = json!(fixed);
        }
        Ok((200, shown))
    }

    fn signer(&self, wanted: Option<&str>) -> String {
        let chosen = self.book().signer.clone();
        chosen.unwrap_or_else(|| wanted.unwrap_or(PUBLIC_KEY_ID).to_owned())
    }

    fn count(&self) -> u64 {
        let mut book = self.book();
        book.counted += 1;
        book.counted
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        Ok(self.answer(request))
    }
}

type Refused = (u16, &'static str);
const NO_ORDER: Refused = (404, "ORDER_NOT_EXIST");
const WRONG: Refused = (400, "PARAM_ERROR");

/// The public key of public-key mode; from a private one, since the files hold only that.
fn public_pem() -> String {
    const SPKI: [u8; 24] = [
        0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
        0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
    ];
    let key: PublicKey = private(key!("public_key_mode_private_pkcs8")).public_key();
    STANDARD.encode([&SPKI, key.as_pkcs1()].concat())
}

fn private(pem: &str) -> PrivateKey {
    PrivateKey::parse("a throwaway key", pem.as_bytes()).expect("a key")
}

fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

fn refusal(status: u16, code: &str) -> Response {
    let body = json!({"code": code, "message": "as the test wants it"});
    Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

fn certificates() -> Value {
    let entry = |(serial, pem): (&str, &str)| {
        let sealed = sealed(pem, "certificate", "", API_KEY);
        json!({"serial_no": serial, "effective_time": "", "expire_time": "", "encrypt_certificate": sealed})
    };
    let list: Vec<_> = [(SERIAL_A, CERTIFICATE_A), (SERIAL_B, CERTIFICATE_B)].map(entry).into();
    json!({"data": list})
}

/// An encrypted part as it stands in a message.
pub fn sealed(plain: &str, associated_data: &str, original: &str, key: &str) -> Value {
    const NONCE: &str = "throwaway-00";
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_bytes()).expect("a key"));
    let nonce = Nonce::try_assume_unique_for_key(NONCE.as_bytes()).expect("a nonce");
    let mut sealed = plain.as_bytes().to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(associated_data), &mut sealed).expect("sealed");
    json!({
        "algorithm": "AEAD_AES_256_GCM", "original_type": original, "nonce": NONCE,
        "associated_data": associated_data, "ciphertext": STANDARD.encode(sealed),
    })
}

fn shown(number: &str, order: &Entry) -> Value {
    let mut shown = json!({
        "mchid": MCHID, "appid": APPID, "out_trade_no": number,
        "trade_state": order.state, "trade_state_desc": "",
    });
    if matches!(order.state.as_str(), "SUCCESS" | "REFUND") {
        shown["transaction_id"] = json!(transaction(number));
        shown["amount"] = order.asked["amount"].clone();
    }
    shown
}

fn shown_refund(refund: &Entry) -> Value {
    let number = refund.asked["out_refund_no"].as_str().unwrap_or_default();
    json!({
        "refund_id": format!("503{:0>26}", digits(number)), "out_refund_no": number,
        "status": refund.state, "amount": refund.asked["amount"],
    })
}

/// The number of the movement of money for an order.
pub fn transaction(number: &str) -> String {
    format!("420{:0>25}", digits(number))
}

/// Digits that differ where the texts do, as far as a test needs it.
fn digits(text: &str) -> String {
    let sum = text.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(byte.into()));
    sum.to_string()
}
