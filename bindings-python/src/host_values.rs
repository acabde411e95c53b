//! What a host's gateway is told and what it hands back: the dataclasses of `paywright.gateways` and the core's values.
//! It guesses nothing: a float is no amount, an unknown class no answer.

use chrono::{DateTime, Utc};
use paywright::api::types::Bytes;
use paywright::clock::Time;
use paywright::currency::Currency;
use paywright::error::{Code, Error};
use paywright::gateway::{
    Action, ActionKind, Answer, Call, Claim, ClaimedAmount, Decline, Environment, Errand, Fact,
    Facts, Finding, Mark, Notice, Operation, Part, PaymentFact, PaymentIntent, Received,
    RefundFact, RefundIntent, Subject,
};
use paywright::http::{Reply, Request, Response};
use paywright::id::RefundId;
use paywright::money::Money;
use paywright::payment::{self, Experience};
use paywright::refund;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt};

use crate::error::raise;
use crate::given::Given;
use crate::host_gateway::constant;

type Object<'a, 'py> = &'a Bound<'py, PyAny>;
type Shown<'py> = PyResult<Bound<'py, PyAny>>;

/// A class of the module.
pub fn class<'py>(py: Python<'py>, name: &str) -> Shown<'py> {
    py.import("paywright.gateways")?.getattr(name)
}

fn is(value: Object<'_, '_>, name: &str) -> PyResult<bool> {
    value.is_instance(&class(value.py(), name)?)
}

fn must_be(value: Object<'_, '_>, name: &str) -> PyResult<()> {
    match is(value, name)? {
        true => Ok(()),
        false => Err(unexpected(value, name)),
    }
}

fn unexpected(value: Object<'_, '_>, expected: &str) -> PyErr {
    let kind = value.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("paywright.gateways.{expected} is expected, not {kind}"))
}

fn field<T: Given>(of: Object<'_, '_>, name: &str) -> PyResult<T> {
    T::given(name, &of.getattr(name)?)
}

fn word<T>(of: Object<'_, '_>, name: &str, parse: fn(&str) -> Result<T, Error>) -> PyResult<T> {
    let text: String = field(of, name)?;
    parse(&text).map_err(|error| raise(of.py(), &error))
}

fn optional<T>(
    of: Object<'_, '_>,
    name: &str,
    read: fn(Object<'_, '_>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    let value = of.getattr(name)?;
    (!value.is_none()).then(|| read(&value)).transpose()
}

// What it is told.

fn datetime(time: Time) -> DateTime<Utc> {
    time.to_datetime()
}

pub fn moment<'py>(py: Python<'py>, now: Time, nonce: &str) -> Shown<'py> {
    class(py, "Moment")?.call1((datetime(now), nonce))
}

fn money<'py>(py: Python<'py>, money: Money) -> Shown<'py> {
    class(py, "Money")?.call1((money.minor, money.to_text(), money.currency.code()))
}

pub fn payment<'py>(py: Python<'py>, payment: &PaymentIntent) -> Shown<'py> {
    let shown = &payment.presentation;
    let fields = PyDict::new(py);
    fields.set_item("id", payment.id.to_string())?;
    fields.set_item("reference", &payment.reference)?;
    fields.set_item("amount", money(py, payment.amount)?)?;
    fields.set_item("method", &payment.method)?;
    fields.set_item("manual_capture", payment.manual_capture)?;
    fields.set_item("description", &payment.description)?;
    fields.set_item("return_url", &payment.return_url)?;
    fields.set_item("cancel_url", &shown.cancel_url)?;
    fields.set_item("expires_at", datetime(payment.expires_at))?;
    fields.set_item("created_at", datetime(payment.created_at))?;
    fields.set_item("transaction_id", &payment.transaction_id)?;
    fields.set_item("experience", shown.experience.map(Experience::as_str))?;
    fields.set_item("payer_id", &shown.payer_id)?;
    fields.set_item("payer_address", &shown.payer_address)?;
    class(py, "Payment")?.call((), Some(&fields))
}

fn refund<'py>(py: Python<'py>, refund: &RefundIntent) -> Shown<'py> {
    class(py, "Refund")?.call1((refund.id.to_string(), money(py, refund.amount)?, &refund.reason))
}

pub fn operation<'py>(py: Python<'py>, operation: Operation<'_>) -> Shown<'py> {
    let (amount, of) = match operation {
        Operation::Capture(amount) => (Some(money(py, amount)?), None),
        Operation::Refund(of) | Operation::QueryRefund(of) => (None, Some(refund(py, of)?)),
        _ => (None, None),
    };
    class(py, "Operation")?.call1((operation.as_str(), amount, of))
}

pub fn headers<'py>(py: Python<'py>, lines: &[(String, String)]) -> Shown<'py> {
    class(py, "Headers")?.call1((lines.to_vec(),))
}

