//! The typed codec on a small schema that has one of everything.

use crate::schema::{Message, SCHEMA, Signed, Small, bits, messages, noise};
use exi::{Document, Error, Facet, Few, Fragment, Int, Kind, List, Octets, Ranged};
use exi::{ShortBytes, ShortHex, Text};

#[test]
fn event_codes_follow_from_the_order_of_the_fields() {
    // Document code 3 of 6, kind 0 of 3 behind an optional attribute, the two of the pair. Then
    // one more of it, four bodies, numbers, note, signed, open, END and the escape are 11 ways on.
    let octets = messages()[0].to_vec().unwrap();
    assert_eq!(octets, bits("10000000 011 01 00 0 0 000 0 0 0 110 0 1001"));
}

#[test]
fn messages_come_back_and_ask_for_the_room_they_take() {
    for message in messages() {
        let octets = message.to_vec().unwrap();
        assert_eq!(Message::decode(&octets).as_ref(), Ok(&message));
        let mut out = vec![0; octets.len()];
        assert_eq!(message.encode(&mut out), Ok(octets.len()));
        assert_eq!(out, octets);
        for short in 0..octets.len() {
            let full = Error { kind: Kind::Full, bit: 8 * octets.len() };
            assert_eq!(message.encode(&mut out[..short]), Err(full));
        }
    }
}

#[test]
fn a_value_is_decoded_into_whatever_was_there() {
    let all = messages();
    let mut value = all[0].clone();
    for message in &all {
        value.decode_into(&message.to_vec().unwrap()).unwrap();
        assert_eq!(&value, message);
    }
}

#[test]
fn every_cut_message_ends_in_eof() {
    for message in messages() {
        let octets = message.to_vec().unwrap();
        for cut in 0..octets.len() {
            let eof = Error { kind: Kind::Eof, bit: 8 * cut };
            assert_eq!(Message::decode(&octets[..cut]), Err(eof), "{message:?}");
        }
    }
}

#[test]
fn facets_hold_where_values_are_made() {
    assert_eq!(Text::<1, 3>::new("").unwrap_err(), Facet::Length { is: 0, min: 1, max: 3 });
    assert!(Text::<1, 3>::new("é€😀").is_ok() && Text::<1, 3>::new("abcd").is_err());
    assert!(Int::<-3, 3>::new(4).is_none() && Int::<-3, 3>::new(-3).is_some());
    assert_eq!(Int::<-3, 3>::saturating(9), 3);
    assert_eq!(Ranged::<5, 9>::try_from(4), Err(Facet::Value { is: 4, min: 5, max: 9 }));
    assert!(Octets::<8>::new(&[0; 9]).is_err() && Octets::<8, 8>::new(&[0; 7]).is_err());
    assert!(ShortBytes::<1, 64>::new(&[0; 65]).is_err() && ShortHex::<2, 3>::new(&[1]).is_err());
    assert!(Few::<u8, 2, 3>::new([1]).is_err() && Few::<u8, 2, 3>::collect(0..).is_err());
    let mut few = Few::<u8, 2, 3>::new([1, 2]).unwrap();
    assert!(few.push(3).is_ok() && few.push(4).is_err());
    assert_eq!(few[..], [1, 2, 3]);
    assert!(List::<u8, 2, 3>::new(vec![1]).is_err());
    let mut list = List::<u8, 2, 3>::new(vec![1, 2, 3]).unwrap();
    assert!(list.push(4).is_err());
    assert!(List::<u8, 2, 3>::collect(0..).is_err());
    assert_eq!(Text::<1, 3>::new("abcd").unwrap_err().to_string(), "length 4 is not in 1..=3");
}

#[test]
fn facets_hold_on_the_wire() {
    // 7 is no multiplier: they are 0 to 6.
    let octets = bits("10000000 011 01 00 0 0 111 0 0 0 110 0 1001");
    assert_eq!(Message::decode(&octets), Err(Error { kind: Kind::Range, bit: 17 }));
    // A list that is too short cannot be written.
    let message = Message { pair: List::default(), ..messages()[0].clone() };
    assert_eq!(message.to_vec().unwrap_err().kind, Kind::Range);
    // An escape to events beyond the schema has no use here.
    let octets = bits("10000000 011 11 00");
    assert_eq!(Message::decode(&octets).unwrap_err(), Error { kind: Kind::Event, bit: 11 });
}

#[test]
fn another_root_or_header_is_an_event_error_at_its_first_wrong_bit() {
    let octets = messages()[0].to_vec().unwrap();
    let mut other = octets.clone();
    other[0] = 0xa0;
    assert_eq!(Message::decode(&other), Err(Error { kind: Kind::Event, bit: 2 }));
    other[0] = 0x80;
    other[1] ^= 0x20;
    assert_eq!(Message::decode(&other), Err(Error { kind: Kind::Event, bit: 10 }));
}

