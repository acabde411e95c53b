//! What a command says, and how: as text for people or JSON for programs, coloured or plain. Text from outside is
//! always written on one harmless line; it never decides what to say.

use std::io::{ErrorKind, Write};

use paywright::error::Error;
use paywright::text::escape_line;
use serde::Serialize;

use crate::Surroundings;
use crate::arguments::{Language, Shared};
use crate::failure::{self, Failure, Outcome, exit};
use crate::table::Table;

/// How a piece of text is shown where colour is allowed.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    /// A heading.
    Bold,
    /// Good news.
    Green,
    /// Not yet bad.
    Yellow,
    /// Bad news.
    Red,
}

impl Style {
    fn start(self) -> &'static str {
        match self {
            Style::Bold => "\x1b[1m",
            Style::Green => "\x1b[32m",
            Style::Yellow => "\x1b[33m",
            Style::Red => "\x1b[31m",
        }
    }
}

/// Where a command writes.
pub(crate) struct Console<'a> {
    place: Surroundings<'a>,
    json: bool,
    language: Language,
}

impl<'a> Console<'a> {
    pub(crate) fn new(place: Surroundings<'a>, shared: &Shared) -> Self {
        Console { place, json: shared.json, language: shared.language }
    }

    /// Whether the answer is for a program.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Whether it is time to end a command that goes on and on.
    pub(crate) fn stopped(&self) -> bool {
        (self.place.stop)()
    }

    /// A variable of the environment that holds something.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.place.variable)(name).filter(|value| !value.is_empty())
    }

    /// The names of all variables of the environment.
    pub(crate) fn variables(&self) -> Vec<String> {
        (self.place.variables)()
    }

    /// Where bytes of another format go.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        self.place.out
    }

    /// Writes a line of our own words; pieces from outside went through [`escape_line`].
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Failure> {
        Ok(writeln!(self.place.out, "{line}")?)
    }

    /// Writes a heading with an empty line above it.
    pub(crate) fn heading(&mut self, heading: &str) -> Result<(), Failure> {
        let heading = self.paint(Style::Bold, heading);
        Ok(writeln!(self.place.out, "\n{heading}")?)
    }

    /// Writes a table with its head.
    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Failure> {
        for (i, line) in table.lines().iter().enumerate() {
            let line = if i == 0 { self.paint(Style::Bold, line) } else { line.clone() };
            writeln!(self.place.out, "{line}")?;
        }
        Ok(())
    }

    /// Writes facts, one on a line, the names aligned. Facts without a value are left out.
    pub(crate) fn facts(&mut self, facts: &[(&str, String)]) -> Result<(), Failure> {
        let facts = || facts.iter().filter(|(_, value)| !value.is_empty());
        let width = facts().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in facts() {
            writeln!(self.place.out, "{name:width$}  {}", escape_line(value))?;
        }
        Ok(())
    }

    /// Writes one JSON document.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(document).map_err(Error::bug)?;
        self.line(&text)
    }

    /// Writes one JSON document on a line of its own.
    pub(crate) fn document_line(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(document).map_err(Error::bug)?;
        self.line(&text)
    }

    /// Lets out everything that was written.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.place.out.flush()?)
    }

    /// Writes a line for the operator beside the result.
    pub(crate) fn warn(&mut self, warning: &str) {
        let line = match self.json {
            false => format!("warning: {}", escape_line(warning)),
            true => serde_json::json!({ "warning": warning }).to_string(),
        };
        // Without a reader of warnings the result still counts.
        let _ = writeln!(self.place.err, "{line}");
    }

    /// The text, coloured where that is allowed.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        match self.place.colour && !self.json {
            true => format!("{}{text}\x1b[0m", style.start()),
            false => text.to_owned(),
        }
    }

    /// An error's sentence in the language asked for.
    pub(crate) fn sentence(&self, error: &Error) -> String {
        escape_line(&self.of_two(error.message(), error.message_zh())).into_owned()
    }

    /// The sentence in the language asked for.
    pub(crate) fn of_two<T>(&self, english: T, chinese: T) -> T {
        match self.language {
            Language::En => english,
            Language::Zh => chinese,
        }
    }

    /// The exit code of a command, after saying what kept it from its end.
    pub(crate) fn finish(&mut self, done: Outcome) -> i32 {
        let done = done.and_then(|yes| self.flush().map(|()| yes));
        match done {
            Ok(true) => exit::FINE,
            Ok(false) => exit::NO,
            Err(Failure::Engine(error)) => self.refuse(&error),
            // Whoever read has seen enough.
            Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => exit::FINE,
            Err(Failure::Output(error)) => {
                let _ = writeln!(self.place.err, "the output cannot be written: {error}");
                exit::STORAGE
            }
        }
    }

    fn refuse(&mut self, error: &Error) -> i32 {
        let sentence = self.sentence(error);
        let line = match self.json {
            false => format!("{}: {sentence}", error.code()),
            true => refusal(error, &sentence).to_string(),
        };
        // There is nobody left to tell when even this fails.
        let _ = self.place.out.flush().and_then(|()| writeln!(self.place.err, "{line}"));
        failure::code(error)
    }
}

/// An error as JSON, with the details by name.
fn refusal(error: &Error, sentence: &str) -> serde_json::Value {
    let details: serde_json::Map<String, serde_json::Value> =
        error.details().map(|(name, value)| (name.to_owned(), value.into())).collect();
    serde_json::json!({
        "error": {
            "code": error.code().as_str(),
            "message": sentence,
            "retryable": error.code().retryable(),
            "details": details,
        }
    })
}
