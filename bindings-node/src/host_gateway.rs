//! A gateway that a host wrote in JavaScript, as the engine sees it. Each call goes to the thread on which the gateway was
//! made, which is never one that waits for us; what the host's code throws is an error of the table. It decides nothing.

use std::collections::BTreeSet;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use napi::bindgen_prelude::{Function, JsValue, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, sys};
use paywright::error::{Code, Error, Result};
use paywright::gateway::{
    Answer, Call, Errand, Facts, Finding, Gateway, Moment, Operation, PaymentIntent, Received,
};
use paywright::http::{Headers, Reply, Request, Response};

use crate::given::{Fields, Given, Read};
use crate::host_values as values;
use crate::javascript::{Reader, show};
use crate::shown::Value;

/// A gateway's functions are pure and take next to no time; longer than this, its thread is gone or stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// A function of JavaScript that any thread may have called. It does not keep the process running.
type Called = ThreadsafeFunction<Value, Unknown<'static>, sys::napi_value, Status, false, true>;

/// The host's object, with what is read of it once.
pub struct HostGateway {
    called: Called,
    facts: Facts,
    acknowledge: Reply,
    refuse: Reply,
    ask_again: Reply,
}

/// What of it never changes.
pub fn fixed(given: Given) -> Result<(Facts, [Reply; 3])> {
    let known = ["facts", "acknowledge", "refuse", "ask_again"];
    let mut fields = Fields::new("gateway", given, &known)?;
    let mut part = |name| fields.take(name).unwrap_or(Given::Nothing);
    let facts = values::facts(part("facts"))?;
    let replies = ["acknowledge", "refuse", "ask_again"].map(|name| values::reply(part(name)));
    let [acknowledge, refuse, ask_again] = replies;
    Ok((facts, [acknowledge?, refuse?, ask_again?]))
}

impl HostGateway {
    /// `function` is called with `{ method, arguments }` and answers with `{ value }`, `{ refusal }` or `{ raised }`.
    pub fn new(
        function: &Function<'_, sys::napi_value, Unknown<'static>>,
        (facts, [acknowledge, refuse, ask_again]): (Facts, [Reply; 3]),
    ) -> napi::Result<Self> {
        let builder = function.build_threadsafe_function::<Value>().weak::<true>();
        let called = builder
            .build_callback(|context| show(&context.env, context.value).map(|made| made.raw()))?;
        Ok(HostGateway { called, facts, acknowledge, refuse, ask_again })
    }

    /// Calls a method and reads what it hands back. What it throws is an error: its own code where it names one,
    /// otherwise `otherwise`.
    fn ask<T>(
        &self,
        method: &'static str,
        otherwise: Code,
        arguments: Vec<Value>,
        read: impl FnOnce(Given) -> Result<T>,
    ) -> Result<T> {
        let (sender, receiver) = channel();
        let call = Value::Record(vec![
            ("method", Value::Word(method)),
            ("arguments", Value::List(arguments)),
        ]);
        let status = self.called.call_with_return_value(
            call,
            ThreadsafeFunctionCallMode::NonBlocking,
            move |answered, _: Env| {
                let given = answered.and_then(|value| Reader::new().read(&value));
                // Nobody waits any longer: nobody is told.
                drop(sender.send(given.ok()));
                Ok(())
            },
        );
        let failed = |what: &str| self.failed(method, otherwise, what);
        if status != Status::Ok {
            return Err(failed("its thread has ended"));
        }
        let given = match receiver.recv_timeout(PATIENCE) {
            Ok(Some(given)) => given,
            Ok(None) => return Err(failed("it could not be called")),
            Err(RecvTimeoutError::Timeout) => return Err(failed("its thread does not answer")),
            Err(RecvTimeoutError::Disconnected) => return Err(failed("its thread has ended")),
        };
        let mut answer = Fields::new("gateway", given, &["value", "refusal", "raised"])?;
        if let Some(refusal) = answer.take("refusal").and_then(values::refusal) {
            return Err(refusal.with("gateway", &self.facts.name));
        }
        if let Some(raised) = answer.maybe::<String>("raised")? {
            return Err(failed(&format!("it threw {raised}")));
        }
        // What is wrong with what it handed back is told: it is the host's own code that must be mended.
        let value = answer.take("value").unwrap_or(Given::Nothing);
        read(value).map_err(|error| failed(&error.message()))
    }

