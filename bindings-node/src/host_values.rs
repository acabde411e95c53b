//! What a host's gateway is told and what it hands back: plain objects, told apart by `kind`, and the core's values. It
//! guesses nothing: a number is no amount unless it says that it is in minor units, an unknown kind is no answer.

use std::collections::BTreeMap;

use paywright::api::types::{Bytes, Headers, Map};
use paywright::clock::Time;
use paywright::currency::Currency;
use paywright::error::{Code, Error, Result};
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

use crate::given::{Fields, Given, Read};
use crate::host_gateway::constant;
use crate::shown::{Shown, Value};

// What it is told.

fn time(time: Time) -> Value {
    time.to_datetime().shown()
}

pub fn moment(now: Time, nonce: String) -> Value {
    Value::Record(vec![("now", time(now)), ("nonce", nonce.shown())])
}

/// Minor units as text: a number of JavaScript is exact up to a bound that an amount may pass.
fn money(money: Money) -> Value {
    Value::Record(vec![
        ("minor", money.minor.to_string().shown()),
        ("text", money.to_text().shown()),
        ("currency", money.currency.code().to_owned().shown()),
    ])
}

pub fn payment(payment: &PaymentIntent) -> Value {
    let shown = &payment.presentation;
    Value::Record(vec![
        ("id", payment.id.to_string().shown()),
        ("reference", payment.reference.clone().shown()),
        ("amount", money(payment.amount)),
        ("method", payment.method.clone().shown()),
        ("manual_capture", payment.manual_capture.shown()),
        ("description", payment.description.clone().shown()),
        ("return_url", payment.return_url.clone().shown()),
        ("cancel_url", shown.cancel_url.clone().shown()),
        ("expires_at", time(payment.expires_at)),
        ("created_at", time(payment.created_at)),
        ("transaction_id", payment.transaction_id.clone().shown()),
        ("experience", shown.experience.map(Experience::as_str).shown()),
        ("payer_id", shown.payer_id.clone().shown()),
        ("payer_address", shown.payer_address.clone().shown()),
    ])
}

fn refund(refund: &RefundIntent) -> Value {
    Value::Record(vec![
        ("id", refund.id.to_string().shown()),
        ("amount", money(refund.amount)),
        ("reason", refund.reason.clone().shown()),
    ])
}

pub fn operation(operation: Operation<'_>) -> Value {
    let (amount, of) = match operation {
        Operation::Capture(amount) => (money(amount), Value::Nothing),
        Operation::Refund(of) | Operation::QueryRefund(of) => (Value::Nothing, refund(of)),
        _ => (Value::Nothing, Value::Nothing),
    };
    Value::Record(vec![("verb", operation.as_str().shown()), ("amount", amount), ("refund", of)])
}

/// Headers as pairs, of which the JavaScript side makes an object that is looked up without regard to case.
pub fn headers(lines: &[(String, String)]) -> Value {
    let pair = |(name, value): &(String, String)| vec![name.clone(), value.clone()].shown();
    Value::List(lines.iter().map(pair).collect())
}

pub fn response(response: &Response) -> Value {
    Value::Record(vec![
        ("status", i64::from(response.status).shown()),
        ("headers", headers(&response.headers)),
        ("body", Value::Bytes(response.body.clone())),
    ])
}

pub fn errand(errand: &Errand) -> Value {
    let Request { method, url, headers, body } = &errand.request;
    let lines = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let request = Value::Record(vec![
        ("method", (*method).shown()),
        ("url", url.clone().shown()),
        ("headers", Value::Map(lines.collect::<BTreeMap<_, _>>())),
        ("body", Value::Bytes(body.clone())),
    ]);
    Value::Record(vec![("purpose", errand.purpose.clone().shown()), ("request", request)])
}

// What it hands back.

/// An object of one of the kinds that may stand here.
struct Tagged {
    kind: String,
    entries: Vec<(String, Given)>,
}

