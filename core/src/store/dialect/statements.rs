//! Statements that read and write rows, in the words of a database. It never changes what a statement means.

use super::tokens::{Token, around, bracketed, place, split, tokens, trimmed};
use super::{Dialect, Placeholder, Purpose, Wording};

/// A statement as a driver takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Which value stands at each place, counting from zero.
    pub order: Vec<usize>,
    /// A row that breaks a unique constraint is left out, as if the statement said so.
    pub skips_duplicates: bool,
    /// It answers the key of the row that it inserted.
    pub returns_key: bool,
}

/// Names of ours that MySQL takes for words of its own.
const RESERVED: &[&str] = &["key"];
/// Words at which a value in a list of results ends.
const ENDS: &[&str] = &["FROM", "AS", "WHERE", "GROUP", "ORDER", "THEN", "ELSE", "END"];
/// Makes a look inside a transaction see what is committed now.
const LOCKING: &str = " LOCK IN SHARE MODE";

pub(super) fn render(wording: &Wording, statement: &str, purpose: Purpose) -> Rendered {
    let tokens = tokens(statement);
    let mut writer = Writer::new(wording);
    match place(&tokens, "ON").filter(|at| follows_conflict(&tokens, *at)) {
        Some(at) if wording.dialect.is_mysql() => writer.upsert(&tokens, at),
        _ => writer.all(&tokens),
    }
    let returns_key = purpose == Purpose::Insert && wording.dialect == Dialect::Postgres;
    if returns_key {
        writer.text.push_str(" RETURNING id");
    }
    if purpose == Purpose::CurrentQuery && wording.dialect.is_mysql() {
        writer.text = locking(&writer.text);
    }
    let Writer { text, order, skips_duplicates, .. } = writer;
    Rendered { text, order, skips_duplicates, returns_key }
}

fn follows_conflict(tokens: &[Token<'_>], on: usize) -> bool {
    matches!(trimmed(around(tokens, on).1), [first, ..] if first.is("CONFLICT"))
}

/// One value in a list: where it begins in the text, and whether it is a concatenation.
#[derive(Clone, Copy)]
struct Item {
    start: usize,
    joined: bool,
}

pub(super) struct Writer<'w> {
    wording: &'w Wording,
    pub(super) text: String,
    order: Vec<usize>,
    skips_duplicates: bool,
    items: Vec<Item>,
}

impl<'w> Writer<'w> {
    pub(super) fn new(wording: &'w Wording) -> Self {
        let items = vec![Item { start: 0, joined: false }];
        let (text, order) = (String::new(), Vec::new());
        Writer { wording, text, order, skips_duplicates: false, items }
    }