pub fn response<'py>(py: Python<'py>, response: &Response) -> Shown<'py> {
    let headers = headers(py, &response.headers)?;
    class(py, "Response")?.call1((response.status, headers, PyBytes::new(py, &response.body)))
}

pub fn errand<'py>(py: Python<'py>, errand: &Errand) -> Shown<'py> {
    let Request { method, url, headers, body } = &errand.request;
    let headers = PyDict::from_sequence(&headers.clone().into_pyobject(py)?)?;
    let request = class(py, "Request")?.call1((*method, url, headers, PyBytes::new(py, body)))?;
    class(py, "Errand")?.call1((&errand.purpose, request))
}

// What it hands back.

pub fn facts(given: Object<'_, '_>) -> PyResult<Facts> {
    must_be(given, "Facts")?;
    let py = given.py();
    let raised = |error: Error| raise(py, &error);
    let currencies: Option<Vec<String>> = field(given, "currencies")?;
    let currencies = currencies
        .map(|codes| codes.iter().map(|code| Currency::parse(code)).collect::<Result<_, _>>());
    let experiences: Vec<String> = field(given, "experiences")?;
    let experiences = experiences.iter().map(|word| Experience::parse(word));
    let environment: Option<String> = field(given, "environment")?;
    let (name, product): (String, String) = (field(given, "name")?, field(given, "product")?);
    Ok(Facts {
        experiences: experiences.collect::<Result<_, _>>().map_err(raised)?,
        currencies: currencies.transpose().map_err(raised)?,
        amounts: constant(&field::<String>(given, "amounts")?)?,
        separate_capture: field(given, "separate_capture")?,
        itemised: field(given, "itemised")?,
        refunds: field(given, "refunds")?,
        partial_refunds: field(given, "partial_refunds")?,
        queries: field(given, "queries")?,
        manual_confirmation: field(given, "manual_confirmation")?,
        freshness_s: field(given, "freshness_s")?,
        hosts: field(given, "hosts")?,
        live: field(given, "live")?,
        environment: environment
            .map(|world| Environment::parse(&world))
            .transpose()
            .map_err(raised)?,
        ..Facts::of(&name, constant(&product)?, field(given, "methods")?)
    })
}

pub fn request(given: Object<'_, '_>) -> PyResult<Request> {
    must_be(given, "Request")?;
    let mut headers = Vec::new();
    for item in given.getattr("headers")?.call_method0("items")?.try_iter()? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        headers.push((
            constant(&String::given("a header", &name)?)?,
            Given::given("a header", &value)?,
        ));
    }
    let body: Bytes = field(given, "body")?;
    let method = constant(&field::<String>(given, "method")?)?;
    Ok(Request { method, url: field(given, "url")?, headers, body: body.0 })
}

pub fn call(given: Object<'_, '_>) -> PyResult<Call> {
    if is(given, "Request")? {
        return request(given).map(Call::Send);
    }
    match is(given, "Errand")? {
        true => read_errand(given).map(Call::First),
        false => answer(given).map(Call::Answer),
    }
}

fn read_errand(given: Object<'_, '_>) -> PyResult<Errand> {
    let request = request(&given.getattr("request")?)?;
    Ok(Errand { purpose: field(given, "purpose")?, request })
}

pub fn answer(given: Object<'_, '_>) -> PyResult<Answer> {
    if is(given, "Waiting")? {
        let action = action(&given.getattr("action")?)?;
        return Ok(Answer::Waiting { action, reference: field(given, "reference")? });
    }
    if is(given, "PaymentFact")? {
        return payment_fact(given).map(Answer::Payment);
    }
    if is(given, "RefundFact")? {
        return refund_fact(given).map(Answer::Refund);
    }
    if is(given, "Refused")? {
        let code = word(given, "code", known_code)?;
        return Ok(Answer::Refused { code, reason: field(given, "reason")? });
    }
    if is(given, "SessionOver")? {
        return Ok(Answer::SessionOver { reason: field(given, "reason")? });
    }
    match (is(given, "Agreed")?, is(given, "NotFound")?) {
        (true, _) => Ok(Answer::Agreed),
        (_, true) => Ok(Answer::NotFound),
        _ => Err(unexpected(given, "Answer")),
    }
}

fn action(given: Object<'_, '_>) -> PyResult<Action> {
    must_be(given, "Action")?;
    Ok(Action {
        kind: word(given, "kind", ActionKind::parse)?,
        url: field(given, "url")?,
        qr_text: field(given, "qr_text")?,
        client_secret: field(given, "client_secret")?,
        parameters: field(given, "parameters")?,
    })
}

fn claim(given: Object<'_, '_>) -> PyResult<Claim> {
    must_be(given, "Claim")?;
    let amount = given.getattr("amount")?;
    let amount = match amount.is_instance_of::<PyInt>() {
        true => ClaimedAmount::Minor(Given::given("amount", &amount)?),
        false => ClaimedAmount::Major(Given::given("amount", &amount)?),
    };
    Ok(Claim { amount, currency: field(given, "currency")? })
}