impl Tagged {
    fn new(of: &'static str, given: Given) -> Result<Self> {
        let Given::Object(mut entries) = given else {
            return Err(unexpected(of, given.kind()));
        };
        let place = entries.iter().position(|(name, _)| name == "kind");
        let kind = place.map_or(Given::Nothing, |place| entries.swap_remove(place).1);
        Ok(Tagged { kind: String::read("kind", kind)?, entries })
    }

    fn fields(self, of: &'static str, known: &[&str]) -> Result<Fields> {
        Fields::new(of, Given::Object(self.entries), known)
    }
}

fn unexpected(of: &str, given: &str) -> Error {
    let unknown = Error::new(Code::ValueUnknown).with("field", of).with("given", given);
    unknown.with("known", "see `paywright/gateway`")
}

fn word<T>(fields: &mut Fields, name: &str, parse: fn(&str) -> Result<T>) -> Result<T> {
    parse(&fields.read::<String>(name)?)
}

const FACTS: [&str; 16] = [
    "name",
    "product",
    "methods",
    "experiences",
    "currencies",
    "amounts",
    "separate_capture",
    "itemised",
    "refunds",
    "partial_refunds",
    "queries",
    "manual_confirmation",
    "freshness_s",
    "hosts",
    "live",
    "environment",
];

pub fn facts(given: Given) -> Result<Facts> {
    let mut told = Fields::new("facts", given, &FACTS)?;
    let (name, product): (String, String) = (told.read("name")?, told.read("product")?);
    let mut facts = Facts::of(&name, constant(&product)?, told.read("methods")?);
    let experiences: Vec<String> = told.read("experiences")?;
    facts.experiences = experiences.iter().map(|e| Experience::parse(e)).collect::<Result<_>>()?;
    if let Some(codes) = told.maybe::<Vec<String>>("currencies")? {
        let currencies = codes.iter().map(|code| Currency::parse(code)).collect::<Result<_>>();
        facts.currencies = Some(currencies?);
    }
    if let Some(amounts) = told.maybe::<String>("amounts")? {
        facts.amounts = constant(&amounts)?;
    }
    for (name, flag) in [
        ("separate_capture", &mut facts.separate_capture),
        ("itemised", &mut facts.itemised),
        ("refunds", &mut facts.refunds),
        ("partial_refunds", &mut facts.partial_refunds),
        ("queries", &mut facts.queries),
        ("manual_confirmation", &mut facts.manual_confirmation),
        ("live", &mut facts.live),
    ] {
        *flag = told.maybe(name)?.unwrap_or(*flag);
    }
    facts.freshness_s = told.maybe("freshness_s")?.or(facts.freshness_s);
    facts.hosts = told.read("hosts")?;
    let environment: Option<String> = told.maybe("environment")?;
    facts.environment = environment.map(|world| Environment::parse(&world)).transpose()?;
    Ok(facts)
}

fn request(mut given: Fields) -> Result<Request> {
    let Headers(lines) = given.maybe("headers")?.unwrap_or_default();
    let line = |(name, value): (String, String)| Ok((constant(&name)?, value));
    let body: Bytes = given.maybe("body")?.unwrap_or_default();
    let method: String = given.read("method")?;
    Ok(Request {
        method: constant(&method)?,
        url: given.read("url")?,
        headers: lines.into_iter().map(line).collect::<Result<_>>()?,
        body: body.0,
    })
}

const REQUEST: [&str; 4] = ["method", "url", "headers", "body"];

/// A request that stands where nothing else may.
pub fn plain_request(given: Given) -> Result<Request> {
    request(Tagged::new("request", given)?.fields("request", &REQUEST)?)
}

pub fn call(given: Given) -> Result<Call> {
    let tagged = Tagged::new("call", given)?;
    match tagged.kind.as_str() {
        "request" => request(tagged.fields("request", &REQUEST)?).map(Call::Send),
        "errand" => read_errand(tagged).map(Call::First),
        _ => answer_of(tagged).map(Call::Answer),
    }
}

