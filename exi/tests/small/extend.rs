//! Extensions and phases say the same on the wire as one flat list of fields.

use crate::schema::A;
use exi::schema::{Shape, Type};
use exi::{Document, Exi, Int, Phases};

#[derive(Debug, Clone, Copy, PartialEq, Exi)]
#[exi(ns = A)]
struct Flat {
    first: Option<u8>,
    second: Int<0, 100>,
    power: Option<u8>,
    #[exi(name = "Power_L2")]
    power_l2: Option<u8>,
    #[exi(name = "Power_L3")]
    power_l3: Option<u8>,
    current: i16,
    #[exi(name = "Current_L2")]
    current_l2: Option<i16>,
    #[exi(name = "Current_L3")]
    current_l3: Option<i16>,
    last: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Exi)]
#[exi(ns = A, base)]
struct Front {
    first: Option<u8>,
    second: Int<0, 100>,
}

#[derive(Debug, Clone, Copy, PartialEq, Exi)]
#[exi(ns = A, base)]
struct Middle {
    #[exi(base)]
    base: Front,
    #[exi(phases)]
    power: Phases<Option<u8>, Option<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Exi)]
#[exi(ns = A)]
struct Whole {
    #[exi(base)]
    base: Middle,
    #[exi(phases)]
    current: Phases<i16, Option<i16>>,
    last: Option<bool>,
}

macro_rules! documents {
    ($($t:ty),*) => {$(
        impl Document for $t {
            const NAME: &'static str = "Whole";
            const NS: &'static str = A;
            const CODE: u64 = 0;
            const CODE_BITS: u32 = 1;
        }
    )*};
}
documents!(Flat, Middle, Whole);

/// Both forms with every optional element there or not, by the bits of `n`.
fn pair(n: u32) -> (Flat, Whole) {
    let (is, second) = (|bit: u32| n >> bit & 1 == 1, Int::of::<77>());
    let byte = |bit| is(bit).then_some(bit as u8);
    let short = |bit| is(bit).then_some(-(bit as i16));
    let flat = Flat {
        first: byte(0),
        second,
        power: byte(1),
        power_l2: byte(2),
        power_l3: byte(3),
        current: -4000,
        current_l2: short(4),
        current_l3: short(5),
        last: is(6).then_some(true),
    };
    let power = Phases { l1: byte(1), l2: byte(2), l3: byte(3) };
    let base = Middle { base: Front { first: byte(0), second }, power };
    let current = Phases { l1: -4000, l2: short(4), l3: short(5) };
    (flat, Whole { base, current, last: flat.last })
}

#[test]
fn an_extension_is_on_the_wire_what_its_elements_are() {
    for (flat, whole) in (0..1 << 7).map(pair) {
        let octets = whole.to_vec().unwrap();
        assert_eq!(octets, flat.to_vec().unwrap());
        assert_eq!(Whole::decode(&octets), Ok(whole));
        assert_eq!(Flat::decode(&octets), Ok(flat));
        let middle = whole.base.to_vec().unwrap();
        assert_eq!(Middle::decode(&middle), Ok(whole.base));
    }
}

#[test]
fn an_extension_is_in_the_schema_what_its_elements_are() {
    let particles = |ty: &Type| match ty.shape {
        Shape::Complex(complex) => complex.particles,
        _ => panic!("{ty:?}"),
    };
    assert_eq!(particles(Whole::TYPE), particles(Flat::TYPE));
    assert_eq!(particles(Middle::TYPE), &particles(Flat::TYPE)[..5]);
    assert_eq!(Whole::MAX, Flat::MAX);
}

#[test]
fn one_value_speaks_of_no_phase_in_particular() {
    assert_eq!(Phases::from(5), Phases { l1: 5, l2: None::<u8>, l3: None });
}
