//! Shapes of Stripe's JSON: only the members that we read, borrowed from the body, each member one type or nothing.
//! It never refuses what it does not know: new members and new words are normal there.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::{Code, Error, Result};
use crate::json::{DEPTH_MAX, write_escaped};

/// A webhook message, of either kind. Its objects are on the heap: they are large, and as they are read, whatever they
/// stand in is moved.
#[derive(Default, Deserialize)]
pub(super) struct Event<'a> {
    #[serde(default, borrow)]
    pub id: Text<'a>,
    #[serde(default, borrow)]
    pub object: Text<'a>,
    #[serde(default, borrow, rename = "type")]
    pub kind: Text<'a>,
    /// The connected account it happened in; absent for the account's own.
    #[serde(default, borrow)]
    pub account: Text<'a>,
    /// The same in a thin message.
    #[serde(default, borrow)]
    pub context: Text<'a>,
    pub livemode: Option<bool>,
    #[serde(borrow)]
    pub data: Option<Data<'a>>,
    /// A thin message names the thing instead of showing it.
    #[serde(borrow)]
    pub related_object: Option<Box<Object<'a>>>,
}

/// What a snapshot message carries.
#[derive(Default, Deserialize)]
pub(super) struct Data<'a> {
    #[serde(borrow)]
    pub object: Option<Box<Object<'a>>>,
}

/// Any of Stripe's objects. Which members it has depends on what it is; the rest stay empty.
#[derive(Default, Deserialize)]
pub(super) struct Object<'a> {
    #[serde(default, borrow)]
    pub id: Text<'a>,
    #[serde(default, borrow)]
    pub object: Text<'a>,
    pub livemode: Option<bool>,
    #[serde(default, borrow)]
    pub status: Text<'a>,
    #[serde(default)]
    pub amount: Whole,
    #[serde(default)]
    pub amount_received: Whole,
    #[serde(default)]
    pub amount_capturable: Whole,
    #[serde(default)]
    pub amount_total: Whole,
    #[serde(default, borrow)]
    pub currency: Text<'a>,
    #[serde(default, borrow)]
    pub client_secret: Text<'a>,
    #[serde(default, borrow)]
    pub url: Text<'a>,
    #[serde(default, borrow)]
    pub mode: Text<'a>,
    #[serde(default, borrow)]
    pub payment_status: Text<'a>,
    #[serde(default, borrow)]
    pub payment_intent: Linked<'a>,
    #[serde(default, borrow)]
    pub cancellation_reason: Text<'a>,
    #[serde(default, borrow)]
    pub reason: Text<'a>,
    #[serde(default, borrow)]
    pub failure_reason: Text<'a>,
    #[serde(borrow)]
    pub last_payment_error: Option<Box<Trouble<'a>>>,
    #[serde(borrow)]
    pub metadata: Option<Metadata<'a>>,
}

/// The labels that we put on objects.
#[derive(Default, Deserialize)]
pub(super) struct Metadata<'a> {
    #[serde(default, borrow)]
    pub payment_id: Text<'a>,
    #[serde(default, borrow)]
    pub refund_id: Text<'a>,
}

/// Why something did not work.
#[derive(Default, Deserialize)]
pub(super) struct Trouble<'a> {
    #[serde(default, borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(default, borrow)]
    pub code: Text<'a>,
    #[serde(default, borrow)]
    pub decline_code: Text<'a>,
    #[serde(default, borrow)]
    pub param: Text<'a>,
    #[serde(default, borrow)]
    pub payment_intent: Linked<'a>,
}

/// The body of a refusal.
#[derive(Deserialize)]
pub(super) struct Failure<'a> {
    #[serde(borrow)]
    pub error: Trouble<'a>,
}

/// One page of a list.
#[derive(Deserialize)]
pub(super) struct List<'a> {
    #[serde(borrow)]
    pub data: Vec<Object<'a>>,
    pub has_more: bool,
}

/// The account behind a key.
#[derive(Default, Deserialize)]
pub(super) struct Account<'a> {
    #[serde(default, borrow)]
    pub id: Text<'a>,
    pub charges_enabled: Option<bool>,
}

impl Object<'_> {
    /// Our label of this kind, if it has one.
    pub fn payment_label(&self) -> Option<&str> {
        self.metadata.as_ref()?.payment_id.get()
    }

    /// Our label of a refund, if it has one.
    pub fn refund_label(&self) -> Option<&str> {
        self.metadata.as_ref()?.refund_id.get()
    }
}

