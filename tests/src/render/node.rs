//! The Node package's rendered file: `index.d.ts`, the types of everything it exports. What is not from the table (opening,
//! closing, events, errors) stands here word for word.

use std::fmt::Write;

use paywright::api::describe::{
    Argument, CHOICES, FUNCTIONS, Field, Function, GATEWAYS, INPUTS, METHODS, Method, RECORDS,
    Record, Type,
};

use super::wrap;

const LINE: usize = 110;

const HEAD: &str = r"// Rendered from the surface table; to change it, change the table and run `render`.
import type { Buffer } from 'node:buffer';

/** An exact amount as decimal text, such as `'100.00'`. A number is refused. */
export type DecimalString = string;
/** HTTP headers of any framework: `headers` or `rawHeaders` of Node, or the web's `Headers`. */
export type HeadersLike =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>
  | readonly string[];
/** A raw body, exactly as it arrived. */
export type BodyLike = Uint8Array;
/** What `signatures` signs and verifies with: a secret's text, or the bytes of a binary one. */
export type KeyLike = string | Uint8Array;
/** An object, or its JSON text. */
export type JsonLike = string | object;

/** What every call takes. */
export interface CallOptions {
  /**
   * Ends the waiting: the promise rejects with the signal's reason. A call that has not begun yet does not begin; one that
   * has goes on, and what it did is found by asking.
   */
  signal?: AbortSignal | undefined;
}

/** A promise of a page; `for await` walks its items and those of all pages after it. */
export type Pages<Page, Item> = Promise<Page> & AsyncIterable<Item>;
";

const GATEWAYS_HEAD: &str = r"
/** The configuration of a gateway. It holds secrets: it is printed without them and is nothing in JSON. */
export interface GatewayConfiguration {
  /** Which gateway it is for. */
  toJSON(): { gateway: string };
}

