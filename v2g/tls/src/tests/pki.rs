//! A small PKI: root, CPOSubCA1, CPOSubCA2, SECC leaf.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, DnValue, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::time_provider::TimeProvider;

use crate::{Evcc, Roots, Secc, SeccChain};

/// 2026-01-01, inside the validity of everything here.
pub(crate) const NOW: u64 = 1_767_225_600;

#[derive(Debug)]
pub(crate) struct At(pub(crate) u64);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(core::time::Duration::from_secs(self.0)))
    }
}

pub(crate) fn now() -> Arc<dyn TimeProvider> {
    Arc::new(At(NOW))
}

pub(crate) struct Ca {
    pub(crate) params: CertificateParams,
    key: KeyPair,
    pub(crate) certificate: CertificateDer<'static>,
}

impl Ca {
    pub(crate) fn root(name: &str) -> Self {
        Self::root_with(name, |_| {})
    }

    pub(crate) fn root_with(name: &str, edit: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = params("V2G", name);
        as_ca(&mut params, BasicConstraints::Unconstrained);
        edit(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { params, key, certificate }
    }

    pub(crate) fn sub(&self, name: &str, path_len: u8) -> Self {
        self.sub_with(name, path_len, |_| {})
    }

    pub(crate) fn sub_with(
        &self,
        name: &str,
        path_len: u8,
        edit: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = params("CPO", name);
        as_ca(&mut params, BasicConstraints::Constrained(path_len));
        edit(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer()).unwrap().der().clone();
        Self { params, key, certificate }
    }

    /// `edit` changes what a proper SECC leaf would be.
    pub(crate) fn leaf_with(
        &self,
        edit: impl FnOnce(&mut CertificateParams),
    ) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = leaf_params();
        edit(&mut params);
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.issuer()).unwrap().der().clone();
        (leaf, private(&key))
    }

    pub(crate) fn own_key(&self) -> PrivateKeyDer<'static> {
        private(&self.key)
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }
}

/// A whole branch under one root.
pub(crate) struct Branch {
    pub(crate) root: Ca,
    pub(crate) sub1: Ca,
    pub(crate) sub2: Ca,
}

impl Branch {
    pub(crate) fn new(name: &str) -> Self {
        Self::under(Ca::root(name))
    }

    pub(crate) fn under(root: Ca) -> Self {
        let sub1 = root.sub("CPOSubCA1", 1);
        let sub2 = sub1.sub("CPOSubCA2", 0);
        Self { root, sub1, sub2 }
    }

    pub(crate) fn chain(&self) -> SeccChain {
        self.chain_with(|_| {})
    }

    pub(crate) fn chain_with(&self, edit: impl FnOnce(&mut CertificateParams)) -> SeccChain {
        let (leaf, key) = self.sub2.leaf_with(edit);
        let chain = vec![leaf, self.sub2.certificate.clone(), self.sub1.certificate.clone()];
        SeccChain::new(chain, self.root.certificate.clone(), key).unwrap()
    }

    pub(crate) fn roots(&self) -> Roots {
        Roots::new([self.root.certificate.clone()]).unwrap()
    }

    pub(crate) fn secc(&self) -> Secc {
        Secc::new(vec![self.chain()], now())
    }

    pub(crate) fn evcc(&self) -> Evcc {
        Evcc::new(self.roots(), now())
    }
}

pub(crate) fn leaf_params() -> CertificateParams {
    let mut params = params("CPO", "SECCCert");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyAgreement];
    params
}

fn params(domain_component: &str, name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    let component = DnValue::Ia5String(domain_component.try_into().unwrap());
    let dc = DnType::CustomDnType(vec![0, 9, 2342, 19_200_300, 100, 1, 25]);
    params.distinguished_name.push(dc, component);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}

fn as_ca(params: &mut CertificateParams, constraints: BasicConstraints) {
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}
