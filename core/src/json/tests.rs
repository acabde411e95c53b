//! What the strict reader takes and what it refuses.

use proptest::prelude::*;

use super::*;

fn code(document: &str) -> Result<(), Code> {
    Object::parse(document.as_bytes()).map(drop).map_err(|e| e.code())
}

/// Protects: texts are unescaped, numbers stay as written, members stay in order.
#[test]
fn reads_what_was_written() {
    let document = br#" {"a":"x\u00e9\ud835\udcb3\n\/", "b" : -1.10e+2,"c":[true,false,null,{}],"":{"d":[]}} "#;
    let object = Object::parse(document).unwrap();
    let names: Vec<_> = object.members().iter().map(|m| m.name.as_ref()).collect();
    assert_eq!(names, ["a", "b", "c", ""]);
    assert_eq!(object.text("a"), Some("xé𝒳\n/"));
    assert_eq!(object.number("b"), Some("-1.10e+2"));
    let words = [Value::True, Value::False, Value::Null, Value::Object(Object::default())];
    assert_eq!(object.array("c"), Some(&words[..]));
    assert_eq!(object.object("").and_then(|inner| inner.array("d")), Some(&[][..]));
    assert_eq!((object.text("b"), object.number("a"), object.get("z")), (None, None, None));
}

/// Protects: text without escapes is borrowed from the message, not copied.
#[test]
fn borrows_plain_text() {
    let object = Object::parse(br#"{"name":"plain"}"#).unwrap();
    assert!(matches!(object.get("name"), Some(Value::Text(Cow::Borrowed("plain")))));
}

/// Protects: everything outside RFC 8259 is malformed, never tolerated (H54, H56).
#[test]
fn refuses_what_is_not_json() {
    let bad = [
        "",
        " ",
        "{",
        "}",
        "[]",
        "1",
        "null",
        "\"a\"",
        "{}{}",
        "{},",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":-}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":0x1}",
        "{\"a\":tru}",
        "{\"a\":True}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u+123\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\ud800x\"}",
        "{\"a\":\"\\ud800\\n\"}",
        "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\ud800\\ud800\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\\u0000\":1}",
        "{\"a\":\"\0\"}",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":\"\\u",
        "{\"a\" 1}",
        "{\"a\":[1 2]}",
        "{\"a\":[1,]}",
        "{\"a\":[}",
        "{\"a\":1]",
        "/**/{}",
        "{}//",
        "\u{feff}{}",
        "\u{a0}{}",
        "{\u{c}}",
        "payment_id=1&status=SUCCESS",
    ];
    for document in bad {
        assert_eq!(code(document), Err(Code::Malformed), "{document:?}");
    }
    for bytes in
        [&b"{\"a\":\"\xff\"}"[..], b"{\"\xc3\":1}", b"{\"a\":\"\xed\xa0\x80\"}", b"\xfe\xff"]
    {
        assert_eq!(Object::parse(bytes).unwrap_err().code(), Code::Malformed);
    }
}

/// Protects: the sentence says where and why, and repeats nothing of the message.
#[test]
fn says_where() {
    let error = Object::parse(b"{\"secret\":\"throwaway\",}").unwrap_err();
    assert_eq!(
        error.message(),
        "The message is not well-formed JSON: a name in quotes is needed, byte 22."
    );
}

/// Protects: a name twice is refused at any depth and however it is spelt, in small and large objects (H55).
#[test]
fn refuses_names_that_stand_twice() {
    let many: Vec<_> = (0..200).map(|n| format!("\"n{n}\":{n}")).collect();
    let large = |extra: &str| format!("{{{},{extra}}}", many.join(","));
    assert_eq!(code(&large("\"n\":0")), Ok(()));
    for document in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"\u0061":3}"#,
        r#"{"x":[{"y":{"a":1,"a":2}}]}"#,
        r#"{"":1,"":2}"#,
        &large("\"n7\":0"),
        &large("\"\\u006e199\":0"),
    ] {
        assert_eq!(code(document), Err(Code::DuplicateField), "{document}");
    }
    assert_eq!(code(r#"{"a":1,"A":2,"b":{"a":3}}"#), Ok(()));
    let error = Object::parse(r#"{"é\n":1,"é\n":2}"#.as_bytes()).unwrap_err();
    assert_eq!(error.detail("field"), Some("é\\n"), "named, on one line");
}

/// Protects: 64 levels are read, 65 are refused, and a million brackets need no more stack (H54).
#[test]
fn depth_is_limited() {
    let nested =
        |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert_eq!(code(&nested(64)), Ok(()));
    assert_eq!(code(&nested(65)), Err(Code::Malformed));
    let small_stack = std::thread::Builder::new().stack_size(256 * 1024);
    let deep = move || {
        assert_eq!(code(&nested(64)), Ok(()));
        assert_eq!(code(&format!("{{\"a\":{}", "[".repeat(1_000_000))), Err(Code::Malformed));
        assert_eq!(code(&"{\"a\":".repeat(1_000_000)), Err(Code::Malformed));
    };
    small_stack.spawn(deep).unwrap().join().unwrap();
}

/// Protects: what is written for a person can be read back, and stays on one line.
#[test]
fn written_text_reads_back() {
    let text = "a\"b\\c\n\u{1b}[31m\u{7f}\u{85}é𝒳";
    let mut out = String::from("{\"t\":");
    write_text(&mut out, text);
    out.push('}');
    assert!(!out.chars().any(char::is_control));
    assert_eq!(Object::parse(out.as_bytes()).unwrap().text("t"), Some(text));
}

/// The same value in the eyes of serde_json; numbers are compared as it reads them.
fn same(ours: &Value<'_>, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Theirs;
    match (ours, theirs) {
        (Value::Text(a), Theirs::String(b)) => a == b,
        (Value::Number(a), Theirs::Number(_)) => {
            serde_json::from_str::<Theirs>(a).is_ok_and(|a| a == *theirs)
        }
        (Value::True, Theirs::Bool(true)) | (Value::False, Theirs::Bool(false)) => true,
        (Value::Null, Theirs::Null) => true,
        (Value::Array(a), Theirs::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Theirs::Object(b)) => {
            a.members().len() == b.len()
                && a.members()
                    .iter()
                    .all(|m| b.get(m.name.as_ref()).is_some_and(|v| same(&m.value, v)))
        }
        _ => false,
    }
}

/// Both readers agree, except where ours is stricter or keeps numbers that no machine type holds.
fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    let theirs = serde_json::from_slice::<serde_json::Value>(bytes);
    match (Object::parse(bytes), theirs) {
        (Ok(ours), Ok(theirs)) => prop_assert!(same(&Value::Object(ours), &theirs)),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(e)) => prop_assert!(e.to_string().contains("number out of range"), "{e}"),
        (Err(e), Ok(theirs)) => {
            let stricter = e.code() == Code::DuplicateField
                || e.message().contains("NUL")
                || e.message().contains("nested too deeply")
                || !theirs.is_object();
            prop_assert!(stricter, "{e}");
        }
    }
    Ok(())
}

