//! The gateway, its transport and the engine of these tests. Words stand for answers and for messages; nothing leaves the
//! process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use paywright::api::types::{self, arguments};
use paywright::api::{Options, Paywright};
use paywright::clock::{ManualClock, Time};
use paywright::error::{Code, Error, Result};
use paywright::gateway::{
    Action, Answer, Call, Claim, ClaimedAmount, DisputeEvent, DisputeFact, Errand, Fact, Facts,
    Gateway, Mark, Moment, Notice, Operation, PaymentFact, PaymentIntent, Received, RefundFact,
    Subject,
};
use paywright::http::{Headers, NoResponse, Request, Response, Transport};
use paywright::id::SeededRandomness;
use paywright::{payment, refund};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CANARY: &str = "throwaway-canary-token";

/// What the gateway knows and what it was told to do.
#[derive(Default)]
struct Script {
    answers: VecDeque<String>,
    sent: Vec<String>,
    base: Option<String>,
}

struct Own {
    facts: Facts,
    token: Mutex<Option<String>>,
    script: Arc<Mutex<Script>>,
}

struct Wire(Arc<Mutex<Script>>);

impl Transport for Wire {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        let mut script = self.0.lock().unwrap();
        script.sent.push(request.url.rsplit('/').next().unwrap().to_owned());
        match script.answers.pop_front().as_deref() {
            None | Some("drop") => Err(NoResponse::Unknown("no answer".to_owned())),
            Some(word) => Ok(answer(200, word)),
        }
    }
}

fn answer(status: u16, word: &str) -> Response {
    Response { status, headers: Vec::new(), body: word.into() }
}

impl Gateway for Own {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        _: Moment<'_>,
    ) -> Result<Call> {
        let Some(token) = self.token.lock().unwrap().clone() else {
            let request = self.request("token", Vec::new());
            return Ok(Call::First(Errand { purpose: "token".to_owned(), request }));
        };
        let key = format!("{}-{}", payment.id, operation.as_str());
        let headers = vec![("Authorization", token), ("Idempotency-Key", key)];
        let base = self.script.lock().unwrap().base.clone();
        let mut request = self.request(operation.as_str(), headers);
        request.url = base.unwrap_or(request.url);
        Ok(Call::Send(request))
    }

    fn read(
        &self,
        _: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        let text = String::from_utf8_lossy(&response.body).into_owned();
        let words: Vec<_> = text.split(' ').collect();
        Ok(match words.as_slice() {
            ["waiting"] => Answer::Waiting {
                action: Action::redirect("https://own.invalid/page".to_owned()),
                reference: None,
            },
            ["agreed"] => Answer::Agreed,
            ["refused"] => Answer::Refused { code: Code::GatewayRejected, reason: "no".to_owned() },
            ["over"] => {
                *self.token.lock().unwrap() = None;
                Answer::SessionOver { reason: "the token is old".to_owned() }
            }
            ["held", number] => Answer::Payment(PaymentFact {
                amount: Some(minor(payment.amount.minor)),
                transaction_id: Some((*number).to_owned()),
                ..PaymentFact::plain(payment::Event::Authorize)
            }),
            ["paid", number] => Answer::Payment(PaymentFact {
                amount: Some(minor(payment.amount.minor)),
                transaction_id: Some((*number).to_owned()),
                ..PaymentFact::plain(payment::Event::Succeed)
            }),
            _ => {
                return Err(Error::new(Code::BadResponse).with("gateway", "own").with("why", text));
            }
        })
    }

    fn learn(&self, errand: &Errand, response: &Response, _: Moment<'_>) -> Result<()> {
        assert_eq!((errand.purpose.as_str(), response.body.as_slice()), ("token", &b"token"[..]));
        *self.token.lock().unwrap() = Some(CANARY.to_owned());
        Ok(())
    }

    fn receive(&self, _: &Headers, body: &[u8], _: Moment<'_>) -> Result<Received> {
        let text = String::from_utf8_lossy(body).into_owned();
        let words: Vec<_> = text.split(' ').collect();
        let transaction = |number: &str| Subject::Transaction(number.to_owned());
        let back = |number: &str| RefundFact {
            transaction_id: Some(number.to_owned()),
            ..RefundFact::plain(refund::Event::Succeed)
        };
        let said = |amount: &str| Some(minor(amount.parse().unwrap()));
        let (subject, fact) = match words[1..] {
            ["hint", id] => (Subject::payment(id), Fact::Hint),
            ["refund", of, number, amount] => {
                let fact = RefundFact { amount: said(amount), ..back(number) };
                (transaction(of), Fact::Refund(fact))
            }
            ["total", of, number, amount] => {
                let fact = RefundFact { total: said(amount), ..back(number) };
                (transaction(of), Fact::Refund(fact))
            }
            ["dispute", of, event] => {
                let event = DisputeEvent::parse(event).unwrap();
                let id = "dp_1".to_owned();
                let fact = DisputeFact { event, id, amount: None, reason: None };
                (transaction(of), Fact::Dispute(fact))
            }
            _ => return Err(Error::new(Code::AuthMismatch)),
        };
        let mark = Mark { id: words[0].to_owned(), digest: None };
        Ok(Received::verified(Notice { mark, subject, fact, redacted_body: String::new() }))
    }
}

