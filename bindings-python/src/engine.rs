//! What Python can do with an engine beside the methods of the table: open it, close it, hear of events. It decides
//! nothing about payments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use paywright::api::variables::Environment;
use paywright::api::{self, Options};
use paywright::engine::EVENTS;
use paywright::error::{Code, Error};
use paywright::id::SeededRandomness;
use paywright::store::Store;
use paywright::store::schema::MIGRATIONS;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::clock::ManualClock;
use crate::error::raise;
use crate::given::{Fields, Given, json_text};
use crate::host_gateway::HostGateway;
use crate::host_store::HostStore;
use crate::records;
use crate::shown::Shown;

/// An engine with its database and gateways. All methods may be called from many threads at once.
#[pyclass(frozen, module = "paywright")]
pub struct Paywright {
    engine: api::Paywright,
    process: u32,
}

impl Paywright {
    fn new(engine: api::Paywright) -> Self {
        Paywright { engine, process: std::process::id() }
    }

    /// The engine. Fails with `after_fork` in a child of the process that opened it, before any lock of the parent's
    /// other threads is waited for.
    pub fn engine(&self, py: Python<'_>) -> PyResult<&api::Paywright> {
        match std::process::id() == self.process {
            true => Ok(&self.engine),
            false => Err(raise(py, &Error::new(Code::AfterFork))),
        }
    }
}

#[pymethods]
impl Paywright {
    /// Opens an engine on a database: a path, `sqlite:path` or `sqlite::memory:`; or a store over a connection of the
    /// host's own, such as `paywright.django.DjangoStore()`.
    #[classmethod]
    #[pyo3(
        signature = (database, **settings),
        text_signature = "(database, *, gateways=(), mode='development', flows=(), webhooks=(), clock=None, \
            seed=None, \
            strict_permissions=False, allow_network_file_system=False, busy_timeout_ms=None)"
    )]
    fn open(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        database: Bound<'_, PyAny>,
        settings: Option<Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut options = options(py, "open", settings)?;
        if HostStore::is_one(&database)? {
            let store = Arc::new(HostStore::new(&database)?);
            options.store = Some(Arc::clone(&store) as Arc<dyn Store>);
            return opened(py, || {
                store.check_schema(MIGRATIONS)?;
                api::Paywright::open("", options)
            });
        }
        let database: PathBuf = database.extract()?;
        let database = database.into_os_string().into_string().map_err(|_| not_text(py))?;
        opened(py, || api::Paywright::open(&database, options))
    }

    /// Opens an engine as the environment says: `PAYWRIGHT_DATABASE_URL`, `PAYWRIGHT_MODE`, and the variables of every
    /// gateway, such as `STRIPE_SECRET_KEY`. `mode` counts where the environment names none.
    #[classmethod]
    #[pyo3(
        signature = (**settings),
        text_signature = "(*, gateways=(), mode='development', flows=(), webhooks=(), clock=None, \
            seed=None, \
            strict_permissions=False, allow_network_file_system=False, busy_timeout_ms=None)"
    )]
    fn from_env(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        settings: Option<Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let options = options(py, "from_env", settings)?;
        opened(py, || {
            let name = |(name, _): (OsString, OsString)| name.into_string().ok();
            let names = std::env::vars_os().filter_map(name).collect();
            let environment = Environment { variable: &|name| std::env::var(name).ok(), names };
            api::Paywright::from_variables(&environment, options)
        })
    }

    /// What an operator should know since this engine was opened.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.engine.warnings().to_vec()
    }

    /// Gives the database back; later calls fail with `store_closed`.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let engine = self.engine(py)?;
        py.detach(|| engine.close());
        Ok(())
    }

    fn __enter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.close(py)
    }

    /// Hands the events that a named consumer has not dealt with to `handler`, one by one.
    #[pyo3(signature = (consumer, handler, *, limit=None))]
    fn deliver_events(
        &self,
        py: Python<'_>,
        consumer: &Bound<'_, PyAny>,
        handler: Py<PyAny>,
        limit: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<usize> {
        let consumer = String::given("consumer", consumer)?;
        let limit = limit.map_or(Ok(EVENTS), |limit| Given::given("limit", limit))?;
        let engine = self.engine(py)?;
        let mut raised = None;
        let dealt = py.detach(|| {
            engine.deliver_events(&consumer, limit, |event| {
                let called = Python::attach(|py| handler.call1(py, (event.shown(py)?,)));
                called.map(drop).map_err(|error| {
                    raised = Some(error);
                    Error::bug("the handler raised")
                })
            })
        });
        // What the handler raised goes on as the very same object.
        match raised {
            Some(error) => Err(error),
            None => dealt.map_err(|error| raise(py, &error)),
        }
    }
}

