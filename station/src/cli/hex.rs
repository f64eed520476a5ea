//! Octets as people write them.

use std::fmt;

/// The octets in lower case, nothing between.
pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Reads pairs of digits in any case; white space, colons, commas and `0x` may stand between pairs.
pub(super) fn parse(text: &str) -> Result<Vec<u8>, HexError> {
    let mut octets = Vec::with_capacity(text.len() / 2);
    let mut symbols = (1..).zip(text.chars()).peekable();
    while let Some((at, high)) = symbols.next() {
        if high.is_whitespace() || matches!(high, ':' | ',') {
            continue;
        }
        if high == '0' && symbols.next_if(|(_, x)| matches!(x, 'x' | 'X')).is_some() {
            continue;
        }
        let high = high.to_digit(16).ok_or(HexError::Symbol { at, found: high })?;
        let (at, low) = symbols.next().ok_or(HexError::Odd)?;
        let low = low.to_digit(16).ok_or(HexError::Symbol { at, found: low })?;
        octets.push((high << 4 | low) as u8);
    }
    Ok(octets)
}

/// Why a text is no hexadecimal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HexError {
    /// A symbol that has no place there; the first is 1.
    Symbol { at: usize, found: char },
    /// A digit is left over.
    Odd,
}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Symbol { at, found } => write!(f, "{found:?} at place {at} is no hex digit"),
            Self::Odd => f.write_str("hex digits come in pairs, one is left over"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_as_people_paste_it() {
        let octets = Ok(vec![0x80, 0x98, 0x02]);
        for text in
            ["809802", "80 98 02\n", "0x809802", "0x80, 0X98, 0x02", "80:98:02", "\t80\r\n9802"]
        {
            assert_eq!(parse(text), octets, "{text:?}");
        }
        assert_eq!(parse("0A0b"), Ok(vec![10, 11]));
        assert_eq!(hex(&[0, 0xAB]), "00ab");
    }

    #[test]
    fn what_is_no_hex_is_named_with_its_place() {
        assert_eq!(parse("80 9g"), Err(HexError::Symbol { at: 5, found: 'g' }));
        assert_eq!(parse("80 9"), Err(HexError::Odd));
        assert_eq!(parse("8 0"), Err(HexError::Symbol { at: 2, found: ' ' }));
    }
}
