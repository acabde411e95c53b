//! `docs/reference.md`: every method, function, record, choice, gateway, event, transfer and lifecycle, from the tables that
//! decide. It explains nothing that the tables do not.

use paywright::api::describe::{
    Argument, CHOICES, FUNCTIONS, Field, Function, GATEWAYS, INPUTS, METHODS, Method, RECORDS,
    Record, payment_diagram, refund_diagram,
};
use paywright::flow;
use paywright::journal::EventName;
use paywright::ledger;

use super::wrap;

const LINE: usize = 100;

const HEAD: &str = "\
# Reference

Rendered from the tables of the core by `cargo run -p paywright-tests --bin render`; a test compares it with them.

A type is `Text`, `Whole` (a whole number), `Flag`, `Amount` (an exact decimal), `Time` (an instant), `Bytes`, `Map`
(text to text), `Headers`, `Secret`, `Json` (an object as JSON text), `Gateway` (the configuration of any gateway), a choice, a record, `Optional<…>` or
`List<…>`. Each language spells them its own way: an `Amount` is a `decimal.Decimal` in Python and decimal text in JSON, a
`Time` is an aware `datetime` and RFC 3339 text.

Arguments after `*` are given by name. One with `?` may be left out.
";

const FUNCTIONS_HEAD: &str = "
## Functions

They work without an engine. All arguments may be given by place or by name; one with `?` may be left out.
";

const SIGNATURES_HEAD: &str = "
### Signatures

They sign and verify, in Python from `paywright.signatures`. Time is an argument: `now` and `timestamp` are Unix seconds.
";

const DISPLAY_HEAD: &str = "
### Display

What payers see: QR codes and amounts, in Python from `paywright.display`.
";

const ERRORS: &str = "
## Errors

Every code, its sentence and who must act: [errors.md](errors.md), in Chinese [zh/errors.md](zh/errors.md).
";

pub(super) fn reference() -> String {
    let mut out = String::from(HEAD);
    out.push_str("\n## Methods\n");
    METHODS.iter().for_each(|method| describe_method(&mut out, method));
    out.push_str(FUNCTIONS_HEAD);
    for (module, head) in [("signatures", SIGNATURES_HEAD), ("display", DISPLAY_HEAD)] {
        out.push_str(head);
        let functions = FUNCTIONS.iter().filter(|function| function.module == module);
        functions.for_each(|function| describe_function(&mut out, function));
    }
    describe_records(&mut out, "Inputs", INPUTS);
    describe_records(&mut out, "Gateways", GATEWAYS);
    describe_records(&mut out, "Records", RECORDS);
    describe_choices(&mut out);
    out.push_str(ERRORS);
    describe_events(&mut out);
    describe_transfers(&mut out);
    describe_lifecycles(&mut out);
    out
}

fn describe_method(out: &mut String, method: &Method) {
    let must = |a: &Argument| format!("{}: {}", a.name, a.kind);
    let may = |a: &Argument| format!("{}?: {}", a.name, a.kind);
    let mut arguments: Vec<_> = method.place.iter().map(must).collect();
    if !(method.named.is_empty() && method.left_out.is_empty()) {
        arguments.push("*".to_owned());
    }
    arguments.extend(method.named.iter().map(must).chain(method.left_out.iter().map(may)));
    let arguments = arguments.join(", ");
    out.push_str(&format!("\n### {}\n\n{}\n\n", method.name, method.doc.prose()));
    let call = format!("{}({arguments}) -> {}", method.name, method.result);
    out.push_str(&format!("```text\n{}\n```\n", wrap(&call, LINE).join("\n    ")));
}

fn describe_function(out: &mut String, function: &Function) {
    let must = function.place.iter().map(|a| format!("{}: {}", a.name, a.kind));
    let may = function.left_out.iter().map(|a| format!("{}?: {}", a.name, a.kind));
    let arguments = must.chain(may).collect::<Vec<_>>().join(", ");
    out.push_str(&format!("\n#### {}\n\n{}\n\n", function.name, function.doc.prose()));
    let call = format!("{}({arguments}) -> {}", function.name, function.result);
    out.push_str(&format!("```text\n{}\n```\n", wrap(&call, LINE).join("\n    ")));
}

fn describe_records(out: &mut String, title: &str, records: &[Record]) {
    out.push_str(&format!("\n## {title}\n"));
    for record in records {
        out.push_str(&format!("\n### {}\n\n{}\n\n", record.name, record.doc.prose()));
        let row = |f: &Field| vec![code(f.name), code(&f.kind.to_string()), f.doc.prose()];
        table(out, &["field", "type", "meaning"], record.fields.iter().map(row));
    }
}

fn describe_choices(out: &mut String) {
    out.push_str("\n## Choices\n\n");
    let row = |c: &paywright::api::describe::Choice| {
        let words: Vec<_> = c.words.iter().map(|word| code(word)).collect();
        vec![code(c.name), words.join(" "), c.doc.prose()]
    };
    table(out, &["choice", "words", "meaning"], CHOICES.iter().map(row));
}

fn describe_events(out: &mut String) {
    out.push_str("\n## Events\n\nThe names in `Event.event`.\n\n");
    EventName::ALL.iter().for_each(|name| out.push_str(&format!("* `{name}`\n")));
}

fn describe_transfers(out: &mut String) {
    out.push_str("\n## Ledger\n\nWhat each kind of transfer debits and credits; ");
    out.push_str("`source` is the account that a refund is paid from.\n\n");
    let row = |(kind, debit, credit)| vec![code(kind), code(debit), code(credit)];
    table(out, &["transfer", "debit", "credit"], ledger::recipes().map(row));
}

fn describe_lifecycles(out: &mut String) {
    out.push_str("\n## Lifecycles\n");
    let mut draw = |title: &str, diagram: String| {
        out.push_str(&format!("\n### {title}\n\n```mermaid\n{}\n```\n", diagram.trim_end()));
    };
    draw("Payment", payment_diagram());
    draw("Refund", refund_diagram());
    for flow in flow::built_in().expect("the built-in flows are sound") {
        draw(&format!("Flow `{}`", flow.name()), flow.diagram());
    }
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

fn table(out: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    out.push_str(&format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len())));
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}
