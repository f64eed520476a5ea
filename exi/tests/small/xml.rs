//! XML and JSON of a small schema, and the interpreter as a second opinion.

use crate::schema::{Message, SCHEMA, Signed, Small, bits, messages, noise};
use exi::xml::{self, Error, Form, Problem, XmlError};
use exi::{Document, Exi, Fragment, Integer, List, SchemaSet, Text};

#[test]
fn the_interpreter_reads_and_writes_what_the_typed_codec_does() {
    for message in messages() {
        let octets = message.to_vec().unwrap();
        let text = xml::to_string(&message).unwrap();
        assert_eq!(xml::interpret(&SCHEMA, Form::Document, &octets).unwrap(), text);
        assert_eq!(xml::decode(&SCHEMA, Form::Document, &octets).unwrap(), text);
        assert_eq!(xml::encode(&SCHEMA, Form::Document, &text).unwrap(), octets);
        assert_eq!(xml::from_str::<Message>(&text).unwrap(), message);
        let json = xml::to_json(&message).unwrap();
        assert_eq!(xml::from_json::<Message>(&json).unwrap(), message);
        assert_eq!(xml::encode_json(&SCHEMA, Form::Document, &json).unwrap(), octets);

        let octets = Fragment::<Small>::encode_fragment(&message).unwrap();
        assert_eq!(xml::interpret(&SCHEMA, Form::Fragment, &octets).unwrap(), text);
        assert_eq!(xml::encode(&SCHEMA, Form::Fragment, &text).unwrap(), octets);
    }
}

#[test]
fn the_longest_integers_come_back_with_either_sign() {
    let most = Integer::from_be_bytes(&[0xff; 256]).unwrap();
    let digits = most.to_string();
    // A power of 2 that ends in 6: one more than the other.
    let least = format!("-{}6", &digits[..digits.len() - 1]);
    assert!(digits.ends_with('5'));
    for text in [digits, least, "-1".into(), "-10".into(), "-100".into(), "-11".into()] {
        let mut message = messages().into_iter().find(|m| m.numbers.is_some()).unwrap();
        message.numbers.as_mut().unwrap().integer = text.parse().unwrap();
        let xml = xml::to_string(&message).unwrap();
        assert!(xml.contains(&format!(">{text}<")));
        assert_eq!(xml::from_str::<Message>(&xml).unwrap(), message);
    }
}

#[test]
fn relaxed_fragments_are_interpreted_too() {
    for id in [None, Some(Text::literal("id4"))] {
        let signed = Signed { id, value: Text::literal("ab") };
        let octets = Fragment::<Small>::encode_fragment(&signed).unwrap();
        let text = xml::decode(&SCHEMA, Form::Fragment, &octets).unwrap();
        assert_eq!(xml::interpret(&SCHEMA, Form::Fragment, &octets).unwrap(), text);
        assert_eq!(xml::encode(&SCHEMA, Form::Fragment, &text).unwrap(), octets);
    }
}

#[test]
fn an_attribute_that_comes_twice_in_a_relaxed_fragment_is_refused_by_both_codecs() {
    let signed = Signed { id: Some(Text::literal("id4")), value: Text::literal("ab") };
    let octets = Fragment::<Small>::encode_fragment(&signed).unwrap();
    let text: String = octets.iter().map(|octet| format!("{octet:08b}")).collect();
    // Header and fragment code; code, length and three characters of the attribute.
    let (front, rest) = text.split_at(8 + 6);
    let attribute = &rest[..6 + 8 + 24];
    let octets = bits(&[front, attribute, rest].concat());
    let seen = xml::interpret(&SCHEMA, Form::Fragment, &octets);
    let refused = <Signed as Fragment<Small>>::decode_fragment(&octets).unwrap_err();
    assert_eq!((refused.kind, refused.bit), (exi::Kind::Event, 8 + 6 + attribute.len()));
    assert_eq!(seen, Err(Error::Exi(refused)));
}

#[test]
fn noise_is_read_alike_by_both_codecs() {
    let mut next = noise(0x9e37_79b9_7f4a_7c15);
    let all = messages();
    for _ in 0..20_000 {
        let mut octets = all[next() as usize % all.len()].to_vec().unwrap();
        for _ in 0..=next() % 3 {
            // The document code stays: there is only one.
            let at = 11 + next() as usize % (8 * octets.len() - 11);
            octets[at / 8] ^= 0x80 >> (at % 8);
        }
        let typed = Message::decode(&octets).map(|m| xml::to_string(&m).unwrap());
        let seen = xml::interpret(&SCHEMA, Form::Document, &octets);
        assert_eq!(typed.is_ok(), seen.is_ok(), "{octets:02x?} {typed:?} {seen:?}");
        assert_eq!(typed.ok(), seen.ok());
    }
}

