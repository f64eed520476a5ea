//! Just enough DER: a writer for what is issued and asked, a reader for keys, OCSP and the frames of what is signed.

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// Context-specific tag, constructed.
pub(crate) const fn explicit(number: u8) -> u8 {
    0xa0 | number
}

/// Context-specific tag, primitive.
pub(crate) const fn implicit(number: u8) -> u8 {
    0x80 | number
}

/// One element: tag, definite length, content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 4);
    out.push(tag);
    let len = content.len().to_be_bytes();
    match content.len() {
        short @ 0..=0x7f => out.push(short as u8),
        _ => {
            let digits: Vec<u8> = len.iter().copied().skip_while(|&b| b == 0).collect();
            // A usize has at most eight bytes.
            out.push(0x80 | digits.len() as u8);
            out.extend(digits);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A constructed element from its parts.
pub(crate) fn constructed(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    element(tag, &parts.concat())
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    constructed(SEQUENCE, parts)
}

pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    element(OID, content)
}

/// An extension of a certificate, a request or a list: content octets of its object identifier, its value in DER.
pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { element(BOOLEAN, &[0xff]) } else { Vec::new() };
    sequence(&[&self::oid(oid), &critical, &element(OCTET_STRING, value)])
}

/// An object identifier from its dotted form; `None` when it is none.
pub(crate) fn dotted_oid(text: &str) -> Option<Vec<u8>> {
    let mut arcs = text.split('.').map(|arc| arc.parse::<u64>().ok());
    let (first, second) = (arcs.next()??, arcs.next()??);
    if first > 2 || (first < 2 && second > 39) {
        return None;
    }
    let mut content = base128(second.checked_add(first * 40)?);
    for arc in arcs {
        content.extend(base128(arc?));
    }
    Some(element(OID, &content))
}

/// The dotted form of an object identifier's content; `None` when it is none, or has an arc beyond 128 bits.
pub(crate) fn dotted(content: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut arc: Option<u128> = None;
    for &octet in content {
        // DER: no arc begins with zeros.
        if arc.is_none() && octet == 0x80 {
            return None;
        }
        let number = arc.unwrap_or(0);
        let number = number.checked_mul(128)? | u128::from(octet & 0x7f);
        arc = Some(number);
        if octet & 0x80 != 0 {
            continue;
        }
        arc = None;
        if text.is_empty() {
            let first = (number / 40).min(2);
            text = format!("{first}.{}", number - 40 * first);
        } else {
            text.push('.');
            text.push_str(&number.to_string());
        }
    }
    (arc.is_none() && !text.is_empty()).then_some(text)
}

fn base128(number: u64) -> Vec<u8> {
    let groups = (64 - number.leading_zeros()).div_ceil(7).max(1);
    let group = |i: u32| (number >> (7 * i) & 0x7f) as u8;
    (0..groups).rev().map(|i| if i == 0 { group(i) } else { group(i) | 0x80 }).collect()
}

/// A non-negative integer from big-endian bytes of any length.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len());
    let digits = bytes.get(start..).unwrap_or_default();
    let mut content = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_none_or(|&b| b >= 0x80) {
        content.push(0);
    }
    content.extend_from_slice(digits);
    element(INTEGER, &content)
}

/// A bit string of whole bytes.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    constructed(BIT_STRING, &[&[0], bytes])
}

/// A bit string of named bits, bit 0 first, without trailing zeros.
pub(crate) fn named_bits(bits: u16) -> Vec<u8> {
    let mirrored = bits.reverse_bits();
    let used = (16 - bits.leading_zeros()) as usize;
    let bytes = mirrored.to_be_bytes();
    let bytes = bytes.get(..used.div_ceil(8)).unwrap_or_default();
    let unused = (bytes.len() * 8 - used) as u8;
    constructed(BIT_STRING, &[&[unused], bytes])
}

