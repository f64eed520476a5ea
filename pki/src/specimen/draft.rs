//! Certificates to every detail. Nobody signs them: profiles do not look at signatures.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::SecureRandom;

use crate::cert::{ExtendedKeyUsage, KeyUsage};
use crate::der::{bit_string, element, sequence};
use crate::key::{Algorithm, KeyError, PrivateKey, PublicKey, Signer};
use crate::profile::{
    Authority, CertificateKind, Edition, Holds, RevocationPointers, Times, profile,
};
use crate::time;

/// Content octets of object identifiers.
pub(super) const CN: &[u8] = &[0x55, 4, 3];
pub(super) const C: &[u8] = &[0x55, 4, 6];
pub(super) const L: &[u8] = &[0x55, 4, 7];
pub(super) const O: &[u8] = &[0x55, 4, 10];
pub(super) const OU: &[u8] = &[0x55, 4, 11];
pub(super) const DC: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];
pub(super) const SKI: &[u8] = &[0x55, 0x1d, 14];
pub(super) const KU: &[u8] = &[0x55, 0x1d, 15];
pub(super) const SAN: &[u8] = &[0x55, 0x1d, 17];
pub(super) const BC: &[u8] = &[0x55, 0x1d, 19];
pub(super) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(super) const CRLDP: &[u8] = &[0x55, 0x1d, 31];
pub(super) const POLICIES: &[u8] = &[0x55, 0x1d, 32];
pub(super) const AKI: &[u8] = &[0x55, 0x1d, 35];
pub(super) const EKU: &[u8] = &[0x55, 0x1d, 37];
pub(super) const AIA: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
/// 2.25.1: an identifier that names nothing.
pub(super) const UNKNOWN: &[u8] = &[0x69, 1];

pub(super) const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
pub(super) const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
pub(super) const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
const ED448: &[u8] = &[0x2b, 0x65, 0x71];
const X448: &[u8] = &[0x2b, 0x65, 0x6f];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const SECP256R1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

pub(super) const UTF8: u8 = 12;
pub(super) const PRINTABLE: u8 = 19;
pub(super) const IA5: u8 = 22;

/// Key of the subject.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Key {
    P256,
    P521,
    Ed448,
    X448,
    Rsa1024,
    Compressed,
}

/// Keys of specimens. They sign nothing.
#[derive(Clone, Debug)]
pub struct Keys {
    p256: PublicKey,
    p521: PublicKey,
}

/// What a certificate says.
#[derive(Clone)]
pub(super) struct Draft<'k> {
    pub(super) keys: &'k Keys,
    pub(super) version: u8,
    pub(super) serial: Vec<u8>,
    pub(super) algorithm: &'static [u8],
    pub(super) issuer: Vec<Attribute>,
    /// Both ends, as seconds since the first of January 2027.
    pub(super) validity: (i64, i64),
    pub(super) subject: Vec<Attribute>,
    pub(super) key: Key,
    pub(super) extensions: Vec<(&'static [u8], bool, Vec<u8>)>,
}

