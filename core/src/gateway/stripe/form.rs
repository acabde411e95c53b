//! Stripe's form encoding: nested names in brackets, lists with their index, everything percent-encoded. It never sends
//! an empty value that the caller did not ask for, since an empty value clears a field.

use std::fmt::Display;

use crate::error::{Code, Error, Result};

/// Parameters in the order they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(String);

impl Form {
    /// No parameters.
    pub fn new() -> Self {
        Form::default()
    }

    /// Adds one whose name is a path, such as `["metadata", "payment_id"]`. Fails with `canonical` where a part of the
    /// name holds a bracket: which name was meant could not be told.
    pub fn add(&mut self, path: &[&str], value: impl Display) -> Result<()> {
        if path.iter().any(|part| part.is_empty() || part.contains(['[', ']'])) {
            let why = format!("a bracket or nothing in the name {:?}", path.join("/"));
            return Err(Error::new(Code::Canonical).with("why", why));
        }
        self.0.push_str(if self.0.is_empty() { "" } else { "&" });
        for (depth, part) in path.iter().enumerate() {
            self.0.push_str(if depth > 0 { "%5B" } else { "" });
            self.encode(part);
            self.0.push_str(if depth > 0 { "%5D" } else { "" });
        }
        self.0.push('=');
        self.encode(&value.to_string());
        Ok(())
    }

    /// The same, to go on with.
    pub fn with(mut self, path: &[&str], value: impl Display) -> Result<Self> {
        self.add(path, value)?;
        Ok(self)
    }

    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn encode(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    self.0.push(char::from(byte));
                }
                _ => self.0.push_str(&format!("%{byte:02X}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: names and values are encoded alike, and a bracket in a name is refused.
    #[test]
    fn names_and_values() {
        let form = Form::new().with(&["amount"], 2000).unwrap();
        let form = form.with(&["line_items", "0", "price_data", "a b"], "1+1=2 ü").unwrap();
        let expected =
            "amount=2000&line_items%5B0%5D%5Bprice_data%5D%5Ba%20b%5D=1%2B1%3D2%20%C3%BC";
        assert_eq!(form.as_str(), expected);
        for path in [&["metadata", "cart[0]"][..], &["metadata", ""], &["]"]] {
            let error = Form::new().with(path, "x").unwrap_err();
            assert_eq!(error.code(), Code::Canonical, "{path:?}");
        }
    }
}
