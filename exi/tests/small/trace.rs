//! What a trace tells of a small schema's messages, and which deviations it names.

use crate::schema::{A, Body, Message, SCHEMA, Signed, Small, bits, messages, noise};
use exi::xml::{self, Deviation, Event, Form, Rule, Step, Stop, What};
use exi::{Document, Exi, Fragment, Kind, SchemaSet, Text};

#[test]
fn a_trace_tells_every_bit_once_and_in_order() {
    let mut all: Vec<_> =
        messages().iter().map(|m| (Form::Document, m.to_vec().unwrap())).collect();
    let signed = Signed { id: Some(Text::literal("id4")), value: Text::literal("ab") };
    all.push((Form::Fragment, Fragment::<Small>::encode_fragment(&signed).unwrap()));
    for (form, mut octets) in all {
        octets.extend([0xAB, 0xCD]);
        let (mut next, mut written) = (0, String::new());
        xml::trace(&SCHEMA, form, &octets, &mut |step| {
            assert_eq!(step.bit, next, "{step:?}");
            next += step.width;
            written.extend(step.bits().map(|bit| if bit { '1' } else { '0' }));
        })
        .unwrap();
        assert_eq!((next, bits(&written)), (8 * octets.len(), octets));
    }
}

#[test]
fn a_trace_names_events_values_and_where_they_are() {
    let message = Message { body: Some(Body::Text(Text::literal("ab"))), ..least() };
    let (lines, done) = lines(Form::Document, &message.to_vec().unwrap());
    assert_eq!(done, Ok(vec![]));
    let wanted = [
        "10000000  header",
        "011  SE(Message)",
        "01 /Message AT(Kind)",
        "00 /Message/@Kind \"OK\" one of 3",
        "0 /Message SE(Pair)",
        "0 /Message/Pair CH",
        "000 /Message/Pair \"-3\" n-bit integer from -3",
        "0 /Message/Pair EE",
        "0 /Message SE(Pair)",
        "0 /Message/Pair CH",
        "110 /Message/Pair \"3\" n-bit integer from -3",
        "0 /Message/Pair EE",
        "0100 /Message SE(Text)",
        "0 /Message/Text CH",
        "00000100 /Message/Text 2 characters",
        "0110000101100010 /Message/Text \"ab\"",
        "0 /Message/Text EE",
        "100 /Message EE",
        "0000  padding",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn the_alternatives_are_all_that_may_come() {
    let mut offered = Vec::new();
    xml::trace(&SCHEMA, Form::Document, &least().to_vec().unwrap(), &mut |step| {
        if let What::Event { event: Event::End, alternatives, .. } = step.what {
            offered.push(alternatives.iter().map(|(_, e)| e.to_string()).collect::<Vec<_>>());
        }
    })
    .unwrap();
    let last = [
        "SE(Pair)",
        "SE(AC_EVStatus)",
        "SE(Element)",
        "SE(Session)",
        "SE(Text)",
        "SE(Numbers)",
        "SE(Note)",
        "SE(Signed)",
        "SE(Open)",
        "EE",
    ];
    assert_eq!(offered, [&["EE"][..], &["EE"], &last]);
}

#[test]
fn a_broken_message_is_told_up_to_the_error_and_what_could_stand_there() {
    // The second of the pair is 7, of a type that ends at 3.
    let (told, stop) = lines(Form::Document, &bits("10000000 011 01 00 0 0 000 0 0 0 111 0 1001"));
    let stop = stop.unwrap_err();
    assert_eq!(
        told.last().map(String::as_str),
        Some("111 /Message/Pair \"4\" n-bit integer from -3")
    );
    assert_eq!((stop.error.kind, stop.error.bit), (Kind::Range, 23));
    assert_eq!(
        (stop.path.as_str(), &stop.allowed[..]),
        ("/Message/Pair", &["a number in -3..=3".into()][..])
    );
    assert_eq!(
        stop.to_string(),
        "/Message/Pair: EXI value at bit 23 is outside its type; allowed: a number in -3..=3"
    );
    // An attribute code that stands for nothing.
    let (_, stop) = lines(Form::Document, &bits("10000000 011 11"));
    let stop = stop.unwrap_err();
    assert_eq!((stop.error.bit, stop.path.as_str()), (11, "/Message"));
    assert_eq!(stop.allowed, ["AT(Id)", "AT(Kind)"]);
    for (octets, place, allowed) in [
        ("00000000", "", "the header 80"),
        ("10000000 111", "", "SE(Message)"),
        ("10000000 011 01 11", "/Message/@Kind", "one of OK, FAILED_EVSEID, else"),
    ] {
        let stop = lines(Form::Document, &bits(octets)).1.unwrap_err();
        assert_eq!((stop.path.as_str(), &stop.allowed.join(" ")[..]), (place, allowed));
    }
}

#[test]
fn a_trace_stops_where_the_typed_codec_does() {
    for message in messages() {
        let octets = message.to_vec().unwrap();
        for cut in 0..octets.len() {
            let (told, stop) = lines(Form::Document, &octets[..cut]);
            let refused = Message::decode(&octets[..cut]).unwrap_err();
            assert_eq!(stop.map_err(|stop| stop.error), Err(refused));
            assert_eq!(told.is_empty(), cut == 0);
        }
    }
}

#[test]
fn each_deviation_has_its_name_and_its_bit() {
    const FRONT: &str = "10000000 011 01 00 0 0 000 0 0 0 110 0";
    let a = "01100001 01100010";
    for (stream, wanted) in [
        (
            format!("{FRONT} 0110 0 00000100 {a} 0 000 0 00000000 0 011 0"),
            "string-table 61 /Message/Note",
        ),
        (format!("{FRONT} 0100 1 000 100"), "undeclared-end 32 /Message/Text"),
        (format!("{FRONT} 1001 0 00000000"), "trailing-octets 32 "),
        (format!("{FRONT} 1001 1"), "padding-bits 31 "),
        (format!("{FRONT} 0010 0 100 0"), "abstract-element 27 /Message"),
        (
            format!("{FRONT} 0100 0 10000011 00000000 {} 0 100", &a[..8]),
            "padded-number 32 /Message/Text",
        ),
        (
            format!("{FRONT} 0100 0 00000011 11101001 00000001 0 100"),
            "non-ascii-text 40 /Message/Text",
        ),
        (format!("{FRONT} 0100 0 00000011 00000001 0 100"), "control-character 40 /Message/Text"),
    ] {
        let octets = bits(&stream);
        let found = xml::deviations(&SCHEMA, Form::Document, &octets).unwrap();
        assert_eq!(named(&found), [wanted], "{stream}");
        assert!(Message::decode(&octets).is_ok(), "{stream}");
    }
    // SessionID has one octet: its length is behind AT(Kind), the pair and SE(Session), CH.
    let found = |index: usize| {
        let octets = messages()[index].to_vec().unwrap();
        named(&xml::deviations(&SCHEMA, Form::Document, &octets).unwrap())
    };
    assert_eq!(found(3), ["session-id-length 33 /Message/Session/SessionID"]);
    assert_eq!(found(0), [""; 0]);
}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = A, relaxed)]
struct Two {
    #[exi(attr)]
    id: Option<Text<0, 8>>,
    #[exi(attr, unqualified)]
    kind: Option<Text<0, 8>>,
    #[exi(text)]
    value: Text<0, 8>,
}

