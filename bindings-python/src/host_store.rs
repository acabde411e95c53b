//! A database that the host itself is connected to, as a store: a Python object begins and ends, the statements go straight
//! to the cursor of the host's own connection. Everything runs on the thread that called; it decides nothing about payments.

mod causes;
mod turns;

pub use causes::take_cause;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use paywright::error::{Code, Error, Result};
use paywright::store::dialect::{Dialect, Placeholder, Purpose, Wording};
use paywright::store::sql::turn;
use paywright::store::{Connection, Look, Migration, Row, Store, Value, Work};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCFunction, PyList, PyString, PyTuple};

use crate::host_rows::HostRow;

/// A unit of work that met a conflict is run so often in all.
const TRIES: u32 = 5;

/// The host's object, with the statements in its database's words.
pub struct HostStore {
    object: Py<PyAny>,
    wording: Wording,
    texts: RwLock<HashMap<Key, Arc<Prepared>>>,
    refused: Mutex<Option<String>>,
    closed: AtomicBool,
}

/// A statement is always the same text at the same address.
type Key = (usize, usize, Purpose);

struct Prepared {
    text: Py<PyString>,
    order: Vec<usize>,
    skips_duplicates: bool,
    returns_key: bool,
}

/// What a unit of work may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// How a unit of work went, and whether it may be run again from the start.
struct Ended {
    result: Result<()>,
    again: bool,
}

impl HostStore {
    /// Whether this is an object of a class that derives from `HostStore`.
    pub fn is_one(value: &Bound<'_, PyAny>) -> PyResult<bool> {
        // Who hands over a path must not pay for the import.
        let modules = value.py().import(intern!(value.py(), "sys"))?.getattr("modules")?;
        match modules.get_item("paywright._host_store") {
            Ok(module) => value.is_instance(&module.getattr("HostStore")?),
            Err(_) => Ok(false),
        }
    }

    /// Reads what kind of database it is.
    pub fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(HostStore {
            wording: wording(object)?,
            object: object.clone().unbind(),
            texts: RwLock::default(),
            refused: Mutex::default(),
            closed: AtomicBool::new(false),
        })
    }

    /// Whether the tables are there, in the version of these migrations. Fails with `schema_missing` and `schema_newer`.
    pub fn check_schema(&self, migrations: &[Migration]) -> Result<()> {
        let known = migrations.len() as i64;
        let mut found = 0;
        let ended = self.once(Access::Write, None, &mut |connection| {
            connection
                .query(turn::VERSION, &[], &mut |row| row.integer(0).map(|number| found = number))
        });
        match ended.result {
            Err(error) if error.code() != Code::SchemaMissing => return Err(error),
            Ok(()) if found == known => return Ok(()),
            Ok(()) if found > known => {
                let newer = Error::new(Code::SchemaNewer).with("found", found);
                return Err(newer.with("known", known));
            }
            _ => {}
        }
        let remedy = Python::attach(|py| {
            self.object.getattr(py, intern!(py, "remedy"))?.extract::<String>(py)
        });
        let remedy = remedy.unwrap_or_default();
        Err(Error::new(Code::SchemaMissing)
            .with("found", found)
            .with("known", known)
            .with("remedy", remedy))
    }

    /// Runs a unit of work, again and again where it met a conflict.
    fn tried(&self, mut look: Option<(&str, &mut Look)>, mut work: Work) -> Result<()> {
        self.check_open()?;
        if let Some(why) = &*self.refused.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(Error::new(Code::StorageCorrupt).with("why", why));
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let look = look.as_mut().map(|(twins, look)| (*twins, &mut **look));
            let ended = self.once(Access::Write, look, &mut work);
            if !ended.again || tries >= TRIES {
                return ended.result;
            }
            std::thread::sleep(Duration::from_millis(5 << tries));
        }
    }

    fn check_open(&self) -> Result<()> {
        match self.closed.load(Ordering::Acquire) {
            true => Err(Error::new(Code::StoreClosed)),
            false => Ok(()),
        }
    }

    /// Begins, looks, works unless the look found that all was done before, and ends, once.
    fn once(
        &self,
        access: Access,
        look: Option<(&str, &mut Look)>,
        work: &mut dyn FnMut(&mut dyn Connection) -> Result<()>,
    ) -> Ended {
        let began = Python::attach(|py| self.begin(py, access).map_err(|e| self.failed(py, &e)));
        let (unit, cursor, joined) = match began {
            Ok(began) => began,
            // Nothing has begun, so that it may begin again. Inside the host's transaction that would not help.
            Err(error) => {
                let again = error.code() == Code::StorageBusy && !self.in_transaction();
                return Ended { result: Err(error), again };
            }
        };
        let mut session = Session { store: self, cursor, access, joined, broken: None };
        let worked = session.look_or_take_turn(look).and_then(|done| match done {
            true => Ok(()),
            false => unpanicked(|| work(&mut session)),
        });
        // What failed in the database spoils all of it, whatever the work made of that.
        let worked = session.broken.take().map_or(worked, Err);
        let keep = worked.is_ok();
        let ended = Python::attach(|py| {
            let given = (unit.bind(py), keep);
            let ended = self.object.call_method1(py, intern!(py, "end"), given);
            ended.map(drop).map_err(|error| self.failed(py, &error))
        });
        let result = match (worked, ended) {
            (Err(first), _) => Err(first),
            (Ok(()), ended) => ended,
        };
        let busy = |e: &Error| e.code() == Code::StorageBusy;
        let again = !joined && result.as_ref().is_err_and(busy);
        Ended { result, again }
    }

    /// What stands for the unit of work in Python, its cursor, and whether it is a part of the host's transaction.
    fn begin(&self, py: Python<'_>, access: Access) -> PyResult<(Py<PyAny>, Py<PyAny>, bool)> {
        let write = access == Access::Write;
        let unit = self.object.bind(py).call_method1(intern!(py, "begin"), (write,))?;
        let cursor = unit.getattr(intern!(py, "cursor"))?;
        let joined = unit.getattr(intern!(py, "joined"))?.extract()?;
        Ok((unit.unbind(), cursor.unbind(), joined))
    }

    fn prepared(&self, py: Python<'_>, statement: &'static str, purpose: Purpose) -> Arc<Prepared> {
        let key = (statement.as_ptr() as usize, statement.len(), purpose);
        let known = self.texts.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return known;
        }
        let rendered = self.wording.render(statement, purpose);
        let prepared = Arc::new(Prepared {
            text: PyString::new(py, &rendered.text).unbind(),
            order: rendered.order,
            skips_duplicates: rendered.skips_duplicates,
            returns_key: rendered.returns_key,
        });
        let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        texts.insert(key, Arc::clone(&prepared));
        prepared
    }
}

