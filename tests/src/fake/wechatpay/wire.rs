//! What a played WeChat Pay puts on the wire: encrypted parts, certificates, orders and refunds as it shows them. It keeps
//! no book.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paywright::http::Response;
use paywright::sign::rsa::{PrivateKey, PublicKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};

use super::{API_KEY, APPID, CERTIFICATE_A, CERTIFICATE_B, Entry, MCHID, SERIAL_A, SERIAL_B};

/// The public key of public-key mode; from a private one, since the files hold only that.
pub(super) fn public_pem() -> String {
    const SPKI: [u8; 24] = [
        0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
        0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
    ];
    let key: PublicKey = private(super::PUBLIC_MODE_KEY).public_key();
    STANDARD.encode([&SPKI, key.as_pkcs1()].concat())
}

pub(super) fn private(pem: &str) -> PrivateKey {
    PrivateKey::parse("a throwaway key", pem.as_bytes()).expect("a key")
}

pub(super) fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

pub(super) fn refusal(status: u16, code: &str) -> Response {
    let body = json!({"code": code, "message": "as the test wants it"});
    Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

pub(super) fn certificates() -> Value {
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

pub(super) fn shown(number: &str, order: &Entry) -> Value {
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

pub(super) fn shown_refund(refund: &Entry) -> Value {
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
pub(super) fn digits(text: &str) -> String {
    let sum = text.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(byte.into()));
    sum.to_string()
}
