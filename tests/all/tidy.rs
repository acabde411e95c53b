//! The house rules that a compiler cannot check, asked of the source tree. It knows no case of its own: an exception is
//! named with its reason, and one that is no longer needed fails like a broken rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use paywright::{flow, order, payment, refund};

/// Longer files are read by nobody in one sitting. A test module at a file's end does not count.
const LINES_MAX: usize = 450;
/// Suites are lists of cases and may be longer.
const SUITE_LINES_MAX: usize = 600;
/// Tables, which get longer with what they list and no harder to read.
const TABLES: [&str; 3] = ["core/src/api/surface.rs", "core/src/error.rs", "core/src/currency.rs"];

/// A file of the source tree.
struct File {
    /// Its path from the root, with slashes.
    path: String,
    text: String,
}

impl File {
    fn is_in(&self, directory: &str) -> bool {
        self.path.starts_with(directory)
    }

    /// What is compiled into the library: without the test module at the end.
    fn code(&self) -> &str {
        match self.path.ends_with("/tests.rs") || self.path == "core/src/store/contract.rs" {
            true => "",
            false => self.text.split("\nmod tests {").next().unwrap(),
        }
    }

    /// The same without comments; a comment may speak of what code must not do.
    fn statements(&self) -> String {
        let without = |line: &str| {
            let comment = line.trim_start().starts_with("//");
            if comment { String::new() } else { line.split(" // ").next().unwrap().to_owned() }
        };
        self.code().lines().map(without).collect::<Vec<_>>().join("\n")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file of ours whose name ends so.
fn files(endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    collect(&root(), &root(), endings, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty());
    found
}

fn collect(root: &Path, directory: &Path, endings: &[&str], found: &mut Vec<File>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let not_ours = name.starts_with('.') || ["target", "node_modules"].contains(&name);
        if path.is_dir() && !not_ours {
            collect(root, &path, endings, found);
        } else if endings.iter().any(|ending| name.ends_with(ending)) && !not_ours {
            let path_text = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            // What cannot be read as text is no source.
            if let Ok(text) = fs::read_to_string(&path) {
                found.push(File { path: path_text, text });
            }
        }
    }
}

fn sources(directory: &str) -> impl Iterator<Item = File> {
    files(&[".rs"]).into_iter().filter(move |file| file.is_in(directory))
}

/// The Rust code of bindings and the command line.
fn outside_the_core() -> impl Iterator<Item = File> {
    let is_outside = |file: &File| file.is_in("bindings-") || file.is_in("cli/src/");
    files(&[".rs"]).into_iter().filter(move |file| is_outside(file))
}

/// The words of a text: runs of letters, digits and `_`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// Fails with every line that breaks a rule.
fn nothing(rule: &str, broken: impl IntoIterator<Item = String>) {
    let broken: Vec<_> = broken.into_iter().collect();
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

/// A literal, put together here so that this file does not hold it.
fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

/// Protects: M1, there is no float in anything that is shipped.
#[test]
fn no_floats() {
    let shipped = sources("core/src/").chain(outside_the_core());
    let floats = shipped.flat_map(|file| {
        let statements = file.statements();
        let found =
            ["f32", "f64"].into_iter().filter(|float| words(&statements).any(|w| w == *float));
        found.map(|float| format!("{}: {float}", file.path)).collect::<Vec<_>>()
    });
    nothing("a float near money", floats);
}

/// Protects: S11, time and randomness are read in one file each; everywhere else they are handed in.
#[test]
fn one_clock_and_one_source_of_randomness() {
    let rules: [(&str, &[&str]); 2] = [
        ("core/src/clock.rs", &["SystemTime::", "Instant::now", "Utc::now", "Local::now"]),
        ("core/src/id.rs", &["getrandom::", "rand::", "OsRng", "thread_rng"]),
    ];
    for (home, calls) in rules {
        let elsewhere = sources("core/src/").filter(|file| file.path != home);
        let read = elsewhere.flat_map(|file| {
            let statements = file.statements();
            let found = calls.iter().filter(|call| statements.contains(**call));
            found.map(|call| format!("{}: {call}", file.path)).collect::<Vec<_>>()
        });
        nothing(&format!("only {home} may call this"), read);
    }
}

/// Words that are a gateway's name and something else as well.
const OTHER_MEANINGS: [(&str, &str, &str); 3] = [
    ("core/src/ledger.rs", "bank", "the ledger's account of that name"),
    ("core/src/gateway/mock.rs", "alipay", "a payment method that the mock offers"),
    ("core/src/gateway/mock.rs", "paypal", "a payment method that the mock offers"),
];

/// Protects: a gateway is known by its name in its own file only; whoever needs it uses the constant there.
#[test]
fn gateways_are_named_in_their_own_files() {
    let named =
        sources("core/src/gateway/").filter(|file| file.text.contains("pub const NAME: &str"));
    let stems: BTreeSet<String> = named
        .map(|file| file.path["core/src/gateway/".len()..].trim_end_matches(".rs").to_owned())
        .filter(|stem| !stem.contains('/'))
        .collect();
    assert!(stems.contains("mock") && stems.contains("bank"));
    let mut unused: BTreeSet<_> =
        OTHER_MEANINGS.iter().map(|(path, word, _)| (*path, *word)).collect();
    let mut broken = Vec::new();
    for file in sources("core/src/").chain(outside_the_core()) {
        let statements = file.statements();
        for stem in &stems {
            let own = format!("core/src/gateway/{stem}");
            if !statements.contains(&quoted(stem)) || file.is_in(&own) {
                continue;
            }
            let meant =
                OTHER_MEANINGS.iter().find(|(path, word, _)| *path == file.path && word == stem);
            match meant {
                Some((path, word, _)) => drop(unused.remove(&(*path, *word))),
                None => broken.push(format!("{}: {}", file.path, quoted(stem))),
            }
        }
    }
    nothing("a gateway's name outside its file", broken);
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}

/// Protects: no binding decides anything about payments: it neither names nor compares a state. No command compares
/// one.
#[test]
fn bindings_decide_nothing() {
    let flows = flow::built_in().unwrap();
    let of_orders = flows.iter().flat_map(|flow| flow.states()).map(str::to_owned);
    let of_payments = payment::State::ALL.iter().map(|state| state.as_str().to_owned());
    let of_refunds = refund::State::ALL.iter().map(|state| state.as_str().to_owned());
    let settlements = order::Settlement::ALL.iter().map(|state| state.as_str().to_owned());
    let states: BTreeSet<_> =
        of_orders.chain(of_payments).chain(of_refunds).chain(settlements).collect();
    let types = ["PaymentState::", "RefundState::", "Settlement::", "CallbackOutcome::"];
    let bindings = outside_the_core().filter(|file| file.is_in("bindings-")).flat_map(|file| {
        let statements = file.statements();
        let literals = states.iter().map(|state| quoted(state));
        let named = literals.chain(types.map(str::to_owned));
        let found = named.filter(|word| statements.contains(word.as_str()));
        found.map(|word| format!("{}: {word}", file.path)).collect::<Vec<_>>()
    });
    nothing("a state in a binding", bindings);
    // A command filters lists and paints words; what `doctor` compares is advice for a person and changes nothing.
    let commands = outside_the_core().filter(|f| f.is_in("cli/") && !f.path.contains("/doctor/"));
    let decisions = commands.flat_map(|file| {
        let statements = file.statements();
        let compared = ["state ==", "state !=", "settlement ==", "settlement !=", "outcome =="];
        let found = compared.into_iter().filter(|comparison| statements.contains(comparison));
        found.map(|comparison| format!("{}: {comparison}", file.path)).collect::<Vec<_>>()
    });
    nothing("a decision in a command", decisions);
}

/// The layers from below to above, with the modules of each.
const LAYERS: [(&str, &[&str]); 6] = [
    (
        "values",
        &["clock", "currency", "error", "http", "id", "json", "machine", "money", "secret", "text"],
    ),
    (
        "domain",
        &[
            "exception",
            "flow",
            "followed",
            "journal",
            "ledger",
            "order",
            "payment",
            "payment_reply",
            "refund",
            "webhook",
        ],
    ),
    ("signatures and the network", &["sign", "transport"]),
    ("gateways and stores", &["gateway", "store"]),
    ("engine", &["engine"]),
    ("face", &["api", "follow", "signatures", "display"]),
];
/// Neighbours that must not know each other although they stand on the same floor.
const STRANGERS: [(&str, &str); 2] = [("gateway", "store"), ("store", "gateway")];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, modules)| modules.contains(&module))
}

