//! The address a payer is sent to, as a template with names in braces. A value can never change the host.

use std::fmt::Write;

use rust_decimal::Decimal;

use super::AmountUnit;
use crate::error::{Error, Result};
use crate::gateway::PaymentIntent;
use crate::money::Money;

/// A checked template.
#[derive(Debug)]
pub(super) struct Checkout {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Reference,
    Amount,
    Currency,
    PaymentId,
}

impl Checkout {
    /// Reads a template. Says what is wrong with it.
    pub(super) fn parse(template: &str, live: bool) -> Result<Self, String> {
        check_host(template, live)?;
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a { is not closed")?;
            parts.extend([Part::Text(text.to_owned()), Part::named(name)?]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Checkout { parts })
    }

    /// The address for one payment; the amount is written in the unit of the wire.
    pub(super) fn address(&self, payment: &PaymentIntent, unit: AmountUnit) -> Result<String> {
        let mut address = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => address.push_str(text),
                Part::Reference => push_encoded(&mut address, &payment.reference),
                Part::Amount => address.push_str(&amount_text(payment.amount, unit)?),
                Part::Currency => address.push_str(payment.amount.currency.code()),
                Part::PaymentId => push_encoded(&mut address, &payment.id.to_string()),
            }
        }
        Ok(address)
    }
}

impl Part {
    fn named(name: &str) -> Result<Self, String> {
        match name {
            "reference" => Ok(Part::Reference),
            "amount" => Ok(Part::Amount),
            "currency" => Ok(Part::Currency),
            "payment_id" => Ok(Part::PaymentId),
            _ => Err(format!("{{{name}}} is not reference, amount, currency or payment_id")),
        }
    }
}

/// The host stands in the template itself, in full, before anything that is filled in.
fn check_host(template: &str, live: bool) -> Result<(), String> {
    let plain = if live { None } else { template.strip_prefix("http://") };
    let behind_scheme = template
        .strip_prefix("https://")
        .or(plain)
        .ok_or("it must start with https:// (http:// only where it is not live)")?;
    let host = behind_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains(['{', '}', '@', '\\']) {
        return Err("the host must be written out".to_owned());
    }
    let is_address = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '`');
    if !template.chars().all(is_address) {
        return Err("it holds a character that no address may hold".to_owned());
    }
    Ok(())
}

fn amount_text(amount: Money, unit: AmountUnit) -> Result<String> {
    match unit {
        AmountUnit::Minor => Ok(amount.minor.to_string()),
        AmountUnit::Major => Decimal::try_new(amount.minor, amount.currency.exponent().into())
            .map(|decimal| decimal.to_string())
            .map_err(|e| Error::bug(format_args!("amount: {e}"))),
    }
}

/// Appends text so that it is one value of an address, whatever it holds.
fn push_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: a payer is never sent to a host that a value could choose, nor in the clear with live money.
    #[test]
    fn templates_are_checked() {
        let parse = |template: &str, live| Checkout::parse(template, live).map(drop);
        assert_eq!(parse("https://pay.example/{reference}?a={amount}", true), Ok(()));
        assert_eq!(parse("http://127.0.0.1:8000/?p={payment_id}", false), Ok(()));
        for bad in [
            "http://pay.example/",
            "pay.example",
            "https://",
            "https:///x",
            "https://{reference}/",
            "javascript:1",
            "https://a@b/",
            "https://pay.example/{token}",
            "https://pay.example/{reference",
            "https://pay.example/ x",
            "https://pay.example\\@evil/",
            "https://pay.example/\r\n",
        ] {
            assert!(parse(bad, true).is_err(), "{bad}");
        }
    }

    /// Protects: a value stays one value, whatever characters it holds.
    #[test]
    fn values_are_encoded() {
        let mut out = String::new();
        push_encoded(&mut out, "a/b?c=d&e#f é\r\n~.-_");
        assert_eq!(out, "a%2Fb%3Fc%3Dd%26e%23f%20%C3%A9%0D%0A~.-_");
    }
}
