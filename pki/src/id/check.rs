//! Check digits: the two-field code of ISO 15118-2 Annex H and the weighted sum modulo 11 of DIN SPEC 91286.

/// Judgement on an identifier's check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigit {
    /// The digit is right.
    Valid(char),
    /// The digit is wrong.
    Wrong {
        /// Digit that the identifier carries.
        given: char,
        /// Digit that belongs there.
        expected: char,
    },
    /// The identifier carries none.
    Absent {
        /// Digit that belongs there.
        expected: char,
    },
    /// This form has no check digit, or none that can be computed.
    Undefined,
}

impl CheckDigit {
    pub(super) fn judge(given: Option<char>, expected: char) -> Self {
        match given {
            None => Self::Absent { expected },
            Some(given) if given == expected => Self::Valid(given),
            Some(given) => Self::Wrong { given, expected },
        }
    }

    /// The digit that the identifier carries.
    pub fn given(self) -> Option<char> {
        match self {
            Self::Valid(given) | Self::Wrong { given, .. } => Some(given),
            Self::Absent { .. } | Self::Undefined => None,
        }
    }

    /// The digit that belongs there.
    pub fn expected(self) -> Option<char> {
        match self {
            Self::Valid(expected) | Self::Wrong { expected, .. } | Self::Absent { expected } => {
                Some(expected)
            }
            Self::Undefined => None,
        }
    }

    /// Everything but a wrong digit: the rule for identifiers that people type.
    pub fn is_acceptable(self) -> bool {
        !matches!(self, Self::Wrong { .. })
    }
}

/// Check digit of the ISO form. Each symbol is a vector over GF(2) and one over GF(3); the digit makes both weighted sums vanish.
pub(super) fn iso(stem: &str) -> char {
    let (mut a, mut b) = ([0_u32; 2], [0_u32; 2]);
    for n in stem.bytes().rev().map(value) {
        let (q, r) = ([n / 18, n / 9 % 2], [n / 3 % 3, n % 3]);
        // Times [[0,1],[1,1]] modulo 2 and [[0,1],[1,2]] modulo 3.
        a = [(a[1] + q[1]) % 2, (a[0] + q[0] + a[1] + q[1]) % 2];
        b = [(b[1] + r[1]) % 3, (b[0] + r[0] + 2 * (b[1] + r[1])) % 3];
    }
    // The fifteenth power of the first matrix is the identity; minus the inverse of the second's is [[0,2],[2,1]].
    let r = [2 * b[1] % 3, (2 * b[0] + b[1]) % 3];
    symbol(18 * a[0] + 9 * a[1] + 3 * r[0] + r[1])
}

/// Check digit of the DIN form: letters count as two digits, weights are powers of two, the sum is taken modulo 11.
pub(super) fn din(stem: &str) -> char {
    eleven(stem.bytes(), usize::MAX)
}

/// The same sum over elements whose leading zeros do not count, with weights that start anew every 28 digits.
pub(super) fn din_by_elements(elements: &[&str]) -> char {
    eleven(elements.iter().flat_map(|element| element.trim_start_matches('0').bytes()), 28)
}

fn eleven(symbols: impl Iterator<Item = u8>, period: usize) -> char {
    let digits = symbols
        .map(value)
        .flat_map(|n| if n < 10 { [None, Some(n)] } else { [Some(n / 10), Some(n % 10)] });
    let (mut weight, mut sum) = (1, 0);
    for (position, digit) in digits.flatten().enumerate() {
        if position % period == 0 {
            weight = 1;
        }
        sum = (sum + digit * weight) % 11;
        weight = weight * 2 % 11;
    }
    if sum == 10 { 'X' } else { symbol(sum) }
}

/// Value of a symbol: `0`-`9` as they are, `A`-`Z` from 10. Callers pass upper-case letters and digits only.
fn value(symbol: u8) -> u32 {
    match symbol {
        b'0'..=b'9' => u32::from(symbol - b'0'),
        _ => 10 + u32::from(symbol.wrapping_sub(b'A') % 26),
    }
}

fn symbol(value: u32) -> char {
    char::from_digit(value, 36).unwrap_or('0').to_ascii_uppercase()
}