/// Text where there is text; nothing where there is `null` or something that we do not expect.
#[derive(Default)]
pub(super) struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// The text, unless it is absent or empty.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// The same for [`write_json`].
    pub fn read(&self) -> Option<&Cow<'a, str>> {
        self.0.as_ref().filter(|text| !text.is_empty())
    }

    /// The text, or nothing to compare with.
    pub fn or_empty(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// A whole number where there is one.
#[derive(Clone, Copy, Default)]
pub(super) struct Whole(pub Option<i64>);

/// Another object: its id, or all of it where it was asked for.
#[derive(Default)]
pub(super) enum Linked<'a> {
    /// `null`, absent or unexpected.
    #[default]
    Nothing,
    /// Its id.
    Id(Cow<'a, str>),
    /// All of it.
    Whole(Box<Object<'a>>),
}

impl<'a> Linked<'a> {
    /// The id of what is linked.
    pub fn id(&self) -> Option<&str> {
        match self {
            Linked::Nothing => None,
            Linked::Id(id) => Some(id),
            Linked::Whole(object) => object.id.get(),
        }
    }

    /// The same for [`write_json`].
    pub fn read(&self) -> Option<&Cow<'a, str>> {
        match self {
            Linked::Nothing => None,
            Linked::Id(id) => Some(id),
            Linked::Whole(object) => object.id.read(),
        }
    }

    /// All of it, where it was asked for.
    pub fn object(&self) -> Option<&Object<'a>> {
        match self {
            Linked::Whole(object) => Some(object),
            Linked::Nothing | Linked::Id(_) => None,
        }
    }
}

/// Writes what stands between the quotes of a text in JSON. A text that was borrowed stood there as it is.
#[allow(clippy::ptr_arg)] // whether it is borrowed is the point
pub(super) fn write_json(out: &mut String, text: &Cow<'_, str>) {
    match text {
        Cow::Borrowed(text) => out.push_str(text),
        Cow::Owned(text) => write_escaped(out, text),
    }
}

/// Everything that a member may be, made into one of the three types above: what is not meant becomes nothing.
macro_rules! lenient {
    ($type:ident<'de>, $visitor:ident, $nothing:expr, { $($meant:item)* }, { $($other:ident: $kind:ty),* }) => {
        impl<'de: 'a, 'a> Deserialize<'de> for $type<'a> {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any($visitor)
            }
        }
        lenient!(@visitor $type<'de>, $visitor, $nothing, { $($meant)* }, { $($other: $kind),* });
    };
    (@visitor $type:ty, $visitor:ident, $nothing:expr, { $($meant:item)* }, { $($other:ident: $kind:ty),* }) => {
        struct $visitor;
        impl<'de> Visitor<'de> for $visitor {
            type Value = $type;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member")
            }
            $(fn $other<E>(self, _: $kind) -> Result<Self::Value, E> { Ok($nothing) })*
            fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok($nothing) }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok($nothing)
            }
            $($meant)*
        }
    };
}

lenient!(Text<'de>, TextVisitor, Text(None), {
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text<'de>, A::Error> {
        pass_over(map).map(|()| Text(None))
    }
}, { visit_bool: bool, visit_i64: i64, visit_u64: u64 });

lenient!(Linked<'de>, LinkedVisitor, Linked::Nothing, {
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Linked<'de>, E> {
        Ok(Linked::Id(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Linked<'de>, E> {
        Ok(Linked::Id(Cow::Owned(text.to_owned())))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Linked<'de>, A::Error> {
        let object = Object::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Linked::Whole(Box::new(object)))
    }
}, { visit_bool: bool, visit_i64: i64, visit_u64: u64 });

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WholeVisitor)
    }
}

lenient!(@visitor Whole, WholeVisitor, Whole(None), {
    fn visit_i64<E>(self, number: i64) -> Result<Whole, E> {
        Ok(Whole(Some(number)))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Whole, E> {
        Ok(Whole(i64::try_from(number).ok()))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Whole, A::Error> {
        pass_over(map).map(|()| Whole(None))
    }
}, { visit_bool: bool, visit_str: &str });

fn pass_over<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads a document that may be hostile. Fails with `malformed` and, for a member of ours that comes twice,
/// `duplicate_field`.
pub(super) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    let malformed = |why: &dyn fmt::Display| {
        Error::new(Code::Malformed).with("format", "JSON").with("why", why)
    };
    if is_too_deep(text.as_bytes()) {
        return Err(malformed(&format_args!("more than {DEPTH_MAX} levels")));
    }
    serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        match said.strip_prefix("duplicate field `").and_then(|rest| rest.split('`').next()) {
            Some(field) => Error::new(Code::DuplicateField).with("field", field),
            // What serde says may repeat a part of the document; where it stands is enough.
            None => malformed(&format_args!("line {}, column {}", error.line(), error.column())),
        }
    })
}

/// Whether objects and lists stand inside one another too deeply (THREATS H54).
fn is_too_deep(text: &[u8]) -> bool {
    // So few brackets cannot nest too deeply, wherever they stand; most messages end here. Counted in pieces of which
    // none overflows a byte, so that many bytes are counted at once; a power of two leaves no rest to be counted singly.
    // The two brackets differ in one bit.
    let opens = |byte: u8| byte | (b'{' ^ b'[') == b'{';
    let in_piece =
        |piece: &[u8]| piece.iter().fold(0_u8, |count, byte| count + u8::from(opens(*byte)));
    let opening = |piece| usize::from(in_piece(piece));
    if text.chunks(128).map(opening).sum::<usize>() <= DEPTH_MAX {
        return false;
    }
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' if depth == DEPTH_MAX => return true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}