impl Own {
    fn request(&self, path: &str, headers: Vec<(&'static str, String)>) -> Request {
        let url = format!("https://own.invalid/{path}");
        Request { method: "POST", url, headers, body: Vec::new() }
    }
}

fn minor(minor: i64) -> Claim {
    Claim { amount: ClaimedAmount::Minor(minor), currency: Some("CNY".to_owned()) }
}

/// An engine over the scripted gateway.
pub struct World {
    pay: Paywright,
    clock: ManualClock,
    script: Arc<Mutex<Script>>,
}

fn given<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

impl World {
    pub fn new() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let facts = Facts {
            refunds: true,
            separate_capture: true,
            queries: true,
            hosts: vec!["own.invalid".to_owned()],
            ..Facts::of("own", "a provider in words", vec!["wallet".to_owned()])
        };
        let gateway = Own { facts, token: Mutex::default(), script: Arc::clone(&script) };
        let clock = ManualClock::new(Time::parse("now", "2026-01-01T00:00:00Z").unwrap());
        let options = Options {
            own_gateways: vec![Arc::new(gateway)],
            transport: Some(Arc::new(Wire(Arc::clone(&script)))),
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SeededRandomness::new(1)),
            ..Options::default()
        };
        World { pay: Paywright::open("sqlite::memory:", options).unwrap(), clock, script }
    }

    /// What the next requests are answered with.
    pub fn answers(&self, words: &[&str]) {
        self.script.lock().unwrap().answers = words.iter().map(|w| (*w).to_owned()).collect();
    }

    /// What was sent since the last look.
    pub fn sent(&self) -> Vec<String> {
        std::mem::take(&mut self.script.lock().unwrap().sent)
    }

    /// The gateway builds its requests for another address from now on.
    pub fn misdirect(&self, url: &str) {
        self.script.lock().unwrap().base = Some(url.to_owned());
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    pub fn capture(&self, id: &str) -> Result<types::Payment> {
        self.pay.capture_payment(given(json!({"payment_id": id})))
    }

    pub fn order(&self, amount: &str) -> String {
        self.pay.create_order(given(json!({"currency": "CNY", "amount": amount}))).unwrap().id
    }

    pub fn create_payment(&self, asked: Value) -> Result<types::Payment> {
        self.pay.create_payment(given(asked))
    }

    pub fn try_payment(&self, order: &str) -> Result<types::Payment> {
        self.create_payment(json!({"order_id": order}))
    }

    pub fn payment(&self, amount: &str) -> types::Payment {
        self.try_payment(&self.order(amount)).unwrap()
    }

    pub fn payment_now(&self, id: &str) -> types::Payment {
        self.pay.payment(given(json!({"payment_id": id}))).unwrap()
    }

    pub fn sync(&self, id: &str) -> types::Payment {
        self.pay.sync_payment(given(json!({"payment_id": id}))).unwrap()
    }

    pub fn run_due(&self) {
        self.pay.run_due(given(json!({}))).unwrap();
    }

    pub fn callback(&self, words: &str) -> Result<types::CallbackResult> {
        self.pay.handle_callback(arguments::handle_callback {
            gateway: "own".to_owned(),
            headers: types::Headers::default(),
            body: types::Bytes(words.into()),
        })
    }

    pub fn logs(&self, id: &str) -> Vec<String> {
        let logs = self.pay.logs(given(json!({"payment_id": id}))).unwrap();
        logs.into_iter().map(|event| event.event).collect()
    }

    /// The last entry of the payment's journal, and whose it is.
    pub fn last_act(&self, id: &str) -> (String, String) {
        let last = self.pay.logs(given(json!({"payment_id": id}))).unwrap().pop().unwrap();
        (last.event, last.actor)
    }

    pub fn begin(&self, id: &str, operation: &str) -> types::Step {
        self.pay.begin(given(json!({"id": id, "operation": operation}))).unwrap()
    }

    pub fn begin_as(&self, id: &str, operation: &str, actor: &str) -> types::Step {
        self.pay.begin(given(json!({"id": id, "operation": operation, "actor": actor}))).unwrap()
    }

    pub fn resume(&self, step: &types::Step, status: i64, word: &str) -> types::Step {
        self.resume_with(json!({"ticket": step.ticket, "status": status, "body": word}))
    }

    pub fn try_resume(&self, step: &types::Step, word: &str) -> Result<types::Step> {
        self.pay.resume(given(json!({"ticket": step.ticket, "status": 200, "body": word})))
    }

    pub fn resume_with(&self, came: Value) -> types::Step {
        self.pay.resume(given(came)).unwrap()
    }

    /// The books balance.
    pub fn verify(&self) {
        let report = self.pay.verify(given(json!({}))).unwrap();
        assert!(report.ok, "{:?}", report.violations);
    }
}