pub(super) type Attribute = (&'static [u8], u8, String);

impl<'k> Draft<'k> {
    /// What follows its profile to the letter.
    pub(super) fn of(keys: &'k Keys, kind: CertificateKind, edition: Edition, key: Key) -> Self {
        let profile = profile(kind, edition);
        let mut subject = Vec::new();
        let mut attribute = |times, oid, tag, value: &str| {
            if times != Times::Never {
                subject.push((oid, tag, value.to_owned()));
            }
        };
        attribute(profile.subject.country, C, PRINTABLE, "DE");
        attribute(profile.subject.organization, O, UTF8, "Plug and Charge");
        let name = match profile.name {
            Holds::Text => "Somebody",
            Holds::Evcoid => "DEPNCC00000001A",
            Holds::Pcid => "WVWP00000000000017",
            Holds::Seccid => "DEPNCS000000000000000000000000000000019",
            Holds::Evccid => "WVWV123456789ABCDEFG7",
        };
        attribute(Times::Once, CN, UTF8, name);
        if let Some(value) = profile.domain.values.first() {
            attribute(profile.domain.times, DC, IA5, value);
        }
        let mut draft = Self {
            keys,
            version: 2,
            serial: vec![0x40, 1, 2, 3],
            algorithm: match key {
                Key::P256 | Key::Compressed | Key::Rsa1024 => ECDSA_SHA256,
                Key::P521 => ECDSA_SHA512,
                Key::Ed448 | Key::X448 => ED448,
            },
            issuer: vec![(CN, UTF8, "Issuer".to_owned())],
            validity: (0, 86_400 * profile.days.1.min(100).max(profile.days.0) - 1),
            subject,
            key,
            extensions: Vec::new(),
        };
        if profile.authority == Authority::Root {
            draft.issuer.clone_from(&draft.subject);
        }
        let mut usage = profile.usage;
        if key == Key::Ed448 {
            usage = usage.without(KeyUsage::KEY_AGREEMENT);
        }
        draft.set(SKI, false, octets(&keys.id(key)));
        draft.set(AKI, false, sequence(&[&element(0x80, &[7; 20])]));
        draft.set(KU, true, key_usage(usage));
        draft.set(BC, true, basic_constraints(profile.authority));
        if !profile.purposes.must.is_empty() {
            draft.set(EKU, profile.purposes.critical, purposes(profile.purposes.must));
        }
        match profile.revocation {
            RevocationPointers::Absent => {}
            RevocationPointers::Critical => draft.set(CRLDP, true, crl("http://pki.example/crl")),
            RevocationPointers::NotCritical | RevocationPointers::Open => {
                draft.set(AIA, false, ocsp("http://pki.example/ocsp"))
            }
        }
        draft
    }

    /// Adds an extension, or replaces it.
    pub(super) fn set(&mut self, oid: &'static [u8], critical: bool, value: Vec<u8>) {
        match self.extensions.iter_mut().find(|(known, ..)| *known == oid) {
            Some(extension) => *extension = (oid, critical, value),
            None => self.extensions.push((oid, critical, value)),
        }
    }

    pub(super) fn drop(&mut self, oid: &[u8]) {
        self.extensions.retain(|(known, ..)| *known != oid);
    }

    /// Whether it is critical is turned round.
    pub(super) fn flip(&mut self, oid: &[u8]) {
        for (known, critical, _) in &mut self.extensions {
            *critical ^= *known == oid;
        }
    }

    /// Adds an attribute to the subject.
    pub(super) fn add(&mut self, oid: &'static [u8], tag: u8, value: &str) {
        self.subject.push((oid, tag, value.to_owned()));
    }

    /// Takes attributes from the subject.
    pub(super) fn take(&mut self, oid: &[u8]) {
        self.subject.retain(|(known, ..)| *known != oid);
    }

    /// Replaces an attribute of the subject.
    pub(super) fn name(&mut self, oid: &'static [u8], tag: u8, value: &str) {
        self.take(oid);
        self.add(oid, tag, value);
    }

    pub(super) fn last_day(&mut self, days: i64) {
        self.validity.1 = days * 86_400 - 1;
    }

    pub(super) fn der(&self) -> Vec<u8> {
        let algorithm = sequence(&[&element(6, self.algorithm)]);
        let extensions = self.extensions.iter().flat_map(|(oid, critical, value)| {
            let critical = if *critical { element(1, &[0xff]) } else { Vec::new() };
            sequence(&[&element(6, oid), &critical, &octets(value)])
        });
        let extensions = element(0x30, &extensions.collect::<Vec<_>>());
        let version =
            if self.version == 0 { Vec::new() } else { element(0xa0, &[2, 1, self.version]) };
        let (begin, end) = self.validity;
        let tbs = sequence(&[
            &version,
            &element(2, &self.serial),
            &algorithm,
            &name(&self.issuer),
            &sequence(&[&moment(begin), &moment(end)]),
            &name(&self.subject),
            &self.keys.spki(self.key),
            &element(0xa3, &extensions),
        ]);
        sequence(&[&tbs, &algorithm, &element(3, &[0, 0x30, 6, 2, 1, 1, 2, 1, 1])])
    }
}

pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    element(4, content)
}

pub(super) fn key_usage(usage: KeyUsage) -> Vec<u8> {
    let all = [
        KeyUsage::DIGITAL_SIGNATURE,
        KeyUsage::NON_REPUDIATION,
        KeyUsage::KEY_ENCIPHERMENT,
        KeyUsage::DATA_ENCIPHERMENT,
        KeyUsage::KEY_AGREEMENT,
        KeyUsage::KEY_CERT_SIGN,
        KeyUsage::CRL_SIGN,
        KeyUsage::ENCIPHER_ONLY,
    ];
    let bit = |(i, one): (usize, &KeyUsage)| if usage.contains(*one) { 0x80 >> i } else { 0 };
    let byte: u8 = all.iter().enumerate().map(bit).sum();
    element(3, &[byte.trailing_zeros().min(7) as u8, byte])
}

pub(super) fn basic_constraints(authority: Authority) -> Vec<u8> {
    let ca = element(1, &[0xff]);
    match authority {
        Authority::Leaf => sequence(&[]),
        Authority::Root => sequence(&[&ca]),
        Authority::Sub(path_len) => sequence(&[&ca, &element(2, &[path_len as u8])]),
    }
}

