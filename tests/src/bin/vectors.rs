//! Judges the vector files named as arguments: a line for each disagreement, then `N passed, N failed`. Exits with
//! 1 on a disagreement and with 2 on a file that cannot be judged. It never changes a file.

use std::process::ExitCode;

use paywright_tests::vectors::{Report, engine, judge};

const DISAGREEMENT: u8 = 1;
const UNREADABLE: u8 = 2;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: vectors FILE...");
        return ExitCode::from(UNREADABLE);
    }
    let (mut passed, mut failed, mut unreadable) = (0, 0, false);
    for file in &files {
        match report(file) {
            Ok(report) => {
                passed += report.passed;
                failed += report.disagreements.len();
                report.passed_over.iter().for_each(|what| println!("{file}: not judged: {what}"));
                report.disagreements.iter().for_each(|d| println!("{file}: {}: {}", d.case, d.why));
            }
            Err(why) => {
                unreadable = true;
                eprintln!("{file}: {why}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    match (unreadable, failed) {
        (true, _) => ExitCode::from(UNREADABLE),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(DISAGREEMENT),
    }
}

fn report(file: &str) -> Result<Report, String> {
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let json = serde_json::from_str(&text).map_err(|e| format!("not JSON: {e}"))?;
    judge(&json, Some(&engine::verdict))
}
