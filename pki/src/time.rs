//! Moments of certificates: seconds since 1970 (UTC), proleptic Gregorian.

use crate::der;

pub(crate) const DAY: i64 = 86_400;

/// A moment taken apart: year, month 1-12, day 1-31, seconds of the day.
pub(crate) fn civil(unix: i64) -> (i64, i64, i64, i64) {
    let (days, seconds) = (unix.div_euclid(DAY), unix.rem_euclid(DAY));
    // Days since 0000-03-01, in eras of 400 years.
    let z = days.saturating_add(719_468);
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day, seconds)
}

/// Midnight at the start of a day; `None` where there is no such day. Years 0 to 9999.
pub(crate) fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let (era, year_of_era) = (y.div_euclid(400), y.rem_euclid(400));
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100
        + day_of_year
        - 719_468;
    let unix = days * DAY;
    let (y, m, d, _) = civil(unix);
    ((y, m, d) == (year, month, day)).then_some(unix)
}

/// `YYYY-MM-DDThh:mm:ssZ`.
pub fn text(unix: i64) -> String {
    let (year, month, day, s) = civil(unix);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60)
}

/// UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5); `None` outside the years 1950 to 9999.
pub(crate) fn to_der(unix: i64) -> Option<Vec<u8>> {
    let text = generalized(unix)?;
    match civil(unix).0 {
        1950..=2049 => Some(der::element(der::UTC_TIME, text.get(2..)?.as_bytes())),
        2050..=9999 => Some(der::element(der::GENERALIZED_TIME, text.as_bytes())),
        _ => None,
    }
}

/// GeneralizedTime to the second; `None` outside the years 0 to 9999.
pub(crate) fn to_generalized_der(unix: i64) -> Option<Vec<u8>> {
    Some(der::element(der::GENERALIZED_TIME, generalized(unix)?.as_bytes()))
}

/// Reads the content of a GeneralizedTime: `YYYYMMDDhhmmssZ`, the one form that DER has for whole seconds.
pub(crate) fn from_generalized(content: &[u8]) -> Option<i64> {
    let (digits, zone) = content.split_at_checked(14)?;
    if zone != b"Z" || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |at: core::ops::Range<usize>| {
        let digits = digits.get(at)?;
        Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    };
    let (h, m, s) = (number(8..10)?, number(10..12)?, number(12..14)?);
    (h < 24 && m < 60 && s < 60).then_some(())?;
    Some(midnight(number(0..4)?, number(4..6)?, number(6..8)?)? + h * 3600 + m * 60 + s)
}

fn generalized(unix: i64) -> Option<String> {
    let (year, month, day, s) = civil(unix);
    let clock = format!("{:02}{:02}{:02}Z", s / 3600, s / 60 % 60, s % 60);
    (0..=9999).contains(&year).then(|| format!("{year:04}{month:02}{day:02}{clock}"))
}

/// Reads `YYYY-MM-DD` (its midnight) or `YYYY-MM-DDThh:mm:ssZ`.
pub fn parse(text: &str) -> Option<i64> {
    let (date, clock) = match text.split_once('T') {
        Some((date, clock)) => (date, Some(clock.strip_suffix('Z')?)),
        None => (text, None),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [h, m, s] = clock.map_or(Some([0; 3]), |clock| numbers(clock, ':', [2, 2, 2]))?;
    (h < 24 && m < 60 && s < 60).then_some(())?;
    Some(midnight(year, month, day)? + h * 3600 + m * 60 + s)
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts
            .next()
            .filter(|part| part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_agree_with_the_calendar() {
        for (unix, wanted) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_366_984, "2026-11-22T17:03:04Z"),
            (2_524_607_999, "2049-12-31T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(text(unix), wanted);
            assert_eq!(parse(wanted), Some(unix));
        }
        assert_eq!(parse("2026-11-22"), parse("2026-11-22T00:00:00Z"));
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-01",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "+026-01-01",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        for unix in [-62_167_219_200, 0, 951_782_400, 253_402_300_799] {
            let written = to_generalized_der(unix).unwrap();
            assert_eq!(from_generalized(&written[2..]), Some(unix));
        }
        assert_eq!(to_generalized_der(253_402_300_800), None);
        assert_eq!(to_der(2_524_607_999).unwrap(), b"\x17\x0d491231235959Z");
        assert_eq!(to_der(2_524_608_000).unwrap(), b"\x18\x0f20500101000000Z");
        assert_eq!(to_der(-631_152_001), None);
        for bad in ["20261122170304", "20261122170304.0Z", "20260229000000Z", "2026112217030+Z"] {
            assert_eq!(from_generalized(bad.as_bytes()), None, "{bad}");
        }
        civil(i64::MAX);
        civil(i64::MIN);
    }
}
