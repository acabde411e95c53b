//! Runs scenario files: each step is one call of the public face, compared with what the file expects. The engine
//! decides everything; this file only reads, calls and compares.
//!
//! The format is described in `tests/scenarios/README.md`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use paywright::api::types::{GatewayConfig, Mode, Webhook};
use paywright::api::{Options, Paywright, reply};
use paywright::clock::{ManualClock, Time};
use paywright::error::Error;
use paywright::id::SeededRandomness;
use paywright::store::Store;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub use dispatch::{METHODS, call};

/// A scenario file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The file's name without its ending; not in the file.
    #[serde(skip)]
    pub name: String,
    /// What the story shows, in one line.
    pub title: String,
    /// The rows of `docs/requirements.md` that it shows.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// What the clock shows when the story begins.
    #[serde(default = "new_year")]
    pub clock: String,
    /// Where the ids come from.
    #[serde(default = "one")]
    pub seed: u64,
    /// What is at stake.
    #[serde(default = "test_mode")]
    pub mode: Mode,
    /// The accounts that collect money.
    #[serde(default = "one_mock")]
    pub gateways: Vec<GatewayConfig>,
    /// Flows of the host.
    #[serde(default)]
    pub flows: Vec<Value>,
    /// Where the journal is delivered to.
    #[serde(default)]
    pub webhooks: Vec<Webhook>,
    /// Whether the books must balance at the end; they always should.
    #[serde(default = "yes")]
    pub verify: bool,
    /// What happens.
    pub steps: Vec<Step>,
}

/// One step: a call, or a movement of the clock.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// The method to call.
    pub call: Option<String>,
    /// Its arguments.
    pub with: Map<String, Value>,
    /// What its result must be.
    pub expect: Option<Value>,
    /// The code of the error that it must end in.
    pub refused: Option<String>,
    /// What that error must name.
    pub details: Option<Value>,
    /// What that error tells the remote side.
    pub reply: Option<Value>,
    /// Parts of the result to remember, by name.
    pub save: BTreeMap<String, String>,
    /// Seconds by which the clock moves on.
    pub advance: Option<i64>,
    /// What the clock is set to.
    pub set_clock: Option<String>,
    /// For readers.
    pub why: Option<String>,
}

fn new_year() -> String {
    "2026-01-01T00:00:00Z".to_owned()
}

fn one() -> u64 {
    1
}

fn test_mode() -> Mode {
    Mode::test
}

fn one_mock() -> Vec<GatewayConfig> {
    vec![GatewayConfig::Mock(Default::default())]
}

fn yes() -> bool {
    true
}

/// Why a scenario did not go as its file says.
#[derive(Debug)]
pub enum Failure {
    /// The file cannot be read, or asks for something that does not exist.
    File(String),
    /// The engine refused what the file expects to work.
    Refused(Box<Error>),
    /// The engine did something else than the file says.
    Differs(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::File(why) | Failure::Differs(why) => f.write_str(why),
            Failure::Refused(error) => write!(f, "refused with {error:?}"),
        }
    }
}

fn file(why: impl fmt::Display) -> Failure {
    Failure::File(why.to_string())
}

/// The folder with all scenario files.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// All scenario files, ordered by name. Fails with the name of the file that cannot be read.
pub fn all() -> Result<Vec<Scenario>, String> {
    let entries =
        std::fs::read_dir(folder()).map_err(|e| format!("{}: {e}", folder().display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    paths.sort();
    paths.iter().map(|path| Scenario::read(path)).collect()
}

impl Scenario {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?;
        let scenario: Scenario = serde_json::from_str(&text).map_err(|e| format!("{name}: {e}"))?;
        Ok(Scenario { name, ..scenario })
    }

    /// The methods that it calls.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| step.call.as_deref())
    }

    /// Plays the whole story on a database in memory, or on a store of the caller's, and answers with the result
    /// of every step. The first disagreement is told with file, step, path and both values.
    pub fn play(&self, store: Option<Arc<dyn Store>>) -> Result<Vec<Value>, String> {
        let at = |step: &str, failure: Failure| format!("{}, {step}: {failure}", self.name);
        let mut run = Run::open(self, store).map_err(|f| at("opening", f))?;
        let mut results = Vec::new();
        for (index, step) in self.steps.iter().enumerate() {
            let method = step.call.as_deref().unwrap_or("clock");
            let what = format!("step {} ({method})", index + 1);
            results.push(run.step(index).map_err(|f| at(&what, f))?);
        }
        run.finish().map_err(|f| at("at the end", f))?;
        Ok(results)
    }
}

