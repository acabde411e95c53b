//! A gateway that a host wrote in Python, as the engine sees it. It takes the interpreter lock for each call and gives it
//! back; what the host's class raises becomes an error of the table and never crosses as a panic. It decides nothing.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use paywright::error::{Code, Error, Result};
use paywright::gateway::{
    Answer, Call, Errand, Facts, Finding, Gateway, Moment, Operation, PaymentIntent, Received,
};
use paywright::http::{Headers, Reply, Request, Response};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::given::Given;
use crate::host_values as values;

/// The host's object, with what is read of it once.
pub struct HostGateway {
    object: Py<PyAny>,
    facts: Facts,
    acknowledge: Reply,
    refuse: Reply,
    ask_again: Reply,
}

impl HostGateway {
    /// Whether this is an object of a class that derives from `paywright.Gateway`.
    pub fn is_one(value: &Bound<'_, PyAny>) -> PyResult<bool> {
        value.is_instance(&values::class(value.py(), "Gateway")?)
    }

    /// Reads facts and replies, which never change. A wrong type is a `TypeError`.
    pub fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let reply = |name: &str| values::reply(&object.call_method0(name)?);
        Ok(HostGateway {
            facts: values::facts(&object.getattr("facts")?)?,
            acknowledge: reply("acknowledge")?,
            refuse: reply("refuse")?,
            ask_again: reply("ask_again")?,
            object: object.clone().unbind(),
        })
    }

    /// Calls a method and reads what it hands back. What it raises is an error: its own code where it names one,
    /// otherwise `otherwise`.
    fn call_python<T>(
        &self,
        method: &'static str,
        otherwise: Code,
        arguments: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyTuple>>,
        read: impl for<'py> FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> Result<T> {
        Python::attach(|py| {
            let called = || {
                let arguments = arguments(py)?;
                read(&self.object.bind(py).call_method1(method, arguments)?)
            };
            called().map_err(|raised| self.failed(py, method, otherwise, &raised))
        })
    }

    fn failed(&self, py: Python<'_>, method: &str, otherwise: Code, raised: &PyErr) -> Error {
        if let Some(refusal) = values::refusal(py, raised) {
            return refusal.with("gateway", &self.facts.name);
        }
        let kind = raised.get_type(py).name().map_or_else(|_| "?".to_owned(), |n| n.to_string());
        let report = py.import("paywright.gateways").and_then(|module| {
            module.call_method1("_report", (&self.facts.name, method, raised.value(py)))
        });
        // A logger that raises has nobody left to tell.
        drop(report);
        // What it says may hold anything; only its type is told on.
        let what = format!("the gateway {} raised {kind} in {method}", self.facts.name);
        match otherwise {
            Code::Internal => Error::bug(what),
            code => Error::new(code).with("gateway", &self.facts.name).with("why", what),
        }
    }
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
        let nonce = at.nonce()?;
        self.call_python(
            "call",
            Code::Internal,
            |py| {
                let operation = values::operation(py, operation)?;
                let payment = values::payment(py, payment)?;
                (operation, payment, values::moment(py, at.now, &nonce)?).into_pyobject(py)
            },
            values::call,
        )
    }

    fn read(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        response: &Response,
        at: Moment<'_>,
    ) -> Result<Answer> {
        let nonce = at.nonce()?;
        self.call_python(
            "read",
            Code::BadResponse,
            |py| {
                let operation = values::operation(py, operation)?;
                let (payment, response) =
                    (values::payment(py, payment)?, values::response(py, response)?);
                let moment = values::moment(py, at.now, &nonce)?;
                (operation, payment, response, moment).into_pyobject(py)
            },
            values::answer,
        )
    }

    fn learn(&self, errand: &Errand, response: &Response, at: Moment<'_>) -> Result<()> {
        let nonce = at.nonce()?;
        self.call_python(
            "learn",
            Code::BadResponse,
            |py| {
                let response = values::response(py, response)?;
                let moment = values::moment(py, at.now, &nonce)?;
                (values::errand(py, errand)?, response, moment).into_pyobject(py)
            },
            |_| Ok(()),
        )
    }

    fn receive(&self, headers: &Headers, body: &[u8], at: Moment<'_>) -> Result<Received> {
        let nonce = at.nonce()?;
        self.call_python(
            "receive",
            Code::Internal,
            |py| {
                let headers = values::headers(py, headers.lines())?;
                let body = pyo3::types::PyBytes::new(py, body);
                (headers, body, values::moment(py, at.now, &nonce)?).into_pyobject(py)
            },
            values::received,
        )
    }

    fn probe(&self, at: Moment<'_>) -> Result<Option<Request>> {
        let nonce = at.nonce()?;
        self.call_python(
            "probe",
            Code::Internal,
            |py| (values::moment(py, at.now, &nonce)?,).into_pyobject(py),
            |given| (!given.is_none()).then(|| values::request(given)).transpose(),
        )
    }

    fn diagnose(&self, response: &Response, at: Moment<'_>) -> Vec<Finding> {
        let diagnosed = at.nonce().and_then(|nonce| {
            self.call_python(
                "diagnose",
                Code::Internal,
                |py| {
                    let response = values::response(py, response)?;
                    (response, values::moment(py, at.now, &nonce)?).into_pyobject(py)
                },
                |given| given.try_iter()?.map(|item| values::finding(&item?)).collect(),
            )
        });
        let remedy = "mend the gateway; the log says where";
        let part = paywright::gateway::Part::Network;
        diagnosed.unwrap_or_else(|error| vec![Finding::wrong(part, error.message(), remedy)])
    }

    fn warnings(&self) -> Vec<String> {
        let read = |given: &Bound<'_, PyAny>| Vec::<String>::given("warnings", given);
        let told = self.call_python("warnings", Code::Internal, |py| Ok(PyTuple::empty(py)), read);
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
pub fn constant(word: &str) -> PyResult<&'static str> {
    static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(word) {
        return Ok(known);
    }
    if words.len() >= WORDS_MAX {
        let why = "a gateway's header names and content types must not vary with its payments";
        return Err(pyo3::exceptions::PyValueError::new_err(why));
    }
    let kept: &'static str = Box::leak(word.to_owned().into_boxed_str());
    words.insert(kept);
    Ok(kept)
}