#[test]
fn a_padded_length_of_a_few_octets_is_refused_by_both_codecs() {
    let padded = |octets: &[u8]| {
        let text: String = octets.iter().map(|octet| format!("{octet:08b}")).collect();
        // Five octets, the first two of them 1 and 2.
        let (plain, long) = ("000001010000000100000010", "10000101000000000000000100000010");
        text.contains(plain).then(|| bits(&text.replace(plain, long)))
    };
    let octets = messages().iter().find_map(|m| padded(&m.to_vec().unwrap())).unwrap();
    let refused = Message::decode(&octets).unwrap_err();
    assert_eq!(refused.kind, exi::Kind::Range);
    let seen = xml::interpret(&SCHEMA, Form::Document, &octets);
    assert_eq!(seen, Err(Error::Exi(refused)));
}

#[test]
fn zeros_above_an_integer_are_taken_and_refused_alike_by_both_codecs() {
    // Seven bits an octet, the lowest first.
    const VALUE: u64 = 0x16 << 14 | 0x4b << 7 | 0x25;
    let mut message = messages().into_iter().find(|m| m.numbers.is_some()).unwrap();
    message.numbers.as_mut().unwrap().integer = VALUE.into();
    let text: String =
        message.to_vec().unwrap().iter().map(|octet| format!("{octet:08b}")).collect();
    let plain = "101001011100101100010110";
    assert!(text.contains(plain));
    for (zeros, taken) in [(1, true), (200, true), (300, false)] {
        let long = format!("1010010111001011{}{}00000000", "10010110", "10000000".repeat(zeros));
        let octets = bits(&text.replacen(plain, &long, 1));
        let seen = xml::interpret(&SCHEMA, Form::Document, &octets);
        match Message::decode(&octets) {
            Ok(typed) => assert_eq!(seen.unwrap(), xml::to_string(&typed).unwrap()),
            Err(error) => assert_eq!(seen, Err(Error::Exi(error))),
        }
        assert_eq!(Message::decode(&octets).ok(), taken.then(|| message.clone()));
    }
}

