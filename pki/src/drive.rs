//! Thin drivers for fuzz targets: any input must end in a value or a typed error, and what was read must be stable.

use std::sync::Arc;

use ring::rand::SecureRandom;

use crate::chain::{Anchors, Cache, ChainError, Check, Demand, Level, Role};
use crate::id::{Evccid, Evcoid, Evseid, Pcid, Seccid, Vin, identify};
use crate::issue::{Csr, CsrError, signed_request};
use crate::key::{KeyAgreement, PrivateKey, Signer};
use crate::profile::{Edition, check, guess};
use crate::revocation::{self, Crl, OcspRequest, OcspRequestData, OcspResponse};
use crate::{cert::Certificate, cms, der, pem, pool::ContractPool};

/// Reads a text as every kind of identifier; panics if a normal form is no fixed point.
pub fn identifiers(text: &str) {
    if let Ok(id) = Evcoid::parse(text) {
        assert_eq!(
            Evcoid::parse(id.normal()).as_ref().map(Evcoid::normal),
            Ok(id.normal()),
            "normal form of {text:?}"
        );
        assert_eq!(
            Evcoid::parse(&id.separated('*')).as_ref(),
            Ok(&id),
            "separated form of {text:?}"
        );
        let right = id.with_check_digit();
        assert!(right.check_digit().is_acceptable(), "check digit of {text:?}");
        for form in right.other_forms() {
            assert!(form.to_din().is_ok(), "{form} comes from {text:?}");
        }
    }
    if let Ok(id) = Evseid::parse(text) {
        assert_eq!(Evseid::parse(&id.separated()).as_ref(), Ok(&id), "separated form of {text:?}");
    }
    if let Ok(id) = Pcid::parse(text) {
        assert_eq!(Pcid::parse(id.normal()).as_ref(), Ok(&id), "normal form of {text:?}");
        assert!(id.with_check_digit().check_digit().is_acceptable(), "check digit of {text:?}");
    }
    if let Ok(id) = Seccid::parse(text) {
        assert_eq!(Seccid::parse(&id.separated()).as_ref(), Ok(&id), "separated form of {text:?}");
        assert!(id.with_check_digit().check_digit().is_acceptable(), "check digit of {text:?}");
        assert!(id.party().is_some(), "party of {text:?}");
    }
    if let Ok(id) = Evccid::parse(text) {
        assert_eq!(Evccid::parse(&id.separated()).as_ref(), Ok(&id), "separated form of {text:?}");
        assert!(id.with_check_digit().check_digit().is_acceptable(), "check digit of {text:?}");
    }
    if let Ok(id) = Vin::parse(text) {
        assert_eq!(Vin::parse(id.normal()).as_ref(), Ok(&id), "normal form of {text:?}");
        assert!(id.check_digit().is_acceptable(), "check digit of {text:?}");
    }
    if let Ok(verdicts) = identify(text) {
        assert!(verdicts.iter().all(|verdict| !verdict.to_string().is_empty()));
    }
}

/// Parses a certificate and checks it against every profile.
pub fn certificate(der: &[u8]) {
    if let Ok(certificate) = Certificate::parse(der) {
        assert_eq!(certificate.der(), der);
        let guess = guess(&certificate);
        assert!(guess.kind.is_none_or(|kind| !kind.name().is_empty()));
        for (edition, kind) in Edition::ALL.into_iter().flat_map(|e| e.kinds().map(move |k| (e, k)))
        {
            let broken = Level::ALL.map(|level| check(&certificate, kind, edition, level));
            for [tight, loose] in [[0, 1], [1, 2]].map(|pair| pair.map(|level| &broken[level])) {
                let known = |rule| tight.iter().any(|broken| broken.rule == rule);
                assert!(loose.iter().all(|broken| known(broken.rule)), "{kind}, {edition}");
            }
            assert!(broken[0].iter().all(|broken| !broken.to_string().is_empty()));
        }
    }
}

/// Verifies a chain for everything it could be good for. Returns whether any accepted it. Panics if a looser level refuses
/// what a tighter one accepts, if a cache or another order of the authorities decides otherwise, or if the strict level
/// tolerates anything.
pub fn chain(leaf: &[u8], subs: &[&[u8]], anchors: &Anchors, now: i64) -> bool {
    let mut cache = Cache::new(8, 60);
    let mut any = false;
    for (edition, role) in Edition::ALL.into_iter().flat_map(|e| Role::of(e).map(move |r| (e, r))) {
        let mut accepted = false;
        for level in Level::ALL {
            let demand = Demand { role, edition, level };
            let outcome = cache.verify(demand, leaf, subs, anchors, now);
            assert!(outcome.is_ok() || !accepted, "{demand:?}: {outcome:?}");
            accepted = outcome.is_ok();
            if level > Level::Strict {
                let reversed: Vec<_> = subs.iter().rev().collect();
                let again = demand.verify(leaf, &reversed, anchors, now);
                let bounds = |error: &ChainError| error.check() == Check::Bounds;
                let bounded = [again.as_ref().err(), outcome.as_ref().err()];
                let bounded = bounded.into_iter().flatten().any(bounds);
                assert!(bounded || again.is_ok() == outcome.is_ok(), "{demand:?}: {again:?}");
            }
            match outcome {
                Ok(chain) => {
                    let known = cache.verify(demand, leaf, subs, anchors, now);
                    assert!(known.is_ok_and(|known| Arc::ptr_eq(&known, &chain)), "{demand:?}");
                    let anew = demand.verify(leaf, subs, anchors, now);
                    assert!(anew.is_ok_and(|anew| anew.subs() == chain.subs()), "{demand:?}");
                    let tolerated = chain.checks().iter().any(|done| done.tolerated.is_some());
                    assert!(level > Level::Strict || !tolerated, "{demand:?}");
                }
                Err(error) => assert!(!error.check().name().is_empty()),
            }
        }
        any |= accepted;
    }
    any
}

