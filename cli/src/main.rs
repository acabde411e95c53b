//! The program `paywright`: the library in this package, on this terminal. It never decides anything itself.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

fn main() -> ExitCode {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    let place = paywright_cli::Surroundings {
        colour,
        ..paywright_cli::Surroundings::new(&mut out, &mut err)
    };
    ExitCode::from(paywright_cli::run_in(std::env::args().collect(), place) as u8)
}
