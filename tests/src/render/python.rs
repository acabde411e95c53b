//! The Python package's rendered files: `_native.pyi`, the stub of the compiled module, `types.py`, the names for
//! annotations, and `signatures.py` and `display.py`, where the functions are found. What is not from the table (opening,
//! closing, events) stands here word for word.

use paywright::api::describe::{
    Argument, CHOICES, Doc, FUNCTIONS, Field, Function, GATEWAYS, INPUTS, METHODS, Method, RECORDS,
    Record, Type,
};

use super::wrap;

pub(super) const NOTICE: &str =
    "# Rendered from the surface table; to change it, change the table and run `render`.\n";
const LINE: usize = 92;

const TYPES_HEAD: &str = r#""""Names for annotations: the closed sets of words, and what methods take besides plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

AmountLike: TypeAlias = Decimal | int | str
"""An exact amount: a Decimal, a whole number, or decimal text such as "100.00". Floats are refused."""


class HasItems(Protocol):
    """Headers as the standard library keeps them: names and values, one name maybe twice."""

    def items(self) -> Iterable[tuple[str, Any]]: ...


HeadersLike: TypeAlias = HasItems | Mapping[str, object] | Iterable[tuple[str | bytes, str | bytes]]
"""HTTP headers of any framework, or a WSGI environment."""
BodyLike: TypeAlias = bytes | bytearray | memoryview
"""A raw body, exactly as it arrived."""
SecretLike: TypeAlias = str | Mapping[str, object]
"""A secret as text; a mapping stands for its JSON text."""
KeyLike: TypeAlias = str | bytes
"""What `paywright.signatures` signs and verifies with: a secret's text, or the bytes of a binary one."""
JsonLike: TypeAlias = str | Mapping[str, object]
"""An object as JSON text; a mapping stands for its JSON text."""
"#;

const SIGNATURES_HEAD: &str = r#""""Signatures of payment providers, made and verified without an engine.

Bodies are raw bytes, times are Unix seconds that the caller gives; a refusal is a
`paywright.PaywrightError` whose `code` names the cause.
"""
"#;

const DISPLAY_HEAD: &str = r#""""What payers see, made without an engine: QR codes and amounts.

