//! How a lifecycle answers an event: the words of every table, and nothing that decides.

/// What a table says about an event in a state. Being told twice is not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<S> {
    /// The state changes.
    To(S),
    /// Nothing changes: this is known, or too late to matter.
    Already,
    /// Nothing changes, but the contradiction is written down.
    Noted,
    /// Not possible here; whoever asked is told so.
    Refused,
    /// Real money after we stopped waiting: applied if the order still needs it, else kept in suspense.
    Late,
    /// The gateway holds money that nobody wants any more: an exception, and a cancellation there.
    Hold,
    /// The state changes if the gateway says the same when it is asked: a message of it may be older than what is known.
    IfConfirmed(S),
}

impl<S> Answer<S> {
    /// One letter for the printed grid; `to` is spelt by the caller.
    pub fn letter(&self, to: impl Fn(&S) -> char) -> char {
        match self {
            Answer::To(state) => to(state),
            Answer::Already => '=',
            Answer::Noted => 'n',
            Answer::Refused => '-',
            Answer::Late => 'l',
            Answer::Hold => 'h',
            Answer::IfConfirmed(_) => '?',
        }
    }
}

/// Declares a closed set of words (states, events, kinds) with their text form and its reading.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident : $what:literal { $($(#[$item_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$item_doc])* $variant),* }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word, the same in Rust, SQL, JSON and prose.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }

            /// Reads the word. Fails with `value_unknown`, naming the known ones.
            pub fn parse(text: &str) -> $crate::error::Result<Self> {
                match text {
                    $($text => Ok($name::$variant),)*
                    _ => Err($crate::error::Error::new($crate::error::Code::ValueUnknown)
                        .with("field", $what)
                        .with("given", text.escape_debug())
                        .with("known", [$($text),*].join(", "))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
