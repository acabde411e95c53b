//! The Swift package's JSON: a `Codable` conformance for each choice, input and record of the surface table, and the samples
//! that its tests send there and back. It knows the names of the table and nothing of how a value is written:
//! `Members.swift` does.

use std::fmt::Write as _;

use paywright::api::describe::{CHOICES, Choice, INPUTS, RECORDS, Record, Type};

use super::node::camel;
use super::swift::ON_DEVICES;

const NOTICE: &str = "// Rendered from the surface table by `make render`; do not edit.\n";

const CHOICES_HEAD: &str = "
// Choices and inputs in JSON, by the names of the table.

";

const RECORDS_HEAD: &str = "
// Records in JSON: members by the names of the table. How each value is written stands in `Members.swift`.

";

const SAMPLES_HEAD: &str = "
import Foundation

@testable import Paywright

";

/// What is never written down: secrets, and headers that hold credentials.
const NEVER_WRITTEN: [&str; 2] = ["Secret", "Headers"];

/// `Coding.swift`: choices and inputs.
pub(super) fn choices() -> String {
    let mut out = format!("{NOTICE}{CHOICES_HEAD}");
    CHOICES.iter().for_each(|c| choice(&mut out, c));
    coded(INPUTS).for_each(|r| record(&mut out, r));
    trimmed(out)
}

/// `CodingRecords.swift`.
pub(super) fn records() -> String {
    let mut out = format!("{NOTICE}{RECORDS_HEAD}");
    coded(RECORDS).for_each(|r| record(&mut out, r));
    trimmed(out)
}

/// The tests' `Samples.swift`.
pub(super) fn samples() -> String {
    let mut out = format!("{NOTICE}{SAMPLES_HEAD}");
    for choice in CHOICES {
        let first = choice.words.first().copied().unwrap_or_default();
        let _ = writeln!(out, "extension {}: Sample {{", choice.name);
        let _ =
            writeln!(out, "    static var sample: {} {{ .`{}` }}\n}}\n", choice.name, camel(first));
    }
    coded(INPUTS).chain(coded(RECORDS)).for_each(|r| sample(&mut out, r));
    out.push_str("/// Every word of every choice, with what it stands for.\n");
    out.push_str("let everyWord: [(any Codable & Hashable, String)] = [\n");
    for choice in CHOICES {
        for word in choice.words {
            let _ = writeln!(out, "    ({}.`{}`, \"{word}\"),", choice.name, camel(word));
        }
    }
    out.push_str(
        "]\n\n/// Every record and input that is written as JSON, with the names of its members.\n",
    );
    out.push_str("let everyRecord: [(any Sample.Type, [String])] = [\n");
    for record in coded(INPUTS).chain(coded(RECORDS)) {
        let names: Vec<_> = record.fields.iter().map(|f| format!("\"{}\"", f.name)).collect();
        let _ = writeln!(out, "    ({}.self, [{}]),", record.name, names.join(", "));
    }
    out.push_str(
        "]\n\n/// Every value type of the package may go to another thread, and be a key.\n",
    );
    out.push_str("func everyTypeIsAValue() {\n");
    let gateways = ON_DEVICES.iter().copied().chain(["Gateway"]);
    let records = INPUTS.iter().chain(RECORDS).map(|r| r.name);
    for name in CHOICES.iter().map(|c| c.name).chain(records).chain(gateways) {
        let _ = writeln!(out, "    requireValue({name}.self)");
    }
    out.push_str("}\n\n/// What holds secrets has no form in JSON.\n");
    let secret = INPUTS.iter().chain(RECORDS).filter(|r| !is_coded(r)).map(|r| r.name);
    let secret: Vec<_> =
        secret.chain(ON_DEVICES).chain(["Gateway"]).map(|n| format!("{n}.self")).collect();
    let _ = writeln!(out, "let neverWritten: [Any.Type] = [{}]", secret.join(", "));
    out
}

fn coded(records: &'static [Record]) -> impl Iterator<Item = &'static Record> {
    records.iter().filter(|record| is_coded(record))
}

/// Nothing in it, however deep, is kept from being written down.
fn is_coded(record: &Record) -> bool {
    record.fields.iter().all(|field| {
        let name = field.kind.of.unwrap_or(field.kind.name);
        let inner = INPUTS.iter().chain(RECORDS).find(|other| other.name == name);
        !NEVER_WRITTEN.contains(&name) && inner.is_none_or(is_coded)
    })
}

fn choice(out: &mut String, choice: &Choice) {
    let name = choice.name;
    let _ = writeln!(out, "extension {name}: RawRepresentable, Codable, InJSON {{");
    out.push_str("    /// From the word that every language has for it; nothing for any other.\n");
    out.push_str("    public init?(rawValue: String) {\n        switch rawValue {\n");
    for word in choice.words {
        let _ = writeln!(out, "        case \"{word}\": self = .`{}`", camel(word));
    }
    out.push_str("        default: return nil\n        }\n    }\n\n");
    out.push_str("    /// The word that every language has for it.\n");
    out.push_str("    public var rawValue: String {\n        switch self {\n");
    for word in choice.words {
        let _ = writeln!(out, "        case .`{}`: return \"{word}\"", camel(word));
    }
    out.push_str("        }\n    }\n}\n\n");
}

fn record(out: &mut String, record: &Record) {
    let _ = writeln!(out, "extension {}: Codable, InJSON {{", record.name);
    out.push_str("    /// From JSON with the names of the table, or with those of Swift.\n");
    out.push_str("    public init(from decoder: any Decoder) throws {\n");
    out.push_str("        let members = try Members(decoder)\n        self.init(\n");
    let fields = record.fields.iter().map(|field| {
        let how = if field.kind.name == "Optional" { "maybe" } else { "needed" };
        format!("            {}: try members.{how}(\"{}\")", camel(field.name), field.name)
    });
    out.push_str(&fields.collect::<Vec<_>>().join(",\n"));
    out.push_str("\n        )\n    }\n\n    /// As JSON with the names of the table.\n");
    out.push_str("    public func encode(to encoder: any Encoder) throws {\n");
    out.push_str("        var told = Told(encoder)\n");
    for field in record.fields {
        let _ = writeln!(out, "        try told.set(\"{}\", {})", field.name, camel(field.name));
    }
    out.push_str("    }\n}\n\n");
}

fn sample(out: &mut String, record: &Record) {
    let _ = writeln!(out, "extension {}: Sample {{", record.name);
    let _ = writeln!(out, "    static var sample: {} {{\n        {}(", record.name, record.name);
    let fields = record
        .fields
        .iter()
        .map(|field| format!("            {}: {}", camel(field.name), sampled(field.kind)));
    out.push_str(&fields.collect::<Vec<_>>().join(",\n"));
    out.push_str("\n        )\n    }\n}\n\n");
}

/// A value of a type, never nothing and never empty.
fn sampled(kind: Type) -> &'static str {
    match kind.name {
        "List" => "[.sample, .sample]",
        _ => ".sample",
    }
}

/// One line end at the end.
fn trimmed(out: String) -> String {
    format!("{}\n", out.trim_end())
}