    pub(super) fn all(&mut self, tokens: &[Token<'_>]) {
        let mut rest = tokens;
        while let [first, after @ ..] = rest {
            match *first {
                Token::Mark("||") if self.wording.dialect.is_mysql() => self.join(),
                Token::Mark("(") => self.open(),
                Token::Mark(")") => self.close(),
                Token::Mark(",") => {
                    self.end_item();
                    self.text.push(',');
                    self.begin_item();
                }
                Token::Word("max") if has_two(after) => {
                    self.text.push_str(match self.wording.dialect {
                        Dialect::Sqlite => "max",
                        _ => "greatest",
                    })
                }
                Token::Word(word) if ENDS.contains(&word) => {
                    self.end_item();
                    self.text.push_str(word);
                    self.begin_item();
                }
                Token::Word(word @ ("SELECT" | "DISTINCT" | "WHEN" | "SET")) => {
                    self.text.push_str(word);
                    self.begin_item();
                }
                Token::Parameter(number) => self.parameter(number, after),
                other => self.one(other),
            }
            rest = after;
        }
        self.end_item();
    }

    fn one(&mut self, token: Token<'_>) {
        match token {
            Token::Table(name) => {
                self.text.push_str(&self.wording.prefix);
                self.text.push_str(name);
            }
            Token::Word(word) if self.wording.dialect.is_mysql() && RESERVED.contains(&word) => {
                self.text.push('`');
                self.text.push_str(word);
                self.text.push('`');
            }
            Token::Quoted(text) if self.wording.placeholder == Placeholder::Percent => {
                self.text.push_str(&text.replace('%', "%%"));
            }
            Token::Word(text) | Token::Quoted(text) | Token::Mark(text) => self.text.push_str(text),
            Token::Space => self.text.push(' '),
            Token::Parameter(number) => self.parameter(number, &[]),
        }
    }

    /// A value by its number. Where nothing else says what type it has, PostgreSQL has to be told one.
    fn parameter(&mut self, number: usize, after: &[Token<'_>]) {
        let place = match self.wording.placeholder {
            Placeholder::Question => "?",
            Placeholder::Percent => "%s",
        };
        let untyped = matches!(trimmed(after), [first, ..] if first.is("IS"));
        match self.wording.dialect {
            Dialect::Postgres if untyped => {
                self.text.push_str("CAST(");
                self.text.push_str(place);
                self.text.push_str(" AS text)");
            }
            _ => self.text.push_str(place),
        }
        self.order.push(number.saturating_sub(1));
    }

    fn begin_item(&mut self) {
        let start = self.text.len();
        if let Some(item) = self.items.last_mut() {
            *item = Item { start, joined: false };
        }
    }

    /// A value that was a concatenation becomes a call of the function for it.
    fn end_item(&mut self) {
        let Some(item) = self.items.last_mut().filter(|item| item.joined) else { return };
        item.joined = false;
        let blank = self.text.ends_with(' ');
        self.text.truncate(self.text.trim_end().len());
        self.text.push_str(if blank { ") " } else { ")" });
        let start = item.start;
        let inside = self.text.split_off(start);
        let words = inside.trim_start();
        let (blanks, words) = inside.split_at(inside.len() - words.len());
        self.text.push_str(blanks);
        self.text.push_str("CONCAT(");
        self.text.push_str(words);
    }

    fn join(&mut self) {
        if let Some(item) = self.items.last_mut() {
            item.joined = true;
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push(',');
    }

    fn open(&mut self) {
        self.text.push('(');
        self.items.push(Item { start: self.text.len(), joined: false });
    }

    fn close(&mut self) {
        self.end_item();
        self.items.pop();
        self.text.push(')');
    }

    /// MySQL's way to say what is done about a row that is there already.
    fn upsert(&mut self, tokens: &[Token<'_>], on: usize) {
        let (insert, conflict) = around(tokens, on);
        self.all(trimmed(insert));
        let Some(set) = place(conflict, "SET") else {
            self.skips_duplicates = true;
            return;
        };
        let (_, changes) = around(conflict, set);
        let (changes, condition) = match place(changes, "WHERE") {
            Some(at) => {
                let (changes, condition) = around(changes, at);
                (changes, Some(condition))
            }
            None => (changes, None),
        };
        self.text.push_str(" ON DUPLICATE KEY UPDATE ");
        for (number, change) in split(changes, ",").into_iter().enumerate() {
            if number > 0 {
                self.text.push_str(", ");
            }
            self.change(trimmed(change), condition.map(trimmed));
        }
    }

    /// `column = value`, where a condition holds. MySQL sees changes of the same row that stand before, so that columns
    /// which the condition names must come last.
    fn change(&mut self, change: &[Token<'_>], condition: Option<&[Token<'_>]>) {
        let parts = split(change, "=");
        let (Some(column), Some(value), None) = (parts.first(), parts.get(1), parts.get(2)) else {
            return self.all(change);
        };
        self.changing(trimmed(column));
        self.text.push_str(" = ");
        match condition {
            Some(condition) => {
                self.text.push_str("CASE WHEN ");
                self.changing(condition);
                self.text.push_str(" THEN ");
                self.changing(trimmed(value));
                self.text.push_str(" ELSE ");
                self.changing(trimmed(column));
                self.text.push_str(" END");
            }
            None => self.changing(trimmed(value)),
        }
    }

    /// `excluded.column` is `VALUES(column)` there.
    fn changing(&mut self, tokens: &[Token<'_>]) {
        let mut rest = tokens;
        loop {
            match rest {
                [Token::Word("excluded"), Token::Mark("."), Token::Word(column), after @ ..] => {
                    self.text.push_str("VALUES(");
                    self.text.push_str(column);
                    self.text.push(')');
                    rest = after;
                }
                [Token::Word("max"), after @ ..] => {
                    self.text.push_str("greatest");
                    rest = after;
                }
                [first, after @ ..] => {
                    self.one(*first);
                    rest = after;
                }
                [] => return,
            }
        }
    }
}

/// Whether a call has more than one argument.
fn has_two(after: &[Token<'_>]) -> bool {
    bracketed(after).is_some_and(|(inside, _)| split(inside, ",").len() > 1)
}

/// Every look at a table, also one inside another, sees what is committed now.
fn locking(text: &str) -> String {
    let mut locking = String::with_capacity(text.len() + LOCKING.len());
    // For every open bracket: whether a look at a table stands in it.
    let mut looks = vec![false];
    for token in tokens(text) {
        match token {
            Token::Mark("(") => looks.push(false),
            Token::Mark(")") if looks.pop() == Some(true) => locking.push_str(LOCKING),
            Token::Table(_) => {
                if let Some(look) = looks.last_mut() {
                    *look = true;
                }
            }
            _ => {}
        }
        push(&mut locking, token);
    }
    if looks.pop() == Some(true) {
        locking.push_str(LOCKING);
    }
    locking
}

fn push(text: &mut String, token: Token<'_>) {
    match token {
        Token::Word(word) | Token::Table(word) | Token::Quoted(word) | Token::Mark(word) => {
            text.push_str(word);
        }
        Token::Parameter(_) => text.push('?'),
        Token::Space => text.push(' '),
    }
}
