//! Looking after accounts: credentials exchanged under load, and examinations of a gateway behind a scripted transport,
//! each part wrong in turn.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use paywright::api::types::{Examination, Headers, Mode, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::error::{Code, Error, Result};
use paywright::gateway::{
    Action, Answer, Call, Facts, Finding, Gateway, Moment, Operation, Part, PaymentIntent, Received,
};
use paywright::http::{self, NoResponse, Request, Response, Transport};
use paywright::secret::Secret;
use paywright::sign::hmac_callback::sign_headers;
use paywright_tests::shop::{NOW, read};
use serde_json::{Value, json};

const OLD: &str = "throwaway-secret-before-the-rotation";
const NEW: &str = "throwaway-secret-after-the-rotation";

fn partner(secrets: &[&str]) -> Value {
    let key = |(i, secret): (usize, &&str)| json!({ "id": format!("k{i}"), "secret": secret });
    let keys: Vec<_> = secrets.iter().enumerate().map(key).collect();
    let description = json!({
        "name": "partner", "methods": ["wechat"], "scheme": "header", "require_fresh": true, "keys": keys,
    });
    json!({ "signed": { "description": description.to_string() } })
}

fn open(options: Options) -> Paywright {
    let clock = Arc::new(ManualClock::new(Time::parse("now", NOW).unwrap()));
    let options = Options { mode: Mode::test, clock, ..options };
    Paywright::open("sqlite::memory:", options).unwrap()
}

/// A payment and the callback that says it was paid, signed with this secret.
fn awaited(pay: &Paywright, number: usize, secret: &str) -> arguments::handle_callback {
    let order = pay.create_order(read(json!({ "currency": "CNY", "amount": "1.00" }))).unwrap();
    let of = json!({ "order_id": order.id, "reference": format!("r{number}"), "method": "wechat" });
    pay.create_payment(read(of)).unwrap();
    let body = json!({
        "payment_id": format!("r{number}"), "transaction_id": format!("t{number}"),
        "status": "SUCCESS", "amount": "1.00", "currency": "CNY",
    });
    let body = body.to_string().into_bytes();
    let secret = Secret::new("test", secret).unwrap();
    let now = Time::parse("now", NOW).unwrap();
    let nonce = format!("nonce-of-callback-{number:06}");
    let headers = Headers(sign_headers(&nonce, now, &body, &[&secret]).unwrap());
    let gateway = "partner".to_owned();
    arguments::handle_callback { gateway, headers, body: paywright::api::types::Bytes(body) }
}

/// Protects: while secrets are exchanged again and again, no callback signed with either of them is lost.
#[test]
fn rotation_loses_no_callback() {
    const THREADS: usize = 8;
    const EACH: usize = 40;
    let pay = open(Options { gateways: vec![read(partner(&[OLD, NEW]))], ..Options::default() });
    let secret = |number| if number % 2 == 0 { OLD } else { NEW };
    let awaited: Vec<_> = (0..THREADS * EACH).map(|i| awaited(&pay, i, secret(i))).collect();
    let done = AtomicBool::new(false);
    let rotations = thread::scope(|scope| {
        let rotator = scope.spawn(|| {
            let mut rotations = 0;
            while !done.load(Ordering::SeqCst) {
                let order = if rotations % 2 == 0 { [NEW, OLD] } else { [OLD, NEW] };
                let given = json!({ "gateway": partner(&order), "actor": "alice" });
                pay.rotate_credentials(read(given)).unwrap();
                rotations += 1;
            }
            rotations
        });
        let deliver = |own: &[arguments::handle_callback]| {
            for callback in own {
                let result = pay.handle_callback(callback.clone()).unwrap();
                assert_eq!(result.outcome.as_str(), "applied");
            }
        };
        let threads: Vec<_> =
            awaited.chunks(EACH).map(|own| scope.spawn(move || deliver(own))).collect();
        let ends: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        done.store(true, Ordering::SeqCst);
        assert!(ends.into_iter().all(|end| end.is_ok()));
        rotator.join().unwrap()
    });
    assert!(rotations > 1);
    let paid = pay.payments(read(json!({ "state": "succeeded" }))).unwrap();
    assert_eq!(paid.total as usize, THREADS * EACH);
    assert!(pay.verify(arguments::verify {}).unwrap().ok);
    let events = pay.events(read(json!({ "limit": 1000 }))).unwrap();
    assert!(!format!("{events:?}").contains("throwaway"), "a secret in the journal");
}