/// The modules that a text reaches by `crate::…`, groups in braces included.
fn reached(text: &str) -> BTreeSet<String> {
    let name = |text: &str| words(text).next().unwrap_or_default().to_owned();
    let after = text.split("crate::").skip(1);
    after
        .flat_map(|rest| match rest.strip_prefix('{') {
            None => vec![name(rest)],
            Some(group) => {
                let group = group.split("};").next().unwrap_or(group);
                let mut depth = 0;
                let top = group.split(',').filter(|item| {
                    let is_top = depth == 0;
                    depth += item.matches('{').count();
                    depth = depth.saturating_sub(item.matches('}').count());
                    is_top
                });
                top.map(name).collect()
            }
        })
        .collect()
}

/// Protects: the house has one direction; a lower floor never reaches up.
#[test]
fn dependencies_point_downwards() {
    let mut broken = Vec::new();
    for file in sources("core/src/") {
        let module = words(&file.path["core/src/".len()..]).next().unwrap().to_owned();
        if module == "lib" {
            continue;
        }
        let Some(own) = layer_of(&module) else {
            broken.push(format!("{}: say in LAYERS on which floor {module} is", file.path));
            continue;
        };
        for other in reached(&file.statements()) {
            let above = layer_of(&other).is_some_and(|layer| layer > own);
            let strange = STRANGERS.contains(&(module.as_str(), other.as_str()));
            if above || strange {
                broken.push(format!("{} uses {other}", file.path));
            }
        }
    }
    nothing("a dependency that points up", broken);
}

