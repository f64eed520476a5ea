//! Base64 and hexadecimal.

use alloc::string::String;
use alloc::vec::Vec;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn base64(octets: &[u8]) -> String {
    let mut out = String::new();
    for three in octets.chunks(3) {
        let v = three.iter().fold(0u32, |v, b| v << 8 | *b as u32) << (8 * (3 - three.len()));
        for i in 0..4 {
            let six = (v >> (18 - 6 * i) & 63) as usize;
            out.push(if i > three.len() { '=' } else { ALPHABET[six] as char });
        }
    }
    out
}

/// White space may stand anywhere, as in XML.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut v, mut have, mut count, mut pads) = (0u32, 0, 0, 0);
    for b in text.bytes().filter(|b| !b.is_ascii_whitespace()) {
        count += 1;
        if b == b'=' {
            pads += 1;
            continue;
        }
        let six = ALPHABET.iter().position(|a| *a == b).filter(|_| pads == 0)?;
        v = v << 6 | six as u32;
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push((v >> have) as u8);
            v &= (1 << have) - 1;
        }
    }
    (count % 4 == 0 && pads <= 2 && v == 0).then_some(out)
}

pub(super) fn hex(octets: &[u8]) -> String {
    let digits = octets.iter().flat_map(|b| [b >> 4, b & 15]);
    digits.filter_map(|d| char::from_digit(d as u32, 16)).map(|c| c.to_ascii_uppercase()).collect()
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.trim().chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_of_every_length_come_back() {
        let all: Vec<u8> = (0..=255).collect();
        for n in 0..=all.len() {
            assert_eq!(from_base64(&base64(&all[..n])).unwrap(), all[..n]);
            assert_eq!(from_hex(&hex(&all[..n])).unwrap(), all[..n]);
        }
        assert_eq!(base64(b"ab"), "YWI=");
        assert_eq!(from_base64(" YW\nI= ").unwrap(), b"ab");
    }

    #[test]
    fn broken_base64_and_hex_are_no_octets() {
        for s in ["YWI", "YW=I", "Y===", "YWJ=", "Y!Jj"] {
            assert_eq!(from_base64(s), None, "{s}");
        }
        assert_eq!(from_hex("abc"), None);
        assert_eq!(from_hex("0g"), None);
    }
}
