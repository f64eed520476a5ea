use crate::cert::{ExtendedKeyUsage as Purpose, KeyUsage};
use crate::profile::Edition::{Iso2, Iso20};
use crate::profile::{Authority, CertificateKind as Kind, Edition, Level};

use super::draft::*;
use crate::der::{element, sequence};

/// A way in which a certificate breaks a rule of its profile.
#[derive(Clone, Copy, Debug)]
pub struct Flaw {
    /// Whose profile it breaks.
    pub edition: Edition,
    /// Whose certificate it is.
    pub kind: Kind,
    /// What is wrong, in some words. Kind, edition and words together are no other's.
    pub what: &'static str,
    levels: [&'static [&'static str]; 3],
    edit: fn(&mut Draft<'_>),
}

impl Flaw {
    /// Every flaw.
    pub const ALL: &[Self] = FLAWS;

    /// Identifiers of the rules that it breaks at a level, in the order in which they are checked: see
    /// [`Rule::id`](crate::profile::Rule::id).
    pub fn rules(&self, level: Level) -> &'static [&'static str] {
        let [strict, field, lab] = self.levels;
        match level {
            Level::Strict => strict,
            Level::Field => field,
            Level::Lab => lab,
        }
    }

    /// A certificate that has it, in DER. Nobody signed it: profiles do not look at signatures.
    pub fn certificate(&self, keys: &Keys) -> Vec<u8> {
        let key = match self.edition {
            Iso2 => Key::P256,
            Iso20 => Key::P521,
        };
        let mut draft = Draft::of(keys, self.kind, self.edition, key);
        (self.edit)(&mut draft);
        draft.der()
    }
}

/// Breaks rules at the strict level only.
const fn formal(
    edition: Edition,
    kind: Kind,
    what: &'static str,
    strict: &'static [&'static str],
    edit: fn(&mut Draft<'_>),
) -> Flaw {
    Flaw { edition, kind, what, levels: [strict, &[], &[]], edit }
}

/// Breaks the same rules at every level.
const fn always(
    edition: Edition,
    kind: Kind,
    what: &'static str,
    rules: &'static [&'static str],
    edit: fn(&mut Draft<'_>),
) -> Flaw {
    Flaw { edition, kind, what, levels: [rules; 3], edit }
}

/// Breaks the same rules but in a laboratory.
const fn not_in_labs(
    edition: Edition,
    kind: Kind,
    what: &'static str,
    rules: &'static [&'static str],
    edit: fn(&mut Draft<'_>),
) -> Flaw {
    Flaw { edition, kind, what, levels: [rules, rules, &[]], edit }
}

