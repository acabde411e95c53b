//! What the Python package's adapters for web frameworks are rendered from the tables: the codes of errors with their
//! statuses and sentences, and the records as pydantic models. It adds no fact of its own.

use paywright::api::describe::{CHOICES, Field, RECORDS, Record, Type};
use paywright::error::{Code, Who};

use super::python::{NOTICE, all, docstring};

const CODES_HEAD: &str = r#""""Every code of the table of errors with what an answer over HTTP needs of it.

Only for the adapters of web frameworks: what the engine raises brings all of it along.
"""

from __future__ import annotations

from typing import NamedTuple

from .errors import _BY_GROUP, PaywrightError


class Code(NamedTuple):
    """A row of the table. In the sentences `{name}` stands for a detail."""

    group: str
    http_status: int
    who: str
    retryable: bool
    message: str
    message_zh: str


class _Details(dict[str, str]):
    """A detail that is not known stands for itself."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def refusal(code: str, **details: str) -> PaywrightError:
    """The error of a code, worded as the engine words it."""
    row, known = CODES[code], _Details(details)
    return _BY_GROUP[row.group](
        row.message.format_map(known),
        code=code,
        message_zh=row.message_zh.format_map(known),
        retryable=row.retryable,
        http_status=row.http_status,
        details=details,
    )


CODES: dict[str, Code] = {
"#;

const MODELS_HEAD: &str = r#""""The records that the engine answers with, as pydantic models: `Order.model_validate(pay.order(id))`.

Amounts are decimals and go out as text. Records that carry raw bytes or headers are not among them: they are no JSON.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from ..types import (
"#;

const MODELS_BASE: &str = r#"

class Record(BaseModel):
    """What all models share: they are read from the engine's own records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
"#;

/// `_codes.py`.
pub(super) fn codes() -> String {
    let mut out = format!("{NOTICE}{CODES_HEAD}");
    for code in Code::ALL {
        let group = code.group();
        let facts = [text(group.as_str()), group.http_status().to_string(), text(who(code.who()))];
        let retryable = if code.retryable() { "True" } else { "False" };
        out.push_str(&format!("    {}: Code(\n", text(code.as_str())));
        out.push_str(&format!("        {}, {retryable},\n", facts.join(", ")));
        for sentence in [code.sentence(), code.sentence_zh()] {
            out.push_str(&format!("        {},\n", text(sentence)));
        }
        out.push_str("    ),\n");
    }
    out.push_str("}\n");
    out
}

/// A text as Python writes it.
fn text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Who must act, as one word.
fn who(who: Who) -> &'static str {
    match who {
        Who::Caller => "caller",
        Who::Payer => "payer",
        Who::Operator => "operator",
        Who::Gateway => "gateway",
        Who::Time => "time",
        Who::Forger => "forger",
        Who::Us => "us",
    }
}

/// `fastapi/models.py`.
pub(super) fn models() -> String {
    let shown: Vec<&Record> = RECORDS.iter().filter(|record| is_json(record)).collect();
    let fields = || shown.iter().flat_map(|record| record.fields);
    let used = |name: &str| fields().any(|f| f.kind.name == name || f.kind.of == Some(name));
    let mut choices: Vec<_> = CHOICES.iter().map(|c| c.name).filter(|name| used(name)).collect();
    choices.sort_unstable();
    let mut out = format!("{NOTICE}{MODELS_HEAD}");
    choices.iter().for_each(|name| out.push_str(&format!("    {name},\n")));
    out.push_str(")\n");
    out.push_str(&all(shown.iter().map(|r| r.name).chain(["Record"]).map(str::to_owned)));
    out.push_str(MODELS_BASE);
    for record in shown {
        out.push_str(&format!("\n\nclass {}(Record):\n", record.name));
        out.push_str(&docstring("    ", &record.doc.prose()));
        out.push('\n');
        record.fields.iter().for_each(|f| out.push_str(&field(f)));
    }
    out
}

fn field(field: &Field) -> String {
    let kind = match field.kind.of {
        Some(inner) if field.kind.name == "Optional" => format!("{} | None", plain(inner)),
        Some(inner) => format!("list[{}]", plain(inner)),
        None => plain(field.kind.name).to_owned(),
    };
    let described = text(&field.doc.prose());
    let example = if kind.starts_with("Decimal") { ", examples=[\"100.00\"]" } else { "" };
    format!("    {}: {kind} = Field(description={described}{example})\n", field.name)
}

/// A record without bytes and headers, all the way down.
fn is_json(record: &Record) -> bool {
    let of_json = |name: &str| RECORDS.iter().find(|r| r.name == name).is_none_or(is_json);
    let raw = |kind: Type| matches!(kind.name, "Bytes" | "Headers" | "Secret");
    record.fields.iter().all(|f| !raw(f.kind) && of_json(f.kind.of.unwrap_or(f.kind.name)))
}

fn plain(name: &str) -> &str {
    match name {
        "Text" => "str",
        "Whole" => "int",
        "Flag" => "bool",
        "Time" => "datetime",
        "Amount" => "Decimal",
        "Map" => "dict[str, str]",
        other => other,
    }
}