pub(super) fn purposes(usage: &[ExtendedKeyUsage]) -> Vec<u8> {
    let oid = |purpose: &ExtendedKeyUsage| match purpose {
        ExtendedKeyUsage::Any => element(6, &[0x55, 0x1d, 37, 0]),
        ExtendedKeyUsage::ServerAuth => element(6, &[0x2b, 6, 1, 5, 5, 7, 3, 1]),
        ExtendedKeyUsage::ClientAuth => element(6, &[0x2b, 6, 1, 5, 5, 7, 3, 2]),
        ExtendedKeyUsage::OcspSigning => element(6, &[0x2b, 6, 1, 5, 5, 7, 3, 9]),
        ExtendedKeyUsage::Other(_) => element(6, UNKNOWN),
    };
    element(0x30, &usage.iter().flat_map(oid).collect::<Vec<_>>())
}

pub(super) fn ocsp(address: &str) -> Vec<u8> {
    access(1, address)
}

/// Where the issuer's certificate is.
pub(super) fn issuers(address: &str) -> Vec<u8> {
    access(2, address)
}

fn access(method: u8, address: &str) -> Vec<u8> {
    let method = element(6, &[0x2b, 6, 1, 5, 5, 7, 48, method]);
    sequence(&[&sequence(&[&method, &element(0x86, address.as_bytes())])])
}

pub(super) fn crl(address: &str) -> Vec<u8> {
    let name = element(0xa0, &element(0xa0, &element(0x86, address.as_bytes())));
    sequence(&[&sequence(&[&name])])
}

pub(super) fn policies(count: u8) -> Vec<u8> {
    let policies = (1..=count).flat_map(|number| sequence(&[&element(6, &[0x69, number])]));
    element(0x30, &policies.collect::<Vec<_>>())
}

pub(super) fn alternative_name(dns: &str) -> Vec<u8> {
    sequence(&[&element(0x82, dns.as_bytes())])
}

pub(super) fn name(attributes: &[Attribute]) -> Vec<u8> {
    let each = attributes.iter().flat_map(|(oid, tag, value)| {
        element(0x31, &sequence(&[&element(6, oid), &element(*tag, value.as_bytes())]))
    });
    element(0x30, &each.collect::<Vec<_>>())
}

impl Keys {
    /// Generates them.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        let key = |algorithm| PrivateKey::generate_for(algorithm, rng).map(|key| *key.public_key());
        Ok(Self { p256: key(Algorithm::P256)?, p521: key(Algorithm::P521)? })
    }

    /// SHA-1 of the key's bits.
    pub(super) fn id(&self, key: Key) -> Vec<u8> {
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.bits(key)).as_ref().to_vec()
    }

    fn spki(&self, key: Key) -> Vec<u8> {
        let algorithm = match key {
            Key::P521 => return self.p521.to_spki(),
            Key::P256 => return self.p256.to_spki(),
            Key::Compressed => sequence(&[&element(6, EC), &element(6, SECP256R1)]),
            Key::Ed448 => sequence(&[&element(6, ED448)]),
            Key::X448 => sequence(&[&element(6, X448)]),
            Key::Rsa1024 => sequence(&[&element(6, RSA), &[5, 0]]),
        };
        sequence(&[&algorithm, &bit_string(&self.bits(key))])
    }

    fn bits(&self, key: Key) -> Vec<u8> {
        match key {
            Key::P256 => self.p256.point().to_vec(),
            Key::P521 => self.p521.point().to_vec(),
            Key::Compressed => compressed(&self.p256),
            Key::Ed448 => vec![9; 57],
            Key::X448 => vec![9; 56],
            Key::Rsa1024 => sequence(&[
                &element(2, &[&[0][..], &[0xa5; 128]].concat()),
                &element(2, &[1, 0, 1]),
            ]),
        }
    }
}

/// The compressed form of a point: the sign of y, then x.
pub(crate) fn compressed(key: &PublicKey) -> Vec<u8> {
    let (head, y) = key.point().split_at(key.point().len().div_ceil(2));
    let mut point = head.to_vec();
    point.iter_mut().take(1).for_each(|form| *form = 2 | y.last().copied().unwrap_or(0) & 1);
    point
}

/// UTCTime until 2049, GeneralizedTime from 2050.
fn moment(seconds: i64) -> Vec<u8> {
    // Profiles bound validities to some decades, so the fallback is never taken.
    time::to_der(NEW_YEAR + seconds).unwrap_or_default()
}

/// The first of January 2027.
const NEW_YEAR: i64 = 1_798_761_600;
