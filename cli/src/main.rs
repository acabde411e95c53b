//! The program `paywright`: the library in this package, on this terminal. It never decides anything itself.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use paywright_cli::Surroundings;

fn main() -> ExitCode {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let place =
        Surroundings { colour, stop: &reader_is_gone, ..Surroundings::new(&mut out, &mut err) };
    // What is no text names nothing that we know: it is refused like any other wrong word.
    let arguments = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    ExitCode::from(paywright_cli::run_in(arguments.collect(), place) as u8)
}

/// Whether nobody reads the output any more, found out without writing to it.
#[cfg(unix)]
fn reader_is_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let (out, at_once) = (io::stdout(), Timespec::default());
    let mut asked = [PollFd::new(&out, PollFlags::empty())];
    let answered = poll(&mut asked, Some(&at_once)).is_ok();
    answered && asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Elsewhere the next thing written finds out.
#[cfg(not(unix))]
fn reader_is_gone() -> bool {
    false
}