/// Reads elements one after the other.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// The bytes are no DER of the form asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn next_is(&self, tag: u8) -> bool {
        self.rest.first() == Some(&tag)
    }

    /// Content of the next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        let (&found, rest) = self.rest.split_first().ok_or(Malformed)?;
        let (&first, rest) = rest.split_first().ok_or(Malformed)?;
        let (len, rest) = match first {
            short @ 0..=0x7f => (usize::from(short), rest),
            0x81..=0x84 => {
                let (digits, rest) =
                    rest.split_at_checked(usize::from(first & 0x7f)).ok_or(Malformed)?;
                let len = digits.iter().fold(0, |len, &b| len << 8 | usize::from(b));
                // DER: no leading zero, no long form where the short one does.
                if len < 0x80 || digits.first() == Some(&0) {
                    return Err(Malformed);
                }
                (len, rest)
            }
            _ => return Err(Malformed),
        };
        let (content, rest) = rest.split_at_checked(len).ok_or(Malformed)?;
        if found != tag {
            return Err(Malformed);
        }
        self.rest = rest;
        Ok(content)
    }

    /// Digits of the next element, which must be a non-negative integer in its only form.
    pub(crate) fn take_unsigned(&mut self) -> Result<&'a [u8], Malformed> {
        match self.take(INTEGER)? {
            [0, digits @ ..] if digits.first().is_some_and(|&b| b >= 0x80) => Ok(digits),
            digits @ ([0] | [1..0x80, ..]) => Ok(digits),
            _ => Err(Malformed),
        }
    }

    /// The next element, which must be constructed with this tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Result<Self, Malformed> {
        self.take(tag).map(Self::new)
    }

    /// The content of the next element if it has this tag.
    pub(crate) fn take_if(&mut self, tag: u8) -> Result<Option<&'a [u8]>, Malformed> {
        if self.next_is(tag) { self.take(tag).map(Some) } else { Ok(None) }
    }

    /// The only element inside an explicit tag, if that tag comes next.
    pub(crate) fn explicit_if(
        &mut self,
        number: u8,
        tag: u8,
    ) -> Result<Option<&'a [u8]>, Malformed> {
        let Some(content) = self.take_if(explicit(number))? else { return Ok(None) };
        let mut inner = Self::new(content);
        let value = inner.take(tag)?;
        inner.end()?;
        Ok(Some(value))
    }

    /// The next element with its header; it must have this tag.
    pub(crate) fn whole(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        let before = self.rest;
        self.take(tag)?;
        before.get(..before.len().saturating_sub(self.rest.len())).ok_or(Malformed)
    }

    /// Content of the next INTEGER: in as few octets as it takes, at least one.
    pub(crate) fn integer(&mut self) -> Result<&'a [u8], Malformed> {
        let content = self.take(INTEGER)?;
        match content {
            [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(Malformed),
            _ => Ok(content),
        }
    }

    /// Octets of the next BIT STRING, which must be whole ones.
    pub(crate) fn octets_of_bits(&mut self) -> Result<&'a [u8], Malformed> {
        self.take(BIT_STRING)?.strip_prefix(&[0]).ok_or(Malformed)
    }

    /// The next extension: content octets of its object identifier, its criticality, its value.
    pub(crate) fn extension(&mut self) -> Result<(&'a [u8], bool, &'a [u8]), Malformed> {
        let mut extension = self.enter(SEQUENCE)?;
        let oid = extension.take(OID)?;
        let critical = match extension.take_if(BOOLEAN)? {
            None => false,
            Some([0xff]) => true,
            Some(_) => return Err(Malformed),
        };
        let value = extension.take(OCTET_STRING)?;
        extension.end()?;
        Ok((oid, critical, value))
    }

    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_integers_and_bits_are_minimal() {
        assert_eq!(element(OCTET_STRING, &[7; 127])[..2], [4, 127]);
        assert_eq!(element(OCTET_STRING, &[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(element(OCTET_STRING, &[7; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(unsigned(&[0, 0, 5]), [2, 1, 5]);
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0, 0]), [2, 1, 0]);
        assert_eq!(named_bits(1), [3, 2, 7, 0x80]);
        assert_eq!(named_bits(0b110_0000), [3, 2, 1, 0x06]);
        assert_eq!(named_bits(1 << 8), [3, 3, 7, 0, 0x80]);
        assert_eq!(named_bits(0), [3, 1, 0]);
    }

    #[test]
    fn object_identifiers_are_encoded_from_their_dotted_form() {
        assert_eq!(dotted_oid("2.5.4.3"), Some(vec![6, 3, 0x55, 4, 3]));
        let domain_component = [6, 10, 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];
        assert_eq!(dotted_oid("0.9.2342.19200300.100.1.25"), Some(domain_component.to_vec()));
        assert_eq!(dotted_oid("2.999.0"), Some(vec![6, 3, 0x88, 0x37, 0]));
        for text in ["2.5.4.3", "0.9.2342.19200300.100.1.25", "2.999.0", "1.39.0", "0.0"] {
            let der = dotted_oid(text).unwrap();
            assert_eq!(dotted(&der[2..]).as_deref(), Some(text));
        }
        for bad in [&[][..], &[0x55, 0x84], &[0x80, 1], &[0x55, 0x80, 1], &[0xff; 20]] {
            assert_eq!(dotted(bad), None, "{bad:?}");
        }
        for bad in ["", "1", "3.1", "1.40", "1.2.x", "1..2", "2.18446744073709551615"] {
            assert_eq!(dotted_oid(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_reader_refuses_lengths_beyond_the_end() {
        assert_eq!(Reader::new(&[4, 2, 1]).take(OCTET_STRING), Err(Malformed));
        assert_eq!(Reader::new(&[4, 0x84, 255, 255, 255, 255]).take(OCTET_STRING), Err(Malformed));
        assert_eq!(Reader::new(&[4, 0x81, 1, 9]).take(OCTET_STRING), Err(Malformed));
        assert_eq!(Reader::new(&[4, 0x80]).take(OCTET_STRING), Err(Malformed));
        assert_eq!(Reader::new(&[4, 1, 9]).take(OCTET_STRING), Ok(&[9][..]));
        assert_eq!(Reader::new(&[4, 1, 9]).take(SEQUENCE), Err(Malformed));
        assert_eq!(Reader::new(&[4, 1, 9, 5]).whole(OCTET_STRING), Ok(&[4, 1, 9][..]));
    }

    #[test]
    fn values_are_read_in_their_one_encoding_only() {
        for good in [&[2, 1, 0][..], &[2, 1, 0x80], &[2, 2, 0, 0x80], &[2, 2, 0xff, 0x7f]] {
            assert_eq!(Reader::new(good).integer(), Ok(&good[2..]));
        }
        for bad in [&[2, 0][..], &[2, 2, 0, 1], &[2, 2, 0xff, 0x80]] {
            assert_eq!(Reader::new(bad).integer(), Err(Malformed), "{bad:?}");
        }
        let mut written = extension(&[0x55, 0x1d, 20], true, &[5, 0]);
        let read = Reader::new(&written).extension();
        assert_eq!(read, Ok((&[0x55, 0x1d, 20][..], true, &[5, 0][..])));
        written[9] = 1;
        assert_eq!(Reader::new(&written).extension(), Err(Malformed));
        let tagged = [0xa0, 3, 4, 1, 7, 5, 0];
        assert_eq!(Reader::new(&tagged).explicit_if(0, OCTET_STRING), Ok(Some(&[7][..])));
        assert_eq!(Reader::new(&tagged).explicit_if(1, OCTET_STRING), Ok(None));
        assert_eq!(
            Reader::new(&[0xa0, 4, 4, 1, 7, 5]).explicit_if(0, OCTET_STRING),
            Err(Malformed)
        );
    }
}
