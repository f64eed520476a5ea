//! A small schema that has one of everything.

use exi::{Bytes, Exi, Few, Hex, Int, Integer, List, Octets, Ranged, Refused, SchemaSet};
use exi::{ShortBytes, ShortHex, Text};
use std::error::Error;

pub(crate) const A: &str = "urn:example:a";
pub(crate) const B: &str = "http://example.org/b#";

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = A)]
pub(crate) struct Message {
    #[exi(attr)]
    pub(crate) id: Option<Text<1, 8>>,
    #[exi(attr, unqualified)]
    pub(crate) kind: Kind,
    pub(crate) pair: List<Int<-3, 3>, 2, 3>,
    #[exi(choice)]
    pub(crate) body: Option<Body>,
    #[exi(ns = B)]
    pub(crate) numbers: Option<Box<Numbers>>,
    pub(crate) note: List<Text<0, 60>, 0, 4>,
    pub(crate) signed: Option<Signed>,
    #[exi(ns = "")]
    pub(crate) open: Option<Open>,
}

#[derive(Debug, Clone, Copy, PartialEq, Exi)]
pub(crate) enum Kind {
    Ok,
    FailedEvseId,
    #[exi(name = "else")]
    Else,
}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = B, substitution)]
pub(crate) enum Body {
    AcEvStatus(Status),
    #[exi(head)]
    Element(Empty),
    Session(Box<Session>),
    Text(Text<0, 4>),
}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = B)]
pub(crate) struct Status {
    pub(crate) ready: bool,
    pub(crate) soc: Box<Int<0, 100>>,
    pub(crate) only: Only,
}

#[derive(Debug, Clone, Copy, PartialEq, Exi)]
pub(crate) enum Only {
    One,
}

#[derive(Debug, Clone, PartialEq, Exi)]
pub(crate) struct Empty {}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = B)]
pub(crate) struct Session {
    pub(crate) session_id: Octets<8>,
    pub(crate) evccid: Octets<6, 6>,
    pub(crate) code: Hex<0, 20>,
    pub(crate) certificate: Bytes<0, 64>,
    pub(crate) meter_signature: Option<ShortBytes<1, 64>>,
    pub(crate) meter_id: ShortHex<0, 20>,
    pub(crate) phases: Few<Int<-30, 300>, 1, 3>,
}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = B)]
pub(crate) struct Numbers {
    pub(crate) byte: i8,
    pub(crate) short: i16,
    pub(crate) int: i32,
    pub(crate) long: i64,
    pub(crate) unsigned_byte: u8,
    pub(crate) unsigned_short: u16,
    pub(crate) unsigned_int: u32,
    pub(crate) unsigned_long: u64,
    pub(crate) integer: Integer,
    /// 4096 values: 12 bits.
    pub(crate) narrow: Ranged<100, 4195>,
    /// One more: an unsigned integer.
    pub(crate) wide: Ranged<100, 4196>,
    pub(crate) signed: Int<-3000, 3000>,
    pub(crate) day: Ranged<0, 86_400>,
}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = A, relaxed)]
pub(crate) struct Signed {
    #[exi(attr)]
    pub(crate) id: Option<Text<0, 8>>,
    #[exi(text)]
    pub(crate) value: Text<0, 15>,
}

#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = "")]
#[exi(mixed)]
pub(crate) struct Open {
    #[exi(attr, unqualified)]
    pub(crate) algorithm: Text<0, 20>,
    pub(crate) length: Option<u8>,
    #[exi(any)]
    pub(crate) any: List<Refused<1>, 0, 9>,
}

pub(crate) enum Small {}

impl SchemaSet for Small {
    const NAME: &'static str = "small";
    const GLOBALS: u32 = 5;
    const ELEMENTS: u32 = 33;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] =
        &[("", "Algorithm"), (A, "Id"), ("", "Kind")];
}

exi::roots! {
    /// The small schema as data.
    pub(crate) static SCHEMA: Small;
    documents { 3 = "Message" in A => Message; }
    fragments {
        9 = "Message" in A => Message;
        20 = "Signed" in A => Signed, relaxed: true;
    }
}

