//! `tests/surface.json`: the surface table for test runners in any language. It holds no documentation.

use paywright::api::describe::{
    CHOICES, Choice, FUNCTIONS, Function, GATEWAYS, INPUTS, METHODS, Method, RECORDS, Record,
};
use paywright::error::Group;
use serde::Serialize;

#[derive(Serialize)]
struct Surface {
    choices: &'static [Choice],
    inputs: &'static [Record],
    gateways: &'static [Record],
    records: &'static [Record],
    methods: &'static [Method],
    functions: &'static [Function],
    groups: Vec<ErrorGroup>,
}

#[derive(Serialize)]
struct ErrorGroup {
    name: &'static str,
    http_status: u16,
}

pub(super) fn metadata() -> String {
    let group = |g: &Group| ErrorGroup { name: g.as_str(), http_status: g.http_status() };
    let surface = Surface {
        choices: CHOICES,
        inputs: INPUTS,
        gateways: GATEWAYS,
        records: RECORDS,
        methods: METHODS,
        functions: FUNCTIONS,
        groups: Group::ALL.iter().map(group).collect(),
    };
    let mut text = serde_json::to_string_pretty(&surface).expect("plain data is JSON");
    text.push('\n');
    text
}
