//! The surface table as plain descriptions: what stubs, the reference and the scenario runners are rendered from.
//! This file is a reader of the table and says nothing that is not in it.

use std::fmt;

use serde::{Serialize, Serializer};

/// A type of the table: `Name` or `Name<Name>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    /// `Text`, `Optional`, the name of a record, …
    pub name: &'static str,
    /// What `Optional` or `List` is of.
    pub of: Option<&'static str>,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Some(inner) => write!(f, "{}<{inner}>", self.name),
            None => f.write_str(self.name),
        }
    }
}

impl Serialize for Type {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A documentation comment as it was written, line by line.
#[derive(Clone, Copy, Debug)]
pub struct Doc(&'static [&'static str]);

impl Doc {
    /// The comment as one line of prose.
    pub fn prose(self) -> String {
        self.0.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// A closed set of words.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Choice {
    /// Its name.
    pub name: &'static str,
    /// The words, in order.
    pub words: &'static [&'static str],
    /// What it says.
    #[serde(skip)]
    pub doc: Doc,
}

/// A named and typed part of a record.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What it holds.
    #[serde(skip)]
    pub doc: Doc,
}

/// Plain data: an input, a gateway's configuration or a record.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Record {
    /// Its name.
    pub name: &'static str,
    /// Its parts, in order.
    pub fields: &'static [Field],
    /// What it is.
    #[serde(skip)]
    pub doc: Doc,
}

/// An argument of a method or a function.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
}

/// Something that an engine can be asked to do.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// The arguments that may be given by place.
    pub place: &'static [Argument],
    /// The arguments that must be given by name.
    pub named: &'static [Argument],
    /// The arguments that may be left out.
    pub left_out: &'static [Argument],
    /// What it answers with.
    pub result: Type,
    /// What it does and when it refuses.
    #[serde(skip)]
    pub doc: Doc,
}

/// Something that can be asked without an engine. All its arguments may be given by place or by name.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The module it is found in.
    pub module: &'static str,
    /// The arguments that must be given.
    pub place: &'static [Argument],
    /// The arguments that may be left out.
    pub left_out: &'static [Argument],
    /// What it answers with.
    pub result: Type,
    /// What it does and when it refuses.
    #[serde(skip)]
    pub doc: Doc,
}

macro_rules! kind {
    ($name:ident) => {
        Type { name: stringify!($name), of: None }
    };
    ($name:ident $inner:ident) => {
        Type { name: stringify!($name), of: Some(stringify!($inner)) }
    };
}

