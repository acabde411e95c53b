//! What a played Alipay reads and writes: the parameters of a request and their signature, and answers signed over their
//! one member as it is written. It keeps no book.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paywright::clock::Time;
use paywright::sign::alipay::china_time;
use paywright::sign::rsa::PrivateKey;
use serde_json::{Value, json};

use super::super::server::{Answered, Received};
use super::super::stripe::form;
use super::super::trouble::Spoiling;
use super::APP_ID;

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!(
            "../../../vectors/keys/throwaway_alipay_",
            $name,
            "_private_pkcs8.pem"
        ))
    };
}

/// The application's key.
pub(super) const APP_KEY: &str = key!("app");
/// Alipay's key.
pub(super) const PLATFORM_KEY: &str = key!("platform");
/// Somebody else's key.
pub(super) const ATTACKER_KEY: &str = key!("attacker");

/// A request made earlier or later than this is refused.
const CLOCKS_APART_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// What every request says, and how.
const COMMON: [(&str, &str); 5] = [
    ("app_id", APP_ID),
    ("format", "JSON"),
    ("charset", "utf-8"),
    ("sign_type", "RSA2"),
    ("version", "1.0"),
];

/// What somebody else would make of an answer; the first that fits.
const LIES: [(&str, &str); 4] = [
    ("WAIT_BUYER_PAY", "TRADE_SUCCESS"),
    ("TRADE_SUCCESS", "TRADE_CLOSED"),
    (r#""refund_amount":"40.00""#, r#""refund_amount":"41.00""#),
    (r#""code":"10000""#, r#""code":"40004","sub_code":"ACQ.TRADE_HAS_FINISHED""#),
];

pub(super) type Parameters = BTreeMap<String, String>;
/// The content of an answer, or why there is none.
pub(super) type Said = Result<Value, Refusal>;

/// A refusal: `code` and `sub_code`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal(pub(super) &'static str, pub(super) &'static str);

/// There is no such trade.
pub(super) const TRADE_NOT_EXIST: Refusal = business("ACQ.TRADE_NOT_EXIST");

/// A refusal by what the trade is.
pub(super) const fn business(sub_code: &'static str) -> Refusal {
    Refusal("40004", sub_code)
}

impl Refusal {
    pub(super) fn shown(self) -> Value {
        let Refusal(code, sub_code) = self;
        let (msg, sub_msg) = ("Business Failed", "as the test wants it");
        json!({"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg})
    }
}

/// A content that says that the call succeeded.
pub(super) fn succeeded(mut content: Value) -> Value {
    (content["code"], content["msg"]) = ("10000".into(), "Success".into());
    content
}

pub(super) fn private(pem: &str) -> PrivateKey {
    PrivateKey::parse("a throwaway key", pem.as_bytes()).expect("a key")
}

/// The parameters of address and body together. A name in both would leave open which one counts.
pub(super) fn parameters(request: &Received) -> Result<Parameters, Refusal> {
    let address = form(request.target.split_once('?').map_or("", |(_, query)| query));
    let mut all = form(&String::from_utf8_lossy(&request.body));
    for (name, value) in address {
        if all.insert(name, value).is_some() {
            return Err(Refusal("40002", "isv.invalid-parameter"));
        }
    }
    Ok(all)
}

/// The method that is asked for, whatever else is wrong.
pub(super) fn method(request: &Received) -> String {
    parameters(request).ok().and_then(|mut all| all.remove("method")).unwrap_or_default()
}

/// Whether Alipay takes a request at all.
pub(super) fn judge(request: &Received, all: &Parameters, now: Time) -> Result<(), Refusal> {
    let said = |name: &str| all.get(name).map_or("", String::as_str);
    // Without the charset in the address the body could not even be read.
    let is_readable = request.method == "POST" && request.target == "/gateway.do?charset=utf-8";
    let is_common = COMMON.iter().all(|(name, value)| said(name) == *value);
    if !is_readable || !is_common || said("biz_content").is_empty() {
        return Err(Refusal("40002", "isv.invalid-parameter"));
    }
    let made = china_time(said("timestamp")).map(|made| made.millis() - now.millis());
    if made.is_none_or(|apart| apart.abs() > CLOCKS_APART_MILLIS) {
        return Err(Refusal("40002", "isv.invalid-timestamp"));
    }
    let counted = all.iter().filter(|(name, value)| *name != "sign" && !value.is_empty());
    let counted: Vec<_> = counted.map(|(name, value)| format!("{name}={value}")).collect();
    let signature = STANDARD.decode(said("sign")).unwrap_or_default();
    let key = private(APP_KEY).public_key();
    key.verify_sha256(counted.join("&").as_bytes(), &signature)
        .map_err(|_| Refusal("40002", "isv.invalid-signature"))
}

/// An answer, written as Alipay writes it: `/` is escaped, and letters of any alphabet stand as they are.
pub(super) fn signed(method: &str, content: &Value) -> Answered {
    let content = content.to_string().replace('/', "\\/");
    let sign = signature(&content, PLATFORM_KEY);
    written(&format!("{}_response", method.replace('.', "_")), &content, Some(&sign))
}

fn signature(content: &str, key: &str) -> String {
    STANDARD.encode(private(key).sign_sha256(content.as_bytes()).expect("a signature"))
}

fn written(member: &str, content: &str, sign: Option<&str>) -> Answered {
    let sign = sign.map_or(String::new(), |sign| format!(r#","sign":"{sign}""#));
    Answered::of(200, "text/html;charset=utf-8", format!(r#"{{"{member}":{content}{sign}}}"#))
}

/// An answer of somebody else, without a signature or with theirs. It lies: who believes it has other books in the end.
pub(super) fn spoilt(answered: &Answered, how: Spoiling) -> Option<Answered> {
    let body = std::str::from_utf8(&answered.body).ok()?;
    let (before, _) = body.rsplit_once(r#","sign":""#)?;
    let (member, content) = before.strip_prefix("{\"")?.split_once("\":")?;
    let lie = LIES.iter().find(|(truth, _)| content.contains(truth));
    let content = lie.map_or(content.to_owned(), |(truth, lie)| content.replace(truth, lie));
    let forged = (how == Spoiling::Wrong).then(|| signature(&content, ATTACKER_KEY));
    Some(written(member, &content, forged.as_deref()))
}

/// A member of a content that is text.
pub(super) fn text(content: &Value, name: &str) -> String {
    content[name].as_str().unwrap_or_default().to_owned()
}

/// Yuan with exactly two decimals, in the smallest unit.
pub(super) fn fen(yuan: &str) -> Option<i64> {
    let (whole, cents) = yuan.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_written = digits(whole) && digits(cents) && cents.len() == 2;
    let fen = is_written.then(|| format!("{whole}{cents}").parse().ok())??;
    (fen > 0).then_some(fen)
}

/// An amount as it is written.
pub(super) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