/// Protects: SQL about our tables stands in `store/sql` and the migrations; the SQLite store speaks only of the file.
#[test]
fn sql_has_one_home() {
    let starts = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "WITH "];
    let homes = ["core/src/store/sql/", "core/src/store/sqlite/"];
    let elsewhere = sources("core/src/").filter(|f| !homes.iter().any(|home| f.is_in(home)));
    let spoken = elsewhere.chain(outside_the_core()).flat_map(|file| {
        let statements = file.statements();
        let found = starts.iter().filter(|start| statements.contains(&format!("\"{start}")));
        found.map(|start| format!("{}: {start}", file.path)).collect::<Vec<_>>()
    });
    nothing("SQL outside its home", spoken);
    let tables: Vec<String> = files(&[".sql"])
        .iter()
        .flat_map(|file| file.text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| words(line.strip_prefix("CREATE TABLE ")?).next().map(str::to_owned))
        .collect();
    assert!(tables.iter().any(|table| table == "payments"));
    let of_tables = sources("core/src/store/sqlite/").flat_map(|file| {
        let statements = file.statements();
        let named = |table: &&String| {
            ["FROM ", "INTO ", "UPDATE "]
                .iter()
                .any(|verb| statements.contains(&format!("{verb}{table} ")))
        };
        tables
            .iter()
            .filter(named)
            .map(|table| format!("{}: {table}", file.path))
            .collect::<Vec<_>>()
    });
    nothing("the SQLite store knows a table", of_tables);
}

/// Protects: each dependency has its reason beside it. Our own crates need none.
#[test]
fn dependencies_have_reasons() {
    let mut broken = Vec::new();
    for file in files(&["Cargo.toml"]) {
        let lines: Vec<_> = file.text.lines().collect();
        let mut section = "";
        for (index, line) in lines.iter().enumerate() {
            if line.starts_with('[') {
                section = line;
            }
            let is_entry =
                line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains('=');
            let is_dependency = section.ends_with("dependencies]") && is_entry;
            // Two that belong together, such as a serialiser and its derive, may share one.
            let above = lines[index.saturating_sub(2)..index].iter().rev();
            let is_reason = |line: &&&str| line.starts_with('#');
            let has_reason =
                above.take_while(|line| !line.trim().is_empty()).any(|l| is_reason(&l));
            if is_dependency && !has_reason && !line.starts_with("paywright") {
                broken.push(format!("{}: {line}", file.path));
            }
        }
    }
    nothing("a dependency without a comment above it", broken);
}

