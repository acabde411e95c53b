//! Judges `stripe-form-vectors/1`: parameters written by the library, read back and compared pair by pair. It writes no
//! form itself; blanks may be `+` or `%20`, because Stripe takes both.

use paywright::error::Code;
use paywright::gateway::stripe::form::Form;
use serde_json::Value;

use super::{Report, only, same};

/// What such a file calls itself.
pub const FORMAT: &str = "stripe-form-vectors/1";

/// Judges a whole file.
pub fn judge(file: &Value) -> Result<Report, String> {
    let mut report = Report::default();
    report.judge_list(file, "cases", case)?;
    Ok(report)
}

fn case(case: &Value) -> Result<(), String> {
    let known = ["id", "method", "path", "params", "python", "node", "pairs", "pairs_node"];
    only(case, &known)?;
    let expected = pairs(case.get("pairs").ok_or("pairs are missing")?)?;
    let mut form = Form::new();
    let params = case.get("params").ok_or("params are missing")?;
    match write(&mut form, &mut Vec::new(), params) {
        Ok(()) => same("the form", read(form.as_str())?, expected),
        // The protocol has such names refused: which name is meant cannot be told from the bytes.
        Err(Code::Canonical) if has_bracket(params) => Ok(()),
        Err(code) => Err(format!("refused with {code}")),
    }
}

/// Whether a name, at any depth, holds a bracket itself.
fn has_bracket(params: &Value) -> bool {
    match params {
        Value::Object(members) => {
            members.iter().any(|(name, value)| name.contains(['[', ']']) || has_bracket(value))
        }
        Value::Array(items) => items.iter().any(has_bracket),
        _ => false,
    }
}

/// Writes a parameter as the protocol has it: nothing for `null` and for what is empty.
fn write(form: &mut Form, path: &mut Vec<String>, value: &Value) -> Result<(), Code> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::Object(members) => {
            return members.iter().try_for_each(|(name, value)| write_at(form, path, name, value));
        }
        Value::Array(items) => {
            let mut numbered = items.iter().enumerate();
            return numbered.try_for_each(|(i, value)| write_at(form, path, &i.to_string(), value));
        }
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    form.add(&path, text).map_err(|error| error.code())
}

fn write_at(
    form: &mut Form,
    path: &mut Vec<String>,
    name: &str,
    value: &Value,
) -> Result<(), Code> {
    path.push(name.to_owned());
    write(form, path, value)?;
    path.pop();
    Ok(())
}

/// The pairs of the file, sorted: the order of members is lost in a JSON object.
fn pairs(list: &Value) -> Result<Vec<(String, String)>, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("a pair is not two texts");
    let list = list.as_array().ok_or("pairs is not a list")?;
    let pair = |pair: &Value| Ok((text(&pair[0])?, text(&pair[1])?));
    let mut pairs = list.iter().map(pair).collect::<Result<Vec<_>, &str>>()?;
    pairs.sort();
    Ok(pairs)
}

/// The pairs of a form, decoded and sorted.
fn read(form: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').ok_or("a pair without =")?;
        Ok((decode(name)?, decode(value)?))
    };
    let given = form.split('&').filter(|pair| !pair.is_empty());
    let mut pairs = given.map(pair).collect::<Result<Vec<_>, String>>()?;
    pairs.sort();
    Ok(pairs)
}

fn decode(text: &str) -> Result<String, String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let code = digit().zip(digit()).map(|(high, low)| high * 16 + low);
                let code = code.and_then(|code| u8::try_from(code).ok());
                out.push(code.ok_or("a percent sign without two digits")?);
            }
            byte if byte.is_ascii() => out.push(byte),
            _ => return Err("a byte that is not encoded".to_owned()),
        }
    }
    String::from_utf8(out).map_err(|e| e.to_string())
}