A refusal is a `paywright.PaywrightError` whose `code` names the cause.
"""
"#;

const STUB_IMPORTS: &str = "\
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from os import PathLike
from types import TracebackType
from typing import Any, final

";

const ENGINE: &str = r#"
@final
class Paywright:
    """An engine with its database and gateways. All methods may be called from many threads at once."""

    @classmethod
    def open(
        cls,
        database: str | PathLike[str],
        *,
        gateways: Iterable[GATEWAY] = (),
        mode: Mode = "development",
        flows: Iterable[str | Mapping[str, object]] = (),
        webhooks: Iterable[Webhook | WebhookFields] = (),
        clock: ManualClock | None = None,
        seed: int | None = None,
        strict_permissions: bool = False,
        allow_network_file_system: bool = False,
        busy_timeout_ms: int | None = None,
    ) -> Paywright:
        """Opens an engine on a database: a path, `sqlite:path` or `sqlite::memory:`.

        `flows` are lifecycles of the host, as JSON text or mappings. `webhooks` are the endpoints
        that `run_due` delivers the journal to. `clock` and `seed` make everything repeatable; they
        are for tests. Errors: `config_…`, `mock_in_live`,
        `flow_invalid`, `schema_newer`, `not_ours`, `network_fs`, `file_permissions`, `storage_…`.
        """
    @classmethod
    def from_env(
        cls,
        *,
        gateways: Iterable[GATEWAY] = (),
        mode: Mode = "development",
        flows: Iterable[str | Mapping[str, object]] = (),
        webhooks: Iterable[Webhook | WebhookFields] = (),
        clock: ManualClock | None = None,
        seed: int | None = None,
        strict_permissions: bool = False,
        allow_network_file_system: bool = False,
        busy_timeout_ms: int | None = None,
    ) -> Paywright:
        """Opens an engine as the environment says: `PAYWRIGHT_DATABASE_URL`, `PAYWRIGHT_MODE`,
        and the variables of every gateway, such as `STRIPE_SECRET_KEY`.

        Its gateways stand behind `gateways`; `mode` counts where the environment names none.
        """
    @property
    def warnings(self) -> list[str]:
        """What an operator should know since this engine was opened."""
    def close(self) -> None:
        """Gives the database back; later calls fail with `store_closed`."""
    def __enter__(self) -> Paywright: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...
    def deliver_events(
        self, consumer: str, handler: Callable[[Event], object], *, limit: int | None = None
    ) -> int:
        """Hands the events that a named consumer has not dealt with to `handler`, one by one.

        When it raises, the event comes again next time and the exception goes on. Answers with
        how many were dealt with; at most 100 unless said.
        """
"#;

const CLOCK: &str = r#"
@final
class ManualClock:
    """A clock that stands still until it is told to move."""

    def __new__(cls, now: datetime) -> ManualClock: ...
    @property
    def now(self) -> datetime:
        """What it shows."""
    def set(self, now: datetime) -> None:
        """Moves it, in either direction."""
    def advance(self, seconds: int) -> None:
        """Moves it on by whole seconds."""

def _restore(record: str, json: str) -> object: ...
"#;

/// `types.py`.
pub(super) fn types() -> String {
    let mut out = format!("{NOTICE}{TYPES_HEAD}\n");
    for choice in CHOICES {
        let words: Vec<_> = choice.words.iter().map(|word| format!("    \"{word}\",\n")).collect();
        out.push_str(&format!("{}: TypeAlias = Literal[\n{}]\n", choice.name, words.concat()));
        out.push_str(&docstring("", &choice.doc.prose()));
    }
    INPUTS.iter().for_each(|input| fields_of(&mut out, input));
    let names =
        ["AmountLike", "BodyLike", "HasItems", "HeadersLike", "JsonLike", "KeyLike", "SecretLike"]
            .map(str::to_owned);
    let inputs = INPUTS.iter().map(|input| format!("{}Fields", input.name));
    let choices = CHOICES.iter().map(|choice| choice.name.to_owned());
    out.push_str(&all(names.into_iter().chain(choices).chain(inputs)));
    out
}

/// An input as a mapping: those of its fields that must be there, then the others.
fn fields_of(out: &mut String, input: &Record) {
    let (optional, must): (Vec<&Field>, Vec<&Field>) =
        input.fields.iter().partition(|f| may_lack(f.kind));
    let name = input.name;
    out.push_str(&format!("\n\nclass _{name}Must(TypedDict):\n"));
    must.iter().for_each(|f| out.push_str(&format!("    {}: {}\n", f.name, taken(f.kind))));
    out.push_str(&format!("\n\nclass {name}Fields(_{name}Must, total=False):\n"));
    out.push_str(&docstring("    ", &format!("{} As a mapping.", input.doc.prose())));
    out.push('\n');
    optional.iter().for_each(|f| out.push_str(&format!("    {}: {}\n", f.name, taken(f.kind))));
}

/// `_native.pyi`.
pub(super) fn stub() -> String {
    let mut out = format!("{NOTICE}{STUB_IMPORTS}");
    let choices = CHOICES.iter().map(|choice| choice.name.to_owned());
    let inputs = INPUTS.iter().map(|input| format!("{}Fields", input.name));
    let names = ["AmountLike", "BodyLike", "HeadersLike", "JsonLike", "KeyLike", "SecretLike"]
        .map(str::to_owned);
    let mut imports: Vec<_> = names.into_iter().chain(choices).chain(inputs).collect();
    imports.sort();
    out.push_str("from .gateways import Gateway\n");
    out.push_str(&format!("from .types import (\n    {},\n)\n", imports.join(",\n    ")));
    let classes = [INPUTS, GATEWAYS, RECORDS].into_iter().flatten().map(|r| r.name.to_owned());
    out.push_str(&all(classes.chain(["Paywright".to_owned()])));
    INPUTS.iter().for_each(|input| constructed(&mut out, input));
    GATEWAYS.iter().for_each(|gateway| constructed(&mut out, gateway));
    RECORDS.iter().for_each(|record| answered(&mut out, record));
    out.push_str(&ENGINE.replace("GATEWAY", &format!("{} | Gateway", gateways())));
    METHODS.iter().for_each(|m| method(&mut out, m));
    out.push_str(CLOCK);
    FUNCTIONS.iter().for_each(|f| function(&mut out, f));
    out
}

/// `signatures.py`.
pub(super) fn signatures() -> String {
    functions("signatures", SIGNATURES_HEAD)
}

/// `display.py`.
pub(super) fn display() -> String {
    functions("display", DISPLAY_HEAD)
}

/// A module of functions.
fn functions(module: &str, head: &str) -> String {
    let names = || FUNCTIONS.iter().filter(|f| f.module == module).map(|f| f.name);
    let mut out = format!("{NOTICE}{head}\nfrom ._native import (\n");
    names().for_each(|name| out.push_str(&format!("    {name},\n")));
    out.push_str(")\n");
    out.push_str(&all(names().map(str::to_owned)));
    out
}

/// The parameters of a class method of the engine, such as `open`, one line each.
pub(super) fn parameters(of: &str) -> Vec<String> {
    let after = ENGINE.split_once(&format!("    def {of}(\n        cls,\n"));
    let lines = after.and_then(|(_, rest)| rest.split_once("    ) -> Paywright:"));
    let gateway = format!("{} | Gateway", gateways());
    let line = |line: &str| line.trim().replace("GATEWAY", &gateway);
    lines.map(|(lines, _)| lines.lines().map(line).collect()).unwrap_or_default()
}

/// The configuration of any gateway.
pub(super) fn gateways() -> String {
    GATEWAYS.iter().map(|gateway| gateway.name).collect::<Vec<_>>().join(" | ")
}

pub(super) fn all(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.map(|name| format!("    \"{name}\",\n")).collect();
    names.sort();
    format!("\n__all__ = [\n{}]\n", names.concat())
}

/// A class that a host makes: its constructor takes every field by name.
fn constructed(out: &mut String, record: &Record) {
    class(out, record.name, record.doc);
    out.push_str("    def __new__(\n        cls,\n        *,\n");
    for field in record.fields {
        let default = if may_lack(field.kind) { default(field.kind) } else { "" };
        out.push_str(&format!("        {}: {}{default},\n", field.name, taken(field.kind)));
    }
    out.push_str(&format!("    ) -> {}:\n", record.name));
    let described = record.fields.iter().map(|f| format!("`{}`: {}", f.name, f.doc.prose()));
    out.push_str(&docstring("        ", &described.collect::<Vec<_>>().join(" ")));
    out.push_str("    def __eq__(self, other: object, /) -> bool: ...\n");
    out.push_str("    __hash__: None  # type: ignore[assignment]\n");
}

/// A class that methods answer with.
fn answered(out: &mut String, record: &Record) {
    class(out, record.name, record.doc);
    record.fields.iter().for_each(|field| property(out, field));
    out.push_str("    def to_dict(self) -> dict[str, Any]:\n");
    out.push_str("        \"\"\"As a dict of Python values, all the way down.\"\"\"\n");
    out.push_str("    def to_json(self) -> str:\n");
    out.push_str("        \"\"\"As JSON text, with amounts and times as text.\"\"\"\n");
    out.push_str("    def __eq__(self, other: object, /) -> bool: ...\n");
    out.push_str("    __hash__: None  # type: ignore[assignment]\n");
}

fn class(out: &mut String, name: &str, doc: Doc) {
    out.push_str(&format!("\n@final\nclass {name}:\n{}\n", docstring("    ", &doc.prose())));
}

fn property(out: &mut String, field: &Field) {
    out.push_str(&format!(
        "    @property\n    def {}(self) -> {}:\n",
        field.name,
        given(field.kind)
    ));
    out.push_str(&docstring("        ", &field.doc.prose()));
}

fn method(out: &mut String, method: &Method) {
    let must = |a: &Argument| format!("        {}: {},\n", a.name, taken(a.kind));
    let may = |a: &Argument| format!("        {}: {} | None = None,\n", a.name, taken(a.kind));
    out.push_str(&format!("    def {}(\n        self,\n", method.name));
    method.place.iter().for_each(|a| out.push_str(&must(a)));
    if !(method.named.is_empty() && method.left_out.is_empty()) {
        out.push_str("        *,\n");
    }
    method.named.iter().for_each(|a| out.push_str(&must(a)));
    method.left_out.iter().for_each(|a| out.push_str(&may(a)));
    out.push_str(&format!("    ) -> {}:\n", given(method.result)));
    out.push_str(&docstring("        ", &method.doc.prose()));
}

fn function(out: &mut String, function: &Function) {
    let key = |kind: Type| taken(kind).replace("SecretLike", "KeyLike");
    out.push_str(&format!("def {}(\n", function.name));
    for a in function.place {
        out.push_str(&format!("    {}: {},\n", a.name, key(a.kind)));
    }
    for a in function.left_out {
        out.push_str(&format!("    {}: {} | None = None,\n", a.name, key(a.kind)));
    }
    out.push_str(&format!(") -> {}:\n", given(function.result)));
    out.push_str(&docstring("    ", &function.doc.prose()));
}

pub(super) fn docstring(indent: &str, prose: &str) -> String {
    let lines = wrap(prose, LINE - indent.len());
    match &lines[..] {
        [one] => format!("{indent}\"\"\"{one}\"\"\"\n"),
        many => {
            let rest: String = many.iter().skip(1).map(|l| format!("{indent}{l}\n")).collect();
            let first = many.first().map_or("", String::as_str);
            format!("{indent}\"\"\"{first}\n{rest}{indent}\"\"\"\n")
        }
    }
}

fn may_lack(kind: Type) -> bool {
    matches!(kind.name, "Optional" | "List" | "Map")
}

fn default(kind: Type) -> &'static str {
    if kind.name == "Optional" { " = None" } else { " = ()" }
}

/// What a method or a constructor takes.
pub(super) fn taken(kind: Type) -> String {
    match kind.of {
        Some(inner) if kind.name == "Optional" => format!("{} | None", taken_name(inner)),
        Some(inner) => format!("Iterable[{}]", taken_name(inner)),
        None => taken_name(kind.name),
    }
}

fn taken_name(name: &str) -> String {
    match name {
        "Amount" => "AmountLike".to_owned(),
        "Bytes" => "BodyLike".to_owned(),
        "Headers" => "HeadersLike".to_owned(),
        "Json" => "JsonLike".to_owned(),
        "Secret" => "SecretLike".to_owned(),
        "Map" => "Mapping[str, str]".to_owned(),
        "Gateway" => gateways(),
        input if INPUTS.iter().any(|i| i.name == input) => format!("{input} | {input}Fields"),
        other => given_name(other).to_owned(),
    }
}

/// What a method or a record gives.
pub(super) fn given(kind: Type) -> String {
    match kind.of {
        Some(inner) if kind.name == "Optional" => format!("{} | None", given_name(inner)),
        Some(inner) => format!("list[{}]", given_name(inner)),
        None => given_name(kind.name).to_owned(),
    }
}

fn given_name(name: &str) -> &str {
    match name {
        "Text" => "str",
        "Whole" => "int",
        "Flag" => "bool",
        "Amount" => "Decimal",
        "Time" => "datetime",
        "Bytes" => "bytes",
        "Map" | "Headers" => "dict[str, str]",
        other => other,
    }
}
