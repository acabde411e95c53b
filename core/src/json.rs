//! A strict JSON reader for messages that may be hostile: one pass, borrowing, numbers kept exactly as written.
//! It never guesses, never lets the last of two equal names win, and never builds a number.

use std::borrow::Cow;

use crate::error::{Code, Error, Result};

/// Objects and arrays inside one another, at most; keeps the stack flat whatever arrives (THREATS H54).
pub const DEPTH_MAX: usize = 64;
/// Up to so many names are compared pair by pair, which is faster than sorting and needs no memory.
const PAIRWISE_MAX: usize = 16;
/// Room for the members of an ordinary message, so that the outermost object is allocated once.
const USUAL_MEMBERS: usize = 12;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string, unescaped.
    Text(Cow<'a, str>),
    /// A number, exactly as written: `1.10`, `1e2`, `-0`.
    Number(&'a str),
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
    /// An object.
    Object(Object<'a>),
    /// An array.
    Array(Vec<Value<'a>>),
}

/// A JSON object: its members in the order they were written, no name twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object<'a> {
    members: Vec<Member<'a>>,
}

/// One `"name": value` of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The name, unescaped.
    pub name: Cow<'a, str>,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> Object<'a> {
    /// Reads a document that is exactly one object. The caller has limited its size.
    ///
    /// Fails with `malformed` (anything RFC 8259 does not allow, text that is not UTF-8, a byte order mark, NUL,
    /// half a surrogate pair, more than [`DEPTH_MAX`] levels) and `duplicate_field` (a name twice in one object,
    /// at any depth, compared after unescaping).
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::of(bytes)?;
        let object = reader.object(1)?;
        reader.end()?;
        Ok(object)
    }

    /// Reads a document like [`Object::parse`], and keeps with each of its members how the value was written, byte for
    /// byte, without the blanks around it: for senders that sign a part of a document.
    pub fn parse_written(bytes: &'a [u8]) -> Result<(Self, Vec<&'a str>)> {
        let mut reader = Reader::of(bytes)?;
        let (mut members, mut written) = (Vec::new(), Vec::new());
        reader.open(1)?;
        let mut open = !reader.take(b'}');
        while open {
            let name = reader.name()?;
            let start = reader.at;
            let value = reader.value(1)?;
            written.push(reader.since(start));
            members.push(Member { name, value });
            open = !reader.closed_by(b'}')?;
        }
        distinct(&members)?;
        reader.end()?;
        Ok((Object { members }, written))
    }

    /// The members, as ordered in the document.
    pub fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// A member's value.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.members.iter().find(|member| member.name == name).map(|member| &member.value)
    }

    /// A member that is a string; `None` when it is absent or something else.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// A member that is a number, as written; `None` when it is absent or something else.
    pub fn number(&self, name: &str) -> Option<&'a str> {
        match self.get(name) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// A member that is an object; `None` when it is absent or something else.
    pub fn object(&self, name: &str) -> Option<&Object<'a>> {
        match self.get(name) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// A member that is an array; `None` when it is absent or something else.
    pub fn array(&self, name: &str) -> Option<&[Value<'a>]> {
        match self.get(name) {
            Some(Value::Array(values)) => Some(values),
            _ => None,
        }
    }
}

impl Value<'_> {
    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Appends a JSON string, quoted and escaped so that it stays on one line.
pub fn write_text(out: &mut String, text: &str) {
    let is_plain = |b: u8| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\';
    out.push('"');
    // Without a way out on the first other byte, many bytes are looked at at once.
    if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        out.push_str(text);
    } else {
        write_escaped(out, text);
    }
    out.push('"');
}

/// The same without the quotes around it.
pub(crate) fn write_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
}

fn wrong(at: usize, why: &str) -> Error {
    Error::new(Code::Malformed).with("format", "JSON").with("why", format_args!("{why}, byte {at}"))
}

