//! The limits: the same bytes checked and read by bare crates and nothing else, with keys that are prepared once. They
//! take no care (of sizes, doubled names, times, accounts) and so are no example to follow.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;

/// HMAC-SHA256 over time and body, compared as hex digits, and the event read into a typed record.
pub struct Stripe {
    pub key: hmac::Key,
}

impl Stripe {
    pub fn receive<'b>(&self, header: &str, body: &'b [u8]) -> Event<'b> {
        let mut items = header.split(',').filter_map(|item| item.split_once('='));
        let ((_, time), (_, signature)) = (items.next().unwrap(), items.next().unwrap());
        let mut context = hmac::Context::with_key(&self.key);
        [time.as_bytes(), b".", body].iter().for_each(|part| context.update(part));
        assert_eq!(hex(context.sign().as_ref()), signature.as_bytes());
        serde_json::from_slice(body).unwrap()
    }
}

fn hex(bytes: &[u8]) -> [u8; 64] {
    let mut digits = [0; 64];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    digits
}

#[derive(Deserialize)]
#[allow(dead_code)] // to read them is the point
pub struct Event<'a> {
    id: &'a str,
    object: &'a str,
    r#type: &'a str,
    livemode: bool,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Data<'a> {
    #[serde(borrow)]
    object: Intent<'a>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Intent<'a> {
    id: &'a str,
    status: &'a str,
    amount: i64,
    amount_received: i64,
    currency: &'a str,
    #[serde(borrow)]
    metadata: Labels<'a>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Labels<'a> {
    payment_id: &'a str,
}

/// RSA over three lines, the envelope read, its resource opened, the content read.
pub struct WechatPay {
    pub public_key: UnparsedPublicKey<Vec<u8>>,
    pub api_key: LessSafeKey,
}

impl WechatPay {
    pub fn new(public_key: &[u8], api_key: &str) -> Self {
        WechatPay {
            public_key: rsa(public_key),
            api_key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, api_key.as_bytes()).unwrap()),
        }
    }

    /// Hands the amount on, so that it cannot be left unread.
    pub fn receive(&self, [time, nonce, signature]: [&str; 3], body: &[u8]) -> i64 {
        let signature = STANDARD.decode(signature).unwrap();
        let lines = [time.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat();
        self.public_key.verify(&lines, &signature).unwrap();
        let envelope: Envelope<'_> = serde_json::from_slice(body).unwrap();
        let resource = envelope.resource;
        let mut sealed = STANDARD.decode(resource.ciphertext).unwrap();
        let nonce = Nonce::try_assume_unique_for_key(resource.nonce.as_bytes()).unwrap();
        let aad = Aad::from(resource.associated_data.as_bytes());
        let plain = self.api_key.open_in_place(nonce, aad, &mut sealed).unwrap();
        serde_json::from_slice::<Content<'_>>(plain).unwrap().amount.total
    }
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Envelope<'a> {
    id: &'a str,
    event_type: &'a str,
    resource_type: &'a str,
    resource: Resource<'a>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Resource<'a> {
    original_type: &'a str,
    algorithm: &'a str,
    nonce: &'a str,
    associated_data: &'a str,
    ciphertext: &'a str,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Content<'a> {
    mchid: &'a str,
    appid: &'a str,
    out_trade_no: &'a str,
    transaction_id: &'a str,
    trade_state: &'a str,
    #[serde(borrow)]
    amount: Total<'a>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Total<'a> {
    total: i64,
    currency: &'a str,
}

/// The form read, its parameters sorted, RSA over them.
pub struct Alipay {
    pub public_key: UnparsedPublicKey<Vec<u8>>,
}

impl Alipay {
    pub fn receive(&self, body: &[u8]) -> Vec<(String, String)> {
        let pieces = body.split(|byte| *byte == b'&').map(|piece| {
            let at = piece.iter().position(|byte| *byte == b'=').unwrap();
            (decoded(&piece[..at]), decoded(&piece[at + 1..]))
        });
        let mut pairs: Vec<_> = pieces.collect();
        let at = pairs.iter().position(|(name, _)| name == "sign").unwrap();
        let signature = STANDARD.decode(pairs.swap_remove(at).1).unwrap();
        pairs.retain(|(name, _)| name != "sign_type");
        pairs.sort_unstable();
        let mut text = String::with_capacity(body.len());
        for (name, value) in &pairs {
            text.push_str(if text.is_empty() { "" } else { "&" });
            [name.as_str(), "=", value].iter().for_each(|part| text.push_str(part));
        }
        self.public_key.verify(text.as_bytes(), &signature).unwrap();
        pairs
    }
}

fn decoded(text: &[u8]) -> String {
    let digit = |byte: Option<&u8>| char::from(*byte.unwrap()).to_digit(16).unwrap() as u8;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next()) << 4 | digit(rest.next()),
            plain => *plain,
        });
    }
    String::from_utf8(out).unwrap()
}

pub fn rsa(pkcs1: &[u8]) -> UnparsedPublicKey<Vec<u8>> {
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1.to_vec())
}