#[test]
fn json_has_numbers_strings_objects_and_arrays() {
    let all = messages();
    assert_eq!(xml::to_json(&all[0]).unwrap(), r#"{"Message":{"Kind":"OK","Pair":[-3,3]}}"#);
    assert_eq!(
        xml::to_json(&all[1]).unwrap(),
        r#"{"Message":{"Kind":"OK","Pair":[-3,3],"AC_EVStatus":{"Ready":true,"SOC":100,"Only":"One"}}}"#
    );
    assert_eq!(
        xml::to_json(&all[11]).unwrap(),
        r#"{"Message":{"Id":"id","Kind":"else","Pair":[0,1,2],"Note":["one","","three<&>\"\u000a"],"Signed":{"value":""},"Open":{"Algorithm":"urn:x","Length":7}}}"#
    );
}

#[test]
fn wrong_json_is_told_with_its_path_and_line() {
    for (json, path, line, why) in [
        (r#"{"Other":{}}"#, "/Other", 1, "not a root element"),
        ("{}", "", 1, "an object with one member"),
        ("[]", "", 1, "an object"),
        (r#"{"Message":1}"#, "/Message", 1, "an object"),
        ("{\"Message\":\n{\"Kind\":\"OK\"}}", "/Message", 2, "Pair is missing"),
        ("{\"Message\":{\"Pair\":[1,2],\n\"Kind\":\"no\"}}", "/Message/@Kind", 1, "one of OK,"),
        ("{\"Message\":{\"Kind\":\"OK\",\"Pair\":[1,\n\"2\"]}}", "/Message/Pair", 2, "a number in"),
        ("{\"Message\":{\"Kind\":\"OK\",\"Pair\":[1,\n4]}}", "/Message/Pair", 2, "a number in"),
        ("{\"Message\":{\"Kind\":\"OK\",\n\"Pair\":1}}", "/Message", 2, "an array"),
        ("{\"Message\":{\"Kind\":\"OK\",\n\"Pear\":1}}", "/Message", 2, "Pear has no place here"),
        (
            "{\"Message\":{\"Kind\":\"OK\",\n\"Kind\":\"OK\"}}",
            "/Message",
            2,
            "Kind has no place here",
        ),
        ("{\"Message\":{\"Kind\":\"OK\",\n\"Pair\":[1,2],}}", "", 2, "a string is missing"),
    ] {
        let Err(Error::Xml(error)) = xml::from_json::<Message>(json) else {
            panic!("{json} is taken");
        };
        assert_eq!((error.path.as_str(), error.line), (path, line), "{json}: {error}");
        assert!(error.to_string().contains(why), "{json}: {error}");
    }
}

#[test]
fn names_take_the_spelling_and_the_namespaces_of_the_schema() {
    assert_eq!(
        xml::to_string(&messages()[1]).unwrap(),
        "<a:Message xmlns:a=\"urn:example:a\" xmlns:b=\"http://example.org/b#\" Kind=\"OK\">\
         <a:Pair>-3</a:Pair><a:Pair>3</a:Pair>\
         <b:AC_EVStatus><b:Ready>true</b:Ready><b:SOC>100</b:SOC><b:Only>One</b:Only></b:AC_EVStatus>\
         </a:Message>"
    );
}

#[test]
fn other_prefixes_comments_and_spaces_are_the_same_message() {
    let text = "<?xml version=\"1.0\"?>\n<!-- a -->\n<Message xmlns='urn:example:a' Kind=' OK '>\n  \
        <x:Pair xmlns:x='urn:example:a'> -3 </x:Pair><!-- b --><Pair>+3</Pair>\n</Message>\n";
    assert_eq!(xml::from_str::<Message>(text).unwrap(), messages()[0]);
}

#[test]
fn errors_name_the_element_and_the_line() {
    let wrong = |inside: &str| {
        let text = format!(
            "<Message xmlns='urn:example:a' Kind='OK'>\n<Pair>1</Pair>\n{inside}</Message>"
        );
        match xml::from_str::<Message>(&text) {
            Err(Error::Xml(XmlError { path, line, problem })) => (path, line, problem),
            other => panic!("{other:?}"),
        }
    };
    let (path, line, problem) = wrong("<Pair>4</Pair>");
    assert_eq!((path.as_str(), line), ("/Message/Pair", 3));
    assert!(matches!(problem, Problem::Value(_)));
    assert_eq!(problem.to_string(), "not a value of its type: a number in -3..=3");
    assert_eq!(wrong("").2, Problem::Missing(vec!["Pair"]));
    let (path, line, problem) = wrong("\n<Peer/>");
    assert_eq!((path.as_str(), line), ("/Message/Peer", 4));
    assert_eq!(problem, Problem::Unexpected("Peer".into(), vec!["Pair"]));
    assert_eq!(wrong("text").2, Problem::Text);
    assert!(matches!(wrong("<Pair>1</Peer>").2, Problem::Syntax(_)));
    assert!(matches!(wrong("<x:Pair/>").2, Problem::Syntax(_)));
    assert!(matches!(wrong("&unknown;").2, Problem::Syntax(_)));
}

#[test]
fn errors_of_attributes_order_namespace_and_facets_name_their_place() {
    let wrong = |attributes: &str, inside: &str| {
        let text = format!(
            "<Message xmlns='urn:example:a' xmlns:a='urn:example:a' xmlns:b='http://example.org/b#'\n \
             {attributes}>\n<Pair>1</Pair>\n<Pair>1</Pair>\n{inside}\n</Message>"
        );
        match xml::from_str::<Message>(&text) {
            Err(Error::Xml(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let kind = "Kind='OK'";
    for (attributes, inside, said) in [
        (
            "Kind='KO'",
            "",
            "line 2, /Message/@Kind: not a value of its type: one of OK, FAILED_EVSEID, else",
        ),
        (
            "Kind='OK' a:Id='123456789'",
            "",
            "line 2, /Message/@Id: not a value of its type: 1 to 8 characters",
        ),
        (
            "Kind='OK' Id='1'",
            "",
            "line 2, /Message: the attribute Id has no place here, but Id or Kind",
        ),
        ("a:Id='1'", "", "line 2, /Message: Kind is missing"),
        // Behind Note the bodies have no place any more.
        (
            kind,
            "<Note>a</Note>\n<b:Text>b</b:Text>",
            "line 6, /Message/Text: Text has no place here, but Note or Signed or Open",
        ),
        (
            kind,
            "<Text>b</Text>",
            "line 5, /Message/Text: Text has no place here, but Pair or AC_EVStatus or Element or \
             Session or Text or Numbers or Note or Signed or Open",
        ),
        (
            kind,
            "<b:Text>abcde</b:Text>",
            "line 5, /Message/Text: not a value of its type: 0 to 4 characters",
        ),
        (kind, "<b:Text><b:Text/></b:Text>", "line 5, /Message/Text/Text: Text has no place here"),
        (
            kind,
            "<b:Session>\n<b:SessionID>0g</b:SessionID></b:Session>",
            "line 6, /Message/Session/SessionID: not a value of its type: 0 to 8 octets",
        ),
        (
            kind,
            "<b:AC_EVStatus><b:Ready>yes</b:Ready></b:AC_EVStatus>",
            "line 5, /Message/AC_EVStatus/Ready: not a value of its type: true or false",
        ),
        (
            kind,
            "<b:AC_EVStatus><b:Ready>true</b:Ready>\n<b:SOC>101</b:SOC></b:AC_EVStatus>",
            "line 6, /Message/AC_EVStatus/SOC: not a value of its type: a number in 0..=100",
        ),
        (kind, "<b:AC_EVStatus/>", "line 5, /Message/AC_EVStatus: Ready is missing"),
    ] {
        assert_eq!(wrong(attributes, inside), said);
    }
}

/// A message of as many strings as references: what it costs grows with its length alone.
#[test]
fn the_interpreter_reads_a_long_string_table_in_the_time_of_a_short_one() {
    let stream = |n: usize| {
        let literal = "00 0 00000011 01100001 0".repeat(n);
        let reference = |i: usize| {
            let width = usize::BITS - (n - 1).leading_zeros();
            format!("00 0 00000000 {:0width$b} 0", i % n, width = width as usize)
        };
        let references: String = (0..n).map(reference).collect();
        bits(&format!("10000000 0 {literal}{references}01"))
    };
    let time = |n: usize| {
        let octets = stream(n);
        let started = std::time::Instant::now();
        let seen = xml::interpret(&NAMES, Form::Document, &octets).unwrap();
        let taken = started.elapsed();
        assert_eq!(seen.matches("<Name>a</Name>").count(), 2 * n);
        taken
    };
    // Quadratic would be 64 times as long.
    let (short, long) = (time(2_000), time(16_000));
    assert!(long < 40 * short, "{short:?} {long:?}");
}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = "")]
struct Names {
    name: List<Text<0, 4>, 0, { u32::MAX }>,
}

enum Plain {}

impl SchemaSet for Plain {
    const NAME: &'static str = "plain";
    const GLOBALS: u32 = 1;
    const ELEMENTS: u32 = 2;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[];
}

exi::roots! {
    static NAMES: Plain;
    documents { 0 = "Names" in "" => Names; }
    fragments {}
}

#[test]
fn hostile_xml_is_refused() {
    let dtd = "<!DOCTYPE a [<!ENTITY b 'c'>]><Message xmlns='urn:example:a'/>";
    assert!(matches!(problem(dtd), Problem::Syntax(_)));
    assert_eq!(problem(&"<a>".repeat(100_000)), Problem::Depth);
    assert_eq!(problem("<Other/>"), Problem::Root);
    assert_eq!(problem(&" ".repeat(1 << 25)), Problem::Size);
    let (long, many) = ("a".repeat(100_000), "<b/>".repeat(100_000));
    assert_eq!(problem(&format!("<{long}>{many}</{long}>")), Problem::Root);
    let many: String = (0..40).map(|i| format!(" a{i}=''")).collect();
    assert!(matches!(problem(&format!("<Message{many}/>")), Problem::Syntax(_)));
    let text = "<Message xmlns='urn:example:a' Kind='OK' Extra=''/>";
    assert!(matches!(problem(text), Problem::Unexpected(_, _)));
    assert_eq!(problem("<Message xmlns='urn:example:a'/>"), Problem::Missing(vec!["Kind"]));
    for text in ["", "<", "<a", "<a/><b/>", "text", "<a></b>", "\u{0}"] {
        assert!(xml::from_str::<Message>(text).is_err());
    }
}

fn problem(text: &str) -> Problem {
    match xml::from_str::<Message>(text) {
        Err(Error::Xml(e)) => e.problem,
        other => panic!("{other:?}"),
    }
}
