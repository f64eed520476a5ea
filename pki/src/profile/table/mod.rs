mod iso2;
mod iso20;

use super::{Authority, CertificateKind as Kind, Domain, Edition, Profile, Purposes, Times};
use crate::cert::{ExtendedKeyUsage, KeyUsage};

/// The profile of a kind in an edition. Kinds that ISO 15118-2 does not know have that of ISO 15118-20 in both.
pub const fn profile(kind: Kind, edition: Edition) -> &'static Profile {
    match edition {
        Edition::Iso2 => iso2::profile(kind),
        Edition::Iso20 => iso20::profile(kind),
    }
}

const SIGN: KeyUsage = KeyUsage::DIGITAL_SIGNATURE;
const BIND: KeyUsage = KeyUsage::NON_REPUDIATION;
const AGREE: KeyUsage = KeyUsage::KEY_AGREEMENT;
const ISSUE: KeyUsage = KeyUsage::KEY_CERT_SIGN;
const REVOKE: KeyUsage = KeyUsage::CRL_SIGN;

const YEAR: i64 = 366;
const QUARTER: i64 = 93;
const ANY: (i64, i64) = (0, i64::MAX);

const NO_PURPOSE: Purposes = Purposes { must: &[], may: Some(&[]), critical: false };
const SERVER: &[ExtendedKeyUsage] = &[ExtendedKeyUsage::ServerAuth];
const CLIENT: &[ExtendedKeyUsage] = &[ExtendedKeyUsage::ClientAuth];
const RESPONDER: &[ExtendedKeyUsage] = &[ExtendedKeyUsage::OcspSigning];
const NO_MORE: Option<&[ExtendedKeyUsage]> = Some(&[]);

const ANY_DOMAIN: Domain =
    Domain { times: Times::Any, optional_field: true, values: &[], suffix: false };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_profile_of_its_own_in_each_edition_that_knows_it() {
        for edition in Edition::ALL {
            assert!(edition.kinds().all(|kind| profile(kind, edition).kind == kind));
        }
        assert_eq!(Edition::Iso2.kinds().count(), 17);
        assert!(Edition::Iso20.kinds().eq(Kind::ALL));
        assert_eq!(profile(Kind::VehicleLeaf, Edition::Iso2).edition, Edition::Iso20);
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert_eq!(Kind::from_name(&kind.name().to_uppercase().replace('_', "-")), Some(kind));
        }
        assert_eq!(Kind::from_name("root"), None);
    }
}
