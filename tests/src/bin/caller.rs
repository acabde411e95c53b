//! A process of its own that calls the public face as it is told: each line of its input is a list of calls, made at
//! once from as many threads; the line of its answer says how each ended. It decides nothing.
//!
//! `caller <database>`

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use paywright::api::Paywright;
use paywright_tests::scenario::{Failure, call};
use paywright_tests::shop;
use serde_json::{Value, json};

fn main() -> Result<(), String> {
    let database = std::env::args().nth(1).ok_or("the database is missing")?;
    let pay = shop::open(Path::new(&database)).map_err(|e| format!("{e:?}"))?;
    let mut answers = io::stdout();
    // Whoever reads this knows that the database is open.
    writeln!(answers, "[]").map_err(|e| e.to_string())?;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|e| e.to_string())?;
        let calls: Vec<(String, Value)> = serde_json::from_str(&line).map_err(|e| e.to_string())?;
        let ends = json!(at_once(&pay, &calls));
        writeln!(answers, "{ends}").map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn at_once(pay: &Paywright, calls: &[(String, Value)]) -> Vec<Value> {
    let start = Barrier::new(calls.len());
    thread::scope(|scope| {
        let one = |(method, with): &'_ (String, Value)| {
            let (start, method, with) = (&start, method.clone(), with.clone());
            scope.spawn(move || {
                start.wait();
                end(call(pay, &method, with))
            })
        };
        let threads: Vec<_> = calls.iter().map(one).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| json!({"panic": true}))).collect()
    })
}

/// The result, or the code of the refusal.
fn end(result: Result<Value, Failure>) -> Value {
    match result {
        Ok(result) => result,
        Err(Failure::Refused(error)) => json!({ "refused": error.code().as_str() }),
        Err(failure) => json!({ "failed": failure.to_string() }),
    }
}