/// Protects: every file can be read in one sitting.
#[test]
fn files_are_short() {
    let mut tables: BTreeSet<_> = TABLES.into();
    let broken = files(&[".rs"]).into_iter().filter_map(|file| {
        let is_suite = file.is_in("tests/all/") || file.is_in("tests/vfs/tests/");
        let (lines, most) = match is_suite {
            true => (file.text.lines().count(), SUITE_LINES_MAX),
            false => (file.code().lines().count(), LINES_MAX),
        };
        let is_table = tables.remove(file.path.as_str());
        (lines > most && !is_table).then(|| format!("{}: {lines} lines, at most {most}", file.path))
    });
    nothing("a file that is too long", broken.collect::<Vec<_>>());
    assert!(tables.is_empty(), "no longer there: {tables:?}");
}

/// Protects: nothing is left for later without saying so in a document.
#[test]
fn nothing_is_put_off() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("for", " now")];
    let endings = [".rs", ".md", ".toml", ".sql", ".py", ".pyi", ".js", ".ts", ".swift", ".kt"];
    let put_off = files(&endings).into_iter().flat_map(|file| {
        let lower = file.text.replace(concat!("For", " now"), marks[2]);
        let found = marks.iter().filter(|mark| match mark.contains(' ') {
            true => lower.contains(&format!("{mark}.")) || lower.contains(&format!("{mark} ")),
            false => words(&lower).any(|word| word == **mark),
        });
        found.map(|mark| format!("{}: {mark}", file.path)).collect::<Vec<_>>()
    });
    nothing("put off", put_off);
}

/// Protects: each file says at its head what it is.
#[test]
fn files_have_heads() {
    let heads = files(&[".rs"]).into_iter().filter(|file| !file.text.starts_with("//!"));
    nothing("a file without a head", heads.map(|file| file.path).collect::<Vec<_>>());
}

/// Protects: each test says what it protects.
#[test]
fn tests_say_what_they_protect() {
    let mut broken = Vec::new();
    for file in files(&[".rs"]) {
        let lines: Vec<_> = file.text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let before = lines[..index].iter().rev().find(|before| !before.starts_with("#["));
            if *line == "#[test]" && !before.is_some_and(|before| before.starts_with("//")) {
                broken.push(format!("{}: {}", file.path, lines[index + 1]));
            }
        }
    }
    nothing("a test without a comment", broken);
}

/// Protects: the page that says where each hostile input is shown names all hundred, only tests that exist, and every
/// test that there is.
#[test]
fn the_threat_page_is_true() {
    let page = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let mut numbers = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| H")) {
        let first = row.split('|').nth(1).unwrap();
        let mut named = words(first).filter_map(|word| word.strip_prefix('H')?.parse::<u32>().ok());
        match first.contains(" to ") {
            true => numbers.extend(named.next().unwrap()..=named.next().unwrap()),
            false => numbers.extend(named),
        }
    }
    assert!(numbers.iter().copied().eq(1..=100), "{numbers:?}");
    let is_case = |word: &&str| {
        let digits = word.trim_start_matches(['h', 'm', 's', 'x']);
        word.len() == digits.len() + 1 && digits.bytes().take(2).all(|byte| byte.is_ascii_digit())
    };
    let in_code = page.split('`').skip(1).step_by(2);
    let named: BTreeSet<_> = in_code.filter(is_case).map(str::to_owned).collect();
    let suites: Vec<_> = sources("tests/all/threats/").collect();
    let functions = suites.iter().flat_map(|file| file.text.split("#[test]\nfn ").skip(1));
    let existing: BTreeSet<_> =
        functions.map(|rest| words(rest).next().unwrap().to_owned()).collect();
    assert_eq!(named, existing);
}
