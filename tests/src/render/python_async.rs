//! The Python package's `aio.py`: every method of the engine for an event loop, with the types of the stub. How a call is
//! made from a loop stands in `_bridge.py`, by hand; nothing of that is said here.

use paywright::api::describe::{Argument, CHOICES, INPUTS, METHODS, Method, RECORDS};

use super::python::{NOTICE, docstring, gateways, given, parameters, taken};

const HEAD: &str = r#""""The engine for event loops: every method awaitable, with the same arguments and the same answers.

The loop never waits for a database or a gateway, and nothing here decides anything about payments.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ._bridge import WORKERS, Bridge
from ._native import Paywright

"#;

const CLASS: &str = r#"

class AsyncPaywright(Bridge):
    """An engine whose methods are awaited. What is not from the table of methods is explained at `Bridge`."""

"#;

/// What a gateway waits for does not stand in line behind what waits for a gateway.
const CALLBACKS: [&str; 2] = ["handle_callback", "verify_callback"];

const EVERY: &str = "one after the other, read page by page. What changes while it is read may come \
    twice or be left out: collect first what you are going to change.";

/// `aio.py`.
pub(super) fn module() -> String {
    let mut class = CLASS.to_owned();
    opening(&mut class, "open");
    opening(&mut class, "from_env");
    METHODS.iter().for_each(|m| method(&mut class, m));
    METHODS.iter().filter(|m| is_paged(m)).for_each(|m| every(&mut class, m));
    format!("{NOTICE}{HEAD}{}\n__all__ = [\"AsyncPaywright\"]\n{class}", imports(&class))
}

/// What annotations name, as far as the class uses it: from the stub and from `types`.
fn imports(class: &str) -> String {
    let of = |name: &str| class.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
    let records = [INPUTS, RECORDS].into_iter().flatten().map(|r| r.name.to_owned());
    let accounts = gateways().split(" | ").map(str::to_owned).collect::<Vec<_>>();
    let classes = records.chain(accounts).chain(["ManualClock".to_owned()]);
    let likes = ["AmountLike", "BodyLike", "HeadersLike", "SecretLike"].map(str::to_owned);
    let choices = CHOICES.iter().map(|choice| choice.name.to_owned());
    let fields = INPUTS.iter().map(|input| format!("{}Fields", input.name));
    let mut out = "if TYPE_CHECKING:\n    from os import PathLike\n\n".to_owned();
    out.push_str(&import("._native", classes.filter(|name| of(name))));
    out.push_str("    from .gateways import Gateway\n");
    out.push_str(&import(
        ".types",
        likes.into_iter().chain(choices).chain(fields).filter(|n| of(n)),
    ));
    out
}

fn import(module: &str, names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.map(|name| format!("        {name},\n")).collect();
    names.sort();
    format!("    from {module} import (\n{}    )\n", names.concat())
}

/// A class method that opens an engine, with the parameters of the engine's own.
fn opening(out: &mut String, name: &str) {
    let parameters = parameters(name);
    out.push_str(&format!("    @classmethod\n    async def {name}(\n        cls,\n"));
    parameters.iter().for_each(|line| out.push_str(&format!("        {line}\n")));
    out.push_str("        workers: int = WORKERS,\n    ) -> AsyncPaywright:\n");
    out.push_str(&format!("        \"\"\"As `Paywright.{name}`, away from the loop.\"\"\"\n"));
    let passed = parameters.iter().scan(false, |by_name, line| {
        *by_name |= line == "*,";
        let name = line.split(':').next().unwrap_or_default();
        Some(match (line.as_str(), *by_name) {
            ("*,", _) => String::new(),
            (_, true) => format!(", {name}={name}"),
            (_, false) => format!(", {name}"),
        })
    });
    out.push_str(&call(&format!("partial(Paywright.{name}"), passed, "    opener = ", ")"));
    out.push_str("        return await cls._begun(opener, workers)\n\n");
}

fn method(out: &mut String, method: &Method) {
    let name = method.name;
    out.push_str(&format!("    async def {name}(\n        self,\n"));
    let must = |a: &Argument| format!("        {}: {},\n", a.name, taken(a.kind));
    method.place.iter().for_each(|a| out.push_str(&must(a)));
    if !(method.named.is_empty() && method.left_out.is_empty()) {
        out.push_str("        *,\n");
    }
    method.named.iter().for_each(|a| out.push_str(&must(a)));
    method.left_out.iter().for_each(|a| out.push_str(&optional(a)));
    out.push_str(&format!("    ) -> {}:\n", given(method.result)));
    out.push_str(&docstring("        ", &method.doc.prose()));
    let place = method.place.iter().map(|a| format!(", {}", a.name));
    let named = method.named.iter().chain(method.left_out);
    let named = named.map(|a| format!(", {name}={name}", name = a.name));
    let line = if CALLBACKS.contains(&name) { "answer" } else { "call" };
    let opening = format!("self.{line}(Paywright.{name}");
    out.push_str(&call(&opening, place.chain(named), "    return await ", ")"));
    out.push('\n');
}

/// Whether a method answers with a page of a list.
fn is_paged(method: &Method) -> bool {
    method.result.name.ends_with("Page") && method.left_out.iter().any(|a| a.name == "page")
}

/// The whole of a list, as an iterator.
fn every(out: &mut String, method: &Method) {
    let items = RECORDS.iter().find(|r| r.name == method.result.name);
    let items = items.and_then(|r| r.fields.iter().find(|f| f.name == "items"));
    let item = items.and_then(|f| f.kind.of).unwrap_or("object");
    let name = method.name;
    let arguments = || method.left_out.iter().filter(|a| a.name != "page");
    out.push_str(&format!("    def all_{name}(\n        self,\n        *,\n"));
    arguments().for_each(|a| out.push_str(&optional(a)));
    out.push_str(&format!("    ) -> AsyncIterator[{item}]:\n"));
    out.push_str(&docstring("        ", &format!("What `{name}` lists, {EVERY}")));
    let passed = arguments().map(|a| format!(", {name}={name}", name = a.name));
    out.push_str(&call(&format!("partial(self.{name}"), passed, "    return self._every(", "))"));
    out.push('\n');
}

fn optional(a: &Argument) -> String {
    format!("        {}: {} | None = None,\n", a.name, taken(a.kind))
}

/// A call on as many lines as it needs.
fn call(
    opening: &str,
    arguments: impl Iterator<Item = String>,
    before: &str,
    after: &str,
) -> String {
    let arguments: String = arguments.collect();
    let line = format!("    {before}{opening}{arguments}{after}\n");
    if line.chars().count() <= 100 {
        return line;
    }
    let split: Vec<_> = arguments.split(", ").filter(|a| !a.is_empty()).collect();
    let (head, first) = opening.split_once('(').unwrap_or((opening, ""));
    let lines: String =
        [first].iter().chain(&split).map(|a| format!("            {a},\n")).collect();
    format!("    {before}{head}(\n{lines}        {after}\n")
}