#[test]
fn fragments_end_with_the_code_of_their_end() {
    for message in messages() {
        let octets = Fragment::<Small>::encode_fragment(&message).unwrap();
        let again = <Message as Fragment<Small>>::decode_fragment(&octets);
        assert_eq!(again.as_ref(), Ok(&message));
        for cut in 0..octets.len() {
            let eof = Error { kind: Kind::Eof, bit: 8 * cut };
            assert_eq!(<Message as Fragment<Small>>::decode_fragment(&octets[..cut]), Err(eof));
        }
    }
    // 33 elements, any other, the end: 35 codes in 6 bits, the end is 34.
    assert_eq!((SCHEMA.fragment_bits, SCHEMA.fragment_end), (6, 34));
}

#[test]
fn a_name_with_several_types_has_the_relaxed_fragment_grammar() {
    let signed = Signed { id: Some(Text::literal("id4")), value: Text::literal("ab") };
    let octets = Fragment::<Small>::encode_fragment(&signed).unwrap();
    // 3 attributes and any other, 33 elements and any other, END, text: 40 codes and the escape.
    let expected = "10000000 010100  000001 00000101 01101001 01100100 00110100
        100111 00000100 01100001 01100010  100010  100010";
    assert_eq!(octets, bits(expected));
    assert_eq!(Fragment::<Small>::decode_fragment(&octets).as_ref(), Ok(&signed));
    // An attribute twice, and one that the type does not have.
    for wrong in ["000001 00000011 01100001 000001", "000010 00000010"] {
        let octets = bits(&format!("10000000 010100 {wrong} {}", "0".repeat(40)));
        let got: Result<Signed, Error> = Fragment::<Small>::decode_fragment(&octets);
        assert_eq!(got.unwrap_err().kind, Kind::Event);
    }
}

#[test]
fn text_of_every_length_comes_back_from_every_bit() {
    let least = &messages()[0];
    for n in 0..60 {
        for c in ["x", "é", "😀"] {
            // Non-ASCII at the end, in the middle, all along.
            for s in ["x".repeat(n) + c, "x".repeat(n / 2) + c + &"y".repeat(n / 2), c.repeat(n)] {
                for id in ["i", "idid"] {
                    let id = Some(Text::literal(id));
                    let note = [Text::new(&s).unwrap(), Text::literal("end")].try_into().unwrap();
                    let message = Message { id, note, ..least.clone() };
                    let octets = message.to_vec().unwrap();
                    assert_eq!(Message::decode(&octets), Ok(message), "{s}");
                }
            }
        }
    }
}

/// Without bounds in the schema, only the stream itself bounds what is allocated.
#[derive(Debug, PartialEq, exi::Exi)]
#[exi(ns = "")]
struct Unbounded {
    text: Text<0, { usize::MAX }>,
    octets: exi::Bytes<0, { usize::MAX }>,
    number: exi::Integer,
}

impl Document for Unbounded {
    const NAME: &'static str = "Unbounded";
    const NS: &'static str = "";
    const CODE: u64 = 0;
    const CODE_BITS: u32 = 1;
}

/// The bits of an unsigned integer.
fn uint(mut v: u64) -> String {
    let mut bits = String::new();
    while v > 0x7f {
        bits += &format!("{:08b}", v & 0x7f | 0x80);
        v >>= 7;
    }
    bits + &format!("{v:08b}")
}

#[test]
fn a_length_beyond_the_stream_is_eof_before_anything_is_allocated() {
    let most = usize::MAX as u64;
    // A text, whose length is 2 too high, then octets behind an empty text.
    let lengths = [most / 4, most, most.saturating_add(2)].map(|n| ("0 0", n));
    let octets = [most / 4, most].map(|n| ("0 0 00000010 0 0 0", n));
    for (front, length) in lengths.into_iter().chain(octets) {
        let length = uint(length);
        let octets = bits(&format!("10000000 0 {front} {length} {}", "0".repeat(80)));
        let error = Unbounded::decode(&octets).unwrap_err();
        assert_eq!(error, Error { kind: Kind::Eof, bit: 8 * octets.len() });
    }
    // A number is bounded by itself.
    let octets =
        bits(&format!("10000000 0 0 0 00000010 0 0 0 00000000 0 0 0 0 {}", "1".repeat(8000)));
    assert_eq!(Unbounded::decode(&octets).unwrap_err().kind, Kind::Range);
}

#[test]
fn noise_never_panics_and_what_is_read_can_be_written() {
    let mut next = noise(0x2545_f491_4f6c_dd1d);
    let (all, mut read) = (messages(), 0);
    for _ in 0..50_000 {
        let mut octets = all[next() as usize % all.len()].to_vec().unwrap();
        for _ in 0..=next() % 3 {
            let at = next() as usize % (8 * octets.len());
            octets[at / 8] ^= 0x80 >> (at % 8);
        }
        if next().is_multiple_of(4) {
            octets.extend(next().to_be_bytes());
        }
        if let Ok(message) = Message::decode(&octets) {
            let again = message.to_vec().unwrap();
            assert_eq!(Message::decode(&again), Ok(message));
            read += 1;
        }
    }
    assert!(read > 1000);
}
