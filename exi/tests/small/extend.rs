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

/// The same in three steps, each of them rare or not.
macro_rules! steps {
    ($($set:ident: $($front:ident)? - $($middle:ident)? - $($whole:ident)?;)*) => {$(
        mod $set {
            use super::*;

            #[derive(Debug, Clone, Copy, PartialEq, Exi)]
            #[exi(ns = A, base $(, $front)?)]
            struct Front {
                first: Option<u8>,
                second: Int<0, 100>,
            }

            #[derive(Debug, Clone, Copy, PartialEq, Exi)]
            #[exi(ns = A, base $(, $middle)?)]
            pub(super) struct Middle {
                #[exi(base)]
                base: Front,
                #[exi(phases)]
                power: Phases<Option<u8>, Option<u8>>,
            }

            #[derive(Debug, Clone, Copy, PartialEq, Exi)]
            #[exi(ns = A $(, $whole)?)]
            pub(super) struct Whole {
                #[exi(base)]
                base: Middle,
                #[exi(phases)]
                current: Phases<i16, Option<i16>>,
                last: Option<bool>,
            }

            pub(super) fn are_alike(flat: &Flat) {
                let Flat { first, second, current, last, .. } = *flat;
                let power = Phases { l1: flat.power, l2: flat.power_l2, l3: flat.power_l3 };
                let current = Phases { l1: current, l2: flat.current_l2, l3: flat.current_l3 };
                let middle = Middle { base: Front { first, second }, power };
                let whole = Whole { base: middle, current, last };
                let octets = whole.to_vec().unwrap();
                assert_eq!(octets, flat.to_vec().unwrap());
                assert_eq!(Whole::decode(&octets), Ok(whole));
                let octets = middle.to_vec().unwrap();
                assert_eq!(Middle::decode(&octets), Ok(middle));
            }

            documents!(Middle, Whole);
        }
    )*};
}
documents!(Flat);
steps! {
    often: - - ;
    rare: rare - rare - rare;
    often_of_rare: rare - - ;
    rare_of_often: - rare - ;
    at_the_end: - - rare;
}

/// Every optional element there or not, by the bits of `n`.
fn flat(n: u32) -> Flat {
    let is = |bit: u32| n >> bit & 1 == 1;
    let byte = |bit| is(bit).then_some(bit as u8);
    let short = |bit| is(bit).then_some(-(bit as i16));
    Flat {
        first: byte(0),
        second: Int::of::<77>(),
        power: byte(1),
        power_l2: byte(2),
        power_l3: byte(3),
        current: -4000,
        current_l2: short(4),
        current_l3: short(5),
        last: is(6).then_some(true),
    }
}

#[test]
fn an_extension_is_on_the_wire_what_its_elements_are() {
    for flat in (0..1 << 7).map(flat) {
        assert_eq!(Flat::decode(&flat.to_vec().unwrap()), Ok(flat));
        often::are_alike(&flat);
        rare::are_alike(&flat);
        often_of_rare::are_alike(&flat);
        rare_of_often::are_alike(&flat);
        at_the_end::are_alike(&flat);
    }
}

#[test]
fn an_extension_is_in_the_schema_what_its_elements_are() {
    let particles = |ty: &Type| match ty.shape {
        Shape::Complex(complex) => complex.particles,
        _ => panic!("{ty:?}"),
    };
    assert_eq!(particles(often::Whole::TYPE), particles(Flat::TYPE));
    assert_eq!(particles(often::Middle::TYPE), &particles(Flat::TYPE)[..5]);
    assert_eq!(often::Whole::MAX, Flat::MAX);
}

#[test]
fn one_value_speaks_of_no_phase_in_particular() {
    assert_eq!(Phases::from(5), Phases { l1: 5, l2: None::<u8>, l3: None });
}
