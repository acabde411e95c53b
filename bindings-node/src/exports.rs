//! What the library exports: a few functions that the JavaScript side of the package builds everything from. Each answers
//! with `{ value }` or, for an error of the table, with `{ refusal }`; only what JavaScript threw is thrown. The functions
//! that are done at once answer with the bare value, and have their `this` throw a refusal.

use std::io::{IsTerminal, stderr, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::{
    External, Function, FunctionCallContext, JsObjectValue, JsValue, Object, Unknown,
};
use napi::{Env, Result, sys};
use paywright::api::{self, Options, describe};
use paywright::error;
use paywright::gateway::Gateway;
use paywright_cli::{Surroundings, run_in};

use crate::clock::ManualClock;
use crate::functions::FUNCTIONS;
use crate::given::{Given, Read, camel};
use crate::host_gateway::{self, HostGateway};
use crate::javascript::{Reader, show};
use crate::shown::{Shown, Value};
use crate::{engine, methods, pool, refusal};

/// An engine, for JavaScript to hold.
struct Engine(api::Paywright);
/// A mark that a call is no longer wanted; who has not begun it then does not begin it.
struct Ticket(Arc<AtomicBool>);

/// What a call ends with.
enum Answer {
    Value(error::Result<Value>),
    Opened(api::Paywright),
    Clock(ManualClock),
    Ticket(Ticket),
}

impl Answer {
    fn show(self, env: &Env) -> Result<sys::napi_value> {
        let mut object = Object::new(env)?;
        match self {
            Answer::Value(Ok(value)) => object.set_named_property("value", show(env, value)?)?,
            Answer::Value(Err(error)) => {
                let refused = show(env, refusal::refusal(&error))?;
                object.set_named_property("refusal", refused)?;
            }
            Answer::Opened(engine) => {
                object.set_named_property("value", External::new(Engine(engine)))?;
            }
            Answer::Clock(clock) => object.set_named_property("value", External::new(clock))?,
            Answer::Ticket(ticket) => object.set_named_property("value", External::new(ticket))?,
        }
        Ok(object.raw())
    }
}

/// One call from JavaScript.
struct Call<'a> {
    context: FunctionCallContext<'a>,
}

impl Call<'_> {
    fn env(&self) -> &Env {
        self.context.env
    }

    fn given(&self, index: usize) -> Result<Given> {
        match index < self.context.length() {
            true => Reader::new().read(&self.context.get(index)?),
            false => Ok(Given::Nothing),
        }
    }

    fn all(&self) -> Result<Vec<Given>> {
        let mut reader = Reader::new();
        let mut all = Vec::with_capacity(self.context.length());
        for index in 0..self.context.length() {
            all.push(reader.read(&self.context.get(index)?)?);
        }
        Ok(all)
    }

    fn held<T: 'static>(&self, index: usize) -> Result<&T> {
        self.context.get::<&External<T>>(index).map(|held| &**held)
    }

    fn maybe_held<T: 'static>(&self, index: usize) -> Result<Option<&T>> {
        match self.given(index)? {
            Given::Nothing => Ok(None),
            _ => self.held(index).map(Some),
        }
    }

    /// Has `this` throw a refusal: so an answer needs no object around it that would say which of the two it is.
    fn refuse(&self, error: &error::Error) -> Result<sys::napi_value> {
        let thrower = self.context.this::<Function<'_, Unknown<'_>, Unknown<'_>>>()?;
        let refused = show(self.env(), refusal::refusal(error))?;
        thrower.apply((), refused).map(|answer| answer.raw())
    }

    /// A promise of what another thread finds.
    fn promised(&self, work: impl FnOnce() -> Answer + Send + 'static) -> Result<sys::napi_value> {
        type Settle = Box<dyn FnOnce(Env) -> Result<sys::napi_value> + Send>;
        let (deferred, promise) = self.env().create_deferred::<sys::napi_value, Settle>()?;
        pool::submit(move || {
            let answer = work();
            deferred.resolve(Box::new(move |env| answer.show(&env)));
        });
        Ok(promise.raw())
    }
}