/// Which words a host's database understands, as its object says.
pub fn wording(object: &Bound<'_, PyAny>) -> PyResult<Wording> {
    let text = |name: &str| object.getattr(name)?.extract::<String>();
    let (dialect, placeholder) = (text("dialect")?, text("placeholder")?);
    Ok(Wording {
        dialect: Dialect::parse(&dialect).map_err(|e| PyValueError::new_err(e.message()))?,
        placeholder: match placeholder.as_str() {
            "?" => Placeholder::Question,
            "%s" => Placeholder::Percent,
            _ => return Err(PyValueError::new_err("a placeholder is ? or %s")),
        },
        prefix: text("prefix")?,
    })
}

impl Store for HostStore {
    fn transact(&self, work: Work) -> Result<()> {
        self.tried(None, work)
    }

    fn look_or_transact(&self, twins: &str, mut look: Look, work: Work) -> Result<()> {
        self.tried(Some((twins, &mut look)), work)
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Connection) -> Result<()>) -> Result<()> {
        self.check_open()?;
        self.once(Access::Read, None, work).result
    }

    fn in_transaction(&self) -> bool {
        Python::attach(|py| {
            let said = self.object.call_method0(py, intern!(py, "in_transaction"));
            // Who cannot say is taken to be in one: nothing is sent then.
            said.and_then(|said| said.extract(py)).unwrap_or(true)
        })
    }

    fn on_commit(&self, work: Box<dyn FnOnce() + Send>) -> Result<()> {
        let work = Mutex::new(Some(work));
        Python::attach(|py| {
            let later = move |given: &Bound<'_, PyTuple>, _: Option<&Bound<'_, _>>| {
                let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
                // A panic in it has nobody to go to; the host's commit is done.
                given.py().detach(|| {
                    let _ = catch_unwind(AssertUnwindSafe(|| work.map(|work| work())));
                });
            };
            let later = PyCFunction::new_closure(py, None, None, later)
                .map_err(|error| self.failed(py, &error))?;
            let kept = self.object.call_method1(py, intern!(py, "on_commit"), (later,));
            kept.map(drop).map_err(|error| self.failed(py, &error))
        })
    }

    fn wants_callers_thread(&self) -> bool {
        true
    }

    fn refuse_writes(&self, why: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get_or_insert_with(|| why.to_owned());
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

/// A cursor as one unit of work uses it.
struct Session<'s> {
    store: &'s HostStore,
    cursor: Py<PyAny>,
    access: Access,
    joined: bool,
    broken: Option<Error>,
}

