//! The Swift tests' `Calls.swift`: from a method's name and JSON to the typed call, since Swift has no way to look one up. It
//! is to scenario files what a host's own code is to the package, and decides nothing.

use std::fmt::Write as _;

use paywright::api::describe::{CHOICES, Choice, GATEWAYS, INPUTS, METHODS, Method, Record, Type};

use super::node::camel;

const HEAD: &str = "\
// Rendered from the surface table by `make render`; do not edit.

import Foundation

@testable import Paywright

";

/// The gateways of a build for devices, the only ones that stories need; where there were another, the package for devices
/// would not compile.
pub(super) const ON_DEVICES: [&str; 3] = ["Mock", "Bank", "Signed"];

/// `Calls.swift`.
pub(super) fn calls() -> String {
    let mut out = HEAD.to_owned();
    CHOICES.iter().for_each(|c| choice(&mut out, c));
    INPUTS.iter().chain(gateways()).for_each(|r| record(&mut out, r));
    gateway(&mut out);
    out.push_str("/// Calls a method of the public face with arguments from JSON.\n");
    out.push_str("func call(_ pay: Paywright, _ method: String, _ given: Given) throws -> Any {\n");
    out.push_str("    switch method {\n");
    METHODS.iter().for_each(|m| method(&mut out, m));
    out.push_str("    default: throw Inexpressible(method)\n    }\n}\n");
    out
}

fn gateways() -> impl Iterator<Item = &'static Record> {
    GATEWAYS.iter().filter(|gateway| ON_DEVICES.contains(&gateway.name))
}

/// An extension that reads a type from JSON.
fn readable(out: &mut String, name: &str, body: &str) {
    let _ = writeln!(out, "extension {name}: Readable {{");
    let _ = writeln!(out, "    static func read(_ json: Any) throws -> {name} {{");
    let _ = writeln!(out, "{body}    }}\n}}\n");
}

fn choice(out: &mut String, choice: &Choice) {
    let mut body = "        switch json as? String {\n".to_owned();
    for word in choice.words {
        let _ = writeln!(body, "        case \"{word}\": return .`{}`", camel(word));
    }
    body.push_str("        default: throw Inexpressible(\"\\(json)\")\n        }\n");
    readable(out, choice.name, &body);
}

fn record(out: &mut String, record: &Record) {
    let fields = record.fields.iter().map(|field| (field.name, field.kind, false));
    let body = format!(
        "        let given = try Given(json)\n        return {}(\n{}\n        )\n",
        record.name,
        labelled(fields, "            ")
    );
    readable(out, record.name, &body);
}

/// The configuration of a gateway: one member, its name, with the fields.
fn gateway(out: &mut String) {
    let mut body = "        let (name, fields) = try Given(json).only()\n".to_owned();
    body.push_str("        switch name {\n");
    for gateway in gateways() {
        let (name, word) = (gateway.name, gateway.name.to_lowercase());
        let _ = writeln!(body, "        case \"{word}\": return .{word}(try {name}.read(fields))");
    }
    body.push_str("        default: throw Inexpressible(name)\n        }\n");
    readable(out, "Gateway", &body);
}

fn method(out: &mut String, method: &Method) {
    let needed = [method.place, method.named].into_iter().flatten();
    let needed = needed.map(|argument| (argument.name, argument.kind, false));
    let left_out = method.left_out.iter().map(|argument| (argument.name, argument.kind, true));
    let name = camel(method.name);
    let given = labelled(needed.chain(left_out), "            ");
    let _ = match given.is_empty() {
        true => writeln!(out, "    case \"{}\": return try pay.{name}()", method.name),
        false => writeln!(
            out,
            "    case \"{}\":\n        return try pay.{name}(\n{given}\n        )",
            method.name
        ),
    };
}

/// Labels and values, a line for each. What may be left out is nothing where the JSON has no such member.
fn labelled(values: impl Iterator<Item = (&'static str, Type, bool)>, indent: &str) -> String {
    let value = |(name, kind, left_out): (&str, Type, bool)| {
        let how = match (left_out, kind.name) {
            (true, _) | (_, "Optional") => "maybe",
            (_, "List") => "list",
            _ => "needed",
        };
        format!("{indent}{}: try given.{how}(\"{name}\")", camel(name))
    };
    values.map(value).collect::<Vec<_>>().join(",\n")
}