/// Adds a function. A panic in it, which is a defect of ours, is thrown as an error.
fn add(
    env: &Env,
    exports: &mut Object<'_>,
    name: &str,
    body: impl Fn(&Call<'_>) -> Result<sys::napi_value> + 'static,
) -> Result<()> {
    let function = env
        .create_function_from_closure::<(), sys::napi_value, _>(name, move |context| {
            body(&Call { context })
        })?;
    exports.set_named_property(name, function)
}

/// Adds everything.
pub fn fill(env: &Env, exports: &mut Object<'_>) -> Result<()> {
    add_engine(env, exports)?;
    add_clock(env, exports)?;
    exports.set_named_property("surface", show(env, surface())?)?;
    let mut functions = Object::new(env)?;
    for (name, function) in FUNCTIONS {
        add(env, &mut functions, name, |call| match function(call.all()?) {
            Ok(value) => show(call.env(), value).map(|value| value.raw()),
            Err(error) => call.refuse(&error),
        })?;
    }
    exports.set_named_property("functions", functions)?;
    add(env, exports, "run", |call| {
        let arguments = Vec::read("arguments", call.given(0)?);
        let code = arguments.map(|arguments| Value::Whole(run(arguments).into()));
        Answer::Value(code).show(call.env())
    })
}

/// The gateways of the host's own making: of each, what never changes and the function that asks it everything else.
fn own_gateways(call: &Call<'_>) -> Result<error::Result<Vec<Arc<dyn Gateway>>>> {
    let Given::List(given) = call.given(3)? else { return Ok(Ok(Vec::new())) };
    let functions: Object<'_> = call.context.get(4)?;
    let mut own: Vec<Arc<dyn Gateway>> = Vec::new();
    for (index, fixed) in (0..).zip(given) {
        let function = functions.get_element::<Function<'_, _, _>>(index)?;
        match host_gateway::fixed(fixed) {
            Ok(fixed) => own.push(Arc::new(HostGateway::new(&function, fixed)?)),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(own))
}

fn add_engine(env: &Env, exports: &mut Object<'_>) -> Result<()> {
    add(env, exports, "open", |call| {
        let (database, settings) = (call.given(0)?, call.given(1)?);
        let clock = call.maybe_held::<ManualClock>(2)?.cloned();
        let own = own_gateways(call)?;
        let read = || {
            let name = if database.is_nothing() { "from_env" } else { "open" };
            let database = Option::<String>::read("database", database)?;
            let options = engine::options(name, settings, clock)?;
            Ok((database, Options { own_gateways: own?, ..options }))
        };
        match read() {
            Err(error) => Answer::Value(Err(error)).show(call.env()),
            Ok((database, options)) => call.promised(|| match engine::open(database, options) {
                Ok(engine) => Answer::Opened(engine),
                Err(error) => Answer::Value(Err(error)),
            }),
        }
    })?;
    add(env, exports, "call", |call| {
        let engine = call.held::<Engine>(0)?.0.clone();
        let wanted = call.maybe_held::<Ticket>(3)?.map(|ticket| Arc::clone(&ticket.0));
        let (method, given) = (call.given(1)?, call.given(2)?);
        let work = String::read("method", method).and_then(|method| methods::work(&method, given));
        match work {
            Err(error) => Answer::Value(Err(error)).show(call.env()),
            Ok(work) => call.promised(move || match wanted {
                Some(ticket) if ticket.load(Ordering::SeqCst) => Answer::Value(Ok(Value::Nothing)),
                _ => Answer::Value(work(&engine)),
            }),
        }
    })?;
    add(env, exports, "ticket", |call| Answer::Ticket(Ticket(Arc::default())).show(call.env()))?;
    add(env, exports, "giveUp", |call| {
        call.held::<Ticket>(0)?.0.store(true, Ordering::SeqCst);
        Answer::Value(Ok(Value::Nothing)).show(call.env())
    })?;
    add(env, exports, "warnings", |call| {
        let warnings = call.held::<Engine>(0)?.0.warnings().to_vec();
        Answer::Value(Ok(Value::List(warnings.into_iter().map(Value::Text).collect())))
            .show(call.env())
    })?;
    add(env, exports, "close", |call| {
        let engine = call.held::<Engine>(0)?.0.clone();
        call.promised(move || {
            engine.close();
            Answer::Value(Ok(Value::Nothing))
        })
    })
}

fn add_clock(env: &Env, exports: &mut Object<'_>) -> Result<()> {
    add(env, exports, "clock", |call| match ManualClock::new(call.given(0)?) {
        Ok(clock) => Answer::Clock(clock).show(call.env()),
        Err(error) => Answer::Value(Err(error)).show(call.env()),
    })?;
    add(env, exports, "clockNow", |call| {
        let shows = call.held::<ManualClock>(0)?.shows();
        Answer::Value(Ok(shows.shown())).show(call.env())
    })?;
    add(env, exports, "clockSet", |call| {
        let set = call.held::<ManualClock>(0)?.set(call.given(1)?);
        Answer::Value(set.map(|()| Value::Nothing)).show(call.env())
    })?;
    #[cfg(feature = "testing")]
    add(env, exports, "panicOnce", |call| {
        crate::clock::injected::panic_once();
        Answer::Value(Ok(Value::Nothing)).show(call.env())
    })?;
    add(env, exports, "clockAdvance", |call| {
        let advanced = call.held::<ManualClock>(0)?.advance(call.given(1)?);
        Answer::Value(advanced.map(|()| Value::Nothing)).show(call.env())
    })
}

/// What the JavaScript side must know of the table: which arguments have a place, and which it spells in its own way.
fn surface() -> Value {
    let names = |arguments: &[describe::Argument]| {
        Value::List(arguments.iter().map(|a| Value::Text(camel(a.name).into())).collect())
    };
    let kinds = |arguments: &[describe::Argument]| {
        Value::List(arguments.iter().map(|a| Value::Word(a.kind.name)).collect())
    };
    let fields = |name: &str| {
        let record = describe::RECORDS.iter().find(|record| record.name == name);
        record.map_or(&[][..], |record| record.fields)
    };
    let is_page = |name: &str| fields(name).iter().any(|field| field.name == "items");
    let only_field = |name: &str| match fields(name) {
        [only] => Value::Text(camel(only.name).into()),
        _ => Value::Nothing,
    };
    let method = |m: &describe::Method| {
        Value::Record(vec![
            ("method", Value::Word(m.name)),
            ("name", Value::Text(camel(m.name).into())),
            ("place", names(m.place)),
            ("paged", Value::Flag(is_page(m.result.name))),
        ])
    };
    let function = |f: &describe::Function| {
        Value::Record(vec![
            ("function", Value::Word(f.name)),
            ("module", Value::Word(f.module)),
            ("name", Value::Text(camel(f.name).into())),
            ("given", kinds(f.place)),
            ("only_field", only_field(f.result.name)),
        ])
    };
    Value::Record(vec![
        ("methods", Value::List(describe::METHODS.iter().map(method).collect())),
        ("functions", Value::List(describe::FUNCTIONS.iter().map(function).collect())),
        ("gateways", Value::List(describe::GATEWAYS.iter().map(|g| Value::Word(g.name)).collect())),
    ])
}

/// Runs one command line, the program's name included; answers with its exit code.
fn run(arguments: Vec<String>) -> i32 {
    let (mut out, mut err) = (stdout(), stderr());
    let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let plain = Surroundings::new(&mut out, &mut err);
    run_in(arguments, Surroundings { colour, ..plain })
}
