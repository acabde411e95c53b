//! Code on pages that no documentation test can run, because its language has none: it stands word for word in an example,
//! which the tests of that language compile and run.

use std::fs;
use std::path::{Path, PathBuf};

const PAGES: [&str; 4] =
    ["README.md", "docs/device.md", "bindings-swift/README.md", "bindings-kotlin/README.md"];
const LANGUAGES: [(&str, &str, &str); 2] =
    [("swift", "examples/swift", "swift"), ("kotlin", "examples/kotlin", "kt")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The blocks of a language on a page, each as its lines.
fn blocks(page: &str, language: &str) -> Vec<Vec<String>> {
    let fence = format!("```{language}\n");
    let after = page.split(&fence).skip(1);
    after.map(|rest| lines(rest.split("```").next().unwrap_or_default())).collect()
}

/// The lines that say something; how far they are indented is the page's own affair.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, ending, found);
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
}

/// Protects: a newcomer who copies the Swift or Kotlin of a page copies something that runs.
#[test]
fn code_on_pages_is_of_an_example() {
    let mut strangers = Vec::new();
    let mut seen = 0;
    for (language, folder, ending) in LANGUAGES {
        let mut paths = Vec::new();
        collect(&root().join(folder), ending, &mut paths);
        let examples: Vec<_> =
            paths.iter().map(|path| lines(&fs::read_to_string(path).unwrap())).collect();
        for page in PAGES {
            for block in blocks(&fs::read_to_string(root().join(page)).unwrap(), language) {
                seen += 1;
                let is_in =
                    |example: &Vec<String>| example.windows(block.len()).any(|w| w == block);
                if !examples.iter().any(is_in) {
                    strangers.push(format!("{page}: {language}: {}", block[0]));
                }
            }
        }
    }
    assert!(strangers.is_empty(), "in no example:\n  {}", strangers.join("\n  "));
    assert!(seen > LANGUAGES.len(), "only {seen} blocks were found");
}
