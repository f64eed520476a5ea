//! What the key is for.

use super::super::{Authority, CertificateKind, Level, Profile};
use super::{Outcome, wanted};
use crate::cert::{Certificate, CertificateKey, ExtendedKeyUsage, KeyUsage};
use crate::key::Algorithm;

pub(super) fn key_usage(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let able = if signs_only(certificate) { AGREEMENT } else { KeyUsage::NONE };
    let (required, allowed) = match level {
        Level::Strict => (profile.usage.without(able), profile.usage | profile.usage_also),
        Level::Field | Level::Lab => (profile.usage_field, KeyUsage(u16::MAX)),
    };
    let wants = || {
        let also = allowed.without(required | able);
        match level {
            Level::Strict if !also.is_empty() => format!("{required}; possibly {also}"),
            _ => required.to_string(),
        }
    };
    match &certificate.extensions().key_usage {
        Some(usage) => {
            let good = usage.value.contains(required) && usage.value.without(allowed).is_empty();
            wanted(good, || usage.value.to_string(), wants)
        }
        None => wanted(level > Level::Strict, || "no extension".to_owned(), wants),
    }
}

pub(super) fn key_usage_critical(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let usage = &certificate.extensions().key_usage;
    let good = usage.as_ref().is_none_or(|usage| usage.critical);
    wanted(good, || "not critical".to_owned(), || "critical".to_owned())
}

/// A key of Ed448 agrees on nothing and enciphers nothing.
pub(super) fn of_key(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let usage = certificate.extensions().key_usage.as_ref().map(|usage| usage.value);
    let usage = usage.unwrap_or(KeyUsage::NONE);
    let possible = usage.of_key(Algorithm::Ed448);
    let good = !signs_only(certificate) || possible == usage;
    wanted(good, || format!("{usage} with a key of Ed448"), || possible.to_string())
}

/// At the strict level what the profile says. Below, an extended key usage may be missing, but must not contradict: with
/// that of a responder it is the authority's order to answer for it (RFC 6960 4.2.2.2) [V2G20-2327].
pub(super) fn extended(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let usage = certificate.extensions().extended_key_usage.as_ref();
    let found = usage.map(|usage| usage.value.as_slice());
    let good = match level {
        Level::Strict => strict(found, profile),
        Level::Field | Level::Lab => tolerable(found, profile),
    };
    wanted(
        good,
        || found.map_or_else(|| "no extension".to_owned(), purposes),
        || {
            let purposes = profile.purposes;
            match (purposes.must, purposes.may) {
                ([], None) => "neither serverAuth nor OCSPSigning".to_owned(),
                ([], Some([])) => "no extension".to_owned(),
                ([], Some(may)) => format!("no extension, or {}", self::purposes(may)),
                (must, Some([]) | None) => self::purposes(must),
                (must, Some(may)) => {
                    format!("{}; possibly {}", self::purposes(must), self::purposes(may))
                }
            }
        },
    )
}

pub(super) fn extended_critical(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let usage = certificate.extensions().extended_key_usage.as_ref();
    let good = usage.is_none_or(|usage| usage.critical);
    wanted(good, || "not critical".to_owned(), || "critical".to_owned())
}

const AGREEMENT: KeyUsage =
    KeyUsage::KEY_AGREEMENT.with(KeyUsage::ENCIPHER_ONLY).with(KeyUsage::DECIPHER_ONLY);

fn signs_only(certificate: &Certificate) -> bool {
    matches!(certificate.key(), CertificateKey::Ed448(_))
}

fn strict(found: Option<&[ExtendedKeyUsage]>, profile: &Profile) -> bool {
    let (must, may) = (profile.purposes.must, profile.purposes.may);
    match found {
        None => must.is_empty(),
        Some(found) => {
            let allowed = |purpose: &ExtendedKeyUsage| match may {
                Some(may) => must.contains(purpose) || may.contains(purpose),
                None => !AUTHENTICATES.contains(purpose),
            };
            must.iter().all(|purpose| found.contains(purpose)) && found.iter().all(allowed)
        }
    }
}

fn tolerable(found: Option<&[ExtendedKeyUsage]>, profile: &Profile) -> bool {
    let responder = profile.kind == CertificateKind::OcspSigner;
    let Some(found) = found else { return !responder };
    let purposes = profile.purposes;
    let own = purposes.must.first().or(purposes.may.and_then(<[_]>::first));
    match own {
        Some(own) => found.contains(own) || !responder && found.contains(&ExtendedKeyUsage::Any),
        None => {
            profile.authority != Authority::Leaf
                || !found.iter().any(|purpose| AUTHENTICATES.contains(purpose))
        }
    }
}

/// Purposes that give power over others.
const AUTHENTICATES: [ExtendedKeyUsage; 2] =
    [ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::OcspSigning];

fn purposes(usage: &[ExtendedKeyUsage]) -> String {
    let names: Vec<_> = usage.iter().map(ToString::to_string).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