fn not_text(py: Python<'_>) -> PyErr {
    let error = Error::new(Code::TextFormat).with("field", "database");
    raise(py, &error.with("rule", "the path is not valid text"))
}

const SETTINGS: [&str; 9] = [
    "gateways",
    "mode",
    "flows",
    "webhooks",
    "clock",
    "seed",
    "strict_permissions",
    "allow_network_file_system",
    "busy_timeout_ms",
];

/// What an engine is opened with, from the keyword arguments of `call`.
fn options(
    py: Python<'_>,
    call: &'static str,
    settings: Option<Bound<'_, PyDict>>,
) -> PyResult<Options> {
    let settings = settings.unwrap_or_else(|| PyDict::new(py));
    let settings = Fields::new(call, &settings, &SETTINGS)?;
    let mut options = Options {
        strict_permissions: settings.read::<Option<_>>("strict_permissions")?.unwrap_or_default(),
        allow_network_file_system: settings
            .read::<Option<_>>("allow_network_file_system")?
            .unwrap_or_default(),
        busy_timeout_ms: natural(py, &settings, "busy_timeout_ms")?,
        ..Options::default()
    };
    if let Some(gateways) = settings.take("gateways")? {
        for gateway in gateways.try_iter()? {
            let gateway = gateway?;
            match HostGateway::is_one(&gateway)? {
                true => options.own_gateways.push(Arc::new(HostGateway::new(&gateway)?)),
                false => options.gateways.push(records::gateway(&gateway)?),
            }
        }
    }
    if let Some(flows) = settings.take("flows")? {
        options.flows = each(&flows, |flow| json_text("flows", flow))?;
    }
    if let Some(webhooks) = settings.take("webhooks")? {
        options.webhooks = each(&webhooks, |webhook| Given::given("webhooks", webhook))?;
    }
    if let Some(mode) = settings.take("mode")? {
        options.mode = Given::given("mode", &mode)?;
    }
    if let Some(clock) = settings.take("clock")?.filter(|clock| !clock.is_none()) {
        options.clock = Arc::new(clock.cast::<ManualClock>()?.get().for_engine());
    }
    if let Some(seed) = natural(py, &settings, "seed")? {
        options.randomness = Arc::new(SeededRandomness::new(seed));
    }
    Ok(options)
}

fn each<T>(
    list: &Bound<'_, PyAny>,
    read: impl Fn(&Bound<'_, PyAny>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    list.try_iter()?.map(|item| read(&item?)).collect()
}

/// A whole number that is not negative, if one was given.
fn natural(py: Python<'_>, settings: &Fields<'_>, name: &str) -> PyResult<Option<u64>> {
    let Some(number) = settings.read::<Option<i64>>(name)? else { return Ok(None) };
    u64::try_from(number).map(Some).map_err(|_| {
        let error = Error::new(Code::ArgumentRange).with("field", name).with("given", number);
        raise(py, &error.with("rule", "not negative"))
    })
}

fn opened(
    py: Python<'_>,
    open: impl FnOnce() -> paywright::error::Result<api::Paywright> + Send,
) -> PyResult<Paywright> {
    py.detach(open).map(Paywright::new).map_err(|error| raise(py, &error))
}