fn read_errand(tagged: Tagged) -> Result<Errand> {
    let mut fields = tagged.fields("errand", &["purpose", "request"])?;
    let request = fields.take("request").unwrap_or(Given::Nothing);
    Ok(Errand { purpose: fields.read("purpose")?, request: plain_request(request)? })
}

pub fn answer(given: Given) -> Result<Answer> {
    answer_of(Tagged::new("answer", given)?)
}

fn answer_of(tagged: Tagged) -> Result<Answer> {
    Ok(match tagged.kind.as_str() {
        "waiting" => {
            let mut fields = tagged.fields("waiting", &["action", "reference"])?;
            let action = action(fields.take("action").unwrap_or(Given::Nothing))?;
            Answer::Waiting { action, reference: fields.read("reference")? }
        }
        "paymentFact" => Answer::Payment(payment_fact(tagged)?),
        "refundFact" => Answer::Refund(refund_fact(tagged)?),
        "refused" => {
            let mut fields = tagged.fields("refused", &["code", "reason"])?;
            let code = word(&mut fields, "code", known_code)?;
            Answer::Refused { code, reason: fields.read("reason")? }
        }
        "sessionOver" => Answer::SessionOver {
            reason: tagged.fields("sessionOver", &["reason"])?.read("reason")?,
        },
        "agreed" => Answer::Agreed,
        "notFound" => Answer::NotFound,
        other => return Err(unexpected("answer", other)),
    })
}

fn action(given: Given) -> Result<Action> {
    let known = ["kind", "url", "qr_text", "client_secret", "parameters"];
    let mut fields = Fields::new("action", given, &known)?;
    Ok(Action {
        kind: word(&mut fields, "kind", ActionKind::parse)?,
        url: fields.read("url")?,
        qr_text: fields.read("qr_text")?,
        client_secret: fields.read("client_secret")?,
        parameters: fields.read::<Map>("parameters")?,
    })
}

impl Read for Claim {
    fn read(_: &str, value: Given) -> Result<Self> {
        let mut fields = Fields::new("claim", value, &["minor", "major", "currency"])?;
        let (minor, major) = (fields.maybe::<i64>("minor")?, fields.maybe::<String>("major")?);
        let amount = match (minor, major) {
            (Some(minor), None) => ClaimedAmount::Minor(minor),
            (None, Some(major)) => ClaimedAmount::Major(major),
            _ => {
                let conflict = Error::new(Code::ArgumentConflict).with("fields", "minor and major");
                return Err(conflict.with("rule", "one of them says how much"));
            }
        };
        Ok(Claim { amount, currency: fields.read("currency")? })
    }
}

impl Read for Decline {
    fn read(_: &str, value: Given) -> Result<Self> {
        let mut fields = Fields::new("decline", value, &["code", "message"])?;
        Ok(Decline { code: fields.read("code")?, message: fields.read("message")? })
    }
}

fn payment_fact(tagged: Tagged) -> Result<PaymentFact> {
    let known = ["event", "amount", "transaction_id", "decline"];
    let mut fields = tagged.fields("paymentFact", &known)?;
    Ok(PaymentFact {
        event: word(&mut fields, "event", payment::Event::parse)?,
        amount: fields.read("amount")?,
        transaction_id: fields.read("transaction_id")?,
        decline: fields.read("decline")?,
    })
}

fn refund_fact(tagged: Tagged) -> Result<RefundFact> {
    let known = ["event", "amount", "total", "transaction_id", "decline"];
    let mut fields = tagged.fields("refundFact", &known)?;
    Ok(RefundFact {
        event: word(&mut fields, "event", refund::Event::parse)?,
        amount: fields.read("amount")?,
        total: fields.read("total")?,
        transaction_id: fields.read("transaction_id")?,
        decline: fields.read("decline")?,
    })
}