enum Pairs {}

impl SchemaSet for Pairs {
    const NAME: &'static str = "pairs";
    const GLOBALS: u32 = 1;
    const ELEMENTS: u32 = 1;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[(A, "Id"), ("", "Kind")];
}

exi::roots! {
    static PAIRS: Pairs;
    documents {}
    fragments { 0 = "Two" in A => Two, relaxed: true; }
}

#[test]
fn attributes_out_of_order_are_a_deviation_where_any_order_is_read() {
    // Id is 0, Kind 1, text 6 of 7; the end is 2 of 4, that of the fragment 2 of 3.
    let (id, kind) = ("000 00000011 01100001", "001 00000011 01100010");
    let found = |attributes: [&str; 2]| {
        let text = attributes.concat();
        let octets = bits(&format!("10000000 00 {text} 110 00000011 01100011 010 10"));
        let two = <Two as Fragment<Pairs>>::decode_fragment(&octets).unwrap();
        assert_eq!(two.id, Some(Text::literal("a")));
        named(&xml::deviations(&PAIRS, Form::Fragment, &octets).unwrap())
    };
    assert_eq!(found([id, kind]), [""; 0]);
    assert_eq!(found([kind, id]), ["attribute-order 29 /Two"]);
}

#[test]
fn what_is_not_written_as_this_codec_does_is_a_deviation() {
    let mut next = noise(0x9e37_79b9_7f4a_7c15);
    let (all, mut literal, mut other) = (messages(), 0, 0);
    for _ in 0..20_000 {
        let mut octets = all[next() as usize % all.len()].to_vec().unwrap();
        for _ in 0..=next() % 3 {
            let at = 11 + next() as usize % (8 * octets.len() - 11);
            octets[at / 8] ^= 0x80 >> (at % 8);
        }
        let Ok(message) = Message::decode(&octets) else {
            assert!(xml::deviations(&SCHEMA, Form::Document, &octets).is_err());
            continue;
        };
        let found = xml::deviations(&SCHEMA, Form::Document, &octets).unwrap();
        let of_the_octets = |found: &Deviation| {
            matches!(
                found.rule,
                Rule::StringTable
                    | Rule::UndeclaredEnd
                    | Rule::TrailingOctets
                    | Rule::PaddingBits
                    | Rule::PaddedNumber
                    | Rule::AttributeOrder
            )
        };
        let again = message.to_vec().unwrap();
        assert_eq!(found.iter().any(of_the_octets), again != octets, "{octets:02x?} {found:?}");
        *if again == octets { &mut literal } else { &mut other } += 1;
    }
    assert!(literal > 1000 && other > 500, "{literal} {other}");
}

fn least() -> Message {
    messages().swap_remove(0)
}

/// A trace as lines: bits, place, what.
fn lines(form: Form, octets: &[u8]) -> (Vec<String>, Result<Vec<Deviation>, Stop>) {
    let mut lines = Vec::new();
    let done = xml::trace(&SCHEMA, form, octets, &mut |step: &Step<'_>| {
        let bits: String = step.bits().map(|bit| if bit { '1' } else { '0' }).collect();
        let what = match step.what {
            What::Event { event, .. } => event.to_string(),
            What::Length(n, unit) => format!("{n} {unit}"),
            What::Text(text) => format!("{text:?}"),
            What::Value { text, coding } => format!("{text:?} {coding}"),
            what => what.name().into(),
        };
        lines.push(format!("{bits} {} {what}", step.place()));
    });
    (lines, done)
}

fn named(found: &[Deviation]) -> Vec<String> {
    found.iter().map(|d| format!("{} {} {}", d.rule.name(), d.bit, d.path)).collect()
}