/// Messages that together pass every state of the small schema.
pub(crate) fn messages() -> Vec<Message> {
    made().unwrap_or_else(|e| panic!("{e}"))
}

fn made() -> Result<Vec<Message>, Box<dyn Error>> {
    let least = Message {
        id: None,
        kind: Kind::Ok,
        pair: [Int::of::<-3>(), Int::of::<3>()].try_into()?,
        body: None,
        numbers: None,
        note: List::default(),
        signed: None,
        open: None,
    };
    let mut all = vec![least.clone()];
    let bodies = [
        Body::AcEvStatus(Status { ready: true, soc: Box::new(Int::of::<100>()), only: Only::One }),
        Body::Element(Empty {}),
        Body::Session(Box::new(Session {
            session_id: Octets::new(&[1, 2, 3, 4, 5])?,
            evccid: Octets::new(&[9; 6])?,
            code: Hex::new(&[0xab; 20])?,
            certificate: Bytes::new(&[0x5a; 64])?,
            meter_signature: Some(ShortBytes::new(&[0xa5; 64])?),
            meter_id: ShortHex::new(&[0x12; 11])?,
            phases: [1, -30, 300].map(Int::saturating).try_into()?,
        })),
        Body::Session(Box::new(Session {
            session_id: Octets::default(),
            evccid: Octets::new(&[0xff; 6])?,
            code: Hex::default(),
            certificate: Bytes::default(),
            meter_signature: None,
            meter_id: ShortHex::default(),
            phases: Few::new([Int::of::<7>()])?,
        })),
        Body::Text(Text::literal("")),
        Body::Text(Text::literal("aé€😀")),
    ];
    all.extend(bodies.into_iter().map(|body| Message { body: Some(body), ..least.clone() }));
    for (low, integer) in [(true, "-340282366920938463463374607431768211457"), (false, "128")] {
        let pick = |lo: i64, hi: i64| if low { lo } else { hi };
        let numbers = Numbers {
            byte: pick(i8::MIN.into(), i8::MAX.into()) as i8,
            short: pick(i16::MIN.into(), i16::MAX.into()) as i16,
            int: pick(i32::MIN.into(), i32::MAX.into()) as i32,
            long: pick(i64::MIN, i64::MAX),
            unsigned_byte: pick(0, 255) as u8,
            unsigned_short: pick(0, 65_535) as u16,
            unsigned_int: pick(0, u32::MAX.into()) as u32,
            unsigned_long: if low { 0 } else { u64::MAX },
            integer: integer.parse()?,
            narrow: if low { Ranged::MIN } else { Ranged::MAX },
            wide: if low { Ranged::MIN } else { Ranged::MAX },
            signed: if low { Int::MIN } else { Int::MAX },
            day: if low { Ranged::MIN } else { Ranged::MAX },
        };
        all.push(Message { numbers: Some(Box::new(numbers)), ..least.clone() });
    }
    for n in 1..=4 {
        let note = List::collect(
            ["one", "", "three<&>\"\n", "0123456789abcdef"].map(Text::literal)[..n].to_vec(),
        );
        let signed = Some(Signed {
            id: (n % 2 == 0).then(|| Text::literal("id1")),
            value: if n == 3 { Text::literal("") } else { Text::literal("DEABCC123ABC56") },
        });
        let open = Some(Open {
            algorithm: Text::literal("urn:x"),
            length: (n > 2).then_some(7),
            any: List::default(),
        });
        all.push(Message {
            id: Some(Text::literal("id")),
            kind: [Kind::FailedEvseId, Kind::Else][n % 2],
            pair: [0, 1, 2].map(Int::saturating).try_into()?,
            body: None,
            numbers: None,
            note: note?,
            signed,
            open,
        });
    }
    Ok(all)
}

/// Octets of a string of 0 and 1, other characters are for the reader's eye.
pub(crate) fn bits(s: &str) -> Vec<u8> {
    let bits: Vec<u8> = s.bytes().filter(|b| matches!(b, b'0' | b'1')).map(|b| b - b'0').collect();
    bits.chunks(8).map(|c| (0..8).fold(0, |v, i| v << 1 | c.get(i).unwrap_or(&0))).collect()
}

/// Numbers that look random, the same for the same seed.
pub(crate) fn noise(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}