/// A host's own gateway that can be asked, and what it makes of the answer.
struct Own {
    facts: Facts,
    host: &'static str,
    findings: Vec<Finding>,
    probe: fn(Request) -> Result<Option<Request>>,
    panics: bool,
}

impl Own {
    fn new(host: &'static str) -> Self {
        let hosts = vec!["own.invalid".to_owned(), "new.invalid".to_owned()];
        let facts = Facts { hosts, ..Facts::of("own", "a host's own", vec!["own".into()]) };
        Own { facts, host, findings: Vec::new(), probe: |r| Ok(Some(r)), panics: false }
    }

    fn request(&self) -> Request {
        let url = format!("https://{}/", self.host);
        Request { method: "GET", url, headers: Vec::new(), body: Vec::new() }
    }
}

impl Gateway for Own {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(&self, _: Operation<'_>, _: &PaymentIntent, _: Moment<'_>) -> Result<Call> {
        Ok(Call::Send(self.request()))
    }

    fn read(
        &self,
        _: Operation<'_>,
        _: &PaymentIntent,
        _: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        let action = Action::redirect(format!("https://{}/pay", self.host));
        Ok(Answer::Waiting { action, reference: None })
    }

    fn receive(&self, _: &http::Headers, _: &[u8], _: Moment<'_>) -> Result<Received> {
        Err(Error::new(Code::AuthMismatch))
    }

    fn probe(&self, _: Moment<'_>) -> Result<Option<Request>> {
        (self.probe)(self.request())
    }

    fn diagnose(&self, _: &Response, _: Moment<'_>) -> Vec<Finding> {
        if self.panics {
            std::panic::resume_unwind(Box::new("a panic that a test asked for"));
        }
        self.findings.clone()
    }
}

/// Answers every request the same way.
struct Scripted(Result<Response, NoResponse>, Mutex<Vec<String>>);

impl Scripted {
    fn new(came: Result<Response, NoResponse>) -> Arc<Self> {
        Arc::new(Scripted(came, Mutex::new(Vec::new())))
    }
}

impl Transport for Scripted {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        self.1.lock().unwrap().push(request.url.clone());
        self.0.clone()
    }
}

fn answer(status: u16, date: &str) -> Result<Response, NoResponse> {
    let headers = vec![("Date".to_owned(), date.to_owned())];
    Ok(Response { status, headers, body: b"{}".to_vec() })
}

fn fine() -> Result<Response, NoResponse> {
    answer(200, "Thu, 01 Jan 2026 00:00:30 GMT")
}

fn examined(own: Own, came: Result<Response, NoResponse>) -> Examination {
    let transport = Some(Scripted::new(came) as Arc<dyn Transport>);
    let pay = open(Options { own_gateways: vec![Arc::new(own)], transport, ..Options::default() });
    let examination = pay.examine(read(json!({ "gateway": "own" }))).unwrap();
    assert!(pay.events(read(json!({}))).unwrap().is_empty(), "an examination writes nothing");
    examination
}

/// The parts with which something is wrong.
fn wrong(examination: &Examination) -> Vec<&'static str> {
    assert_eq!(examination.ok, examination.findings.iter().all(|finding| finding.ok));
    let wrong = examination.findings.iter().filter(|finding| !finding.ok);
    wrong.inspect(|finding| assert!(!finding.remedy.is_empty())).map(|f| f.part.as_str()).collect()
}

