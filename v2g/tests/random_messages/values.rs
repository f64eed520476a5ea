//! Random values of simple types, as XML writes them.

use exi::schema::{Form, Shape, Type};
use proptest::prelude::*;
use proptest::sample::select;

/// Any value of a simple type.
pub(super) fn any(ty: &'static Type) -> BoxedStrategy<String> {
    match ty.shape {
        Shape::Bool => proptest::bool::ANY.prop_map(|v| v.to_string()).boxed(),
        Shape::Number { min, max } => number(min, max).prop_map(|v| v.to_string()).boxed(),
        Shape::Integer => integer().boxed(),
        Shape::Text { min, max } => text(min, max),
        Shape::Binary { min, max, form } => {
            octets(min, max).prop_map(move |v| written(&v, form)).boxed()
        }
        Shape::Enumeration(values) => select(values).prop_map(String::from).boxed(),
        Shape::Complex(_) | Shape::Choice(_) | Shape::Refused(_) => {
            unreachable!("{} is no simple type", ty.name)
        }
    }
}

/// At the bounds, around them, around zero, and where one octet more is needed.
fn number(min: i128, max: i128) -> impl Strategy<Value = i128> {
    let near = [min, min + 1, max - 1, max, -1, 0, 1];
    let steps = (1..=9).flat_map(|n| [-1, 0, 1].map(|d| (1i128 << (7 * n)) + d));
    let steps = steps.flat_map(|v| [v, -v]).filter(|v| *v >= min && *v <= max);
    let mut near: Vec<_> = near.into_iter().filter(|v| *v >= min && *v <= max).collect();
    near.extend(steps);
    prop_oneof![1 => select(near), 1 => min..=max]
}

/// A decimal of up to 80 digits, or as long as they come.
fn integer() -> impl Strategy<Value = String> {
    let digits = prop_oneof![4 => 1..20usize, 3 => 20..80usize, 1 => 600..610usize];
    let sign = select(&["", "", "", "-"][..]);
    let decimal = (sign, 1..=9u8, digits, proptest::num::u64::ANY);
    let decimal = decimal.prop_map(|(sign, first, n, seed)| {
        let digits = noise(seed).take(n - 1).map(|v| char::from(b'0' + (v % 10) as u8));
        [sign, &first.to_string()].concat() + &digits.collect::<String>()
    });
    prop_oneof![1 => select(&["0", "-1", "255", "256", "-256", "-257"][..]).prop_map(String::from), 6 => decimal]
}

/// The most characters or octets of a thing that the schema does not bound.
const UNBOUNDED: usize = 300;

/// Lengths at both bounds, near the lower one and between them.
fn length(min: usize, max: usize) -> impl Strategy<Value = usize> {
    let max = if max == usize::MAX { UNBOUNDED } else { max };
    let near = [min, max.min(min + 1), max - usize::from(max > min), max];
    prop_oneof![3 => select(near.to_vec()), 5 => min..=max.min(min + 20), 2 => min..=max]
}

/// Characters come of a number, so that long texts are made and shrunk at once.
fn text(min: usize, max: usize) -> BoxedStrategy<String> {
    let parts = (length(min, max), proptest::num::u64::ANY, proptest::bool::weighted(0.3));
    let make = |(n, seed, any)| noise(seed).take(n).map(|v| character(v, any)).collect();
    parts.prop_map(make).boxed()
}

/// ASCII, or what else XML can hold, but for the character that means empty text.
fn character(noise: u64, any: bool) -> char {
    const ODD: &[char] =
        &['\t', '\n', '\r', '<', '&', '>', '"', '\'', ']', '\u{7f}', '\u{85}', '\u{2028}'];
    const RANGES: &[(char, char)] = &[
        ('\u{a0}', '\u{7ff}'),
        ('\u{800}', '\u{d7ff}'),
        ('\u{e001}', '\u{fffd}'),
        ('\u{10000}', '\u{10ffff}'),
    ];
    let (which, v) = (noise as usize % 10, noise >> 8);
    let range = if any { RANGES.get(which) } else { None };
    let (first, last) = range.copied().unwrap_or((' ', '~'));
    if any && which == RANGES.len() {
        return ODD[v as usize % ODD.len()];
    }
    let v = u64::from(first) + v % (u64::from(last) - u64::from(first) + 1);
    char::from_u32(v as u32).unwrap_or(first)
}

fn octets(min: usize, max: usize) -> impl Strategy<Value = Vec<u8>> {
    let parts = (length(min, max), proptest::num::u64::ANY);
    parts.prop_map(|(n, seed)| noise(seed).take(n).map(|v| v as u8).collect())
}

/// Numbers without a pattern (splitmix64).
fn noise(seed: u64) -> impl Iterator<Item = u64> {
    (1..).map(move |i: u64| {
        let v = seed.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let v = (v ^ v >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let v = (v ^ v >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        v ^ v >> 31
    })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn written(octets: &[u8], form: Form) -> String {
    if form == Form::Hex {
        return octets.iter().map(|b| format!("{b:02X}")).collect();
    }
    let mut out = String::new();
    for three in octets.chunks(3) {
        let word = three.iter().fold(0, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        let sixes = (0..=three.len()).map(|i| ALPHABET[(word >> (18 - 6 * i) & 63) as usize]);
        out.extend(sixes.map(char::from));
        out.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    out
}
