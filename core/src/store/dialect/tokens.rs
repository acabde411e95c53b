//! SQL in SQLite's words, taken apart into words, marks, quoted texts and parameters. It knows no statement's meaning.

/// A piece of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// A name, a keyword or a number.
    Word(&'s str),
    /// The name of a table, as it is called without a prefix.
    Table(&'s str),
    /// `?N`, counting from one.
    Parameter(usize),
    /// A text with its quotation marks.
    Quoted(&'s str),
    /// Punctuation; `||` is one.
    Mark(&'s str),
    /// Blanks, line ends and comments between two others.
    Space,
}

/// What stands before the name of a table.
const BEFORE_TABLE: &[&str] = &["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "REFERENCES"];
/// Words that may stand there instead of a table.
const NO_TABLE: &[&str] = &["SET", "ON", "SELECT", "OF"];

impl Token<'_> {
    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if *word == keyword)
    }

    /// Whether it is this mark.
    pub(super) fn is_mark(&self, mark: &str) -> bool {
        matches!(self, Token::Mark(found) if *found == mark)
    }
}

/// Takes a statement, or several, apart.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, length) = next(rest, first);
        rest = rest.get(length..).unwrap_or_default();
        let double = token == Token::Space && found.last().is_none_or(|t| *t == Token::Space);
        if !double {
            found.push(token);
        }
    }
    mark_tables(&mut found);
    found
}

fn next(rest: &str, first: char) -> (Token<'_>, usize) {
    let until = |end: &dyn Fn(char) -> bool, from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        tail.find(end).map_or(rest.len(), |at| from + at)
    };
    let cut = |length: usize| rest.get(..length).unwrap_or_default();
    if first.is_whitespace() {
        return (Token::Space, until(&|c| !c.is_whitespace(), 0));
    }
    if rest.starts_with("--") {
        return (Token::Space, until(&|c| c == '\n', 0));
    }
    if first == '\'' {
        let length = (until(&|c| c == '\'', 1) + 1).min(rest.len());
        return (Token::Quoted(cut(length)), length);
    }
    if first == '?' {
        let length = until(&|c: char| !c.is_ascii_digit(), 1);
        return (
            Token::Parameter(cut(length).trim_start_matches('?').parse().unwrap_or(1)),
            length,
        );
    }
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    if part_of_word(first) {
        let length = until(&|c| !part_of_word(c), 0);
        return (Token::Word(cut(length)), length);
    }
    let length = if rest.starts_with("||") { 2 } else { first.len_utf8() };
    (Token::Mark(cut(length)), length)
}

/// Turns the words that name tables into tables: those after certain keywords, and the same names before a dot.
fn mark_tables(tokens: &mut [Token<'_>]) {
    let mut known = Vec::new();
    let mut before = Token::Space;
    for token in tokens.iter_mut() {
        match *token {
            Token::Space => continue,
            Token::Word(word)
                if BEFORE_TABLE.iter().any(|keyword| before.is(keyword))
                    && !NO_TABLE.contains(&word) =>
            {
                known.push(word);
                *token = Token::Table(word);
            }
            _ => {}
        }
        before = *token;
    }
    let mut after = Token::Space;
    for token in tokens.iter_mut().rev() {
        match *token {
            Token::Word(word) if after.is_mark(".") && known.contains(&word) => {
                *token = Token::Table(word);
            }
            _ => {}
        }
        after = *token;
    }
}

/// The parts between marks of this kind that stand in no brackets of these.
pub(super) fn split<'t, 's>(tokens: &'t [Token<'s>], mark: &str) -> Vec<&'t [Token<'s>]> {
    let mut depth = 0_u32;
    tokens
        .split(|token| {
            match token {
                Token::Mark("(") => depth += 1,
                Token::Mark(")") => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.is_mark(mark)
        })
        .collect()
}

/// Where a keyword stands that is in no brackets.
pub(super) fn place(tokens: &[Token<'_>], keyword: &str) -> Option<usize> {
    let mut depth = 0_u32;
    tokens.iter().position(|token| {
        match token {
            Token::Mark("(") => depth += 1,
            Token::Mark(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is(keyword)
    })
}

/// Tokens before and after a place; what stands there belongs to neither.
pub(super) fn around<'t, 's>(
    tokens: &'t [Token<'s>],
    place: usize,
) -> (&'t [Token<'s>], &'t [Token<'s>]) {
    let before = tokens.get(..place).unwrap_or(tokens);
    (before, tokens.get(place + 1..).unwrap_or_default())
}

/// Tokens without blanks at their ends.
pub(super) fn trimmed<'t, 's>(mut tokens: &'t [Token<'s>]) -> &'t [Token<'s>] {
    while let [Token::Space, rest @ ..] = tokens {
        tokens = rest;
    }
    while let [rest @ .., Token::Space] = tokens {
        tokens = rest;
    }
    tokens
}

/// What stands in the brackets that the tokens begin with, and what follows them.
pub(super) fn bracketed<'t, 's>(
    tokens: &'t [Token<'s>],
) -> Option<(&'t [Token<'s>], &'t [Token<'s>])> {
    let tokens = trimmed(tokens);
    if !tokens.first()?.is_mark("(") {
        return None;
    }
    let mut depth = 0_u32;
    let end = tokens.iter().position(|token| {
        match token {
            Token::Mark("(") => depth += 1,
            Token::Mark(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })?;
    Some((tokens.get(1..end)?, tokens.get(end + 1..)?))
}