fn decline(given: Object<'_, '_>) -> PyResult<Decline> {
    must_be(given, "Decline")?;
    Ok(Decline { code: field(given, "code")?, message: field(given, "message")? })
}

fn payment_fact(given: Object<'_, '_>) -> PyResult<PaymentFact> {
    Ok(PaymentFact {
        event: word(given, "event", payment::Event::parse)?,
        amount: optional(given, "amount", claim)?,
        transaction_id: field(given, "transaction_id")?,
        decline: optional(given, "decline", decline)?,
    })
}

fn refund_fact(given: Object<'_, '_>) -> PyResult<RefundFact> {
    Ok(RefundFact {
        event: word(given, "event", refund::Event::parse)?,
        amount: optional(given, "amount", claim)?,
        total: optional(given, "total", claim)?,
        transaction_id: field(given, "transaction_id")?,
        decline: optional(given, "decline", decline)?,
    })
}

fn fact(given: Object<'_, '_>) -> PyResult<Fact> {
    if is(given, "PaymentFact")? {
        return payment_fact(given).map(Fact::Payment);
    }
    if is(given, "RefundFact")? {
        return refund_fact(given).map(Fact::Refund);
    }
    if is(given, "Unknown")? {
        return field(given, "word").map(Fact::Unknown);
    }
    if is(given, "Unreadable")? {
        return field(given, "why").map(Fact::Unreadable);
    }
    must_be(given, "Hint").map(|()| Fact::Hint)
}

fn subject(given: Object<'_, '_>) -> PyResult<Subject> {
    must_be(given, "Subject")?;
    let (kind, id): (String, String) = (field(given, "kind")?, field(given, "id")?);
    Ok(match kind.as_str() {
        "payment" => Subject::payment(&id),
        "transaction" => Subject::Transaction(id),
        "refund" => {
            Subject::Refund(RefundId::parse(&id).map_err(|error| raise(given.py(), &error))?)
        }
        "nothing" => Subject::Nothing,
        _ => return Err(PyTypeError::new_err("the kind of a subject is not one of those known")),
    })
}

pub fn received(given: Object<'_, '_>) -> PyResult<Received> {
    if is(given, "Errand")? {
        return read_errand(given).map(Received::First);
    }
    must_be(given, "Notice")?;
    let digest: Option<Bytes> = field(given, "digest")?;
    let digest = digest.map(|bytes| <[u8; 32]>::try_from(bytes.0)).transpose();
    let digest = digest.map_err(|_| PyTypeError::new_err("a digest has 32 bytes"))?;
    // The host's class has checked it: whoever writes a gateway vouches for what it receives.
    Ok(Received::verified(Notice {
        mark: Mark { id: field(given, "id")?, digest },
        subject: subject(&given.getattr("subject")?)?,
        fact: fact(&given.getattr("fact")?)?,
        redacted_body: field(given, "redacted_body")?,
    }))
}

pub fn finding(given: Object<'_, '_>) -> PyResult<Finding> {
    must_be(given, "Checked")?;
    Ok(Finding {
        part: word(given, "part", Part::parse)?,
        ok: field(given, "ok")?,
        what: field(given, "what")?,
        remedy: field(given, "remedy")?,
    })
}

pub fn reply(given: Object<'_, '_>) -> PyResult<Reply> {
    must_be(given, "Reply")?;
    let status: i64 = field(given, "status")?;
    let status = u16::try_from(status).map_err(|_| PyTypeError::new_err("no HTTP status"))?;
    let (body, content_type): (Bytes, String) =
        (field(given, "body")?, field(given, "content_type")?);
    Ok(Reply { status, content_type: constant(&content_type)?, body: body.0 })
}

fn known_code(text: &str) -> Result<Code, Error> {
    let known = Code::ALL.iter().copied().find(|code| code.as_str() == text);
    known.ok_or_else(|| {
        let unknown = Error::new(Code::ValueUnknown).with("field", "code");
        unknown.with("given", text.escape_debug()).with("known", "see the table of errors")
    })
}

/// The refusal behind an exception, if the host's gateway raised one of a known code.
pub fn refusal(py: Python<'_>, raised: &PyErr) -> Option<Error> {
    let value = raised.value(py);
    let class = class(py, "Refusal").ok()?;
    if !value.is_instance(&class).ok()? {
        return None;
    }
    let code = known_code(&field::<String>(value, "code").ok()?).ok()?;
    let details: paywright::api::types::Map = field(value, "details").ok()?;
    let known = ["field", "why", "format", "what", "operation", "currency", "amount", "limit"];
    let told = known.into_iter().filter_map(|name| Some((name, details.get(name)?)));
    Some(told.fold(Error::new(code), |error, (name, value)| error.with(name, value)))
}
