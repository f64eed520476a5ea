//! What is read although this codec would not write it.

use crate::schema::{Body, Message, bits, messages};
use exi::{Bytes, Document, Error, Exi, Hex, Int, Kind, List, Octets, ShortBytes, ShortHex, Text};

/// Up to the first event code behind the pair; four bits follow.
const FRONT: &str = "10000000 011 01 00 0 0 000 0 0 0 110 0";
/// Codes there: the third of the pair, four bodies, numbers, note.
const NOTE: &str = "0110";
const BODY_TEXT: &str = "0100";

#[test]
fn strings_may_refer_to_earlier_ones() {
    // Notes "ab", "ab" by its name's table, "c", "ab" by the table of all (1 of 2): the length is
    // 0 or 1. Behind a note: another, signed, open, END, escape are 3 bits, behind the last 2.
    let a = "01100001 01100010";
    let octets = bits(&format!(
        "{FRONT} {NOTE} 0 00000100 {a} 0 000 0 00000000 0 000 0 00000011 01100011 0 000 0 00000001 0 0 10"
    ));
    let (message, report) = Message::decode_reporting(&octets).unwrap();
    assert_eq!(message.note.iter().map(Text::as_str).collect::<Vec<_>>(), ["ab", "ab", "c", "ab"]);
    assert_eq!((report.table_hits, report.undeclared_ends, report.trailing), (2, 0, 0));
    // Written out again it is longer.
    assert!(message.to_vec().unwrap().len() > octets.len());
}

#[test]
fn a_reference_to_nothing_is_out_of_range() {
    for reference in ["00000000", "00000001"] {
        let octets = bits(&format!("{FRONT} {NOTE} 0 {reference} 0 {}", "0".repeat(64)));
        let start = FRONT.matches(['0', '1']).count() + 5;
        assert_eq!(Message::decode(&octets), Err(Error { kind: Kind::Range, bit: start }));
    }
}

#[derive(Debug, PartialEq, Exi)]
#[exi(ns = "")]
struct Notes {
    note: List<Text<0, 100>, 0, 10_000>,
}

impl Document for Notes {
    const NAME: &'static str = "Notes";
    const NS: &'static str = "";
    const CODE: u64 = 0;
    const CODE_BITS: u32 = 1;
}

#[test]
fn references_cannot_blow_a_message_up() {
    // One note of 100 characters, then references to it in 12 bits each.
    let notes = |references: usize| {
        let (literal, reference) = ("01100001".repeat(100), "00 0 00000000 0".repeat(references));
        bits(&format!("10000000 0 00 0 01100110 {literal} 0 {reference} 01"))
    };
    assert_eq!(Notes::decode(&notes(1_000)).unwrap().note.len(), 1_001);
    assert_eq!(Notes::decode(&notes(9_000)).unwrap_err().kind, Kind::Range);
}

#[test]
fn an_empty_string_may_be_an_undeclared_end() {
    // In place of the text's code 0: the escape 1, then 000.
    let octets = bits(&format!("{FRONT} {BODY_TEXT} 1 000 100"));
    let (message, report) = Message::decode_reporting(&octets).unwrap();
    assert_eq!(message.body, Some(Body::Text(Text::literal(""))));
    assert_eq!(report.undeclared_ends, 1);
    // Other events of the second level are not read.
    let octets = bits(&format!("{FRONT} {BODY_TEXT} 1 001 100 00000000"));
    assert_eq!(Message::decode(&octets).unwrap_err().kind, Kind::Event);
}

#[test]
fn octets_behind_the_end_and_bits_that_fill_it_up_are_reported() {
    for message in messages() {
        let mut octets = message.to_vec().unwrap();
        let n = octets.len();
        octets.extend([0, 7]);
        let (again, report) = Message::decode_reporting(&octets).unwrap();
        assert_eq!(again, message);
        assert_eq!((report.octets, report.trailing, report.padding), (n, 2, false));
    }
    // The least message ends in the middle of an octet.
    let mut octets = messages()[0].to_vec().unwrap();
    if let Some(last) = octets.last_mut() {
        *last |= 1;
    }
    assert!(Message::decode_reporting(&octets).unwrap().1.padding);
}