    fn failed(&self, method: &str, otherwise: Code, what: &str) -> Error {
        let what = format!("the gateway {} in {method}: {what}", self.facts.name);
        match otherwise {
            Code::Internal => Error::bug(what),
            code => Error::new(code).with("gateway", &self.facts.name).with("why", what),
        }
    }
}

fn moment(at: Moment<'_>) -> Result<Value> {
    Ok(values::moment(at.now, at.nonce()?))
}

impl Gateway for HostGateway {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        at: Moment<'_>,
    ) -> Result<Call> {
        let told = vec![values::operation(operation), values::payment(payment), moment(at)?];
        self.ask("call", Code::Internal, told, values::call)
    }

    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        at: Moment<'_>,
    ) -> Result<Answer> {
        let (operation, payment) = (values::operation(operation), values::payment(payment));
        let told = vec![operation, payment, values::response(response), moment(at)?];
        self.ask("read", Code::BadResponse, told, values::answer)
    }

    fn learn(&self, errand: &Errand, response: &Response, at: Moment<'_>) -> Result<()> {
        let told = vec![values::errand(errand), values::response(response), moment(at)?];
        self.ask("learn", Code::BadResponse, told, |_| Ok(()))
    }

    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received> {
        let told = vec![values::headers(headers.lines()), Value::Bytes(body.to_vec()), moment(at)?];
        self.ask("receive", Code::Internal, told, values::received)
    }

    fn probe(&self, at: Moment<'_>) -> Result<Option<Request>> {
        let read = |given: Given| match given.is_nothing() {
            true => Ok(None),
            false => values::plain_request(given).map(Some),
        };
        self.ask("probe", Code::Internal, vec![moment(at)?], read)
    }

    fn diagnose(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        let read = |given: Given| match given {
            Given::List(items) => items.into_iter().map(values::finding).collect(),
            other => values::finding(other).map(|finding| vec![finding]),
        };
        let diagnosed = moment(at).and_then(|moment| {
            let told = vec![values::response(response), moment];
            self.ask("diagnose", Code::Internal, told, read)
        });
        let part = paywright::gateway::Part::Network;
        diagnosed.unwrap_or_else(|e| vec![Finding::wrong(part, e.message(), "mend the gateway")])
    }

    fn warnings(&self) -> Vec<String> {
        let read = |given| Vec::<String>::read("warnings", given);
        let told = self.ask("warnings", Code::Internal, Vec::new(), read);
        told.unwrap_or_else(|error| vec![error.message()])
    }

    fn acknowledge(&self) -> Reply {
        self.acknowledge.clone()
    }

    fn refuse(&self) -> Reply {
        self.refuse.clone()
    }

    fn ask_again(&self) -> Reply {
        self.ask_again.clone()
    }
}

/// A host's gateways use so many different words for header names and the like; more is a defect of theirs.
const WORDS_MAX: usize = 1000;

/// A word that is kept as long as the process lives: names of headers are constants of the core's own gateways.
pub fn constant(word: &str) -> Result<&'static str> {
    static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(word) {
        return Ok(known);
    }
    if words.len() >= WORDS_MAX {
        return Err(Error::new(Code::ConfigInvalid)
            .with("setting", "gateways")
            .with("why", "header names and content types must not vary with payments"));
    }
    let kept: &'static str = Box::leak(word.to_owned().into_boxed_str());
    words.insert(kept);
    Ok(kept)
}