macro_rules! records {
    ($($(#[doc = $doc:literal])* $record:ident {
        $($(#[doc = $field_doc:literal])* $field:ident: $type:ident $(<$inner:ident>)?,)* })*) => {
        &[$(Record {
            name: stringify!($record),
            fields: &[$(Field {
                name: stringify!($field),
                kind: kind!($type $($inner)?),
                doc: Doc(&[$($field_doc),*]),
            }),*],
            doc: Doc(&[$($doc),*]),
        }),*]
    };
}

macro_rules! arguments {
    ($($name:ident: $type:ident $(<$inner:ident>)?),*) => {
        &[$(Argument { name: stringify!($name), kind: kind!($type $($inner)?) }),*]
    };
}

macro_rules! descriptions {
    (
        choices { $($(#[doc = $choice_doc:literal])* $choice:ident { $($word:ident)* })* }
        inputs { $($inputs:tt)* }
        gateways { $($gateways:tt)* }
        records { $($records:tt)* }
        methods { $($(#[doc = $doc:literal])* fn $method:ident (
            $($place:ident: $place_type:ident $(<$place_inner:ident>)?),* ;
            $($named:ident: $named_type:ident $(<$named_inner:ident>)?),* ;
            $($left:ident: $left_type:ident $(<$left_inner:ident>)?),*
        ) -> $result:ident $(<$result_inner:ident>)?;)* }
        functions { $($module:ident { $($(#[doc = $fn_doc:literal])* fn $function:ident (
            $($given:ident: $given_type:ident $(<$given_inner:ident>)?),* ;
            $($spare:ident: $spare_type:ident $(<$spare_inner:ident>)?),*
        ) -> $answer:ident $(<$answer_inner:ident>)?;)* })* }
    ) => {
        /// All choices, in the order of the table.
        pub const CHOICES: &[Choice] = &[$(Choice {
            name: stringify!($choice),
            words: &[$(stringify!($word)),*],
            doc: Doc(&[$($choice_doc),*]),
        }),*];
        /// What a host hands in beside plain values.
        pub const INPUTS: &[Record] = records!($($inputs)*);
        /// The configurations of all gateways.
        pub const GATEWAYS: &[Record] = records!($($gateways)*);
        /// What methods answer with.
        pub const RECORDS: &[Record] = records!($($records)*);
        /// All methods, in the order of the table.
        pub const METHODS: &[Method] = &[$(Method {
            name: stringify!($method),
            place: arguments!($($place: $place_type $(<$place_inner>)?),*),
            named: arguments!($($named: $named_type $(<$named_inner>)?),*),
            left_out: arguments!($($left: $left_type $(<$left_inner>)?),*),
            result: kind!($result $($result_inner)?),
            doc: Doc(&[$($doc),*]),
        }),*];
        /// All functions, in the order of the table.
        pub const FUNCTIONS: &[Function] = &[$($(Function {
            name: stringify!($function),
            module: stringify!($module),
            place: arguments!($($given: $given_type $(<$given_inner>)?),*),
            left_out: arguments!($($spare: $spare_type $(<$spare_inner>)?),*),
            result: kind!($answer $($answer_inner)?),
            doc: Doc(&[$($fn_doc),*]),
        },)*)*];
    };
}

crate::surface!(descriptions);

/// The lifecycle of payments as a Mermaid diagram.
pub fn payment_diagram() -> String {
    super::diagram::payment()
}

/// The lifecycle of refunds as a Mermaid diagram.
pub fn refund_diagram() -> String {
    super::diagram::refund()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: [&str; 12] = [
        "Text", "Whole", "Flag", "Amount", "Time", "Bytes", "Map", "Headers", "Secret", "Gateway",
        "Optional", "Json",
    ];

    fn known(name: &str) -> bool {
        let record = |records: &[Record]| records.iter().any(|r| r.name == name);
        PLAIN.contains(&name)
            || name == "List"
            || CHOICES.iter().any(|c| c.name == name)
            || record(INPUTS)
            || record(RECORDS)
    }

    /// Protects: a binding can read every type of the table, because each is a plain one or stands in it.
    #[test]
    fn every_type_is_known() {
        let fields = [INPUTS, GATEWAYS, RECORDS].into_iter().flatten();
        let fields = fields.flat_map(|record| record.fields).map(|field| field.kind);
        let arguments = METHODS.iter().flat_map(|m| [m.place, m.named, m.left_out]).flatten();
        let of_functions = FUNCTIONS.iter().flat_map(|f| [f.place, f.left_out]).flatten();
        let kinds = fields.chain(arguments.chain(of_functions).map(|a| a.kind));
        let kinds = kinds.chain(METHODS.iter().map(|m| m.result));
        let kinds = kinds.chain(FUNCTIONS.iter().map(|f| f.result));
        for kind in kinds {
            assert!(known(kind.name) && kind.of.is_none_or(known), "{kind}");
        }
    }

    /// Protects: nothing public is without a sentence that says what it is.
    #[test]
    fn everything_is_documented() {
        assert!(CHOICES.iter().all(|c| !c.doc.prose().is_empty()));
        assert!(METHODS.iter().all(|m| !m.doc.prose().is_empty()));
        assert!(FUNCTIONS.iter().all(|f| !f.doc.prose().is_empty()));
        for record in [INPUTS, GATEWAYS, RECORDS].into_iter().flatten() {
            assert!(!record.doc.prose().is_empty(), "{}", record.name);
            assert!(record.fields.iter().all(|f| !f.doc.prose().is_empty()), "{}", record.name);
        }
    }
}
