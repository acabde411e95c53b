//! Paywright from a terminal: every command of the program `paywright`, for the program itself and for other hosts
//! that offer it. It never ends the process, and never writes anywhere but where it was told to.

mod arguments;
mod commands;
mod console;
mod export;
mod failure;
mod open;
mod post;
mod rows;
mod table;

use std::io::Write;

use arguments::Arguments;
use clap::Parser;
use console::Console;

pub use failure::exit;

/// Where a command runs: what it writes to, and what it may know of its process.
pub struct Surroundings<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Errors and warnings.
    pub err: &'a mut dyn Write,
    /// Whether results may be coloured: they go to a terminal, and `NO_COLOR` is not set.
    pub colour: bool,
    /// Looks up a variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The names of all variables of the environment.
    pub variables: &'a dyn Fn() -> Vec<String>,
    /// Asked now and then by a command that goes on and on: is it enough?
    pub stop: &'a dyn Fn() -> bool,
}

impl<'a> Surroundings<'a> {
    /// Without colour, in the environment of this process, and never asked to stop.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        let variable = &|name: &str| std::env::var(name).ok();
        Surroundings { out, err, colour: false, variable, variables: &names, stop: &|| false }
    }
}

/// The names of this process's variables; one that is no text is none of ours.
fn names() -> Vec<String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
}

/// Runs one command line, the program's name included, without colour. Answers with the exit code.
pub fn run(arguments: Vec<String>, out: &mut dyn Write, err: &mut dyn Write) -> i32 {
    run_in(arguments, Surroundings::new(out, err))
}

/// Runs one command line, the program's name included. Answers with the exit code; whoever reads the output may
/// go away at any time.
pub fn run_in(arguments: Vec<String>, place: Surroundings<'_>) -> i32 {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => {
            let mut console = Console::new(place, &arguments.shared);
            let done = commands::run(&arguments, &mut console);
            console.finish(done)
        }
        Err(error) => explain(&error, place),
    }
}

/// Help and version are results; everything else that clap has to say is about wrong usage.
fn explain(error: &clap::Error, place: Surroundings<'_>) -> i32 {
    let text = error.render();
    let text = if place.colour { text.ansi().to_string() } else { text.to_string() };
    let wrong = error.use_stderr();
    // A reader that is gone needs no explanation.
    let _ = if wrong { place.err } else { place.out }.write_all(text.as_bytes());
    if wrong { exit::USAGE } else { exit::FINE }
}
