//! Payments that are followed from a device: the stories, what a follower is opened with, and an application that is killed
//! over and over while it follows.

use paywright::follow::{FollowerOptions, PaymentFollower};
use paywright_tests::following::{Following, folder};
use paywright_tests::shop::Folder;

/// Protects: what a device believes, and when it asks. Every story, on a file.
#[test]
fn every_story_goes_as_written() {
    let home = Folder::new();
    let mut failures = Vec::new();
    let mut played = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        played += 1;
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let story = Following::read(&path).unwrap_or_else(|why| panic!("{name}: {why}"));
        if let Err(why) = story.play(&home.file(&format!("{name}.db"))) {
            failures.push(format!("{name}: {why}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(played > 5, "only {played} stories");
}
