//! Renders stubs, reference and metadata from the tables of the core: `render` writes what changed, `render --check`
//! exits with 1 and the first difference of each file that is not as rendered. It touches no other file.

use std::process::ExitCode;

use paywright_tests::render;

fn main() -> ExitCode {
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(_) => {
            eprintln!("usage: render [--check]");
            return ExitCode::from(2);
        }
    };
    let mut outcome = ExitCode::SUCCESS;
    for file in render::all() {
        let Some(difference) = file.difference() else { continue };
        if check {
            eprintln!("{difference}\n  to render: cargo run -p paywright-tests --bin render");
            outcome = ExitCode::FAILURE;
        } else if let Err(error) = file.write() {
            eprintln!("{}: {error}", file.path);
            outcome = ExitCode::FAILURE;
        } else {
            println!("{}", file.path);
        }
    }
    outcome
}