impl Session<'_> {
    fn run<T>(
        &mut self,
        statement: &'static str,
        purpose: Purpose,
        values: &[Value<'_>],
        read: impl FnOnce(&Bound<'_, PyAny>, &Prepared) -> PyResult<T>,
    ) -> Result<T> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let ran = Python::attach(|py| {
            let prepared = self.store.prepared(py, statement, purpose);
            let cursor = self.cursor.bind(py);
            let ran = || {
                let given = bound(py, self.store.wording.dialect, &prepared.order, values)?;
                let text = prepared.text.bind(py);
                cursor.call_method1(intern!(py, "execute"), (text, given))?;
                read(cursor, &prepared)
            };
            ran().map_err(|raised| self.store.failed(py, &raised))
        });
        if let Err(error) = &ran
            && !is_duplicate(error)
        {
            self.broken = Some(error.clone());
        }
        ran
    }

    fn check_write(&self) -> Result<()> {
        match self.access {
            Access::Read => Err(Error::bug("a read tried to write")),
            Access::Write => Ok(()),
        }
    }
}

/// What the Python side says of a row that breaks a unique constraint.
const DUPLICATE: &str = "a unique constraint refused the row";

fn is_duplicate(error: &Error) -> bool {
    error.code() == Code::Internal && error.detail("what") == Some(DUPLICATE)
}

impl Connection for Session<'_> {
    fn execute(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.check_write()?;
        let mut skips = false;
        let ran = self.run(statement, Purpose::Execute, values, |cursor, prepared| {
            skips = prepared.skips_duplicates;
            cursor.getattr(intern!(cursor.py(), "rowcount"))?.extract::<i64>()
        });
        let rows = self.skipped(statement, Purpose::Execute, ran)?;
        Ok(u64::try_from(rows).unwrap_or_default())
    }

    fn insert(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<i64> {
        self.check_write()?;
        let ran = self.run(statement, Purpose::Insert, values, |cursor, prepared| {
            let py = cursor.py();
            if prepared.returns_key {
                let row = cursor.call_method0(intern!(py, "fetchone"))?;
                return if row.is_none() { Ok(0) } else { row.get_item(0)?.extract() };
            }
            match cursor.getattr(intern!(py, "rowcount"))?.extract::<i64>()? {
                0 => Ok(0),
                _ => cursor.getattr(intern!(py, "lastrowid"))?.extract(),
            }
        });
        self.skipped(statement, Purpose::Insert, ran)
    }

    fn query(
        &mut self,
        statement: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        if self.access == Access::Read && !statement.starts_with("SELECT") {
            self.check_write()?;
        }
        let current = self.access == Access::Write && self.joined;
        let purpose = if current { Purpose::CurrentQuery } else { Purpose::Query };
        let rows = self.run(statement, purpose, values, |cursor, _| {
            let rows = cursor.call_method0(intern!(cursor.py(), "fetchall"))?;
            match rows.cast::<PyList>() {
                Ok(rows) => rows.iter().map(|row| HostRow::of(&row)).collect::<PyResult<Vec<_>>>(),
                Err(_) => rows.try_iter()?.map(|row| HostRow::of(&row?)).collect(),
            }
        })?;
        rows.iter().try_for_each(|row| each(row))
    }
}

impl Session<'_> {
    /// A row that was there already is left out where the statement says so, and is a defect of ours where it does not.
    fn skipped(
        &mut self,
        statement: &'static str,
        purpose: Purpose,
        ran: Result<i64>,
    ) -> Result<i64> {
        let Err(error) = &ran else { return ran };
        if !is_duplicate(error) {
            return ran;
        }
        let skips =
            Python::attach(|py| self.store.prepared(py, statement, purpose).skips_duplicates);
        match skips {
            true => Ok(0),
            false => {
                self.broken = Some(error.clone());
                ran
            }
        }
    }
}

fn bound<'py>(
    py: Python<'py>,
    dialect: Dialect,
    order: &[usize],
    values: &[Value<'_>],
) -> PyResult<Bound<'py, PyTuple>> {
    let given = order.iter().map(|place| match values.get(*place) {
        Some(Value::Null) => Ok(py.None().into_bound(py)),
        Some(Value::Integer(number)) => Ok(number.into_pyobject(py)?.into_any()),
        // PostgreSQL has no null character. A message that holds one must not come again for ever.
        Some(Value::Text(text)) if dialect == Dialect::Postgres && text.contains('\0') => {
            Ok(PyString::new(py, &text.replace('\0', "\u{fffd}")).into_any())
        }
        Some(Value::Text(text)) => Ok(PyString::new(py, text).into_any()),
        Some(Value::Blob(bytes)) => Ok(PyBytes::new(py, bytes).into_any()),
        None => Err(PyValueError::new_err("a statement names a value that was not given")),
    });
    PyTuple::new(py, given.collect::<PyResult<Vec<_>>>()?)
}

/// Runs `work`; a panic is a defect of ours, and leaves no trace.
fn unpanicked<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::bug("a unit of work panicked")))
}