/// Protects: what a gateway finds wrong is told as it says it, part by part, and makes the examination fail.
#[test]
fn each_part_is_told_when_it_is_wrong() {
    assert_eq!(wrong(&examined(Own::new("own.invalid"), fine())), Vec::<&str>::new());
    for part in Part::ALL {
        let findings = vec![Finding::wrong(*part, "it is wrong", "mend it")];
        let examination = examined(Own { findings, ..Own::new("own.invalid") }, fine());
        assert_eq!(wrong(&examination), [part.as_str()]);
        let told = examination.findings.iter().find(|finding| !finding.ok).unwrap();
        assert_eq!((told.what.as_str(), told.remedy.as_str()), ("it is wrong", "mend it"));
    }
}

/// Protects: trouble on the way is a finding with a remedy, never an error or a crash.
#[test]
fn trouble_on_the_way_is_a_finding() {
    let silent = |why| Err(NoResponse::NotSent(why));
    for (came, expected) in [
        (silent("no such host".to_owned()), "network"),
        (Err(NoResponse::Unknown("timed out".to_owned())), "network"),
        (answer(503, "Thu, 01 Jan 2026 00:00:00 GMT"), "network"),
        (answer(429, "Thu, 01 Jan 2026 00:00:00 GMT"), "network"),
        (answer(302, "Thu, 01 Jan 2026 00:00:00 GMT"), "network"),
        (answer(401, "Thu, 01 Jan 2026 00:00:00 GMT"), "key"),
        (answer(200, "Thu, 01 Jan 2026 00:05:00 GMT"), "clock"),
        (answer(200, "Wed, 31 Dec 2025 23:50:00 GMT"), "clock"),
    ] {
        assert_eq!(wrong(&examined(Own::new("own.invalid"), came.clone())), [expected], "{came:?}");
    }
    assert_eq!(wrong(&examined(Own::new("own.invalid"), answer(200, "yesterday"))), [""; 0]);
}

/// Protects: a gateway that misbehaves under examination is told apart from one that is misconfigured.
#[test]
fn a_gateway_that_misbehaves_is_a_finding() {
    let own = || Own::new("own.invalid");
    let cannot_ask: fn(Request) -> _ =
        |_| Err(Error::new(Code::KeyType).with("setting", "own.key"));
    for (own, expected) in [
        (Own { panics: true, ..own() }, "network"),
        (Own { probe: cannot_ask, ..own() }, "key"),
        (Own::new("elsewhere.invalid"), "network"),
    ] {
        assert_eq!(wrong(&examined(own, fine())), [expected]);
    }
    let own_gateways = vec![Arc::new(own()) as Arc<dyn Gateway>];
    let pay = open(Options { own_gateways, ..Options::default() });
    let alone = pay.examine(read(json!({ "gateway": "own" }))).unwrap();
    assert_eq!(wrong(&alone), ["network"], "without a transport nobody can be asked");
}

/// A transport that exchanges the account while a request is on its way.
#[derive(Default)]
struct Exchanging {
    pay: OnceLock<Paywright>,
    sent: Mutex<Vec<String>>,
}

impl Transport for Exchanging {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        self.sent.lock().unwrap().push(request.url.clone());
        let engine = self.pay.get().unwrap().engine();
        engine.rotate_account(Arc::new(Own::new("new.invalid")), "alice").unwrap();
        fine()
    }
}

/// Protects: a call under way is read by the account that made its request; the next call is the new account's.
#[test]
fn a_call_under_way_ends_with_the_old_account() {
    let transport = Arc::new(Exchanging::default());
    let own_gateways = vec![Arc::new(Own::new("own.invalid")) as Arc<dyn Gateway>];
    let carried = Some(Arc::clone(&transport) as Arc<dyn Transport>);
    let pay = open(Options { own_gateways, transport: carried, ..Options::default() });
    assert!(transport.pay.set(pay.clone()).is_ok());
    let address = || {
        let order = pay.create_order(read(json!({ "currency": "CNY", "amount": "1" }))).unwrap();
        let payment = pay.create_payment(read(json!({ "order_id": order.id }))).unwrap();
        payment.action.url.unwrap()
    };
    assert_eq!(address(), "https://own.invalid/pay");
    assert_eq!(address(), "https://new.invalid/pay");
    let sent = transport.sent.lock().unwrap();
    assert_eq!(*sent, ["https://own.invalid/", "https://new.invalid/"]);
}