fn fact(given: Given) -> Result<Fact> {
    let tagged = Tagged::new("fact", given)?;
    Ok(match tagged.kind.as_str() {
        "paymentFact" => Fact::Payment(payment_fact(tagged)?),
        "refundFact" => Fact::Refund(refund_fact(tagged)?),
        "unknown" => Fact::Unknown(tagged.fields("unknown", &["word"])?.read("word")?),
        "unreadable" => Fact::Unreadable(tagged.fields("unreadable", &["why"])?.read("why")?),
        "hint" => Fact::Hint,
        other => return Err(unexpected("fact", other)),
    })
}

fn subject(given: Given) -> Result<Subject> {
    let tagged = Tagged::new("subject", given)?;
    let kind = tagged.kind.clone();
    let id: Option<String> = tagged.fields("subject", &["id"])?.read("id")?;
    let id = id.unwrap_or_default();
    Ok(match kind.as_str() {
        "payment" => Subject::payment(&id),
        "transaction" => Subject::Transaction(id),
        "refund" => Subject::Refund(RefundId::parse(&id)?),
        "nothing" => Subject::Nothing,
        other => return Err(unexpected("subject", other)),
    })
}

pub fn received(given: Given) -> Result<Received> {
    let tagged = Tagged::new("received", given)?;
    match tagged.kind.as_str() {
        "errand" => return read_errand(tagged).map(Received::First),
        "notice" => {}
        other => return Err(unexpected("received", other)),
    }
    let known = ["id", "subject", "fact", "redacted_body", "digest"];
    let mut fields = tagged.fields("notice", &known)?;
    let digest: Option<Bytes> = fields.maybe("digest")?;
    let digest = digest.map(|bytes| <[u8; 32]>::try_from(bytes.0)).transpose();
    let digest = digest.map_err(|bytes| {
        let range = Error::new(Code::ArgumentRange).with("field", "digest");
        range.with("given", format_args!("{} bytes", bytes.len())).with("rule", "32 bytes")
    })?;
    let redacted: Option<String> = fields.maybe("redacted_body")?;
    // The host's code has checked it: whoever writes a gateway vouches for what it receives.
    Ok(Received::verified(Notice {
        mark: Mark { id: fields.read("id")?, digest },
        subject: subject(fields.take("subject").unwrap_or(Given::Nothing))?,
        fact: fact(fields.take("fact").unwrap_or(Given::Nothing))?,
        redacted_body: redacted.unwrap_or_else(|| "{}".to_owned()),
    }))
}

pub fn finding(given: Given) -> Result<Finding> {
    let mut fields = Fields::new("finding", given, &["part", "ok", "what", "remedy"])?;
    let remedy: Option<String> = fields.maybe("remedy")?;
    Ok(Finding {
        part: word(&mut fields, "part", Part::parse)?,
        ok: fields.read("ok")?,
        what: fields.read("what")?,
        remedy: remedy.unwrap_or_default(),
    })
}

pub fn reply(given: Given) -> Result<Reply> {
    let mut fields = Fields::new("reply", given, &["status", "body", "content_type"])?;
    let (status, body): (i64, Bytes) = (fields.read("status")?, fields.read("body")?);
    let content_type: String = fields.read("content_type")?;
    let status = u16::try_from(status).map_err(|_| {
        let range = Error::new(Code::ArgumentRange).with("field", "status");
        range.with("given", status).with("rule", "an HTTP status")
    })?;
    Ok(Reply { status, content_type: constant(&content_type)?, body: body.0 })
}

fn known_code(text: &str) -> Result<Code> {
    let known = Code::ALL.iter().copied().find(|code| code.as_str() == text);
    known.ok_or_else(|| unexpected("code", text))
}

/// The refusal that a host's gateway threw, if it is of a known code.
pub fn refusal(given: Given) -> Option<Error> {
    let mut fields = Fields::new("refusal", given, &["code", "details"]).ok()?;
    let code = word(&mut fields, "code", known_code).ok()?;
    let details: Map = fields.read("details").ok()?;
    let known = ["field", "why", "format", "what", "operation", "currency", "amount", "limit"];
    let told = known.into_iter().filter_map(|name| Some((name, details.get(name)?)));
    Some(told.fold(Error::new(code), |error, (name, value)| error.with(name, value)))
}