const FLAWS: &[Flaw] = &[
    // [V2G2-010]
    formal(Iso2, Kind::SeccLeaf, "more than 800 octets", &["size"], |d| {
        d.set(AIA, false, ocsp(&format!("http://{}", "x".repeat(500))))
    }),
    formal(Iso20, Kind::SeccLeaf, "more than 1600 octets", &["size"], |d| {
        d.set(AIA, false, ocsp(&format!("http://{}", "x".repeat(1200))))
    }),
    always(Iso2, Kind::ContractLeaf, "version 2", &["version"], |d| d.version = 1),
    always(Iso20, Kind::ContractLeaf, "version 1", &["version"], |d| d.version = 0),
    formal(Iso2, Kind::MoSub1, "negative serial", &["serial"], |d| d.serial = vec![0x80, 1]),
    formal(Iso20, Kind::MoSub1, "serial of zero", &["serial"], |d| d.serial = vec![0]),
    formal(Iso20, Kind::SeccLeaf, "serial of 21 octets", &["serial"], |d| d.serial = vec![1; 21]),
    // [V2G2-006]
    always(Iso2, Kind::SeccLeaf, "P-521", &["key"], |d| d.key = Key::P521),
    always(Iso2, Kind::SeccLeaf, "compressed point", &["key"], |d| d.key = Key::Compressed),
    always(Iso2, Kind::ContractLeaf, "RSA-1024", &["key"], |d| d.key = Key::Rsa1024),
    // [V2G20-2674] [V2G20-2319]
    not_in_labs(Iso20, Kind::SeccLeaf, "P-256", &["key"], |d| {
        d.key = Key::P256;
        d.set(SKI, false, octets(&d.keys.id(Key::P256)));
    }),
    always(Iso20, Kind::OemProvisioningLeaf, "X448", &["key"], |d| {
        d.key = Key::X448;
        d.set(SKI, false, octets(&d.keys.id(Key::X448)));
    }),
    always(Iso20, Kind::VehicleLeaf, "RSA-1024", &["key"], |d| d.key = Key::Rsa1024),
    // [V2G2-007]
    always(Iso2, Kind::CpsLeaf, "SHA-512", &["signature-algorithm"], |d| {
        d.algorithm = ECDSA_SHA512
    }),
    always(Iso2, Kind::CpsLeaf, "SHA-1", &["signature-algorithm"], |d| d.algorithm = ECDSA_SHA1),
    not_in_labs(Iso20, Kind::CpsLeaf, "SHA-256", &["signature-algorithm"], |d| {
        d.algorithm = ECDSA_SHA256
    }),
    always(Iso20, Kind::CpsLeaf, "SHA-1", &["signature-algorithm"], |d| d.algorithm = ECDSA_SHA1),
    // [V2G2-011]
    formal(Iso2, Kind::V2gRoot, "ten years", &["validity"], |d| d.last_day(3650)),
    formal(Iso2, Kind::SeccLeaf, "a year", &["validity"], |d| d.last_day(365)),
    formal(Iso2, Kind::ContractLeaf, "three weeks", &["validity"], |d| d.last_day(21)),
    formal(Iso2, Kind::MoRoot, "end before begin", &["validity"], |d| d.last_day(-1)),
    // [V2G20-2327]
    formal(Iso20, Kind::OcspSigner, "two years", &["validity"], |d| d.last_day(730)),
    formal(Iso20, Kind::VehicleLeaf, "end before begin", &["validity"], |d| d.last_day(-1)),
    // [V2G2-867]
    always(Iso2, Kind::ContractLeaf, "an authority", &["basic-constraints"], |d| {
        d.set(BC, true, basic_constraints(Authority::Root))
    }),
    always(Iso20, Kind::VehicleLeaf, "an authority", &["basic-constraints"], |d| {
        d.set(BC, true, basic_constraints(Authority::Root))
    }),
    formal(Iso2, Kind::SeccLeaf, "no constraints", &["basic-constraints"], |d| d.drop(BC)),
    Flaw {
        edition: Iso2,
        kind: Kind::CpoSub2,
        what: "an authority that is none",
        levels: [&["basic-constraints", "path-length"], AUTHORITY, AUTHORITY],
        edit: |d| d.set(BC, true, basic_constraints(Authority::Leaf)),
    },
    formal(Iso2, Kind::MoRoot, "not critical", &["basic-constraints-critical"], |d| d.flip(BC)),
    formal(Iso20, Kind::SeccLeaf, "not critical", &["basic-constraints-critical"], |d| d.flip(BC)),
    // [V2G2-009]
    formal(Iso2, Kind::OemSub1, "the other's length", &["path-length"], |d| {
        d.set(BC, true, basic_constraints(Authority::Sub(0)))
    }),
    formal(Iso2, Kind::V2gRoot, "a bounded root", &["path-length"], |d| {
        d.set(BC, true, basic_constraints(Authority::Sub(2)))
    }),
    formal(Iso20, Kind::VehicleSub2, "the other's length", &["path-length"], |d| {
        d.set(BC, true, basic_constraints(Authority::Sub(1)))
    }),
    always(Iso2, Kind::ContractLeaf, "signs nothing", &["key-usage"], |d| {
        d.set(KU, true, key_usage(KeyUsage::KEY_AGREEMENT))
    }),
    formal(Iso2, Kind::ContractLeaf, "binds nothing", &["key-usage"], |d| {
        d.set(KU, true, key_usage(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT)))
    }),
    formal(Iso2, Kind::CpsLeaf, "no key usage", &["key-usage"], |d| d.drop(KU)),
    always(Iso20, Kind::CpoSub1, "issues nothing", &["key-usage"], |d| {
        d.set(KU, true, key_usage(KeyUsage::CRL_SIGN))
    }),
    formal(Iso20, Kind::VehicleSub2, "signs lists", &["key-usage"], |d| {
        d.set(KU, true, key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)))
    }),
    formal(Iso20, Kind::VehicleLeaf, "enciphers data", &["key-usage"], |d| {
        d.set(KU, true, key_usage(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::DATA_ENCIPHERMENT)))
    }),
    formal(Iso20, Kind::OemProvisioningLeaf, "agrees on nothing", &["key-usage"], |d| {
        d.set(KU, true, key_usage(KeyUsage::DIGITAL_SIGNATURE))
    }),
    formal(Iso2, Kind::SeccLeaf, "not critical", &["key-usage-critical"], |d| d.flip(KU)),
    formal(Iso20, Kind::CpsSub1, "not critical", &["key-usage-critical"], |d| d.flip(KU)),
    formal(Iso20, Kind::SeccLeaf, "Ed448 that agrees", &["key-usage-of-key"], |d| {
        *d = Draft::of(d.keys, Kind::SeccLeaf, Iso20, Key::Ed448);
        d.set(KU, true, key_usage(KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_AGREEMENT)));
    }),
    always(Iso2, Kind::ContractLeaf, "serverAuth", &["extended-key-usage"], |d| {
        d.set(EKU, false, purposes(&[Purpose::ServerAuth]))
    }),
    formal(Iso2, Kind::ContractLeaf, "clientAuth", &["extended-key-usage"], |d| {
        d.set(EKU, false, purposes(&[Purpose::ClientAuth]))
    }),
    // [V2G2-925]
    always(Iso2, Kind::SeccLeaf, "clientAuth", &["extended-key-usage"], |d| {
        d.set(EKU, false, purposes(&[Purpose::ClientAuth]))
    }),
    formal(Iso2, Kind::SeccLeaf, "any purpose", &["extended-key-usage"], |d| {
        d.set(EKU, false, purposes(&[Purpose::Any]))
    }),
    always(Iso2, Kind::OcspSigner, "no purpose", &["extended-key-usage"], |d| d.drop(EKU)),
    always(Iso2, Kind::OcspSigner, "any purpose", &["extended-key-usage"], |d| {
        d.set(EKU, false, purposes(&[Purpose::Any]))
    }),
    formal(Iso20, Kind::SeccLeaf, "no serverAuth", &["extended-key-usage"], |d| d.drop(EKU)),
    always(Iso20, Kind::SeccLeaf, "clientAuth", &["extended-key-usage"], |d| {
        d.set(EKU, true, purposes(&[Purpose::ClientAuth]))
    }),
    formal(Iso20, Kind::SeccLeaf, "both", &["extended-key-usage"], |d| {
        d.set(EKU, true, purposes(&[Purpose::ServerAuth, Purpose::ClientAuth]))
    }),
    always(Iso20, Kind::VehicleLeaf, "serverAuth alone", &["extended-key-usage"], |d| {
        d.set(EKU, true, purposes(&[Purpose::ServerAuth]))
    }),
    always(Iso20, Kind::ContractLeaf, "serverAuth", &["extended-key-usage"], |d| {
        d.set(EKU, true, purposes(&[Purpose::ServerAuth]))
    }),
    always(Iso20, Kind::CpsLeaf, "OCSPSigning", &["extended-key-usage"], |d| {
        d.set(EKU, true, purposes(&[Purpose::OcspSigning]))
    }),
    formal(Iso20, Kind::VehicleSub1, "clientAuth", &["extended-key-usage"], |d| {
        d.set(EKU, true, purposes(&[Purpose::ClientAuth]))
    }),
    always(Iso20, Kind::OcspSigner, "no purpose", &["extended-key-usage"], |d| d.drop(EKU)),
    formal(Iso20, Kind::SeccLeaf, "not critical", &["extended-key-usage-critical"], |d| {
        d.flip(EKU)
    }),
    formal(Iso20, Kind::VehicleLeaf, "not critical", &["extended-key-usage-critical"], |d| {
        d.flip(EKU)
    }),
    formal(Iso20, Kind::OcspSigner, "not critical", &["extended-key-usage-critical"], |d| {
        d.flip(EKU)
    }),
    // [V2G2-885]
    always(Iso2, Kind::SeccLeaf, "unknown", &["critical-extension"], |d| {
        d.set(UNKNOWN, true, vec![5, 0])
    }),
    always(Iso20, Kind::OemSub2, "unknown", &["critical-extension"], |d| {
        d.set(UNKNOWN, true, vec![5, 0])
    }),
    always(Iso2, Kind::SeccLeaf, "critical policies", &["critical-extension"], |d| {
        d.set(POLICIES, true, policies(1))
    }),
    formal(Iso2, Kind::MoSub1, "name constraints", &["forbidden-extension"], |d| {
        d.set(NAME_CONSTRAINTS, false, sequence(&[&element(0xa1, &[])]))
    }),
    formal(Iso2, Kind::SeccLeaf, "wildcard", &["alternative-name"], |d| {
        d.set(SAN, false, alternative_name("*.example.com"))
    }),
    formal(Iso20, Kind::SeccLeaf, "another name", &["alternative-name"], |d| {
        d.set(SAN, false, alternative_name("example.com"))
    }),
    formal(Iso2, Kind::SeccLeaf, "no subject's", &["key-identifiers"], |d| d.drop(SKI)),
    formal(Iso2, Kind::SeccLeaf, "no authority's", &["key-identifiers"], |d| d.drop(AKI)),
    // Nobody processes it.
    Flaw {
        edition: Iso20,
        kind: Kind::SeccLeaf,
        what: "critical",
        levels: [&["critical-extension", "key-identifiers"], CRITICAL, CRITICAL],
        edit: |d| d.flip(SKI),
    },
    formal(Iso20, Kind::MoRoot, "no subject's", &["key-identifiers"], |d| d.drop(SKI)),
    formal(Iso20, Kind::CpoSub2, "another key's", &["key-identifier-value"], |d| {
        d.set(SKI, false, octets(&d.keys.id(Key::P256)))
    }),
    formal(Iso20, Kind::CpoSub2, "cut to 8 octets", &["key-identifier-value"], |d| {
        d.set(SKI, false, octets(d.keys.id(Key::P521).get(..8).unwrap_or_default()))
    }),
    formal(Iso20, Kind::CpoSub2, "issuer's name", &["authority-key-identifier"], |d| {
        let name = element(0xa1, &element(0xa4, &name(&d.issuer)));
        d.set(AKI, false, sequence(&[&element(0x80, &[7; 20]), &name, &element(0x82, &[1])]))
    }),
    formal(Iso20, Kind::CpoSub2, "nothing", &["authority-key-identifier"], |d| {
        d.set(AKI, false, sequence(&[]))
    }),
    formal(Iso20, Kind::CpoSub1, "two policies", &["policies"], |d| {
        d.set(POLICIES, false, policies(2))
    }),
    Flaw {
        edition: Iso20,
        kind: Kind::CpoSub1,
        what: "critical policy",
        levels: [&["critical-extension", "policies"], CRITICAL, CRITICAL],
        edit: |d| d.set(POLICIES, true, policies(1)),
    },
    formal(Iso2, Kind::V2gRoot, "a responder", &["revocation-pointers"], |d| {
        d.set(AIA, false, ocsp("http://pki.example"))
    }),
    formal(Iso20, Kind::V2gRoot, "a list", &["revocation-pointers"], |d| {
        d.set(CRLDP, false, crl("http://pki.example"))
    }),
    formal(Iso20, Kind::OcspSigner, "a responder", &["revocation-pointers"], |d| {
        d.set(AIA, false, ocsp("http://pki.example"))
    }),
    formal(Iso20, Kind::ContractLeaf, "neither", &["revocation-pointers"], |d| d.drop(CRLDP)),
    formal(Iso20, Kind::OemSub1, "neither", &["revocation-pointers"], |d| d.drop(CRLDP)),
    formal(Iso20, Kind::OemSub1, "issuer's address alone", &["revocation-pointers"], |d| {
        d.drop(CRLDP);
        d.set(AIA, true, issuers("http://pki.example"));
    }),
    formal(Iso2, Kind::SeccLeaf, "critical responder", &["revocation-pointers-critical"], |d| {
        d.flip(AIA)
    }),
    formal(Iso2, Kind::OemSub2, "critical list", &["revocation-pointers-critical"], |d| {
        d.set(CRLDP, true, crl("http://pki.example"))
    }),
    formal(Iso20, Kind::CpoSub2, "critical responder", &["revocation-pointers-critical"], |d| {
        d.flip(AIA)
    }),
    formal(
        Iso20,
        Kind::ContractLeaf,
        "list not critical",
        &["revocation-pointers-critical"],
        |d| d.flip(CRLDP),
    ),
    formal(
        Iso20,
        Kind::OemProvisioningLeaf,
        "responder not critical",
        &["revocation-pointers-critical"],
        |d| d.set(AIA, false, ocsp("http://pki.example")),
    ),
    // [V2G2-925]
    always(Iso2, Kind::SeccLeaf, "no role", &["domain-component"], |d| d.take(DC)),
    always(Iso2, Kind::CpsLeaf, "no role", &["domain-component"], |d| d.take(DC)),
    formal(Iso2, Kind::OemProvisioningLeaf, "no role", &["domain-component"], |d| d.take(DC)),
    always(Iso2, Kind::SeccLeaf, "another role", &["domain-component"], |d| d.name(DC, IA5, "MO")),
    always(Iso2, Kind::SeccLeaf, "ends with its role", &["domain-component"], |d| {
        d.name(DC, IA5, "XCPO")
    }),
    always(Iso2, Kind::ContractLeaf, "two roles", &["domain-component"], |d| d.add(DC, IA5, "CPS")),
    formal(Iso2, Kind::MoRoot, "another role", &["domain-component"], |d| d.name(DC, IA5, "V2G")),
    always(Iso20, Kind::SeccLeaf, "no role", &["domain-component"], |d| d.take(DC)),
    formal(Iso20, Kind::VehicleLeaf, "no role", &["domain-component"], |d| d.take(DC)),
    not_in_labs(Iso20, Kind::SeccLeaf, "role of -2", &["domain-component"], |d| {
        d.name(DC, IA5, "CPO")
    }),
    not_in_labs(Iso20, Kind::ContractLeaf, "role of -2", &["domain-component"], |d| {
        d.name(DC, IA5, "MO")
    }),
    always(Iso20, Kind::SeccLeaf, "begins with its role", &["domain-component"], |d| {
        d.name(DC, IA5, "CSOX")
    }),
    always(Iso20, Kind::VehicleLeaf, "provisioning", &["domain-component"], |d| {
        d.name(DC, IA5, "OEM")
    }),
    always(Iso20, Kind::ContractLeaf, "two roles", &["domain-component"], |d| {
        d.add(DC, IA5, "XMSP")
    }),
    formal(Iso20, Kind::OcspSigner, "a role", &["domain-component"], |d| d.add(DC, IA5, "CSO")),
    // [V2G2-108]
    always(Iso2, Kind::ContractLeaf, "no contract", &["common-name"], |d| {
        d.name(CN, UTF8, "nobody")
    }),
    always(Iso20, Kind::ContractLeaf, "two names", &["common-name"], |d| {
        d.add(CN, UTF8, "DEPNCC00000001A")
    }),
    // [V2G2-933]
    formal(Iso2, Kind::OemProvisioningLeaf, "no PCID", &["common-name"], |d| {
        d.name(CN, UTF8, "Provisioning 1")
    }),
    formal(Iso20, Kind::OemProvisioningLeaf, "no PCID", &["common-name"], |d| {
        d.name(CN, UTF8, "WVWP1234567890-123456789")
    }),
    formal(Iso2, Kind::SeccLeaf, "two names", &["common-name"], |d| d.add(CN, UTF8, "Another")),
    formal(Iso20, Kind::SeccLeaf, "no SECCID", &["common-name"], |d| d.name(CN, UTF8, "Station")),
    // [V2G20-2598]
    formal(Iso20, Kind::VehicleLeaf, "no EVCCID", &["common-name"], |d| {
        d.name(CN, UTF8, "0123456789AB")
    }),
    formal(Iso2, Kind::ContractLeaf, "a country", &["country"], |d| d.add(C, PRINTABLE, "DE")),
    formal(Iso20, Kind::SeccLeaf, "no country", &["country"], |d| d.take(C)),
    formal(Iso20, Kind::VehicleLeaf, "a country", &["country"], |d| d.add(C, PRINTABLE, "DE")),
    formal(Iso20, Kind::VehicleLeaf, "no organization", &["organization"], |d| d.take(O)),
    formal(Iso20, Kind::CpoSub1, "two organizations", &["organization"], |d| d.add(O, UTF8, "B")),
    formal(Iso20, Kind::VehicleLeaf, "a unit", &["organizational-unit"], |d| d.add(OU, UTF8, "A")),
    formal(Iso20, Kind::SeccLeaf, "two units", &["organizational-unit"], |d| {
        d.add(OU, UTF8, "A");
        d.add(OU, UTF8, "B");
    }),
    formal(Iso20, Kind::OcspSigner, "a place", &["other-attribute"], |d| d.add(L, UTF8, "Ulm")),
    formal(Iso20, Kind::VehicleSub1, "a place", &["other-attribute"], |d| d.add(L, UTF8, "Ulm")),
    formal(Iso20, Kind::MoRoot, "CN printable", &["subject-encoding"], |d| {
        d.name(CN, PRINTABLE, "Root")
    }),
    formal(Iso20, Kind::CpoSub1, "65 characters", &["subject-encoding"], |d| {
        d.name(O, UTF8, &"x".repeat(65))
    }),
    formal(Iso20, Kind::CpoSub1, "small country", &["subject-encoding"], |d| {
        d.name(C, PRINTABLE, "de")
    }),
    formal(Iso20, Kind::CpoSub1, "DC in UTF-8", &["subject-encoding"], |d| d.name(DC, UTF8, "CSO")),
    formal(Iso20, Kind::CpoSub1, "DC with a space", &["subject-encoding"], |d| {
        d.name(DC, IA5, "A CSO")
    }),
];

const AUTHORITY: &[&str] = &["basic-constraints"];
const CRITICAL: &[&str] = &["critical-extension"];
