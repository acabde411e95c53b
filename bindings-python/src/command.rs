//! The command line, for the console script that the package installs. It only connects: Python's signals on one side,
//! the command's own streams on the other.

use std::io::{IsTerminal, stderr, stdout};

use paywright_cli::{Surroundings, run_in};
use pyo3::prelude::*;

/// Runs one command line, the program's name included; answers with its exit code.
#[pyfunction]
pub fn _run(py: Python<'_>, arguments: Vec<String>) -> i32 {
    py.detach(|| {
        let (mut out, mut err) = (stdout(), stderr());
        let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        // Python has taken over Ctrl-C: whether it was pressed, only the interpreter knows.
        let stop = || Python::attach(|py| py.check_signals().is_err());
        let plain = Surroundings::new(&mut out, &mut err);
        run_in(arguments, Surroundings { colour, stop: &stop, ..plain })
    })
}
