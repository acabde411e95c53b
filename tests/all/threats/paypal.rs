//! H43 to H46 and a forged checksum: deliveries that look like PayPal's, with a network that is written down. The
//! messages are those of the vector file.

use std::sync::{Arc, Mutex};

use paywright::api::types::*;
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time as Instant};
use paywright::error::Code;
use paywright::http::{NoResponse, Request, Response, Transport};
use serde_json::{Value, json};

use super::shop::*;

const VECTORS: &str = include_str!("../../vectors/paypal_webhooks.json");
const ACCOUNT: &str = "paypal";
/// When the messages of the file arrive.
const AT: &str = "2026-06-01T08:03:20Z";
const ORDER: &str = "5O190127TN364715T";
/// The capture that the forged message names.
const CAPTURE: &str = "01214683908726445S";

/// A network in which PayPal's hosts say what they are told to, and every request is written down.
#[derive(Default)]
struct Network {
    certificate: Mutex<(u16, String)>,
    capture: Mutex<(u16, String)>,
    asked: Mutex<Vec<String>>,
}

impl Network {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Transport for Network {
    fn send(&self, request: &Request) -> std::result::Result<Response, NoResponse> {
        let path = request.url.splitn(4, '/').nth(3).unwrap().to_owned();
        self.asked.lock().unwrap().push(format!("{} {path}", request.method));
        let (status, body) = match path.as_str() {
            "v1/oauth2/token" => {
                (200, r#"{"access_token":"throwaway","expires_in":3600}"#.to_owned())
            }
            "v2/checkout/orders" => (201, created(&request.body)),
            _ if path.starts_with("v1/notifications/certs/") => {
                self.certificate.lock().unwrap().clone()
            }
            _ if path.starts_with("v2/payments/captures/") => self.capture.lock().unwrap().clone(),
            other => panic!("nobody asks for {other}"),
        };
        Ok(Response { status, headers: Vec::new(), body: body.into_bytes() })
    }
}

fn created(body: &[u8]) -> String {
    let asked: Value = serde_json::from_slice(body).unwrap();
    json!({
        "id": ORDER, "intent": "CAPTURE", "status": "PAYER_ACTION_REQUIRED",
        "purchase_units": asked["purchase_units"],
        "links": [{"rel": "payer-action", "href": "https://www.paypal.com/checkoutnow?token=x"}],
    })
    .to_string()
}

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn certificate(name: &str) -> String {
    vectors()["certs"][name].as_str().unwrap().to_owned()
}

/// A message of the file, with the certificate that its address would give.
fn message(id: &str) -> (Message, String) {
    let file = vectors();
    let case = file["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap();
    let headers = case["headers"].as_object().unwrap().iter();
    let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    let body = case["body"].as_str().unwrap().as_bytes().to_vec();
    ((headers.collect(), body), certificate(case["cert"].as_str().unwrap()))
}

/// An engine with one account of PayPal's, at the time of the messages.
fn open(sandbox: bool) -> (Shop, Arc<Network>) {
    let clock = ManualClock::new(Instant::parse("now", AT).unwrap());
    let network = Arc::new(Network::default());
    let account = PayPal {
        client_id: "throwaway".into(),
        client_secret: "throwaway-client-secret".into(),
        webhook_id: "5GP028458E2496506".into(),
        sandbox: Some(sandbox),
        trusted_roots: vec![vectors()["trust_roots"][0].as_str().unwrap().into()],
        ..PayPal::default()
    };
    let options = Options {
        mode: if sandbox { Mode::test } else { Mode::live },
        transport: Some(Arc::clone(&network) as Arc<dyn Transport>),
        ..options(&clock, vec![GatewayConfig::PayPal(account)])
    };
    (Shop { pay: Paywright::open("sqlite::memory:", options).unwrap(), clock }, network)
}

/// Protects: H43, an address that is not PayPal's own to the letter leads to no request at all; a redirect to none more.
#[test]
fn h43_certificates_from_elsewhere() {
    let (shop, network) = open(false);
    let (genuine, pem) = message("valid-live");
    for url in [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://apii.paypal.com/v1/notifications/certs/CERT-1",
        "https://API.paypal.com/v1/notifications/certs/CERT-1",
        "https://64.4.250.36/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../upload/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/..",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
        "https://api.paypal.com/v1/notifications/certs/CERT%2d1",
        "https://api.paypal.com\\@evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/some/upload/CERT-1",
        " https://api.paypal.com/v1/notifications/certs/CERT-1",
        "file:///etc/passwd",
    ] {
        let elsewhere = with_header(genuine.clone(), "PAYPAL-CERT-URL", url);
        shop.rejected(ACCOUNT, elsewhere, Code::AuthCertUrl);
        assert_eq!(network.asked(), [""; 0], "{url}");
    }
    *network.certificate.lock().unwrap() = (302, pem);
    shop.rejected(ACCOUNT, genuine, Code::AuthCertUrl);
    assert_eq!(network.asked(), ["GET v1/notifications/certs/CERT-SYNTHETIC-0001"]);
}

/// Protects: H44, the algorithm is ours to choose; one that is too weak is refused although it was really used.
#[test]
fn h44_other_algorithms() {
    let (shop, network) = open(false);
    for id in ["sha1-algo", "unknown-algo"] {
        shop.rejected(ACCOUNT, message(id).0, Code::AuthAlgorithm);
    }
    assert_eq!(network.asked(), [""; 0]);
}

/// Protects: H45, a certificate that ended, begins later, is made out to somebody else or is vouched for by nobody.
#[test]
fn h45_certificates_that_prove_nothing() {
    let (shop, network) = open(false);
    for id in [
        "cert-expired",
        "cert-not-yet-valid",
        "cert-wrong-name",
        "cert-suffix-trick",
        "cert-untrusted-ca",
        "cert-self-signed",
        "cert-garbage",
    ] {
        let (message, pem) = message(id);
        *network.certificate.lock().unwrap() = (200, pem);
        shop.rejected(ACCOUNT, message, Code::AuthCert);
        // It was not kept, and nothing was asked on the word of it.
        assert_eq!(network.asked(), ["GET v1/notifications/certs/CERT-SYNTHETIC-0001"], "{id}");
    }
}

/// Protects: H46, a message of the other world is told apart by where its certificate is, and no request is sent.
#[test]
fn h46_a_message_of_the_other_world() {
    for (sandbox, id) in [(false, "url-wrong-environment"), (true, "valid-live")] {
        let (shop, network) = open(sandbox);
        shop.rejected(ACCOUNT, message(id).0, Code::WrongMode);
        assert_eq!(network.asked(), [""; 0]);
    }
}

/// The capture of the forged message, as PayPal really has it.
fn capture(status: &str, owner: &str, value: &str) -> (u16, String) {
    let capture = json!({
        "id": CAPTURE, "status": status, "custom_id": owner,
        "amount": {"currency_code": "USD", "value": value},
    });
    (200, capture.to_string())
}

/// Protects: X2, the checksum in what is signed binds no body: a forged one with the same checksum passes the check, and
/// moves nothing that PayPal's own interface does not confirm.
#[test]
fn h26_another_body_with_the_same_checksum() {
    let (shop, network) = open(false);
    let order = json!({"currency": "USD", "amount": "100.00"});
    let order: Order = shop.pay.create_order(args(order)).unwrap();
    let payment = shop.create(json!({"order_id": order.id, "method": "paypal"})).unwrap();
    assert_eq!(shop.now(&payment).reference.as_deref(), Some(ORDER));
    network.asked();
    let (forged, pem) = message("crc-collision");
    *network.certificate.lock().unwrap() = (200, pem);

    // PayPal has no such capture: the message may come again, and changed nothing.
    *network.capture.lock().unwrap() = (404, r#"{"name":"RESOURCE_NOT_FOUND"}"#.to_owned());
    let before = shop.snapshot();
    let error = shop.deliver(ACCOUNT, forged.clone()).unwrap_err();
    assert_eq!((error.code(), error.reply().unwrap().status), (Code::BadResponse, 503));
    assert_eq!(before, shop.snapshot());
    let question = format!("GET v2/payments/captures/{CAPTURE}");
    assert_eq!(
        network.asked(),
        ["GET v1/notifications/certs/CERT-SYNTHETIC-0001", question.as_str()]
    );

    // PayPal says that it is under way: so it is, whatever the message claims.
    *network.capture.lock().unwrap() = capture("PENDING", &payment.id, "100.00");
    let result = shop.deliver(ACCOUNT, forged.clone()).unwrap();
    assert_eq!(result.outcome, CallbackOutcome::applied);
    assert_eq!(shop.now(&payment).state, PaymentState::processing);
    assert_eq!(shop.order_of(&payment).paid.as_str(), "0.00");
    // The very message once more is known, whatever is read back.
    *network.capture.lock().unwrap() = capture("PENDING", &payment.id, "100.00");
    assert!(shop.deliver(ACCOUNT, forged.clone()).unwrap().duplicate);
    assert_eq!(network.asked(), [question.as_str(), question.as_str()]);

    // A message of its own about the true capture brings the true sum, never the 0.01 of the forged body.
    let (shop, network) = open(false);
    let order: Order =
        shop.pay.create_order(args(json!({"currency": "USD", "amount": "100.00"}))).unwrap();
    let payment = shop.create(json!({"order_id": order.id, "method": "paypal"})).unwrap();
    *network.certificate.lock().unwrap() = (200, certificate("live"));
    *network.capture.lock().unwrap() = capture("COMPLETED", &payment.id, "100.00");
    shop.applied(ACCOUNT, forged);
    let paid = shop.now(&payment);
    assert_eq!((paid.state, paid.captured.as_str()), (PaymentState::succeeded, "100.00"));
    assert_eq!(paid.transaction_id.as_deref(), Some(CAPTURE));
}