/// Documents that are JSON or nearly so.
fn documents() -> impl Strategy<Value = String> {
    let blank = "[ \n\t\r]{0,2}";
    let string = r#""([a-c éß𝒳]|\\["\\/bfnrt]|\\u00[46][0-9a-fA-F]|\\ud83[d5]\\ude0[0-9]){0,4}""#;
    let bad_string = r#""[a-c]{0,2}(\\ud83d|\\ude00|\\u0000|\\x|\n)[a-c]{0,2}""#;
    let number = "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?";
    let name = "\"[a-d]{1,2}\"";
    let leaf = prop_oneof![
        10 => string,
        10 => number,
        4 => "true|false|null",
        1 => bad_string,
        1 => "01|nul|[+]1|NaN",
    ];
    let value = leaf.prop_recursive(4, 24, 5, move |inner| {
        let array = prop::collection::vec(inner.clone(), 0..4)
            .prop_map(|items| format!("[{}]", items.join(",")));
        let member =
            (name, blank, inner).prop_map(|(name, blank, value)| format!("{name}{blank}:{value}"));
        let object = prop::collection::vec(member, 0..5)
            .prop_map(|members| format!("{{{}}}", members.join(",")));
        prop_oneof![array, object]
    });
    (value, "\"[a-d]{1,2}\"", blank)
        .prop_map(|(value, name, blank)| format!("{blank}{{{blank}{name}:{value}{blank}}}{blank}"))
}

/// Protects: a value is handed out as it was written, blanks inside and escapes included and blanks around left out, and
/// the same documents are refused as elsewhere.
#[test]
fn values_as_they_were_written() {
    let text = "{ \"a\" : {\"x\": \"\\/}\"} ,\n\"b\":\"\\u0041\" , \"c\":[1, 2] }";
    let (object, written) = Object::parse_written(text.as_bytes()).unwrap();
    assert_eq!(object, Object::parse(text.as_bytes()).unwrap());
    assert_eq!(written, ["{\"x\": \"\\/}\"}", "\"\\u0041\"", "[1, 2]"]);
    assert_eq!(Object::parse_written(b" {} ").unwrap(), (Object::default(), Vec::new()));
    let deep = format!("{{\"a\":{}", "[".repeat(70));
    for wrong in
        ["", "{", "[]", "{\"a\":1,}", "{\"a\":1}x", "{\"a\":1,\"\\u0061\":2}", deep.as_str()]
    {
        let code = Object::parse(wrong.as_bytes()).unwrap_err().code();
        assert_eq!(Object::parse_written(wrong.as_bytes()).unwrap_err().code(), code, "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Protects: on documents that are JSON or nearly so, ours reads what serde_json reads.
    #[test]
    fn reads_as_serde_json_does(document in documents()) {
        agree(document.as_bytes())?;
    }

    /// Protects: the same after a byte is changed, put in or lost.
    #[test]
    fn refuses_as_serde_json_does(
        document in documents(),
        place in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(&b"{}[]\",:\\u019-+.eE \n"[..])],
        edit in 0..3,
    ) {
        let mut bytes = document.into_bytes();
        let at = place.index(bytes.len());
        match edit {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        agree(&bytes)?;
    }

    /// Protects: no bytes whatever make the reader panic.
    #[test]
    fn survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        agree(&bytes)?;
    }
}
