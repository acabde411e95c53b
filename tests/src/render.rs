//! The files that are rendered from the tables of the core: stubs, the API reference, the catalogues of errors, the list of methods for the
//! scenario runners. It adds no fact of its own.

mod errors;
mod gateways;
mod metadata;
mod node;
mod python;
mod python_async;
mod python_web;
mod reference;
mod swift;
mod swift_coding;

use std::path::{Path, PathBuf};

/// A rendered file.
pub struct Rendered {
    /// Where it lies, from the root of the workspace.
    pub path: &'static str,
    /// What stands in it.
    pub text: String,
}

/// All rendered files.
pub fn all() -> Vec<Rendered> {
    let file = |path, text| Rendered { path, text };
    vec![
        file("tests/surface.json", metadata::metadata()),
        file("docs/reference.md", reference::reference()),
        file("docs/gateways.md", gateways::page()),
        file("docs/errors.md", errors::english()),
        file("docs/zh/errors.md", errors::chinese()),
        file("bindings-python/python/paywright/_native.pyi", python::stub()),
        file("bindings-python/python/paywright/types.py", python::types()),
        file("bindings-python/python/paywright/signatures.py", python::signatures()),
        file("bindings-node/index.d.ts", node::types()),
        file("bindings-python/python/paywright/aio.py", python_async::module()),
        file("bindings-python/python/paywright/_codes.py", python_web::codes()),
        file("bindings-python/python/paywright/fastapi/models.py", python_web::models()),
        file("bindings-python/python/paywright/display.py", python::display()),
        file("bindings-swift/Tests/PaywrightTests/Calls.swift", swift::calls()),
        file("bindings-swift/Sources/Paywright/Coding.swift", swift_coding::choices()),
        file("bindings-swift/Sources/Paywright/CodingRecords.swift", swift_coding::records()),
        file("bindings-swift/Tests/PaywrightTests/Samples.swift", swift_coding::samples()),
    ]
}

impl Rendered {
    /// The file on disk.
    pub fn on_disk(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(self.path)
    }

    /// The first line that differs from what is on disk, with both readings.
    pub fn difference(&self) -> Option<String> {
        let disk = std::fs::read_to_string(self.on_disk()).unwrap_or_default();
        if disk == self.text {
            return None;
        }
        let (mut there, mut here) = (disk.lines(), self.text.lines());
        let mut line = 1;
        loop {
            match (there.next(), here.next()) {
                (None, None) => return Some(format!("{}: only line ends differ", self.path)),
                (a, b) if a != b => {
                    let (a, b) = (a.unwrap_or("(end)"), b.unwrap_or("(end)"));
                    return Some(format!("{}:{line}\n  on disk:  {a}\n  rendered: {b}", self.path));
                }
                _ => line += 1,
            }
        }
    }

    /// Writes the file.
    pub fn write(&self) -> std::io::Result<()> {
        let path = self.on_disk();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, &self.text)
    }
}

/// Breaks prose into lines of at most `width` characters, at spaces.
fn wrap(prose: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in prose.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