/** A function for each gateway, which makes its configuration. */
export declare const gateways: {
";

const ENGINE: &str = r"
/** What an engine is opened with, beside the address of its database. */
export interface OpenOptions {
  /** The accounts that collect money, the first of a method being its default. */
  gateways?: readonly (GatewayConfiguration | import('./gateway.js').Gateway)[] | undefined;
  /** What is at stake; `development` unless said. */
  mode?: Mode | undefined;
  /** Lifecycles of the host, as objects or JSON text. */
  flows?: readonly JsonLike[] | undefined;
  /** The endpoints that `runDue` delivers the journal to. */
  webhooks?: readonly Webhook[] | undefined;
  /** A clock of `paywright/testing`. */
  clock?: import('./testing.js').ManualClock | undefined;
  /** Makes ids repeatable, for tests. */
  seed?: number | undefined;
  /** Refuse a database file that other users can read, instead of warning. */
  strictPermissions?: boolean | undefined;
  /** Take a database on a network file system, at one's own risk. */
  allowNetworkFileSystem?: boolean | undefined;
  /** How long to wait for another process that holds the database. */
  busyTimeoutMs?: number | undefined;
}

/** How a feed of events goes on. */
export interface FeedOptions {
  /** Ends the feed. */
  signal?: AbortSignal | undefined;
  /** How long to wait before looking for new events again; 1000 unless said. */
  intervalMs?: number | undefined;
}

/** An engine with its database and gateways. One serves a whole process. */
export declare class Paywright implements AsyncDisposable {
  private constructor();
  /**
   * Opens an engine on a database: a path, `sqlite:path` or `sqlite::memory:`. Errors: `config_…`, `mock_in_live`,
   * `flow_invalid`, `schema_newer`, `not_ours`, `network_fs`, `file_permissions`, `storage_…`.
   */
  static open(database: string, options?: OpenOptions): Promise<Paywright>;
  /**
   * Opens an engine as the environment says: `PAYWRIGHT_DATABASE_URL`, `PAYWRIGHT_MODE`, and the variables of every
   * gateway, such as `STRIPE_SECRET_KEY`. Its gateways stand behind those given; `mode` counts where the environment names
   * none.
   */
  static fromEnv(options?: OpenOptions): Promise<Paywright>;
  /** What an operator should know since this engine was opened. */
  get warnings(): string[];
  /** Gives the database back; later calls fail with `store_closed`. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /**
   * Hands the events that a named consumer has not dealt with to `handler`, one by one. When it throws, the event comes
   * again next time and the error goes on. Answers with how many were dealt with; at most 100 unless said.
   */
  deliverEvents(
    consumer: string,
    handler: (event: Event) => unknown,
    options?: CallOptions & { limit?: number | undefined },
  ): Promise<number>;
  /** Every event after a sequence number, and then each new one as it happens. */
  eventFeed(options?: FeedOptions & { after?: number | undefined }): AsyncGenerator<Event, void, undefined>;
  /**
   * What a named consumer has not dealt with, and then each new event. One is acknowledged when the loop comes back for
   * the next; one whose loop was left comes again.
   */
  consumeEvents(
    consumer: string,
    options?: FeedOptions & { limit?: number | undefined },
  ): AsyncGenerator<Event, void, undefined>;
";

const ERRORS: &str = r"
/** A refusal or a failure. Nothing in it is secret, so it may be logged as it is. */
export declare class PaywrightError extends Error {
  protected constructor();
  /** The stable code. */
  readonly code: string;
  /** The Chinese sentence. */
  readonly messageZh: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** The word for the class, the same in every language. */
  readonly group: string;
  /** The status that a host answers with, unless it knows better. */
  readonly httpStatus: number;
  /** What the sentences name. */
  readonly details: Readonly<Record<string, string>>;
  /** For a refused callback: the exact answer for the remote side. */
  readonly reply: Reply | null;
}
";

const CLASSES: &[(&str, &str)] = &[
    (
        "InvalidInput",
        "What was asked for is wrong in itself; asking again the same way cannot help.",
    ),
    ("NotFound", "The thing named does not exist."),
    ("Conflict", "Right in itself, but not in the present state of things."),
    ("SignatureInvalid", "A message could not be proved genuine."),
    ("Declined", "The payer's bank or wallet said no."),
    ("GatewayError", "The gateway answered with something that cannot be acted on."),
    ("RateLimited", "The gateway asks to slow down."),
    ("GatewayUnavailable", "The gateway did not answer; what happened there may be unknown."),
    ("CredentialsRejected", "The gateway does not accept the configured keys."),
    ("StorageError", "The database could not do its part."),
    ("ConfigError", "The configuration is wrong; nothing was opened."),
    ("InternalError", "A defect of Paywright itself."),
];

/// The modules of the functions. One that is not named here has no types, which the test of the types notices.
const MODULES: &[(&str, &str)] = &[
    (
        "signatures",
        "Signatures of payment providers, made and verified without an engine, at once. Bodies are the raw bytes that \
         arrived, times are Unix seconds that the caller gives.",
    ),
    ("display", "What a payer is shown: QR codes, and amounts as people write them."),
];

/// `index.d.ts`.
pub(super) fn types() -> String {
    let mut out = HEAD.to_owned();
    for choice in CHOICES {
        let words: Vec<_> = choice.words.iter().map(|word| format!("'{word}'")).collect();
        out += &documented("", &choice.doc.prose());
        let one_of = wrap(&words.join(" | "), LINE).join("\n  ");
        _ = writeln!(out, "export type {} =\n  {one_of};", choice.name);
    }
    INPUTS.iter().for_each(|input| handed_in(&mut out, input, input.name));
    GATEWAYS.iter().for_each(|g| handed_in(&mut out, g, &format!("{}Fields", g.name)));
    RECORDS.iter().for_each(|record| answered(&mut out, record));
    out += GATEWAYS_HEAD;
    GATEWAYS.iter().for_each(|gateway| made(&mut out, gateway));
    out += "};\n";
    METHODS.iter().for_each(|method| options(&mut out, method));
    out += ENGINE;
    METHODS.iter().for_each(|m| self::method(&mut out, m));
    out += "}\n";
    for (module, doc) in MODULES {
        out += "\n";
        out += &documented("", doc);
        _ = writeln!(out, "export declare const {module}: {{");
        let of = FUNCTIONS.iter().filter(|function| function.module == *module);
        of.for_each(|f| function(&mut out, f));
        out += "};\n";
    }
    out += ERRORS;
    for (name, doc) in CLASSES {
        out += &documented("", doc);
        _ = writeln!(out, "export declare class {name} extends PaywrightError {{}}");
    }
    out
}

/// A comment before something.
fn documented(indent: &str, prose: &str) -> String {
    let lines = wrap(prose, LINE - indent.len());
    match &lines[..] {
        [one] => format!("{indent}/** {one} */\n"),
        lines => {
            let starred: Vec<_> = lines.iter().map(|line| format!("{indent} * {line}\n")).collect();
            format!("{indent}/**\n{}{indent} */\n", starred.concat())
        }
    }
}

/// Plain data that a host hands in.
fn handed_in(out: &mut String, record: &Record, name: &str) {
    *out += "\n";
    *out += &documented("", &record.doc.prose());
    _ = writeln!(out, "export interface {name} {{");
    for field in record.fields {
        *out += &documented("  ", &field.doc.prose());
        *out += &member(field.name, field.kind, may_lack(field.kind), "");
    }
    *out += "}\n";
}

/// A named value that may be handed in.
fn member(name: &str, kind: Type, may_lack: bool, indent: &str) -> String {
    let description = name == "description" && kind.name == "Secret";
    let taken = if description { "JsonLike".to_owned() } else { taken(kind) };
    match may_lack {
        true => format!("{indent}  {}?: {taken} | null | undefined;\n", camel(name)),
        false => format!("{indent}  {}: {taken};\n", camel(name)),
    }
}

fn may_lack(kind: Type) -> bool {
    matches!(kind.name, "Optional" | "List" | "Map")
}

/// Plain data that a method answers with.
fn answered(out: &mut String, record: &Record) {
    *out += "\n";
    *out += &documented("", &record.doc.prose());
    _ = writeln!(out, "export interface {} {{", record.name);
    for Field { name, kind, doc } in record.fields {
        *out += &documented("  ", &doc.prose());
        _ = writeln!(out, "  {}: {};", camel(name), given(*kind));
    }
    *out += "}\n";
}

/// The function that makes a gateway's configuration.
fn made(out: &mut String, gateway: &Record) {
    *out += &documented("  ", &gateway.doc.prose());
    let needed = gateway.fields.iter().any(|field| !may_lack(field.kind));
    let mark = if needed { "" } else { "?" };
    let name = gateway.name;
    let function = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
    _ = writeln!(out, "  {function}(fields{mark}: {name}Fields): GatewayConfiguration;");
}

fn options_name(method: &Method) -> String {
    let name = camel(method.name);
    format!("{}{}Options", name[..1].to_uppercase(), &name[1..])
}

fn has_options(method: &Method) -> bool {
    !(method.named.is_empty() && method.left_out.is_empty())
}

/// What a method takes by name.
fn options(out: &mut String, method: &Method) {
    if !has_options(method) {
        return;
    }
    *out += &documented("", &format!("What `{}` takes by name.", camel(method.name)));
    _ = writeln!(out, "export interface {} extends CallOptions {{", options_name(method));
    for Argument { name, kind } in method.named {
        *out += &member(name, *kind, false, "");
    }
    for Argument { name, kind } in method.left_out {
        *out += &member(name, *kind, true, "");
    }
    *out += "}\n";
}

fn method(out: &mut String, method: &Method) {
    *out += &documented("  ", &camel_in_code(&method.doc.prose()));
    let mut arguments: Vec<_> =
        method.place.iter().map(|a| format!("{}: {}", camel(a.name), taken(a.kind))).collect();
    arguments.push(match (has_options(method), method.named.is_empty()) {
        (false, _) => "options?: CallOptions".to_owned(),
        (true, true) => format!("options?: {}", options_name(method)),
        (true, false) => format!("options: {}", options_name(method)),
    });
    let answer = match item(method.result) {
        Some(item) => format!("Pages<{}, {item}>", method.result.name),
        None => format!("Promise<{}>", given(method.result)),
    };
    _ = writeln!(out, "  {}({}): {answer};", camel(method.name), arguments.join(", "));
}

/// What a page holds, if it is one.
fn item(result: Type) -> Option<&'static str> {
    let record = RECORDS.iter().find(|record| record.name == result.name)?;
    record.fields.iter().find(|field| field.name == "items")?.kind.of
}

fn function(out: &mut String, function: &Function) {
    *out += &documented("  ", &camel_in_code(&function.doc.prose()));
    let key = |kind: Type| {
        let secret = matches!((kind.name, kind.of), ("Secret", _) | (_, Some("Secret")));
        if secret { taken(kind).replace("string", "KeyLike") } else { taken(kind) }
    };
    let mut arguments: Vec<_> =
        function.place.iter().map(|a| format!("{}: {}", camel(a.name), key(a.kind))).collect();
    if !function.left_out.is_empty() {
        let spare: Vec<_> = function
            .left_out
            .iter()
            .map(|a| format!("      {}?: {} | null | undefined;\n", camel(a.name), key(a.kind)))
            .collect();
        arguments.push(format!("options?: {{\n{}    }}", spare.concat()));
    }
    _ = writeln!(
        out,
        "  {}(\n    {},\n  ): {};",
        camel(function.name),
        arguments.join(",\n    "),
        given(function.result)
    );
}

/// What a method, a function or a configuration takes.
fn taken(kind: Type) -> String {
    match kind.of {
        Some(inner) if kind.name == "Optional" => taken_name(inner).to_owned(),
        Some(inner) => format!("readonly {}[]", taken_name(inner)),
        None => taken_name(kind.name).to_owned(),
    }
}

fn taken_name(name: &str) -> &str {
    match name {
        "Bytes" => "BodyLike",
        "Headers" => "HeadersLike",
        "Json" => "JsonLike",
        "Secret" => "string",
        "Map" => "Readonly<Record<string, string>>",
        "Gateway" => "GatewayConfiguration",
        other => given_name(other),
    }
}

/// What a method or a record gives.
fn given(kind: Type) -> String {
    match kind.of {
        Some(inner) if kind.name == "Optional" => format!("{} | null", given_name(inner)),
        Some(inner) => format!("{}[]", given_name(inner)),
        None => given_name(kind.name).to_owned(),
    }
}

fn given_name(name: &str) -> &str {
    match name {
        "Text" => "string",
        "Whole" => "number",
        "Flag" => "boolean",
        "Amount" => "DecimalString",
        "Time" => "Date",
        "Bytes" => "Buffer",
        "Map" | "Headers" => "Record<string, string>",
        other => other,
    }
}

/// A name of the table as JavaScript spells it.
pub(super) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |spelled, word| {
        let (letter, rest) = word.split_at(word.len().min(1));
        spelled + &letter.to_uppercase() + rest
    })
}

/// Prose in which names of methods and arguments are spelled as here; codes of errors stay as they are.
fn camel_in_code(prose: &str) -> String {
    let arguments = METHODS.iter().flat_map(|m| [m.place, m.named, m.left_out]).flatten();
    let spare = FUNCTIONS.iter().flat_map(|f| [f.place, f.left_out]).flatten();
    let names = METHODS.iter().map(|m| m.name).chain(arguments.chain(spare).map(|a| a.name));
    names.fold(prose.to_owned(), |prose, name| {
        prose.replace(&format!("`{name}`"), &format!("`{}`", camel(name)))
    })
}