/// A story under way. Whoever plays it on a store that fails may repeat a step.
pub struct Run<'s> {
    scenario: &'s Scenario,
    pay: Paywright,
    clock: ManualClock,
    saved: BTreeMap<String, Value>,
}

impl<'s> Run<'s> {
    /// Opens the engine as the file says, on a database in memory unless a store is given.
    pub fn open(scenario: &'s Scenario, store: Option<Arc<dyn Store>>) -> Result<Self, Failure> {
        let clock = ManualClock::new(Time::parse("clock", &scenario.clock).map_err(file)?);
        let options = Options {
            gateways: scenario.gateways.clone(),
            mode: scenario.mode,
            flows: scenario.flows.iter().map(Value::to_string).collect(),
            webhooks: scenario.webhooks.clone(),
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SeededRandomness::new(scenario.seed)),
            store,
            ..Options::default()
        };
        let pay = Paywright::open("sqlite::memory:", options)
            .map_err(|error| Failure::Refused(Box::new(error)))?;
        Ok(Run { scenario, pay, clock, saved: BTreeMap::new() })
    }

    /// The engine that plays.
    pub fn pay(&self) -> &Paywright {
        &self.pay
    }

    /// The clock of the story.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Does one step, counted from zero, and answers with its result.
    pub fn step(&mut self, index: usize) -> Result<Value, Failure> {
        let step = self.scenario.steps.get(index).ok_or_else(|| file("there is no such step"))?;
        match (&step.call, step.advance, &step.set_clock) {
            (Some(method), None, None) => self.call(method, step),
            (None, Some(seconds), None) => {
                self.clock.advance(seconds);
                Ok(Value::Null)
            }
            (None, None, Some(time)) => {
                self.clock.set(Time::parse("set_clock", time).map_err(file)?);
                Ok(Value::Null)
            }
            _ => Err(file("a step is a call, advance or set_clock")),
        }
    }

    /// Audits the books at the end of the story.
    pub fn finish(&self) -> Result<(), Failure> {
        if !self.scenario.verify {
            return Ok(());
        }
        let report = call(&self.pay, "verify", Value::Object(Map::new()))?;
        compare("verify", &json!({"ok": true, "violations": []}), &report)
    }

    fn call(&mut self, method: &str, step: &Step) -> Result<Value, Failure> {
        let with = self.filled(&Value::Object(step.with.clone()))?;
        match (call(&self.pay, method, with), &step.refused) {
            (Ok(result), None) => self.answered(step, result),
            (Ok(result), Some(code)) => {
                Err(Failure::Differs(format!("expected the refusal {code}, got {result}")))
            }
            (Err(Failure::Refused(error)), Some(code)) => self.refused(step, code, &error),
            (Err(failure), _) => Err(failure),
        }
    }

    fn answered(&mut self, step: &Step, result: Value) -> Result<Value, Failure> {
        if let Some(expected) = &step.expect {
            compare("expect", &self.filled(expected)?, &result)?;
        }
        for (name, path) in &step.save {
            let part = at_path(&result, path)
                .ok_or_else(|| file(format_args!("save: nothing stands at {path} in {result}")))?;
            self.saved.insert(name.clone(), part);
        }
        Ok(result)
    }

    fn refused(&self, step: &Step, code: &str, error: &Error) -> Result<Value, Failure> {
        let details: Map<_, _> =
            error.details().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let told = json!({
            "refused": error.code().as_str(),
            "details": details,
            "reply": error.reply().map(reply),
        });
        let mut expected = json!({ "refused": code });
        for (name, part) in [("details", &step.details), ("reply", &step.reply)] {
            if let Some(part) = part {
                expected[name] = self.filled(part)?;
            }
        }
        match error.code().as_str() == code {
            true => compare("error", &expected, &told).map(|()| told),
            false => Err(Failure::Differs(format!("expected the refusal {code}, got {error:?}"))),
        }
    }

    /// A value with every text `$name` replaced by what was saved under that name.
    fn filled(&self, value: &Value) -> Result<Value, Failure> {
        Ok(match value {
            Value::String(text) if text.starts_with('$') => self
                .saved
                .get(&text[1..])
                .cloned()
                .ok_or_else(|| file(format_args!("{text} was never saved")))?,
            Value::Array(items) => {
                Value::Array(items.iter().map(|v| self.filled(v)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let filled = |(name, v): (&String, &Value)| Ok((name.clone(), self.filled(v)?));
                Value::Object(members.iter().map(filled).collect::<Result<_, Failure>>()?)
            }
            other => other.clone(),
        })
    }
}

/// The part of a value at `name.0.name`; `.` is the whole. After `?` comes the name of a parameter of the address
/// that stands there.
fn at_path(value: &Value, path: &str) -> Option<Value> {
    let (path, parameter) = path.split_once('?').map_or((path, None), |(p, q)| (p, Some(q)));
    let part =
        path.split('.').filter(|name| !name.is_empty()).try_fold(
            value,
            |part, name| match part {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                other => other.get(name),
            },
        )?;
    let Some(parameter) = parameter else { return Some(part.clone()) };
    let (_, query) = part.as_str()?.split_once('?')?;
    query.split('&').find_map(|pair| Some(pair.strip_prefix(parameter)?.strip_prefix('=')?.into()))
}

/// Compares what is expected with what is there: of an object the named members, of a list every element in order,
/// of everything else the value.
pub(crate) fn compare(path: &str, expected: &Value, found: &Value) -> Result<(), Failure> {
    let differs = || Err(Failure::Differs(format!("{path}: expected {expected}, got {found}")));
    match (expected, found) {
        (Value::Object(members), Value::Object(there)) => {
            members.iter().try_for_each(|(name, value)| match there.get(name) {
                Some(other) => compare(&format!("{path}.{name}"), value, other),
                None => Err(Failure::Differs(format!("{path}.{name}: there is no such member"))),
            })
        }
        (Value::Array(items), Value::Array(there)) if items.len() == there.len() => items
            .iter()
            .zip(there)
            .enumerate()
            .try_for_each(|(i, (item, other))| compare(&format!("{path}.{i}"), item, other)),
        _ if expected == found => Ok(()),
        _ => differs(),
    }
}

/// From a method's name to the typed call, read from the table of the surface.
mod dispatch {
    use paywright::api::Paywright;
    use paywright::api::types::arguments;
    use paywright::error::Result;
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::{Failure, file};

    macro_rules! methods {
        (
            choices { $($choices:tt)* }
            inputs { $($inputs:tt)* }
            gateways { $($gateways:tt)* }
            records { $($records:tt)* }
            methods { $($(#[doc = $doc:literal])* fn $method:ident ( $($arguments:tt)* )
                -> $result:ident $(<$inner:ident>)?;)* }
            functions { $($functions:tt)* }
        ) => {
            /// The methods of the public face.
            pub const METHODS: &[&str] = &[$(stringify!($method)),*];

            /// Calls a method with arguments from JSON; its result is JSON again.
            pub fn call(pay: &Paywright, method: &str, with: Value) -> Result<Value, Failure> {
                $(if method == stringify!($method) {
                    let arguments: arguments::$method = read(with)?;
                    return answer(pay.$method(arguments));
                })*
                Err(file(format_args!("there is no method {method}")))
            }
        };
    }

    paywright::surface!(methods);

    fn read<T: DeserializeOwned>(with: Value) -> Result<T, Failure> {
        serde_json::from_value(with).map_err(|e| file(format_args!("with: {e}")))
    }

    fn answer<T: Serialize>(result: Result<T>) -> Result<Value, Failure> {
        match result {
            Ok(result) => serde_json::to_value(result).map_err(file),
            Err(error) => Err(Failure::Refused(Box::new(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: an expectation that is wrong in one place is found, with the place and both values.
    #[test]
    fn comparisons_name_the_place() {
        let found = json!({"a": [{"b": "1", "c": 2}], "d": null});
        assert!(compare("expect", &json!({"a": [{"b": "1"}], "d": null}), &found).is_ok());
        for (expected, complaint) in [
            (json!({"a": [{"b": "2"}]}), r#"expect.a.0.b: expected "2", got "1""#),
            (json!({"a": []}), r#"expect.a: expected [], got [{"b":"1","c":2}]"#),
            (json!({"d": "x"}), r#"expect.d: expected "x", got null"#),
            (json!({"e": 1}), "expect.e: there is no such member"),
            (json!({"a": [{"c": "2"}]}), r#"expect.a.0.c: expected "2", got 2"#),
        ] {
            assert_eq!(compare("expect", &expected, &found).unwrap_err().to_string(), complaint);
        }
    }

    /// Protects: the paths of `save`.
    #[test]
    fn paths_lead_to_parts() {
        let value = json!({"items": [{"url": "https://a.example/?x=1&token=t.s"}]});
        assert_eq!(at_path(&value, "."), Some(value.clone()));
        assert_eq!(at_path(&value, "items.0.url?token"), Some(json!("t.s")));
        assert_eq!(at_path(&value, "items.0.url?tok"), None);
        assert_eq!(at_path(&value, "items.1"), None);
    }
}
