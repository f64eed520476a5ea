//! The certificate as a whole, and its key.

use super::super::{Edition, Level, Profile};
use super::{Outcome, wanted};
use crate::cert::{Certificate, CertificateKey, SignatureAlgorithm};
use crate::time::DAY;

pub(super) fn size(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    let (size, max) = (certificate.der().len(), profile.max_size);
    wanted(size <= max, || format!("{size} octets"), || format!("at most {max}"))
}

pub(super) fn version(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let version = certificate.version();
    wanted(version == 3, || version.to_string(), || "3".to_owned())
}

pub(super) fn serial(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let serial = certificate.serial();
    let positive = serial.first().is_some_and(|&b| b < 0x80) && serial.iter().any(|&b| b != 0);
    wanted(
        positive && serial.len() <= 20,
        || hex(serial),
        || "positive, at most 20 octets".to_owned(),
    )
}

pub(super) fn key(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let key = certificate.key();
    let good = match (profile.edition, key) {
        (Edition::Iso2, CertificateKey::P256(_))
        | (Edition::Iso20, CertificateKey::P521(_) | CertificateKey::Ed448(_)) => true,
        (Edition::Iso20, CertificateKey::P256(_)) => level == Level::Lab,
        _ => false,
    };
    let wants = match profile.edition {
        Edition::Iso2 => "EC P-256, uncompressed point",
        Edition::Iso20 => "EC P-521, uncompressed point, or Ed448",
    };
    wanted(good, || key.to_string(), || wants.to_owned())
}

pub(super) fn signature_algorithm(
    certificate: &Certificate,
    profile: &Profile,
    level: Level,
) -> Outcome {
    let algorithm = certificate.signature_algorithm();
    let good = match (profile.edition, algorithm) {
        (Edition::Iso2, SignatureAlgorithm::EcdsaSha256)
        | (Edition::Iso20, SignatureAlgorithm::EcdsaSha512 | SignatureAlgorithm::Ed448) => true,
        (Edition::Iso20, SignatureAlgorithm::EcdsaSha256) => level == Level::Lab,
        _ => false,
    };
    let wants = match profile.edition {
        Edition::Iso2 => "ecdsa-with-SHA256",
        Edition::Iso20 => "ecdsa-with-SHA512 or Ed448",
    };
    wanted(good, || algorithm.to_string(), || wants.to_owned())
}

pub(super) fn validity(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    // Both ends are seconds of validity.
    let seconds =
        certificate.not_after().saturating_sub(certificate.not_before()).saturating_add(1);
    let (min, max) = profile.days;
    let good = seconds > 0
        && seconds.saturating_add(1) >= min.saturating_mul(DAY)
        && seconds <= max.saturating_mul(DAY);
    let wants = || match max {
        i64::MAX => "an end after its beginning".to_owned(),
        _ => format!("{min} to {max} days"),
    };
    wanted(good, || format!("{} days", seconds.div_euclid(DAY)), wants)
}

fn hex(octets: &[u8]) -> String {
    octets.iter().take(32).map(|octet| format!("{octet:02x}")).collect()
}