/// Where the reading stands. `at` is always on the border of a character.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// At the opening bracket of a document that is an object.
    fn of(bytes: &'a [u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|e| wrong(e.valid_up_to(), "not UTF-8"))?;
        let mut reader = Reader { text, at: 0 };
        reader.blanks();
        match reader.peek() {
            Some(b'{') => Ok(reader),
            _ => Err(reader.wrong("an object is needed")),
        }
    }

    /// Nothing but blanks may follow the document.
    fn end(&mut self) -> Result<()> {
        self.blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.wrong("something follows the document")),
        }
    }

    fn wrong(&self, why: &str) -> Error {
        wrong(self.at, why)
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// `depth` counts the objects and arrays around this value.
    fn value(&mut self, depth: usize) -> Result<Value<'a>> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b'{') => self.object(depth + 1).map(Value::Object),
            Some(b'[') => self.array(depth + 1).map(Value::Array),
            Some(b't') => self.word("true", Value::True),
            Some(b'f') => self.word("false", Value::False),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.wrong("a value is needed")),
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.wrong("a value is needed"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Object<'a>> {
        self.open(depth)?;
        let mut members = Vec::with_capacity(if depth == 1 { USUAL_MEMBERS } else { 0 });
        if !self.take(b'}') {
            loop {
                members.push(self.member(depth)?);
                if self.closed_by(b'}')? {
                    break;
                }
            }
            distinct(&members)?;
        }
        if depth > 1 {
            // Many small objects must not keep room for more: a message may hold a hundred thousand.
            members.shrink_to_fit();
        }
        Ok(Object { members })
    }

    fn member(&mut self, depth: usize) -> Result<Member<'a>> {
        let name = self.name()?;
        Ok(Member { name, value: self.value(depth)? })
    }

    /// A member's name and the colon, up to its value.
    fn name(&mut self) -> Result<Cow<'a, str>> {
        self.blanks();
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a name in quotes is needed"));
        }
        let name = self.string()?;
        self.blanks();
        if !self.take(b':') {
            return Err(self.wrong("a colon is needed"));
        }
        self.blanks();
        Ok(name)
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Value<'a>>> {
        self.open(depth)?;
        let mut values = Vec::new();
        if self.take(b']') {
            return Ok(values);
        }
        loop {
            self.blanks();
            values.push(self.value(depth)?);
            if self.closed_by(b']')? {
                values.shrink_to_fit();
                return Ok(values);
            }
        }
    }

    /// Steps over the opening bracket of level `depth` and the blanks behind it.
    fn open(&mut self, depth: usize) -> Result<()> {
        if depth > DEPTH_MAX {
            return Err(self.wrong("nested too deeply"));
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    /// After an item: whether the bracket closes here (else a comma says that another item follows).
    fn closed_by(&mut self, bracket: u8) -> Result<bool> {
        self.blanks();
        match self.peek() {
            Some(b) if b == bracket || b == b',' => {
                self.at += 1;
                Ok(b == bracket)
            }
            _ => Err(self.wrong("a comma or the closing bracket is needed")),
        }
    }

    fn number(&mut self) -> Result<&'a str> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(self.since(start))
    }

    fn digits(&mut self) -> Result<()> {
        let count = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.wrong("a digit is needed")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>> {
        self.at += 1;
        let plain = self.plain_text();
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut out = String::from(plain);
        while !self.take(b'"') {
            if !self.take(b'\\') {
                return Err(self.wrong("a string holds a control character or does not end"));
            }
            out.push(self.escape()?);
            out.push_str(self.plain_text());
        }
        Ok(Cow::Owned(out))
    }

    /// Everything up to a quote, a backslash or a character that must be escaped.
    fn plain_text(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.rest();
        let length = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f));
        self.at += length.unwrap_or(rest.len());
        self.since(start)
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char> {
        let kind = self.peek();
        self.at += 1;
        match kind {
            Some(c @ (b'"' | b'\\' | b'/')) => Ok(char::from(c)),
            Some(b'b') => Ok('\u{8}'),
            Some(b'f') => Ok('\u{c}'),
            Some(b'n') => Ok('\n'),
            Some(b'r') => Ok('\r'),
            Some(b't') => Ok('\t'),
            Some(b'u') => self.unicode_escape(),
            _ => {
                self.at -= 1;
                Err(self.wrong("an unknown escape"))
            }
        }
    }

    fn unicode_escape(&mut self) -> Result<char> {
        let mut code = self.four_hex_digits()?;
        if (0xd800..0xdc00).contains(&code) && self.take(b'\\') && self.take(b'u') {
            let low = self.four_hex_digits()?.checked_sub(0xdc00).filter(|low| *low < 0x400);
            let low = low.ok_or_else(|| self.wrong("half a surrogate pair"))?;
            code = 0x10000 + ((code - 0xd800) << 10) + low;
        }
        match char::from_u32(code) {
            Some('\0') => Err(self.wrong("a NUL character")),
            Some(c) => Ok(c),
            None => Err(self.wrong("half a surrogate pair")),
        }
    }

    fn four_hex_digits(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.wrong("four hex digits are needed"))?;
            self.at += 1;
        }
        Ok(code)
    }
}

/// Refuses a name that stands twice, whichever value would win.
fn distinct(members: &[Member<'_>]) -> Result<()> {
    match repeated(members) {
        Some(name) => Err(Error::new(Code::DuplicateField).with("field", name.escape_debug())),
        None => Ok(()),
    }
}

fn repeated<'m>(members: &'m [Member<'_>]) -> Option<&'m str> {
    let names = members.iter().map(|member| member.name.as_ref());
    if members.len() <= PAIRWISE_MAX {
        let earlier = |i: usize, name: &str| members.iter().take(i).any(|m| m.name == name);
        return names.enumerate().find(|(i, name)| earlier(*i, name)).map(|(_, name)| name);
    }
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests;
