//! An application that follows payments of its server, and tells it something now and then, until it is killed. What it
//! shows and what it has kept, it says at once.
//!
//! `follower_child <file> <server> <file with payments> <place to begin>`

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use paywright::follow::PaymentFollower;
use paywright_tests::following::{self, Server};
use serde_json::Value;

/// It says no more while so many messages wait: the server refuses some at first.
const KEPT_MAX: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [file, server, payments, first] = &arguments[..] else { return ExitCode::FAILURE };
    match follow_all(Path::new(file), server, Path::new(payments), first) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("failed: {why}");
            ExitCode::FAILURE
        }
    }
}

fn follow_all(file: &Path, server: &str, payments: &Path, first: &str) -> Result<(), String> {
    let server = Server::at(server);
    let follower = server.follower(file)?;
    let payments = std::fs::read(payments).map_err(|e| e.to_string())?;
    let mut payments: Vec<Value> = serde_json::from_slice(&payments).map_err(|e| e.to_string())?;
    let first: usize = first.parse().map_err(|_| "the place to begin is a number")?;
    let count = payments.len();
    payments.rotate_left(first % count);
    loop {
        for payment in &payments {
            let shown = follower.follow(&payment.to_string()).map_err(|e| e.message())?;
            say(&format!("{} {}", shown.id, shown.state.as_str()))?;
            if follower.messages().map_err(|e| e.message())?.len() >= KEPT_MAX {
                carry(&follower)?;
                continue;
            }
            let note = format!("{{\"shown\":\"{}\"}}", shown.id);
            let told = follower.tell(&note).map_err(|e| e.message())?;
            say(&format!("told {}", told.id))?;
            carry(&follower)?;
        }
    }
}

fn carry(follower: &PaymentFollower) -> Result<(), String> {
    following::carry(follower, &mut |shown| say(&format!("{} {}", shown.id, shown.state.as_str())))
}

/// In one write, so that only the last line can be a half one.
fn say(line: &str) -> Result<(), String> {
    io::stdout().lock().write_all(format!("{line}\n").as_bytes()).map_err(|e| e.to_string())
}