/// Reads PEM text, and whatever keys and certificates it holds.
pub fn pem_text(text: &str, rng: &dyn SecureRandom) {
    let _ = pem::certificates(text);
    let _ = PrivateKey::from_pem(text, rng);
}

/// Reads a key in DER; panics if what is read does not agree with itself on a secret.
pub fn key(der: &[u8], rng: &dyn SecureRandom) {
    for key in [PrivateKey::from_pkcs8_der(der, rng), PrivateKey::from_sec1_der(der, rng)] {
        let Ok(key) = key else { continue };
        assert!(key.agree(key.public_key()).is_ok(), "{key:?}");
    }
}

/// Reads a contract pool; panics if what is written back reads differently.
pub fn pool(text: &str) {
    if let Ok(pool) = ContractPool::parse(text) {
        assert_eq!(ContractPool::parse(&pool.to_text()), Ok(pool));
    }
}

/// Reads octets as everything that revocation knows; panics if what is written back reads differently.
pub fn revocation(octets: &[u8]) {
    if let Ok(request) = OcspRequest::parse(octets) {
        // Longer nonces are read than are sent.
        if request
            .nonce()
            .is_none_or(|nonce| !nonce.is_empty() && nonce.len() <= OcspRequest::MAX_NONCE)
        {
            assert_eq!(OcspRequest::parse(&request.to_der()), Ok(request));
        }
    }
    if let Ok(response) = OcspResponse::parse(octets) {
        assert_eq!(response.der(), octets);
    }
    if let Ok(list) = Crl::parse(octets) {
        assert!(list.revoked().is_sorted_by(|(a, _), (b, _)| a < b));
    }
    if let Ok(cache) = revocation::Cache::from_bytes(octets, 4, 1_000_000) {
        let again = revocation::Cache::from_bytes(&cache.to_bytes(), 4, 1_000_000);
        assert_eq!(again.map(|again| again.to_bytes()), Ok(cache.to_bytes()));
    }
}

/// Reads octets as a request for a certificate and as certificates alone, in every form; and again as the attributes of a
/// request that is properly signed. Panics if what is written back reads differently.
pub fn enrolment(octets: &[u8], key: &PrivateKey, rng: &dyn SecureRandom) {
    let read = |csr: Result<Csr, CsrError>| {
        let Ok(csr) = csr else { return };
        assert!(Csr::from_pem(&csr.to_pem()).is_ok_and(|again| again.der() == csr.der()));
        let text = pem::to_base64(csr.der());
        assert!(Csr::from_base64(text.as_bytes()).is_ok_and(|again| again.der() == csr.der()));
    };
    read(Csr::parse(octets));
    read(Csr::from_base64(octets));
    read(Csr::from_pem(&String::from_utf8_lossy(octets)));
    let nobody = der::sequence(&[]);
    read(signed_request(&nobody, octets, key, rng).map_or(Csr::parse(&[]), |der| Csr::parse(&der)));
    if let Ok(mut certificates) = cms::read(octets) {
        certificates.sort();
        certificates.dedup();
        assert_eq!(cms::read(&cms::write(&certificates)), Ok(certificates));
    }
}

/// Looks in octets for a word on a certificate. Returns whether a response or a list has one that verifies.
pub fn answer(certificate: &[u8], issuer: &[u8], octets: &[u8], now: i64) -> bool {
    let (Ok(certificate), Ok(issuer)) =
        (Certificate::parse(certificate), Certificate::parse(issuer))
    else {
        return false;
    };
    let _ = OcspRequestData::new(&certificate, &issuer);
    let response = OcspResponse::parse(octets)
        .is_ok_and(|response| response.answer(&certificate, &issuer, now).is_ok());
    let list = Crl::parse(octets).is_ok_and(|list| list.answer(&certificate, &issuer).is_ok());
    let cached = revocation::Cache::from_bytes(octets, 4, i64::MAX)
        .is_ok_and(|cache| cache.find(&certificate, &issuer, now).is_some());
    response || list || cached
}

/// A small deterministic source of test inputs (splitmix64).
pub struct Dice(u64);

impl Dice {
    /// Same seed, same inputs.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.roll() % bound).unwrap_or(0)
    }

    /// `len` characters of an alphabet.
    pub fn text(&mut self, len: usize, alphabet: &str) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..len).filter_map(|_| alphabet.get(self.below(alphabet.len())).copied()).collect()
    }

    /// A text with one to four characters changed, dropped or added.
    pub fn mutate_text(&mut self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(4) {
            let at = self.below(chars.len());
            match self.below(3) {
                0 if at < chars.len() => drop(chars.remove(at)),
                1 if at < chars.len() => {
                    chars.insert(at, ['-', '*', '0', 'Z', '\n', '"', 'é'][self.below(7)])
                }
                _ => {
                    if let Some(c) = chars.get_mut(at) {
                        *c = char::from(u8::try_from(self.below(128)).unwrap_or(0));
                    }
                }
            }
        }
        chars.into_iter().collect()
    }

    /// Bytes with one to four of them changed, dropped, added or cut off.
    pub fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let [byte, bit, ..] = self.roll().to_le_bytes();
            match self.below(16) {
                0 if at < bytes.len() => drop(bytes.remove(at)),
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at),
                3..=8 => bytes.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1 << (bit % 8)),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|b| *b = byte),
            }
        }
        bytes
    }
}