macro_rules! ends {
    ($($name:ident $($rare:ident)?),*) => {$(
        #[derive(Debug, Clone, PartialEq, Exi)]
        #[exi(ns = "" $(, $rare)?)]
        struct $name {
            octets: Octets<8>,
            hex: Hex<0, 20>,
            bytes: Bytes<0, 20>,
            short: ShortBytes<0, 20>,
            short_hex: ShortHex<0, 20>,
            text: Box<Text<0, 60>>,
            several: List<Text<0, 60>, 1, 2>,
            last: Option<ShortBytes<1, 20>>,
        }

        impl Document for $name {
            const NAME: &'static str = "Ends";
            const NS: &'static str = "";
            const CODE: u64 = 0;
            const CODE_BITS: u32 = 1;
        }

        impl $name {
            fn of(n: usize) -> Self {
                let octets = vec![7; n];
                let text = Text::new("x".repeat(n)).unwrap();
                Self {
                    octets: Octets::new(&octets).unwrap(),
                    hex: Hex::new(&octets).unwrap(),
                    bytes: Bytes::new(&octets).unwrap(),
                    short: ShortBytes::new(&octets).unwrap(),
                    short_hex: ShortHex::new(&octets).unwrap(),
                    text: Box::new(text.clone()),
                    several: List::collect([text.clone(), text]).unwrap(),
                    last: (n > 0).then(|| ShortBytes::new(&octets).unwrap()),
                }
            }

            /// Every value that may be empty ends without its text. Behind the second string, its
            /// last, END is the second of three codes.
            fn ended() {
                let empty = "0 1 000".repeat(7);
                let octets = bits(&format!("10000000 0 {empty} 00 1 000 01"));
                let mut value = Self::of(8);
                value.decode_into(&octets).unwrap();
                assert_eq!(value, Self::of(0));
                assert_eq!(Self::decode_reporting(&octets).unwrap().1.undeclared_ends, 8);
                // One that may not be empty.
                let octets = bits(&format!("10000000 0 {empty} 00 1 000 00 1 000 0 {:064}", 0));
                let front = 9 + 7 * 5 + 6 + 2;
                let event = Error { kind: Kind::Event, bit: front };
                assert_eq!(Self::decode(&octets), Err(event));
            }
        }
    )*};
}
ends!(Ends, RareEnds rare);

#[test]
fn whatever_may_be_empty_may_be_an_undeclared_end_and_forgets_what_was_there() {
    Ends::ended();
    RareEnds::ended();
}

macro_rules! numbers {
    ($($name:ident $number:ty $(, $rare:ident)?;)*) => {$(
        #[derive(Debug, PartialEq, Exi)]
        #[exi(ns = "" $(, $rare)?)]
        struct $name {
            number: $number,
        }

        impl Document for $name {
            const NAME: &'static str = "Number";
            const NS: &'static str = "";
            const CODE: u64 = 0;
            const CODE_BITS: u32 = 6;
        }
    )*};
}
numbers! {
    Narrow Int<0, 100>;
    RareNarrow Int<0, 100>, rare;
    Long u64;
    RareLong u64, rare;
}

#[test]
fn a_number_is_never_an_undeclared_end() {
    // The escape is the last bit, or more follows.
    for more in ["", "00000000"] {
        let octets = bits(&format!("10000000 000000 0 1 {more}"));
        let event = Error { kind: Kind::Event, bit: 15 };
        assert_eq!(Narrow::decode(&octets), Err(event));
        assert_eq!(RareNarrow::decode(&octets), Err(event));
        assert_eq!(Long::decode(&octets), Err(event));
        assert_eq!(RareLong::decode(&octets), Err(event));
    }
}
